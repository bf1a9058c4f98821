"""Signed notes as C2SP defines them: a text, an empty line, and lines of signatures that any client of the format verifies.

    — <name of the key> <base64 of four bytes of the key's hash, then the signature>

A signature covers the exact text. Only Ed25519 is read; a line of a key that is not asked about is left alone, as the format
wants it. What a text means is judged elsewhere (trail.checkpoint).

Source: docs/rules/kernel.md K8; C2SP signed-note v1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from entente.kernel.errors import Invalid
from entente.kernel.signing import KEY_BYTES, decode_bytes, encode_bytes, is_note_signed_by
from entente.kernel.sizes import size_said

NOTE_BYTES_MAX = 64 * 1024
"""Ours: a checkpoint has three lines, and each of the signatures below fewer than 6 KB, post-quantum ones included."""
SIGNATURES_MAX = 100
"""The bound of the format's first implementation (sumdb/note); the format asks for at least 16."""
KEY_HASH_BYTES = 4
ED25519 = b"\x01"
"""The identifier of the kind of signature."""

_LINE_START = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key as notes name it."""

    name: str
    public_key: bytes
    """32 raw bytes."""

    @property
    def key_hash(self) -> bytes:
        """Four bytes that tell the keys of one name apart; no proof of anything."""
        return hashlib.sha256(self.name.encode("utf-8") + b"\n" + ED25519 + self.public_key).digest()[:KEY_HASH_BYTES]

    @property
    def text(self) -> str:
        """The key as clients of the format are given it: name, hash and key, parted by plus signs."""
        return f"{self.name}+{self.key_hash.hex()}+{encode_bytes(ED25519 + self.public_key)}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One line under a text."""

    name: str
    key_hash: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line, with its end."""
        return f"{_LINE_START}{self.name} {encode_bytes(self.key_hash + self.value)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text with its signatures."""

    text: str
    """Ends with a newline."""
    signatures: tuple[NoteSignature, ...]

    def to_text(self) -> str:
        """Write the note."""
        return self.text + "\n" + "".join(one.line for one in self.signatures)


def read_note(data: bytes) -> SignedNote:
    """Read a signed note; raise Invalid for bytes that are none. Its text counts for nothing before a key was asked."""
    if len(data) > NOTE_BYTES_MAX:
        raise _no_note(f"it has more than {size_said(NOTE_BYTES_MAX)}")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _no_note("it is not UTF-8") from error
    if _CONTROL.search(whole):
        raise _no_note("it holds a control character")
    text, parted, lines = whole.rpartition("\n\n")
    if not parted or not text or not lines.endswith("\n"):
        raise _no_note("its text and its signatures are not parted by an empty line")
    signatures = tuple(_read_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise _no_note(f"it has more than {SIGNATURES_MAX} signatures")
    return SignedNote(text + "\n", signatures)


def read_note_key(text: str) -> NoteKey:
    """Read a key as clients of the format are given it; raise Invalid for another form, kind or hash."""
    name, _, rest = text.partition("+")
    key_hash, _, encoded = rest.partition("+")
    data = decode_bytes(encoded, "key", length=len(ED25519) + KEY_BYTES)
    key = NoteKey(name, data[len(ED25519) :])
    if not _NAME.fullmatch(name) or not data.startswith(ED25519) or key.key_hash.hex() != key_hash:
        raise _no_note("the key's name, kind and hash do not go together")
    return key


def is_signed_note(note: SignedNote, keys: Iterable[NoteKey]) -> bool:
    """Say whether one of these keys signed the text, and no line that claims to be by one of them is wrong.

    Source: docs/rules/kernel.md K8.
    """
    signed = note.text.encode("utf-8")
    claimed = [
        is_note_signed_by(key.public_key, line.value, signed)
        for key in keys
        for line in note.signatures
        if (line.name, line.key_hash) == (key.name, key.key_hash)
    ]
    return bool(claimed) and all(claimed)


def _read_signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not _NAME.fullmatch(name):
        raise _no_note("a line of a signature is not «— name signature»")
    value = decode_bytes(encoded, "signature")
    if len(value) <= KEY_HASH_BYTES:
        raise _no_note("a signature is too short")
    return NoteSignature(name, value[:KEY_HASH_BYTES], value[KEY_HASH_BYTES:])


def _no_note(why: str) -> Invalid:
    return Invalid(
        "This is no signed note.",
        field="note",
        why=f"A note is a text, an empty line, and lines of signatures (C2SP signed-note); {why}.",
        do="Hand in the note as it was published, byte by byte; an editor may have changed the ends of its lines.",
    )
