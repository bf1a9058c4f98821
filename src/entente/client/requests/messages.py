"""The requests under «Messages».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.call import Call, PagedCall, filled, given, parameters
from entente.client.shapes import (
    ListMessageAddresseesAnswer,
    ListMessagesAnswer,
    MessageOutside,
    PreviewMessageAnswer,
    Result,
    ShowMessageAnswer,
)


def list_messages(
    *,
    page_size: int | None = None,
    case: str | None = None,
    body: str | None = None,
    choice: Literal["received", "sent", "unread", "open"] | None = None,
    thread: str | None = None,
) -> PagedCall[ListMessagesAnswer, MessageOutside]:
    """List the newest messages, without their texts."""
    return PagedCall(
        "list_messages",
        "GET",
        "/messages",
        ListMessagesAnswer,
        query=parameters(limit=page_size, case=case, body=body, choice=choice, thread=thread),
        items="messages",
    )


def show_message(message_id: str) -> Call[ShowMessageAnswer]:
    """Show a message and how far it has come; the text of one that came is not opened by this."""
    return Call("show_message", "GET", filled("/messages/{id}", id=message_id), ShowMessageAnswer)


def open_message(message_id: str) -> Call[ShowMessageAnswer]:
    """Open a message that came: its text is in the answer, and its sender learns that it was opened."""
    return Call("open_message", "POST", filled("/messages/{id}/opening", id=message_id), ShowMessageAnswer)


def send_message(
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
) -> Call[Result]:
    """Send a message to another body."""
    return Call(
        "send_message",
        "POST",
        "/messages",
        Result,
        body=given(
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
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def fetch_attachment(message_id: str, *, file: str, idempotency_key: str | None = None) -> Call[Result]:
    """Take a file out of a message, fetching it first where it is not here: as a job."""
    return Call(
        "fetch_attachment",
        "POST",
        filled("/messages/{id}/attachment-copies", id=message_id),
        Result,
        body=given(file=file),
        is_done_once=True,
        key=idempotency_key,
    )


def conclude_message(
    message_id: str,
    *,
    outcome: Literal["acted_on", "refused"],
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """State that a message that came was acted on, or refused with a reason."""
    return Call(
        "conclude_message",
        "POST",
        filled("/messages/{id}/conclusion", id=message_id),
        Result,
        body=given(outcome=outcome, reason=reason),
        is_done_once=True,
        key=idempotency_key,
    )


def note_failure(message_id: str) -> Call[ShowMessageAnswer]:
    """Say that it is known that a message of this body was not delivered; it waits for nobody any more."""
    return Call("note_failure", "POST", filled("/messages/{id}/failure-noted", id=message_id), ShowMessageAnswer)


def recall_message(message_id: str, *, reason: str, idempotency_key: str | None = None) -> Call[Result]:
    """Take back a message of this body that was sent in error."""
    return Call(
        "recall_message",
        "POST",
        filled("/messages/{id}/recall", id=message_id),
        Result,
        body=given(reason=reason),
        is_done_once=True,
        key=idempotency_key,
    )


def preview_message(
    *, instrument: str, to: Sequence[str] | None = None, information: Sequence[str] | None = None
) -> Call[PreviewMessageAnswer]:
    """Say who would get a message now, who would not and why, and who could answer. Nothing is sent."""
    return Call(
        "preview_message",
        "POST",
        "/messages/preview",
        PreviewMessageAnswer,
        body=given(to=to, information=information, instrument=instrument),
    )


def circulate_message(
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
) -> Call[Result]:
    """Send a message to several bodies, some for action and some for information: one message to each."""
    return Call(
        "circulate_message",
        "POST",
        "/messages/circulars",
        Result,
        body=given(
            to=to,
            information=information,
            instrument=instrument,
            subject=subject,
            text=text,
            urgency=urgency,
            answers=answers,
            case=case,
            seen=seen,
            keeps_list=keeps_list,
            attachments=attachments,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def list_message_addressees(message_id: str) -> Call[ListMessageAddresseesAnswer]:
    """Say how a message of this body, and what went out in one act with it, stands at each addressee."""
    return Call(
        "list_message_addressees",
        "GET",
        filled("/messages/{id}/addressees", id=message_id),
        ListMessageAddresseesAnswer,
    )


def recall_message_from_several(
    message_id: str, *, reason: str, bodies: Sequence[str] | None = None, idempotency_key: str | None = None
) -> Call[Result]:
    """Take back, in one act, a message that went to several: from all of them, or from those who are named."""
    return Call(
        "recall_message_from_several",
        "POST",
        filled("/messages/{id}/addressees/recall", id=message_id),
        Result,
        body=given(reason=reason, bodies=bodies),
        is_done_once=True,
        key=idempotency_key,
    )
