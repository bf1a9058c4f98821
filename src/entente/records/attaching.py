"""Attaching a file to one of our records, and taking it off: each makes a new version (R20, R21).

The file is sealed as it is read, so that no part of it is ever plain on the node's disk and never more than a chunk in memory.
Only when its chunks are durable does a version name it: a crash in between leaves chunks that no record has, and the next start
erases them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from entente.disclosure.model import DisclosureClass
from entente.kernel.blob import BLOB_BYTES_MAX, CHUNK_BYTES, Manifest, chunk_digest, seal_chunk
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound, Unavailable
from entente.kernel.ids import BlobId, Ids, OfficerId, RecordId
from entente.kernel.sizes import size_said
from entente.records.media import MediaCheck
from entente.records.model import BLOBS_MAX, BlobReference, Record, SealedFile, StoredRecord
from entente.records.next_version import put_next_version
from entente.records.ports import BlobFiles, HeldBlob, NewBlob, PlainFile, RecordsUnit
from entente.records.rules import extract
from entente.records.service import Records
from entente.records.unit_reach import places_in_reach

Progress = Callable[[int], None]
"""Told how many bytes are done."""


@dataclass(frozen=True, slots=True)
class Attaching:
    """Adds files to our records and takes them off."""

    records: Records
    files: BlobFiles
    bytes_max: int
    """Plain bytes of all files on this node."""

    def attach(
        self,
        officer: OfficerId,
        wanted: RecordId,
        plain: PlainFile,
        terms: DisclosureClass | None,
        on_progress: Progress,
    ) -> BlobReference:
        """Attach a file to one of our records, on terms of its own or on the record's only ones.

        The bodies that hold a copy and may see the file are sent the new version.
        Raises NotFound for a record that is not ours and live, Invalid for a file or terms that are not well formed,
        Conflict for a name the record has already, Unavailable when the node's space for files is used up.
        Source: docs/rules/records.md R20 and R21.
        """
        self._look_first(officer, wanted, plain)
        with self.files.new() as new:
            sealed, manifest = seal_file(self.records.ids, plain, new, on_progress)
            new.keep(manifest)
        made = BlobReference(sealed.id, sealed.key, sealed.size, sealed.media_type, sealed.file_name, sealed.sha256)
        try:
            with self.records.open_unit() as unit:
                stored = self._ours(unit, officer, wanted)
                self._check_space(unit, made.size)
                cls = (
                    self._terms_of(unit, officer, stored)
                    if terms is None
                    else replace(terms, source=unit.bodies.own().id)
                )
                changed = _with_file(stored.record, made, cls)
                # In this order: the row of its chunks and the version that names them are one commit.
                unit.blobs.put(HeldBlob(made.id, made.size, is_whole=True))
                detail: JsonObject = {"blob": made.id, "bytes": made.size, "media_type": made.media_type.value}
                put_next_version(self.records, unit, officer, stored, changed, ("attach_file", detail))
                unit.commit()
        except BaseException:
            drop_unless_kept(self.records, self.files, made.id)
            raise
        return made

    def detach(self, officer: OfficerId, wanted: RecordId, file_name: str) -> BlobReference:
        """Take a file off one of our records, by its name or its blob; erased here and where the version arrives (R24)."""
        with self.records.open_unit() as unit:
            stored = self._ours(unit, officer, wanted)
            reader = self.records.reader(unit, officer, "attach_file", wanted)
            places = places_in_reach(reader, stored, self.records.disclosure.situation_in(unit))
            gone = next((blob for blob in stored.record.blobs if file_name in {blob.file_name, blob.id}), None)
            if gone is None or gone.terms not in places:
                raise NotFound
            changed = _without_file(stored.record, gone)
            put_next_version(self.records, unit, officer, stored, changed, ("detach_file", {"blob": gone.id}))
            unit.commit()
        return gone

    def _look_first(self, officer: OfficerId, wanted: RecordId, plain: PlainFile) -> None:
        """Refuse before a file of 256 MiB is read what would be refused after it."""
        if not 0 < plain.size <= BLOB_BYTES_MAX:
            raise Invalid(
                f"The file has {size_said(plain.size)}.",
                field="file",
                why=f"A record's file has 1 byte to {size_said(BLOB_BYTES_MAX)} (docs/rules/records.md R20).",
                do="Attach a smaller file, or cut it and attach the parts.",
            )
        MediaCheck(plain.name)
        with self.records.open_unit() as unit:
            _check_room(self._ours(unit, officer, wanted).record, plain.name)
            self._check_space(unit, plain.size)

    def _ours(self, unit: RecordsUnit, officer: OfficerId, wanted: RecordId) -> StoredRecord:
        return self.records.ours(unit, officer, "attach_file", wanted)

    def _terms_of(self, unit: RecordsUnit, officer: OfficerId, stored: StoredRecord) -> DisclosureClass:
        """Return the only terms of a record, of those that the limits of the officer's unit let them see; raise Invalid."""
        reader = self.records.reader(unit, officer, "attach_file", stored.record.id)
        places = places_in_reach(reader, stored, self.records.disclosure.situation_in(unit))
        return _only_terms([cls for place, cls in enumerate(stored.record.terms) if place in places])

    def _check_space(self, unit: RecordsUnit, size: int) -> None:
        check_space(unit, size, self.bytes_max)


