"""The same queries asked of the peers that search: tantivy's 3-grams and PostgreSQL's."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.identity.collection import records_of_size, sampled
from benchmarks.identity.data import Question, read_questions
from benchmarks.identity.measures import Recall, point, recall
from benchmarks.identity.options import Options
from benchmarks.identity.peers import tantivy_grams
from benchmarks.identity.peers.not_run import NotRunError
from benchmarks.identity.peers.pg_trgm import Kind, PgTrgm
from benchmarks.identity.peers.postgres_server import running
from benchmarks.identity.searching import LIMIT, Times, apart, speed_questions, timed, times

PG_TIMED = 100
"""Queries of which PostgreSQL's times are told."""


@dataclass(frozen=True, slots=True)
class PeerSearched:
    """What a peer showed at one size."""

    name: str
    groups: Mapping[str, Recall]
    cold: Times
    build_seconds: float
    bytes: int


def peers_searched(options: Options, size: int, folder: Path) -> list[PeerSearched | str]:
    """Ask every peer that was asked for; in the place of one that cannot run stands why."""
    found: list[PeerSearched | str] = []
    if "tantivy" in options.peers:
        found.append(apart(_tantivy, options, size, folder / "tantivy"))
    if "pg_trgm" in options.peers:
        try:
            found += apart(_postgres, options, size)
        except NotRunError as error:
            found.append(f"pg_trgm not run: {error}")
    return found


def may_install() -> bool:
    """Whether a peer that is missing may be installed."""
    return os.environ.get("ENTENTE_BENCH_INSTALL", "yes") != "no"


class _Listed:
    """Names by number; only records that are an answer keep their ids."""

    def __init__(self, options: Options, groups: Mapping[str, Sequence[Question]], size: int) -> None:
        wanted = {gold for asked in groups.values() for question in asked for gold in question.gold}
        self.names: list[str] = []
        self._ids: dict[int, str] = {}
        for number, record in enumerate(records_of_size(options, groups, size)):
            self.names.append(record.name)
            if record.id in wanted:
                self._ids[number] = record.id

    def ids(self, numbers: Sequence[int]) -> list[str]:
        """Return the ids of numbers; nothing for one that no query asks for."""
        return [self._ids.get(number, "") for number in numbers]


def _tantivy(options: Options, size: int, folder: Path) -> PeerSearched:
    groups = sampled(read_questions(options.queries), options.queries_a_group)
    listed = _Listed(options, groups, size)
    began = time.perf_counter()
    search = tantivy_grams.build(listed.names, folder)
    seconds = time.perf_counter() - began
    quality = {
        name: recall((question.gold, listed.ids(search(question.name, LIMIT))) for question in asked)
        for name, asked in groups.items()
    }
    cold = times([timed(partial(search, one.name, LIMIT)) for one in speed_questions(groups)])
    held = sum(path.stat().st_size for path in folder.iterdir())
    return PeerSearched(tantivy_grams.NAME, quality, cold, seconds, held)


def _postgres(options: Options, size: int) -> list[PeerSearched]:
    # The same collection as the others', and of its queries the first few of each group.
    groups = sampled(read_questions(options.queries), options.queries_a_group)
    listed = _Listed(options, groups, size)
    few = {name: asked[: options.slow_queries_a_group] for name, asked in groups.items()}
    timing = [question.name for question in speed_questions(few)][:PG_TIMED]
    with running(may_install=may_install()) as server:
        table = PgTrgm(server)
        table.fill(listed.names)
        return [_asked_of(table, kind, few, timing, listed) for kind in ("gin", "gist")]


def _asked_of(
    table: PgTrgm, kind: Kind, groups: Mapping[str, Sequence[Question]], timing: Sequence[str], listed: _Listed
) -> PeerSearched:
    seconds, held = table.index(kind)
    quality = {
        name: recall(
            (question.gold, listed.ids(numbers))
            for question, numbers in zip(asked, table.ask(kind, [one.name for one in asked], LIMIT).found, strict=True)
        )
        for name, asked in groups.items()
    }
    taken = table.ask(kind, timing, LIMIT).milliseconds
    p50, p99 = point(taken, 500), point(taken, 990)
    # The server's processor time is not this process's to see.
    return PeerSearched(f"pg_trgm {kind.upper()}", quality, Times(p50, p99, p50, p99), seconds, held)
