"""Taking our own words about instruments back from others, once this node was restored (docs/rules/exchange.md X34).

Ordinarily our own signatures and stands come by our own officer's hand only, so that a draft our heads signed and gave up is not
played back to us. Here they come from a body that had taken them in from us, and only while this node takes back.

Source: docs/rules/agreements.md A3 to A6; docs/rules/exchange.md X34.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from entente.agreements.channel import NO_INSTRUMENT, channels_now, to_parties
from entente.agreements.intake import keep_measure, keep_proposal, keep_signature
from entente.agreements.model import Instrument, InstrumentState
from entente.agreements.ports import AgreementsUnit
from entente.agreements.progress import proposed_by
from entente.agreements.statements import (
    AgreementKind,
    read_instrument,
    read_measure,
    read_open_word,
    read_participation,
    read_proposal,
    read_signature,
    read_successor,
)
from entente.bodies.model import Succession
from entente.bodies.rules import verify_by_heads, verify_by_node
from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement

NODE = OfficerId("node")
"""Who stands for the officers of an act that only its statement is left of; it does not name them."""


def take_back_word(unit: AgreementsUnit, statement: Statement, giver: BodyId, now: datetime) -> Outgoing:
    """Take back an instrument of ours or a word about one, a signature, a stand, a measure, a proposal, an accepted successor.

    What is known or older changes nothing. Returns it as it had gone out. Raises Untrusted for what our node or heads did not
    sign, NotFound for what is about an instrument or a body that is not here (yet).
    """
    own = unit.bodies.own()
    if statement.kind in {AgreementKind.SIGNATURE, AgreementKind.PARTICIPATION, AgreementKind.MEASURE}:
        verify_by_heads(own, statement)
    else:
        verify_by_node(own, statement)
    about = _take_back(unit, statement, now)
    channel = channels_now(unit, now).toward(giver, fallback=about)
    return Outgoing(giver, channel, statement, is_control=True, ref=about or statement.id)


def to_whom(unit: AgreementsUnit, statement: Statement, now: datetime) -> tuple[Outgoing, ...]:
    """Return an instrument of ours, a word about one, a signature, a stand or a measure as it goes out to each other party.

    A stand that a later one replaced goes to nobody: the later one says all.
    """
    state = _known(unit, _about(statement))
    newest = state.participations.get(statement.body)
    is_replaced = (
        statement.kind == AgreementKind.PARTICIPATION and newest is not None and newest.statement != statement.id
    )
    return () if is_replaced else to_parties(unit, state.instrument, statement, now)


def _about(statement: Statement) -> InstrumentId:
    match statement.kind:
        case AgreementKind.INSTRUMENT:
            return read_instrument(statement).id
        case AgreementKind.SIGNATURE:
            return read_signature(statement).id
        case AgreementKind.PARTICIPATION:
            return read_participation(statement).instrument
        case AgreementKind.TAKEN_BACK | AgreementKind.REFUSED:
            return read_open_word(statement)[0]
        case _:
            return read_measure(statement).charter


def _take_back(unit: AgreementsUnit, statement: Statement, now: datetime) -> InstrumentId:
    """Keep what a verified word of ours says, unless it is known; return the instrument it is about."""
    own = unit.bodies.own().id
    match statement.kind:
        case AgreementKind.INSTRUMENT | AgreementKind.TAKEN_BACK | AgreementKind.REFUSED:
            return _word_again(unit, statement)
        case AgreementKind.SIGNATURE:
            state = _known_or_kept(unit, read_signature(statement), statement)
            if own not in state.signatures:
                keep_signature(unit, state, statement)
            return state.instrument.id
        case AgreementKind.PARTICIPATION:
            stand = read_participation(statement)
            newest = _known(unit, stand.instrument).participations.get(own)
            if newest is None or newest.epoch < stand.epoch:
                unit.agreements.put_participation(stand, statement)
            return stand.instrument
        case AgreementKind.MEASURE:
            charter = _known(unit, read_measure(statement).charter)
            keep_measure(unit, charter, statement, now)
            return charter.instrument.id
        case AgreementKind.PROPOSAL:
            charter = _known(unit, read_proposal(statement).charter)
            keep_proposal(unit, statement, charter)
            return charter.instrument.id
        case _:
            _accept_again(unit, statement)
            return NO_INSTRUMENT


def _word_again(unit: AgreementsUnit, statement: Statement) -> InstrumentId:
    """Keep that we proposed an instrument, took it back, or do not sign it (docs/rules/agreements.md A15 and A16)."""
    if statement.kind != AgreementKind.INSTRUMENT:
        about = _known(unit, read_open_word(statement)[0]).instrument.id
        unit.agreements.put_word(statement)
        return about
    instrument = read_instrument(statement)
    if statement.body not in proposed_by(unit, instrument.id):
        unit.agreements.put_instrument(instrument, statement)
    return instrument.id


def _accept_again(unit: AgreementsUnit, statement: Statement) -> None:
    """Have a body stand again in the place of another, as two officers of ours had decided (docs/rules/bodies.md B14)."""
    content = read_successor(statement)
    new, old = unit.bodies.body(content.successor), unit.bodies.body(content.replaces)
    if new is None or old is None:
        raise NotFound
    if old.succeeded_by is None and new.replaces == old.id:
        accepted = Succession(old.id, new.id, NODE, statement.at, NODE, statement.at)
        unit.bodies.put_succession(accepted)
        unit.bodies.put_body(replace(old, succeeded_by=new.id))


def _known_or_kept(unit: AgreementsUnit, instrument: Instrument, statement: Statement) -> InstrumentState:
    if unit.agreements.instrument(instrument.id) is None:
        unit.agreements.put_instrument(instrument, statement)
    return _known(unit, instrument.id)


def _known(unit: AgreementsUnit, instrument: InstrumentId) -> InstrumentState:
    state = unit.agreements.instrument(instrument)
    if state is None:
        raise NotFound
    return state
