"""The token pairs: a Latin token, the same name's token in another script, and how often the two stood together.

From steveash/NETransliteration-COLING2018 at 5d5f59e (CC0), names of persons in Wikidata; data/README.md says what was done to
them. They were split at spaces, so that a few per cent are misaligned: the given name beside the family name.
"""

from __future__ import annotations

import lzma
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from anyascii import anyascii

from entente.identity.names import normalise
from entente.identity.units import LEARNED_SCRIPTS, script_code, units

DATA = Path(__file__).parent / "data"
FILES = ("arabic", "chinese", "japanese", "katakana", "korean", "russian")
HELD_OUT_PER_MILLE = 50
SEED = 7
_NOT_LETTERS = re.compile("[^a-z]")
CHARACTERS_MAX = 38
"""Signs or letters of a word; five pairs of 340,000 are longer."""
LATIN_MAX = 7
"""Letters of a Latin chunk (entente.identity.channel)."""

Counts = dict[tuple[str, str], float]
"""Native and Latin chunk with their expected count."""


@dataclass(frozen=True)
class Pair:
    """A word of one of the scripts and a Latin one."""

    native: str
    """In a name's normal form."""
    signs: str
    latin: str
    weight: float
    """Square root of the count: «Maria» stands for every Maria and still not for a hundred names."""


def latin_letters(text: str) -> str:
    """Return a Latin token in the letters a to z, accents folded as `names` does it."""
    return _NOT_LETTERS.sub("", anyascii(normalise(text)).lower())


def read_pairs() -> dict[str, list[Pair]]:
    """Return the pairs by script, sorted, each once: the greatest count where two files hold it."""
    counts: dict[str, dict[tuple[str, str], int]] = {script: {} for script in LEARNED_SCRIPTS}
    for name in FILES:
        with lzma.open(DATA / f"{name}.tsv.xz", "rt", encoding="utf-8") as file:
            for line in file:
                written, other, count = line.rstrip("\n").split("\t")
                native, latin = normalise(other).replace(" ", ""), latin_letters(written)
                script = script_code(native)
                if script and 0 < len(latin) <= CHARACTERS_MAX and len(units(native, script)) <= CHARACTERS_MAX:
                    kept = counts[script]
                    kept[native, latin] = max(kept.get((native, latin), 0), int(count))
    return {
        script: [Pair(n, units(n, script), latin, c**0.5) for (n, latin), c in sorted(kept.items())]
        for script, kept in counts.items()
    }


def split(pairs: list[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Divide pairs into those to train on and those held out, by the native token, so that none is in both."""
    held = [zlib.crc32(f"{SEED}{pair.native}".encode()) % 1000 < HELD_OUT_PER_MILLE for pair in pairs]
    return (
        [pair for pair, is_held in zip(pairs, held, strict=True) if not is_held],
        [pair for pair, is_held in zip(pairs, held, strict=True) if is_held],
    )
