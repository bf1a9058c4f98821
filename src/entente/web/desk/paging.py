"""A long list a page at a time, narrowed by what stands behind «?»: where the page begins, where the next and the last one are.

Source: docs/rules/desk.md W46.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date
from entente.kernel.errors import Invalid
from entente.web.desk.page import Asked
from entente.web.desk.reading import whole

ON_A_PAGE: Final = 50
PAGE = "page"
"""The field that says which page; from 1."""
_PAGE_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a page stands among what was found."""

    first: int
    last: int
    of: int
    previous: str
    """Where the page before is; empty on the first."""
    next: str
    everything: str = ""
    """Where all of it stands on one page, to be printed; empty where the page is all of it."""


@dataclass(frozen=True, slots=True)
class Day:
    """As of which day a page shows."""

    on: date
    entered: str
    is_wrong: bool
    """Whether something else than a day was entered, so that today is shown."""


def offset_asked(asked: Asked, on_a_page: int = ON_A_PAGE) -> int:
    """Return how many entries come before the page that is asked for; the first page for what is no number."""
    number = asked.query.get(PAGE, "")
    if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= _PAGE_MAX):
        return 0
    return (int(number) - 1) * on_a_page


def day_asked(asked: Asked, name: str = "on_day") -> Day:
    """Return the day that is asked for; today where none is, or none that there is."""
    entered, today = asked.query.get(name, "").strip(), asked.node.clock.now().date()
    if not entered:
        return Day(today, "", is_wrong=False)
    try:
        return Day(parse_date(entered, name), entered, is_wrong=False)
    except Invalid:
        return Day(today, entered, is_wrong=True)


def chosen(asked: Asked, name: str, listed: Mapping[str, str] | Sequence[str]) -> str:
    """Return what was chosen of a list; nothing for what the list does not have."""
    wanted = asked.query.get(name, "")
    return wanted if wanted in listed else ""


def pager_of(path: str, kept: Mapping[str, str], answer: JsonObject, shown: int, on_a_page: int = ON_A_PAGE) -> Pager:
    """Return where a page stands, with the ways to its neighbours; what narrows the list stays."""
    offset, of = whole(answer, "offset"), whole(answer, "of")
    page = offset // on_a_page + 1
    return Pager(
        first=offset + 1 if shown else 0,
        last=offset + shown,
        of=of,
        previous=address(path, kept, page - 1) if offset else "",
        next=address(path, kept, page + 1) if offset + shown < of else "",
    )


def address(path: str, kept: Mapping[str, str], page: int = 1) -> str:
    """Return the address of a page of a list; the first page has no number."""
    fields = {name: text for name, text in kept.items() if text}
    if page > 1:
        fields[PAGE] = str(page)
    return f"{path}?{urlencode(fields)}" if fields else path
