"""C12 and C13: what is to be done on a case, whose desk it waits on, and that it is done once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entente.cases.tasks import Commission
from entente.kernel.errors import Conflict, Invalid, NotFound
from tests.support.build_correspondence import ANALYST, CLERK, DUTY, NOW, Desk, a_network


@pytest.fixture
def desk() -> Desk:
    return a_network().xb


def test_c12_task_waits_on_the_desk_of_its_officer_what_has_a_term_first(desk: Desk) -> None:
    number = desk.open_case()
    later = desk.cases.set_task(DUTY, number, Commission("Write it up", ANALYST))
    soon = desk.cases.set_task(
        DUTY, number, Commission("Answer the court", ANALYST, NOW + timedelta(hours=4), "Order 12")
    )
    assert [task.id for task in desk.desk.waiting(ANALYST, 9).tasks] == [soon.id, later.id]
    assert desk.desk.waiting(DUTY, 9).tasks == ()
    desk.cases.finish_task(DUTY, number, soon.id, "Answered by telephone.")
    assert [task.id for task in desk.desk.waiting(ANALYST, 9).tasks] == [later.id]


@pytest.mark.parametrize(
    ("commission", "field"),
    [
        (Commission("", DUTY), "what"),
        (Commission("Two\nlines", DUTY), "what"),
        (Commission("Look", CLERK), "to"),
        (Commission("Look", DUTY, None, "Art. 36"), "due_at"),
        (Commission("Look", DUTY, NOW, "x" * 301), "term_of"),
    ],
)
def test_c12_ill_formed_task_is_refused(desk: Desk, commission: Commission, field: str) -> None:
    number = desk.open_case()
    with pytest.raises(Invalid) as raised:
        desk.cases.set_task(DUTY, number, commission)
    assert raised.value.field == field
    assert desk.cases.show(number).tasks == ()


def test_c12_who_may_not_know_of_a_case_has_nothing_to_do_on_it(desk: Desk) -> None:
    number = desk.open_case()
    task = desk.cases.set_task(DUTY, number, Commission("Compare", ANALYST))
    desk.cases.set_team(DUTY, number, [DUTY])
    assert [one.officer for one in desk.cases.show(number, DUTY).tasks] == [DUTY]
    assert desk.desk.waiting(ANALYST, 9).tasks == ()
    with pytest.raises(Invalid):
        desk.cases.set_task(DUTY, number, Commission("Compare again", ANALYST))
    with pytest.raises(NotFound):
        desk.cases.finish_task(ANALYST, number, task.id, "Done.")


def test_c12_case_with_an_open_task_is_not_closed(desk: Desk) -> None:
    number = desk.open_case()
    task = desk.cases.set_task(DUTY, number, Commission("Compare", ANALYST))
    with pytest.raises(Conflict, match="not closed"):
        desk.cases.close_case(DUTY, number, "Done.")
    desk.cases.finish_task(DUTY, number, task.id, "Not needed any more.")
    desk.cases.close_case(DUTY, number, "Done.")


def test_c13_task_is_done_once_and_what_came_of_it_stays(desk: Desk) -> None:
    number = desk.open_case()
    task = desk.cases.set_task(DUTY, number, Commission("Compare", ANALYST, NOW - timedelta(hours=1)))
    desk.clock.pass_time(hours=2)
    done = desk.cases.finish_task(ANALYST, number, task.id, "They agree.")
    assert (done.done_by, done.done_at, done.outcome) == (ANALYST, desk.clock.now(), "They agree.")
    with pytest.raises(Conflict):
        desk.cases.finish_task(DUTY, number, task.id, "They differ.")
    assert desk.cases.show(number).tasks == (done,)
    assert desk.acts("keep_case")[-1].detail["was_late"] is True


def test_c13_task_of_another_case_is_not_found(desk: Desk) -> None:
    task = desk.cases.set_task(DUTY, desk.open_case(), Commission("Compare", ANALYST))
    with pytest.raises(NotFound):
        desk.cases.finish_task(DUTY, desk.open_case(), task.id, "Done.")
