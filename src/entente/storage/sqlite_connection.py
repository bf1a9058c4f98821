"""A connection to a store's file that marks where an act begins once the act says something, as the other engine's does.

Each statement gives the interpreter to another thread, so that an act which leaves all it has for the commit
(storage.waiting_rows) holds up those that wait for it no longer than it computes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa


class FileConnection(sqlite3.Connection):
    """The writing connection."""

    _mark_owed = ""

    def mark(self, name: str) -> None:
        """Mark the place where an act begins, before the act's first statement."""
        self._mark_owed = f"SAVEPOINT {name}"

    def take_back_mark(self) -> bool:
        """Take back the mark if nothing was said since; say whether. The engine's own mark is an earlier act's then."""
        is_owed, self._mark_owed = bool(self._mark_owed), ""
        return is_owed

    def say_owed(self) -> None:
        """Tell the engine of the mark, if it was not told yet."""
        if self._mark_owed:
            owed, self._mark_owed = self._mark_owed, ""
            super().execute(owed)

    def commit(self) -> None:
        """Make the transaction durable; an act in it that said nothing has no mark."""
        self._mark_owed = ""
        super().commit()

    def rollback(self) -> None:
        """Undo the transaction."""
        self._mark_owed = ""
        super().rollback()

    def close(self) -> None:
        """End the connection, and its transaction at once.

        Left to the engine, a transaction is undone only once no cursor is left that reads in it: one that an error still holds
        would keep the store locked, for its own node too. Source: SQLite «Closing A Database Connection».
        """
        if self.in_transaction:
            with suppress(sqlite3.Error):
                self.rollback()
        super().close()


def mark_late(engine: sa.Engine) -> None:
    """Have the engine's statements set the mark that is owed first.

    Not by the engine's events: an engine with one asks for all of them around each statement, a sixth of its time.
    """

    def execute(cursor: Any, statement: str, values: Any, _: object = None) -> None:  # noqa: ANN401 - the driver's
        cursor.connection.say_owed()
        cursor.execute(statement, values)

    def execute_each(cursor: Any, statement: str, each: Sequence[Any], _: object = None) -> None:  # noqa: ANN401 - the same
        cursor.connection.say_owed()
        cursor.executemany(statement, each)

    engine.dialect.do_execute = execute  # type: ignore[method-assign, assignment]
    engine.dialect.do_executemany = execute_each  # type: ignore[method-assign, assignment]
