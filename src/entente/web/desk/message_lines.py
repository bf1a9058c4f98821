"""A message as lists show it: what stands on its envelope, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.ladder import deliveries_of, furthest
from entente.web.desk.page import PREFIX
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.wording import Moment, Wording

_CONCLUDED: Final = frozenset({"acted_on", "refused"})


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message as one reads what stands on an envelope."""

    id: str
    to: str
    at: Moment
    is_ours: bool
    counterpart: BodyName
    officer: str
    subject: str
    """In its place, of one that was recalled, that it was."""
    urgency: str
    is_urgent: bool
    is_for_action: bool
    is_recalled: bool
    is_opened: bool
    """Whether it is ours, or an officer here has opened it."""
    is_open: bool
    """Whether it came for action and nobody has concluded it."""
    is_failed: bool
    """Whether it is ours and did not arrive somewhere."""
    reached: str
    """How far it has come, in a word; empty where nothing was done yet."""
    case: str
    your_reference: str
    attachment_count: int


def message_path(message: str) -> str:
    """Return where a message is shown."""
    return f"{PREFIX}/messages/{message}"


def message_line(one: JsonObject, say: Wording) -> MessageLine:
    """Return a message as lists show it."""
    is_ours = one["way"] == "sent"
    taken = {text(step, "step") for step in members(one, "steps")} if "steps" in one else set()
    sent = deliveries_of(one, say) if "deliveries" in one else []
    urgency, is_for_action = text(one, "urgency"), one["for_action"] is True
    is_recalled = one["recall"] is not None
    return MessageLine(
        id=text(one, "id"),
        to=message_path(text(one, "id")),
        at=say.moment(parse_time(text(one, "at"), "at")),
        is_ours=is_ours,
        counterpart=body_name(member(one, "recipient" if is_ours else "sender")),
        officer=text(one, "officer"),
        # Of a message that was recalled nothing that it said is kept, and a link needs words.
        subject=text(one, "subject") or say.text("details.recalled_message"),
        urgency=say.code("urgencies", urgency),
        is_urgent=urgency != "normal",
        is_for_action=is_for_action,
        is_recalled=is_recalled,
        is_opened=is_ours or bool(taken),
        is_open=is_for_action and not is_ours and not is_recalled and not taken & _CONCLUDED,
        is_failed=any(delivery.is_failed for delivery in sent),
        reached=furthest(one, say),
        case=text(one, "our_reference" if is_ours else "your_reference"),
        your_reference=text(one, "your_reference" if is_ours else "our_reference"),
        attachment_count=whole(one, "attachment_count"),
    )
