"""Imports: many drafts, checked one by one, kept in slices that each commit within the time DESIGN section 8 states.

A slice becomes durable whole: rows in the trail, records, copies to send. While the store is waited for with it, the next one is
signed. A broken row never stops the rest. Run twice, an import changes nothing: an equal content is no new version (R6), so that
a killed import is simply started again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from entente.disclosure.model import Reader, Situation
from entente.disclosure.units import bounds_of
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Invalid
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.checking import Prepared, checked, prepared
from entente.records.freshening import Fresh
from entente.records.listing import ID_TAKEN, ListIssue
from entente.records.model import Fragment, Holder, ImportSummary, Record, RecordDraft, Rejected
from entente.records.originals import OriginalStanding, Revoked
from entente.records.ports import RecordsUnit, RecordWrite
from entente.records.revoking import ANOTHER_MAKER, Revoking, standing_to
from entente.records.rules import (
    check_end,
    check_terms_count,
    latest_end,
    record_id,
)
from entente.records.service import Records
from entente.records.sharing import Copies, instruments_of
from entente.records.signing_ahead import SignedAhead
from entente.records.unit_reach import places_in_reach, wholly_in_reach

SLICE_ROWS_FIRST = 50
"""Rows of the first slice; later ones grow or shrink with the time a slice took."""
SLICE_ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Who imports, with whom the records are shared, and who is told how it goes."""

    officer: OfficerId
    recipients: frozenset[BodyId]
    """Bodies that get a copy of each record they may hold; empty to keep everything at home."""
    on_progress: Callable[[int], None]
    """Told the rows read so far, after each slice is durable."""
    on_reject: Callable[[Rejected], None]
    slice_ms_max: int = 50
    issue: ListIssue | None = None
    """Of which list the file is an issue; None where it is of none."""
    standing: Callable[[Fragment, Fragment], OriginalStanding] | None = None
    """How an original that comes stands to the one that a record was made from; None where originals have no versions."""
    verb: str = "import_records"
    """What the officer's role must allow, and what each record is in the trail."""
    about: JsonObject = field(default_factory=dict)
    """What the row of each record says beside it."""
    is_all_new: bool = False
    """Whether an id that a record has already is rejected, where an import makes its next version (R64)."""


@dataclass(slots=True)
class _Counts:
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    withdrawn: int = 0


@dataclass(slots=True)
class _Slice:
    """Rows that are kept together, each checked, with what is signed of them ahead."""

    rows: list[Prepared | Rejected | Revoked]
    ahead: SignedAhead
    refused: EntenteError | None = None
    """Why no row follows, where reading broke off."""

    def given(self) -> list[Prepared]:
        """Return the rows of which a record may be made."""
        return [row for row in self.rows if isinstance(row, Prepared)]


