"""What a body lets its units see is proposed by one officer, decided by another, and undone by setting it again (B17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entente.bodies.model import Unit, UnitKind
from entente.bodies.unit_limits import (
    NO_LIMITS,
    Bound,
    LimitsSet,
    UnitLimits,
    above,
    below,
    coming_limits,
    decide_limits,
    propose_limits,
    standing_limits,
    unit_bounds,
)
from entente.kernel.errors import Conflict
from entente.kernel.ids import OfficerId

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, OTHER = OfficerId("head-1"), OfficerId("head-2")
UNITS = (
    Unit("north", UnitKind.REGIONAL_BRANCH, "North"),
    Unit("gate", UnitKind.UNIT, "Gate", parent="north"),
    Unit("booth", UnitKind.UNIT, "Booth", parent="gate"),
    Unit("south", UnitKind.REGIONAL_BRANCH, "South"),
)
SEES = UnitLimits(acts_up_to="see")
CARS = UnitLimits(kinds=frozenset({"stolen_vehicle"}))


def proposed(unit: str = "north", limits: UnitLimits = SEES, since: datetime = NOW, number: int = 1) -> LimitsSet:
    return LimitsSet(f"limits-{number}", unit, limits, "Why.", since, ONE, NOW - HOUR)


def in_force(
    unit: str = "north", limits: UnitLimits = SEES, since: datetime = NOW, number: int = 1, at: datetime = NOW - HOUR
) -> LimitsSet:
    return decide_limits(proposed(unit, limits, since, number), OTHER, at, is_confirmed=True)


def test_another_officer_confirms_and_never_who_proposed() -> None:
    waiting = proposed()
    assert waiting.is_open
    with pytest.raises(Conflict):
        decide_limits(waiting, ONE, NOW, is_confirmed=True)
    confirmed = decide_limits(waiting, OTHER, NOW, is_confirmed=True)
    assert (confirmed.decided_by, confirmed.decided_at, confirmed.is_confirmed) == (OTHER, NOW, True)
    for is_confirmed in (True, False):
        with pytest.raises(Conflict):
            decide_limits(confirmed, OTHER, NOW, is_confirmed=is_confirmed)


def test_who_proposed_takes_back_and_what_was_refused_binds_nobody() -> None:
    refused = decide_limits(proposed(), ONE, NOW, is_confirmed=False)
    assert not refused.is_open
    assert unit_bounds(UNITS, [refused, proposed(number=2)], NOW + HOUR) is None


def test_limits_never_bind_from_before_they_were_confirmed() -> None:
    late = in_force(since=NOW, at=NOW + HOUR)
    assert late.since == NOW + HOUR
    assert unit_bounds(UNITS, [late], NOW) is None
    assert unit_bounds(UNITS, [late], NOW + HOUR) is not None
    ahead = in_force(since=NOW + 2 * HOUR, at=NOW)
    assert ahead.since == NOW + 2 * HOUR
    assert coming_limits([late, ahead, proposed(since=NOW + 9 * HOUR)], NOW + HOUR) == (NOW + 2 * HOUR,)


def test_one_proposal_of_a_unit_waits_at_a_time() -> None:
    with pytest.raises(Conflict):
        propose_limits(proposed(number=2), [proposed()])
    south, again = proposed("south", number=2), proposed(number=2)
    assert propose_limits(south, [proposed()]) == south
    assert propose_limits(again, [in_force()]) == again


def test_what_took_effect_last_stands_whatever_was_decided_last() -> None:
    first, second = in_force(since=NOW), in_force(limits=CARS, since=NOW + HOUR, number=2)
    for known in ([first, second], [second, first]):
        assert standing_limits(known, NOW)["north"].limits == SEES
        assert standing_limits(known, NOW + HOUR)["north"].limits == CARS
    # Of two that took effect at one moment, what was confirmed last.
    again = in_force(limits=CARS, since=NOW, number=0, at=NOW - HOUR / 2)
    assert standing_limits([first, again], NOW)["north"].limits == CARS


def test_they_are_undone_by_setting_others_and_then_nothing_binds() -> None:
    undone = in_force(limits=NO_LIMITS, since=NOW + HOUR, number=2)
    assert unit_bounds(UNITS, [in_force(), undone], NOW) is not None
    assert unit_bounds(UNITS, [in_force(), undone], NOW + HOUR) is None


def test_unit_is_bound_by_those_above_it_too_and_no_other_unit_is() -> None:
    bounds = unit_bounds(UNITS, [in_force(), in_force("booth", CARS, number=2)], NOW)
    of_north = Bound("north", SEES, NOW)
    assert bounds == {
        "north": (of_north,),
        "gate": (of_north,),
        "booth": (Bound("booth", CARS, NOW), of_north),
        "south": (),
    }


def test_unit_that_the_body_no_longer_has_is_none_that_is_known() -> None:
    bounds = unit_bounds(UNITS[:1], [in_force("booth")], NOW)
    assert bounds == {"north": ()}


def test_units_below_and_above() -> None:
    assert below(UNITS, "north") == {"north", "gate", "booth"}
    assert above(UNITS, "booth") == {"north", "gate", "booth"}
    assert above(UNITS, "") == frozenset()
    assert below(UNITS, "booth") == {"booth"}


def test_limits_of_nothing_are_open() -> None:
    assert NO_LIMITS.is_open
    assert not replace(NO_LIMITS, marks=frozenset()).is_open
