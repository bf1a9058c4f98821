"""From near words to names: whose names hold most of what was asked for, and how well all of it fits together.

First the posting lists of all near words are added up, name by name; then the best of them are looked at closely: each asked
word is given the held word that fits it best, none twice, and what is left over on either side takes its part.

A name is an entry of the index: a record may have several, each under the disclosure class of its fact, with the date of birth
and the country that whoever may see the entry may see too. Entries of classes that are not allowed are left out where they are
met, before anything is counted.

Source: docs/rules/identity.md I7, I12 and I43.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.search.compiling import compiled
from entente.search.trie import ALL_SHOWN
from entente.search.ways import ASKED_WORDS_MAX

Array = np.ndarray[Any, np.dtype[Any]]

HELD_WORDS_MAX: Final = 16
LOOKED_AT_MAX: Final = 300
"""Entries of one reading whose whole names are compared: on the development names 1,000 find next to none more."""
STEPS: Final = 1_024
"""Steps into which sums are sorted: finer than any difference that matters before the close look."""
EXTRA_PART: Final = 0.25
"""How much a held word that nobody asked for weighs beside one that was asked for (docs/rules/identity.md I7)."""
EXTRA_NATS_MAX: Final = 6.0
"""Nats of such a word that count, fewer than most words have: a rare one is left out as easily as a usual one (I46)."""
OTHER_ORDER_PART: Final = 0.99
"""What is left of the fit of a name whose words stand in another order than they were asked in: of names that hold the same words
those in the asked order come first, and next to nothing is taken where the family name is written first (I43)."""
PAIRED: Final = -1.0
"""Where an asked and a held word were paired; of others what they gain is here, 0 or more."""
BORN_EQUAL: Final = 1.25
BORN_DIFFERS: Final = 0.8
"""What a day of birth does to a name's sum before the best are chosen, so that of ten thousand namesakes that day's is there."""
DAYS_A_YEAR: Final = 10_000
"""Days are written yyyymmdd, 0 where unknown."""
GAIN_SCALE: Final = 1 << 16
"""Parts of a nat in which sums are kept: 8 asked words of 20 nats each stay below 2^24 of them."""
SUM_BITS: Final = 24
"""An entry's number: its sum, and above it a bit for each asked word it met; 0 for one that was not met."""
SUM: Final = (1 << SUM_BITS) - 1


class Names(NamedTuple):
    """The entries of an index as flat arrays."""

    postings: Array
    """i32: the entries that hold a word."""
    posting_begins: Array
    """i32[words + 1]: where each word's begin."""
    words: Array
    """i32: the words of each entry."""
    begins: Array
    """i32[entries + 1]"""
    records: Array
    """i32 by entry."""
    classes: Array
    """u32 by entry: its disclosure class."""
    births: Array
    """u32 by entry: yyyymmdd."""
    countries: Array
    """u16 by entry: its two letters, 0 where unknown."""


class MatchScratch(NamedTuple):
    """What one search at a time writes on."""

    state: Array
    """u32 by entry: see SUM_BITS; all 0 before and after."""
    met: Array
    """i32 by entry."""
    sums: Array
    """i32 by entry: those of the met."""
    found: Array
    """i64[2 × LOOKED_AT_MAX]"""
    gains: Array
    """i64[2 × LOOKED_AT_MAX]: what each of the found gains at most, in parts of GAIN_SCALE."""
    table: Array
    """f32[words, ASKED_WORDS_MAX], all 0 before and after: one word's fits lie beside each other."""


def match_scratch(entries: int, words: int) -> MatchScratch:
    """Return scratch for an index of so many entries and words."""
    return MatchScratch(
        np.zeros(entries, np.uint32), np.empty(entries, np.int32), np.empty(entries, np.int32),
        np.empty(2 * LOOKED_AT_MAX, np.int64), np.empty(2 * LOOKED_AT_MAX, np.int64),
        np.zeros((words, ASKED_WORDS_MAX), np.float32),
    )  # fmt: skip


