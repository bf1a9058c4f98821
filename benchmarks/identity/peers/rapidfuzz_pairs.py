"""rapidfuzz (MIT) over anyascii: the cheapest thing that can be done with two names in two scripts. It sees names alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from anyascii import anyascii
from rapidfuzz import fuzz

from benchmarks.identity.data import Pair
from benchmarks.identity.peers.nomenklatura_env import Scored

RATIOS: dict[str, Callable[[str, str], float]] = {"token_sort": fuzz.token_sort_ratio, "WRatio": fuzz.WRatio}


def scored(pairs: Sequence[Pair], ratio: str) -> Scored:
    """Score pairs by one of its ratios."""
    compare, began = RATIOS[ratio], time.thread_time()
    scores = tuple(compare(anyascii(pair.a.name).lower(), anyascii(pair.b.name).lower()) / 100 for pair in pairs)
    return Scored(scores, len(pairs) / (time.thread_time() - began))
