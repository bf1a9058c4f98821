"""How well the words of the best names stand for an asked word, however far down the list of near words they would be.

Near words are looked for among all words of an index, so that their list ends somewhere: beside «Jeremy», «Wright» may be missing
though 赖特 can be it, and all Jeremys come out alike. Of the names that are looked at closely each word that is left over is
judged by itself, once for each asked word. Here a way may leave a sign unread or a letter unexplained, as in a comparison
(`identity.transliteration`); among all words that would reach too many.

Source: docs/rules/identity.md I7 and I22.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from entente.identity.transliteration import LETTER_SKIPPED, SIGN_SKIPPED
from entente.search.compiling import compiled
from entente.search.matching import HELD_WORDS_MAX, Names
from entente.search.near import ALIKE_MIN, COST_SPREAD, LETTER_FIT, UNLIKELY_PART, fit_by_sound, likeness_of
from entente.search.rarity import COMMON_PART
from entente.search.sounding import FAR, LETTER_BITS, SPELT, SPELT_BITS, Model
from entente.search.trie import Words

Array = np.ndarray[Any, np.dtype[Any]]

CLOSER_MAX: Final = 100
"""Names of each reading whose words are judged by themselves."""
CLOSER_WORDS_MAX: Final = 4
"""A name of more words is found by those that are near; judging all of them took 70 ms for eight words of forty kana."""
CLOSER_BELOW: Final = 0.75
"""A name that fits better holds all that was asked for, and a word that fits so much of what the nearest one does is what was
asked for; beside it nothing is to be gained."""
HEARD_MIN: Final = 0.1
"""A word that fits less by its sound is another one."""
JUDGED: Final = -1.0
"""The fit of a word that was judged and does not fit: below that of one that was not."""
DEAREST: Final = -COST_SPREAD * math.log(HEARD_MIN)
"""Nats by which a word may be dearer than the best until it fits less than HEARD_MIN."""
ODDS_MIN: Final = -math.log((1.0 - UNLIKELY_PART) / (HEARD_MIN - UNLIKELY_PART) - 1.0)
"""Below these odds a word fits less than HEARD_MIN."""
STEPS: Final = 512
"""Steps into which scores are sorted."""


@compiled
def best_of(scores: Array, count: int, best: Array) -> int:
    """Write the places of the best scores in [0, 1] among the first `count` into `best` i64; return how many."""
    by_step = np.zeros(STEPS + 1, np.int64)
    for place in range(count):
        by_step[int(scores[place] * STEPS)] += 1
    step, kept = STEPS, by_step[STEPS]
    while step > 0 and kept < best.size:
        step -= 1
        kept += by_step[step]
    # Those above the last step first: of the last one there may be more than there is room for.
    written = 0
    for is_last in (False, True):
        for place in range(count):
            its = int(scores[place] * STEPS)
            if (its == step if is_last else its > step) and written < best.size:
                best[written] = place
                written += 1
    return written


@compiled
def left_over(names: Names, entry: int, one: int, enough: Array, table: Array, left: Array, count: int) -> int:
    """Write the words of an entry that are left over for one asked word behind `count` others; return how many are then.

    None are where a word fits it well enough, nor is a word that fits another asked word so well. `table` f32[words, asked] is 0
    for each word that was not judged, and JUDGED after; `enough` f32 by asked word.
    """
    begin = names.begins[entry]
    end = min(names.begins[entry + 1], begin + HELD_WORDS_MAX)
    for at in range(begin, end):
        if table[names.words[at], one] >= enough[one]:
            return count
    for at in range(begin, end):
        word = names.words[at]
        if table[word, one] == 0.0:
            is_taken = False
            for other in range(enough.size):
                is_taken |= table[word, other] >= enough[other]
            if not is_taken:
                table[word, one] = JUDGED
                left[count] = word
                count += 1
    return count


@compiled
def forget(names: Names, entry: int, fits: Array) -> None:
    """Undo what was written of the words of an entry."""
    begin = names.begins[entry]
    for at in range(begin, min(names.begins[entry + 1], begin + HELD_WORDS_MAX)):
        fits[names.words[at]] = 0.0


@compiled
def hear(
    words: Words, model: Model, script: int, begins: Array, spans: Array, least: float, left: Array, fits: Array
) -> None:
    """Write how well each of the words `left` i64 sounds like a native word, if well enough, into `fits` f32 by word.

    `begins` and `spans`: `sounding`; `least`: what the cheapest word costs, as `by_sound` gives it.
    """
    signs, of, rests = begins.size - 1, model.logistic[script], rests_of(model, begins, spans)
    for place in range(left.size):
        word = left[place]
        spelt = words.letters[words.begins[word] : words.begins[word + 1]]
        common = COMMON_PART * words.commonness[word]
        likely_up_to = (of[0] + of[2] * signs + of[3] * spelt.size - ODDS_MIN) / of[1]
        cost = cheapest(model, begins, spans, rests, spelt, 1000.0 * min(likely_up_to, least + common + DEAREST))
        if cost < FAR:
            fit = fit_by_sound(of, cost / 1000.0, signs, spelt.size, cost / 1000.0 - common - least)
            if fit >= HEARD_MIN:
                fits[word] = max(fits[word], fit)


@compiled
def rests_of(model: Model, begins: Array, spans: Array) -> Array:
    """Return what the cheapest way costs to write what follows each place of a native word, whatever it spells."""
    signs = begins.size - 1
    rests = np.full(signs + 1, FAR, np.int64)
    rests[signs] = 0
    for place in range(signs - 1, -1, -1):
        rests[place] = SIGN_SKIPPED + rests[place + 1]
        for span in range(begins[place], begins[place + 1]):
            # Of the arcs of a span the first is the cheapest.
            rests[place] = min(rests[place], model.costs[spans[span, 1]] + rests[spans[span, 0]])
    return rests


@compiled
def cheapest(model: Model, begins: Array, spans: Array, rests: Array, spelt: Array, most: float) -> int:
    """Return what the cheapest way costs to write a native word as `spelt` u8, in thousandths of a nat; FAR above `most`.

    A sign that is left unread costs SIGN_SKIPPED, a letter that is left unexplained LETTER_SKIPPED. `rests`: `rests_of`.
    """
    signs, size = begins.size - 1, spelt.size
    costs = np.full((signs + 1, size + 1), FAR, np.int64)
    costs[0, 0] = 0
    # At each letter those that follow, written as `Model.spelt` has them.
    follow = np.zeros(size + 1, np.int64)
    for at in range(size - 1, -1, -1):
        follow[at] = (follow[at + 1] << LETTER_BITS | np.int64(spelt[at])) & SPELT
    for place in range(signs + 1):
        for at in range(size + 1):
            before = costs[place, at]
            if before + rests[place] > most:
                continue
            if at < size:
                costs[place, at + 1] = min(costs[place, at + 1], before + LETTER_SKIPPED)
            if place < signs:
                costs[place + 1, at] = min(costs[place + 1, at], before + SIGN_SKIPPED)
                for span in range(begins[place], begins[place + 1]):
                    _write(model, spans[span], follow[at], at, before, most - rests[spans[span, 0]], costs)
    found: int = costs[signs, size]
    return found if found <= most else FAR


@compiled
def _write(model: Model, span: Array, follow: int, at: int, before: int, most: float, costs: Array) -> None:
    """Note what it costs to write a chunk at a letter, for each of its Latin chunks that `follow` there, up to `most` in all."""
    for arc in range(span[1], span[2]):
        whole = before + model.costs[arc]
        if whole > most:
            # The rest of the span is as dear or dearer.
            break
        chunk = model.spelt[model.chunks[arc]]
        letters = chunk >> SPELT_BITS
        is_spelt = (follow ^ chunk) & ((1 << LETTER_BITS * letters) - 1) == 0
        # Behind the last letter 0 follows, which is none.
        if is_spelt and whole < costs[span[0], at + letters]:
            costs[span[0], at + letters] = whole


@compiled
def read(words: Words, spelt: Array, factor: float, places: Array, left: Array, fits: Array) -> None:
    """Write how much each of the words `left` i64 is written like `spelt`, if much, into `fits` f32 by word.

    `factor` is the fit of an equal word; `places` has the asked word (`mark_places`). An initial stands for the word it begins.
    """
    letters, begins = words.letters, words.begins
    for place in range(left.size):
        word = left[place]
        first, last = begins[word], begins[word + 1]
        if last - first == 1 and letters[first] == spelt[0]:
            fits[word] = max(fits[word], factor * LETTER_FIT)
        else:
            alike = likeness_of(places, spelt, letters, first, last)
            if alike >= ALIKE_MIN:
                fits[word] = max(fits[word], factor * alike)
