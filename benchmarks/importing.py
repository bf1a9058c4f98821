"""An import from a file of JSON lines to records that a search finds: validated, stored, signed, logged, indexed.

200,000 invented persons (formats/invented_people.py) go through the path of `record import`: the file is checked whole and read,
each draft is validated, each slice committed with its rows in the trail and its signed head; then the index is brought up, and
all of it is in the time. The floor is SQLite alone: rows of the same size as the stored ones, in transactions of the same
slices, with full sync. A second import shares each record with one recipient, sealed in its envelope within the same commits.
Where there are programs of a PostgreSQL server, the first import is done on one too; the floor there is its driver alone, which
copies the same rows of the same four tables, in the same slices, beside them into tables like them.

Two cores are what it is asked for on: a process reads the file and checks its rows while the node signs and the server stores.
What else the machine did is said by its load.
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

import psycopg

from benchmarks.line import Line, least, most
from entente.formats.invented_people import write_people
from entente.kernel.ids import BodyId
from entente.node import Meaning, Node
from entente.records.importing import Import, ImportPlan
from entente.records.model import Rejected
from entente.storage.address import StoreAddress, read_address
from entente.storage.folder import Folder
from tests.support.nodes import DUTY, Network, open_network
from tests.support.postgres_server import programs, running_server

RECORDS: Final = 200_000
SHARED: Final = 10_000
WARM: Final = 20_000
PER_SECOND: Final = "records/s"
FLOOR_ROWS: Final = 60_000
"""Rows that a floor is measured with: it holds them in memory."""
GROWTH_MB_MAX: Final = 16
"""What «flat» means from record 20,000 to the last: 0.1 KB a record; the records themselves would be forty times that."""
TERMS: Final = Path(__file__).parents[1] / "demo" / "terms" / "wanted.yaml"
SEED_SHARED: Final = 7
TABLES: Final = {
    "trail": "sequence",
    "record": "number",
    "record_class": "record_number",
    "record_fragment": "record_number",
}
"""Those an import adds rows to, one a record, with what they are in order by."""
_ROWS_OF: Final = "SELECT * FROM {} ORDER BY {} LIMIT {}"
_TYPES: Final = (
    "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum"
)
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

    def middle(self) -> int:
        """Return how many rows the middle slice had."""
        return sorted(self.slices)[len(self.slices) // 2]

    def growth(self) -> float:
        """Return by how much the highest resident set after the warm part exceeds the one at its end."""
        at_warm = max(megabytes for read, megabytes in self.memory if read <= WARM)
        return max(megabytes for _, megabytes in self.memory) - at_warm


def run(records: int = RECORDS, shared: int = SHARED) -> list[Line]:
    """Import, and measure."""
    load = _load()
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder = Path(place)
        with open_network(folder / "nodes") as network:
            _conclude(network)
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
    return [
        Line("import, searchable at the end", records / seconds, PER_SECOND, least(3_000), floor, bare),
        Line("of it: validated, stored, signed, logged", records / kept, PER_SECOND, least(3_000), floor, bare),
        Line("of it: the index brought up", records / found, PER_SECOND),
        Line(f"memory growth from record {WARM:,} to {records:,}", watch.growth(), "MB", most(GROWTH_MB_MAX)),
        Line("rows in the middle slice of 50 ms", watch.middle(), "rows"),
        Line("import shared with one body, sealed, searchable", shared / (sent + sent_found), PER_SECOND),
        Line("of it: validated, stored, logged, sealed", shared / sent, PER_SECOND),
        *on_a_server,
        Line("load of the machine before", load, "processes"),
        Line("load of the machine at the end", _load(), "processes"),
    ]


def _conclude(network: Network) -> None:
    network.conclude("GS", "charter.yaml", tuple(network.nodes))
    network.conclude("XA-NCB", "agreement.yaml", ("XA-NCB", "XB-NCB", "GS"))


def _on_a_server(folder: Path, records: int) -> list[Line]:
    """Import the same file at a node whose store is in a database of a server on this machine, which syncs every commit."""
    with running_server({}) as server, open_network(folder / "databases", server=server) as network:
        _conclude(network)
        watch = Watch()
        kept = import_file(network, folder / "people.jsonl", frozenset(), watch)
        found = bring_up(network["XA-NCB"])
        floor = _floor_on_a_server(read_address(Folder(network.folders["XA-NCB"]).address_file), watch.slices)
    bare = "its driver alone, same rows, tables and slices"
    return [
        Line("import on PostgreSQL", records / kept, PER_SECOND, least(5_000), floor, bare),
        Line("the same, searchable at the end", records / (kept + found), PER_SECOND),
        Line("rows in its middle slice of 50 ms", watch.middle(), "rows"),
    ]


def _floor_on_a_server(address: StoreAddress | None, slices: list[int]) -> float:
    """Copy the rows of an import into tables like their own, in the same slices; return how many records went in a second."""
    assert address is not None, "the store is in a database"
    with closing(psycopg.connect(address.url)) as bare:
        bare.execute("SET default_toast_compression = lz4")
        copies = [_Copy.of(bare, table) for table in TABLES]
        bare.commit()
        began, start = time.perf_counter(), 0
        for size in slices:
            if start + size > FLOOR_ROWS:
                break
            for copy in copies:
                copy.rows_into(bare, start, start + size)
            bare.commit()
            start += size
        return start / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Copy:
    """The rows of a table, and an empty one like it."""

    statement: bytes
    types: list[str]
    rows: list[tuple[object, ...]]

    @classmethod
    def of(cls, bare: psycopg.Connection, table: str) -> _Copy:
        """Read the newest rows of a table, in order, and make the other table."""
        bare.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)".encode())
        rows = bare.execute(_ROWS_OF.format(table, f"{TABLES[table]} DESC", FLOOR_ROWS).encode())
        types = bare.execute(_TYPES, [table]).fetchall()
        copying = f"COPY bare_{table} FROM STDIN (FORMAT BINARY)".encode()
        return cls(copying, [name for (name,) in types], rows.fetchall()[::-1])

    def rows_into(self, bare: psycopg.Connection, start: int, end: int) -> None:
        """Copy some of the rows."""
        with bare.cursor() as cursor, cursor.copy(self.statement) as copied:
            copied.set_types(self.types)
            for row in self.rows[start:end]:
                copied.write_row(row)


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
    """Insert rows of the size of the stored ones into one table, in the same slices; return how many went in a second."""
    with closing(sqlite3.connect(store)) as real:
        tables = (("record", "number"), ("record_fragment", "record_number"))
        rows = [
            (key, b"".join(_as_bytes(one) for one in (*row, *part)))
            for key, (row, part) in enumerate(
                zip(
                    *(real.execute(_ROWS_OF.format(table, key, FLOOR_ROWS)) for table, key in tables),
                    strict=True,
                )
            )
        ]
    began = time.perf_counter()
    with closing(sqlite3.connect(file, isolation_level=None)) as bare:
        for pragma in FLOOR_PRAGMAS:
            bare.execute(f"PRAGMA {pragma}")
        bare.execute("CREATE TABLE document (number INTEGER PRIMARY KEY, content BLOB NOT NULL)")
        start = 0
        for size in slices:
            if start >= len(rows):
                break
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany("INSERT INTO document VALUES (?, ?)", rows[start : start + size])
            bare.execute("COMMIT")
            start += size
    return len(rows) / (time.perf_counter() - began)


def _load() -> float:
    return os.getloadavg()[0]


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
