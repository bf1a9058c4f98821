"""Consulting: a source's node answers at once with what an officer may see of one record, and nothing of it is kept as a copy.

The asker's node is asked first whether its officer may ask, then the source's node whether the body may see, and the asker's
again whether its officer may see what came. Both sides keep that they asked and answered, and not what the record says.

Source: docs/rules/correspondence.md M19; DESIGN sections 2 (right `consult`) and 4 (wire).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entente.agreements.model import Right
from entente.correspondence.channels import is_party
from entente.correspondence.desk import About, Desk, detail_of, refusal_of, together
from entente.correspondence.messages import seen_before
from entente.correspondence.model import AnswerOutcome, RecordRequest, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.requests import GROUNDS_MAX, Wanted, may_ask_for, not_under_this, with_quota
from entente.correspondence.rules import (
    KIND_CHARACTERS_MAX,
    bad,
    check_asked,
    check_text,
    cited,
    refusals_of,
)
from entente.correspondence.statements import (
    NODE,
    ConsultAnswerContent,
    ConsultContent,
    Kind,
    addressed_to,
    read_content,
)
from entente.disclosure.model import DisclosureRequest, Reader, Situation, Verdict
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct, FactDates
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import EntenteError, NotFound, Refused, Untrusted
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement, draft
from entente.records.model import Record, Schemata, StoredRecord
from entente.records.rules import check_received, extract
from entente.records.sharing import Copies
from entente.records.statements import SIGNED_IN_AS_OPERATOR

FRESH_SECONDS_MAX = 300
"""Oldest answer that is shown; as long as a call may be on its way (docs/rules/exchange.md X27)."""
ROLES_MAX = 20

Call = Callable[[BodyId, Statement, InstrumentId], tuple[Statement, ...]]
"""Asks another node and returns its answer; raises what it says, or Unavailable when nobody answers."""


@dataclass(frozen=True, slots=True)
class Consulted:
    """What a source's node answered, as far as the asking officer may see it. It is kept nowhere."""

    record: Record
    as_of: datetime
    """When the source answered, by its clock."""
    decision: Decision


