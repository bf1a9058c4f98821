"""Taking our own words about instruments back from others, once this node was restored (docs/rules/exchange.md X34).

Ordinarily our own signatures and stands come by our own officer's hand only, so that a draft our heads signed and gave up is not
played back to us. Here they come from a body that had taken them in from us, and only while this node takes back.

Source: docs/rules/agreements.md A3 to A6; docs/rules/exchange.md X34.
"""

from __future__ import annotations

from datetime import datetime

from entente.agreements.intake import keep_measure, keep_signature
from entente.agreements.model import Instrument, InstrumentState
from entente.agreements.ports import AgreementsUnit
from entente.agreements.statements import (
    AgreementKind,
    read_instrument,
    read_measure,
    read_participation,
    read_signature,
)
from entente.bodies.rules import verify_by_heads, verify_by_node
from entente.kernel.errors import NotFound
from entente.kernel.ids import InstrumentId
from entente.kernel.statement import Statement


def take_back_word(unit: AgreementsUnit, statement: Statement, now: datetime) -> None:
    """Take back an instrument of ours, a signature, a stand or a measure; what is known or older changes nothing.

    Raises Untrusted for what our node or heads did not sign, NotFound for an instrument that is not here.
    """
    own = unit.bodies.own()
    if statement.kind == AgreementKind.INSTRUMENT:
        verify_by_node(own, statement)
        _known_or_kept(unit, read_instrument(statement), statement)
        return
    verify_by_heads(own, statement)
    if statement.kind == AgreementKind.SIGNATURE:
        state = _known_or_kept(unit, read_signature(statement), statement)
        if own.id not in state.signatures:
            keep_signature(unit, state, statement)
    elif statement.kind == AgreementKind.PARTICIPATION:
        stand = read_participation(statement)
        newest = _known(unit, stand.instrument).participations.get(own.id)
        if newest is None or newest.epoch < stand.epoch:
            unit.agreements.put_participation(stand, statement)
    elif statement.kind == AgreementKind.MEASURE:
        keep_measure(unit, _known(unit, read_measure(statement).charter), statement, now)


def _known_or_kept(unit: AgreementsUnit, instrument: Instrument, statement: Statement) -> InstrumentState:
    if unit.agreements.instrument(instrument.id) is None:
        unit.agreements.put_instrument(instrument, statement)
    return _known(unit, instrument.id)


def _known(unit: AgreementsUnit, instrument: InstrumentId) -> InstrumentState:
    state = unit.agreements.instrument(instrument)
    if state is None:
        raise NotFound
    return state
