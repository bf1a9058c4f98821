"""Leave at the source: take a request in, grant it or refuse it.

Source: docs/rules/correspondence.md M9 and M10; DESIGN section 5 (the ladder).
"""

from __future__ import annotations

from datetime import datetime

from entente.bodies.model import Officer
from entente.correspondence.basis import Bases
from entente.correspondence.desk import detail_of
from entente.correspondence.hit_answers import may_know_of, require_told
from entente.correspondence.messages import seen_before
from entente.correspondence.model import DecisionBasis, PermissionRequest, Way
from entente.correspondence.permissions import Wish, answered_by, check_wish, still_waiting, waiting, words_of
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import LEAVE_MAX, bad, check_asked, check_refusal, check_text
from entente.correspondence.statements import (
    ID_CHARACTERS_MAX,
    GrantedLeave,
    Kind,
    PermissionAnswerContent,
    PermissionRequestContent,
    addressed_to,
    read_content,
)
from entente.correspondence.taking_back import take_back_about
from entente.kernel.clock import require_utc
from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.rules import is_live
from entente.records.statements import SIGNED_IN_AS_OPERATOR


class Granting(Bases):
    """The verbs of the source that is asked for leave."""

    def grant_permission(self, officer: OfficerId, request: str, until: datetime, text: str = "") -> PermissionRequest:
        """Grant, as the source, exactly what was asked until a moment; the signed leave binds the gate at both ends.

        Source: docs/rules/correspondence.md M10.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            granter = self._officer(unit, officer, "grant_permission", request, now)
            check_text("text", text, is_needed=False)
            asked = self._waiting_here(unit, granter, request)
            _check_term(require_utc(until, "until"), now)
            stored = unit.records.get(asked.record)
            if stored is None or not is_live(stored.record.retention.erase_on, stored.gone_at, now.date()):
                raise NotFound
            leave = GrantedLeave(
                self.ids.new_id("leave"),
                asked.header.sender,
                frozenset({asked.record}),
                asked.acts,
                asked.forward_to,
                asked.purpose,
                now,
                until,
            )
            return self._answer(unit, asked, granter.id, leave, "", text, now)

    def refuse_permission(self, officer: OfficerId, request: str, reason: str, text: str = "") -> PermissionRequest:
        """Refuse leave, as the source, with a reason of the closed list.

        Source: docs/rules/correspondence.md M10.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            refuser = self._officer(unit, officer, "grant_permission", request, now)
            check_refusal(reason, text, self.lists.refusal_reasons)
            asked = self._waiting_here(unit, refuser, request)
            return self._answer(unit, asked, refuser.id, None, reason, text, now)

    def accept_permission_request(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in a request for leave about our record; it waits for an officer. NotFound for what it may not know of.

        Source: docs/rules/correspondence.md M9.
        """
        now = self.clock.now()
        content = read_content(PermissionRequestContent, statement, unit.bodies.body(statement.body), now)
        header = content.header
        addressed_to(unit.bodies.own().id, header, sender)
        check_wish(Wish(content.record, content.acts, content.justification, content.forward_to, content.urgency))
        check_asked(content.record, content.purpose, content.crime_area, self.lists)
        check_text("forward_to", content.forward_to or "", ID_CHARACTERS_MAX, is_needed=False)
        if content.urgency not in self.lists.urgencies:
            raise bad("urgency", f"«{content.urgency[:40]}» is in no list of urgencies")
        if content.due_at < header.at:
            raise bad("due_at", "an answer is due after it was asked for")
        if unit.correspondence.permission(header.id) is not None:
            raise seen_before(header.id)
        if not may_know_of(self, unit, content.record, header, content.purpose, content.crime_area):
            raise NotFound
        require_told(self, unit, content.record, header, now)
        unit.correspondence.put_permission(waiting(content), Way.RECEIVED)
        self._on_file(unit, header.your_reference, header, "request", header.id, "Asked for leave.", now)
        detail = detail_of("received", record=content.record, acts=content.acts, due_at=content.due_at)
        self.record(unit, Act(statement.kind, sender, header.officer, header.id, detail))
        take_back_about(unit, header.id)

    def _waiting_here(self, unit: CorrespondenceUnit, officer: Officer, request: str) -> PermissionRequest:
        """Return a request that we are asked, as the record's source, and have not answered."""
        found = unit.correspondence.permission(request)
        if found is None or found[0] is not Way.RECEIVED:
            raise NotFound
        self._require_known(unit, officer.id, Way.RECEIVED, found[1].header)
        return still_waiting(found[1])

    def _answer(
        self,
        unit: CorrespondenceUnit,
        asked: PermissionRequest,
        officer: OfficerId,
        leave: GrantedLeave | None,
        reason: str,
        text: str,
        now: datetime,
    ) -> PermissionRequest:
        told, own = asked.header, unit.bodies.own().id
        header = self._header(
            Kind.PERMISSION_ANSWER,
            own,
            told.sender,
            told.instrument,
            officer,
            now,
            our_reference=told.your_reference,
            your_reference=told.our_reference,
        )
        envelope = self._carrier(self.disclosure.situation_in(unit), header)
        content = PermissionAnswerContent(header, told.id, leave, reason, text, SIGNED_IN_AS_OPERATOR)
        answered = answered_by(asked, content)
        statement = self._post(unit, Kind.PERMISSION_ANSWER, header, content, envelope, ref=told.id)
        if leave is not None:
            unit.classes.put_leave(leave.by(own, statement.id), statement)
        unit.correspondence.put_permission(answered, Way.RECEIVED)
        self._on_file(unit, header.our_reference, header, "answer", told.id, words_of(answered), now)
        detail = detail_of(answered.state, record=asked.record, leave=leave and leave.id, reason=reason)
        self.record(unit, Act("grant_permission", own, officer, told.id, detail))
        act, outcome = ("refuse_permission", reason) if leave is None else ("grant_permission", answered.state.value)
        basis = DecisionBasis(
            told.id, act, outcome, officer, now, header.our_reference, asked.record, asked.purpose, asked.crime_area,
            due_at=asked.due_at,
        )  # fmt: skip
        self._freeze(unit, basis, unit.records.get(asked.record))
        unit.commit()
        return answered


def _check_term(until: datetime, now: datetime) -> None:
    if not now < until <= now + LEAVE_MAX:
        raise bad("until", f"a leave ends after now and within {LEAVE_MAX.days} days")
