"""All Latin tokens of the pairs as a trie, and the search of a native word's nearest among them: how the scores are measured.

The search is the exact one of `entente.identity.transliteration` without skipped signs and letters: over the places of the
native word, the states are trie nodes with the cheapest cost to reach them; of each place BEAM are followed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numba
import numpy as np
from numpy.typing import NDArray

from training.em import Floats, Longs, _slot

BEAM = 1500
PRIOR = 0.3
"""Factor of the logarithm of a token's count in the ranking."""
_SLOTS = 1 << 20

Rows = Mapping[str, Mapping[str, float]]


@numba.njit(cache=True)
def _plant(letters: Longs, ends: Longs) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    children = np.zeros((letters.shape[0] + 1, 27), np.int32)
    words = np.full(letters.shape[0] + 1, -1, np.int32)
    count = 1
    for word in range(ends.shape[0] - 1):
        node = 0
        for place in range(ends[word], ends[word + 1]):
            if children[node, letters[place]] == 0:
                children[node, letters[place]] = count
                count += 1
            node = children[node, letters[place]]
        words[node] = word
    return children[:count], words[:count]


@numba.njit(cache=True)
def _follow(
    places: int, starts: Longs, ends: Longs, letter_starts: Longs, letter_ends: Longs, letters: Longs, costs: Floats,
    children: NDArray[np.int32], words: NDArray[np.int32],
) -> tuple[Longs, Floats]:  # fmt: skip
    reached = [np.empty(256, np.int64) for _ in range(places + 1)]
    spent = [np.empty(256) for _ in range(places + 1)]
    filled = np.zeros(places + 1, np.int64)
    reached[0][0], spent[0][0], filled[0] = 0, 0.0, 1
    keys, values = np.full(_SLOTS, -1, np.int64), np.empty(_SLOTS)
    nodes, least = np.empty(0, np.int64), np.empty(0)
    for place in range(places + 1):
        used = np.empty(filled[place], np.int64)
        count = 0
        for number in range(filled[place]):
            slot = _slot(keys, reached[place][number])
            if keys[slot] == -1:
                keys[slot], values[slot] = reached[place][number], spent[place][number]
                used[count] = slot
                count += 1
            elif spent[place][number] < values[slot]:
                values[slot] = spent[place][number]
        nodes, least = keys[used[:count]], values[used[:count]]
        keys[used[:count]] = -1
        if count > BEAM:
            kept = least <= np.partition(least, BEAM)[BEAM]
            nodes, least = nodes[kept], least[kept]
        for edge in range(starts.shape[0]):
            if starts[edge] != place:
                continue
            end = ends[edge]
            for number in range(nodes.shape[0]):
                node = nodes[number]
                is_word = True
                for letter in range(letter_starts[edge], letter_ends[edge]):
                    node = children[node, letters[letter]]
                    if node == 0:
                        is_word = False
                        break
                if not is_word:
                    continue
                if filled[end] == reached[end].shape[0]:
                    reached[end] = np.concatenate((reached[end], np.empty_like(reached[end])))
                    spent[end] = np.concatenate((spent[end], np.empty_like(spent[end])))
                reached[end][filled[end]], spent[end][filled[end]] = node, least[number] + costs[edge]
                filled[end] += 1
    ending = words[nodes] >= 0
    return words[nodes[ending]].astype(np.int64), least[ending]


class Vocabulary:
    """Latin tokens with their counts."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        self.tokens = sorted(counts)
        self.number = {token: place for place, token in enumerate(self.tokens)}
        self.log_counts = np.log(np.array([counts[token] for token in self.tokens]))
        letters = np.array([ord(letter) - 96 for token in self.tokens for letter in token], np.int64)
        self._children, self._words = _plant(letters, _ends([len(token) for token in self.tokens]))

    def nearest(self, signs: str, rows: Rows) -> tuple[Longs, Floats]:
        """Return the numbers of the tokens that were reached, best first, and what ranks them (smaller is better)."""
        edges = [
            (start, end, latin, cost)
            for start in range(len(signs))
            for end in range(start + 1, min(start + 3, len(signs)) + 1)
            for latin, cost in rows.get(signs[start:end], {}).items()
        ]
        ends = _ends([len(latin) for _, _, latin, _ in edges])
        numbers, costs = _follow(
            len(signs),
            np.array([edge[0] for edge in edges], np.int64),
            np.array([edge[1] for edge in edges], np.int64),
            ends[:-1],
            ends[1:],
            np.array([ord(letter) - 96 for edge in edges for letter in edge[2]], np.int64),
            np.array([edge[3] for edge in edges], np.float64),
            self._children,
            self._words,
        )
        ranks = costs - PRIOR * self.log_counts[numbers]
        order = np.lexsort((numbers, ranks))
        return numbers[order], ranks[order]


def _ends(lengths: list[int]) -> Longs:
    return np.concatenate([[0], np.cumsum(np.array(lengths, np.int64))]).astype(np.int64)
