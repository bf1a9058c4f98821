"""Running one seed in this process, and many in several with progress and a summary."""

from __future__ import annotations

import functools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.simulation.plan import Plan, draw
from tests.simulation.shorten import shorten
from tests.simulation.template import scratch_folder, template
from tests.simulation.world import Outcome, World

SEEDS_AT_A_TIME = 8
PROGRESS_SECONDS = 5.0


@functools.cache
def _scratch() -> Path:
    return scratch_folder()


def run_plan(plan: Plan) -> Outcome:
    """Run a plan from the template's state."""
    return World(plan, template(), _scratch()).run()


def run_seed(seed: int) -> Outcome:
    """Draw a seed's plan and run it."""
    return run_plan(draw(seed))


def story(plan: Plan, outcome: Outcome) -> str:
    """Say how a failing seed fails, and with the fewest events found, so that it can be replayed."""
    shortest, found = shorten(plan, outcome, run_plan)
    events = "\n".join(f"    {event}" for event in shortest.events)
    numbers = ",".join(str(event.number) for event in shortest.events)
    return (
        f"Seed {plan.seed} fails at event {outcome.failed_at}: {outcome.failure}\n"
        f"  {len(shortest.events)} of {len(plan.events)} events are enough: {found.failure}\n{events}\n"
        f"  Again: python -m tests.simulation {plan.seed} --only {numbers} --verbose"
    )


@dataclass(slots=True)
class Summary:
    """What many seeds came to."""

    seeds: int = 0
    steps: int = 0
    planned: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, int, str]] = field(default_factory=list)
    """Seed, event, what broke."""

    def add(self, outcome: Outcome) -> None:
        self.seeds += 1
        self.steps += outcome.steps
        self.planned.update(outcome.planned)
        self.faults.update(outcome.faults)
        if outcome.failure:
            self.failures.append((outcome.seed, outcome.failed_at, outcome.failure))

    def text(self, seconds: float) -> str:
        rows = [
            f"  {name:<22} {self.faults[name]:>9,}"
            + (f"  of {self.planned[name]:,} planned" if name in self.planned else "")
            for name in sorted(self.faults.keys() | self.planned.keys())
        ]
        head = f"{self.seeds:,} seeds, {self.steps:,} steps, {self.seeds / max(seconds, 0.001):.1f} seeds/s"
        return "\n".join([head, "Faults that struck:", *rows, f"Failures: {len(self.failures)}"])


def run_many(first: int, count: int, processes: int) -> Summary:
    """Run seeds in several processes, say how it goes, and return what came of it."""
    summary, began, said = Summary(), time.monotonic(), 0.0
    for outcome in _outcomes(first, count, processes):
        summary.add(outcome)
        if outcome.failure:
            _say(f"\nSeed {outcome.seed} fails at event {outcome.failed_at}: {outcome.failure}\n")
        if time.monotonic() - said > PROGRESS_SECONDS or summary.seeds == count:
            said = time.monotonic()
            pace = summary.seeds / max(said - began, 0.001)
            left = (count - summary.seeds) / max(pace, 0.001)
            _say(
                f"\r{summary.seeds:,} of {count:,} seeds, {pace:.1f}/s, "
                f"{len(summary.failures)} failed, {left / 60:.0f} min left    "
            )
    _say("\n" + summary.text(time.monotonic() - began) + "\n")
    return summary


def _outcomes(first: int, count: int, processes: int) -> Iterator[Outcome]:
    seeds = range(first, first + count)
    if processes == 1:
        yield from map(_slim, seeds)
        return
    # Started anew and not forked: a store opened here is never shared with a child.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_slim, seeds, chunksize=SEEDS_AT_A_TIME)


def _slim(seed: int) -> Outcome:
    """Run a seed and leave its log behind: ten thousand of them would not fit."""
    found = run_seed(seed)
    return replace(found, log=())


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
