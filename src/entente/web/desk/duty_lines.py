"""What pages about duty show alike: lines of a journal, and where the things they are about are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.case_pages import case_path
from entente.web.desk.hit_pages import hit_path
from entente.web.desk.message_lines import message_path
from entente.web.desk.page import PREFIX
from entente.web.desk.permission_pages import permission_path
from entente.web.desk.reading import BodyName, body_name, member, members, text
from entente.web.wording import Moment, Wording

_CASE: Final = re.compile(r"\d{4}/\d{6,}")
_THINGS: Final = (
    ("message-", message_path),
    ("hit-", hit_path),
    ("permission-request-", permission_path),
    ("shift-", lambda shift: f"{PREFIX}/shifts/{shift}"),
)
"""How ids of things begin, and where each is shown."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A line of a journal."""

    at: Moment
    act: str
    """In words."""
    to: str
    """Where the thing is shown that it is about; empty for nowhere."""
    officer: str
    body: BodyName | None
    """Of another body's act; None for our own."""
    about: str
    """What it is about as people call it; empty where its address says it."""
    is_refused: bool
    note: str


def thing_path(thing: str) -> str:
    """Return where a thing of the desk is shown, by its id or number; empty for what has no page of its own."""
    if _CASE.fullmatch(thing):
        return case_path(thing)
    return next((path(thing) for begins, path in _THINGS if thing.startswith(begins)), "")


def journal_entries(answer: JsonObject, say: Wording) -> list[JournalEntry]:
    """Return the lines of a journal, oldest first."""
    return [_entry(one, say) for one in members(answer, "lines")]


def _entry(one: JsonObject, say: Wording) -> JournalEntry:
    subject, to = text(one, "subject"), thing_path(text(one, "subject"))
    has_name = not to or to == case_path(subject)
    about = text(one, "called") or (text(one, "subject_name") if has_name and subject != text(one, "officer") else "")
    return JournalEntry(
        at=say.moment(parse_time(text(one, "at"), "at")),
        act=say.code("journal_acts", text(one, "act")),
        to=to,
        officer=text(one, "officer"),
        body=None if one["is_ours"] is True else body_name(member(one, "body")),
        about=about,
        is_refused=one["outcome"] == "refused",
        note=text(one, "text"),
    )


def counted(done: Mapping[str, Json], say: Wording) -> Sequence[tuple[str, str]]:
    """Return how often each act was done, in words, the most frequent first."""
    pairs = [(act, times) for act, times in done.items() if isinstance(times, int)]
    return [
        (say.code("journal_acts", act), say.number(times))
        for act, times in sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    ]
