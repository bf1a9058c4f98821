"""Run by nomenklatura's own environment, never imported: pairs as JSON lines from standard input, scores to standard output."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from followthemoney import EntityProxy
from nomenklatura.matching import get_algorithm

WARM = 1
"""Pairs compared before the clock runs: its word lists are loaded by the first."""


def main(name: str) -> None:
    """Compare each pair by one algorithm with its default settings."""
    rows = [json.loads(line) for line in sys.stdin]
    algorithm = get_algorithm(name)
    assert algorithm is not None, f"it has no algorithm {name}"
    config = algorithm.default_config()
    pairs = [
        (entity(f"a-{number}", row["schema"], row["a"]), entity(f"b-{number}", row["schema"], row["b"]))
        for number, row in enumerate(rows)
    ]
    # Others than those that are timed, because it keeps what it read of an entity by its id.
    for row in rows[:WARM]:
        algorithm.compare(entity("a", row["schema"], row["a"]), entity("b", row["schema"], row["b"]), config)
    began = time.thread_time()
    scores = [float(algorithm.compare(a, b, config).score) for a, b in pairs]
    print(json.dumps({"scores": scores, "seconds": time.thread_time() - began}))


def entity(number: str, schema: str, given: dict[str, Any]) -> EntityProxy:
    """Return one side of a pair, with an id nobody else has; a property its schema does not have is left out."""
    made = EntityProxy.from_dict({"id": number, "schema": schema, "properties": {}})
    for name, values in given.items():
        if name in made.schema.properties:
            made.add(name, values)
    return made


if __name__ == "__main__":
    main(sys.argv[1])
