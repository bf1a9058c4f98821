"""Items about records that an officer's unit keeps from them, and messages that answer one: as if they were not there.

An item names its record, and a message the item that it answers. Where the record is here and the limits of the officer's unit
admit nothing of it, whoever looks for the item, or for the message, finds nothing; of a record that is not here nothing is known
by which it could be kept from anybody.

Source: docs/rules/disclosure.md D10 and D11; docs/rules/cases.md C8; docs/decisions/0115-what-rests-on-a-record-goes-with-it.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from entente.bodies.unit_limits import Bound
from entente.correspondence.ports import CorrespondenceUnit
from entente.disclosure.model import Reader, Situation
from entente.disclosure.units import bounds_of, within_unit
from entente.handling.model import DisclosureAct
from entente.kernel.ids import OfficerId, RecordId

Reaches: TypeAlias = Callable[[RecordId], bool]
"""Says whether somebody may know of items about a record."""
OPEN_READ_MAX = 1_000
"""Open items that are read for a limited unit, of which those within its reach are shown; a bureau has some dozens."""
ANSWERS_FOLLOWED_MAX = 20
"""Messages that are followed back to the item which the first of them answers. A longer exchange is judged by its last ones, and
taken as out of reach: it was begun by something that nobody looked at."""


def reach_of(unit: CorrespondenceUnit, officer: OfficerId | None, situation: Callable[[], Situation]) -> Reaches | None:
    """Return what says of which records an officer may know items; None for whoever no limits bind.

    Source: docs/rules/disclosure.md D10.
    """
    found = unit.bodies.officer(officer) if officer else None
    if found is None or not found.unit:
        return None
    stands, reader = situation(), Reader.of(unit.bodies.own().id, found)
    if bounds_of(reader, stands) == ():
        return None

    return _reaches(unit, reader, stands)


def _reaches(unit: CorrespondenceUnit, reader: Reader, situation: Situation) -> Reaches:
    def reaches(record: RecordId) -> bool:
        stored = unit.records.get(record)
        return stored is None or within_unit(reader, stored.record.terms, DisclosureAct.KNOW, situation)

    return reaches


def beyond_reach(unit: CorrespondenceUnit, ids: Collection[str], reaches: Reaches) -> frozenset[str]:
    """Return those of some ids that name a record out of reach, an item about one, or a message that answers such an item.

    Source: docs/rules/disclosure.md D11.
    """
    return frozenset(one for one in ids if _is_beyond(unit, one, reaches))


def units_within(unit: CorrespondenceUnit, ids: Collection[str], situation: Situation) -> Mapping[str, frozenset[str]]:
    """Return, for those of some ids that rest on a record which is here, the units whose officers may know of them.

    Nothing while no limits stand: then every unit may.

    Source: docs/rules/disclosure.md D11.
    """
    if situation.units is None:
        return {}
    resting = beyond_reach(unit, ids, lambda record: unit.records.get(record) is None)
    alike: dict[tuple[Bound, ...], list[str]] = {}
    for name, binding in situation.units.items():
        alike.setdefault(binding, []).append(name)
    found: dict[str, set[str]] = {one: set() for one in resting}
    for names in alike.values() if resting else ():
        reader = Reader(situation.own_body, unit=names[0])
        for one in resting - beyond_reach(unit, resting, _reaches(unit, reader, situation)):
            found[one].update(names)
    return {one: frozenset(names) for one, names in found.items()}


def _is_beyond(unit: CorrespondenceUnit, name: str, reaches: Reaches) -> bool:
    for _ in range(ANSWERS_FOLLOWED_MAX):
        if not name.startswith("message-"):
            about = _about(unit, name)
            return about is not None and not reaches(about)
        found = unit.correspondence.message(name)
        if found is None or not found.answers:
            return False
        name = found.answers
    return True


def _about(unit: CorrespondenceUnit, name: str) -> RecordId | None:
    """Return the record that an id names, or that the item is about which it names; None for anything else."""
    if name.startswith("body:"):
        return RecordId(name) if "/" in name else None
    store = unit.correspondence
    read = {
        "hit": store.hit,
        "permission-request": store.permission,
        "record-request": store.record_request,
        "consult": store.consult,
    }
    found = read[kind](name) if (kind := name.rpartition("-")[0]) in read else None
    return None if found is None else found[1].record
