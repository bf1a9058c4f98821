"""A1 to A8 between nodes: propose, sign, suspend with its preview, resume, measures, proposals."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from entente.agreements.channel import force_now
from entente.agreements.model import (
    Direction,
    Instrument,
    InstrumentState,
    MeasurePolicy,
    MeasureTerms,
    ParticipationState,
    ProposalKind,
    ProposalState,
    SuspensionTerms,
)
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import InstrumentId
from entente.kernel.statement import draft
from tests.support.build_bodies import (
    DUTY,
    HEAD,
    NOW,
    MemoryNode,
    agreement,
    charter,
    conclude,
    hand_over,
    network,
    own_statements,
    sign,
)

Nodes = dict[str, MemoryNode]


@pytest.fixture
def nodes() -> Nodes:
    return network("GS", "RC", "XA-NCB", "XB-NCB")


@pytest.fixture
def under_charter(nodes: Nodes) -> Instrument:
    return conclude(nodes, charter(*(node.id for node in nodes.values()), measures_by=nodes["GS"].id))


@pytest.fixture
def programme(nodes: Nodes) -> Instrument:
    return conclude(nodes, agreement(nodes["RC"].id, nodes["XA-NCB"].id))


def state_at(node: MemoryNode, instrument: InstrumentId) -> InstrumentState:
    return node.store.state.agreements.states[instrument]


def terms(node: MemoryNode, instrument: InstrumentId) -> SuspensionTerms:
    return SuspensionTerms(
        instrument=instrument,
        direction=Direction.BOTH,
        decided_by="Centre's board",
        document="Decision 2031/3",
        reason="political_decision_of_union",
        review_on=date(2031, 11, 4),
        counterparts=frozenset({node.id}),
    )


def test_an_instrument_is_in_force_everywhere_once_its_parties_heads_signed(nodes: Nodes) -> None:
    first, second = nodes["RC"], nodes["XA-NCB"]
    kept = first.agreements.propose(HEAD, agreement(first.id, second.id)).instrument
    sign(first, kept.id)
    hand_over(*nodes.values())
    for node in (first, second):
        with node.store.open_unit() as unit:
            assert not force_now(unit, state_at(node, kept.id), NOW).holds
    sign(second, kept.id)
    hand_over(*nodes.values())
    for node in (first, second):
        with node.store.open_unit() as unit:
            assert force_now(unit, state_at(node, kept.id), NOW).holds
        assert state_at(node, kept.id).participations[first.id].state is ParticipationState.ACTIVE
    assert kept.id not in nodes["XB-NCB"].store.state.agreements.states


def test_a_signature_that_overtakes_its_proposal_brings_the_instrument_with_it(nodes: Nodes) -> None:
    first, second = nodes["RC"], nodes["XA-NCB"]
    kept = first.agreements.propose(HEAD, agreement(first.id, second.id)).instrument
    sign(first, kept.id)
    proposal, signature = (out.statement for out in first.store.state.outbox.put_out)
    second.take(signature)
    second.take(proposal)
    assert set(state_at(second, kept.id).signatures) == {first.id}


def test_one_head_alone_signs_nothing(nodes: Nodes) -> None:
    node = nodes["RC"]
    kept = node.agreements.propose(HEAD, agreement(node.id, nodes["XA-NCB"].id)).instrument
    drafted = node.agreements.draft_signature(HEAD, kept.id)
    with pytest.raises(Untrusted) as refused:
        node.agreements.submit_signed(HEAD, node.ring.by_heads(drafted, count=1))
    assert refused.value.reason == "below_threshold"
    node.agreements.submit_signed(HEAD, node.ring.by_heads(drafted))
    with pytest.raises(Conflict, match="signed"):
        node.agreements.draft_signature(HEAD, kept.id)


def test_nobody_signs_or_suspends_for_another_body(nodes: Nodes, programme: Instrument) -> None:
    thief, victim = nodes["XB-NCB"], nodes["XA-NCB"]
    stand = replace(
        state_at(nodes["RC"], programme.id).participations[victim.id],
        epoch=2,
        state=ParticipationState.WITHDRAWN,
        statement=None,
    )
    forged = draft("participation", victim.id, NOW, to_object(stand))
    for statement in (thief.ring.by_heads(forged), victim.ring.by_node(forged)):
        with pytest.raises(Untrusted):
            nodes["RC"].take(statement)
    in_own_name = thief.ring.by_heads(draft("participation", thief.id, NOW, to_object(stand)))
    with pytest.raises(Invalid, match="body"):
        nodes["RC"].take(in_own_name)
    assert state_at(nodes["RC"], programme.id).participations[victim.id].epoch == 1


def test_a_text_that_is_not_the_one_its_id_stands_for_is_refused(nodes: Nodes) -> None:
    first, second = nodes["RC"], nodes["XA-NCB"]
    changed = replace(agreement(first.id, second.id), text="Another text.")
    content: JsonObject = {"instrument": to_object(changed), "officer": "head-1"}
    with pytest.raises(Untrusted, match="not the one its id stands for"):
        second.take(first.ring.by_node(draft("instrument", first.id, NOW, content)))


def test_an_instrument_we_are_no_party_to_is_not_taken_in(nodes: Nodes) -> None:
    first = nodes["RC"]
    other = agreement(first.id, nodes["XA-NCB"].id)
    first.agreements.propose(HEAD, other)
    statement = first.store.state.outbox.put_out[0].statement
    nodes["XA-NCB"].take(statement)
    with pytest.raises(Refused):
        nodes["XB-NCB"].take(statement)
    with pytest.raises(Invalid, match="parties"):
        nodes["XB-NCB"].agreements.propose(HEAD, other)


def test_a_suspension_is_shown_before_it_is_signed_and_reaches_every_party(
    nodes: Nodes, under_charter: Instrument, programme: Instrument
) -> None:
    centre, bureau = nodes["RC"], nodes["XA-NCB"]
    holdings = centre.store.state.holdings
    holdings.shared[programme.id, centre.id, bureau.id] = 12
    holdings.shared[programme.id, bureau.id, centre.id] = 3
    holdings.requests = ("RC-2031-4, due 2031-05-06",)
    wanted = terms(bureau, programme.id)
    preview = centre.agreements.preview_suspension(HEAD, wanted)
    assert (preview.records_held_there, preview.records_held_here) == (12, 3)
    assert preview.open_requests == holdings.requests
    assert preview.stays_open == ("charter",)
    assert preview.kinds == tuple(sorted(programme.kinds))

    drafted = centre.agreements.draft_suspension(HEAD, wanted)
    centre.agreements.submit_signed(HEAD, centre.ring.by_heads(drafted))
    (out,) = centre.store.state.outbox.put_out
    assert (out.recipient, out.instrument, out.is_control) == (bureau.id, under_charter.id, True)
    hand_over(*nodes.values())
    for node in (centre, bureau):
        stand = state_at(node, programme.id).participations[centre.id]
        assert (stand.state, stand.epoch) == (ParticipationState.SUSPENDED, 2)
        assert stand.suspensions[0].document == "Decision 2031/3"


def test_only_its_author_resumes_and_an_old_stand_played_back_is_ignored(nodes: Nodes, programme: Instrument) -> None:
    centre, bureau = nodes["RC"], nodes["XA-NCB"]
    drafted = centre.agreements.draft_suspension(HEAD, terms(bureau, programme.id))
    signed = centre.ring.by_heads(drafted)
    centre.agreements.submit_signed(HEAD, signed)
    hand_over(*nodes.values())
    (suspension,) = state_at(bureau, programme.id).participations[centre.id].suspensions
    with pytest.raises(NotFound):
        bureau.agreements.draft_resumption(HEAD, programme.id, suspension.id)
    resumed = centre.agreements.draft_resumption(HEAD, programme.id, suspension.id)
    centre.agreements.submit_signed(HEAD, centre.ring.by_heads(resumed))
    assert centre.store.state.trail.acts[-1].verb == "resume"
    hand_over(*nodes.values())
    bureau.take(signed)
    assert state_at(bureau, programme.id).participations[centre.id].state is ParticipationState.ACTIVE


def test_a_draft_made_before_another_change_is_a_conflict(nodes: Nodes, programme: Instrument) -> None:
    centre, bureau = nodes["RC"], nodes["XA-NCB"]
    first, second = (centre.agreements.draft_suspension(HEAD, terms(bureau, programme.id)) for _ in range(2))
    centre.agreements.submit_signed(HEAD, centre.ring.by_heads(first))
    with pytest.raises(Conflict, match="changed since"):
        centre.agreements.submit_signed(HEAD, centre.ring.by_heads(second))


def test_the_charters_channel_cannot_be_suspended(nodes: Nodes, under_charter: Instrument) -> None:
    centre, bureau = nodes["RC"], nodes["XA-NCB"]
    with pytest.raises(Refused) as refused:
        centre.agreements.draft_suspension(HEAD, terms(bureau, under_charter.id))
    assert "Clause 4" in refused.value.why
    assert "go on" in refused.value.do


def test_an_officer_without_the_role_suspends_nothing(nodes: Nodes, programme: Instrument) -> None:
    centre, bureau = nodes["RC"], nodes["XA-NCB"]
    drafted = centre.ring.by_heads(centre.agreements.draft_suspension(HEAD, terms(bureau, programme.id)))
    with pytest.raises(Refused):
        centre.agreements.submit_signed(DUTY, drafted)
    assert centre.store.state.trail.acts[-1].detail["outcome"] == "refused"
    assert state_at(centre, programme.id).participations[centre.id].epoch == 1
    centre.agreements.submit_signed(HEAD, drafted)


def test_expulsion_is_recorded_everywhere_as_inadmissible_with_its_clause(
    nodes: Nodes, under_charter: Instrument
) -> None:
    target = nodes["XB-NCB"]
    for code in ("GS", "RC", "XA-NCB"):
        proposal = nodes[code].agreements.propose_governance(HEAD, ProposalKind.EXPULSION, target.id, "Out with it.")
        assert (proposal.state, proposal.clause) == (ProposalState.INADMISSIBLE, "3")
    hand_over(*nodes.values())
    for node in nodes.values():
        kept = node.store.state.agreements.kept_proposals
        assert [(one.state, one.clause) for one in kept] == [(ProposalState.INADMISSIBLE, "3")] * 3
        assert target.id in node.store.state.bodies.entries
        assert state_at(node, under_charter.id).participations[target.id].state is ParticipationState.ACTIVE
    answers = [act for act in nodes["GS"].store.state.trail.acts if act.verb == "proposal_recorded"]
    assert [act.detail["clause"] for act in answers] == ["3", "3", "3"]


def test_a_proposal_by_a_body_outside_the_charter_is_not_recorded(nodes: Nodes) -> None:
    inside = [nodes[code].id for code in ("GS", "RC", "XA-NCB")]
    kept = conclude(nodes, charter(*inside, measures_by=nodes["GS"].id))
    outsider = nodes["XB-NCB"]
    content: JsonObject = {"charter": kept.id, "kind": "expulsion", "target": inside[1], "text": "Out.", "officer": "x"}
    statement = outsider.ring.by_node(draft("governance_proposal", outsider.id, NOW, content))
    with pytest.raises(Refused, match=r"A7\.2"):
        nodes["GS"].take(statement)
    with pytest.raises(NotFound):
        outsider.agreements.propose_governance(HEAD, ProposalKind.EXPULSION, inside[1], "Out.")


def test_a_measure_is_taken_by_the_named_body_and_its_newest_wording_counts(
    nodes: Nodes, under_charter: Instrument
) -> None:
    secretariat, target = nodes["GS"], nodes["XB-NCB"]
    wanted = MeasureTerms(
        target=target.id,
        policy=MeasurePolicy.VIA_REVIEW,
        decided_by="Secretary General",
        endorsed_by="Executive Committee",
        until=NOW + timedelta(days=90),
        lifted_by="Two clean quarters",
        appeal="The assembly",
    )
    with pytest.raises(Refused, match=r"A6\.1"):
        nodes["XA-NCB"].agreements.draft_measure(HEAD, wanted)
    first = secretariat.ring.by_heads(secretariat.agreements.draft_measure(HEAD, wanted))
    secretariat.agreements.submit_signed(HEAD, first)
    (measure,) = secretariat.store.state.agreements.measures()
    secretariat.clock.pass_time(days=1)
    lifted = replace(wanted, policy=MeasurePolicy.DIRECT, replaces=measure.id)
    second = secretariat.ring.by_heads(secretariat.agreements.draft_measure(HEAD, lifted))
    secretariat.agreements.submit_signed(HEAD, second)
    hand_over(*nodes.values())
    target.take(first)
    assert [one.policy for one in target.store.state.agreements.measures()] == [MeasurePolicy.DIRECT]


def test_a_party_introduced_later_is_told_what_the_others_signed(nodes: Nodes) -> None:
    secretariat, bureau = nodes["GS"], nodes["XA-NCB"]
    newcomer = MemoryNode("XC-NCB", secretariat.clock)
    newcomer.knows(secretariat, bureau)
    kept = secretariat.agreements.propose(HEAD, agreement(secretariat.id, bureau.id, newcomer.id)).instrument
    hand_over(*nodes.values())
    sign(secretariat, kept.id)
    sign(bureau, kept.id)
    hand_over(*nodes.values())
    secretariat.knows(newcomer)
    with secretariat.store.open_unit() as unit:
        secretariat.agreements.tell_newcomer(unit, newcomer.id)
        unit.commit()
    hand_over(secretariat, newcomer)
    assert set(state_at(newcomer, kept.id).signatures) == {secretariat.id, bureau.id}


def test_governance_goes_under_the_charter_once_there_is_one(nodes: Nodes) -> None:
    secretariat, bureau = nodes["GS"], nodes["XA-NCB"]
    with secretariat.store.open_unit() as unit:
        assert secretariat.agreements.channel(unit, bureau.id) == ""
    kept = conclude(nodes, charter(*(node.id for node in nodes.values()), measures_by=secretariat.id))
    with secretariat.store.open_unit() as unit:
        assert secretariat.agreements.channel(unit, bureau.id) == kept.id


def test_a_draft_our_heads_gave_up_cannot_be_played_back_to_us(nodes: Nodes, programme: Instrument) -> None:
    centre, bureau = nodes["RC"], nodes["XA-NCB"]
    abandoned = centre.ring.by_heads(centre.agreements.draft_suspension(HEAD, terms(bureau, programme.id)))
    centre.take(abandoned)
    assert state_at(centre, programme.id).participations[centre.id].epoch == 1
    assert own_statements(centre.entry)[0].kind == "genesis"


@pytest.mark.parametrize("text", ["", "Out \u202ewith it.", "Out\x1b[2J with it."])
def test_a_proposal_that_would_not_show_as_it_is_stored_is_not_made(nodes: Nodes, text: str) -> None:
    target = nodes["XB-NCB"]
    conclude(nodes, charter(*(node.id for node in nodes.values()), measures_by=nodes["GS"].id))
    with pytest.raises(Invalid) as refused:
        nodes["GS"].agreements.propose_governance(HEAD, ProposalKind.MEASURE, target.id, text)
    assert refused.value.field == "text"
    nodes["GS"].agreements.propose_governance(HEAD, ProposalKind.MEASURE, target.id, "A seminar.")
