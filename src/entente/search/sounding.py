"""Words of an index that a word of another script may be: a search through the tree of words, led by a transliteration.

The model (identity.transliteration) cuts a native word into chunks, and each chunk becomes one of its Latin chunks at a cost.
All cuttings together are a lattice of arcs from place to place in the native word. The search walks lattice and tree at once,
so that only words of the index come out; at each place in the native word the BEAM cheapest beginnings go on.

Source: docs/rules/identity.md I22.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.search.compiling import compiled
from entente.search.trie import Words, node_after

Array = np.ndarray[Any, np.dtype[Any]]

BEAM: Final = 150
SLOTS: Final = 8_192
"""Places of the table of beginnings at one place in the native word; a power of two."""
DEARER_MAX: Final = 7_000
"""Thousandths of a nat by which a beginning may be dearer than the cheapest at its place."""
FAR: Final = 1 << 29


class Lattice(NamedTuple):
    """All ways to cut one native word and to write its chunks in Latin letters."""

    begins: Array
    """i64[signs + 1]: where the arcs from each place begin."""
    to: Array
    """i64[arcs]: to which place each arc leads."""
    chunks: Array
    """u16[arcs]: number of the Latin chunk (`Chunks`)."""
    costs: Array
    """u16[arcs], thousandths of a nat."""
    logistic: Array
    """f64[4] of the script: constant, and the factors of the cost in nats, the number of signs and the number of letters."""


class Chunks(NamedTuple):
    """The Latin chunks of all scripts by number."""

    letters: Array
    """u8: the letters of all chunks, one after the other."""
    begins: Array
    """i64[chunks + 1]"""


class Beginnings(NamedTuple):
    """The scratch of one search at a time: which nodes were reached at each place, and how cheaply."""

    nodes: Array
    """i64[signs + 1, SLOTS], −1 where nothing is: before and after everywhere."""
    costs: Array
    """i32[signs + 1, SLOTS], thousandths of a nat."""
    slots: Array
    """i32[signs + 1, SLOTS]: which slots are taken, in the order they were."""
    counts: Array
    """i64[signs + 1]: how many, 0 before and after."""
    least: Array
    """i32[signs + 1]: what the cheapest costs."""


def beginnings(signs_max: int) -> Beginnings:
    """Return scratch for native words of so many signs."""
    places, shape = signs_max + 1, (signs_max + 1, SLOTS)
    return Beginnings(
        np.full(shape, -1, np.int64), np.empty(shape, np.int32), np.empty(shape, np.int32),
        np.zeros(places, np.int64), np.empty(places, np.int32),
    )  # fmt: skip


@compiled
def sounding(
    words: Words, leads: Array, lattice: Lattice, chunks: Chunks, reached: Beginnings, found: Array, costs: Array
) -> int:
    """Write the words that the lattice may spell into `found` i64 and what they cost into `costs` i32; return how many.

    Costs are thousandths of a nat; each word comes once, at its cheapest of the ways that are nowhere more than DEARER_MAX
    dearer than the cheapest beginning there. Nodes that do not lead to a shown word (`leads`, u8 by node) are passed over, so
    that they neither take a place in the beam nor are the cheapest.
    """
    signs = lattice.begins.size - 1
    follows, child, letters, spelt_from = words.follows, words.child, chunks.letters, chunks.begins
    nodes, so_far, slots, counts, least = reached.nodes, reached.costs, reached.slots, reached.counts, reached.least
    to, spelt_by, dear = lattice.to, lattice.chunks, lattice.costs
    least[: signs + 1] = FAR
    _reach(nodes, so_far, slots, counts, 0, 0, 0)
    least[0] = 0
    for place in range(signs):
        first, last = lattice.begins[place], lattice.begins[place + 1]
        most = min(_most(so_far, slots, counts, place), least[place] + DEARER_MAX)
        for entry in range(counts[place]):
            slot = slots[place, entry]
            cost, node = so_far[place, slot], nodes[place, slot]
            if cost <= most:
                for arc in range(first, last):
                    chunk, there, whole = spelt_by[arc], to[arc], cost + dear[arc]
                    if whole > least[there] + DEARER_MAX:
                        continue
                    after = node_after(follows, child, node, letters, spelt_from[chunk], spelt_from[chunk + 1])
                    if after >= 0 and leads[after]:
                        _reach(nodes, so_far, slots, counts, there, after, whole)
                        least[there] = min(least[there], whole)
    written = 0
    for entry in range(counts[signs]):
        slot = slots[signs, entry]
        word = words.ends[nodes[signs, slot]]
        if word >= 0 and so_far[signs, slot] <= least[signs] + DEARER_MAX and written < found.size:
            found[written] = word
            costs[written] = so_far[signs, slot]
            written += 1
    for place in range(signs + 1):
        for entry in range(counts[place]):
            nodes[place, slots[place, entry]] = -1
        counts[place] = 0
    return written


@compiled
def _most(so_far: Array, slots: Array, counts: Array, place: int) -> int:
    """Return what a beginning may cost to go on."""
    count = counts[place]
    if count <= BEAM:
        return FAR
    costs = np.empty(count, np.int32)
    for entry in range(count):
        costs[entry] = so_far[place, slots[place, entry]]
    return np.int64(np.partition(costs, BEAM)[BEAM])


@compiled
def _reach(nodes: Array, so_far: Array, slots: Array, counts: Array, place: int, node: int, cost: int) -> None:
    """Note that a node was reached at a place; the cheapest way counts. A full table takes no more."""
    slot = (node * 2_654_435_761) & (SLOTS - 1)
    while nodes[place, slot] >= 0 and nodes[place, slot] != node:
        slot = (slot + 1) & (SLOTS - 1)
    if nodes[place, slot] == node:
        so_far[place, slot] = min(so_far[place, slot], cost)
    elif counts[place] < SLOTS // 2:
        nodes[place, slot] = node
        so_far[place, slot] = cost
        slots[place, counts[place]] = slot
        counts[place] += 1
