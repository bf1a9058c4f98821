"""The form of a backup: one tar file whose first two members say what the others must be.

    manifest.json   format, version, body, schema, trail, what is in it (Manifest)
    hashes.txt      the SHA-256 of each member that follows, in its order, as sha256sum writes them
    entente.db      the store as of one moment
    keys/…          key files; none in a backup without keys
    blobs/…         the files of records, where there are any

Under a passphrase the whole tar is a sealed file (storage.sealed_file). A reader takes nothing but these names, in the order
the hashes state; a member that is missing, added, longer, or of another hash refuses the whole.

Source: docs/rules/node.md N6 and N7; docs/decisions/0017-a-backup-is-one-file-that-proves-itself.md; POSIX.1-2001 (pax).
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Final

from entente import __version__
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid, Misconfigured
from entente.kernel.ids import BodyId
from entente.storage.schema import SCHEMA
from entente.storage.sealed_file import OpeningReader, SealingWriter, is_sealed

FORMAT: Final = "entente backup"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
HASHES: Final = "hashes.txt"
STORE: Final = "entente.db"
MANIFEST_BYTES_MAX: Final = 64 * 1024
HASHES_BYTES_MAX: Final = 256 * 1024 * 1024
"""A line has about 140 bytes: two million files."""
PIECE_BYTES: Final = 1024 * 1024
FILE_MODE: Final = 0o600

_NAME: Final = re.compile(
    r"entente\.db|keys/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}|blobs(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){1,8}"
)
_LINE: Final = re.compile(r"(?P<sha256>[0-9a-f]{64})  (?P<name>[^\n]+)")

Advance = Callable[[int], None]
"""Told how many more bytes are done."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: str
    version: int
    made_at: datetime
    """By the clock of the node that made it."""
    body: BodyId
    code: str
    """The body's code, for whoever finds the file."""
    package: str
    """The version of Entente that made it."""
    schema: int
    oldest_code: int
    """The oldest schema whose code may use the store in it."""
    trail_rows: int
    trail_root: str
    """Hex, over all rows; the store holds the signature over both."""
    has_keys: bool
    hashes_sha256: str
    """Of hashes.txt."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that goes into a backup, under its name there."""

    name: str
    path: Path


class HashingWriter(io.RawIOBase):
    """Hashes what is written on its way to a file."""

    def __init__(self, target: BinaryIO, advance: Advance) -> None:
        self._target = target
        self._advance = advance
        self._hash = hashlib.sha256()

    def writable(self) -> bool:
        """Say that it is written to."""
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        """Write on and hash."""
        self._target.write(data)
        self._hash.update(data)
        self._advance(len(data))
        return len(data)

    def sha256(self) -> str:
        """Return the hash of all that was written (hex)."""
        return self._hash.hexdigest()


class _HashingReader(io.RawIOBase):
    """Hashes what is read on its way out of a file."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, and hash them."""
        piece = self._source.read(size)
        self._hash.update(piece)
        return piece

    def sha256(self) -> str:
        """Return the hash of all that was read (hex)."""
        return self._hash.hexdigest()


