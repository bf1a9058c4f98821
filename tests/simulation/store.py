"""Stores for simulation: real SQLite files without fsync, and faults at the one connection that writes.

Engines are kept per place and used again from seed to seed, so that a query is compiled once a process and not once a node.
`synchronous = OFF` is honest here: a simulated crash drops the connection, and never the machine's power.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from entente.storage import sqlite
from tests.simulation.quick_sql import make_quick

PAGES_MAX = 1_073_741_823
"""SQLite's own bound before 3.45: as good as none."""


@dataclass(slots=True)
class Disk:
    """What is wrong with one node's disk now."""

    is_full: bool = False
    was_full: bool = False
    """Whether the connection still has to be told that there is room again."""
    writes_until_failure: int = 0
    """The how many-th change from now fails; 0 for none."""
    commit_fails: str = ""
    """`lost`: the next commit fails and keeps nothing; `kept`: it is durable and is reported as failed."""
    struck: list[str] = field(default_factory=list)
    """Which faults struck, in their order."""

    @property
    def times_struck(self) -> int:
        return len(self.struck)

    def heal(self) -> None:
        self.is_full, self.writes_until_failure, self.commit_fails = False, 0, ""


@dataclass(frozen=True, slots=True)
class Place:
    """The two engines over one file, and its disk."""

    writer: sa.Engine
    reader: sa.Engine
    disk: Disk


_places: dict[Path, Place] = {}
_real_writing, _real_reading = sqlite.writing_engine, sqlite.reading_engine


def place_of(database: Path) -> Place:
    """Return the engines over a file, made once."""
    if database not in _places:
        disk = Disk()
        writer = _real_writing(database)
        _listen(writer, disk)
        reader = _real_reading(database)
        make_quick(writer)
        make_quick(reader)
        _places[database] = Place(writer, reader, disk)
    return _places[database]


@contextmanager
def simulated_stores() -> Iterator[None]:
    """Have every store that is opened meanwhile use the engines of its place."""
    with (
        mock.patch.object(sqlite, "writing_engine", lambda database: place_of(database).writer),
        mock.patch.object(sqlite, "reading_engine", lambda database: place_of(database).reader),
    ):
        yield


def _listen(writer: sa.Engine, disk: Disk) -> None:
    """Put the disk's faults where the engine speaks to the driver. Its events would cost as much as the statements themselves."""

    @sa.event.listens_for(writer, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    dialect: Any = writer.dialect
    begin, commit, execute, execute_many = (
        dialect.do_begin, dialect.do_commit, dialect.do_execute, dialect.do_executemany
    )  # fmt: skip

    def do_begin(connection: Any) -> None:  # noqa: ANN401 - the pool's proxy of the driver's connection
        # A disk without room: the engine itself says SQLITE_FULL when the file would have to grow.
        if disk.is_full or disk.was_full:
            _set_room(connection.driver_connection, disk)
        begin(connection)

    def do_commit(connection: Any) -> None:  # noqa: ANN401 - the same
        if disk.commit_fails:
            _fail_commit(connection.driver_connection, disk)
        commit(connection)

    def do_execute(cursor: Any, statement: str, *given: Any) -> None:  # noqa: ANN401 - as the driver has them
        if disk.writes_until_failure:
            _count_writes(statement, disk)
        execute(cursor, statement, *given)

    def do_executemany(cursor: Any, statement: str, *given: Any) -> None:  # noqa: ANN401 - the same
        if disk.writes_until_failure:
            _count_writes(statement, disk)
        execute_many(cursor, statement, *given)

    dialect.do_begin, dialect.do_commit = do_begin, do_commit
    dialect.do_execute, dialect.do_executemany = do_execute, do_executemany


def _set_room(connection: sqlite3.Connection, disk: Disk) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0] if disk.is_full else PAGES_MAX
    connection.execute(f"PRAGMA max_page_count = {pages}")
    disk.was_full = disk.is_full


def _count_writes(statement: str, disk: Disk) -> None:
    if statement.startswith(("INSERT", "UPDATE", "DELETE")):
        disk.writes_until_failure -= 1
        if not disk.writes_until_failure:
            disk.struck.append("write_fails")
            raise _io_error()


def _fail_commit(connection: sqlite3.Connection, disk: Disk) -> None:
    how, disk.commit_fails = disk.commit_fails, ""
    disk.struck.append("commit_fails")
    if how == "kept":
        connection.execute("COMMIT")
    raise _io_error()


def _io_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    error.sqlite_errorname = "SQLITE_IOERR"
    return error
