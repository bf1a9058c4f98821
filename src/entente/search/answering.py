"""One name asked for, from its words to the records that may bear it: one compiled step.

Near words are found for each asked word, names that hold most of them for each reading, and each name is judged with the date of
birth and the country beside it, by the same weights as `identity.score`; a record counts as much as its best entry.

Source: docs/rules/identity.md I7 to I9, I12, I22, I43 and I46.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.search.closer import (
    CLOSER_BELOW,
    CLOSER_MAX,
    CLOSER_WORDS_MAX,
    best_of,
    forget,
    hear,
    left_over,
    read,
)
from entente.search.compiling import compiled
from entente.search.cutting import WAYS_MAX, cuttings, place_of
from entente.search.matching import (
    GAIN_SCALE,
    HELD_WORDS_MAX,
    LOOKED_AT_MAX,
    MatchScratch,
    Names,
    Near,
    begin_fits,
    best_entries,
    end_fits,
    fit_of,
    holding,
    match_scratch,
)
from entente.search.near import (
    HEARD_ENOUGH,
    NEAR_MAX,
    STANDARD_FIT,
    NearScratch,
    by_sound,
    by_spelling,
    near_scratch,
    nearest,
    note,
)
from entente.search.ranking import Beside, Best, highest_score, is_full, place_among, score_of
from entente.search.sounding import Model
from entente.search.spelling import mark_places
from entente.search.trie import Shown, Words
from entente.search.ways import ASKED_WORDS_MAX, READINGS_MAX

Array = np.ndarray[Any, np.dtype[Any]]

ROWS: Final = READINGS_MAX * ASKED_WORDS_MAX + ASKED_WORDS_MAX
"""Asked words of one name: those of its readings, and the pieces of one word."""
BESIDE_FIT: Final = 0.75
"""How well the full name fits where a short form was asked for, and the other way round (docs/rules/identity.md I24)."""
TOGETHER_PART: Final = 0.7
"""How likely all words of a name are one word of a record, beside each standing for one: else «тамаш войо» is a Tamayo, and a
Korean of three syllables whoever bears two of them. On the development names .4 to .7 find alike (I46)."""
MISSING_WEIGHT: Final = 8.0
"""What an asked word weighs that nothing in the index is near: about as much as a rare one."""


class Asked(NamedTuple):
    """A name as it is asked for: its distinct words, and its readings as rows of those."""

    latin: Array
    """u8: the readings of all words in Latin letters, one after the other; none is empty."""
    latin_begins: Array
    """i64[latin readings + 1]: where each begins."""
    readings: Array
    """i64[words + 1]: where each word's Latin readings begin."""
    scripts: Array
    """i64[words]: a row of `Model.logistic`, or −1 where the learned transliteration does not read the word."""
    signs: Array
    """i64[words + 1]: where each word's numbers in `span_begins` begin."""
    span_begins: Array
    """i64: for each sign of each word where its chunks begin, and for each word where its last sign's end."""
    spans: Array
    """i64[…, 3]: `sounding.sounding`."""
    joined: Array
    """u8[words]: 1 for a word made of two that were written apart."""
    long: Array
    """u8[words]: 1 for a word that may be several written together."""
    beside: Array
    """u8: the short forms and full names that stand beside words (I24), one after the other."""
    beside_begins: Array
    """i64[forms + 1]: where each begins."""
    forms: Array
    """i64[words + 1]: where each word's forms begin."""
    ways: Array
    """i64: the words of all readings of the name, the usual one first."""
    way_begins: Array
    """i64[ways + 1]: where each begins."""


class Reading(NamedTuple):
    """One reading of a name."""

    asked: Asked
    rows: Array
    """i64: of its words, those of `asked` and behind them pieces of one."""


class Held(NamedTuple):
    """What is searched."""

    words: Words
    names: Names
    model: Model


class View(NamedTuple):
    """What a reader may look at."""

    shown: Shown
    allowed: Array
    """bool by disclosure class."""


