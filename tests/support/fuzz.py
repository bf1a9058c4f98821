"""`make fuzz INPUTS=1000000`: try so many inputs on a node, guided by which of our lines they reach.

What an input does and what counts as a finding stands in `fuzzing`. The corpus in tests/vectors/fuzz is tried first; an input
that finds something is written beside it as `finding-…`, where the ordinary tests replay it until it is mended. With
`PROCESSES=2` two processes try half of them each, from different seeds, and what came of both is summed.

The fuzzer is atheris over libFuzzer, a tool of development for Linux on x86-64; elsewhere, and with `GUIDED=no`, a seeded
generator takes its place, which watches no line and is about twice as quick.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.docs.source import ROOT

FUZZ = ROOT / "tests" / "vectors" / "fuzz"
INPUT_BYTES_MAX = 192
SEED = 2031
PROGRESS_SECONDS = 10.0
GUIDED_BY = (
    "kernel", "bodies", "handling", "agreements", "disclosure", "trail", "records", "identity", "cases", "correspondence",
    "exchange",
)  # fmt: skip
"""Rooms whose lines guide it: what an edge does with a row is the same for every input, and watching it costs a third."""


@dataclass(slots=True)
class Tally:
    """What came of the inputs."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """By way in and answer."""
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    """By kind of statement and what became of it."""

    def add(self, other: Mapping[str, Any]) -> None:
        """Add what another process wrote."""
        self.tried += other["tried"]
        self.outcomes.update(other["outcomes"])
        for kind, found in other["kinds"].items():
            self.kinds.setdefault(kind, Counter()).update(found)

    def to_json(self) -> str:
        """Write it for another process."""
        return json.dumps({"tried": self.tried, "outcomes": self.outcomes, "kinds": self.kinds})

    def tell(self, seconds: float) -> None:
        """Print it."""
        for outcome, count in self.outcomes.most_common():
            _say(f"{count:>9,}  {outcome}")
        _say("\nWhat became of each kind of statement:")
        for kind, found in sorted(self.kinds.items()):
            _say(f"{kind:>22}  " + ", ".join(f"{name} {count:,}" for name, count in found.most_common()))
        statements = sum(sum(found.values()) for found in self.kinds.values())
        said = f"{statements:,} statements judged, {sum(found['taken'] for found in self.kinds.values()):,} taken"
        _say(f"\n{self.tried:,} inputs in {seconds / 60:,.0f} min, {len(self.outcomes)} outcomes, {said}, no finding.")


def main(given: list[str]) -> int:
    """Try inputs; say what came of them. A finding ends the run, with its input kept."""
    asked = argparse.ArgumentParser(prog="make fuzz")
    asked.add_argument("inputs", type=int)
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument(
        "--unguided", action="store_true", help="a seeded generator alone: no line is watched, and twice as quick"
    )
    asked.add_argument("--tally", type=Path, default=None, help="write what came of them here instead of printing it")
    wanted = asked.parse_args(given)
    if wanted.processes > 1:
        more = ["--unguided"] if wanted.unguided else []
        return _in_processes(wanted.inputs, wanted.seed, wanted.processes, more)
    return _try(wanted.inputs, wanted.seed, wanted.tally, is_guided=not wanted.unguided)


def _in_processes(inputs: int, seed: int, processes: int, more: Sequence[str]) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="entente-fuzz-") as folder:
        tallies = [Path(folder) / str(place) for place in range(processes)]
        running = [
            subprocess.Popen(
                [
                    sys.executable, "-m", "tests.support.fuzz", str(inputs // processes), "--seed", str(seed + place),
                    "--tally", str(tally), *more,
                ],
                cwd=ROOT,
            )
            for place, tally in enumerate(tallies)
        ]  # fmt: skip
        codes = [one.wait() for one in running]
        if any(codes):
            return max(codes, key=abs)
        total = Tally()
        for tally in tallies:
            total.add(json.loads(tally.read_text(encoding="utf-8")))
    total.tell(time.monotonic() - began)
    return 0


def _try(inputs: int, seed: int, into: Path | None, *, is_guided: bool) -> int:
    is_there = is_guided and importlib.util.find_spec("atheris") is not None
    atheris: Any = importlib.import_module("atheris") if is_there else None
    fuzzing = _with_coverage(atheris)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entente-fuzz-")))
        arena = stack.enter_context(fuzzing.open_arena(folder))
        began = told_at = time.monotonic()
        tried = 0

        def try_one(data: bytes) -> None:
            nonlocal tried, told_at
            tried += 1
            arena.try_input(data)
            now = time.monotonic()
            if now - told_at > PROGRESS_SECONDS:
                told_at = now
                rate = tried / (now - began)
                _say(
                    f"{tried:,} of {inputs:,} inputs, {rate:,.0f} a second, {len(arena.outcomes)} outcomes, no finding"
                )
            if tried == inputs:
                tally = Tally(tried, arena.outcomes, arena.kinds)
                if into is None:
                    tally.tell(now - began)
                else:
                    into.write_text(tally.to_json(), encoding="utf-8")

        if atheris is None:
            for data in fuzzing.random_inputs(seed, inputs):
                try:
                    try_one(data)
                except BaseException:
                    (FUZZ / f"finding-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
                    raise
            return 0
        grown = folder / "corpus"
        grown.mkdir()
        options = (f"-runs={inputs}", f"-max_len={INPUT_BYTES_MAX}", f"-seed={seed}", "-verbosity=0", "-timeout=60")
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={FUZZ}/finding-", str(grown), str(FUZZ)], try_one)
        atheris.Fuzz()
    return 0


def _with_coverage(atheris: Any) -> ModuleType:  # noqa: ANN401 - it publishes no types
    if atheris is None:
        return importlib.import_module("tests.support.fuzzing")
    with atheris.instrument_imports(include=[f"entente.{room}" for room in GUIDED_BY]):
        return importlib.import_module("tests.support.fuzzing")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
