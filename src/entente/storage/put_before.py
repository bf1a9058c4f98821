"""What was put for whom before: which of our statements stand in the outbox, and how a restored node came to know them.

Source: docs/rules/exchange.md X34; exchange.ports.OutboxStore.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from entente.exchange.model import SendState
from entente.kernel.ids import BodyId, StatementId
from entente.kernel.statement import Statement
from entente.storage.outbox_rows import OutboxRows
from entente.storage.rows import statement_of
from entente.storage.schema import outbox_statement as _item


class PutTables(OutboxRows):
    """The statements of the outbox of one transaction, read by their ids and kinds."""

    def known_for(self, why: str, kinds: Collection[str]) -> tuple[Statement, ...]:
        """Return the statements of some kinds that were put as known for a reason, each once, in the order they were put."""
        known = sa.select(_item.c.statement_id, _item.c.document).where(
            _item.c.envelope_number.is_(None),
            _item.c.state.in_([SendState.STORED.value, SendState.WAITING.value]),
            _item.c.reason == why,
            _item.c.kind.in_(sorted(kinds)),
            _item.c.document.is_not(None),
        )
        found = dict(tuple(row) for row in self._connection.execute(known.order_by(_item.c.number.desc())))
        return tuple(statement_of(document) for document in reversed(found.values()))

    def has_sent(self, statement: StatementId, recipient: BodyId) -> bool:
        """Say whether a statement was put for a body."""
        query = sa.select(sa.literal(1)).where(_item.c.statement_id == statement, _item.c.recipient == recipient)
        return self._connection.execute(query.limit(1)).first() is not None
