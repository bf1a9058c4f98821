"""What other bodies say about instruments, verified and kept (A1, A4 to A7, A15, A16).

Each function takes a statement within the exchange's unit of work. Heads' statements are believed by the threshold of the
body that speaks, whoever handed them on; nothing here lets one body speak for another, and what is older than
known comes to nothing.

Source: docs/rules/agreements.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from entente.agreements.channel import force_now, members_now, members_with_earlier, tell
from entente.agreements.model import Instrument, InstrumentKind, InstrumentState, Proposal, Suspension
from entente.agreements.participation import may_measure, may_stand
from entente.agreements.ports import AgreementsUnit
from entente.agreements.progress import Progresses, proposed_by, proposers_of
from entente.agreements.rules import answer_to
from entente.agreements.statements import (
    AgreementKind,
    RecordedContent,
    draft_recorded,
    read_instrument,
    read_measure,
    read_open_word,
    read_participation,
    read_proposal,
    read_recorded,
    read_signature,
    read_successor,
    stand_by_signature,
)
from entente.agreements.terms import require_terms
from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.bodies.rules import unknown_body, verify_by_heads, verify_by_node
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Refused
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.ports import Act
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement

BROUGHT_MAX = 1_000
"""Instruments that one body proposed to us or signed: the gate looks at every one. Several times what the largest police
organisation has agreed with others."""
PROPOSALS_MAX = 10_000
"""Kept in one node; beyond it new ones are refused. Three a day for nine years."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking a statement in needs."""

    unit: AgreementsUnit
    now: datetime
    lists: CodeLists
    record: Record

    def record_accepted(self, statement: Statement, subject: str, officer: str = "node", **detail: str) -> None:
        """Record in the trail that a statement was taken in."""
        content: JsonObject = {"statement": statement.id, **detail}
        self.record(self.unit, Act(statement.kind, statement.body, officer, subject, content))


def accept_instrument(intake: Intake, statement: Statement) -> None:
    """Keep an instrument that one of its parties proposes to us; the same again changes nothing.

    That another party proposes it too is kept: it is taken back only when both took it back (A15).
    """
    verify_by_node(_speaker(intake.unit, statement), statement)
    instrument = read_instrument(statement)
    state = intake.unit.agreements.instrument(instrument.id)
    if state is None or statement.body not in proposed_by(intake.unit, instrument.id):
        _require_ours(intake, instrument, statement.body)
        intake.unit.agreements.put_instrument(instrument, statement)
        intake.record_accepted(statement, instrument.id)


def accept_signature(intake: Intake, statement: Statement) -> None:
    """Keep a party's signature; it brings the instrument with it, if that has not come yet.

    Our own comes by our own officer's hand only, so that a draft our heads signed and gave up cannot be played back to us.
    """
    body = verify_by_heads(_speaker(intake.unit, statement), statement)
    instrument = read_signature(statement)
    if body.id == intake.unit.bodies.own().id:
        return
    state = intake.unit.agreements.instrument(instrument.id)
    if state is None:
        _require_ours(intake, instrument, statement.body)
        intake.unit.agreements.put_instrument(instrument, statement)
        state = intake.unit.agreements.instrument(instrument.id)
        assert state is not None, "it was kept in the line before"
    if statement.body in state.signatures:
        return
    _require_party(intake, instrument, statement.body)
    keep_signature(intake.unit, state, statement)
    intake.record_accepted(statement, instrument.id)


def accept_open_word(intake: Intake, statement: Statement) -> None:
    """Keep that a body takes its proposal back, or does not sign; a second word of the same kind changes nothing."""
    verify_by_node(_speaker(intake.unit, statement), statement)
    instrument, word = read_open_word(statement)
    state = _known(intake.unit, instrument)
    kept = intake.unit.agreements.statements([statement.kind])
    if any(one.body == statement.body and read_open_word(one)[0] == instrument for one in kept):
        return
    if statement.body not in state.signatures:
        _require_party(intake, state.instrument, statement.body)
    if statement.kind == AgreementKind.TAKEN_BACK:
        is_theirs = statement.body in proposers_of(intake.unit, state)
        theirs = Ground("A15.1", allows=is_theirs, text="Who takes it back proposed it.")
        _require(Decision.of((theirs,)), f"That «{state.instrument.name}» was taken back was not taken in.")
    intake.unit.agreements.put_word(statement)
    intake.record_accepted(statement, instrument, officer=word.officer, reason=word.reason)


