"""The table of the blobs whose chunks are on this node's disk; the chunks themselves are files (storage.blob_files).

A row is made in the same commit as what needs it: for a blob of our own after its file is durable, for another body's before
its first chunk is asked for. So no row of ours lacks its file, and a file that no row knows is what a crash left.
Source: records.ports.BlobStore; docs/rules/records.md R24.
"""

from __future__ import annotations

import sqlalchemy as sa

from entente.kernel.ids import BlobId
from entente.records.ports import HeldBlob
from entente.storage.rows import replace_row
from entente.storage.schema import blob_file, message_blob, record_blob

_UNREFERENCED = sa.select(blob_file.c.blob).where(
    *(
        ~sa.exists(sa.select(1).select_from(having).where(having.c.blob == blob_file.c.blob))
        for having in (record_blob, message_blob)
    )
)


class BlobTables:
    """The BlobStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, blob: BlobId) -> HeldBlob | None:
        """Return what is known of a blob."""
        row = self._connection.execute(sa.select(blob_file).where(blob_file.c.blob == blob)).one_or_none()
        return None if row is None else HeldBlob(BlobId(row.blob), row.size, row.is_whole)

    def put(self, held: HeldBlob) -> None:
        """Keep that a blob's chunks are here, or are coming; replaces what was known."""
        values = {"size": held.size, "is_whole": held.is_whole}
        replace_row(self._connection, blob_file, {"blob": held.blob}, values)

    def bytes_held(self) -> int:
        """Return the plain bytes of all blobs that are here or coming."""
        return int(self._connection.execute(sa.select(sa.func.sum(blob_file.c.size))).scalar() or 0)

    def forget_unreferenced(self) -> tuple[BlobId, ...]:
        """Forget the blobs that no record and no message has any more, and return them."""
        gone = tuple(BlobId(blob) for blob in self._connection.execute(_UNREFERENCED).scalars())
        if gone:
            forget = sa.delete(blob_file).where(blob_file.c.blob == sa.bindparam("blob_"))
            self._connection.execute(forget, [{"blob_": blob} for blob in gone])
        return gone

    def known(self) -> frozenset[BlobId]:
        """Return every blob that is known here."""
        return frozenset(BlobId(blob) for blob in self._connection.execute(sa.select(blob_file.c.blob)).scalars())
