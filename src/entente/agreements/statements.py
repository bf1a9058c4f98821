"""The statements agreements are made of: their kinds, how they are drafted, how they are read.

A signature carries the whole instrument, so that heads sign the very text and whoever receives a signature first knows to
what. Who may make which, and whether it is believed, stands in `intake` and `service`.

Source: docs/rules/agreements.md A1, A4, A6, A7; docs/rules/kernel.md K2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from entente.agreements.model import (
    Instrument,
    Measure,
    OpenWord,
    Participation,
    ParticipationState,
    ProposalKind,
    ProposalState,
)
from entente.agreements.participation import first_stand
from entente.agreements.rules import instrument_id
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import BodyId, InstrumentId, StatementId
from entente.kernel.statement import Statement, draft
from entente.kernel.text import is_line, is_seen, shows_as_stored

PROPOSAL_CHARACTERS_MAX = 20_000
"""A resolution of ten pages."""
REASON_CHARACTERS_MAX = 300
"""As reasons elsewhere (successors, held statements)."""
OFFICER_CHARACTERS_MAX = 100
"""Of another body's officer, as in correspondence (statements.REFERENCE_CHARACTERS_MAX)."""


class AgreementKind(StrEnum):
    """The kinds of statement of this room; signature, participation and measure are signed by heads, the others by the node."""

    INSTRUMENT = "instrument"
    TAKEN_BACK = "instrument_taken_back"
    REFUSED = "instrument_refused"
    SIGNATURE = "instrument_signature"
    PARTICIPATION = "participation"
    MEASURE = "measure"
    PROPOSAL = "governance_proposal"
    PROPOSAL_RECORDED = "proposal_recorded"
    SUCCESSOR_ACCEPTED = "successor_accepted"


@dataclass(frozen=True, slots=True)
class InstrumentContent:
    """Content of `instrument`: a proposal, and the officer who made it."""

    instrument: Instrument
    officer: str


@dataclass(frozen=True, slots=True)
class SignatureContent:
    """Content of `instrument_signature`: the whole text, and how the signing party stands by it."""

    instrument: Instrument
    epoch: int
    state: ParticipationState


@dataclass(frozen=True, slots=True)
class OpenWordContent:
    """Content of `instrument_taken_back` and `instrument_refused`: of which instrument, why, and the officer who said so."""

    instrument: InstrumentId
    reason: str
    officer: str


@dataclass(frozen=True, slots=True)
class ProposalContent:
    """Content of `governance_proposal`."""

    charter: InstrumentId
    kind: ProposalKind
    target: BodyId
    text: str
    officer: str


@dataclass(frozen=True, slots=True)
class RecordedContent:
    """Content of `proposal_recorded`: what became of a proposal at the body that says so."""

    proposal: StatementId
    charter: InstrumentId
    state: ProposalState
    clause: str


@dataclass(frozen=True, slots=True)
class SuccessorContent:
    """Content of `successor_accepted`: that the recipient stands in another's place at the body that says so."""

    successor: BodyId
    replaces: BodyId


def proposal_to_instrument(body: BodyId, at: datetime, instrument: Instrument, officer: str) -> Statement:
    """Return the proposal of an instrument, unsigned."""
    return draft(AgreementKind.INSTRUMENT, body, at, to_object(InstrumentContent(instrument, officer)))


def draft_signature(body: BodyId, at: datetime, instrument: Instrument) -> Statement:
    """Return a party's signature of an instrument, for its heads to sign."""
    content = SignatureContent(instrument, 1, ParticipationState.ACTIVE)
    return draft(AgreementKind.SIGNATURE, body, at, to_object(content))


def draft_open_word(kind: AgreementKind, body: BodyId, at: datetime, content: OpenWordContent) -> Statement:
    """Return that a body takes its proposal back, or does not sign, unsigned."""
    _word_bounded(content)
    return draft(kind, body, at, to_object(content))


def draft_participation(participation: Participation) -> Statement:
    """Return how a party stands, for its heads to sign."""
    content = to_object(replace(participation, statement=None))
    return draft(AgreementKind.PARTICIPATION, participation.body, participation.at, content)


def draft_measure(body: BodyId, at: datetime, measure: Measure) -> Statement:
    """Return a measure, for the heads of the body that takes it to sign."""
    return draft(AgreementKind.MEASURE, body, at, to_object(replace(measure, statement=None)))


def draft_proposal(
    body: BodyId, at: datetime, charter: InstrumentId, kind: ProposalKind, target: BodyId, text: str, officer: str
) -> Statement:
    """Return a proposal under a charter, unsigned."""
    content = ProposalContent(charter, kind, target, text, officer)
    _bounded(content)
    return draft(AgreementKind.PROPOSAL, body, at, to_object(content))


