"""A10: our body cuts itself off from everything but the channel, in one step and one transaction; and returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entente.agreements.cutting_off import CUT_OFF, CutOffTerms
from entente.agreements.model import Direction, Instrument, Participation, ParticipationState, SuspensionTerms
from entente.kernel.errors import Conflict, Invalid, Refused, Untrusted
from entente.kernel.ids import InstrumentId
from entente.kernel.statement import Statement
from tests.support.build_bodies import (
    DUTY,
    HEAD,
    MemoryNode,
    agreement,
    charter,
    conclude,
    hand_over,
    network,
    sign,
    with_id,
)

DECIDED = CutOffTerms("Ministry", "Decision 2031/40", "security_incident", date(2031, 11, 4))
Nodes = dict[str, MemoryNode]


@pytest.fixture
def nodes() -> Nodes:
    return network("GS", "RC", "XA-NCB", "XB-NCB")


@pytest.fixture
def under_charter(nodes: Nodes) -> Instrument:
    return conclude(nodes, charter(*(node.id for node in nodes.values()), measures_by=nodes["GS"].id))


@pytest.fixture
def data(nodes: Nodes, under_charter: Instrument) -> Instrument:
    return conclude(nodes, agreement(nodes["XA-NCB"].id, nodes["RC"].id))


@pytest.fixture
def programme(nodes: Nodes, under_charter: Instrument) -> Instrument:
    return conclude(nodes, named("seizures", nodes["XA-NCB"], nodes["XB-NCB"], nodes["GS"]))


def named(name: str, *parties: MemoryNode) -> Instrument:
    return with_id(replace(agreement(*(node.id for node in parties)), name=name))


def stand(node: MemoryNode, of: MemoryNode, instrument: InstrumentId) -> Participation:
    return node.store.state.agreements.states[instrument].participations[of.id]


def signed(node: MemoryNode, drafts: tuple[Statement, ...]) -> list[Statement]:
    return [node.ring.by_heads(one) for one in drafts]


def cut(node: MemoryNode) -> None:
    node.agreements.submit_all(HEAD, signed(node, node.cutting_off.draft_cut_off(HEAD, DECIDED)))


def come_back(node: MemoryNode) -> None:
    node.agreements.submit_all(HEAD, signed(node, node.cutting_off.draft_return(HEAD)))


def suspend(node: MemoryNode, instrument: Instrument, *toward: MemoryNode, kinds: frozenset[str] = frozenset()) -> None:
    terms = SuspensionTerms(
        instrument.id, Direction.BOTH, "Board", "Order 1", "reciprocity", date(2031, 11, 4),
        frozenset(one.id for one in toward), kinds,
    )  # fmt: skip
    node.agreements.submit_signed(HEAD, node.ring.by_heads(node.agreements.draft_suspension(HEAD, terms)))


def test_a10_one_step_suspends_everything_but_the_channel_and_tells_every_party(
    nodes: Nodes, under_charter: Instrument, data: Instrument, programme: Instrument
) -> None:
    bureau = nodes["XA-NCB"]
    bureau.store.state.holdings.shared[data.id, bureau.id, nodes["RC"].id] = 12
    preview = bureau.cutting_off.preview_cut_off(HEAD, DECIDED)
    assert [(one.instrument, one.records_held_there) for one in preview.stops] == [(data.id, 12), (programme.id, 0)]
    assert (preview.stopped_before, preview.stays_open) == ((), (under_charter.id,))
    cut(bureau)
    told = {(out.recipient, out.is_control) for out in bureau.store.state.outbox.put_out}
    assert told == {(nodes[code].id, True) for code in ("GS", "RC", "XB-NCB")}
    hand_over(*nodes.values())
    for node, instrument in ((bureau, data), (nodes["RC"], data), (bureau, programme), (nodes["XB-NCB"], programme)):
        (one,) = stand(node, bureau, instrument.id).suspensions
        assert one.id.startswith(f"{CUT_OFF}-")
        assert (one.counterparts, one.kinds, one.rights, one.direction) == ((frozenset(),) * 3 + (Direction.BOTH,))
    assert stand(bureau, bureau, under_charter.id).state is ParticipationState.ACTIVE
    (standing,) = bureau.cutting_off.standing()
    assert (standing.document, standing.instruments, standing.goes_on) == (
        "Decision 2031/40", (data.id, programme.id), (),
    )  # fmt: skip
    assert nodes["XB-NCB"].cutting_off.standing() == ()


def test_a10_what_was_suspended_in_full_before_is_left_and_what_was_suspended_in_part_is_not(
    nodes: Nodes, data: Instrument, programme: Instrument
) -> None:
    bureau = nodes["XA-NCB"]
    suspend(bureau, data)
    suspend(bureau, programme, nodes["GS"], kinds=frozenset({"wanted_person"}))
    before = stand(bureau, bureau, programme.id).suspensions
    assert bureau.cutting_off.preview_cut_off(HEAD, DECIDED).stopped_before == (data.id,)
    cut(bureau)
    assert len(stand(bureau, bureau, programme.id).suspensions) == 2
    come_back(bureau)
    assert stand(bureau, bureau, programme.id).suspensions == before
    assert stand(bureau, bureau, data.id).state is ParticipationState.SUSPENDED
    assert bureau.cutting_off.standing() == ()


def test_a10_return_reaches_every_party_and_is_recorded_as_a_resumption(nodes: Nodes, data: Instrument) -> None:
    bureau = nodes["XA-NCB"]
    cut(bureau)
    hand_over(*nodes.values())
    come_back(bureau)
    assert bureau.store.state.trail.acts[-1].verb == "resume"
    hand_over(*nodes.values())
    assert stand(nodes["RC"], bureau, data.id).state is ParticipationState.ACTIVE
    with pytest.raises(Conflict, match="not cut off"):
        bureau.cutting_off.draft_return(HEAD)


def test_a10_second_cut_off_stops_what_was_signed_since_and_the_return_ends_both(
    nodes: Nodes, data: Instrument
) -> None:
    bureau = nodes["XA-NCB"]
    cut(bureau)
    with pytest.raises(Conflict, match="Nothing is left"):
        bureau.cutting_off.draft_cut_off(HEAD, DECIDED)
    with pytest.raises(Conflict, match="Nothing is left"):
        bureau.cutting_off.preview_cut_off(HEAD, DECIDED)
    since = conclude(nodes, named("later", bureau, nodes["GS"]))
    assert bureau.cutting_off.standing()[0].goes_on == (since.id,)
    bureau.clock.pass_time(days=1)
    cut(bureau)
    assert [one.instruments for one in bureau.cutting_off.standing()] == [(data.id,), (since.id,)]
    come_back(bureau)
    assert bureau.cutting_off.standing() == ()


def test_a10_instrument_that_is_signed_and_not_in_force_yet_is_stopped_and_one_we_left_or_that_ended_is_not(
    nodes: Nodes, under_charter: Instrument
) -> None:
    bureau, centre = nodes["XA-NCB"], nodes["RC"]
    coming = bureau.agreements.propose(HEAD, named("coming", bureau, centre)).instrument
    sign(bureau, coming.id)
    left = conclude(nodes, named("left", bureau, centre))
    ended = conclude(nodes, with_id(replace(named("ended", bureau, centre), ends_on=date(2031, 6, 1))))
    bureau.agreements.submit_signed(HEAD, bureau.ring.by_heads(bureau.agreements.draft_withdrawal(HEAD, left.id)))
    assert ended.id in [one.instrument for one in bureau.cutting_off.preview_cut_off(HEAD, DECIDED).stops]
    bureau.clock.pass_time(days=60)
    assert [one.instrument for one in bureau.cutting_off.preview_cut_off(HEAD, DECIDED).stops] == [coming.id]


def test_a10_drafts_are_taken_all_or_none(nodes: Nodes, data: Instrument, programme: Instrument) -> None:
    bureau = nodes["XA-NCB"]
    drafts = signed(bureau, bureau.cutting_off.draft_cut_off(HEAD, DECIDED))
    # One of them is overtaken by another stand.
    suspend(bureau, programme, nodes["GS"])
    bureau.store.state.outbox.put_out.clear()
    acts = len(bureau.store.state.trail.acts)
    with pytest.raises(Conflict, match="changed since"):
        bureau.agreements.submit_all(HEAD, drafts)
    assert stand(bureau, bureau, data.id).epoch == 1
    assert (bureau.store.state.outbox.put_out, len(bureau.store.state.trail.acts)) == ([], acts)
    again = signed(bureau, bureau.cutting_off.draft_cut_off(HEAD, DECIDED))
    with pytest.raises(Untrusted):
        bureau.agreements.submit_all(HEAD, [again[0], bureau.cutting_off.draft_cut_off(HEAD, DECIDED)[1]])
    assert bureau.cutting_off.standing() == ()
    bureau.agreements.submit_all(HEAD, again)
    assert len(bureau.cutting_off.standing()[0].instruments) == 2


def test_a10_draft_that_is_given_up_leaves_nothing(nodes: Nodes, data: Instrument) -> None:
    bureau = nodes["XA-NCB"]
    acts = len(bureau.store.state.trail.acts)
    bureau.cutting_off.draft_cut_off(HEAD, DECIDED)
    assert (bureau.cutting_off.standing(), bureau.store.state.outbox.put_out) == ((), [])
    assert (stand(bureau, bureau, data.id).epoch, len(bureau.store.state.trail.acts)) == (1, acts)


def test_a10_statements_handed_in_together_are_about_different_things(nodes: Nodes, data: Instrument) -> None:
    bureau = nodes["XA-NCB"]
    (draft,) = signed(bureau, bureau.cutting_off.draft_cut_off(HEAD, DECIDED))
    for statements in ([], [draft, draft]):
        with pytest.raises(Invalid) as refused:
            bureau.agreements.submit_all(HEAD, statements)
        assert refused.value.field == "statements"
    bureau.agreements.submit_all(HEAD, [draft])


def test_a10_only_whoever_may_suspend_cuts_off_and_a_decision_names_its_reason(nodes: Nodes, data: Instrument) -> None:
    bureau = nodes["XA-NCB"]
    for ask in (
        lambda: bureau.cutting_off.preview_cut_off(DUTY, DECIDED),
        lambda: bureau.cutting_off.draft_cut_off(DUTY, DECIDED),
        lambda: bureau.cutting_off.draft_return(DUTY),
    ):
        with pytest.raises(Refused):
            ask()
        assert bureau.store.state.trail.acts[-1].detail["outcome"] == "refused"
    with pytest.raises(Refused, match=r"A5\.2"):
        bureau.cutting_off.draft_cut_off(HEAD, replace(DECIDED, reason="because"))
    drafts = signed(bureau, bureau.cutting_off.draft_cut_off(HEAD, DECIDED))
    with pytest.raises(Refused):
        bureau.agreements.submit_all(DUTY, drafts)
    assert bureau.cutting_off.standing() == ()
    bureau.agreements.submit_all(HEAD, drafts)
