"""A4 to A6: the life cycle of a party's stand, what founds a suspension, and who may take measures."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from entente.agreements.model import (
    Direction,
    Measure,
    MeasurePolicy,
    Participation,
    ParticipationState,
    Right,
    Suspension,
)
from entente.agreements.participation import may_measure, may_stand, narrow, resume, suspend, withdraw
from entente.kernel.ids import BodyId
from tests.support.build_bodies import LISTS, NOW, agreement, charter

A, B, C = BodyId("body:a"), BodyId("body:b"), BodyId("body:c")
MEMBERS = frozenset({A, B})
TEXT = agreement(A, B)
ACTIVE = Participation(A, TEXT.id, 1, ParticipationState.ACTIVE, NOW)
STOP = Suspension(
    id="suspension-1",
    counterparts=frozenset({B}),
    kinds=frozenset({"drug_seizure"}),
    rights=frozenset({Right.COPY}),
    direction=Direction.SENDING,
    decided_by="Director of A",
    document="Decision 12 of 4 May 2031",
    reason="data_protection",
    since=NOW,
    review_on=date(2031, 8, 4),
)


def refusals(old: Participation | None, new: Participation) -> list[str]:
    return [ground.number for ground in may_stand(TEXT, MEMBERS, old, new, LISTS).refusals]


def test_suspending_and_resuming_lead_back_to_where_it_began() -> None:
    stopped = suspend(ACTIVE, STOP, NOW)
    assert (stopped.state, stopped.epoch) == (ParticipationState.SUSPENDED, 2)
    assert refusals(ACTIVE, stopped) == []
    again = resume(stopped, STOP.id, NOW)
    assert (again.state, again.epoch, again.suspensions) == (ParticipationState.ACTIVE, 3, ())
    assert refusals(stopped, again) == []


def test_a_narrowed_party_that_suspends_stays_narrowed_and_keeps_both() -> None:
    narrowed = narrow(ACTIVE, frozenset({"wanted_person"}), NOW)
    both = suspend(narrowed, STOP, NOW)
    assert (both.state, both.kinds, both.suspensions) == (
        ParticipationState.NARROWED,
        frozenset({"wanted_person"}),
        (STOP,),
    )
    assert refusals(narrowed, both) == []
    assert narrow(both, frozenset(), NOW).state is ParticipationState.SUSPENDED


def test_withdrawn_is_final_for_that_instrument() -> None:
    gone = withdraw(suspend(ACTIVE, STOP, NOW), NOW)
    assert refusals(ACTIVE, gone) == []
    back = replace(ACTIVE, epoch=gone.epoch + 1)
    assert refusals(gone, back) == ["A4.2"]


def test_an_epoch_that_is_not_newer_is_refused() -> None:
    stopped = suspend(ACTIVE, STOP, NOW)
    assert refusals(stopped, stopped) == ["A4.3"]
    assert refusals(stopped, replace(stopped, epoch=1)) == ["A4.3"]
    assert refusals(ACTIVE, replace(stopped, epoch=7)) == []


def test_a_stop_counts_even_before_the_signature_it_belongs_to_has_come() -> None:
    assert refusals(None, suspend(ACTIVE, STOP, NOW)) == []


def test_a_state_that_contradicts_its_scope_is_refused() -> None:
    stopped = suspend(ACTIVE, STOP, NOW)
    assert refusals(ACTIVE, replace(stopped, state=ParticipationState.ACTIVE)) == ["A4.4"]
    assert refusals(ACTIVE, replace(stopped, state=ParticipationState.WITHDRAWN)) == ["A4.4"]
    assert refusals(ACTIVE, narrow(ACTIVE, frozenset({"vehicle"}), NOW)) == ["A4.4"]


def test_only_a_party_stands_in_an_instrument() -> None:
    assert refusals(None, replace(ACTIVE, body=C)) == ["A4.1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"decided_by": " "},
        {"document": ""},
        {"reason": "because"},
        {"review_on": NOW.date()},
        {"counterparts": frozenset({C})},
        {"counterparts": frozenset({A})},
        {"kinds": frozenset({"vehicle"})},
        {"document": "x" * 2_001},
    ],
)
def test_a_suspension_that_does_not_say_who_why_and_until_when_is_refused(changes: dict[str, Any]) -> None:
    assert refusals(ACTIVE, suspend(ACTIVE, STOP, NOW)) == []
    assert refusals(ACTIVE, suspend(ACTIVE, replace(STOP, **changes), NOW)) == ["A5.2"]


def test_the_charters_channel_can_be_neither_suspended_nor_narrowed_but_be_left() -> None:
    text = charter(A, B, measures_by=B)
    stand = replace(ACTIVE, instrument=text.id)
    whole = replace(STOP, kinds=frozenset(), rights=frozenset())
    for stopped in (suspend(stand, whole, NOW), narrow(stand, frozenset({"message"}), NOW)):
        decision = may_stand(text, MEMBERS, stand, stopped, LISTS)
        assert [ground.number for ground in decision.refusals] == ["A5.1"]
        assert "Clause 4" in decision.why()
    assert may_stand(text, MEMBERS, stand, withdraw(stand, NOW), LISTS).allowed


MEASURE = Measure(
    id="measure-1",
    charter=charter(A, B, measures_by=B).id,
    target=A,
    policy=MeasurePolicy.VIA_REVIEW,
    decided_by="Secretary General",
    endorsed_by="Executive Committee",
    since=NOW,
    until=NOW + timedelta(days=180),
    lifted_by="Two clean quarters",
    appeal="The assembly",
)


@pytest.mark.parametrize(
    ("author", "changes", "ground"),
    [
        (A, {}, "A6.1"),
        (B, {"target": C}, "A6.2"),
        (B, {"until": NOW}, "A6.3"),
        (B, {"until": NOW + timedelta(days=367)}, "A6.3"),
        (B, {"appeal": ""}, "A6.4"),
        (B, {"decided_by": ""}, "A6.4"),
    ],
)
def test_only_the_body_the_charter_names_takes_measures_and_they_always_end(
    author: BodyId, changes: dict[str, Any], ground: str
) -> None:
    text = charter(A, B, measures_by=B)
    assert may_measure(text, MEMBERS, B, MEASURE).allowed
    decision = may_measure(text, MEMBERS, author, replace(MEASURE, **changes))
    assert [one.number for one in decision.refusals] == [ground]


def test_under_an_instrument_without_such_a_clause_nobody_takes_measures() -> None:
    assert [one.number for one in may_measure(TEXT, MEMBERS, B, MEASURE).refusals] == ["A6.1"]
