"""What became of a hit, a request for leave or for a record: not delivered, its record withdrawn, or leave answered.

It stands on the item's own page, and is a line of the desk until an officer says that they know. There is nothing that the node
could do again by itself: the other side is rung up, or asked another way.

Source: docs/rules/desk.md W144 and W158; docs/rules/correspondence.md M30 to M32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from entente.correspondence.unsettled import CONCERNS, Why
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.ladder import reason_told
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text
from entente.web.wording import Moment

_PLACES: Final = {"hit": "hits", "permission-request": "permissions", "record-request": "requests"}
"""How ids begin, and where the items are shown."""
_LEAVE: Final[Mapping[str, str]] = {Why.LEAVE_GRANTED: "granted", Why.LEAVE_REFUSED: "refused"}


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an item."""

    is_withdrawn: bool
    """Whether its record was withdrawn."""
    leave: str
    """`granted` or `refused`, where leave that we asked was answered; of what was not delivered neither holds."""
    what: str
    """What was not delivered, in words."""
    body: BodyName
    is_given_up: bool
    reason: str
    at: Moment
    noted_by: str
    """Empty while it waits for somebody."""
    noted_at: Moment | None
    note: str
    """Where it is said that it is known; empty for who may not, and once it was said."""
    contact: str
    """Where it stands whom to ring up there."""


def item_path(item: str) -> str:
    """Return where a hit, a request for leave or for a record is shown, by its id."""
    return f"{PREFIX}/{_PLACES[item.rpartition('-')[0]]}/{item}"


def became_of(asked: Asked, item: str) -> Sequence[Became]:
    """Return what became of an item that an officer is to know, or knows."""
    return [_became(asked, one, item) for one in members(asked.perform("unsettled_show", {"id": item}), "became")]


def _became(asked: Asked, one: JsonObject, item: str) -> Became:
    say, noted_at, body = asked.say, one["noted_at"], body_name(member(one, "body"))
    may_note = not noted_at and may_do(asked, CONCERNS[text(one, "kind")])
    return Became(
        is_withdrawn=one["why"] == Why.WITHDRAWN,
        leave=_LEAVE.get(text(one, "why"), ""),
        what=say.code("statement_kinds", text(one, "kind")),
        body=body,
        is_given_up=one["is_given_up"] is True,
        reason=reason_told(text(one, "reason"), say),
        at=say.moment(parse_time(text(one, "at"), "at")),
        noted_by=text(one, "noted_by"),
        noted_at=say.moment(parse_time(str(noted_at), "noted_at")) if noted_at else None,
        note=f"{item_path(item)}/known" if may_note else "",
        contact=f"{PREFIX}/contacts?{urlencode({'find': body.code})}",
    )


def _settle(asked: Asked) -> Done:
    asked.perform("unsettled_settle", {"id": asked.path["id"]})
    return Done(item_path(asked.path["id"]), "failure_noted")


_SETTLE: Final = ("unsettled_settle",)

PAGES: Sequence[Page] = (
    ActPage(
        "settle_hit", "/hits/{id}/known", _SETTLE, ("confirm_hit", "answer_hit"), "hit",
        "Says that it is known that a hit or its answer was not delivered, or that its record was withdrawn.", _settle,
    ),
    ActPage(
        "settle_permission", "/permissions/{id}/known", _SETTLE, ("ask_permission", "grant_permission"), "permission",
        "Says that it is known that leave was answered, or that a request for it or its answer was not delivered.", _settle,
    ),
    ActPage(
        "settle_request", "/requests/{id}/known", _SETTLE, ("search",), "request",
        "Says that it is known that a question for a record or its answer was not delivered.", _settle,
    ),
)  # fmt: skip
