"""Lines of the desk about what waits seldom.

Source: docs/rules/desk.md W32 and W142.
"""

from __future__ import annotations

from collections.abc import Iterator

from entente.web.desk.home_lines import KINDS, USUAL, DeskLine
from entente.web.desk.page import Asked
from entente.web.desk.reading import text
from entente.web.desk.sharing_pages import instrument_path
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
