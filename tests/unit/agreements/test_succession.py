"""A successor is accepted by two officers of each other body, for itself, and by nobody else (B14)."""

from __future__ import annotations

import pytest

from entente.agreements.channel import force_now, members_now
from entente.bodies.model import Body, Officer, Succession
from entente.bodies.succession import in_place, predecessors, stands_for
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.statement import draft
from tests.support.build_bodies import (
    DUTY,
    HEAD,
    Keyring,
    MemoryNode,
    agreement,
    charter,
    conclude,
    hand_over,
    network,
    next_keys,
    own_statements,
    sign,
)

SECOND = OfficerId("head-2")
OLD, NEW = "XB-NCB", "XB-NEW"
Nodes = dict[str, MemoryNode]


@pytest.fixture
def nodes() -> Nodes:
    """Four bodies with a charter, of whom one was succeeded by a fifth that all know and none accepted."""
    made = network("GS", "RC", "XA-NCB", OLD)
    conclude(made, charter(*(node.id for node in made.values()), measures_by=made["GS"].id))
    new = MemoryNode(NEW, made["GS"].clock, replaces=made[OLD].id)
    for node in made.values():
        node.directory.officers.put(HEAD, Officer(SECOND, frozenset({"head_of_body"})))
        if node.code != OLD:
            node.knows(new)
            new.knows(node)
    new.directory.officers.put(HEAD, Officer(SECOND, frozenset({"head_of_body"})))
    new.knows(made[OLD])
    hand_over(*made.values(), new)
    return {**made, NEW: new}


def accept(nodes: Nodes, at: str) -> Succession:
    node = nodes[at]
    node.agreements.accept_successor(HEAD, nodes[NEW].id, nodes[OLD].id)
    return node.agreements.accept_successor(SECOND, nodes[NEW].id, nodes[OLD].id)


def charter_at(nodes: Nodes, at: str) -> tuple[frozenset[BodyId], frozenset[BodyId], bool]:
    """Return members, parties and whether the charter is in force, as a node reads it."""
    node = nodes[at]
    with node.store.open_unit() as unit:
        (state,) = unit.agreements.instruments()
        members = members_now(unit, state.instrument, node.clock.now().date())
        verdict = force_now(unit, state, node.clock.now())
    return members, verdict.parties, verdict.holds


def ids(nodes: Nodes, *codes: str) -> frozenset[BodyId]:
    return frozenset(nodes[code].id for code in codes)


def entry(nodes: Nodes, at: str, about: str) -> Body:
    return nodes[at].sees(nodes[about])


def test_genesis_that_names_an_earlier_body_changes_nothing_by_itself(nodes: Nodes) -> None:
    members, parties, holds = charter_at(nodes, "XA-NCB")
    assert entry(nodes, "XA-NCB", NEW).replaces == nodes[OLD].id
    assert members == parties == ids(nodes, "GS", "RC", "XA-NCB", OLD)
    assert holds
    assert entry(nodes, "XA-NCB", OLD).succeeded_by is None


def test_one_officer_proposes_and_another_confirms(nodes: Nodes) -> None:
    node = nodes["XA-NCB"]
    proposed = node.agreements.accept_successor(HEAD, nodes[NEW].id, nodes[OLD].id)
    assert proposed.confirmed_by is None
    assert entry(nodes, "XA-NCB", OLD).succeeded_by is None
    with pytest.raises(Conflict, match="another officer"):
        node.agreements.accept_successor(HEAD, nodes[NEW].id, nodes[OLD].id)
    with pytest.raises(Refused):
        node.agreements.accept_successor(DUTY, nodes[NEW].id, nodes[OLD].id)
    assert entry(nodes, "XA-NCB", OLD).succeeded_by is None
    done = node.agreements.accept_successor(SECOND, nodes[NEW].id, nodes[OLD].id)
    assert (done.proposed_by, done.confirmed_by) == (HEAD, SECOND)
    assert entry(nodes, "XA-NCB", OLD).succeeded_by == nodes[NEW].id
    acts = [row.act for row in node.store.state.trail.kept_rows if row.act.verb == "accept_successor"]
    said = [(act.officer, act.detail.get("outcome")) for act in acts]
    assert (HEAD, "proposed") in said
    assert said[-1] == (SECOND, "accepted")


