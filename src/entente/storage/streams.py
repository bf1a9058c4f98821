"""The state of streams, ours to others and theirs to us: one row an incarnation, the newest one counts.

Source: docs/rules/exchange.md X8 and X9.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from entente.exchange.model import Lane, Stream
from entente.kernel.ids import BodyId
from entente.storage.rows import read_one, replace_row
from entente.storage.schema import stream as table

_NEWEST = (
    sa.select(table)
    .where(
        table.c.peer == sa.bindparam("peer"),
        table.c.lane == sa.bindparam("lane"),
        table.c.is_outgoing == sa.bindparam("is_outgoing"),
    )
    .order_by(table.c.number.desc())
    .limit(1)
)


def read_stream(connection: sa.Connection, peer: BodyId, lane: Lane, *, is_outgoing: bool) -> Stream | None:
    """Return the newest incarnation of a stream."""
    values = {"peer": peer, "lane": lane.value, "is_outgoing": is_outgoing}
    row = read_one(connection, _NEWEST, values)
    return None if row is None else Stream(peer, lane, is_outgoing, row.incarnation, row.sequence, row.head)


def write_stream(connection: sa.Connection, stream: Stream) -> None:
    """Keep a stream's state; a new incarnation is kept beside the older ones."""
    key = {
        "peer": stream.peer,
        "lane": stream.lane.value,
        "is_outgoing": stream.is_outgoing,
        "incarnation": stream.incarnation,
    }
    replace_row(connection, table, key, {"sequence": stream.sequence, "head": stream.head})


def begun_at(incarnation: str) -> datetime | None:
    """Return when an incarnation of a stream began, by its name (exchange.posting); None for one that says none."""
    try:
        return datetime.strptime(incarnation.partition(".")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
