"""Recall of a message sent in error: it never leaves, or its text is taken from where it came; and whether it was opened.

A recall overtakes what it recalls: it goes as control, and one that is there first is waiting when the message comes.

Source: docs/rules/correspondence.md M18; DESIGN section 6 (recall of a message).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from entente.cases.service import blank_events
from entente.correspondence.desk import Desk, detail_of
from entente.correspondence.model import Header, Message, Recall, Step, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX, bad, check_text
from entente.correspondence.statements import (
    ID_CHARACTERS_MAX,
    NODE,
    Kind,
    RecallAnswerContent,
    RecallContent,
    addressed_to,
    read_content,
)
from entente.kernel.canonical import Json
from entente.kernel.codec import from_json
from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.statements import SIGNED_IN_AS_OPERATOR

RETRACTED = "retracted"
"""How the delivery stands of what was taken back before it left (kernel.ports.Delivery)."""
RECALLS_AHEAD_MAX = 1_000
"""Recalls of one body that wait for messages which are not here yet: a day of a busy desk whose line was cut."""


class Recalling(Desk):
    """The verbs about recalls."""

    def recall_message(self, officer: OfficerId, message: str, reason: str) -> Message:
        """Recall a message of ours; twice changes nothing. Raises NotFound for one that is not ours, Invalid for the reason.

        What no envelope carried yet never leaves. Otherwise its recipient is told ahead of data, and confirms.

        Source: docs/rules/correspondence.md M18.
        """
        check_text("reason", reason, SUBJECT_CHARACTERS_MAX)
        with self.open_unit() as unit:
            now = self.clock.now()
            writer = self._officer(unit, officer, "recall_message", message, now)
            sent = self._ours(unit, writer.id, message)
            if sent.recall is not None:
                return sent
            recalled = self._recall(unit, writer.id, sent, reason, now)
            unit.commit()
            return recalled

    def _ours(self, unit: CorrespondenceUnit, officer: OfficerId | None, message: str) -> Message:
        """Return a message of ours that an officer may know of; raise NotFound for any other."""
        sent = unit.correspondence.message(message)
        if sent is None or sent.header.sender != unit.bodies.own().id:
            raise NotFound
        self._require_known(unit, officer, Way.SENT, sent.header)
        return sent

    def _recall(
        self,
        unit: CorrespondenceUnit,
        officer: OfficerId,
        sent: Message,
        reason: str,
        now: datetime,
        more: Mapping[str, Json] | None = None,
    ) -> Message:
        """Take back a message of ours that is not recalled yet; `more` stands in the trail's row of it."""
        about, has_left = sent.header, _has_left(unit, sent.header.id)
        recalled = replace(sent, recall=Recall(now, officer, reason, has_left))
        unit.correspondence.change_message(recalled, Way.SENT)
        self._on_file(unit, about.our_reference, about, "message_recalled", about.id, reason, now)
        outcome = "recalled" if has_left else "never_left"
        detail = detail_of(outcome, to=about.recipient, case=about.our_reference)
        self.record(unit, Act("recall_message", about.sender, officer, about.id, {**detail, **(more or {})}))
        if has_left:
            self._post_recall(unit, sent, officer, reason, now)
        return recalled

    def _post_recall(self, unit: CorrespondenceUnit, sent: Message, officer: str, reason: str, now: datetime) -> None:
        about = sent.header
        header = self._header(
            Kind.RECALL, about.sender, about.recipient, about.instrument, officer, now,
            our_reference=about.our_reference, your_reference=about.your_reference,
        )  # fmt: skip
        content = RecallContent(header, about.id, reason, SIGNED_IN_AS_OPERATOR)
        self._post(unit, Kind.RECALL, header, content, about.instrument, is_control=True, ref=about.id)

    def accept_recall(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take the text of a message away because its sender recalled it, and answer whether it had been opened.

        One that is not here yet is recalled when it comes. Twice changes nothing. Raises NotFound, as for nothing, for a
        message of another body.

        Source: docs/rules/correspondence.md M18.
        """
        now, own = self.clock.now(), unit.bodies.own().id
        content = read_content(RecallContent, statement, unit.bodies.body(statement.body), now)
        header = content.header
        addressed_to(own, header, sender)
        check_text("reason", content.reason, SUBJECT_CHARACTERS_MAX)
        if not 1 <= len(content.message) <= ID_CHARACTERS_MAX:
            raise bad("message", f"an id has 1 to {ID_CHARACTERS_MAX} characters")
        held = unit.correspondence.message(content.message)
        if held is not None and held.header.sender != statement.body:
            raise NotFound
        if (held is not None and held.recall is not None) or unit.correspondence.recall_ahead(
            statement.body, content.message
        ):
            return
        answered = _answered_before(unit, content.message)
        was_opened = (
            any(one.step is Step.OPENED for one in unit.correspondence.steps(content.message))
            if answered is None
            else answered.was_opened
        )
        recall = Recall(header.at, header.officer, content.reason, has_left=True, was_opened=was_opened)
        if held is None:
            _check_room(unit, statement.body)
            unit.correspondence.put_recall_ahead(statement.body, content.message, recall)
            # It may be set aside here, whole (docs/rules/exchange.md X18).
            unit.inbox.forget_aside_item(statement.body, Kind.MESSAGE, content.message)
        else:
            self._take_text(unit, held, recall, now)
        detail = detail_of("recalled", was_here=held is not None, was_opened=was_opened, case=header.your_reference)
        self.record(unit, Act(statement.kind, sender, header.officer, content.message, detail))
        if answered is None:
            self._confirm_recall(unit, header, content.message, was_here=held is not None, was_opened=was_opened)

    def _take_text(self, unit: CorrespondenceUnit, held: Message, recall: Recall, now: datetime) -> None:
        about = held.header
        unit.correspondence.change_message(recalled_shell(held, recall), Way.RECEIVED)
        # The statement that brought it holds the text as well.
        unit.inbox.empty_naming(about.sender, Kind.MESSAGE, about.id)
        if case := about.your_reference:
            blank_events(unit, case, about.id)
            self._on_file(unit, case, about, "message_recalled", about.id, recall.reason, now)

    def _confirm_recall(
        self, unit: CorrespondenceUnit, about: Header, message: str, *, was_here: bool, was_opened: bool
    ) -> None:
        header = self._header(
            Kind.RECALL_ANSWER, about.recipient, about.sender, about.instrument, NODE, self.clock.now(),
            our_reference=about.your_reference, your_reference=about.our_reference,
        )  # fmt: skip
        content = RecallAnswerContent(header, message, was_here, was_opened, NODE)
        self._post(unit, Kind.RECALL_ANSWER, header, content, about.instrument, is_control=True)

    def accept_recall_answer(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Keep whether a message of ours had been opened when its recall came; the first answer stands.

        Raises NotFound for an answer to what we did not recall from that body.

        Source: docs/rules/correspondence.md M18.
        """
        now, own = self.clock.now(), unit.bodies.own().id
        content = read_content(RecallAnswerContent, statement, unit.bodies.body(statement.body), now)
        addressed_to(own, content.header, sender)
        sent = unit.correspondence.message(content.message)
        if sent is None or sent.header.sender != own or sent.header.recipient != sender or sent.recall is None:
            raise NotFound
        if sent.recall.answered_at is not None:
            return
        answered = replace(sent.recall, was_opened=content.was_opened, answered_at=content.header.at)
        unit.correspondence.change_message(replace(sent, recall=answered), Way.SENT)
        detail = detail_of("answered", was_here=content.was_here, was_opened=content.was_opened)
        self.record(unit, Act(statement.kind, sender, content.header.officer, content.message, detail))


def _has_left(unit: CorrespondenceUnit, message: str) -> bool:
    """Take back what still waits of a message, and say whether an envelope may have carried it.

    Somebody may have decided before, while it was held, that it never leaves: nobody is told of that one either.
    """
    taken = unit.outbox.retract(message, Kind.MESSAGE) or [
        one for one in unit.outbox.deliveries(message) if one.kind == Kind.MESSAGE and one.state == RETRACTED
    ]
    return not taken or any(one.may_have_left for one in taken)


def recalled_shell(message: Message, recall: Recall) -> Message:
    """Return what is left of a message after its recall: who wrote to whom when, and the recall."""
    return replace(message, subject="", text="", answers="", attachments=(), recall=recall)


def _answered_before(unit: CorrespondenceUnit, message: str) -> RecallAnswerContent | None:
    """Return our own answer to a recall, where this node was restored since it gave it (docs/rules/exchange.md X34)."""
    words = [word for word, _ in unit.ahead.take(message) if word.kind == Kind.RECALL_ANSWER]
    return from_json(RecallAnswerContent, words[0].content, "recall_answer") if words else None


def _check_room(unit: CorrespondenceUnit, sender: BodyId) -> None:
    if unit.correspondence.count_recalls_ahead(sender) >= RECALLS_AHEAD_MAX:
        raise bad("message", f"{RECALLS_AHEAD_MAX} recalls of this body wait already for messages that never came")
