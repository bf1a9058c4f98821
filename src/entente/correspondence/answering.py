"""The source's answer to a record request: given at once by its node, in the transaction that took the request in.

Two steps, in this order. First what holds for the kind and the instrument as such, the same whether or not a record exists;
then the record itself, where absent, hidden, withdrawn, of another kind and under another instrument are one answer.

Source: docs/rules/correspondence.md M12 and M13; DESIGN sections 1 (promise 7) and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from entente.agreements.model import Right
from entente.correspondence.channels import carrier, is_party
from entente.correspondence.desk import Desk, detail_of, together
from entente.correspondence.messages import seen_before
from entente.correspondence.model import AnswerOutcome, Header, RecordRequest, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.requests import Wanted, asked, may_ask_for, with_quota
from entente.correspondence.rules import KIND_CHARACTERS_MAX, check_asked, check_text, cited, nothing_found, refusals_of
from entente.correspondence.statements import (
    NODE,
    Kind,
    RecordAnswerContent,
    RecordRequestContent,
    addressed_to,
    read_content,
)
from entente.correspondence.taking_back import answered_before
from entente.disclosure.model import DisclosureRequest, Reader, Situation, Verdict
from entente.handling.model import DisclosureAct
from entente.kernel.decision import Decision
from entente.kernel.ids import BodyId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.statement import Statement
from entente.records.model import Holder, HolderState, Record, StoredRecord
from entente.records.rules import extract
from entente.records.sharing import copy_verdict
from entente.records.statements import record_statement

SENT_ALONG = "The record was sent along, as far as it may be seen."


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, why, and what goes with it."""

    outcome: AnswerOutcome
    words: str
    decision: Decision
    """For the source's own trail: every ground, also those that are told to nobody."""
    grounds: tuple[str, ...] = ()
    sent: Record | None = None


class Answering(Desk):
    """The verb of the body that is asked."""

    def accept_record_request(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in a record request and answer it at once, inside the exchange's unit of work.

        Source: docs/rules/correspondence.md M12 and M13.
        """
        now = self.clock.now()
        own = unit.bodies.own().id
        content = read_content(RecordRequestContent, statement, unit.bodies.body(statement.body), now)
        header = content.header
        addressed_to(own, header, sender)
        check_asked(content.record, content.purpose, content.crime_area, self.lists)
        check_text("kind", content.kind, KIND_CHARACTERS_MAX)
        if unit.correspondence.record_request(header.id) is not None:
            raise seen_before(header.id)
        request = asked(content)
        if (said := answered_before(unit, request)) is not None:
            # This node gave its answer before it was restored; another one now could say something else.
            unit.correspondence.put_record_request(said, Way.RECEIVED)
            self._on_file(unit, header.your_reference, header, "request", header.id, "Asked for a record.", now)
            detail = detail_of(said.outcome, record=said.record, was_answered_before=True)
            self.record(unit, Act(statement.kind, sender, header.officer, header.id, detail))
            return
        situation = self.disclosure.situation_in(unit)
        answer = self._answer_to(unit, request, situation, own, now)
        reply = self._header(
            Kind.RECORD_ANSWER, own, sender, header.instrument, NODE, now, your_reference=header.our_reference
        )
        kept = RecordRequest(
            header, request.record, request.kind, request.purpose, request.crime_area, answer.outcome, answer.words,
            answer.grounds,
        )  # fmt: skip
        unit.correspondence.put_record_request(kept, Way.RECEIVED)
        self._on_file(unit, header.your_reference, header, "request", header.id, "Asked for a record.", now)
        detail = detail_of(
            answer.outcome,
            answer.decision,
            record=request.record,
            instrument=header.instrument,
            purpose=request.purpose,
        )
        self.record(unit, Act(statement.kind, sender, header.officer, header.id, detail))
        if answer.sent is not None:
            self._send_along(unit, answer.sent, header, now)
        given = RecordAnswerContent(reply, header.id, answer.outcome, answer.words, answer.grounds, NODE)
        envelope = carrier(situation, own, sender, header.instrument, now)
        if envelope is not None:
            self._post(unit, Kind.RECORD_ANSWER, reply, given, envelope, ref=header.id)

    def _answer_to(
        self, unit: CorrespondenceUnit, request: RecordRequest, situation: Situation, own: BodyId, now: datetime
    ) -> Answer:
        """Judge the question as such, then the record; what is not said aloud stays in the decision for the trail."""
        asker, instrument = request.header.sender, request.header.instrument
        wanted = Wanted(own, request.record, request.kind)
        general = may_ask_for(
            situation, self.lists, Reader(asker), wanted, instrument, request.purpose, request.crime_area, now
        )
        general = with_quota(unit, situation, general, Way.RECEIVED, wanted, instrument, now, asker=asker)
        if not is_party(situation, asker, instrument):
            return Answer(AnswerOutcome.NOT_FOUND, nothing_found(), general)
        if not general.allowed:
            return Answer(AnswerOutcome.REFUSED, _refused(general.why()), general, cited(general.refusals))
        stored = unit.records.get(request.record)
        verdicts = [] if stored is None else self._consulted(unit, request, stored)
        decision = together(verdicts)
        visible = frozenset(place for place, verdict in enumerate(verdicts) if verdict.decision.allowed)
        if stored is not None and visible:
            # What is sent along is a copy there, so that the right to consult alone is not enough (M13).
            copies = [copy_verdict(cls, asker, situation, now) for cls in stored.record.terms]
            found = extract(
                stored.record, visible & {place for place, one in enumerate(copies) if one.decision.allowed}
            )
            if found is not None:
                return Answer(AnswerOutcome.WHOLE, SENT_ALONG, decision, sent=found)
            verdicts = copies
        if grounds := refusals_of(verdicts):
            why = Decision.of(grounds)
            return Answer(AnswerOutcome.REFUSED, _refused(why.why()), decision, cited(grounds))
        return Answer(AnswerOutcome.NOT_FOUND, nothing_found(), decision)

    def _consulted(self, unit: CorrespondenceUnit, request: RecordRequest, stored: StoredRecord) -> list[Verdict]:
        """Ask the gate about each class of our own record that is of the kind asked for; none for any other."""
        if stored.received_from is not None or stored.record.kind != request.kind:
            return []
        dates = stored.dates
        return [
            self.disclosure.judge_in(
                unit,
                DisclosureRequest(
                    Reader(request.header.sender),
                    DisclosureAct.SEE,
                    Right.CONSULT,
                    request.purpose,
                    request.crime_area,
                    cls,
                    request.header.instrument,
                    record=request.record,
                    dates=dates,
                ),
            )
            for cls in stored.record.terms
        ]

    def _send_along(self, unit: CorrespondenceUnit, sent: Record, header: Header, now: datetime) -> None:
        """Send what may be seen, signed as the record it is, before the answer that announces it."""
        statement = record_statement(sent, NODE, now, self.signer)
        unit.outbox.put(Outgoing(header.sender, header.instrument, statement, ref=header.id))
        unit.records.put_holder(sent.id, Holder(header.sender, sent.version, HolderState.SENT, now))


def _refused(why: str) -> str:
    return f"The record was not sent. {why}"