def test_only_a_body_whose_own_genesis_names_the_earlier_one_is_accepted(nodes: Nodes) -> None:
    node = nodes["XA-NCB"]
    for new, old in (("GS", OLD), (NEW, "RC"), (OLD, NEW)):
        with pytest.raises(Invalid):
            node.agreements.accept_successor(HEAD, nodes[new].id, nodes[old].id)
    with pytest.raises(NotFound):
        node.agreements.accept_successor(HEAD, BodyId("body:nobody"), nodes[OLD].id)


def test_body_of_this_node_is_not_succeeded_at_it(nodes: Nodes) -> None:
    nodes[OLD].knows(nodes[NEW])
    with pytest.raises(Invalid, match="for"):
        nodes[OLD].agreements.accept_successor(HEAD, nodes[NEW].id, nodes[OLD].id)


def test_accepted_successor_stays_and_a_second_one_is_refused(nodes: Nodes) -> None:
    accept(nodes, "XA-NCB")
    other = MemoryNode("XB-OTHER", nodes["GS"].clock, replaces=nodes[OLD].id)
    nodes["XA-NCB"].knows(other)
    with pytest.raises(Conflict, match="accepted here before"):
        nodes["XA-NCB"].agreements.accept_successor(HEAD, other.id, nodes[OLD].id)


def test_acceptance_at_one_body_binds_no_other(nodes: Nodes) -> None:
    accept(nodes, "XA-NCB")
    hand_over(*nodes.values())
    assert charter_at(nodes, "XA-NCB")[0] == ids(nodes, "GS", "RC", "XA-NCB", NEW)
    assert charter_at(nodes, "GS")[0] == ids(nodes, "GS", "RC", "XA-NCB", OLD)
    assert entry(nodes, "GS", OLD).succeeded_by is None


def test_successor_stands_in_the_instrument_and_is_a_party_only_by_its_own_signature(nodes: Nodes) -> None:
    accept(nodes, "XA-NCB")
    _, parties, holds = charter_at(nodes, "XA-NCB")
    assert holds, "that a party was succeeded ends nothing for the others"
    assert parties == ids(nodes, "GS", "RC", "XA-NCB")
    hand_over(nodes["XA-NCB"], nodes[NEW])
    (state,) = nodes[NEW].store.state.agreements.states.values()
    sign(nodes[NEW], state.instrument.id)
    hand_over(nodes["XA-NCB"], nodes[NEW])
    assert charter_at(nodes, "XA-NCB")[1] == ids(nodes, "GS", "RC", "XA-NCB", NEW)
    assert charter_at(nodes, NEW)[1] >= ids(nodes, "XA-NCB", NEW)
    assert nodes[NEW].id not in charter_at(nodes, "GS")[1], "the secretariat has not accepted it"


def test_body_that_accepts_later_is_told_what_the_successor_signed_before(nodes: Nodes) -> None:
    accept(nodes, "XA-NCB")
    hand_over(nodes["XA-NCB"], nodes[NEW])
    (state,) = nodes[NEW].store.state.agreements.states.values()
    sign(nodes[NEW], state.instrument.id)
    hand_over(nodes["XA-NCB"], nodes[NEW])
    assert nodes[NEW].id not in charter_at(nodes, "GS")[1]
    accept(nodes, "GS")
    hand_over(nodes["GS"], nodes[NEW])
    assert nodes[NEW].id in charter_at(nodes, "GS")[1]
    told = [act for act in nodes[NEW].store.state.trail.acts if act.verb == "successor_accepted"]
    assert {act.body for act in told} == ids(nodes, "XA-NCB", "GS")


def test_acceptance_told_to_somebody_else_is_refused(nodes: Nodes) -> None:
    accept(nodes, "XA-NCB")
    said = [out.statement for out in nodes["XA-NCB"].store.state.outbox.put_out]
    (word,) = [statement for statement in said if statement.kind == "successor_accepted"]
    for code in ("GS", OLD):
        with pytest.raises(Refused):
            nodes[code].take(word)
        assert entry(nodes, "GS", OLD).succeeded_by is None


