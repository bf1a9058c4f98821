"""A change of a body's keys, from the draft to the heads' signatures (B12).

A draft is a document that any machine can judge without the node that made it: it carries the statement to sign and all that
the body has said of itself, so that whoever signs sees by his own reckoning which body it is, which version it replaces
and what changes. The words in it are for people and prove nothing: `read_draft` makes them anew from the exact bytes and refuses
a document whose words say anything else.

Pure functions; who holds which private key stands in `storage.keys`, the commands in `cli.ceremony` and `cli.body_keys`.

Source: docs/rules/bodies.md B1, B2 and B12; decision 0005.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from entente.bodies.model import HEADS_MAX, Body, KeyVersion
from entente.bodies.rules import check_keys
from entente.bodies.statements import (
    BUNDLE_STATEMENTS_MAX,
    DirectoryKind,
    check_next_keys,
    keys_content,
    read_keys,
    rebuild,
)
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time
from entente.kernel.errors import Conflict, Invalid, Untrusted
from entente.kernel.ids import KeyId
from entente.kernel.signing import KEY_BYTES, Context, Signer, count_signers, decode_bytes, encode_bytes, key_id
from entente.kernel.statement import Statement, draft
from entente.kernel.statement import from_json as statement_from_json
from entente.kernel.text import is_line

DRAFT_FILE = "entente draft of keys"
"""What a draft calls itself, so that another file is not taken for one."""
HEAD_FILE = "entente head's public key"
HEAD_NAME_CHARACTERS_MAX = 64
"""As an officer's id."""


@dataclass(frozen=True, slots=True)
class HeadKey:
    """The public half of a head's key, as the head's own machine made it."""

    name: str
    """What the ceremony calls the head. For people only: the statement holds the key alone."""
    key: bytes


@dataclass(frozen=True, slots=True)
class WantedKeys:
    """What is to change. The node's new keys are made where the node is; what is left out stays."""

    node_key: bytes
    sealing_key: bytes
    add_heads: tuple[HeadKey, ...] = ()
    remove_heads: frozenset[KeyId] = frozenset()
    threshold: int | None = None
    compromised_since: datetime | None = None
    """From when on the node's keys of the present version may have been in others' hands."""


@dataclass(frozen=True, slots=True)
class KeysDraft:
    """A draft that was read and found sound; its signatures are not counted yet."""

    body: Body
    """The body as the draft's own chain gives it, before the change."""
    new: KeyVersion
    statement: Statement
    words: tuple[str, ...]

    @property
    def signed_by(self) -> tuple[KeyId, ...]:
        """The heads of the present version whose signatures on it are valid, each once, in the order they signed."""
        heads, found = self.body.current_keys.heads, dict[KeyId, None]()
        for signature in self.statement.signatures:
            if count_signers(heads, [signature], Context.STATEMENT, self.statement.signed):
                found[signature.key_id] = None
        return tuple(found)

    @property
    def missing(self) -> int:
        """How many heads must still sign."""
        return max(self.body.current_keys.threshold - len(self.signed_by), 0)


def draft_keys(own: Body, wanted: WantedKeys, now: datetime) -> Statement:
    """Return the statement of the next version for the heads to sign; raise Invalid naming the field.

    Source: docs/rules/bodies.md B1, B2 and B12.
    """
    current = own.current_keys
    unknown = wanted.remove_heads - set(current.heads)
    if unknown:
        raise _bad("remove_heads", f"{min(unknown)[:16]} is no head's key of version {current.version}")
    staying = tuple(key for key in current.root_keys if key_id(key) not in wanted.remove_heads)
    new = KeyVersion(
        version=current.version + 1,
        root_keys=(*staying, *(head.key for head in wanted.add_heads)),
        threshold=current.threshold if wanted.threshold is None else wanted.threshold,
        node_key=wanted.node_key,
        sealing_key=wanted.sealing_key,
        valid_from=now,
        compromised_since=wanted.compromised_since,
    )
    check_keys(new.root_keys, new.threshold, new.node_key, new.sealing_key)
    check_next_keys(own, new, now)
    return draft(DirectoryKind.KEYS, own.id, now, keys_content(new))