def accept_participation(intake: Intake, statement: Statement) -> None:
    """Keep how a party stands now, by its own statement; an epoch not above the known one is old news."""
    body = verify_by_heads(_speaker(intake.unit, statement), statement)
    new = read_participation(statement)
    if body.id == intake.unit.bodies.own().id:
        return
    state = _known(intake.unit, new.instrument)
    old = state.participations.get(new.body)
    if old is not None and new.epoch <= old.epoch:
        return
    members = members_with_earlier(intake.unit, state.instrument, intake.now.date())
    decision = may_stand(state.instrument, members, old, new, intake.lists)
    _require(decision, f"A statement of how a party stands to «{state.instrument.name}» was not taken in.")
    intake.unit.agreements.put_participation(new, statement)
    intake.record_accepted(statement, new.instrument, state=new.state.value, document=_documents(new.suspensions))


def accept_measure(intake: Intake, statement: Statement) -> None:
    """Keep a measure of the body that the charter names; an older wording of it is old news."""
    verify_by_heads(_speaker(intake.unit, statement), statement)
    measure = read_measure(statement)
    state = _known(intake.unit, measure.charter)
    if keep_measure(intake.unit, state, statement, intake.now):
        intake.record_accepted(statement, measure.target, policy=measure.policy.value)


def accept_proposal(intake: Intake, statement: Statement, node: Signer) -> None:
    """Record a proposal with the clause that answers it, and tell its proposer."""
    verify_by_node(_speaker(intake.unit, statement), statement)
    content = read_proposal(statement)
    known = intake.unit.agreements.proposals()
    if any(proposal.id == statement.id for proposal in known):
        return
    charter = _known(intake.unit, content.charter)
    verdict = force_now(intake.unit, charter, intake.now)
    is_charter = charter.instrument.kind is InstrumentKind.CHARTER
    _require(
        Decision.of(
            (
                Ground("A7.1", allows=is_charter and verdict.holds, text=f"«{charter.instrument.name}»: {verdict.why}"),
                Ground("A7.2", allows=statement.body in verdict.parties, text="A party of the charter proposes."),
                Ground("A7.3", allows=len(known) < PROPOSALS_MAX, text=f"{len(known)} proposals are kept here."),
            )
        ),
        "A proposal was not recorded.",
    )
    proposal = keep_proposal(intake.unit, statement, charter)
    intake.record_accepted(
        statement, content.target, officer=content.officer, state=proposal.state.value, clause=proposal.clause
    )
    own = intake.unit.bodies.own().id
    recorded = RecordedContent(proposal.id, proposal.charter, proposal.state, proposal.clause)
    answer = draft_recorded(own, intake.now, recorded).with_signature(node)
    tell(intake.unit, [statement.body], charter.instrument.id, [answer], intake.now)


def accept_proposal_recorded(intake: Intake, statement: Statement) -> None:
    """Record in the trail what another body says became of our proposal."""
    verify_by_node(_speaker(intake.unit, statement), statement)
    content = read_recorded(statement)
    own = intake.unit.bodies.own().id
    is_ours = any(one.id == content.proposal and one.proposer == own for one in intake.unit.agreements.proposals())
    _require(
        Decision.of((Ground("A7.4", allows=is_ours, text="It answers a proposal of ours."),)),
        "An answer to a proposal was not taken in.",
    )
    intake.record_accepted(statement, content.proposal, state=content.state.value, clause=content.clause)


def accept_successor_accepted(intake: Intake, statement: Statement) -> tuple[tuple[InstrumentId, Statement], ...]:
    """Record that a body accepted us in another's place; return what our heads signed of the instruments it is party to.

    It changes nothing here: what we signed before it accepted us it could not take in, and is told again.

    Source: docs/rules/bodies.md B14.
    """
    body = verify_by_node(_speaker(intake.unit, statement), statement)
    content, own = read_successor(statement), intake.unit.bodies.own()
    is_ours = content.successor == own.id and content.replaces == own.replaces
    _require(
        Decision.of((Ground("B14", allows=is_ours, text="It speaks of us, in the place of whom our genesis names."),)),
        "An acceptance was not taken in.",
    )
    intake.record_accepted(statement, content.replaces)
    told = standing_statements(intake.unit, body.id, intake.now.date())
    return tuple((about, said) for about, said in told if said.body == own.id)


def keep_signature(unit: AgreementsUnit, state: InstrumentState, statement: Statement) -> None:
    """Keep a verified signature, and the stand it brings unless a newer one came first."""
    unit.agreements.put_signature(state.instrument.id, statement)
    if statement.body not in state.participations:
        unit.agreements.put_participation(stand_by_signature(statement, state.instrument), statement)


def keep_measure(unit: AgreementsUnit, charter: InstrumentState, statement: Statement, now: datetime) -> bool:
    """Keep a verified measure and return True; return False for old news; raise Refused when it may not be taken."""
    measure = read_measure(statement)
    verdict = force_now(unit, charter, now)
    members = members_now(unit, charter.instrument, now.date())
    grounds = (
        Ground("A6.0", allows=verdict.holds, text=f"«{charter.instrument.name}»: {verdict.why}"),
        *may_measure(charter.instrument, members, statement.body, measure).grounds,
    )
    _require(Decision.of(grounds), "The measure was not taken.")
    same = {one.statement for one in unit.agreements.measures() if one.id == measure.id}
    kept = (one for one in unit.agreements.statements([AgreementKind.MEASURE]) if one.id in same)
    if any(statement.at <= earlier.at for earlier in kept):
        return False
    unit.agreements.put_measure(measure, statement)
    return True


