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

_NUMBER_OF = bytes(LETTERS.find(chr(code)) + 1 for code in range(256))
_OTHERS = bytes(code for code in range(256) if not _NUMBER_OF[code])
_LETTER_OF = bytes.maketrans(bytes(range(1, SYMBOLS)), LETTERS.encode("ascii"))


def encode(word: str) -> bytes:
    """Return a word as numbers, one byte a letter; whatever is no letter of the index is left out."""
    return word.lower().encode("ascii", "ignore").translate(_NUMBER_OF, _OTHERS)[:WORD_LETTERS_MAX]


def decode(numbers: bytes) -> str:
    """Return the word that `encode` made of it."""
    return numbers.translate(_LETTER_OF).decode("ascii")
