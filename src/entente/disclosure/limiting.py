"""The verbs by which a body decides what its units may see at most: propose, confirm or refuse, look at what stands.

Two officers who may enter officers set limits, one after the other; what they set binds from its moment on, since every answer of
the gate that is kept falls with the commit. It stays at this node: no statement is made of it and no body is told. Why it was
set may name a person, so that it stands with the limits and not in the trail.

Source: docs/rules/bodies.md B17; docs/decisions/0104-what-a-unit-sees-is-limited-at-the-gate.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from entente.bodies.authority import authorise
from entente.bodies.model import Officer, Unit, UnitKind
from entente.bodies.ports import BodiesUnit
from entente.bodies.powers import is_active
from entente.bodies.service import Directory
from entente.bodies.tokens import may
from entente.bodies.unit_limits import (
    Bound,
    LimitsSet,
    UnitLimits,
    above,
    below,
    decide_limits,
    propose_limits,
    standing_limits,
    unit_bounds,
)
from entente.bodies.unit_past import day_ends
from entente.disclosure.ports import DisclosureUnit
from entente.disclosure.service import Disclosure
from entente.handling.model import CodeLists, DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act

SETS = "manage_officers"
"""Who may set limits: the verb of a head of body, who «sets what the body's officers may do» (data/roles.yaml)."""
LOOKS = (SETS, "read_trail")
"""Who may look at every unit's limits; an officer of a unit may look at those that bind them."""
ACT = "limit_unit"
REASON_CHARACTERS_MAX = 500
AHEAD_MAX = timedelta(days=366)
"""How far ahead limits may begin: what is planned for longer is decided again."""


@dataclass(frozen=True, slots=True)
class UnitSeen:
    """A unit of the body, with what its officers may see, now or as a day ended."""

    unit: Unit
    units: tuple[Unit, ...]
    """All units that the body had then."""
    is_listed: bool
    """Whether it is among the body's units; what was set for one that no longer is stays to be read."""
    standing: LimitsSet | None
    """What was set for it and stood then; None where nothing ever was."""
    binding: tuple[Bound, ...]
    """All that bound its officers then, its own first and then what was set for units above it."""
    coming: tuple[LimitsSet, ...]
    """What was confirmed by then and takes effect later."""
    waiting: LimitsSet | None
    """What waits for a second officer; None of a day that is over."""
    history: tuple[LimitsSet, ...]
    """All that was ever proposed for it, the newest first."""
    officers: tuple[Officer, ...]
    """The officers whom its limits bind: its own, and those of units below it. None of a day that is over: of which unit an
    officer was then, the trail says."""


@dataclass(frozen=True, slots=True)
class Limiting:
    """The services of what units may see. Safe from several threads: each verb is one unit of work."""

    directory: Directory
    disclosure: Disclosure

    def propose(
        self, officer: OfficerId, unit: str, limits: UnitLimits, reason: str, since: datetime | None = None
    ) -> LimitsSet:
        """Propose what a unit's officers may see at most, from a moment on, else from its confirmation on.

        Raises Invalid for what stands in no list, Conflict while another proposal for the unit waits.
        Source: docs/rules/bodies.md B17.
        """
        directory, now = self.directory, self.directory.clock.now()
        begins = since if since is not None else now
        with directory.open_unit() as opened:
            self._authorise(opened, officer, unit, now)
            own, known = opened.bodies.own(), opened.bodies.unit_limits()
            self._check(limits, reason, begins, now)
            if not any(one.id == unit for one in own.units) and not limits.is_open:
                raise _bad("unit", "no unit of this body has this id")
            made = LimitsSet(directory.ids.new_id("limits"), unit, limits, reason.strip(), begins, officer, now)
            proposed = propose_limits(made, known)
            opened.bodies.put_unit_limits(proposed)
            directory.record(opened, Act(ACT, own.id, officer, unit, _detail("proposed", proposed)))
            opened.commit()
        return proposed

    def decide(self, officer: OfficerId, wanted: str, *, is_confirmed: bool) -> LimitsSet:
        """Confirm another officer's proposal, or refuse one; a confirmed one binds from its moment on, and never from before.

        Raises NotFound for none, Conflict for one that was decided, and for the proposer's own confirmation.
        Source: docs/rules/bodies.md B17.
        """
        directory, now = self.directory, self.directory.clock.now()
        with directory.open_unit() as opened:
            self._authorise(opened, officer, wanted, now)
            proposed = next((one for one in opened.bodies.unit_limits() if one.id == wanted), None)
            if proposed is None:
                raise NotFound
            decided = decide_limits(proposed, officer, now, is_confirmed=is_confirmed)
            opened.bodies.put_unit_limits(decided)
            outcome = "confirmed" if is_confirmed else "refused"
            act = Act(ACT, opened.bodies.own().id, officer, decided.unit, _detail(outcome, decided))
            directory.record(opened, act)
            opened.commit()
        return decided

    def check(self, limits: UnitLimits) -> None:
        """Check that each code of limits stands in its list; raise Invalid naming the field.

        Source: docs/rules/bodies.md B17.
        """
        for name, given, known in _held(limits, self.disclosure):
            if given is not None and not given and name != "marks":
                raise _bad(name, "it names at least one, or is left out so that it limits nothing")
            if strange := sorted(set(given or ()) - set(known)):
                raise _bad(name, f"«{strange[0][:60]}» is none of those known here")

    def unit_seen(self, officer: OfficerId, wanted: str, on: date | None = None) -> UnitSeen:
        """Return a unit of ours with what its officers may see, or might when a day ended.

        Raises NotFound for a unit that was not there and never had limits, Refused for who may look at neither.
        Source: docs/rules/bodies.md B17 and B18.
        """
        now = self.directory.clock.now()
        with self.disclosure.open_unit() as view:
            self._require_look(view, officer, wanted, now)
            own, known = view.bodies.own(), view.bodies.unit_limits()
            if on is None or on >= now.date():
                return _seen(own.units, wanted, known, view.bodies.officers(), now)
            listed = view.bodies.units_on(on).get(own.id)
            then = day_ends(on) - timedelta(microseconds=1)
            return _seen_then(() if listed is None else listed.units, wanted, known, then)

    def units_seen(self, officer: OfficerId) -> tuple[UnitSeen, ...]:
        """Return every unit of ours that has limits, or had some, or for which some wait; in the order of the body's list.

        Raises Refused for who may not look at every unit. Source: docs/rules/bodies.md B17.
        """
        now = self.directory.clock.now()
        with self.disclosure.open_unit() as view:
            self._require_look(view, officer, "", now)
            known, officers = view.bodies.unit_limits(), view.bodies.officers()
            concerned = {one.unit for one in known}
            listed = [one.id for one in view.bodies.own().units if one.id in concerned]
            gone = sorted(concerned.difference(listed))
            units = view.bodies.own().units
            return tuple(_seen(units, unit, known, officers, now) for unit in (*listed, *gone))

    def may_look(self, view: DisclosureUnit, officer: OfficerId, unit: str, now: datetime) -> bool:
        """Say whether an officer may look at a unit's limits: by a role, or because they bind them."""
        found = view.bodies.officer(officer)
        if found is None or not is_active(found, now):
            return False
        is_theirs = bool(unit) and unit in above(view.bodies.own().units, found.unit)
        return is_theirs or may(found, LOOKS, now, self.disclosure.lists)

    def _require_look(self, view: DisclosureUnit, officer: OfficerId, unit: str, now: datetime) -> None:
        if not self.may_look(view, officer, unit, now):
            ground = Ground(
                "B17",
                allows=False,
                text="What a unit may see is shown to its officers, and to who sets it or reads the trail.",
                remedy="Ask the head of the body.",
            )
            raise Refused(
                f"{officer} did not look at what the unit may see.",
                decision=Decision.of((ground,)),
                do="Ask the head of the body.",
            )

    def _authorise(self, opened: BodiesUnit, officer: OfficerId, subject: str, now: datetime) -> None:
        directory = self.directory
        authorise(opened, officer, SETS, subject=subject, now=now, lists=directory.lists, record=directory.record)

    def _check(self, limits: UnitLimits, reason: str, begins: datetime, now: datetime) -> None:
        self.check(limits)
        if not 1 <= len(reason.strip()) <= REASON_CHARACTERS_MAX or "\x00" in reason:
            raise _bad("reason", f"it says why in 1 to {REASON_CHARACTERS_MAX} characters")
        if begins > now + AHEAD_MAX:
            raise _bad("since", f"limits begin at most {AHEAD_MAX.days} days ahead")


