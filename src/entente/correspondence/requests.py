"""Asking a source's node for one record under one named instrument, and taking in its answer.

Whether data of that kind may be asked for under that instrument is judged here first, in the same way as at the source and
without a look at any record. A body that is no party to the instrument learns nothing from either.

Source: docs/rules/correspondence.md M12 and M14; DESIGN section 5 (one instrument per act).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from entente.agreements.model import Right
from entente.correspondence.channels import carrier, in_general, is_party, other_instruments, why_in_general
from entente.correspondence.desk import About, Desk, detail_of
from entente.correspondence.model import AnswerOutcome, RecordRequest, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import KIND_CHARACTERS_MAX, bad, check_asked, check_text, nothing_found, within_quota
from entente.correspondence.statements import (
    Kind,
    RecordAnswerContent,
    RecordRequestContent,
    addressed_to,
    read_content,
)
from entente.disclosure.model import DisclosureRequest, Reader, Situation
from entente.disclosure.rules import judge
from entente.handling.model import CodeLists, DisclosureAct
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, NotFound, Refused
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.statements import SIGNED_IN_AS_OPERATOR

GROUNDS_MAX = 50
"""Several times the grounds of the gate."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which record of which source."""

    source: BodyId
    record: RecordId
    kind: str


class Requests(Desk):
    """The verbs of the body that asks."""

    def request_record(
        self, officer: OfficerId, wanted: Wanted, instrument: InstrumentId, about: About
    ) -> RecordRequest:
        """Ask a source's node for one record under one instrument; its answer comes by itself.

        Raises Refused when a party to the instrument may not ask for that kind of data under it, whether or not such a
        record exists, and NotFound when there is no way to ask at all.

        Source: docs/rules/correspondence.md M12.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            asker = self._officer(unit, officer, "search", wanted.record, now)
            own = unit.bodies.own().id
            _check_wanted(wanted, own)
            check_asked(wanted.record, about.purpose, about.crime_area, self.lists)
            check_text("kind", wanted.kind, KIND_CHARACTERS_MAX)
            self._working_case(unit, about.case, asker)
            situation = self.disclosure.situation_in(unit)
            reader = Reader.of(own, asker)
            decision = may_ask_for(
                situation, self.lists, reader, wanted, instrument, about.purpose, about.crime_area, now
            )
            envelope = carrier(situation, own, wanted.source, instrument, now)
            detail = detail_of(
                "refused", decision, source=wanted.source, instrument=instrument, purpose=about.purpose, case=about.case
            )
            act = Act("request_record", own, asker.id, wanted.record, detail)
            decision = with_quota(unit, situation, decision, Way.SENT, wanted, instrument, now)
            if is_party(situation, own, instrument) and not decision.allowed:
                self._refuse(unit, act, not_under_this(wanted.kind, decision))
            if envelope is None:
                self._refuse(unit, act, NotFound())
            header = self._header(
                Kind.RECORD_REQUEST, own, wanted.source, instrument, asker.id, now, our_reference=about.case
            )
            content = RecordRequestContent(
                header, wanted.record, wanted.kind, about.purpose, about.crime_area, SIGNED_IN_AS_OPERATOR
            )
            request = asked(content)
            unit.correspondence.put_record_request(request, Way.SENT)
            self._on_file(unit, about.case, header, "request", header.id, f"Asked for {wanted.record}", now)
            detail = detail_of("asked", decision, record=wanted.record, instrument=instrument, purpose=about.purpose)
            self.record(unit, Act("request_record", own, asker.id, header.id, detail))
            self._post(unit, Kind.RECORD_REQUEST, header, content, envelope)
            unit.commit()
            return request

    def accept_record_answer(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in the source's answer to our request; raise NotFound when we asked it nothing, Conflict when it answered.

        Source: docs/rules/correspondence.md M14.
        """
        now = self.clock.now()
        content = read_content(RecordAnswerContent, statement, unit.bodies.body(statement.body), now)
        addressed_to(unit.bodies.own().id, content.header, sender)
        _check_answer(content)
        found = unit.correspondence.record_request(content.request)
        if found is None or found[0] is not Way.SENT or found[1].header.recipient != sender:
            raise NotFound
        request = found[1]
        if request.outcome is not AnswerOutcome.WAITING:
            raise Conflict(
                f"The request {content.request} was not answered again.",
                why="An answer is taken in once (docs/rules/correspondence.md M14).",
                do="Ask anew; what was answered stands.",
            )
        # «Nothing found» is said in our own words, so that no source can make two such answers differ.
        words = nothing_found() if content.outcome is AnswerOutcome.NOT_FOUND else content.answer
        grounds = () if content.outcome is AnswerOutcome.NOT_FOUND else content.grounds
        answered = replace(request, outcome=content.outcome, answer=words, grounds=grounds)
        unit.correspondence.put_record_request(answered, Way.SENT)
        self._on_file(unit, request.header.our_reference, content.header, "answer", content.request, words, now)
        detail = detail_of(content.outcome, record=request.record, grounds=grounds)
        self.record(unit, Act(statement.kind, sender, content.header.officer, content.request, detail))


