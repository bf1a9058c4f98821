"""A seed is its run: the same bytes in every process, and a failing list of events that can be shortened."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
import sqlalchemy as sa

from tests.simulation.defects import planted
from tests.simulation.plan import draw
from tests.simulation.quick_sql import QuickConnection
from tests.simulation.run import run_plan, run_seed
from tests.simulation.shorten import kind_of, shorten

ROOT = Path(__file__).parents[2]
SEED = 42
"""One of the short ones: it is run six times here."""


def _digest_in_another_process(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", str(SEED)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.rpartition("digest ")[2].strip()


@pytest.mark.long
def test_a_seed_run_twice_gives_the_same_digest_here_and_in_a_process_with_other_hashes() -> None:
    here = run_seed(SEED).digest
    run_seed(SEED + 1)
    assert run_seed(SEED).digest == here, "what ran before a seed changes nothing in it"
    assert _digest_in_another_process("4711") == here


def test_a_seed_is_the_same_when_sqlalchemy_executes_every_statement_itself() -> None:
    quick = run_seed(SEED).digest
    with mock.patch.object(QuickConnection, "_execute_clauseelement", sa.Connection._execute_clauseelement):  # noqa: SLF001
        assert run_seed(SEED).digest == quick


def test_a_failing_seed_is_shortened_to_few_events_that_fail_alike() -> None:
    with planted("withdrawal-does-not-overtake"):
        failing = next(plan for seed in range(1, 30) if run_plan(plan := draw(seed)).failure)
        outcome = run_plan(failing)
        shortest, found = shorten(failing, outcome, run_plan)
        assert kind_of(found.failure) == kind_of(outcome.failure)
        assert {event.kind for event in shortest.events} == {"record", "withdraw"}
        assert run_plan(failing.only(frozenset(event.number for event in shortest.events))).failure == found.failure
    assert not run_plan(shortest).failure, "without the defect the same events break nothing"
