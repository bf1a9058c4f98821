"""The tables of records: one row a record, always its newest version, with its lists, fragment and holders.

`record_rows` writes and reads a row, `record_pages` lists and counts, `record_versions` keeps what our own said before. Which
version may replace which, and that a withdrawal beats any version, the room decides; a withdrawn record that is written again
stays off every list.
Source: docs/rules/records.md; records.ports.RecordStore.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from entente.kernel.ids import BlobId, BodyId, KeyId, RecordId
from entente.kernel.statement import Statement
from entente.records.model import ChangedFacts, ChangedRecord, Fragment, Holder, HolderState, Record, StoredRecord
from entente.records.ports import Page, RecordWrite
from entente.records.written import WrittenAhead
from entente.storage.classes import ClassTables
from entente.storage.item_news import say_withdrawn
from entente.storage.record_blobs import RecordBlobs
from entente.storage.record_facts import count_changed, facts_since
from entente.storage.record_forms import compressed
from entente.storage.record_links import RecordLinks
from entente.storage.record_pages import ClassKey, RecordPages, class_key, is_listed
from entente.storage.record_rows import changed_record, content_record, stored_record, values_of
from entente.storage.record_signers import copies_signed_by
from entente.storage.record_versions import RecordVersions
from entente.storage.rows import (
    add_row_once,
    add_to_counter,
    among,
    insert_rows,
    json_text,
    read_among,
    read_counter,
    read_one,
    replace_row,
    statement_of,
)
from entente.storage.schema import record, record_fragment, record_holder, record_withdrawal
from entente.storage.tombstones import TombstoneTables

_NUMBERS = "record numbers"
_REISSUED = "records issued anew under keys {}"

_BY_ID = sa.select(record).where(record.c.record_id == sa.bindparam("record"))
_LAST_CHANGE = sa.select(sa.func.max(record.c.change_sequence).label("last"))
# The signed bytes stay where they are: the index holds nothing of them, and whoever shows a record reads and checks them.
_CHANGED = (
    sa.select(*(column for column in record.columns if column.name not in {"signed", "signatures", "statement_hash"}))
    .where(record.c.change_sequence > sa.bindparam("after"))
    .order_by(record.c.change_sequence, record.c.number)
)
_NUMBER = sa.select(record.c.number).where(record.c.record_id == sa.bindparam("record"))
_UPDATE = (
    sa.update(record)
    .where(record.c.number == sa.bindparam("number_"))
    .values(
        {
            column.name: sa.bindparam(column.name)
            for column in record.columns
            if column.name not in {"number", "record_id", "withdrawn_at"}
        }
    )
)
_WITHDRAW = (
    sa.update(record)
    .where(record.c.number == sa.bindparam("number_"))
    .values(withdrawn_at=sa.bindparam("withdrawn_at"), change_sequence=sa.bindparam("change_sequence"))
)
_GIVEN = (
    sa.select(record_holder.c.record_number)
    .where(record_holder.c.record_number > sa.bindparam("after"), record_holder.c.state == HolderState.SENT.value)
    .distinct()
    .order_by(record_holder.c.record_number)
    .limit(sa.bindparam("most"))
)
_DOUBT = (
    sa.update(record)
    .where(record.c.number == sa.bindparam("number_"))
    .values(doubted_at=sa.bindparam("doubted_at"), change_sequence=sa.bindparam("change_sequence"))
)
_END = (
    sa.update(record)
    .where(record.c.number == sa.bindparam("number_"))
    .values(ended_at=sa.bindparam("ended_at"), change_sequence=sa.bindparam("change_sequence"))
)

# Made once: an import that is shared writes one for each record and recipient.
_HOLDER_SET = (
    sa.update(record_holder)
    .where(record_holder.c.record_number == sa.bindparam("number_"), record_holder.c.body == sa.bindparam("body_"))
    .values(version=sa.bindparam("version"), state=sa.bindparam("state"), at=sa.bindparam("at"))
)
_HOLDER_ADD = sa.insert(record_holder)


@functools.lru_cache
def _known_of(count: int) -> sa.Select[Any]:
    found = ("record_id", "number", "version", "class_numbers", "erase_on", "withdrawn_at", "doubted_at", "ended_at")
    return sa.select(*(record.c[name] for name in found)).where(among(record.c.record_id, count))


@functools.lru_cache
def _digests_of(count: int) -> sa.Select[Any]:
    return sa.select(record.c.record_id, record.c.version, record.c.digest).where(among(record.c.record_id, count))


@functools.lru_cache
def _withdrawn_of(count: int) -> sa.Select[Any]:
    return sa.select(record_withdrawal.c.record_id).where(among(record_withdrawal.c.record_id, count))


@functools.lru_cache
def _contents_of(count: int) -> sa.Select[Any]:
    # How it came here and who signed it nobody compares; that the signed bytes are whole is checked.
    left_out = {"received_from", "received_at", "digest", "signatures"}
    return sa.select(*(column for column in record.columns if column.name not in left_out)).where(
        among(record.c.number, count)
    )


@functools.lru_cache
def _whole_of(count: int) -> sa.Select[Any]:
    return sa.select(record).where(among(record.c.number, count))


@functools.lru_cache
def _sequences_of(count: int) -> sa.Select[Any]:
    return sa.select(record.c.number, record.c.change_sequence).where(among(record.c.number, count))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of a record already: its number, the key of its lists, and whether it is on them."""

    number: int
    version: int
    key: ClassKey
    is_listed: bool
    is_withdrawn: bool


