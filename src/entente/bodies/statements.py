"""How a directory entry begins and grows by the body's own statements (B1, B2, B4 to B7).

`begin` and `extend` are the only ways to make or change a `Body`. Both verify what they take: keys by the heads' threshold of the
version before, names, addresses and units by the node. Neither ever drops a key version or a name. An old statement comes to
nothing, so that a replay is harmless.

Source: docs/rules/bodies.md. How statements arrive and who sent them on is the service's and the exchange's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from entente.bodies.contact_rules import checked_contacts
from entente.bodies.model import (
    ADDRESSES_MAX,
    NAME_CHARACTERS_MAX,
    RELAYS_MAX,
    Body,
    ContactPoint,
    Genesis,
    Group,
    GroupEntry,
    KeyVersion,
    NameEntry,
    Unit,
)
from entente.bodies.rules import (
    CLOCK_SKEW_MAX,
    body_id,
    check_genesis,
    check_keys,
    check_name,
    is_signed_by_node,
    verify_by_heads,
    verify_by_node,
)
from entente.bodies.unit_rules import check_units
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, Invalid, Untrusted
from entente.kernel.ids import BodyId, GroupId
from entente.kernel.sizes import size_said
from entente.kernel.statement import STATEMENT_BYTES_MAX, Statement
from entente.kernel.statement import from_json as statement_from_json
from entente.kernel.text import is_line

NAMES_MAX = 64
"""A body renamed every year for a working life."""
KEY_VERSIONS_MAX = 1_000
"""A change of keys every two weeks for forty years."""
DOCUMENT_CHARACTERS_MAX = 300
"""A decision's title and number; as long as a message's subject."""
GROUP_ENTRIES_MAX = 5_000
"""Every state of the world with each status, several times over."""
ADDRESS_CHARACTERS_MAX = 300
BUNDLE_STATEMENTS_MAX = NAMES_MAX + KEY_VERSIONS_MAX + 4
"""All that one body can say of itself: genesis, keys, names, the newest addresses, units and contact points."""

INTRODUCTION_BYTES_MAX = STATEMENT_BYTES_MAX - 4 * 1024
"""Of the statements that an introduction carries, as it writes them; the rest is for its own head and signature."""
_GROUP_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WEB_ADDRESS = re.compile(
    r"https?://(\[[0-9a-f:.]{2,45}\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~/-]*)?"
)
"""A host with its port and path, and nothing that hides where it leads: no user, password, question or fragment."""


class DirectoryKind(StrEnum):
    """The kinds of statement the directory is made of."""

    GENESIS = "genesis"
    KEYS = "keys"
    NAME = "name"
    ADDRESSES = "addresses"
    UNITS = "units"
    CONTACTS = "contacts"
    GROUP = "group"
    INTRODUCTION = "introduction"


@dataclass(frozen=True, slots=True)
class NewName:
    """Content of a `name` statement."""

    name: str
    since: date


@dataclass(frozen=True, slots=True)
class NewAddresses:
    """Content of an `addresses` statement: where the node is reached and who passes on to it, all, in the order to try."""

    addresses: tuple[str, ...]
    relays: tuple[BodyId, ...] = ()


@dataclass(frozen=True, slots=True)
class NewUnits:
    """Content of a `units` statement: all of them."""

    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class NewContacts:
    """Content of a `contacts` statement: all of them."""

    contacts: tuple[ContactPoint, ...]


@dataclass(frozen=True, slots=True)
class NewGroup:
    """Content of a `group` statement: the whole list."""

    name: str
    title: str
    version: int
    entries: tuple[GroupEntry, ...]


def begin(statement: Statement, now: datetime, countries: Mapping[str, str]) -> Body:
    """Make the entry of a body from its genesis statement, signed by its own heads; raise Invalid or Untrusted.

    Source: docs/rules/bodies.md B1.
    """
    if statement.kind != DirectoryKind.GENESIS or statement.body:
        raise _bad(
            "kind",
            "a body begins with a statement of the kind genesis that names no body, because its id derives from it",
        )
    genesis = from_json(Genesis, statement.content, "genesis")
    check_genesis(genesis, countries)
    _not_from_the_future(statement.at, now)
    body = Body(
        id=body_id(statement.signed),
        kind=genesis.kind,
        code=genesis.code,
        country=genesis.country,
        zone=genesis.zone,
        names=(NameEntry(genesis.name, statement.at.date()),),
        keys=(
            KeyVersion(1, genesis.root_keys, genesis.threshold, genesis.node_key, genesis.sealing_key, statement.at),
        ),
        replaces=genesis.replaces,
        is_exercise=genesis.is_exercise,
        statements=(statement.to_json(),),
    )
    # The genesis names no body; it speaks for the one whose id it gives.
    verify_by_heads(body, replace(statement, body=body.id))
    return body


def extend(body: Body, statement: Statement, now: datetime) -> Body:
    """Return the entry with one more of the body's own statements; the same entry for old news.

    Raises Untrusted when body or signature is wrong, Invalid when the content is.

    Source: docs/rules/bodies.md B2, B3, B5 and B6.
    """
    if statement.to_json() in body.statements:
        return body
    match statement.kind:
        case DirectoryKind.KEYS:
            return _with_keys(body, statement, now)
        case DirectoryKind.NAME | DirectoryKind.ADDRESSES | DirectoryKind.UNITS | DirectoryKind.CONTACTS:
            verify_by_node(body, statement)
            _not_from_the_future(statement.at, now)
            return body if _is_old(body, statement) else _with_fact(body, statement, now)
    raise _bad("kind", f"«{statement.kind[:40]}» is no statement by which an entry grows")


def rebuild(statements: Iterable[Statement], now: datetime, countries: Mapping[str, str]) -> Body:
    """Make an entry from all that a body has said of itself, oldest first; each is verified by the keys of its place.

    Source: docs/rules/bodies.md B4.
    """
    body: Body | None = None
    for statement in statements:
        body = begin(statement, now, countries) if body is None else extend(body, statement, now)
    if body is None:
        raise _bad("statements", "it carries nothing the body has said of itself")
    return body


def merge(known: Body, told: Body, now: datetime) -> Body:
    """Return what we know of a body with what somebody else's introduction adds.

    Only a longer chain of keys that continues ours, and newer words under the newest keys, add anything. Two
    chains that part are refused: the first one known stays (B5).

    Source: docs/rules/bodies.md B4 and B5.
    """
    shared = min(len(known.keys), len(told.keys))
    if known.keys[:shared] != told.keys[:shared]:
        raise forked(known)
    for document in told.statements:
        statement = statement_from_json(document)
        if _adds_keys(known, statement) or (
            statement.kind in _FACTS and is_signed_by_node(known.current_keys, statement)
        ):
            known = extend(known, statement, now)
    return known


def read_introduction(statement: Statement) -> tuple[BodyId, tuple[Statement, ...]]:
    """Return whom an introduction is about and the statements it carries; raise Invalid.

    Source: docs/rules/bodies.md B4.
    """
    content = statement.content
    about, carried = content.get("about"), content.get("statements")
    if set(content) != {"about", "statements"} or not isinstance(about, str) or not isinstance(carried, list):
        raise _bad("introduction", "it names whom it is about and carries a list of statements")
    if not 1 <= len(carried) <= BUNDLE_STATEMENTS_MAX:
        raise _bad("introduction.statements", f"it carries 1 to {BUNDLE_STATEMENTS_MAX} statements")
    return BodyId(about), tuple(statement_from_json(document) for document in carried)


def introduction_of(body: Body) -> JsonObject:
    """Return the content by which we introduce a body: its own signed statements, unchanged."""
    return {"about": body.id, "statements": list(body.statements)}


def require_introducible(known: Body, said: Body) -> None:
    """Require that all a body says of itself still fits one introduction; raise Invalid where it grows beyond.

    Source: docs/rules/bodies.md B4.
    """
    before, size = (len(canonical_bytes(introduction_of(body))) for body in (known, said))
    if size > max(before, INTRODUCTION_BYTES_MAX):
        raise Invalid(
            "This body would say more of itself than others can be told.",
            field="statement",
            why=f"All of it together fits one introduction of at most {size_said(INTRODUCTION_BYTES_MAX)}, and would take "
            f"{size_said(size)} (docs/rules/bodies.md B4).",
            do="Say fewer units or contact points, or shorter names and territories.",
        )


def read_group(keeper: Body, statement: Statement, known: Group | None) -> Group | None:
    """Return the new version of a group, or None for old news; raise Invalid, or Untrusted for another's group.

    Versions follow each other without a gap only at the keeper; elsewhere the highest counts. A group's name begins
    with its keeper's id, so that nobody can keep another body's list.

    Source: docs/rules/bodies.md B7.
    """
    content = from_json(NewGroup, statement.content, "group")
    group_id = group_id_of(keeper.id, content.name)
    if len(content.title) > NAME_CHARACTERS_MAX or not is_line(content.title):
        raise _bad(
            "group.title", f"a title is one line of 1 to {NAME_CHARACTERS_MAX} characters that shows as it is stored"
        )
    if len(content.entries) > GROUP_ENTRIES_MAX:
        raise _bad("group.entries", f"a group has at most {GROUP_ENTRIES_MAX} entries")
    for place, entry in enumerate(content.entries):
        if entry.until is not None and entry.until < entry.since:
            raise _bad(f"group.entries[{place}].until", "it lies before «since»")
        if len(entry.document) > DOCUMENT_CHARACTERS_MAX or not is_line(entry.document):
            why = f"each entry names the document it rests on, in one line of at most {DOCUMENT_CHARACTERS_MAX} characters"
            raise _bad(f"group.entries[{place}].document", why)
    if content.version < 1:
        raise _bad("group.version", "versions count 1, 2, 3 …")
    if known is not None and content.version <= known.version:
        return None
    return Group(group_id, keeper.id, content.name, content.title, content.version, content.entries)


def next_group(name: str, title: str, entries: tuple[GroupEntry, ...], known: Group | None, seen: int) -> NewGroup:
    """Return the next version of a group, made from the one that was seen, 0 for none; raise Conflict where another stands."""
    stands = 0 if known is None else known.version
    if seen != stands:
        raise Conflict(
            f"The group «{name}» was not changed.",
            why=f"It is at version {stands}, and what was sent was made from version {seen}; 0 is a group that is not there yet "
            "(docs/rules/api.md P9).",
            do="Look at the list as it stands, enter into it what should be changed, and name its version.",
            changed_meanwhile=True,
        )
    return NewGroup(name, title, stands + 1, entries)


def group_id_of(keeper: BodyId, name: str) -> GroupId:
    """Return the id of a body's group; raise Invalid for a name that is not a short word."""
    if not _GROUP_NAME.fullmatch(name):
        raise _bad("group.name", "a group's name has 1 to 64 letters, digits, «-» and «_»")
    return GroupId(f"{keeper}/{name}")


