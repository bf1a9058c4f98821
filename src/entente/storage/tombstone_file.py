"""A file of tombstones: what was erased, kept beside the backups, so that a restored one erases it again before it answers.

One JSON document a line: a head with the body, the secret's name and how many follow; one line a tombstone, digests throughout;
and a last line with the HMAC-SHA256 of all before it under the tombstones' secret. A file that was changed, cut, or made under
another secret erases nothing: whoever can write to the place where backups lie cannot have records erased by it.

Source: docs/rules/records.md R13; DESIGN section 6, oversight.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from entente.kernel.canonical import Json
from entente.kernel.codec import from_json, to_json
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ids import BodyId
from entente.records.model import KeptTombstone
from entente.storage.files import FILE_MODE

VERSION: Final = 1
LINE_BYTES_MAX: Final = 512 * 1024
"""A tombstone with as many keys as a record can have is a seventh of it."""
TOMBSTONES_MAX: Final = 10_000_000
"""Twice the records of the largest node that was measured (DESIGN section 10)."""

LINES_MIN: Final = 2
"""A head and the line that proves it, of a node that erased nothing yet."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line."""

    v: int
    body: BodyId
    key_id: str
    at: datetime
    tombstones: int


@dataclass(frozen=True, slots=True)
class TombstoneFiles:
    """Writes and reads files of tombstones under one node's secret (node.TombstoneFiles)."""

    secret: bytes = field(repr=False)
    key_id: str

    def write(self, path: Path, body: BodyId, at: datetime, kept: Sequence[KeptTombstone]) -> None:
        """Write a new file, readable by this account alone; raise Conflict when there is one, Invalid when it cannot be."""
        head = Head(VERSION, body, self.key_id, at, len(kept))
        seal = self._seal()
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
            with _gone_unless_whole(path), os.fdopen(descriptor, "wb") as file:
                for line in (_line(to_json(one)) for one in (head, *kept)):
                    seal.update(line)
                    file.write(line)
                file.write(_line({"mac": seal.hexdigest()}))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            raise Conflict(
                f"The file {path.name} exists already.",
                why="A file of tombstones is never overwritten: the older one may be the only one that a backup goes with.",
                do="Name another file.",
            ) from error
        except OSError as error:
            raise Invalid(
                f"The file {path.name} cannot be written.",
                field="file",
                why=f"Making it says: {error.strerror}.",
                do="Name a file in a folder that this account may write.",
            ) from error

    def read(self, path: Path, body: BodyId) -> tuple[datetime, tuple[KeptTombstone, ...]]:
        """Read a whole file and when it was written.

        Raises Invalid for one that is damaged, changed or of another node, before anything is erased.
        """
        lines = list(_lines(path))
        if len(lines) < LINES_MIN:
            raise _wrong(path, "it is cut short")
        head = from_json(Head, _document(path, lines[0]), "head")
        if (head.v, head.body, head.key_id) != (VERSION, body, self.key_id):
            raise _wrong(path, "it is of another body or version, or made under another tombstone.key")
        seal = self._seal()
        for line in lines[:-1]:
            seal.update(line)
        last = _document(path, lines[-1])
        given = last.get("mac") if isinstance(last, dict) else None
        if not isinstance(given, str) or not hmac.compare_digest(
            given.encode("utf-8"), seal.hexdigest().encode("ascii")
        ):
            raise _wrong(path, "its last line does not prove the lines before it")
        kept = (from_json(KeptTombstone, _document(path, line), "tombstone") for line in lines[1:-1])
        return head.at, tuple(kept)

    def _seal(self) -> hmac.HMAC:
        return hmac.new(self.secret, b"file of tombstones\0", "sha256")


@contextmanager
def _gone_unless_whole(path: Path) -> Iterator[None]:
    """Remove a new file that could not be written to its end: half of one proves nothing, and would stand in the way."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            for count in range(TOMBSTONES_MAX + 2):
                line = file.readline(LINE_BYTES_MAX + 1)
                if not line:
                    return
                if len(line) > LINE_BYTES_MAX:
                    raise _wrong(path, f"line {count + 1} has more than {LINE_BYTES_MAX} bytes")
                yield line
    except OSError as error:
        raise _wrong(path, f"it cannot be read: {error.strerror}") from error


def _document(path: Path, line: bytes) -> Json:
    try:
        document: Json = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong(path, "a line of it is no JSON") from error
    return document


def _line(document: Json) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _wrong(path: Path, why: str) -> Invalid:
    return Invalid(
        f"The file {path.name} is no file of tombstones of this node.",
        field="file",
        why=f"Nothing is erased by a file that does not prove itself: {why}.",
        do="Name the newest file that «entente erasure export» of this node wrote.",
    )
