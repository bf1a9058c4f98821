"""A real store whose units, from a moment on, share one transaction over a copy in memory, undone again and again.

What a unit commits, later units see, until `undo` takes all of it back: nothing is made durable and no file is written, so that
a fuzzer tries hundreds of inputs a second on one and the same store. `changed` says which tables were changed since, by what
was committed; a unit that is left without a commit leaves nothing there either.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from entente.storage.company import Company
from entente.storage.store import Store
from entente.storage.unit_of_work import Shared, SqlUnitOfWork

_WRITES = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "?(\w+)')


class UndoneStore(Store):
    """A Store that can be stopped: from then on nothing of it becomes durable."""

    _held: Held | None = None

    def stop(self) -> None:
        """Let nothing become durable from here on."""
        self._held = Held(self._shared)

    @property
    def held(self) -> Held:
        """What is held since `stop`."""
        assert self._held is not None, "the store was stopped"
        return self._held

    def unit(self) -> SqlUnitOfWork:
        """Return a unit of work for writing."""
        return super().unit() if self._held is None else UndoneUnit(self._shared, self._held, is_view=False)

    def act(self) -> SqlUnitOfWork:
        """Return a unit of work for a short act."""
        return self.unit()

    def view(self) -> SqlUnitOfWork:
        """Return a unit of work that only reads, and sees what was committed and not undone."""
        return super().view() if self._held is None else UndoneUnit(self._shared, self._held, is_view=True)

    def close(self) -> None:
        """Let go of the one connection, and close."""
        if self._held is not None:
            self._held.connection.close()
        super().close()


class Held:
    """The one connection, what was changed over it, and how many units were committed."""

    def __init__(self, shared: Shared) -> None:
        self.commits = 0
        self.changed: list[str] = []
        """The table of each change of a row, in order."""
        self._tables: dict[str, str] = {}
        self._classes = shared.classes
        engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        # Replaced and not listened to: an engine with one event asks for all of them around each statement.
        engine.dialect.do_execute = self._execute  # type: ignore[method-assign, assignment]
        engine.dialect.do_executemany = self._executemany  # type: ignore[method-assign, assignment]
        self.connection = engine.connect()
        self._driver = _driver_of(self.connection)
        self._driver.isolation_level = None
        with shared.engine.writer.connect() as source:
            _driver_of(source).backup(self._driver)
        self.run("PRAGMA foreign_keys = ON")
        self.connection.begin()
        self.run("BEGIN")
        self._known = len(self._classes)
        self.run("SAVEPOINT input")

    def run(self, statement: str) -> None:
        """Run a statement of the engine's own."""
        self._driver.execute(statement)

    def undo(self) -> None:
        """Take back all that was committed since the last time."""
        self.run("ROLLBACK TO input")
        self.changed.clear()
        self.commits = 0
        # The classes of what was undone are not there any more either.
        for number in range(self._known + 1, len(self._classes) + 1):
            del self._classes._numbers[self._classes._by_number.pop(number)]  # noqa: SLF001 - nobody else forgets

    def _execute(self, cursor: Any, statement: str, parameters: Any, _: object = None) -> None:  # noqa: ANN401 - the driver's
        cursor.execute(statement, parameters)
        self._note(statement, cursor.rowcount)

    def _executemany(self, cursor: Any, statement: str, parameters: Sequence[Any], _: object = None) -> None:  # noqa: ANN401
        cursor.executemany(statement, parameters)
        self._note(statement, cursor.rowcount)

    def _note(self, statement: str, rows: int) -> None:
        table = self._tables.get(statement)
        if table is None:
            found = _WRITES.match(statement)
            table = self._tables[statement] = "" if found is None else found[1]
        if table and rows > 0:
            self.changed.append(table)


def _driver_of(connection: sa.Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection), "the engine is SQLite's"
    return driver


class UndoneUnit(SqlUnitOfWork):
    """A unit within the one transaction: committed it stays until the undoing, left it is undone at once."""

    def __init__(self, shared: Shared, held: Held, *, is_view: bool) -> None:
        super().__init__(shared, is_view=is_view)
        self._held = held
        self._changed_before = 0

    def commit(self) -> None:
        """Do all that a commit does but for making it durable."""
        assert not self._is_view, "a view changes nothing"
        self._run_hooks()
        self._run_last_hooks()
        self._held.run("RELEASE unit")
        self._held.commits += 1
        self._connection = None
        self._end()

    def _begin(self) -> None:
        self._connection = self._held.connection
        self._company = Company(self._held.connection)
        if not self._is_view:
            self._changed_before = len(self._held.changed)
            self._held.run("SAVEPOINT unit")

    def _end(self, connection: sa.Connection | None = None, tell: Callable[[], None] | None = None) -> None:
        assert tell is None, "nobody waits here for what others make durable"
        assert connection is self._connection, "there is one connection, and it stays open"
        if self._connection is not None and not self._is_view:
            self._held.run("ROLLBACK TO unit")
            self._held.run("RELEASE unit")
            del self._held.changed[self._changed_before :]
        self._connection = None
        if self._holds_lock:
            self._holds_lock = False
            self.shared.lock.release()
