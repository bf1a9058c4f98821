"""Runs one scenario in this process; `python -m benchmarks` starts a process for each, which looks this up by its name."""

from __future__ import annotations

import importlib

from benchmarks.line import Line


def run_scenario(name: str) -> list[Line]:
    """Import a scenario and run it."""
    found: list[Line] = importlib.import_module(f"benchmarks.{name}").run()
    return found
