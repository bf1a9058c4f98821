"""The tables of the exchange: streams, envelopes to send with their statements, and the keys of what was taken in.

Of an envelope taken in, header and signature are kept for the life of its stream, never its body: the statements stand in
their rooms, and a kept body would outlive the erasure of what it carried. A settled envelope loses its sealed body too.

Within a stream the time of the next attempt never falls from one envelope to the next, so that what is due can be sent in
order: a failed attempt puts off those behind it, and a fresh envelope makes its whole stream due at once.
Source: docs/rules/exchange.md; exchange.ports.ExchangeStore; kernel.ports.Outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from entente.exchange.model import (
    Envelope,
    EnvelopeHeader,
    Lane,
    Receipt,
    ReceiptOutcome,
    Stream,
    WaitingEnvelope,
)
from entente.kernel.errors import Conflict
from entente.kernel.ids import BodyId, KeyId, StatementId
from entente.kernel.ports import Delivery, Outgoing
from entente.kernel.signing import Signature
from entente.storage.rows import json_text, replace_row, text_of, value_of
from entente.storage.schema import inbox_envelope, outbox_envelope, outbox_statement, stream


class State(StrEnum):
    """How far an envelope or a statement has come at its recipient (kernel.ports.Delivery)."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"


_box = outbox_envelope
_IS_WAITING = _box.c.state == State.WAITING.value
_LANE_ORDER = sa.case((_box.c.lane == Lane.CONTROL.value, 0), else_=1)
_WAITING = (
    sa.select(_box)
    .where(_IS_WAITING, _box.c.recipient == sa.bindparam("recipient"), _box.c.next_try_at <= sa.bindparam("now"))
    .order_by(_LANE_ORDER, _box.c.number)
    .limit(sa.bindparam("most"))
)
_RECIPIENTS = (
    sa.select(_box.c.recipient)
    .where(_IS_WAITING, _box.c.next_try_at <= sa.bindparam("now"))
    .distinct()
    .order_by(_box.c.recipient)
)
_NEXT_DUE = sa.select(sa.func.min(_box.c.next_try_at, type_=_box.c.next_try_at.type)).where(_IS_WAITING)
_DELIVERIES = (
    sa.select(outbox_statement).where(outbox_statement.c.ref == sa.bindparam("ref")).order_by(outbox_statement.c.number)
)
_STREAM = (
    sa.select(stream)
    .where(
        stream.c.peer == sa.bindparam("peer"),
        stream.c.lane == sa.bindparam("lane"),
        stream.c.is_outgoing == sa.bindparam("is_outgoing"),
    )
    .order_by(stream.c.number.desc())
    .limit(1)
)
_TAKEN = sa.select(inbox_envelope.c.header_hash, inbox_envelope.c.receipt).where(
    inbox_envelope.c.sender == sa.bindparam("sender"),
    inbox_envelope.c.lane == sa.bindparam("lane"),
    inbox_envelope.c.incarnation == sa.bindparam("incarnation"),
    inbox_envelope.c.sequence == sa.bindparam("sequence"),
)


