"""A message of ours that was not delivered: why, in words, and what is done with it: written anew, to whomever, or let be.

What is written anew begins with the words of the old one, which it does not name: no statement says that one message replaces
another. Once it is sent, the old one waits for nobody.

Source: docs/rules/desk.md W115; docs/rules/correspondence.md M29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Conflict, NotFound
from entente.web.desk.forms import Field
from entente.web.desk.ladder import reason_told
from entente.web.desk.message_lines import message_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page
from entente.web.desk.reading import body_name, member, text
from entente.web.wording import Moment

AGAIN: Final = Field("in_place_of", is_needed=False)
"""Of a form: the message of ours that is written anew."""
_TAKEN_OVER: Final = ("instrument", "subject", "text", "urgency", "your_reference")


@dataclass(frozen=True, slots=True)
class FailureShown:
    """How a message of ours failed."""

    is_given_up: bool
    """Whether it was tried for 30 days; else the other side refused it."""
    reason: str
    at: Moment
    noted_by: str
    """Empty while it waits for somebody."""
    noted_at: Moment | None
    note: str
    """Where it is said that it is known; empty for who may not, and once it was said."""


def failure_shown(asked: Asked, message: JsonObject, *, may_settle: bool) -> FailureShown | None:
    """Return how a message of ours failed; None for one that did not, or came."""
    if message["failure"] is None:
        return None
    failure, say = member(message, "failure"), asked.say
    noted_at = failure["noted_at"]
    return FailureShown(
        is_given_up=failure["state"] == "undelivered",
        reason=reason_told(text(failure, "reason"), say),
        at=say.moment(parse_time(text(failure, "at"), "at")),
        noted_by=text(failure, "noted_by"),
        noted_at=say.moment(parse_time(str(noted_at), "noted_at")) if noted_at else None,
        note=f"{message_path(text(message, 'id'))}/failure-noted" if may_settle and not noted_at else "",
    )


def again_path(message: str) -> str:
    """Return where a message of ours is written anew."""
    return f"{PREFIX}/messages/new?{urlencode({AGAIN.name: message})}"


def begun_again(asked: Asked, wanted: str) -> Mapping[str, str]:
    """Return what a message begins with that is written anew: words and addressee of the old one; nothing of one not there."""
    try:
        shown = member(asked.perform_as_nobody("message_show", {"id": wanted}), "message")
    except NotFound:
        return {"urgency": "normal"}
    if shown["way"] != "sent":
        return {"urgency": "normal"}
    return {
        **{name: text(shown, name) for name in _TAKEN_OVER},
        "to": body_name(member(shown, "recipient")).code,
        "for_action": "yes" if shown["for_action"] is True else "",
        "case": text(shown, "our_reference"),
        "answers": text(shown, "answers"),
        AGAIN.name: wanted,
    }


def settle(asked: Asked, old: str) -> None:
    """Note that a message of ours had failed, now that it was written anew; of a recalled one there is nothing to note."""
    with suppress(NotFound, Conflict):
        asked.perform("message_note_failure", {"id": old})


def _note(asked: Asked) -> Done:
    asked.perform("message_note_failure", {"id": asked.path["id"]})
    return Done(message_path(asked.path["id"]), "failure_noted")


PAGES: Sequence[Page] = (
    ActPage(
        "note_failure", "/messages/{id}/failure-noted", ("message_note_failure",), ("send_message",), "message",
        "Says that it is known that a message of ours was not delivered.", _note,
    ),
)  # fmt: skip
