"""Police messages: sent under an instrument that is in force between both, taken in by the same rule.

Source: docs/rules/correspondence.md M1, M2 and M18.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from entente.correspondence.addressees import check_addressees
from entente.correspondence.attachments import check_attachments
from entente.correspondence.channels import may_write
from entente.correspondence.desk import RESUME_OR_WRITE, detail_of
from entente.correspondence.model import Message, NamedAddressee, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.recalling import Recalling, recalled_shell
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX, bad, check_text
from entente.correspondence.statements import (
    ID_CHARACTERS_MAX,
    REFERENCE_CHARACTERS_MAX,
    Kind,
    MessageContent,
    addressed_to,
    read_content,
)
from entente.handling.model import CodeLists
from entente.kernel.canonical import Json
from entente.kernel.codec import from_json
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, Refused
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.model import SealedFile
from entente.records.ports import HeldBlob
from entente.records.statements import SIGNED_IN_AS_OPERATOR


@dataclass(frozen=True, slots=True)
class Letter:
    """What an officer writes."""

    subject: str
    text: str
    urgency: str = "normal"
    """A code of data/reasons.yaml, urgencies."""
    is_for_action: bool = False
    answers: str = ""
    """The id of the item it answers."""
    attachments: tuple[SealedFile, ...] = ()
    """Its files, sealed for it (records.blobs.Blobs.sealed)."""

    def to_one(self, *, is_for_action: bool) -> Letter:
        """Return it as it goes to one of several: for action, or for information."""
        return replace(self, is_for_action=is_for_action)


@dataclass(frozen=True, slots=True)
class Going:
    """To whom a message goes, under what, and in which matter."""

    recipient: BodyId
    instrument: InstrumentId
    case: str = ""
    your_reference: str = ""
    groups: tuple[str, ...] = ()
    """By which groups its recipient was named, each with the version that was resolved."""
    addressees: tuple[NamedAddressee, ...] = ()
    """All whom it goes to, where each of them is told (M26)."""
    act: str = ""
    """The act in which it goes to several (M27): for this node's own rows alone."""


