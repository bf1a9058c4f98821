"""One word of a name (`ways`) as the index is asked for it.

Source: docs/rules/identity.md I3 and I22.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from entente.identity.scripts import romanise
from entente.search.lattices import Lattice, lattice_of
from entente.search.letters import encode

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


@functools.lru_cache(maxsize=CACHED_WORDS)
def asked_word(word: str) -> AskedWord:
    """Return a normalised word with all that it is looked for by."""
    if word.isascii():
        spelt = encode(word)
        return AskedWord(word, (spelt,) if spelt else (), None)
    latin = dict.fromkeys(spelt for reading in romanise(word) if (spelt := encode("".join(reading))))
    return AskedWord(word, tuple(latin), lattice_of(word))