class RecordTables:
    """The RecordStore of one transaction."""

    def __init__(
        self, connection: sa.Connection, classes: ClassTables, tombstones: Callable[[], TombstoneTables]
    ) -> None:
        self._connection = connection
        self._classes = classes
        self._pages = RecordPages(connection)
        self.files = RecordBlobs(connection)
        self._links = RecordLinks(connection)
        self._versions = RecordVersions(connection, tombstones)
        self._absent: set[RecordId] = set()
        """Records of which this transaction has read that they are not held: an import asks, and then keeps them."""

    def get(self, record: RecordId) -> StoredRecord | None:
        """Return the newest version held, withdrawn ones included."""
        row = read_one(self._connection, _BY_ID, {"record": record})
        return None if row is None else self._stored(row)

    def earlier(self, record: RecordId) -> tuple[StoredRecord, ...]:
        """Return the earlier versions of a record of ours that are still here, oldest first."""
        return tuple(self._stored(row) for row in self._versions.of(record))

    def get_many(self, numbers: Sequence[int]) -> tuple[StoredRecord, ...]:
        """Return records by number, in the order asked; absent ones are left out."""
        found = {row.number: row for row in read_among(self._connection, _whole_of, numbers)}
        return tuple(self._stored(found[number]) for number in numbers if number in found)

    def contents(self, numbers: Sequence[int]) -> tuple[ChangedRecord, ...]:
        """Return what a search compares of records, by number, in the order asked; absent ones are left out."""
        found = {row.number: row for row in read_among(self._connection, _contents_of, numbers)}
        by_number = self._classes.by_number
        return tuple([content_record(found[number], by_number) for number in numbers if number in found])

    def sequences(self, numbers: Sequence[int]) -> dict[int, int]:
        """Return the change sequence of those held."""
        return {row.number: row.change_sequence for row in read_among(self._connection, _sequences_of, numbers)}

    def last_change(self) -> int:
        """Return the highest change sequence of any record; 0 where there is none."""
        return read_one(self._connection, _LAST_CHANGE).last or 0

    def digests(self, records: Sequence[RecordId]) -> dict[RecordId, tuple[int, bytes]]:
        """Return version and content digest of those held."""
        rows = read_among(self._connection, _digests_of, records)
        found = {RecordId(row.record_id): (row.version, row.digest) for row in rows}
        self._absent.update(record for record in records if record not in found)
        return found

    def withdrawn(self, records: Sequence[RecordId]) -> frozenset[RecordId]:
        """Return those of which a withdrawal is kept, held or not."""
        return frozenset(RecordId(row.record_id) for row in read_among(self._connection, _withdrawn_of, records))

    def put_many(self, writes: Sequence[RecordWrite]) -> None:
        """Keep versions; each replaces the older one under the same number. Of two of one record the later counts."""
        newest = {write.record.id: write for write in writes}
        known = self._known([record_id for record_id in newest if record_id not in self._absent])
        self._absent.difference_update(newest)
        self._pages.leave({item.number: item.key for item in known.values() if item.is_listed})
        new = [write for write in newest.values() if write.record.id not in known]
        numbers = self._new_numbers(new)
        if new:
            rows = [values_of(write, numbers[write.record.id]) for write in new]
            insert_rows(self._connection, _RECORDS, rows)
        changed = [write for write in newest.values() if write.record.id in known]
        if changed:
            self._versions.keep({known[write.record.id].number: known[write.record.id].version for write in changed})
            self._connection.execute(_UPDATE, [_changes(write, known[write.record.id].number) for write in changed])
        numbers.update((record_id, item.number) for record_id, item in known.items())
        # A withdrawal beats any version: what was withdrawn before stays off the lists. What was in doubt is on them again.
        live = {
            numbers[record_id]: write
            for record_id, write in newest.items()
            if record_id not in known or not known[record_id].is_withdrawn
        }
        self._pages.enter({number: _key(write) for number, write in live.items()})
        self.files.replace(
            {number: [blob.id for blob in write.record.blobs] for number, write in live.items()},
            older=[item.number for item in known.values()],
        )
        self._links.replace(
            {
                numbers[one]: [link.to for link in write.record.links]
                for one, write in newest.items()
                if write.record.links
            },
            older=[item.number for item in known.values()],
        )
        self._put_fragments(newest.values(), numbers, known)

    def set_withdrawn(self, record: RecordId, at: datetime, change_sequence: int) -> None:
        """Mark a record withdrawn; it leaves every list and count. One not held is a programming error."""
        held = self._known([record])
        assert record in held, "only a record that is held is withdrawn"
        item = held[record]
        if item.is_listed:
            self._pages.leave({item.number: item.key})
        self.files.replace({}, older=[item.number])
        values = {"number_": item.number, "withdrawn_at": at, "change_sequence": change_sequence}
        self._connection.execute(_WITHDRAW, values)

    def copies_signed_by(self, source: BodyId, key: KeyId, since: datetime) -> tuple[RecordId, ...]:
        """Return the listed copies of a source that this key signed and that came here since then, by number."""
        return copies_signed_by(self._connection, self._classes.classes(), source, key, since)

    def set_doubted(self, records: Sequence[RecordId], at: datetime, change_sequence: int) -> None:
        """Mark copies in doubt; each leaves every list and count."""
        held = self._known(records)
        assert len(held) == len(set(records)), "only copies that are held are in doubt"
        self._pages.leave({item.number: item.key for item in held.values() if item.is_listed})
        values = [
            {"number_": item.number, "doubted_at": at, "change_sequence": change_sequence} for item in held.values()
        ]
        if values:
            self._connection.execute(_DOUBT, values)

    def given(self, *, after: int, limit: int) -> tuple[StoredRecord, ...]:
        """Return records of which other bodies were given copies, by number above `after`."""
        numbers = self._connection.execute(_GIVEN, {"after": after, "most": limit}).scalars()
        return self.get_many(list(numbers))

    def reissued(self, version: int) -> int:
        """Return up to which record number copies were issued anew under a key version of ours."""
        return read_counter(self._connection, _REISSUED.format(version))

    def put_reissued(self, version: int, number: int) -> None:
        """Keep up to which record number copies were issued anew under a key version of ours."""
        add_to_counter(self._connection, _REISSUED.format(version), number - self.reissued(version))

    def set_ended(self, record: RecordId, at: datetime, change_sequence: int) -> None:
        """Mark a copy ended by its source; it leaves every list and count."""
        (item,) = self._known([record]).values()
        if item.is_listed:
            self._pages.leave({item.number: item.key})
        values = {"number_": item.number, "ended_at": at, "change_sequence": change_sequence}
        self._connection.execute(_END, values)

    def put_withdrawal(self, record: RecordId, statement: Statement) -> None:
        """Keep a withdrawal; the first one of a record stands."""
        said = {"statement": json_text(statement.to_json())}
        add_row_once(self._connection, record_withdrawal, {"record_id": record}, said)
        say_withdrawn(self._connection, record, statement.at)

    def withdrawal(self, record: RecordId) -> Statement | None:
        """Return the withdrawal of a record, held or not."""
        query = sa.select(record_withdrawal.c.statement).where(record_withdrawal.c.record_id == record)
        row = self._connection.execute(query).first()
        return None if row is None else statement_of(row.statement)

    def page(self, allowed: frozenset[int], *, today: date, after: int, limit: int, kind: str = "") -> Page:
        """Return records with a class in the allowed set, not withdrawn, not past retention, by number.

        A class states its record's kind, so a page of one kind is a page of that kind's classes.
        """
        wanted = self._of_kind(allowed, kind) if kind else allowed
        numbers = self._pages.numbers(wanted, today=today, after=after, limit=limit)
        next_after = numbers[-1] if len(numbers) == limit else None
        return Page(self.get_many(numbers), next_after)

    def count(self, allowed: frozenset[int], *, today: date, kind: str = "") -> int:
        """Count what `page` would list in all; exact."""
        return self._pages.count(self._of_kind(allowed, kind) if kind else allowed, today=today)

    def linking(
        self, record: RecordId, allowed: frozenset[int], *, today: date, limit: int
    ) -> tuple[StoredRecord, ...]:
        """Return records with a class in the allowed set, not withdrawn, not past retention, that link to a record."""
        return self.get_many(self._links.numbers(record, allowed, today=today, limit=limit))

    def changed_since(self, sequence: int, limit: int) -> tuple[ChangedRecord, ...]:
        """Return records with a change_sequence above `sequence`, ordered by it, withdrawn ones included.

        All records of the last change are returned even past `limit`, so that a follower who goes on from there
        passes none over.
        """
        rows = list(self._connection.execute(_CHANGED.limit(limit), {"after": sequence}))
        if len(rows) == limit:
            last = rows[-1].change_sequence
            whole = _CHANGED.where(_RECORDS.c.change_sequence == last)
            rest = self._connection.execute(whole, {"after": sequence})
            rows = [row for row in rows if row.change_sequence < last] + list(rest)
        return tuple(changed_record(row, self._classes.by_number) for row in rows)

    def count_changed(self, sequence: int) -> int:
        """Count the records with a change_sequence above `sequence`, withdrawn ones included."""
        return count_changed(self._connection, sequence)

    def facts_since(self, sequence: int, limit: int, properties: frozenset[str]) -> tuple[ChangedFacts, ...]:
        """Return of the records that `changed_since` returns only the facts of some properties."""
        return facts_since(self._connection, sequence, limit, properties)

    def fragment(self, record: RecordId) -> Fragment | None:
        """Return the original fragment."""
        query = sa.select(record_fragment).join(_RECORDS).where(_RECORDS.c.record_id == record)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return Fragment(row.file_name, row.file_sha256, row.file_date, row.format, zlib.decompress(row.data))

    def holders(self, record: RecordId) -> tuple[Holder, ...]:
        """Return the bodies that were sent a copy of our record, ordered by body."""
        query = sa.select(record_holder).join(_RECORDS).where(_RECORDS.c.record_id == record)
        return tuple(
            Holder(BodyId(row.body), row.version, HolderState(row.state), row.at)
            for row in self._connection.execute(query.order_by(record_holder.c.body))
        )

    def put_holder(self, record: RecordId, holder: Holder) -> None:
        """Keep that a body was sent a copy; a later state replaces the earlier."""
        number = self._connection.execute(_NUMBER, {"record": record}).scalar_one()
        values = {"version": holder.version, "state": holder.state.value, "at": holder.at}
        if not self._connection.execute(_HOLDER_SET, {**values, "number_": number, "body_": holder.body}).rowcount:
            self._connection.execute(_HOLDER_ADD, {**values, "record_number": number, "body": holder.body})

    def with_blobs(self, records: Sequence[RecordId]) -> dict[RecordId, Record]:
        """Return those of the records that have files, as they are held."""
        found = (self.get(record) for record in self.files.having(records))
        return {stored.record.id: stored.record for stored in found if stored is not None}

    def records_with(self, blob: BlobId) -> tuple[RecordId, ...]:
        """Return the records that have a file."""
        return self.files.records_with(blob)

    def _stored(self, row: Any) -> StoredRecord:  # noqa: ANN401 - a row of `records`
        return stored_record(row, self._classes.by_number)

    def _of_kind(self, allowed: frozenset[int], kind: str) -> frozenset[int]:
        classes = self._classes.classes()
        return frozenset(number for number in allowed if number in classes and classes[number].kind == kind)

    def _known(self, records: Sequence[RecordId]) -> dict[RecordId, _Known]:
        rows = list(read_among(self._connection, _known_of, records))
        classes = {row.number: json.loads(row.class_numbers) for row in rows}
        # A record with several classes may be listed under some of them only; with one it is listed under that.
        listed = self._pages.listed([number for number, held in classes.items() if len(held) > 1])
        return {
            RecordId(row.record_id): _Known(
                row.number,
                row.version,
                class_key(listed.get(row.number, classes[row.number]), row.erase_on),
                is_listed=is_listed(row),
                is_withdrawn=row.withdrawn_at is not None,
            )
            for row in rows
        }

    def _new_numbers(self, writes: Sequence[RecordWrite]) -> dict[RecordId, int]:
        if not writes:
            return {}
        last = add_to_counter(self._connection, _NUMBERS, len(writes))
        return {write.record.id: number for number, write in enumerate(writes, start=last - len(writes) + 1)}

    def _put_fragments(
        self, writes: Iterable[RecordWrite], numbers: dict[RecordId, int], known: dict[RecordId, _Known]
    ) -> None:
        new: list[dict[str, object]] = []
        for write in writes:
            if write.fragment is None:
                continue
            key, values = {"record_number": numbers[write.record.id]}, _fragment_values(write.fragment, write.written)
            if write.record.id in known:
                replace_row(self._connection, record_fragment, key, values)
            else:
                new.append({**key, **values})
        if new:
            insert_rows(self._connection, record_fragment, new)


# The port calls its parameter «record», as the table is called.
_RECORDS = record


def _key(write: RecordWrite) -> ClassKey:
    """Return what a record is listed under: the classes of its facts, since nobody sees a record by a link or file alone (R5)."""
    numbers, record = write.class_numbers, write.record
    if len(numbers) > 1:
        numbers = tuple({numbers[fact.terms] for fact in record.facts})
    return class_key(numbers, record.retention.erase_on.isoformat())


def _changes(write: RecordWrite, number: int) -> dict[str, object]:
    values = values_of(write, number)
    del values["record_id"], values["withdrawn_at"]
    values["number_"] = values.pop("number")
    return values


def _fragment_values(fragment: Fragment, written: WrittenAhead | None) -> dict[str, object]:
    return {
        "file_name": fragment.file_name,
        "file_sha256": fragment.file_sha256,
        "file_date": fragment.file_date,
        "format": fragment.format,
        "data": compressed(fragment.data) if written is None else written.fragment,
    }