class Scratch(NamedTuple):
    """What one search at a time writes on."""

    near: NearScratch
    rows: Near
    match: MatchScratch
    pairs: Array
    """f32[ASKED_WORDS_MAX, HELD_WORDS_MAX]"""
    held: Array
    """i64[HELD_WORDS_MAX]"""
    fits: Array
    """f64[2 × LOOKED_AT_MAX]: of the entries that are looked at."""
    scores: Array
    """f64[2 × LOOKED_AT_MAX]"""
    best: Array
    """i64[CLOSER_MAX]"""
    left: Array
    """i64[CLOSER_MAX × HELD_WORDS_MAX]"""


def scratch_for(entries: int, words: int) -> Scratch:
    """Return scratch for an index of so many entries and words."""
    shape = (ROWS, NEAR_MAX)
    rows = Near(
        np.empty(shape, np.int32), np.empty(shape, np.float32), np.zeros(ROWS, np.int64), np.zeros(ROWS, np.float64),
        np.zeros(ROWS, np.float64),
    )  # fmt: skip
    return Scratch(
        near_scratch(words), rows, match_scratch(entries, words),
        np.empty((ASKED_WORDS_MAX, HELD_WORDS_MAX), np.float32), np.empty(HELD_WORDS_MAX, np.int64),
        np.empty(2 * LOOKED_AT_MAX, np.float64),
        np.empty(2 * LOOKED_AT_MAX, np.float64), np.empty(CLOSER_MAX, np.int64),
        np.empty(CLOSER_MAX * HELD_WORDS_MAX, np.int64),
    )  # fmt: skip


@compiled
def answer(held: Held, view: View, asked: Asked, beside: Beside, scratch: Scratch, best: Best) -> int:
    """Write the best records; return how many."""
    found, most, ways = 0, 0.0, asked.way_begins
    for word in range(asked.scripts.size):
        find_near(held, view.shown, asked, word, scratch)
    for way in range(ways.size - 1):
        rows = asked.ways[ways[way] : ways[way + 1]]
        is_known = True
        for place in range(rows.size):
            is_known &= asked.joined[rows[place]] == 0 or scratch.rows.counts[rows[place]] > 0
        if is_known:
            found, fit = _judge(held, view, Reading(asked, rows), beside, scratch, best, found)
            most = max(most, fit)
    # Where a name holds all that was asked for, no word of it need be several.
    if most < CLOSER_BELOW:
        found = _judge_cut(held, view, asked, beside, scratch, best, found)
    return found


@compiled
def _judge_cut(held: Held, view: View, asked: Asked, beside: Beside, scratch: Scratch, best: Best, found: int) -> int:
    """Judge the usual reading with a long word cut into pieces, one after the other, as `_judge` does.

    Return how many are found.
    """
    usual, count = asked.ways[: asked.way_begins[1]], asked.scripts.size
    for place in range(usual.size):
        # A word that a reader sees in the index whole is hardly several.
        is_held = scratch.rows.counts[usual[place]] > 0 and scratch.rows.fits[usual[place], 0] == 1.0
        if asked.long[usual[place]] and (usual.size == 1 or not is_held):
            reading = asked.readings[usual[place]]
            letters = asked.latin[asked.latin_begins[reading] : asked.latin_begins[reading + 1]]
            ends = np.empty((WAYS_MAX, letters.size + 1), np.int64)
            for way in range(cuttings(held.words, letters, view.shown.words, ends)):
                pieces, begin = ends[way, 0], 0
                if usual.size + pieces <= ASKED_WORDS_MAX + 1:
                    for piece in range(pieces):
                        end = ends[way, piece + 1]
                        _piece(held.words, view.shown, letters[begin:end], count + piece, scratch)
                        begin = end
                    rows = _with_pieces(usual, place, count, pieces)
                    found, _ = _judge(held, view, Reading(asked, rows), beside, scratch, best, found)
    return found


