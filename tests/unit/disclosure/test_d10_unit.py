"""D10: at our own node the limits of the officer's unit, and of every unit above it, admit the class and the question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from entente.agreements.model import Right
from entente.bodies.model import Body, Officer, Unit, UnitKind
from entente.bodies.unit_limits import Bound, LimitsSet, UnitLimits
from entente.disclosure.model import DisclosureRequest, Reader, Situation
from entente.disclosure.rules import judge
from entente.disclosure.service import Disclosure
from entente.disclosure.situation import build_situation
from entente.disclosure.units import within_unit
from entente.handling.model import DisclosureAct
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from tests.support.build_disclosure import (
    DAY,
    NOW,
    PROGRAMME,
    XA,
    XB,
    XC,
    a_class,
    a_request,
    a_situation,
    ceiling,
    code_lists,
    refusing,
)
from tests.support.fake_disclosure_unit import FixedClock, a_body, a_world

SEE, FORWARD, OPEN = DisclosureAct.SEE, DisclosureAct.FORWARD, DisclosureAct.ACT_ON
NORTH = Officer(OfficerId("xb-north-1"), frozenset({"duty_officer"}), "north")
UNITS = (Unit("north", UnitKind.REGIONAL_BRANCH, "North"), Unit("gate", UnitKind.UNIT, "Gate 4", parent="north"))


def of_unit(unit: str = "north", **changes: Any) -> DisclosureRequest:  # noqa: ANN401 - the request's fields
    return a_request(reader=Reader(XB, NORTH.id, NORTH.roles, unit), **changes)


def bound(*limits: UnitLimits) -> Situation:
    return a_situation(units={"north": tuple(Bound("north", one, NOW - DAY) for one in limits), "south": ()})


@pytest.mark.parametrize(
    ("admits", "keeps_out"),
    [
        ({"kinds": frozenset({"wanted_person"})}, {"kinds": frozenset({"stolen_vehicle"})}),
        ({"sources": frozenset({XA})}, {"sources": frozenset({XB, XC})}),
        ({"instruments": frozenset({PROGRAMME})}, {"instruments": frozenset({InstrumentId("instrument:other")})}),
        ({"purposes": frozenset({"arrest"})}, {"purposes": frozenset({"locate"})}),
        ({"crime_areas": frozenset({"drugs", "terrorism"})}, {"crime_areas": frozenset({"terrorism"})}),
        ({"confidentiality": "restricted"}, {"confidentiality": "official_use"}),
        ({"confidentiality": "confidential"}, {"confidentiality": "cosmic"}),
        ({"acts_up_to": "act_on"}, {"acts_up_to": "command"}),
    ],
)
def test_what_limits_name_admits_and_what_they_do_not_name_is_nothing(
    admits: dict[str, Any], keeps_out: dict[str, Any]
) -> None:
    assert ceiling(of_unit(), bound(UnitLimits(**admits))) is OPEN
    situation = bound(UnitLimits(**keeps_out))
    assert ceiling(of_unit(), situation) is None
    assert refusing(judge(of_unit(), situation, NOW)) == ["D10"]


def test_ground_says_which_unit_keeps_it_out_since_when_and_what_to_do() -> None:
    verdict = judge(of_unit(), bound(UnitLimits(kinds=frozenset({"stolen_vehicle"}))), NOW)
    (ground,) = verdict.decision.refusals
    assert ground.text == "Records of the kind «wanted_person» are not for the unit north."
    assert ground.source == "this body's limits of the unit north, in force since 2031-05-03"
    assert ground.remedy.startswith("Hand it to an officer whose unit may see it")
    assert not verdict.may_ask


def test_marks_are_named_or_left_open_and_victims_need_theirs() -> None:
    marked, victim = of_unit(cls=a_class(marks=frozenset({"minor"}))), of_unit(cls=a_class(status="victim"))
    assert ceiling(marked, bound(UnitLimits())) is OPEN
    assert ceiling(marked, bound(UnitLimits(marks=frozenset({"minor"})))) is OPEN
    assert ceiling(of_unit(), bound(UnitLimits(marks=frozenset()))) is OPEN
    assert ceiling(marked, bound(UnitLimits(marks=frozenset()))) is None
    assert ceiling(victim, bound(UnitLimits(marks=frozenset({"victim_data"})))) is OPEN
    assert ceiling(victim, bound(UnitLimits(marks=frozenset({"minor"})))) is None


def test_own_data_is_judged_by_what_it_is_about_and_not_by_instruments() -> None:
    own = a_class(source=XB, instrument=None, crime_areas=frozenset({"terrorism"}))
    asked = of_unit(cls=own, instrument=None, crime_area="drugs")
    assert ceiling(asked, bound(UnitLimits(instruments=frozenset({PROGRAMME})))) is OPEN
    # The question names an area of the unit, and the record is about another one.
    assert ceiling(asked, bound(UnitLimits(crime_areas=frozenset({"drugs"})))) is None
    assert ceiling(asked, bound(UnitLimits(crime_areas=frozenset({"drugs", "terrorism"})))) is OPEN
    # And the other way round.
    assert ceiling(asked, bound(UnitLimits(crime_areas=frozenset({"terrorism"})))) is None


def test_lowest_act_of_all_limits_is_the_ceiling() -> None:
    situation = bound(UnitLimits(acts_up_to="forward"), UnitLimits(), UnitLimits(acts_up_to="see"))
    assert ceiling(of_unit(), situation) is SEE
    refused = judge(of_unit(act=FORWARD), situation, NOW)
    assert [ground.text for ground in refused.decision.refusals] == ["The unit north reaches up to «see»."]


def test_unit_that_is_not_the_bodys_sees_nothing_while_any_unit_has_limits() -> None:
    assert ceiling(of_unit("nowhere"), a_situation()) is OPEN
    assert ceiling(of_unit("nowhere"), bound(UnitLimits(acts_up_to="see"))) is None
    assert ceiling(of_unit("south"), bound(UnitLimits(acts_up_to="see"))) is OPEN
    assert ceiling(of_unit(""), bound(UnitLimits(acts_up_to="see"))) is OPEN


def test_other_bodys_readers_are_judged_at_their_own_node() -> None:
    situation = bound(UnitLimits(kinds=frozenset({"stolen_vehicle"})))
    assert ceiling(a_request(reader=Reader(XC, None, None, "north")), situation) is OPEN
    as_officer = a_request(reader=Reader(XC, NORTH.id, NORTH.roles, "north"))
    assert refusing(judge(as_officer, situation, NOW)) == refusing(judge(as_officer, a_situation(), NOW))


def test_act_on_an_own_record_without_a_purpose_asks_for_the_class_alone() -> None:
    reader, own = Reader.of(XB, NORTH), a_class(source=XB, instrument=None)
    other = a_class(source=XB, instrument=None, kind="stolen_vehicle")
    situation = bound(UnitLimits(kinds=frozenset({"wanted_person"}), purposes=frozenset({"locate"}), acts_up_to="see"))
    assert within_unit(reader, [own, other], SEE, situation)
    assert not within_unit(reader, [other], SEE, situation)
    assert not within_unit(reader, [own], FORWARD, situation)
    assert not within_unit(Reader(XB, NORTH.id, NORTH.roles, "nowhere"), [own], SEE, situation)
    assert within_unit(Reader(XB, NORTH.id, NORTH.roles), [other], OPEN, situation)


def confirmed(limits: UnitLimits, since: datetime = NOW, unit: str = "north") -> LimitsSet:
    head = OfficerId("xb-head-1")
    return LimitsSet(f"limits-{unit}-{since}", unit, limits, "Border only.", since, head, since, head, since, True)  # noqa: FBT003


def body_with_units() -> Body:
    return replace(a_body(XB), units=UNITS)


def test_situation_reads_what_binds_each_unit_and_until_when_it_stays_so() -> None:
    later = NOW + timedelta(minutes=10)
    first, second = UnitLimits(acts_up_to="see"), UnitLimits(acts_up_to="forward")
    world = a_world(own=body_with_units(), limits=(confirmed(first), confirmed(second, later)))
    before = build_situation(world.open(), code_lists(), NOW)
    assert before.units == {
        "north": (Bound("north", first, NOW),),
        "gate": (Bound("north", first, NOW),),
    }
    assert before.valid_until == later
    after = build_situation(world.open(), code_lists(), later)
    assert after.units is not None
    assert after.units["gate"] == (Bound("north", second, later),)
    assert build_situation(a_world(own=body_with_units()).open(), code_lists(), NOW).units is None


def allowed(disclosure: Disclosure, officer: Officer, body: BodyId = XB) -> frozenset[int]:
    return disclosure.allowed(Reader.of(body, officer), SEE, Right.COPY, "arrest", "drugs")


def test_kept_sets_are_each_units_own_and_void_as_limits_are_set_and_as_they_begin() -> None:
    clock = FixedClock(NOW)
    world = a_world(own=body_with_units(), classes={1: a_class(), 2: a_class(confidentiality="official_use")})
    disclosure = Disclosure(world.open, clock, code_lists())
    central = Officer(OfficerId("xb-duty-1"), NORTH.roles)
    gate = Officer(NORTH.id, NORTH.roles, "gate")
    assert allowed(disclosure, NORTH) == allowed(disclosure, central) == {1, 2}
    with world.open() as unit:
        unit.bodies.put_unit_limits(confirmed(UnitLimits(confidentiality="official_use")))
        unit.bodies.put_unit_limits(confirmed(UnitLimits(acts_up_to="know"), NOW + timedelta(minutes=5), "gate"))
        # What another transaction has not committed yet changes nothing here.
        assert allowed(disclosure, NORTH) == {1, 2}
        unit.commit()
    assert allowed(disclosure, NORTH) == {2}
    assert allowed(disclosure, gate) == {2}
    assert allowed(disclosure, central) == {1, 2}
    # The officer moves to another unit: who asks is another reader, though the id is the same.
    assert allowed(disclosure, Officer(NORTH.id, NORTH.roles)) == {1, 2}
    clock.moment = NOW + timedelta(minutes=5)
    assert allowed(disclosure, gate) == frozenset()
    assert allowed(disclosure, NORTH) == {2}
