"""The words of an index that may stand for one asked word, best first, each with how well it fits: one compiled step.

A word of a script that the learned transliteration reads is sought through the tree of words (`sounding`); how well a word fits
is how likely it is and how much dearer than the best. Whatever the script, its readings in Latin letters by the standards are
sought by their spelling (`spelling`).

Source: docs/rules/identity.md I7, I12 and I22.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from entente.identity.transliteration import SIGNS_MAX
from entente.search.compiling import compiled
from entente.search.rarity import COMMON_PART
from entente.search.sounding import SLOTS, Beginnings, Chunks, Lattice, beginnings, sounding
from entente.search.spelling import LONG_LETTERS, SpellingScratch, likeness, sharing_grams, spelling_scratch, walk
from entente.search.trie import Shown, Words

Array = np.ndarray[Any, np.dtype[Any]]

NEAR_MAX: Final = 120
"""Words of the index that may stand for one asked word; 200 cost half as much again and find next to none more."""
BY_GRAMS: Final = 100
COST_SPREAD: Final = 8.0
"""Nats by which a reading may be dearer than the best until it fits a third as well; measured on the development names, where 3
found .86 of them among ten and 7 to 9 .89."""
STANDARD_FIT: Final = 0.4
"""How well the reading by a standard fits, where what was learned reads otherwise."""
UNLIKELY_PART: Final = 0.05
"""What is left of the fit of a word that the learned transliteration holds to be another one."""
LETTER_FIT: Final = 0.5
"""A single letter is an initial more often than a word."""
FIT_MIN: Final = 0.02
"""A word that fits less stands for nothing."""


class Asked(NamedTuple):
    """One word as it is looked for."""

    latin: Array
    """u8: its readings in Latin letters, one after the other."""
    begins: Array
    """i64[readings + 1]: where each begins."""
    lattice: Lattice
    """Without a place where the learned transliteration does not read it."""


class NearScratch(NamedTuple):
    """What one search at a time writes on."""

    ways: Beginnings
    spelling: SpellingScratch
    found: Array
    """i64"""
    costs: Array
    """i32"""
    fit_of: Array
    """f32 by word, all 0 before and after."""
    touched: Array
    """u32 by word."""


def near_scratch(words: int) -> NearScratch:
    """Return scratch for an index of so many words."""
    return NearScratch(
        beginnings(SIGNS_MAX), spelling_scratch(words), np.empty(4 * SLOTS, np.int64), np.empty(4 * SLOTS, np.int32),
        np.zeros(words, np.float32), np.empty(words, np.uint32),
    )  # fmt: skip


@compiled
def near_words(
    words: Words, asked: Asked, chunks: Chunks, shown: Shown, scratch: NearScratch, near: Array, fits: Array
) -> int:
    """Write the nearest words into `near` i64 and how well they fit into `fits` f32, best first; return how many.

    Words that are not shown do not count in anything.
    """
    count, factor = 0, 1.0
    if asked.lattice.begins.size > 1:
        count, factor = _by_sound(words, asked.lattice, chunks, shown, scratch), STANDARD_FIT
    for reading in range(asked.begins.size - 1):
        spelt = asked.latin[asked.begins[reading] : asked.begins[reading + 1]]
        count = _by_spelling(words, spelt, factor, shown, scratch, count)
    kept = np.sort(scratch.touched[:count])
    loss = np.empty(count, np.float32)
    for place in range(count):
        loss[place] = -scratch.fit_of[kept[place]]
        scratch.fit_of[kept[place]] = 0.0
    written = 0
    for place in np.argsort(loss, kind="mergesort")[: near.size]:
        if -loss[place] < FIT_MIN:
            break
        near[written] = kept[place]
        fits[written] = -loss[place]
        written += 1
    return written


@compiled
def _by_sound(words: Words, lattice: Lattice, chunks: Chunks, shown: Shown, scratch: NearScratch) -> int:
    found, costs, fit_of, touched = scratch.found, scratch.costs, scratch.fit_of, scratch.touched
    commonness, begins = words.commonness, words.begins
    heard = sounding(words, shown.nodes, lattice, chunks, scratch.ways, found, costs)
    least = np.inf
    for place in range(heard):
        if shown.words[found[place]]:
            least = min(least, costs[place] / 1000.0 - COMMON_PART * commonness[found[place]])
    count, signs, of = 0, lattice.begins.size - 1, lattice.logistic
    for place in range(heard):
        word = found[place]
        if shown.words[word]:
            cost, length = costs[place] / 1000.0, begins[word + 1] - begins[word]
            odds = of[0] - of[1] * cost + of[2] * signs + of[3] * length
            likely = UNLIKELY_PART + (1.0 - UNLIKELY_PART) / (1.0 + math.exp(-odds))
            dearer = cost - COMMON_PART * commonness[word] - least
            fit = likely * math.exp(-dearer / COST_SPREAD) * (LETTER_FIT if length == 1 else 1.0)
            count = _note(word, fit, fit_of, touched, count)
    return count


@compiled
def _by_spelling(words: Words, spelt: Array, factor: float, shown: Shown, scratch: NearScratch, count: int) -> int:
    found, rows, fit_of, touched = scratch.found, scratch.spelling.rows, scratch.fit_of, scratch.touched
    letters, begins = words.letters, words.begins
    edits = 2 if spelt.size >= LONG_LETTERS else 1
    heard = walk(words, shown.nodes, spelt, edits, found, scratch.spelling.waiting)
    heard += sharing_grams(words, spelt, shown.words, scratch.spelling, found[heard:], BY_GRAMS)
    for place in range(heard):
        word = found[place]
        if shown.words[word]:
            alike = likeness(spelt, letters[begins[word] : begins[word + 1]], rows)
            count = _note(word, factor * alike, fit_of, touched, count)
    return count


@compiled
def _note(word: int, fit: float, fit_of: Array, touched: Array, count: int) -> int:
    if fit <= 0.0:
        return count
    if fit_of[word] == 0.0:
        touched[count] = word
        count += 1
    fit_of[word] = max(fit_of[word], np.float32(fit))
    return count