def forked(body: Body) -> Untrusted:
    """Return the refusal of a second chain of keys for a body already known."""
    return Untrusted(
        f"Another chain of keys was shown for {body.code} than the one known here.",
        reason="wrong_signature",
        why="Its keys change only version by version, and the first chain known stays (docs/rules/bodies.md B2 and B5).",
        do=f"Ask the heads of {body.code} by another way which keys are theirs; tell them that two chains exist.",
    )


_KEEPS_ONLY_NEWEST = frozenset({DirectoryKind.ADDRESSES, DirectoryKind.UNITS, DirectoryKind.CONTACTS})
_FACTS = _KEEPS_ONLY_NEWEST | {DirectoryKind.NAME}


def read_keys(statement: Statement) -> KeyVersion:
    """Return the key version a `keys` statement brings; raise Invalid when it is not well formed."""
    return from_json(KeyVersion, statement.content, "keys")


def keys_content(keys: KeyVersion) -> JsonObject:
    """Return the content of a `keys` statement; what is not declared is left out."""
    content = to_object(keys)
    if keys.compromised_since is None:
        del content["compromised_since"]
    return content


def check_next_keys(body: Body, new: KeyVersion, now: datetime) -> None:
    """Check that keys may follow a body's present ones; raise Invalid. Who signed them is not asked here.

    A key that a body gave up does not come back, in whatever place: it may have been given up because it was stolen.

    Source: docs/rules/bodies.md B2.
    """
    current = body.current_keys
    if new.version != current.version + 1:
        raise _bad("keys.version", f"version {current.version + 1} comes next; hand in the versions between first")
    if len(body.keys) >= KEY_VERSIONS_MAX:
        raise _bad("keys.version", f"a body has at most {KEY_VERSIONS_MAX} versions")
    check_keys(new.root_keys, new.threshold, new.node_key, new.sealing_key)
    for name, ours, staying in (
        ("root_keys", new.root_keys, set(current.root_keys)),
        ("node_key", (new.node_key,), {current.node_key}),
        ("sealing_key", (new.sealing_key,), {current.sealing_key}),
    ):
        if (set(ours) - staying) & _ever_used(body):
            raise _bad(f"keys.{name}", "a key that the body used before, in this place or another, does not come back")
    _not_from_the_future(new.valid_from, now)
    if new.valid_from < current.valid_from:
        raise _bad("keys.valid_from", "it lies before the version it follows")
    if new.compromised_since is not None:
        _check_compromise(current, new, new.compromised_since)


