"""T9: checkpoints, on the example of C2SP tlog-checkpoint, and as another implementation of the format would verify ours."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.kernel.merkle import EMPTY_ROOT
from entente.kernel.note import NoteKey, NoteSignature, SignedNote, read_note
from entente.trail.checkpoint import Checkpoint, keys_of, open_checkpoint, origin_of, read_checkpoint, sign_checkpoint
from tests.docs.source import ROOT
from tests.support.build_bodies import signer

EXAMPLE: Any = json.loads((ROOT / "tests/vectors/log/signed_notes.json").read_text(encoding="utf-8"))["checkpoint"]
BODY = BodyId("body:gtgfzadyg2zab73fmpquvkwrdvsw33jx")
NODE, STRANGER = signer("node"), signer("stranger")
KEYS = keys_of(BODY, (NODE.public_key,))
OURS = Checkpoint(origin_of(BODY), 20_852_163, hashlib.sha256(b"root").digest())


def test_t9_published_checkpoint_is_read() -> None:
    checkpoint = read_checkpoint(read_note(EXAMPLE["note"].encode()))
    assert (checkpoint.origin, checkpoint.size) == (EXAMPLE["origin"], EXAMPLE["size"])
    assert checkpoint.root == base64.b64decode(EXAMPLE["root"])
    assert EXAMPLE["note"].startswith(checkpoint.text)


def test_t9_ours_is_verified_by_the_letter_of_the_format() -> None:
    text, _, line = sign_checkpoint(OURS, NODE).rpartition("\n\n")
    dash, name, encoded = line.removesuffix("\n").split(" ")
    given = base64.b64decode(encoded)
    assert (dash, name) == ("—", f"entente/{BODY}")
    assert given[:4] == hashlib.sha256(name.encode() + b"\n\x01" + NODE.public_key).digest()[:4]
    Ed25519PublicKey.from_public_bytes(NODE.public_key).verify(given[4:], f"{text}\n".encode())
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(NODE.public_key).verify(given[4:], text.encode())


def test_t9_checkpoint_is_opened_by_a_key_of_its_body_alone() -> None:
    data = sign_checkpoint(OURS, NODE).encode()
    assert open_checkpoint(data, KEYS) == OURS
    assert open_checkpoint(data, keys_of(BODY, (STRANGER.public_key, NODE.public_key))) == OURS
    assert open_checkpoint(data, keys_of(BODY, (STRANGER.public_key,))) is None
    assert open_checkpoint(data, keys_of(BodyId("body:another"), (NODE.public_key,))) is None
    assert open_checkpoint(data, ()) is None
    assert open_checkpoint(data.replace(b"20852163", b"20852164"), KEYS) is None


def test_t9_key_of_another_name_does_not_speak_for_a_log() -> None:
    """A key may sign notes under its own name; under another log's origin that is nothing."""
    theirs = NoteKey("entente/body:other", STRANGER.public_key)
    value = STRANGER._private_key.sign(OURS.text.encode())  # noqa: SLF001 - a stranger signs what he likes
    data = SignedNote(OURS.text, (NoteSignature(theirs.name, theirs.key_hash, value),)).to_text().encode()
    assert open_checkpoint(data, [theirs]) is None


def test_t9_lines_after_the_third_are_left_alone() -> None:
    note = SignedNote(f"{OURS.text}an extension\n", ())
    assert read_checkpoint(note) == OURS


@pytest.mark.parametrize(
    "text",
    [
        "entente/body:x\n5\n",
        "entente/body:x\n\n5\n",
        "entente/body:x\n05\nROOT\n",
        "entente/body:x\n-5\nROOT\n",
        "entente/body:x\n٥\nROOT\n",
        "entente/body:x\n9223372036854775808\nROOT\n",
        "entente/body:x\n" + "9" * 5_000 + "\nROOT\n",
        "entente/body:x\n5\nAAAA\n",
        "entente/body:x\n5\nnot base64\n",
        "entente/body:x\n5\nROOT\n\n",
    ],
)
def test_t9_text_that_is_no_checkpoint_is_invalid(text: str) -> None:
    root = base64.b64encode(EMPTY_ROOT).decode()
    assert read_checkpoint(SignedNote(f"entente/body:x\n5\n{root}\n", ())).size == 5
    with pytest.raises(Invalid):
        read_checkpoint(SignedNote(text.replace("ROOT", root), ()))
