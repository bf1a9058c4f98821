"""What records needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from entente.disclosure.ports import DisclosureUnit
from entente.handling.model import ErasureGround
from entente.kernel.blob import Manifest
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BlobId, BodyId, InstrumentId, KeyId, RecordId, StatementId
from entente.kernel.ports import AheadUnit, StateUnit, WaitingUnit
from entente.kernel.statement import Statement
from entente.records.linked_port import LinkedStore
from entente.records.listed import Listed
from entente.records.model import (
    ChangedFacts,
    ChangedRecord,
    Fragment,
    Gap,
    Holder,
    KeptTombstone,
    OnwardHolder,
    Record,
    Reentry,
    ReentryHow,
    StoredRecord,
    Tombstone,
)
from entente.records.written import WrittenAhead


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
    written: WrittenAhead | None = None
    """Of this very record and fragment, where it was written already."""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and where the next part begins (None at the end)."""

    records: tuple[StoredRecord, ...]
    next_after: int | None
    gaps: tuple[Gap, ...] = ()


class RecordStore(LinkedStore, Protocol):
    """Records by id, number and class."""

    def get(self, record: RecordId) -> StoredRecord | None:
        """Return the newest version held, withdrawn ones included."""

    def earlier(self, record: RecordId) -> tuple[StoredRecord, ...]:
        """Return the earlier versions of a record of ours that are still here, oldest first; of a copy there is none."""

    def get_many(self, numbers: Sequence[int]) -> tuple[StoredRecord, ...]:
        """Return records by number, in the order asked; absent ones are left out."""

    def contents(self, numbers: Sequence[int]) -> tuple[ChangedRecord | StoredRecord, ...]:
        """Return what a search compares of records, as `get_many`: the signed bytes are checked, and not read."""

    def sequences(self, numbers: Sequence[int]) -> dict[int, int]:
        """Return the change sequence of those held, by number."""

    def last_change(self) -> int:
        """Return the highest change sequence of any record held; 0 where there is none."""

    def digests(self, records: Sequence[RecordId]) -> dict[RecordId, tuple[int, bytes]]:
        """Return version and content digest of those held, for an import to compare with."""

    def withdrawn(self, records: Sequence[RecordId]) -> frozenset[RecordId]:
        """Return those of which a withdrawal is kept, held or not."""

    def put_many(self, writes: Sequence[RecordWrite]) -> None:
        """Keep versions; each replaces the older one under the same number. Durable at commit."""

    def set_withdrawn(self, record: RecordId, at: datetime, change_sequence: int) -> None:
        """Mark a record withdrawn; it leaves every list, count and index."""

    def copies_signed_by(self, source: BodyId, key: KeyId, since: datetime) -> tuple[RecordId, ...]:
        """Return the copies of a source's records that are on the lists, signed by this key, and came here since then."""

    def set_doubted(self, records: Sequence[RecordId], at: datetime, change_sequence: int) -> None:
        """Mark copies in doubt; each leaves every list, count and index until `put_many` brings a version again."""

    def set_ended(self, record: RecordId, at: datetime, change_sequence: int) -> None:
        """Mark a copy ended by its source; it leaves every list, count and index until `put_many` brings a version again."""

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
        """Return at most `limit` records numbered above `after`: with a class in the allowed set, not withdrawn, in term."""

    def count(self, allowed: frozenset[int], *, today: date, kind: str = "") -> int:
        """Count what `page` would list in all."""

    def changed_since(self, sequence: int, limit: int) -> tuple[ChangedRecord | StoredRecord, ...]:
        """Return records with a change_sequence above `sequence`, ordered by it, withdrawn ones included.

        All records of the last change are returned, even past `limit`, so that a follower passes none over.
        """

    def count_changed(self, sequence: int) -> int:
        """Count the records with a change_sequence above `sequence`, withdrawn ones included."""

    def facts_since(self, sequence: int, limit: int, properties: frozenset[str]) -> tuple[ChangedFacts, ...]:
        """Return of the records that `changed_since` returns only the facts of some properties, seven times as quickly."""

    def fragment(self, record: RecordId) -> Fragment | None:
        """Return the original fragment; kept at the source's own node only."""

    def holders(self, record: RecordId) -> tuple[Holder, ...]:
        """Return the bodies that were sent a copy of our record."""

    def put_holder(self, record: RecordId, holder: Holder) -> None:
        """Keep that a body was sent a copy; a later state replaces the earlier."""

    def with_blobs(self, records: Sequence[RecordId]) -> dict[RecordId, Record]:
        """Return those of the records that have files, as they are held."""

    def records_with(self, blob: BlobId) -> tuple[RecordId, ...]:
        """Return the records that have a file, ours and copies, at most 100; none that is withdrawn or erased."""


