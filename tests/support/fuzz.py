"""`make fuzz INPUTS=1000000`: try so many inputs on a node, guided by which of our lines they reach.

What an input does and what counts as a finding stands in `fuzzing`. The corpus in tests/vectors/fuzz is tried first; an input
that finds something is written beside it as `finding-…`, where the ordinary tests replay it until it is mended.

The fuzzer is atheris over libFuzzer, a tool of development for Linux on x86-64; elsewhere a seeded generator takes its place.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.docs.source import ROOT

FUZZ = ROOT / "tests" / "vectors" / "fuzz"
INPUT_BYTES_MAX = 192
SEED = 2031
PROGRESS_SECONDS = 10.0


def main(inputs: int) -> int:
    """Try so many inputs; say what came of them. A finding ends the run, with its input kept."""
    atheris: Any = importlib.import_module("atheris") if importlib.util.find_spec("atheris") else None
    fuzzing = _with_coverage(atheris)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entente-fuzz-")))
        arena = stack.enter_context(fuzzing.open_arena(folder))
        tried = 0
        told_at = time.monotonic()

        def try_one(data: bytes) -> None:
            nonlocal tried, told_at
            tried += 1
            arena.try_input(data)
            if time.monotonic() - told_at > PROGRESS_SECONDS:
                told_at = time.monotonic()
                sys.stdout.write(f"{tried:,} of {inputs:,} inputs, {len(arena.outcomes)} outcomes, no finding\n")
                sys.stdout.flush()
            if tried == inputs:
                _tell(arena.outcomes, tried)

        if atheris is None:
            for data in fuzzing.random_inputs(SEED, inputs):
                try_one(data)
            return 0
        grown = folder / "corpus"
        grown.mkdir()
        options = (f"-runs={inputs}", f"-max_len={INPUT_BYTES_MAX}", f"-seed={SEED}", "-verbosity=0", "-timeout=60")
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={FUZZ}/finding-", str(grown), str(FUZZ)], try_one)
        atheris.Fuzz()
    return 0


def _with_coverage(atheris: Any) -> ModuleType:  # noqa: ANN401 - it publishes no types
    if atheris is None:
        return importlib.import_module("tests.support.fuzzing")
    with atheris.instrument_imports(include=["entente"]):
        return importlib.import_module("tests.support.fuzzing")


def _tell(outcomes: dict[str, int], tried: int) -> None:
    for outcome, count in sorted(outcomes.items(), key=lambda pair: -pair[1]):
        sys.stdout.write(f"{count:>9,}  {outcome}\n")
    sys.stdout.write(f"{tried:,} inputs, {len(outcomes)} outcomes, no finding.\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
