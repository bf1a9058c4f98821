"""What one list of our units changes against another: told apart, put in order, and judged by the limits that it would lift.

Pure functions; the list is said by `own_units`.

Source: docs/rules/bodies.md B26; docs/decisions/0139-a-list-of-units-lifts-no-limits.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from entente.bodies.appointing import OfficerState, state_of
from entente.bodies.model import Officer, Unit
from entente.bodies.statements import NewUnits
from entente.bodies.unit_limits import Bound, LimitsSet, UnitLimits, coming_limits, standing_limits, unit_bounds
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Invalid
from entente.kernel.ids import OfficerId

_VERSION_CHARACTERS: Final = 16
_NAMED_MAX: Final = 5
"""Units named in one ground; the others are counted."""

Units: TypeAlias = tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class ListChange:
    """In what one list differs from another, each unit once, in the order of its list."""

    added: Units
    changed: tuple[tuple[Unit, Unit], ...]
    """Units that are in both, as they were and as they are."""
    gone: Units

    @property
    def is_nothing(self) -> bool:
        """Whether both say the same units."""
        return not (self.added or self.changed or self.gone)


def in_order(units: Units) -> Units:
    """Return a list with each unit behind the one that it belongs to (B6), and otherwise as it was.

    Raises Invalid where a unit would be below itself, or below one that is not in the list.
    """
    there = {one.id for one in units}
    waiting: dict[str, list[Unit]] = {}
    placed, found = set[str](), list[Unit]()
    for unit in units:
        if unit.parent is not None and unit.parent not in there:
            raise bad("unit.parent", "no unit of the list has this id")
        if unit.parent is None or unit.parent in placed:
            # What waited for it follows it, and what waited for that.
            behind = [unit]
            while behind:
                found.append(one := behind.pop(0))
                placed.add(one.id)
                behind = waiting.pop(one.id, []) + behind
        else:
            waiting.setdefault(unit.parent, []).append(unit)
    if waiting:
        raise bad("unit.parent", "a unit is not part of itself, nor of a unit that is part of it")
    return tuple(found)


def compare(before: Units, after: Units) -> ListChange:
    """Return in what one list differs from another; the order of a list says nothing."""
    then, now = {one.id: one for one in before}, {one.id: one for one in after}
    return ListChange(
        added=tuple(one for one in after if one.id not in then),
        changed=tuple((then[one.id], one) for one in after if then.get(one.id, one) != one),
        gone=tuple(one for one in before if one.id not in now),
    )


def version_of(units: Units) -> str:
    """Return the version of a list: a digest of all that it says."""
    digest = hashlib.sha256(canonical_bytes(to_object(NewUnits(units))))
    return digest.hexdigest()[:_VERSION_CHARACTERS]


def judge_list(
    before: Units, after: Units, known: Collection[LimitsSet], officers: Collection[Officer], now: datetime
) -> Decision:
    """Decide whether a list may be said in place of another: it lifts no limits, now or when those to come take effect.

    Source: docs/rules/bodies.md B26.
    """
    moments = (now, *coming_limits(known, now))
    both = {one.id for one in before} & {one.id for one in after}
    gone = {one.id for one in before} - both
    lifted, left = set[str](), set[str]()
    for moment in moments:
        bound, then = (unit_bounds(units, known, moment) or {} for units in (before, after))
        lifted |= {unit for unit in both if _limits(bound.get(unit, ())) - _limits(then.get(unit, ()))}
        left |= {unit for unit in gone if bound.get(unit)}
    stranded = set(of_units(officers, left, now))
    named = {one.id: one.name for one in before}
    return Decision.of(
        (_lifts_none([named[one] for one in sorted(lifted)]), _leaves_nobody([named[one] for one in sorted(stranded)]))
    )


def bound_more(
    before: Units, after: Units, known: Collection[LimitsSet], now: datetime
) -> Mapping[str, tuple[Bound, ...]]:
    """Return the units of both lists whose officers limits would bind that do not bind them now, with these."""
    bound, then = (unit_bounds(units, known, now) or {} for units in (before, after))
    return {
        unit.id: more
        for unit in before
        if (more := tuple(one for one in then.get(unit.id, ()) if one.limits not in _limits(bound.get(unit.id, ()))))
    }


def _limits(bounds: Iterable[Bound]) -> frozenset[UnitLimits]:
    return frozenset(one.limits for one in bounds)


def _lifts_none(units: Sequence[str]) -> Ground:
    if not units:
        return Ground("B26", allows=True, text="No unit would be free of limits that bind it.")
    return Ground(
        "B26",
        allows=False,
        text=f"Limits would bind the officers of these units no more: {some(units)}.",
        remedy="Have two officers set the same limits for the units themselves, or lift them, and change the list then.",
    )


def _leaves_nobody(units: Sequence[str]) -> Ground:
    if not units:
        return Ground("B26", allows=True, text="Nobody is entered with a unit that would be gone while limits bind it.")
    return Ground(
        "B26",
        allows=False,
        text=f"Limits bind these units, which would be gone, and officers are entered with them: {some(units)}.",
        remedy="Enter the officers with another unit first.",
    )


def some(names: Sequence[str]) -> str:
    """Return the first of many names in one line, and how many more there are."""
    more = len(names) - _NAMED_MAX
    return ", ".join(names[:_NAMED_MAX]) + (f" (+{more})" if more > 0 else "")


def of_units(officers: Iterable[Officer], units: Collection[str], now: datetime) -> Mapping[str, tuple[OfficerId, ...]]:
    """Return, for each of some units that has any, the officers and machine accounts entered with it who have not ended."""
    found: dict[str, tuple[OfficerId, ...]] = {}
    for one in officers:
        if one.unit in units and state_of(one, now) is not OfficerState.ENDED:
            found[one.unit] = (*found.get(one.unit, ()), one.id)
    return found


def limited(units: Collection[str], known: Collection[LimitsSet], now: datetime) -> frozenset[str]:
    """Return those of some units for which limits of their own stand, are to come, or wait for a second officer."""
    standing = standing_limits(known, now)
    ahead = (one for one in known if one.is_open or (one.is_confirmed and now < one.since))
    return frozenset(one.unit for one in (*standing.values(), *ahead) if one.unit in units and not one.limits.is_open)


def bad(field: str, why: str) -> Invalid:
    """Return what is said of a field of a unit, or of a list, that cannot be taken."""
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"The list of units takes only what its rules allow (docs/rules/bodies.md B6 and B26): {why}.",
        do="Mend the field and try again.",
    )
