"""The envelopes in tests/vectors/envelopes, as another implementation would read them: each gets the answer it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entente.exchange.envelopes import batch_from_bytes, envelope_from_json, open_envelope
from entente.exchange.model import Receipt
from entente.kernel.clock import parse_time
from entente.kernel.codec import from_json
from entente.kernel.errors import Invalid, Untrusted
from tests.support.make_envelope_vectors import FOLDER, documents
from tests.support.memory_exchange import XB, ManualClock, MemoryNode, PlainOpener, sealing_key_named

FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_vector_gets_the_answer_it_names(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    node = MemoryNode(XB, ManualClock(parse_time(vector["now"], "now")))
    for earlier in vector["taken_before"]:
        node.exchange.receive(earlier.encode("latin-1"))
    taken_before = node.taken
    assert _answer(node, vector["batch"].encode("latin-1")) == (vector["outcome"], vector["reason"])
    assert node.state.accepted == vector["taken_in"]
    is_traceless = vector["outcome"] in {"invalid", "untrusted", "gap", "duplicate"}
    assert not is_traceless or node.taken == taken_before


def _answer(node: MemoryNode, batch: bytes) -> tuple[str, str]:
    try:
        (item,) = batch_from_bytes(node.exchange.receive(batch))
    except Invalid as error:
        return "invalid", error.field
    except Untrusted as error:
        return "untrusted", error.reason
    (statement,) = open_envelope(envelope_from_json(item), PlainOpener(sealing_key_named("XA 1"))).statements
    receipt = from_json(Receipt, statement.content)
    refused = [result.reason for result in receipt.results if not result.is_accepted]
    return receipt.outcome.value, receipt.reason or "".join(refused)


def test_files_are_those_the_generator_makes() -> None:
    assert {path.stem: path.read_text(encoding="utf-8") for path in FILES} == documents()
