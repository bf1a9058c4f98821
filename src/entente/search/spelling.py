"""Words of an index that are written nearly like a Latin word: slips of the pen, other spellings of the same sounds.

Two ways lead to them. A walk through the tree of words finds all within one or two slips (a letter too many, too few, another
one, two neighbours changed over), however short the word; grams of three letters find those that share much and differ more. Both
are judged alike by `likeness`.

Both ways keep what they know of a word in the bits of one number, a bit for each place in the asked word, and so take a few steps
for each letter. Source of the walk: Wu and Manber, «Fast text searching allowing errors», 1992, with changed-over neighbours
beside it; of `slips`: Hyyrö, «A bit-vector algorithm for computing Levenshtein and Damerau edit distances», 2003.

Source: docs/rules/identity.md I7; the slips are those of optimal string alignment.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.search.compiling import compiled
from entente.search.letters import SYMBOLS, WORD_LETTERS_MAX
from entente.search.trie import CHILD_SHIFT, ENDS, FOLLOWING, Shown, Words, bits

Array = np.ndarray[Any, np.dtype[Any]]

GRAMS: Final = SYMBOLS**3
GRAMS_OF_A_WORD_MAX: Final = WORD_LETTERS_MAX + 2
LONG_LETTERS: Final = 6
"""From so many letters on two slips leave a word what it was; of shorter ones the grams find those that are worth a look."""
GRAM_SHARE_MIN: Final = 0.15
"""Of the grams of both words: below it two words have next to nothing in common."""
LONE_GRAM_LETTERS_MAX: Final = 5
"""A longer word has too little in common with one that shares a single gram."""
BUCKETS: Final = 64
CLEARED_AT_ONCE: Final = 32
"""Bytes side by side that are cleared while one of them is sought out."""
SAME_FIRST_PART: Final = 0.15
"""Of what two words lack of being alike: a slip within a word is likelier than one at its first letter."""
WAITING_MAX: Final = (WORD_LETTERS_MAX + 1) * SYMBOLS
"""Nodes of the walk that wait at once: at each depth the children of one node."""


class SpellingScratch(NamedTuple):
    """What one search at a time writes on."""

    waiting: Array
    """i64[WAITING_MAX, 6]: node and what was read to reach it."""
    places: Array
    """i64[SYMBOLS], all 0 before and after: in which places of the asked word a letter stands."""
    shared: Array
    """u8 by word, all 0 before and after: how many grams it shares."""
    met: Array
    """i32 by word."""
    shares: Array
    """u8: of those, `_share`."""
    slips: Array
    """u8[found]: of each word that the walk found."""


def spelling_scratch(words: int, found: int) -> SpellingScratch:
    """Return scratch for an index of so many words and for as many that are found at once."""
    return SpellingScratch(
        np.empty((WAITING_MAX, 6), np.int64), np.zeros(SYMBOLS, np.int64), np.zeros(words, np.uint8),
        np.empty(words, np.int32), np.empty(words, np.uint8), np.empty(found, np.uint8),
    )  # fmt: skip


@compiled
def grams_of(word: Array, found: Array) -> int:
    """Write the grams of a word with its edges into `found` i64; return how many: as many as letters, and none for no word."""
    count = 0
    for place in range(-1, word.size - 1):
        before = 0 if place < 0 else np.int64(word[place])
        here = np.int64(word[place + 1])
        after = np.int64(word[place + 2]) if place + 2 < word.size else 0
        found[count] = (before * SYMBOLS + here) * SYMBOLS + after
        count += 1
    return count


@compiled
def build_grams(letters: Array, begins: Array) -> tuple[Array, Array]:
    """Return (`gram_begins`, `gram_words`) of words given as `Words` has them."""
    gram_begins = np.zeros(GRAMS + 1, np.int32)
    grams = np.empty(GRAMS_OF_A_WORD_MAX, np.int64)
    for word in range(begins.size - 1):
        for place in range(grams_of(letters[begins[word] : begins[word + 1]], grams)):
            gram_begins[grams[place] + 1] += 1
    for gram in range(GRAMS):
        gram_begins[gram + 1] += gram_begins[gram]
    filled = gram_begins.copy()
    gram_words = np.empty(gram_begins[GRAMS], np.int32)
    for word in range(begins.size - 1):
        for place in range(grams_of(letters[begins[word] : begins[word + 1]], grams)):
            gram = grams[place]
            gram_words[filled[gram]] = word
            filled[gram] += 1
    return gram_begins, gram_words


@compiled
def mark_places(word: Array, places: Array) -> None:
    """Note in which places of a word each letter stands."""
    for place in range(word.size):
        places[word[place]] |= 1 << place


@compiled
def slips(places: Array, size: int, letters: Array, first: int, last: int) -> int:
    """Count the slips between the word of `size` letters that `places` has and the letters from `first` up to `last`."""
    edge, made = 1 << (size - 1), size
    up, down, equal, before = (1 << size) - 1, 0, 0, 0
    for place in range(first, last):
        here = places[letters[place]]
        equal = (((~equal & here) << 1) & before) | (((here & up) + up) ^ up) | here | down
        more, less = down | ~(equal | up), equal & up
        if more & edge:
            made += 1
        elif less & edge:
            made -= 1
        more = (more << 1) | 1
        up, down, before = (less << 1) | ~(equal | more), more & equal, here
    return made


@compiled
def likeness(made: int, size: int, other: int, first: int, other_first: int) -> float:
    """Return how alike two spellings of `size` and `other` letters are in [0, 1]: the more slips made the less.

    They are more alike where their first letters are one.
    """
    apart = made / max(size, other)
    return 1.0 - (apart * (1.0 - SAME_FIRST_PART) if first == other_first else apart)


@compiled
def walk(words: Words, shown: Shown, word: Array, edits: int, found: Array, scratch: SpellingScratch) -> int:
    """Write the shown words within `edits` slips, 1 or 2, into `found` i64, how many slips into the scratch; return how many.

    Of two slips one at least is behind the first half of the word: a word with both in it has the other half, and is found by
    its grams. `places` of the scratch has the word. Of each node it is known in which places of the asked word one may be, with
    no slip (`none`), one, two; and where the letter after was read before its neighbour (`one_half`, `two_half`: one slip more).
    """
    nodes, leads, waiting, places = words.nodes, shown.nodes, scratch.waiting, scratch.places
    full, end = (1 << (word.size + 1)) - 1, 1 << word.size
    late = full ^ ((1 << (word.size // 2)) - 1)
    count, top = 0, 1
    waiting[0, 0], waiting[0, 1], waiting[0, 2], waiting[0, 3], waiting[0, 4], waiting[0, 5] = (
        0,
        1,
        3 & full,
        7 & late,
        0,
        0,
    )
    while top > 0:
        top -= 1
        node, none, one, two = waiting[top, 0], waiting[top, 1], waiting[top, 2], waiting[top, 3]
        one_half, two_half = waiting[top, 4], waiting[top, 5]
        if edits == 1:
            two, fewer, last = 0, none | one_half, one
        else:
            fewer, last = one | two_half, two
        here = nodes[node]
        letters, first = here & FOLLOWING, here >> CHILD_SHIFT
        rest = letters
        if fewer == 0:
            # No slip is left: only the letters that stand there may follow.
            wanted = np.int64(0)
            for place in range(word.size):
                if last >> place & 1:
                    wanted |= 1 << np.int64(word[place])
            rest &= wanted
        while rest:
            bit = rest & -rest
            rest ^= bit
            below = first + bits(letters & (bit - 1))
            if leads[below] == 0:
                continue
            stands = places[bits(bit - 1)]
            none_b = (none & stands) << 1
            one_b = (((one & stands) << 1) | none | (none << 1) | (none_b << 1) | ((one_half & stands) << 2)) & full
            two_b = 0
            if edits == 2:  # noqa: PLR2004 - the slips that are told apart
                two_b = (((two & stands) << 1) | one | (one << 1) | (one_b << 1) | ((two_half & stands) << 2)) & late
            reached = one_b | two_b
            if reached == 0:
                continue
            child = nodes[below]
            if child & ENDS and reached & end and shown.words[words.ends[below]] and count < found.size:
                found[count] = words.ends[below]
                scratch.slips[count] = 0 if none_b & end else 1 if one_b & end else 2
                count += 1
            if child & FOLLOWING:
                waiting[top, 0], waiting[top, 1], waiting[top, 2], waiting[top, 3] = below, none_b, one_b, two_b
                waiting[top, 4], waiting[top, 5] = none & (stands >> 1), one & (stands >> 1)
                top += 1
    return count


@compiled
def sharing_grams(words: Words, shown: Array, word: Array, scratch: SpellingScratch, found: Array, limit: int) -> int:
    """Write the words that share most grams with a word into `found` i64, at least `limit` if there are; return how many.

    Words that are not `shown` (u8 by word) are passed over.
    """
    grams = np.empty(GRAMS_OF_A_WORD_MAX, np.int64)
    own = grams_of(word, grams)
    met, shared, begins, near_of = scratch.met, scratch.shared, words.begins, words.gram_words
    enough = 1 if own <= LONE_GRAM_LETTERS_MAX else 2
    count, passed = 0, 0
    for place in range(own):
        is_new = True
        for earlier in range(place):
            is_new &= grams[earlier] != grams[place]
        if is_new:
            passed += words.gram_begins[grams[place] + 1] - words.gram_begins[grams[place]]
            for entry in range(words.gram_begins[grams[place]], words.gram_begins[grams[place] + 1]):
                near = near_of[entry]
                shared[near] += 1
                if shared[near] == enough and shown[near]:
                    met[count] = near
                    count += 1
    by_share = np.zeros(BUCKETS + 1, np.int64)
    for place in range(count):
        scratch.shares[place] = _share(begins, met[place], shared[met[place]], own)
        by_share[scratch.shares[place]] += 1
    least, kept = BUCKETS, by_share[BUCKETS]
    while least > BUCKETS * GRAM_SHARE_MIN and kept < limit:
        least -= 1
        kept += by_share[least]
    written = 0
    for place in range(count):
        if written < found.size and scratch.shares[place] >= least:
            found[written] = met[place]
            written += 1
    if passed * CLEARED_AT_ONCE > shared.size:
        shared[:] = 0
        return written
    for place in range(own):
        for entry in range(words.gram_begins[grams[place]], words.gram_begins[grams[place] + 1]):
            shared[near_of[entry]] = 0
    return written


@compiled
def _share(begins: Array, word: int, shared: int, own: int) -> int:
    return min(BUCKETS, int(BUCKETS * 2.0 * shared / (own + begins[word + 1] - begins[word])))