def test_successor_stands_for_itself_at_its_own_node_and_nowhere_else(nodes: Nodes) -> None:
    with nodes[NEW].store.open_unit() as unit:
        assert unit.bodies.successors() == {nodes[OLD].id: nodes[NEW].id}
    for code in ("GS", "RC", "XA-NCB", OLD):
        with nodes[code].store.open_unit() as unit:
            assert unit.bodies.successors() == {}


def test_keys_of_the_earlier_body_say_nothing_new_where_its_successor_was_accepted(nodes: Nodes) -> None:
    accept(nodes, "XA-NCB")
    old, here = nodes[OLD], nodes["XA-NCB"]
    said = draft("name", old.id, old.clock.now(), {"name": "A new name", "since": "2031-05-04"})
    newer = old.ring.by_heads(next_keys(old.entry, Keyring.of("XB-NCB again")))
    for statement in (old.ring.by_node(said), newer):
        with pytest.raises(Untrusted) as refused:
            here.take(statement)
        assert refused.value.reason == "succeeded"
        nodes["GS"].take(statement)
    assert entry(nodes, "XA-NCB", OLD).keys == old.entry.keys[:1]
    assert own_statements(entry(nodes, "XA-NCB", OLD)), "it stays in the directory with all it said (B5)"


def test_in_an_agreement_of_two_nothing_is_in_force_until_the_successor_signs(nodes: Nodes) -> None:
    pair = {code: nodes[code] for code in ("XA-NCB", OLD)}
    kept = conclude(pair, agreement(*(node.id for node in pair.values())))
    node = nodes["XA-NCB"]

    def holds() -> bool:
        with node.store.open_unit() as unit:
            state = unit.agreements.instrument(kept.id)
            assert state is not None
            return force_now(unit, state, node.clock.now()).holds

    assert holds()
    accept(nodes, "XA-NCB")
    assert not holds()
    hand_over(node, nodes[NEW])
    sign(nodes[NEW], kept.id)
    hand_over(node, nodes[NEW])
    assert holds()


def test_words_of_others_that_still_name_the_earlier_body_are_taken(nodes: Nodes) -> None:
    accept(nodes, "XA-NCB")
    (state,) = nodes["GS"].store.state.agreements.states.values()
    stand = state.participations[nodes["GS"].id]
    assert stand is not None
    members, *_ = charter_at(nodes, "XA-NCB")
    assert nodes[OLD].id not in members
    with nodes["XA-NCB"].store.open_unit() as unit:
        assert unit.bodies.successors() == {nodes[OLD].id: nodes[NEW].id}


def test_a_chain_of_successors_leads_to_the_last_and_back_to_all() -> None:
    a, b, c, d = (BodyId(f"body:{name}") for name in "abcd")
    chain = {a: b, b: c}
    assert [stands_for(body, chain) for body in (a, b, c, d)] == [c, c, c, d]
    assert in_place({a, d}, chain) == {c, d}
    assert predecessors(c, chain) == {a, b}
    assert predecessors(a, chain) == predecessors(d, chain) == frozenset()


def test_another_successor_is_not_proposed_while_one_waits_for_the_same_place(nodes: Nodes) -> None:
    other = MemoryNode("XB-OTHER", nodes["GS"].clock, replaces=nodes[OLD].id)
    node, old = nodes["XA-NCB"], nodes[OLD].id
    node.knows(other)
    node.agreements.accept_successor(HEAD, other.id, old)
    with pytest.raises(Conflict, match="XB-OTHER waits to be accepted in the same place, proposed by head-1"):
        node.agreements.accept_successor(SECOND, nodes[NEW].id, old)
    with node.store.open_unit() as unit:
        waits = unit.bodies.succession(old)
    assert waits is not None
    assert (waits.new, waits.confirmed_by) == (other.id, None), "what was proposed is there still"
    node.agreements.refuse_successor(SECOND, other.id, old, "Their ministry knows nothing of it.")
    node.agreements.accept_successor(SECOND, nodes[NEW].id, old)
    with pytest.raises(Conflict, match="waits to be accepted"):
        node.agreements.accept_successor(SECOND, other.id, old)
    done = node.agreements.accept_successor(HEAD, nodes[NEW].id, old)
    assert (done.new, done.confirmed_by) == (nodes[NEW].id, HEAD)
    assert entry(nodes, "XA-NCB", OLD).succeeded_by == nodes[NEW].id