def _ever_used(body: Body) -> set[bytes]:
    return {key for keys in body.keys for key in (*keys.root_keys, keys.node_key, keys.sealing_key)}


def _check_compromise(current: KeyVersion, new: KeyVersion, since: datetime) -> None:
    if not current.valid_from <= since <= new.valid_from:
        why = "it lies within the time of the version it speaks of"
        raise _bad("keys.compromised_since", f"{why}: from {current.valid_from.isoformat()} until the new one begins")
    if current.node_key == new.node_key or current.sealing_key == new.sealing_key:
        raise _bad("keys.compromised_since", "keys that were in others' hands are replaced, both of them")


def _with_keys(body: Body, statement: Statement, now: datetime) -> Body:
    new = read_keys(statement)
    current = body.current_keys
    if new.version <= current.version:
        earlier = next((known for known in body.keys if known.version == new.version), None)
        if new != earlier:
            raise forked(body)
        return body
    verify_by_heads(body, statement)
    check_next_keys(body, new, now)
    return replace(body, keys=(*body.keys, new), statements=(*body.statements, statement.to_json()))


def _with_fact(body: Body, statement: Statement, now: datetime) -> Body:
    if statement.kind == DirectoryKind.NAME:
        changed = _with_name(body, from_json(NewName, statement.content, "name"), now)
    elif statement.kind == DirectoryKind.ADDRESSES:
        new = _checked_addresses(body.id, from_json(NewAddresses, statement.content, "addresses"))
        changed = replace(body, addresses=new.addresses, relays=new.relays)
    elif statement.kind == DirectoryKind.UNITS:
        changed = replace(body, units=check_units(from_json(NewUnits, statement.content, "units").units))
    else:
        points = checked_contacts(from_json(NewContacts, statement.content, "contacts").contacts)
        changed = replace(body, contacts=points, contacts_at=statement.at)
    kept = tuple(
        document
        for document in body.statements
        if not (statement.kind in _KEEPS_ONLY_NEWEST and statement_from_json(document).kind == statement.kind)
    )
    return replace(changed, statements=(*kept, statement.to_json()))


