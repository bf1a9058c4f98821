"""The verbs of the directory: begin a body, let others in, take in what bodies say of themselves, keep officers and orders.

Nobody can be removed: there is no verb for it, and `accept_*` only ever add (B5). Statements of a body about itself go to every
body known here. What an officer does asks `authorise` first; what comes from another node is verified by `statements`.

Source: docs/rules/bodies.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from entente.bodies.appointing import Appointing, check_officer
from entente.bodies.authority import Record, authorise
from entente.bodies.ceremony import HeadKey, WantedKeys, check_heads, draft_document, draft_keys, old_draft
from entente.bodies.group_changes import says_the_same
from entente.bodies.model import Body, Compromise, Group, GroupEntry, Officer
from entente.bodies.national_law import NationalLaw
from entente.bodies.ports import BodiesUnit, BodyLists, NodeKeys
from entente.bodies.rotation import keys_statements, lost_drafts, spent_keys
from entente.bodies.rules import (
    check_name,
    compromises,
    directory_full,
    other_world,
    too_many_groups,
    unknown_body,
    verify_by_node,
)
from entente.bodies.statements import (
    DirectoryKind,
    NewAddresses,
    NewName,
    begin,
    extend,
    group_id_of,
    introduction_of,
    merge,
    next_group,
    read_group,
    read_introduction,
    read_keys,
    rebuild,
    require_introducible,
)
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock, format_time
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, Invalid, NotFound, Untrusted
from entente.kernel.ids import BodyId, GroupId, Ids, InstrumentId, KeyId, OfficerId
from entente.kernel.ports import Act, Delivery, Outgoing
from entente.kernel.signing import Signer, key_id
from entente.kernel.statement import Statement, draft

BODIES_MAX = 5_000
"""Bodies in one directory: 200 states with two dozen authorities each."""
GROUPS_MAX = 200
"""Groups of one keeper taken in from elsewhere; a general secretariat has some dozens of lists."""
NODE = "node"
"""The officer named in the trail for what the node does by itself or its operator at its console."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The services of the directory. Safe from several threads: each verb is one unit of work."""

    open_unit: Callable[[], BodiesUnit]
    clock: Clock
    ids: Ids
    lists: BodyLists
    record: Record
    node: Signer
    """The node's own key, which signs daily statements."""
    channel: Callable[[BodiesUnit, BodyId], InstrumentId]
    """Under which instrument governance goes to a body (agreements.service.Agreements.channel, bound by app)."""
    keys: NodeKeys
    """The node's private keys, of which a change of keys makes new ones."""
    doubt: Callable[[BodiesUnit, Compromise], int]
    """Stop showing what was taken in under keys that a body declares compromised; says how many records
    (records.intake.Intake.doubt, bound by app)."""
    end_sessions: Callable[[Any, Officer], int]
    """End the sessions that an officer, as now entered, may not have; says how many (sessions.Sessions.end_beyond)."""

    def init_own(self, genesis: Statement, first_officers: Iterable[Officer] = ()) -> Body:
        """Begin our own body from its genesis, with the officers who will enter the others; return its entry."""
        with self.open_unit() as unit:
            body = begin(genesis, self.clock.now(), self.lists.countries)
            unit.bodies.put_body(body, is_own=True)
            for officer in first_officers:
                check_officer(officer, self.lists.roles)
                unit.bodies.put_officer(officer)
            self.record(unit, Act("init", body.id, NODE, body.id, {"code": body.code, "statement": genesis.id}))
            unit.commit()
            return body

    def draft_keys(
        self,
        officer: OfficerId,
        *,
        add_heads: Iterable[HeadKey] = (),
        remove_heads: frozenset[KeyId] = frozenset(),
        threshold: int | None = None,
        compromised_since: datetime | None = None,
    ) -> JsonObject:
        """Make new keys for the node and return the draft of our next key version for the heads to sign.

        Nothing uses the new keys until the draft comes back signed; a draft that is refused leaves none.
        Source: docs/rules/bodies.md B12.
        """
        heads = check_heads(add_heads)
        with self.open_unit() as unit:
            self._authorise(unit, officer, "change_keys", unit.bodies.own().id)
            own = unit.bodies.own()
        made = self.keys.make_next()
        wanted = WantedKeys(made.node_key, made.sealing_key, heads, remove_heads, threshold, compromised_since)
        try:
            statement = draft_keys(own, wanted, self.clock.now())
        except Invalid:
            self.keys.drop({key_id(made.node_key), key_id(made.sealing_key)})
            raise
        return draft_document(own, statement, heads)

    def change_keys(self, officer: OfficerId, statement: Statement) -> Body:
        """Take our next key version, signed by the heads' threshold of the present one, and tell every body.

        In use here from this commit on. Raises Conflict for a draft of another version than the next, Untrusted below the
        threshold or for another body's, Misconfigured when its new keys do not lie at this node.
        Source: docs/rules/bodies.md B2, B10 and B12.
        """
        if statement.kind != DirectoryKind.KEYS:
            raise _bad("kind", "a change of keys is a statement of the kind keys")
        with self.open_unit() as unit:
            own = unit.bodies.own()
            self._authorise(unit, officer, "change_keys", own.id)
            new = read_keys(statement)
            if statement.body == own.id and new.version != own.current_keys.version + 1:
                raise old_draft(own, new.version)
            changed = self.keep_own_word(unit, own, statement, officer)
            unit.commit()
        # Every other draft was for this same version, so its keys can never come into use.
        self.keys.drop(lost_drafts(changed, self.keys.held()))
        return changed

    def remove_spent_keys(self) -> frozenset[KeyId]:
        """Remove for good the keys of our node that nobody needs any more; return their ids.

        Source: docs/rules/bodies.md B11.
        """
        with self.open_unit() as unit:
            own = unit.bodies.own()
            spent = spent_keys(own, self.told(unit, own), self.keys.held(), self.clock.now())
            if not spent:
                return spent
            self.record(unit, Act("remove_keys", own.id, NODE, own.id, {"keys": [*sorted(spent)]}))
            unit.commit()
        # A crash before this line has the keys removed, and recorded once more, the next time.
        self.keys.drop(spent)
        return spent

    def told(self, unit: BodiesUnit, own: Body) -> Mapping[int, Sequence[Delivery]]:
        """Return how far the statement of each of our later key versions has come, by version (rotation)."""
        return {version: unit.outbox.deliveries(statement.id) for version, statement in keys_statements(own).items()}

    def rename(self, name: str, since: date) -> Body:
        """Give our body a new name from a date on; the earlier one keeps its dates."""
        check_name(name)
        return self._say_by_node(DirectoryKind.NAME, NewName(name, since))

    def publish_addresses(self, addresses: tuple[str, ...], relays: tuple[BodyId, ...] = ()) -> Body:
        """Say where our node is reached and which bodies pass on to it, in the order to try; it replaces what we said before."""
        return self._say_by_node(DirectoryKind.ADDRESSES, NewAddresses(addresses, relays))

    def introduce_by_hand(self, statements: tuple[Statement, ...]) -> Body:
        """Enter a body from its own statements, which the operator checked by another way; return its entry."""
        with self.open_unit() as unit:
            now = self.clock.now()
            told = rebuild(statements, now, self.lists.countries)
            entered = self._enter(unit, told, introduced_by=None)
            self.record(unit, Act("introduce_by_hand", unit.bodies.own().id, NODE, told.id, {"code": told.code}))
            unit.commit()
            return entered

    def introduce(self, to: BodyId, about: BodyId) -> None:
        """Introduce a body of our directory to another one, by handing on what it has said of itself."""
        with self.open_unit() as unit:
            known, recipient = unit.bodies.body(about), unit.bodies.body(to)
            if known is None or recipient is None:
                raise NotFound
            own = unit.bodies.own()
            statement = draft(DirectoryKind.INTRODUCTION, own.id, self.clock.now(), introduction_of(known))
            self.record(unit, Act("introduce", own.id, NODE, about, {"to": to, "statement": statement.id}))
            self._send(unit, recipient.id, statement.with_signature(self.node))
            unit.commit()

    def accept_introduction(self, unit: BodiesUnit, statement: Statement) -> BodyId | None:
        """Take an introduction by a body already here; return the newcomer, or None for a body that was known.

        Ourselves, nobody can introduce anew.
        """
        introducer = verify_by_node(self._speaker(unit, statement), statement)
        about, carried = read_introduction(statement)
        is_new = unit.bodies.body(about) is None
        if is_new and unit.bodies.count() >= BODIES_MAX:
            # Before anything is verified of it: who introduces without end is refused at little cost.
            raise directory_full(BODIES_MAX)
        told = rebuild(carried, self.clock.now(), self.lists.countries)
        if told.id != about:
            raise Untrusted(
                f"{introducer.code} introduced one body with the statements of another.",
                reason="wrong_body",
                why="A body's id derives from its own genesis (docs/rules/bodies.md B1), and the two differ.",
                do=f"Ask {introducer.code} to introduce the body again.",
            )
        if about == unit.bodies.own().id:
            return None
        self._enter(unit, told, introduced_by=introducer.id)
        self._record_accepted(unit, statement, about)
        return about if is_new else None

    def accept_keys(self, unit: BodiesUnit, statement: Statement) -> None:
        """Take another body's next key version, signed by the heads of the one before."""
        self.accept_own_word(unit, statement, DirectoryKind.KEYS)

    def accept_name(self, unit: BodiesUnit, statement: Statement) -> None:
        """Take another body's new name."""
        self.accept_own_word(unit, statement, DirectoryKind.NAME)

    def accept_addresses(self, unit: BodiesUnit, statement: Statement) -> None:
        """Take where another body's node is reached now."""
        self.accept_own_word(unit, statement, DirectoryKind.ADDRESSES)

    def accept_units(self, unit: BodiesUnit, statement: Statement) -> None:
        """Take another body's branches, organs and units."""
        self.accept_own_word(unit, statement, DirectoryKind.UNITS)

    def keep_group(self, by: OfficerId, name: str, title: str, entries: tuple[GroupEntry, ...], seen: int) -> Group:
        """Keep the next version of a group of ours, made from the one that was `seen` (0: none), and send it to every body.

        Raises Conflict where another version stands than the one that was seen, and where the same would be said again.
        Source: docs/rules/bodies.md B7 and B29.
        """
        with self.open_unit() as unit:
            own, (known, group, statement) = unit.bodies.own(), self._next_group(unit, by, name, title, entries, seen)
            if known is not None and says_the_same(known, group):
                called = f"{own.code}/{name}"
                raise Conflict(
                    f"The group {called} was not kept anew.",
                    why=f"Version {known.version} says the same (docs/rules/bodies.md B29).",
                    do="Look at the group as it stands.",
                )
            unit.bodies.put_group(group)
            detail: JsonObject = {"version": group.version, "statement": statement.id}
            self.record(unit, Act("manage_groups", own.id, by, group.id, detail))
            self._send_to_all(unit, statement)
            unit.commit()
            return group

    def foresee_group(
        self, by: OfficerId, name: str, title: str, entries: tuple[GroupEntry, ...], seen: int
    ) -> tuple[Group | None, Group]:
        """Return a group of ours as it stands, None for a new one, and as it would be kept; raise all that keeping it raises.

        But for one that says the same as before: that nothing differs is told. Nothing is changed, and nobody is told.
        Source: docs/rules/bodies.md B27.
        """
        with self.open_unit() as unit:
            known, group, _ = self._next_group(unit, by, name, title, entries, seen)
            return known, group

    def _next_group(
        self, unit: BodiesUnit, by: OfficerId, name: str, title: str, entries: tuple[GroupEntry, ...], seen: int
    ) -> tuple[Group | None, Group, Statement]:
        own, now = unit.bodies.own(), self.clock.now()
        group_id = group_id_of(own.id, name)
        self._authorise(unit, by, "manage_groups", group_id)
        known = unit.bodies.group(group_id)
        content = next_group(name, title, entries, known, seen)
        statement = draft(DirectoryKind.GROUP, own.id, now, to_object(content)).with_signature(self.node)
        group = read_group(own, statement, known)
        assert group is not None, "the next version is newer than the one known"
        if known is None and sum(one.keeper == own.id for one in unit.bodies.groups()) >= GROUPS_MAX:
            raise too_many_groups(own.code, GROUPS_MAX)
        return known, group, statement

    def accept_group(self, unit: BodiesUnit, statement: Statement) -> None:
        """Take a newer version of a group from its keeper."""
        keeper = verify_by_node(self._speaker(unit, statement), statement)
        name = statement.content.get("name")
        known = unit.bodies.group(GroupId(f"{keeper.id}/{name}"))
        group = read_group(keeper, statement, known)
        if group is None:
            return
        if known is None and sum(one.keeper == keeper.id for one in unit.bodies.groups()) >= GROUPS_MAX:
            raise too_many_groups(keeper.code, GROUPS_MAX)
        unit.bodies.put_group(group)
        self._record_accepted(unit, statement, group.id)

    @property
    def officers(self) -> Appointing:
        """The verbs about our officers."""
        return Appointing(self.open_unit, self.clock, self.lists, self.record, self.end_sessions)

    @property
    def law(self) -> NationalLaw:
        """The verbs about national orders and the powers they give."""
        return NationalLaw(self.open_unit, self.clock, self.lists, self.record)

    def _say_by_node(self, kind: DirectoryKind, content: NewName | NewAddresses) -> Body:
        with self.open_unit() as unit:
            own = unit.bodies.own()
            # Signed inside the unit: between two units the node's keys may change.
            statement = draft(kind, own.id, self.clock.now(), to_object(content)).with_signature(self.node)
            changed = self.keep_own_word(unit, own, statement, NODE)
            unit.commit()
            return changed

    def keep_own_word(self, unit: BodiesUnit, own: Body, statement: Statement, officer: str) -> Body:
        """Keep what our body says of itself anew, and tell every body."""
        changed = extend(own, statement, self.clock.now())
        if changed is own:
            raise Conflict(
                "Nothing new was said.",
                why="Our entry holds this already, or something newer (docs/rules/bodies.md B3).",
                do="Look at the entry with «entente body show», and make the statement again if it should change.",
            )
        require_introducible(own, changed)
        unit.bodies.put_body(changed, is_own=True)
        detail: JsonObject = {"statement": statement.id, **_declared(own, changed)}
        self.record(unit, Act(statement.kind, own.id, officer, own.id, detail))
        self._send_to_all(unit, statement)
        return changed

    def accept_own_word(self, unit: BodiesUnit, statement: Statement, kind: DirectoryKind) -> None:
        """Take what another body says of itself."""
        body = self._speaker(unit, statement)
        if statement.kind != kind:
            raise _bad("kind", f"a statement of the kind {kind} was expected")
        if body.id == unit.bodies.own().id:
            # What we say of ourselves we know already; another node cannot change our entry by sending it back.
            return
        changed = extend(body, statement, self.clock.now())
        if changed is not body:
            unit.bodies.put_body(changed)
            doubted = self._doubt(unit, body, changed)
            self._record_accepted(unit, statement, body.id, {**_declared(body, changed), **doubted})

    def _enter(self, unit: BodiesUnit, told: Body, *, introduced_by: BodyId | None) -> Body:
        now = self.clock.now()
        known = unit.bodies.body(told.id)
        if known is not None:
            merged = merge(known, told, now)
            if merged is not known:
                unit.bodies.put_body(merged, is_own=told.id == unit.bodies.own().id)
                if merged.current_keys != known.current_keys:
                    detail: JsonObject = {**_declared(known, merged), **self._doubt(unit, known, merged)}
                    self.record(unit, Act(DirectoryKind.KEYS, merged.id, NODE, merged.id, detail))
            return merged
        if told.is_exercise is not unit.bodies.own().is_exercise:
            raise other_world(told)
        # Asked of the store and not read: a peer that introduces thousands must not make each cost what all before it do.
        if unit.bodies.has_code(told.code):
            raise Conflict(
                f"Another body of this directory has the code {told.code}.",
                why="Officers address bodies by their codes, so the first one known keeps it (docs/rules/bodies.md B4).",
                do="Find out by another way which of the two is meant; the newcomer needs a genesis with another code.",
            )
        if unit.bodies.count() >= BODIES_MAX:
            raise directory_full(BODIES_MAX)
        entered = replace(told, introduced_by=introduced_by, introduced_at=now)
        unit.bodies.put_body(entered)
        return entered

    def _doubt(self, unit: BodiesUnit, before: Body, after: Body) -> JsonObject:
        """Act on what a body's new key versions declare compromised; return what the trail says of it."""
        found = compromises(before, after)
        return {"records_in_doubt": sum(self.doubt(unit, one) for one in found)} if found else {}

    def _speaker(self, unit: BodiesUnit, statement: Statement) -> Body:
        body = unit.bodies.body(statement.body)
        if body is None:
            raise self._counted(unit, statement.body)
        return body

    def _counted(self, unit: BodiesUnit, claimed: str) -> Untrusted:
        unit.bodies.count_unknown(claimed)
        return unknown_body(claimed)

    def _authorise(self, unit: BodiesUnit, officer: OfficerId, verb: str, subject: str) -> None:
        authorise(unit, officer, verb, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record)

    def _record_accepted(
        self, unit: BodiesUnit, statement: Statement, subject: str, more: JsonObject | None = None
    ) -> None:
        detail: JsonObject = {"statement": statement.id, **(more or {})}
        self.record(unit, Act(statement.kind, statement.body, NODE, subject, detail))

    def _send_to_all(self, unit: BodiesUnit, statement: Statement) -> None:
        own = unit.bodies.own().id
        for body in unit.bodies.bodies():
            if body.id != own and body.succeeded_by is None:
                self._send(unit, body.id, statement)

    def _send(self, unit: BodiesUnit, to: BodyId, statement: Statement) -> None:
        # All of the directory is control: it keeps its order, and the data that rests on it comes after it.
        unit.outbox.put(Outgoing(to, self.channel(unit, to), statement, is_control=True, ref=statement.id))


def _declared(before: Body, after: Body) -> JsonObject:
    """Return what a change of keys declares, for the trail; nothing for another change."""
    if before.current_keys == after.current_keys:
        return {}
    since = after.current_keys.compromised_since
    said: JsonObject = {"version": after.current_keys.version}
    return said if since is None else {**said, "compromised_since": format_time(since)}


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"The directory takes only what its rules allow (docs/rules/bodies.md): {why}.",
        do="Mend the field and try again.",
    )
