"""Lines of the desk about what waits seldom.

Source: docs/rules/desk.md W32, W142, W144, W145 and W158.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from entente.correspondence.unsettled import Why
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.home_lines import KINDS, USUAL, DeskLine
from entente.web.desk.page import PREFIX, Asked
from entente.web.desk.reading import body_name, member, members, text
from entente.web.desk.sharing_pages import instrument_path
from entente.web.desk.unsettled_pages import item_path
from entente.web.desk.unsigned_pages import instruments_that_wait
from entente.web.wording import Wording

_UNSETTLED: Final[Mapping[str, tuple[str, str]]] = {
    Why.UNDELIVERED: ("failed", "settle"),
    Why.WITHDRAWN: ("hit", "look"),
    Why.LEAVE_GRANTED: ("permission", "use"),
    Why.LEAVE_REFUSED: ("permission", "why"),
}
"""Of what is to be settled the kind of line and what is done next."""


def instrument_lines(asked: Asked) -> Iterator[DeskLine]:
    """Yield the instruments that wait for our signature or refusal, and ours that another party refused (W142)."""
    for one, is_to_sign in instruments_that_wait(asked):
        title = text(one, "title")
        yield DeskLine(
            kind="instrument",
            to=instrument_path(text(one, "id")),
            what=asked.say.text("desk.instrument_to_sign", title=title)
            if is_to_sign
            else asked.say.text("desk.instrument_refused", title=title),
            body=None,
            at=None,
            due=None,
            is_overdue=False,
            urgency="",
            case="",
            act="decide",
            order=(USUAL, KINDS.index("instrument"), text(one, "id")),
        )


def unsettled_lines(asked: Asked, most: int) -> Iterator[DeskLine]:
    """Yield what was not delivered, our hits whose record was withdrawn, and leave of ours that was answered (W144, W158)."""
    say = asked.say
    for one in members(asked.perform("unsettled_list", {"limit": most}), "items"):
        (kind, act), at = _UNSETTLED[text(one, "why")], text(one, "at")
        yield DeskLine(
            kind=kind,
            to=item_path(text(one, "id")),
            what=_became_in_words(say, one),
            body=body_name(member(one, "body")),
            at=say.moment(parse_time(at, "at")),
            due=None,
            is_overdue=False,
            urgency="",
            case=text(one, "case"),
            act=act,
            order=(USUAL - 1, KINDS.index(kind), at),
        )


def _became_in_words(say: Wording, one: JsonObject) -> str:
    record = text(one, "name")
    match one["why"]:
        case Why.WITHDRAWN:
            return say.text("desk.hit_withdrawn", record=record)
        case Why.LEAVE_GRANTED:
            return say.text("desk.leave_granted", record=record)
        case Why.LEAVE_REFUSED:
            return say.text("desk.leave_refused", record=record)
    return say.text("desk.undelivered", what=say.code("statement_kinds", text(one, "kind")), record=record)


def sheet_lines(asked: Asked) -> Iterator[DeskLine]:
    """Yield the hand-over sheets of others that wait for a signature (W145)."""
    for one in members(asked.perform("shift_waiting"), "shifts"):
        began_at = text(one, "began_at")
        yield DeskLine(
            kind="sheet",
            to=f"{PREFIX}/shifts/{text(one, 'id')}",
            what=asked.say.text("desk.sheet", officer=text(one, "officer")),
            body=None,
            at=asked.say.moment(parse_time(began_at, "began_at")),
            due=None,
            is_overdue=False,
            urgency="",
            case="",
            act="sign",
            order=(USUAL - 1, KINDS.index("sheet"), began_at),
        )
