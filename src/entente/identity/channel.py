"""How one script is written in Latin letters, as a table of chunks: the common form of learned and published transliterations.

A channel maps a chunk of one to three characters of a script («native» chunk) to the Latin chunks it may become, each with its
probability. A name's word is cut into chunks, each chunk becomes one of its Latin chunks, and the Latin word is what they make
together: Armenian խ → kh (.7), x (.1), h (.1) …; Greek μπ → b (.5), mp (.4) …. Every cutting competes, a longer chunk has no
right of way. Learned channels come from the model file (`transliteration`); channels for scripts without training pairs are
written from published standards (`standards`).

Keys of the table are written so that a person can read and write them:

    "խ"        the chunk wherever it stands
    "^[ե]"     only at the beginning of the word (START, in the place of the character before)
    "[յ]$"     only at the end (END, in the place of the character after)
    "α[υ]π"    only between these two characters; one of the two may be missing: "α[υ]" or "[υ]π"

The most special key that fits is taken alone, in this order: both neighbours, the one before, the one after, none. So a key with
neighbours repeats every alternative that is still possible there.

Source: docs/rules/identity.md I22.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

START = "^"
END = "$"
"""They stand for the edge of the word where a neighbour is asked for; neither is a letter of any script."""

NATIVE_CHARACTERS_MAX = 3
"""Characters of a native chunk: Hangul and kana need two, Devanagari with a vowel sign and virama three."""
LATIN_LETTERS_MAX = 7
"""Letters of a Latin chunk: a syllable of pinyin has six at most (zhuang), a reading of a Han character seven (hayashi)."""

Alternatives = tuple[tuple[str, float], ...]
"""Latin chunks (small letters a–z, or nothing) with their probabilities in (0, 1]; together at most 1; likeliest first."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One script's table of chunks.

    A word is expected as `names.normalise` leaves it: NFKC, small letters, no marks of Arabic and Hebrew, no spaces.
    """

    script: str
    """ISO 15924: Arab, Cyrl, Grek …"""
    spellings: Mapping[str, Alternatives]
    """By key, as the module says."""

    def alternatives(self, before: str, chunk: str, after: str) -> Alternatives:
        """Return what a chunk between these neighbours (START and END at the word's edges) may become; nothing if unknown."""
        get = self.spellings.get
        return (
            get(f"{before}[{chunk}]{after}")
            or get(f"{before}[{chunk}]")
            or get(f"[{chunk}]{after}")
            or get(chunk)
            or ()
        )