@dataclass(frozen=True, slots=True)
class HeldBlob:
    """What the store knows of a blob's chunks on this node's disk."""

    blob: BlobId
    size: int
    is_whole: bool
    """False while it is being fetched; the chunks that came are kept."""


class BlobStore(Protocol):
    """Which blobs' chunks are on this node's disk. Durable at commit, like everything in a unit of work."""

    def get(self, blob: BlobId) -> HeldBlob | None:
        """Return what is known of a blob; None when none of its chunks should be here."""

    def put(self, held: HeldBlob) -> None:
        """Keep that a blob's chunks are here, or are coming; replaces what was known."""

    def bytes_held(self) -> int:
        """Return the plain bytes of all blobs that are here or coming."""

    def forget_unreferenced(self) -> tuple[BlobId, ...]:
        """Forget the blobs that no record and no message has, and return them: their chunks are erased after the commit."""

    def known(self) -> frozenset[BlobId]:
        """Return every blob that is known here."""


class NewBlob(Protocol):
    """A blob that is being sealed; it is gone, unless kept."""

    def add(self, sealed: bytes) -> None:
        """Write the next sealed chunk."""

    def keep(self, manifest: Manifest) -> None:
        """Keep the blob under its id, durable when this returns."""


class BlobFiles(Protocol):
    """Sealed chunks on the node's disk, by blob. Safe from several threads.

    No key is ever here. Each call raises Unavailable when the disk fails or is full; what was there stays.
    """

    def new(self) -> AbstractContextManager[NewBlob]:
        """Begin a blob of our own; leaving the context without `keep` leaves nothing."""

    def begin(self, blob: BlobId, manifest: bytes) -> None:
        """Make ready to take in the chunks of another body's blob; what came before stays."""

    def manifest(self, blob: BlobId) -> bytes | None:
        """Return the bytes of a blob's manifest as they were kept; None when there is none."""

    def chunks(self, blob: BlobId) -> int:
        """Return how many chunks are here, in order from the first; what a crash left half-written does not count."""

    def chunk(self, blob: BlobId, index: int) -> bytes | None:
        """Return a sealed chunk as it is on the disk; None when it is not here."""

    def append(self, blob: BlobId, index: int, sealed: bytes) -> bool:
        """Write the chunk with this number after those before it; False when the blob was erased meanwhile."""

    def finish(self, blob: BlobId) -> bool:
        """Make every chunk durable; False when the blob was erased meanwhile."""

    def erase(self, blob: BlobId) -> None:
        """Overwrite and remove a blob's chunks and its manifest. One that is not here is erased already."""

    def erase_others(self, known: frozenset[BlobId]) -> int:
        """Erase every blob but these, and what a crash left of one that was begun; return how many."""


class PlainFile(Protocol):
    """A file an officer attaches, read once."""

    @property
    def name(self) -> str:
        """Its name, without its folder."""

    @property
    def size(self) -> int:
        """How many bytes it had when it was opened."""

    def chunks(self, chunk_bytes: int) -> Iterator[bytes]:
        """Give its bytes in order, so many at a time, the last ones fewer; raise Invalid when it cannot be read."""


Call = Callable[[BodyId, Statement, InstrumentId], tuple[Statement, ...]]
"""Asks another node one statement under an instrument, and returns what it answers; envelopes are checked on both sides (X27).

Raises NotFound when the other side answers that there is nothing, Refused or Invalid as it says, Unavailable when it does not
answer, Untrusted when its envelope does not prove itself."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The rows of other tables that name some records, by table, looked up before they are changed."""

    rows: Mapping[str, tuple[int, ...]]
    up_to: Mapping[str, int]
    """The last row of each table that was looked at; later ones are looked at when they are changed."""


