"""Making a backup of one node, while it runs or while it is stopped.

The store is copied as of one moment, under a snapshot that holds up nobody; then key files and records' files, which are written
once and never changed. The file gets its name only when all of it is durable: a backup that was cut off leaves nothing that
looks whole, and the next one removes what it left.

Where the plain copy of the store lies meanwhile: beside the backup, which holds the same in the clear; for a sealed backup
in the node's own folder, so that nothing plain ever touches the other disk.

Source: docs/rules/node.md N6; docs/decisions/0017-a-backup-is-one-file-that-proves-itself.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final

from entente import __version__
from entente.kernel.clock import Clock
from entente.kernel.errors import Conflict, Invalid, Unavailable
from entente.kernel.sizes import size_said
from entente.node import BackupMade
from entente.storage.backup_file import (
    FORMAT,
    FORMAT_VERSION,
    STORE,
    HashingWriter,
    Manifest,
    Source,
    hashes_of,
    write_backup,
)
from entente.storage.disk import MEBIBYTE
from entente.storage.engine import Engine
from entente.storage.files import sync_folder
from entente.storage.folder import Folder
from entente.storage.migrate import version_of
from entente.storage.sealed_file import read_passphrase
from entente.storage.store import view_of_copy

ROOM_BESIDE_BYTES: Final = 16 * MEBIBYTE
"""Left free beside what a backup needs, for the node itself."""


class FolderBackups:
    """Makes backups of one node's folder, one at a time. The caller's process holds the folder."""

    def __init__(self, folder: Folder, clock: Clock, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        self._clock = clock
        self._lock = Lock()

    def make(
        self, out: Path, *, has_keys: bool, passphrase_file: Path | None, progress: Callable[[int], None]
    ) -> BackupMade:
        """Make a backup under a new name and return what is in it; durable when this returns.

        `progress` is told the MiB done so far; what it raises ends the backup. Raises Invalid for a place that cannot hold
        one, Conflict when the name is taken or another backup is being made, Unavailable when there is not room enough.
        """
        out = _checked(out, self._folder.path)
        passphrase = None if passphrase_file is None else read_passphrase(passphrase_file)
        if not self._lock.acquire(blocking=False):
            raise _under_way()
        try:
            making = _Making(self._folder, self._engine, out, self._clock.now(), _Counter(progress))
            return making.run(has_keys=has_keys, passphrase=passphrase)
        finally:
            self._lock.release()

    def stores_before(self) -> tuple[str, ...]:
        """Return the names of the copies that were made before the store was brought forward and that still lie there."""
        return tuple(path.name for path in self._folder.stores_before())


class _Counter:
    """Counts bytes and tells MiB, when another one is full."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        self._bytes = 0

    def advance(self, count: int) -> None:
        before = self._bytes // MEBIBYTE
        self._bytes += count
        if self._bytes // MEBIBYTE > before:
            self._progress(self._bytes // MEBIBYTE)


@dataclass(slots=True)
class _Making:
    """One backup under way."""

    folder: Folder
    engine: Engine
    out: Path
    now: datetime
    counter: _Counter

    def run(self, *, has_keys: bool, passphrase: str | None) -> BackupMade:
        copy = self.folder.copy_file if passphrase is not None else self.out.with_name(f".{self.out.name}.store.part")
        part = self.out.with_name(f".{self.out.name}.part")
        # What a backup of the same name left when it was cut off.
        for left in (copy, part):
            left.unlink(missing_ok=True)
        try:
            self._require_room(copy.parent)
            self.engine.copy_to(copy, self.counter.advance)
            sources = [Source(STORE, copy), *self._files(has_keys=has_keys)]
            hashes = hashes_of(sources, self.counter.advance)
            manifest = self._manifest(copy, hashes, has_keys=has_keys)
            sha256 = self._write(part, manifest, hashes, sources, passphrase)
            if self.out.exists():
                raise _name_taken(self.out)
            part.rename(self.out)
            sync_folder(self.out.parent)
        except OSError as error:
            raise _not_written(self.out, error) from error
        finally:
            for left in (copy, part):
                with suppress(OSError):
                    left.unlink(missing_ok=True)
        return BackupMade(
            file=str(self.out),
            file_bytes=self.out.stat().st_size,
            file_sha256=sha256,
            made_at=manifest.made_at,
            body=manifest.body,
            code=manifest.code,
            schema=manifest.schema,
            trail_rows=manifest.trail_rows,
            trail_root=manifest.trail_root,
            has_keys=has_keys,
            is_sealed=passphrase is not None,
            files=len(sources) - 1,
        )

    def _write(
        self, part: Path, manifest: Manifest, hashes: bytes, sources: list[Source], passphrase: str | None
    ) -> str:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            hashing = HashingWriter(file, self.counter.advance)
            write_backup(hashing, manifest, hashes, sources, passphrase)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        return hashing.sha256()

    def _files(self, *, has_keys: bool) -> list[Source]:
        roots = [self.folder.blobs] if not has_keys else [self.folder.keys, self.folder.blobs]
        return [
            Source(path.relative_to(self.folder.path).as_posix(), path)
            for root in roots
            for path in sorted(root.rglob("*"))
            # A name that begins with a dot, or ends with «.part», is a file that somebody is still writing.
            if path.is_file()
            and path.suffix != ".part"
            and not any(name.startswith(".") for name in path.relative_to(root).parts)
        ]

    def _manifest(self, copy: Path, hashes: bytes, *, has_keys: bool) -> Manifest:
        schema, oldest_code = version_of(copy)
        with view_of_copy(copy) as view:
            own, frontier = view.bodies.own(), view.trail.frontier()
        return Manifest(
            format=FORMAT,
            version=FORMAT_VERSION,
            made_at=self.now,
            body=own.id,
            code=own.code,
            package=__version__,
            schema=schema,
            oldest_code=oldest_code,
            trail_rows=frontier.size,
            trail_root=frontier.root.hex(),
            has_keys=has_keys,
            hashes_sha256=hashlib.sha256(hashes).hexdigest(),
        )

    def _require_room(self, copies: Path) -> None:
        # The copy of a server's store is a file too, and about as large.
        store = self.engine.store_bytes()
        blobs = sum(path.stat().st_size for path in self.folder.blobs.rglob("*") if path.is_file())
        is_same_disk = copies.stat().st_dev == self.out.parent.stat().st_dev
        _require(copies, store * (2 if is_same_disk else 1) + (blobs if is_same_disk else 0))
        _require(self.out.parent, store + blobs)


def _require(place: Path, needed: int) -> None:
    free = shutil.disk_usage(place).free
    if free < needed + ROOM_BESIDE_BYTES:
        raise Unavailable(
            "There is not room enough for the backup.",
            why=f"It needs about {size_said(needed)} in {place}, and {size_said(free)} are free. Nothing was written.",
            do="Free space there, or write the backup to another disk. One that is not sealed needs none on the node's own.",
            retry_is_safe=True,
        )


def _checked(out: Path, folder: Path) -> Path:
    """Return the place of a new backup, or raise Invalid or Conflict for one that cannot hold it."""
    if not out.is_absolute():
        raise _bad_place("the node may run in another folder than the one you are in, so the path begins with «/»")
    if not out.parent.is_dir():
        raise _bad_place(f"there is no folder {out.parent}")
    if out.parent.resolve() == folder.resolve() or folder.resolve() in out.parent.resolve().parents:
        raise _bad_place("it lies in the node's own folder: whatever takes the folder would take the backup with it")
    if out.exists() or out.is_symlink():
        raise _name_taken(out)
    return out


def _bad_place(why: str) -> Invalid:
    return Invalid(
        "The backup cannot be written there.",
        field="out",
        why=f"A backup is a new file in a folder that is there: {why}.",
        do="Name a new file on another disk, or at least in another folder.",
    )


def _name_taken(out: Path) -> Conflict:
    return Conflict(
        f"The file {out.name} exists already.",
        why="A backup never overwrites anything: what is there may be the only good one.",
        do="Choose another name, for example one with the date, or remove the old file first.",
    )


def _under_way() -> Conflict:
    return Conflict(
        "A backup of this node is being made already.",
        why="Two at once would copy the same store twice and only slow each other down.",
        do="Wait until it has ended.",
    )


def _not_written(out: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The backup {out.name} was not made.",
        why=f"The system says: {error.strerror or error}. Nothing that looks like a backup was left.",
        do="Free space on its disk or choose another one, and do it again; the node is as it was.",
        retry_is_safe=True,
    )
