"""The relay's table: envelopes between two other bodies, kept until they are passed on or expire.

What is kept is what came: header, signature and a sealed body that this node cannot open. When one is settled its body goes; the
hash of its header stays while a receipt about it can come, so that it finds its way back and nothing is passed on twice.

Source: docs/rules/exchange.md X24 to X26; exchange.ports.RelayStore.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from entente.exchange.envelopes import envelope_from_json, envelope_to_json, header_hash
from entente.exchange.model import Envelope, Relayed
from entente.kernel.ids import BodyId
from entente.storage.rows import json_text, read, replace_row
from entente.storage.schema import relay_envelope

WAITING: Final = "waiting"
_kept = relay_envelope
_WAITING = _kept.c.state == WAITING
# Made once: the courier asks them with every look, and making a query costs more than SQLite takes for it.
_IS_DUE = _kept.c.next_try_at <= sa.bindparam("now")
_RECIPIENTS = sa.select(_kept.c.recipient).where(_WAITING).distinct().order_by(_kept.c.recipient)
_RECIPIENTS_DUE = _RECIPIENTS.where(_IS_DUE)
_FOR = (
    sa.select(_kept)
    .where(_WAITING, _kept.c.recipient == sa.bindparam("recipient"))
    .order_by(_kept.c.next_try_at, _kept.c.number)
    .limit(sa.bindparam("most"))
)
_FOR_DUE = _FOR.where(_IS_DUE)


class RelayTables:
    """The RelayStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, envelope: Envelope, at: datetime) -> None:
        """Keep an envelope to pass on; the same one twice is kept once, and one that was settled waits again."""
        header = envelope.header
        values = {
            "sender": header.sender,
            "recipient": header.recipient,
            "state": WAITING,
            "taken_at": at,
            "next_try_at": at,
            "expires_at": header.expires_at,
            "settled_at": None,
            "document": json_text(envelope_to_json(envelope)),
        }
        replace_row(self._connection, _kept, {"header_hash": header_hash(envelope)}, values)

    def has(self, header_hash: str) -> bool:
        """Say whether an envelope is or was kept here to be passed on."""
        query = sa.select(sa.literal(1)).select_from(_kept).where(_kept.c.header_hash == header_hash)
        return self._connection.execute(query).first() is not None

    def ends(self, header_hash: str) -> tuple[BodyId, BodyId] | None:
        """Return sender and recipient of an envelope that is or was kept here to be passed on."""
        query = sa.select(_kept.c.sender, _kept.c.recipient).where(_kept.c.header_hash == header_hash)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else (BodyId(row.sender), BodyId(row.recipient))

    def get(self, header_hash: str) -> Relayed | None:
        """Return a kept envelope that still waits."""
        query = sa.select(_kept).where(_kept.c.header_hash == header_hash, _WAITING)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _relayed(row)

    def waiting(self, recipient: BodyId, limit: int, due: datetime | None = None) -> tuple[Relayed, ...]:
        """Return what waits for a body, by when it may be posted and then as it came: all, or what may be at a moment."""
        values: dict[str, object] = {"recipient": recipient, "most": limit}
        mine = read(self._connection, *((_FOR, values) if due is None else (_FOR_DUE, {**values, "now": due})))
        return tuple(_relayed(row) for row in mine)

    def recipients(self, due: datetime | None = None) -> tuple[BodyId, ...]:
        """Return the bodies that something waits for: anything, or what may be posted at a moment."""
        found = read(self._connection, *((_RECIPIENTS, {}) if due is None else (_RECIPIENTS_DUE, {"now": due})))
        return tuple(BodyId(row.recipient) for row in found)

    def put_off(self, header_hash: str, until: datetime) -> None:
        """Post a kept envelope not before a moment."""
        mine = sa.update(_kept).where(_kept.c.header_hash == header_hash, _WAITING)
        self._connection.execute(mine.values(next_try_at=until))

    def settle(self, header_hash: str, state: str, at: datetime) -> None:
        """Mark an envelope delivered or undelivered; its sealed body goes."""
        mine = sa.update(_kept).where(_kept.c.header_hash == header_hash, _WAITING)
        self._connection.execute(mine.values(state=state, settled_at=at, document=None))

    def overdue(self, now: datetime) -> tuple[Relayed, ...]:
        """Return what has expired and was not passed on."""
        query = sa.select(_kept).where(_WAITING, _kept.c.expires_at <= now).order_by(_kept.c.number)
        return tuple(_relayed(row) for row in self._connection.execute(query))

    def forget(self, before: datetime) -> int:
        """Forget what was settled and had expired before a moment; return how many."""
        mine = sa.delete(_kept).where(_kept.c.state != WAITING, _kept.c.expires_at < before)
        return self._connection.execute(mine).rowcount

    def count_for(self, recipient: BodyId) -> int:
        """Count what waits for a body."""
        return self._count(_kept.c.recipient == recipient)

    def count_of(self, sender: BodyId) -> int:
        """Count what waits of a sender."""
        return self._count(_kept.c.sender == sender)

    def _count(self, condition: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(_kept).where(_WAITING, condition)
        return int(self._connection.execute(query).scalar_one())


def _relayed(row: Any) -> Relayed:  # noqa: ANN401 - a row of either reader
    return Relayed(row.number, envelope_from_json(json.loads(row.document)), row.taken_at)
