r"""A stream under a passphrase: what a backup that leaves the building is wrapped in.

    entente sealed 1\n              what this is
    {"n":…,"p":…,"r":…,"salt":…}\n  how the passphrase becomes a key
    an empty chunk                  tells a wrong passphrase from damage further on
    chunk, chunk, …                 1 MiB of plain bytes each, the last one shorter or empty

The key is scrypt of the passphrase with a salt of its own for each file, so a nonce need only differ within the file: the
number of the chunk, and whether it is the last. A chunk left out, repeated, moved or cut off does not open; nor does anything
under another beginning, whose hash each chunk carries. Nothing is given to the reader before its chunk has proved itself.

Source: RFC 7914 (scrypt); NIST SP 800-38D (AES-GCM); Hoang, Reyhanitabar, Rogaway and Vizár 2015, «Online authenticated
encryption and its nonce-reuse misuse-resistance» (the STREAM construction);
docs/decisions/0017-a-backup-is-one-file-that-proves-itself.md.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from entente.kernel.errors import Invalid
from entente.kernel.signing import decode_bytes, encode_bytes
from entente.storage.keys import PASSPHRASE_CHARACTERS_MIN

MAGIC: Final = b"entente sealed 1\n"
CHUNK_BYTES: Final = 1024 * 1024
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
COST: Final = 2**17
"""OWASP's password storage sheet: scrypt with N 2^17, r 8, p 1; 128 MiB and a third of a second for each guess."""
BLOCK: Final = 8
LANES: Final = 1
COST_MAX: Final = 2**20
"""RFC 7914 names it for files; a file that asks for more would take the reader's memory."""
HEAD_BYTES_MAX: Final = 256
PASSPHRASE_FILE_BYTES_MAX: Final = 16 * 1024


def read_passphrase(file: Path) -> str:
    """Return the first line of a passphrase file; raise Invalid for one that cannot be read or is too short."""
    try:
        with file.open("rb") as opened:
            text = opened.read(PASSPHRASE_FILE_BYTES_MAX).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad_passphrase(f"the file {file.name} cannot be read as text: {str(error)[:100]}") from error
    passphrase = text.splitlines()[0] if text.strip() else ""
    if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
        raise _bad_passphrase(f"it has at least {PASSPHRASE_CHARACTERS_MIN} characters, on the file's first line")
    return passphrase


