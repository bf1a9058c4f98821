"""The likeliest Latin spellings of a native name by what was learned: an index holds it under them too.

A native query is laid over the words of the index with all its spellings at once (`sounding`); a native record can only be found
by the words it is put in under. So the few likeliest are written out.

Source: docs/rules/identity.md I22 and I38.
"""

from __future__ import annotations

import functools
import heapq
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from entente.identity.channel import NATIVE_CHARACTERS_MAX
from entente.identity.scripts import romanise
from entente.identity.transliteration import SIGNS_MAX, Rows, tables
from entente.identity.units import script_code, units
from entente.search.rarity import COMMON_PART, commonness, counted
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
CACHED_WORDS: Final = 131_072
"""About 80 MB, in the process that writes a base."""

Costs: TypeAlias = list[tuple[str, int]]
"""Latin letters, with what it costs to read them in the signs so far: thousandths of a nat."""


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
    ways = _ways(_usual_of(script), units(word, script)[:SIGNS_MAX])
    ranked = [(float(cost), latin) for latin, cost in ways.items()]
    # A word in no row has nothing taken off; one that has stands here twice, and counts where it comes first.
    ranked += [
        (ways[latin] - 1000 * COMMON_PART * commonness(latin), latin) for latin in ways.keys() & counted()[0].keys()
    ]
    best = dict.fromkeys(latin for _, latin in heapq.nsmallest(2 * SPELLINGS, ranked))
    return tuple([latin for latin in list(best)[:SPELLINGS] if latin])


def _by_standard(word: str) -> tuple[str, ...]:
    return tuple("".join(reading) for reading in romanise(word)[:1]) or ("",)


def _ways(usual: Callable[[str], tuple[tuple[str, int], ...]], signs: str) -> dict[str, int]:
    """Return ways to write signs in Latin letters with what each costs: all by which the BEAM cheapest beginnings go on."""
    at: list[Costs] = [[("", 0)]]
    for end in range(1, len(signs)):
        at.append(_cheapest(_steps(usual, signs, at, end)))
    ways: dict[str, int] = {}
    for begun, latin, part in _steps(usual, signs, at, len(signs)):
        for before, cost in begun:
            whole = before + latin
            if cost + part < ways.get(whole, FAR):
                ways[whole] = cost + part
    return ways


def _steps(
    usual: Callable[[str], tuple[tuple[str, int], ...]], signs: str, at: Sequence[Costs], end: int
) -> list[tuple[Costs, str, int]]:
    """Return by what a place is reached: the beginnings up to an earlier one, and a Latin chunk for the signs between."""
    return [
        (at[start], latin, part)
        for start in range(max(0, end - NATIVE_CHARACTERS_MAX), end)
        if at[start]
        for latin, part in usual(signs[start:end])
    ]


def _cheapest(steps: Sequence[tuple[Costs, str, int]]) -> Costs:
    """Return the BEAM cheapest beginnings that end at a place, the cheapest first.

    The beginnings that a step goes on from stand in order already, so the steps are merged and only what is taken is spelt.
    """
    heap = [(begun[0][1] + part, step, 0) for step, (begun, _, part) in enumerate(steps)]
    heapq.heapify(heap)
    found: dict[str, int] = {}
    while heap and len(found) < BEAM:
        cost, step, place = heap[0]
        begun, latin, part = steps[step]
        found.setdefault(begun[place][0] + latin, cost)
        if place + 1 < len(begun):
            heapq.heapreplace(heap, (begun[place + 1][1] + part, step, place + 1))
        else:
            heapq.heappop(heap)
    return list(found.items())


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
