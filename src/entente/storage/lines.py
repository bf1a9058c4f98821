"""How the lines toward other bodies stand, and by which way the operator has each reached: what the outbox goes by.

Source: docs/rules/exchange.md X21 and X24; exchange.ports.OutboxStore.
"""

from __future__ import annotations

import sqlalchemy as sa

from entente.exchange.model import Lane, Line
from entente.kernel.ids import BodyId
from entente.storage.rows import replace_row
from entente.storage.schema import body_route
from entente.storage.schema import outbox_line as _line

_LINE = sa.select(_line).where(_line.c.recipient == sa.bindparam("recipient"), _line.c.lane == sa.bindparam("lane"))
_ROUTE = sa.select(body_route.c.via).where(body_route.c.body == sa.bindparam("body"))


class LineTables:
    """The lines and routes of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def line(self, recipient: BodyId, lane: Lane) -> Line | None:
        """Return how a lane toward a body stands."""
        row = self._connection.execute(_LINE, {"recipient": recipient, "lane": lane.value}).one_or_none()
        return None if row is None else Line(recipient, lane, row.attempts, row.next_try_at, row.why)

    def put_line(self, line: Line) -> None:
        """Keep how a lane stands."""
        key = {"recipient": line.recipient, "lane": line.lane.value}
        values = {"attempts": line.attempts, "next_try_at": line.next_try_at, "why": line.why}
        replace_row(self._connection, _line, key, values)

    def route(self, recipient: BodyId) -> BodyId | None:
        """Return the relay that the operator set for a body; None for none."""
        via = self._connection.execute(_ROUTE, {"body": recipient}).scalar()
        return None if via is None else BodyId(via)

    def put_route(self, recipient: BodyId, via: BodyId | None) -> None:
        """Set the relay for a body, or none."""
        if via is None:
            self._connection.execute(sa.delete(body_route).where(body_route.c.body == recipient))
        else:
            replace_row(self._connection, body_route, {"body": recipient}, {"via": via})
