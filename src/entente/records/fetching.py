"""Fetching a file's sealed chunks from the body that gave us what has it, and believing none of them before it is checked (R23).

What comes is bound: the manifest by the blob's id, each chunk by the manifest, the size by what the source signed. Every
call brings at least one chunk more or ends the fetch, so that nobody can keep us asking. The chunks that came stay when a line
breaks or the process ends, and the next fetch goes on after the last good one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.bodies.rules import verify_by_node
from entente.kernel.blob import CHUNK_BYTES, Manifest, check_chunk, chunk_count, chunk_digest, read_manifest
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import from_json
from entente.kernel.errors import NotFound, Untrusted
from entente.kernel.ids import BlobId, BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement
from entente.records.attaching import Progress, check_space
from entente.records.model import BlobReference, SealedFile, StoredRecord
from entente.records.ports import BlobFiles, Call, HeldBlob
from entente.records.service import Records
from entente.records.statements import (
    BLOB_CHUNK,
    BLOB_FETCH,
    BLOB_MANIFEST,
    CHUNKS_PER_CALL_MAX,
    BlobChunk,
    BlobFetch,
    BlobManifest,
    blob_statement,
)

CATCH_UP_CALLS_MAX = 4
"""Calls to the source for one call of an onward holder. One brings what it asks for; more are needed only where it has more
than we have, and then it asks again: whoever waits on the line is answered before it gives up."""
NODE = OfficerId("node")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file is fetched from."""

    body: BodyId
    """Who sent what has the file."""
    instrument: InstrumentId
    """Under which the call goes."""
    about: str
    """The record or the message that has it, for the trail."""

    @classmethod
    def of(cls, stored: StoredRecord, wanted: BlobReference) -> Origin:
        """Return where the file of a copy is fetched from."""
        assert stored.received_from is not None, "our own files are here"
        instrument = stored.record.terms[wanted.terms].instrument
        assert instrument is not None, "nothing comes from another body but under an instrument"
        return cls(stored.received_from, instrument, stored.record.id)


@dataclass(frozen=True, slots=True)
class Fetching:
    """Brings the chunks of other bodies' files here."""

    records: Records
    files: BlobFiles
    call: Call
    bytes_max: int

    def fetch(self, officer: OfficerId, origin: Origin, wanted: SealedFile, on_progress: Progress) -> None:
        """Bring another body's file here, from where the last fetch ended; all its chunks are durable when this returns.

        Raises NotFound when the other side no longer gives it, Unavailable when it does not answer or the disk is full,
        Untrusted when what it sends is not the file; what came before stays. Source: docs/rules/records.md R23.
        """
        place = _Place(self, self._begin(officer, origin, wanted), origin.body, origin.instrument, wanted)
        manifest = place.kept_manifest()
        if manifest is None:
            manifest = place.ask_for_all()
        done = good_chunks(self.files, wanted.id, manifest)
        count = chunk_count(wanted.size)
        while done < count:
            on_progress(min(wanted.size, done * CHUNK_BYTES))
            done += place.ask_for_more(manifest, done)
        place.finish()
        on_progress(wanted.size)

    def bring(self, origin: Origin, wanted: SealedFile, first: int, count: int) -> None:
        """Bring the chunks of a copy's file here that another body asks for, as far as CATCH_UP_CALLS_MAX calls bring them.

        What came before stays, and is taken as it lies: whoever asks holds each chunk against the manifest. Raises as `fetch`.
        Source: docs/rules/records.md R25.
        """
        with self.records.open_unit() as unit:
            own, is_known = unit.bodies.own().id, unit.blobs.get(wanted.id) is not None
        place = _Place(self, own, origin.body, origin.instrument, wanted)
        manifest = place.kept_manifest() if is_known else None
        if manifest is None:
            self._begin(NODE, origin, wanted)
            manifest = place.ask_for_all()
        for _ in range(CATCH_UP_CALLS_MAX):
            if (done := self.files.chunks(wanted.id)) >= first + count:
                break
            place.ask_for_more(manifest, done)
        if self.files.chunks(wanted.id) == chunk_count(wanted.size):
            place.finish()

    def _begin(self, officer: OfficerId, origin: Origin, wanted: SealedFile) -> BodyId:
        with self.records.open_unit() as unit:
            own, known = unit.bodies.own().id, unit.blobs.get(wanted.id)
            if known is None:
                check_space(unit, wanted.size, self.bytes_max)
            # The row first: a part on the disk that no row knows would be taken for what a crash left.
            unit.blobs.put(HeldBlob(wanted.id, wanted.size, is_whole=False))
            detail: JsonObject = {"blob": wanted.id, "bytes": wanted.size, "from": origin.body}
            self.records.record(unit, Act("fetch_file", own, officer, origin.about, detail))
            unit.commit()
        return own


