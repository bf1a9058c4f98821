"""The outbox's tables: statements to send, the envelopes that carry them, and how each line stands.

A statement is put in the commit of its act and waits without an envelope until it is posted; an envelope is settled by a receipt,
loses its sealed body then, and keeps its header for good. A statement's document stays until its effect is safe beyond the
oldest backup that a peer may come back from, or until what it holds is erased.

Statements put within a transaction wait in memory until `enter` gives them their places, and those until the commit.
Source: docs/rules/exchange.md; exchange.ports.OutboxStore; kernel.ports.Outbox.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from entente.exchange.envelopes import header_hash
from entente.exchange.model import (
    KEPT_ASIDE,
    Envelope,
    EnvelopeHeader,
    HeldNote,
    Lane,
    Line,
    Queued,
    Receipt,
    ReceiptOutcome,
    SendState,
    Stream,
    WaitingEnvelope,
)
from entente.exchange.packing import lane_of
from entente.kernel.ids import BodyId, InstrumentId, KeyId, StatementId
from entente.kernel.ports import Delivery, EvidenceStep, Outgoing
from entente.kernel.signing import Signature
from entente.storage.lines import LineTables
from entente.storage.put_before import PutTables
from entente.storage.rows import (
    among,
    insert_rows,
    json_text,
    parts,
    read,
    read_one,
    replace_row,
    statement_of,
    value_of,
    write,
    write_among,
)
from entente.storage.schema import outbox_envelope, outbox_evidence, outbox_line, outbox_statement
from entente.storage.streams import begun_at, read_stream, write_stream

_box, _item, _line = outbox_envelope, outbox_statement, outbox_line
HEADERS_REMEMBERED_MAX = 512
"""Of envelopes under way: eight batches of a lane, half a megabyte."""
_WAITING, _GIVEN_UP = SendState.WAITING.value, "given_up"
_KEPT_ASIDE = tuple(sorted(reason.value for reason in KEPT_ASIDE))

_OF_LANE = (_item.c.recipient == sa.bindparam("recipient"), _item.c.lane == sa.bindparam("lane"))
_IS_UNSEALED = (*_OF_LANE, _item.c.state == _WAITING, _item.c.envelope_number.is_(None))
_UNSEALED = sa.select(_item).where(*_IS_UNSEALED).order_by(_item.c.number).limit(sa.bindparam("most"))
_HAS_UNSEALED = sa.select(sa.literal(1)).select_from(_item).where(*_IS_UNSEALED).limit(1)
_UNSEALED_BEYOND = (
    sa.select(_item.c.number).where(*_IS_UNSEALED).order_by(_item.c.number).limit(1).offset(sa.bindparam("beyond"))
)
_ENVELOPES = (
    sa.select(_box)
    .where(
        _box.c.recipient == sa.bindparam("recipient"),
        _box.c.lane == sa.bindparam("lane"),
        _box.c.state == _WAITING,
        _box.c.number > sa.bindparam("after"),
    )
    .order_by(_box.c.number)
    .limit(sa.bindparam("most"))
)
_ENVELOPE_OF = sa.select(_box).where(_box.c.header_hash == sa.bindparam("header_hash"), _box.c.state == _WAITING)
_CARRIED = (
    sa.select(_item)
    .where(_item.c.envelope_number == sa.bindparam("number"), _item.c.state == _WAITING)
    .order_by(_item.c.number)
)
_BOX_KEYS = (
    "recipient", "lane", "incarnation", "sequence", "header_hash", "header", "key_id", "signature", "sealed", "state", "why",
)  # fmt: skip
_PUT_BOX = sa.insert(_box).values({name: sa.bindparam(name) for name in _BOX_KEYS}).returning(_box.c.number)
_COUNT_OPEN = (
    sa.select(sa.func.count()).select_from(_item).where(*_OF_LANE, _item.c.state.in_([_WAITING, SendState.HELD.value]))
)
_HELD = (_item.c.state == SendState.HELD.value, _item.c.number > sa.bindparam("after"))
_NOTED = (_item.c.number, _item.c.recipient, _item.c.ref, _item.c.put_at)
_HELD_NOTES = sa.select(*_NOTED).where(*_HELD).order_by(_item.c.number).limit(sa.bindparam("most"))
_PUT_BACK = sa.update(_item).where(_item.c.number == sa.bindparam("number_")).values(envelope_number=None)
_FIRST = (
    sa.select(_item)
    .where(*_OF_LANE, _item.c.state == _WAITING, _item.c.kind == sa.bindparam("kind"))
    .order_by(_item.c.number)
    .limit(1)
)
_OVERDUE = (
    sa.select(_item).where(_item.c.state == _WAITING, _item.c.at <= sa.bindparam("before")).order_by(_item.c.number)
)
_SETTLE_BOX = (
    sa.update(_box)
    .where(_box.c.number == sa.bindparam("number_"))
    .values({name: sa.bindparam(name) for name in ("state", "receipt", "settled_at", "sealed", "why")})
)
_SETTLE_REST = (
    sa.update(_item)
    .where(_item.c.envelope_number == sa.bindparam("of"), _item.c.state == _WAITING)
    .values({name: sa.bindparam(name) for name in ("state", "reason", "at")})
)
_SETTLE_ONE = _SETTLE_REST.where(_item.c.statement_id == sa.bindparam("statement"))
_DELIVERIES = sa.select(_item).where(_item.c.ref.in_(sa.bindparam("refs", expanding=True))).order_by(_item.c.number)
_STEPS = sa.select(outbox_evidence).where(
    outbox_evidence.c.statement_id.in_(sa.bindparam("statements", expanding=True))
).order_by(outbox_evidence.c.at)  # fmt: skip


class OutboxTables(LineTables, PutTables):
    """The OutboxStore of one transaction."""

    def put(self, outgoing: Outgoing) -> None:
        """Add a statement for one recipient; durable at commit."""
        self._pending.append(outgoing)

    def pending(self) -> tuple[Outgoing, ...]:
        """Return what was put within this transaction, in order."""
        return tuple(self._pending)

    def enter(self, now: datetime) -> None:
        """Give what was put its place in the queue, as of now; a line with something fresh is due at once."""
        put, self._pending = self._pending, []
        self._waiting.outbox += [_item_row(item, now) for item in put]
        for recipient, lane in dict.fromkeys((item.recipient, lane_of(item)) for item in put):
            stood = self.line(recipient, lane)
            if stood is None or stood.next_try_at > now:
                # A line that is due already stands as it should: an act of a busy day writes one row less.
                self.put_line(Line(recipient, lane, 0, now) if stood is None else replace(stood, next_try_at=now))

    def deliveries(self, ref: str) -> tuple[Delivery, ...]:
        """Return how far the statements put under a reference have come, oldest first."""
        return self.deliveries_of([ref])[ref]

    def deliveries_of(self, refs: Collection[str]) -> Mapping[str, tuple[Delivery, ...]]:
        """Return how far the statements put under each of some references have come, oldest first."""
        kept = [one for part in parts(list(refs)) for one in self._deliveries(_DELIVERIES, {"refs": list(part)})]
        kept += [_pending(item) for item in self._pending if item.ref in refs]
        return {ref: tuple(one for one in kept if one.ref == ref) for ref in refs}

    def retract(self, ref: str, kind: str) -> tuple[Delivery, ...]:
        """Take back what no envelope carries under a reference; what one carried before may have arrived all the same."""
        left_behind = _item.c.envelope_number.is_(None) & _item.c.state.in_([_WAITING, SendState.HELD.value])
        mine = sa.select(_item.c.number).where(_item.c.ref == ref, _item.c.kind == kind, left_behind)
        numbers = list(self._connection.execute(mine).scalars())
        for part in parts(numbers):
            taken = {"state": SendState.RETRACTED.value, "document": None}
            self._connection.execute(sa.update(_item).where(_item.c.number.in_(part)).values(**taken))
        return self._deliveries(sa.select(_item).where(_item.c.number.in_(numbers)).order_by(_item.c.number), {})

    def stream(self, recipient: BodyId, lane: Lane) -> Stream | None:
        """Return the newest incarnation of our stream to a body."""
        return read_stream(self._connection, recipient, lane, is_outgoing=True)

    def put_stream(self, stream: Stream) -> None:
        """Keep a stream's state; a new incarnation is kept beside the older ones."""
        assert stream.is_outgoing, "streams from others are the inbox's"
        write_stream(self._connection, stream)

    def unsealed(self, recipient: BodyId, lane: Lane, limit: int) -> tuple[Queued, ...]:
        """Return statements that wait and are in no envelope, in the order they were put."""
        values = {"recipient": recipient, "lane": lane.value, "most": limit}
        return tuple(_queued(row) for row in read(self._connection, _UNSEALED, values))

    def has_unsealed(self, recipient: BodyId) -> bool:
        """Say whether any statement for a body waits for an envelope."""
        return any(
            read_one(self._connection, _HAS_UNSEALED, {"recipient": recipient, "lane": lane.value})
            for lane in (Lane.CONTROL, Lane.DATA)
        )

    def has_unsealed_beyond(self, recipient: BodyId, lane: Lane, count: int) -> bool:
        """Say whether more than so many statements of a lane wait for an envelope."""
        values = {"recipient": recipient, "lane": lane.value, "beyond": count}
        return read_one(self._connection, _UNSEALED_BEYOND, values) is not None

    def first_waiting(self, recipient: BodyId, kind: str) -> Queued | None:
        """Return the first statement of a kind that waits for a body, sealed or not."""
        values = {"recipient": recipient, "lane": Lane.CONTROL.value, "kind": kind}
        row = read_one(self._connection, _FIRST, values)
        return None if row is None else _queued(row)

    def hold(self, queued: Queued, why: str, at: datetime) -> None:
        """Take a waiting statement out of the queue, and out of an envelope that was answered, until a person decides."""
        self._set(queued.number, SendState.HELD, why, at)
        self.put_back(queued)

    def put_back(self, queued: Queued) -> None:
        """Take a waiting statement out of an envelope that was answered: it waits in its place, to go in another."""
        self._connection.execute(_PUT_BACK, {"number_": queued.number})

    def held(self, limit: int, recipient: BodyId | None = None, after: int = 0) -> tuple[Queued, ...]:
        """Return the first held statements after a number, of all or of one recipient, in the order they were put."""
        mine = sa.true() if recipient is None else _item.c.recipient == recipient
        query = sa.select(_item).where(_item.c.state == SendState.HELD.value, _item.c.number > after, mine)
        return tuple(_queued(row) for row in self._connection.execute(query.order_by(_item.c.number).limit(limit)))

    def held_notes(self, limit: int, after: int = 0) -> tuple[HeldNote, ...]:
        """Return what is noted of the first held statements after a number, in the order they were put."""
        rows = self._connection.execute(_HELD_NOTES, {"after": after, "most": limit})
        return tuple(HeldNote(row.number, BodyId(row.recipient), row.ref, row.put_at) for row in rows)

    def release(self, number: int, at: datetime) -> Queued | None:
        """Put a held statement back in its place in the queue; None when none is held under the number."""
        found = self._held_one(number)
        if found is not None:
            # Its time runs anew (X28): it did not end while it was held, and does not end now.
            self._set(number, SendState.WAITING, "", at)
            lane = lane_of(found.outgoing)
            self.put_line(Line(found.outgoing.recipient, lane, 0, at))
        return found

    def drop(self, number: int, why: str, at: datetime) -> Queued | None:
        """Take back a held statement for good; None when none is held under the number."""
        found = self._held_one(number)
        if found is not None:
            self._set(number, SendState.RETRACTED, why, at)
            self._connection.execute(sa.update(_item).where(_item.c.number == number).values(document=None))
        return found

    def put_envelope(self, envelope: Envelope, carried: Sequence[Queued]) -> WaitingEnvelope:
        """Keep an envelope to send, with the statements it carries; they are sealed now. Return it as it waits."""
        header = envelope.header
        values = {
            "recipient": header.recipient,
            "lane": header.lane.value,
            "incarnation": header.incarnation,
            "sequence": header.sequence,
            "header_hash": header_hash(envelope),
            "header": envelope.header_bytes,
            "key_id": envelope.signature.key_id,
            "signature": envelope.signature.value,
            "sealed": envelope.sealed,
            "state": _WAITING,
            "why": "",
        }
        number = read_one(self._connection, _PUT_BOX, values).number
        write_among(self._connection, _sealing, [item.number for item in carried], {"of": number})
        return WaitingEnvelope(number, header.recipient, envelope)

    def envelopes(self, recipient: BodyId, lane: Lane, limit: int, after: int = 0) -> tuple[WaitingEnvelope, ...]:
        """Return the unacknowledged envelopes of a lane with a number above `after`, in the order of its stream."""
        values = {"recipient": recipient, "lane": lane.value, "most": limit, "after": after}
        return tuple(_waiting(row) for row in read(self._connection, _ENVELOPES, values))

    def envelope_of(self, header_hash: str) -> WaitingEnvelope | None:
        """Return an unacknowledged envelope by the hash of its header."""
        row = read_one(self._connection, _ENVELOPE_OF, {"header_hash": header_hash})
        return None if row is None else _waiting(row)

    def carried_by(self, number: int) -> tuple[Queued, ...]:
        """Return the statements in an envelope that are not settled, in order."""
        return tuple(_queued(row) for row in read(self._connection, _CARRIED, {"number": number}))

    def give_up(self, recipient: BodyId, lane: Lane, why: str, at: datetime) -> None:
        """Give up all unacknowledged envelopes of a lane: their statements go back to their places in the queue."""
        mine = (_box.c.recipient == recipient, _box.c.lane == lane.value, _box.c.state == _WAITING)
        numbers = list(self._connection.execute(sa.select(_box.c.number).where(*mine)).scalars())
        for part in parts(numbers):
            back = sa.update(_item).where(_item.c.envelope_number.in_(part), _item.c.state == _WAITING)
            self._connection.execute(back.values(envelope_number=None))
        given_up = {"state": _GIVEN_UP, "why": why, "sealed": None, "settled_at": at}
        self._connection.execute(sa.update(_box).where(*mine).values(**given_up))

    def reopen(self, recipient: BodyId, lane: Lane, incarnation: str, sequence: int, at: datetime) -> int:
        """Let what was acknowledged from a sequence of a stream on wait again, in its order; return how many statements.

        So does what was kept aside there: with the store it was kept in, it is lost too.
        """
        # Later incarnations of the stream rest on this one: what was lost of it is lost of them.
        is_from = sa.or_(
            sa.and_(_box.c.incarnation == incarnation, _box.c.sequence >= sequence), _box.c.incarnation > incarnation
        )
        lost = sa.select(_box.c.number).where(_box.c.recipient == recipient, _box.c.lane == lane.value, is_from)
        # What this node took back from the other side has no envelope here (X34): it was known there since then.
        was_taken_back = sa.and_(
            _item.c.recipient == recipient, _item.c.lane == lane.value, _item.c.envelope_number.is_(None)
        )
        if began := begun_at(incarnation):
            was_taken_back = sa.and_(was_taken_back, _item.c.put_at > began)
        was_kept_aside = sa.and_(_item.c.state == SendState.REFUSED.value, _item.c.reason.in_(_KEPT_ASIDE))
        again = sa.update(_item).where(
            sa.or_(_item.c.envelope_number.in_(lost), was_taken_back),
            sa.or_(_item.c.state == SendState.STORED.value, was_kept_aside),
            _item.c.document.is_not(None),
        )
        return self._connection.execute(again.values(state=_WAITING, envelope_number=None, reason="", at=at)).rowcount

    def doubt_what_left(self) -> None:
        """Take everything that waits or is held for what may have left."""
        waits = _item.c.state.in_([_WAITING, SendState.HELD.value])
        self._connection.execute(sa.update(_item).where(waits).values(may_have_left=True))

    def settle(self, number: int, receipt: Receipt, evidence: bytes, at: datetime) -> None:
        """Mark an envelope stored or refused for good, keep the signed receipt, and set each statement's state."""
        assert receipt.outcome is not ReceiptOutcome.GAP, "an envelope behind a gap is sent again, not settled"
        is_refused = receipt.outcome is ReceiptOutcome.REFUSED
        state = (SendState.REFUSED if is_refused else SendState.STORED).value
        values = {"state": state, "receipt": evidence, "settled_at": at, "sealed": None, "why": receipt.reason}
        write(self._connection, _SETTLE_BOX, {"number_": number, **values})
        refused = {result.statement: result.reason for result in receipt.results if not result.is_accepted}
        for statement, reason in refused.items() if not is_refused else ():
            one = {"of": number, "statement": statement}
            write(self._connection, _SETTLE_ONE, {**one, "state": SendState.REFUSED.value, "reason": reason, "at": at})
        write(self._connection, _SETTLE_REST, {"of": number, "state": state, "reason": receipt.reason, "at": at})

    def set_relayed(self, number: int, by: BodyId, evidence: bytes, at: datetime) -> None:
        """Keep that a relay took an envelope; it still waits for its recipient."""
        self._connection.execute(sa.update(_box).where(_box.c.number == number).values(relayed_at=at))
        step = EvidenceStep(ReceiptOutcome.RELAYED.value, by, at)
        for item in self.carried_by(number):
            self.add_step(item.outgoing.statement.id, item.outgoing.recipient, step, evidence)

    def overdue(self, before: datetime) -> tuple[Queued, ...]:
        """Return statements that have waited since a moment or longer, sealed or not, held ones left out."""
        return tuple(_queued(row) for row in read(self._connection, _OVERDUE, {"before": before}))

    def set_undelivered(self, queued: Queued, why: str, at: datetime) -> None:
        """End a statement's delivery without success."""
        self._set(queued.number, SendState.UNDELIVERED, why, at)

    def set_known(self, queued: Queued, why: str, at: datetime) -> None:
        """End a statement's delivery: its recipient has shown with its signature that it has it."""
        self._set(queued.number, SendState.STORED, why, at)

    def put_known(self, outgoing: Outgoing, why: str, at: datetime, *, is_taken_in: bool = True) -> None:
        """Keep a statement as sent to a body that has shown that it has it; it waits again where that only set it aside."""
        state = SendState.STORED if is_taken_in else SendState.WAITING
        known = {"state": state.value, "may_have_left": True, "reason": why}
        insert_rows(self._connection, _item, [_item_row(outgoing, at) | known])
        lane = lane_of(outgoing)
        if self.line(outgoing.recipient, lane) is None:
            # A body that was restored in its turn may ask for it again, and what waits goes by a line.
            self.put_line(Line(outgoing.recipient, lane, 0, at))

    def add_step(self, statement: StatementId, recipient: BodyId, step: EvidenceStep, evidence: bytes) -> None:
        """Keep one signed word about a statement that we sent; twice is once."""
        key = {"statement_id": statement, "recipient": recipient, "step": step.step}
        values = {"body": step.by, "at": step.at, "reason": step.reason, "document": evidence.decode("utf-8")}
        replace_row(self._connection, outbox_evidence, key, values)

    def count_waiting(self, recipient: BodyId) -> int:
        """Count the statements that wait for a body, sealed or not, held ones left out."""
        query = sa.select(sa.func.count()).select_from(_item)
        mine = query.where(_item.c.recipient == recipient, _item.c.state == _WAITING)
        return int(self._connection.execute(mine).scalar_one())

    def count_open(self, recipient: BodyId) -> int:
        """Count the data statements for a body that wait or are held; reads an index alone."""
        values = {"recipient": recipient, "lane": Lane.DATA.value}
        return int(self._connection.execute(_COUNT_OPEN, values).scalar_one())

    def last_sealed(self, recipient: BodyId, lane: Lane) -> datetime | None:
        """Return when the newest envelope of a lane was made; None before the first."""
        query = sa.select(_box.c.header).where(_box.c.recipient == recipient, _box.c.lane == lane.value)
        header = self._connection.execute(query.order_by(_box.c.number.desc()).limit(1)).scalar()
        return None if header is None else value_of(EnvelopeHeader, header.decode("utf-8")).sent_at

    def _held_one(self, number: int) -> Queued | None:
        query = sa.select(_item).where(_item.c.number == number, _item.c.state == SendState.HELD.value)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _queued(row)

    def _set(self, number: int, state: SendState, reason: str, at: datetime) -> None:
        # A statement that leaves the queue is in no envelope: what was sealed with it is given up by the caller.
        values = {"state": state.value, "reason": reason, "at": at}
        self._connection.execute(sa.update(_item).where(_item.c.number == number).values(**values))

    def _deliveries(self, query: sa.Select[Any], values: dict[str, object]) -> tuple[Delivery, ...]:
        rows = list(self._connection.execute(query, values))
        steps: dict[tuple[str, str], list[EvidenceStep]] = {}
        for part in parts(list(dict.fromkeys(row.statement_id for row in rows))):
            for word in self._connection.execute(_STEPS, {"statements": list(part)}):
                step = EvidenceStep(word.step, BodyId(word.body), word.at, word.reason)
                steps.setdefault((word.statement_id, word.recipient), []).append(step)
        return tuple(_delivery(row, tuple(steps.get((row.statement_id, row.recipient), ()))) for row in rows)


