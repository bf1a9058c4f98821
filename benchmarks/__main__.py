"""`make bench`, `python -m benchmarks [names…]`: measure, print, keep.

Each scenario runs in a process of its own, so that none measures another's memory or caches. What was measured is kept in
RESULTS.md, a section a scenario with its date and machine; the sections of scenarios that did not run stay as they are.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import re
import sqlite3
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.identity.options import add_arguments, hand_on, read_options
from benchmarks.line import HEADINGS, Line
from benchmarks.scenario import run_scenario

SCENARIOS = (
    "importing",
    "gate",
    "store",
    "wire",
    "pipelined",
    "catch_up",
    "suspension",
    "arriving",
    "nodes",
    "identity",
    "erasing",
    "exact_keys",
    "api",
    "events",
    "desk",
)
"""In the order of the issue's numbers."""
RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = """# What was measured

Written by `make bench`; each section names its day and machine. «Asked» is the number of the issue (parts 1 to 3, Numbers); the
peer or floor beside it was measured in the same run, on the same disk and data. Other programs on the machine make figures worse,
never better.
"""


def main(arguments: list[str]) -> int:
    """Measure the named scenarios, or all; return 1 when a number that was asked for is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SCENARIOS)}; all where none is named")
    add_arguments(parser)
    given = parser.parse_args(arguments)
    hand_on(given)
    names: list[str] = given.names
    if unknown := sorted(set(names) - set(SCENARIOS)):
        print(f"There is no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}.")
        return 2
    try:
        read_options(os.environ)
    except ValueError as error:
        print(error)
        return 2
    machine = describe_machine()
    print(machine)
    sections = read_sections(RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "")
    is_met = True
    for name in names or SCENARIOS:
        started = time.monotonic()
        lines = measured(name)
        print(f"\n{name} ({time.monotonic() - started:.0f} s)\n{as_text(lines)}")
        is_met = is_met and all(line.is_met for line in lines)
        if lines:
            sections[name] = f"{datetime.now(UTC).date().isoformat()} · {machine}\n\n{as_markdown(lines)}"
            write_results(sections)
    print(f"\nKept in benchmarks/{RESULTS.name}.")
    return 0 if is_met else 1


def measured(name: str) -> list[Line]:
    """Run one scenario in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return process.submit(run_scenario, name).result()


def describe_machine() -> str:
    """Say what the figures were measured on: no host name and no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{len(os.sched_getaffinity(0))} cores {platform.machine()}, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def as_text(lines: list[Line]) -> str:
    """Lay lines out for a terminal."""
    rows = [HEADINGS, *(line.cells() for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(lines: list[Line]) -> str:
    """Lay lines out for RESULTS.md."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(line.cells() for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def read_sections(text: str) -> dict[str, str]:
    """Return the sections that were kept, by scenario."""
    parts = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def write_results(sections: dict[str, str]) -> None:
    """Write every section, those of this run and those kept, in the scenarios' order."""
    kept = [f"## {name}\n\n{sections[name]}\n" for name in SCENARIOS if name in sections]
    RESULTS.write_text("\n".join([TITLE, *kept]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
