"""Chunks and their counts from word pairs, by expectation maximisation over all ways to cut both words (forward and backward).

A joint model: a pair of words is a row of chunk pairs, each drawn from one table. Each round every pair of words gives its
weight to the chunk pairs of its ways, in proportion. Three things keep it honest:
- DISCOUNT is taken off every count in each round, so that chunk pairs that only explain one word die out;
- a pair of words is weighed by how much likelier it is as a pair than as two words that have nothing to do with each other
  (GARBAGE_PRIOR of them, each letter drawn by itself): misaligned pairs fall out by themselves;
- by the first guess a way may not stray from the diagonal by more than BAND of the words' length.

Deterministic: one thread, no random start. Compiled by numba; arrays are 64-bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from training.pairs import LATIN_MAX, Counts, Pair

ROUNDS = 8
DISCOUNT = 0.5
GARBAGE_PRIOR = 0.2
BAND = 0.4
NATIVE_MAX = 3
SHAPES: dict[str, dict[int, tuple[int, int]]] = {
    "Arab": {1: (0, 4), 2: (1, 4)},
    "Cyrl": {1: (0, 4), 2: (1, 4), 3: (1, 3)},
    "Hang": {1: (0, 3), 2: (1, 4), 3: (1, 5)},
    "Hani": {1: (0, 6), 2: (1, 5)},
    "Kana": {1: (0, 3), 2: (0, 4), 3: (1, 5)},
    "syllables": {1: (0, 4), 2: (0, 6)},
}
"""How many letters a chunk of 1, 2, 3 signs may become. «syllables» is Han read as Mandarin initials and finals."""

BEGUN_PAIRS = 30_000
"""Pairs of words, taken evenly, among which chunk pairs are looked for: what none of so many holds is too rare to learn."""
BEGUN_MIN = 0.15
"""Count of a chunk pair by the first guess under which it is dropped: most of millions explain one word."""
_SLOTS = 1 << 22
_NATIVE_SLOTS = 1 << 20
_SIZE = 40

Longs: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


@numba.njit(cache=True)
def _slot(keys: Longs, key: int) -> np.int64:
    mask = keys.shape[0] - 1
    place = key * np.int64(-7046029254386353131)
    place = (place ^ (place >> 32)) & mask
    while keys[place] != key and keys[place] != -1:
        place = (place + 1) & mask
    return place


@numba.njit(cache=True)
def _native_key(signs: Longs, start: int, size: int) -> np.int64:
    key = np.int64(0)
    for step in range(size):
        key = key * 16384 + signs[start + step] + 1
    return key


@numba.njit(cache=True)
def _pair_key(native: int, letters: Longs, start: int, size: int) -> np.int64:
    key = np.int64(0)
    for step in range(size):
        key = key * 27 + letters[start + step]
    return (np.int64(native) << 38) | (key * 8 + size)


@numba.njit(cache=True)
def _number_chunks(signs: Longs, sign_ends: Longs, keys: Longs, numbers: Longs) -> int:
    count = 0
    for pair in range(sign_ends.shape[0] - 1):
        for start in range(sign_ends[pair], sign_ends[pair + 1]):
            for size in range(1, NATIVE_MAX + 1):
                if start + size <= sign_ends[pair + 1]:
                    key = _native_key(signs, start, size)
                    place = _slot(keys, key)
                    if keys[place] == -1:
                        keys[place] = key
                        numbers[place] = count
                        count += 1
    return count


@numba.njit(cache=True)
def _begin(
    signs: Longs, sign_ends: Longs, letters: Longs, letter_ends: Longs, weights: Floats, allowed: Longs, guess: Floats,
    native_keys: Longs, native_numbers: Longs, keys: Longs, counts: Floats, every: int,
) -> None:  # fmt: skip
    """Count every chunk pair near the diagonal by the first guess, in every so manyth pair of words."""
    forward, backward = np.empty((_SIZE, _SIZE)), np.empty((_SIZE, _SIZE))
    for pair in range(0, sign_ends.shape[0] - 1, every):
        first_sign, first_letter = sign_ends[pair], letter_ends[pair]
        length, width = sign_ends[pair + 1] - first_sign, letter_ends[pair + 1] - first_letter
        forward[: length + 1, : width + 1] = 0.0
        backward[: length + 1, : width + 1] = 0.0
        forward[0, 0] = 1.0
        for i in range(length):
            for k in range(1, min(NATIVE_MAX, length - i) + 1):
                for j in range(width + 1):
                    for m in range(allowed[k, 0], min(allowed[k, 1], width - j) + 1):
                        if abs((i + k) / length - (j + m) / width) <= BAND:
                            forward[i + k, j + m] += forward[i, j] * guess[k, m]
        whole = forward[length, width]
        if whole <= 0.0:
            continue
        backward[length, width] = weights[pair] / whole
        for i in range(length - 1, -1, -1):
            for k in range(1, min(NATIVE_MAX, length - i) + 1):
                number = native_numbers[_slot(native_keys, _native_key(signs, first_sign + i, k))]
                for j in range(width + 1):
                    if forward[i, j] == 0.0:
                        continue
                    for m in range(allowed[k, 0], min(allowed[k, 1], width - j) + 1):
                        after = backward[i + k, j + m] * guess[k, m]
                        if after == 0.0 or abs((i + k) / length - (j + m) / width) > BAND:
                            continue
                        backward[i, j] += after
                        key = _pair_key(number, letters, first_letter + j, m)
                        place = _slot(keys, key)
                        keys[place] = key
                        counts[place] += forward[i, j] * after


@numba.njit(cache=True)
def _steps(
    signs: Longs, sign_ends: Longs, letters: Longs, letter_ends: Longs, allowed: Longs, native_keys: Longs,
    native_numbers: Longs, keys: Longs, numbers: Longs, tails: Longs, heads: Longs, chunks: Longs, step_ends: Longs,
) -> int:  # fmt: skip
    """List the steps through each pair of words whose chunk pairs are kept, left to right; returns how many there are.

    Called first with empty arrays, to count.
    """
    reached = np.empty((_SIZE, _SIZE), np.bool_)
    is_counting = tails.shape[0] == 0
    count = 0
    for pair in range(sign_ends.shape[0] - 1):
        first_sign, first_letter = sign_ends[pair], letter_ends[pair]
        length, width = sign_ends[pair + 1] - first_sign, letter_ends[pair + 1] - first_letter
        reached[: length + 1, : width + 1] = False
        reached[0, 0] = True
        for i in range(length):
            for k in range(1, min(NATIVE_MAX, length - i) + 1):
                number = native_numbers[_slot(native_keys, _native_key(signs, first_sign + i, k))]
                for j in range(width + 1):
                    if not reached[i, j]:
                        continue
                    for m in range(allowed[k, 0], min(allowed[k, 1], width - j) + 1):
                        key = _pair_key(number, letters, first_letter + j, m)
                        place = _slot(keys, key)
                        if keys[place] == key:
                            reached[i + k, j + m] = True
                            if not is_counting:
                                tails[count], heads[count] = i * _SIZE + j, (i + k) * _SIZE + j + m
                                chunks[count] = numbers[place]
                            count += 1
        step_ends[pair + 1] = count
    return count


@numba.njit(cache=True)
def _expect(
    step_ends: Longs, tails: Longs, heads: Longs, chunks: Longs, ends: Longs, weights: Floats, garbage: Floats, shares: Floats,
    counts: Floats, posterior: Floats,
) -> None:  # fmt: skip
    forward, backward = np.zeros(_SIZE * _SIZE), np.zeros(_SIZE * _SIZE)
    for pair in range(step_ends.shape[0] - 1):
        first, last = step_ends[pair], step_ends[pair + 1]
        forward[0] = 1.0
        for step in range(first, last):
            forward[heads[step]] += forward[tails[step]] * shares[chunks[step]]
        whole = forward[ends[pair]]
        posterior[pair] = 0.0
        if whole > 0.0:
            against = garbage[pair] - math.log(whole) + math.log(GARBAGE_PRIOR / (1 - GARBAGE_PRIOR))
            posterior[pair] = 1 / (1 + math.exp(min(against, 500.0)))
            backward[ends[pair]] = weights[pair] * posterior[pair] / whole
            for step in range(last - 1, first - 1, -1):
                after = backward[heads[step]] * shares[chunks[step]]
                if after > 0.0:
                    backward[tails[step]] += after
                    counts[chunks[step]] += forward[tails[step]] * after
        for step in range(first, last):
            forward[heads[step]] = 0.0
            backward[tails[step]] = 0.0
        backward[ends[pair]] = 0.0


@numba.njit(cache=True)
def _refill(keys: Longs, numbers: Longs, kept: Longs) -> None:
    for number in range(kept.shape[0]):
        place = _slot(keys, kept[number])
        keys[place], numbers[place] = kept[number], number


def train(pairs: Sequence[Pair], shape: str) -> tuple[Counts, Floats]:
    """Return the expected count of each chunk pair, and for each pair of words how likely it is one."""
    alphabet = {sign: place for place, sign in enumerate(sorted({sign for pair in pairs for sign in pair.signs}))}
    signs = np.array([alphabet[sign] for pair in pairs for sign in pair.signs], np.int64)
    letters = np.array([ord(letter) - 96 for pair in pairs for letter in pair.latin], np.int64)
    sign_ends = np.concatenate([[0], np.cumsum([len(pair.signs) for pair in pairs])]).astype(np.int64)
    letter_ends = np.concatenate([[0], np.cumsum([len(pair.latin) for pair in pairs])]).astype(np.int64)
    weights = np.array([pair.weight for pair in pairs])
    allowed = np.array([SHAPES[shape].get(k, (1, 0)) for k in range(NATIVE_MAX + 1)], np.int64)
    # A first guess: many short chunks before few long ones, and seldom a silent sign.
    guess = np.exp(-(np.add.outer(np.arange(NATIVE_MAX + 1), np.maximum(np.arange(LATIN_MAX + 1), 1)) - 1.0))
    guess[:, 0] *= 0.2
    native_keys, native_numbers = np.full(_NATIVE_SLOTS, -1, np.int64), np.zeros(_NATIVE_SLOTS, np.int64)
    _number_chunks(signs, sign_ends, native_keys, native_numbers)
    words = (signs, sign_ends, letters, letter_ends)
    keys, counts = np.full(_SLOTS, -1, np.int64), np.zeros(_SLOTS)
    every = -(-len(pairs) // BEGUN_PAIRS)
    _begin(*words, weights, allowed, guess, native_keys, native_numbers, keys, counts, every)
    kept = np.sort(keys[counts > BEGUN_MIN])
    counts = counts[[_slot(keys, key) for key in kept]]
    size = 1 << (4 * len(kept)).bit_length()
    keys, numbers = np.full(size, -1, np.int64), np.zeros(size, np.int64)
    _refill(keys, numbers, kept)
    step_ends, nothing = np.zeros(len(pairs) + 1, np.int64), np.empty(0, np.int64)
    table = (*words, allowed, native_keys, native_numbers, keys, numbers)
    size = _steps(*table, nothing, nothing, nothing, step_ends)
    tails, heads, chunks = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    _steps(*table, tails, heads, chunks, step_ends)
    garbage = _alone(signs, sign_ends) + _alone(letters, letter_ends) + math.log(0.15)
    ends = np.diff(sign_ends) * _SIZE + np.diff(letter_ends)
    posterior = np.ones(len(pairs))
    for turn in range(ROUNDS):
        shares = np.maximum(counts - (DISCOUNT if turn > 1 else 0.0), 0.0)
        shares /= shares.sum()
        counts = np.zeros(len(kept))
        _expect(step_ends, tails, heads, chunks, ends, weights, garbage, shares, counts, posterior)
    return _named(sorted(alphabet), native_keys, native_numbers, kept, counts), posterior


def _alone(symbols: Longs, ends: Longs) -> Floats:
    """Return the log probability of each word whose symbols are drawn one by one."""
    share = np.log(np.maximum(np.bincount(symbols) / len(symbols), 1e-12))
    return np.asarray(np.add.reduceat(share[symbols], ends[:-1]), np.float64)


def _named(alphabet: list[str], native_keys: Longs, native_numbers: Longs, keys: Longs, counts: Floats) -> Counts:
    chunks: dict[int, str] = {}
    for place in np.flatnonzero(native_keys != -1):
        key, chunk = int(native_keys[place]), ""
        while key:
            chunk, key = alphabet[key % 16384 - 1] + chunk, key // 16384
        chunks[int(native_numbers[place])] = chunk
    found: Counts = {}
    for place in np.flatnonzero(counts > 0.05):
        key, letters = (int(keys[place]) & ((1 << 38) - 1)) >> 3, ""
        while key:
            letters, key = chr(key % 27 + 96) + letters, key // 27
        found[chunks[int(keys[place]) >> 38], letters] = float(counts[place])
    return dict(sorted(found.items()))
