"""How far the officers of each of our own limited units may go with one of our records, by the gate's own ground D10.

Roles are left aside: what is said of a unit holds for whoever works in it, and each officer's role is judged beside it.

Source: docs/rules/disclosure.md D10; docs/rules/bodies.md B17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.bodies.model import Unit
from entente.bodies.tokens import may
from entente.disclosure.finding import LADDER, Finding
from entente.disclosure.limiting import LOOKS
from entente.disclosure.units import finding_of_unit
from entente.handling.model import DisclosureAct
from entente.kernel.decision import Ground
from entente.kernel.ids import OfficerId, RecordId
from entente.records.service import Records


@dataclass(frozen=True, slots=True)
class UnitSight:
    """How far a unit of ours may go with a record, and by which limits no further."""

    unit: Unit
    ceiling: DisclosureAct | None
    ground: Ground


def unit_sights(records: Records, officer: OfficerId, wanted: RecordId) -> Sequence[UnitSight]:
    """Say for each of our units that is bound by limits how far it may go with one of our live records.

    Nothing for who may not look at every unit's limits; raises as `Records.ours` does.
    """
    now = records.clock.now()
    with records.open_unit() as unit:
        classes = records.ours(unit, officer, "show_record", wanted).record.terms
        who, own = unit.bodies.officer(officer), unit.bodies.own()
        if who is None or not may(who, LOOKS, now, records.lists):
            return ()
        situation = records.disclosure.situation_in(unit)
        bounds = situation.units or {}
        best: list[tuple[Unit, Finding]] = [
            (one, max((finding_of_unit(bounds[one.id], cls, situation) for cls in classes), key=lambda it: it.ceiling))
            for one in own.units
            if bounds.get(one.id)
        ]
    return tuple(
        UnitSight(one, LADDER[found.ceiling - 1] if found.ceiling else None, found.as_ground("D10", LADDER[-1].rank))
        for one, found in best
    )