def draft_document(own: Body, statement: Statement, heads: Iterable[HeadKey] = ()) -> JsonObject:
    """Return a draft as the document that heads read and sign."""
    words: list[Json] = [*in_words(own, read_keys(statement), statement)]
    return {
        "file": DRAFT_FILE,
        "words": words,
        "names": {key_id(head.key): head.name for head in heads},
        "statement": statement.to_json(),
        "known": list(own.statements),
    }


def read_draft(document: JsonObject, countries: Mapping[str, str]) -> KeysDraft:
    """Read a draft and judge it by itself; raise Invalid for another form, Untrusted when its parts do not agree.

    Time is what the draft says: a machine without a line may have any clock, and the node judges the moment when it takes it.

    Source: docs/rules/bodies.md B12.
    """
    known, said = document.get("known"), document.get("statement")
    if document.get("file") != DRAFT_FILE or not isinstance(known, list) or len(known) > BUNDLE_STATEMENTS_MAX:
        raise _bad("draft", f"it is a JSON object whose «file» is «{DRAFT_FILE}», with what the body said so far")
    statement = statement_from_json(said)
    if statement.kind != DirectoryKind.KEYS:
        raise _wrong(f"The draft holds a statement «{statement.kind[:40]}».", "wrong_kind", "It should be one of keys.")
    chain = [statement_from_json(item) for item in known]
    new = read_keys(statement)
    latest = max([statement.at, new.valid_from, *(one.at for one in chain)])
    body = rebuild(chain, latest, countries)
    if statement.body != body.id:
        why = f"It speaks for {statement.body[:40]}, and the statements beside it are of {body.id}."
        raise _wrong("The draft is not of the body it shows.", "wrong_body", why)
    if new.version != body.current_keys.version + 1:
        raise old_draft(body, new.version)
    check_keys(new.root_keys, new.threshold, new.node_key, new.sealing_key)
    check_next_keys(body, new, latest)
    words = in_words(body, new, statement)
    if document.get("words") != [*words]:
        raise _wrong(
            "The draft's words do not say what its bytes say.",
            "changed_draft",
            "Somebody wrote other words beside the bytes that would be signed.",
        )
    return KeysDraft(body, new, statement, words)


def sign_draft(read: KeysDraft, signers: Iterable[Signer]) -> KeysDraft:
    """Return the draft with heads' signatures; raise Untrusted for a key that is no head's of the present version.

    Source: docs/rules/bodies.md B12.
    """
    heads, statement = read.body.current_keys.heads, read.statement
    for signer in signers:
        if heads.get(key_id(signer.public_key)) != signer.public_key:
            raise _wrong(
                f"The key {key_id(signer.public_key)} does not sign for {read.body.code}.",
                "wrong_signature",
                f"Only a head of version {read.body.current_keys.version} signs the next one, and this key is none.",
            )
        statement = statement.with_signature(signer)
    return replace(read, statement=statement)


def signed_document(document: JsonObject, signed: KeysDraft) -> JsonObject:
    """Return a draft's document with the signatures that were added; everything else stays byte for byte."""
    return {**document, "statement": signed.statement.to_json()}


def merge_drafts(drafts: Iterable[KeysDraft]) -> KeysDraft:
    """Return one draft with the signatures of several copies; raise Untrusted when they are not the same bytes."""
    first, *others = drafts
    statement = first.statement
    for other in others:
        if other.statement.signed != statement.signed:
            raise _wrong(
                "The files hold different drafts.", "changed_draft", "Signatures add up over the same bytes only."
            )
        added = tuple(one for one in other.statement.signatures if one not in statement.signatures)
        statement = replace(statement, signatures=(*statement.signatures, *added))
    return replace(first, statement=statement)


