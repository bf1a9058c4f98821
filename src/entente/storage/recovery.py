"""Which bodies have answered this node while it takes back what a restored backup forgot (storage.state says whether it does).

Source: docs/rules/exchange.md X33 and X34; exchange.ports.RecoveryStore.
"""

from __future__ import annotations

import sqlalchemy as sa

from entente.exchange.model import PeerAnswer
from entente.kernel.ids import BodyId
from entente.storage.rows import replace_row
from entente.storage.schema import recovery_peer


class RecoveryTables:
    """The RecoveryStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def answers(self) -> tuple[PeerAnswer, ...]:
        """Return what each body that was asked has answered, ordered by body."""
        rows = self._connection.execute(sa.select(recovery_peer).order_by(recovery_peer.c.peer))
        return tuple(
            PeerAnswer(BodyId(row.peer), row.after, row.is_done, row.given_back, row.why, row.at) for row in rows
        )

    def put_answer(self, answer: PeerAnswer) -> None:
        """Keep how far a body has answered."""
        values = {
            "after": answer.after,
            "is_done": answer.is_done,
            "given_back": answer.given_back,
            "why": answer.why,
            "at": answer.at,
        }
        replace_row(self._connection, recovery_peer, {"peer": answer.peer}, values)

    def clear(self) -> None:
        """Forget all answers."""
        self._connection.execute(sa.delete(recovery_peer))
