"""Lines of the desk about what waits seldom.

Source: docs/rules/desk.md W32, W142, W144 and W145.
"""

from __future__ import annotations

from collections.abc import Iterator

from entente.kernel.clock import parse_time
from entente.web.desk.home_lines import KINDS, USUAL, DeskLine
from entente.web.desk.page import PREFIX, Asked
from entente.web.desk.reading import body_name, member, members, text
from entente.web.desk.sharing_pages import instrument_path
from entente.web.desk.unsettled_pages import item_path
from entente.web.desk.unsigned_pages import instruments_that_wait


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
    """Yield the hits, requests and answers that were not delivered, and our hits whose record was withdrawn (W144)."""
    say = asked.say
    for one in members(asked.perform("unsettled_list", {"limit": most}), "items"):
        is_withdrawn, record, at = one["why"] == "withdrawn", text(one, "name"), text(one, "at")
        kind = "hit" if is_withdrawn else "failed"
        yield DeskLine(
            kind=kind,
            to=item_path(text(one, "id")),
            what=say.text("desk.hit_withdrawn", record=record)
            if is_withdrawn
            else say.text("desk.undelivered", what=say.code("statement_kinds", text(one, "kind")), record=record),
            body=body_name(member(one, "body")),
            at=say.moment(parse_time(at, "at")),
            due=None,
            is_overdue=False,
            urgency="",
            case=text(one, "case"),
            act="look" if is_withdrawn else "settle",
            order=(USUAL - 1, KINDS.index(kind), at),
        )


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
