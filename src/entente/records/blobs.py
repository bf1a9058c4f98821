"""Records' files: attached, opened for a purpose, given to the bodies that hold a copy, erased with their record.

Adding stands in `attaching`, fetching in `fetching`, what a file may be in `media`, the sealing in `kernel.blob`.
Source: DESIGN section 4 («Larger things are blobs»); docs/rules/records.md R20 to R24.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from entente.bodies.rules import verify_by_node
from entente.disclosure.model import DisclosureClass, Reader
from entente.kernel.blob import blob_id, check_chunk, chunk_count, open_chunk, read_manifest
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound, Unavailable, Untrusted
from entente.kernel.ids import BlobId, BodyId, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.attaching import Attaching, Progress, check_space, drop_unless_kept, seal_file
from entente.records.fetching import Fetching, Origin
from entente.records.media import MediaCheck
from entente.records.model import BlobReference, HolderState, SealedFile, StoredRecord
from entente.records.ports import BlobFiles, Call, PlainFile, RecordsUnit
from entente.records.rules import is_live
from entente.records.service import Records
from entente.records.sharing import Copies, forward_verdict
from entente.records.statements import (
    BLOB_CHUNK,
    BLOB_MANIFEST,
    BlobChunk,
    BlobFetch,
    BlobManifest,
    blob_statement,
    read_fetch,
)

BRINGING_MAX = 4
"""Calls of onward holders for which this node waits on another one at a time: a tenth of the threads that answer."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Why an officer opens a file, as for the record it belongs to (R9)."""

    purpose: str
    crime_area: str
    case: str


