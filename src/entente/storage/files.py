"""Private files: written whole or not at all, readable by the account that runs the node alone.

Used for keys and the operator's token. A private file that others can read is refused, not mended: its content may be known.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from entente.kernel.errors import Conflict, Misconfigured

FILE_MODE: Final = 0o600
FILE_BYTES_MAX: Final = 64 * 1024
"""An encrypted sealing key is under 1 KB."""


def write_private(path: Path, data: bytes) -> None:
    """Write a new private file, durable when this returns; raise Conflict when there is one, which stays as it is."""
    assert len(data) <= FILE_BYTES_MAX, "private files are short"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, fails when the name is taken: a key is never overwritten.
        path.hardlink_to(part)
    except FileExistsError as error:
        raise Conflict(
            f"The file {path.name} exists already.",
            why="A private key is never overwritten: what was signed or sealed with it would be lost.",
            do="Use the key that is there, or choose another folder.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Read a private file; raise Misconfigured when it is missing, too long, or open to other accounts."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise Misconfigured(
            f"The file {path.name} cannot be read.",
            why=f"The node needs it, and opening it says: {error.strerror}.",
            do=f"Look in {path.parent}; run «entente init» for a new node, or restore the file from its backup.",
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise Misconfigured(
                f"The file {path.name} is open to other accounts of this machine.",
                why=f"Its mode is {mode:04o}; whoever read it can act as this node.",
                do=f"If nobody can have read it, run «chmod 600 {path}»; otherwise change the key.",
            )
        data = file.read(FILE_BYTES_MAX + 1)
    if len(data) > FILE_BYTES_MAX:
        raise Misconfigured(
            f"The file {path.name} is too long.",
            why=f"A private file of a node has at most {FILE_BYTES_MAX} bytes.",
            do="Restore the file from its backup.",
        )
    return data


def remove_private(path: Path) -> None:
    """Remove a private file, durably; one that is not there is no fault.

    The blocks it lay in are the file system's: who must not find them again encrypts the disk.
    """
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which names a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
