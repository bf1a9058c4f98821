"""The list of requests for leave: what was asked of sources and how they answered, and what was asked of us.

Source: docs/rules/desk.md W122; docs/rules/correspondence.md M7 and M8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.naming import id_shown
from entente.web.desk.page import PREFIX, Asked, Page, ShowPage
from entente.web.desk.permission_pages import acts_in_order, permission_path
from entente.web.desk.reading import BodyName, body_name, member, members, text
from entente.web.wording import Moment, Wording

LEAVES_PATH: Final = f"{PREFIX}/permissions"
READERS: Final = ("grant_permission", "ask_permission")
ON_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """One request for leave."""

    to: str
    at: Moment
    officer: str
    """Who asked."""
    is_ours: bool
    counterpart: BodyName
    record: str
    acts: Sequence[str]
    forward_to: BodyName | None
    state: str
    state_words: str
    until: Moment | None
    """Until when the leave holds; None where there is none."""


@dataclass(frozen=True, slots=True)
class LeavesPage:
    """What `leaves.html` shows."""

    title: str
    leaves: Sequence[LeaveLine]
    next: str
    """The page with the older ones; empty where there are none."""


def _line(one: JsonObject, say: Wording) -> LeaveLine:
    is_ours, forward_to, until = one["way"] == "sent", one["forward_to"], one["granted_until"]
    return LeaveLine(
        to=permission_path(text(one, "id")),
        at=say.moment(parse_time(text(one, "at"), "at")),
        officer=text(one, "officer"),
        is_ours=is_ours,
        counterpart=body_name(member(one, "recipient" if is_ours else "sender")),
        record=id_shown(text(one, "name"), say),
        acts=acts_in_order(one, say),
        forward_to=body_name(forward_to) if isinstance(forward_to, dict) else None,
        state=text(one, "state"),
        state_words=say.code("permission_states", text(one, "state")),
        until=say.moment(parse_time(until, "granted_until")) if isinstance(until, str) else None,
    )


def _leaves(asked: Asked) -> LeavesPage:
    answer = asked.perform("permission_list", {"limit": ON_A_PAGE, "before": asked.query.get("before", "")})
    following = answer["next_before"]
    return LeavesPage(
        title=asked.say.text("leaves.title"),
        leaves=[_line(one, asked.say) for one in members(answer, "permissions")],
        next=f"{LEAVES_PATH}?before={following}" if following else "",
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "permissions", "/permissions", ("permission_list",), READERS, "leaves.html",
        "The newest requests for leave, asked by us and of us, and how each was answered.", _leaves,
        live=("permission", "case"),
    ),
)  # fmt: skip