def _unwatched(_done: int) -> None:
    """Take progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Blobs:
    """Keeps, opens, gives and erases records' files."""

    records: Records
    files: BlobFiles
    call: Call
    bytes_max: int
    """Plain bytes of all files on this node."""
    _busy: dict[BlobId, object] = field(default_factory=dict, init=False)
    """The files that are being fetched now."""
    _bringing: list[object] = field(default_factory=list, init=False)
    """The calls of onward holders for which a file is fetched now."""
    _copying: list[object] = field(default_factory=list, init=False)
    """Who copies the folder of files now, so that none is erased under him."""

    def attach(
        self,
        officer: OfficerId,
        wanted: RecordId,
        plain: PlainFile,
        terms: DisclosureClass | None,
        on_progress: Progress,
    ) -> BlobReference:
        """Attach a file to one of our records (Attaching.attach)."""
        return Attaching(self.records, self.files, self.bytes_max).attach(officer, wanted, plain, terms, on_progress)

    def schema_of(self, officer: OfficerId, wanted: RecordId) -> str:
        """Return the schema of one of our records, for the terms of a file; raise NotFound for a record that is not ours."""
        with self.records.open_unit() as unit:
            return self.records.ours(unit, officer, "attach_file", wanted).record.schema

    def detach(self, officer: OfficerId, wanted: RecordId, file_name: str) -> BlobReference:
        """Take a file off one of our records (Attaching.detach)."""
        return Attaching(self.records, self.files, self.bytes_max).detach(officer, wanted, file_name)

    def open_file(
        self,
        officer: OfficerId,
        wanted: RecordId,
        file_name: str,
        why: Looking,
        write: Callable[[bytes], None],
        on_progress: Progress,
    ) -> BlobReference:
        """Give an officer a file of a record, fetching it first where it is not here; the look is in the trail.

        The gate is asked as for the record, and after a fetch once more, since that may take minutes. Raises NotFound for a
        file that is not there or not open to this reader, in the same words; Untrusted when what is here is not what the
        source signed, after which nothing that was written counts. Source: docs/rules/records.md R22.
        """
        stored, blob = self._brought(officer, wanted, file_name, why, on_progress)
        self._record_opening(officer, wanted, blob, why)
        for plain in self.unsealed(blob, is_copy=stored.received_from is not None, on_progress=on_progress):
            write(plain)
        return blob

    def checked_file(
        self, officer: OfficerId, wanted: RecordId, file_name: str, why: Looking
    ) -> tuple[BlobReference, Iterator[bytes]]:
        """Give an officer a file of a record as `open_file` does, its bytes after all of them were held against what was signed.

        Raises Unavailable for one of a copy that is not here yet: nobody is kept waiting for another node.
        """
        stored, blob = self._look(officer, wanted, file_name, why)
        if not self.is_here(blob.id):
            raise not_fetched()
        self._record_opening(officer, wanted, blob, why)
        return blob, self.checked(blob, is_copy=stored.received_from is not None)

    def bring_file(
        self, officer: OfficerId, wanted: RecordId, file_name: str, why: Looking, on_progress: Progress
    ) -> BlobReference:
        """Have a file of a record here, whole and checked, without giving it to anybody; raises as `open_file` does."""
        stored, blob = self._brought(officer, wanted, file_name, why, on_progress)
        for _ in self.unsealed(blob, is_copy=stored.received_from is not None, on_progress=on_progress):
            pass
        return blob

    def _brought(
        self, officer: OfficerId, wanted: RecordId, file_name: str, why: Looking, on_progress: Progress
    ) -> tuple[StoredRecord, BlobReference]:
        stored, blob = self._look(officer, wanted, file_name, why)
        if stored.received_from is not None and not self.is_here(blob.id):
            self.fetch(officer, Origin.of(stored, blob), blob, on_progress)
            stored, blob = self._look(officer, wanted, file_name, why)
        return stored, blob

    def _record_opening(self, officer: OfficerId, wanted: RecordId, blob: BlobReference, why: Looking) -> None:
        with self.records.open_unit() as unit:
            detail: JsonObject = {
                "blob": blob.id,
                "purpose": why.purpose,
                "crime_area": why.crime_area,
                "case": why.case,
            }
            self.records.record(unit, Act("open_file", unit.bodies.own().id, officer, wanted, detail))
            unit.commit()

    def fetch(self, officer: OfficerId, origin: Origin, file: SealedFile, on_progress: Progress) -> None:
        """Fetch another body's file; raise Conflict while it is being fetched already, else as Fetching.fetch does."""
        with self._alone(file.id):
            self._fetching().fetch(officer, origin, file, on_progress)

    @contextmanager
    def sealed(self, plains: Iterable[PlainFile], on_progress: Progress) -> Iterator[tuple[SealedFile, ...]]:
        """Seal files for an act, which keeps their rows in its commit; where it raises, what it did not keep is erased.

        Their sizes were looked at, and that there is room. Raises Invalid for one that is not what it is called (R20).
        """
        made: list[SealedFile] = []
        try:
            for plain in plains:
                with self.files.new() as new:
                    one, manifest = seal_file(self.records.ids, plain, new, on_progress)
                    new.keep(manifest)
                made.append(one)
            yield tuple(made)
        except BaseException:
            for one in made:
                drop_unless_kept(self.records, self.files, one.id)
            raise

    def require_room(self, size: int) -> None:
        """Raise Unavailable where the node has no room for so many more bytes of files."""
        with self.records.open_unit() as unit:
            check_space(unit, size, self.bytes_max)

    def _look(
        self, officer: OfficerId, wanted: RecordId, file_name: str, why: Looking
    ) -> tuple[StoredRecord, BlobReference]:
        shown = self.records.show(officer, wanted, why.purpose, why.crime_area, why.case)
        blob = next((one for one in shown.visible.blobs if file_name in {one.file_name, one.id}), None)
        if blob is None:
            raise NotFound
        return shown.stored, blob

    def may_open(self, officer: OfficerId, wanted: RecordId, file_name: str, why: Looking) -> bool:
        """Say whether an officer would be given a file of a record now; nobody looks at it by this (`open_file`)."""
        with self.records.open_view() as unit:
            found = unit.bodies.officer(officer)
            if found is None:
                return False
            reader, stored = Reader.of(unit.bodies.own().id, found), unit.records.get(wanted)
            visible, _ = self.records.seen_in(unit, stored, reader, why.purpose, why.crime_area)
        return visible is not None and any(file_name in {one.file_name, one.id} for one in visible.blobs)

    def is_here(self, file: BlobId) -> bool:
        """Say whether all chunks of a file are here."""
        with self.records.open_view() as unit:
            held = unit.blobs.get(file)
        return held is not None and held.is_whole and self.files.chunk(file, 0) is not None

    def _fetching(self) -> Fetching:
        return Fetching(self.records, self.files, self.call, self.bytes_max)

    def checked(self, file: SealedFile, *, is_copy: bool) -> Iterator[bytes]:
        """Give a file's bytes after all of them were held against what was signed: it is opened twice, and kept plain nowhere."""
        for _ in self.unsealed(file, is_copy=is_copy):
            pass
        return self.unsealed(file, is_copy=is_copy)

    def unsealed(self, blob: SealedFile, *, is_copy: bool, on_progress: Progress = _unwatched) -> Iterator[bytes]:
        """Open a file chunk by chunk, and hold it against what its source said of it: size, type and digest (R20).

        What was given before it raises counts for nothing.
        """
        look, digest, done = MediaCheck(blob.file_name), hashlib.sha256(), 0
        for index, sealed in enumerate(self._sealed(blob, is_copy=is_copy)):
            plain = open_chunk(blob.key, blob.size, index, sealed)
            digest.update(plain)
            try:
                look.look(plain)
            except Invalid as error:
                raise _not_as_signed("its content is not of the type its name says") from error
            yield plain
            done += len(plain)
            on_progress(done)
        if digest.hexdigest() != blob.sha256:
            raise _not_as_signed("its parts opened to other bytes than the digest says that was signed")

    def _sealed(self, blob: SealedFile, *, is_copy: bool) -> Iterator[bytes]:
        """Give the chunks that are here, each held against the manifest; a damaged copy is set aside, to be fetched anew.

        Whoever states another size than the manifest here has lied, and nothing is damaged: it may be the file of somebody else.
        """
        kept = self.files.manifest(blob.id) or b""
        try:
            manifest = read_manifest(kept, blob.id, blob.size)
        except Untrusted as error:
            if blob_id(kept) == blob.id:
                raise _not_as_signed("its parts are those of a file of another size") from error
            raise self._set_aside(blob, is_copy=is_copy) from error
        try:
            for index in range(len(manifest.digests)):
                sealed = self.files.chunk(blob.id, index) or b""
                check_chunk(manifest, index, sealed)
                yield sealed
        except Untrusted as error:
            raise self._set_aside(blob, is_copy=is_copy) from error

    def _set_aside(self, blob: SealedFile, *, is_copy: bool) -> EntenteError:
        if not is_copy:
            return _damaged("Restore the folder «blobs» from the last backup, or attach the file again.")
        if not self._copying:
            self.files.erase(blob.id)
        return _damaged("Ask for it again: it is fetched anew from the body that sent it.")

    def bring_for(self, statement: Statement, sender: BodyId) -> None:
        """Fetch from where a copy came what an onward holder is about to be given of its file, before its call is answered.

        Called with no unit of work open, since another node is asked. Raises NotFound as `answer_fetch`; Unavailable where it
        cannot be had now. Source: docs/rules/records.md R25.
        """
        asked, now = read_fetch(statement), self.records.clock.now()
        with self.records.open_unit() as unit:
            verify_by_node(unit.bodies.body(statement.body), statement)
            stored, blob = self._open_to(unit, asked.blob, sender, now)
        count = min(asked.count, chunk_count(blob.size) - asked.first)
        is_here = self.files.manifest(blob.id) is not None and self.files.chunks(blob.id) >= asked.first + count
        if stored.received_from is None or is_here:
            return
        if len(self._bringing) >= BRINGING_MAX:
            raise _not_here("Files for other bodies are being fetched here already, as many as are at a time.")
        token = object()
        self._bringing.append(token)
        try:
            with self._alone(blob.id):
                self._fetching().bring(Origin.of(stored, blob), blob, asked.first, count)
        except EntenteError as error:
            # Why it was not had is between this node and where it asked; the asker learns what it can do.
            raise _not_here(
                "This node passed the record on, and could not have the file from where it came."
            ) from error
        finally:
            self._bringing.remove(token)

    def answer_fetch(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> Sequence[Statement]:
        """Answer a body that asks for a file's chunks, inside the exchange's unit of work; what is given is in the trail.

        The gate is asked at each call. Raises NotFound for a file that is not here and for one that this body may not have;
        Unavailable when a copy's own file is not here, though `bring_for` was asked. Source: docs/rules/records.md R22.
        """
        verify_by_node(unit.bodies.body(statement.body), statement)
        asked, now = read_fetch(statement), self.records.clock.now()
        if statement.body != sender:
            raise NotFound
        stored, blob = self._open_to(unit, asked.blob, sender, now)
        own = unit.bodies.own().id
        detail: JsonObject = {"blob": blob.id, "first": asked.first, "chunks": asked.count}
        self.records.record(unit, Act("give_file", sender, "node", stored.record.id, detail))
        return self.given(asked, own, now)

    def given(self, asked: BlobFetch, own: BodyId, now: datetime) -> Sequence[Statement]:
        """Return the chunks that were asked for, to a body that may have them; raise Unavailable for what is not here."""
        return [
            blob_statement(kind, content, own, now, self.records.signer) for kind, content in self._asked_for(asked)
        ]

    def _asked_for(self, asked: BlobFetch) -> Iterator[tuple[str, BlobManifest | BlobChunk]]:
        if asked.with_manifest:
            manifest = self.files.manifest(asked.blob)
            if manifest is None:
                raise _not_here("It lies no more where it lay a moment ago.")
            yield BLOB_MANIFEST, BlobManifest(asked.blob, manifest)
        for index in range(asked.first, asked.first + asked.count):
            sealed = self.files.chunk(asked.blob, index)
            if sealed is None:
                raise _not_here("Its parts are still on their way here; those that came stay.")
            yield BLOB_CHUNK, BlobChunk(asked.blob, index, sealed)

    def _open_to(
        self, unit: RecordsUnit, blob: BlobId, asker: BodyId, now: datetime
    ) -> tuple[StoredRecord, BlobReference]:
        """Return a record by which this body may have the file: one it was sent a copy of, live, and still open to it."""
        situation = self.records.disclosure.situation_in(unit)
        copies = Copies(unit, situation, now)
        for record in unit.records.records_with(blob):
            stored = unit.records.get(record)
            if stored is None or not is_live(stored.record.retention.erase_on, stored.gone_at, now.date()):
                continue
            if not any(one.body == asker and one.state is HolderState.SENT for one in unit.records.holders(record)):
                continue
            found = next(one for one in stored.record.blobs if one.id == blob)
            cls = stored.record.terms[found.terms]
            if copies.may_hold(cls, asker) and (
                stored.received_from is None
                or forward_verdict(cls, unit.bodies.own().id, asker, record, situation, now).decision.allowed
            ):
                return stored, found
        raise NotFound

    def bytes_held(self) -> int:
        """Return the plain bytes of all files that are here or coming."""
        with self.records.open_unit() as unit:
            return unit.blobs.bytes_held()

    def sweep(self) -> int:
        """Erase the chunks of files that no record has any more; return of how many (R24). Each is in the trail."""
        if self._copying:
            return 0
        with self.records.open_unit() as unit:
            gone = unit.blobs.forget_unreferenced()
            for blob in gone:
                self.records.record(unit, Act("erase_file", unit.bodies.own().id, "node", blob, {}))
            if gone:
                unit.commit()
        # A crash before the last of these leaves chunks without a row, and without a key: the next start erases them.
        for blob in gone:
            self.files.erase(blob)
        return len(gone)

    def recover(self) -> int:
        """Erase what a crash left: chunks that no row knows, and rows that no record needs; return how many."""
        swept = self.sweep()
        with self.records.open_unit() as unit:
            known = unit.blobs.known()
        return swept + self.files.erase_others(known)

    @contextmanager
    def kept_still(self) -> Iterator[None]:
        """Erase no file while a backup copies them; what was due meanwhile is erased at the end. The keys wait for nobody."""
        token = object()
        self._copying.append(token)
        try:
            yield
        finally:
            self._copying.remove(token)
            # A node that can keep nothing now needs its backup most; what is left is erased with the next, or at a start.
            with suppress(EntenteError):
                self.sweep()

    @contextmanager
    def _alone(self, blob: BlobId) -> Iterator[None]:
        """Let a file be fetched once at a time."""
        token = object()
        if self._busy.setdefault(blob, token) is not token:
            raise Conflict(
                "The file is being fetched already.",
                why="Another officer asked for it a moment ago, and its parts come once.",
                do="Wait until it is here, then ask again.",
            )
        try:
            yield
        finally:
            del self._busy[blob]


def not_fetched() -> EntenteError:
    """Return what is said of a file that is given from here alone, and is not here yet."""
    return Unavailable(
        "The file is not here yet.",
        why="A file stays with the body that sent it until somebody asks for it (docs/rules/records.md R23).",
        do="Fetch it first, then ask for it again.",
        retry_is_safe=True,
    )


def _not_as_signed(why: str) -> Untrusted:
    return Untrusted(
        "The file is not the one its source signed for.",
        reason="blob_content_differs",
        why=f"It is held against what was signed of it (docs/rules/records.md R20): {why}.",
        do="Use nothing of it, and tell the body that sent it.",
    )


def _damaged(do: str) -> EntenteError:
    return Unavailable(
        "The file is damaged or missing on this node.",
        why="Its parts in the folder «blobs» are not the ones that were kept.",
        do=do,
        retry_is_safe=True,
    )


def _not_here(why: str) -> EntenteError:
    return Unavailable(
        "The file is not here now.",
        why=why,
        do="Ask again in a few minutes. If that does not help, ask the record's source to send you the record itself: "
        "«entente request ask».",
        retry_is_safe=True,
    )
