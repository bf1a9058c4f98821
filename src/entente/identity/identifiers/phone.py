"""Phone numbers: the international form E.164, and the national number that people write without its code.

Source: ITU-T E.164; numbering plans of the library phonenumbers; docs/rules/identity.md I5.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from entente.identity.identifiers.letters import ascii_digits
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity

NUMBER_CHARACTERS_MIN = 4
"""Shorter numbers are shared by too many to say who somebody is; the shortest plates in use have four characters."""
SUBSCRIBER_DIGITS_MIN = 7
"""A subscriber's number has as many in most plans; what is shorter is a service, or another number."""


def looks_like_phone(text: str) -> bool:
    """Say whether a text may be a phone number: digits enough, and no letter."""
    return sum(character.isdigit() for character in text) >= SUBSCRIBER_DIGITS_MIN and not any(
        character.isalpha() for character in text
    )


def phone_keys(text: str, country: str) -> tuple[str, ...]:
    """Give an international number its E.164 form and its national one; a national number only the latter.

    Source: docs/rules/identity.md I5.
    """
    plain = ascii_digits(text)
    digits = re.sub(r"\D", "", plain).lstrip("0")
    national = f"t:{digits}" if len(digits) >= NUMBER_CHARACTERS_MIN else ""
    parsed = _parsed(plain, country)
    if parsed is None:
        return (national,)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return (f"p:{e164}", f"t:{phonenumbers.national_significant_number(parsed)}")


def read_phone(text: str, country: str) -> Reading | None:
    """Say whether a text is a number of a numbering plan; without its code only where a country is given.

    Source: docs/rules/identity.md I21.
    """
    if not looks_like_phone(text):
        return None
    plain = ascii_digits(text)
    parsed = _parsed(plain, country)
    if parsed is None:
        if not plain.startswith(("+", "00")):
            return None
        return Reading(IdentifierKind.PHONE, Validity.FAULTY, plain, "phone number of no numbering plan")
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(parsed):
        region = phonenumbers.region_code_for_number(parsed)
        where = f" of {region}" if region else ""
        return Reading(IdentifierKind.PHONE, Validity.VALID, e164, f"phone number{where}")
    return Reading(
        IdentifierKind.PHONE, Validity.UNCHECKED, e164, "phone number of a possible length, not in use by its plan"
    )


def _parsed(text: str, country: str) -> PhoneNumber | None:
    written = "+" + text[2:] if text.startswith("00") else text
    try:
        found = phonenumbers.parse(written, country or None)
    except NumberParseException:
        return None
    return found if phonenumbers.is_possible_number(found) else None
