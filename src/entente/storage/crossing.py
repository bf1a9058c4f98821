"""A store's rows from one engine to the other: out of a server into an SQLite file, and back.

A backup is one file that proves itself, whatever engine the node runs on; so a server's store is written as the file it would be
in SQLite, from one snapshot. Both have the same tables and columns; only truth values differ, which a file has as 0 and 1.

Source: docs/rules/node.md N6; docs/decisions/0062-a-backup-is-the-same-file-on-both-engines.md.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from entente.kernel.errors import Misconfigured, Unavailable
from entente.storage.migrate import make_tables
from entente.storage.schema import SCHEMA, metadata, store_version

ROWS_AT_ONCE: Final = 2_000
"""Rows asked of the server and written together: a few megabytes of records."""


def copy_from_server(connection: sa.Connection, copy: Path, advance: Callable[[int], None]) -> None:
    """Write a server's store, as the connection's transaction sees it, into a new SQLite file; durable when this returns.

    `advance` is told how many more bytes of text and data are written; what it raises ends the copy. Raises Unavailable when the
    file cannot be written, Misconfigured for a store of a schema that this code does not know; nothing of the copy stays then.
    """
    copy.unlink(missing_ok=True)
    try:
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _make_tables(copy, _schema_of(connection))
        with closing(sqlite3.connect(copy, isolation_level=None)) as file:
            file.execute("PRAGMA journal_mode = OFF")
            # Nobody else reads it yet, and it is synced once, whole.
            file.execute("PRAGMA synchronous = OFF")
            file.execute("BEGIN")
            for table, columns in _tables_of(file).items():
                _copy_table(connection, file, table, columns, advance)
            file.execute("COMMIT")
        descriptor = os.open(copy, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except (sqlite3.Error, OSError) as error:
        copy.unlink(missing_ok=True)
        raise Unavailable(
            "The store was not copied.",
            why=f"The system says «{error}». Nothing of the copy was kept, and the store is as it was.",
            do="Free space where the copy is to lie, or choose another disk, and do it again.",
            retry_is_safe=True,
        ) from error
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def load_into_server(file: Path, connection: sa.Connection) -> None:
    """Put the rows of an SQLite store of this code's schema into a server's empty tables, in the caller's transaction."""
    driver: Any = connection.connection.driver_connection
    with closing(sqlite3.connect(file)) as source, driver.cursor() as cursor:
        for table in metadata.sorted_tables:
            if table is store_version:
                continue
            names = [column.name for column in table.columns]
            flags = [place for place, column in enumerate(table.columns) if isinstance(column.type, sa.Boolean)]
            listed = ", ".join(f'"{name}"' for name in names)
            rows = source.execute(f'SELECT {listed} FROM "{table.name}"')  # noqa: S608 - names of ours
            with cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copied:
                for row in rows:
                    copied.write_row(_with_flags(row, flags) if flags else row)
            _count_on(connection, table)


def _with_flags(row: Sequence[Any], flags: Sequence[int]) -> list[Any]:
    values = list(row)
    for place in flags:
        values[place] = None if values[place] is None else bool(values[place])
    return values


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Have a table's own numbers go on after the highest one in it."""
    column = table.autoincrement_column
    if column is not None:
        last = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
        of_table = sa.func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(sa.select(sa.func.setval(of_table, last, sa.false())))


def _schema_of(connection: sa.Connection) -> int:
    schema = int(connection.execute(sa.select(store_version.c.schema)).scalar_one())
    if schema > SCHEMA:
        raise Misconfigured(
            f"The store has schema {schema}, and this program can copy schemas up to {SCHEMA}.",
            why="It was brought forward by a newer version, which alone knows all its tables.",
            do="Make the backup with the version of Entente that brought it forward.",
        )
    return schema


def _make_tables(copy: Path, schema: int) -> None:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(copy)), poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            make_tables(connection, schema)
    finally:
        engine.dispose()


def _tables_of(file: sqlite3.Connection) -> dict[str, list[str]]:
    tables = file.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"
    ).fetchall()
    return {name: [row[1] for row in file.execute(f'PRAGMA table_info("{name}")')] for (name,) in tables}


def _copy_table(
    connection: sa.Connection,
    file: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    advance: Callable[[int], None],
) -> None:
    listed, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    driver: Any = connection.connection.driver_connection
    # A cursor of the server's own, so that a large table is not held in memory here.
    with driver.cursor(name="copying") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(f'SELECT {listed} FROM "{table}"')  # noqa: S608 - names of ours
        for rows in _by_parts(iter(cursor)):
            file.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({places})', rows)  # noqa: S608 - the same
            advance(sum(len(value) for row in rows for value in row if isinstance(value, (str, bytes))))


def _by_parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while part := list(islice(rows, ROWS_AT_ONCE)):
        yield part
