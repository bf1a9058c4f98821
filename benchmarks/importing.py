"""An import from a file of JSON lines to records that a search finds: validated, stored, signed, logged, indexed.

60,000 invented persons (formats/invented_people.py) go through the path of `record import`: the file is checked whole and read,
each draft is validated, each slice committed with its rows in the trail and its signed head; then the index is brought up, and
all of it is in the time. The floor is SQLite alone: rows of the same size as the stored ones, in transactions of the same
slices, with full sync. A second import shares each record with one recipient, sealed in its envelope within the same commits.
Where there are programs of a PostgreSQL server, the first import is done on one too.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.line import Line, least, most
from entente.formats.invented_people import write_people
from entente.kernel.ids import BodyId
from entente.node import Meaning, Node
from entente.records.importing import Import, ImportPlan
from entente.records.model import Rejected
from entente.storage.folder import Folder
from tests.support.nodes import DUTY, Network, open_network
from tests.support.postgres_server import programs, running_server

RECORDS: Final = 60_000
SHARED: Final = 10_000
WARM: Final = 20_000
PER_SECOND: Final = "records/s"
GROWTH_MB_MAX: Final = 16
"""What «flat» means from record 20,000 to 60,000: 0.4 KB a record; the records themselves would be ten times that."""
TERMS: Final = Path(__file__).parents[1] / "demo" / "terms" / "wanted.yaml"
SEED_SHARED: Final = 7
FLOOR_PRAGMAS: Final = ("journal_mode = WAL", "synchronous = FULL")


@dataclass(slots=True)
class Watch:
    """Follows an import: the sizes of its slices, and the process's memory after each."""

    slices: list[int] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)
    read: int = 0

    def progress(self, read: int) -> None:
        self.slices.append(read - self.read)
        self.memory.append((read, _megabytes()))
        self.read = read

    def growth(self) -> float:
        """Return by how much the highest resident set after the warm part exceeds the one at its end."""
        at_warm = max(megabytes for read, megabytes in self.memory if read <= WARM)
        return max(megabytes for _, megabytes in self.memory) - at_warm


def run(records: int = RECORDS, shared: int = SHARED) -> list[Line]:
    """Import, and measure."""
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder = Path(place)
        with open_network(folder / "nodes") as network:
            network.conclude("GS", "charter.yaml", tuple(network.nodes))
            network.conclude("XA-NCB", "agreement.yaml", ("XA-NCB", "XB-NCB", "GS"))
            node = network["XA-NCB"]
            write_people(folder / "people.jsonl", records)
            write_people(folder / "shared.jsonl", shared, SEED_SHARED)
            watch = Watch()
            kept = import_file(network, folder / "people.jsonl", frozenset(), watch)
            found = bring_up(node)
            floor = _floor(folder / "floor.db", Folder(network.folders["XA-NCB"]).database, watch.slices)
            sharing = Watch()
            sent = import_file(network, folder / "shared.jsonl", frozenset({network.id("XB-NCB")}), sharing)
            sent_found = bring_up(node)
        on_a_server = _on_a_server(folder, records) if programs() is not None else []
    bare, seconds = "bare SQLite, same rows and slices", kept + found
    middle = sorted(watch.slices)[len(watch.slices) // 2]
    return [
        Line("import, searchable at the end", records / seconds, PER_SECOND, least(3_000), records / floor, bare),
        Line("of it: validated, stored, signed, logged", records / kept, PER_SECOND, None, records / floor, bare),
        Line("of it: the index brought up", records / found, PER_SECOND),
        Line("memory growth from record 20,000 to 60,000", watch.growth(), "MB", most(GROWTH_MB_MAX)),
        Line("rows in the middle slice of 50 ms", middle, "rows"),
        Line("import shared with one body, sealed, searchable", shared / (sent + sent_found), PER_SECOND),
        Line("of it: validated, stored, logged, sealed", shared / sent, PER_SECOND),
        *on_a_server,
    ]


def _on_a_server(folder: Path, records: int) -> list[Line]:
    """Import the same file at a node whose store is in a database of a server on this machine, which syncs every commit."""
    with running_server({}) as server, open_network(folder / "databases", server=server) as network:
        network.conclude("GS", "charter.yaml", tuple(network.nodes))
        network.conclude("XA-NCB", "agreement.yaml", ("XA-NCB", "XB-NCB", "GS"))
        kept = import_file(network, folder / "people.jsonl", frozenset(), Watch())
        found = bring_up(network["XA-NCB"])
    return [
        Line("import on PostgreSQL, searchable at the end", records / (kept + found), PER_SECOND, least(5_000)),
        Line("of it: validated, stored, signed, logged", records / kept, PER_SECOND),
    ]


def import_file(network: Network, file: Path, recipients: frozenset[BodyId], watch: Watch) -> float:
    """Import a file as the verb does; return the seconds."""
    node = network["XA-NCB"]
    meaning = Meaning(network.id("XA-NCB"), node.clock.now().date(), network.id, network.instrument)
    began = time.perf_counter()
    with node.files.import_rows(file, TERMS.read_bytes(), meaning) as opened:
        plan = ImportPlan(DUTY, recipients, watch.progress, _refuse, node.settings.import_slice_ms_max)
        summary = Import(node.records, plan).run(opened.rows, "none")
    seconds = time.perf_counter() - began
    assert summary.created == summary.read == watch.read, "every row is a new record"
    return seconds


def _refuse(rejected: Rejected) -> None:
    raise AssertionError(f"{rejected.place} was rejected: {rejected.why}")


def bring_up(node: Node) -> float:
    """Bring the index up with the store; return the seconds."""
    began = time.perf_counter()
    while node.identity.index_step():
        continue
    return time.perf_counter() - began


def _floor(file: Path, store: Path, slices: list[int]) -> float:
    """Insert as many rows of the size of the stored ones into one table, in the same slices, and return the seconds."""
    with closing(sqlite3.connect(store)) as real:
        tables = (("record", "number"), ("record_fragment", "record_number"))
        rows = [
            (key, b"".join(_as_bytes(one) for one in (*row, *part)))
            for key, (row, part) in enumerate(
                zip(*(real.execute(f"SELECT * FROM {table} ORDER BY {key}") for table, key in tables), strict=True)  # noqa: S608 - the two tables above
            )
        ]
    began = time.perf_counter()
    with closing(sqlite3.connect(file, isolation_level=None)) as bare:
        for pragma in FLOOR_PRAGMAS:
            bare.execute(f"PRAGMA {pragma}")
        bare.execute("CREATE TABLE document (number INTEGER PRIMARY KEY, content BLOB NOT NULL)")
        start = 0
        for size in slices:
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany("INSERT INTO document VALUES (?, ?)", rows[start : start + size])
            bare.execute("COMMIT")
            start += size
    return time.perf_counter() - began


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
