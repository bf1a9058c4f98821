"""Who holds copies of ours, directly and onward, and which copies of others' were ended by their source.

Source: docs/rules/records.md R31 to R33; records.ports.CopyStore.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from entente.kernel.ids import BodyId, RecordId
from entente.records.model import Holder, HolderState, OnwardHolder
from entente.storage.rows import parts, replace_row
from entente.storage.schema import record, record_end, record_holder, record_onward

_HOLDERS = (
    sa.select(record.c.record_id, record_holder)
    .join(record_holder, record_holder.c.record_number == record.c.number)
    .where(record.c.record_id.in_(sa.bindparam("records", expanding=True)))
    .order_by(record.c.number, record_holder.c.body)
)
_NUMBER = sa.select(record.c.number).where(record.c.record_id == sa.bindparam("record"))
_ENDED = (
    sa.select(record.c.number, record.c.record_id)
    .join(record_holder, record_holder.c.record_number == record.c.number)
    .where(record.c.number > sa.bindparam("after"), record.c.withdrawn_at.is_(None), record.c.received_from.is_(None))
    .where(record_holder.c.state == HolderState.END_SENT.value)
    .distinct()
    .order_by(record.c.number)
    .limit(sa.bindparam("most"))
)


class CopyTables:
    """The CopyStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def holders_of(self, records: Sequence[RecordId]) -> dict[RecordId, tuple[Holder, ...]]:
        """Return the holders of those of the records that have any."""
        found: dict[RecordId, tuple[Holder, ...]] = {}
        for part in parts(records):
            for row in self._connection.execute(_HOLDERS, {"records": list(part)}):
                holder = Holder(BodyId(row.body), row.version, HolderState(row.state), row.at)
                wanted = RecordId(row.record_id)
                found[wanted] = (*found.get(wanted, ()), holder)
        return found

    def drop_holder(self, record: RecordId, body: BodyId) -> None:
        """Forget a holder that nothing ever reached."""
        here = (record_holder.c.record_number == self._number(record), record_holder.c.body == body)
        self._connection.execute(sa.delete(record_holder).where(*here))

    def ended_elsewhere(self, *, after: int, limit: int) -> tuple[tuple[int, RecordId], ...]:
        """Return number and id of our live records of which a holder's copy is ended, by number above `after`."""
        rows = self._connection.execute(_ENDED, {"after": after, "most": limit})
        return tuple((row.number, RecordId(row.record_id)) for row in rows)

    def put_onward(self, record: RecordId, onward: OnwardHolder) -> None:
        """Keep or replace what is known of an onward holder."""
        key = {"record_number": self._number(record), "forwarder": onward.forwarder, "body": onward.body}
        values = {"version": onward.version, "at": onward.at, "ending": onward.ending, "ended_at": onward.ended_at}
        replace_row(self._connection, record_onward, key, values)

    def onward(self, record: RecordId) -> tuple[OnwardHolder, ...]:
        """Return the onward holders of a record of ours, by forwarder and body."""
        query = sa.select(record_onward).where(record_onward.c.record_number == self._number(record))
        rows = self._connection.execute(query.order_by(record_onward.c.forwarder, record_onward.c.body))
        return tuple(
            OnwardHolder(BodyId(row.forwarder), BodyId(row.body), row.version, row.at, row.ending, row.ended_at)
            for row in rows
        )

    def put_end(self, record: RecordId, at: datetime) -> None:
        """Keep when a source ended our copy of a record, held or not; a later end replaces an earlier one."""
        known = self.end_of(record)
        if known is None or at > known:
            replace_row(self._connection, record_end, {"record_id": record}, {"at": at})

    def end_of(self, record: RecordId) -> datetime | None:
        """Return when a source last ended our copy of a record."""
        query = sa.select(record_end.c.at).where(record_end.c.record_id == record)
        return self._connection.execute(query).scalar()

    def _number(self, record: RecordId) -> int | None:
        return self._connection.execute(_NUMBER, {"record": record}).scalar()