@dataclass(slots=True)
class Import:
    """One import into our own records."""

    records: Records
    plan: ImportPlan
    _counts: _Counts = field(default_factory=_Counts)

    def run(self, rows: Iterable[RecordDraft | Prepared | Rejected | Revoked], rejects_file: str) -> ImportSummary:
        """Keep every good row, hand every bad one to `on_reject` with its reason, and return what was done.

        A row that comes prepared was checked where it was made (R51); what depends on what is held is judged here for all.
        Raises Refused before reading anything when the officer may not import. Source: docs/rules/records.md R6.
        """
        service = self.records
        with service.open_unit() as unit:
            service.authorise(unit, self.plan.officer, self.plan.verb, subject=rejects_file)
        began = service.clock.now()
        pending = iter(rows)
        size = SLICE_ROWS_FIRST
        coming = self._take(pending, size)
        while coming.rows:
            taken = coming
            # The next slice is read now, so that it is signed while the store is waited for with this one.
            coming = self._take(pending, size) if taken.refused is None else _Slice([], taken.ahead, taken.refused)
            took = self._keep(taken, coming.ahead)
            size = next_size(len(taken.rows), took, self.plan.slice_ms_max)
            self._counts.read += len(taken.rows)
            self.plan.on_progress(self._counts.read)
        if coming.refused is not None:
            raise coming.refused
        seconds = int((service.clock.now() - began).total_seconds())
        done = self._counts
        return ImportSummary(
            done.read, done.created, done.updated, done.unchanged, done.rejected, rejects_file, seconds, done.withdrawn
        )

    def _take(self, pending: Iterator[RecordDraft | Prepared | Rejected | Revoked], size: int) -> _Slice:
        """Read the next rows and check them, and see what of them is to be signed. What was read before a fault is kept."""
        taken = _Slice([], SignedAhead(self.records.signer, self.plan.officer))
        try:
            for row in itertools.islice(pending, size):
                taken.rows.append(
                    checked(row, self.records.schemata, self.records.lists) if isinstance(row, RecordDraft) else row
                )
        except EntenteError as error:
            taken.refused = error
        if given := taken.given():
            taken.ahead.look(self.records.open_view, given, self.records.clock.now())
        return taken

    def _withdraw(self, revoked: Sequence[Revoked]) -> None:
        """Withdraw what its maker revoked, in one transaction, by the officer who imports, where their role may (R55)."""
        assert self.plan.standing is not None, "only originals that have versions are revoked"
        if self.plan.issue is not None:
            self.plan.issue.seen.update(row.local_id for row in revoked)
        revoking = Revoking(self.records, self.plan.officer, self.plan.standing, self.plan.issue)
        done, rejected = revoking.withdraw(revoked)
        self._counts.withdrawn += done
        self._counts.unchanged += len(revoked) - done - len(rejected)
        for row in rejected:
            self._reject(row)

    def _reject(self, row: Rejected) -> None:
        self._counts.rejected += 1
        if self.plan.issue is not None:
            self.plan.issue.rejected(row)
        self.plan.on_reject(row)

    def _keep(self, taken: _Slice, coming: SignedAhead) -> timedelta:
        """Keep one slice; when it returns, the slice is durable. Return how long others could not write.

        What is coming is signed meanwhile, as far as there is time.
        """
        for row in taken.rows:
            if isinstance(row, Rejected):
                self._reject(row)
        took = timedelta()
        if given := taken.given():
            taken.ahead.finish()
            took = self._keep_new(given, taken.ahead, coming)
        if revoked := [row for row in taken.rows if isinstance(row, Revoked)]:
            began = self.records.clock.now()
            self._withdraw(revoked)
            took += self.records.clock.now() - began
        return took

    def _keep_new(self, given: list[Prepared], ahead: SignedAhead, coming: SignedAhead) -> timedelta:
        """Keep the records of a slice in one transaction. Return how long others could not write."""
        # Before the unit opens, while others may write: what the gate knows of committed data.
        self.records.disclosure.situation()
        with self.records.open_unit() as unit:
            unit.while_waiting(coming.step)
            # What is signed in here comes after all that was said while it waited (docs/rules/records.md R31).
            began = now = self.records.clock.now()
            source = unit.bodies.own().id
            situation = self.records.disclosure.situation_in(unit)
            copies = Copies(unit, situation, now)
            meant = self._meant(unit, given, source, situation)
            writes = list(self._writes(unit, situation, source, meant, ahead, now))
            held = _held_elsewhere(unit, writes)
            self.records.reentries.notice(unit, [write.record for write in writes if write.record.version == 1])
            unit.records.put_many(writes)
            if self.plan.issue is not None:
                self.plan.issue.enter(unit)
            fresh = Fresh(unit, copies, self.plan.officer, now, self.records.signer, self.records.record)
            for write in {write.record.id: write for write in writes if write.record.id in held}.values():
                before, holders = held[write.record.id]
                fresh.update(before, write.record, holders, write.statement)
            if self.plan.recipients:
                for write in writes:
                    known = {holder.body for holder in held[write.record.id][1]} if write.record.id in held else set()
                    self._send(write, fresh, self.plan.recipients - known)
            unit.commit()
        return self.records.clock.now() - began

    def _meant(self, unit: RecordsUnit, given: list[Prepared], source: BodyId, situation: Situation) -> list[Prepared]:
        """Return the drafts under the ids that their entries have now, where the file is an issue of a list (R48)."""
        if self.plan.issue is None:
            return given
        kept = []
        known = partial(wholly_in_reach, unit, self.plan.officer, situation=situation)
        meant = self.plan.issue.meant(unit, [one.draft for one in given], source, known)
        for one, row in zip(given, meant, strict=True):
            if isinstance(row, Rejected):
                self._reject(row)
            else:
                kept.append(_of(row, one))
        return kept

    def _writes(
        self,
        unit: RecordsUnit,
        situation: Situation,
        source: BodyId,
        meant: list[Prepared],
        ahead: SignedAhead,
        now: datetime,
    ) -> Iterator[RecordWrite]:
        ids = [record_id(source, one.draft.local_id) for one in meant]
        # A withdrawal that was taken back, or came back before its record, is final for a record that is not held too.
        held, withdrawn, erased = unit.records.digests(ids), unit.records.withdrawn(ids), unit.erasures.erased(ids)
        with_files = unit.records.with_blobs(list(held))
        importer = unit.bodies.officer(self.plan.officer)
        assert importer is not None, "who may import is an officer"
        reader = Reader.of(source, importer)
        ends: dict[tuple[str, tuple[InstrumentId | None, ...]], date] = {}
        for one, wanted in zip(meant, ids, strict=True):
            draft = _owned(one.draft, source)
            if (known := with_files.get(wanted)) is not None:
                draft = with_its_files(draft, known)
            terms_named = (draft.kind, tuple(cls.instrument for cls in draft.terms))
            if terms_named not in ends:
                instruments = instruments_of(situation, draft.terms)
                ends[terms_named] = latest_end(draft.kind, instruments, now.date(), self.records.lists)
            try:
                check_terms_count(len(draft.terms))
                check_end(draft.retention, ends[terms_named])
            except Invalid as error:
                self._reject(Rejected(draft.local_id, error.field, error.what, "", draft.local_id))
                continue
            if wanted in erased:
                self.records.reentries.refuse(unit, wanted, source)
                why = "The record was erased; it does not come back (R12)."
                self._reject(Rejected(draft.local_id, "local_id", why, "", draft.local_id))
                continue
            version, known_digest = held.get(wanted, (0, b""))
            if version and (self.plan.is_all_new or self._is_hidden(unit, wanted, reader, situation)):
                self._reject(Rejected(draft.local_id, "local_id", ID_TAKEN, "", draft.local_id))
                continue
            ready = _of(draft, one)
            if wanted in withdrawn:
                why = "The record was withdrawn; that is final (R4)."
                self._reject(Rejected(draft.local_id, "local_id", why, "", draft.local_id))
                continue
            standing = (
                OriginalStanding.NEWER
                if ready.digest == known_digest
                else self._standing(unit, wanted, version, draft.fragment)
            )
            if standing is OriginalStanding.ANOTHER_MAKER:
                self._reject(Rejected(draft.local_id, "created_by_ref", ANOTHER_MAKER, "", draft.local_id))
                continue
            if ready.digest == known_digest or standing is OriginalStanding.OLDER:
                self._counts.unchanged += 1
                continue
            # A row that stands twice in one slice is compared with what the slice itself made of it.
            held[wanted] = (version + 1, ready.digest)
            self._counts.created += version == 0
            self._counts.updated += version > 0
            record, statement = ahead.of(ready, wanted, source, version + 1, now)
            yield self._write(unit, record, statement, ready)

    def _is_hidden(self, unit: RecordsUnit, wanted: RecordId, reader: Reader, situation: Situation) -> bool:
        """Say whether the limits of the officer's unit keep any part of a record from them, so that they put none in its place.

        Source: docs/rules/disclosure.md D10.
        """
        if bounds_of(reader, situation) == ():
            return False
        stored = unit.records.get(wanted)
        # One of this very slice is the officer's own.
        return stored is not None and len(places_in_reach(reader, stored, situation)) < len(stored.record.terms)

    def _standing(self, unit: RecordsUnit, wanted: RecordId, version: int, coming: Fragment | None) -> OriginalStanding:
        """Say how an original stands to the one that is held; one that nothing stands against is newer."""
        if self.plan.standing is None or not version or coming is None:
            return OriginalStanding.NEWER
        held = unit.records.fragment(wanted)
        return standing_to(held, coming, self.plan.standing)

    def _write(self, unit: RecordsUnit, record: Record, statement: Statement, ready: Prepared) -> RecordWrite:
        detail: JsonObject = {
            "version": record.version,
            "kind": record.kind,
            "schema": record.schema,
            "statement": statement.id,
            **self.plan.about,
        }
        act = Act(self.plan.verb, record.source, self.plan.officer, record.id, detail)
        sequence = self.records.record(unit, act).sequence
        numbers = tuple(unit.classes.number_of(cls) for cls in record.terms)
        fragment = ready.draft.fragment
        return RecordWrite(record, statement, numbers, None, record.at, sequence, ready.digest, fragment, ready.written)

    def _send(self, write: RecordWrite, fresh: Fresh, recipients: frozenset[BodyId]) -> None:
        for recipient in sorted(recipients):
            visible = fresh.copies.extract_for(write.record, recipient)
            if visible is not None and visible.terms[0].instrument is not None:
                fresh.send(write.record, visible, recipient, write.statement)