def file_sha256(path: Path, advance: Advance) -> str:
    """Return the SHA-256 of a file (hex)."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            found.update(piece)
            advance(len(piece))
    return found.hexdigest()


def hashes_of(sources: Iterable[Source], advance: Advance) -> bytes:
    """Return hashes.txt for what goes into a backup."""
    return "".join(f"{file_sha256(one.path, advance)}  {one.name}\n" for one in sources).encode("ascii")


def write_backup(
    target: BinaryIO, manifest: Manifest, hashes: bytes, sources: Iterable[Source], passphrase: str | None
) -> None:
    """Write a whole backup onto a file; `manifest` names the hash of `hashes`. Whole, and not yet durable, when it returns."""
    if passphrase is None:
        _write_tar(target, manifest, hashes, sources)
        return
    sealing = SealingWriter(target, passphrase)
    try:
        _write_tar(sealing, manifest, hashes, sources)
    except BaseException:
        sealing.abandon()
        raise
    sealing.close()


def _write_tar(target: IO[bytes] | io.RawIOBase, manifest: Manifest, hashes: bytes, sources: Iterable[Source]) -> None:
    at = int(manifest.made_at.timestamp())
    document = json.dumps(to_object(manifest), indent=2, sort_keys=True).encode("ascii")
    with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, data in ((MANIFEST, document), (HASHES, hashes)):
            tar.addfile(_member(name, len(data), at), io.BytesIO(data))
        listed = hashes.decode("ascii").splitlines()
        for one, line in zip(sources, listed, strict=True):
            with one.path.open("rb") as file:
                reading = _HashingReader(file)
                tar.addfile(_member(one.name, os.fstat(file.fileno()).st_size, at), reading)
            if f"{reading.sha256()}  {one.name}" != line:
                raise OSError(errno.EAGAIN, f"{one.name} was changed while it was copied")


def _member(name: str, size: int, at: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, at, FILE_MODE
    return member


@contextmanager
def opened_backup(file: Path, passphrase: str | None) -> Iterator[tuple[Manifest, Iterator[tuple[str, IO[bytes]]]]]:
    """Open a backup: what it says of itself, and then its members in order, each read as it comes.

    A member's bytes are held against its hash once they were read (`extract` does); the end of the iteration has seen the
    end of the file. Raises Invalid for anything that is not a whole backup, Misconfigured for one this code is too old for.
    """
    if is_sealed(file) and passphrase is None:
        raise _bad(
            file, "it is sealed, and no passphrase was given", "Name the file with its passphrase: --passphrase-file."
        )
    with file.open("rb") as raw:
        source: IO[bytes] | io.RawIOBase = raw
        if is_sealed(file):
            assert passphrase is not None, "asked for above"
            source = OpeningReader(raw, passphrase)
        try:
            with tarfile.open(fileobj=source, mode="r|") as tar:
                members = iter(tar)
                manifest = _read_manifest(file, _small(file, tar, next(members, None), MANIFEST, MANIFEST_BYTES_MAX))
                listed = _small(file, tar, next(members, None), HASHES, HASHES_BYTES_MAX)
                if hashlib.sha256(listed).hexdigest() != manifest.hashes_sha256:
                    raise _bad(file, f"{HASHES} is not the one that its {MANIFEST} names")
                yield manifest, _members(file, tar, members, _read_hashes(file, listed), source)
        except (tarfile.TarError, EOFError) as error:
            raise _bad(file, f"it ends too early or is no tar file ({str(error)[:80]})") from error


def extract(members: Iterator[tuple[str, IO[bytes]]], place: Path, advance: Advance) -> None:
    """Write every member under a folder, durable and readable by this account alone."""
    for name, content in members:
        path = place / name
        # One after the other: made as a parent, a folder would be open to others.
        for parent in reversed(path.relative_to(place).parents):
            (place / parent).mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as target:
            while piece := content.read(PIECE_BYTES):
                target.write(piece)
                advance(len(piece))
            target.flush()
            os.fsync(target.fileno())


class _Checked(io.RawIOBase):
    """A member's content that proves itself when its end is read."""

    def __init__(self, file: Path, name: str, sha256: str, content: IO[bytes]) -> None:
        self._said = (file, name, sha256)
        self._content = content
        self._hash = hashlib.sha256()
        self.is_proved = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; at the end, raise Invalid when they were not those of the hash."""
        piece = self._content.read(size)
        self._hash.update(piece)
        if not piece:
            file, name, sha256 = self._said
            if self._hash.hexdigest() != sha256:
                raise _bad(file, f"its member {name} is not the one that {HASHES} names")
            self.is_proved = True
        return piece


def _members(
    file: Path,
    tar: tarfile.TarFile,
    found: Iterator[tarfile.TarInfo],
    hashes: dict[str, str],
    source: IO[bytes] | io.RawIOBase,
) -> Iterator[tuple[str, IO[bytes]]]:
    for name, sha256 in hashes.items():
        member = next(found, None)
        content = tar.extractfile(member) if member is not None and member.isreg() and member.name == name else None
        if content is None:
            raise _bad(file, f"its member {name} is missing, or another stands in its place")
        checked = _Checked(file, name, sha256, content)
        yield name, checked  # type: ignore[misc]
        assert checked.is_proved, "each member is read to its end"
    if next(found, None) is not None:
        raise _bad(file, f"it holds a member that {HASHES} does not name")
    # The last chunk of a sealed file proves that nothing was cut off.
    while source.read(PIECE_BYTES):
        continue


def _small(file: Path, tar: tarfile.TarFile, member: tarfile.TarInfo | None, name: str, bytes_max: int) -> bytes:
    content = tar.extractfile(member) if member is not None and member.isreg() and member.name == name else None
    if member is None or content is None:
        raise _bad(file, f"{name} does not stand where it belongs")
    if member.size > bytes_max:
        raise _bad(file, f"its {name} has more than {bytes_max} bytes")
    data = content.read()
    if len(data) != member.size:
        raise _bad(file, f"it ends within {name}")
    return data


def _read_manifest(file: Path, data: bytes) -> Manifest:
    try:
        document = json.loads(data)
        known = (document["format"], document["version"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _bad(file, f"its {MANIFEST} cannot be read") from error
    if known[0] == FORMAT and isinstance(known[1], int) and known[1] > FORMAT_VERSION:
        raise _too_new(file, f"it has version {known[1]} of the format, and this is Entente {__version__}")
    if known != (FORMAT, FORMAT_VERSION):
        raise _bad(file, f"its {MANIFEST} is not one of a backup")
    try:
        manifest = from_json(Manifest, document, MANIFEST)
    except Invalid as error:
        raise _bad(file, f"its {MANIFEST} cannot be read: {error.what}") from error
    if manifest.oldest_code > SCHEMA:
        raise _too_new(
            file,
            f"its store has schema {manifest.schema}, written by Entente {manifest.package}; this is Entente {__version__}, "
            f"which knows schemas up to {SCHEMA}",
        )
    return manifest


def _read_hashes(file: Path, data: bytes) -> dict[str, str]:
    hashes: dict[str, str] = {}
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise _bad(file, f"its {HASHES} cannot be read") from error
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or _NAME.fullmatch(found["name"]) is None or found["name"] in hashes:
            raise _bad(file, f"its {HASHES} names something that has no place in a backup")
        hashes[found["name"]] = found["sha256"]
    if STORE not in hashes:
        raise _bad(file, f"its {HASHES} does not name {STORE}")
    return hashes


def _too_new(file: Path, why: str) -> Misconfigured:
    return Misconfigured(
        f"The backup {file.name} is newer than this program.",
        why=f"What a newer version wrote may mean what this one does not know: {why}.",
        do="Install that version of Entente or a later one, and run the command again.",
    )


def _bad(file: Path, why: str, do: str = "Use another copy of the backup, or an earlier one.") -> Invalid:
    return Invalid(
        f"The file {file.name} is not a whole backup.",
        field="file",
        why=f"A backup is taken as a whole or not at all: {why}.",
        do=do,
    )
