"""Searches a second over HTTP: a node in a process of its own, its trail on, asked by a load process on the same cores.

Before the clock runs every query is asked once, so that the node is warm; its answers are not kept anywhere but in the
caches that a busy node has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.identity.collection import records_of_size, sampled
from benchmarks.identity.data import Question, Record, read_questions
from benchmarks.identity.options import PREFIX, Options
from benchmarks.identity.stored import fill
from benchmarks.nodes import answers, free_port, wait_for
from entente.app import operator_token
from tests.support.nodes import DUTY, open_network

CONNECTIONS = 8
"""Of the load at once."""
BATCH = 100
"""Queries of one request of the verb `search_many`."""
SECONDS = 10.0
QUERIES = 2_000
WAIT_SECONDS_MAX = 30.0
ABOUT = {"officer": str(DUTY), "purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}


@dataclass(frozen=True, slots=True)
class Served:
    """What a node answered."""

    records: int
    indexed_a_second: float
    """Of the records, from the store to a whole index."""
    requests_a_second: float
    queries_a_second: float
    p50_ms: float
    p99_ms: float


def served(options: Options) -> tuple[Served, Served]:
    """Ask a node one query a request, and then a hundred a request."""
    groups = sampled(read_questions(options.queries), options.queries_a_group)
    records = records_of_size(options, groups, options.http_records)[: options.http_records]
    held = {record.id for record in records}
    asked = [one for questions in groups.values() for one in questions if one.gold & held][:QUERIES]
    single = [_body("search", _query(question)) for question in asked]
    hundreds = [
        _body("search_many", {"queries": [_query(one) for one in asked[start : start + BATCH]]})
        for start in range(0, len(asked) - BATCH + 1, BATCH)
    ]
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place, _node(Path(place), records) as node:
        _load(node, single[:QUERIES], SECONDS / 3)
        one, many = (_load(node, bodies, SECONDS) for bodies in (single, hundreds))
    return _served(node, len(records), one, 1), _served(node, len(records), many, BATCH)


@contextmanager
def _node(place: Path, records: Sequence[Record]) -> Iterator[_Node]:
    """Run a node that holds these records."""
    with open_network(place / "nodes") as network:
        network.conclude("GS", "charter.yaml", tuple(network.nodes))
        network.conclude("XA-NCB", "agreement.yaml", ("XA-NCB", "XB-NCB", "GS"))
        folder = network.folders["XA-NCB"]
        fill(network, "XA-NCB", records, place)
        began = time.perf_counter()
        network["XA-NCB"].identity.rebuild()
        seconds = time.perf_counter() - began
        network.close_all()
        port = free_port()
        command = [sys.executable, "-m", "entente.cli", "node", "run", "--folder", str(folder), "--port", str(port)]
        # A node refuses settings it does not know, and what is asked of the benchmark stands in the environment too.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        with subprocess.Popen(command, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(lambda: answers(folder), process)
                yield _Node(port, operator_token(folder), seconds)
            finally:
                process.terminate()
                process.wait(WAIT_SECONDS_MAX)


@dataclass(frozen=True, slots=True)
class _Node:
    """A node that answers."""

    port: int
    token: str
    """Of its operator."""
    index_seconds: float
    """How long its index took, from an empty one to one that has everything."""


def _load(node: _Node, bodies: Sequence[str], seconds: float) -> dict[str, float]:
    asked = (str(node.port), node.token, str(CONNECTIONS), str(seconds))
    command = [sys.executable, "-m", "benchmarks.identity.load", *asked]
    done = subprocess.run(
        command, input="".join(f"{body}\n" for body in bodies), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _served(node: _Node, records: int, told: dict[str, float], queries: int) -> Served:
    requests = told["requests"] / told["seconds"]
    return Served(records, records / node.index_seconds, requests, requests * queries, told["p50_ms"], told["p99_ms"])


def _body(verb: str, given: dict[str, Any]) -> str:
    return json.dumps({"verb": verb, "arguments": {**ABOUT, **given}})


def _query(question: Question) -> dict[str, Any]:
    given = {"birth_date": question.birth_date, "country": question.country}
    return {"names": [question.name], **{name: value for name, value in given.items() if value}}
