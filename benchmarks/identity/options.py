"""What is measured, on which files: arguments of `python -m benchmarks identity`, handed on through the environment.

A scenario runs in a process of its own, and finds there what it was asked.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
PREFIX = "ENTENTE_BENCH_"
PARTS = ("search", "pairs", "http")


@dataclass(frozen=True, slots=True)
class Options:
    """What one run measures."""

    records: Path
    queries: Path
    pairs: Path
    distractors: Path | None
    """Composed where there is no file."""
    sizes: tuple[int, ...]
    """Records in the index."""
    queries_a_group: int
    slow_queries_a_group: int
    """For peers that take a tenth of a second for one."""
    http_records: int
    parts: tuple[str, ...]
    peers: tuple[str, ...]
    is_own_data: bool
    """Whether the files are those of benchmarks/data."""


DEFAULTS = {
    "records": str(DATA / "records.csv.gz"),
    "queries": str(DATA / "queries.jsonl.gz"),
    "pairs": str(DATA / "pairs.jsonl.gz"),
    "distractors": "",
    "sizes": "100000",
    "queries_a_group": "",
    "slow_queries_a_group": "20",
    "http_records": "5000",
    "parts": ",".join(PARTS),
    "peers": "tantivy,pg_trgm,nomenklatura,rapidfuzz",
}
HELP = {
    "records": "CSV of the records",
    "queries": "JSON lines of the queries and their answers",
    "pairs": "JSON lines of the labelled pairs",
    "distractors": "CSV of records nobody asks for; composed where left out",
    "sizes": "records in the index, as 100000,1000000",
    "queries_a_group": "queries of a class and script at most: 1000, of the CC0 subset 300",
    "slow_queries_a_group": "the same for PostgreSQL",
    "http_records": "records of the node that is asked over HTTP",
    "parts": f"of {','.join(PARTS)}",
    "peers": "of tantivy,pg_trgm,nomenklatura,rapidfuzz",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked of this scenario to the benchmarks' own arguments."""
    group = parser.add_argument_group("identity", "each also as ENTENTE_BENCH_ and its name in capitals")
    for name, meaning in HELP.items():
        group.add_argument(f"--{name.replace('_', '-')}", help=meaning, metavar="VALUE")


def hand_on(given: argparse.Namespace) -> None:
    """Put what was asked into the environment, where the scenario's process finds it."""
    for name in HELP:
        value = getattr(given, name)
        if value is not None:
            os.environ[PREFIX + name.upper()] = value


def read_options(environment: Mapping[str, str]) -> Options:
    """Read what was asked, with the files of benchmarks/data where no others are named.

    Raises ValueError for a number that is none and for a part or a file that does not exist.
    """
    asked = {name: environment.get(PREFIX + name.upper(), default) for name, default in DEFAULTS.items()}
    # With one file of one's own the others would not fit.
    is_own_data = all(asked[name] == DEFAULTS[name] for name in ("records", "queries", "distractors"))
    for name in ("records", "queries", "pairs", "distractors"):
        if asked[name] and not Path(asked[name]).is_file():
            raise ValueError(f"There is no file {asked[name]} ({name}).")
    parts = tuple(asked["parts"].split(","))
    if unknown := sorted(set(parts) - set(PARTS)):
        raise ValueError(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    return Options(
        records=Path(asked["records"]),
        queries=Path(asked["queries"]),
        pairs=Path(asked["pairs"]),
        distractors=Path(asked["distractors"]) if asked["distractors"] else None,
        sizes=tuple(sorted(int(size) for size in asked["sizes"].split(","))),
        queries_a_group=int(asked["queries_a_group"] or ("300" if is_own_data else "1000")),
        slow_queries_a_group=int(asked["slow_queries_a_group"]),
        http_records=int(asked["http_records"]),
        parts=parts,
        peers=tuple(asked["peers"].split(",")),
        is_own_data=is_own_data,
    )


def names_of(options: Options) -> str:
    """Say which data the figures are of, without the folder it lies in."""
    if options.is_own_data:
        return "the CC0 subset in benchmarks/data"
    return f"{options.records.name}, {options.queries.name}, {options.pairs.name}"
