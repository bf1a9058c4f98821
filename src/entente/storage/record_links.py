"""Which records link to which, found from the far end.

A far end stands here by the beginning of a digest of its id, which is short and says nothing of a record that was erased; its row
goes with either end. That a record really links to it, its own links say: whoever shows it reads those.

Source: docs/rules/records.md R61.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from entente.kernel.ids import RecordId
from entente.storage.rows import insert_rows, parts, read
from entente.storage.schema import record_class, record_link

LINKED_BYTES: Final = 8
"""Of the digest: two ids of a billion have the same ones once in a score of stores, and are told apart by the links."""
CLASSES_READ_MAX: Final = 2_000
"""Rows that are read for one record: the classes of those that link to it, about 2 ms."""

_DROP = sa.delete(record_link).where(record_link.c.record_number.in_(sa.bindparam("numbers", expanding=True)))
_FORGET = sa.delete(record_link).where(record_link.c.linked == sa.bindparam("linked_"))
_LINKING: sa.Select[Any] = (
    sa.select(record_link.c.record_number, record_class.c.class_number)
    .join(record_class, record_class.c.record_number == record_link.c.record_number)
    .where(record_link.c.linked == sa.bindparam("linked_"), record_class.c.erase_on > sa.bindparam("today"))
    .order_by(record_link.c.record_number)
    .limit(CLASSES_READ_MAX)
)


class RecordLinks:
    """The links of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def replace(self, wanted: Mapping[int, Iterable[RecordId]], *, older: Sequence[int]) -> None:
        """Set the far ends of records by number; `older` are the numbers that had some before, perhaps."""
        for part in parts(older):
            self._connection.execute(_DROP, {"numbers": list(part)})
        rows = [
            {"linked": linked, "record_number": number}
            for number, ends in wanted.items()
            for linked in sorted({digest_of(end) for end in ends})
        ]
        if rows:
            insert_rows(self._connection, record_link, rows)

    def forget(self, record: RecordId) -> None:
        """Take away that anything links to a record."""
        self._connection.execute(_FORGET, {"linked_": digest_of(record)})

    def numbers(self, record: RecordId, allowed: frozenset[int], *, today: date, limit: int) -> list[int]:
        """Return the numbers of listed records with a class in the allowed set that link to a record, at most `limit`."""
        rows = read(self._connection, _LINKING, {"linked_": digest_of(record), "today": today.isoformat()})
        return list(dict.fromkeys(number for number, cls in rows if cls in allowed))[:limit]


def digest_of(record: RecordId) -> int:
    """Return what stands for a far end."""
    return int.from_bytes(hashlib.sha256(record.encode("utf-8")).digest()[:LINKED_BYTES]) >> 1
