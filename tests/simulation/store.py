"""Stores for simulation: real SQLite files without fsync, and faults at the one connection that writes.

Engines are kept per place and used again from seed to seed, so that a query is compiled once a process and not once a node.
`synchronous = OFF` is honest here: a simulated crash drops the connection, and never the machine's power.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from entente.storage import sqlite

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
    times_struck: int = 0

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
        _places[database] = Place(writer, _real_reading(database), disk)
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
    @sa.event.listens_for(writer, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    @sa.event.listens_for(writer, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A disk without room: the engine itself says SQLITE_FULL when the file would have to grow.
        if disk.is_full or disk.was_full:
            _set_room(_raw(connection), disk)
        if disk.writes_until_failure:
            sa.event.listen(connection, "before_cursor_execute", _before)

    def _before(
        _connection: sa.Connection, _cursor: object, statement: str, _given: object, _context: object, _many: object
    ) -> None:
        _count_writes(statement, disk)

    @sa.event.listens_for(writer, "commit")
    def _commit(connection: sa.Connection) -> None:
        _fail_commit(_raw(connection), disk)


def _set_room(connection: sqlite3.Connection, disk: Disk) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0] if disk.is_full else PAGES_MAX
    connection.execute(f"PRAGMA max_page_count = {pages}")
    disk.was_full = disk.is_full


def _count_writes(statement: str, disk: Disk) -> None:
    if disk.writes_until_failure and statement.startswith(("INSERT", "UPDATE", "DELETE")):
        disk.writes_until_failure -= 1
        if not disk.writes_until_failure:
            disk.times_struck += 1
            raise _io_error(statement)


def _fail_commit(connection: sqlite3.Connection, disk: Disk) -> None:
    how, disk.commit_fails = disk.commit_fails, ""
    if how:
        disk.times_struck += 1
        if how == "kept":
            connection.execute("COMMIT")
        raise _io_error("COMMIT")


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    found: Any = connection.connection.dbapi_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _io_error(statement: str) -> sa.exc.OperationalError:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = sqlite3.SQLITE_IOERR
    cause.sqlite_errorname = "SQLITE_IOERR"
    return sa.exc.OperationalError(statement, {}, cause)
