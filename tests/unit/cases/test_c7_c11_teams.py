"""C7 to C11: who may know of a case, that it is hidden from the others, teams, hand-over, and two officers at one case."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from entente.bodies.model import Officer
from entente.cases.model import CaseReference
from entente.cases.tasks import Commission
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound
from entente.kernel.ids import OfficerId
from tests.support.build_correspondence import ANALYST, CLERK, DUTY, Desk, a_network

HEAD = OfficerId("head-1")
SECOND = OfficerId("duty-2")
MACHINE = OfficerId("case-system")


@pytest.fixture
def desk() -> Desk:
    made = a_network().xb
    bodies = made.store.state.bodies
    bodies.put_officer(Officer(HEAD, frozenset({"head_of_body"})))
    bodies.put_officer(Officer(SECOND, frozenset({"duty_officer"})))
    bodies.put_officer(Officer(MACHINE, frozenset({"duty_officer"}), is_machine=True))
    return made


@pytest.fixture
def closed_case(desk: Desk) -> str:
    """Open a case that the duty officer and the analyst alone may know of."""
    number = desk.open_case()
    desk.cases.set_team(DUTY, number, [ANALYST])
    return number


def test_c7_case_without_a_team_is_open_to_the_body(desk: Desk) -> None:
    number = desk.open_case()
    assert desk.cases.show(number).case.number == number
    assert desk.cases.show(number, SECOND).case.number == number
    assert [case.number for case in desk.cases.latest(9)] == [number]


def test_c7_team_and_overseers_know_of_a_case_and_nobody_else(desk: Desk, closed_case: str) -> None:
    for officer in (DUTY, ANALYST, HEAD):
        assert desk.cases.show(closed_case, officer).case.team == (DUTY, ANALYST)
        assert [case.number for case in desk.cases.latest(9, officer=officer)] == [closed_case]
    others: list[OfficerId | None] = [None, SECOND, CLERK, OfficerId("nobody")]
    for other in others:
        with pytest.raises(NotFound):
            desk.cases.show(closed_case, other)
        assert desk.cases.latest(9, officer=other) == ()


def test_c7_member_who_is_active_no_more_knows_of_it_no_more(desk: Desk, closed_case: str) -> None:
    gone = Officer(ANALYST, frozenset({"analyst"}), active_until=desk.clock.now())
    desk.store.state.bodies.put_officer(gone)
    with pytest.raises(NotFound):
        desk.cases.show(closed_case, ANALYST)


ACTS: list[Callable[[Desk, str], object]] = [
    lambda desk, number: desk.cases.note(SECOND, number, "Seen."),
    lambda desk, number: desk.cases.add_reference(SECOND, number, CaseReference(desk.id, "9")),
    lambda desk, number: desk.cases.rename_case(SECOND, number, "Other", "drugs"),
    lambda desk, number: desk.cases.close_case(SECOND, number, "Done."),
    lambda desk, number: desk.cases.reopen_case(SECOND, number, "Again."),
    lambda desk, number: desk.cases.set_team(SECOND, number, []),
    lambda desk, number: desk.cases.hand_over(SECOND, number, SECOND, "Mine."),
    lambda desk, number: desk.cases.set_task(SECOND, number, Commission("Look", SECOND)),
    lambda desk, number: desk.cases.finish_task(SECOND, number, "task-1", "Done."),
    lambda desk, number: desk.cases.join_cases(SECOND, number, number, "Same."),
]


@pytest.mark.parametrize("act", ACTS)
def test_c8_hidden_case_is_answered_like_one_that_is_not_there(
    desk: Desk, closed_case: str, act: Callable[[Desk, str], object]
) -> None:
    told = []
    for number in (closed_case, "2031/000099"):
        with pytest.raises(EntenteError) as raised:
            act(desk, number)
        told.append((type(raised.value), raised.value.what, raised.value.why, raised.value.do))
    assert told[0] == told[1]
    assert told[0][0] is NotFound


def test_c8_overseer_who_is_not_of_the_team_leaves_a_row_for_each_look(desk: Desk, closed_case: str) -> None:
    desk.cases.show(closed_case, DUTY)
    assert desk.acts("oversee_cases") == []
    desk.cases.show(closed_case, HEAD)
    (row,) = desk.acts("oversee_cases")
    assert (row.officer, row.subject, row.detail["change"]) == (HEAD, closed_case, "looked")


def test_c9_who_changes_what_somebody_else_changed_meanwhile_is_told_and_nothing_is_changed(desk: Desk) -> None:
    number = desk.open_case()
    seen = desk.cases.show(number).case.version
    desk.cases.rename_case(SECOND, number, "Robbery, two men", "robbery_and_theft", seen)
    with pytest.raises(Conflict, match="not changed"):
        desk.cases.hand_over(DUTY, number, ANALYST, "End of shift.", version=seen)
    with pytest.raises(Conflict):
        desk.cases.close_case(DUTY, number, "Done.", seen)
    now = desk.cases.show(number).case
    assert (now.title, now.in_charge, now.version) == ("Robbery, two men", DUTY, seen + 1)
    # A note adds and changes nothing, and needs no version.
    desk.cases.note(DUTY, number, "Noted.")
    desk.cases.close_case(DUTY, number, "Done.", now.version)


def test_c10_officer_in_charge_is_always_of_the_team_and_none_opens_it_again(desk: Desk) -> None:
    number = desk.open_case()
    assert desk.cases.set_team(DUTY, number, [ANALYST, ANALYST]).team == (DUTY, ANALYST)
    assert desk.cases.set_team(HEAD, number, [MACHINE]).team == (DUTY, MACHINE)
    assert desk.cases.set_team(DUTY, number, []).team == ()
    assert desk.cases.show(number).case.team == ()


@pytest.mark.parametrize("stranger", [CLERK, OfficerId("nobody"), HEAD])
def test_c10_who_keeps_no_cases_is_of_no_team(desk: Desk, stranger: OfficerId) -> None:
    number = desk.open_case()
    with pytest.raises(Invalid) as raised:
        desk.cases.set_team(DUTY, number, [stranger])
    assert raised.value.field == "team"
    assert desk.cases.show(number).case.team == ()


def test_c11_hand_over_gives_charge_and_open_tasks_and_takes_the_former_from_the_team(
    desk: Desk, closed_case: str
) -> None:
    task = desk.cases.set_task(DUTY, closed_case, Commission("Ask the court", DUTY))
    case = desk.cases.hand_over(DUTY, closed_case, ANALYST, "End of shift.", unit_name="Analysis")
    assert (case.in_charge, case.unit, case.team) == (ANALYST, "Analysis", (ANALYST,))
    with pytest.raises(NotFound):
        desk.cases.show(closed_case, DUTY)
    assert [one.officer for one in desk.cases.show(closed_case, ANALYST).tasks if one.id == task.id] == [ANALYST]
    assert "task_given" in [event.kind for event in desk.cases.show(closed_case, ANALYST).events]


def test_c11_case_whose_team_is_gone_is_given_on_by_who_oversees(desk: Desk, closed_case: str) -> None:
    for officer, role in ((DUTY, "duty_officer"), (ANALYST, "analyst")):
        gone = Officer(officer, frozenset({role}), active_until=desk.clock.now())
        desk.store.state.bodies.put_officer(gone)
    case = desk.cases.hand_over(HEAD, closed_case, SECOND, "The team left.")
    assert case.in_charge == SECOND
    assert desk.cases.show(closed_case, SECOND).case.team == (SECOND, ANALYST)


def test_c11_no_machine_has_charge_of_a_case(desk: Desk) -> None:
    with pytest.raises(Invalid):
        desk.cases.hand_over(DUTY, desk.open_case(), MACHINE, "It works at night.")
    assert MACHINE not in desk.cases.may_be_given()
