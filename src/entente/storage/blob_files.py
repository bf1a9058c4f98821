"""The sealed chunks of blobs as files: one folder a blob, `blobs/<2 hex>/<64 hex>`, named by the blob's id.

    manifest      the canonical bytes of which the id is the digest
    chunks        the sealed chunks, one after the other, when all are here
    chunks.part   the same while they come; a crash may leave its end half-written, and the room checks each by its digest
    .new-…        beside the folders: a blob that is being sealed; renamed into its place when it is durable

No key is ever here: keys stand in the store, and a file whose key is gone is noise. What is erased is overwritten all the same
before it is unlinked, for disks that write in place. Every file has mode 0600.

Source: docs/rules/records.md R21, R23 and R24; records.ports.BlobFiles.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import BinaryIO, Final

from entente.kernel.blob import SEALED_CHUNK_BYTES, Manifest, is_blob_id
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BlobId
from entente.storage.files import FILE_MODE, sync_folder

FOLDER_MODE: Final = 0o700
OVERWRITE_BYTES: Final = 1024 * 1024
"""Written at once when a file is overwritten."""
_NEW: Final = ".new-"


@dataclass(slots=True)
class BlobFolder:
    """The BlobFiles of one node's folder."""

    path: Path
    _changing: Lock = field(default_factory=Lock)
    """Held while a blob's files are made, added to or erased, so that an erased blob is not written on."""

    @contextmanager
    def new(self) -> Iterator[NewBlobFiles]:
        """Begin a blob of our own; leaving the context without `keep` leaves nothing."""
        with _said():
            self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            begun = Path(mkdtemp(prefix=_NEW, dir=self.path))
        try:
            with _said():
                chunks = _create(begun / "chunks")
            with chunks:
                yield NewBlobFiles(self, begun, chunks)
        finally:
            shutil.rmtree(begun, ignore_errors=True)

    def begin(self, blob: BlobId, manifest: bytes) -> None:
        """Make ready to take in the chunks of another body's blob; what came before stays."""
        place = self._place(blob)
        with _said(), self._changing:
            place.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            part = place / "manifest.part"
            part.unlink(missing_ok=True)
            with _create(part) as file:
                file.write(manifest)
                # The store says that the blob was begun: its manifest is on the disk before that.
                file.flush()
                os.fsync(file.fileno())
            part.rename(place / "manifest")
            if (place / "chunks").exists():
                # They were whole and are asked for again: a crash came before the store knew, or some are damaged.
                (place / "chunks").rename(place / "chunks.part")
            elif not (place / "chunks.part").exists():
                _create(place / "chunks.part").close()
            sync_folder(place)
            sync_folder(place.parent)

    def manifest(self, blob: BlobId) -> bytes | None:
        """Return the bytes of a blob's manifest as they were kept; None when there is none."""
        with _said():
            try:
                return (self._place(blob) / "manifest").read_bytes()
            except FileNotFoundError:
                return None

    def chunks(self, blob: BlobId) -> int:
        """Return how many chunks are here; one at the end may be half-written."""
        with _said():
            opened = self._opened(blob)
            if opened is None:
                return 0
            with opened as file:
                return -(-os.fstat(file.fileno()).st_size // SEALED_CHUNK_BYTES)

    def chunk(self, blob: BlobId, index: int) -> bytes | None:
        """Return a sealed chunk as it is on the disk; None when it is not here."""
        with _said():
            opened = self._opened(blob)
            if opened is None:
                return None
            with opened as file:
                file.seek(index * SEALED_CHUNK_BYTES)
                return file.read(SEALED_CHUNK_BYTES) or None

    def append(self, blob: BlobId, index: int, sealed: bytes) -> bool:
        """Write the chunk with this number after those before it; False when the blob was erased meanwhile."""
        with _said(), self._changing:
            try:
                file = (self._place(blob) / "chunks.part").open("r+b")
            except FileNotFoundError:
                return False
            with file:
                file.seek(index * SEALED_CHUNK_BYTES)
                file.truncate()
                file.write(sealed)
        return True

    def finish(self, blob: BlobId) -> bool:
        """Make every chunk durable; False when the blob was erased meanwhile."""
        place = self._place(blob)
        with _said(), self._changing:
            try:
                with (place / "chunks.part").open("r+b") as file:
                    os.fsync(file.fileno())
            except FileNotFoundError:
                return (place / "chunks").exists()
            # Until this line a crash leaves a part, which is checked and gone on with.
            (place / "chunks.part").rename(place / "chunks")
            sync_folder(place)
        return True

    def erase(self, blob: BlobId) -> None:
        """Overwrite and remove a blob's files. One that is not here is erased already."""
        with _said(), self._changing:
            _erase(self._place(blob))

    def erase_others(self, known: frozenset[BlobId]) -> int:
        """Erase every blob but these, and what a crash left of one that was begun; return how many."""
        erased = 0
        with _said(), self._changing:
            for place in [*self.path.glob(f"{_NEW}*"), *self.path.glob("??/*")]:
                if place.is_dir() and BlobId(f"blob:{place.name}") not in known:
                    _erase(place)
                    erased += 1
        return erased

    def keep(self, begun: Path, manifest: Manifest) -> None:
        """Put a sealed blob in its place. Durable when this returns."""
        place = self._place(manifest.blob)
        with _said(), self._changing:
            with _create(begun / "manifest") as file:
                file.write(manifest.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            sync_folder(begun)
            place.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            # A crash after this line leaves a blob that no record has; the next start erases it.
            begun.rename(place)
            sync_folder(place.parent)
            sync_folder(self.path)

    def _opened(self, blob: BlobId) -> BinaryIO | None:
        for name in ("chunks", "chunks.part", "chunks"):
            # A part may become whole between two looks.
            try:
                return (self._place(blob) / name).open("rb")
            except FileNotFoundError:
                continue
        return None

    def _place(self, blob: BlobId) -> Path:
        assert is_blob_id(blob), "an id is checked where it comes in, since it names a folder here"
        name = blob.removeprefix("blob:")
        return self.path / name[:2] / name


@dataclass(frozen=True, slots=True)
class NewBlobFiles:
    """A blob that is being sealed (records.ports.NewBlob)."""

    folder: BlobFolder
    begun: Path
    chunks: BinaryIO

    def add(self, sealed: bytes) -> None:
        """Write the next sealed chunk."""
        with _said():
            self.chunks.write(sealed)

    def keep(self, manifest: Manifest) -> None:
        """Keep the blob under its id, durable when this returns."""
        with _said():
            self.chunks.flush()
            os.fsync(self.chunks.fileno())
        self.folder.keep(self.begun, manifest)


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE), "wb")


def _erase(place: Path) -> None:
    if not place.is_dir():
        return
    # A crash in here leaves a folder that no row knows; the next start goes on with it.
    for path in place.iterdir():
        _overwrite(path)
        path.unlink()
    place.rmdir()
    sync_folder(place.parent)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, OVERWRITE_BYTES)))
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _said() -> Iterator[None]:
    """Say in the tree of errors what an error of the disk means."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise Unavailable(
            "The disk is full: the file could not be kept." if is_full else "The folder of files failed.",
            why=f"The system says «{error.strerror}». The parts of a file that came before stay.",
            do="Free space on the disk that holds the node's folder, then do it again."
            if is_full
            else "Check the folder «blobs» in the node's folder and the disk that holds it, then do it again.",
            retry_is_safe=True,
        ) from error
