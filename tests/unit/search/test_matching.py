"""I7 and I12: which names are added up, and which of them are looked at."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from entente.search.matching import (
    GAIN_SCALE,
    LOOKED_AT_MAX,
    STEPS,
    MatchScratch,
    Names,
    Near,
    best_entries,
    holding,
    match_scratch,
)
from entente.search.trie import ALL_SHOWN

WEIGHTS = (9.0, 7.0, 3.0)
"""Of three asked words; each has two near words, of which the second fits by half."""
FITS = (1.0, 0.5)
ENTRIES = 4_000
COMMON = (0.02, 0.1, 0.6)
"""How many names hold each of an asked word's near words: the less it says the more."""


def _names(held: list[list[int]], hidden: frozenset[int]) -> Names:
    """Return names that hold words given by number, one in three born on one day; the hidden ones are of class 1."""
    entries = np.repeat(np.arange(len(held), dtype=np.int32), [len(words) for words in held])
    words = np.array([word for words in held for word in words], np.int32)
    return Names(
        entries[np.argsort(words, kind="stable")],
        np.concatenate([[0], np.cumsum(np.bincount(words, minlength=6))]).astype(np.int32),
        words,
        np.concatenate([[0], np.cumsum([len(words) for words in held])]).astype(np.int32),
        np.arange(len(held), dtype=np.int32),
        np.array([entry in hidden for entry in range(len(held))], np.uint32),
        np.array([19790504 if entry % 3 == 0 else 0 for entry in range(len(held))], np.uint32),
        np.zeros(len(held), np.uint16),
    )


def _near() -> Near:
    words, fits = np.arange(6, dtype=np.int32).reshape(3, 2), np.array([FITS] * 3, np.float32)
    return Near(words, fits, np.full(3, 2, np.int64), np.array(WEIGHTS), np.full(3, np.inf))


@pytest.fixture(scope="module")
def held() -> list[list[int]]:
    chance = random.Random(7)
    return [
        [word for word in range(6) if chance.random() < COMMON[word // 2]] or [chance.randrange(6)]
        for _ in range(ENTRIES)
    ]


def _sum(words: list[int]) -> float:
    return sum(
        weight * max((FITS[word % 2] for word in words if word // 2 == asked), default=0.0)
        for asked, weight in enumerate(WEIGHTS)
    )


def _clean(scratch: MatchScratch) -> bool:
    return not scratch.state.any()


@pytest.mark.parametrize("born", [0, 19790504])
@pytest.mark.parametrize("hidden", [frozenset(), frozenset(range(0, ENTRIES, 2))])
def test_names_that_hold_most_are_looked_at_first_and_no_hidden_one(
    held: list[list[int]], hidden: frozenset[int], born: int
) -> None:
    names, scratch = _names(held, hidden), match_scratch(ENTRIES, 6)
    shown = np.full(6, 1 if hidden else ALL_SHOWN, np.uint8)
    count = best_entries(names, shown, _near(), np.arange(3), np.array([True, False]), born, scratch)
    found, gains = scratch.found[:count].tolist(), scratch.gains[:count] / GAIN_SCALE
    assert count >= LOOKED_AT_MAX
    assert hidden.isdisjoint(found)
    assert gains == pytest.approx([_sum(held[entry]) for entry in found], abs=0.001)
    sums = {entry: _sum(words) for entry, words in enumerate(held) if entry not in hidden}
    most = max(sums.values())
    # A day of birth lifts those that hold half of what the best one does.
    lifted = {
        entry: amount * (1.25 if born and entry % 3 == 0 and amount >= most / 2 else 1.0)
        for entry, amount in sums.items()
    }
    step = max(lifted.values()) * 2 / STEPS
    assert all(lifted[one] >= lifted[other] - step for one, other in pairwise(found))
    last = lifted[found[-1]]
    assert all(entry in found for entry, amount in lifted.items() if amount > last + step)
    assert _clean(scratch)


def test_names_that_hold_a_near_word_are_found_the_nearest_first_and_no_hidden_one(held: list[list[int]]) -> None:
    hidden = frozenset(range(0, ENTRIES, 3))
    names, scratch = _names(held, hidden), match_scratch(ENTRIES, 6)
    for row in range(3):
        count = holding(names, np.ones(6, np.uint8), _near(), row, np.array([True, False]), scratch)
        wanted = [
            entry
            for word in (2 * row, 2 * row + 1)
            for entry, words in enumerate(held)
            if word in words and entry not in hidden
        ]
        assert scratch.found[:count].tolist() == list(dict.fromkeys(wanted))[:LOOKED_AT_MAX]
        assert _clean(scratch)
