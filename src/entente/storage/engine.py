"""What the store asks of a database engine beside its queries: one port, and a module of its own for each engine.

`sqlite` keeps the store in a file of the node's folder, `postgres` in a database of a server. The queries are SQLAlchemy's and
the same for both; whatever differs stands behind this port, so that no table's file asks which engine it speaks to.

Source: STYLE section 7; docs/decisions/0060-postgresql-has-one-writer-too.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import sqlalchemy as sa

from entente.kernel.errors import EntenteError


class Said(NamedTuple):
    """A statement as the driver takes it, and the values to run it for, one after the other."""

    text: str
    each: Sequence[tuple[object, ...]]


class EngineCheck(NamedTuple):
    """One thing that an operator should know of the engine, for `entente doctor`."""

    is_good: bool
    text: str


class Engine(Protocol):
    """One open store's engine. Safe from several threads, but for what says that the right to write is held."""

    @property
    def writer(self) -> sa.Engine:
        """What the one writing connection is borrowed from. Nobody else's transaction changes the store while it is open."""

    @property
    def reader(self) -> sa.Engine:
        """What readers' connections are borrowed from: each transaction sees one unchanging state and changes nothing."""

    def name(self) -> str:
        """Return the engine and its version, for a person."""

    def checks(self) -> tuple[EngineCheck, ...]:
        """Return what an operator should know of it; asks the engine."""

    def while_waiting(self, connection: sa.Connection, step: Callable[[], bool]) -> None:
        """Do steps of work whenever the connection waits for the engine, until one says that none is left, or it is lent again.

        A step neither uses the connection nor raises. An engine within this process is not waited for, and does none.
        """

    def translate(self, error: sa.exc.DBAPIError, *, is_commit: bool = False) -> EntenteError:
        """Say in the tree of errors what an error of the engine means. The transaction is undone either way.

        `is_commit`: it came while the changes were being made durable, so that an unknown failure leaves open whether they are.
        """

    def is_refused_change(self, error: sa.exc.DBAPIError) -> bool:
        """Say whether an error means that a reader's connection was asked to change something."""

    def prepare(self) -> None:
        """Check, before the first use, that the engine is one that this code may use, and that the store is this node's.

        Raises Misconfigured when it is not, Unavailable when another process holds it.
        """

    def copy_to(self, copy: Path, advance: Callable[[int], None]) -> None:
        """Write the store as of one moment into a new SQLite file; durable when this returns. Holds up no writer.

        `advance` is told how many more bytes are copied; what it raises ends the copy. Raises Unavailable when the store
        cannot be read or the copy cannot be written; nothing of the copy stays then.
        """

    def store_bytes(self) -> int:
        """Return the size of the store, without its log."""

    def empty_log(self) -> bool:
        """Let nothing of what was deleted stand beside the store any more; False when a reader still needs it.

        The caller holds the right to write.
        """

    def compact(self) -> None:
        """Write the whole store anew, without free pages and what is left in the slack of pages.

        The caller holds the right to write.
        """

    def close(self) -> None:
        """Close every connection. Twice is harmless."""


# What follows the driver's connection says of itself; the writing one is taught what it does not (postgres_connection,
# sqlite_connection).


def changed_rows(connection: sa.Connection) -> int:
    """Return how many rows were changed over a connection since it was made, by whatever transaction; it only grows."""
    return int(_driver_of(connection).total_changes)


def is_in_transaction(connection: sa.Connection) -> bool:
    """Say whether the engine still has a transaction open, which it has not where it undid all of it itself."""
    return bool(getattr(_driver_of(connection), "in_transaction", False))


def mark(connection: sa.Connection, name: str) -> None:
    """Mark a place in the transaction that is open; the last mark of a name counts, and the commit ends them all.

    The engine is told of it before the next statement, if any comes.
    """
    _driver_of(connection).mark(name)


def undo_to_mark(connection: sa.Connection, name: str) -> None:
    """Undo what was said since the last mark of a name; raise DBAPIError where the engine cannot."""
    if not _driver_of(connection).take_back_mark():
        connection.exec_driver_sql(f"ROLLBACK TO {name}")


def together(connection: sa.Connection) -> Callable[[Sequence[Said]], list[int]] | None:
    """Return what runs several statements for one answer, and says how many rows each met; None where none is far away.

    It raises the driver's own errors.
    """
    return cast("Callable[[Sequence[Said]], list[int]] | None", getattr(_driver_of(connection), "say_together", None))


def _driver_of(connection: sa.Connection) -> Any:  # noqa: ANN401 - either engine's
    return connection.connection.driver_connection