def _held(limits: UnitLimits, disclosure: Disclosure) -> Iterator[tuple[str, frozenset[str] | None, Iterable[str]]]:
    """Yield each field of limits with what it names, and what may be named in it."""
    lists: CodeLists = disclosure.lists
    situation = disclosure.situation()
    yield "kinds", limits.kinds, lists.record_kinds
    yield "sources", None if limits.sources is None else frozenset(limits.sources), situation.bodies
    instruments = None if limits.instruments is None else frozenset[str](limits.instruments)
    yield "instruments", instruments, situation.instruments
    yield "purposes", limits.purposes, lists.purposes
    yield "crime_areas", limits.crime_areas, lists.crime_areas
    yield "marks", limits.marks, lists.marks
    level, act = limits.confidentiality, limits.acts_up_to
    yield "confidentiality", frozenset({level}) if level else None, lists.confidentiality_levels
    yield "acts_up_to", frozenset({act}) if act else None, [one.value for one in DisclosureAct]


def _seen(
    units: tuple[Unit, ...], wanted: str, known: tuple[LimitsSet, ...], officers: tuple[Officer, ...], now: datetime
) -> UnitSeen:
    of_unit = [one for one in known if one.unit == wanted]
    listed = next((one for one in units if one.id == wanted), None)
    if listed is None and not of_unit:
        raise NotFound
    bounds = unit_bounds(units, known, now) or {}
    whom = below(units, wanted)
    return UnitSeen(
        unit=Unit(wanted, UnitKind.UNIT, wanted) if listed is None else listed,
        units=units,
        is_listed=listed is not None,
        standing=standing_limits(of_unit, now).get(wanted),
        binding=bounds.get(wanted, ()),
        coming=tuple(one for one in of_unit if one.is_confirmed and now < one.since),
        waiting=next((one for one in of_unit if one.is_open), None),
        history=tuple(reversed(of_unit)),
        officers=tuple(one for one in officers if one.unit in whom and is_active(one, now)),
    )


def _seen_then(units: tuple[Unit, ...], wanted: str, known: tuple[LimitsSet, ...], then: datetime) -> UnitSeen:
    """Return a unit as it stood at a moment that is over; what was decided since changes nothing of it but its history."""
    seen = _seen(units, wanted, known, (), then)
    decided = (one for one in seen.coming if one.decided_at is not None and one.decided_at <= then)
    return replace(seen, coming=tuple(decided), waiting=None)


def _detail(outcome: str, limits: LimitsSet) -> JsonObject:
    return {
        "outcome": outcome,
        "limits": limits.id,
        "since": format_time(limits.since),
        "sees_at_most": to_object(limits.limits),
    }


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"What a unit may see is said as the rules allow (docs/rules/bodies.md B17): {why}.",
        do="Mend the field and try again.",
    )