@dataclass(frozen=True, slots=True)
class _Place:
    """One file being fetched from one body."""

    service: Fetching
    own: BodyId
    source: BodyId
    instrument: InstrumentId
    wanted: SealedFile

    def kept_manifest(self) -> Manifest | None:
        """Return the manifest of an earlier fetch; None when there is none, or a crash left half of it."""
        kept = self.service.files.manifest(self.wanted.id)
        if kept is None:
            return None
        try:
            manifest = read_manifest(kept, self.wanted.id, self.wanted.size)
        except Untrusted:
            return None
        # A backup holds no half-fetched chunks: after it was restored there is a manifest alone.
        self.service.files.begin(self.wanted.id, kept)
        return manifest

    def ask_for_all(self) -> Manifest:
        """Ask for the manifest, and the first chunks with it: a small picture comes in one call."""
        answers = self._ask(with_manifest=True, first=0)
        manifests = [one for one in answers if one.kind == BLOB_MANIFEST]
        if len(manifests) != 1:
            raise _not_answered(f"the manifest came {len(manifests)} times")
        said = from_json(BlobManifest, manifests[0].content, "content")
        manifest = read_manifest(said.manifest, self.wanted.id, self.wanted.size)
        self.service.files.begin(self.wanted.id, said.manifest)
        self._keep(manifest, 0, [one for one in answers if one is not manifests[0]])
        return manifest

    def ask_for_more(self, manifest: Manifest, done: int) -> int:
        """Ask for the chunks after those that are here; return how many came, at least one."""
        return self._keep(manifest, done, self._ask(with_manifest=False, first=done))

    def finish(self) -> None:
        """Make the chunks durable, and only then say that the file is here."""
        if not self.service.files.finish(self.wanted.id):
            raise NotFound
        with self.service.records.open_unit() as unit:
            if unit.blobs.get(self.wanted.id) is None:
                raise NotFound
            unit.blobs.put(HeldBlob(self.wanted.id, self.wanted.size, is_whole=True))
            unit.commit()

    def _ask(self, *, with_manifest: bool, first: int) -> tuple[Statement, ...]:
        service = self.service.records
        count = min(CHUNKS_PER_CALL_MAX, chunk_count(self.wanted.size) - first)
        asked = BlobFetch(self.wanted.id, with_manifest, first, count)
        question = blob_statement(BLOB_FETCH, asked, self.own, service.clock.now(), service.signer)
        answers = self.service.call(self.source, question, self.instrument)
        if not 0 < len(answers) <= count + with_manifest:
            raise _not_answered(f"{len(answers)} answers came for {count + with_manifest}")
        with service.open_unit() as unit:
            signer = unit.bodies.body(self.source)
        for answer in answers:
            if answer.body != self.source or answer.kind not in {BLOB_MANIFEST, BLOB_CHUNK}:
                raise _not_answered("an answer is another body's, or of another kind")
            verify_by_node(signer, answer)
        return answers

    def _keep(self, manifest: Manifest, done: int, answers: Sequence[Statement]) -> int:
        """Keep chunks that follow those here, each once and in order; the first one that is another ends the fetch."""
        if not answers:
            raise _not_answered("no chunk came")
        for place, answer in enumerate(answers):
            if answer.kind != BLOB_CHUNK:
                raise _not_answered("the manifest came when it was not asked for")
            chunk = from_json(BlobChunk, answer.content, "content")
            if chunk.blob != self.wanted.id or chunk.index != done + place:
                raise _not_answered(f"chunk {chunk.index} came where chunk {done + place} belongs")
            check_chunk(manifest, chunk.index, chunk.sealed)
            if not self.service.files.append(self.wanted.id, chunk.index, chunk.sealed):
                # The record was withdrawn while its file came.
                raise NotFound
        return len(answers)


def good_chunks(files: BlobFiles, blob: BlobId, manifest: Manifest) -> int:
    """Return how many chunks are here and good, from the first on; what follows is written anew."""
    for index in range(files.chunks(blob)):
        sealed = files.chunk(blob, index) if index < len(manifest.digests) else None
        if sealed is None or chunk_digest(sealed) != manifest.digests[index]:
            return index
    return files.chunks(blob)


def _not_answered(why: str) -> Untrusted:
    return Untrusted(
        "The other side did not answer for the file as it should.",
        reason="blob_answer_differs",
        why=f"It answers with the chunks it was asked for, in order, each once: {why}.",
        do="Fetch the file again; if it happens again, tell the body that sends it. The parts that were good stay.",
    )
