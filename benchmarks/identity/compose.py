"""Names that nobody bears: words of real names, put together anew from a seed, for lists as long as a measurement wants.

Words come as often as in the names they are taken from: some are common and most are rare, as in any population.
"""

from __future__ import annotations

import lzma
import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from benchmarks.identity.data import Record

SEED = 20310504
TOKENS = Path(__file__).parents[2] / "training" / "data"
TOKEN_FILES = ("arabic", "chinese", "japanese", "katakana", "korean", "russian")
LETTERS_MIN = 2
FIRST_YEAR, LAST_YEAR = 1935, 2012
DRAWN_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Words:
    """Words with how often each is drawn, as running sums."""

    words: tuple[str, ...]
    sums: tuple[float, ...]

    @classmethod
    def counted(cls, counts: dict[str, float]) -> Words:
        """Return the words in their own order, whatever the order of the counts."""
        words = sorted(counts)
        return cls(tuple(words), tuple(accumulate(counts[word] for word in words)))

    def drawn(self, chance: random.Random, count: int) -> list[str]:
        """Draw so many, with repetition."""
        return chance.choices(self.words, cum_weights=self.sums, k=count)


def words_of_names(names: Iterable[str]) -> tuple[Words, Words]:
    """Return the first words and the last words of names, each as often as it stands there."""
    given, family = dict[str, float](), dict[str, float]()
    for name in names:
        words = name.split()
        if len(words) > 1:
            given[words[0]] = given.get(words[0], 0) + 1
            family[words[-1]] = family.get(words[-1], 0) + 1
    return Words.counted(given), Words.counted(family)


def words_of_tokens() -> Words:
    """Return the Latin words of the CC0 token pairs (training/data), by the square root of their count.

    The square root, because the pairs hold the same famous people again and again.
    """
    counts = dict[str, float]()
    for name in TOKEN_FILES:
        with lzma.open(TOKENS / f"{name}.tsv.xz", "rt", encoding="utf-8") as file:
            for line in file:
                word, _, count = line.rstrip("\n").split("\t")
                if len(word) >= LETTERS_MIN and word.isalpha():
                    counts[word.title()] = max(counts.get(word.title(), 0), int(count))
    return Words.counted({word: count**0.5 for word, count in counts.items()})


def composed(
    given: Words, family: Words, *, but: Collection[str], first: int = 0, seed: int = SEED
) -> Iterator[Record]:
    """Yield records without end, none of a name that is to be left out; three of four have a date of birth."""
    chance = random.Random(f"{seed} composed {first}")
    number = first
    while True:
        for one, other in zip(given.drawn(chance, DRAWN_AT_ONCE), family.drawn(chance, DRAWN_AT_ONCE), strict=True):
            name = f"{one} {other}"
            born = a_date(chance) if chance.random() < 0.75 else ""
            if one != other and name not in but:
                yield Record(f"x{number:07}", name, born)
                number += 1


def a_date(chance: random.Random) -> str:
    """Draw a date of birth."""
    return f"{chance.randint(FIRST_YEAR, LAST_YEAR)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
