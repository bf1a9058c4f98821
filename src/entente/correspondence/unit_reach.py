"""Items about records that an officer's unit keeps from them, and messages that answer one: as if they were not there.

An item names its record, and a message the item that it answers. Where the limits of the officer's unit admit nothing of the
record, whoever looks for the item, or for the message, finds nothing; nor where the record is not here, so that nothing says that
it is for the unit. Only what was asked by an officer who could know no more of the record says nothing of it, and is shown: else
whoever asks for a record would see by their own question whether it is here.

Source: docs/rules/disclosure.md D10 to D12; docs/rules/cases.md C8; docs/decisions/0115-what-rests-on-a-record-goes-with-it.md,
0129-what-is-not-here-is-not-for-a-limited-unit.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from entente.bodies.unit_limits import Bound
from entente.correspondence.model import Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.disclosure.grounds import is_cleared_for_all, within_roles
from entente.disclosure.model import Reader, Situation
from entente.disclosure.units import bounds_of, within_unit
from entente.handling.model import DisclosureAct
from entente.kernel.ids import OfficerId, RecordId

OPEN_READ_MAX = 1_000
"""Open items that are read for a limited unit, of which those within its reach are shown; a bureau has some dozens."""
ANSWERS_FOLLOWED_MAX = 20
"""Messages that are followed back to the item which the first of them answers. A longer exchange is judged by its last ones, and
taken as out of reach: it was begun by something that nobody looked at."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of which records an officer whom limits bind may know items; of none where there is no reader."""

    unit: CorrespondenceUnit
    situation: Situation
    reader: Reader | None

    def __call__(self, record: RecordId) -> bool:
        """Say whether items about a record are within reach.

        Source: docs/rules/disclosure.md D9 to D12.
        """
        if self.reader is None:
            return False
        stored = self.unit.records.get(record)
        if stored is None:
            return bounds_of(self.reader, self.situation) == ()
        know, terms, lists = DisclosureAct.KNOW, stored.record.terms, self.situation.lists
        is_cleared = self.reader.roles is None or any(within_roles(self.reader, cls, know, lists) for cls in terms)
        return is_cleared and within_unit(self.reader, terms, know, self.situation)

    def is_blind(self, asker: OfficerId, record: RecordId) -> bool:
        """Say whether one of our officers asked for a record of which they could know nothing here themselves."""
        theirs = reach_of(self.unit, asker, lambda: self.situation)
        return theirs is not None and not theirs(record)


def reach_of(unit: CorrespondenceUnit, officer: OfficerId | None, situation: Callable[[], Situation]) -> Reach | None:
    """Return what says of which records an officer may know items; None for whoever no limits bind and every record is for.

    Source: docs/rules/disclosure.md D9 and D10.
    """
    found = unit.bodies.officer(officer) if officer else None
    if found is None:
        return None
    stands, reader = situation(), Reader.of(unit.bodies.own().id, found)
    is_free = bounds_of(reader, stands) == () and is_cleared_for_all(reader, DisclosureAct.KNOW, stands.lists)
    return None if is_free else Reach(unit, stands, reader)


def beyond_reach(unit: CorrespondenceUnit, ids: Collection[str], reaches: Reach) -> frozenset[str]:
    """Return those of some ids that name a record out of reach, an item about one, or a message that answers such an item.

    Source: docs/rules/disclosure.md D11.
    """
    return frozenset(one for one in ids if _is_beyond(unit, one, reaches))


def units_within(unit: CorrespondenceUnit, ids: Collection[str], situation: Situation) -> Mapping[str, frozenset[str]]:
    """Return, for those of some ids that rest on a record, the units whose officers may know of them.

    Nothing while no limits stand: then every unit may.

    Source: docs/rules/disclosure.md D11.
    """
    if situation.units is None:
        return {}
    resting = beyond_reach(unit, ids, Reach(unit, situation, None))
    alike: dict[tuple[Bound, ...], list[str]] = {}
    for name, binding in situation.units.items():
        alike.setdefault(binding, []).append(name)
    found: dict[str, set[str]] = {one: set() for one in resting}
    for names in alike.values() if resting else ():
        reach = Reach(unit, situation, Reader(situation.own_body, unit=names[0]))
        for one in resting - beyond_reach(unit, resting, reach):
            found[one].update(names)
    return {one: frozenset(names) for one, names in found.items()}


def roles_within(unit: CorrespondenceUnit, ids: Collection[str], situation: Situation) -> Mapping[str, frozenset[str]]:
    """Return, for those of some ids that rest on a record, the roles that let whoever has one know of them.

    Source: docs/rules/disclosure.md D9.
    """
    resting = beyond_reach(unit, ids, Reach(unit, situation, None))
    found: dict[str, set[str]] = {one: set() for one in resting}
    for role in situation.lists.roles if resting else ():
        reach = Reach(unit, situation, Reader(situation.own_body, roles=frozenset({role})))
        for one in resting - beyond_reach(unit, resting, reach):
            found[one].add(role)
    return {one: frozenset(roles) for one, roles in found.items()}


def _is_beyond(unit: CorrespondenceUnit, name: str, reaches: Reach) -> bool:
    for _ in range(ANSWERS_FOLLOWED_MAX):
        if not name.startswith("message-"):
            return _rests_beyond(unit, name, reaches)
        found = unit.correspondence.message(name)
        if found is None or not found.answers:
            return False
        name = found.answers
    return True


def _rests_beyond(unit: CorrespondenceUnit, name: str, reaches: Reach) -> bool:
    """Say whether an id names a record out of reach, or an item about one."""
    if name.startswith("body:"):
        return "/" in name and not reaches(RecordId(name))
    store, kind = unit.correspondence, name.rpartition("-")[0]
    if (judged := {"hit": store.hit, "permission-request": store.permission}.get(kind)) is not None:
        item = judged(name)
        return item is not None and not reaches(item[1].record)
    if (asked := {"record-request": store.record_request, "consult": store.consult}.get(kind)) is None:
        return False
    if (question := asked(name)) is None or reaches(question[1].record):
        return False
    way, request = question
    return not (way is Way.SENT and reaches.is_blind(OfficerId(request.header.officer), request.record))
