"""A connection to a PostgreSQL server as a store uses it: it counts what it changed, and is not asked twice where once does.

That a transaction begins, and that an act in it does, is owed and not said at once: it goes to the server with the statement that
comes next, in one packet and for one answer. So a transaction that says nothing costs nothing, and an act that only leaves rows
for the commit has no mark on the server; its rows are taken back in memory (storage.waiting_rows).

Source: libpq, «Pipeline Mode»; docs/decisions/0107-what-an-act-leaves-is-written-at-the-commit.md.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.waiting import Wait

from entente.storage.engine import Said
from entente.storage.postgres_together import say_together

_POLLED: Final = {Wait.R: select.POLLIN, Wait.W: select.POLLOUT, Wait.RW: select.POLLIN | select.POLLOUT}


class CountingCursor(psycopg.Cursor[Any]):
    """A cursor that counts for its connection how many rows it changed."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> CountingCursor:  # noqa: ANN401 - as the driver has them
        """Run a statement."""
        if not self._store.is_owed_something:
            super().execute(query, params, **more)
        elif isinstance(query, str) and ";" in query:
            # Perhaps several commands, which nothing can go with.
            with self._store.what_is_owed():
                pass
            super().execute(query, params, **more)
        else:
            with self._store.what_is_owed():
                super().execute(query, params, **more)
        self._count(query)
        return self

    def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:  # noqa: ANN401 - the same
        """Run a statement for each of several values, without waiting for the answers in between."""
        with self._store.what_is_owed():
            super().executemany(query, params_seq, **more)
        self._count(query)

    @contextmanager
    def copy(self, statement: Any, params: Any = None, **more: Any) -> Iterator[psycopg.Copy]:  # noqa: ANN401 - the same
        """Copy rows in or out, beside which the server is told nothing."""
        if self._store.is_owed_something:
            with self._store.what_is_owed():
                pass
        with super().copy(statement, params, **more) as copied:
            yield copied

    def count_copied(self) -> None:
        """Count what was copied in."""
        self._store.total_changes += self.rowcount

    @property
    def _store(self) -> StoreConnection:
        assert isinstance(self.connection, StoreConnection), "cursors are made by the store's connections"
        return self.connection

    def _count(self, query: object) -> None:
        if isinstance(query, str) and query.startswith(("INSERT", "UPDATE", "DELETE")):
            self._store.total_changes += self.rowcount


class StoreConnection(psycopg.Connection[Any]):
    """A connection that says of itself what SQLite's says (storage.engine). It begins its transactions itself."""

    total_changes = 0
    while_waiting: Callable[[], bool] | None = None
    """Work that is done, a step at a time, while the server is waited for."""
    _is_begin_owed = False
    _mark_owed = b""

    def wait(self, gen: Any, *given: Any, **more: Any) -> Any:  # noqa: ANN401 - as the driver has them
        """Wait for the server's answer, or until it takes what it is sent."""
        step = self.while_waiting
        return super().wait(gen if step is None else _with_work(gen, self.fileno(), step), *given, **more)

    def begin(self) -> None:
        """Begin a transaction, which the server is told with its first statement."""
        self._is_begin_owed = True

    def mark(self, name: str) -> None:
        """Mark the place where an act begins, which the server is told with the act's first statement."""
        self._mark_owed = b"SAVEPOINT " + name.encode()

    def take_back_mark(self) -> bool:
        """Take back the mark if nothing was said since; say whether. The server's own mark is an earlier act's then."""
        is_owed, self._mark_owed = bool(self._mark_owed), b""
        return is_owed

    def forget_owed(self) -> None:
        """Take back what the server was not told: its transaction ends."""
        self._is_begin_owed, self._mark_owed = False, b""

    @property
    def is_owed_something(self) -> bool:
        """Whether the server must be told something before the next statement."""
        return self._is_begin_owed or bool(self._mark_owed)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, on the server or as soon as it is told anything."""
        open_ones = {TransactionStatus.INTRANS, TransactionStatus.INERROR}
        return self._is_begin_owed or self.info.transaction_status in open_ones

    @contextmanager
    def what_is_owed(self) -> Iterator[None]:
        """Tell the server what it is owed, together with the one statement that is said within this."""
        if not self.is_owed_something:
            yield
            return
        with self.pipeline():
            self._say_owed()
            yield

    def say_together(self, said: Sequence[Said]) -> list[int]:
        """Run statements, each for its values, and wait once for all of the answers; return how many rows each met.

        Raises what the first that failed met with; what comes after that is not done.
        """
        owed = self._owed()
        self.forget_owed()
        met = say_together(self.pgconn, owed, said)
        self.total_changes += sum(met)
        return met

    def _owed(self) -> list[bytes]:
        return [words for words in (b"BEGIN" if self._is_begin_owed else b"", self._mark_owed) if words]

    def _say_owed(self) -> None:
        """Queue what is owed in the pipeline that is open."""
        for words in self._owed():
            psycopg.Cursor(self).execute(words, prepare=False)
        self.forget_owed()


def _with_work(waits: Generator[Wait, Any, Any], fileno: int, step: Callable[[], bool]) -> Generator[Wait, Any, Any]:
    """Go with one of the driver's conversations with the server, working where it would wait."""
    ready = None
    while True:
        try:
            for_what = waits.send(ready)
        except StopIteration as end:
            return end.value
        asked = select.poll()
        asked.register(fileno, _POLLED[for_what])
        while not asked.poll(0) and step():
            continue
        ready = yield for_what
