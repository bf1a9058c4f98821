"""The letters of the index: small Latin letters and digits as numbers from 1, and 0 for the edge of a word.

Source: docs/rules/identity.md I3; what `identity.names` leaves of a word is written in these alone.
"""

from __future__ import annotations

import string
from typing import Final

LETTERS: Final = string.ascii_lowercase + string.digits
EDGE: Final = 0
SYMBOLS: Final = len(LETTERS) + 1
WORD_LETTERS_MAX: Final = 40
"""Longer words are known by their beginning; the longest word of our development names has 33 letters."""

_NUMBERS = {ord(letter): place for place, letter in enumerate(LETTERS, start=1)}
_SPELLING = {place: letter for letter, place in ((letter, place) for place, letter in enumerate(LETTERS, start=1))}


def encode(word: str) -> bytes:
    """Return a word as numbers, one byte a letter; whatever is no letter of the index is left out."""
    plain = word.lower().translate(_NUMBERS)
    return bytes(number for number in map(ord, plain) if 0 < number < SYMBOLS)[:WORD_LETTERS_MAX]


def decode(numbers: bytes) -> str:
    """Return the word that `encode` made of it."""
    return "".join(_SPELLING[number] for number in numbers)
