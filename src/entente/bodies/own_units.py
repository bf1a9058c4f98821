"""Our own list of units, kept by an officer: a change is foreseen, judged, and said to every body; the operator's command too.

A change adds a unit, changes or ends one, puts another list in the place of the whole, or says an earlier one again; it makes the
next list that our body says, all of it (B6). Who made it from a list that was changed meanwhile is told, and nothing is lost.
Limits of units take two officers (B17), so that a list lifts none.

Source: docs/rules/bodies.md B26; docs/decisions/0139-a-list-of-units-lifts-no-limits.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from entente.bodies.authority import authorise
from entente.bodies.model import Body, Unit
from entente.bodies.ports import BodiesUnit
from entente.bodies.service import NODE, Directory
from entente.bodies.statements import DirectoryKind, NewUnits
from entente.bodies.unit_limits import Bound
from entente.bodies.unit_list import (
    ListChange,
    Units,
    bad,
    bound_more,
    compare,
    in_order,
    judge_list,
    limited,
    of_units,
    some,
    version_of,
)
from entente.bodies.unit_rules import check_unit, check_units
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import draft

VERB: Final = "manage_officers"
"""Who keeps the list: who sets what the officers of each unit may see, of whom it says which there are (data/roles.yaml)."""
Change: TypeAlias = Callable[[Units, BodiesUnit], Units]
"""Makes the next list of the one that stands."""


@dataclass(frozen=True, slots=True)
class ListForeseen:
    """What a change of our list would do; nothing is said yet."""

    version: str
    """Of the list that stands."""
    before: Units
    after: Units
    change: ListChange
    decision: Decision
    bound: Mapping[str, tuple[Bound, ...]]
    """Units that are in both, whose officers limits would bind that do not bind them now: which."""
    officers: Mapping[str, tuple[OfficerId, ...]]
    """Units that would be gone, and new ones: the officers and machine accounts entered with them, who have not ended."""
    limited: frozenset[str]
    """Of these the ones for which limits stand, are to come or wait."""
    contacts: tuple[str, ...]
    """Our contact points, by their function, that name a unit which would be gone or called otherwise."""


@dataclass(frozen=True, slots=True)
class OwnUnits:
    """The services of our own list. Safe from several threads: each verb is one unit of work."""

    directory: Directory

    def foresee(self, by: OfficerId, change: Change) -> ListForeseen:
        """Say what a change would do, and whether it may be made; nothing is said. Raises what the change itself raises.

        Source: docs/rules/bodies.md B26.
        """
        with self.directory.open_unit() as unit:
            self._authorise(unit, by)
            own, known = unit.bodies.own(), unit.bodies.unit_limits()
            before, after = own.units, check_units(change(own.units, unit))
            told, officers, now = compare(before, after), unit.bodies.officers(), self.directory.clock.now()
            concerned = {one.id for one in (*told.gone, *told.added)}
            return ListForeseen(
                version=version_of(before),
                before=before,
                after=after,
                change=told,
                decision=judge_list(before, after, known, officers, now),
                bound=bound_more(before, after, known, now),
                officers=of_units(officers, concerned, now),
                limited=limited(concerned, known, now),
                contacts=_naming(own, told),
            )

    def say(self, by: OfficerId, change: Change, seen: str) -> Body:
        """Say the list that a change makes, from the version that was seen, and tell every body; return our entry.

        Raises Refused for who may not and for what B26 forbids, Invalid, and Conflict where another list stands than the one that
        was seen, or where the same would be said again.
        Source: docs/rules/bodies.md B26.
        """
        with self.directory.open_unit() as unit:
            self._authorise(unit, by)
            own, now = unit.bodies.own(), self.directory.clock.now()
            if seen != version_of(own.units):
                raise _said_anew()
            after = check_units(change(own.units, unit))
            if after == own.units:
                raise Conflict(
                    "The list of units was not said anew.",
                    why="It says the same units already (docs/rules/bodies.md B18).",
                    do="Look at the list as it stands.",
                )
            self._judge(unit, by, own, after)
            changed = self._keep(unit, own, after, by, now)
            unit.commit()
            return changed

    def say_as_operator(self, units: Units) -> Body:
        """Say the whole list at the node's own console, where nobody is judged; it replaces what was said before."""
        with self.directory.open_unit() as unit:
            changed = self._keep(unit, unit.bodies.own(), units, NODE, self.directory.clock.now())
            unit.commit()
            return changed

    def _keep(self, unit: BodiesUnit, own: Body, after: Units, by: str, now: datetime) -> Body:
        # Signed inside the unit: between two units the node's keys may change.
        statement = draft(DirectoryKind.UNITS, own.id, now, to_object(NewUnits(after)))
        return self.directory.keep_own_word(unit, own, statement.with_signature(self.directory.node), by)

    def _judge(self, unit: BodiesUnit, by: OfficerId, own: Body, after: Units) -> None:
        """Raise Refused, with its row of the trail, for a list that lifts limits."""
        directory, now = self.directory, self.directory.clock.now()
        decision = judge_list(own.units, after, unit.bodies.unit_limits(), unit.bodies.officers(), now)
        if decision.allowed:
            return
        refused: JsonObject = {"outcome": "refused", "decision": to_object(decision)}
        # Under the verb of who tried: a row «units» tells other systems that the list changed.
        directory.record(unit, Act(VERB, own.id, by, own.id, refused))
        unit.commit()
        raise Refused(
            "The list of units was not changed.", decision=decision, do="Do what the grounds name, and try again."
        )

    def _authorise(self, unit: BodiesUnit, by: OfficerId) -> None:
        directory, own = self.directory, unit.bodies.own()
        authorise(
            unit, by, VERB, subject=own.id, now=directory.clock.now(), lists=directory.lists, record=directory.record
        )


