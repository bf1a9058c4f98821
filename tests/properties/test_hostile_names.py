"""Whatever is typed has an answer or an error that says what to do, within a moment: a thousand inputs of `make fuzz OF=names`.

The second half shows that the fuzzer finds what it looks for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from entente.kernel.errors import Invalid
from entente.search.index import Found
from tests.support import fuzz_names
from tests.support.fuzz_names import DOORS, SEED, USES, Arena, Input, Tally, open_arena, try_many

INPUTS = 500
SLOW_MACHINE = 5
"""How many times as long an input may take here, where other tests run on the same core."""


@pytest.fixture(scope="module")
def arena(compiled_search: None) -> Iterator[Arena]:
    with open_arena() as opened:
        yield opened


def test_hostile_inputs_have_an_answer_or_an_error_of_the_tree(arena: Arena) -> None:
    tally = try_many(arena, SEED, range(INPUTS), seconds_max=SLOW_MACHINE * fuzz_names.SECONDS_MAX)
    assert tally.findings == {}
    assert tally.tried == INPUTS
    # Each door was tried, and searches found somebody and nobody, and refused.
    assert {outcome.split(":")[0] for outcome in tally.outcomes} == set(DOORS) == set(USES)
    assert {"ask: found", "ask: nobody", "ask: Invalid", "read_zone: faults", "compare: alike"} <= set(tally.outcomes)
    assert len(tally.worst) == fuzz_names.WORST


def test_input_is_made_anew_from_its_seed_and_number(arena: Arena) -> None:
    assert [arena.input(5, number) for number in range(50)] == [arena.input(5, number) for number in range(50)]
    assert arena.input(5, 1) != arena.input(6, 1)


def slow(*_: object) -> str:
    began = time.thread_time()
    while time.thread_time() - began < 0.002:
        pass
    return "slow"


def fails(*_: object) -> str:
    raise ZeroDivisionError


def says_nothing(*_: object) -> str:
    raise Invalid("", field="", why="", do="")


@pytest.mark.parametrize(
    ("door", "said"),
    [
        (fails, "an error outside the tree: ZeroDivisionError"),
        (says_nothing, "does not say"),
        (slow, "takes too long"),
    ],
)
def test_fuzzer_finds_what_no_input_may_bring_about(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, door: Callable[..., str], said: str
) -> None:
    monkeypatch.setattr(fuzz_names, "WARM_UP", 0)
    for name in DOORS:
        monkeypatch.setitem(DOORS, name, door)
    tally = try_many(arena, SEED, range(3), seconds_max=0.001)
    assert all(said in finding for finding in tally.findings)
    assert sum(count for outcome, count in tally.outcomes.items() if outcome.startswith("FINDING")) == 3


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([Found("p0", 1.1)], "between 0 and 1"),
        ([Found("p0", 0.5), Found("p3", 0.6)], "best first"),
        ([Found("p0", 0.5), Found("p0", 0.5)], "twice"),
        ([Found("p1", 0.5)], "another class"),
        ([Found("p0", 0.5), Found("p3", 0.5), Found("p6", 0.5)], "more were found"),
    ],
)
def test_answer_that_cannot_be_one_is_found(arena: Arena, found: list[Found], said: str) -> None:
    given = arena.input(SEED, 0)
    asked = Input("search", given.query, given.line, given.other, 2, (0,))
    with pytest.raises(fuzz_names.Finding, match=said):
        arena.check_answer(found, asked, 2)
    assert arena.check_answer([Found("p3", 0.5), Found("p0", 0.4)], asked, 2) == "found"


def test_tallies_of_two_processes_are_one() -> None:
    first, second, total = Tally(), Tally(), Tally()
    for number in range(12):
        first.add("found", number / 1000, lambda: f"input {number}")  # noqa: B023 - called at once
    second.add("nobody", 0.5, lambda: "the slowest")
    first.found("a fault", "long input")
    second.found("a fault", "short")
    for one in (first, second):
        total.join(json.loads(one.to_json()))
    assert (total.tried, total.outcomes["found"], total.findings) == (13, 12, {"a fault": "short"})
    assert [said for _, said in total.worst][-2:] == ["input 11", "the slowest"]
    assert len(total.worst) == fuzz_names.WORST