class Near(NamedTuple):
    """The near words of asked words, a row each."""

    words: Array
    """i32[rows, NEAR_MAX], each row best first."""
    fits: Array
    """f32[rows, NEAR_MAX]"""
    counts: Array
    """i64[rows]"""
    weights: Array
    """f64[rows]: how much each asked word says."""
    leasts: Array
    """f64[rows]: what the cheapest word that a native word may be costs (`near.by_sound`), inf where there is none."""


@compiled
def shown_words(begins: Array, classes: Array, allowed: Array) -> Array:
    """Return `Shown.words`: no word that is not shown may move what is found or its order (I12).

    `begins` i64[words + 1] over `classes` u32: the classes of each word's entries; `allowed` bool by class.
    """
    shown = np.zeros(begins.size - 1, np.uint8)
    for word in range(begins.size - 1):
        some, every = False, True
        for place in range(begins[word], begins[word + 1]):
            some |= allowed[classes[place]]
            every &= allowed[classes[place]]
        shown[word] = ALL_SHOWN if some and every else 1 if some else 0
    return shown


@compiled
def best_entries(
    names: Names, shown: Array, near: Near, rows: Array, allowed: Array, born: int, scratch: MatchScratch
) -> int:
    """Write the entries that hold most of the asked words of `rows` into `found`, those that hold most first; return how many.

    `rows` begins with the words that say most; `allowed` bool by class; `born` a day or 0.
    """
    count = _add_up(names, shown, near, rows, allowed, BORN_EQUAL if born else 1.0, scratch)
    state, met, sums = scratch.state, scratch.met, scratch.sums
    most = 0
    for place in range(count):
        sums[place] = np.int64(state[met[place]]) & SUM
        most = max(most, sums[place])
    if born:
        least, most = most // 2, 0
        for place in range(count):
            if sums[place] >= least:
                day = np.int64(names.births[met[place]])
                if day == born:
                    sums[place] = int(sums[place] * BORN_EQUAL)
                elif day and day // DAYS_A_YEAR != born // DAYS_A_YEAR:
                    sums[place] = int(sums[place] * BORN_DIFFERS)
            most = max(most, sums[place])
    shift = 0
    while most >> shift >= STEPS:
        shift += 1
    # How many there are of each step, and then where its first one is to stand.
    by_step = np.zeros(STEPS, np.int64)
    for place in range(count):
        by_step[sums[place] >> shift] += 1
    step, kept = STEPS, 0
    while step > 0 and kept < LOOKED_AT_MAX:
        step -= 1
        here, by_step[step] = by_step[step], kept
        kept += here
    for place in range(count):
        its = sums[place] >> shift
        if its >= step and by_step[its] < scratch.found.size:
            scratch.found[by_step[its]] = met[place]
            scratch.gains[by_step[its]] = np.int64(state[met[place]]) & SUM
            by_step[its] += 1
    for place in range(count):
        state[met[place]] = 0
    return min(kept, scratch.found.size)


@compiled
def holding(names: Names, shown: Array, near: Near, row: int, allowed: Array, scratch: MatchScratch) -> int:
    """Write entries that hold one of an asked word's near words into `found`, LOOKED_AT_MAX at most; return how many.

    The rest as in `best_entries`.
    """
    state, count = scratch.state, 0
    for place in range(near.counts[row]):
        word = near.words[row, place]
        for at in range(names.posting_begins[word], names.posting_begins[word + 1]):
            entry = names.postings[at]
            is_new = state[entry] == 0 and count < LOOKED_AT_MAX
            if is_new and (shown[word] == ALL_SHOWN or allowed[names.classes[entry]]):
                state[entry] = 1
                scratch.found[count], scratch.gains[count] = entry, SUM
                count += 1
    for place in range(count):
        state[scratch.found[place]] = 0
    return count