class ErasureStore(Protocol):
    """Erasing records, what is left of them, and noticing when they come again (docs/rules/records.md R10 to R14)."""

    def stand_in(self, record: RecordId) -> RecordId:
        """Return what stands for a record once it is erased; of a stand-in itself, the same."""

    def tombstone(self, record: RecordId) -> Tombstone | None:
        """Return the tombstone of a record, by its id or its stand-in; None when it was not erased here."""

    def erased(self, records: Collection[RecordId]) -> frozenset[RecordId]:
        """Return those of the records that were erased here."""

    def remove(self, record: RecordId) -> int:
        """Delete a record with all that hangs on it, and return its short number; 0 for one not held.

        Row, lists, counts, signed bytes with their salts, fragment, holders, withdrawal, leaves. Its id is left in other
        rows until `forget`, which finds it by a queue of its own.
        """

    def put_tombstone(
        self,
        tombstone: Tombstone,
        keys: Collection[str],
        holders: Sequence[Holder],
        onward: Sequence[OnwardHolder] = (),
    ) -> None:
        """Keep a tombstone with keyed digests of the keys, who had been told, and onward holders; one record has one."""

    def set_told(self, record: RecordId, statement: StatementId, holders: Sequence[Holder]) -> None:
        """Keep by which statement its source erased a record that was erased here before, and whom it was passed on to."""

    def told_by(self, statement: StatementId) -> Tombstone | None:
        """Return the tombstone of the record that a statement erased."""

    def put_onward(self, record: RecordId, onward: OnwardHolder) -> None:
        """Keep or replace what is known of an onward holder of an erased record."""

    def onward(self, record: RecordId) -> tuple[OnwardHolder, ...]:
        """Return the onward holders of an erased record, by forwarder and body."""

    def forget_again(self, record: RecordId) -> None:
        """Have the id of an erased record put out once more: something that names it came after it was forgotten."""

    def tombstones(self, after: int, limit: int) -> tuple[Tombstone, ...]:
        """Return tombstones with a sequence above `after`, in order."""

    def last_tombstone(self) -> int:
        """Return the highest sequence of any tombstone; 0 where there is none."""

    def kept(self, made: Tombstone) -> KeptTombstone:
        """Return a tombstone with all that is kept with it."""

    def put_kept(self, kept: KeptTombstone) -> None:
        """Keep a tombstone that a file has, with its keys as they are."""

    def held_as(self, stand_ins: Collection[RecordId]) -> dict[RecordId, RecordId]:
        """Return the records held here that these stand-ins stand for; reads every id, so it is asked of a view."""

    def source_key(self, source: str) -> bytes:
        """Return the key that this node's stand-ins of a source's records are made under; it opens no other source's."""

    def held_under(self, source: BodyId, key: bytes, stand_ins: Collection[RecordId]) -> dict[RecordId, RecordId]:
        """Return the records of a source held here that another node's stand-ins stand for, under its key.

        Reads every id of the source, so it is asked of a view.
        """

    def keep_words(self, peer: BodyId) -> None:
        """Keep now the erasures that a body brought here and that were not yet put out of what they came in.

        What it was told and lost since stands in its queue whole, and is sent again (docs/rules/exchange.md X33).
        """

    def words_since(self, peer: BodyId, since: datetime, after: int, limit: int) -> tuple[tuple[int, JsonObject], ...]:
        """Return the kept erasures that a body brought here or was told since a moment, with a number above `after`, in order.

        Each as for the wire, with the stand-in where the record's id stood: the id itself is nowhere any more.
        """

    def holders(self, record: RecordId) -> tuple[Holder, ...]:
        """Return whom the erasure of a record was told, by its id or its stand-in."""

    def due(self, today: date, limit: int) -> tuple[tuple[RecordId, ErasureGround], ...]:
        """Return records past their retention, then copies that their source withdrew, at most `limit`."""

    def to_forget(self, limit: int) -> tuple[RecordId, ...]:
        """Return erased records whose id still stands in other rows."""

    def mentions(self, records: Sequence[RecordId]) -> Mentions:
        """Find the rows that name these records; reads whole tables, so it is asked of a view."""

    def forget(self, records: Sequence[RecordId], found: Mentions) -> tuple[tuple[int, str], ...]:
        """Put each record's stand-in where its id stood; statements of it that were delivered lose their document.

        Returns the rows of the trail that were changed, each with the hash of what it holds now (T14).
        """

    def settled(self) -> tuple[int, ...]:
        """Return statements in the outbox that name an erased record and need no longer wait to be emptied."""

    def sweep(self, statements: Sequence[int]) -> None:
        """Empty those statements."""

    def matching(self, keys: Collection[str]) -> tuple[tuple[str, RecordId], ...]:
        """Return those of the keys that identified an erased record, each with its stand-in."""

    def has_keys(self) -> bool:
        """Say whether any tombstone has keys: where none has, nothing is worked out for a new record."""

    def linking_to(self, record: RecordId, classes: frozenset[int]) -> tuple[RecordId, ...]:
        """Return our own records with a fact of one of the classes that link to a record."""

    def not_compacted(self) -> int:
        """Return how many records were erased since the store was last written anew."""

    def put_reentry(self, record: RecordId, how: ReentryHow, sequence: int, at: datetime) -> None:
        """Keep that an erased record came again; of one refused again and again, only how often."""

    def reentries(self, limit: int) -> tuple[Reentry, ...]:
        """Return what was noticed, newest first."""


