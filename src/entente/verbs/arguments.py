"""What an operator gave with a verb, read strictly: each field by name and type, or Invalid naming it.

The same reader serves the command line and the loopback route, so that both refuse the same things in the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_date, parse_time
from entente.kernel.errors import Invalid
from entente.kernel.ids import OfficerId

TEXT_CHARACTERS_MAX = 1_000_000
"""A file of 512 KiB in base64; what a text is for has a narrower bound in its room (a message: 20,000)."""
TEXTS_MAX = 1_000
"""Entries in one list of texts; a command line holds fewer."""

E = TypeVar("E", bound=StrEnum)


def _nobody_asks(_done: int) -> None:
    """Take progress that nobody watches."""


def _nobody_looks(_share: int | None) -> None:
    """Take what nobody watches."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The fields given with a verb."""

    given: JsonObject
    progress: Callable[[int], None] = field(default=_nobody_asks)
    """Where a long verb says how many rows are durable."""
    file_share: Callable[[int | None], None] = field(default=_nobody_looks)
    """Where one that reads a file says how many thousandths of it were read; None where that is not known."""

    def text(self, name: str) -> str:
        """Return a text that must be there and hold something."""
        value = self.optional_text(name)
        if not value.strip():
            raise _bad(name, "it is needed")
        return value

    def optional_text(self, name: str, default: str = "") -> str:
        """Return a text, or the default where it was not given."""
        value = self.given.get(name)
        if value is None:
            return default
        return _checked(name, value)

    def path(self, name: str) -> Path:
        """Return a path that must be given; raise Invalid for a relative one, which would lie where the node was started."""
        path = Path(self.text(name))
        if not path.is_absolute():
            raise _bad(name, "a file is named by its whole path: the node runs in a folder of its own")
        return path

    def optional_path(self, name: str) -> Path | None:
        """Return the path of a file as `path` does, or None where it was not given."""
        return self.path(name) if self.optional_text(name) else None

    def officer(self) -> OfficerId:
        """Return the officer who acts."""
        value = self.optional_text("officer")
        if not value.strip():
            raise Invalid(
                "Nobody was named as acting.",
                field="officer",
                why="Everything an officer does is judged by their role and stands in the trail under their id.",
                do="Say who acts, on the command line with --as OFFICER; «entente officer list» names them.",
            )
        return OfficerId(value)

    def integer(self, name: str, *, default: int, least: int, most: int) -> int:
        """Return a whole number within its bounds."""
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _bad(name, f"it is a whole number from {least} to {most}")
        return value

    def flag(self, name: str) -> bool:
        """Return a yes or no; no where it was not given."""
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            raise _bad(name, "it is true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty where it was not given."""
        value = self.given.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > TEXTS_MAX:
            raise _bad(name, f"it is a list of at most {TEXTS_MAX} texts")
        texts = tuple(_checked(f"{name}[{place}]", item) for place, item in enumerate(value))
        if not all(text.strip() for text in texts):
            raise _bad(name, "each text in it holds something")
        return texts

    def document(self, name: str) -> JsonObject:
        """Return a JSON object that must be there."""
        value = self.given.get(name)
        if not isinstance(value, dict):
            raise _bad(name, "it is a JSON object")
        return value

    def documents(self, name: str) -> tuple[JsonObject, ...]:
        """Return a list of JSON objects."""
        value = self.given.get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise _bad(name, "it is a list of JSON objects")
        return tuple(item for item in value if isinstance(item, dict))

    def choice(self, name: str, kind: type[E], default: E | None = None) -> E:
        """Return one member of a closed set."""
        text = self.optional_text(name)
        if not text and default is not None:
            return default
        try:
            return kind(text)
        except ValueError as error:
            raise _bad(name, f"it is one of: {', '.join(kind)}") from error

    def choices(self, name: str, kind: type[E]) -> frozenset[E]:
        """Return a set of members of a closed set."""
        try:
            return frozenset(kind(text) for text in self.texts(name))
        except ValueError as error:
            raise _bad(name, f"each is one of: {', '.join(kind)}") from error

    def day(self, name: str, default: date) -> date:
        """Return a calendar date, or the default."""
        text = self.optional_text(name)
        return parse_date(text, name) if text else default

    def moment(self, name: str, default: datetime) -> datetime:
        """Return a moment in UTC, or the default."""
        text = self.optional_text(name)
        return parse_time(text, name) if text else default


def looking(arguments: Arguments) -> OfficerId | None:
    """Return who looks; None where nobody is named, who then sees what the whole body may know of (docs/rules/cases.md C8)."""
    value = arguments.optional_text("officer")
    return OfficerId(value) if value.strip() else None


def _checked(name: str, value: Json) -> str:
    if not isinstance(value, str) or len(value) > TEXT_CHARACTERS_MAX:
        raise _bad(name, f"it is a text of at most {TEXT_CHARACTERS_MAX} characters")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        # A command line hands on bytes that are not UTF-8 as half characters (PEP 383).
        raise _bad(name, "it is text in UTF-8, and this holds bytes that are not") from error
    if "\x00" in value:
        # It ends a path for the system that is asked to open it, and no text an officer writes holds one.
        raise _bad(name, "it holds the character with the number 0")
    return value


def _bad(name: str, why: str) -> Invalid:
    return Invalid(
        f"The field {name} does not hold what it should.",
        field=name,
        why=f"Nothing is guessed from what an operator gave: {why}.",
        do="Give it again as its help says.",
    )
