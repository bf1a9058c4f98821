"""Small files of the index folder, of which a crash leaves the old or the new, and what is said when the disk fails."""

from __future__ import annotations

import os
from pathlib import Path

from entente.kernel.errors import Unavailable


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, and have it on the disk; an OSError where one stands there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_durably(path: Path, text: str) -> None:
    """Put a short ASCII text into the place of what stands there, in one step."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def index_not_written(error: Exception) -> Unavailable:
    """Say that the index cannot be written now."""
    return Unavailable(
        "The search index cannot be written.",
        why=f"Another process holds its lock, or its folder cannot be written ({str(error)[:120]}).",
        do="End the other command that uses this node's folder, or make room on its disk; the index then catches up.",
        retry_is_safe=True,
    )
