"""Alembic's part in bringing a store forward, in a module of its own: it is loaded where a store is new or older.

Every command opens a store, and hardly one has anything to bring forward.

SQLite's first stores had schema 1, and every one goes the way from there. PostgreSQL's begin with the schema of the code that
makes them (decision 0060), which is noted as the migration they are at; from there on both go the same way.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from entente.storage.schema import metadata

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(connection: sa.Connection, *, to: str = "head") -> None:
    """Run what is missing of the migrations, up to one of them, in the caller's transaction."""
    command.upgrade(_config(connection), to)


def make_new(connection: sa.Connection) -> None:
    """Make every table of an empty store, in the caller's transaction."""
    if connection.dialect.name == "sqlite":
        migrate(connection)
        return
    metadata.create_all(connection)
    command.stamp(_config(connection), "head")


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
