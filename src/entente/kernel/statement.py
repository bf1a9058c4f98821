"""A statement: anything a body signs.

Its canonical bytes name the kind, the body that speaks, the moment it claims and the content; signatures stand beside the
bytes and cover exactly them. Statements of a body's heads (instruments' signatures, participations, measures, keys) carry as
many head signatures as the body's threshold; daily acts carry the node's one signature and name the officer in the content.
Which of the two a kind needs, and what it means, is its room's matter.

Source: docs/rules/kernel.md K2 to K4; docs/rules/bodies.md B3.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from entente.kernel.canonical import (
    Json,
    JsonObject,
    bytes_of,
    canonical_bytes,
    joined,
    parse_canonical,
    quoted,
    read_back,
)
from entente.kernel.clock import format_time, parse_time
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, KeyId, StatementId
from entente.kernel.signing import SIGNATURE_BYTES, Context, Signature, Signer, decode_bytes, encode_bytes
from entente.kernel.sizes import size_said

STATEMENT_VERSION = 1
STATEMENT_BYTES_MAX = 512 * 1024
"""Half an envelope's body (DESIGN section 4: 1 MiB), so that one statement always fits with its signatures and salt."""
SIGNATURES_MAX = 16
"""No body has more heads than this; ours are 3."""

IDS_REMEMBERED_MAX = 256
"""Those of the statements in hand: four full envelopes."""
SMALL_BYTES_MAX = 4 * 1024
"""A police message of a page has half of it."""

_ID = "statement:"
_FIELDS = {"v", "kind", "body", "at", "content"}


@dataclass(frozen=True, slots=True)
class Statement:
    """Signed bytes with what they say. Made by `draft` and `with_signature`, or read by `from_json`."""

    kind: str
    body: BodyId
    at: datetime
    content: JsonObject
    signed: bytes
    """The canonical bytes; signatures and the id are over these and nothing else."""
    signatures: tuple[Signature, ...] = ()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> JsonObject:
            """Read the content from the signed bytes, where `signed_text` left it unread: asked for when it is not set."""
            if name != "content":
                raise AttributeError(name)
            object.__setattr__(self, "content", read_back(self.signed.decode())["content"])
            return self.content

    @property
    def id(self) -> StatementId:
        """The statement's name: the digest of its signed bytes."""
        # Asked for six times while a statement is taken in or sent; the ids of those in hand are kept, 1 MB at most.
        return _remembered_id(self.signed) if len(self.signed) <= SMALL_BYTES_MAX else _id_of(self.signed)

    @property
    def digest(self) -> bytes:
        """The digest of the signed bytes."""
        return bytes.fromhex(self.id.removeprefix(_ID))

    def with_signature(self, signer: Signer) -> Statement:
        """Return the statement with one more signature; signing twice with one key changes nothing."""
        signature = signer.sign(Context.STATEMENT, self.signed)
        if signature in self.signatures:
            return self
        return Statement(self.kind, self.body, self.at, self.content, self.signed, (*self.signatures, signature))

    def to_json(self) -> JsonObject:
        """Write for the wire and the store: the signed bytes as text, exactly, and the signatures."""
        signatures: list[Json] = [
            {"key": signature.key_id, "value": encode_bytes(signature.value)} for signature in self.signatures
        ]
        return {"signed": self.signed.decode("utf-8"), "signatures": signatures}


def _id_of(signed: bytes) -> StatementId:
    return StatementId(_ID + hashlib.sha256(signed).hexdigest())


_remembered_id = functools.lru_cache(maxsize=IDS_REMEMBERED_MAX)(_id_of)


def draft(kind: str, body: BodyId, at: datetime, content: JsonObject) -> Statement:
    """Make an unsigned statement; raise Invalid when it has no canonical form or is too large."""
    signed = canonical_bytes(
        {"v": STATEMENT_VERSION, "kind": kind, "body": body, "at": format_time(at), "content": content}
    )
    _bound_size(len(signed))
    return Statement(kind, body, at, content, signed)


def signed_text(kind: str, body: BodyId, at: datetime, content: str, signer: Signer) -> Statement:
    """Make and sign a statement around the canonical text of its content; raise Invalid as `draft` does.

    For what is written by the thousand (records of an import). Whoever wrote the text has read it back (`canonical.read_back`);
    what the statement says is read from the very bytes that were signed, once somebody asks.
    """
    members = {
        "v": str(STATEMENT_VERSION),
        "kind": quoted(kind),
        "body": quoted(body),
        "at": quoted(format_time(at)),
        "content": content,
    }
    signed = bytes_of(joined(members))
    _bound_size(len(signed))
    statement = object.__new__(Statement)
    signatures = (signer.sign(Context.STATEMENT, signed),)
    for name, value in (("kind", kind), ("body", body), ("at", at), ("signed", signed), ("signatures", signatures)):
        object.__setattr__(statement, name, value)
    return statement


def from_json(value: Json) -> Statement:
    """Read a statement from the wire or the store; raise Invalid for anything ill-formed. Verifies no signature."""
    if not isinstance(value, dict) or set(value) != {"signed", "signatures"}:
        raise _ill_formed("statement", "it is not an object with «signed» and «signatures»")
    signed, signatures = value["signed"], value["signatures"]
    if not isinstance(signed, str) or not isinstance(signatures, list) or len(signatures) > SIGNATURES_MAX:
        raise _ill_formed("signatures", f"«signed» is text and «signatures» a list of at most {SIGNATURES_MAX}")
    try:
        data = signed.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _ill_formed("signed", "it is not UTF-8") from error
    return from_signed(data, tuple(_signature(item) for item in signatures))


def from_signed(data: bytes, signatures: tuple[Signature, ...]) -> Statement:
    """Read a statement from its signed bytes; raise Invalid for anything ill-formed. Verifies no signature."""
    _bound_size(len(data))
    document = parse_canonical(data)
    if set(document) != _FIELDS or document["v"] != STATEMENT_VERSION:
        raise _ill_formed("statement", f"version {STATEMENT_VERSION} has the fields {sorted(_FIELDS)} and no others")
    kind, body, at, content = document["kind"], document["body"], document["at"], document["content"]
    if not (isinstance(kind, str) and isinstance(body, str) and isinstance(at, str) and isinstance(content, dict)):
        raise _ill_formed("statement", "kind, body and at are text, content is an object")
    return Statement(kind, BodyId(body), parse_time(at, "at"), content, data, signatures)


def _signature(item: Json) -> Signature:
    if not isinstance(item, dict) or set(item) != {"key", "value"}:
        raise _ill_formed("signatures", "each signature has a key and a value")
    key, value = item["key"], item["value"]
    if not isinstance(key, str) or not isinstance(value, str):
        raise _ill_formed("signatures", "key and value are text")
    return Signature(KeyId(key), decode_bytes(value, "signatures", length=SIGNATURE_BYTES))


def _bound_size(size: int) -> None:
    if size > STATEMENT_BYTES_MAX:
        bound = f"it holds at most {size_said(STATEMENT_BYTES_MAX)}"
        raise Invalid(
            f"A statement of {size_said(size)} is too large.",
            field="statement",
            why=f"A statement fits an envelope: {bound}.",
            do="Split the content over several statements.",
        )


def _ill_formed(field: str, why: str) -> Invalid:
    return Invalid(
        "The statement is not well formed.",
        field=field,
        why=f"A statement is written in one form (docs/rules/kernel.md K2): {why}.",
        do="Ask its sender to make it again with a node of the same protocol version.",
    )
