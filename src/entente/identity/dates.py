"""Dates of birth as bureaus have them: a day, a month or only a year, never a time.

Source: docs/rules/identity.md I8; DESIGN section 4 «Time».
"""

from __future__ import annotations

import calendar
import functools
import re
from dataclasses import dataclass
from enum import StrEnum

YEAR_MIN = 1850
"""Nobody wanted or missing today was born earlier; a smaller year is a slip of the pen."""

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of day, month or year precision; 0 stands for what is not known."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def is_full(self) -> bool:
        """Whether the day is known. The first of January is what registers write when it is not."""
        return self.day > 0 and (self.month, self.day) != (1, 1)


class DateAgreement(StrEnum):
    """How two dates of birth agree; the words stand in evidence."""

    DATE_EQUAL = "birth date equal"
    SWAPPED = "birth date equal with day and month swapped"
    MONTH_EQUAL = "birth year and month equal"
    YEAR_EQUAL = "birth year equal"
    YEAR_NEAR = "birth year differs by one"
    DATE_DIFFERS = "birth date differs"
    YEAR_DIFFERS = "birth year differs"


BEST_FIRST = tuple(DateAgreement)


@functools.lru_cache(maxsize=4096)
def parse_partial(text: str) -> PartialDate | None:
    """Read `1979-05-04`, `1979-05` or `1979`; None for anything else, an impossible day included."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    if year < YEAR_MIN or (found[2] is not None and not 1 <= month <= 12):  # noqa: PLR2004 - months of a year
        return None
    if found[3] is not None and not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return PartialDate(year, month, day)


def compare_dates(ours: PartialDate, theirs: PartialDate) -> DateAgreement:
    """Say how two dates agree, as far as both are known.

    Source: docs/rules/identity.md I8.
    """
    if ours == theirs and ours.is_full:
        return DateAgreement.DATE_EQUAL
    if ours.is_full and theirs.is_full:
        swapped = ours.year == theirs.year and (ours.month, ours.day) == (theirs.day, theirs.month)
        return DateAgreement.SWAPPED if swapped else DateAgreement.DATE_DIFFERS
    if ours.year != theirs.year:
        return DateAgreement.YEAR_NEAR if abs(ours.year - theirs.year) == 1 else DateAgreement.YEAR_DIFFERS
    # A first of January is only its year: it neither agrees nor differs in the month.
    months = [date.month for date in (ours, theirs) if date.month and (date.month, date.day) != (1, 1)]
    if len(months) < 2:  # noqa: PLR2004 - a month on both sides
        return DateAgreement.YEAR_EQUAL
    return DateAgreement.MONTH_EQUAL if months[0] == months[1] else DateAgreement.DATE_DIFFERS
