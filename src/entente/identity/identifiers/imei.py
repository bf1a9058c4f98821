"""Numbers of mobile apparatus: fourteen digits say which, a fifteenth checks them, or two more say the version of its software.

Two readings of one apparatus may differ in all that follows the fourteen, so that those are what is compared.
Source: 3GPP TS 23.003 section 6.2 and annex B (Luhn; networks send 0 in place of the check digit).
"""

from __future__ import annotations

import re

from stdnum import luhn

from entente.identity.identifiers.letters import ascii_digits, without_label, without_separators
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity

_WRITTEN = re.compile(r"\d{14,16}")
APPARATUS_DIGITS = 14
CHECKED_DIGITS = 15


def imei_digits(text: str) -> str:
    """Return the fourteen to sixteen digits of what may be such a number, or nothing."""
    if len(text) < APPARATUS_DIGITS:
        return ""
    compact = without_separators(ascii_digits(without_label(text)))
    return compact if _WRITTEN.fullmatch(compact) else ""


def imei_key(text: str) -> str:
    """Return the key by which readings of one apparatus meet, or nothing.

    Source: docs/rules/identity.md I21.
    """
    digits = imei_digits(text)
    return f"d:{digits[:APPARATUS_DIGITS]}" if digits else ""


def read_imei(text: str) -> Reading | None:
    """Say whether a text is the number of an apparatus, and whether its check digit holds.

    Source: docs/rules/identity.md I21.
    """
    digits = imei_digits(text)
    if not digits:
        return None
    if len(digits) != CHECKED_DIGITS:
        short = len(digits) == APPARATUS_DIGITS
        words = "IMEI without its check digit" if short else "IMEI with the version of its software (IMEISV)"
        return Reading(IdentifierKind.IMEI, Validity.UNCHECKED, digits, words)
    due = str(luhn.calc_check_digit(digits[:APPARATUS_DIGITS]))
    if digits[-1] == due:
        return Reading(IdentifierKind.IMEI, Validity.VALID, digits, "IMEI, its last digit holds")
    sent = "; networks send 0 in its place" if digits[-1] == "0" else ""
    words = f"IMEI with a wrong last digit: {due} is due{sent}"
    return Reading(IdentifierKind.IMEI, Validity.FAULTY, digits, words, digits[:APPARATUS_DIGITS] + due)
