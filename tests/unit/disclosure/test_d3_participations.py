"""D3: source and reader both take part in the instrument, and neither has stopped this flow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entente.agreements.model import Direction, Participation, ParticipationState, Right
from entente.disclosure.model import Situation
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct
from entente.kernel.ids import BodyId
from tests.support.build_disclosure import (
    DAY,
    NOW,
    PROGRAMME,
    XA,
    XB,
    XC,
    XD,
    a_participation,
    a_reader,
    a_request,
    a_situation,
    a_suspension,
    ceiling,
    in_force,
    refusing,
)

OPEN = DisclosureAct.ACT_ON


def with_stands(*stands: Participation, missing: tuple[BodyId, ...] = ()) -> Situation:
    return a_situation(instruments={PROGRAMME: in_force(None, *stands, missing=missing)})


def suspended(author: BodyId, **scope: Any) -> Situation:  # noqa: ANN401 - the suspension's fields
    return with_stands(a_participation(author, a_suspension(**scope), state=ParticipationState.SUSPENDED))


@pytest.mark.parametrize("body", [XA, XB])
def test_both_must_take_part(body: BodyId) -> None:
    assert ceiling(a_request(), with_stands()) is OPEN
    assert ceiling(a_request(), with_stands(missing=(body,))) is None


@pytest.mark.parametrize("body", [XA, XB])
def test_withdrawn_participation_stops_everything(body: BodyId) -> None:
    assert ceiling(a_request(), with_stands(a_participation(body))) is OPEN
    assert ceiling(a_request(), with_stands(a_participation(body, state=ParticipationState.WITHDRAWN))) is None


@pytest.mark.parametrize(("kinds", "highest"), [({"wanted_person"}, OPEN), ({"message"}, None), (set(), None)])
def test_narrowed_participation_keeps_only_the_kinds_it_names(kinds: set[str], highest: DisclosureAct | None) -> None:
    stand = a_participation(XB, state=ParticipationState.NARROWED, kinds=kinds)
    assert ceiling(a_request(), with_stands(stand)) is highest


@pytest.mark.parametrize(
    ("author", "direction", "highest"),
    [
        (XA, Direction.SENDING, None),
        (XA, Direction.RECEIVING, OPEN),
        (XA, Direction.BOTH, None),
        (XB, Direction.SENDING, OPEN),
        (XB, Direction.RECEIVING, None),
        (XB, Direction.BOTH, None),
        (XC, Direction.BOTH, OPEN),
    ],
)
def test_suspension_stops_the_direction_its_author_named(
    author: BodyId, direction: Direction, highest: DisclosureAct | None
) -> None:
    assert ceiling(a_request(), suspended(author, direction=direction)) is highest


@pytest.mark.parametrize(
    ("scope", "highest"),
    [
        ({"counterparts": frozenset({XB})}, None),
        ({"counterparts": frozenset({XC})}, OPEN),
        ({"kinds": frozenset({"wanted_person"})}, None),
        ({"kinds": frozenset({"message"})}, OPEN),
        ({"rights": frozenset({Right.COPY})}, None),
        ({"rights": frozenset({Right.CONTACT})}, OPEN),
        ({"since": NOW}, None),
        ({"since": NOW + DAY}, OPEN),
        ({"kinds": frozenset({"wanted_person"}), "rights": frozenset({Right.CONTACT})}, OPEN),
    ],
)
def test_suspension_stops_its_scope_and_no_more(scope: dict[str, Any], highest: DisclosureAct | None) -> None:
    assert ceiling(a_request(), suspended(XA, **scope)) is highest


def test_d3_suspension_said_by_a_clock_ahead_of_ours_stops_once_it_is_known_and_one_from_a_later_day_on_that_day() -> (
    None
):
    ahead = NOW + timedelta(minutes=4)
    for since, highest in ((ahead, None), (ahead + DAY, OPEN)):
        stand = replace(a_participation(XA, a_suspension(since=since)), at=ahead)
        assert ceiling(a_request(), with_stands(stand)) is highest


def test_suspension_counts_whatever_state_the_participation_claims() -> None:
    assert ceiling(a_request(), with_stands(a_participation(XA, a_suspension()))) is None


def test_suspension_is_named_with_date_decider_and_document() -> None:
    verdict = judge(a_request(), suspended(XA, kinds=frozenset({"wanted_person"})), NOW)
    assert refusing(verdict) == ["D3"]
    assert (
        "body:xa's participation is suspended toward body:xb since 2031-05-03 for wanted_person, decided by the council"
        " (document C/2031/17)."
    ) in verdict.decision.why()


def test_recipient_with_whom_the_source_suspended_gets_nothing_passed_on() -> None:
    request = a_request(act=DisclosureAct.FORWARD, recipient=XC)
    assert ceiling(request, with_stands()) is OPEN
    assert ceiling(request, suspended(XA, counterparts=frozenset({XC}))) is DisclosureAct.SEE
    assert ceiling(request, with_stands(missing=(XC,))) is DisclosureAct.SEE


@pytest.mark.parametrize(
    ("author", "counterpart", "direction", "highest"),
    [
        (XB, XC, Direction.SENDING, DisclosureAct.SEE),
        (XB, XC, Direction.RECEIVING, OPEN),
        (XC, XB, Direction.RECEIVING, DisclosureAct.SEE),
        (XC, XB, Direction.SENDING, OPEN),
    ],
)
def test_reader_that_suspended_with_a_recipient_passes_nothing_on_to_it(
    author: BodyId, counterpart: BodyId, direction: Direction, highest: DisclosureAct
) -> None:
    request = a_request(act=DisclosureAct.FORWARD, recipient=XC)
    stopped = suspended(author, counterparts=frozenset({counterpart}), direction=direction)
    assert ceiling(request, stopped) is highest
    assert ceiling(a_request(), stopped) is OPEN


def test_recipient_that_is_no_party_is_the_onward_rules_matter_alone() -> None:
    request = a_request(act=DisclosureAct.FORWARD, recipient=XD)
    assert refusing(judge(request, with_stands(), NOW)) == ["D2"]


def test_own_data_needs_no_participation() -> None:
    request = a_request(reader=a_reader(XA))
    assert ceiling(request, suspended(XA)) is OPEN
    assert ceiling(a_request(), suspended(XA)) is None