def keep_proposal(unit: AgreementsUnit, statement: Statement, charter: InstrumentState) -> Proposal:
    """Keep a proposal as its charter answers it; return it."""
    content = read_proposal(statement)
    state, clause = answer_to(content.kind, charter.instrument)
    proposal = Proposal(
        id=statement.id,
        proposer=statement.body,
        charter=content.charter,
        kind=content.kind,
        target=content.target,
        text=content.text,
        at=statement.at,
        state=state,
        clause=clause,
    )
    unit.agreements.put_proposal(proposal, statement)
    return proposal


def standing_statements(unit: AgreementsUnit, newcomer: BodyId, on: date) -> Iterator[tuple[InstrumentId, Statement]]:
    """Give the heads' statements that make up the instruments of a body, each with its instrument, oldest first.

    Of instruments that are not concluded, what we said ourselves is among them: what we proposed, took back, or do not sign.
    """
    ours = {
        state.instrument.id: state
        for state in unit.agreements.instruments()
        if newcomer in members_now(unit, state.instrument, on)
    }
    successors = unit.bodies.successors()
    newest = {stand.statement for state in ours.values() for stand in state.participations.values()}
    own, told = unit.bodies.own().id, [AgreementKind.SIGNATURE, AgreementKind.PARTICIPATION, *_OWN_WORDS]
    progresses = Progresses(unit, on)
    unsigned = {about for about, state in ours.items() if not progresses.of(state).is_concluded}
    for statement in unit.agreements.statements(told):
        if statement.kind == AgreementKind.SIGNATURE:
            about = read_signature(statement).id
            is_standing = about in ours
        elif statement.kind == AgreementKind.PARTICIPATION:
            about = read_participation(statement).instrument
            is_standing = statement.id in newest
        else:
            # Signed by a node, so each says its own: a proposal, that it was taken back, that it is not signed.
            about = _about_unsigned(statement)
            is_standing = about in unsigned and statement.body == own
        # What a body said that was succeeded here, nobody takes in who reads it as this node does.
        if is_standing and statement.body != newcomer and statement.body not in successors:
            yield about, statement


_OWN_WORDS = (AgreementKind.INSTRUMENT, AgreementKind.TAKEN_BACK, AgreementKind.REFUSED)


def _about_unsigned(statement: Statement) -> InstrumentId:
    if statement.kind == AgreementKind.INSTRUMENT:
        return read_instrument(statement).id
    about, _ = read_open_word(statement)
    return about


def _speaker(unit: AgreementsUnit, statement: Statement) -> Body:
    body = unit.bodies.body(statement.body)
    if body is None:
        unit.bodies.count_unknown(statement.body)
        raise unknown_body(statement.body)
    return body


def _require_ours(intake: Intake, instrument: Instrument, speaker: BodyId) -> None:
    require_terms(instrument, intake.lists)
    brought = (AgreementKind.INSTRUMENT, AgreementKind.SIGNATURE)
    known = sum(one.body == speaker for one in intake.unit.agreements.statements(brought))
    room = Ground("A1", allows=known < BROUGHT_MAX, text=f"It is one of at most {BROUGHT_MAX} that this body brings.")
    _require(Decision.of((room,)), f"«{instrument.name[:64]}» was not taken in.")
    _require_party(intake, instrument, speaker)
    _require_party(intake, instrument, intake.unit.bodies.own().id)


def _require_party(intake: Intake, instrument: Instrument, body: BodyId) -> None:
    members = members_now(intake.unit, instrument, intake.now.date())
    ground = Ground(
        "A1", allows=body in members, text=f"{body} is named in «{instrument.name}», or in a group it names."
    )
    _require(Decision.of((ground,)), f"«{instrument.name[:64]}» was not taken in.")


def _known(unit: AgreementsUnit, instrument: InstrumentId) -> InstrumentState:
    state = unit.agreements.instrument(instrument)
    if state is None:
        ground = Ground("A1", allows=False, text="The instrument it speaks of is not known here.")
        raise Refused(
            "A statement about an instrument was not taken in.",
            decision=Decision.of((ground,)),
            do="Send the instrument with a signature first; each signature carries its text.",
        )
    return state


def _require(decision: Decision, what: str) -> None:
    if not decision.allowed:
        raise Refused(
            what, decision=decision, do="Ask the body that speaks to look at the grounds, and to say it anew."
        )


def _documents(suspensions: tuple[Suspension, ...]) -> str:
    return "; ".join(one.document for one in suspensions)
