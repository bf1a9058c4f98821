"""The likeliest Latin spellings of a native name by what was learned: an index holds it under them too.

A native query is laid over the words of the index with all its spellings at once (`sounding`); a native record can only be found
by the words it is put in under. So the few likeliest are written out.

Source: docs/rules/identity.md I22 and I38.
"""

from __future__ import annotations

import functools
import heapq
from collections.abc import Callable
from typing import Final

from entente.identity.channel import NATIVE_CHARACTERS_MAX
from entente.identity.scripts import romanise
from entente.identity.transliteration import SIGNS_MAX, Rows, tables
from entente.identity.units import script_code, units
from entente.search.rarity import COMMON_PART, commonness
from entente.search.ways import readings

SPELLINGS: Final = 6
"""Of one word. Of development names put in as they are written and sought in Latin letters, .46 were among ten without them, .85
with three and .88 with six."""
ALTERNATIVES_MAX: Final = 8
"""Latin chunks of one native chunk that are followed, at most; the others are ten times rarer than these together."""
DEARER_MAX: Final = 3_000
"""Thousandths of a nat by which a Latin chunk may be dearer than the usual one."""
WAYS_MAX: Final = 4
BEAM: Final = 32
"""Beginnings of a spelling that go on at each place."""
FAR: Final = 1 << 30
CACHED_WORDS: Final = 65_536


def learned_forms(name: str) -> tuple[str, ...]:
    """Return Latin spellings of a whole name; none where no word of it is read by what was learned."""
    forms: dict[str, None] = {}
    # Two words written as one are spelt together too: each of the six then goes with each, not only with that of its place.
    for way in readings(name)[:WAYS_MAX]:
        spelt = [spellings(word) for word in way]
        if any(spelt):
            every = [found or _by_standard(word) for found, word in zip(spelt, way, strict=True)]
            for place in range(SPELLINGS):
                forms[" ".join(found[min(place, len(found) - 1)] for found in every).strip()] = None
    return tuple(forms)


@functools.lru_cache(maxsize=CACHED_WORDS)
def spellings(word: str) -> tuple[str, ...]:
    """Return the likeliest spellings of one normalised word, the best first, at most SPELLINGS; none for a word not read.

    A spelling that many people bear is likelier than one that nobody does, as among the words near to a query.
    """
    script = script_code(word)
    if not script:
        return ()
    costs = _cheapest(_usual_of(script), units(word, script)[:SIGNS_MAX])
    best = heapq.nsmallest(
        SPELLINGS, costs, key=lambda latin: (costs[latin] - 1000 * COMMON_PART * commonness(latin), latin)
    )
    return tuple(latin for latin in best if latin)


def _by_standard(word: str) -> tuple[str, ...]:
    return tuple("".join(reading) for reading in romanise(word)[:1]) or ("",)


def _cheapest(usual: Callable[[str], tuple[tuple[str, int], ...]], signs: str) -> dict[str, int]:
    """Return the cheapest ways to write signs in Latin letters, about BEAM of them, with what each costs."""
    at: list[dict[str, int]] = [{} for _ in range(len(signs) + 1)]
    at[0][""] = 0
    for start in range(len(signs)):
        begun = at[start]
        if len(begun) > BEAM:
            begun = {latin: begun[latin] for latin in heapq.nsmallest(BEAM, begun, key=begun.__getitem__)}
        for end in range(start + 1, min(start + NATIVE_CHARACTERS_MAX, len(signs)) + 1):
            follow = at[end]
            for latin, part in usual(signs[start:end]):
                for before, cost in begun.items():
                    whole, dear = before + latin, cost + part
                    if dear < follow.get(whole, FAR):
                        follow[whole] = dear
    return at[-1]


@functools.cache
def _usual_of(script: str) -> Callable[[str], tuple[tuple[str, int], ...]]:
    """Return what gives the usual Latin chunks of a native chunk of a script, with their costs."""
    rows = Rows(tables()[script])

    @functools.lru_cache(maxsize=CACHED_WORDS)
    def usual(chunk: str) -> tuple[tuple[str, int], ...]:
        row = rows.get(chunk, {})
        cheapest = heapq.nsmallest(ALTERNATIVES_MAX, row.items(), key=lambda one: (one[1], one[0]))
        return tuple((latin, cost) for latin, cost in cheapest if cost <= cheapest[0][1] + DEARER_MAX)

    return usual
