"""What is answered, beside the form that answers it: whoever writes has read the question, and need not leave the page for it.

The text of one that came is shown once an officer here opened it; each look is a row of the trail, as on its own page.

Source: docs/rules/desk.md W116; docs/rules/correspondence.md M20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.web.desk.message_lines import MessageLine, message_line
from entente.web.desk.page import Asked, may_do
from entente.web.desk.reading import member, members, text

VERBS: Final = ("message_show", "message_open")
"""What a page performs that shows a question."""
WHOLE_CHARACTERS_MAX: Final = 600
WHOLE_LINES_MAX: Final = 8
"""What is longer is folded, so that the form beside it stays where it is."""


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A message that is answered."""

    line: MessageLine
    instrument: str
    text: str
    """Empty while it is not opened, once it was recalled, and for who may not read messages."""
    is_long: bool
    is_closed: bool
    """Whether nobody here has opened it yet."""
    files: Sequence[str]
    """What its files are called; while it is not opened, none."""


def question_of(asked: Asked, wanted: str) -> QuestionShown | None:
    """Return what is answered; None for nothing, and for what is not there."""
    if not wanted:
        return None
    given: JsonObject = {"id": wanted}
    may_read = may_do(asked, "read_message")
    try:
        shown = member(asked.perform_as_nobody("message_show", given), "message")
        line = message_line(shown, asked.say)
        if line.is_opened and not line.is_ours and may_read:
            shown = member(asked.perform("message_open", given), "message")
    except NotFound:
        return None
    words = str(shown["text"] or "") if may_read else ""
    return QuestionShown(
        line=line,
        instrument=text(shown, "instrument"),
        text=words,
        is_long=len(words) > WHOLE_CHARACTERS_MAX or len(words.splitlines()) > WHOLE_LINES_MAX,
        is_closed=not line.is_opened,
        files=[text(one, "name") for one in members(shown, "attachments") if may_read],
    )
