"""What agreements needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from entente.agreements.model import Instrument, InstrumentState, Measure, Participation, Proposal
from entente.bodies.model import Body
from entente.bodies.ports import BodiesUnit
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.statement import Statement


class AgreementStore(Protocol):
    """Instruments, participations, measures and proposals, each with the signed statement it came by."""

    def instruments(self) -> tuple[InstrumentState, ...]:
        """Return every instrument known here with its signatures and newest participations, ordered by name."""

    def instrument(self, instrument: InstrumentId) -> InstrumentState | None:
        """Return one instrument."""

    def put_instrument(self, instrument: Instrument, proposal: Statement) -> None:
        """Keep a proposed instrument; the same id again changes nothing."""

    def put_signature(self, instrument: InstrumentId, statement: Statement) -> None:
        """Keep a party's signature (statement.body is the party, statement.at when)."""

    def put_participation(self, participation: Participation, statement: Statement) -> None:
        """Keep a participation; a lower or equal epoch than the newest is a programming error."""

    def participation_before(self, participation: Participation) -> Participation | None:
        """Return how its body stood before a participation, as far as it came here: the newest of a lower epoch."""

    def measures(self) -> tuple[Measure, ...]:
        """Return every measure, ended ones included, oldest first."""

    def put_measure(self, measure: Measure, statement: Statement) -> None:
        """Keep a measure; the same id replaces an earlier one of the same author."""

    def proposals(self) -> tuple[Proposal, ...]:
        """Return every proposal, oldest first."""

    def put_proposal(self, proposal: Proposal, statement: Statement) -> None:
        """Keep a proposal as recorded; the same id again changes nothing."""

    def put_word(self, statement: Statement) -> None:
        """Keep a word about an instrument that changes no right; the same again changes nothing."""

    def statements(self, kinds: Sequence[str]) -> tuple[Statement, ...]:
        """Return the kept statements of some kinds, oldest first: what a newly introduced party must be sent."""


class Holdings(Protocol):
    """What later rooms hold that a suspension would stop; asked for the preview only."""

    def records_shared(self, instrument: InstrumentId, source: BodyId, holders: Sequence[BodyId]) -> int:
        """Count records of a source under an instrument that any of the holders has a copy of."""

    def open_requests(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        """Name the open requests under an instrument with the counterparts, each with its deadline."""

    def open_permissions(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        """Name the permission requests under an instrument that wait for an answer."""


class AgreementsUnit(BodiesUnit, Protocol):
    """A unit of work with the directory and the instruments."""

    @property
    def agreements(self) -> AgreementStore:
        """The instruments."""

    @property
    def holdings(self) -> Holdings:
        """What a suspension would stop."""
