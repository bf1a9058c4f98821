"""A word that is several words of the index written together: «adammcdaniel» is adam, mc and daniel.

Of all ways to cut it into words of the index the likeliest are kept, each piece as likely as its word is met among names.

Source: docs/rules/identity.md I7 and I12.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from entente.search.compiling import compiled
from entente.search.trie import Words

Array = np.ndarray[Any, np.dtype[Any]]

WAYS_MAX: Final = 1
"""Ways to cut one word that are looked for, the likeliest: a second one takes as long as the first and found next to nobody."""
PIECE_COST: Final = 2.0
"""Nats by which each further piece is less likely: few words are cut into many."""
LETTER_COST: Final = 6.0
"""Nats by which a piece of one letter is less likely: an initial is seldom written together with a name."""


@compiled
def cuttings(words: Words, word: Array, shown: Array, ends: Array) -> int:
    """Write the likeliest ways to cut a word into shown words into `ends`, a way a row; return how many there are.

    `word` u8; `shown` u8 by word; `ends` i64[WAYS_MAX, letters + 1]: how many pieces, then where each ends. A word is no
    cutting of itself.
    """
    size, ways = word.size, ends.shape[0]
    costs = np.full((size + 1, ways), np.inf)
    begun = np.zeros((size + 1, ways), np.int64)
    rank = np.zeros((size + 1, ways), np.int64)
    costs[0, 0] = 0.0
    for begin in range(size):
        if costs[begin, 0] == np.inf:
            continue
        low, high = 0, words.begins.size - 1
        for end in range(begin + 1, size + 1):
            low, high = _narrow(words.letters, words.begins, low, high, end - begin - 1, word[end - 1])
            if low == high:
                break
            if words.begins[low + 1] - words.begins[low] == end - begin and shown[low] and end - begin < size:
                dear = words.rarity[low] + PIECE_COST + (LETTER_COST if end - begin == 1 else 0.0)
                for way in range(ways):
                    _keep(costs, begun, rank, end, begin, way, costs[begin, way] + dear)
    count = 0
    for way in range(ways):
        if costs[size, way] < np.inf:
            pieces, place, at = 0, size, way
            while place > 0:
                pieces += 1
                ends[way, pieces] = place
                place, at = begun[place, at], rank[place, at]
            ends[way, 0] = pieces
            ends[way, 1 : pieces + 1] = ends[way, 1 : pieces + 1][::-1].copy()
            count += 1
    return count


@compiled
def _keep(costs: Array, begun: Array, rank: Array, end: int, begin: int, way: int, cost: float) -> None:
    """Keep a way to a place among its cheapest, in their order."""
    for other in range(costs.shape[1]):
        if cost < costs[end, other]:
            for later in range(costs.shape[1] - 1, other, -1):
                costs[end, later] = costs[end, later - 1]
                begun[end, later], rank[end, later] = begun[end, later - 1], rank[end, later - 1]
            costs[end, other], begun[end, other], rank[end, other] = cost, begin, way
            return


@compiled
def _narrow(letters: Array, begins: Array, low: int, high: int, deep: int, letter: int) -> tuple[int, int]:
    """Narrow the words `low` to `high`, which share `deep` letters, to those with a letter behind them."""
    return _first(letters, begins, low, high, deep, letter), _first(letters, begins, low, high, deep, letter + 1)


@compiled
def _first(letters: Array, begins: Array, low: int, high: int, deep: int, letter: int) -> int:
    """Return the first of the words that has that letter there, or a later one; a word that ends before comes first."""
    while low < high:
        middle = (low + high) // 2
        place = begins[middle] + deep
        if place < begins[middle + 1] and letters[place] >= letter:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def place_of(words: Words, word: Array) -> int:
    """Return the number of a word u8 of the index, or −1 where there is none."""
    low, high = 0, words.begins.size - 1
    for deep in range(word.size):
        low, high = _narrow(words.letters, words.begins, low, high, deep, word[deep])
        if low == high:
            return -1
    return low if high > low and words.begins[low + 1] - words.begins[low] == word.size else -1
