"""What the links of a record need from its store, apart from the rest of it (ports)."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from entente.kernel.ids import RecordId
from entente.records.model import StoredRecord


class LinkedStore(Protocol):
    """Records found by what they link to."""

    def linking(
        self, record: RecordId, allowed: frozenset[int], *, today: date, limit: int
    ) -> tuple[StoredRecord, ...]:
        """Return records that link to a record, by number, at most `limit`.

        Each has at least one class in the allowed set, is not withdrawn, and is within its retention. Of a record to which very
        many link not all may be looked at. What the link itself says, and under which class, the record says.
        """
