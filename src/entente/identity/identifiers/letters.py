"""Letters and digits that numbers are written with, in one form: capitals of the Latin alphabet and the digits 0 to 9.

Letters of Cyrillic and Greek that are cut like Latin ones are those (Vienna Convention on Road Traffic, annex 2: marks in
national letters are repeated in Latin ones); digits of every script are digits. Nothing is guessed: a letter without a likeness
stays what it is here, and is transliterated where a key is made of it.

Source: docs/rules/identity.md I5; Unicode 15, general category Nd.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

IDENTIFIER_CHARACTERS_MAX = 200
"""Longer than the longest identifier that is typed or scanned: an uncompressed public key in hexadecimal has 130."""

LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")
_LOOKALIKE_LETTERS = frozenset("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")
_LABEL = re.compile(r"(?:IBAN|VIN|IMEI)(?![A-Z0-9])[\s.:#№]*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s./_\-‐‑‒–—]+")


def clean(value: str) -> str:
    """Return the text in its compatibility form (NFKC), bounded, without blanks around it."""
    return unicodedata.normalize("NFKC", value[:IDENTIFIER_CHARACTERS_MAX]).strip()


def in_latin(text: str) -> str:
    """Return capitals with look-alikes as Latin letters; a text with other letters is transliterated whole."""
    upper = text.upper()
    if upper.isascii():
        return upper
    letters = {character for character in upper if character.isalpha() and not character.isascii()}
    return upper.translate(LOOKALIKES) if letters <= _LOOKALIKE_LETTERS else anyascii(upper).upper()


def alphanumeric(text: str) -> str:
    """Return capitals and digits alone, whatever stood between them."""
    return _NOT_ALPHANUMERIC.sub("", ascii_digits(in_latin(text)))


def without_separators(text: str) -> str:
    """Return the text without the blanks, points, strokes and dashes that group a number; anything else stays."""
    return _SEPARATORS.sub("", text)


def without_label(text: str) -> str:
    """Return a number without the word an officer wrote before it: «VIN 1M8…», «IBAN: GB82…», «IMEI 4901…»."""
    return _LABEL.sub("", text, count=1)


def ascii_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if unicodedata.category(character) == "Nd" else character
        for character in text
    )
