"""Shortening a failing plan: chunks of its events are left out as long as it still fails in the same way (ddmin).

Source: A. Zeller, R. Hildebrandt, «Simplifying and isolating failure-inducing input», 2002.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation.plan import Plan
from tests.simulation.world import Outcome

RUNS_MAX = 150
"""Two minutes of a developer's patience."""


def kind_of(failure: str) -> str:
    """Return what a failure is, without the ids and numbers in it: two shortened lists must fail alike."""
    return failure.partition(" ")[0]


def shorten(plan: Plan, outcome: Outcome, run: Callable[[Plan], Outcome]) -> tuple[Plan, Outcome]:
    """Return the shortest plan found that fails as `outcome` did, and how it fails."""
    assert outcome.failure, "only what fails is shortened"
    wanted, runs = kind_of(outcome.failure), 0
    best, best_outcome = plan.until(outcome.failed_at), outcome

    def fails(candidate: Plan) -> Outcome | None:
        nonlocal runs
        runs += 1
        found = run(candidate)
        return found if kind_of(found.failure) == wanted else None

    if (found := fails(best)) is None:
        # It failed only with what came later still to come: everything stays.
        best = plan
    else:
        best_outcome = found
    chunks = 2
    while len(best.events) > 1 and runs < RUNS_MAX:
        numbers = [event.number for event in best.events]
        size = max(len(numbers) // chunks, 1)
        for start in range(0, len(numbers), size):
            left = frozenset(numbers[:start] + numbers[start + size :])
            if runs < RUNS_MAX and (found := fails(best.only(left))) is not None:
                best, best_outcome = best.only(left), found
                chunks = max(chunks - 1, 2)
                break
        else:
            if size == 1:
                break
            chunks = min(chunks * 2, len(numbers))
    return best, best_outcome