class Consulting(Desk):
    """The verbs about consulting, at both ends."""

    def consult_record(
        self,
        officer: OfficerId,
        wanted: Wanted,
        instrument: InstrumentId,
        about: About,
        schemata: Schemata,
        call: Call,
    ) -> Consulted:
        """Ask a source's node for one record and return its answer; what was asked and answered is in the trail before.

        Raises Refused when a party to the instrument may not ask for that kind of data under it or the source refuses,
        NotFound as the source says or for an officer who may not see what came, Unavailable when nobody answers, Untrusted for
        an answer that does not prove itself or is not fresh.

        Source: docs/rules/correspondence.md M19.
        """
        statement, request, reader = self._ask_source(officer, wanted, instrument, about)
        try:
            answers = call(wanted.source, statement, instrument)
            answer, record = self._believed_answer(request, answers, schemata)
        except EntenteError as error:
            self._conclude_consult(request, about, detail_of(error.code, record=wanted.record))
            raise
        if answer.outcome is AnswerOutcome.NOT_FOUND or (record is None and answer.outcome is AnswerOutcome.WHOLE):
            self._conclude_consult(request, about, detail_of("not_found", record=wanted.record))
            raise NotFound
        if record is None:
            self._conclude_consult(request, about, detail_of("refused", record=wanted.record, grounds=answer.grounds))
            raise _refused_there(answer)
        return self._shown_answer(request, about, reader, record, answer.header.at)

    def _ask_source(
        self, officer: OfficerId, wanted: Wanted, instrument: InstrumentId, about: About
    ) -> tuple[Statement, RecordRequest, Reader]:
        """Judge and record the question, and sign it; a refusal is recorded too."""
        with self.open_unit() as unit:
            now, own = self.clock.now(), unit.bodies.own().id
            asker = self._officer(unit, officer, "search", wanted.record, now)
            if wanted.source == own or not wanted.record.startswith(f"{wanted.source}/"):
                raise bad("record", "it is another body's record, <source's body id>/<local id>")
            check_asked(wanted.record, about.purpose, about.crime_area, self.lists)
            check_text("kind", wanted.kind, KIND_CHARACTERS_MAX)
            self._working_case(unit, about.case, asker)
            situation = self.disclosure.situation_in(unit)
            reader = Reader.of(own, asker)
            decision = may_ask_for(
                situation, self.lists, reader, wanted, instrument, about.purpose, about.crime_area, now
            )
            decision = with_quota(unit, situation, decision, Way.SENT, wanted, instrument, now)
            header = self._header(Kind.CONSULT, own, wanted.source, instrument, asker.id, now, our_reference=about.case)
            detail = detail_of(
                "asked" if decision.allowed else "refused", decision,
                record=wanted.record, instrument=instrument, purpose=about.purpose, case=about.case,
            )  # fmt: skip
            act = Act("consult_record", own, asker.id, header.id, detail)
            if not decision.allowed:
                error = not_under_this(wanted.kind, decision) if is_party(situation, own, instrument) else NotFound()
                self._refuse(unit, act, error)
            request = RecordRequest(
                header, wanted.record, wanted.kind, about.purpose, about.crime_area, AnswerOutcome.WAITING
            )
            unit.correspondence.put_consult(request, Way.SENT)
            self._on_file(unit, about.case, header, "consult", header.id, f"Consulted for {wanted.record}", now)
            self.record(unit, act)
            roles = tuple(sorted(asker.roles))
            content = ConsultContent(
                header, wanted.record, wanted.kind, about.purpose, about.crime_area, roles, SIGNED_IN_AS_OPERATOR
            )
            unit.commit()
        return draft(Kind.CONSULT, own, now, to_object(content)).with_signature(self.signer), request, reader

    def _believed_answer(
        self, request: RecordRequest, answers: Sequence[Statement], schemata: Schemata
    ) -> tuple[ConsultAnswerContent, Record | None]:
        """Read the one answer to a question; raise Untrusted or Invalid for anything else."""
        now = self.clock.now()
        asked = request.header
        if len(answers) != 1 or answers[0].kind != Kind.CONSULT_ANSWER:
            raise _no_answer("it is one statement of the kind `consult_answer`")
        with self.open_unit() as unit:
            content = read_content(ConsultAnswerContent, answers[0], unit.bodies.body(asked.recipient), now)
            addressed_to(unit.bodies.own().id, content.header, asked.recipient)
        if content.consult != asked.id or content.outcome is AnswerOutcome.WAITING:
            raise _no_answer("it answers this very question")
        if content.header.at < now - timedelta(seconds=FRESH_SECONDS_MAX):
            raise _no_answer(f"it is at most {FRESH_SECONDS_MAX} seconds old")
        if len(content.grounds) > GROUNDS_MAX:
            raise _no_answer(f"it has at most {GROUNDS_MAX} grounds")
        for ground in content.grounds:
            check_text("grounds", ground)
        record = content.record if content.outcome is AnswerOutcome.WHOLE else None
        if record is not None:
            if record.id != request.record or record.kind != request.kind:
                raise _no_answer("it holds the record that was asked for")
            check_received(record, schemata, self.lists, asked.recipient)
        return content, record

    def _shown_answer(
        self, request: RecordRequest, about: About, reader: Reader, record: Record, as_of: datetime
    ) -> Consulted:
        """Cut what came to what this officer may see, asked of the own gate as of now; the look is in the trail before."""
        with self.open_unit() as unit:
            verdicts = [
                self.disclosure.judge_in(unit, _question(reader, request, place, record))
                for place in range(len(record.terms))
            ]
            decision = together(verdicts)
            places = frozenset(place for place, verdict in enumerate(verdicts) if verdict.decision.allowed)
            visible = extract(record, places)
            detail = detail_of(
                "whole" if visible is not None else "refused", decision, record=record.id, version=record.version
            )
            self._put_consult(unit, request, AnswerOutcome.WHOLE if visible is not None else AnswerOutcome.REFUSED)
            self._note_consult(unit, request, about, detail)
            unit.commit()
        if visible is None:
            raise refusal_of(verdicts, f"{record.id} is not shown to {reader.officer}.")
        return Consulted(visible, as_of, decision)

    def _conclude_consult(self, request: RecordRequest, about: About, detail: JsonObject) -> None:
        with self.open_unit() as unit:
            is_found_there = detail["outcome"] == "refused"
            self._put_consult(unit, request, AnswerOutcome.REFUSED if is_found_there else AnswerOutcome.NOT_FOUND)
            self._note_consult(unit, request, about, detail)
            unit.commit()

    def _put_consult(self, unit: CorrespondenceUnit, request: RecordRequest, outcome: AnswerOutcome) -> None:
        unit.correspondence.put_consult(replace(request, outcome=outcome), Way.SENT)

    def _note_consult(self, unit: CorrespondenceUnit, request: RecordRequest, about: About, detail: JsonObject) -> None:
        own, officer = unit.bodies.own().id, request.header.officer
        said: JsonObject = {**detail, "purpose": about.purpose, "case": about.case}
        self.record(unit, Act("consult_record", own, officer, request.header.id, said))

    def answer_consult(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> Sequence[Statement]:
        """Answer a body that consults us about one record of ours, inside the exchange's unit of work.

        Absent, hidden, withdrawn, past its retention, of another kind and under another instrument are one answer.

        Source: docs/rules/correspondence.md M19.
        """
        now, own = self.clock.now(), unit.bodies.own().id
        content = read_content(ConsultContent, statement, unit.bodies.body(statement.body), now)
        header = content.header
        addressed_to(own, header, sender)
        check_asked(content.record, content.purpose, content.crime_area, self.lists)
        check_text("kind", content.kind, KIND_CHARACTERS_MAX)
        if len(content.roles) > ROLES_MAX:
            raise bad("roles", f"an officer has at most {ROLES_MAX} roles")
        for role in content.roles:
            check_text("roles", role, KIND_CHARACTERS_MAX)
        if unit.correspondence.consult(header.id) is not None:
            raise seen_before(header.id)
        request = RecordRequest(
            header, content.record, content.kind, content.purpose, content.crime_area, AnswerOutcome.WAITING
        )
        outcome, decision, grounds, found = self._judged_consult(unit, request, own, now)
        unit.correspondence.put_consult(replace(request, outcome=outcome, grounds=grounds), Way.RECEIVED)
        self._on_file(unit, header.your_reference, header, "consult", header.id, "Consulted for a record.", now)
        detail = detail_of(
            outcome, decision, record=content.record, instrument=header.instrument, purpose=content.purpose,
            crime_area=content.crime_area, reference=header.our_reference, roles=content.roles,
        )  # fmt: skip
        self.record(unit, Act(statement.kind, sender, header.officer, header.id, detail))
        reply = self._header(
            Kind.CONSULT_ANSWER, own, sender, header.instrument, NODE, now, your_reference=header.our_reference
        )
        said = ConsultAnswerContent(reply, header.id, outcome, grounds, found, NODE)
        return [draft(Kind.CONSULT_ANSWER, own, now, to_object(said)).with_signature(self.signer)]

    def _judged_consult(
        self, unit: CorrespondenceUnit, request: RecordRequest, own: BodyId, now: datetime
    ) -> tuple[AnswerOutcome, Decision, tuple[str, ...], Record | None]:
        situation = self.disclosure.situation_in(unit)
        asker, instrument = request.header.sender, request.header.instrument
        wanted = Wanted(own, request.record, request.kind)
        general = may_ask_for(
            situation, self.lists, Reader(asker), wanted, instrument, request.purpose, request.crime_area, now
        )
        general = with_quota(unit, situation, general, Way.RECEIVED, wanted, instrument, now, asker=asker)
        if not is_party(situation, asker, instrument):
            return AnswerOutcome.NOT_FOUND, general, (), None
        if not general.allowed:
            return AnswerOutcome.REFUSED, general, cited(general.refusals), None
        stored = unit.records.get(request.record)
        verdicts = [] if stored is None else _verdicts(request, stored, situation, now)
        decision = together(verdicts)
        places = frozenset(place for place, verdict in enumerate(verdicts) if verdict.decision.allowed)
        if stored is not None and (found := extract(stored.record, places)) is not None:
            # A file is fetched with the copy that names it; who only consults gets no key to one (R21).
            found = replace(Copies(unit, situation, now).with_known_ends(found, asker), blobs=())
            return AnswerOutcome.WHOLE, decision, (), found
        if grounds := refusals_of(verdicts):
            return AnswerOutcome.REFUSED, decision, cited(grounds), None
        return AnswerOutcome.NOT_FOUND, decision, (), None


def _verdicts(request: RecordRequest, stored: StoredRecord, situation: Situation, now: datetime) -> list[Verdict]:
    """Ask the gate about each class of our own record that is of the kind asked for; none for any other."""
    if stored.received_from is not None or stored.record.kind != request.kind:
        return []
    reader = Reader(request.header.sender)
    return [
        judge(_question(reader, request, place, stored.record, stored.dates), situation, now)
        for place in range(len(stored.record.terms))
    ]


def _question(
    reader: Reader, request: RecordRequest, place: int, record: Record, dates: FactDates | None = None
) -> DisclosureRequest:
    return DisclosureRequest(
        reader, DisclosureAct.SEE, Right.CONSULT, request.purpose, request.crime_area, record.terms[place],
        request.header.instrument, record=record.id,
        dates=FactDates(record.retention.erase_on) if dates is None else dates,
    )  # fmt: skip


def _refused_there(answer: ConsultAnswerContent) -> Refused:
    """Return the source's refusal, by the grounds it gave; «nothing found» never comes this way."""
    grounds = tuple(
        Ground(ground.partition(" · ")[0], allows=False, text=ground.partition(" · ")[2] or ground)
        for ground in answer.grounds
    )
    fallback = (Ground("M19", allows=False, text="The source named no ground."),)
    return Refused(
        "The source does not show the record.",
        decision=Decision.of(grounds or fallback),
        do="Ask the source for leave, or for another purpose.",
    )


def _no_answer(why: str) -> Untrusted:
    return Untrusted(
        "The answer to a consultation is not believed.",
        reason="no_answer",
        why=f"An answer proves itself (docs/rules/correspondence.md M19): {why}.",
        do="Ask again. If it happens often, tell the source's operator.",
    )
