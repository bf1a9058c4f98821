"""Who a body is, which keys speak for it, whom a group names (B1 to B3, B7).

Pure functions over what bodies have said of themselves. How an entry grows by statements stands in `statements`, what
officers may do in `powers`.

Source: docs/rules/bodies.md.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from entente.bodies.model import (
    HEADS_MAX,
    NAME_CHARACTERS_MAX,
    Body,
    BodyKind,
    Compromise,
    Genesis,
    Group,
    KeyVersion,
    MembershipStatus,
)
from entente.kernel.errors import Conflict, Invalid, Untrusted
from entente.kernel.ids import BodyId, KeyId
from entente.kernel.sealing import SEALING_KEY_BYTES
from entente.kernel.signing import KEY_BYTES, Context, count_signers, is_signed_by, key_id
from entente.kernel.statement import Statement
from entente.kernel.text import is_line

CLOCK_SKEW_MAX = timedelta(minutes=5)
"""How far two nodes' clocks may differ: the bound Kerberos uses (RFC 4120, section 5.2.7.3)."""
NONCE_BYTES = 16
ZONE_CHARACTERS_MAX = 64
"""Twice the longest name in the IANA time zone database."""

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,22}[A-Z0-9]")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_NATIONAL = frozenset({BodyKind.NATIONAL_CENTRAL_BUREAU, BodyKind.NATIONAL_ENTITY})


def body_id(signed: bytes) -> BodyId:
    """Derive a body's id from the signed bytes of its genesis statement.

    Source: docs/rules/bodies.md B1.
    """
    digest = base64.b32encode(hashlib.sha256(signed).digest()).decode("ascii")
    return BodyId("body:" + digest.lower()[:32])


def check_genesis(genesis: Genesis, countries: Mapping[str, str]) -> None:
    """Check what a body says of itself at its beginning; raise Invalid naming the field.

    Source: docs/rules/bodies.md B1. Another body's zone may be of a newer time zone database than this machine has.
    """
    if not _CODE.fullmatch(genesis.code):
        raise _bad("code", "a code has 2 to 24 of A–Z, 0–9 and «-», and neither begins nor ends with «-»")
    check_name(genesis.name)
    if genesis.country and genesis.country not in countries:
        raise _bad("country", f"«{genesis.country[:8]}» is in no list of countries")
    if genesis.kind in _NATIONAL and not genesis.country:
        raise _bad("country", "a national body has a country")
    if len(genesis.zone) > ZONE_CHARACTERS_MAX or not _ZONE.fullmatch(genesis.zone):
        raise _bad("zone", "a zone is written like Europe/Lisbon")
    if len(genesis.nonce) != NONCE_BYTES:
        raise _bad("nonce", f"it has {NONCE_BYTES} bytes")
    check_keys(genesis.root_keys, genesis.threshold, genesis.node_key, genesis.sealing_key)


def check_own_zone(zone: str) -> None:
    """Raise Invalid where a body would begin in a zone that there is not: its genesis is never changed.

    Source: docs/rules/bodies.md B1.
    """
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise _bad("zone", f"«{zone[:40]}» is no zone of the time zone database, like Europe/Vienna") from None


def check_keys(root_keys: tuple[bytes, ...], threshold: int, node_key: bytes, sealing_key: bytes) -> None:
    """Check a set of keys; raise Invalid naming the field. One head alone never speaks where there are two.

    Source: docs/rules/bodies.md B1 and B2.
    """
    if not 1 <= len(root_keys) <= HEADS_MAX:
        raise _bad("root_keys", f"a body has 1 to {HEADS_MAX} heads' keys")
    keys = (*root_keys, node_key)
    if any(len(key) != KEY_BYTES for key in keys):
        raise _bad("root_keys", f"a signing key has {KEY_BYTES} bytes")
    if len(sealing_key) != SEALING_KEY_BYTES:
        raise _bad("sealing_key", f"a sealing key has {SEALING_KEY_BYTES} bytes")
    if len(set(keys)) != len(keys):
        raise _bad("root_keys", "the same key stands twice; heads and node have a key each")
    if not min(2, len(root_keys)) <= threshold <= len(root_keys):
        raise _bad("threshold", "it is at least 2 where there are 2 heads or more, and at most their number")


