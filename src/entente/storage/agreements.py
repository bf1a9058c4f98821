"""The tables of instruments: signatures, participations, measures, proposals, and the statements they came by.

Source: docs/rules/agreements.md; agreements.ports.AgreementStore.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from entente.agreements.model import Instrument, InstrumentState, Measure, Participation, Proposal
from entente.kernel import statement as statements
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.statement import Statement
from entente.storage.bodies import GOVERNANCE
from entente.storage.rows import (
    add_row_once,
    add_to_counter,
    json_text,
    read,
    read_one,
    remembered,
    replace_row,
    text_of,
    value_of,
)
from entente.storage.schema import (
    agreement_statement,
    instrument,
    instrument_signature,
    measure,
    participation,
    proposal,
)

_INSTRUMENTS = instrument
_NEWEST_EPOCH = sa.select(sa.func.max(participation.c.epoch)).where(
    participation.c.instrument == sa.bindparam("instrument"), participation.c.body == sa.bindparam("body")
)


# Made once: an instrument is read with every envelope, and making a query costs more than SQLite takes for it.
_ALL = sa.select(_INSTRUMENTS).order_by(_INSTRUMENTS.c.name, _INSTRUMENTS.c.id)
_ONE = sa.select(_INSTRUMENTS).where(_INSTRUMENTS.c.id == sa.bindparam("id"))
_SIGNATURES = sa.select(instrument_signature).order_by(instrument_signature.c.at, instrument_signature.c.body)
_SIGNATURES_OF_ONE = _SIGNATURES.where(instrument_signature.c.instrument == sa.bindparam("id"))
_newer = participation.alias("newer")
_NEWEST = (
    sa.select(participation)
    .where(
        ~sa.exists().where(
            _newer.c.instrument == participation.c.instrument,
            _newer.c.body == participation.c.body,
            _newer.c.epoch > participation.c.epoch,
        ),
    )
    .order_by(participation.c.body)
)
_NEWEST_OF_ONE = _NEWEST.where(participation.c.instrument == sa.bindparam("id"))
_MEASURES_ALL = sa.select(measure.c.document).order_by(measure.c.since, measure.c.id)


class AgreementTables:
    """The AgreementStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._read: dict[InstrumentId, InstrumentState | None] = {}
        """Asked for with every statement of an envelope, and changed in almost none."""

    def instruments(self) -> tuple[InstrumentState, ...]:
        """Return every instrument with its signatures and newest participations, ordered by name."""
        signatures: dict[str, dict[BodyId, datetime]] = defaultdict(dict)
        for one in read(self._connection, _SIGNATURES):
            signatures[one.instrument][BodyId(one.body)] = one.at
        participations: dict[str, dict[BodyId, Participation]] = defaultdict(dict)
        for one in read(self._connection, _NEWEST):
            participations[one.instrument][BodyId(one.body)] = remembered(Participation, one.document)
        rows = read(self._connection, _ALL)
        return tuple(_state(row, signatures[row.id], participations[row.id]) for row in rows)

    def instrument(self, instrument: InstrumentId) -> InstrumentState | None:
        """Return one instrument."""
        if instrument not in self._read:
            self._read[instrument] = self._read_one(instrument)
        return self._read[instrument]

    def _read_one(self, instrument: InstrumentId) -> InstrumentState | None:
        which = {"id": instrument}
        row = read_one(self._connection, _ONE, which)
        if row is None:
            return None
        signatures = {BodyId(one.body): one.at for one in read(self._connection, _SIGNATURES_OF_ONE, which)}
        participations = {
            BodyId(one.body): remembered(Participation, one.document)
            for one in read(self._connection, _NEWEST_OF_ONE, which)
        }
        return _state(row, signatures, participations)

    def put_instrument(self, instrument: Instrument, proposal: Statement) -> None:
        """Keep a proposed instrument; the same id again changes nothing."""
        values = {
            "name": instrument.name,
            "proposed_by": proposal.body,
            "proposed_at": proposal.at,
            "document": text_of(instrument),
        }
        add_row_once(self._connection, _INSTRUMENTS, {"id": instrument.id}, values)
        self._keep(proposal)

    def put_signature(self, instrument: InstrumentId, statement: Statement) -> None:
        """Keep a party's signature; a second one changes nothing."""
        key = {"instrument": instrument, "body": statement.body}
        add_row_once(self._connection, instrument_signature, key, {"at": statement.at})
        self._keep(statement)

    def put_participation(self, participation: Participation, statement: Statement) -> None:
        """Keep a participation; a lower or equal epoch than the newest is a programming error."""
        key = {"instrument": participation.instrument, "body": participation.body}
        newest = self._connection.execute(_NEWEST_EPOCH, key).scalar()
        assert newest is None or newest < participation.epoch, "the room takes only a newer epoch"
        values = {**key, "epoch": participation.epoch, "document": text_of(participation)}
        self._connection.execute(sa.insert(_PARTICIPATIONS), values)
        self._keep(statement)

    def participation_before(self, participation: Participation) -> Participation | None:
        """Return how its body stood before a participation, as far as it came here: the newest of a lower epoch."""
        query = (
            sa.select(_PARTICIPATIONS.c.document)
            .where(
                _PARTICIPATIONS.c.instrument == participation.instrument,
                _PARTICIPATIONS.c.body == participation.body,
                _PARTICIPATIONS.c.epoch < participation.epoch,
            )
            .order_by(_PARTICIPATIONS.c.epoch.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else value_of(Participation, row.document)

    def measures(self) -> tuple[Measure, ...]:
        """Return every measure, ended ones included, oldest first."""
        rows = read(self._connection, _MEASURES_ALL)
        return tuple(remembered(Measure, row.document) for row in rows)

    def put_measure(self, measure: Measure, statement: Statement) -> None:
        """Keep a measure; the same id replaces an earlier one of the same author."""
        values = {"since": measure.since, "document": text_of(measure)}
        replace_row(self._connection, _MEASURES, {"author": statement.body, "id": measure.id}, values)
        self._keep(statement)

    def proposals(self) -> tuple[Proposal, ...]:
        """Return every proposal, oldest first."""
        rows = self._connection.execute(sa.select(proposal.c.document).order_by(proposal.c.at, proposal.c.id))
        return tuple(value_of(Proposal, row.document) for row in rows)

    def put_proposal(self, proposal: Proposal, statement: Statement) -> None:
        """Keep a proposal as recorded; the same id again changes nothing. It changes no right, so no version rises."""
        values = {"at": proposal.at, "document": text_of(proposal)}
        add_row_once(self._connection, _PROPOSALS, {"id": proposal.id}, values)
        self._keep_statement(statement)

    def put_word(self, statement: Statement) -> None:
        """Keep a word about an instrument that changes no right; the same again changes nothing. No version rises."""
        self._keep_statement(statement)

    def statements(self, kinds: Sequence[str]) -> tuple[Statement, ...]:
        """Return the kept statements of some kinds, in the order they came, so that each finds what it refers to."""
        query = (
            sa.select(agreement_statement.c.document)
            .where(agreement_statement.c.kind.in_(kinds))
            .order_by(agreement_statement.c.number)
        )
        rows = self._connection.execute(query)
        return tuple(statements.from_json(json.loads(row.document)) for row in rows)

    def _keep(self, statement: Statement) -> None:
        self._keep_statement(statement)
        self._read.clear()
        add_to_counter(self._connection, GOVERNANCE)

    def _keep_statement(self, statement: Statement) -> None:
        values = {"kind": statement.kind, "document": json_text(statement.to_json())}
        add_row_once(self._connection, agreement_statement, {"statement_id": statement.id}, values)


def _state(
    row: Any,  # noqa: ANN401 - a row of either reader
    signatures: Mapping[BodyId, datetime],
    participations: Mapping[BodyId, Participation],
) -> InstrumentState:
    instrument = remembered(Instrument, row.document)
    return InstrumentState(instrument, BodyId(row.proposed_by), row.proposed_at, signatures, participations)


# The port calls its parameters as the tables are called.
_MEASURES = measure
_PARTICIPATIONS = participation
_PROPOSALS = proposal
