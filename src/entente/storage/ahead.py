"""Our own words that a restored node was given back before what they are about was here.

An answer of ours may come back before the request it answers is sent again; it waits here until that is taken in, in the same
transaction. Source: docs/rules/exchange.md X34; kernel.ports.WordsAhead.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from entente.kernel.ids import BodyId
from entente.kernel.statement import Statement
from entente.storage.rows import add_row_once, json_text, statement_of
from entente.storage.schema import word_ahead

_ANY = sa.select(word_ahead.c.number).limit(1)
_ABOUT = (
    sa.select(word_ahead.c.document, word_ahead.c.giver)
    .where(word_ahead.c.about == sa.bindparam("about"))
    .order_by(word_ahead.c.number)
)


class AheadTable:
    """The WordsAhead of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._has_any: bool | None = None

    def put(self, about: str, word: Statement, giver: BodyId, now: datetime) -> None:
        """Keep a word with who gave it back, under the id of what it is about; twice is once."""
        key = {"about": about, "statement_id": word.id, "giver": giver}
        add_row_once(self._connection, word_ahead, key, {"at": now, "document": json_text(word.to_json())})
        self._has_any = True

    def take(self, about: str) -> tuple[tuple[Statement, BodyId], ...]:
        """Return the words about something with their givers, and keep them no longer."""
        if self._has_any is None:
            self._has_any = self._connection.execute(_ANY).first() is not None
        if not self._has_any:
            return ()
        rows = self._connection.execute(_ABOUT, {"about": about}).all()
        self._connection.execute(sa.delete(word_ahead).where(word_ahead.c.about == about))
        return tuple((statement_of(row.document), BodyId(row.giver)) for row in rows)

    def forget(self, before: datetime) -> int:
        """Forget the words kept since before a moment; return how many."""
        return self._connection.execute(sa.delete(word_ahead).where(word_ahead.c.at < before)).rowcount
