"""From near words to names: whose names hold most of what was asked for, and how well all of it fits together.

First the posting lists of all near words are added up, name by name; then the best of them are looked at closely: each asked
word is given the held word that fits it best, none twice, and what is left over on either side takes its part.

A name is an entry of the index: a record may have several, each under the disclosure class of its fact, with the date of birth
and the country that whoever may see the entry may see too. Entries of classes that are not allowed are left out where they are
met, before anything is counted.

Source: docs/rules/identity.md I7 and I12.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.search.compiling import compiled
from entente.search.ways import ASKED_WORDS_MAX

Array = np.ndarray[Any, np.dtype[Any]]

HELD_WORDS_MAX: Final = 16
LOOKED_AT_MAX: Final = 300
"""Entries of one reading whose whole names are compared: on the development names 1,000 find next to none more."""
STEPS: Final = 512
"""Steps into which sums are sorted: finer than any difference that matters before the close look."""
EXTRA_PART: Final = 0.25
"""How much a held word that nobody asked for weighs beside one that was asked for (docs/rules/identity.md I7)."""
BORN_EQUAL: Final = 1.25
BORN_DIFFERS: Final = 0.8
"""What a day of birth does to a name's sum before the best are chosen, so that of ten thousand namesakes that day's is there."""
DAYS_A_YEAR: Final = 10_000
"""Days are written yyyymmdd, 0 where unknown."""


class Names(NamedTuple):
    """The entries of an index as flat arrays."""

    postings: Array
    """u32: the entries that hold a word."""
    posting_begins: Array
    """i64[words + 1]: where each word's begin."""
    words: Array
    """u32: the words of each entry."""
    begins: Array
    """i64[entries + 1]"""
    records: Array
    """u32 by entry."""
    classes: Array
    """u32 by entry: its disclosure class."""
    births: Array
    """u32 by entry: yyyymmdd."""
    countries: Array
    """u16 by entry: its two letters, 0 where unknown."""


class Near(NamedTuple):
    """The near words of all asked words of one reading."""

    spans: Array
    """i64[asked + 1]: where each asked word's begin."""
    words: Array
    """i64, each span best first."""
    fits: Array
    """f32"""
    weights: Array
    """f32[asked]: how much each asked word says."""


class MatchScratch(NamedTuple):
    """What one search at a time writes on."""

    sums: Array
    """f32 by entry."""
    seen: Array
    """i64 by entry: in which turn its sum was begun, and which asked word it met last; every turn is above all earlier ones."""
    met: Array
    """u32 by entry."""
    found: Array
    """u32[2 × LOOKED_AT_MAX]"""
    scores: Array
    """f32[2 × LOOKED_AT_MAX]"""
    table: Array
    """f32[ASKED_WORDS_MAX, words], all 0 before and after."""


def match_scratch(entries: int, words: int) -> MatchScratch:
    """Return scratch for an index of so many entries and words."""
    return MatchScratch(
        np.zeros(entries, np.float32), np.full(entries, -1, np.int64), np.empty(entries, np.uint32),
        np.empty(2 * LOOKED_AT_MAX, np.uint32), np.empty(2 * LOOKED_AT_MAX, np.float32),
        np.zeros((ASKED_WORDS_MAX, words), np.float32),
    )  # fmt: skip


@compiled
def shown_words(begins: Array, classes: Array, allowed: Array) -> Array:
    """Return u8 by word, 1 where an entry of an allowed class has it: no other word may move what is found or its order (I12).

    `begins` i64[words + 1] over `classes` u32: the classes of each word's entries; `allowed` bool by class.
    """
    shown = np.zeros(begins.size - 1, np.uint8)
    for word in range(begins.size - 1):
        for place in range(begins[word], begins[word + 1]):
            if allowed[classes[place]]:
                shown[word] = 1
                break
    return shown


@compiled
def match(names: Names, rarity: Array, near: Near, allowed: Array, born: int, turn: int, scratch: MatchScratch) -> int:
    """Write the best entries into `found` and how well each whole name fits, in [0, 1], into `scores`; return how many.

    `rarity` f32 by word; `allowed` bool by class; `born` a day or 0; `turn` rises by ASKED_WORDS_MAX with each call.
    """
    count = _add_up(names, near, allowed, turn, scratch)
    if born:
        _favour_births(names, scratch.met[:count], born, scratch.sums)
    kept = _best(scratch.sums, scratch.met[:count], scratch.found)
    _fit(names, rarity, near, kept, scratch)
    return kept


