"""The files an officer attaches to a record, and those he takes out of one; records.media judges what they hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from entente.kernel.errors import Invalid

OUT_MODE: Final = 0o600
"""What was sealed is open to the node's own account alone when it is taken out."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file being read (records.ports.PlainFile)."""

    name: str
    size: int
    opened: BinaryIO

    def chunks(self, chunk_bytes: int) -> Iterator[bytes]:
        """Give its bytes in order; raise Invalid when they are not as many as when it was opened."""
        left = self.size
        while left > 0:
            try:
                chunk = self.opened.read(min(chunk_bytes, left))
            except OSError as error:
                raise _unreadable(self.name, error.strerror or "it cannot be read") from error
            if len(chunk) < min(chunk_bytes, left):
                raise _unreadable(self.name, "it became shorter while it was read")
            left -= len(chunk)
            yield chunk
        if self.opened.read(1):
            raise _unreadable(self.name, "it became longer while it was read")


@contextmanager
def opened_attachment(file: Path) -> Iterator[AttachedFile]:
    """Open a plain file; raise Invalid for what is none, or cannot be read."""
    opened = _opened(file)
    with opened:
        found = os.fstat(opened.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable(file.name, "it is no plain file")
        yield AttachedFile(file.name, found.st_size, opened)


def _opened(file: Path) -> BinaryIO:
    try:
        # Without waiting for the other end, should the name be a pipe's.
        return open(file, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        raise _unreadable(file.name, error.strerror or "it cannot be opened") from error


@contextmanager
def new_file(file: Path) -> Iterator[Callable[[bytes], None]]:
    """Open a file that is not there yet; it stands under its name only when the caller left without an error."""
    part = file.with_name(f".{file.name}.part")
    try:
        if file.exists():
            raise FileExistsError("it exists already")
        part.unlink(missing_ok=True)
        opened = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OUT_MODE), "wb")
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        with opened:
            yield lambda data: _write(opened, data)
            opened.flush()
            os.fsync(opened.fileno())
        # A link, unlike a rename, fails when the name was taken meanwhile.
        file.hardlink_to(part)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        part.unlink(missing_ok=True)


def _write(opened: BinaryIO, data: bytes) -> None:
    opened.write(data)


def _unreadable(name: str, why: str) -> Invalid:
    return Invalid(
        f"The file {name} cannot be attached.",
        field="file",
        why=f"It is read from its first byte to its last by the account that runs the node: {why}.",
        do="Name a plain file that this account may read, and leave it as it is meanwhile.",
    )


def _unwritable(file: Path, error: OSError) -> Invalid:
    return Invalid(
        f"The file {file.name} cannot be written.",
        field="out",
        why=f"What a record holds is written to a new file by the account that runs the node: {error.strerror or error}.",
        do="Name a file that does not exist yet, in a folder that this account may write.",
    )
