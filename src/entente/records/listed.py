"""A record's place on a named list, and what a newer issue of the list has no more.

Source: docs/rules/records.md R48 and R49.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.kernel.ids import RecordId


@dataclass(frozen=True, slots=True)
class Listed:
    """A record's place on a named list (R48)."""

    record: RecordId
    list: str
    entry: str
    """The local id that the list gives it; the record's own, unless it came back after it was gone."""
    delisted_at: datetime | None
    """Since when it is gone, and withdrawn for that."""


class GoneAnswer(StrEnum):
    """What was done about the entries that a newer issue of a list has no more (R49)."""

    NOTHING_GONE = "nothing_gone"
    WITHDRAWN = "withdrawn"
    NOT_ASKED = "not_asked"
    """It may be done, and was not asked for."""
    TOO_MANY = "too_many"
    """More are gone than may be; nothing was withdrawn."""
    ROWS_UNTOLD = "rows_untold"
    """Rows were rejected that do not say which entries they are; nothing was withdrawn."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What a newer issue of a list has no more."""

    list: str
    records: int
    of: int
    """How many stood on the list before."""
    withdrawn: int
    answer: GoneAnswer
    untold: int
    first: tuple[RecordId, ...]
    """The first of those that are gone."""