@compiled
def _add_up(names: Names, near: Near, allowed: Array, turn: int, scratch: MatchScratch) -> int:
    """Add to each entry's sum, for each asked word, the best fitting of its near words; return how many entries were met."""
    sums, seen = scratch.sums, scratch.seen
    count = 0
    for asked in range(near.weights.size):
        mark = turn + asked
        for place in range(near.spans[asked], near.spans[asked + 1]):
            gain = near.fits[place] * near.weights[asked]
            word = near.words[place]
            for entry in names.postings[names.posting_begins[word] : names.posting_begins[word + 1]]:
                if seen[entry] != mark and allowed[names.classes[entry]]:
                    if seen[entry] < turn:
                        sums[entry] = 0.0
                        scratch.met[count] = entry
                        count += 1
                    seen[entry] = mark
                    sums[entry] += gain
    return count


@compiled
def _favour_births(names: Names, met: Array, born: int, sums: Array) -> None:
    """Raise the sums of entries born on the day, lower those of another year; of sums above half of the highest."""
    most = _highest(sums, met)
    for entry in met:
        if sums[entry] * 2 >= most:
            day = np.int64(names.births[entry])
            if day == born:
                sums[entry] *= BORN_EQUAL
            elif day and day // DAYS_A_YEAR != born // DAYS_A_YEAR:
                sums[entry] *= BORN_DIFFERS


@compiled
def _highest(sums: Array, met: Array) -> float:
    most = np.float32(0.0)
    for entry in met:
        most = max(most, sums[entry])
    return most


@compiled
def _best(sums: Array, met: Array, found: Array) -> int:
    """Write the entries with the highest sums into `found`, LOOKED_AT_MAX and as many as are equal; return how many."""
    most = _highest(sums, met)
    if most <= 0.0:
        return 0
    by_step = np.zeros(STEPS + 1, np.int64)
    for entry in met:
        by_step[int(sums[entry] / most * STEPS)] += 1
    least, kept = STEPS, by_step[STEPS]
    while least > 0 and kept < LOOKED_AT_MAX:
        least -= 1
        kept += by_step[least]
    # Those above the last step first: of the last one there may be more than there is room for.
    written = _of_steps(sums, met, most, least + 1, STEPS, found, 0)
    return _of_steps(sums, met, most, least, least, found, written)


@compiled
def _of_steps(sums: Array, met: Array, most: float, low: int, high: int, found: Array, written: int) -> int:
    for entry in met:
        if low <= int(sums[entry] / most * STEPS) <= high and written < found.size:
            found[written] = entry
            written += 1
    return written


@compiled
def _fit(names: Names, rarity: Array, near: Near, count: int, scratch: MatchScratch) -> None:
    """Write how well each found entry's whole name fits."""
    asked, table = near.weights.size, scratch.table
    for one in range(asked):
        for place in range(near.spans[one], near.spans[one + 1]):
            table[one, near.words[place]] = near.fits[place]
    total = np.float32(near.weights.sum())
    pairs = np.zeros((ASKED_WORDS_MAX, HELD_WORDS_MAX), np.float32)
    for place in range(count):
        begin = names.begins[scratch.found[place]]
        held = names.words[begin : min(names.begins[scratch.found[place] + 1], begin + HELD_WORDS_MAX)]
        for one in range(asked):
            for other in range(held.size):
                pairs[one, other] = table[one, held[other]] * near.weights[one]
        gained, extra = _pair(pairs, asked, held.size), np.float32(0.0)
        for other in range(held.size):
            if pairs[0, other] >= 0.0:
                extra += rarity[held[other]]
        scratch.scores[place] = gained / (total + EXTRA_PART * extra)
    for one in range(asked):
        for place in range(near.spans[one], near.spans[one + 1]):
            table[one, near.words[place]] = 0.0


@compiled
def _pair(pairs: Array, asked: int, held: int) -> float:
    """Pair greedily, best first; return what was gained, and mark the columns of held words that were taken with −1."""
    gained = np.float32(0.0)
    for _ in range(min(asked, held)):
        most, row, column = np.float32(0.0), -1, -1
        for one in range(asked):
            for other in range(held):
                if pairs[one, other] > most:
                    most, row, column = pairs[one, other], one, other
        if row < 0:
            break
        gained += most
        for other in range(held):
            pairs[row, other] = min(pairs[row, other], np.float32(0.0))
        for one in range(asked):
            pairs[one, column] = -1.0
    return gained
