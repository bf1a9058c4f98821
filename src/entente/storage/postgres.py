"""What is particular to PostgreSQL: how its connections are set up, who may write, how a store is written anew.

One session of one process writes, as in SQLite: it takes an advisory lock of the database as it connects and keeps it until it
ends. The server lets go of that lock only when the session's last statement has ended, a commit under way included. So the next
writer, on whatever machine, begins after everything that the earlier one may still have made durable: a change sequence is
never handed out beside another, and none becomes visible after a higher one. Readers see one snapshot each and change nothing.

A password stands in no address: the driver reads it from PGPASSWORD, or a password file, as every program of PostgreSQL does.

Source: PostgreSQL «Explicit Locking» 13.3.5, «Transaction Isolation» 13.2.2;
docs/decisions/0060-postgresql-has-one-writer-too.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import psycopg
import sqlalchemy as sa

from entente.kernel.errors import EntenteError, Misconfigured, Unavailable
from entente.storage import postgres_errors, postgres_session
from entente.storage.address import StoreAddress
from entente.storage.crossing import copy_from_server, load_into_server
from entente.storage.engine import EngineCheck
from entente.storage.migrate import bring_forward
from entente.storage.postgres_connection import StoreConnection
from entente.storage.postgres_session import (
    bare,
    connection_values,
    driver_of,
    engine_over,
    reading_session,
    version_text,
    writing_session,
)
from entente.storage.schema import metadata

READERS_MAX: Final = 20
"""Views open at the same time, as with SQLite; a server has a hundred sessions for everybody unless told otherwise."""
READER_WAIT_SECONDS_MAX: Final = 10
_owner = sa.Table("store_owner", sa.MetaData(), sa.Column("owner", sa.Text, primary_key=True))
"""Which node's folder the database belongs to. Not among the store's tables: a file in the folder needs no such word."""


_OF_ERASED: Final = EngineCheck(
    is_good=True,
    text="What is erased stands in the server's files until the store is written anew, and in its log, its archive, standby "
    "servers and copies of its files until those are replaced (docs/guides/postgresql.md, 5).",
)


class PostgresEngine:
    """The Engine of a store in a database. `is_beside`: in another process than the writer's, for reading alone."""

    def __init__(self, address: StoreAddress, *, is_beside: bool = False) -> None:
        self._address = address
        given = connection_values(address.url)
        self.reader = engine_over(
            lambda: reading_session(given), pool_size=4, max_overflow=READERS_MAX - 4, timeout=READER_WAIT_SECONDS_MAX
        )
        self.writer = (
            self.reader
            if is_beside
            else engine_over(lambda: writing_session(given), pool_size=1, max_overflow=0, timeout=30)
        )

    def name(self) -> str:
        """Return the server's version and where it is."""
        with self.reader.connect() as connection:
            found = driver_of(connection).info
            return f"PostgreSQL {version_text(found.server_version)} ({found.dbname} at {found.host or 'this machine'})"

    def checks(self) -> tuple[EngineCheck, ...]:
        """Return what an operator should know of the server."""
        with self.reader.connect() as connection:
            return (
                *_checks_of_durability(connection), _check_of_sessions(connection), _check_of_line(connection), _OF_ERASED
            )  # fmt: skip

    def while_waiting(self, connection: sa.Connection, step: Callable[[], bool]) -> None:
        """Do steps of work whenever the connection waits for the server."""
        driver_of(connection).while_waiting = step

    def translate(self, error: sa.exc.DBAPIError, *, is_commit: bool = False) -> EntenteError:
        """Say in the tree of errors what an error of the server means."""
        return postgres_errors.translate(error, is_commit=is_commit)

    def is_refused_change(self, error: sa.exc.DBAPIError) -> bool:
        """Say whether a session for reading alone was asked to change something."""
        return isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction)

    def prepare(self) -> None:
        """Hold the database, and see that it is this folder's: claim an empty one where the node is being made."""
        with self.writer.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            if not tables:
                if self._address.is_made:
                    raise _nothing_there(self._where(connection))
                _owner.create(connection)
                connection.execute(sa.insert(_owner), {"owner": self._address.owner})
                connection.commit()
                return
            if _owner.name not in tables:
                raise _used_otherwise(self._where(connection))
            if connection.execute(sa.select(_owner.c.owner)).scalar() != self._address.owner:
                raise _anothers(self._where(connection))

    def copy_to(self, copy: Path, advance: Callable[[int], None]) -> None:
        """Write one snapshot of the database into an SQLite file."""
        try:
            with self.reader.connect() as connection:
                copy_from_server(connection, copy, advance)
        except psycopg.Error as error:
            raise self.translate(sa.exc.OperationalError("COPY", None, error)) from error

    def load(self, file: Path) -> None:
        """Put a whole SQLite store of this code's schema into the empty database, all of it or nothing."""
        bring_forward(self.writer, lambda _: None)
        try:
            with self.writer.begin() as connection:
                load_into_server(file, connection)
        except psycopg.Error as error:
            raise self.translate(sa.exc.OperationalError("COPY", None, error)) from error

    def store_bytes(self) -> int:
        """Return the size of the database."""
        with self.reader.connect() as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())

    def empty_log(self) -> bool:
        """Do nothing: the server's log is the server's, and what it holds goes as the server needs the room (decision 0062)."""
        return True

    def compact(self) -> None:
        """Write every table anew, and have the server write back what it holds in memory.

        The files that were left are removed, not overwritten, and the server's log keeps what it said until its files are
        used again (decision 0062). Readers of a table wait while it is written.
        """
        try:
            with bare(self.writer) as connection:
                _wait_for_readers(connection)
                for table in metadata.sorted_tables:
                    connection.execute(f'VACUUM (FULL, ANALYZE) "{table.name}"'.encode())
                _checkpoint(connection)
        except psycopg.Error as error:
            raise self.translate(sa.exc.OperationalError("VACUUM", None, error)) from error

    def clear(self) -> None:
        """Remove every table of a store whose making failed. One that belongs to another folder is left alone."""
        with self.writer.connect() as connection:
            if not sa.inspect(connection).has_table(_owner.name):
                return
            if connection.execute(sa.select(_owner.c.owner)).scalar() == self._address.owner:
                metadata.drop_all(connection)
                connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
                _owner.drop(connection)
                connection.commit()

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.writer.dispose()

    def _where(self, connection: sa.Connection) -> str:
        found = driver_of(connection).info
        return f"{found.dbname} at {found.host or 'this machine'}"


