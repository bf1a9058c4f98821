"""What the client that waits has under «Messages».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.listing import Asks, Listing
from entente.client.requests import messages
from entente.client.shapes import (
    ListMessageAddresseesAnswer,
    ListMessagesAnswer,
    MessageOutside,
    PreviewMessageAnswer,
    Result,
    ShowMessageAnswer,
)


class MessagesMethods(Asks):
    """What the client that waits has under «Messages»."""

    def list_messages(
        self,
        *,
        page_size: int | None = None,
        case: str | None = None,
        body: str | None = None,
        choice: Literal["received", "sent", "unread", "open"] | None = None,
        thread: str | None = None,
    ) -> Listing[ListMessagesAnswer, MessageOutside]:
        """List the newest messages, without their texts.

        Needs the scope messages.read.

        page_size: How many a page has; the list goes on over all pages.
        body: Those with this body alone, by its code.
        choice: Those that came, were sent, nobody opened, or wait for action.
        thread: Those that this one answers or that answer it, however far, and no others.
        """
        return Listing(
            self, messages.list_messages(page_size=page_size, case=case, body=body, choice=choice, thread=thread)
        )

    def show_message(self, message_id: str) -> ShowMessageAnswer:
        """Show a message and how far it has come; the text of one that came is not opened by this.

        Needs the scope messages.read.

        message_id: Its id.
        """
        return self.ask(messages.show_message(message_id))

    def open_message(self, message_id: str) -> ShowMessageAnswer:
        """Open a message that came: its text is in the answer, and its sender learns that it was opened.

        The first opening stands; done again it only shows the text, so that it needs no Idempotency-Key.
        Needs the scope messages.read.

        message_id: Its id.
        """
        return self.ask(messages.open_message(message_id))

    def send_message(
        self,
        *,
        to: str,
        instrument: str,
        subject: str,
        text: str,
        urgency: str | None = None,
        for_action: bool | None = None,
        answers: str | None = None,
        case: str | None = None,
        your_reference: str | None = None,
        attachments: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Send a message to another body.

        Needs the scope messages.write.

        to: A body's code or id.
        instrument: The instrument it is sent under.
        urgency: A code of data/reasons.yaml, for urgencies; normal where none is given.
        for_action: Whether something is asked for.
        answers: The message that this one answers.
        your_reference: Their number for the matter.
        attachments: Files that were sent before (POST /uploads); the message has them then.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            messages.send_message(
                to=to,
                instrument=instrument,
                subject=subject,
                text=text,
                urgency=urgency,
                for_action=for_action,
                answers=answers,
                case=case,
                your_reference=your_reference,
                attachments=attachments,
                idempotency_key=idempotency_key,
            )
        )

    def fetch_attachment(self, message_id: str, *, file: str, idempotency_key: str | None = None) -> Result:
        """Take a file out of a message, fetching it first where it is not here: as a job.

        The job's file is called file. The look is a row of the trail, and opens the message.
        Needs the scope messages.read.

        message_id: Its id.
        file: Its name.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(messages.fetch_attachment(message_id, file=file, idempotency_key=idempotency_key))

    def conclude_message(
        self,
        message_id: str,
        *,
        outcome: Literal["acted_on", "refused"],
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """State that a message that came was acted on, or refused with a reason.

        Needs the scope messages.write.

        message_id: Its id.
        reason: A code of data/reasons.yaml.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            messages.conclude_message(message_id, outcome=outcome, reason=reason, idempotency_key=idempotency_key)
        )

    def note_failure(self, message_id: str) -> ShowMessageAnswer:
        """Say that it is known that a message of this body was not delivered; it waits for nobody any more.

        The first stands; done again it changes nothing, so that it needs no Idempotency-Key. 409 for a message that did
        not fail.
        Needs the scope messages.write.

        message_id: Its id.
        """
        return self.ask(messages.note_failure(message_id))

    def recall_message(self, message_id: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Take back a message of this body that was sent in error.

        Needs the scope messages.write.

        message_id: Its id.
        reason: Why; the recipient reads it.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(messages.recall_message(message_id, reason=reason, idempotency_key=idempotency_key))

    def preview_message(
        self, *, instrument: str, to: Sequence[str] | None = None, information: Sequence[str] | None = None
    ) -> PreviewMessageAnswer:
        """Say who would get a message now, who would not and why, and who could answer. Nothing is sent.

        Needs the scope messages.read.

        instrument: The instrument it is sent under.
        """
        return self.ask(messages.preview_message(instrument=instrument, to=to, information=information))

    def circulate_message(
        self,
        *,
        instrument: str,
        subject: str,
        text: str,
        to: Sequence[str] | None = None,
        information: Sequence[str] | None = None,
        urgency: str | None = None,
        answers: str | None = None,
        case: str | None = None,
        seen: Sequence[str] | None = None,
        keeps_list: bool | None = None,
        attachments: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Send a message to several bodies, some for action and some for information: one message to each.

        The answer's id is how many messages were sent.
        Needs the scope messages.write.

        instrument: The instrument it is sent under.
        urgency: A code of data/reasons.yaml, for urgencies; normal where none is given.
        answers: The message that this one answers.
        seen: Who gets it, as it was shown before; others are left out.
        keeps_list: Whether no addressee is told of the others; else each is told of all.
        attachments: Files that were sent before (POST /uploads); the message has them then.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            messages.circulate_message(
                instrument=instrument,
                subject=subject,
                text=text,
                to=to,
                information=information,
                urgency=urgency,
                answers=answers,
                case=case,
                seen=seen,
                keeps_list=keeps_list,
                attachments=attachments,
                idempotency_key=idempotency_key,
            )
        )

    def list_message_addressees(self, message_id: str) -> ListMessageAddresseesAnswer:
        """Say how a message of this body, and what went out in one act with it, stands at each addressee.

        Needs the scope messages.read.

        message_id: Its id.
        """
        return self.ask(messages.list_message_addressees(message_id))

    def recall_message_from_several(
        self, message_id: str, *, reason: str, bodies: Sequence[str] | None = None, idempotency_key: str | None = None
    ) -> Result:
        """Take back, in one act, a message that went to several: from all of them, or from those who are named.

        How it stands at each then is read with GET /messages/{id}/addressees.
        Needs the scope messages.write.

        message_id: Its id.
        reason: Why; each recipient reads it.
        bodies: From whom; from all where none is given.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            messages.recall_message_from_several(
                message_id, reason=reason, bodies=bodies, idempotency_key=idempotency_key
            )
        )
