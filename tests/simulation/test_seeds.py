"""Fifty seeds of the simulated world, thirty of them in every test run: always the same, so that what breaks one is seen at once.

Source: DESIGN section 10 (0 acknowledged statements lost or doubled in 10,000 seeds; `make simulate SEEDS=10000`).
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.asking import ASK
from tests.simulation.faults import FAULTS
from tests.simulation.hostile import ATTACKS
from tests.simulation.plan import draw
from tests.simulation.run import run_plan, story

SEEDS = 50
GROUPS = 5
"""The fifty are five tests; the last four are part of the long run."""

OFTEN = 10
"""A fault that is planned so often in ten seeds strikes at least once: what never does is no test."""


@pytest.mark.parametrize("group", [0, *(pytest.param(group, marks=pytest.mark.long) for group in range(1, GROUPS))])
def test_every_invariant_holds_after_every_step_of_ten_seeds_and_what_is_planned_often_strikes(group: int) -> None:
    planned, struck = Counter[str](), Counter[str]()
    for seed in range(1 + group * SEEDS // GROUPS, 1 + (group + 1) * SEEDS // GROUPS):
        plan = draw(seed)
        outcome = run_plan(plan)
        if outcome.failure:
            pytest.fail(story(plan, outcome), pytrace=False)
        planned.update(outcome.planned)
        struck.update(outcome.faults)
    assert {kind for kind, count in planned.items() if count >= OFTEN and not struck[kind]} == set()


def test_the_fifty_seeds_plan_every_fault_and_every_attack() -> None:
    planned = {event.kind for seed in range(1, SEEDS + 1) for event in draw(seed).events}
    assert set(FAULTS) | set(ATTACKS) | {ASK} <= planned
