"""What came from a body under keys that it declared compromised, as the trail has it: to be looked at again by a person.

To look is an act, so the page is not brought up to date by itself.

Source: docs/rules/desk.md W114; docs/rules/bodies.md B13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.verbs.references import names_of
from entente.web.desk.directory_pages import body_path
from entente.web.desk.page import Asked, Page, ShowPage
from entente.web.desk.reading import members, text, whole
from entente.web.desk.trail_pages import TRAIL_PATH, act_words
from entente.web.wording import Moment, Wording

READS = "read_trail"


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """One thing that came under such a key."""

    row: int
    at: Moment
    act: str
    about: str
    """Empty where it is about something that this reader's unit may not see."""
    to: str
    """The rows of the trail about it."""


@dataclass(frozen=True, slots=True)
class DoubtedKey:
    """A key that its body declared compromised, and what came under it since."""

    version: int
    key: str
    since: Moment
    lines: Sequence[DoubtLine]
    is_complete: bool
    records_not_shown: int


@dataclass(frozen=True, slots=True)
class DoubtsPage:
    """What `doubts.html` shows."""

    title: str
    here: str
    code: str
    declared: Sequence[DoubtedKey]


def doubts_path(code: str) -> str:
    """Return where it stands what came from a body under keys that are in doubt."""
    return f"{body_path(code)}/doubts"


def _doubts(asked: Asked) -> DoubtsPage:
    wanted, known = asked.path["code"], names_of(asked.node).bodies.values()
    if not any(wanted in {one.code, one.id} for one in known):
        raise NotFound
    answer = asked.perform("body_doubts", {"body": wanted})
    code = text(answer, "code")
    return DoubtsPage(
        title=asked.say.text("doubts.title", body=code),
        here=body_path(code),
        code=code,
        declared=[_key(one, asked.say) for one in members(answer, "declared")],
    )


def _key(one: JsonObject, say: Wording) -> DoubtedKey:
    return DoubtedKey(
        version=whole(one, "version"),
        key=text(one, "key"),
        since=say.moment(parse_time(text(one, "since"), "since")),
        lines=[_line(item, say) for item in members(one, "items")],
        is_complete=one["is_complete"] is True,
        records_not_shown=whole(one, "records_not_shown"),
    )


def _line(item: JsonObject, say: Wording) -> DoubtLine:
    about = text(item, "subject_name") or text(item, "subject")
    return DoubtLine(
        row=whole(item, "row"),
        at=say.moment(parse_time(text(item, "at"), "at")),
        act=act_words(say, text(item, "kind")),
        about=about,
        to=f"{TRAIL_PATH}?{urlencode({'about': about})}",
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "doubts", "/directory/{code}/doubts", ("body_doubts",), (READS,), "doubts.html",
        "What came from a body under keys that it declared compromised.", _doubts, is_long=True,
    ),
)  # fmt: skip