class Messages(Recalling):
    """The verbs about messages, recalls among them."""

    def send_message(
        self,
        officer: OfficerId,
        recipient: BodyId,
        instrument: InstrumentId,
        letter: Letter,
        *,
        case: str = "",
        your_reference: str = "",
    ) -> Message:
        """Send a message to another body under an instrument; raise Refused with the grounds, or Invalid.

        Source: docs/rules/correspondence.md M2.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            writer = self._officer(unit, officer, "send_message", recipient, now)
            check_letter(letter, self.lists)
            check_text("your_reference", your_reference, REFERENCE_CHARACTERS_MAX, is_needed=False)
            self._case_of_letter(unit, case, writer)
            own = unit.bodies.own().id
            decision = may_write(self.disclosure.situation_in(unit), own, recipient, instrument, now)
            if not decision.allowed:
                act = Act("send_message", own, writer.id, recipient, detail_of("refused", decision, case=case))
                error = Refused("The message was not sent.", decision=decision, do=RESUME_OR_WRITE)
                self._refuse(unit, act, error)
            going = Going(recipient, instrument, case, your_reference)
            message = self._send(unit, writer.id, letter, going, decision)
            unit.commit()
            return message

    def _send(
        self, unit: CorrespondenceUnit, officer: OfficerId, letter: Letter, going: Going, decision: Decision
    ) -> Message:
        """Keep a message that may go, put it on file and in the outbox."""
        now, own, case = self.clock.now(), unit.bodies.own().id, going.case
        header = self._header(
            Kind.MESSAGE,
            own,
            going.recipient,
            going.instrument,
            officer,
            now,
            our_reference=case,
            your_reference=going.your_reference,
        )
        content = MessageContent(
            header,
            letter.subject,
            letter.text,
            letter.urgency,
            letter.is_for_action,
            letter.answers,
            SIGNED_IN_AS_OPERATOR,
            letter.attachments,
            going.addressees,
        )
        message = content.message()
        for one in letter.attachments:
            # The row of its chunks and the message that names them are one commit.
            unit.blobs.put(HeldBlob(one.id, one.size, is_whole=True))
        unit.correspondence.put_message(message, Way.SENT)
        self._on_file(unit, case, header, "message_sent", header.id, letter.subject, now)
        detail = detail_of("sent", decision, to=going.recipient, instrument=going.instrument, case=case)
        if going.groups:
            detail = {**detail, "groups": [*going.groups]}
        if going.act:
            detail = {**detail, "sent_together": going.act}
        if letter.attachments:
            detail = {**detail, "attachments": files_of(letter.attachments)}
        self.record(unit, Act("send_message", own, officer, header.id, detail))
        self._post(unit, Kind.MESSAGE, header, content, going.instrument)
        return message

    def may_leave(self, unit: CorrespondenceUnit, statement: Statement, recipient: BodyId) -> str:
        """Say why a message may not leave now; empty when it may. Asked at the door out (docs/rules/exchange.md X20).

        Source: docs/rules/correspondence.md M2.
        """
        instrument = from_json(MessageContent, statement.content, "message").header.instrument
        situation = self.disclosure.situation_in(unit)
        decision = may_write(situation, statement.body, recipient, instrument, self.clock.now())
        return "" if decision.allowed else decision.why()

    def accept_message(self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId) -> None:
        """Take in a message inside the exchange's unit of work; raise, keeping nothing, when it may not come.

        Source: docs/rules/correspondence.md M1 and M2.
        """
        now = self.clock.now()
        own = unit.bodies.own().id
        content = read_content(MessageContent, statement, unit.bodies.body(statement.body), now)
        header = content.header
        addressed_to(own, header, sender)
        wrote = (content.subject, content.text, content.urgency, content.is_for_action, content.answers)
        check_letter(Letter(*wrote, content.attachments), self.lists)
        check_addressees(content.addressees, sender, own, is_for_action=content.is_for_action)
        decision = may_write(self.disclosure.situation_in(unit), sender, own, header.instrument, now)
        if not decision.allowed:
            raise Refused("The message was not taken in.", decision=decision, do=RESUME_OR_WRITE)
        if unit.correspondence.message(header.id) is not None:
            raise seen_before(header.id)
        message, recall = content.message(), unit.correspondence.recall_ahead(sender, header.id)
        if recall is not None:
            # Its recall overtook it (M18): nothing of its text is kept.
            message = recalled_shell(message, recall)
            unit.correspondence.drop_recall_ahead(sender, header.id)
            unit.inbox.empty(statement.id)
        unit.correspondence.put_message(message, Way.RECEIVED)
        self._on_file(unit, header.your_reference, header, "message_received", header.id, message.subject, now)
        detail = detail_of("received", decision, instrument=header.instrument, case=header.your_reference)
        if message.attachments:
            detail = {**detail, "attachments": files_of(message.attachments)}
        self.record(unit, Act(statement.kind, sender, header.officer, header.id, detail))


def seen_before(item: str) -> Conflict:
    """Return the refusal of an item whose id is in use here."""
    return Conflict(
        f"An item with the id {item} is here already.",
        why="An item is made once and taken in once (docs/rules/correspondence.md M1).",
        do="Make a new item; what was taken in before stands.",
    )


def check_letter(letter: Letter, lists: CodeLists) -> None:
    """Raise Invalid unless what an officer writes, or another body wrote, is as M16 says."""
    check_text("subject", letter.subject, SUBJECT_CHARACTERS_MAX)
    check_text("text", letter.text)
    check_text("answers", letter.answers, ID_CHARACTERS_MAX, is_needed=False)
    if letter.urgency not in lists.urgencies:
        raise bad("urgency", f"«{letter.urgency[:40]}» is in no list of urgencies")
    check_attachments(letter.attachments)


def files_of(attachments: Sequence[SealedFile]) -> list[Json]:
    """Write what the trail keeps of a message's files: what lies where and how large, never a name (T5)."""
    return [{"blob": one.id, "bytes": one.size, "media_type": one.media_type.value} for one in attachments]
