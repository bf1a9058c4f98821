"""Whom a statement about an instrument goes to, and under which instrument it travels (A8).

Reads the store, decides nothing else. Governance travels under the charter in force between two bodies; before there is one,
under the instrument being signed itself.

Source: docs/rules/agreements.md A3 and A8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from entente.agreements.model import ClauseEffect, Instrument, InstrumentKind, InstrumentState
from entente.agreements.ports import AgreementsUnit
from entente.agreements.rules import InForceVerdict, in_force, members_of
from entente.bodies.model import Body, Group
from entente.bodies.rules import resolve_group
from entente.bodies.succession import predecessors
from entente.kernel.ids import BodyId, GroupId, InstrumentId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement

GOVERNANCE = "governance"
"""The record kind (data/record_kinds.yaml) that a charter's channel carries statements about the network as."""
NO_INSTRUMENT = InstrumentId("")
"""Named by the first statements of all: introductions between two bodies that have proposed nothing to each other."""


def members_now(
    unit: AgreementsUnit, instrument: Instrument, on: date, supposed: Group | None = None
) -> frozenset[BodyId]:
    """Return an instrument's parties by name and by group, each group resolved as of a day; one as if it stood as supposed."""

    def standing(group: GroupId) -> Group | None:
        return supposed if supposed is not None and supposed.id == group else unit.bodies.group(group)

    resolved = {
        reference: resolve_group(group, reference.status, on)
        for reference in instrument.party_groups
        if (group := standing(reference.group)) is not None
    }
    state = unit.agreements.instrument(instrument.id) if instrument.party_groups else None
    return members_of(instrument, resolved, state.signatures if state is not None else (), unit.bodies.successors())


def members_with_earlier(unit: AgreementsUnit, instrument: Instrument, on: date) -> frozenset[BodyId]:
    """Return an instrument's parties with the bodies in whose place some of them stand: others' words may still name those."""
    members, successors = members_now(unit, instrument, on), unit.bodies.successors()
    return members.union(*(predecessors(body, successors) for body in members))


def force_now(unit: AgreementsUnit, state: InstrumentState, now: datetime) -> InForceVerdict:
    """Say whether an instrument of the store is in force now, and between whom."""
    return in_force(state, members_now(unit, state.instrument, now.date()), now, unit.bodies.successors())


def charter_between(unit: AgreementsUnit, other: BodyId, now: datetime) -> InstrumentState | None:
    """Return the charter in force between us and another body whose channel carries governance."""
    instrument = channels_now(unit, now).in_force_with(other)
    return None if instrument is None else unit.agreements.instrument(instrument)


@dataclass(frozen=True, slots=True)
class Channels:
    """Which charters carry governance from us, worked out once for any number of recipients."""

    in_force: tuple[tuple[InstrumentId, frozenset[BodyId]], ...]
    """Charters in force with us as a party, and between whom."""
    proposed: tuple[tuple[InstrumentId, frozenset[BodyId]], ...]
    """Charters that name us, and whom they name."""

    def in_force_with(self, recipient: BodyId) -> InstrumentId | None:
        """Return the charter in force between us and a body."""
        return next((charter for charter, parties in self.in_force if recipient in parties), None)

    def toward(self, recipient: BodyId, fallback: InstrumentId = NO_INSTRUMENT) -> InstrumentId:
        """Return the instrument under which governance goes to a body.

        The charter in force between us; else the fallback, which is the instrument being signed; else a charter
        proposed to both; else none.

        Source: docs/rules/agreements.md A8.
        """
        charter = self.in_force_with(recipient)
        if charter is not None:
            return charter
        if fallback != NO_INSTRUMENT:
            return fallback
        return next((charter for charter, named in self.proposed if recipient in named), NO_INSTRUMENT)


def channels_now(unit: AgreementsUnit, now: datetime) -> Channels:
    """Return the charters that carry governance from us now."""
    own = unit.bodies.own().id
    charters = [state for state in unit.agreements.instruments() if is_channel(state.instrument)]
    named = [(state, members_now(unit, state.instrument, now.date())) for state in charters]
    successors = unit.bodies.successors()
    verdicts = [(state.instrument.id, in_force(state, members, now, successors)) for state, members in named]
    return Channels(
        tuple((charter, verdict.parties) for charter, verdict in verdicts if verdict.holds and own in verdict.parties),
        tuple((state.instrument.id, members) for state, members in named if own in members),
    )


def is_channel(instrument: Instrument) -> bool:
    """Say whether an instrument is a charter with a channel for governance."""
    return (
        instrument.kind is InstrumentKind.CHARTER
        and instrument.clause_with(ClauseEffect.CHANNEL) is not None
        and GOVERNANCE in instrument.kinds
    )


def others_among(unit: AgreementsUnit, bodies: frozenset[BodyId]) -> tuple[Body, ...]:
    """Return those of the bodies that are in our directory and not ourselves, ordered by code."""
    own = unit.bodies.own().id
    return tuple(body for body in unit.bodies.bodies() if body.id in bodies and body.id != own)


def tell(
    unit: AgreementsUnit, to: Iterable[BodyId], about: InstrumentId, statements: Iterable[Statement], now: datetime
) -> None:
    """Put statements about an instrument in the outbox for some bodies.

    All of them are control: a suspension keeps its place after the signature it belongs to, and overtakes all data.

    Source: docs/rules/agreements.md A8.
    """
    channels = channels_now(unit, now)
    said = tuple(statements)
    for body in to:
        for statement in said:
            unit.outbox.put(_about(channels, body, about, statement))


def tell_parties(unit: AgreementsUnit, instrument: Instrument, statement: Statement, now: datetime) -> None:
    """Put a statement about an instrument in the outbox for every other party known here.

    A party that is introduced later gets it then (service.tell_newcomer).
    """
    for outgoing in to_parties(unit, instrument, statement, now):
        unit.outbox.put(outgoing)


def to_parties(
    unit: AgreementsUnit, instrument: Instrument, statement: Statement, now: datetime
) -> tuple[Outgoing, ...]:
    """Return a statement about an instrument as it goes out to every other party known here."""
    channels, others = channels_now(unit, now), others_among(unit, members_now(unit, instrument, now.date()))
    return tuple(_about(channels, body.id, instrument.id, statement) for body in others)


def _about(channels: Channels, to: BodyId, about: InstrumentId, statement: Statement) -> Outgoing:
    return Outgoing(to, channels.toward(to, fallback=about), statement, is_control=True, ref=about)
