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
from entente.search.sounding import SLOTS, Beginnings, Model, beginnings, sounding
from entente.search.spelling import (
    LONG_LETTERS,
    SpellingScratch,
    likeness,
    mark_places,
    sharing_grams,
    slips,
    spelling_scratch,
    walk,
)
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
ALIKE_MIN: Final = 0.5
"""Spellings that are less alike say nothing."""
FIT_MIN: Final = 0.02
"""A word that fits less stands for nothing."""


HEARD_ENOUGH: Final = 10
"""Words that a native word may be, of which so many make it needless to look widely for its readings by the standards."""
FOUND_MAX: Final = SLOTS
"""Words that one way of looking may find: twice what a place of the lattice holds."""


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
    """i32 by word."""


def near_scratch(words: int) -> NearScratch:
    """Return scratch for an index of so many words."""
    return NearScratch(
        beginnings(SIGNS_MAX), spelling_scratch(words, FOUND_MAX), np.empty(FOUND_MAX, np.int64),
        np.empty(FOUND_MAX, np.int32), np.zeros(words, np.float32), np.empty(words, np.int32),
    )  # fmt: skip


@compiled
def by_sound(
    words: Words, shown: Shown, model: Model, script: int, begins: Array, spans: Array, scratch: NearScratch
) -> tuple[int, float]:
    """Note how well each word that a native word may be fits. `begins` and `spans`: `sounding`.

    Return how many were touched, and what the cheapest of them costs in nats, less for a common word.
    """
    found, costs, fit_of, touched = scratch.found, scratch.costs, scratch.fit_of, scratch.touched
    heard = sounding(words, shown, model, begins, spans, scratch.ways, found, costs)
    least = np.inf
    for place in range(heard):
        least = min(least, costs[place] / 1000.0 - COMMON_PART * words.commonness[found[place]])
    count, signs, of = 0, begins.size - 1, model.logistic[script]
    for place in range(heard):
        word, cost = found[place], costs[place] / 1000.0
        length = words.begins[word + 1] - words.begins[word]
        fit = fit_by_sound(of, cost, signs, length, cost - COMMON_PART * words.commonness[word] - least)
        count = note(word, fit, fit_of, touched, count)
    return count, least


@compiled
def fit_by_sound(of: Array, cost: float, signs: int, length: int, dearer: float) -> float:
    """Return how well a word of `length` letters fits a native one of so many signs, `of` being a row of `Model.logistic`.

    It costs so many nats, and by so many it is `dearer` than the cheapest.
    """
    odds = of[0] - of[1] * cost + of[2] * signs + of[3] * length
    likely = UNLIKELY_PART + (1.0 - UNLIKELY_PART) / (1.0 + math.exp(-odds))
    return likely * math.exp(-max(dearer, 0.0) / COST_SPREAD) * (LETTER_FIT if length == 1 else 1.0)


@compiled
def by_spelling(
    words: Words, shown: Shown, spelt: Array, factor: float, wide: int, scratch: NearScratch, count: int
) -> int:
    """Note how well each word fits that is written nearly like `spelt`, `count` being touched; return how many are then.

    `factor` is the fit of an equal word. Where it is not looked for `wide` (0), no more than one slip is made good.
    """
    found, places, letters, begins = scratch.found, scratch.spelling.places, words.letters, words.begins
    mark_places(spelt, places)
    heard = walk(words, shown, spelt, 2 if wide and spelt.size >= LONG_LETTERS else 1, found, scratch.spelling)
    for place in range(heard):
        first, last = begins[found[place]], begins[found[place] + 1]
        alike = likeness(scratch.spelling.slips[place], spelt.size, last - first, letters[first], spelt[0])
        if alike >= ALIKE_MIN:
            count = note(found[place], factor * alike, scratch.fit_of, scratch.touched, count)
    if wide:
        heard = sharing_grams(words, shown.words, spelt, scratch.spelling, found, BY_GRAMS)
        for place in range(heard):
            first, last = begins[found[place]], begins[found[place] + 1]
            alike = likeness_of(places, spelt, letters, first, last)
            if alike >= ALIKE_MIN:
                count = note(found[place], factor * alike, scratch.fit_of, scratch.touched, count)
    for place in range(spelt.size):
        places[spelt[place]] = 0
    return count


@compiled
def likeness_of(places: Array, spelt: Array, letters: Array, first: int, last: int) -> float:
    """Return how alike an asked word, which `places` has too, and the letters from `first` up to `last` are."""
    made = slips(places, spelt.size, letters, first, last)
    return likeness(made, spelt.size, last - first, letters[first], spelt[0])


@compiled
def nearest(scratch: NearScratch, count: int, near: Array, fits: Array) -> int:
    """Write the best fitting of the touched words into `near` i32 and how well they fit into `fits` f32, best first.

    Of words that fit alike the one with the lower number comes first. Return how many were written; nothing is touched any more.
    """
    written = 0
    for place in range(count):
        word = scratch.touched[place]
        fit = scratch.fit_of[word]
        scratch.fit_of[word] = 0.0
        if fit < FIT_MIN or (written == near.size and _is_behind(fit, word, fits[written - 1], near[written - 1])):
            continue
        written += written < near.size
        at = written - 1
        while at > 0 and not _is_behind(fit, word, fits[at - 1], near[at - 1]):
            fits[at], near[at] = fits[at - 1], near[at - 1]
            at -= 1
        fits[at], near[at] = fit, word
    return written


@compiled
def _is_behind(fit: float, word: int, other_fit: float, other: int) -> bool:
    return fit < other_fit or (fit == other_fit and word > other)


@compiled
def note(word: int, fit: float, fit_of: Array, touched: Array, count: int) -> int:
    """Note how well a word fits at least, `count` being touched; return how many are then."""
    if fit <= 0.0:
        return count
    if fit_of[word] == 0.0:
        touched[count] = word
        count += 1
    fit_of[word] = max(fit_of[word], np.float32(fit))
    return count
