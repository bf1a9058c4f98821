"""The matrix says of every flow what the gate says of it (docs/rules/agreements.md A11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from entente.agreements.model import Clause, ClauseEffect, Direction, ParticipationState, Right
from entente.agreements.sharing import FlowState, Shared, Standing, Terms, kinds_carried, shared_between
from entente.agreements.stops import How
from entente.disclosure.model import InForce, Situation
from entente.disclosure.rules import judge
from entente.kernel.ids import BodyId
from tests.support.build_disclosure import (
    DAY,
    NOW,
    XA,
    XB,
    XC,
    XD,
    a_class,
    a_participation,
    a_reader,
    a_request,
    a_suspension,
    an_instrument,
    code_lists,
    in_force,
)
from tests.support.world_situation import to_situation
from tests.support.worlds import first_moment, make_world


def shared(held: InForce, body: BodyId = XA, other: BodyId = XB) -> dict[Right, Shared]:
    terms = Terms((Standing(held.state, held.parties),), {}, code_lists(), NOW)
    return {one.right: one for one in shared_between(body, other, terms)}


def test_everything_flows_between_two_parties_who_stopped_nothing() -> None:
    found = shared(in_force())
    assert set(found) == set(Right)
    assert all(one.is_open for one in found.values())
    assert found[Right.COPY].gives.flowing == ("message", "wanted_person")
    assert shared(in_force(), XA, XD) == {}


def test_suspension_stops_what_it_names_one_way_toward_whom_it_names() -> None:
    stop = a_suspension(counterparts=frozenset({XB}), rights=frozenset({Right.COPY}), direction=Direction.SENDING)
    held = in_force(None, a_participation(XA, stop))
    found = shared(held)
    assert found[Right.COPY].gives.state is FlowState.STOPPED
    assert found[Right.COPY].gets.state is FlowState.OPEN
    assert [(one.author, one.how, one.suspension) for one in found[Right.COPY].gives.stops] == [
        (XA, How.SUSPENDED, stop)
    ]
    assert found[Right.CONSULT].is_open
    assert all(one.is_open for one in shared(held, XA, XC).values())
    assert shared(held, XB, XA)[Right.COPY].gets.state is FlowState.STOPPED


def test_some_kinds_stopped_is_a_part() -> None:
    narrowed = a_participation(XB, state=ParticipationState.NARROWED, kinds=["message"])
    flow = shared(in_force(None, narrowed))[Right.RECORD].gives
    assert flow.state is FlowState.PART
    assert flow.flowing == ("message",)
    assert [one.how for one in flow.stops] == [How.NARROWED]


def test_suspension_of_a_later_day_stops_nothing_yet() -> None:
    held = in_force(None, a_participation(XA, a_suspension(since=NOW + DAY)))
    assert all(one.is_open for one in shared(held).values())


def test_party_without_a_stand_takes_no_part() -> None:
    flow = shared(in_force(missing=[XB]))[Right.COPY].gets
    assert flow.state is FlowState.STOPPED
    assert {one.how for one in flow.stops} == {How.NO_PART}


def test_channel_carries_no_data_set_and_no_instrument_an_unknown_kind() -> None:
    lists = code_lists()
    sets = next(kind for kind, entry in lists.record_kinds.items() if entry.is_data_set)
    kinds = frozenset({"message", sets, "invented"})
    channel = (Clause("4", "It stays open.", ClauseEffect.CHANNEL),)
    assert kinds_carried(an_instrument(kinds=kinds), lists) == tuple(sorted({"message", sets}))
    assert kinds_carried(an_instrument(kinds=kinds, clauses=channel), lists) == ("message",)


def flows_by_the_gate(
    held: InForce, situation: Situation, now: datetime, giver: BodyId, receiver: BodyId, right: Right
) -> set[str]:
    """Ask the gate about data that nothing but the instrument and how its parties stand could keep back."""
    terms = held.state.instrument
    flowing = set()
    for kind in terms.kinds:
        cls = a_class(
            source=giver, kind=kind, instrument=terms.id, purposes=terms.purposes, crime_areas=terms.crime_areas,
            confidentiality=terms.handling_ceiling,
        )  # fmt: skip
        purpose, area = min(terms.purposes), min(terms.crime_areas)
        asked = a_request(
            reader=a_reader(receiver), right=right, cls=cls, instrument=terms.id, purpose=purpose, crime_area=area
        )
        grounds = judge(asked, situation, now).decision.grounds
        if all(one.allows for one in grounds if one.number in {"D2", "D3"}):
            flowing.add(kind)
    return flowing


def is_plain(held: InForce, situation: Situation) -> bool:
    """Say whether nothing but parties, kinds, rights and stands can keep the gate from letting data flow."""
    terms, lists = held.state.instrument, situation.lists
    is_known = terms.purposes <= set(lists.purposes) and terms.crime_areas <= set(lists.crime_areas)
    has_all = bool(terms.purposes and terms.crime_areas) and terms.handling_ceiling in lists.confidentiality_levels
    return held.is_in_force and is_known and has_all


@pytest.mark.parametrize(
    ("seeds", "every"), [(range(13, 17), 12), pytest.param(range(13, 30), 1, marks=pytest.mark.long)]
)
def test_matrix_and_gate_agree_on_invented_worlds(seeds: range, every: int) -> None:
    states = {state for seed in seeds for state in compared_states(seed, every)}
    assert states == set(FlowState), "the worlds hold open, partly stopped and stopped flows"


def compared_states(seed: int, every: int) -> Iterator[FlowState]:
    """Compare the flows between every so many-th pair of a world's bodies with the gate; yield what was found."""
    world, now = make_world(seed), first_moment(seed) + timedelta(seconds=1)
    situation = to_situation(world, now)
    for held in situation.instruments.values():
        if not is_plain(held, situation):
            continue
        asked = Terms((Standing(held.state, held.parties),), situation.successors, situation.lists, now)
        for giver, receiver in list(permutations(sorted(held.parties), 2))[::every]:
            for one in shared_between(giver, receiver, asked):
                by_gate = flows_by_the_gate(held, situation, now, giver, receiver, one.right)
                assert set(one.gives.flowing) == by_gate, (seed, held.state.instrument.id, giver, receiver, one.right)
                yield one.gives.state