@compiled
def _with_pieces(usual: Array, place: int, first: int, pieces: int) -> Array:
    """Return a reading with several words, `first` and those after it, in the place of one."""
    rows = np.empty(usual.size + pieces - 1, np.int64)
    for other in range(usual.size):
        rows[other if other < place else other + pieces - 1] = usual[other]
    for piece in range(pieces):
        rows[place + piece] = first + piece
    return rows


@compiled
def find_near(held: Held, shown: Shown, asked: Asked, word: int, scratch: Scratch) -> None:
    """Find the near words of an asked word."""
    count, factor, least, script, words = 0, 1.0, np.inf, asked.scripts[word], held.words
    if script >= 0:
        begins, factor = asked.span_begins[asked.signs[word] : asked.signs[word + 1]], STANDARD_FIT
        count, least = by_sound(words, shown, held.model, script, begins, asked.spans, scratch.near)
    scratch.rows.leasts[word] = least
    # Of several readings by the standards the usual one is looked for widely.
    wide = 0 if asked.joined[word] or count >= HEARD_ENOUGH else 1
    for reading in range(asked.readings[word], asked.readings[word + 1]):
        spelt = asked.latin[asked.latin_begins[reading] : asked.latin_begins[reading + 1]]
        count = by_spelling(words, shown, spelt, factor, wide, scratch.near, count)
        wide = 0
    for form in range(asked.forms[word], asked.forms[word + 1]):
        number = place_of(words, asked.beside[asked.beside_begins[form] : asked.beside_begins[form + 1]])
        if number >= 0 and shown.words[number]:
            count = note(number, BESIDE_FIT, scratch.near.fit_of, scratch.near.touched, count)
    _keep(words, word, count, scratch)


@compiled
def _piece(words: Words, shown: Shown, spelt: Array, row: int, scratch: Scratch) -> None:
    """Find the near words of a piece of a word."""
    _keep(words, row, by_spelling(words, shown, spelt, 1.0, 0, scratch.near, 0), scratch)


@compiled
def _keep(words: Words, row: int, count: int, scratch: Scratch) -> None:
    rows = scratch.rows
    kept = nearest(scratch.near, count, rows.words[row], rows.fits[row])
    fits, weighed = 0.0, 0.0
    for place in range(kept):
        # The nearest say how rare the asked word is: of a hundred that resemble it most are rare (I46).
        sure = rows.fits[row, place] ** 4
        fits += sure
        weighed += sure * words.rarity[rows.words[row, place]]
    rows.counts[row], rows.weights[row] = kept, weighed / fits if kept else 0.0


@compiled
def _judge(
    held: Held, view: View, reading: Reading, beside: Beside, scratch: Scratch, best: Best, found: int
) -> tuple[int, float]:
    """Score the entries that one reading finds, and put their records among the best.

    Return how many those are then, and how well the name fits that does best. An entry is passed over where it would come behind
    the last of a full list even if all that it holds of the name were as near as its nearest word.
    """
    near, names, table, fits, scores = scratch.rows, held.names, scratch.match.table, scratch.fits, scratch.scores
    rows, order, part, joined = _known(reading, near)
    if not rows.size:
        return found, 0.0
    if joined >= 0:
        count = holding(names, view.shown.words, near, joined, view.allowed, scratch.match)
    else:
        day = beside.born if is_full(beside.born) else 0
        count = best_entries(names, view.shown.words, near, rows, view.allowed, day, scratch.match)
    begin_fits(near, rows, table)
    most, whole = 0.0, 0.0
    for one in range(rows.size):
        whole += near.weights[rows[one]]
    for place in range(count):
        entry = scratch.match.found[place]
        # Each gain was rounded down.
        fits[place] = min(1.0, (scratch.match.gains[place] + rows.size) / (GAIN_SCALE * whole))
        if found == best.scores.size and fits[place] <= most:
            scores[place] = highest_score(part * fits[place], beside)
            if scores[place] < best.scores[found - 1]:
                continue
            scores[place] = score_of(part * fits[place], beside, names.births[entry], names.countries[entry])
            if scores[place] < best.scores[found - 1]:
                continue
        fits[place] = fit_of(names, held.words.rarity, near, rows, order, entry, table, scratch.pairs, scratch.held)
        scores[place] = score_of(part * fits[place], beside, names.births[entry], names.countries[entry])
        most = max(most, fits[place])
        found = place_among(names.records[entry], scores[place], best, found)
    if 1 < rows.size <= CLOSER_WORDS_MAX and most < CLOSER_BELOW:
        closer = best_of(scores, count, scratch.best)
        _look_closer(held, reading.asked, rows, order, scratch.best[:closer], scratch)
        for place in scratch.best[:closer]:
            entry = scratch.match.found[place]
            score = score_of(part * fits[place], beside, names.births[entry], names.countries[entry])
            most = max(most, fits[place])
            found = place_among(names.records[entry], score, best, found)
    end_fits(near, rows, table)
    return found, part * most


