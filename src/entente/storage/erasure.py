"""Erasing a record: everything of it goes from the tables, and its id from every other row.

`remove` runs inside the act: row, lists, counts, signed bytes and salts, fragment, holders, withdrawal, leaves; from that commit
on nothing here answers with it. `forget` follows in a transaction of its own, because an id may stand in any row of the trail:
what names the record is found in a view that holds up nobody, and is then changed. A crash between the two leaves the id in
`erasure_waiting`, and the next run goes on there.

SQLite overwrites what is deleted (`secure_delete`), and its log is emptied after the commit (`sqlite.empty_log`). Copies of keys
that its trees moved about may stay in the slack of index pages until the store is written anew (`sqlite.compact`); of what is
indexed only ids can hold anything of a record. PostgreSQL overwrites nothing before that (decision 0062). What is not touched:
the words that officers wrote in messages and notes, which are the bureau's own file, and what other records' signed bytes say
of links.

Source: docs/rules/records.md R10 and R11; docs/decisions/0062-a-backup-is-the-same-file-on-both-engines.md; DESIGN section 6.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, cast

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entente.handling.model import ErasureGround
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import SALT_BYTES, BodyId, RecordId
from entente.records.ports import Mentions
from entente.storage.bodies import GOVERNANCE
from entente.storage.item_news import forget_record
from entente.storage.record_blobs import RecordBlobs
from entente.storage.record_links import RecordLinks
from entente.storage.record_pages import RecordPages, class_key, is_listed
from entente.storage.rows import add_row_once, add_to_counter, json_text, parts, read_counter
from entente.storage.schema import (
    case_event,
    correspondence_item,
    decision_basis,
    erasure_rest,
    erasure_waiting,
    erasure_word,
    inbox_aside,
    inbox_statement,
    leave,
    list_entry,
    not_identical,
    outbox_statement,
    record,
    record_class,
    record_end,
    record_fragment,
    record_holder,
    record_link,
    record_onward,
    record_version,
    record_withdrawal,
    standing_match,
    trail,
    word_ahead,
)
from entente.storage.tombstones import TombstoneTables, digest_under
from entente.storage.trail import row_of
from entente.trail.rules import entry_of, row_leaf

NOT_COMPACTED: Final = "erasures not compacted"
"""The counter of records erased since the store was last written anew."""
ASKED_ONE_BY_ONE: Final = 8
"""Up to so many ids the engine compares itself; of more, it gives all rows that name their sources."""
UNDELIVERED: Final = frozenset({"waiting", "held"})
"""States of a statement whose document is still needed (exchange)."""
_ONE_NONCE: Final = bytes(12)
"""Each sealed word has a key of its own, which seals nothing else (NIST SP 800-38D, 8.2)."""
TAKES_NOTHING_MORE: Final = "record"
"""The kind that need not leave any more once its record is erased. A withdrawal leaves all the same: of a copy that its source
withdrew, and that is erased here for that, it is all that whoever we passed it on to will be told."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A table whose rows may name a record, by its key and the columns that do."""

    table: sa.Table
    key: str
    columns: tuple[str, ...]

    @property
    def key_column(self) -> sa.Column[int]:
        """Its key."""
        return self.table.c[self.key]


_TRAIL = _Place(trail, "sequence", ("subject", "detail"))
_OUTBOX = _Place(outbox_statement, "number", ("ref", "document"))
_TEXTS = (
    _Place(correspondence_item, "position", ("document",)),
    _Place(case_event, "position", ("document",)),
    _Place(decision_basis, "position", ("document",)),
)
_INBOX = _Place(inbox_statement, "number", ("document",))
_ASIDE = _Place(inbox_aside, "number", ("document", "detail"))
"""Statements that wait here to be taken in: of an erased record they never will be."""
_AHEAD = _Place(word_ahead, "number", ("about", "document"))
"""Our own words that wait for what they are about: about an erased record nothing comes any more."""
_EARLIER = _Place(record_version, "number", ("content",))
"""Earlier versions of our own records that link to it: they were signed as they are, and cannot be cut (R57)."""
_PLACES = (_TRAIL, _OUTBOX, *_TEXTS, _INBOX, _ASIDE, _AHEAD, _EARLIER)
_HANGING = (
    record_fragment, list_entry, record_holder, record_onward, standing_match, not_identical, record_version, record_link,
)  # fmt: skip