def is_sealed(file: Path) -> bool:
    """Say whether a file begins as one under a passphrase; raise Invalid when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise Invalid(
            f"The file {file.name} cannot be read.",
            field="file",
            why=f"The system says: {error.strerror}.",
            do="Check the path and the rights of this account.",
        ) from error


class SealingWriter(io.RawIOBase):
    """Writes a stream under a passphrase onto another file. It is whole only once `close` has returned."""

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        salt = os.urandom(SALT_BYTES)
        parameters = {"n": COST, "p": LANES, "r": BLOCK, "salt": encode_bytes(salt)}
        head = MAGIC + json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"
        self._box = _Box(_key(passphrase, salt, COST, BLOCK, LANES), head)
        self._target = target
        self._pending = bytearray()
        target.write(head + self._box.seal(b"", is_last=False))

    def writable(self) -> bool:
        """Say that it is written to."""
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        """Take bytes; whole chunks are sealed and written on. A full one waits, as it may be the last."""
        self._pending += data
        while len(self._pending) > CHUNK_BYTES:
            self._target.write(self._box.seal(bytes(self._pending[:CHUNK_BYTES]), is_last=False))
            del self._pending[:CHUNK_BYTES]
        return len(data)

    def close(self) -> None:
        """Seal what is left as the last chunk. The file beneath stays open. Twice is harmless."""
        if not self.closed:
            self._target.write(self._box.seal(bytes(self._pending), is_last=True))
            super().close()

    def abandon(self) -> None:
        """Close without a last chunk: what was written opens for nobody as whole."""
        super().close()


class OpeningReader(io.RawIOBase):
    """Reads what SealingWriter wrote. Raises Invalid for a wrong passphrase, and for a changed or truncated file."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        magic, line = source.read(len(MAGIC)), source.readline(HEAD_BYTES_MAX)
        if magic != MAGIC:
            raise _damaged("it does not begin as a sealed file")
        self._box = _Box(*_opened_head(magic + line, line, passphrase))
        try:
            self._box.open(source.read(TAG_BYTES), is_last=False)
        except Invalid as error:
            raise _wrong_passphrase() from error
        self._source = source
        self._next = source.read(CHUNK_BYTES + TAG_BYTES)
        self._plain = memoryview(b"")
        self._is_over = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return bytes that have proved themselves, as many as asked for until the end."""
        parts: list[bytes] = []
        wanted = size if size >= 0 else None
        while wanted is None or wanted > 0:
            if not self._plain and not self._open_next():
                break
            part = bytes(self._plain[:wanted])
            self._plain = self._plain[len(part) :]
            parts.append(part)
            wanted = None if wanted is None else wanted - len(part)
        return b"".join(parts)

    def _open_next(self) -> bool:
        while not self._is_over and not self._plain:
            sealed, self._next = self._next, self._source.read(CHUNK_BYTES + TAG_BYTES)
            self._is_over = not self._next
            self._plain = memoryview(self._box.open(sealed, is_last=self._is_over))
        return bool(self._plain)


class _Box:
    """Seals and opens the chunks of one file, in their order."""

    def __init__(self, key: bytes, head: bytes) -> None:
        self._cipher = AESGCM(key)
        self._bound_to = hashlib.sha256(head).digest()
        self._number = 0

    def seal(self, plain: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(is_last=is_last), plain, self._bound_to)

    def open(self, sealed: bytes, *, is_last: bool) -> bytes:
        number = self._number
        try:
            return self._cipher.decrypt(self._nonce(is_last=is_last), sealed, self._bound_to)
        except (InvalidTag, ValueError) as error:
            raise _damaged(f"chunk {number} of it was changed, or the file ends too early") from error

    def _nonce(self, *, is_last: bool) -> bytes:
        # Eleven bytes of number and one of end, as in age (C2SP age, «payload»).
        nonce = self._number.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")
        self._number += 1
        return nonce


def _opened_head(head: bytes, line: bytes, passphrase: str) -> tuple[bytes, bytes]:
    try:
        given = json.loads(line)
        cost, block, lanes = given["n"], given["r"], given["p"]
        salt = decode_bytes(given["salt"], "salt", length=SALT_BYTES)
    except (ValueError, KeyError, TypeError, AttributeError, Invalid) as error:
        raise _damaged("its second line does not say how the passphrase becomes a key") from error
    is_bounded = type(cost) is int and 1 < cost <= COST_MAX and cost & (cost - 1) == 0
    if not is_bounded or block != BLOCK or lanes != LANES:
        raise _damaged("its second line asks for another way from passphrase to key than is used here")
    return _key(passphrase, salt, cost, block, lanes), head


def _key(passphrase: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost, r=block, p=lanes).derive(passphrase.encode("utf-8"))


def _bad_passphrase(why: str) -> Invalid:
    return Invalid(
        "The passphrase of the backup cannot be used.",
        field="passphrase_file",
        why=f"It guards a copy of everything this node holds: {why}.",
        do="Write a passphrase of several words into a file that only its owner can read, and name that file.",
    )


def _wrong_passphrase() -> Invalid:
    return Invalid(
        "The passphrase does not open this backup.",
        field="passphrase",
        why="The backup is sealed under another passphrase, or its beginning was changed.",
        do="Give the passphrase that it was made with; without it nobody can read this backup.",
    )


def _damaged(why: str) -> Invalid:
    return Invalid(
        "The backup is damaged.",
        field="file",
        why=f"Every part of a sealed backup proves itself: {why}.",
        do="Use another copy of it, or an earlier backup.",
    )
