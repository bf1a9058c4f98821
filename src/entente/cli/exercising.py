"""Filling an exercise's node: officers for the daily roles, and invented people as records.

Source: docs/rules/bodies.md B15.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from entente.app import FIRST_HEAD
from entente.at_hand import write_people
from entente.cli.gateway import connect
from entente.kernel.canonical import JsonObject

OFFICERS: Final = {
    "ex-duty-1": "duty_officer",
    "ex-duty-2": "duty_officer",
    "ex-analyst-1": "analyst",
    "ex-dpo-1": "data_protection_officer",
}
"""Who trains, with a role of data/roles.yaml each."""
TERMS: Final = """title: EXERCISE wanted persons
kind: wanted_person
purposes: [arrest, identify]
crime_areas: [fugitives]
handling: [H1]
confidentiality: restricted
source_evaluation: A
information_evaluation: '1'
subject: {Person: wanted}
retention: {review_after_years: 1, erase_after_years: 3}
"""
IMPORTER: Final = "ex-duty-1"


def fill(folder: str | None, people: int, seed: int, told: Callable[[int], None]) -> JsonObject:
    """Enter the officers and import so many people of a seed; say what was done. Run again it changes nothing."""
    with connect(folder) as node:
        for officer, role in OFFICERS.items():
            node.ask("officer_add", {"officer": FIRST_HEAD, "id": officer, "roles": [role]})
        if people:
            with tempfile.TemporaryDirectory(prefix="entente-exercise-") as place:
                file = Path(place) / "people.jsonl"
                write_people(file, people, seed, "ex")
                given: JsonObject = {"officer": IMPORTER, "file": str(file), "terms": TERMS, "share_with": []}
                node.ask("record_import", given, told)
    return {"officers": [*OFFICERS], "people": people, "seed": seed}
