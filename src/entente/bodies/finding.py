"""Finding bodies and units in a large directory, as it stood on a day: by what is written, by kind, by group, a page at a time.

Pure functions over entries that are in memory. A body is in the directory's past from the day its own genesis names; its name
is the one of the day, its groups are resolved as of the day, and its units are those of the list that stood then, which
whoever asks gives.

Source: docs/rules/desk.md W46 and W93; docs/rules/bodies.md B7 and B18.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Generic, TypeVar

from entente.bodies.model import Body, BodyKind, Group, GroupEntry, Unit, UnitKind
from entente.kernel.ids import BodyId

WORDS_MAX = 10
ID_LETTERS_MIN = 6
"""Of a body's id, its first ones, by which it is found: fewer would be found in the id of somebody else."""
_ID_BEGINS = "body:"
"""Of one question; a body's longest official name has more, and is found by fewer."""
PAGE_MAX = 2_000
"""Entries of one page; a whole contact book is printed at once."""

T = TypeVar("T")
Found_co = TypeVar("Found_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[Found_co]):
    """One page of what was found."""

    shown: tuple[Found_co, ...]
    of: int
    """How many there are in all."""
    offset: int
    """How many come before."""


def page_of(found: Sequence[T], offset: int, limit: int) -> Found[T]:
    """Return a page; an offset behind the end gives the last page, so that nobody is left with an empty one."""
    if offset >= len(found):
        offset = max(0, (len(found) - 1) // limit * limit)
    return Found(tuple(found[offset : offset + limit]), len(found), offset)


def name_on(body: Body, on: date) -> str:
    """Return the name that a body had on a day; before its first name, the first."""
    return next((one.name for one in reversed(body.names) if one.since <= on), body.names[0].name)


def existed(body: Body, on: date) -> bool:
    """Say whether a body had begun on a day."""
    return body.names[0].since <= on


def find_bodies(
    bodies: Iterable[Body],
    text: str,
    on: date,
    *,
    kind: BodyKind | None = None,
    country: str = "",
    among: Collection[str] | None = None,
    called: Callable[[str], str] = str,
) -> tuple[Body, ...]:
    """Return the bodies, in the order they come in, whose code, name or country holds every word, or whose id begins so.

    `called` says what a country's code is called; `among` narrows to some bodies.
    """
    words = words_of(text)
    return tuple(
        body
        for body in bodies
        if (kind is None or body.kind is kind)
        and (not country or body.country == country.upper())
        and (among is None or body.id in among)
        and existed(body, on)
        and has_all(
            [word for word in words if not begins(body.id, word)],
            body.code,
            name_on(body, on),
            body.country,
            called(body.country),
        )
    )


def find_units(
    bodies: Iterable[Body],
    text: str,
    *,
    kind: UnitKind | None = None,
    body: str = "",
    units: Callable[[Body], Iterable[Unit]] = attrgetter("units"),
) -> tuple[tuple[Body, Unit], ...]:
    """Return the units, body by body, whose name, territory or id, or whose body's code, holds every word that is asked for.

    `units` gives those that a body had on the day; without it they are those that it says now.
    """
    words = words_of(text)
    return tuple(
        (one, unit)
        for one in bodies
        if not body or body in {one.code, one.id}
        for unit in units(one)
        if (kind is None or unit.kind is kind) and has_all(words, unit.name, unit.territory, unit.id, one.code)
    )


def places_of(body: Body, groups: Iterable[Group], on: date) -> Iterator[tuple[Group, GroupEntry]]:
    """Yield the places that a body has in groups on a day (B7)."""
    for group in groups:
        for entry in group.entries:
            if entry.body == body.id and entry.since <= on and (entry.until is None or on < entry.until):
                yield group, entry


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a question, as they are compared."""
    return tuple(_folded(text).split()[:WORDS_MAX])


def begins(body: BodyId, word: str) -> bool:
    """Say whether a word is the beginning of a body's id; of its letters, which are drawn by lot, a short word holds nothing."""
    letters = word.removeprefix(_ID_BEGINS)
    return len(letters) >= ID_LETTERS_MIN and body.removeprefix(_ID_BEGINS).startswith(letters)


def has_all(words: Sequence[str], *texts: str) -> bool:
    """Say whether each word stands in one of the texts."""
    if not words:
        return True
    whole = _folded("\n".join(texts))
    return all(word in whole for word in words)


def _folded(text: str) -> str:
    """Return a text without case and accents, as somebody types it at night."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
