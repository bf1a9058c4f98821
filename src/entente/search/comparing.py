"""What a native word costs to be written as a Latin one, in compiled loops: the same as `identity.transliteration.way_cost` says.

It loads the compiler, so that only processes that search among millions and programs that ask for it do, never the web process.

Source: docs/rules/identity.md I22; docs/decisions/0045-comparisons-are-quicker-where-the-compiler-is.md.
"""

from __future__ import annotations

import functools
import gc
from typing import Any, Final, NamedTuple

import numpy as np

from entente.identity.transliteration import CACHED_WORDS, LETTERS_MAX, cost_ways_by, way_cost_of
from entente.search.closer import cheapest, rests_of
from entente.search.lattices import lattice_of, model
from entente.search.letters import encode
from entente.search.sounding import FAR

Array = np.ndarray[Any, np.dtype[Any]]
MODEL: Final = model()


class _Laid(NamedTuple):
    """A native word as the loops take it."""

    begins: Array
    """i64[signs + 1]: where the chunks that begin at each sign are in `spans`."""
    spans: Array
    """i64[chunks, 3]: `sounding.sounding`."""
    rests: Array
    """i64[signs + 1]: `closer.rests_of`."""


def quicken_comparisons() -> None:
    """Have every comparison of this process from now on use compiled loops: scores and evidence stay the same.

    The first call of an installation compiles them, some seconds. What the process holds by then is left out of the interpreter's
    search for cycles from then on (`gc.freeze`): the compiler alone is half a million objects, looked through again and again as
    names are remembered, a quarter of the time of comparing.

    Source: docs/decisions/0045-comparisons-are-quicker-where-the-compiler-is.md.
    """
    compiled_way_cost("имя", "imya", FAR)
    cost_ways_by(compiled_way_cost)
    gc.collect()
    gc.freeze()


def compiled_way_cost(native: str, latin: str, dearest: int) -> int | None:
    """Return the cost of the cheapest way through both words in thousandths of a nat; None when it costs more than `dearest`."""
    laid, spelt = _laid(native), _spelt(latin)
    if laid is None or spelt is None:
        return way_cost_of(native, latin, dearest)
    found = cheapest(MODEL, laid.begins, laid.spans, laid.rests, spelt, float(dearest))
    return None if found >= FAR else found


@functools.lru_cache(maxsize=CACHED_WORDS)
def _laid(native: str) -> _Laid | None:
    lattice = lattice_of(native)
    if lattice is None:
        return None
    begins = np.cumsum([0, *lattice.counts], dtype=np.int64)
    spans = np.array(lattice.spans, np.int64).reshape(-1, 3)
    return _Laid(begins, spans, rests_of(MODEL, begins, spans))


@functools.lru_cache(maxsize=CACHED_WORDS)
def _spelt(latin: str) -> Array | None:
    """Return a Latin word as the index writes it; None for one of other letters, which no chunk spells."""
    numbers = encode(latin)
    is_whole = len(numbers) == len(latin) <= LETTERS_MAX and latin == latin.lower()
    return np.frombuffer(numbers, np.uint8) if is_whole else None
