"""Account numbers of ISO 13616: a country, two check digits, and a length that the country has set.

Source: ISO 13616-1:2020; check digits by ISO 7064 MOD 97-10; lengths from the IBAN registry of SWIFT, release 99.
"""

from __future__ import annotations

import re

from stdnum.iso7064 import mod_97_10

from entente.identity.identifiers.letters import alphanumeric, without_label
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity

_WRITTEN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_BY_LENGTH = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
LENGTHS = {country: length for length, countries in _BY_LENGTH.items() for country in countries.split()}


def read_iban(text: str) -> Reading | None:
    """Say whether a text is an account number of this form, and whether length and check digits hold.

    A country of no known length that fails is none: many document numbers begin with two letters and two digits.

    Source: docs/rules/identity.md I21.
    """
    compact = alphanumeric(without_label(text))
    if not _WRITTEN.fullmatch(compact):
        return None
    country, length = compact[:2], LENGTHS.get(compact[:2])
    holds = mod_97_10.is_valid(compact[4:] + compact[:4])
    if length is None:
        words = "IBAN by its check digits, of a country in no register of them"
        return Reading(IdentifierKind.IBAN, Validity.UNCHECKED, compact, words) if holds else None
    if length != len(compact):
        words = f"IBAN of the wrong length: {length} characters are due in {country}, and this has {len(compact)}"
        return Reading(IdentifierKind.IBAN, Validity.FAULTY, compact, words)
    if not holds:
        return Reading(IdentifierKind.IBAN, Validity.FAULTY, compact, "IBAN whose check digits fail")
    return Reading(IdentifierKind.IBAN, Validity.VALID, compact, "IBAN, its check digits hold")
