"""The product as it is measured: its index of names, and its comparison of two descriptions."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.identity.data import Pair, Question, Record, Side
from benchmarks.identity.peers.nomenklatura_env import Scored
from entente.identity import MATCH_MIN, Description, compare
from entente.identity.model import Query
from entente.search import Index, quicken_comparisons
from entente.search.names_builder import IndexRecord

THRESHOLD = MATCH_MIN
"""The one at which two descriptions are held for one (docs/rules/identity.md I36)."""
WORDS_MIN = 1_024
"""A cache for so many entries or more is one of words that were asked; smaller ones are of letters and tables."""
WARMING = ("Igor Muhammadov", "محمد علي", "김정은", "Иван Петров", "ミリアム", "王小明", "גולדה")


class _Cache(Protocol):
    def cache_clear(self) -> None: ...


def index_records(records: Iterable[Record]) -> list[IndexRecord]:
    """Return records as the index takes them."""
    return [IndexRecord(one.id, (one.name,), one.birth_date, one.country) for one in records]


def open_warm(folder: Path) -> Index:
    """Open an index with its loops compiled."""
    index = Index.open(folder)
    for name in WARMING:
        index.search(name)
    return index


def query_of(question: Question) -> Query:
    """Return a query as an officer would put it."""
    return Query(names=(question.name,), birth_date=question.birth_date, country=question.country)


def found(index: Index, question: Question, limit: int = 10) -> tuple[str, ...]:
    """Return the ids that a search finds, best first."""
    return tuple(one.id for one in index.search(query_of(question), limit))


def forget(index: Index) -> None:
    """Make the next search a cold one: nothing that was worked out for a word of an earlier query is left."""
    for cache in _word_caches(index):
        cache.cache_clear()


def scored(pairs: Sequence[Pair]) -> Scored:
    """Compare pairs, `a` as what is asked and `b` as what is held."""
    quicken_comparisons()
    given = [(_description(pair.a), _description(pair.b)) for pair in pairs]
    began = time.thread_time()
    scores = tuple(compare(a, b).score for a, b in given)
    return Scored(scores, len(pairs) / (time.thread_time() - began))


def _description(side: Side) -> Description:
    return Description((side.name,), side.birth_date, side.country)


def _word_caches(index: Index) -> Iterator[_Cache]:
    """Yield what remembers words: of the index itself, and of the functions it calls."""
    modules = [
        module for name, module in list(sys.modules.items()) if name.startswith(("entente.identity", "entente.search"))
    ]
    for holder in (index, *modules):
        for held in vars(holder).values():
            parameters = getattr(held, "cache_parameters", None)
            if parameters is not None and (parameters()["maxsize"] or 0) >= WORDS_MIN:
                yield held
