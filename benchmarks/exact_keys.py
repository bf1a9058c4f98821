"""The table of exact keys beside SQLite and a Python dictionary: one key, ten thousand in one call, room and building.

Invented document numbers, each of one record, in 1,000 disclosure classes of which the reader may see half; a key asked for is
drawn at random from all rows, so that pages are in the memory of the operating system and hardly in the processor's. SQLite
holds the keys themselves in a table WITHOUT ROWID, sorted, read through a map of its file; the dictionary holds them in this
process, as far as DICTIONARY_ROWS_MAX. What each finds of 10,000 keys is checked.

A million rows, or as many as ENTENTE_BENCH_EXACT_ROWS or the argument of `python -m benchmarks.exact_keys` says; a hundred
million take 5 GB of memory, 6 GB of disk and half an hour. Times are of the processor.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.line import Line, least, most
from entente.kernel.ids import SystemIds
from entente.search.exact_keys import ExactKeys

ROWS: Final = 1_000_000
CLASSES: Final = 1_000
ALLOWED: Final = frozenset(range(CLASSES // 2))
AT_ONCE: Final = 10_000
CALLS: Final = 20
SINGLES: Final = 100_000
DICTIONARY_ROWS_MAX: Final = 20_000_000
SLICE: Final = 100_000
SEED: Final = 20310504
SQLITE: Final = "SQLite, WITHOUT ROWID"
DICTIONARY: Final = "a dictionary in the process"
MICROSECONDS: Final = 1_000_000

Ask = Callable[[str], Sequence[int]]
AskMany = Callable[[Sequence[str]], object]


def run(rows: int | None = None) -> list[Line]:
    """Build each, ask each the same keys, and measure."""
    count = rows or int(os.environ.get("ENTENTE_BENCH_EXACT_ROWS", ROWS))
    chance = random.Random(SEED)
    salt = SystemIds().new_salt()
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder = Path(place)
        before = _memory()
        seconds = _seconds(lambda: ExactKeys.build(_rows(count), folder, salt))
        memory = _memory() - before
        opening = _seconds(lambda: ExactKeys.open(folder, salt))
        table = ExactKeys.open(folder, salt)
        ours = _measured(
            count, chance, lambda key: table.find((key,), ALLOWED), lambda keys: table.find_many(keys, ALLOWED)
        )
        absent = _singles(
            lambda key: table.find((key,), ALLOWED), [_absent(chance.randrange(count)) for _ in range(SINGLES)]
        )
        path = folder / "peer.sqlite"
        peer_seconds = _seconds(lambda: _build_sqlite(path, count))
        with closing(sqlite3.connect(path)) as peer:
            peer.execute(f"PRAGMA mmap_size = {path.stat().st_size + 1}")
            sqlite = _measured(
                count, chance, lambda key: _by_sqlite(peer, key), lambda keys: _many_by_sqlite(peer, keys)
            )
        what = f"exact key among {count:,}"
        lines = [
            Line(f"{what}: one through the call", ours[0], "µs", most(5), sqlite[0], SQLITE),
            Line(f"{what}: one that is not there", absent, "µs", most(5)),
            Line(
                f"{what}: each of {AT_ONCE:,} in one call, hashing included", ours[1], "µs", most(1), sqlite[1], SQLITE
            ),
            Line(f"{what}: bytes a row", table.bytes / count, "", most(16), path.stat().st_size / count, SQLITE),
            Line(f"{what}: built", count / seconds, "rows/s", least(50_000), count / peer_seconds, SQLITE),
            Line(f"{what}: memory while it is built", memory / count, "bytes/row"),
            Line(f"{what}: opened", 1000 * opening, "ms"),
        ]
    if count <= DICTIONARY_ROWS_MAX:
        held = {key: (record, cls) for key, record, cls in _rows(count)}
        plain = _measured(
            count,
            chance,
            lambda key: _by_dictionary(held, key),
            lambda keys: [_by_dictionary(held, key) for key in keys],
        )
        lines += [
            Line(f"{what}: one, beside {DICTIONARY}", ours[0], "µs", None, plain[0], DICTIONARY),
            Line(f"{what}: each of {AT_ONCE:,}, beside {DICTIONARY}", ours[1], "µs", None, plain[1], DICTIONARY),
        ]
    return lines


def _rows(count: int) -> Iterator[tuple[str, int, int]]:
    """Yield rows in the order of their keys, as SQLite takes them quickest."""
    return ((_key(number), number, number % CLASSES) for number in range(count))


def _key(number: int) -> str:
    return f"P{number * 37:010X}"


def _absent(number: int) -> str:
    return f"P{number * 37 + 1:010X}"


def _expected(number: int) -> tuple[int, ...]:
    return (number,) if number % CLASSES in ALLOWED else ()


def _measured(count: int, chance: random.Random, ask: Ask, ask_many: AskMany) -> tuple[float, float]:
    """Return the microseconds of one key, and of each of many."""
    numbers = [chance.randrange(count) for _ in range(SINGLES)]
    assert [tuple(ask(_key(number))) for number in numbers[:AT_ONCE]] == [_expected(one) for one in numbers[:AT_ONCE]]
    one = _singles(ask, [_key(chance.randrange(count)) for _ in range(SINGLES)])
    times = []
    for _ in range(CALLS):
        numbers = [chance.randrange(count) for _ in range(AT_ONCE)]
        keys = [_key(number) for number in numbers]
        began = time.thread_time()
        ask_many(keys)
        times.append((time.thread_time() - began) / AT_ONCE * MICROSECONDS)
    return one, statistics.median(times)


def _singles(ask: Ask, keys: Sequence[str]) -> float:
    times = []
    for begin in range(0, len(keys), AT_ONCE):
        some = keys[begin : begin + AT_ONCE]
        began = time.thread_time()
        for key in some:
            ask(key)
        times.append((time.thread_time() - began) / len(some) * MICROSECONDS)
    return statistics.median(times)


def _build_sqlite(path: Path, count: int) -> None:
    with closing(sqlite3.connect(path)) as peer:
        peer.execute("PRAGMA journal_mode = OFF")
        peer.execute("PRAGMA synchronous = OFF")
        peer.execute(
            "CREATE TABLE exact (key TEXT, record INTEGER, cls INTEGER, PRIMARY KEY (key, record, cls)) WITHOUT ROWID"
        )
        rows = _rows(count)
        while some := list(islice(rows, SLICE)):
            peer.executemany("INSERT INTO exact VALUES (?, ?, ?)", some)
        peer.commit()


def _by_sqlite(peer: sqlite3.Connection, key: str) -> Sequence[int]:
    found = peer.execute("SELECT record, cls FROM exact WHERE key = ?", (key,)).fetchall()
    return [record for record, cls in found if cls in ALLOWED]


def _many_by_sqlite(peer: sqlite3.Connection, keys: Sequence[str]) -> Sequence[Sequence[int]]:
    asked = "SELECT one.key, record, cls FROM json_each(?) AS one CROSS JOIN exact ON exact.key = one.value"
    found: list[list[int]] = [[] for _ in keys]
    for place, record, cls in peer.execute(asked, (json.dumps(keys),)):
        if cls in ALLOWED:
            found[place].append(record)
    return found


def _by_dictionary(held: dict[str, tuple[int, int]], key: str) -> Sequence[int]:
    record, cls = held[key]
    return (record,) if cls in ALLOWED else ()


def _seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _memory() -> int:
    """Return the most memory this process has had, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    for line in run(int(sys.argv[1]) if len(sys.argv) > 1 else None):
        print(*line.cells(), sep="  ")
