"""How soon what changed is found: by a search, and by 10,000 queries that stand.

A node in a process of its own, as `entente node run` starts it, holds 5,000 invented persons. 50 times a person is imported,
given another name by a second import, and withdrawn; the clock runs from the moment the command is handed over, so that its own
commit is in it, until a search shows the person, shows the new name, and shows nobody. One search follows the other, a hundredth
of a second apart. Then a machine account leaves 10,000 queries, each for a person of a list that nobody brought in; 50 of these
are imported, one by one, and the clock runs until the query's match is listed.

Run as `python -m benchmarks.arriving`.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.line import Line, most
from entente.cli.gateway import Session, connect
from entente.formats.invented_people import people, write_people
from entente.kernel.canonical import JsonObject
from tests.support.processes import TERMS, Bureau

RECORDS: Final = 5_000
TRIALS: Final = 50
QUERIES: Final = 10_000
SECONDS_MAX: Final = 1.0
GIVE_UP_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.01
SEED_ARRIVING: Final = 11
SEED_STANDING: Final = 13
ABOUT: Final[JsonObject] = {"purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}
ASKING: Final[JsonObject] = {"officer": "duty-1", **ABOUT}
WATCHING: Final[JsonObject] = {"officer": "machine-1", **ABOUT}

Person = dict[str, Any]


def run() -> list[Line]:
    """Measure; the floor is one search of the same node, which the last answer needs in any case."""
    with tempfile.TemporaryDirectory(prefix="entente-arriving-") as place:
        bureau = Bureau("XA-NCB", Path(place) / "xa")
        bureau.make()
        bureau.ask("officer_add", officer="head-1", id="machine-1", roles=["duty_officer"], machine=True)
        bureau.start()
        try:
            with connect(str(bureau.folder)) as session:
                return _measured(session, Path(place))
        finally:
            bureau.end()


def _measured(session: Session, place: Path) -> list[Line]:
    held = place / "held.jsonl"
    write_people(held, RECORDS)
    _bring(session, held)
    *_, last = people(RECORDS)
    _seconds_until(lambda: None, lambda: _is_found(session, last))
    asked = statistics.median(_seconds_until(lambda: None, lambda: _is_found(session, last)) for _ in range(TRIALS))
    arriving = [_named(person, f"t-{number}") for number, person in enumerate(people(2 * TRIALS, SEED_ARRIVING))]
    times = [_one_trial(session, place, *pair) for pair in zip(arriving[:TRIALS], arriving[TRIALS:], strict=True)]
    standing = _standing(session, place)
    return [
        *_lines("a new record found by a search", [one for one, _, _ in times], asked),
        *_lines("a changed record found by its new name", [one for _, one, _ in times], asked),
        *_lines("a withdrawn record found no more", [one for _, _, one in times], asked),
        *_lines(f"a new record raised by one of {QUERIES:,} standing queries", standing, asked),
    ]


def _one_trial(session: Session, place: Path, person: Person, renamed: Person) -> tuple[float, float, float]:
    """Return the seconds until one record was found, found by another name, and found no more."""
    renamed = {**renamed, "id": person["id"]}
    record = f"XA-NCB/{person['id']}"

    def withdraw() -> None:
        session.ask("record_withdraw", {"officer": "duty-1", "record": record, "reason": "Found."})

    return (
        _seconds_until(lambda: _bring_one(session, place, person), lambda: _is_found(session, person)),
        _seconds_until(lambda: _bring_one(session, place, renamed), lambda: _is_found(session, renamed)),
        _seconds_until(withdraw, lambda: not _is_found(session, renamed)),
    )


def _standing(session: Session, place: Path) -> list[float]:
    """Leave the queries, and return the seconds until each of some records was raised."""
    wanted = [_named(person, f"s-{number}") for number, person in enumerate(people(QUERIES, SEED_STANDING))]
    left = [session.ask("standing_leave", {**WATCHING, **_query(person)})["query"] for person in wanted]
    step = QUERIES // TRIALS
    return [
        _seconds_until(
            lambda person=person: _bring_one(session, place, person),  # type: ignore[misc] # bound as it is now
            lambda person=person, query=query: _is_raised(session, str(query["id"]), person),  # type: ignore[misc]
        )
        for person, query in list(zip(wanted, left, strict=True))[::step]
    ]


def _named(person: Person, local_id: str) -> Person:
    return {**person, "id": local_id}


def _seconds_until(change: Callable[[], None], is_so: Callable[[], bool]) -> float:
    began = time.monotonic()
    change()
    while not is_so():
        assert time.monotonic() < began + GIVE_UP_SECONDS, "it was not found"
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def _bring_one(session: Session, place: Path, person: Person) -> None:
    file = place / "one.jsonl"
    file.write_text(json.dumps(person, ensure_ascii=False) + "\n", encoding="utf-8")
    _bring(session, file)


def _bring(session: Session, file: Path) -> None:
    answer: Any = session.ask("record_import", {"officer": "duty-1", "file": str(file), "terms": TERMS})
    assert answer["summary"]["rejected"] == 0, answer


def _query(person: Person) -> JsonObject:
    given = person["properties"]
    return {"names": [given["name"][0]], "birth_date": given["birthDate"][0]}


def _is_found(session: Session, person: Person) -> bool:
    answer: Any = session.ask("search", {**ASKING, **_query(person)})
    name = person["properties"]["name"][0]
    return any(one["name"] == f"XA-NCB/{person['id']}" and one["caption"] == name for one in answer["candidates"])


def _is_raised(session: Session, query: str, person: Person) -> bool:
    answer: Any = session.ask("standing_matches", {"officer": "machine-1", "query": query})
    return any(one["name"] == f"XA-NCB/{person['id']}" for one in answer["matches"])


def _lines(what: str, seconds: Sequence[float], asked: float) -> list[Line]:
    return [
        Line(f"{what}, p50 of {len(seconds)}", statistics.median(seconds), "s", most(SECONDS_MAX), asked, "one search"),
        Line(f"{what}, worst", max(seconds), "s", most(SECONDS_MAX), asked, "one search"),
    ]


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
