"""Own records that an officer's unit or clearance keeps from them: for every verb about one, as if they were not there.

Showing, listing and searching ask the gate for a purpose. What is done with one of our own records (sharing, correcting,
withdrawing, files, who holds it) states none, and asks whether the limits of the officer's unit admit the record at all, and
whether one of their roles is cleared for it.

Source: docs/rules/disclosure.md D9 and D10; docs/rules/bodies.md B17; DESIGN section 1, promise 7.
"""

from __future__ import annotations

from collections.abc import Collection

from entente.disclosure.grounds import within_roles
from entente.disclosure.model import Reader, Situation
from entente.disclosure.units import bounds_of, within_unit
from entente.handling.model import DisclosureAct
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import NotFound, Refused
from entente.kernel.ids import OfficerId, RecordId
from entente.records.model import StoredRecord
from entente.records.ports import RecordsUnit

SEE, FORWARD = DisclosureAct.SEE, DisclosureAct.FORWARD


def require_in_reach(
    reader: Reader, stored: StoredRecord, situation: Situation, *, whole: bool = False, is_ended: bool = False
) -> None:
    """Raise NotFound for a record that the limits of an officer's unit, or what their roles are cleared for, keep from them.

    With `whole`, where any part of it is kept from them. What is ended (`is_ended`) asks for no clearance: whoever brought a
    record, as a machine brings what it may not read, has to be able to take it back.

    Source: docs/rules/disclosure.md D9 and D10.
    """
    classes, lists = stored.record.terms, situation.lists
    seen = [
        cls for cls in classes
        if within_unit(reader, [cls], SEE, situation) and (is_ended or within_roles(reader, cls, SEE, lists))
    ]  # fmt: skip
    if not seen or (whole and len(seen) < len(classes)):
        raise NotFound


def places_in_reach(reader: Reader, stored: StoredRecord, situation: Situation) -> frozenset[int]:
    """Return the places of those terms of a record of ours on which the limits of an officer's unit let them see something.

    Source: docs/rules/disclosure.md D10.
    """
    return frozenset(
        place for place, cls in enumerate(stored.record.terms) if within_unit(reader, [cls], SEE, situation)
    )


def require_officer_reaches(unit: RecordsUnit, officer: OfficerId, stored: StoredRecord, situation: Situation) -> None:
    """Raise NotFound for a record of ours of which the limits of the unit of who ends it with a file keep any part from them.

    Source: docs/rules/disclosure.md D10.
    """
    found = unit.bodies.officer(officer)
    if found is None:
        raise NotFound
    require_in_reach(Reader.of(unit.bodies.own().id, found), stored, situation, whole=True)


def wholly_in_reach(
    unit: RecordsUnit, officer: OfficerId, records: Collection[RecordId], situation: Situation
) -> frozenset[RecordId]:
    """Return those of some records of ours of which the limits of an officer's unit keep no part from them.

    Source: docs/rules/disclosure.md D10.
    """
    found = unit.bodies.officer(officer)
    if found is None:
        return frozenset()
    reader = Reader.of(unit.bodies.own().id, found)
    if bounds_of(reader, situation) == ():
        return frozenset(records)
    held = (unit.records.get(one) for one in records)
    return frozenset(
        stored.record.id
        for stored in held
        if stored is not None and len(places_in_reach(reader, stored, situation)) == len(stored.record.terms)
    )


def require_known_to(reader: Reader, situation: Situation) -> None:
    """Raise NotFound for an officer whose unit has limits, of a record of which nothing is left by which to judge it."""
    if bounds_of(reader, situation) != ():
        raise NotFound


def require_may_forward(reader: Reader, stored: StoredRecord, situation: Situation) -> None:
    """Raise Refused where the unit's highest act is below passing on, NotFound where it may not see the record either.

    Source: docs/rules/disclosure.md D10.
    """
    require_in_reach(reader, stored, situation)
    if not within_unit(reader, stored.record.terms, FORWARD, situation):
        ground = Ground(
            "D10",
            allows=False,
            text=f"The unit {reader.unit} does not reach up to «{FORWARD.value}».",
            source="docs/rules/disclosure.md D10",
            remedy="Hand it to an officer whose unit may see it, or have the head of the body change what the unit sees.",
        )
        raise Refused(f"{stored.record.id} was not shared.", decision=Decision.of((ground,)), do=ground.remedy)
