"""The dates of a machine readable zone: six places, no century, and fillers for what is not known.

A birth is not in the future, so its century is the latest in which it is past; where the document ended before that, the one
before. An expiry lies at most fifty years from today. The day of today is given in, never read.
Source: ICAO 9303-3 section 4.8 (dates) and 3.8 (unknown parts); the century is left to the reader there, ours is in I18.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from entente.identity.identifiers.mrz_layout import DIGITS, FILLER

CENTURY = 100
EXPIRY_YEARS = 50
"""No document is valid for longer, and none older is shown: of three centuries exactly one year lies within."""
MONTHS = 12
_LEAP_YEAR = 2000

UNKNOWN = FILLER * 6


@dataclass(frozen=True, slots=True)
class MrzDate:
    """A date as far as it is known: `1974-08-12`, `1974-08`, `1974` or nothing; or why it cannot be."""

    text: str = ""
    fault: str = ""

    @property
    def day(self) -> date | None:
        """The day, where it is known."""
        return date.fromisoformat(self.text) if len(self.text) == len("1974-08-12") else None


def read_birth(written: str, today: date, expiry: MrzDate) -> MrzDate:
    """Read a date of birth.

    Source: docs/rules/identity.md I18.
    """
    parts = _parts(written)
    if parts is None:
        return MrzDate(fault=_unreadable(written))
    year, month, day = parts
    if year is None:
        return MrzDate(fault=_impossible(None, month, day))
    last = min(today, expiry.day) if expiry.day is not None else today
    this = today.year - today.year % CENTURY + year
    latest = this if _first_day(this, month, day) <= last else this - CENTURY
    # A document that ended before the latest possible birth is one of somebody born a century earlier.
    fault = _impossible(latest, month, day)
    return MrzDate(fault=fault) if fault else MrzDate(_iso(latest, month, day))


def read_expiry(written: str, today: date) -> MrzDate:
    """Read the last day on which a document is valid; fillers alone are a document without one.

    Source: docs/rules/identity.md I18.
    """
    if written == UNKNOWN:
        return MrzDate()
    parts = _parts(written)
    if parts is None or None in parts:
        return MrzDate(fault=_unreadable(written))
    year, month, day = parts
    assert year is not None, "every part is known"
    this = today.year - today.year % CENTURY + year
    near = this - CENTURY if this > today.year + EXPIRY_YEARS else this
    near = this + CENTURY if this <= today.year - EXPIRY_YEARS else near
    fault = _impossible(near, month, day)
    return MrzDate(fault=fault) if fault else MrzDate(_iso(near, month, day))


def _parts(written: str) -> tuple[int | None, int | None, int | None] | None:
    """Return year, month and day, each two digits or two fillers; None for anything else."""
    found: list[int | None] = []
    for start in (0, 2, 4):
        pair = written[start : start + 2]
        if pair == FILLER * 2:
            found.append(None)
        elif len(pair) == len("00") and set(pair) <= DIGITS:
            found.append(int(pair))
        else:
            return None
    return found[0], found[1], found[2]


def _first_day(year: int, month: int | None, day: int | None) -> date:
    """Return the first day that a partly known date may mean; of an impossible one the first of what is possible."""
    known = month if month is not None and 1 <= month <= MONTHS else 1
    days = calendar.monthrange(year, known)[1]
    return date(year, known, day if day is not None and month is not None and 1 <= day <= days else 1)


def _impossible(year: int | None, month: int | None, day: int | None) -> str:
    """Say why no such day can be; nothing where one can. Without its year a 29 February may be, without its month a 31st."""
    if month is not None and not 1 <= month <= MONTHS:
        return f"there is no month {month:02}"
    days = calendar.monthrange(_LEAP_YEAR if year is None else year, month)[1] if month is not None else 31
    if day is not None and not 1 <= day <= days:
        if month is None:
            return f"there is no day {day:02}"
        if year is None:
            return f"there is no day {day:02} in month {month:02}"
        return f"there is no day {day:02} in month {month:02} of {year}"
    return ""


def _iso(year: int, month: int | None, day: int | None) -> str:
    if month is None:
        return f"{year:04}"
    return f"{year:04}-{month:02}" if day is None else f"{year:04}-{month:02}-{day:02}"


def _unreadable(written: str) -> str:
    return f"«{written}» is no date: year, month and day have two digits each, and an unknown one two fillers"
