"""The verbs of agreements: propose, sign, suspend with its preview, resume, withdraw, take measures, propose under the charter.

What only heads may say is drafted here, signed outside with their own keys, and handed in by `submit_all`, which verifies the
threshold. Taking in what other bodies say stands in `intake`.

Source: docs/rules/agreements.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entente.agreements import intake
from entente.agreements.channel import (
    channels_now,
    charter_between,
    members_now,
    tell,
    tell_parties,
)
from entente.agreements.model import (
    Instrument,
    InstrumentState,
    Measure,
    MeasureTerms,
    OpenWord,
    Participation,
    Proposal,
    ProposalKind,
    Suspension,
    SuspensionPreview,
    SuspensionTerms,
)
from entente.agreements.participation import gives_back, may_measure, narrow, resume, suspend, withdraw
from entente.agreements.ports import AgreementsUnit
from entente.agreements.preview import preview_of
from entente.agreements.progress import own_word, proposed_by
from entente.agreements.rules import instrument_id
from entente.agreements.standing import own_stand, require, require_stand
from entente.agreements.statements import (
    AgreementKind,
    draft_measure,
    draft_participation,
    draft_proposal,
    draft_signature,
    proposal_to_instrument,
    read_measure,
    read_participation,
    read_signature,
)
from entente.agreements.terms import require_terms
from entente.agreements.unsigned import Unsigned, require_not_refused_since, require_open
from entente.bodies.model import Body
from entente.bodies.rules import verify_by_heads
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement

SUBMITTED_MAX = 1_000
"""Statements handed in at a time: as many instruments as one body may bring (intake.BROUGHT_MAX)."""


@dataclass(frozen=True, slots=True)
class Agreements(Unsigned):
    """The services of agreements. Safe from several threads: each verb is one unit of work."""

    def propose(self, officer: OfficerId, instrument: Instrument) -> InstrumentState:
        """Put an instrument before its parties; return it as kept here. Its id is derived, whatever stands in it.

        Raises Conflict for a text that our body proposed and took back: another one is proposed, or another party proposes it.
        """
        instrument = replace(instrument, id=instrument_id(instrument))
        with self.open_unit() as unit:
            own, now = unit.bodies.own(), self.clock.now()
            self._authorise(unit, officer, "propose_instrument", instrument.id)
            require_terms(instrument, self.lists)
            members = members_now(unit, instrument, now.date())
            if own.id not in members:
                raise _not_a_party(instrument)
            statement = proposal_to_instrument(own.id, now, instrument, officer).with_signature(self.node)
            if (taken_back := own_word(unit, AgreementKind.TAKEN_BACK, instrument.id)) is not None:
                raise _taken_back_by_us(instrument, taken_back)
            if own.id not in proposed_by(unit, instrument.id):
                unit.agreements.put_instrument(instrument, statement)
            self._record(unit, officer, "propose_instrument", instrument.id, statement)
            tell_parties(unit, instrument, statement, now)
            state = self._state(unit, instrument.id)
            unit.commit()
            return state

    def draft_signature(self, officer: OfficerId, instrument: InstrumentId) -> Statement:
        """Return our signature of an instrument for our heads to sign; signing is taking part, epoch 1."""
        with self.open_unit() as unit:
            now = self.clock.now()
            self._authorise(unit, officer, "sign_instrument", instrument)
            state = self._state(unit, instrument)
            if unit.bodies.own().id in state.signatures:
                raise _signed_before(state.instrument)
            require_open(unit, state, now)
            return draft_signature(unit.bodies.own().id, now, state.instrument)

    def preview_suspension(self, officer: OfficerId, terms: SuspensionTerms) -> SuspensionPreview:
        """Say what will stop and what stays open if this is signed. Changes nothing."""
        with self.open_unit() as unit:
            now = self.clock.now()
            self._authorise(unit, officer, "suspend", terms.instrument)
            state = self._state(unit, terms.instrument)
            return preview_of(unit, state, terms, now)

    def draft_suspension(self, officer: OfficerId, terms: SuspensionTerms) -> Statement:
        """Return our stand with one more suspension, for our heads to sign."""
        now = self.clock.now()
        suspension = Suspension(
            id=self.ids.new_id("suspension"),
            counterparts=terms.counterparts,
            kinds=terms.kinds,
            rights=terms.rights,
            direction=terms.direction,
            decided_by=terms.decided_by,
            document=terms.document,
            reason=terms.reason,
            since=now,
            review_on=terms.review_on,
        )
        return self._draft_stand(officer, "suspend", terms.instrument, lambda old: suspend(old, suspension, now))

    def draft_resumption(self, officer: OfficerId, instrument: InstrumentId, suspension: str) -> Statement:
        """Return our stand without one of our suspensions, for our heads to sign; NotFound for one that is not ours."""
        now = self.clock.now()

        def without(old: Participation) -> Participation:
            if suspension not in {one.id for one in old.suspensions}:
                raise NotFound
            return resume(old, suspension, now)

        return self._draft_stand(officer, "resume", instrument, without)

    def draft_narrowing(self, officer: OfficerId, instrument: InstrumentId, kinds: frozenset[str]) -> Statement:
        """Return our stand with the kinds that remain (none named: all again), for our heads to sign."""
        now = self.clock.now()
        verb = "suspend" if kinds else "resume"
        return self._draft_stand(officer, verb, instrument, lambda old: narrow(old, kinds, now))

    def draft_withdrawal(self, officer: OfficerId, instrument: InstrumentId) -> Statement:
        """Return our leaving of an instrument for good, for our heads to sign."""
        now = self.clock.now()
        return self._draft_stand(officer, "suspend", instrument, lambda old: withdraw(old, now))

    def draft_measure(self, officer: OfficerId, terms: MeasureTerms) -> Statement:
        """Return a measure toward one body, for our heads to sign; it may replace an earlier one of ours."""
        with self.open_unit() as unit:
            now = self.clock.now()
            self._authorise(unit, officer, "take_measure", terms.target)
            charter = self._charter(unit, terms.target, now)
            measure = Measure(
                id=terms.replaces or self.ids.new_id("measure"),
                charter=charter.instrument.id,
                target=terms.target,
                policy=terms.policy,
                decided_by=terms.decided_by,
                endorsed_by=terms.endorsed_by,
                since=now,
                until=terms.until,
                lifted_by=terms.lifted_by,
                appeal=terms.appeal,
            )
            members = members_now(unit, charter.instrument, now.date())
            own = unit.bodies.own().id
            require(may_measure(charter.instrument, members, own, measure), "The measure was not drafted.")
            return draft_measure(own, now, measure)

    def propose_governance(self, officer: OfficerId, kind: ProposalKind, target: BodyId, text: str) -> Proposal:
        """Put a proposal about a body before the parties of the charter; return it with the clause that answers it.

        An expulsion is recorded as inadmissible, here and everywhere; nothing else comes of it.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            self._authorise(unit, officer, "propose_governance", target)
            charter = self._charter(unit, target, now)
            own = unit.bodies.own().id
            statement = draft_proposal(own, now, charter.instrument.id, kind, target, text, officer)
            statement = statement.with_signature(self.node)
            proposal = intake.keep_proposal(unit, statement, charter)
            detail: JsonObject = {"state": proposal.state.value, "clause": proposal.clause, "statement": statement.id}
            self.record(unit, Act("propose_governance", own, officer, target, detail))
            tell_parties(unit, charter.instrument, statement, now)
            unit.commit()
            return proposal

    def submit_signed(self, officer: OfficerId, statement: Statement) -> None:
        """Take one draft of ours back with our heads' signatures, as `submit_all` does."""
        self.submit_all(officer, (statement,))

    def submit_all(self, officer: OfficerId, statements: Sequence[Statement]) -> None:
        """Take drafts of ours back with our heads' signatures, all or none: keep them, apply them and tell every party.

        Effective here in this transaction. Raises Untrusted below the threshold, Conflict when a newer stand was
        submitted in between, Invalid for two about the same thing.
        """
        with self.open_unit() as unit:
            own, now = unit.bodies.own(), self.clock.now()
            for statement in statements:
                verify_by_heads(own, statement)
            _require_each_once(statements)
            # Before anything is kept, because a refusal is committed.
            verbs = [self._authorise_signed(unit, officer, own, statement) for statement in statements]
            for verb, statement in zip(verbs, statements, strict=True):
                instrument = self._keep(unit, own, statement, now)
                self._record(unit, officer, verb, instrument.id, statement)
                tell_parties(unit, instrument, statement, now)
            unit.commit()

    def accept_instrument(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Take a proposed instrument."""
        intake.accept_instrument(self._intake(unit), statement)

    def accept_signature(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Take another party's signature, by its heads."""
        intake.accept_signature(self._intake(unit), statement)

    def accept_participation(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Take how another party stands, by its heads; an older epoch is old news."""
        intake.accept_participation(self._intake(unit), statement)

    def accept_measure(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Take a measure of the body that the charter names."""
        intake.accept_measure(self._intake(unit), statement)

    def accept_proposal(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Record a proposal under the charter, and tell its proposer what became of it."""
        intake.accept_proposal(self._intake(unit), statement, self.node)

    def accept_proposal_recorded(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Record what became of our proposal at another body."""
        intake.accept_proposal_recorded(self._intake(unit), statement)

    def accept_successor_accepted(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Record that a body accepted us in another's place, and tell it again what our heads signed."""
        now = self.clock.now()
        for about, said in intake.accept_successor_accepted(self._intake(unit), statement):
            tell(unit, [statement.body], about, [said], now)

    def channel(self, unit: AgreementsUnit, recipient: BodyId) -> InstrumentId:
        """Return the instrument under which governance goes to a body now."""
        return channels_now(unit, self.clock.now()).toward(recipient)

    def _authorise_signed(self, unit: AgreementsUnit, officer: OfficerId, own: Body, statement: Statement) -> str:
        match statement.kind:
            case AgreementKind.SIGNATURE:
                verb, subject = "sign_instrument", str(read_signature(statement).id)
            case AgreementKind.PARTICIPATION:
                new = read_participation(statement)
                old = own_stand(self._state(unit, new.instrument), own.id)
                verb, subject = "resume" if gives_back(old, new) else "suspend", str(new.instrument)
            case AgreementKind.MEASURE:
                verb, subject = "take_measure", str(read_measure(statement).target)
            case _:
                raise _not_for_heads(statement)
        self._authorise(unit, officer, verb, subject)
        return verb

    def _keep(self, unit: AgreementsUnit, own: Body, statement: Statement, now: datetime) -> Instrument:
        match statement.kind:
            case AgreementKind.SIGNATURE:
                return self._sign(unit, own, statement)
            case AgreementKind.PARTICIPATION:
                return self._take_stand(unit, own, statement, now)
            case _:
                state = self._state(unit, read_measure(statement).charter)
                intake.keep_measure(unit, state, statement, now)
                return state.instrument

    def _sign(self, unit: AgreementsUnit, own: Body, statement: Statement) -> Instrument:
        instrument = read_signature(statement)
        state = self._state(unit, instrument.id)
        if own.id in state.signatures:
            raise _signed_before(instrument)
        require_open(unit, state, self.clock.now())
        require_not_refused_since(unit, instrument, statement.at)
        intake.keep_signature(unit, state, statement)
        return instrument

    def _take_stand(self, unit: AgreementsUnit, own: Body, statement: Statement, now: datetime) -> Instrument:
        new = read_participation(statement)
        state = self._state(unit, new.instrument)
        old = own_stand(state, own.id)
        if new.epoch != old.epoch + 1:
            raise _drafted_on_old(state.instrument, old.epoch)
        require_stand(unit, state, old, new, now, self.lists)
        unit.agreements.put_participation(new, statement)
        return state.instrument

    def _draft_stand(
        self,
        officer: OfficerId,
        verb: str,
        instrument: InstrumentId,
        change: Callable[[Participation], Participation],
    ) -> Statement:
        with self.open_unit() as unit:
            self._authorise(unit, officer, verb, instrument)
            state = self._state(unit, instrument)
            old = own_stand(state, unit.bodies.own().id)
            new = change(old)
            require_stand(unit, state, old, new, new.at, self.lists)
            return draft_participation(new)

    def _charter(self, unit: AgreementsUnit, target: BodyId, now: datetime) -> InstrumentState:
        charter = charter_between(unit, target, now)
        if charter is None:
            raise NotFound
        return charter

    def _state(self, unit: AgreementsUnit, instrument: InstrumentId) -> InstrumentState:
        state = unit.agreements.instrument(instrument)
        if state is None:
            raise NotFound
        return state

    def _intake(self, unit: AgreementsUnit) -> intake.Intake:
        return intake.Intake(unit, self.clock.now(), self.lists, self.record)

    def _record(
        self, unit: AgreementsUnit, officer: OfficerId, verb: str, instrument: InstrumentId, statement: Statement
    ) -> None:
        detail: JsonObject = {"kind": statement.kind, "statement": statement.id}
        self.record(unit, Act(verb, unit.bodies.own().id, officer, instrument, detail))


def _require_each_once(statements: Sequence[Statement]) -> None:
    about = [(one.kind, one.content.get("target", one.content.get("instrument"))) for one in statements]
    if not statements or len(statements) > SUBMITTED_MAX:
        why = f"1 to {SUBMITTED_MAX} statements are handed in at a time."
    elif len({str(one) for one in about}) != len(about):
        # The verb of the second would be judged by a stand that the first has changed.
        why = "Two of them are about the same thing, and each is judged by how it stood before."
    else:
        return
    raise Invalid(
        "The statements were not taken in.", field="statements", why=why, do="Hand in what one draft gave, signed."
    )


def _not_a_party(instrument: Instrument) -> Invalid:
    return Invalid(
        f"Our body is not a party to «{instrument.name}».",
        field="parties",
        why="A body proposes only what it will be bound by itself (docs/rules/agreements.md A1).",
        do="Add our body's code to the parties, or let a party propose it.",
    )


def _taken_back_by_us(instrument: Instrument, word: OpenWord) -> Conflict:
    return Conflict(
        f"Our body took «{instrument.name}» back on {format_time(word.at)}, and proposes the same text no more.",
        why="Every party was told so; said again, nobody would know which word holds (docs/rules/agreements.md A15).",
        do="Propose it under another short name, or have another party propose this text.",
    )


def _signed_before(instrument: Instrument) -> Conflict:
    return Conflict(
        f"Our body has signed «{instrument.name}» already.",
        why="An instrument is signed once; what changes afterwards is how a party stands (docs/rules/agreements.md A4).",
        do="Look at it with «entente instrument show».",
    )


def _drafted_on_old(instrument: Instrument, epoch: int) -> Conflict:
    return Conflict(
        f"How we stand to «{instrument.name}» changed since this was drafted.",
        why=f"Epoch {epoch} is the newest here, and the draft does not follow it (docs/rules/agreements.md A4).",
        do="Draft it again, and have the heads sign the new draft.",
    )


def _not_for_heads(statement: Statement) -> Invalid:
    return Invalid(
        f"«{statement.kind[:40]}» is not a statement that heads hand in here.",
        field="kind",
        why="Heads sign instruments, participations and measures here; keys with «entente body keys» (A4, A6).",
        do="Hand in the file that «entente instrument» drafted, signed by the heads.",
    )
