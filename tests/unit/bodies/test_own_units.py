"""Our own list of units: changed in order, told apart, judged by the limits that it would lift, said by an officer (B26)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.model import Body, Officer, Unit, UnitKind
from entente.bodies.own_units import OwnUnits, added, changed, ended, replaced, said_again
from entente.bodies.statements import DirectoryKind, introduction_of
from entente.bodies.unit_limits import NO_LIMITS, LimitsSet, UnitLimits
from entente.bodies.unit_list import bound_more, compare, in_order, judge_list, limited, version_of
from entente.bodies.unit_rules import UNITS_MAX
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.kernel.statement import draft
from tests.support.build_bodies import HEAD, NOW, MemoryNode, network

NORTH = Unit("north", UnitKind.REGIONAL_BRANCH, "Northern branch", "The north")
GATE = Unit("gate", UnitKind.UNIT, "Gate 4", parent="north")
SOUTH = Unit("south", UnitKind.REGIONAL_BRANCH, "Southern branch")
UNITS = (NORTH, GATE, SOUTH)
SEES = UnitLimits(acts_up_to="see")
DUTY = OfficerId("duty-1")


def limits_of(unit: str, limits: UnitLimits = SEES, *, days: int = 0, name: str = "") -> LimitsSet:
    since = NOW + timedelta(days=days)
    return LimitsSet(
        name or f"limits-{unit}", unit, limits, "Border.", since, HEAD, NOW, OfficerId("head-2"), NOW, is_confirmed=True
    )


def refusals(before: tuple[Unit, ...], after: tuple[Unit, ...], *known: LimitsSet, at: str = "") -> list[str]:
    officers = [Officer(DUTY, frozenset({"duty_officer"}), at)]
    return [one.text for one in judge_list(before, after, known, officers, NOW).refusals]


def test_unit_that_is_put_under_a_later_one_stands_behind_it_and_brings_what_is_below_it() -> None:
    moved = (replace(NORTH, parent="south"), GATE, SOUTH)
    assert [one.id for one in in_order(moved)] == ["south", "north", "gate"]
    assert in_order(UNITS) == UNITS
    deep = (
        Unit("a", UnitKind.UNIT, "A", parent="b"),
        Unit("b", UnitKind.UNIT, "B", parent="c"),
        Unit("c", UnitKind.UNIT, "C"),
    )
    assert [one.id for one in in_order(deep)] == ["c", "b", "a"]


@pytest.mark.parametrize("parent", ["north", "gate", "nowhere"])
def test_unit_is_not_below_itself_nor_below_one_that_is_not_there(parent: str) -> None:
    with pytest.raises(Invalid) as raised:
        in_order((replace(NORTH, parent=parent), GATE, SOUTH))
    assert raised.value.field == "unit.parent"


def test_lists_are_told_apart_by_id_and_their_order_says_nothing() -> None:
    renamed, new = replace(GATE, name="Gate 5"), Unit("port", UnitKind.UNIT, "Port")
    told = compare(UNITS, (new, NORTH, renamed))
    assert (told.added, told.changed, told.gone) == ((new,), ((GATE, renamed),), (SOUTH,))
    assert compare(UNITS, (SOUTH, NORTH, GATE)).is_nothing
    assert version_of(UNITS) == version_of(tuple(UNITS))
    assert version_of(UNITS) != version_of((SOUTH, NORTH, GATE))


def test_no_list_lifts_limits_that_bind_a_unit_from_above() -> None:
    free = (NORTH, replace(GATE, parent=None), SOUTH)
    assert refusals(UNITS, free) == []
    (why,) = refusals(UNITS, free, limits_of("north"))
    assert "Gate 4" in why
    # Nor those that are confirmed and take effect later.
    assert refusals(UNITS, free, limits_of("north", days=3)) == [why]
    # With the same limits of its own it goes where it will; so it does once they were lifted.
    assert refusals(UNITS, free, limits_of("north"), limits_of("gate")) == []
    lifted = limits_of("north", NO_LIMITS, name="limits-z")
    assert refusals(UNITS, free, limits_of("north"), lifted) == []
    other = limits_of("gate", UnitLimits(acts_up_to="know"))
    assert refusals(UNITS, free, limits_of("north"), other) == [why]
    # What binds one more than before is told and allowed.
    bound = (NORTH, GATE, replace(SOUTH, parent="north"))
    assert refusals(UNITS, bound, limits_of("north")) == []
    assert [
        (unit, [one.unit for one in more]) for unit, more in bound_more(UNITS, bound, [limits_of("north")], NOW).items()
    ] == [("south", ["north"])]


def test_limited_unit_is_not_gone_while_an_officer_is_entered_with_it() -> None:
    left = (NORTH, SOUTH)
    assert refusals(UNITS, left, limits_of("north")) == []
    assert refusals(UNITS, left, at="gate") == []
    (why,) = refusals(UNITS, left, limits_of("north"), at="gate")
    assert "Gate 4" in why
    # The way round it: gone today, and back tomorrow with nothing above it.
    assert refusals(UNITS, (NORTH, GATE), limits_of("north"), at="south") == []


def test_limits_that_stand_come_or_wait_are_told_and_lifted_ones_are_not() -> None:
    waiting = replace(limits_of("gate"), decided_by=None, decided_at=None, is_confirmed=False)
    lifted = (limits_of("south"), limits_of("south", NO_LIMITS, name="limits-z"))
    known = (limits_of("north", days=2), waiting, *lifted)
    assert limited(["north", "gate", "south"], known, NOW) == {"north", "gate"}


@pytest.fixture
def node() -> MemoryNode:
    made = network("XA-NCB", "XB-NCB")["XA-NCB"]
    OwnUnits(made.directory).say_as_operator(UNITS)
    made.clock.pass_time(hours=1)
    return made


def own(node: MemoryNode) -> Body:
    with node.directory.open_unit() as unit:
        return unit.bodies.own()


def test_officer_says_the_list_one_unit_at_a_time_and_every_body_is_told(node: MemoryNode) -> None:
    units, sent = OwnUnits(node.directory), len(node.store.state.outbox.put_out)
    port = Unit("port", UnitKind.UNIT, "Port", parent="south")
    for change, wanted in (
        (added(port), (*UNITS, port)),
        (changed(replace(GATE, name="Gate 5")), (NORTH, replace(GATE, name="Gate 5"), SOUTH, port)),
        (ended("port"), (NORTH, replace(GATE, name="Gate 5"), SOUTH)),
        (replaced((SOUTH,)), (SOUTH,)),
    ):
        foreseen = units.foresee(HEAD, change)
        assert foreseen.after == wanted
        assert own(node).units == foreseen.before
        assert units.say(HEAD, change, foreseen.version).units == wanted
        node.clock.pass_time(hours=1)
    acts = [one for one in node.store.state.trail.acts if one.verb == "units"]
    assert [one.officer for one in acts] == ["node", HEAD, HEAD, HEAD, HEAD]
    assert len(node.store.state.outbox.put_out) == sent + 4


def test_who_was_overtaken_is_told_and_changes_nothing(node: MemoryNode) -> None:
    units = OwnUnits(node.directory)
    seen = version_of(own(node).units)
    units.say(HEAD, changed(replace(GATE, name="Gate 5")), seen)
    node.clock.pass_time(hours=1)
    with pytest.raises(Conflict) as late:
        units.say(HEAD, ended("south"), seen)
    assert late.value.changed_meanwhile
    assert [one.id for one in own(node).units] == ["north", "gate", "south"]
    with pytest.raises(Conflict, match="not said anew"):
        units.say(HEAD, replaced(own(node).units), version_of(own(node).units))


def test_earlier_list_is_said_again(node: MemoryNode) -> None:
    units = OwnUnits(node.directory)
    with node.directory.open_unit() as unit:
        (first,) = unit.bodies.unit_lists(unit.bodies.own().id)
    units.say(HEAD, ended("south"), version_of(own(node).units))
    node.clock.pass_time(hours=1)
    assert units.say(HEAD, said_again(first.since), version_of(own(node).units)).units == UNITS
    with pytest.raises(NotFound):
        units.foresee(HEAD, said_again(first.since - timedelta(days=1)))


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: added(replace(GATE, parent=None)), Invalid, "unit.id"),
        (lambda: added(Unit("x" * 65, UnitKind.UNIT, "X")), Invalid, "unit.id"),
        (lambda: added(Unit("new", UnitKind.UNIT, "X\u202e")), Invalid, "unit.name"),
        (lambda: added(Unit("new", UnitKind.UNIT, "X", territory="a\nb")), Invalid, "unit.territory"),
        (lambda: added(Unit("new", UnitKind.UNIT, "X", parent="nowhere")), Invalid, "unit.parent"),
        (lambda: changed(Unit("nowhere", UnitKind.UNIT, "X")), Conflict, "not in the list"),
        (lambda: ended("nowhere"), Conflict, "not in the list"),
        (lambda: ended("north"), Conflict, "Gate 4"),
        (lambda: replaced((GATE,)), Invalid, "units[0].parent"),
        (lambda: replaced((NORTH, NORTH)), Invalid, "different ids"),
        (lambda: replaced(tuple(replace(SOUTH, id=f"u{n}") for n in range(UNITS_MAX + 1))), Invalid, "at most 2000"),
    ],
)
def test_change_that_makes_no_list_is_refused_where_it_is_wrong(
    node: MemoryNode, make: Callable[[], object], error: type[EntenteError], says: str
) -> None:
    units = OwnUnits(node.directory)
    with pytest.raises(error) as raised:
        units.foresee(HEAD, make())  # type: ignore[arg-type] # a change, made as late as it is refused
    said = (raised.value.field if isinstance(raised.value, Invalid) else "", raised.value.what, raised.value.why)
    assert says in " ".join(said)
    assert own(node).units == UNITS


def test_who_may_not_enter_officers_neither_foresees_nor_says_it(node: MemoryNode) -> None:
    units = OwnUnits(node.directory)
    node.directory.officers.put(HEAD, Officer(DUTY, frozenset({"duty_officer"})))
    for act in (
        lambda: units.foresee(DUTY, ended("south")),
        lambda: units.say(DUTY, ended("south"), version_of(UNITS)),
    ):
        with pytest.raises(Refused):
            act()
    assert own(node).units == UNITS


def test_list_that_lifts_limits_is_refused_in_the_trail(node: MemoryNode) -> None:
    units = OwnUnits(node.directory)
    with node.directory.open_unit() as unit:
        unit.bodies.put_unit_limits(replace(limits_of("north"), since=node.clock.now()))
        unit.commit()
    free = changed(replace(GATE, parent=None))
    assert [one.number for one in units.foresee(HEAD, free).decision.refusals] == ["B26"]
    with pytest.raises(Refused) as raised:
        units.say(HEAD, free, version_of(UNITS))
    assert [one.number for one in raised.value.decision.refusals] == ["B26"]
    assert own(node).units == UNITS
    last = node.store.state.trail.acts[-1]
    assert (last.verb, last.officer, last.detail["outcome"]) == ("manage_officers", HEAD, "refused")
    # At the node's own console nobody is judged.
    assert OwnUnits(node.directory).say_as_operator((NORTH, replace(GATE, parent=None))).units[1].parent is None


def test_b4_no_list_is_said_with_which_the_body_could_not_be_introduced_any_more(node: MemoryNode) -> None:
    units = OwnUnits(node.directory)
    said = units.say_as_operator(tuple(replace(SOUTH, id=f"unit-{number}", name="x" * 100) for number in range(525)))
    long = tuple(replace(one, name="x" * 199, territory="y" * 199) for one in said.units)
    many = (*long, *(replace(one, id=f"{one.id}-b") for one in long))
    node.clock.pass_time(hours=1)
    with pytest.raises(Invalid, match="more of itself") as raised:
        units.say_as_operator(many)
    assert "introduction" in raised.value.why
    assert own(node).units == said.units
    # One that fits is introduced: a node that knows of nobody else takes it in.
    draft(DirectoryKind.INTRODUCTION, said.id, NOW, introduction_of(units.say_as_operator(long)))
