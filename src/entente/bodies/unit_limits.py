"""What a body lets the officers of each of its units see at most: limits, who set them, and which of them bind a unit on a day.

The limits are the body's own, at its own node: no statement carries them, and no other body is told. They are set by two
officers, take effect at a moment, and are undone by setting others; what was set before is kept. A unit below another one is
bound by the limits of both. Pure functions over what was set; whether they admit something is the gate's matter (D10).

Source: docs/rules/bodies.md B17; docs/rules/disclosure.md D10; RPD Arts. 107 to 111 (a bureau gives access to its own users).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entente.bodies.model import Unit
from entente.kernel.errors import Conflict
from entente.kernel.ids import BodyId, InstrumentId, OfficerId


@dataclass(frozen=True, slots=True)
class UnitLimits:
    """What the officers of a unit may see at most. None, and empty text, limit nothing; codes are kept as text."""

    kinds: frozenset[str] | None = None
    """Kinds of record."""
    sources: frozenset[BodyId] | None = None
    """Whose records, the body's own among them."""
    instruments: frozenset[InstrumentId] | None = None
    """Under which instruments other bodies' records were shared; the body's own are not judged by it."""
    purposes: frozenset[str] | None = None
    crime_areas: frozenset[str] | None = None
    confidentiality: str = ""
    """The highest level."""
    marks: frozenset[str] | None = None
    """Marks (minor, sensitive …) that the unit is cleared for; empty for none."""
    acts_up_to: str = ""
    """The highest act of the ladder (handling.model.DisclosureAct)."""

    @property
    def is_open(self) -> bool:
        """Whether they limit nothing."""
        return self == NO_LIMITS


NO_LIMITS = UnitLimits()


@dataclass(frozen=True, slots=True)
class LimitsSet:
    """That one officer proposed limits for a unit, and what another one did with it."""

    id: str
    unit: str
    limits: UnitLimits
    reason: str
    since: datetime
    """From when on they bind: as proposed, and never before they were confirmed."""
    proposed_by: OfficerId
    proposed_at: datetime
    decided_by: OfficerId | None = None
    decided_at: datetime | None = None
    is_confirmed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for a second officer."""
        return self.decided_by is None


@dataclass(frozen=True, slots=True)
class Bound:
    """Limits that bind the officers of a unit: its own, or those of a unit above it."""

    unit: str
    """Whose limits they are."""
    limits: UnitLimits
    since: datetime


UnitBounds = Mapping[str, tuple[Bound, ...]]
"""Each unit of the body → the limits that bind its officers, its own first and then those of the units above."""


def propose_limits(proposal: LimitsSet, known: Iterable[LimitsSet]) -> LimitsSet:
    """Return a first officer's proposal; raise Conflict where another one for the unit waits already.

    Source: docs/rules/bodies.md B17.
    """
    if any(one.unit == proposal.unit and one.is_open for one in known):
        raise Conflict(
            f"Other limits for the unit {proposal.unit} wait for a second officer.",
            why="What is decided about one unit is decided one after the other (docs/rules/bodies.md B17).",
            do="Confirm or refuse what waits first.",
        )
    return proposal


def decide_limits(proposed: LimitsSet, by: OfficerId, now: datetime, *, is_confirmed: bool) -> LimitsSet:
    """Return a proposal as an officer decided it; raise Conflict for one decided before, and for its own proposer's confirmation.

    Whoever proposed it may take it back, which is a refusal. Source: docs/rules/bodies.md B17.
    """
    if not proposed.is_open:
        raise Conflict(
            f"The limits {proposed.id} were decided before.",
            why="A proposal is decided once (docs/rules/bodies.md B17).",
            do="Look at the unit's history, and propose anew what should change.",
        )
    if is_confirmed and by == proposed.proposed_by:
        raise Conflict(
            f"{by} proposed these limits, and another officer confirms them.",
            why="Two officers answer for it, so that neither a slip nor one stolen account does it (docs/rules/bodies.md B17).",
            do="Have another officer who may enter officers confirm them.",
        )
    since = max(proposed.since, now)
    return replace(proposed, since=since, decided_by=by, decided_at=now, is_confirmed=is_confirmed)


def standing_limits(known: Iterable[LimitsSet], now: datetime) -> Mapping[str, LimitsSet]:
    """Return, for each unit that was ever decided about, what stands now: of what took effect by now, the latest.

    Of two that took effect at one moment, what was confirmed last. Source: docs/rules/bodies.md B17.
    """
    begun = [one for one in known if one.is_confirmed and one.since <= now]
    in_order = sorted(begun, key=lambda one: (one.since, one.decided_at or one.since, one.id))
    return {one.unit: one for one in in_order}


def unit_bounds(units: Sequence[Unit], known: Iterable[LimitsSet], now: datetime) -> UnitBounds | None:
    """Return what binds the officers of each unit of the body now; None where no unit of it has limits.

    A unit that is not among the body's has no entry: whoever is of it is judged as of a unit that is not known (D10).
    Source: docs/rules/bodies.md B17; docs/rules/disclosure.md D10.
    """
    standing = {unit: one for unit, one in standing_limits(known, now).items() if not one.limits.is_open}
    if not standing:
        return None
    bounds: dict[str, tuple[Bound, ...]] = {}
    for unit in units:
        # A unit stands behind the one it is below (docs/rules/bodies.md B6), so that what binds that one is known here.
        above = bounds[unit.parent] if unit.parent is not None else ()
        own = standing.get(unit.id)
        bounds[unit.id] = above if own is None else (Bound(unit.id, own.limits, own.since), *above)
    return bounds


def coming_limits(known: Iterable[LimitsSet], now: datetime) -> tuple[datetime, ...]:
    """Return the moments still to come at which limits take effect."""
    return tuple(one.since for one in known if one.is_confirmed and now < one.since)


def below(units: Sequence[Unit], unit: str) -> frozenset[str]:
    """Return a unit and every unit below it."""
    found = {unit}
    for one in units:
        if one.parent in found:
            found.add(one.id)
    return frozenset(found)


def above(units: Sequence[Unit], unit: str) -> frozenset[str]:
    """Return a unit and every unit above it."""
    parents = {one.id: one.parent for one in units}
    found, at = set[str](), unit
    while at and at not in found:
        found.add(at)
        at = parents.get(at) or ""
    return frozenset(found)
