"""Words of an index that are written nearly like a Latin word: slips of the pen, other spellings of the same sounds.

Two ways lead to them. A walk through the tree of words finds all within one or two slips (a letter too many, too few, another
one, two neighbours changed over), however short the word; grams of three letters find those that share much and differ more. Both
are judged alike by `likeness`.

Source: docs/rules/identity.md I7; the slips are those of optimal string alignment.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.search.compiling import compiled
from entente.search.letters import SYMBOLS, WORD_LETTERS_MAX
from entente.search.trie import Words, node_after, step

Array = np.ndarray[Any, np.dtype[Any]]

GRAMS: Final = SYMBOLS**3
GRAMS_OF_A_WORD_MAX: Final = WORD_LETTERS_MAX + 2
LONG_LETTERS: Final = 6
"""From so many letters on two slips leave a word what it was; of shorter ones the grams find those that are worth a look."""
GRAM_SHARE_MIN: Final = 0.15
"""Of the grams of both words: below it two words have next to nothing in common."""
BUCKETS: Final = 64
SAME_FIRST_PART: Final = 0.15
"""Of what two words lack of being alike: a slip within a word is likelier than one at its first letter."""
WALK_MAX: Final = 4_096
"""Steps of the walk that wait at once; 40 letters × the few hundred branches near the root need a tenth."""


class SpellingScratch(NamedTuple):
    """What one search at a time writes on."""

    waiting: Array
    """i64[WALK_MAX, 3]: node, letters read, slips made."""
    shared: Array
    """u8 by word, all 0 before and after: how many grams it shares."""
    met: Array
    """u32 by word."""
    rows: Array
    """i32[3, WORD_LETTERS_MAX + 1]"""


def spelling_scratch(words: int) -> SpellingScratch:
    """Return scratch for an index of so many words."""
    return SpellingScratch(
        np.empty((WALK_MAX, 3), np.int64),
        np.zeros(words, np.uint8),
        np.empty(words, np.uint32),
        np.empty((3, WORD_LETTERS_MAX + 1), np.int32),
    )


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
    gram_begins = np.zeros(GRAMS + 1, np.int64)
    grams = np.empty(GRAMS_OF_A_WORD_MAX, np.int64)
    for word in range(begins.size - 1):
        for place in range(grams_of(letters[begins[word] : begins[word + 1]], grams)):
            gram_begins[grams[place] + 1] += 1
    for gram in range(GRAMS):
        gram_begins[gram + 1] += gram_begins[gram]
    filled = gram_begins.copy()
    gram_words = np.empty(gram_begins[GRAMS], np.uint32)
    for word in range(begins.size - 1):
        for place in range(grams_of(letters[begins[word] : begins[word + 1]], grams)):
            gram = grams[place]
            gram_words[filled[gram]] = word
            filled[gram] += 1
    return gram_begins, gram_words


@compiled
def slips(one: Array, other: Array, rows: Array) -> int:
    """Count the slips between two words of at most WORD_LETTERS_MAX letters; `rows` is a scratch's."""
    for place in range(other.size + 1):
        rows[1, place] = place
    for i in range(1, one.size + 1):
        rows[2, 0] = i
        for j in range(1, other.size + 1):
            best = rows[1, j - 1] + (0 if one[i - 1] == other[j - 1] else 1)
            best = min(best, rows[1, j] + 1, rows[2, j - 1] + 1)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                best = min(best, rows[0, j - 2] + 1)
            rows[2, j] = best
        for j in range(other.size + 1):
            rows[0, j] = rows[1, j]
            rows[1, j] = rows[2, j]
    return rows[1, other.size]


@compiled
def likeness(one: Array, other: Array, rows: Array) -> float:
    """Return how alike two spellings are in [0, 1]: 1 for equal ones, less for each slip, more where they begin alike."""
    if one.size == 0 or other.size == 0:
        return 0.0
    apart = slips(one, other, rows) / max(one.size, other.size)
    return 1.0 - (apart * (1.0 - SAME_FIRST_PART) if one[0] == other[0] else apart)


