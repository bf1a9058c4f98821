"""Hits at the source: take one in, answer it; and the answer's way back to the finder.

A body that may not know of a record gets the same answer for it as for none.

Source: docs/rules/correspondence.md M6; RPD Arts. 104 to 106.
"""

from __future__ import annotations

from datetime import datetime

from entente.agreements.model import Right
from entente.correspondence.basis import Bases
from entente.correspondence.channels import REQUEST_KIND, may_tell
from entente.correspondence.desk import RESUME_OR_WRITE, Desk, detail_of
from entente.correspondence.hits import CONFIRMED, Finding, answered_by_source, check_finding, not_so, our_hit
from entente.correspondence.messages import seen_before
from entente.correspondence.model import DecisionBasis, Header, Hit, HitOutcome, HitState, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad, check_asked, check_text
from entente.correspondence.statements import HitAnswerContent, HitContent, Kind, addressed_to, read_content
from entente.correspondence.taking_back import take_back_about
from entente.disclosure.model import DisclosureRequest, Reader
from entente.handling.model import DisclosureAct
from entente.kernel.errors import NotFound, Refused
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.statements import SIGNED_IN_AS_OPERATOR


class HitAnswers(Bases):
    """The verbs about hits that the source does, and what both ends take in."""

    def answer_hit(self, officer: OfficerId, hit: str, *, is_same_person: bool, text: str) -> Hit:
        """Answer another body's hit on our record: whether it is the same person or thing, and in words what now.

        Source: docs/rules/correspondence.md M6.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            answerer = self._officer(unit, officer, "answer_hit", hit, now)
            check_text("text", text)
            own = unit.bodies.own().id
            way, received = unit.correspondence.hit(hit) or (None, None)
            if way is not Way.RECEIVED or received is None or not received.record.startswith(f"{own}/"):
                raise NotFound
            self._require_known(unit, answerer.id, Way.RECEIVED, received.header)
            if received.state is not HitState.TOLD:
                raise not_so(hit, received.state, HitState.TOLD)
            told = received.header
            header = self._header(
                Kind.HIT_ANSWER,
                own,
                told.sender,
                told.instrument,
                answerer.id,
                now,
                our_reference=told.your_reference,
                your_reference=told.our_reference,
            )
            envelope = self._carrier(self.disclosure.situation_in(unit), header)
            answered = answered_by_source(received, text, now, is_same_person=is_same_person)
            unit.correspondence.put_hit(answered, Way.RECEIVED)
            self._on_file(unit, header.our_reference, header, "answer", hit, "Hit answered.", now)
            detail = detail_of("answered", record=received.record, is_same_person=is_same_person)
            self.record(unit, Act("answer_hit", own, answerer.id, hit, detail))
            basis = DecisionBasis(
                hit, "answer_hit", "same" if is_same_person else "not_same", answerer.id, now, header.our_reference,
                received.record, received.purpose, received.crime_area, received.score,
            )  # fmt: skip
            self._freeze(unit, basis, unit.records.get(received.record))
            content = HitAnswerContent(header, hit, is_same_person, text, SIGNED_IN_AS_OPERATOR)
            self._post(unit, Kind.HIT_ANSWER, header, content, envelope, ref=hit)
            unit.commit()
            return answered

    def accept_hit(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in a hit on our record, or one that the instrument has us told of; raise NotFound for any other.

        A body that may not know of a record gets the same answer for it as for none.

        Source: docs/rules/correspondence.md M6.
        """
        now = self.clock.now()
        own = unit.bodies.own().id
        content = read_content(HitContent, statement, unit.bodies.body(statement.body), now)
        header = content.header
        addressed_to(own, header, sender)
        check_finding(Finding(content.record, content.version, content.score, content.circumstances))
        check_asked(content.record, content.purpose, content.crime_area, self.lists)
        if content.outcome_reason != CONFIRMED:
            raise bad("outcome_reason", "only a confirmed hit is told")
        if unit.correspondence.hit(header.id) is not None:
            raise seen_before(header.id)
        if not self._concerns_us(unit, content, own):
            raise NotFound
        require_told(self, unit, content.record, header, now)
        hit = Hit(
            header,
            content.record,
            content.version,
            content.purpose,
            content.crime_area,
            HitOutcome.CONFIRMED,
            content.outcome_reason,
            content.score,
            content.circumstances,
            HitState.TOLD,
        )
        unit.correspondence.put_hit(hit, Way.RECEIVED)
        self._on_file(unit, header.your_reference, header, "hit", header.id, f"Told of a hit on {hit.record}", now)
        detail = detail_of("received", record=hit.record, instrument=header.instrument, purpose=hit.purpose)
        self.record(unit, Act(statement.kind, sender, header.officer, header.id, detail))
        take_back_about(unit, header.id)

    def accept_hit_answer(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in the source's answer to our hit; raise NotFound when we told it of none, Conflict when it answered.

        Source: docs/rules/correspondence.md M6.
        """
        now = self.clock.now()
        content = read_content(HitAnswerContent, statement, unit.bodies.body(statement.body), now)
        addressed_to(unit.bodies.own().id, content.header, sender)
        check_text("text", content.text)
        told = our_hit(unit, content.hit)
        if told.header.recipient != sender:
            raise NotFound
        if told.state is not HitState.TOLD:
            raise not_so(content.hit, told.state, HitState.TOLD)
        answered = answered_by_source(told, content.text, now, is_same_person=content.is_same_person)
        unit.correspondence.put_hit(answered, Way.SENT)
        words = "The source says: the same." if content.is_same_person else "The source says: not the same."
        self._on_file(unit, told.header.our_reference, content.header, "answer", content.hit, words, now)
        detail = detail_of("received", record=told.record, is_same_person=content.is_same_person)
        self.record(unit, Act(statement.kind, sender, content.header.officer, content.hit, detail))

    def _concerns_us(self, unit: CorrespondenceUnit, content: HitContent, own: BodyId) -> bool:
        if content.record.startswith(f"{own}/"):
            return may_know_of(self, unit, content.record, content.header, content.purpose, content.crime_area)
        state = unit.agreements.instrument(content.header.instrument)
        situation = self.disclosure.situation_in(unit)
        held = situation.instruments.get(content.header.instrument)
        parties = held.parties if held is not None else frozenset()
        source = BodyId(content.record.partition("/")[0])
        return state is not None and own in state.instrument.hit_told and {source, content.header.sender} <= parties


def may_know_of(
    desk: Desk, unit: CorrespondenceUnit, record: RecordId, header: Header, purpose: str, crime_area: str
) -> bool:
    """Say whether the sender of an item may know of our record: we sent it a copy, or the gate lets it know.

    Source: docs/rules/correspondence.md M6; DESIGN section 1, promise 7.
    """
    stored = unit.records.get(record)
    if stored is None or stored.received_from is not None:
        return False
    if any(holder.body == header.sender for holder in unit.records.holders(record)):
        return True
    dates = stored.dates
    return any(
        desk.disclosure.judge_in(
            unit,
            DisclosureRequest(
                Reader(header.sender),
                DisclosureAct.KNOW,
                Right.COPY,
                purpose,
                crime_area,
                cls,
                header.instrument,
                record=record,
                dates=dates,
            ),
        ).ceiling
        is not None
        for cls in stored.record.terms
    )


def require_told(desk: Desk, unit: CorrespondenceUnit, record: RecordId, header: Header, now: datetime) -> None:
    """Raise Refused unless a hit or a request for leave may come to us under the instrument it names.

    Of a record that is not here only what stops every kind is known. Source: docs/rules/correspondence.md M3.
    """
    stored = unit.records.get(record)
    kind = REQUEST_KIND if stored is None else stored.record.kind
    situation = desk.disclosure.situation_in(unit)
    decision = may_tell(situation, header.sender, header.recipient, header.instrument, kind, now)
    if not decision.allowed:
        raise Refused("It was not taken in.", decision=decision, do=RESUME_OR_WRITE)