def may_ask_for(
    situation: Situation,
    lists: CodeLists,
    reader: Reader,
    wanted: Wanted,
    instrument: InstrumentId,
    purpose: str,
    crime_area: str,
    now: datetime,
) -> Decision:
    """Decide whether a reader may ask for data of a kind under an instrument, without a look at any record.

    Asked at the asker's node of its officer, and at the source's node of the asking body.

    Source: docs/rules/correspondence.md M12.
    """
    bare = in_general(lists, wanted.source, wanted.kind, instrument, purpose, crime_area)
    question = DisclosureRequest(reader, DisclosureAct.SEE, Right.CONSULT, purpose, crime_area, bare, instrument)
    decision = judge(question, situation, now).decision
    if decision.allowed:
        return decision
    more = other_instruments(situation, reader.body, wanted.source, wanted.kind, instrument, now)
    return Decision.of((*why_in_general(decision, situation, lists, wanted.kind, instrument), *more))


def with_quota(
    unit: CorrespondenceUnit,
    situation: Situation,
    decision: Decision,
    way: Way,
    wanted: Wanted,
    instrument: InstrumentId,
    now: datetime,
    *,
    asker: BodyId | None = None,
) -> Decision:
    """Add to a decision on asking whether the day's quota is used up; the same whether or not the record exists.

    The counterpart is the source where we ask, and `asker` where we are asked. Source: docs/rules/correspondence.md M17.
    """
    held = situation.instruments.get(instrument)
    if held is None or not decision.allowed:
        return decision
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    count = unit.correspondence.count_record_requests(way, asker or wanted.source, instrument, wanted.kind, midnight)
    ground = within_quota(held.state.instrument, wanted.kind, count)
    return decision if ground.allows else Decision.of((*decision.grounds, ground), facts=decision.facts)


def not_under_this(kind: str, decision: Decision) -> Refused:
    """Return the refusal of a question that the instrument does not bear."""
    return Refused(
        f"Data of the kind «{kind}» was not asked for.",
        decision=decision,
        do="Ask under an instrument that covers it and is in force, or have the participation resumed by its author.",
    )


def asked(content: RecordRequestContent) -> RecordRequest:
    """Return a request as both ends keep it before it is answered."""
    return RecordRequest(
        content.header, content.record, content.kind, content.purpose, content.crime_area, AnswerOutcome.WAITING
    )


def _check_wanted(wanted: Wanted, own: BodyId) -> None:
    if wanted.source == own:
        raise bad("source", "it is another body; our own records are shown, not requested")
    if not wanted.record.startswith(f"{wanted.source}/"):
        raise bad("record", "a record id is <source's body id>/<local id>")


def _check_answer(content: RecordAnswerContent) -> None:
    check_text("answer", content.answer)
    if content.outcome is AnswerOutcome.WAITING or len(content.grounds) > GROUNDS_MAX:
        raise bad("outcome", f"an answer is whole, refused or not_found, with at most {GROUNDS_MAX} grounds")
    for ground in content.grounds:
        check_text("grounds", ground)