def check_name(name: str) -> None:
    """Check a body's name; raise Invalid.

    Source: docs/rules/bodies.md B6.
    """
    if len(name) > NAME_CHARACTERS_MAX or not is_line(name):
        raise _bad("name", f"a name is one line of 1 to {NAME_CHARACTERS_MAX} characters, and shows as it is stored")


def keys_at(body: Body, at: datetime) -> KeyVersion | None:
    """Return the key version in force at a moment, or None before the first.

    Source: docs/rules/bodies.md B2.
    """
    begun = [version for version in body.keys if version.valid_from <= at + CLOCK_SKEW_MAX]
    return begun[-1] if begun else None


def as_it_was(body: Body, at: datetime) -> Body:
    """Return a body with the keys it had at a moment, to judge now what came then and could not be judged.

    What came before a change of keys was said under the key of that time, and our own store says when it came. Where those keys
    may have been in others' hands by then, the body stays as it is: its earlier key proves nothing (B13).

    Source: docs/rules/bodies.md B2.
    """
    begun = [version for version in body.keys if version.valid_from <= at]
    later = body.keys[len(begun) :]
    is_doubtful = any(
        one.compromised_since is not None and one.compromised_since <= at + CLOCK_SKEW_MAX for one in later
    )
    return body if not begun or is_doubtful else replace(body, keys=tuple(begun))


def has_valid_keys(body: Body, now: datetime) -> bool:
    """Say whether a body has keys in force now; one that was succeeded here has none.

    Source: docs/rules/bodies.md B2 and B14.
    """
    return keys_at(body, now) is not None and body.succeeded_by is None


def key_at(body: Body, wanted: KeyId, at: datetime) -> bytes | None:
    """Return the node key of this name if it is the one in force at a moment; an older one no longer signs.

    For anything just received `at` is now, never the time the sender claims: a stolen old key could claim any.

    Source: docs/rules/bodies.md B2 and B3.
    """
    version = keys_at(body, at)
    if version is None or key_id(version.node_key) != wanted or body.succeeded_by is not None:
        return None
    return version.node_key


def compromises(before: Body, after: Body) -> tuple[Compromise, ...]:
    """Return what the key versions that were added declare of the node's keys before each of them.

    Source: docs/rules/bodies.md B13.
    """
    added = after.keys[len(before.keys) :]
    return tuple(
        Compromise(after.id, new.version - 1, key_id(after.keys[new.version - 2].node_key), new.compromised_since)
        for new in added
        if new.compromised_since is not None
    )


def verify_by_heads(body: Body | None, statement: Statement) -> Body:
    """Return the body whose heads signed the statement by their threshold; raise Untrusted with a reason.

    Source: docs/rules/bodies.md B3.
    """
    body = _the_speaker(body, statement)
    keys = body.current_keys
    signed = count_signers(keys.heads, statement.signatures, Context.STATEMENT, statement.signed)
    if signed >= keys.threshold:
        return body
    named = {signature.key_id for signature in statement.signatures}
    if named and not named & set(keys.heads):
        earlier = {key for version in body.keys[:-1] for key in version.heads}
        raise _wrong_key(body, statement, is_earlier=bool(named & earlier))
    raise Untrusted(
        f"A statement «{statement.kind}» of {body.code} is signed by {signed} of its heads.",
        reason="below_threshold",
        why=f"Different heads whose valid signatures its keys ask for: {keys.threshold} (docs/rules/bodies.md B3).",
        do=f"Have that many heads of {body.code} sign the same bytes, then hand the statement in again.",
    )


def verify_by_node(body: Body | None, statement: Statement) -> Body:
    """Return the body whose node signed the statement with its newest key; raise Untrusted with a reason.

    Source: docs/rules/bodies.md B3.
    """
    body = _the_speaker(body, statement)
    if is_signed_by_node(body.current_keys, statement):
        return body
    earlier = {key_id(version.node_key) for version in body.keys[:-1]}
    named = {signature.key_id for signature in statement.signatures}
    raise _wrong_key(body, statement, is_earlier=bool(named & earlier))


