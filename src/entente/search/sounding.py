"""Words of an index that a word of another script may be: a search through the tree of words, led by a transliteration.

The model (identity.transliteration) cuts a native word into chunks, and each chunk becomes one of its Latin chunks at a cost.
All cuttings together are a lattice of arcs from place to place in the native word. The search walks lattice and tree at once,
so that only words of the index come out; at each place in the native word the BEAM cheapest beginnings go on.

Source: docs/rules/identity.md I22.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.identity.channel import LATIN_LETTERS_MAX
from entente.search.compiling import compiled
from entente.search.trie import CHILD_SHIFT, FOLLOWING, NONE, Shown, Words, bits

Array = np.ndarray[Any, np.dtype[Any]]

BEAM: Final = 100
"""150 find the same on the development names, and take a fifth longer."""
SLOTS: Final = 4_096
"""Places of the table of beginnings at one place in the native word; a power of two."""
DEARER_MAX: Final = 7_000
"""Thousandths of a nat by which a beginning may be dearer than the cheapest at its place."""
COST_STEP: Final = 8
"""Thousandths of a nat in which the dearest of the BEAM cheapest is told."""
FAR: Final = 1 << 29
COST_BITS: Final = 32
FREE: Final = -1
LETTER_BITS: Final = 6
LETTER: Final = (1 << LETTER_BITS) - 1
SPELT_BITS: Final = LETTER_BITS * LATIN_LETTERS_MAX
SPELT: Final = (1 << SPELT_BITS) - 1
CROWDED: Final = 2 * BEAM
"""So many beginnings at a place, and each time they have doubled, make it worth while to see which will not go on."""


class Model(NamedTuple):
    """The learned transliteration of all scripts, one after the other."""

    letters: Array
    """u8: the letters of all Latin chunks, one after the other."""
    begins: Array
    """i32[chunks + 1]"""
    spelt: Array
    """i64 by chunk: the same letters once more, the first in the lowest LETTER_BITS, and above SPELT_BITS how many they are."""
    chunks: Array
    """u16 by arc: number of the Latin chunk."""
    costs: Array
    """u16 by arc, thousandths of a nat."""
    logistic: Array
    """f64[scripts, 4]: constant, and the factors of the cost in nats, the number of signs and the number of letters."""


class Beginnings(NamedTuple):
    """The scratch of one search at a time: which nodes were reached at each place, and how cheaply."""

    table: Array
    """i64[signs + 1, SLOTS]: the node, and below COST_BITS what it costs; FREE where nothing is: before and after everywhere."""
    slots: Array
    """i32[signs + 1, SLOTS]: which slots are taken, in the order they were."""
    counts: Array
    """i64[signs + 1]: how many, 0 before and after."""
    least: Array
    """i64[signs + 1]: what the cheapest costs."""
    most: Array
    """i64[signs + 1]: what is dearer will not go on."""


def beginnings(signs_max: int) -> Beginnings:
    """Return scratch for native words of so many signs."""
    places, shape = signs_max + 1, (signs_max + 1, SLOTS)
    return Beginnings(
        np.full(shape, FREE, np.int64),
        np.empty(shape, np.int32),
        np.zeros(places, np.int64),
        np.empty(places, np.int64),
        np.empty(places, np.int64),
    )


@compiled
def sounding(
    words: Words,
    shown: Shown,
    model: Model,
    begins: Array,
    spans: Array,
    reached: Beginnings,
    found: Array,
    costs: Array,
) -> int:
    """Write the shown words that a native word may be into `found` i64 and what they cost into `costs` i32; return how many.

    `spans` i64[…, 3] has the chunks of the native word: to which place each leads, its first arc and that after its last; from
    each place those of `begins` i64[signs + 1] go on. Costs are thousandths of a nat; each word comes once, at its cheapest of
    the ways that are nowhere more than DEARER_MAX dearer than the cheapest beginning there. Nodes that do not lead to a shown
    word are passed over, so that they neither take a place in the beam nor are the cheapest.
    """
    signs = begins.size - 1
    nodes, leads, table, slots, counts = words.nodes, shown.nodes, reached.table, reached.slots, reached.counts
    least, dearest = reached.least, reached.most
    for place in range(signs + 1):
        least[place], dearest[place] = FAR, FAR
    crowded = np.full(signs + 1, CROWDED, np.int64)
    _reach(table, slots, counts, least, 0, 0, 0)
    for place in range(signs):
        most = _most(table, slots, counts[place], least[place], place)
        for entry in range(counts[place]):
            held = table[place, slots[place, entry]]
            cost, node = held & ((1 << COST_BITS) - 1), held >> COST_BITS
            if cost > most:
                continue
            following = nodes[node] & FOLLOWING
            for span in range(begins[place], begins[place + 1]):
                there = spans[span, 0]
                for arc in range(spans[span, 1], spans[span, 2]):
                    whole = cost + model.costs[arc]
                    if whole > min(least[there] + DEARER_MAX, dearest[there]):
                        # The rest of the span is as dear or dearer.
                        break
                    spelt = model.spelt[model.chunks[arc]] & SPELT
                    if spelt and following >> (spelt & LETTER) & 1 == 0:
                        continue
                    after = _node_after(nodes, node, spelt)
                    if after >= 0 and leads[after]:
                        _reach(table, slots, counts, least, there, after, whole)
                        if counts[there] == crowded[there] and there < signs:
                            dearest[there] = _most(table, slots, counts[there], least[there], there)
                            crowded[there] *= 2
    written = 0
    for entry in range(counts[signs]):
        held = table[signs, slots[signs, entry]]
        cost, word = held & ((1 << COST_BITS) - 1), words.ends[held >> COST_BITS]
        if word >= 0 and shown.words[word] and cost <= least[signs] + DEARER_MAX and written < found.size:
            found[written] = word
            costs[written] = cost
            written += 1
    for place in range(signs + 1):
        for entry in range(counts[place]):
            table[place, slots[place, entry]] = FREE
        counts[place] = 0
    return written


@compiled
def _node_after(nodes: Array, node: int, spelt: int) -> int:
    """Return the node that the letters of a chunk (`Model.spelt`, SPELT_BITS of it) lead to, or NONE."""
    while spelt:
        here, bit = nodes[node], 1 << (spelt & LETTER)
        if here & bit == 0:
            return NONE
        node = (here >> CHILD_SHIFT) + bits(here & FOLLOWING & (bit - 1))
        spelt >>= LETTER_BITS
    return node


@compiled
def _most(table: Array, slots: Array, count: int, least: int, place: int) -> int:
    """Return what a beginning may cost to go on."""
    if count <= BEAM:
        return least + DEARER_MAX
    steps = np.zeros(DEARER_MAX // COST_STEP + 1, np.int32)
    for entry in range(count):
        dearer = (table[place, slots[place, entry]] & ((1 << COST_BITS) - 1)) - least
        if dearer <= DEARER_MAX:
            steps[dearer // COST_STEP] += 1
    kept = np.int64(0)
    for one in range(steps.size):
        kept += steps[one]
        if kept >= BEAM:
            return least + (one + 1) * COST_STEP - 1
    return least + DEARER_MAX


@compiled
def _reach(table: Array, slots: Array, counts: Array, least: Array, place: int, node: int, cost: int) -> None:
    """Note that a node was reached at a place; the cheapest way counts. A full table takes no more."""
    slot = (node * 2_654_435_761) & (SLOTS - 1)
    while table[place, slot] >= 0 and table[place, slot] >> COST_BITS != node:
        slot = (slot + 1) & (SLOTS - 1)
    if table[place, slot] >= 0:
        table[place, slot] = min(table[place, slot], node << COST_BITS | cost)
    elif counts[place] < SLOTS // 2:
        table[place, slot] = node << COST_BITS | cost
        slots[place, counts[place]] = slot
        counts[place] += 1
    least[place] = min(least[place], cost)
