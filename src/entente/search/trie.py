"""All words of an index: their letters, the tree from a beginning of a word to the letters that may follow, their grams.

A node is one number: which letters may follow (a bit each; bit 0, the edge, where a word ends), and above them its first child.
Its children stand side by side in the order of their letters. Node 0 is the beginning of every word. Words stand in the order of
their letters, and a word's number is its place.

Numbers of words, nodes and places are i32 in the file, and all reckoning is in i64: an index of 5 M names has a million nodes.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.search.compiling import compiled
from entente.search.letters import SYMBOLS

Array = np.ndarray[Any, np.dtype[Any]]
NONE = -1
CHILD_SHIFT: Final = SYMBOLS
"""Above as many bits there are 26 for a node's number without the sign: 67 M nodes."""
FOLLOWING: Final = (1 << SYMBOLS) - 2
"""The bits of all letters, without that of the edge."""
ENDS: Final = 1


class Words(NamedTuple):
    """The words of an index as flat arrays, as compiled functions take them."""

    letters: Array
    """u8: the letters of all words, one word after the other."""
    begins: Array
    """i32[words + 1]: where each word begins."""
    nodes: Array
    """i64 by node: the letters that may follow, and above them the first child."""
    ends: Array
    """i32 by node: the word that ends there, or NONE."""
    gram_begins: Array
    """i32[GRAMS + 1]: where each gram's words begin (search.spelling)."""
    gram_words: Array
    """i32: the words that hold a gram."""
    rarity: Array
    """f32 by word, in nats (search.rarity)."""
    commonness: Array
    """f32 by word, in nats (search.rarity)."""


class Shown(NamedTuple):
    """What of the words of an index a reader may see; nothing else moves what is found or its order (I12)."""

    words: Array
    """u8 by word: 0 where no entry of an allowed class has it, ALL_SHOWN where all that have it are of such classes, else 1."""
    nodes: Array
    """u8 by node: 1 where a shown word ends there or below (`leading`)."""


ALL_SHOWN: Final = 2


@compiled
def build_trie(letters: Array, begins: Array) -> tuple[Array, Array]:
    """Return (`nodes`, `ends`) of words given as `Words` has them, sorted by their letters, no two alike."""
    room = letters.size + 2
    nodes = np.zeros(room, np.int64)
    ends = np.full(room, NONE, np.int32)
    first = np.zeros(room, np.int32)
    last = np.zeros(room, np.int32)
    depth = np.zeros(room, np.int32)
    last[0] = begins.size - 1
    count, node = 1, 0
    while node < count:
        word, end, deep = first[node], last[node], depth[node]
        found = np.int64(count) << CHILD_SHIFT
        if word < end and begins[word + 1] - begins[word] == deep:
            ends[node] = word
            found |= ENDS
            word += 1
        while word < end:
            letter = letters[begins[word] + deep]
            past = word + 1
            while past < end and letters[begins[past] + deep] == letter:
                past += 1
            found |= 1 << np.int64(letter)
            first[count], last[count], depth[count] = word, past, deep + 1
            count += 1
            word = past
        nodes[node] = found
        node += 1
    return nodes[:count].copy(), ends[:count].copy()


@compiled
def leading(nodes: Array, ends: Array, shown: Array) -> Array:
    """Return u8 by node, 1 where a word that is `shown` (u8 by word) ends there or below."""
    leads = np.zeros(nodes.size, np.uint8)
    for node in range(nodes.size - 1, -1, -1):
        leads[node] = ends[node] >= 0 and shown[ends[node]] != 0
        # Children have higher numbers than their parents.
        first = nodes[node] >> CHILD_SHIFT
        for below in range(first, first + bits(nodes[node] & FOLLOWING)):
            leads[node] |= leads[below]
    return leads


@compiled
def step(nodes: Array, node: int, letter: int) -> int:
    """Return the node that a letter leads to, or NONE."""
    here, bit = nodes[node], np.int64(1) << np.int64(letter)
    if here & bit == 0:
        return NONE
    return (here >> CHILD_SHIFT) + bits(here & FOLLOWING & (bit - 1))


@compiled
def node_after(nodes: Array, node: int, letters: Array, first: int, last: int) -> int:
    """Return the node that the letters from place `first` up to `last` lead to, or NONE."""
    for place in range(first, last):
        node = step(nodes, node, letters[place])
        if node < 0:
            break
    return node


@compiled
def bits(x: int) -> int:
    """Count the bits of a number that is not negative."""
    x = x - ((x >> 1) & 0x5555555555555555)
    x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333)
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F
    return (x * 0x0101010101010101) >> 56
