"""Planted defects are found: an invariant that nothing can break is none.

Three stand in every test run, all of them in `make check-long`.
"""

from __future__ import annotations

import itertools

import pytest

from tests.simulation.defects import DEFECTS, Defect, function_of, planted
from tests.simulation.plan import draw
from tests.simulation.run import run_plan, run_seed
from tests.simulation.shorten import kind_of

SEEDS_MAX = 60
"""Ours: what is not found in sixty seeds is found in ten thousand, but hardly before a change is merged."""
DRAWN_MAX = 2_000
"""Plans looked through for those that come near a defect; drawing one takes a tenth of a millisecond."""
QUICK = ("withdrawal-does-not-overtake", "receipt-before-commit", "trail-row-left-out")


def _first_failure(name: str) -> tuple[int, str]:
    needed = frozenset(DEFECTS[name].acts)
    plans = (draw(seed) for seed in range(1, DRAWN_MAX + 1))
    near = (plan for plan in plans if needed <= {event.kind for event in plan.events})
    with planted(name):
        for plan in itertools.islice(near, SEEDS_MAX):
            if failure := run_plan(plan).failure:
                return plan.seed, failure
    return 0, ""


def _assert_found(name: str) -> None:
    seed, failure = _first_failure(name)
    assert failure, f"{name} is found in none of {SEEDS_MAX} seeds"
    assert kind_of(failure).rstrip(":") in DEFECTS[name].finds.split(), f"seed {seed}: {failure}"
    assert not run_seed(seed).failure, "without the defect the same seed breaks nothing"


@pytest.mark.parametrize("name", QUICK)
def test_planted_defect_is_found(name: str) -> None:
    _assert_found(name)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(DEFECTS) - set(QUICK)))
def test_every_other_planted_defect_is_found(name: str) -> None:
    _assert_found(name)


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_every_defect_still_finds_the_line_it_changes(name: str) -> None:
    assert function_of(DEFECTS[name]).__name__ == DEFECTS[name].function.rpartition(".")[2]
    with planted(name):
        pass


def test_there_are_at_least_fifteen() -> None:
    assert len(DEFECTS) >= 15


def test_a_defect_whose_function_is_gone_or_rewritten_fails_loudly() -> None:
    gone = Defect("entente.exchange.rules", "_no_such_rule", "x", "y", "C")
    rewritten = Defect("entente.exchange.rules", "_unique", "a line that is not there", "y", "C")
    for defect in (gone, rewritten):
        with pytest.raises(AssertionError, match="plant"):
            function_of(defect)