def is_signed_by_node(keys: KeyVersion, statement: Statement) -> bool:
    """Say whether the node key of this version signed the statement."""
    return any(
        signature.key_id == key_id(keys.node_key)
        and is_signed_by(keys.node_key, signature, Context.STATEMENT, statement.signed)
        for signature in statement.signatures
    )


def too_many_groups(keeper: str, most: int) -> Conflict:
    """Return the refusal of one more group of a keeper."""
    return Conflict(
        f"{keeper} keeps {most} groups already.",
        why="What one body fills of another's directory is bounded (docs/rules/bodies.md B7).",
        do="Write new entries into the groups there are; each version of a group replaces the whole list.",
    )


def directory_full(bodies_max: int) -> Conflict:
    """Return the refusal of a newcomer to a directory that holds as many bodies as it may (B4)."""
    return Conflict(
        f"The directory holds {bodies_max} bodies already.",
        why="The directory is bounded, because nobody can be removed from it (docs/rules/bodies.md B4 and B5).",
        do="Ask who introduces so many bodies, and stop taking introductions from that body.",
    )


def other_world(told: Body) -> Untrusted:
    """Return the refusal of an invented body at a real one's node, and of a real one at an exercise's (B15)."""
    what = "is invented for an exercise" if told.is_exercise else "is real, and this node is part of an exercise"
    return Untrusted(
        f"{told.code} {what}.",
        reason="exercise",
        why="Nothing passes between an exercise and the bodies that are real, so that neither is taken for the other "
        "(docs/rules/bodies.md B15).",
        do="Exercise with a node made by «entente exercise», and work with real bodies by a node that was not.",
    )


def unknown_body(claimed: str) -> Untrusted:
    """Return the refusal of a statement whose body is not in the directory.

    Source: docs/rules/bodies.md B4.
    """
    return Untrusted(
        f"A statement comes from {claimed[:40] or 'nobody'}, which is not in this directory.",
        reason="unknown_body",
        why="A body enters a directory by an introduction of a body already there, or by hand (docs/rules/bodies.md B4).",
        do="Ask a body that knows both to introduce it, or enter its genesis file by hand after checking it by another way.",
    )


def resolve_group(group: Group, status: MembershipStatus, on: date) -> frozenset[BodyId]:
    """Return the bodies of one status in a group on a day: entries with since ≤ day < until.

    Source: docs/rules/bodies.md B7; DESIGN section 2 «group».
    """
    return frozenset(
        entry.body
        for entry in group.entries
        if entry.status is status and entry.since <= on and (entry.until is None or on < entry.until)
    )


def _the_speaker(body: Body | None, statement: Statement) -> Body:
    if body is None:
        raise unknown_body(statement.body)
    if body.id != statement.body:
        raise Untrusted(
            f"A statement of {statement.body[:40]} was handed in as one of {body.code}.",
            reason="wrong_body",
            why="Only a body itself speaks for itself (docs/rules/bodies.md B3).",
            do="Send the statement under the body that signed it.",
        )
    if body.succeeded_by is not None:
        raise Untrusted(
            f"A statement of {body.code} came after another body was accepted in its place.",
            reason="succeeded",
            why=f"Two officers of this node accepted {body.succeeded_by} for it; its keys say nothing new here (B14).",
            do=f"Ask {body.succeeded_by}, which answers for it now.",
        )
    return body


def _wrong_key(body: Body, statement: Statement, *, is_earlier: bool) -> Untrusted:
    if is_earlier:
        return Untrusted(
            f"A statement «{statement.kind}» of {body.code} is signed with a key that is no longer valid.",
            reason="key_no_longer_valid",
            why=f"{body.code} changed its keys; version {body.current_keys.version} signs now (docs/rules/bodies.md B2).",
            do=f"Ask {body.code} to sign it again with its newest keys.",
        )
    return Untrusted(
        f"A statement «{statement.kind}» does not carry the signature of {body.code}.",
        reason="wrong_signature",
        why="No signature on it is valid under the body's keys for exactly these bytes (docs/rules/bodies.md B3).",
        do=f"Ask {body.code} to send it again; if it says that it never did, treat the sender as hostile.",
    )


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The body's {field} is not well formed.",
        field=field,
        why=f"The directory takes only what every node can check (docs/rules/bodies.md B1): {why}.",
        do="Mend the field and sign the statement again.",
    )
