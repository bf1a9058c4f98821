"""What records needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from entente.disclosure.ports import DisclosureUnit
from entente.kernel.ids import BodyId, KeyId, RecordId
from entente.kernel.statement import Statement
from entente.records.model import ChangedRecord, Fragment, Gap, Holder, Record, StoredRecord


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """One version to keep."""

    record: Record
    statement: Statement
    class_numbers: tuple[int, ...]
    received_from: BodyId | None
    received_at: datetime
    change_sequence: int
    digest: bytes
    """SHA-256 over the content without version and time: an equal one is not a new version."""
    fragment: Fragment | None


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and where the next part begins (None at the end)."""

    records: tuple[StoredRecord, ...]
    next_after: int | None
    gaps: tuple[Gap, ...] = ()


class RecordStore(Protocol):
    """Records by id, number and class."""

    def get(self, record: RecordId) -> StoredRecord | None:
        """Return the newest version held, withdrawn ones included."""

    def get_many(self, numbers: Sequence[int]) -> tuple[StoredRecord, ...]:
        """Return records by number, in the order asked; absent ones are left out."""

    def digests(self, records: Sequence[RecordId]) -> dict[RecordId, tuple[int, bytes, datetime | None]]:
        """Return version, content digest and withdrawal of those held, for an import to compare with."""

    def put_many(self, writes: Sequence[RecordWrite]) -> None:
        """Keep versions; each replaces the older one under the same number. Durable at commit."""

    def set_withdrawn(self, record: RecordId, at: datetime, change_sequence: int) -> None:
        """Mark a record withdrawn; it leaves every list, count and index."""

    def copies_signed_by(self, source: BodyId, key: KeyId, since: datetime) -> tuple[RecordId, ...]:
        """Return the copies of a source's records that are on the lists, signed by this key, and came here since then."""

    def set_doubted(self, records: Sequence[RecordId], at: datetime, change_sequence: int) -> None:
        """Mark copies in doubt; each leaves every list, count and index until `put_many` brings a version again."""

    def given(self, *, after: int, limit: int) -> tuple[StoredRecord, ...]:
        """Return records of which other bodies were given copies, by number above `after`, at most `limit`."""

    def reissued(self, version: int) -> int:
        """Return up to which record number copies were issued anew under a key version of ours; 0 before the first."""

    def put_reissued(self, version: int, number: int) -> None:
        """Keep up to which record number copies were issued anew under a key version of ours."""

    def put_withdrawal(self, record: RecordId, statement: Statement) -> None:
        """Keep a withdrawal, of a record not held too: it beats any version that arrives later."""

    def withdrawal(self, record: RecordId) -> Statement | None:
        """Return the withdrawal of a record, held or not."""

    def page(self, allowed: frozenset[int], *, today: date, after: int, limit: int, kind: str = "") -> Page:
        """Return records by number above `after`, at most `limit`.

        Each has at least one class in the allowed set, is not withdrawn, and is within its retention.
        """

    def count(self, allowed: frozenset[int], *, today: date, kind: str = "") -> int:
        """Count what `page` would list in all."""

    def changed_since(self, sequence: int, limit: int) -> tuple[ChangedRecord | StoredRecord, ...]:
        """Return records with a change_sequence above `sequence`, ordered by it, withdrawn ones included.

        All records of the last change are returned, even past `limit`, so that a follower passes none over.
        """

    def fragment(self, record: RecordId) -> Fragment | None:
        """Return the original fragment; kept at the source's own node only."""

    def holders(self, record: RecordId) -> tuple[Holder, ...]:
        """Return the bodies that were sent a copy of our record."""

    def put_holder(self, record: RecordId, holder: Holder) -> None:
        """Keep that a body was sent a copy; a later state replaces the earlier."""


class RecordsUnit(DisclosureUnit, Protocol):
    """A unit of work with the records."""

    @property
    def records(self) -> RecordStore:
        """The records."""
