"""D1: source, reader and recipient are known, have keys in force, and no measure stops them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.agreements.model import MeasurePolicy
from entente.disclosure.model import DisclosureRequest, Situation, Standing
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct, ReviewState
from entente.kernel.ids import BodyId, InstrumentId
from tests.support.build_disclosure import (
    CHARTER,
    DAY,
    NOW,
    XA,
    XB,
    XC,
    XD,
    a_class,
    a_measure,
    a_reader,
    a_request,
    a_situation,
    an_instrument,
    ceiling,
    in_force,
    refusing,
)


def under_charter(**changes: object) -> Situation:
    """Give the situation in which one measure stands toward the source."""
    plain = a_situation()
    charter = in_force(an_instrument(id=CHARTER, name="charter"))
    return a_situation(instruments={**plain.instruments, CHARTER: charter}, measures=(a_measure(**changes),))


def forward_to(recipient: BodyId) -> DisclosureRequest:
    return a_request(act=DisclosureAct.FORWARD, recipient=recipient)


def own_data() -> DisclosureRequest:
    return a_request(reader=a_reader(XA), cls=a_class(source=XA))


@pytest.mark.parametrize("body", [XA, XB, XC])
def test_participant_counts_only_while_in_the_directory(body: BodyId) -> None:
    request, known = forward_to(XC), a_situation()
    assert ceiling(request, known) is DisclosureAct.ACT_ON
    unknown = a_situation(bodies={name: it for name, it in known.bodies.items() if name != body})
    assert ceiling(request, unknown) is None
    assert refusing(judge(request, unknown, NOW)) == ["D1"]


@pytest.mark.parametrize("body", [XA, XB, XC])
def test_participant_without_keys_in_force_is_refused(body: BodyId) -> None:
    request, known = forward_to(XC), a_situation()
    assert ceiling(request, known) is DisclosureAct.ACT_ON
    lapsed = a_situation(bodies={**known.bodies, body: Standing(has_valid_keys=False)})
    assert ceiling(request, lapsed) is None
    assert f"{body} has no keys in force." in judge(request, lapsed, NOW).decision.why()


@pytest.mark.parametrize("target", [XA, XB, XC])
def test_paused_body_neither_gives_nor_gets(target: BodyId) -> None:
    assert ceiling(forward_to(XC), under_charter(target=XD)) is DisclosureAct.ACT_ON
    assert ceiling(forward_to(XC), under_charter(target=target)) is None


def test_paused_body_reads_its_own_data() -> None:
    assert ceiling(own_data(), under_charter(target=XA)) is DisclosureAct.ACT_ON
    assert ceiling(a_request(), under_charter(target=XA)) is None


def test_paused_recipient_gets_nothing_of_the_readers_own_data() -> None:
    request = a_request(reader=a_reader(XA), cls=a_class(source=XA), recipient=XC)
    assert ceiling(request, under_charter(target=XA)) is DisclosureAct.ACT_ON
    assert ceiling(request, under_charter(target=XC)) is None


def test_data_of_a_body_that_may_only_receive_does_not_go_out() -> None:
    assert ceiling(a_request(), under_charter(policy=MeasurePolicy.RECEIVE_ONLY, target=XA)) is None
    assert ceiling(a_request(), under_charter(policy=MeasurePolicy.RECEIVE_ONLY, target=XB)) is DisclosureAct.ACT_ON
    assert ceiling(own_data(), under_charter(policy=MeasurePolicy.RECEIVE_ONLY)) is DisclosureAct.ACT_ON


@pytest.mark.parametrize(
    ("review", "highest"), [(ReviewState.CLEARED, DisclosureAct.ACT_ON), (ReviewState.NOT_REQUIRED, None)]
)
def test_data_under_via_review_goes_out_only_cleared(review: ReviewState, highest: DisclosureAct | None) -> None:
    request = a_request(cls=a_class(review=review))
    assert ceiling(request, under_charter(policy=MeasurePolicy.VIA_REVIEW)) is highest


def test_direct_measure_stops_nothing() -> None:
    assert ceiling(a_request(), under_charter(policy=MeasurePolicy.DIRECT)) is DisclosureAct.ACT_ON


def test_measure_counts_from_its_first_moment_until_before_its_last() -> None:
    assert ceiling(a_request(), under_charter(since=NOW)) is None
    assert ceiling(a_request(), under_charter(since=NOW + DAY, until=NOW + 2 * DAY)) is DisclosureAct.ACT_ON
    assert ceiling(a_request(), under_charter(until=NOW)) is DisclosureAct.ACT_ON


def test_measure_needs_its_charter_in_force() -> None:
    assert ceiling(a_request(), under_charter()) is None
    assert ceiling(a_request(), under_charter(charter=InstrumentId("instrument:unknown"))) is DisclosureAct.ACT_ON
    pending = under_charter()
    unsigned = in_force(an_instrument(id=CHARTER, name="charter"), holds=False)
    pending = replace(pending, instruments={**pending.instruments, CHARTER: unsigned})
    assert ceiling(a_request(), pending) is DisclosureAct.ACT_ON


def test_measure_is_named_with_who_decided_it_and_what_lifts_it() -> None:
    why = judge(a_request(), under_charter(), NOW).decision.why()
    assert "decided by the general assembly" in why
    assert "lifted by: a report on corrections made" in why
    assert "until 2031-05-05" in why
