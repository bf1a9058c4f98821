"""A15 and A16: a proposal is taken back before it is concluded, a party refuses to sign, and every node shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from entente.agreements.channel import force_now
from entente.agreements.model import ForceRule, Progress
from entente.agreements.progress import progress_in
from entente.agreements.statements import AgreementKind, OpenWordContent, draft_open_word
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, Invalid, Refused, Untrusted
from entente.kernel.ids import InstrumentId
from entente.kernel.statement import Statement, draft
from tests.support.build_bodies import (
    DUTY,
    HEAD,
    NOW,
    MemoryNode,
    agreement,
    conclude,
    hand_over,
    network,
    sign,
    with_id,
)

WHY = "The ministry did not agree."
Nodes = dict[str, MemoryNode]


@pytest.fixture
def nodes() -> Nodes:
    return network("RC", "XA-NCB", "XB-NCB")


def proposed(nodes: Nodes, *codes: str) -> InstrumentId:
    parties = [nodes[code] for code in codes]
    kept = parties[0].agreements.propose(HEAD, agreement(*(one.id for one in parties))).instrument.id
    hand_over(*nodes.values())
    return kept


def progress(node: MemoryNode, instrument: InstrumentId) -> Progress:
    with node.store.open_unit() as unit:
        state = unit.agreements.instrument(instrument)
        assert state is not None
        return progress_in(unit, state, NOW.date())


def in_force(node: MemoryNode, instrument: InstrumentId) -> bool:
    with node.store.open_unit() as unit:
        state = unit.agreements.instrument(instrument)
        assert state is not None
        return force_now(unit, state, NOW).holds


def test_a15_a_proposal_that_nobody_signed_is_taken_back_and_every_party_is_told(nodes: Nodes) -> None:
    kept = proposed(nodes, "RC", "XA-NCB", "XB-NCB")
    nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY, seen_signed=())
    assert nodes["RC"].store.state.trail.acts[-1].verb == "take_back_instrument"
    hand_over(*nodes.values())
    for node in nodes.values():
        found = progress(node, kept).taken_back
        assert found is not None
        assert (found.body, found.reason, found.officer) == (nodes["RC"].id, WHY, HEAD)
        assert not progress(node, kept).is_open
        with pytest.raises(Conflict, match="taken back"):
            node.agreements.draft_signature(HEAD, kept)
        with pytest.raises(Conflict):
            node.agreements.refuse_to_sign(HEAD, kept, WHY)
    told = nodes["XA-NCB"].store.state.trail.acts[-1]
    assert (told.verb, told.detail["reason"]) == ("instrument_taken_back", WHY)


def test_a15_what_was_signed_stays_signed_and_nobody_else_signs(nodes: Nodes) -> None:
    kept = proposed(nodes, "RC", "XA-NCB", "XB-NCB")
    sign(nodes["RC"], kept)
    sign(nodes["XA-NCB"], kept)
    drafted = nodes["XB-NCB"].agreements.draft_signature(HEAD, kept)
    hand_over(*nodes.values())
    nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY)
    hand_over(*nodes.values())
    with pytest.raises(Conflict, match="taken back"):
        nodes["XB-NCB"].agreements.submit_signed(HEAD, nodes["XB-NCB"].ring.by_heads(drafted))
    for node in nodes.values():
        assert progress(node, kept).missing == (nodes["XB-NCB"].id,)
        assert set(node.store.state.agreements.states[kept].signatures) == {nodes["RC"].id, nodes["XA-NCB"].id}
        assert not in_force(node, kept)


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
def test_a15_a_taking_back_that_crossed_the_last_signature_came_too_late_in_any_order(
    nodes: Nodes, order: Sequence[int]
) -> None:
    kept = proposed(nodes, "RC", "XA-NCB", "XB-NCB")
    said = []
    for code in ("RC", "XA-NCB", "XB-NCB"):
        sign(nodes[code], kept)
        said.append(nodes[code].store.state.outbox.put_out[-1].statement)
    nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY)
    said.append(nodes["RC"].store.state.outbox.put_out[-1].statement)
    for node in nodes.values():
        for number in order:
            if said[number].body != node.id:
                node.take(said[number])
        assert progress(node, kept).is_concluded
        assert progress(node, kept).is_open
        assert in_force(node, kept)
        assert progress(node, kept).taken_back is not None, "it is still shown that it was said"


def test_a15_what_is_concluded_is_taken_back_by_nobody(nodes: Nodes) -> None:
    kept = conclude(nodes, agreement(nodes["RC"].id, nodes["XA-NCB"].id)).id
    with pytest.raises(Conflict, match="as many as it needs"):
        nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY)
    assert in_force(nodes["RC"], kept)


def test_a15_only_who_proposed_it_takes_it_back_and_another_party_may_propose_it_again(nodes: Nodes) -> None:
    kept = proposed(nodes, "RC", "XA-NCB")
    with pytest.raises(Refused, match=r"A15\.1"):
        nodes["XA-NCB"].agreements.take_back_proposal(HEAD, kept, WHY)
    word = OpenWordContent(kept, WHY, HEAD)
    lie = draft_open_word(AgreementKind.TAKEN_BACK, nodes["XA-NCB"].id, NOW, word)
    with pytest.raises(Refused, match=r"A15\.1"):
        nodes["RC"].take(nodes["XA-NCB"].ring.by_node(lie))
    assert progress(nodes["RC"], kept).is_open
    text = nodes["RC"].store.state.agreements.states[kept].instrument
    nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY)
    with pytest.raises(Conflict, match="no more"):
        nodes["RC"].agreements.propose(HEAD, text)
    hand_over(*nodes.values())
    nodes["XA-NCB"].agreements.propose(HEAD, text)
    hand_over(*nodes.values())
    for code in ("RC", "XA-NCB"):
        assert progress(nodes[code], kept).is_open
        sign(nodes[code], kept)
    nodes["XA-NCB"].agreements.take_back_proposal(HEAD, kept, WHY)
    assert not progress(nodes["XA-NCB"], kept).is_open


def test_a15_two_officers_at_once_are_told(nodes: Nodes) -> None:
    kept = proposed(nodes, "RC", "XA-NCB", "XB-NCB")
    sign(nodes["XA-NCB"], kept)
    hand_over(*nodes.values())
    with pytest.raises(Conflict, match="signed meanwhile"):
        nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY, seen_signed=())
    nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY, seen_signed=(nodes["XA-NCB"].id,))
    with pytest.raises(Conflict, match="back before"):
        nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY)
    assert len(nodes["RC"].store.state.outbox.put_out) == 2, "each other party is told once"


def test_a16_a_refusal_is_heard_by_all_and_the_party_may_sign_after_all(nodes: Nodes) -> None:
    kept = proposed(nodes, "RC", "XA-NCB", "XB-NCB")
    nodes["XA-NCB"].agreements.refuse_to_sign(HEAD, kept, WHY)
    with pytest.raises(Conflict, match="said before"):
        nodes["XA-NCB"].agreements.refuse_to_sign(HEAD, kept, "Again.")
    hand_over(*nodes.values())
    for node in nodes.values():
        found = progress(node, kept)
        assert [(one.body, one.reason) for one in found.refusals] == [(nodes["XA-NCB"].id, WHY)]
        assert found.is_blocked
        assert found.is_open
    for node in nodes.values():
        sign(node, kept)
    hand_over(*nodes.values())
    for node in nodes.values():
        assert progress(node, kept).refusals == ()
        assert in_force(node, kept)


def test_a16_what_was_signed_is_refused_no_more_and_a_draft_of_before_is_not_taken_in(nodes: Nodes) -> None:
    kept, node = proposed(nodes, "RC", "XA-NCB"), nodes["XA-NCB"]
    drafted = node.ring.by_heads(node.agreements.draft_signature(HEAD, kept))
    node.clock.pass_time(minutes=5)
    node.agreements.refuse_to_sign(HEAD, kept, WHY)
    with pytest.raises(Conflict, match="does not sign"):
        node.agreements.submit_signed(HEAD, drafted)
    node.clock.pass_time(minutes=5)
    sign(node, kept)
    with pytest.raises(Conflict, match="has signed"):
        node.agreements.refuse_to_sign(HEAD, kept, WHY)


def test_a16_where_some_suffice_a_refusal_stops_it_only_once_too_few_are_left(nodes: Nodes) -> None:
    text = agreement(*(node.id for node in nodes.values()))
    some = with_id(replace(text, force_rule=ForceRule.N_OF_M, force_count=2))
    kept = nodes["RC"].agreements.propose(HEAD, some).instrument.id
    hand_over(*nodes.values())
    nodes["XA-NCB"].agreements.refuse_to_sign(HEAD, kept, WHY)
    hand_over(*nodes.values())
    assert not progress(nodes["RC"], kept).is_blocked
    nodes["XB-NCB"].agreements.refuse_to_sign(HEAD, kept, WHY)
    hand_over(*nodes.values())
    assert progress(nodes["RC"], kept).is_blocked


def test_who_may_not_propose_or_sign_says_neither(nodes: Nodes) -> None:
    kept = proposed(nodes, "RC", "XA-NCB")
    with pytest.raises(Refused):
        nodes["RC"].agreements.take_back_proposal(DUTY, kept, WHY)
    with pytest.raises(Refused):
        nodes["XA-NCB"].agreements.refuse_to_sign(DUTY, kept, WHY)
    assert progress(nodes["RC"], kept).taken_back is None


@pytest.mark.parametrize("reason", ["", "two\nlines", "x" * 301])
def test_a_reason_is_one_line_that_the_others_read(nodes: Nodes, reason: str) -> None:
    kept = proposed(nodes, "RC", "XA-NCB")
    with pytest.raises(Invalid, match="reason"):
        nodes["RC"].agreements.take_back_proposal(HEAD, kept, reason)
    content = to_object(OpenWordContent(kept, reason, HEAD))
    with pytest.raises(Invalid, match="reason"):
        nodes["XA-NCB"].take(nodes["RC"].ring.by_node(draft("instrument_taken_back", nodes["RC"].id, NOW, content)))


def test_nobody_says_it_for_another_and_no_stranger_says_anything(nodes: Nodes) -> None:
    kept = proposed(nodes, "RC", "XA-NCB")

    def word(body: MemoryNode) -> Statement:
        return draft_open_word(AgreementKind.REFUSED, body.id, NOW, OpenWordContent(kept, WHY, HEAD))

    with pytest.raises(Untrusted):
        nodes["RC"].take(nodes["XB-NCB"].ring.by_node(word(nodes["XA-NCB"])))
    with pytest.raises(Refused, match="A1"):
        nodes["RC"].take(nodes["XB-NCB"].ring.by_node(word(nodes["XB-NCB"])))
    assert progress(nodes["RC"], kept).refusals == ()


def test_a_party_introduced_later_hears_of_an_open_proposal_and_of_what_was_said_of_it(nodes: Nodes) -> None:
    late = nodes["XB-NCB"]
    kept = nodes["RC"].agreements.propose(HEAD, agreement(nodes["RC"].id, late.id)).instrument.id
    nodes["RC"].agreements.take_back_proposal(HEAD, kept, WHY)
    nodes["RC"].store.state.outbox.put_out.clear()
    with nodes["RC"].store.open_unit() as unit:
        # As if what was said before had come to nobody who is known now.
        nodes["RC"].agreements.tell_newcomer(unit, late.id)
        unit.commit()
    hand_over(*nodes.values())
    assert not progress(late, kept).is_open
