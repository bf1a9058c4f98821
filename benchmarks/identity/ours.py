"""The product as it is measured: its index of names, and its comparison of two descriptions."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from benchmarks.identity.data import Pair, Question, Record, Side
from benchmarks.identity.peers.nomenklatura_env import Scored
from entente.formats.schemata import load_schemata
from entente.handling.model import Retention
from entente.identity.model import Query
from entente.identity.score import SHOW_MIN, score_record
from entente.kernel.ids import BodyId, RecordId
from entente.records.model import Fact, Schema
from entente.records.model import Record as HeldRecord
from entente.search.index import Index
from entente.search.names_builder import IndexRecord

THRESHOLD = SHOW_MIN / 1000
"""The one at which two descriptions are held for one (docs/rules/identity.md I11)."""
WORDS_MIN = 1_024
"""A cache for so many entries or more is one of words that were asked; smaller ones are of letters and tables."""
NOBODY = BodyId("body:" + "0" * 32)
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
    """Make the next search a cold one: nothing that was worked out for an earlier query is left."""
    index._near.cache_clear()  # noqa: SLF001 - a cold query is measured nowhere else
    for cache in _word_caches():
        cache.cache_clear()


def scored(pairs: Sequence[Pair]) -> Scored:
    """Compare pairs as a search compares a query and a record."""
    schemata = load_schemata()
    given = [(_query(pair.a), _record(pair.b, schemata[pair.schema]), schemata[pair.schema]) for pair in pairs]
    began = time.thread_time()
    scores = tuple(score_record(*one).score / 1000 for one in given)
    return Scored(scores, len(pairs) / (time.thread_time() - began))


def _query(side: Side) -> Query:
    return Query(names=(side.name,), birth_date=side.birth_date, country=side.country)


def _record(side: Side, schema: Schema) -> HeldRecord:
    country = next(
        (name for name in ("nationality", "jurisdiction", "country", "flag") if name in schema.properties), ""
    )
    stated = (("name", side.name), ("birthDate", side.birth_date), (country, side.country))
    facts = tuple(Fact(name, value) for name, value in stated if value and name in schema.properties)
    return HeldRecord(
        id=RecordId(f"{NOBODY}/1"), source=NOBODY, local_id="1", version=1, schema=schema.name, kind="wanted_person",
        at=datetime(2031, 5, 4, tzinfo=UTC), terms=(), facts=facts, links=(),
        retention=Retention(date(2036, 1, 1), date(2041, 1, 1)),
    )  # fmt: skip


def _word_caches() -> Iterator[_Cache]:
    for name, module in list(sys.modules.items()):
        if name.startswith(("entente.identity", "entente.search")):
            for held in vars(module).values():
                parameters = getattr(held, "cache_parameters", None)
                if parameters is not None and (parameters()["maxsize"] or 0) >= WORDS_MIN:
                    yield held
