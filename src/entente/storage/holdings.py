"""What a suspension would stop: copies held, requests and permissions still open. Read for its preview only.

Source: docs/rules/agreements.md; agreements.ports.Holdings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from entente.agreements.model import Instrument
from entente.bodies.model import Body
from entente.correspondence.model import AnswerOutcome, Message, PermissionRequest, PermissionState, RecordRequest
from entente.kernel.clock import format_time
from entente.kernel.ids import BodyId, InstrumentId
from entente.records.model import HolderState
from entente.storage.classes import ClassTables
from entente.storage.correspondence import Family, MessageState
from entente.storage.rows import parts, value_of
from entente.storage.schema import body, correspondence_item, instrument, record_class, record_holder

_item = correspondence_item


class HoldingTables:
    """The Holdings of one transaction."""

    def __init__(self, connection: sa.Connection, classes: ClassTables) -> None:
        self._connection = connection
        self._classes = classes

    def records_shared(self, instrument: InstrumentId, source: BodyId, holders: Sequence[BodyId]) -> int:
        """Count records of a source under an instrument that any of the holders has a copy of.

        What we ourselves hold is what stands in this store; what others hold of ours is what they were sent.
        """
        numbers = [
            number
            for number, cls in self._classes.classes().items()
            if cls.source == source and cls.instrument == instrument
        ]
        are_held_here = self._own() in holders
        found: set[int] = set()
        for part in parts(numbers):
            query = sa.select(record_class.c.record_number).where(record_class.c.class_number.in_(part))
            if not are_held_here:
                query = query.join(record_holder, record_holder.c.record_number == record_class.c.record_number).where(
                    record_holder.c.body.in_(holders), record_holder.c.state == HolderState.SENT.value
                )
            found.update(self._connection.execute(query).scalars())
        return len(found)

    def open_requests(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        """Name the record requests without an answer, and the messages for action that nobody answered."""
        waiting = self._open(Family.RECORD_REQUEST, AnswerOutcome.WAITING.value, instrument, counterparts)
        asked = [value_of(RecordRequest, document) for document in waiting]
        urgent = self._open(Family.MESSAGE, MessageState.FOR_ACTION.value, instrument, counterparts)
        messages = [value_of(Message, document) for document in urgent]
        return (
            *(f"{item.header.id}: record {item.record}, asked {format_time(item.header.at)}" for item in asked),
            *(f"{item.header.id}: «{item.subject}», due {self._due(instrument, item)}" for item in messages),
        )

    def open_permissions(self, instrument: InstrumentId, counterparts: Sequence[Body]) -> tuple[str, ...]:
        """Name the permission requests that wait for an answer, each with its deadline."""
        waiting = self._open(Family.PERMISSION, PermissionState.WAITING.value, instrument, counterparts)
        items = (value_of(PermissionRequest, document) for document in waiting)
        return tuple(f"{item.header.id}: record {item.record}, due {format_time(item.due_at)}" for item in items)

    def _own(self) -> str | None:
        return self._connection.execute(sa.select(body.c.id).where(body.c.is_own)).scalar()

    def _open(
        self, family: Family, state: str, instrument: InstrumentId, counterparts: Sequence[Body]
    ) -> tuple[str, ...]:
        answer = _item.alias("answer")
        is_answered = sa.exists().where(
            answer.c.answers == _item.c.id, answer.c.answers != "", answer.c.way != _item.c.way
        )
        query = sa.select(_item.c.document).where(
            _item.c.family == family.value,
            _item.c.instrument == instrument,
            _item.c.counterpart.in_([entry.id for entry in counterparts]),
            _item.c.state == state,
            ~is_answered,
        )
        return tuple(self._connection.execute(query.order_by(_item.c.position)).scalars())

    def _due(self, instrument_id: InstrumentId, message: Message) -> str:
        query = sa.select(instrument.c.document).where(instrument.c.id == instrument_id)
        document = self._connection.execute(query).scalar()
        hours = None if document is None else value_of(Instrument, document).deadlines.get(message.urgency)
        return "as its text says" if hours is None else format_time(_after(message.header.at, hours))


def _after(at: datetime, hours: int) -> datetime:
    return at + timedelta(hours=hours)