def _wait_for_readers(connection: StoreConnection) -> None:
    """Wait until nobody looks at a state older than the last commit: what is gone since would be written anew for them."""
    older = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_xmin IS NOT NULL AND age(backend_xmin) > 0"
    )
    give_up_at = time.monotonic() + postgres_session.LOCK_SECONDS_MAX
    while connection.execute(older).fetchone() != (0,):
        if time.monotonic() > give_up_at:
            raise Unavailable(
                "The store was not written anew.",
                why=f"For {postgres_session.LOCK_SECONDS_MAX} seconds somebody read an older state of it, perhaps for a dump.",
                do="Do it again when that has ended; nothing was changed.",
                retry_is_safe=True,
            )
        time.sleep(0.02)


def _checkpoint(connection: StoreConnection) -> None:
    try:
        connection.execute("CHECKPOINT")
    except psycopg.errors.InsufficientPrivilege:
        # The server does it by itself within minutes; the right to ask for it is pg_checkpoint's.
        return


def _checks_of_durability(connection: sa.Connection) -> Iterator[EngineCheck]:
    for name in ("fsync", "full_page_writes"):
        value = connection.exec_driver_sql(f"SHOW {name}").scalar()
        if value != "on":
            yield EngineCheck(
                is_good=False,
                text=f"The server runs with {name} = {value}: what was said to be kept may be lost with the power. Set it to on.",
            )


def _check_of_sessions(connection: sa.Connection) -> EngineCheck:
    row = connection.exec_driver_sql(
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,"
        " (SELECT sum(numbackends) FROM pg_stat_database)"
    ).one()
    most, used = int(row[0]), int(row[1])
    text = f"The server has {used} of {most} sessions in use; a busy node uses up to {READERS_MAX + 1} and two a search process."
    return EngineCheck(is_good=used < most, text=text)


def _check_of_line(connection: sa.Connection) -> EngineCheck:
    found = driver_of(connection).info
    is_here = not found.host or found.host.startswith(("/", "@")) or found.host in {"localhost", "127.0.0.1", "::1"}
    if is_here:
        return EngineCheck(is_good=True, text="The server is on this machine.")
    is_sealed = driver_of(connection).pgconn.ssl_in_use
    text = "The line to the server is encrypted." if is_sealed else (
        "The line to the server is not encrypted: records cross it in the clear. Add sslmode=verify-full to the address."
    )  # fmt: skip
    return EngineCheck(is_good=is_sealed, text=text)


def _nothing_there(where: str) -> Misconfigured:
    return Misconfigured(
        f"The database {where} holds no store.",
        why="This folder's node has one already, and an empty database in its place would be a node without a memory.",
        do="Name the right database in the folder's file store.address, or restore a backup into a new folder.",
    )


def _used_otherwise(where: str) -> Misconfigured:
    return Misconfigured(
        f"The database {where} is used for something else.",
        why="It holds tables and does not say that they are a node's.",
        do="Make a database for the node alone: CREATE DATABASE entente OWNER entente ENCODING 'UTF8' TEMPLATE template0.",
    )


def _anothers(where: str) -> Misconfigured:
    return Misconfigured(
        f"The database {where} is the store of another node.",
        why="It names another folder than this one, and what one body wrote is never continued by another.",
        do="Name this node's own database in the folder's file store.address, or make a new one for a new node.",
    )
