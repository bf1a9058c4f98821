"""How fast the gate is: decisions a second with every ground examined, and an allowed set of 1,000 classes cold and cached.

One seeded world of the differential test (20 bodies, 10 instruments, 80 leaves) and its requests, about four in ten allowed;
the second thousand classes repeat the first five hundred under another evaluation. Targets: issue part 1, numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.line import Line, least, most
from entente.agreements.model import Right
from entente.disclosure.allowed import AllowedSets, Question, allowed_set
from entente.disclosure.model import DisclosureClass, Reader, Situation
from entente.disclosure.rules import decide
from entente.handling.model import DisclosureAct, SourceEvaluation
from entente.kernel.decision import Decision, Ground
from entente.kernel.ids import BodyId
from tests.support.fake_disclosure_unit import FakeClasses, a_world
from tests.support.world_situation import to_classes, to_request, to_situation
from tests.support.worlds import first_moment, make_requests, make_world

SEED = 4
REQUESTS = 5_000
NOTHING_ASKED = "decisions of ten grounds made, nothing asked"
ROUNDS = 5
"""The best of so many is told: on a shared machine the rest is other people's work."""


def run() -> list[Line]:
    """Measure the gate; the floor of a decision is making one, with ten grounds and nothing asked."""
    world, now = make_world(SEED), first_moment(SEED)
    situation, half = to_situation(world, now), to_classes(world)
    asked = [to_request(plain, half) for plain in make_requests(world, SEED, REQUESTS)]

    def judge_all() -> None:
        for request in asked:
            decide(request, situation, now)

    cold, cached = _set_times(situation, _doubled(half))
    made = REQUESTS / _best(_make_decisions)
    each = 1_000 * 1_000 / made
    return [
        Line(
            "decisions with all grounds", REQUESTS / _best(judge_all), "decisions/s", least(10_000), made, NOTHING_ASKED
        ),
        Line("allowed set of 1,000 classes, cold", cold * 1_000, "ms", most(100), each, NOTHING_ASKED),
        Line("allowed set of 1,000 classes, cached", cached * 1_000, "ms", most(1), each, NOTHING_ASKED),
    ]


def _make_decisions() -> None:
    for _ in range(REQUESTS):
        Decision.of(Ground(f"D{number}", allows=True, text="A sentence.") for number in range(1, 11))


def _doubled(half: dict[int, DisclosureClass]) -> dict[int, DisclosureClass]:
    again = {number + len(half): replace(cls, source_evaluation=SourceEvaluation.B) for number, cls in half.items()}
    return {**half, **again}


def _set_times(situation: Situation, classes: dict[int, DisclosureClass]) -> tuple[float, float]:
    now = first_moment(SEED)
    reader = Reader(BodyId("body-00"), None, frozenset({"duty_officer"}))
    question = Question(reader, DisclosureAct.SEE, Right.COPY, "purpose-0", "area-3")
    sets, store = AllowedSets(), FakeClasses(a_world(classes=classes))
    cold = _best(
        lambda: allowed_set(
            reader, question.act, question.right, question.purpose, question.crime_area, classes, situation, now
        )
    )
    sets.allowed(question, store, situation, 1, now)
    return cold, _best(lambda: sets.allowed(question, store, situation, 1, now))


def _best(act: Callable[[], object]) -> float:
    """Return the seconds of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
