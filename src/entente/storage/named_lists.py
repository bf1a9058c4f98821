"""Which list of ours a record was imported from, under which entry, and which of them are gone from it.

A row goes with its record (storage.erasure). Source: docs/rules/records.md R48; records.ports.NamedListStore.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from entente.kernel.ids import RecordId
from entente.records.listed import Listed
from entente.storage.rows import insert_rows, parts
from entente.storage.schema import list_entry, record

_LISTED = sa.select(record.c.record_id, list_entry.c.list, list_entry.c.entry, list_entry.c.delisted_at).join(
    record, record.c.number == list_entry.c.record_number
)
_OF_ENTRIES = _LISTED.where(
    list_entry.c.list == sa.bindparam("list_"), list_entry.c.entry.in_(sa.bindparam("entries", expanding=True))
).order_by(list_entry.c.record_number)
_OF_RECORDS = _LISTED.where(record.c.record_id.in_(sa.bindparam("records", expanding=True)))
_NUMBERS = sa.select(record.c.number, record.c.record_id).where(
    record.c.record_id.in_(sa.bindparam("records", expanding=True)),
    record.c.withdrawn_at.is_(None),
    record.c.received_from.is_(None),
)
_LIVE = (
    list_entry.c.list == sa.bindparam("list_"),
    list_entry.c.delisted_at.is_(None),
    record.c.withdrawn_at.is_(None),
    record.c.erase_on > sa.bindparam("today"),
)
_COUNT_LIVE = (
    sa.select(sa.func.count())
    .select_from(list_entry)
    .join(record, record.c.number == list_entry.c.record_number)
    .where(*_LIVE)
)
_LIVE_AFTER = (
    sa.select(list_entry.c.record_number, record.c.record_id, list_entry.c.entry)
    .join(record, record.c.number == list_entry.c.record_number)
    .where(*_LIVE, list_entry.c.record_number > sa.bindparam("after"))
    .order_by(list_entry.c.record_number)
    .limit(sa.bindparam("most"))
)
_NUMBER = sa.select(record.c.number).where(record.c.record_id == sa.bindparam("record"))


class NamedListTables:
    """The NamedListStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_entries(self, name: str, entries: Sequence[str]) -> tuple[Listed, ...]:
        """Return every record that stood under one of these entries of a list, gone ones included, in their order."""
        return tuple(
            _listed(row)
            for part in parts(entries)
            for row in self._connection.execute(_OF_ENTRIES, {"list_": name, "entries": list(part)})
        )

    def of_records(self, records: Sequence[RecordId]) -> tuple[Listed, ...]:
        """Return on which list those of the records stand that stand on one."""
        return tuple(
            _listed(row)
            for part in parts(records)
            for row in self._connection.execute(_OF_RECORDS, {"records": list(part)})
        )

    def enter(self, name: str, entries: Mapping[RecordId, str]) -> None:
        """Put records of ours that are held and not withdrawn on a list, each under its entry."""
        for part in parts(list(entries)):
            rows = [
                {
                    "record_number": row.number,
                    "list": name,
                    "entry": entries[RecordId(row.record_id)],
                    "delisted_at": None,
                }
                for row in self._connection.execute(_NUMBERS, {"records": list(part)})
            ]
            if rows:
                insert_rows(self._connection, list_entry, rows)

    def count(self, name: str, today: date) -> int:
        """Count the records that stand on a list, live ones alone."""
        values = {"list_": name, "today": today.isoformat()}
        return int(self._connection.execute(_COUNT_LIVE, values).scalar_one())

    def page(self, name: str, *, today: date, after: int, limit: int) -> tuple[tuple[int, RecordId, str], ...]:
        """Return number, id and entry of the live records on a list, by number above `after`, at most `limit`."""
        values = {"list_": name, "today": today.isoformat(), "after": after, "most": limit}
        rows = self._connection.execute(_LIVE_AFTER, values)
        return tuple((row.record_number, RecordId(row.record_id), row.entry) for row in rows)

    def set_delisted(self, wanted: RecordId, at: datetime) -> None:
        """Mark a record as gone from its list."""
        number = self._connection.execute(_NUMBER, {"record": wanted}).scalar_one()
        change = sa.update(list_entry).where(list_entry.c.record_number == number).values(delisted_at=at)
        self._connection.execute(change)


def _listed(row: Any) -> Listed:  # noqa: ANN401 - a row of the columns above
    return Listed(RecordId(row.record_id), row.list, row.entry, row.delisted_at)
