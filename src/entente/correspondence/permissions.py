"""Leave: asked of the source for an act that depends on it, and its signed answer, which the gate obeys.

Source: docs/rules/correspondence.md M9 and M11; DESIGN section 5 (the ladder). The source's side stands in `granting`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from entente.correspondence.desk import About, Desk, Seen, detail_of, refused, together
from entente.correspondence.messages import seen_before
from entente.correspondence.model import PermissionRequest, PermissionState, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad, check_refusal, check_text, due_at
from entente.correspondence.statements import (
    ID_CHARACTERS_MAX,
    GrantedLeave,
    Kind,
    PermissionAnswerContent,
    PermissionRequestContent,
    addressed_to,
    read_content,
)
from entente.disclosure.model import Verdict
from entente.handling.model import DisclosureAct
from entente.kernel.errors import Conflict, NotFound, Untrusted
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.statements import SIGNED_IN_AS_OPERATOR


@dataclass(frozen=True, slots=True)
class Wish:
    """What leave is asked for, and why."""

    record: RecordId
    acts: frozenset[DisclosureAct]
    justification: str
    forward_to: BodyId | None = None
    urgency: str = "normal"


class Permissions(Desk):
    """The verbs of the body that asks for leave."""

    def ask_permission(self, officer: OfficerId, wish: Wish, about: About) -> PermissionRequest:
        """Ask the source for leave; raise Refused with the grounds where no leave would help, Invalid where none is needed.

        Source: docs/rules/correspondence.md M9.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            asker = self._officer(unit, officer, "ask_permission", wish.record, now)
            check_wish(wish)
            self._working_case(unit, about.case, asker)
            seen = self._seen(unit, asker, "ask_permission", wish.record, about)
            self._require_tellable(unit, seen, "ask_permission", asker.id, wish.record, about, now)
            verdicts = self._asked(unit, seen, wish, about)
            if hopeless := [one for one in verdicts if not (one.decision.allowed or one.may_ask)]:
                detail = detail_of("refused", together(hopeless), purpose=about.purpose, case=about.case)
                act = Act("ask_permission", seen.reader.body, asker.id, wish.record, detail)
                self._refuse(unit, act, refused(hopeless, "Leave was not asked for, because it would not help."))
            if all(one.decision.allowed for one in verdicts):
                raise bad("acts", "the gate allows them already, and leave is asked only for what depends on it")
            due = due_at(seen.terms, wish.urgency, self.lists.urgencies, now)
            own, source = seen.reader.body, seen.stored.record.source
            header = self._header(
                Kind.PERMISSION_REQUEST, own, source, seen.terms.id, asker.id, now, our_reference=about.case
            )
            content = PermissionRequestContent(
                header,
                wish.record,
                wish.acts,
                wish.forward_to,
                about.purpose,
                about.crime_area,
                wish.justification,
                wish.urgency,
                due,
                SIGNED_IN_AS_OPERATOR,
            )
            request = waiting(content)
            unit.correspondence.put_permission(request, Way.SENT)
            self._on_file(unit, about.case, header, "request", header.id, f"Leave asked for {wish.record}", now)
            detail = detail_of("asked", together(verdicts), record=wish.record, acts=wish.acts, case=about.case)
            self.record(unit, Act("ask_permission", own, asker.id, header.id, detail))
            self._post(unit, Kind.PERMISSION_REQUEST, header, content, seen.terms.id)
            unit.commit()
            return request

    def accept_permission_answer(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in the source's answer to our request, or a leave that another body hands on with what it lets pass to us.

        Source: docs/rules/correspondence.md M11.
        """
        now = self.clock.now()
        content = read_content(PermissionAnswerContent, statement, unit.bodies.body(statement.body), now)
        own = unit.bodies.own().id
        leave = content.leave
        if leave is not None and leave.recipient == own and leave.grantee == sender != own:
            if any(not record.startswith(f"{statement.body}/") for record in leave.records):
                raise _not_its_own()
            _keep_leave(unit, leave, statement)
            detail = detail_of("handed on", leave=leave.id, source=statement.body)
            self.record(unit, Act(statement.kind, sender, content.header.officer, leave.id, detail))
            return
        addressed_to(own, content.header, sender)
        check_text("text", content.text, is_needed=False)
        asked = _asked_by_us(unit, content.request, sender)
        if leave is not None:
            _check_grants_what_was_asked(leave, asked, own)
            _keep_leave(unit, leave, statement)
        else:
            check_refusal(content.reason, content.text, self.lists.refusal_reasons)
        answered = answered_by(asked, content)
        unit.correspondence.put_permission(answered, Way.SENT)
        unit.correspondence.put_leave_answered(answered, now)
        words = words_of(answered)
        self._on_file(unit, asked.header.our_reference, content.header, "answer", content.request, words, now)
        detail = detail_of(answered.state, record=asked.record, leave=leave and leave.id, reason=content.reason)
        self.record(unit, Act(statement.kind, sender, content.header.officer, content.request, detail))

    def _asked(self, unit: CorrespondenceUnit, seen: Seen, wish: Wish, about: About) -> list[Verdict]:
        """Ask the gate about each act on each class; facts the officer may not see are left out of the question."""
        return [
            verdict
            for act in sorted(wish.acts, key=lambda act: act.rank)
            for verdict in seen.of_seen(self._verdicts(unit, seen.stored, seen.reader, act, about, wish.forward_to))
        ]


def check_wish(wish: Wish) -> None:
    """Check what leave is asked for; raise Invalid."""
    check_text("justification", wish.justification)
    if not wish.acts:
        raise bad("acts", "it names at least one act")
    if (DisclosureAct.FORWARD in wish.acts) != (wish.forward_to is not None):
        raise bad("forward_to", "leave to forward names the body that it may go to, and other leave names none")


def waiting(content: PermissionRequestContent) -> PermissionRequest:
    """Return a request as both ends keep it before it is answered."""
    return PermissionRequest(
        content.header,
        content.record,
        content.acts,
        content.forward_to,
        content.purpose,
        content.crime_area,
        content.justification,
        content.due_at,
        PermissionState.WAITING,
    )


def answered_by(asked: PermissionRequest, content: PermissionAnswerContent) -> PermissionRequest:
    """Return a request as an answer leaves it: granted where it holds a leave."""
    state = PermissionState.REFUSED if content.leave is None else PermissionState.GRANTED
    until = None if content.leave is None else content.leave.until
    return replace(asked, state=state, answer_reason=content.reason, answer_text=content.text, granted_until=until)


def _asked_by_us(unit: CorrespondenceUnit, request: str, source: BodyId) -> PermissionRequest:
    """Return our own request to a source, not answered yet."""
    found = unit.correspondence.permission(request)
    if found is None or found[0] is not Way.SENT or found[1].header.recipient != source:
        raise NotFound
    return still_waiting(found[1])


def still_waiting(asked: PermissionRequest) -> PermissionRequest:
    """Return a request that was not answered; raise Conflict for one that was."""
    if asked.state is PermissionState.WAITING:
        return asked
    raise Conflict(
        f"The request {asked.header.id} was not answered again.",
        why=f"It is {asked.state}, and an answer is given once (docs/rules/correspondence.md M10).",
        do="Ask anew; what was answered stands.",
    )


def words_of(answered: PermissionRequest) -> str:
    """Return what a case's chronology says of an answered request."""
    return "Leave granted." if answered.state is PermissionState.GRANTED else "Leave refused."


def _keep_leave(unit: CorrespondenceUnit, leave: GrantedLeave, statement: Statement) -> None:
    """Keep a leave; the same statement again changes nothing, and another one never takes its id."""
    check_text("leave.id", leave.id, ID_CHARACTERS_MAX)
    known = unit.classes.leave_statement(statement.body, leave.id)
    if known is not None and known.id != statement.id:
        raise seen_before(leave.id)
    unit.classes.put_leave(leave.by(statement.body, statement.id), statement)


def _check_grants_what_was_asked(leave: GrantedLeave, asked: PermissionRequest, own: BodyId) -> None:
    """Refuse a leave that is for another body, record, purpose or recipient than we asked, or for more acts."""
    fits = (
        leave.grantee == own
        and leave.records == frozenset({asked.record})
        and leave.acts <= asked.acts
        and leave.recipient == asked.forward_to
        and leave.purpose == asked.purpose
    )
    if not fits:
        raise _not_its_own()


def _not_its_own() -> Untrusted:
    return Untrusted(
        "A leave does not fit what was asked.",
        reason="not_asked",
        why="A leave is of the source's own record, for what its grantee asked (docs/rules/correspondence.md M11).",
        do="Ask the source for leave again, and have it answer that request.",
    )
