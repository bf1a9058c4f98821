"""Which live records have which files: the one table that says whether a blob is still wanted.

A row goes in the commit that withdraws or erases the record, or brings a version without the file; the chunks are erased after
it.
Source: docs/rules/records.md R24.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from entente.kernel.ids import BlobId, RecordId
from entente.storage.rows import parts
from entente.storage.schema import record, record_blob

RECORDS_OF_BLOB_MAX: Final = 100
"""Records that are looked at for one blob. A blob is sealed for one record; only a source that misuses an id names it in more."""

_DROP = sa.delete(record_blob).where(record_blob.c.record_number.in_(sa.bindparam("numbers", expanding=True)))
_HAVING = (
    sa.select(record.c.record_id)
    .where(record.c.record_id.in_(sa.bindparam("records", expanding=True)))
    .where(sa.exists(sa.select(1).select_from(record_blob).where(record_blob.c.record_number == record.c.number)))
)
_OF_BLOB = (
    sa.select(record.c.record_id)
    .join(record_blob, record_blob.c.record_number == record.c.number)
    .where(record_blob.c.blob == sa.bindparam("blob_"))
    .order_by(record.c.number)
    .limit(RECORDS_OF_BLOB_MAX)
)
_ANY = sa.select(record_blob.c.blob).limit(1)


class RecordBlobs:
    """The references of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.has_dropped = False
        """Whether a reference went, so that after the commit there may be chunks to erase."""

    def replace(self, wanted: Mapping[int, Sequence[BlobId]], *, older: Sequence[int]) -> None:
        """Set the files of records by number; `older` are the numbers that had some before, perhaps."""
        for part in parts(older):
            dropped = self._connection.execute(_DROP, {"numbers": list(part)}).rowcount
            self.has_dropped = self.has_dropped or dropped > 0
        rows = [{"record_number": number, "blob": blob} for number, blobs in wanted.items() for blob in blobs]
        if rows:
            self._connection.execute(sa.insert(record_blob), rows)

    def having(self, records: Sequence[RecordId]) -> list[RecordId]:
        """Return those of the records that have files."""
        # Most imports are of lists no record of which ever had one.
        if not records or self._connection.execute(_ANY).first() is None:
            return []
        return [
            RecordId(found)
            for part in parts(records)
            for found in self._connection.execute(_HAVING, {"records": list(part)}).scalars()
        ]

    def records_with(self, blob: BlobId) -> tuple[RecordId, ...]:
        """Return the records that have a file."""
        return tuple(RecordId(found) for found in self._connection.execute(_OF_BLOB, {"blob_": blob}).scalars())
