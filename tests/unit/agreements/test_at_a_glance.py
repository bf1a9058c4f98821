"""The matrix of all bodies says of each two what is said of them alone (docs/rules/agreements.md A13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from random import Random

import pytest

from entente.agreements.at_a_glance import Counted, Glance, Overview, overview_of
from entente.agreements.model import Direction, ParticipationState, Right
from entente.agreements.participation import SUSPENSIONS_MAX
from entente.agreements.sharing import FlowState, Standing, Terms, kinds_carried, shared_between
from entente.agreements.stops import How, Stop, stands_toward, stops_of
from entente.disclosure.model import InForce
from entente.kernel.ids import BodyId
from tests.support.build_disclosure import (
    NOW,
    XA,
    XB,
    XC,
    XD,
    a_participation,
    a_suspension,
    code_lists,
    in_force,
)
from tests.support.world_situation import to_situation
from tests.support.worlds import first_moment, make_world

BODIES = (XA, XB, XC, XD)


def overview(held: InForce, **more: frozenset[Right] | frozenset[str]) -> Overview:
    terms = Terms((Standing(held.state, held.parties),), {}, code_lists(), NOW)
    return overview_of(BODIES, terms, **more)  # type: ignore[arg-type]


def test_all_rights_flow_both_ways_where_nothing_is_stopped_and_nothing_where_no_instrument_is() -> None:
    found = overview(in_force())
    assert found.glance(XA, XB) == Glance(tuple(Right), tuple(Right), frozenset(), is_agreed=True)
    assert found.glance(XA, XB).state is FlowState.OPEN
    assert found.glance(XA, XD).state is None
    assert found.counted(found.set_of(BODIES), found.set_of(BODIES)) == Counted(pairs=6, sharing=3, stopped=0)


def test_suspension_toward_one_body_shows_in_its_cell_and_in_no_other() -> None:
    stop = a_suspension(counterparts=frozenset({XB}), direction=Direction.SENDING)
    found = overview(in_force(None, a_participation(XA, stop)))
    assert found.glance(XA, XB) == Glance((), tuple(Right), frozenset({How.SUSPENDED}), is_agreed=True)
    assert found.glance(XB, XA) == Glance(tuple(Right), (), frozenset({How.SUSPENDED}), is_agreed=True)
    assert found.glance(XA, XB).state is FlowState.PART
    assert found.glance(XA, XC).state is FlowState.OPEN
    one, others = found.set_of([XA]), found.set_of([XB, XC, XD])
    assert found.counted(one, others) == Counted(pairs=3, sharing=2, stopped=1)


def test_a_kind_and_a_right_narrow_what_is_asked() -> None:
    narrowed = a_participation(XB, state=ParticipationState.NARROWED, kinds=["message"])
    held = in_force(None, narrowed)
    assert overview(held).glance(XA, XB).state is FlowState.PART
    assert overview(held, kinds=frozenset({"message"})).glance(XA, XB).state is FlowState.OPEN
    wanted = overview(held, kinds=frozenset({"wanted_person"}), rights=frozenset({Right.COPY})).glance(XA, XB)
    assert wanted == Glance((), (), frozenset({How.NARROWED}), is_agreed=True)
    assert wanted.state is FlowState.STOPPED
    assert overview(held, kinds=frozenset({"firearm"})).glance(XA, XB).state is None


def test_party_that_says_as_much_as_it_may_costs_little_more_than_one_that_says_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A peer makes as many suspensions as A5.2 lets it, each toward others; who looks at the matrix must not wait for that."""
    bodies = (XA, *(BodyId(f"body:{number}") for number in range(60)))
    chance = Random(1)
    stops = tuple(
        a_suspension(counterparts=frozenset(chance.sample(bodies[1:], 30)), direction=chance.choice([*Direction]))
        for _ in range(SUSPENSIONS_MAX)
    )
    stand = {body: a_participation(body) for body in bodies} | {XA: a_participation(XA, *stops)}
    state = replace(in_force().state, participations=stand)
    asked = 0

    def counted(*given: object) -> Iterator[Stop]:
        nonlocal asked
        asked += 1
        yield from stops_of(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("entente.agreements.at_a_glance.stops_of", counted)
    terms = Terms((Standing(state, frozenset(bodies)),), {}, code_lists(), NOW)
    found = overview_of(bodies, terms)
    assert found.glance(XA, bodies[1]).stopped == {How.SUSPENDED}
    # Toward whom it stops the same is asked once: what is sent, what is received, and both, and none of them.
    assert asked <= 2**3 * len(Right) * 2 * len(kinds_carried(state.instrument, code_lists()))
    for other in bodies[1:]:
        toward = stands_toward(stand[XA], {other}, NOW)
        assert len(toward.suspensions) <= len(Direction)
        cut = replace(state, participations={XA: toward})
        for direction in (Direction.SENDING, Direction.RECEIVING):
            question = (XA, {other}, direction, "wanted_person", Right.COPY, NOW)
            assert {one.how for one in stops_of(cut, *question)} == {one.how for one in stops_of(state, *question)}


@pytest.mark.parametrize("seeds", [range(13, 17), pytest.param(range(13, 40), marks=pytest.mark.long)])
def test_overview_and_pairs_agree_on_invented_worlds(seeds: range) -> None:
    states = {state for seed in seeds for state in compared_states(seed)}
    assert states == {*FlowState, None}


def compared_states(seed: int) -> Iterator[FlowState | None]:
    """Compare each pair of a world's bodies, under all its instruments in force at once."""
    situation = to_situation(make_world(seed), first_moment(seed) + timedelta(seconds=1))
    bodies = tuple(sorted(situation.bodies))
    standing = tuple(Standing(held.state, held.parties) for held in situation.instruments.values() if held.is_in_force)
    terms = Terms(standing, situation.successors, situation.lists, first_moment(seed) + timedelta(seconds=1))
    found = overview_of(bodies, terms)
    for one, other in permutations(bodies, 2):
        assert found.glance(one, other) == by_pairs(one, other, terms), (seed, one, other)
        yield found.glance(one, other).state


def by_pairs(one: BodyId, other: BodyId, terms: Terms) -> Glance:
    # What carries no kind that is known here carries nothing, and the pair has no flow of it to be stopped.
    shared = [item for item in shared_between(one, other, terms) if item.gives.flowing or item.gives.stopped]
    stops = [stop for item in shared for flow in (item.gives, item.gets) for stop in flow.stops]
    return Glance(
        gives=tuple(right for right in Right if any(item.right is right and item.gives.flowing for item in shared)),
        gets=tuple(right for right in Right if any(item.right is right and item.gets.flowing for item in shared)),
        stopped=frozenset(stop.how for stop in stops),
        is_agreed=bool(shared),
    )
