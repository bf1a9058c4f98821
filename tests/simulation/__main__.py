"""Simulate seeds: many with a summary, or one again with its story.

python -m tests.simulation --seeds 1000                 the seeds 1 to 1000, in two processes
python -m tests.simulation 4711                         seed 4711 again; a failure is shortened
python -m tests.simulation 4711 --until 30 --verbose    the same up to event 30, with every line of its log
python -m tests.simulation 4711 --plant NAME            the same with a planted defect
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext

from tests.simulation.defects import DEFECTS, planted
from tests.simulation.plan import draw
from tests.simulation.run import run_many, run_plan, story


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.split("\n", 1)[0])
    parser.add_argument("seed", nargs="?", type=int, help="one seed to run again")
    parser.add_argument("--seeds", type=int, default=50, help="how many seeds to run, when none is named (50)")
    parser.add_argument("--first", type=int, default=1, help="the first of them (1)")
    parser.add_argument("--processes", type=int, default=2, help="processes that share the seeds (2)")
    parser.add_argument("--until", type=int, help="leave out the events after this number")
    parser.add_argument("--only", help="run only the events with these numbers: 3,7,12")
    parser.add_argument("--plant", choices=sorted(DEFECTS), help="run with a planted defect")
    parser.add_argument("--verbose", action="store_true", help="print the plan and the whole log")
    asked = parser.parse_args(given)
    if asked.seed is None:
        return 1 if run_many(asked.first, asked.seeds, asked.processes).failures else 0
    plan = draw(asked.seed)
    if asked.until is not None:
        plan = plan.until(asked.until)
    if asked.only:
        plan = plan.only(frozenset(int(number) for number in asked.only.split(",")))
    with planted(asked.plant) if asked.plant else nullcontext():
        outcome = run_plan(plan)
        if asked.verbose:
            sys.stdout.write("\n".join([*(str(event) for event in plan.events), "", *outcome.log, ""]))
        sys.stdout.write(f"Seed {plan.seed}: {outcome.steps} steps, digest {outcome.digest}\n")
        if not outcome.failure:
            return 0
        told = story(plan, outcome) if not asked.only else f"It fails at event {outcome.failed_at}: {outcome.failure}"
    sys.stdout.write(told + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
