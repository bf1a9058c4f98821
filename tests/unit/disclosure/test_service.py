"""The gate as other rooms ask it: two answers for a refusal, and caches that never outlive what they rest on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.agreements.model import Right
from entente.disclosure.model import DisclosureRequest
from entente.disclosure.service import ASK_FOR_LEAVE, Disclosure, answer
from entente.handling.model import DisclosureAct
from entente.kernel.errors import NotFound, Refused
from tests.support.build_disclosure import (
    DAY,
    NOW,
    PROGRAMME,
    RECORD,
    XA,
    XC,
    a_class,
    a_leave,
    a_participation,
    a_reader,
    a_request,
    a_suspension,
    code_lists,
    in_force,
)
from tests.support.fake_disclosure_unit import FixedClock, World, a_world

WHAT = "Record body:xa/1 was not forwarded to body:xc."


class Node:
    """A gate over a world of three bodies and two classes, one of them nobody else may have."""

    def __init__(self) -> None:
        self.world: World = a_world(classes={1: a_class(), 2: a_class(confidentiality="cosmic")})
        self.clock = FixedClock(NOW)
        self.gate = Disclosure(self.world.open, self.clock, code_lists())

    def seen(self) -> frozenset[int]:
        return self.gate.allowed(a_reader(), DisclosureAct.SEE, Right.COPY, "arrest", "drugs")

    def suspend(self) -> None:
        with self.world.open() as unit:
            unit.agreements.change(a_participation(XA, a_suspension()))
            unit.commit()

    def resume(self) -> None:
        with self.world.open() as unit:
            unit.agreements.change(a_participation(XA))
            unit.commit()


@pytest.fixture
def node() -> Node:
    return Node()


def forward(*codes: str) -> DisclosureRequest:
    data = a_class(handling=frozenset(codes))
    return a_request(cls=data, act=DisclosureAct.FORWARD, recipient=XC, record=RECORD)


def test_allowed_request_gives_its_decision(node: Node) -> None:
    decision = answer(node.gate.judge(a_request()), WHAT)
    assert decision.allowed
    assert dict(decision.facts)["instrument"] == PROGRAMME


def test_what_may_not_be_known_is_answered_in_the_very_words_of_nothing_found(node: Node) -> None:
    assert answer(node.gate.judge(a_request()), WHAT).allowed
    with pytest.raises(NotFound) as hidden:
        answer(node.gate.judge(a_request(reader=a_reader(XC, "astrologer"))), WHAT)
    assert str(hidden.value) == str(NotFound())


def test_refusal_names_its_grounds_and_offers_to_ask_for_leave(node: Node) -> None:
    with pytest.raises(Refused) as refusal:
        answer(node.gate.judge(forward("H2")), WHAT)
    assert refusal.value.what == WHAT
    assert "handling code H2" in refusal.value.why
    assert refusal.value.do == ASK_FOR_LEAVE
    assert [ground.number for ground in refusal.value.decision.refusals] == ["D6"]


def test_refusal_that_leave_would_not_lift_says_what_would(node: Node) -> None:
    with pytest.raises(Refused) as refusal:
        answer(node.gate.judge(a_request(right=Right.COPY, purpose="analysis")), WHAT)
    assert refusal.value.do.startswith("Ask under the instrument that covers it")


def test_refusal_without_any_remedy_still_says_what_to_do(node: Node) -> None:
    with pytest.raises(Refused) as refusal:
        answer(node.gate.judge(forward("RED")), WHAT)
    assert refusal.value.do == "Ask the source what it would allow."


def test_granted_leave_makes_the_same_request_pass(node: Node) -> None:
    with pytest.raises(Refused):
        answer(node.gate.judge(forward("H2")), WHAT)
    with node.world.open() as unit:
        unit.classes.grant(a_leave())
        unit.commit()
    assert answer(node.gate.judge(forward("H2")), WHAT).allowed


def test_allowed_set_is_kept_while_nothing_changes(node: Node) -> None:
    assert node.seen() == {1}
    assert node.seen() == {1}
    assert node.world.situations_read == 1


def test_lease_that_ends_empties_the_kept_set_on_the_minute_and_hearing_the_source_again_fills_it(node: Node) -> None:
    assert node.seen() == {1}
    node.clock.moment = NOW + DAY - timedelta(minutes=1)
    assert node.seen() == {1}
    node.clock.moment = NOW + DAY
    assert node.seen() == frozenset()
    with node.world.open() as unit:
        unit.bodies.put_heard(XA, NOW + DAY, now=NOW + DAY)
        unit.commit()
    assert node.seen() == {1}


def test_suspension_empties_the_kept_set_at_once_and_resuming_fills_it(node: Node) -> None:
    assert node.seen() == {1}
    node.suspend()
    assert node.seen() == frozenset()
    node.resume()
    assert node.seen() == {1}


def test_new_class_joins_the_kept_set_and_the_old_ones_are_not_asked_about_again(node: Node) -> None:
    assert node.seen() == {1}
    # A class never changes; here two do, to show that their old answers stay kept.
    node.world.classes[1], node.world.classes[2] = node.world.classes[2], node.world.classes[1]
    node.world.classes[3] = a_class(status="none")
    node.world.classes[4] = a_class(status="victim", marks=frozenset({"unheard-of"}))
    assert node.seen() == {1, 3}


def test_kept_set_is_not_used_beyond_the_next_date(node: Node) -> None:
    stand = a_participation(XA, a_suspension(since=NOW + timedelta(minutes=5)))
    node.world.instruments[PROGRAMME] = in_force(None, stand).state
    assert node.seen() == {1}
    node.clock.moment = NOW + timedelta(minutes=5) - timedelta(microseconds=1)
    assert node.seen() == {1}
    node.clock.moment = NOW + timedelta(minutes=5)
    assert node.seen() == frozenset()


def test_kept_set_is_not_used_by_a_clock_that_stepped_back(node: Node) -> None:
    stand = a_participation(XA, a_suspension(since=NOW - timedelta(minutes=5)))
    node.world.instruments[PROGRAMME] = in_force(None, stand).state
    assert node.seen() == frozenset()
    node.clock.moment = NOW - DAY
    assert node.seen() == {1}


def test_other_purpose_act_or_role_has_its_own_set(node: Node) -> None:
    assert node.seen() == {1}
    assert node.gate.allowed(a_reader(), DisclosureAct.SEE, Right.COPY, "analysis", "drugs") == frozenset()
    weaker = replace(a_reader(), roles=frozenset({"integrator"}))
    assert node.gate.allowed(weaker, DisclosureAct.SEE, Right.COPY, "arrest", "drugs") == frozenset()


def test_open_unit_is_judged_with_its_own_uncommitted_changes(node: Node) -> None:
    assert node.gate.judge(a_request()).decision.allowed
    with node.world.open() as unit:
        assert node.gate.judge_in(unit, a_request()).decision.allowed
        unit.agreements.change(a_participation(XA, a_suspension()))
        assert not node.gate.judge_in(unit, a_request()).decision.allowed
        with pytest.raises(NotFound):
            answer(node.gate.judge_in(unit, a_request()), WHAT)
        assert node.gate.allowed_in(unit, a_reader(), DisclosureAct.SEE, Right.COPY, "arrest", "drugs") == frozenset()
    assert node.gate.judge(a_request()).decision.allowed


def test_undone_change_never_answers_for_the_next_one_with_its_version(node: Node) -> None:
    with node.world.open() as undone:
        undone.agreements.change(a_participation(XC, a_suspension()))
        node.gate.judge_in(undone, a_request())
        undone_version = undone.classes.governance_version()
    node.suspend()
    with node.world.open() as unit:
        assert unit.classes.governance_version() == undone_version
        assert not node.gate.judge_in(unit, a_request()).decision.allowed
    assert not node.gate.judge(a_request()).decision.allowed
    assert node.seen() == frozenset()


def test_situation_is_read_once_for_many_questions_in_one_unit(node: Node) -> None:
    with node.world.open() as unit:
        unit.agreements.change(a_participation(XA, a_suspension()))
        for _ in range(10):
            node.gate.judge_in(unit, a_request())
        assert node.gate.situation_in(unit).instruments[PROGRAMME].state.participations[XA].suspensions
    assert node.world.situations_read == 1


def test_gate_opens_no_other_unit_in_the_one_that_asks(node: Node) -> None:
    with node.world.open() as unit:
        opened = node.world.units_opened
        assert node.gate.judge_in(unit, a_request()).decision.allowed
        unit.agreements.change(a_participation(XA, a_suspension()))
        assert not node.gate.judge_in(unit, a_request()).decision.allowed
        assert node.world.units_opened == opened
    # What was not committed answers nobody else.
    assert node.gate.judge(a_request()).decision.allowed


def test_situation_that_an_open_unit_did_not_change_is_read_once_for_all_units(node: Node) -> None:
    for _ in range(3):
        with node.world.open() as unit:
            assert node.gate.judge_in(unit, a_request()).decision.allowed
    assert node.world.situations_read == 1
    node.suspend()
    for _ in range(3):
        with node.world.open() as unit:
            assert not node.gate.judge_in(unit, a_request()).decision.allowed
    assert node.world.situations_read == 2


def test_situation_of_committed_data_is_shared_by_open_units(node: Node) -> None:
    kept = node.gate.situation()
    with node.world.open() as unit:
        assert node.gate.situation_in(unit) is kept