@compiled
def _known(reading: Reading, near: Near) -> tuple[Array, Array, float, int]:
    """Return the words of a reading that something is near, those that say most first, and where each stands in the reading.

    Beside them what part of the reading they are, and a joined one.

    Of several joined words it is the one that says most, −1 where there is none: whoever holds none of them is found by the
    reading that has them apart.
    """
    way, joined = reading.rows, reading.asked.joined
    rows, order = np.empty(way.size, np.int64), np.empty(way.size, np.int64)
    known, whole, must = 0, 0.0, -1
    for place in range(way.size):
        row = way[place]
        if near.counts[row]:
            at = known
            while at > 0 and near.weights[rows[at - 1]] < near.weights[row]:
                rows[at], order[at] = rows[at - 1], order[at - 1]
                at -= 1
            rows[at], order[at] = row, place
            known += 1
            whole += near.weights[row]
            if row < joined.size and joined[row] and (must < 0 or near.weights[row] > near.weights[must]):
                must = row
    part = whole / (whole + MISSING_WEIGHT * (way.size - known)) if known else 0.0
    if way.size == 1 and reading.asked.way_begins[1] > 1:
        part *= TOGETHER_PART
    return rows[:known], order[:known], part, must


@compiled
def _look_closer(held: Held, asked: Asked, rows: Array, order: Array, best: Array, scratch: Scratch) -> None:
    """Judge the words of the best names by themselves where they are no near words, and write how well the names fit then."""
    names, words, table, found = held.names, held.words, scratch.match.table, scratch.match.found
    enough = np.empty(rows.size, np.float32)
    for one in range(rows.size):
        enough[one] = CLOSER_BELOW * scratch.rows.fits[rows[one], 0]
    for one in range(rows.size):
        word = rows[one]
        # A piece of a word was found in the index as it is.
        if word < asked.scripts.size:
            count = 0
            for place in best:
                count = left_over(names, found[place], one, enough, table, scratch.left, count)
            fit_left(held, asked, word, scratch.left[:count], table[:, one], scratch)
    for place in best:
        scratch.fits[place] = fit_of(
            names, words.rarity, scratch.rows, rows, order, found[place], table, scratch.pairs, scratch.held
        )
    for one in range(rows.size):
        for place in best:
            forget(names, found[place], table[:, one])


@compiled
def fit_left(held: Held, asked: Asked, word: int, left: Array, fits: Array, scratch: Scratch) -> None:
    """Write how well words that are left over fit an asked word."""
    factor, script, least, places = 1.0, asked.scripts[word], scratch.rows.leasts[word], scratch.near.spelling.places
    if script >= 0:
        begins, factor = asked.span_begins[asked.signs[word] : asked.signs[word + 1]], STANDARD_FIT
        if least < np.inf:
            hear(held.words, held.model, script, begins, asked.spans, least, left, fits)
    for reading in range(asked.readings[word], asked.readings[word + 1]):
        spelt = asked.latin[asked.latin_begins[reading] : asked.latin_begins[reading + 1]]
        mark_places(spelt, places)
        read(held.words, spelt, factor, places, left, fits)
        for place in range(spelt.size):
            places[spelt[place]] = 0
