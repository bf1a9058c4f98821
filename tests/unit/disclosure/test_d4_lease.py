"""D4: a copy held here is shown while its source was heard within the instrument's lease for its kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entente.agreements.model import Right
from entente.disclosure.model import InForce, Reader, Situation
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct
from tests.support.build_disclosure import (
    NOW,
    PROGRAMME,
    XA,
    XB,
    XC,
    a_class,
    a_reader,
    a_request,
    a_situation,
    an_instrument,
    ceiling,
    in_force,
    refusing,
)

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def leased(lease: int = 60, **changes: Any) -> InForce:  # noqa: ANN401 - the fields of the instrument
    return in_force(an_instrument(lease_minutes=lease, **changes))


def silent_for(silence: timedelta, held: InForce | None = None) -> Situation:
    return a_situation(heard={XA: NOW - silence}, instruments={PROGRAMME: leased() if held is None else held})


@pytest.mark.parametrize(
    ("silence", "is_shown"),
    [(0 * MINUTE, True), (60 * MINUTE - SECOND, True), (60 * MINUTE, False), (90 * MINUTE, False)],
)
def test_copy_is_shown_until_its_source_was_heard_plus_the_lease(silence: timedelta, is_shown: bool) -> None:  # noqa: FBT001
    shown = ceiling(a_request(), silent_for(silence))
    assert shown is (DisclosureAct.ACT_ON if is_shown else None)


def test_source_that_was_never_heard_shows_nothing() -> None:
    situation = a_situation(heard={XC: NOW})
    verdict = judge(a_request(), situation, NOW)
    assert refusing(verdict) == ["D4"]
    assert "has never been heard here" in verdict.decision.why()


def test_kind_with_a_lease_of_its_own_goes_by_that() -> None:
    longer = silent_for(90 * MINUTE, leased(60, kind_lease_minutes={"wanted_person": 120}))
    shorter = silent_for(30 * MINUTE, leased(60, kind_lease_minutes={"wanted_person": 15}))
    other = silent_for(90 * MINUTE, leased(60, kind_lease_minutes={"message": 120}))
    assert ceiling(a_request(), longer) is DisclosureAct.ACT_ON
    assert ceiling(a_request(), shorter) is None
    assert ceiling(a_request(), other) is None


def test_each_class_goes_by_its_own_instrument() -> None:
    other = an_instrument(id="instrument:other", lease_minutes=15)
    instruments = {PROGRAMME: leased(60), other.id: in_force(other)}
    situation = replace(silent_for(30 * MINUTE), instruments=instruments)
    assert ceiling(a_request(), situation) is DisclosureAct.ACT_ON
    assert ceiling(a_request(cls=a_class(instrument=other.id), instrument=other.id), situation) is None


def test_lease_binds_copies_held_here_and_nothing_else() -> None:
    situation = silent_for(90 * MINUTE)
    assert ceiling(a_request(right=Right.CONSULT), situation) is DisclosureAct.ACT_ON
    assert ceiling(a_request(reader=Reader(XC)), situation) is DisclosureAct.ACT_ON
    assert ceiling(a_request(cls=a_class(source=XB)), situation) is DisclosureAct.ACT_ON


def test_copy_that_a_third_body_passed_on_goes_by_its_source_alone() -> None:
    heard_forwarder = replace(silent_for(90 * MINUTE), heard={XC: NOW, XA: NOW - 90 * MINUTE})
    assert ceiling(a_request(), heard_forwarder) is None


def test_silent_source_is_named_with_the_moment_since_when_and_what_helps() -> None:
    verdict = judge(a_request(), silent_for(90 * MINUTE), NOW)
    (ground,) = verdict.decision.refusals
    assert ground.number == "D4"
    assert f"{XA} is silent since 2031-05-04T10:30:00" in ground.text
    assert "ended 2031-05-04T11:30:00" in ground.text
    assert ground.remedy == f"Wait until {XA} is heard again, or consult its node."
    assert not verdict.may_ask


def test_copy_is_not_passed_on_by_a_holder_whose_lease_ended() -> None:
    onward = a_request(act=DisclosureAct.FORWARD, recipient=XC, reader=a_reader())
    assert judge(onward, silent_for(30 * MINUTE), NOW).decision.allowed
    assert not judge(onward, silent_for(60 * MINUTE), NOW).decision.allowed


def test_copy_under_an_unknown_instrument_has_no_lease() -> None:
    verdict = judge(a_request(), a_situation(instruments={}), NOW)
    assert "D4" in refusing(verdict)
