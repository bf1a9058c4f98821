"""A commit that the engine reports as failed: lost, or kept all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa

from entente.storage.store import Store


def fail_commit(store: Store, patch: pytest.MonkeyPatch, *, kept: bool) -> None:
    """Make the engine report a failed commit: before it, or after it was kept all the same."""
    dialect = store.engine.writer.dialect  # where a disk has its faults, below every layer of ours
    really_commit: Callable[[sa.PoolProxiedConnection], None] = dialect.do_commit

    def fail(connection: sa.PoolProxiedConnection) -> None:
        if kept:
            really_commit(connection)
        if dialect.name == "sqlite":
            raise sqlite3.OperationalError("disk I/O error")
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    patch.setattr(dialect, "do_commit", fail)
