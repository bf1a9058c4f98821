"""Whether code and store fit, and bringing an older store forward.

A store states the number of its schema and the oldest code that may still use it. A newer store that says it may be used is used
as it is; one that may not be is refused by name of both versions. An older one is brought forward in one transaction: it either
has the new schema afterwards or is untouched. There is no way back but the copy that is made first, `before-schema-N.db` beside
the store: without it nothing is brought forward. The copy of a server's store is a file of the same name and kind.

Source: docs/rules/node.md N8; DESIGN section 8.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa

from entente import __version__
from entente.kernel.errors import Misconfigured
from entente.storage.rows import replace_row
from entente.storage.schema import OLDEST_SCHEMA_OF_CODE, SCHEMA, store_version


def bring_forward(writer: sa.Engine, copy_first: Callable[[int], None]) -> None:
    """Check the store's version and, where it is older or new, make it this code's; raise Misconfigured when it is too new.

    `copy_first` copies a store that holds something, named for the schema it is brought forward to; what it raises leaves the
    store as it was. The caller holds the folder, so nobody else writes meanwhile.
    """
    with writer.begin() as connection:
        found = _schema_of(connection)
    if found >= SCHEMA:
        return
    if found:
        copy_first(SCHEMA)
    with writer.begin() as connection:
        # Loading Alembic takes an eighth of the time in which a command starts, and most have nothing to bring forward.
        migrating = import_module("entente.storage.migrating")
        migrating.migrate(connection) if found else migrating.make_new(connection)
        values = {"schema": SCHEMA, "oldest_code": OLDEST_SCHEMA_OF_CODE, "written_by": __version__}
        replace_row(connection, store_version, {"id": 1}, values)


def make_tables(connection: sa.Connection, schema: int) -> None:
    """Make the tables of a schema in an empty SQLite store, in the caller's transaction."""
    import_module("entente.storage.migrating").migrate(connection, to=f"{schema:04}")


def version_of(database: Path) -> tuple[int, int]:
    """Return the schema of a copied store and the oldest schema whose code may use it."""
    with closing(sqlite3.connect(database)) as connection:
        row = connection.execute("SELECT schema, oldest_code FROM store_version").fetchone()
    return int(row[0]), int(row[1])


def _schema_of(connection: sa.Connection) -> int:
    """Return the store's schema number, 0 for an empty one; raise Misconfigured for one this code may not use."""
    if not sa.inspect(connection).has_table(store_version.name):
        return 0
    # Only these columns are promised to every later version; a newer store may have more.
    columns = (store_version.c.schema, store_version.c.oldest_code, store_version.c.written_by)
    row = connection.execute(sa.select(*columns)).one_or_none()
    if row is None:
        return 0
    if row.oldest_code > SCHEMA:
        raise Misconfigured(
            f"The store has schema {row.schema}; this program knows schemas up to {SCHEMA}.",
            why=f"The store was written by Entente {row.written_by} and may be used by code of schema {row.oldest_code} "
            f"or later; this is Entente {__version__}.",
            do=f"Install Entente {row.written_by} or later, or restore a backup taken before it was brought forward.",
        )
    return int(row.schema)
