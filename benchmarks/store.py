"""The store's numbers: a page of 50 of 1,000,000 records for one reader, and one bare commit.

The million rows are written straight into the tables, as `put_many` leaves them, because making a million signed records would
measure something else. There are 1,000 classes; one record in ten has facts of two. A reader's allowed set is every class, large
(half of them), middle (a tenth), scattered (400 classes that share one record in a hundred) or sparse (three classes with about
30 records of the million). Pages start at random places; the file stays in the operating system's cache, as in a node at work.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Final

import psycopg
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.line import Line, most
from entente.disclosure.model import DisclosureClass
from entente.handling.model import InformationEvaluation, Retention, ReviewState, SourceEvaluation
from entente.kernel.ids import BodyId, InstrumentId, RecordId
from entente.kernel.signing import Ed25519Signer
from entente.kernel.statement import draft
from entente.records.model import Fact, Record
from entente.records.ports import RecordWrite
from entente.storage import sqlite
from entente.storage.folder import Folder
from entente.storage.record_pages import class_key
from entente.storage.record_rows import values_of
from entente.storage.schema import counter, record, record_class, record_count
from entente.storage.store import Store
from tests.support.databases import move_into
from tests.support.postgres_server import programs, running_server

RECORDS: Final = 1_000_000
CLASSES: Final = 1_000
SPARSE_CLASSES: Final = 3
RECORDS_PER_SPARSE_CLASS: Final = 10
SCATTERED_CLASSES: Final = range(CLASSES - SPARSE_CLASSES - 399, CLASSES - SPARSE_CLASSES + 1)
SCATTERED_SHARE: Final = 0.01
PAGE: Final = 50
PAGES_MEASURED: Final = 300
COUNTS_MEASURED: Final = 20
COMMITS_MEASURED: Final = 100
SLICE: Final = 20_000
NOW: Final = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
TODAY: Final = date(2031, 5, 4)
SOURCE: Final = BodyId("body:xa")

PAGE_MS_MAX: Final = 20
BARE: Final = "50 rows by number, bare driver"


def run(records: int = RECORDS) -> list[Line]:
    """Build the store and measure it; beside each page 50 rows read by the bare driver."""
    chance = random.Random(2_031)
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder = Folder(Path(place))
        folder.create()
        with Store.open(folder) as store:
            commits = _bare_commits(store)
            _make_classes(store)
        _build(folder, records, chance)
        floor = _bare_pages(folder, records, chance)
        with Store.open(folder) as store:
            pages = _all_pages(store, records, chance, floor)
        lines = [Line("bare commit, p50", _percentile(commits, 50), "ms"), *pages]
        return [*lines, *(_on_a_server(folder, records, chance) if programs() is not None else ())]


def _all_pages(store: Store, records: int, chance: random.Random, floor: float, on: str = "") -> list[Line]:
    sets = {
        "large": range(1, CLASSES // 2),
        "middle": range(400, 500),
        "scattered": SCATTERED_CLASSES,
        "sparse": range(CLASSES - SPARSE_CLASSES + 1, CLASSES + 1),
        "every class": range(1, CLASSES + 1),
    }
    pages = [_pages(store, name, frozenset(allowed), records, chance, floor, on) for name, allowed in sets.items()]
    return [*chain.from_iterable(pages)]


def _on_a_server(folder: Folder, records: int, chance: random.Random) -> list[Line]:
    """Put the same store into a database of a server on this machine, and measure it there; the floor is the bare driver's."""
    with running_server({}) as server:
        url = server.url(server.new_database())
        move_into(url, folder.path)
        with psycopg.connect(url, autocommit=True) as bare:
            # As a server does by itself after so many rows; the tests' own servers leave it out.
            bare.execute("ANALYZE")
            query = "SELECT * FROM record WHERE number > %s ORDER BY number LIMIT %s"
            starts = [chance.randrange(records) for _ in range(PAGES_MEASURED)]
            times = [_timed(lambda start: bare.execute(query, (start, PAGE)).fetchall(), start) for start in starts]
        with Store.open(folder) as store:
            commits = _bare_commits(store)
            pages = _all_pages(store, records, chance, _percentile(times, 50), ", PostgreSQL")
    return [Line("bare commit, PostgreSQL, p50", _percentile(commits, 50), "ms"), *pages]


def _bare_pages(folder: Folder, records: int, chance: random.Random) -> float:
    """Return the middle time of 50 rows read by number with the bare driver, in milliseconds."""
    with closing(sqlite3.connect(folder.database)) as bare:
        query = "SELECT * FROM record WHERE number > ? ORDER BY number LIMIT ?"
        starts = [chance.randrange(records) for _ in range(PAGES_MEASURED)]
        return _percentile(
            [_timed(lambda start: bare.execute(query, (start, PAGE)).fetchall(), start) for start in starts], 50
        )


def _bare_commits(store: Store) -> list[float]:
    return [_timed(_one_commit, store) for _ in range(COMMITS_MEASURED)]


def _one_commit(store: Store) -> None:
    with store.unit() as unit:
        unit.cases.next_serial(2031)
        unit.commit()