def _held_elsewhere(
    unit: RecordsUnit, writes: Iterable[RecordWrite]
) -> dict[RecordId, tuple[Record, tuple[Holder, ...]]]:
    """Return what stood before of each record that gets a new version and has holders, with them."""
    changed = {write.record.id: None for write in writes if write.record.version > 1}
    found = {}
    for wanted, holders in (unit.copies.holders_of(list(changed)) if changed else {}).items():
        stored = unit.records.get(wanted)
        assert stored is not None, "a record that was sent is held"
        found[wanted] = (stored.record, holders)
    return found


def next_size(size: int, took: timedelta, slice_ms_max: int) -> int:
    """Return how many rows the next slice may have, so that its commit stays within the time."""
    took_ms = max(took / timedelta(milliseconds=1), 1.0)
    fitting = int(size * slice_ms_max / took_ms * 0.9)
    return max(10, min(SLICE_ROWS_MAX, fitting, size * 2))


def _of(draft: RecordDraft, one: Prepared) -> Prepared:
    """Return what is written of a draft: what was made already, unless the draft became another one since."""
    return one if draft is one.draft else prepared(draft)


def _owned(draft: RecordDraft, source: BodyId) -> RecordDraft:
    """Return the draft with the importing body as the source of every class, whatever the terms said."""
    if all(cls.source == source for cls in draft.terms):
        return draft
    return replace(draft, terms=tuple(replace(cls, source=source) for cls in draft.terms))


def with_its_files(draft: RecordDraft, held: Record) -> RecordDraft:
    """Return the draft with the files that officers attached to the record: a list that is imported again says nothing of them.

    Each stays on the terms it was attached on (R21).
    """
    terms = [*draft.terms]
    blobs = []
    for blob in held.blobs:
        cls = held.terms[blob.terms]
        if cls not in terms:
            terms.append(cls)
        blobs.append(replace(blob, terms=terms.index(cls)))
    return replace(draft, terms=tuple(terms), blobs=tuple(blobs))