def in_words(body: Body, new: KeyVersion, statement: Statement) -> tuple[str, ...]:
    """Return what a change of keys says, in sentences that a head can check against what was decided.

    Source: docs/rules/bodies.md B12.
    """
    old = body.current_keys
    before, after = dict(old.heads), dict(new.heads)
    coming = [key for key in after if key not in before]
    leaving = [key for key in before if key not in after]
    staying = [key for key in after if key in before]
    lines = [
        f"{body.code} ({body.id}) changes its keys: version {new.version} takes the place of version {old.version}.",
        f"Drafted {format_time(statement.at)}, in force from {format_time(new.valid_from)}.",
        _changed("The node signs with", old.node_key, new.node_key),
        _changed("The node opens with", old.sealing_key, new.sealing_key),
        f"Heads who stay: {_listed(staying)}.",
        f"Heads who come: {_listed(coming)}.",
        f"Heads who leave: {_listed(leaving)}.",
        f"From then on {new.threshold} of {len(new.root_keys)} heads sign (until now {old.threshold} of {len(old.root_keys)}).",
    ]
    if new.compromised_since is not None:
        lines.append(
            f"It declares that the node's keys of version {old.version} were in others' hands from"
            f" {format_time(new.compromised_since)} on: what other bodies took in under them since then is in doubt there."
        )
    return (*lines, f"The bytes that are signed: {statement.id}.")


def head_document(head: HeadKey) -> JsonObject:
    """Return the public half of a head's key as a document to hand to the ceremony."""
    return {"file": HEAD_FILE, "name": head.name, "key": encode_bytes(head.key), "key_id": key_id(head.key)}


def read_head(document: JsonObject) -> HeadKey:
    """Read a head's public key; raise Invalid for another form, or when key and key id do not belong together."""
    name, key, named = document.get("name"), document.get("key"), document.get("key_id")
    if document.get("file") != HEAD_FILE or not isinstance(name, str) or not isinstance(key, str):
        raise _bad("head", f"it is a JSON object whose «file» is «{HEAD_FILE}», with name, key and key id")
    if not is_line(name) or len(name) > HEAD_NAME_CHARACTERS_MAX:
        raise _bad("head.name", f"a head's name is one line of at most {HEAD_NAME_CHARACTERS_MAX} characters")
    public = decode_bytes(key, "head.key", length=KEY_BYTES)
    if named != key_id(public):
        raise _bad("head.key_id", "it does not belong to the key: the file was changed or cut")
    return HeadKey(name, public)


def check_heads(heads: Iterable[HeadKey]) -> tuple[HeadKey, ...]:
    """Return new heads' keys, each once and no more than a body may have; raise Invalid."""
    listed = tuple(heads)
    if len(listed) > HEADS_MAX or len({head.key for head in listed}) != len(listed):
        raise _bad("add_heads", f"at most {HEADS_MAX} heads come, each with a key of their own")
    return listed


def old_draft(body: Body, version: int) -> Conflict:
    """Return the refusal of a draft that was made for another version than the next one."""
    return Conflict(
        f"The draft makes version {version} of the keys of {body.code}, and version {body.current_keys.version + 1} comes next.",
        why="Keys change version by version (docs/rules/bodies.md B2), and others changed them since the draft was made.",
        do="Look at «entente body keys show», and make a new draft if the change is still wanted.",
    )


def _changed(what: str, old: bytes, new: bytes) -> str:
    if old == new:
        return f"{what} {key_id(new)} as before."
    return f"{what} {key_id(new)} instead of {key_id(old)}."


def _listed(keys: Iterable[KeyId]) -> str:
    return ", ".join(keys) or "none"


def _wrong(what: str, reason: str, why: str) -> Untrusted:
    return Untrusted(
        what,
        reason=reason,
        why=f"{why} (docs/rules/bodies.md B12)",
        do="Sign nothing, and ask whoever made the draft for a new one by another way.",
    )


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"A change of keys is judged wherever it is signed (docs/rules/bodies.md B12): {why}.",
        do="Make the draft or the key file again.",
    )