def added(new: Unit) -> Change:
    """Return the change that adds a unit; Invalid for an id that is given already, or a unit above it that there is not."""
    check_unit(new, "unit")

    def change(units: Units, _: BodiesUnit) -> Units:
        if any(one.id == new.id for one in units):
            raise bad("unit.id", "another unit of the list has this id, and an id is given once")
        return in_order((*units, new))

    return change


def changed(unit: Unit) -> Change:
    """Return the change that puts a unit in the place of the one with its id, below whatever unit; Conflict for none."""
    check_unit(unit, "unit")

    def change(units: Units, _: BodiesUnit) -> Units:
        if all(one.id != unit.id for one in units):
            raise _not_listed(unit.id)
        return in_order(tuple(unit if one.id == unit.id else one for one in units))

    return change


def ended(unit: str) -> Change:
    """Return the change that takes a unit out of the list; Conflict for none, and for one that others are below."""

    def change(units: Units, _: BodiesUnit) -> Units:
        if all(one.id != unit for one in units):
            raise _not_listed(unit)
        if below := [one.name for one in units if one.parent == unit]:
            raise Conflict(
                f"The unit {unit} does not end.",
                why=f"Others are part of it: {some(below)} (docs/rules/bodies.md B26).",
                do="Make them part of another unit, or end them, first.",
            )
        return tuple(one for one in units if one.id != unit)

    return change


def replaced(units: Units) -> Change:
    """Return the change to another list, whole."""
    return lambda _, __: units


def said_again(since: datetime) -> Change:
    """Return the change to the list that began to hold at a moment; NotFound for none that is kept (B18)."""

    def change(_: Units, unit: BodiesUnit) -> Units:
        found = unit.bodies.unit_list(unit.bodies.own().id, since)
        if found is None:
            raise NotFound
        return found.units

    return change


def _naming(own: Body, told: ListChange) -> tuple[str, ...]:
    """Return our contact points that name a unit which would be gone or called otherwise, by function."""
    names = [one.name for one in told.gone] + [then.name for then, now in told.changed if then.name != now.name]
    folded = [name.casefold() for name in names]
    return tuple(
        point.function
        for point in own.contacts
        if any(name in f"{point.function}\n{point.note}".casefold() for name in folded)
    )


def _not_listed(unit: str) -> Conflict:
    return Conflict(
        f"The unit {unit} is not in the list.",
        why="It was taken out of it, or was never in it (docs/rules/bodies.md B26).",
        do="Look at the list as it stands.",
    )


def _said_anew() -> Conflict:
    return Conflict(
        "The list of units was changed meanwhile.",
        why="Somebody else said it anew after it was shown (docs/rules/bodies.md B26).",
        do="Look at what your change would do to the list as it stands now, and make it again if it is still needed.",
        changed_meanwhile=True,
    )
