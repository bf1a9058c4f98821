"""How the lines toward other bodies stand, and by which way the operator has each reached: what the outbox goes by.

Source: docs/rules/exchange.md X21 and X24; exchange.ports.OutboxStore.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from entente.exchange.model import STREAM_LANES, Lane, Line, SendState
from entente.kernel.ids import BodyId
from entente.storage.outbox_rows import OutboxRows
from entente.storage.rows import read, read_one, replace_row
from entente.storage.schema import body_route
from entente.storage.schema import outbox_line as _line
from entente.storage.schema import outbox_statement as _item

_LINE = sa.select(_line).where(_line.c.recipient == sa.bindparam("recipient"), _line.c.lane == sa.bindparam("lane"))
_FAILING = sa.select(_line).where(_line.c.attempts > 0, _line.c.why != "")
_ROUTE = sa.select(body_route.c.via).where(body_route.c.body == sa.bindparam("body"))

_IS_WAITING = sa.exists().where(
    _item.c.recipient == _line.c.recipient, _item.c.lane == _line.c.lane, _item.c.state == SendState.WAITING.value
)
_DUE = (
    sa.select(_line.c.recipient)
    .where(_line.c.next_try_at <= sa.bindparam("now"), _IS_WAITING)
    .distinct()
    .order_by(_line.c.recipient)
)
_NEXT_DUE = sa.select(sa.func.min(_line.c.next_try_at, type_=_line.c.next_try_at.type)).where(_IS_WAITING)


class LineTables(OutboxRows):
    """The lines and routes of one transaction."""

    def line(self, recipient: BodyId, lane: Lane) -> Line | None:
        """Return how a lane toward a body stands."""
        if (recipient, lane) not in self._lines:
            row = read_one(self._connection, _LINE, {"recipient": recipient, "lane": lane.value})
            stands = None if row is None else Line(recipient, lane, row.attempts, row.next_try_at, row.why)
            self._lines[recipient, lane] = stands
        return self._lines[recipient, lane]

    def failing(self) -> Mapping[BodyId, Line]:
        """Return the lines that were last tried in vain, by body; of a body's lanes the one that is posted first."""
        rows = sorted(
            read(self._connection, _FAILING), key=lambda row: STREAM_LANES.index(Lane(row.lane)), reverse=True
        )
        return {
            BodyId(row.recipient): Line(BodyId(row.recipient), Lane(row.lane), row.attempts, row.next_try_at, row.why)
            for row in rows
        }

    def put_line(self, line: Line) -> None:
        """Keep how a lane stands."""
        key = {"recipient": line.recipient, "lane": line.lane.value}
        values = {"attempts": line.attempts, "next_try_at": line.next_try_at, "why": line.why}
        replace_row(self._connection, _line, key, values)
        self._lines[line.recipient, line.lane] = line

    def route(self, recipient: BodyId) -> BodyId | None:
        """Return the relay that the operator set for a body; None for none."""
        row = read_one(self._connection, _ROUTE, {"body": recipient})
        return None if row is None else BodyId(row.via)

    def put_route(self, recipient: BodyId, via: BodyId | None) -> None:
        """Set the relay for a body, or none."""
        if via is None:
            self._connection.execute(sa.delete(body_route).where(body_route.c.body == recipient))
        else:
            replace_row(self._connection, body_route, {"body": recipient}, {"via": via})

    def due(self, now: datetime) -> tuple[BodyId, ...]:
        """Return the bodies that something waits for on a line that may be tried now."""
        return tuple(BodyId(row.recipient) for row in read(self._connection, _DUE, {"now": now}))

    def next_due(self) -> datetime | None:
        """Return when the earliest line with something waiting may be tried; None when nothing waits anywhere."""
        (found,) = read_one(self._connection, _NEXT_DUE)
        return cast("datetime | None", found)