class CopyStore(Protocol):
    """Who holds copies of ours, directly and onward, and which copies of others' were ended by their source."""

    def holders_of(self, records: Sequence[RecordId]) -> dict[RecordId, tuple[Holder, ...]]:
        """Return the holders of those of the records that have any."""

    def drop_holder(self, record: RecordId, body: BodyId) -> None:
        """Forget a holder that nothing ever reached."""

    def ended_elsewhere(self, *, after: int, limit: int) -> tuple[tuple[int, RecordId], ...]:
        """Return number and id of our live records of which a holder's copy is ended, by number above `after`."""

    def put_onward(self, record: RecordId, onward: OnwardHolder) -> None:
        """Keep or replace what is known of an onward holder of a record of ours."""

    def onward(self, record: RecordId) -> tuple[OnwardHolder, ...]:
        """Return the onward holders of a record of ours."""

    def put_end(self, record: RecordId, at: datetime) -> None:
        """Keep when a source ended our copy of a record, held or not; a later end replaces an earlier one."""

    def end_of(self, record: RecordId) -> datetime | None:
        """Return when a source last ended our copy of a record; None when it never did."""


class NamedListStore(Protocol):
    """On which list of ours records stand, by entry (R48). Durable at commit; a row goes with its record's erasure."""

    def of_entries(self, name: str, entries: Sequence[str]) -> tuple[Listed, ...]:
        """Return every record that stood under one of these entries of a list, gone ones included, in their order."""

    def of_records(self, records: Sequence[RecordId]) -> tuple[Listed, ...]:
        """Return on which list those of the records stand that stand on one."""

    def enter(self, name: str, entries: Mapping[RecordId, str]) -> None:
        """Put records of ours that are held and not withdrawn on a list, each under its entry."""

    def count(self, name: str, today: date) -> int:
        """Count the records that stand on a list, live ones alone."""

    def page(self, name: str, *, today: date, after: int, limit: int) -> tuple[tuple[int, RecordId, str], ...]:
        """Return number, id and entry of the live records on a list, by number above `after`, at most `limit`."""

    def set_delisted(self, wanted: RecordId, at: datetime) -> None:
        """Mark a record as gone from its list."""


class RecordsUnit(DisclosureUnit, StateUnit, AheadUnit, WaitingUnit, Protocol):
    """A unit of work with the records."""

    @property
    def copies(self) -> CopyStore:
        """Who holds copies, and which were ended."""

    @property
    def erasures(self) -> ErasureStore:
        """What was erased."""

    @property
    def records(self) -> RecordStore:
        """The records."""

    @property
    def blobs(self) -> BlobStore:
        """Which files' chunks are here."""

    @property
    def named_lists(self) -> NamedListStore:
        """On which lists of ours records stand."""
