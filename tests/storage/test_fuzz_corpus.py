"""What the fuzzer starts from, and its corpus replayed: no finding, and every way in and kind of statement is reached.

`make fuzz` finds more; `python -m tests.support.make_fuzz_corpus` makes the corpus anew once a kind has an example.

Source: docs/rules/exchange.md X1 to X19, X27 and X29.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entente.exchange.calls import CALL_REFUSED_KIND, PULL_KIND
from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json, open_envelope
from entente.exchange.model import Lane, Receipt
from entente.kernel.codec import from_json
from tests.support.fuzz import FUZZ
from tests.support.fuzzing import TARGETS, AnyOpener, Arena, enveloped, open_arena

pytestmark = pytest.mark.storage
CORPUS = sorted(path for path in FUZZ.iterdir() if path.is_file())
REACHED = {
    "changed_word: taken",
    "changed_word: invalid",
    "changed_statement: stored  taken",
    "changed_statement: stored  not_accepted",
    "changed_statement: stored  from_the_future",
    "changed_header: stored  taken",
    "changed_batch: stored  taken",
    "changed_body: Invalid",
    "changed_call: consult_answer",
    "changed_answer: consult_answer believed",
    "changed_answer: blob_manifest believed",
    "changed_answer: caught_up believed",
    "changed_answer: erased_words believed",
    "changed_answer: Invalid",
    "changed_receipt: believed stored",
    "changed_bundle: 1 envelopes, 1 unreadable",
    "raw_bytes: Invalid",
    "read_envelope: Untrusted wrong_version",
}


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """Return the fuzzer's world; every test leaves it as it was."""
    with open_arena(tmp_path_factory.mktemp("fuzz")) as arena:
        yield arena


def test_every_kind_that_a_node_takes_in_or_answers_has_an_example(arena: Arena) -> None:
    kinds = {str(seed.example.kind) for seed in arena.seeds}
    exchange = arena.exchange
    assert kinds == {*map(str, exchange.accept), *map(str, exchange.answers), PULL_KIND}


def test_every_example_is_accepted_or_answered_as_it_stands(arena: Arena) -> None:
    for seed in arena.seeds:
        example = seed.example
        sent = enveloped(arena, example.lane, example.instrument, [example.statement])
        try:
            first, *_ = batch_from_bytes(arena.exchange.receive(batch_to_bytes([sent])))
        finally:
            arena.undo()
        (said, *_) = open_envelope(envelope_from_json(first), AnyOpener()).statements
        if example.lane is Lane.CALL:
            assert said.kind != CALL_REFUSED_KIND, (example.kind, said.content)
        else:
            (result,) = from_json(Receipt, said.content).results
            assert result.is_accepted, (example.kind, result)
    assert arena.faults == []


def test_no_input_of_the_corpus_finds_anything_and_every_way_in_and_kind_is_reached(arena: Arena) -> None:
    for path in CORPUS:
        try:
            arena.try_input(path.read_bytes())
        except AssertionError as error:
            error.add_note(f"The input is {path.name}.")
            raise
    assert set(arena.outcomes) >= REACHED
    assert {outcome.partition(":")[0] for outcome in arena.outcomes} == {target.__name__ for target in TARGETS}
    for seed in arena.seeds:
        became = arena.kinds[str(seed.example.kind)]
        is_call = seed.example.lane is Lane.CALL
        assert is_call or became["taken"], f"no «{seed.example.kind}» of the corpus is taken in"
        assert len(became) > 1 or seed.example.kind == PULL_KIND, f"no «{seed.example.kind}» of the corpus is refused"
    assert sum(path.stat().st_size for path in CORPUS) < 200_000
