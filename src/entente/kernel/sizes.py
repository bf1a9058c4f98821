"""How much data there is, in the unit that people read it in: 0 bytes, 8.39 MB, 1.07 GB.

Units are those of the International System, each a thousand times the one before, as browsers and mail programs show them; a
number has at most three digits that count. Rooms say sizes in English by `size_said`; pages know them again and write them as
the reader's language does (web/wording.py, web/sentences.py).

Source: docs/rules/desk.md W117; IEC 80000-13, 4 (prefixes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_STEP: Final = 1_000
UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")
"""Each a thousand of the one before it."""
SAID: Final = re.compile(rf"[0-9]{{1,5}}(?:\.[0-9]{{1,2}})? (?:byte|{'|'.join(UNITS)})")
"""What `size_said` may return."""


@dataclass(frozen=True, slots=True)
class Size:
    """A number with the unit that it counts."""

    number: Decimal
    unit: str
    """One of UNITS."""

    @classmethod
    def of(cls, size: int) -> Size:
        """Return a number of bytes, at least 0, in the largest unit of which it has one, with three digits at most."""
        number, power = Decimal(size), 0
        # A number that is rounded up to a thousand is one of the next unit.
        while power < len(UNITS) - 1 and _rounded(number) >= _STEP:
            number, power = number / _STEP, power + 1
        # Without noughts behind the point: of «1.00» a language may use another plural form than of «1».
        return cls(Decimal(_written(_rounded(number))), UNITS[power])

    @classmethod
    def read(cls, said: str) -> Size:
        """Return a size as `size_said` wrote it; raise ValueError for what it would not write."""
        if SAID.fullmatch(said) is None:
            raise ValueError(said)
        number, _, unit = said.partition(" ")
        return cls(Decimal(number), UNITS[0] if unit == "byte" else unit)


def _rounded(number: Decimal) -> Decimal:
    digits = 2 if number < 10 else 1 if number < 100 else 0  # noqa: PLR2004 - three digits that count
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def size_said(size: int) -> str:
    """Return a number of bytes in English: `1 byte`, `999 bytes`, `1.07 GB`."""
    found = Size.of(size)
    return f"{_written(found.number)} {'byte' if size == 1 else found.unit}"


def _written(number: Decimal) -> str:
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