def seal_file(ids: Ids, plain: PlainFile, new: NewBlob, on_progress: Progress) -> tuple[SealedFile, Manifest]:
    """Seal a plain file of a size that was looked at, under a fresh key; raise Invalid for one that is not what it is called."""
    look, digest, digests, size = MediaCheck(plain.name), hashlib.sha256(), [], plain.size
    # Two salts are the 256 bits of a key; chance is drawn in one place (kernel.ids).
    key = ids.new_salt() + ids.new_salt()
    for index, chunk in enumerate(plain.chunks(CHUNK_BYTES)):
        look.look(chunk)
        digest.update(chunk)
        sealed = seal_chunk(key, size, index, chunk)
        digests.append(chunk_digest(sealed))
        new.add(sealed)
        on_progress(min(size, (index + 1) * CHUNK_BYTES))
    look.end()
    manifest = Manifest(size, tuple(digests))
    return SealedFile(manifest.blob, key, size, look.media_type, plain.name, digest.hexdigest()), manifest


def drop_unless_kept(records: Records, files: BlobFiles, blob: BlobId) -> None:
    """Erase sealed chunks that no row names: a commit that was reported to have failed may be durable all the same."""
    # Where the store cannot be asked now, the next start erases what no row names (Blobs.recover).
    with suppress(EntenteError):
        with records.open_unit() as unit:
            is_kept = unit.blobs.get(blob) is not None
        if not is_kept:
            files.erase(blob)


def check_space(unit: RecordsUnit, size: int, bytes_max: int) -> None:
    """Raise Unavailable when a file of so many bytes would be more than the node has room for."""
    held = unit.blobs.bytes_held()
    if held + size > bytes_max:
        raise Unavailable(
            "The node's space for files is used up.",
            why=f"Files of {size_said(held)} are here, this one has {size_said(size)}, and together they may have "
            f"{size_said(bytes_max)}.",
            do="Have the operator raise the setting blobs_gb_max, or take files off records that do not need them.",
            retry_is_safe=True,
        )


def _check_room(record: Record, file_name: str) -> None:
    if any(blob.file_name == file_name for blob in record.blobs):
        raise Conflict(
            f"The record has a file called «{file_name}» already.",
            why="A record's files are asked for by their names (docs/rules/records.md R20).",
            do="Take the older one off with «entente record detach», or give this one another name.",
        )
    if len(record.blobs) >= BLOBS_MAX:
        raise Conflict(
            f"The record has {BLOBS_MAX} files already.",
            why="A record has no more files than an officer looks through (docs/rules/records.md R20).",
            do="Take one off with «entente record detach», or attach this to another record of the same thing.",
        )


def _with_file(record: Record, made: BlobReference, cls: DisclosureClass) -> Record:
    _check_room(record, made.file_name)
    if cls.kind != record.kind:
        raise Invalid(
            f"The terms are for {cls.kind}, the record is a {record.kind}.",
            field="terms",
            why="All terms of a record are for its kind (docs/rules/records.md R1).",
            do="Give the terms under which records of this kind are shared.",
        )
    known = record.terms if cls in record.terms else (*record.terms, cls)
    blob = replace(made, terms=known.index(cls))
    return replace(record, terms=known, blobs=(*record.blobs, blob))


def _only_terms(terms: Sequence[DisclosureClass]) -> DisclosureClass:
    if len(set(terms)) > 1:
        raise Invalid(
            "The record's facts are on several terms, and the file's are not said.",
            field="terms",
            why="Who is allowed to see one fact is not thereby allowed to see each; nothing is guessed about a file.",
            do="Say on what conditions the file is shared with --terms.",
        )
    return terms[0]


def _without_file(record: Record, gone: BlobReference) -> Record:
    """Return the record without a file, and without the terms that were that file's alone."""
    rest = replace(record, blobs=tuple(blob for blob in record.blobs if blob is not gone))
    used = {fact.terms for fact in rest.facts} | {link.terms for link in rest.links} | {one.terms for one in rest.blobs}
    without = extract(rest, frozenset(range(len(rest.terms))) - ({gone.terms} - used))
    assert without is not None, "the facts stay"
    return without
