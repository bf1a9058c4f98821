"""Who shares what with whom under which right: what each instrument in force lets flow between two bodies, and what stops it.

A flow has a giver, a receiver, an instrument and a right: under `record` and `copy` the giver's data goes to the receiver, under
`consult` the receiver asks the giver's node, under `contact` they meet. It is open for all kinds that the instrument carries, for
some, or stopped. The stops are those of the gate (`stops`), so that the matrix and the gate cannot differ; what the gate asks
beside them (purpose, restrictions, handling, lease) belongs to single data.

Source: docs/rules/agreements.md A11; docs/rules/disclosure.md D2 and D3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.agreements.model import (
    ClauseEffect,
    Direction,
    Instrument,
    InstrumentState,
    ParticipationState,
    Right,
)
from entente.agreements.stops import Stop, stops_of
from entente.bodies.succession import Successors, predecessors
from entente.handling.model import CodeLists
from entente.kernel.ids import BodyId, InstrumentId


class FlowState(StrEnum):
    """How much of what an instrument carries flows one way."""

    OPEN = "open"
    PART = "part"
    """Some kinds are stopped."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows one way between two bodies under one right of one instrument."""

    state: FlowState
    flowing: tuple[str, ...]
    """The kinds of record that flow, in order."""
    stopped: Mapping[str, tuple[Stop, ...]]
    """Each kind that does not, with all that stops it."""

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Everything that stops a kind, each once, in the order of the kinds."""
        found: list[Stop] = []
        for stops in self.stopped.values():
            found.extend(one for one in stops if one not in found)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Shared:
    """What one right of one instrument lets flow between a body and a counterpart, both ways."""

    instrument: InstrumentId
    right: Right
    gives: Flow
    """From the body to the counterpart."""
    gets: Flow

    @property
    def is_open(self) -> bool:
        """Say whether nothing of it is stopped."""
        return self.gives.state is FlowState.OPEN and self.gets.state is FlowState.OPEN


@dataclass(frozen=True, slots=True)
class Standing:
    """An instrument in force with the parties it is in force between (rules.in_force)."""

    state: InstrumentState
    parties: frozenset[BodyId]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the matrix is worked out by, as of one moment."""

    instruments: tuple[Standing, ...]
    successors: Successors
    lists: CodeLists
    now: datetime


def kinds_carried(instrument: Instrument, lists: CodeLists) -> tuple[str, ...]:
    """Return the kinds of record that an instrument carries: known ones, and no data set where it holds the channel (D2)."""
    holds_channel = instrument.clause_with(ClauseEffect.CHANNEL) is not None
    known = lists.record_kinds
    return tuple(
        kind for kind in sorted(instrument.kinds) if kind in known and not (holds_channel and known[kind].is_data_set)
    )


def shared_between(body: BodyId, counterpart: BodyId, terms: Terms) -> Iterator[Shared]:
    """Yield what is shared between two bodies, by instrument in their order and right, stopped or not.

    Source: docs/rules/agreements.md A11.
    """
    for standing in terms.instruments:
        if body in standing.parties and counterpart in standing.parties:
            carried = kinds_carried(standing.state.instrument, terms.lists)
            for right in Right:
                if right in standing.state.instrument.rights:
                    gives = _flow(standing.state, carried, body, counterpart, right, terms)
                    gets = _flow(standing.state, carried, counterpart, body, right, terms)
                    yield Shared(standing.state.instrument.id, right, gives, gets)


def _flow(
    state: InstrumentState, carried: tuple[str, ...], giver: BodyId, receiver: BodyId, right: Right, terms: Terms
) -> Flow:
    sides = [
        (author, predecessors(other, terms.successors) | {other}, direction)
        for author, other, direction in ((giver, receiver, Direction.SENDING), (receiver, giver, Direction.RECEIVING))
        if may_stop(state, author)
    ]
    if not sides:
        return Flow(FlowState.OPEN, carried, {})
    stopped = {}
    for kind in carried:
        found = tuple(
            stop
            for author, toward, direction in sides
            for stop in stops_of(state, author, toward, direction, kind, right, terms.now)
        )
        if found:
            stopped[kind] = found
    flowing = tuple(kind for kind in carried if kind not in stopped)
    if not stopped:
        return Flow(FlowState.OPEN, carried, {})
    return Flow(FlowState.PART if flowing else FlowState.STOPPED, flowing, stopped)


def may_stop(state: InstrumentState, author: BodyId) -> bool:
    """Say whether a party's stand holds anything that may stop a flow; most hold nothing."""
    stand = state.participations.get(author)
    return stand is None or stand.state is not ParticipationState.ACTIVE or bool(stand.suspensions)
