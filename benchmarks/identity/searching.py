"""Searches of one size: quality, speed, memory, size and building of the product, each in a process of its own, and of peers."""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import TypeVar

from benchmarks.identity import ours
from benchmarks.identity.collection import records_of_size, sampled
from benchmarks.identity.compose import SEED
from benchmarks.identity.data import Question, read_questions
from benchmarks.identity.measures import Recall, point, recall
from benchmarks.identity.options import Options
from entente.search import Index

T = TypeVar("T")

COLD_QUERIES = 2_000
MEMORY_QUERIES = 10_000
LIMIT = 10
SMAPS = Path("/proc/self/smaps")
STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of single queries: of the clock on the wall, and of the processor."""

    p50: float
    p99: float
    processor_p50: float
    processor_p99: float


@dataclass(frozen=True, slots=True)
class Built:
    """What building an index took."""

    records: int
    seconds: float
    processor_seconds: float
    bytes: int
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a process that opened the index and answered MEMORY_QUERIES."""

    anonymous: int
    index_pages: int
    whole: int
    """With the pages of programs and libraries."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What the product showed at one size."""

    built: Built
    groups: Mapping[str, Recall]
    cold: Times
    repeated: Times
    memory: Memory


def searched(options: Options, size: int, folder: Path) -> Searched:
    """Build and ask."""
    built = apart(_build, options, size, folder)
    groups, cold, repeated = apart(_ask, options, folder)
    return Searched(built, groups, cold, repeated, apart(_memory, options, folder))


def apart(work: Callable[..., T], *given: object) -> T:
    """Do a piece of work in a process of its own, so that it finds nothing warm and measures nobody else's memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *given).result()


def speed_questions(groups: Mapping[str, Sequence[Question]]) -> list[Question]:
    """Return distinct queries of all groups, mixed."""
    distinct = {question.name: question for asked in groups.values() for question in asked}
    return Random(SEED).sample(list(distinct.values()), min(COLD_QUERIES, len(distinct)))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds of one piece of work, of the wall and of this thread's processor time."""
    began, processor_began = time.perf_counter(), time.thread_time()
    work()
    return 1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - processor_began)


def times(measured: Sequence[tuple[float, float]]) -> Times:
    """Return the middle and the end of what single queries took."""
    wall, processor = [one for one, _ in measured], [one for _, one in measured]
    return Times(point(wall, 500), point(wall, 990), point(processor, 500), point(processor, 990))


def _build(options: Options, size: int, folder: Path) -> Built:
    groups = sampled(read_questions(options.queries), options.queries_a_group)
    records = ours.index_records(records_of_size(options, groups, size))
    Index.build(records[:1000], folder)  # what is compiled is compiled before the clock runs
    before = _resident()
    began, processor_began = time.perf_counter(), time.process_time()
    index = Index.build(records, folder)
    seconds, processor = time.perf_counter() - began, time.process_time() - processor_began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Built(index.size, seconds, processor, index.bytes, max(0, peak - before))


def _ask(options: Options, folder: Path) -> tuple[dict[str, Recall], Times, Times]:
    groups = sampled(read_questions(options.queries), options.queries_a_group)
    index = ours.open_warm(folder)
    quality = {
        name: recall((question.gold, ours.found(index, question, LIMIT)) for question in asked)
        for name, asked in groups.items()
    }
    # All pages the queries need are warm from here on.
    cold, repeated = [], []
    for question in speed_questions(groups):
        query = ours.query_of(question)
        ours.forget(index)
        cold.append(timed(partial(index.search, query, LIMIT)))
        repeated.append(timed(partial(index.search, query, LIMIT)))
    return quality, times(cold), times(repeated)


def _memory(options: Options, folder: Path) -> Memory:
    groups = sampled(read_questions(options.queries), options.queries_a_group)
    questions = [question for asked in groups.values() for question in asked]
    Random(SEED).shuffle(questions)
    index = Index.open(folder)
    for question in islice(cycle(questions), MEMORY_QUERIES):
        ours.found(index, question, LIMIT)
    maps = SMAPS.read_text(encoding="utf-8")
    return Memory(_pages(maps, "Anonymous"), _pages(maps, "Rss", str(folder)), _resident())


def _pages(maps: str, kind: str, of_file: str = "") -> int:
    """Return the bytes of one kind in this process's maps, of all or of the files under a path."""
    total, is_wanted = 0, not of_file
    for line in maps.splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            is_wanted = not of_file or of_file in line
        elif is_wanted and line.startswith(f"{kind}:"):
            total += int(line.split()[1]) * 1024
    return total


def _resident() -> int:
    return int(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