_NUMBER = sa.select(record).where(record.c.record_id == sa.bindparam("record"))


class ErasureTables(TombstoneTables):
    """The ErasureStore of one transaction."""

    def __init__(self, connection: sa.Connection, secret: bytes, flush: Callable[[], None], files: RecordBlobs) -> None:
        """Serve one transaction; `flush` inserts what waits for the commit, since it may name what is erased."""
        super().__init__(connection, secret)
        self._flush = flush
        self._files = files
        self._pages = RecordPages(connection)

    def remove(self, record: RecordId) -> int:
        """Delete a record with all that hangs on it; return its number, 0 for one not held."""
        row = self._connection.execute(_NUMBER, {"record": record}).one_or_none()
        if row is not None:
            if is_listed(row):
                listed = self._pages.listed([row.number])[row.number]
                self._pages.leave({row.number: class_key(listed, row.erase_on)})
            # The chunks of its files are erased after the commit (R24).
            self._files.replace({}, older=[row.number])
            for table in _HANGING:
                self._connection.execute(sa.delete(table).where(table.c.record_number == row.number))
            self._empty_bases(row.number)
            self._connection.execute(sa.delete(_RECORDS).where(_RECORDS.c.number == row.number))
        for said in (record_withdrawal, record_end):
            self._connection.execute(sa.delete(said).where(said.c.record_id == record))
        RecordLinks(self._connection).forget(record)
        forget_record(self._connection, record)
        self._delete_leaves(record)
        self.forget_again(record)
        add_to_counter(self._connection, NOT_COMPACTED)
        return 0 if row is None else int(row.number)

    def _empty_bases(self, number: int) -> None:
        """Take out of what officers saw as they decided what the record said; that they decided, and on which version, stays."""
        here = decision_basis.c.record_number == number
        self._connection.execute(sa.update(decision_basis).where(here).values(seen="", record_number=None))

    def due(self, today: date, limit: int) -> tuple[tuple[RecordId, ErasureGround], ...]:
        """Return records past their retention, oldest first, then copies that their source withdrew."""
        past = sa.select(_RECORDS.c.record_id).where(_RECORDS.c.erase_on <= today.isoformat())
        ended = self._connection.execute(past.order_by(_RECORDS.c.erase_on).limit(limit)).scalars()
        found = [(RecordId(one), ErasureGround.RETENTION_ENDED) for one in ended]
        if left := limit - len(found):
            withdrawn = (
                sa.select(_RECORDS.c.record_id)
                .join(record_withdrawal, record_withdrawal.c.record_id == _RECORDS.c.record_id)
                .where(_RECORDS.c.received_from.is_not(None), _RECORDS.c.erase_on > today.isoformat())
                .limit(left)
            )
            copies = self._connection.execute(withdrawn).scalars()
            found += [(RecordId(one), ErasureGround.SOURCE_WITHDREW) for one in copies]
        return tuple(found)

    def linking_to(self, record: RecordId, classes: frozenset[int]) -> tuple[RecordId, ...]:
        """Return our own records with a fact of one of the classes that link to a record."""
        found: set[RecordId] = set()
        for part in parts(sorted(classes)):
            query = (
                sa.select(_RECORDS.c.record_id, _RECORDS.c.content)
                .join(record_class, record_class.c.record_number == _RECORDS.c.number)
                .where(record_class.c.class_number.in_(part), _RECORDS.c.received_from.is_(None))
            )
            for row in self._connection.execute(query):
                if any(to == record for _, to, *_ in json.loads(row.content)["links"]):
                    found.add(RecordId(row.record_id))
        return tuple(sorted(found))

    def held_as(self, stand_ins: Collection[RecordId]) -> dict[RecordId, RecordId]:
        """Return the records held here that were erased elsewhere, by stand-in; reads every id."""
        wanted = {self.digest_of(one): one for one in stand_ins}
        held = self._connection.execute(sa.select(_RECORDS.c.record_id)).scalars()
        digests = ((self.digest_of(RecordId(one)), RecordId(one)) for one in held)
        return {wanted[digest]: record for digest, record in digests if digest in wanted}

    def to_forget(self, limit: int) -> tuple[RecordId, ...]:
        """Return erased records whose id still stands in other rows."""
        query = sa.select(erasure_waiting.c.record_id).order_by(erasure_waiting.c.number).limit(limit)
        return tuple(dict.fromkeys(RecordId(one) for one in self._connection.execute(query).scalars()))

    def forget_again(self, record: RecordId) -> None:
        """Have the id of an erased record put out once more: something that names it came after it was forgotten."""
        self._connection.execute(sa.insert(erasure_waiting), {"record_id": record})

    def mentions(self, records: Sequence[RecordId]) -> Mentions:
        """Find the rows that name these records."""
        return self._find(records, {})

    def forget(self, records: Sequence[RecordId], found: Mentions) -> tuple[tuple[int, str], ...]:
        """Put each record's stand-in where its id stood; return the changed rows of the trail with what they hash to."""
        self._flush()
        late = self._find(records, found.up_to)
        rows = {
            place.table.name: sorted({*found.rows.get(place.table.name, ()), *late.rows[place.table.name]})
            for place in _PLACES
        }
        names = _Names(records, {one: self.stand_in(one) for one in records})
        self._keep_brought(rows[inbox_statement.name])
        for place in _TEXTS:
            for key, document in self._read(place, rows[place.table.name]):
                self._write(place, key, {"document": names.replaced(document)})
        self._empty(_INBOX, rows[inbox_statement.name])
        for place in (_ASIDE, _AHEAD, _EARLIER):
            for part in parts(rows[place.table.name]):
                self._connection.execute(sa.delete(place.table).where(place.key_column.in_(part)))
        self._forget_sent(rows[outbox_statement.name], names)
        forgotten = tuple(self._forget_row(sequence, names) for sequence in rows[trail.name])
        self._connection.execute(sa.delete(erasure_waiting).where(erasure_waiting.c.record_id.in_(records)))
        return forgotten

    def settled(self) -> tuple[int, ...]:
        """Return statements in the outbox that name an erased record and need no longer wait to be emptied."""
        self._flush()
        is_told = outbox_statement.c.kind == "erasure"
        is_rest = outbox_statement.c.number.in_(sa.select(erasure_rest.c.statement_number))
        # An envelope that carried it was given up since, so that it need not leave any more.
        is_spent = (outbox_statement.c.kind == TAKES_NOTHING_MORE) & outbox_statement.c.envelope_number.is_(None)
        delivered = outbox_statement.c.state.not_in(UNDELIVERED) | is_spent
        holds_something = outbox_statement.c.document.is_not(None) & (outbox_statement.c.document != "")
        query = sa.select(outbox_statement.c.number).where(is_told | is_rest, delivered, holds_something)
        return tuple(self._connection.execute(query).scalars())

    def sweep(self, statements: Sequence[int]) -> None:
        """Empty those statements; of an erasure what does not name its record is kept (R34)."""
        self._keep_told(statements)
        one = outbox_statement.c
        for part in parts(statements):
            spent = sa.update(outbox_statement).where(one.number.in_(part), one.state.in_(UNDELIVERED))
            self._connection.execute(spent.values(state="retracted"))
        self._empty(_OUTBOX, statements)
        for part in parts(statements):
            self._connection.execute(sa.delete(erasure_rest).where(erasure_rest.c.statement_number.in_(part)))

    def held_under(self, source: BodyId, key: bytes, stand_ins: Collection[RecordId]) -> dict[RecordId, RecordId]:
        """Return the records of a source held here that another body's stand-ins stand for, under that body's key."""
        wanted = {self.digest_of(one): one for one in stand_ins}
        held = self._connection.execute(sa.select(_RECORDS.c.record_id).where(_RECORDS.c.source == source)).scalars()
        digests = ((digest_under(key, RecordId(one)), RecordId(one)) for one in held)
        return {wanted[digest]: found for digest, found in digests if digest in wanted}

    def keep_words(self, peer: BodyId) -> None:
        """Keep now the erasures that a body brought and that still stand where they came in (R34)."""
        # Erasures go by the control lane, of which the table has an index.
        query = sa.select(inbox_statement.c.number).where(
            inbox_statement.c.sender == peer,
            inbox_statement.c.lane == "control",
            inbox_statement.c.kind == "erasure",
            inbox_statement.c.document.is_not(None),
            inbox_statement.c.document != "",
        )
        self._keep_brought(tuple(self._connection.execute(query).scalars()))

    def words_since(self, peer: BodyId, since: datetime, after: int, limit: int) -> tuple[tuple[int, JsonObject], ...]:
        """Return erasures that a body brought or was told since a moment, each with its number, in order."""
        query = sa.select(erasure_word).where(
            erasure_word.c.peer == peer, erasure_word.c.at >= since, erasure_word.c.number > after
        )
        rows = self._connection.execute(query.order_by(erasure_word.c.number).limit(limit))
        return tuple((row.number, self._opened(row.statement_id, row.sealed)) for row in rows)

    def _keep_brought(self, numbers: Sequence[int]) -> None:
        self._keep_words(inbox_statement, inbox_statement.c.sender, numbers, is_outgoing=False)

    def _keep_told(self, numbers: Sequence[int]) -> None:
        stored = outbox_statement.c.state == "stored"
        self._keep_words(outbox_statement, outbox_statement.c.recipient, numbers, stored, is_outgoing=True)

    def _keep_words(
        self,
        table: sa.Table,
        peer: sa.Column[str],
        numbers: Sequence[int],
        *more: sa.ColumnElement[bool],
        is_outgoing: bool,
    ) -> None:
        """Keep the erasures among these statements, before they are emptied: sealed, their record's stand-in in its place."""
        is_word = (table.c.kind == "erasure", table.c.document.is_not(None), table.c.document != "", *more)
        for part in parts(numbers):
            query = sa.select(table.c.statement_id, peer, table.c.at, table.c.document)
            for name, body, at, document in self._connection.execute(
                query.where(table.c.number.in_(part), *is_word)
            ).all():
                key = {"statement_id": name, "peer": body, "is_outgoing": is_outgoing}
                sealed = self._sealed(name, json.loads(document))
                add_row_once(self._connection, erasure_word, key, {"at": at, "sealed": sealed})

    def _sealed(self, name: str, document: JsonObject) -> bytes:
        """Seal an erasure without the id it names, under a key of its own that the node's secret gives.

        In the clear its signature would tell whoever has the store whether a guessed id is the right one.
        """
        signed = json.loads(str(document["signed"]))
        signed["content"]["record"] = self.stand_in(RecordId(signed["content"]["record"]))
        shell = json_text({"signed": json_text(signed), "signatures": document["signatures"]})
        return AESGCM(self._word_key(name)).encrypt(_ONE_NONCE, shell.encode("utf-8"), None)

    def _opened(self, name: str, sealed: bytes) -> JsonObject:
        return cast("JsonObject", json.loads(AESGCM(self._word_key(name)).decrypt(_ONE_NONCE, sealed, None)))

    def _word_key(self, name: str) -> bytes:
        return self.keyed(b"word", name.encode("utf-8"))

    def not_compacted(self) -> int:
        """Return how many records were erased since the store was last written anew."""
        return read_counter(self._connection, NOT_COMPACTED)

    def set_compacted(self, erased: int) -> None:
        """Keep that the store was written anew after so many erasures."""
        add_to_counter(self._connection, NOT_COMPACTED, -erased)

    def _delete_leaves(self, wanted: RecordId) -> None:
        """Delete the leaves that name a record: what they let pass is gone, and a signed statement cannot be cut."""
        named = leave.c.document.like(f"%{wanted}%")
        gone = [
            (row.source, row.id)
            for row in self._connection.execute(sa.select(leave.c.source, leave.c.id, leave.c.document).where(named))
            if wanted in json.loads(row.document)["records"]
        ]
        for source, name in gone:
            self._connection.execute(sa.delete(leave).where(leave.c.source == source, leave.c.id == name))
        if gone:
            add_to_counter(self._connection, GOVERNANCE)

    def _find(self, records: Sequence[RecordId], after: Mapping[str, int]) -> Mentions:
        names = _Names(records, {})
        needles = records if len(records) <= ASKED_ONE_BY_ONE else sorted({f"{_source(one)}/" for one in records})
        rows: dict[str, tuple[int, ...]] = {}
        up_to: dict[str, int] = {}
        for place in _PLACES:
            table, key = place.table, place.key_column
            texts = [table.c[name] for name in place.columns]
            named = sa.or_(*(text.like(f"%{needle}%") for text in texts for needle in needles))
            start = after.get(table.name, 0)
            query = sa.select(key, *texts).where(key > start, named)
            found = self._connection.execute(query)
            rows[table.name] = tuple(row[0] for row in found if any(names.are_in(text) for text in row[1:] if text))
            up_to[table.name] = self._connection.execute(sa.select(sa.func.max(key))).scalar() or 0
        return Mentions(rows, up_to)

    def _forget_sent(self, numbers: Iterable[int], names: _Names) -> None:
        for number in numbers:
            row = self._connection.execute(sa.select(outbox_statement).where(outbox_statement.c.number == number)).one()
            values: dict[str, object] = {"ref": names.replaced(row.ref)}
            waits = row.state in UNDELIVERED
            if waits and row.kind == TAKES_NOTHING_MORE and row.envelope_number is None:
                values["state"] = "retracted"
                waits = False
            if not waits:
                self._keep_told([number])
                values["document"] = _nothing(outbox_statement)
            elif row.kind != "erasure":
                self._connection.execute(sa.insert(erasure_rest), {"statement_number": number})
            self._write(_OUTBOX, number, values)

    def _forget_row(self, sequence: int, names: _Names) -> tuple[int, str]:
        """Put stand-ins in a row of the trail. Its leaf and root stay; what it holds now has a hash of its own."""
        row = row_of(self._connection.execute(sa.select(trail).where(trail.c.sequence == sequence)).one())
        subject, detail = names.replaced(row.act.subject), names.replaced(json_text(row.act.detail))
        salt = self.keyed(b"salt", str(sequence).encode("ascii"))[:SALT_BYTES]
        act = replace(row.act, subject=subject, detail=cast("JsonObject", json.loads(detail)))
        values = {"subject": subject, "detail": json_text(act.detail), "salt": salt, "entry": entry_of(row)}
        self._write(_TRAIL, sequence, values)
        return sequence, row_leaf(sequence, row.at, act, salt).hex()

    def _read(self, place: _Place, keys: Sequence[int]) -> list[tuple[int, str]]:
        column = place.table.c[place.columns[-1]]
        return [
            (int(key), str(text))
            for part in parts(keys)
            for key, text in self._connection.execute(
                sa.select(place.key_column, column).where(place.key_column.in_(part))
            )
        ]

    def _write(self, place: _Place, key: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(sa.update(place.table).where(place.key_column == key).values(**values))

    def _empty(self, place: _Place, keys: Sequence[int]) -> None:
        for part in parts(keys):
            empty = sa.update(place.table).where(place.key_column.in_(part))
            self._connection.execute(empty.values(document=_nothing(place.table)))


class _Names:
    """Some records' ids, to be found as whole ids in a text."""

    def __init__(self, records: Sequence[RecordId], stand_ins: Mapping[RecordId, RecordId]) -> None:
        # The longest first, and none that goes on: «w-1» does not stand in «w-17», though it does at the end of a sentence.
        any_of = "|".join(re.escape(one) for one in sorted(records, key=len, reverse=True))
        self._pattern = re.compile(rf"(?:{any_of})(?![._:-]*[A-Za-z0-9])")
        self._stand_ins = stand_ins

    def are_in(self, text: str) -> bool:
        """Say whether one of them stands in a text."""
        return self._pattern.search(text) is not None

    def replaced(self, text: str) -> str:
        """Return the text with the stand-in of each in its place."""
        return self._pattern.sub(lambda found: self._stand_ins[RecordId(found[0])], text)


# The methods call their parameter «record», as the table is called.
_RECORDS = record


def _source(wanted: RecordId) -> str:
    return wanted.partition("/")[0]


def _nothing(table: sa.Table) -> str | None:
    """Return what stands in an emptied document."""
    return None if table.c.document.nullable else ""