def _with_name(body: Body, new: NewName, now: datetime) -> Body:
    check_name(new.name)
    last = body.names[-1]
    # A day more than the UTC date: it may already be tomorrow where the body is.
    if not last.since <= new.since <= (now + timedelta(days=1)).date():
        raise _bad(
            "name.since", f"it lies between {last.since.isoformat()}, since when «{last.name}» is in use, and today"
        )
    if len(body.names) >= NAMES_MAX:
        raise _bad("name", f"a body has at most {NAMES_MAX} names")
    ended = replace(last, until=new.since)
    return replace(body, names=(*body.names[:-1], ended, NameEntry(new.name, new.since)))


def _checked_addresses(body: BodyId, new: NewAddresses) -> NewAddresses:
    if len(new.addresses) > ADDRESSES_MAX or len(set(new.addresses)) != len(new.addresses):
        raise _bad("addresses", f"a body has at most {ADDRESSES_MAX} different addresses")
    for place, address in enumerate(new.addresses):
        if len(address) > ADDRESS_CHARACTERS_MAX or not _WEB_ADDRESS.fullmatch(address):
            raise _bad(
                f"addresses[{place}]", "an address is http:// or https:// with a host, and no password or question"
            )
    if len(new.relays) > RELAYS_MAX or len(set(new.relays)) != len(new.relays) or body in new.relays:
        raise _bad("relays", f"a body has at most {RELAYS_MAX} different relays, and is none to itself")
    return new


def _is_old(body: Body, statement: Statement) -> bool:
    same = (statement_from_json(document) for document in body.statements)
    return any(known.kind == statement.kind and known.at >= statement.at for known in same)


def _adds_keys(known: Body, statement: Statement) -> bool:
    if statement.kind != DirectoryKind.KEYS:
        return False
    version = statement.content.get("version")
    return isinstance(version, int) and version > known.current_keys.version


def _not_from_the_future(at: datetime, now: datetime) -> None:
    if at > now + CLOCK_SKEW_MAX:
        raise _bad(
            "at", f"{at.isoformat()} lies more than {CLOCK_SKEW_MAX.seconds // 60} minutes ahead of this node's clock"
        )


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The statement's field {field} does not hold what it should.",
        field=field,
        why=f"The directory takes only what its rules allow (docs/rules/bodies.md): {why}.",
        do="Make and sign the statement again with the field mended.",
    )
