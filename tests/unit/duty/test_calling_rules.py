"""What needs somebody now, whose turn it is and when a gateway is asked again (docs/rules/desk.md W43 to W45)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entente.correspondence.model import (
    Header,
    Hit,
    HitOutcome,
    HitState,
    Message,
    PermissionRequest,
    PermissionState,
    Step,
    StepTaken,
    Way,
)
from entente.correspondence.waiting import Waiting
from entente.duty.calling_rules import acknowledged_by, begun, needed_now, next_to_call, tried_again_at
from entente.duty.calls import Call, CallGround, CallKind, Needed, StepState
from entente.duty.model import DutyFunction, RosterEntry
from entente.duty.rules import open_things
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId

NOW = datetime(2031, 5, 4, 18, 0, tzinfo=UTC)
HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=5)
OURS, THEIRS = BodyId("body:ours"), BodyId("body:theirs")


def header(name: str) -> Header:
    return Header(name, THEIRS, OURS, InstrumentId("charter"), "x", "", "", NOW)


def message(name: str, urgency: str, *, is_for_action: bool = True) -> Message:
    return Message(header(name), "Subject", "Text", urgency, is_for_action)


def hit(name: str, purpose: str) -> Hit:
    outcome = HitOutcome.CONFIRMED
    return Hit(header(name), RecordId("body:ours/o-1"), 1, purpose, "fugitives", outcome, "", 900, "", HitState.TOLD)


def permission(name: str, due_at: datetime) -> PermissionRequest:
    state = PermissionState.WAITING
    return PermissionRequest(
        header(name), RecordId("body:ours/o-1"), frozenset(), None, "identify", "fugitives", "", due_at, state
    )


def needed(waiting: Waiting, kind: str = "vehicle", opened: str = "") -> list[tuple[str, CallGround]]:
    steps = (StepTaken(Step.OPENED, "x", NOW),)
    found = needed_now(waiting, NOW, HOUR, lambda name: steps if name == opened else (), lambda _: kind)
    return [(one.item, one.ground) for one in found]


def test_sheet_lists_the_most_pressing_first_and_information_last() -> None:
    waiting = Waiting(
        hits=((Way.RECEIVED, hit("hit-1", "arrest")),),
        permissions=(permission("permission-1", NOW + HOUR),),
        messages=(
            (message("news", "normal", is_for_action=False), None),
            (message("usual", "normal"), NOW + HOUR),
            (message("late", "normal"), NOW - MINUTES),
            (message("urgent", "urgent"), NOW + HOUR),
            (message("danger", "immediate_danger_to_life"), NOW + HOUR),
        ),
    )
    found = [one.id for one in open_things(waiting, NOW)]
    assert found == ["late", "danger", "urgent", "permission-1", "hit-1", "usual", "news"]


@pytest.mark.parametrize(
    ("urgency", "ground"),
    [
        ("immediate_danger_to_life", CallGround.DANGER_TO_LIFE),
        ("urgent", CallGround.URGENT),
        ("urgent_indirect", CallGround.URGENT),
        ("normal", None),
        ("something_new", None),
    ],
)
def test_message_for_action_needs_somebody_by_its_urgency_until_it_is_opened(
    urgency: str, ground: CallGround | None
) -> None:
    waiting = Waiting(messages=((message("message-1", urgency), NOW + 4 * HOUR),))
    assert needed(waiting) == ([] if ground is None else [("message-1", ground)])
    assert needed(waiting, opened="message-1") == []
    for_information = Waiting(messages=((message("message-1", urgency, is_for_action=False), None),))
    assert needed(for_information) == []


def test_deadline_needs_somebody_when_it_is_near_or_over_though_it_was_opened() -> None:
    for due, is_needed in ((NOW + HOUR, True), (NOW - HOUR, True), (NOW + HOUR + MINUTES, False)):
        waiting = Waiting(
            messages=((message("message-1", "normal"), due),), permissions=(permission("permission-request-1", due),)
        )
        wanted = [("message-1", CallGround.DEADLINE), ("permission-request-1", CallGround.DEADLINE)]
        assert needed(waiting, opened="message-1") == (wanted if is_needed else [])


def test_hit_needs_somebody_where_a_person_is_wanted() -> None:
    arrest = Waiting(hits=((Way.RECEIVED, hit("hit-1", "arrest")),))
    identify = Waiting(hits=((Way.SENT, hit("hit-1", "identify")),))
    assert needed(arrest) == [("hit-1", CallGround.WANTED_HIT)]
    assert needed(identify) == []
    assert needed(identify, kind="wanted_person") == [("hit-1", CallGround.WANTED_HIT)]


def entry(name: str, officer: str, reach: str = "x@xb.example") -> RosterEntry:
    return RosterEntry(name, OfficerId(officer), DutyFunction.DUTY_OFFICER, NOW - HOUR, NOW + HOUR, "UTC", reach)


def called(*entries: RosterEntry, at: datetime = NOW, state: StepState = StepState.SENT) -> Call:
    steps = tuple(replace(begun(one, at), state=state) for one in entries)
    return Call(1, Needed("message-1", CallKind.MESSAGE, CallGround.URGENT, "urgent", None), NOW, steps)


ON = (entry("duty-1", "a"), entry("duty-2", "a"), entry("duty-3", "b", reach=""), entry("duty-4", "c"))


def test_each_officer_who_can_be_reached_is_called_once_in_turn() -> None:
    later = NOW + MINUTES
    assert next_to_call(called(), ON, NOW, MINUTES) == ON[0]
    assert next_to_call(called(ON[0]), ON, later, MINUTES) == ON[3]
    assert next_to_call(called(ON[0], ON[3]), ON, later, MINUTES) is None
    assert next_to_call(called(), (), NOW, MINUTES) is None


@pytest.mark.parametrize("state", [StepState.WAITING, StepState.SENDING, StepState.SENT])
def test_next_one_waits_until_the_time_of_the_last_is_over(state: StepState) -> None:
    call = called(ON[0], state=state)
    assert next_to_call(call, ON, NOW + MINUTES - timedelta(seconds=1), MINUTES) is None
    assert next_to_call(call, ON, NOW + MINUTES, MINUTES) == ON[3]


def test_next_one_follows_at_once_where_the_last_is_not_reached() -> None:
    assert next_to_call(called(ON[0], state=StepState.REFUSED), ON, NOW, MINUTES) == ON[3]


def test_gateway_is_asked_again_after_longer_and_longer_and_within_a_minute() -> None:
    waits = [(tried_again_at(tries, NOW) - NOW).total_seconds() for tries in range(1, 8)]
    assert waits == [5, 10, 20, 40, 60, 60, 60]
    assert tried_again_at(10_000, NOW) == NOW + timedelta(minutes=1)


def test_message_that_was_opened_before_its_call_acknowledges_nothing() -> None:
    before, since = StepTaken(Step.OPENED, "a", NOW - MINUTES), StepTaken(Step.ACTED_ON, "b", NOW + MINUTES)
    assert acknowledged_by(called(), (before,)) == ""
    assert acknowledged_by(called(), (before, since)) == "b"