class ExchangeTables:
    """The Outbox and the ExchangeStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._pending: list[Outgoing] = []

    def put(self, outgoing: Outgoing) -> None:
        """Add a statement for one recipient; an envelope takes it before the commit."""
        self._pending.append(outgoing)

    def deliveries(self, ref: str) -> tuple[Delivery, ...]:
        """Return how far the statements put under a reference have come, oldest first, this transaction's last."""
        kept = (_delivery(row) for row in self._connection.execute(_DELIVERIES, {"ref": ref}))
        return (*kept, *(_pending_delivery(item) for item in self._pending if item.ref == ref))

    def pending(self) -> tuple[Outgoing, ...]:
        """Return what was put in the outbox within this transaction and is in no envelope yet, in order."""
        return tuple(self._pending)

    def put_envelope(self, envelope: Envelope, statements: Sequence[Outgoing]) -> None:
        """Keep an envelope to send, due now, with the statements it carries; they are pending no more."""
        header = envelope.header
        self._connection.execute(
            sa.update(_box)
            .where(*_same_stream(header), _box.c.next_try_at > header.sent_at)
            .values(next_try_at=header.sent_at)
        )
        values = {
            "recipient": header.recipient,
            "lane": header.lane.value,
            "incarnation": header.incarnation,
            "sequence": header.sequence,
            "header": envelope.header_bytes,
            "key_id": envelope.signature.key_id,
            "signature": envelope.signature.value,
            "sealed": envelope.sealed,
            "state": State.WAITING.value,
            "attempts": 0,
            "next_try_at": header.sent_at,
            "why": "",
        }
        number = self._connection.execute(sa.insert(_box).returning(_box.c.number), values).scalar_one()
        if statements:
            rows = [_statement_row(number, item, header.sent_at) for item in statements]
            self._connection.execute(sa.insert(outbox_statement), rows)
        self._pending = [item for item in self._pending if not any(item is sent for sent in statements)]

    def stream(self, peer: BodyId, lane: Lane, *, is_outgoing: bool) -> Stream | None:
        """Return the newest incarnation of a stream."""
        values = {"peer": peer, "lane": lane.value, "is_outgoing": is_outgoing}
        row = self._connection.execute(_STREAM, values).one_or_none()
        if row is None:
            return None
        return Stream(peer, lane, is_outgoing, row.incarnation, row.sequence, row.head)

    def put_stream(self, stream: Stream) -> None:
        """Keep a stream's state; a new incarnation is kept beside the older ones."""
        key = {
            "peer": stream.peer,
            "lane": stream.lane.value,
            "is_outgoing": stream.is_outgoing,
            "incarnation": stream.incarnation,
        }
        replace_row(self._connection, _STREAMS, key, {"sequence": stream.sequence, "head": stream.head})

    def waiting(self, recipient: BodyId, now: datetime, limit: int) -> tuple[WaitingEnvelope, ...]:
        """Return unacknowledged envelopes due now, control before data, in the order of their streams."""
        values = {"recipient": recipient, "now": now, "most": limit}
        return tuple(_waiting(row) for row in self._connection.execute(_WAITING, values))

    def recipients_waiting(self, now: datetime) -> tuple[BodyId, ...]:
        """Return the bodies with envelopes due now."""
        return tuple(BodyId(found) for found in self._connection.execute(_RECIPIENTS, {"now": now}).scalars())

    def next_due(self) -> datetime | None:
        """Return when the earliest unacknowledged envelope is due; None when none waits."""
        return self._connection.execute(_NEXT_DUE).scalar()

    def settle(self, number: int, outcome: ReceiptOutcome, receipt: bytes, results: Receipt, at: datetime) -> None:
        """Mark an envelope acknowledged or refused for good, keep the signed receipt, and set each statement's state."""
        assert outcome is not ReceiptOutcome.GAP, "an envelope behind a gap is sent again, not settled"
        state = State.REFUSED if outcome is ReceiptOutcome.REFUSED else State.STORED
        values = {"state": state.value, "receipt": receipt, "settled_at": at, "sealed": None, "why": results.reason}
        self._connection.execute(sa.update(_box).where(_box.c.number == number).values(**values))
        carried = outbox_statement.c.envelope_number == number
        everything = {"state": state.value, "reason": results.reason, "at": at}
        self._connection.execute(sa.update(outbox_statement).where(carried).values(**everything))
        for result in results.results if state is State.STORED else ():
            if not result.is_accepted:
                one = outbox_statement.c.statement_id == result.statement
                refused = {"state": State.REFUSED.value, "reason": result.reason}
                self._connection.execute(sa.update(outbox_statement).where(carried, one).values(**refused))

    def postpone(self, number: int, next_try_at: datetime, why: str) -> None:
        """Count a failed attempt, and put off what stands behind it in its stream."""
        mine = _box.c.number == number
        counted = {"attempts": _box.c.attempts + 1, "next_try_at": next_try_at, "why": why}
        self._connection.execute(sa.update(_box).where(mine).values(**counted))
        first = _box.alias("first")
        is_behind = sa.exists().where(
            first.c.number == number,
            first.c.recipient == _box.c.recipient,
            first.c.lane == _box.c.lane,
            first.c.number < _box.c.number,
        )
        behind = sa.update(_box).where(_IS_WAITING, _box.c.next_try_at < next_try_at, is_behind)
        self._connection.execute(behind.values(next_try_at=next_try_at))

    def has_taken(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> str | None:
        """Return the header hash of the envelope taken in under this key, or None."""
        row = self._taken(sender, lane, incarnation, sequence)
        return None if row is None else str(row.header_hash)

    def receipt_for(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> Receipt | None:
        """Return what we answered to an envelope taken in before."""
        row = self._taken(sender, lane, incarnation, sequence)
        return None if row is None else value_of(Receipt, row.receipt)

    def take(self, envelope: Envelope, receipt: Receipt) -> None:
        """Keep that an envelope was taken in, under its unique key; raise Conflict when it was before."""
        header = envelope.header
        if self._taken(header.sender, header.lane, header.incarnation, header.sequence) is not None:
            raise Conflict(
                "This envelope was taken in before.",
                why=f"Number {header.sequence} of its stream has been taken, and each counts once.",
                do="Answer with the receipt that was given then.",
            )
        values = {
            "sender": header.sender,
            "lane": header.lane.value,
            "incarnation": header.incarnation,
            "sequence": header.sequence,
            "header_hash": receipt.envelope,
            "header": envelope.header_bytes,
            "key_id": envelope.signature.key_id,
            "signature": envelope.signature.value,
            "receipt": text_of(receipt),
        }
        self._connection.execute(sa.insert(inbox_envelope), values)

    def _taken(self, sender: BodyId, lane: Lane, incarnation: str, sequence: int) -> sa.Row[Any, Any] | None:
        values = {"sender": sender, "lane": lane.value, "incarnation": incarnation, "sequence": sequence}
        return self._connection.execute(_TAKEN, values).one_or_none()


# The port calls its parameter «stream», as the table is called.
_STREAMS = stream


def _same_stream(header: EnvelopeHeader) -> tuple[sa.ColumnElement[bool], ...]:
    return (_IS_WAITING, _box.c.recipient == header.recipient, _box.c.lane == header.lane.value)


def _statement_row(envelope_number: int, outgoing: Outgoing, at: datetime) -> dict[str, object]:
    return {
        "envelope_number": envelope_number,
        "recipient": outgoing.recipient,
        "instrument": outgoing.instrument,
        "statement_id": outgoing.statement.id,
        "kind": outgoing.statement.kind,
        "ref": outgoing.ref,
        "state": State.WAITING.value,
        "reason": "",
        "at": at,
        "document": json_text(outgoing.statement.to_json()),
    }


def _waiting(row: sa.Row[Any]) -> WaitingEnvelope:
    header = value_of(EnvelopeHeader, row.header.decode("utf-8"))
    envelope = Envelope(header, row.header, Signature(KeyId(row.key_id), row.signature), row.sealed)
    return WaitingEnvelope(row.number, BodyId(row.recipient), envelope, row.attempts, row.next_try_at)


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        BodyId(row.recipient), StatementId(row.statement_id), row.kind, row.ref, row.state, row.reason, row.at
    )


def _pending_delivery(item: Outgoing) -> Delivery:
    statement = item.statement
    state = State.WAITING.value
    return Delivery(item.recipient, statement.id, statement.kind, item.ref, state, "", statement.at)
