"""Dates as tables write them, read by the forms that a mapping states: `DD.MM.YYYY`, `MM/YYYY`, `D MON YYYY`.

A form is made of YYYY, MM (or M), DD (or D), MON (English names and short names of months) and what stands between them, 年, 月
and 日 too. A day or a month written as 00 is not known: the date is as exact as it is known (R3). A time of day after a date is
left off. Years of two digits are no form: their century would be guessed.

Source: docs/rules/records.md R45.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entente.records.rules import is_possible_date

FORM_CHARACTERS_MAX: Final = 40
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NUMBERS: Final = {
    name: f"{number:02}"
    for number, month in enumerate(_MONTHS, start=1)
    for name in {month, month[:3], *(("sept",) if month == "september" else ())}
}
_NAMED_PARTS: Final = frozenset("年月日")
"""Year, month and day, which Chinese and Japanese write behind each number."""
_TOKENS: Final = re.compile(r"YYYY|MON|MM?|DD?")
_PATTERNS: Final = {
    "YYYY": r"(?P<year>\d{4})", "MON": r"(?P<name>[A-Za-z]{3,9})\.?", "MM": r"(?P<month>\d{1,2})", "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})", "D": r"(?P<day>\d{1,2})",
}  # fmt: skip
_TIME: Final = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:Z|[AaPp][Mm]|[+-]\d{2}:?\d{2}))?)?"


@dataclass(frozen=True, slots=True)
class DateForm:
    """One form of dates."""

    text: str
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> DateForm:
        """Read a form; raise ValueError, saying why, for what is none."""
        if len(text) > FORM_CHARACTERS_MAX:
            raise ValueError(f"a form has at most {FORM_CHARACTERS_MAX} characters")
        parts, at, seen = [], 0, []
        for found in _TOKENS.finditer(text):
            parts += [_between(text[at : found.start()]), _PATTERNS[found[0]]]
            seen.append(found[0][0] if found[0] != "MON" else "M")
            at = found.end()
        parts.append(_between(text[at:]))
        if sorted(seen) not in (["Y"], ["M", "Y"], ["D", "M", "Y"]):
            raise ValueError("a form has YYYY, with MM or MON, with DD: each once, a day only with its month")
        time = _TIME if "D" in seen else ""
        return cls(text, re.compile("".join(parts) + time, re.ASCII))

    def read(self, text: str) -> str | None:
        """Return the date as 1979, 1979-05 or 1979-05-04, or None for what is not in this form or in no calendar."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        parts = found.groupdict()
        month = _MONTH_NUMBERS.get(parts["name"].lower(), "99") if parts.get("name") else parts.get("month")
        date = [parts["year"]]
        if month is not None and int(month):
            date.append(month.zfill(2))
            if parts.get("day") is not None and int(parts["day"]):
                date.append(parts["day"].zfill(2))
        elif month is not None and parts.get("day") is not None and int(parts["day"]):
            return None
        joined = "-".join(date)
        return joined if is_possible_date(joined) else None


def _between(text: str) -> str:
    if any(sign.isalnum() and sign not in _NAMED_PARTS for sign in text):
        raise ValueError(f"«{text}» is no part of a date; parts are YYYY, MM, M, MON, DD, D")
    return re.escape(text)


ISO: Final = tuple(map(DateForm.of, ("YYYY-MM-DD", "YYYY-MM", "YYYY")))
"""What is read where a mapping states no form."""


def read_date(text: str, forms: Sequence[DateForm]) -> str | None:
    """Return the date by the first form that it has, or None."""
    for form in forms:
        if (date := form.read(text)) is not None:
            return date
    return None
