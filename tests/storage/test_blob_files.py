"""The BlobFiles and BlobStore ports on a real disk and store: what a crash leaves, what a record keeps, what is erased.

Source: docs/rules/records.md R21, R23 and R24.
"""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from entente.kernel.blob import SEALED_CHUNK_BYTES, Manifest, chunk_digest
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BlobId, RecordId
from entente.records.model import BlobReference, MediaType
from entente.records.ports import HeldBlob, RecordWrite
from entente.storage.blob_files import BlobFolder
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.examples import NOW, TODAY
from tests.storage.failing_commit import fail_commit
from tests.support.make_blob_vectors import GOLDEN, sealed_chunks

pytestmark = pytest.mark.storage

SIZE = GOLDEN["good_three_chunks"]
CHUNKS = sealed_chunks(SIZE)
MANIFEST = Manifest(SIZE, tuple(chunk_digest(chunk) for chunk in CHUNKS))
BLOB = MANIFEST.blob


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


def left(files: BlobFolder) -> list[str]:
    return sorted(path.name for path in files.path.rglob("*") if path.is_file())


def test_new_blob_is_there_when_it_is_kept_and_nothing_of_it_when_it_is_not(files: BlobFolder) -> None:
    with files.new() as new:
        new.add(CHUNKS[0])
    assert left(files) == []
    with pytest.raises(ZeroDivisionError), files.new() as new:
        new.add(bytes(1 // 0))
    assert left(files) == []
    with files.new() as new:
        for chunk in CHUNKS:
            new.add(chunk)
        new.keep(MANIFEST)
    assert left(files) == ["chunks", "manifest"]
    assert files.chunks(BLOB) == 3
    assert [files.chunk(BLOB, index) for index in range(4)] == [*CHUNKS, None]
    assert files.manifest(BLOB) == MANIFEST.to_bytes()
    assert {path.stat().st_mode & 0o777 for path in files.path.rglob("*") if path.is_file()} == {0o600}


def test_part_grows_chunk_by_chunk_and_a_chunk_is_written_anew_over_a_half_written_one(files: BlobFolder) -> None:
    files.begin(BLOB, MANIFEST.to_bytes())
    assert files.append(BLOB, 0, CHUNKS[0])
    assert files.append(BLOB, 1, CHUNKS[1][:100])
    # A fetch that begins again leaves what came.
    files.begin(BLOB, MANIFEST.to_bytes())
    assert files.chunks(BLOB) == 2
    assert files.chunk(BLOB, 1) == CHUNKS[1][:100]
    for index in (1, 2):
        assert files.append(BLOB, index, CHUNKS[index])
    assert left(files) == ["chunks.part", "manifest"]
    assert files.finish(BLOB)
    assert files.finish(BLOB), "twice changes nothing"
    assert [files.chunk(BLOB, index) for index in range(3)] == CHUNKS


def test_blob_that_was_erased_is_not_written_on(files: BlobFolder) -> None:
    files.begin(BLOB, MANIFEST.to_bytes())
    files.erase(BLOB)
    files.erase(BLOB)
    assert not files.append(BLOB, 0, CHUNKS[0])
    assert not files.finish(BLOB)
    assert files.chunk(BLOB, 0) is None
    assert files.manifest(BLOB) is None
    assert left(files) == []


def test_what_is_erased_was_overwritten_before_its_name_went(files: BlobFolder) -> None:
    files.begin(BLOB, MANIFEST.to_bytes())
    files.append(BLOB, 0, CHUNKS[0])
    (part,) = files.path.rglob("chunks.part")
    # A second name keeps the file in sight when its own is gone.
    beside = files.path.parent / "beside"
    beside.hardlink_to(part)
    files.erase(BLOB)
    assert beside.read_bytes() == bytes(SEALED_CHUNK_BYTES)


def test_recovery_erases_what_no_row_knows_and_what_was_begun(files: BlobFolder) -> None:
    files.begin(BLOB, MANIFEST.to_bytes())
    other = BlobId("blob:" + "ab" * 32)
    files.begin(other, b"{}")
    (files.path / ".new-crashed").mkdir()
    (files.path / ".new-crashed" / "chunks").write_bytes(b"sealed")
    assert files.erase_others(frozenset({BLOB})) == 2
    assert files.manifest(BLOB) is not None
    assert left(files) == ["chunks.part", "manifest"]
    assert files.erase_others(frozenset()) == 1
    assert BlobFolder(files.path / "never made").erase_others(frozenset()) == 0


@pytest.mark.parametrize(("number", "says"), [(errno.ENOSPC, "disk is full"), (errno.EIO, "failed")])
def test_disk_that_fails_is_said_and_the_chunks_before_stay(
    files: BlobFolder, number: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.begin(BLOB, MANIFEST.to_bytes())
    files.append(BLOB, 0, CHUNKS[0])

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Unavailable) as failed:
        files.finish(BLOB)
    assert says in failed.value.what
    assert failed.value.retry_is_safe
    assert files.chunk(BLOB, 0) == CHUNKS[0]


def reference(blob: BlobId, terms: int = 0) -> BlobReference:
    return BlobReference(blob, b"\x07" * 32, SIZE, MediaType.JPEG, f"{blob[-4:]}.jpg", "0b" * 32, terms)


def with_files(write: RecordWrite, *blobs: BlobId) -> RecordWrite:
    return replace(write, record=replace(write.record, blobs=tuple(reference(blob) for blob in blobs)))


FIRST, SECOND = BlobId("blob:" + "01" * 32), BlobId("blob:" + "02" * 32)


def known(store: Store) -> frozenset[BlobId]:
    with store.view() as view:
        return view.blobs.known()


def forgotten(store: Store) -> set[BlobId]:
    with store.unit() as unit:
        gone = unit.blobs.forget_unreferenced()
        unit.commit()
    return set(gone)


def test_record_is_read_back_with_its_files_and_found_by_them(store: Store) -> None:
    with store.unit() as unit:
        classes = ((unit.classes.number_of(examples.disclosure_class()), examples.disclosure_class()),)
        write, plain = with_files(examples.write("1", classes), FIRST, SECOND), examples.write("2", classes)
        unit.records.put_many([write, plain])
        unit.commit()
    with store.view() as view:
        held = view.records.get(write.record.id)
        assert held is not None
        assert held.record == write.record
        assert view.records.records_with(SECOND) == (write.record.id,)
        assert view.records.with_blobs([plain.record.id, write.record.id]) == {write.record.id: write.record}


def test_file_is_wanted_as_long_as_one_live_record_has_it(store: Store) -> None:
    with store.unit() as unit:
        classes = ((unit.classes.number_of(examples.disclosure_class()), examples.disclosure_class()),)
        unit.records.put_many([with_files(examples.write(name, classes), FIRST, SECOND) for name in ("1", "2", "3")])
        for blob in (FIRST, SECOND):
            unit.blobs.put(HeldBlob(blob, SIZE, is_whole=True))
        assert unit.blobs.bytes_held() == 2 * SIZE
        unit.commit()
    assert forgotten(store) == set()
    with store.unit() as unit:
        unit.records.set_withdrawn(RecordId("body:xa/1"), NOW, 9)
        unit.records.put_many([with_files(examples.write("2", classes, version=2), SECOND)])
        unit.commit()
    assert forgotten(store) == set()
    with store.unit() as unit:
        unit.records.set_withdrawn(RecordId("body:xa/3"), NOW, 9)
        # A withdrawn record that is written again wants nothing either.
        unit.records.put_many([with_files(examples.write("1", classes, version=2), FIRST)])
        unit.commit()
    assert known(store) == {FIRST, SECOND}
    assert forgotten(store) == {FIRST}
    assert known(store) == {SECOND}


def test_sweep_is_asked_for_after_the_commit_that_drops_a_file_and_after_no_other(store: Store) -> None:
    swept: list[int] = []
    store.sweep_files(lambda: swept.append(0), lambda: swept.append(1))
    assert swept == [0]
    with store.unit() as unit:
        classes = ((unit.classes.number_of(examples.disclosure_class()), examples.disclosure_class()),)
        unit.records.put_many([with_files(examples.write("1", classes), FIRST)])
        unit.commit()
    with store.unit() as unit:
        unit.records.set_withdrawn(RecordId("body:xa/1"), NOW, 9)
        # Undone: the file is still the record's.
    with store.unit() as unit:
        unit.records.put_many([with_files(examples.write("2", classes))])
        unit.commit()
    assert swept == [0]
    with store.unit() as unit:
        unit.records.set_withdrawn(RecordId("body:xa/1"), NOW, 9)
        unit.commit()
    assert swept == [0, 1]


def test_file_dropped_by_a_commit_that_was_kept_and_reported_as_failed_is_swept_after_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[int] = []
    store.sweep_files(lambda: swept.append(0), lambda: swept.append(1))
    with store.unit() as unit:
        classes = ((unit.classes.number_of(examples.disclosure_class()), examples.disclosure_class()),)
        unit.records.put_many([with_files(examples.write("1", classes), FIRST)])
        unit.commit()
    with monkeypatch.context() as patch, store.unit() as unit:
        fail_commit(store, patch, kept=True)
        unit.records.set_withdrawn(RecordId("body:xa/1"), NOW, 9)
        with pytest.raises(Unavailable):
            unit.commit()
    assert swept == [0]
    with store.unit() as unit:
        unit.records.put_many([with_files(examples.write("2", classes))])
        unit.commit()
    assert swept == [0, 1]


def test_sweep_that_fails_does_not_undo_or_end_anything(store: Store) -> None:
    def fail() -> None:
        raise Unavailable("The folder of files failed.", why="It is read-only.", do="Mend it.", retry_is_safe=True)

    store.sweep_files(lambda: None, fail)
    with store.unit() as unit:
        classes = ((unit.classes.number_of(examples.disclosure_class()), examples.disclosure_class()),)
        write = with_files(examples.write("1", classes), FIRST)
        unit.records.put_many([write])
        unit.commit()
    with store.unit() as unit:
        unit.records.set_withdrawn(write.record.id, NOW, 9)
        unit.commit()
    with store.view() as view:
        held = view.records.get(write.record.id)
        assert held is not None
        assert held.withdrawn_at == NOW


def test_record_is_on_no_list_by_the_terms_of_a_file_alone(store: Store) -> None:
    with store.unit() as unit:
        classes = [examples.disclosure_class(mark=mark) for mark in ("", "of the file")]
        open_to, file_only = (unit.classes.number_of(cls) for cls in classes)
        write = examples.write("1", ((open_to, classes[0]),))
        made = replace(write.record, terms=tuple(classes), blobs=(reference(FIRST, terms=1),))
        unit.records.put_many([replace(write, record=made, class_numbers=(open_to, file_only))])
        unit.commit()

    def listed(number: int) -> tuple[int, int]:
        with store.view() as view:
            allowed, records = frozenset({number}), view.records
            page = records.page(allowed, today=TODAY, after=0, limit=9)
            return len(page.records), records.count(allowed, today=TODAY)

    assert (listed(open_to), listed(file_only)) == ((1, 1), (0, 0))
    # The next version leaves the lists it was on, and no other.
    with store.unit() as unit:
        again = examples.write("1", ((file_only, classes[1]),), version=2, erase_on=date(2034, 1, 1))
        unit.records.put_many([again])
        unit.commit()
    assert (listed(open_to), listed(file_only)) == ((0, 0), (1, 1))