@compiled
def walk(words: Words, leads: Array, word: Array, edits: int, found: Array, waiting: Array) -> int:
    """Write the words within `edits` slips into `found` i64, some of them twice; return how many.

    Nodes that do not lead to a shown word (`leads`, u8 by node) are passed over; a word that is not shown may still be found.
    """
    follows, child, ends = words.follows, words.child, words.ends
    count, top = 0, _push(waiting, 0, 0, 0, 0)
    while top > 0:
        top -= 1
        node, read, made = waiting[top, 0], waiting[top, 1], waiting[top, 2]
        if made == edits:
            # No slip is left: the rest is followed letter by letter.
            node = node_after(follows, child, node, word, read, word.size)
            if node >= 0:
                count = _keep(ends[node], found, count)
            continue
        if top + 2 * SYMBOLS + 4 > WALK_MAX:
            continue
        if read == word.size:
            count = _keep(ends[node], found, count)
        else:
            top = _skip_or_swap(follows, child, word, node, read, made, waiting, top)
        top = _follow(follows, child, leads, word, node, read, made, waiting, top)
    return count


@compiled
def _keep(word: int, found: Array, count: int) -> int:
    if word >= 0 and count < found.size:
        found[count] = word
        count += 1
    return count


@compiled
def _skip_or_swap(
    follows: Array, child: Array, word: Array, node: int, read: int, made: int, waiting: Array, top: int
) -> int:
    """Read a letter too many, or the next two changed over."""
    top = _push(waiting, top, node, read + 1, made + 1)
    if read + 1 < word.size and word[read] != word[read + 1]:
        swapped = step(follows, child, node, word[read + 1])
        if swapped >= 0:
            swapped = step(follows, child, swapped, word[read])
            if swapped >= 0:
                top = _push(waiting, top, swapped, read + 2, made + 1)
    return top


@compiled
def _follow(
    follows: Array, child: Array, leads: Array, word: Array, node: int, read: int, made: int, waiting: Array, top: int
) -> int:
    """Go on to each letter that may follow: as one that was left out, as the one that is read, as another one."""
    below, letters, letter = np.int64(child[node]), follows[node], 0
    while letters != np.uint64(0):
        if letters & np.uint64(1):
            if leads[below]:
                top = _push(waiting, top, below, read, made + 1)
                if read < word.size:
                    top = _push(waiting, top, below, read + 1, made + (0 if word[read] == letter else 1))
            below += 1
        letters >>= np.uint64(1)
        letter += 1
    return top


@compiled
def _push(waiting: Array, top: int, node: int, read: int, made: int) -> int:
    waiting[top, 0], waiting[top, 1], waiting[top, 2] = node, read, made
    return top + 1


@compiled
def sharing_grams(words: Words, word: Array, shown: Array, scratch: SpellingScratch, found: Array, limit: int) -> int:
    """Write the words that share most grams with a word into `found` i64, at least `limit` if there are; return how many.

    Words that are not `shown` (u8 by word) are passed over.
    """
    grams = np.empty(GRAMS_OF_A_WORD_MAX, np.int64)
    own = grams_of(word, grams)
    met, shared, begins, near_of = scratch.met, scratch.shared, words.begins, words.gram_words
    count = 0
    for place in range(own):
        for entry in range(words.gram_begins[grams[place]], words.gram_begins[grams[place] + 1]):
            near = near_of[entry]
            if shown[near]:
                if shared[near] == 0:
                    met[count] = near
                    count += 1
                shared[near] += 1
    least = _least_share(begins, own, met, count, shared, limit)
    written = 0
    for place in range(count):
        near = met[place]
        if written < found.size and _share(begins, near, shared[near], own) >= least:
            found[written] = near
            written += 1
        shared[near] = 0
    return written


@compiled
def _least_share(begins: Array, own: int, met: Array, count: int, shared: Array, limit: int) -> int:
    by_share = np.zeros(BUCKETS + 1, np.int64)
    for place in range(count):
        by_share[_share(begins, met[place], shared[met[place]], own)] += 1
    least, kept = BUCKETS, by_share[BUCKETS]
    while least > BUCKETS * GRAM_SHARE_MIN and kept < limit:
        least -= 1
        kept += by_share[least]
    return least


@compiled
def _share(begins: Array, word: int, shared: int, own: int) -> int:
    theirs = begins[word + 1] - begins[word]
    return min(BUCKETS, int(BUCKETS * 2.0 * shared / (own + theirs)))