@compiled
def _add_up(
    names: Names, shown: Array, near: Near, rows: Array, allowed: Array, lifted: float, scratch: MatchScratch
) -> int:
    """Add to each entry's sum, for each asked word, the best fitting of its near words; return how many entries were met.

    Entries that hold none of the first words are left out once so many hold more than all the rest says, be it `lifted` by
    a factor.
    """
    state, met, postings, classes = scratch.state, scratch.met, names.postings, names.classes
    count, is_open = 0, True
    for asked in range(rows.size):
        row, bit = rows[asked], 1 << (SUM_BITS + asked)
        if is_open and count > LOOKED_AT_MAX:
            rest = 0.0
            for later in range(asked, rows.size):
                rest += near.fits[rows[later], 0] * near.weights[rows[later]]
            is_open = _above(state, met, count, int(rest * lifted * GAIN_SCALE)) < LOOKED_AT_MAX
        for place in range(near.counts[row]):
            gain = bit | int(near.fits[row, place] * near.weights[row] * GAIN_SCALE)
            word = near.words[row, place]
            is_all_shown = shown[word] == ALL_SHOWN
            for at in range(names.posting_begins[word], names.posting_begins[word + 1]):
                entry = postings[at]
                held = np.int64(state[entry])
                if held == 0:
                    if is_open and (is_all_shown or allowed[classes[entry]]):
                        state[entry] = gain
                        met[count] = entry
                        count += 1
                elif held & bit == 0:
                    state[entry] = held + gain
    return count


@compiled
def _above(state: Array, met: Array, count: int, least: int) -> int:
    """Count the met entries whose sums are above `least`."""
    above = 0
    for place in range(count):
        if np.int64(state[met[place]]) & SUM > least:
            above += 1
    return above


@compiled
def begin_fits(near: Near, rows: Array, table: Array) -> None:
    """Lay out how well each near word of the asked words of `rows` fits, by its number."""
    for asked in range(rows.size):
        for place in range(near.counts[rows[asked]]):
            table[near.words[rows[asked], place], asked] = near.fits[rows[asked], place]


@compiled
def end_fits(near: Near, rows: Array, table: Array) -> None:
    """Undo `begin_fits`."""
    for asked in range(rows.size):
        for place in range(near.counts[rows[asked]]):
            table[near.words[rows[asked], place], asked] = 0.0


@compiled
def fit_of(
    names: Names, rarity: Array, near: Near, rows: Array, order: Array, entry: int, table: Array, pairs: Array, held: Array,
) -> float:  # fmt: skip
    """Return how well an entry's whole name fits, in [0, 1]; `rarity` f32 by word, `table` as `begin_fits` lays it out.

    Asked and held words are paired greedily, best first, none twice; `order` i64 has the place of each of `rows` in what was
    asked. `pairs` f32[ASKED_WORDS_MAX, HELD_WORDS_MAX] and `held` i64[HELD_WORDS_MAX] are scratch.
    """
    begin, columns, total, extra = names.begins[entry], 0, 0.0, 0.0
    for at in range(begin, min(names.begins[entry + 1], begin + HELD_WORDS_MAX)):
        word = names.words[at]
        extra += min(rarity[word], EXTRA_NATS_MAX)
        is_near = False
        for one in range(rows.size):
            is_near |= table[word, one] > 0.0
        if is_near:
            for one in range(rows.size):
                pairs[one, columns] = table[word, one] * near.weights[rows[one]]
            held[columns] = word
            columns += 1
    for one in range(rows.size):
        total += near.weights[rows[one]]
    gained = 0.0
    for _ in range(min(rows.size, columns)):
        most, row, column = 0.0, -1, -1
        for one in range(rows.size):
            for other in range(columns):
                if pairs[one, other] > most:
                    most, row, column = float(pairs[one, other]), one, other
        if row < 0:
            break
        gained += most
        extra -= min(rarity[held[column]], EXTRA_NATS_MAX)
        for other in range(columns):
            pairs[row, other] = 0.0
        for one in range(rows.size):
            pairs[one, column] = 0.0
        pairs[row, column] = PAIRED
    fit = gained / (total + EXTRA_PART * max(extra, 0.0))
    return fit if _is_in_order(pairs, order, columns) else fit * OTHER_ORDER_PART


@compiled
def _is_in_order(pairs: Array, order: Array, columns: int) -> bool:
    """Tell whether the held words that are PAIRED stand in the `order` of the asked ones."""
    latest = -1
    for column in range(columns):
        for one in range(order.size):
            if pairs[one, column] == PAIRED:
                if order[one] < latest:
                    return False
                latest = order[one]
    return True
