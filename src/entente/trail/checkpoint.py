"""Checkpoints: size and root of the trail, signed so that any client of C2SP transparency logs verifies them.

    entente/body:…           the origin: whose log it is
    20852163                 rows
    CsUYapGGPo4dkMgIAUqom…   root, base64

The node's key signs it under the name of the origin. A head (T4) says the same inside the store; a checkpoint is what leaves it.

Source: docs/rules/trail.md T9; C2SP tlog-checkpoint and signed-note.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.kernel.merkle import HASH_BYTES
from entente.kernel.note import NoteKey, NoteSignature, SignedNote, is_signed_note, read_note
from entente.kernel.signing import Context, Signer, decode_bytes, encode_bytes

SIZE_MAX = 2**63 - 1
"""The largest number of a row that the store can hold."""
_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size and root of one log at one moment."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode_bytes(self.root)}\n"


def origin_of(body: BodyId) -> str:
    """Return the name of a body's log."""
    return f"{Context.CHECKPOINT}{body}"


def keys_of(body: BodyId, node_keys: Iterable[bytes]) -> tuple[NoteKey, ...]:
    """Return a body's node keys as its checkpoints name them."""
    return tuple(NoteKey(origin_of(body), key) for key in node_keys)


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """Return the checkpoint as a signed note."""
    key = NoteKey(checkpoint.origin, signer.public_key)
    assert checkpoint.origin.startswith(Context.CHECKPOINT), "the origin is the context of the signature (kernel K3)"
    signed = checkpoint.text.removeprefix(Context.CHECKPOINT).encode("utf-8")
    value = signer.sign(Context.CHECKPOINT, signed).value
    return SignedNote(checkpoint.text, (NoteSignature(key.name, key.key_hash, value),)).to_text()


def read_checkpoint(note: SignedNote) -> Checkpoint:
    """Read the text of a note as a checkpoint; raise Invalid for another text. Lines after the third are left alone."""
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) < _LINES or not all(lines):
        raise _no_checkpoint("it has fewer than three lines, or an empty one")
    origin, size, root = lines[:_LINES]
    if not (size.isascii() and size.isdigit()) or len(size) > len(str(SIZE_MAX)) or str(int(size)) != size:
        raise _no_checkpoint("its second line is not a number of rows")
    if int(size) > SIZE_MAX:
        raise _no_checkpoint("its number of rows is larger than any trail's")
    return Checkpoint(origin, int(size), decode_bytes(root, "root", length=HASH_BYTES))


def open_checkpoint(data: bytes, keys: Iterable[NoteKey]) -> Checkpoint | None:
    """Return the checkpoint in a note that one of these keys signed under its own name; None when none did.

    Raises Invalid for bytes that are no note or no checkpoint.

    Source: docs/rules/trail.md T9.
    """
    note = read_note(data)
    checkpoint = read_checkpoint(note)
    signers = [key for key in keys if key.name == checkpoint.origin]
    return checkpoint if is_signed_note(note, signers) else None


def _no_checkpoint(why: str) -> Invalid:
    return Invalid(
        "This is no checkpoint of a log.",
        field="checkpoint",
        why=f"A checkpoint is a signed note of an origin, a size and a root, a line each (C2SP tlog-checkpoint); {why}.",
        do="Hand in a checkpoint as «entente trail checkpoint» prints it.",
    )
