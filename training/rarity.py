"""How often words are borne: counted in the token pairs, and written as the list that the search index weighs words by.

A word counts as often as all its pairs did. Words met once or twice are left out, most of all; they weigh what a word weighs that
nobody bears.
"""

from __future__ import annotations

import lzma
import math
from collections import Counter, defaultdict
from pathlib import Path

import entente.data
from entente.search.rarity import STEPS_A_DOUBLING
from training.pairs import DATA, FILES, latin_letters

FILE = Path(entente.data.__file__).parent / "rarity" / "words.txt.xz"
COUNT_MIN = 3


def counted() -> Counter[str]:
    """Return how often each Latin word of the pairs was met."""
    found: Counter[str] = Counter()
    for name in FILES:
        with lzma.open(DATA / f"{name}.tsv.xz", "rt", encoding="utf-8") as file:
            for line in file:
                written, _, count = line.rstrip("\n").split("\t")
                found[latin_letters(written)] += int(count)
    del found[""]
    return found


def as_file(counts: Counter[str]) -> bytes:
    """Return the list packed: a row for each half doubling of the count, with the words met so often, in order."""
    rows: dict[int, list[str]] = defaultdict(list)
    for word, count in counts.items():
        if count >= COUNT_MIN:
            rows[int(math.log2(count) * STEPS_A_DOUBLING)].append(word)
    lines = [f"{step} {' '.join(sorted(words))}" for step, words in sorted(rows.items())]
    return lzma.compress("\n".join(lines).encode("ascii"), preset=9)


def write() -> int:
    """Write the list; return how many words it has."""
    counts = counted()
    FILE.write_bytes(as_file(counts))
    return sum(count >= COUNT_MIN for count in counts.values())
