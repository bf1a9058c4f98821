"""The log's folder on disk: tiles, entries and checkpoint, each written whole or not at all.

A file is written beside its place, made durable, and renamed into it: a reader, or a crash, meets the old file or the new one.
The files can be served as they are; nothing personal is in them (docs/rules/trail.md T8).

    log/                     mode 0700, files 0600
    log/.part…               the files that were being written when the machine went down, if any
    log.aside-<number>/      an earlier log that the trail did not continue: evidence, for the operator to keep or remove

Source: docs/rules/trail.md T8 and T11; trail.ports.LogFiles.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from entente.kernel.errors import Unavailable
from entente.storage.files import FILE_MODE, sync_folder

FOLDER_MODE: Final = 0o700
FILE_BYTES_MAX: Final = 64 * 1024
"""The largest is a checkpoint with many signatures; a bundle of entries has 8,704 bytes."""
TOGETHER: Final = 64
"""Files whose folders are synced together; as many parts does a crash leave at most, and the next writing takes their names."""
_PART = ".part"


class TileFolder:
    """The LogFiles of one folder. Safe from several threads of the process that holds the node's folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let one thread at a time in."""
        with self._lock:
            yield

    def read(self, path: str) -> bytes | None:
        """Return a file; None where there is none, or something longer than any file of a log."""
        try:
            with (self._path / path).open("rb") as file:
                data = file.read(FILE_BYTES_MAX + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise _failed("read", path, error) from error
        return data if len(data) <= FILE_BYTES_MAX else None

    def write(self, path: str, data: bytes) -> None:
        """Write a file whole, durable when this returns."""
        self.write_all([(path, data)])

    def write_all(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write files, each whole, durable together when this returns: folders are synced once, after the last of them."""
        for start in range(0, len(files), TOGETHER):
            self._write_together(files[start : start + TOGETHER])

    def _write_together(self, files: Sequence[tuple[str, bytes]]) -> None:
        path = ""
        try:
            placed = []
            for number, (path, data) in enumerate(files):
                place, part = self._path / path, self._path / f"{_PART}{number or ''}"
                self._make(place.parent)
                descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                placed.append((part, place))
            for part, place in placed:
                part.replace(place)
            for folder in dict.fromkeys(place.parent for _, place in placed):
                sync_folder(folder)
        except OSError as error:
            raise _failed("write", path, error) from error

    def drop(self, path: str) -> None:
        """Remove a folder of partial tiles, if it is there. Not made durable: one that comes back does no harm."""
        try:
            shutil.rmtree(self._path / path)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise _failed("remove", path, error) from error

    def begin_again(self) -> None:
        """Remove everything; the checkpoint first, so that a crash in between leaves no checkpoint without its tiles."""
        try:
            (self._path / "checkpoint").unlink(missing_ok=True)
            if self._path.is_dir():
                sync_folder(self._path)
                shutil.rmtree(self._path)
        except OSError as error:
            raise _failed("remove", ".", error) from error

    def set_aside(self) -> None:
        """Move everything beside the log's folder, under the next number."""
        number = 1 + max((int(name.rpartition("-")[2]) for name in self.aside()), default=0)
        try:
            self._path.rename(self._path.with_name(f"{self._path.name}.aside-{number}"))
            sync_folder(self._path.parent)
        except OSError as error:
            raise _failed("move", ".", error) from error

    def aside(self) -> tuple[str, ...]:
        """Return the names of the folders that were set aside, oldest first."""
        found = self._path.parent.glob(f"{self._path.name}.aside-*")
        names = [path.name for path in found if path.name.rpartition("-")[2].isdecimal()]
        return tuple(sorted(names, key=lambda name: int(name.rpartition("-")[2])))

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it, each durable in the one that holds it."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir(mode=FOLDER_MODE)
            sync_folder(one.parent)


def _failed(what: str, path: str, error: OSError) -> Unavailable:
    return Unavailable(
        f"The log's file {path} cannot be {_DONE[what]}.",
        why=f"The disk or the account that runs the node does not allow it: {error.strerror}.",
        do="Look at the disk and at the modes of the log's folder; the log goes on by itself, and the store is untouched.",
        retry_is_safe=True,
    )


_DONE = {"read": "read", "write": "written", "remove": "removed", "move": "set aside"}
