"""A14: what a draft for the heads would stop and begin is what stops and begins once it is taken in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from entente.agreements.channel import force_now
from entente.agreements.effect import Change, Foreseen, foresee
from entente.agreements.model import Direction, Instrument, MeasurePolicy, MeasureTerms, Right, SuspensionTerms
from entente.agreements.sharing import Standing, Terms, shared_between
from entente.agreements.statements import draft_signature
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import BodyId
from entente.kernel.statement import Statement, draft
from tests.support.build_bodies import HEAD, NOW, MemoryNode, agreement, charter, conclude, network

Nodes = dict[str, MemoryNode]
KINDS = ("contact", "drug_seizure", "wanted_person")


@pytest.fixture
def nodes() -> Nodes:
    return network("GS", "RC", "XA-NCB", "XB-NCB")


@pytest.fixture
def under_charter(nodes: Nodes) -> Instrument:
    return conclude(nodes, charter(*(node.id for node in nodes.values()), measures_by=nodes["GS"].id))


@pytest.fixture
def programme(nodes: Nodes, under_charter: Instrument) -> Instrument:
    return conclude(nodes, agreement(nodes["RC"].id, nodes["XA-NCB"].id, nodes["XB-NCB"].id))


def foreseen(node: MemoryNode, statement: Statement) -> Foreseen:
    with node.agreements.open_unit() as unit:
        return foresee(unit, statement, node.agreements.lists, NOW)


def flowing(node: MemoryNode, instrument: Instrument, other: BodyId) -> dict[tuple[Right, str], frozenset[str]]:
    """Return what flows between a node's body and another under an instrument, as the matrix says it."""
    with node.agreements.open_unit() as unit:
        state = unit.agreements.instrument(instrument.id)
        assert state is not None
        verdict = force_now(unit, state, NOW)
    standing = (Standing(state, verdict.parties),) if verdict.holds else ()
    shared = shared_between(node.id, other, Terms(standing, {}, node.agreements.lists, NOW))
    return {
        (one.right, way): frozenset(flow.flowing)
        for one in shared
        for way, flow in (("gives", one.gives), ("gets", one.gets))
    }


def told(found: Foreseen, other: BodyId) -> Iterator[Change]:
    for effect in found.effects:
        if other in effect.others:
            yield from effect.changes


def require_true(node: MemoryNode, instrument: Instrument, statement: Statement, others: list[BodyId]) -> None:
    """Hold what is foreseen against what flows before and after the statement is taken in."""
    found, before = foreseen(node, statement), {other: flowing(node, instrument, other) for other in others}
    node.agreements.submit_signed(HEAD, node.ring.by_heads(statement))
    for other in others:
        after = flowing(node, instrument, other)
        by_right = {one.right: one for one in told(found, other)}
        for right in Right:
            change = by_right.get(right, Change(right, (), (), (), ()))
            for way, stopped, begun in (
                ("gives", change.gives_stopped, change.gives_begun),
                ("gets", change.gets_stopped, change.gets_begun),
            ):
                was, then = before[other].get((right, way), frozenset()), after.get((right, way), frozenset())
                assert (tuple(sorted(was - then)), tuple(sorted(then - was))) == (stopped, begun), (right, way)


def test_a14_suspension_narrowing_resumption_and_leaving_do_what_was_foreseen(
    nodes: Nodes, programme: Instrument
) -> None:
    bureau, others = nodes["XA-NCB"], [nodes["RC"].id, nodes["XB-NCB"].id]
    terms = SuspensionTerms(
        programme.id, Direction.SENDING, "Board", "Order 1", "reciprocity", date(2031, 11, 4),
        frozenset({nodes["RC"].id}), frozenset({"drug_seizure"}),
    )  # fmt: skip
    suspension = bureau.agreements.draft_suspension(HEAD, terms)
    found = foreseen(bureau, suspension)
    assert [one.others for one in found.effects] == [(nodes["RC"].id,)]
    assert {one.gives_stopped for one in found.effects[0].changes} == {("drug_seizure",)}
    assert {one.gets_stopped for one in found.effects[0].changes} == {()}
    require_true(bureau, programme, suspension, others)
    require_true(
        bureau, programme, bureau.agreements.draft_narrowing(HEAD, programme.id, frozenset({"wanted_person"})), others
    )
    held = bureau.store.state.agreements.states[programme.id].participations[bureau.id].suspensions[0]
    resumed = bureau.agreements.draft_resumption(HEAD, programme.id, held.id)
    assert foreseen(bureau, resumed).effects == (), "the narrowing stops the same and more"
    require_true(bureau, programme, resumed, others)
    widened = bureau.agreements.draft_narrowing(HEAD, programme.id, frozenset())
    assert {one.gives_begun for one in told(foreseen(bureau, widened), nodes["RC"].id)} == {("contact", "drug_seizure")}
    require_true(bureau, programme, widened, others)
    leaving = bureau.agreements.draft_withdrawal(HEAD, programme.id)
    assert {one.gets_stopped for one in told(foreseen(bureau, leaving), nodes["RC"].id)} == {KINDS}
    require_true(bureau, programme, leaving, others)


def test_a14_signature_that_completes_the_number_begins_all_of_it(nodes: Nodes, under_charter: Instrument) -> None:
    text = agreement(nodes["RC"].id, nodes["XA-NCB"].id)
    conclude({code: nodes[code] for code in ("RC",)}, text)
    bureau = nodes["RC"]
    assert force_of(bureau, text) is False
    other = nodes["XA-NCB"]
    found = foreseen(bureau, draft_of(other, text))
    assert {one.gives_begun for one in told(found, bureau.id)} == {KINDS}


def force_of(node: MemoryNode, instrument: Instrument) -> bool:
    with node.agreements.open_unit() as unit:
        state = unit.agreements.instrument(instrument.id)
        assert state is not None
        return force_now(unit, state, NOW).holds


def draft_of(node: MemoryNode, instrument: Instrument) -> Statement:
    return draft_signature(node.id, NOW, instrument)


@pytest.mark.parametrize("policy", list(MeasurePolicy))
def test_a14_measure_stops_what_the_gate_stops_by_it(
    nodes: Nodes, programme: Instrument, policy: MeasurePolicy
) -> None:
    secretariat, target = nodes["GS"], nodes["XA-NCB"].id
    terms = MeasureTerms(target, policy, "Assembly", "", NOW + timedelta(days=30), "Answers.", "The commission.")
    found = foreseen(secretariat, secretariat.agreements.draft_measure(HEAD, terms))
    assert (found.body, found.policy) == (target, policy)
    changes = list(told(found, nodes["GS"].id))
    gives = {kind for one in changes for kind in one.gives_stopped}
    gets = {kind for one in changes for kind in one.gets_stopped}
    assert bool(gives) is (policy in {MeasurePolicy.PAUSED, MeasurePolicy.RECEIVE_ONLY})
    assert bool(gets) is (policy is MeasurePolicy.PAUSED)


def test_a14_what_heads_do_not_sign_here_or_nobody_knows_is_not_foreseen(
    nodes: Nodes, under_charter: Instrument
) -> None:
    bureau = nodes["XA-NCB"]
    with pytest.raises(Invalid):
        foreseen(bureau, draft("units", bureau.id, NOW, {"units": []}))
    with pytest.raises(NotFound):
        foreseen(bureau, draft_of(bureau, agreement(bureau.id, nodes["RC"].id)))