def draft_recorded(body: BodyId, at: datetime, content: RecordedContent) -> Statement:
    """Return the answer to a proposal, unsigned."""
    return draft(AgreementKind.PROPOSAL_RECORDED, body, at, to_object(content))


def draft_successor(body: BodyId, at: datetime, content: SuccessorContent) -> Statement:
    """Return the word to a successor that it was accepted, unsigned."""
    return draft(AgreementKind.SUCCESSOR_ACCEPTED, body, at, to_object(content))


def read_successor(statement: Statement) -> SuccessorContent:
    """Return whom a body says it accepted in whose place; raise Invalid."""
    return from_json(SuccessorContent, statement.content, "content")


def read_instrument(statement: Statement) -> Instrument:
    """Return the instrument a proposal holds; raise Invalid, or Untrusted for an id that is not its digest."""
    return _with_true_id(from_json(InstrumentContent, statement.content, "content").instrument)


def read_signature(statement: Statement) -> Instrument:
    """Return the instrument a signature is under; raise Invalid, or Untrusted for an id that is not its digest."""
    content = from_json(SignatureContent, statement.content, "content")
    if content.epoch != 1 or content.state is not ParticipationState.ACTIVE:
        raise _bad("state", "a party signs as active, with epoch 1; what changes later is a participation")
    return _with_true_id(content.instrument)


def stand_by_signature(statement: Statement, instrument: Instrument) -> Participation:
    """Return how the signing party stands by its signature."""
    return first_stand(statement.body, instrument, statement.at, statement.id)


def read_open_word(statement: Statement) -> tuple[InstrumentId, OpenWord]:
    """Return of which instrument a body takes its proposal back or does not sign, and its word; raise Invalid."""
    content = from_json(OpenWordContent, statement.content, "content")
    _word_bounded(content)
    word = OpenWord(statement.body, content.reason, content.officer, statement.at, statement.id)
    return content.instrument, word


def read_participation(statement: Statement) -> Participation:
    """Return how a party says that it stands; raise Invalid when it speaks for another or of another time."""
    content = from_json(Participation, statement.content, "content")
    if content.body != statement.body or content.at != statement.at or content.statement is not None:
        raise _bad("body", "body and time are those of the statement, and it names no other statement")
    return replace(content, statement=statement.id)


def read_measure(statement: Statement) -> Measure:
    """Return the measure a statement holds; raise Invalid."""
    content = from_json(Measure, statement.content, "content")
    if content.statement is not None:
        raise _bad("statement", "it names no other statement")
    return replace(content, statement=statement.id)


def read_proposal(statement: Statement) -> ProposalContent:
    """Return the proposal a statement holds; raise Invalid."""
    content = from_json(ProposalContent, statement.content, "content")
    _bounded(content)
    return content


def read_recorded(statement: Statement) -> RecordedContent:
    """Return what a body says became of a proposal; raise Invalid."""
    return from_json(RecordedContent, statement.content, "content")


def _with_true_id(instrument: Instrument) -> Instrument:
    if instrument.id != instrument_id(instrument):
        raise Untrusted(
            f"The text of «{instrument.name[:64]}» is not the one its id stands for.",
            reason="wrong_signature",
            why="An instrument's id is the digest of all its terms (docs/rules/agreements.md A1), and the two differ.",
            do="Ask the sender for the instrument again, and compare it with the paper act.",
        )
    return instrument


def _bounded(content: ProposalContent) -> None:
    if len(content.text) > PROPOSAL_CHARACTERS_MAX or not is_seen(content.text) or not shows_as_stored(content.text):
        raise _bad("text", f"a proposal has 1 to {PROPOSAL_CHARACTERS_MAX} characters, and shows as it is stored")
    if not is_line(content.officer) or len(content.officer) > OFFICER_CHARACTERS_MAX:
        raise _bad("officer", f"an officer's id is one line of 1 to {OFFICER_CHARACTERS_MAX} characters")


def _word_bounded(content: OpenWordContent) -> None:
    if len(content.reason) > REASON_CHARACTERS_MAX or not is_line(content.reason):
        raise _bad("reason", f"the others read it, so a reason is one line of 1 to {REASON_CHARACTERS_MAX} characters")
    if not is_line(content.officer) or len(content.officer) > OFFICER_CHARACTERS_MAX:
        raise _bad("officer", f"an officer's id is one line of 1 to {OFFICER_CHARACTERS_MAX} characters")


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The statement's field {field} does not hold what it should.",
        field=field,
        why=f"Statements about instruments are written by their rules (docs/rules/agreements.md): {why}.",
        do="Draft the statement again and have it signed anew.",
    )
