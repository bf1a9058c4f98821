"""The fuzzer's corpus, replayed: each input once, no finding, and every way in is reached (make fuzz finds more).

Source: docs/rules/exchange.md X1 to X19, X27 and X29.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fuzz import FUZZ
from tests.support.fuzzing import open_arena

pytestmark = pytest.mark.storage
CORPUS = sorted(path for path in FUZZ.iterdir() if path.is_file())
REACHED = {
    "changed_statement: stored  taken",
    "changed_statement: stored  not_accepted",
    "changed_statement: stored  from_the_future",
    "changed_header: stored  taken",
    "changed_batch: stored  taken",
    "changed_body: Invalid",
    "changed_call: 1 answers",
    "changed_receipt: believed stored",
    "changed_bundle: 1 envelopes, 1 unreadable",
    "raw_bytes: Invalid",
    "read_envelope: Untrusted wrong_version",
}


def test_no_input_of_the_corpus_finds_anything_and_every_way_in_is_reached(tmp_path: Path) -> None:
    with open_arena(tmp_path) as arena:
        for path in CORPUS:
            try:
                arena.try_input(path.read_bytes())
            except AssertionError as error:
                error.add_note(f"The input is {path.name}.")
                raise
        assert set(arena.outcomes) >= REACHED
        assert sum(path.stat().st_size for path in CORPUS) < 200_000
