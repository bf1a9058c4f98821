"""Ship numbers of the IMO: seven digits, the last one a check digit, with or without the letters.

Source: IMO Resolution A.1117(30); each digit but the last times 7 down to 2, the last digit of the sum.
"""

from __future__ import annotations

import re

from entente.identity.identifiers.letters import ascii_digits, without_separators
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity

_WRITTEN = re.compile(r"(IMO(?:N[O°º]?|NR|:|#)*)?(\d{7})")


def check_digit(number: str) -> str:
    """Return the last digit that the first six ask for."""
    return str(sum(int(digit) * weight for digit, weight in zip(number[:6], range(7, 1, -1), strict=True)) % 10)


def read_imo(text: str) -> Reading | None:
    """Say whether a text is a ship's number; seven digits without the letters only where the last one fits.

    Source: docs/rules/identity.md I21.
    """
    found = _WRITTEN.fullmatch(without_separators(ascii_digits(text)).upper())
    if found is None:
        return None
    number, due = found[2], check_digit(found[2])
    if number[-1] == due:
        return Reading(IdentifierKind.IMO, Validity.VALID, number, "IMO number, its last digit holds")
    if not found[1]:
        return None
    words = f"IMO number with a wrong last digit: {due} is due"
    return Reading(IdentifierKind.IMO, Validity.FAULTY, number, words)