@lru_cache(maxsize=16)
def _sealing(count: int) -> sa.Update:
    """Return what puts so many statements in an envelope."""
    is_one = among(_item.c.number, count)
    return sa.update(_item).where(is_one).values(envelope_number=sa.bindparam("of"), may_have_left=True)


def _item_row(outgoing: Outgoing, now: datetime) -> dict[str, object]:
    return {
        "number": None,
        "envelope_number": None,
        "recipient": outgoing.recipient,
        "lane": lane_of(outgoing).value,
        "instrument": outgoing.instrument,
        "statement_id": outgoing.statement.id,
        "kind": outgoing.statement.kind,
        "ref": outgoing.ref,
        "state": _WAITING,
        "may_have_left": False,
        "reason": "",
        "put_at": now,
        "at": now,
        "document": json_text(outgoing.statement.to_json()),
    }


def _queued(row: Any) -> Queued:  # noqa: ANN401 - a row of either reader
    is_control = row.lane == Lane.CONTROL.value
    statement = statement_of(row.document)
    recipient, instrument = BodyId(row.recipient), InstrumentId(row.instrument)
    outgoing = Outgoing(recipient, instrument, statement, is_control, row.ref)
    return Queued(row.number, outgoing, row.put_at, row.at, SendState(row.state), row.reason)


def _pending(item: Outgoing) -> Delivery:
    statement = item.statement
    return Delivery(item.recipient, statement.id, statement.kind, item.ref, _WAITING, "", statement.at)


@lru_cache(maxsize=HEADERS_REMEMBERED_MAX)
def _header_of(data: bytes) -> EnvelopeHeader:
    """Read a header once: each is looked at several times between its sealing and its receipt."""
    return value_of(EnvelopeHeader, data.decode("utf-8"))


def _waiting(row: Any) -> WaitingEnvelope:  # noqa: ANN401 - a row of either reader
    header = _header_of(row.header)
    envelope = Envelope(header, row.header, Signature(KeyId(row.key_id), row.signature), row.sealed)
    return WaitingEnvelope(row.number, BodyId(row.recipient), envelope, row.relayed_at)


def _delivery(row: sa.Row[Any], steps: tuple[EvidenceStep, ...]) -> Delivery:
    return Delivery(
        BodyId(row.recipient), StatementId(row.statement_id), row.kind, row.ref, row.state, row.reason, row.at, steps,
        row.may_have_left,
    )  # fmt: skip