def _pages(
    store: Store, name: str, allowed: frozenset[int], records: int, chance: random.Random, floor: float, on: str
) -> list[Line]:
    starts = [0, *(chance.randrange(records) for _ in range(PAGES_MEASURED))]
    pages = [_timed(_one_page, store, allowed, start) for start in starts]
    counts = [_timed(_one_count, store, allowed) for _ in range(COUNTS_MEASURED)]
    what = f"{records:,} records, {name} allowed set of {len(allowed)} classes{on}"
    return [
        Line(f"page of {PAGE} of {what}, p50", _percentile(pages, 50), "ms", most(PAGE_MS_MAX), floor, BARE),
        Line(f"page of {PAGE} of {what}, p99", _percentile(pages, 99), "ms", most(PAGE_MS_MAX), floor, BARE),
        Line(f"count of {what}, p50", _percentile(counts, 50), "ms"),
    ]


def _one_page(store: Store, allowed: frozenset[int], after: int) -> None:
    with store.view() as view:
        view.records.page(allowed, today=TODAY, after=after, limit=PAGE)


def _one_count(store: Store, allowed: frozenset[int]) -> None:
    with store.view() as view:
        assert view.records.count(allowed, today=TODAY) > 0


def _timed(act: object, *arguments: object) -> float:
    assert callable(act)
    start = time.perf_counter()
    act(*arguments)
    return (time.perf_counter() - start) * 1_000


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _class(number: int) -> DisclosureClass:
    return DisclosureClass(
        source=SOURCE,
        kind="wanted_person",
        instrument=InstrumentId(f"instrument:{number}"),
        purposes=frozenset({"arrest"}),
        crime_areas=frozenset({"fugitives"}),
        handling=frozenset({"H1"}),
        confidentiality="restricted",
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="wanted",
        marks=frozenset(),
        restrictions=frozenset(),
        review=ReviewState.CLEARED,
    )


def _make_classes(store: Store) -> None:
    with store.unit() as unit:
        for number in range(1, CLASSES + 1):
            assert unit.classes.number_of(_class(number)) == number
        unit.commit()


def _classes_of(number: int, records: int, chance: random.Random) -> tuple[int, ...]:
    """Choose a record's classes: now and then a sparse or scattered one, else one or two of the common ones."""
    if number % (records // (SPARSE_CLASSES * RECORDS_PER_SPARSE_CLASS)) == 0:
        return (CLASSES - chance.randrange(SPARSE_CLASSES),)
    if chance.random() < SCATTERED_SHARE:
        return (chance.choice(SCATTERED_CLASSES),)
    common = SCATTERED_CLASSES.start - 1
    first = chance.randrange(1, common + 1)
    return (first,) if chance.random() < 0.9 else (first, first % common + 1)


def _template() -> dict[str, object]:
    """Make the columns of one record through the port's own code; the million differ in names and classes."""
    facts = tuple(Fact(f"property{place}", f"Value {place} of an invented person", 0) for place in range(10))
    made = Record(
        id=RecordId("body:xa/0"),
        source=SOURCE,
        local_id="0",
        version=1,
        schema="Person",
        kind="wanted_person",
        at=NOW,
        terms=(_class(1),),
        facts=facts,
        links=(),
        retention=Retention(date(2032, 1, 1), date(2033, 1, 1)),
    )
    content = {f"property{place}": f"Value {place} of an invented person" for place in range(10)}
    signer = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    statement = draft("record.version", SOURCE, NOW, {**content}).with_signature(signer)
    digest = hashlib.sha256(b"content").digest()
    return values_of(RecordWrite(made, statement, (1,), None, NOW, 1, digest, None), 1)


def _rows(records: int, chance: random.Random) -> Iterator[tuple[int, tuple[int, ...]]]:
    return ((number, _classes_of(number, records, chance)) for number in range(1, records + 1))


def _build(folder: Folder, records: int, chance: random.Random) -> None:
    """Write the rows in slices, with no wait for the disk: a benchmark's data may be lost."""
    engine = sqlite.writing_engine(folder.database)
    template = _template()
    counts: Counter[tuple[str, str]] = Counter()
    rows = list(_rows(records, chance))
    for start in range(0, records, SLICE):
        part = rows[start : start + SLICE]
        keys = [class_key(classes, "2033-01-01") for _, classes in part]
        counts.update(keys)
        with engine.begin() as connection:
            connection.execute(sa.insert(record), [_record(template, number, classes) for number, classes in part])
            memberships = [
                {"class_number": cls, "record_number": number, "erase_on": "2033-01-01"}
                for number, classes in part
                for cls in classes
            ]
            connection.execute(sa.insert(record_class), memberships)
    with engine.begin() as connection:
        totals = [{"class_numbers": key, "erase_on": day, "records": total} for (key, day), total in counts.items()]
        connection.execute(sa.insert(record_count), totals)
        connection.execute(sa.insert(counter), {"name": "record numbers", "value": records})
    engine.dispose()


def _record(template: dict[str, object], number: int, classes: tuple[int, ...]) -> dict[str, object]:
    return {
        **template,
        "number": number,
        "record_id": f"body:xa/{number}",
        "local_id": str(number),
        "class_numbers": json.dumps(classes),
        "change_sequence": number,
        "withdrawn_at": None,
    }


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
