"""One word of a name in Latin letters, and how much it counts in its name.

A word is made once and shared (`word_of`), so that it is known by what it is and not by what it holds: what is remembered of two
words is found without looking into them.

Source: docs/rules/identity.md I7 and I35. Cutting a name into words is `names`' matter.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum

from entente.identity.name_parts import PARTICLES
from entente.identity.organisations import COMMON, FILLERS
from entente.identity.scripts import CACHED_WORDS, Script, fold


class Part(StrEnum):
    """Which part of a name a word is, as far as the writing shows it."""

    FAMILY = "family name"
    GIVEN = "given name"
    FATHERS = "father's name"
    HONORIFIC = "title"
    OFFICE = "rank or office"
    UNKNOWN = "name"


# How much a word counts in its name.
WEIGHT_WORD = 100
WEIGHT_SHORT = 60
WEIGHT_INITIAL = 35
WEIGHT_COMMON = 40
WEIGHT_PARTICLE = 15
WEIGHT_LESSER = {Part.HONORIFIC: 15, Part.FATHERS: 50}
"""A title that may be a name counts as a particle does; a father's name left out is no other name."""
WEIGHT_OFFICE = 15
"""A rank or an office that both names have; one that only one of them has is not missed (align, I50)."""
SHORT_CHARACTERS = 3


@dataclass(slots=True, eq=False)
class Word:
    """One word of a name in Latin letters. Made by `word_of`: two words that hold the same are one object.

    It is shared, so nobody changes it; a frozen one would take four times as long to make, and names are made of nothing else.
    """

    text: str
    folded: str
    script: Script
    part: Part
    is_initial: bool
    written: str
    """As it was written, in normal form, where that is not in Latin letters: what the learned transliteration reads (I22)."""
    other_readings: tuple[Word, ...]
    """Where a table reads the script (I23): the other spellings this one word has."""
    weight: int
    """How much it counts in its name."""
    is_latin: bool
    """Whether it was written in Latin letters."""

    def as_part(self, part: Part) -> Word:
        """Return the same word as another part of a name."""
        return word_of(self.text, self.script, part, self.written, self.other_readings)


@functools.lru_cache(maxsize=CACHED_WORDS)
def word_of(text: str, script: Script, part: Part, written: str, other_readings: tuple[Word, ...]) -> Word:
    """Return the word that is read so; the same object each time, as long as it is remembered.

    All of it is given each time: what is left out would be remembered as another word.
    """
    is_initial = len(text) == 1 and not text.isdigit()
    # What is compared as it is written (align) has no Latin letters to fold.
    folded = fold(text) if text.isascii() else text
    weight = _weight(text, part, is_initial=is_initial)
    return Word(text, folded, script, part, is_initial, written, other_readings, weight, script is _LATIN)


_LATIN, _OFFICE = Script.LATIN, Part.OFFICE
"""A member of an enum that is asked for by its class is found fifteen times as slowly (Python 3.11)."""


def _weight(text: str, part: Part, *, is_initial: bool) -> int:
    if part is _OFFICE:
        return WEIGHT_OFFICE
    if text in PARTICLES or text in FILLERS:
        return WEIGHT_PARTICLE
    if text in COMMON:
        return WEIGHT_COMMON
    if part in WEIGHT_LESSER:
        return WEIGHT_LESSER[part]
    if is_initial:
        return WEIGHT_INITIAL
    return WEIGHT_SHORT if len(text) < SHORT_CHARACTERS else WEIGHT_WORD
