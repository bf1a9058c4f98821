"""All words of an index: their letters, the tree from a beginning of a word to the letters that may follow, their grams.

A node's children stand side by side in the order of their letters; which letters there are is a set of bits. Node 0 is the
beginning of every word. Words stand in the order of their letters, and a word's number is its place.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from entente.search.compiling import compiled

Array = np.ndarray[Any, np.dtype[Any]]
NONE = -1


class Words(NamedTuple):
    """The words of an index as flat arrays, as compiled functions take them."""

    letters: Array
    """u8: the letters of all words, one word after the other."""
    begins: Array
    """i64[words + 1]: where each word begins."""
    follows: Array
    """u64 by node: which letters may follow."""
    child: Array
    """u32 by node: the first child."""
    ends: Array
    """i32 by node: the word that ends there, or NONE."""
    gram_begins: Array
    """i64[GRAMS + 1]: where each gram's words begin (search.spelling)."""
    gram_words: Array
    """u32: the words that hold a gram."""
    rarity: Array
    """f32 by word, in nats (search.rarity)."""
    commonness: Array
    """f32 by word, in nats (search.rarity)."""


class Shown(NamedTuple):
    """What of the words of an index a reader may see; nothing else moves what is found or its order (I12)."""

    words: Array
    """u8 by word: 1 where an entry of an allowed class has it."""
    nodes: Array
    """u8 by node: 1 where such a word ends there or below (`leading`)."""


@compiled
def build_trie(letters: Array, begins: Array) -> tuple[Array, Array, Array]:
    """Return (`follows`, `child`, `ends`) of words given as `Words` has them, sorted by their letters, no two alike."""
    room = letters.size + 2
    follows = np.zeros(room, np.uint64)
    child = np.zeros(room, np.uint32)
    ends = np.full(room, NONE, np.int32)
    first = np.zeros(room, np.int64)
    last = np.zeros(room, np.int64)
    depth = np.zeros(room, np.int32)
    last[0] = begins.size - 1
    count, node = 1, 0
    while node < count:
        word, end, deep = first[node], last[node], depth[node]
        if word < end and begins[word + 1] - begins[word] == deep:
            ends[node] = word
            word += 1
        child[node] = count
        while word < end:
            letter = letters[begins[word] + deep]
            past = word + 1
            while past < end and letters[begins[past] + deep] == letter:
                past += 1
            follows[node] |= np.uint64(1) << np.uint64(letter)
            first[count], last[count], depth[count] = word, past, deep + 1
            count += 1
            word = past
        node += 1
    return follows[:count].copy(), child[:count].copy(), ends[:count].copy()


@compiled
def leading(follows: Array, child: Array, ends: Array, shown: Array) -> Array:
    """Return u8 by node, 1 where a word that is `shown` (u8 by word) ends there or below."""
    leads = np.zeros(child.size, np.uint8)
    for node in range(child.size - 1, -1, -1):
        leads[node] = ends[node] >= 0 and shown[ends[node]] != 0
        # Children have higher numbers than their parents.
        for below in range(child[node], child[node] + _bits(follows[node])):
            leads[node] |= leads[below]
    return leads


@compiled
def step(follows: Array, child: Array, node: int, letter: int) -> int:
    """Return the node that a letter leads to, or NONE.

    Here and in the loops that call it the tree's arrays are given one by one: a tuple of arrays given on millions of times
    takes longer than what is done with it.
    """
    bit = np.uint64(1) << np.uint64(letter)
    letters = follows[node]
    if letters & bit == np.uint64(0):
        return NONE
    return np.int64(child[node]) + _bits(letters & (bit - np.uint64(1)))


@compiled
def node_after(follows: Array, child: Array, node: int, letters: Array, first: int, last: int) -> int:
    """Return the node that the letters from place `first` up to `last` lead to, or NONE."""
    for place in range(first, last):
        node = step(follows, child, node, letters[place])
        if node < 0:
            break
    return node


@compiled
def _bits(x: Any) -> int:  # noqa: ANN401 - a u64, which is no type of Python's own
    """Count the bits of a u64."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))
