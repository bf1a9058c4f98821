"""C15 and C16: two cases made one, and one made two; nothing is lost, and numbers stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entente.bodies.model import Officer
from entente.cases.exhibits import Found
from entente.cases.joining import GoesOver
from entente.cases.model import CaseEvent, CaseReference, CaseState, ExhibitKind
from entente.cases.service import add_event
from entente.cases.tasks import Commission
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.ids import OfficerId
from tests.support.build_correspondence import ANALYST, DUTY, NOW, Desk, a_network

FOUND = Found(ExhibitKind.OBJECT, "A key", NOW - timedelta(hours=3), "Gate 4", "Officer 7")


@pytest.fixture
def desk() -> Desk:
    return a_network().xb


def test_c15_one_goes_on_with_the_open_work_of_both_and_the_other_points_to_it(desk: Desk) -> None:
    going_on, other = desk.open_case(), desk.open_case()
    desk.cases.add_reference(DUTY, other, CaseReference(desk.id, "44/31"))
    task = desk.cases.set_task(DUTY, other, Commission("Compare", ANALYST))
    done = desk.cases.set_task(DUTY, other, Commission("Call", DUTY))
    desk.cases.finish_task(DUTY, other, done.id, "Called.")
    exhibit = desk.cases.enter_exhibit(DUTY, other, FOUND)
    case = desk.cases.join_cases(DUTY, going_on, other, "The same person.")
    assert [one.reference for one in case.references] == ["inquiry 7", "44/31"]
    assert case.joined == (other,)
    here, there = desk.cases.show(going_on), desk.cases.show(other)
    assert [one.id for one in here.tasks] == [task.id]
    assert [one.label for one, _ in here.exhibits] == [exhibit.label] == [f"{other}-E1"]
    assert [one.id for one in there.tasks] == [done.id]
    assert (there.case.state, there.case.goes_on_in) == (CaseState.JOINED, going_on)
    assert "task_done" in [event.kind for event in there.events]


def test_c15_joined_case_takes_no_work_and_is_not_opened_again(desk: Desk) -> None:
    going_on, other, third = desk.open_case(), desk.open_case(), desk.open_case()
    desk.cases.join_cases(DUTY, going_on, other, "The same person.")
    with pytest.raises(Conflict, match=other):
        desk.cases.note(DUTY, other, "One more thing.")
    with pytest.raises(Conflict):
        desk.cases.reopen_case(DUTY, other, "Again.")
    with pytest.raises(Conflict):
        desk.cases.join_cases(DUTY, third, other, "Also.")
    with pytest.raises(Invalid):
        desk.cases.join_cases(DUTY, going_on, going_on, "Itself.")


def test_c15_what_arrives_under_the_old_number_is_in_both_files(desk: Desk) -> None:
    last, middle, first = desk.open_case(), desk.open_case(), desk.open_case()
    desk.cases.join_cases(DUTY, middle, first, "The same person.")
    desk.cases.join_cases(DUTY, last, middle, "The same matter.")
    line = CaseEvent(NOW, "xa-duty-1", "message_received", "message-1", "He was seen.")
    with desk.store.open_unit() as unit:
        add_event(unit, first, line)
        unit.commit()
    assert all(line in desk.cases.show(number).events for number in (first, middle, last))


def test_c15_number_that_is_no_case_and_one_of_a_hidden_case_are_wrong_in_the_same_words(desk: Desk) -> None:
    second = OfficerId("duty-2")
    desk.store.state.bodies.put_officer(Officer(second, frozenset({"duty_officer"})))
    going_on, hidden = desk.open_case(), desk.open_case()
    desk.cases.set_team(DUTY, hidden, [ANALYST])
    told = set()
    for number in (hidden, "2031/000099"):
        with pytest.raises(Invalid) as caught:
            desk.cases.join_cases(second, going_on, number, "The same person.")
        told.add((caught.value.field, str(caught.value)))
    assert {field for field, _ in told} == {"other"}
    assert len(told) == 1


def test_c15_need_to_know_of_one_holds_for_both_and_for_what_was_joined_before(desk: Desk) -> None:
    going_on, other, before = desk.open_case(), desk.open_case(), desk.open_case()
    desk.cases.join_cases(DUTY, other, before, "The same.")
    desk.cases.set_team(DUTY, other, [ANALYST])
    case = desk.cases.join_cases(DUTY, going_on, other, "The same person.")
    assert set(case.team) == {DUTY, ANALYST}
    for number in (going_on, other, before):
        with pytest.raises(NotFound):
            desk.cases.show(number)
        assert desk.cases.show(number, ANALYST).case.number == number


def test_c15_team_that_is_set_later_holds_for_all_that_was_joined(desk: Desk) -> None:
    last, middle, first = desk.open_case(), desk.open_case(), desk.open_case()
    desk.cases.join_cases(DUTY, middle, first, "The same person.")
    desk.cases.join_cases(DUTY, last, middle, "The same matter.")
    versions = [desk.cases.show(number).case.version for number in (first, middle)]
    desk.cases.set_team(DUTY, last, [ANALYST])
    for number in (first, middle, last):
        with pytest.raises(NotFound):
            desk.cases.show(number)
        assert desk.cases.show(number, ANALYST).case.team == (DUTY, ANALYST)
    assert [desk.cases.show(number, DUTY).case.version for number in (first, middle)] == [one + 1 for one in versions]
    desk.cases.set_team(ANALYST, last, [])
    assert [desk.cases.show(number).case.team for number in (first, middle, last)] == [(), (), ()]


def test_c15_officer_who_leaves_the_team_knows_of_what_was_joined_no_more(desk: Desk) -> None:
    going_on, other = desk.open_case(), desk.open_case()
    desk.cases.set_team(DUTY, other, [ANALYST])
    desk.cases.join_cases(DUTY, going_on, other, "The same person.")
    desk.cases.hand_over(DUTY, going_on, ANALYST, "She goes on.")
    for number in (going_on, other):
        with pytest.raises(NotFound):
            desk.cases.show(number, DUTY)
        assert desk.cases.show(number, ANALYST).case.team == (ANALYST,)


def test_c15_team_that_comes_with_a_joined_case_holds_for_what_was_joined_earlier(desk: Desk) -> None:
    going_on, earlier, other = desk.open_case(), desk.open_case(), desk.open_case()
    desk.cases.join_cases(DUTY, going_on, earlier, "The same person.")
    desk.cases.set_team(DUTY, other, [ANALYST])
    desk.cases.join_cases(DUTY, going_on, other, "The same matter.")
    for number in (going_on, earlier, other):
        with pytest.raises(NotFound):
            desk.cases.show(number)
        assert desk.cases.show(number, ANALYST).case.number == number


def test_c12_task_of_who_may_know_of_joined_cases_no_more_passes_to_the_officer_in_charge(desk: Desk) -> None:
    going_on, secret, other = desk.open_case(), desk.open_case(), desk.open_case()
    here = desk.cases.set_task(DUTY, going_on, Commission("Compare", ANALYST))
    there = desk.cases.set_task(DUTY, other, Commission("Call", ANALYST))
    desk.cases.set_team(DUTY, secret, [DUTY])
    desk.cases.join_cases(DUTY, going_on, secret, "The same person.")
    desk.cases.join_cases(DUTY, going_on, other, "The same matter.")
    assert {one.id: one.officer for one in desk.cases.show(going_on, DUTY).tasks} == {here.id: DUTY, there.id: DUTY}
    events = [event for event in desk.cases.show(going_on, DUTY).events if event.kind == "task_given"]
    assert [event.subject for event in events] == [here.id, there.id]


def test_c16_named_things_go_over_to_a_new_case_with_references_and_team(desk: Desk) -> None:
    number = desk.open_case()
    desk.cases.set_team(DUTY, number, [ANALYST])
    stays = desk.cases.set_task(DUTY, number, Commission("Stay", DUTY))
    goes = desk.cases.set_task(DUTY, number, Commission("Go", ANALYST))
    exhibit = desk.cases.enter_exhibit(DUTY, number, FOUND)
    with desk.store.open_unit() as unit:
        add_event(unit, number, CaseEvent(NOW, "x", "message_received", "message-1", "He was seen."))
        unit.commit()
    over = GoesOver(
        "The second man",
        "drugs",
        "Another matter.",
        frozenset({goes.id}),
        frozenset({exhibit.id}),
        frozenset({"message-1"}),
    )
    new = desk.cases.split_case(ANALYST, number, over)
    assert (new.number, new.split_from, set(new.team)) == ("2031/000002", number, {DUTY, ANALYST})
    assert [one.reference for one in new.references] == ["inquiry 7"]
    here, there = desk.cases.show(number, DUTY), desk.cases.show(new.number, DUTY)
    assert [one.id for one in here.tasks] == [stays.id]
    assert [one.id for one in there.tasks] == [goes.id]
    assert [one.label for one, _ in there.exhibits] == [f"{number}-E1"]
    assert [event.subject for event in there.events if event.kind == "message_received"] == ["message-1"]
    assert [event.subject for event in here.events if event.kind == "message_received"] == ["message-1"]
    # The label of the first exhibit is not given again.
    assert desk.cases.enter_exhibit(DUTY, number, FOUND).label == f"{number}-E2"


@pytest.mark.parametrize("field", ["tasks", "exhibits", "items"])
def test_c16_what_does_not_lie_in_the_case_does_not_go_over_and_no_number_is_taken(desk: Desk, field: str) -> None:
    number = desk.open_case()
    over = GoesOver("The second man", "drugs", "Another matter.", **{field: frozenset({"x-1"})})
    with pytest.raises(Invalid) as raised:
        desk.cases.split_case(DUTY, number, over)
    assert raised.value.field == field
    assert desk.open_case() == "2031/000002"
