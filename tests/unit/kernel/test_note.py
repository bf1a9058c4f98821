"""K8: signed notes, on the published examples of the format."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.kernel.errors import Invalid
from entente.kernel.note import (
    NOTE_BYTES_MAX,
    SIGNATURES_MAX,
    NoteKey,
    NoteSignature,
    is_signed_note,
    read_note,
    read_note_key,
)
from entente.kernel.signing import Context
from tests.docs.source import ROOT

NOTES: Any = json.loads((ROOT / "tests/vectors/log/signed_notes.json").read_text(encoding="utf-8"))
KEYS = {name: read_note_key(text) for name, text in NOTES["keys"].items()}
PETER, ENOCH = KEYS["PeterNeumann"], KEYS["EnochRoot"]
ALONE, TOGETHER = (one["note"] for one in NOTES["signed"])
LINE = ALONE.rpartition("\n\n")[2]


@pytest.mark.parametrize("name", KEYS)
def test_k8_published_key_is_read_and_written(name: str) -> None:
    assert KEYS[name].text == NOTES["keys"][name]


@pytest.mark.parametrize("case", NOTES["signed"], ids=["one", "two"])
def test_k8_published_note_is_verified_by_each_of_its_keys(case: dict[str, Any]) -> None:
    note = read_note(case["note"].encode())
    assert note.to_text() == case["note"]
    assert [line.name for line in note.signatures] == case["by"]
    assert all(is_signed_note(note, [KEYS[name]]) for name in case["by"])


def test_k8_published_line_is_what_its_private_key_signs() -> None:
    secret = base64.b64decode(NOTES["private_key"])
    assert secret[:1] == b"\x01"
    text = ALONE.rpartition("\n\n")[0] + "\n"
    value = Ed25519PrivateKey.from_private_bytes(secret[1:]).sign(text.encode())
    assert NoteSignature(PETER.name, PETER.key_hash, value).line == LINE


def test_k8_line_of_a_key_not_asked_about_is_left_alone_and_alone_proves_nothing() -> None:
    assert is_signed_note(read_note(TOGETHER.encode()), [PETER])
    assert not is_signed_note(read_note(ALONE.encode()), [ENOCH])
    assert not is_signed_note(read_note(ALONE.encode()), [])
    assert not is_signed_note(read_note(ALONE.encode()), [NoteKey("PeterNeumann", ENOCH.public_key)])


def test_k8_changed_text_is_not_signed_and_one_wrong_line_spoils_the_note() -> None:
    assert not is_signed_note(read_note(ALONE.replace("answer", "Answer").encode()), [PETER])
    forged = NoteSignature(ENOCH.name, ENOCH.key_hash, bytes(64)).line
    assert is_signed_note(read_note((ALONE + forged).encode()), [PETER])
    assert not is_signed_note(read_note((ALONE + forged).encode()), [PETER, ENOCH])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"\n\n" + LINE.encode(),
        ALONE.encode()[:-1],
        ALONE.replace("\n\n", "\n").encode(),
        ALONE.replace("\n\n", "\r\n\r\n").encode(),
        ALONE.replace("problem", "prob\x07lem").encode(),
        ALONE.replace("— Peter", "- Peter").encode(),
        ALONE.replace("— PeterNeumann ", "— Peter+Neumann ").encode(),
        ALONE.replace("— PeterNeumann ", "—  ").encode(),
        ALONE.replace("x08go", "x08g!").encode(),
        b"text\n\n" + "— n AAAAAA==\n".encode(),
        b"\xff\n\n" + LINE.encode(),
        b"text\n\n" + LINE.encode() * (SIGNATURES_MAX + 1),
        b"x" * NOTE_BYTES_MAX + b"\n\n" + LINE.encode(),
    ],
    ids=[
        "nothing", "no signature", "no text", "cut at its end", "no empty line", "ends of lines changed", "control character",
        "another dash", "plus in a name", "no name", "no base64", "short signature", "not utf-8",
        "too many signatures", "too long",
    ],
)  # fmt: skip
def test_k8_what_is_no_note_is_invalid(data: bytes) -> None:
    read_note(ALONE.encode())
    with pytest.raises(Invalid):
        read_note(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10",
    ],
)
def test_k8_what_is_no_key_is_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        read_note_key(text)


def test_k3_no_context_begins_another() -> None:
    contexts = [str(one) for one in Context]
    assert [(a, b) for a in contexts for b in contexts if a != b and b.startswith(a)] == []
