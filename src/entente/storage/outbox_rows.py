"""The outbox's connection: whoever reads or changes anything over it finds what was entered in the queue before.

What acts enter waits in memory until the commit (storage.waiting_rows). How the lines stand is remembered from one transaction to
the next, as what a commit left (storage.company.Left): an act asks for its line each time, and a line changes when a post fails.

Source: docs/decisions/0107-what-an-act-leaves-is-written-at-the-commit.md.
"""

from __future__ import annotations

from typing import TypeAlias

import sqlalchemy as sa

from entente.exchange.model import Lane, Line
from entente.kernel.ids import BodyId
from entente.kernel.ports import Outgoing
from entente.storage.engine import Said
from entente.storage.rows import insert_rows, insertion
from entente.storage.schema import outbox_statement
from entente.storage.waiting_rows import WaitingRows

Lines: TypeAlias = dict[tuple[BodyId, Lane], Line | None]
"""How lines stand, of those that were asked for; None for one that was never used."""


class OutboxRows:
    """What the outbox's tables of one transaction have in common."""

    def __init__(
        self, connection: sa.Connection, waiting: WaitingRows | None = None, lines: Lines | None = None
    ) -> None:
        """Serve one transaction, with what units before this one in it entered and what is known of the lines."""
        self._unread = connection
        self._waiting = WaitingRows() if waiting is None else waiting
        self._lines: Lines = {} if lines is None else lines
        self._pending: list[Outgoing] = []

    @property
    def _connection(self) -> sa.Connection:
        """The connection, on which everything stands that was entered."""
        if self._waiting.outbox:
            self.flush()
        return self._unread

    def flush(self) -> None:
        """Insert what was entered and waits."""
        if entered := self._waiting.take_outbox():
            insert_rows(self._unread, outbox_statement, entered)


def entered(connection: sa.Connection, waiting: WaitingRows) -> list[Said]:
    """Return what inserts the rows of the outbox that wait; they wait no more."""
    rows = waiting.take_outbox()
    return [insertion(connection, outbox_statement, rows)] if rows else []
