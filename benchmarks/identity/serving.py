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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.identity.collection import records_of_size, sampled
from benchmarks.identity.data import Question, Record, read_questions
from benchmarks.identity.options import PREFIX, Options
from benchmarks.importing import Watch, bring_up, import_file
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
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place, _node(Path(place), records) as (port, token):
        _load(port, token, single[:QUERIES], SECONDS / 3)
        one, many = (_load(port, token, bodies, SECONDS) for bodies in (single, hundreds))
    return _served(len(records), one, 1), _served(len(records), many, BATCH)


@contextmanager
def _node(place: Path, records: Iterable[Record]) -> Iterator[tuple[int, str]]:
    """Run a node that holds these records; its port and its operator's token."""
    with open_network(place / "nodes") as network:
        network.conclude("GS", "charter.yaml", tuple(network.nodes))
        network.conclude("XA-NCB", "agreement.yaml", ("XA-NCB", "XB-NCB", "GS"))
        folder, file = network.folders["XA-NCB"], place / "people.jsonl"
        with file.open("w", encoding="utf-8") as people:
            people.writelines(json.dumps(_person(record)) + "\n" for record in records)
        import_file(network, file, frozenset(), Watch())
        bring_up(network["XA-NCB"])
        network.close_all()
        port = free_port()
        command = [sys.executable, "-m", "entente.cli", "node", "run", "--folder", str(folder), "--port", str(port)]
        # A node refuses settings it does not know, and what is asked of the benchmark stands in the environment too.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        with subprocess.Popen(command, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(lambda: answers(folder), process)
                yield port, operator_token(folder)
            finally:
                process.terminate()
                process.wait(WAIT_SECONDS_MAX)


def _load(port: int, token: str, bodies: Sequence[str], seconds: float) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.identity.load", str(port), token, str(CONNECTIONS), str(seconds)]
    done = subprocess.run(
        command, input="".join(f"{body}\n" for body in bodies), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _served(records: int, told: dict[str, float], queries: int) -> Served:
    requests = told["requests"] / told["seconds"]
    return Served(records, requests, requests * queries, told["p50_ms"], told["p99_ms"])


def _body(verb: str, given: dict[str, Any]) -> str:
    return json.dumps({"verb": verb, "arguments": {**ABOUT, **given}})


def _query(question: Question) -> dict[str, Any]:
    given = {"birth_date": question.birth_date, "country": question.country}
    return {"names": [question.name], **{name: value for name, value in given.items() if value}}


def _person(record: Record) -> dict[str, Any]:
    given = {"name": record.name, "birthDate": record.birth_date, "nationality": record.country.lower()}
    return {
        "id": record.id, "schema": "Person", "properties": {name: [value] for name, value in given.items() if value},
    }  # fmt: skip
