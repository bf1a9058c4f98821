"""What an officer typed as the index is asked: readings of a name, each a few words.

One name may be read in several ways, and each is looked for: a family name of one or of two signs (Han), syllables apart or
together, two words as one. One word as two is the index's to say, which knows what words there are.

Source: docs/rules/identity.md I3 and I22.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from entente.identity.name_parts import TITLES
from entente.identity.names import normalise
from entente.identity.scripts import Script, romanise, script_of
from entente.search.lattices import lattice_of
from entente.search.letters import encode
from entente.search.matching import ASKED_WORDS_MAX
from entente.search.sounding import Lattice

READINGS_MAX: Final = 6
SYLLABLES_MAX: Final = 4
"""A name in Han or Hangul that is written as one word has at most so many; a longer word is a foreign name, written by sound."""
CACHED_WORDS: Final = 4_096


@dataclass(frozen=True, slots=True)
class AskedWord:
    """One word of a reading."""

    text: str
    """As it was normalised, in its own script."""
    latin: tuple[bytes, ...]
    """Its readings in the letters of the index, by the standards; for a Latin word itself."""
    lattice: Lattice | None
    """How it may be written, for a word the learned transliteration reads."""


def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways in which a name may be read as words, the usual one first; none for a name that holds no letter."""
    words = normalise(name).split()
    words = [word for word in words if word not in TITLES] or words
    ways = list(_syllable_ways(words[0])) if len(words) == 1 else [tuple(words)]
    if len(words) > 1:
        ways += [
            (*words[:place], words[place] + words[place + 1], *words[place + 2 :]) for place in range(len(words) - 1)
        ]
    return tuple(way[:ASKED_WORDS_MAX] for way in ways[:READINGS_MAX] if way)


def _syllable_ways(word: str) -> tuple[tuple[str, ...], ...]:
    if script_of(word) not in {Script.HAN, Script.HANGUL} or not 1 < len(word) <= SYLLABLES_MAX:
        return ((word,),)
    ways: list[tuple[str, ...]] = [(word[:1], word[1:])]
    if len(word) > 2:  # noqa: PLR2004 - a given name of two syllables may be written apart
        ways += [(word[:1], *word[1:]), (word[:2], word[2:])]
    return (*ways, (word,))


@functools.lru_cache(maxsize=CACHED_WORDS)
def asked_word(word: str) -> AskedWord:
    """Return a normalised word with all that it is looked for by."""
    latin = dict.fromkeys(spelt for reading in romanise(word) if (spelt := encode("".join(reading))))
    return AskedWord(word, tuple(latin), lattice_of(word))
