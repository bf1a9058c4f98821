"""How much it says that two names share a word: little for «John», much for a word that next to nobody bears.

Weights come from public names (CC0, `training/`), not from the records of the index: a weight counted there would let records
that a reader may not see move what is found and its order (docs/rules/identity.md I12).
"""

from __future__ import annotations

import functools
import lzma
import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

STEPS_A_DOUBLING: Final = 2
"""The file has words by how often they were counted, in half doublings."""
COMMON_PART: Final = 0.5
"""How much of a word's commonness in nats is taken off its cost: the usual spelling first; measured beside the spread."""
UNCOUNTED: Final = 1.0
"""How often a word counts as met that stands in no row: between once and the least that is listed."""


@functools.cache
def counted() -> tuple[Mapping[str, int], int]:
    """Return how often each listed word was counted, about, and all counts together."""
    packed = (files("entente.data") / "rarity" / "words.txt.xz").read_bytes()
    found: dict[str, int] = {}
    for line in lzma.decompress(packed).decode("ascii").splitlines():
        level, _, words = line.partition(" ")
        count = round(2 ** ((int(level) + 0.5) / STEPS_A_DOUBLING))
        found.update(dict.fromkeys(words.split(), count))
    return found, sum(found.values())


def weight(word: str) -> float:
    """Return the information of a word in nats: −ln of its share of all words."""
    counts, total = counted()
    return math.log(total / counts.get(word, UNCOUNTED))


def commonness(word: str) -> float:
    """Return ln of how often a word was counted, 0 for one in no row: the usual word is the likelier reading (I22)."""
    return math.log(counted()[0].get(word, UNCOUNTED))
