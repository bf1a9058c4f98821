"""What the officers of a unit would see no more, or see anew, under other limits: counted by kind before anything is set.

The gate is asked twice about every class, as things stand and as if the limits stood, each time for the purposes and crime
areas of the class itself; what differs is counted in the store. Nothing is changed, and no record is shown.

Source: docs/rules/bodies.md B17; docs/rules/disclosure.md D10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from entente.agreements.model import Right
from entente.bodies.authority import authorise
from entente.bodies.model import Officer, Unit
from entente.bodies.unit_limits import LimitsSet, UnitBounds, UnitLimits, below, unit_bounds
from entente.disclosure.limiting import SETS, Limiting
from entente.disclosure.model import DisclosureClass, DisclosureRequest, Reader, Situation
from entente.disclosure.rules import decide
from entente.handling.model import DisclosureAct
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId
from entente.records.ports import RecordsUnit
from entente.records.service import Records
from entente.records.sharing import pairs_of


@dataclass(frozen=True, slots=True)
class KindChange:
    """How many records of a kind are seen now, and would be seen."""

    kind: str
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class UnitPreview:
    """What limits would change for whom."""

    officers: tuple[Officer, ...]
    """Whom the limits would bind, and who is counted for: all of the unit and of those below it, or the one asked about."""
    roles: frozenset[str]
    """With which roles is counted; every role where the unit has no officer yet."""
    kinds: tuple[KindChange, ...]
    """Every kind of which something is seen now or would be, in the order of the list."""

    @property
    def lost(self) -> int:
        """How many records would be seen no more."""
        return sum(max(0, one.now - one.then) for one in self.kinds)

    @property
    def gained(self) -> int:
        """How many would be seen anew."""
        return sum(max(0, one.then - one.now) for one in self.kinds)


def preview_limits(
    records: Records, limiting: Limiting, officer: OfficerId, unit: str, limits: UnitLimits, account: str = ""
) -> UnitPreview:
    """Say what limits for a unit would change, for all its officers together or for one of them.

    Raises Refused, recorded in the trail, for who may not set limits; Invalid for a code of no list; NotFound for a unit that
    is not there, and for an account that is not of it.
    Source: docs/rules/bodies.md B17.
    """
    with records.open_unit() as opened:
        authorise(
            opened, officer, SETS, subject=unit, now=records.clock.now(), lists=records.lists, record=records.record
        )
    limiting.check(limits)
    now = records.clock.now()
    situation = records.disclosure.situation()
    with records.open_view() as view:
        own, known = view.bodies.own(), view.bodies.unit_limits()
        if all(one.id != unit for one in own.units):
            raise NotFound
        whom = below(own.units, unit)
        of_unit = [one for one in view.bodies.officers() if one.unit in whom and account in {"", one.id}]
        if account and not of_unit:
            raise NotFound
        roles = frozenset(role for one in of_unit for role in one.roles) or frozenset(records.lists.roles)
        reader = Reader(own.id, None, roles, of_unit[0].unit if account else unit)
        supposed = replace(situation, units=_as_if(known, own.units, unit, limits, now))
        kinds = _compared(view, reader, situation, supposed, records.lists.record_kinds, now)
    return UnitPreview(tuple(of_unit), roles, kinds)


def _as_if(
    known: Iterable[LimitsSet], units: tuple[Unit, ...], unit: str, limits: UnitLimits, now: datetime
) -> UnitBounds | None:
    """Return what would bind each unit if these limits were set now."""
    nobody = OfficerId("")
    supposed = LimitsSet("", unit, limits, "", now, nobody, now, nobody, now, is_confirmed=True)
    others = [one for one in known if one.unit != unit]
    return unit_bounds(units, [*others, supposed], now)


def _compared(
    view: RecordsUnit,
    reader: Reader,
    situation: Situation,
    supposed: Situation,
    kinds: Iterable[str],
    now: datetime,
) -> tuple[KindChange, ...]:
    classes = view.classes.classes()
    before = _seen(reader, classes, situation, now)
    after = _seen(reader, classes, supposed, now)
    changed = {classes[number].kind for number in before ^ after}
    today = now.date()
    lines = []
    for kind in kinds:
        count = view.records.count(before, today=today, kind=kind) if before else 0
        then = count if kind not in changed else view.records.count(after, today=today, kind=kind) if after else 0
        if count or then:
            lines.append(KindChange(kind, count, then))
    return tuple(lines)


def _seen(
    reader: Reader, classes: Mapping[int, DisclosureClass], situation: Situation, now: datetime
) -> frozenset[int]:
    """Return the classes that a reader may see for some purpose and crime area of theirs."""
    return frozenset(
        number
        for number, cls in classes.items()
        if any(
            decide(
                DisclosureRequest(reader, DisclosureAct.SEE, Right.COPY, purpose, area, cls, cls.instrument),
                situation,
                now,
            ).allowed
            for purpose, area in pairs_of(cls)
        )
    )
