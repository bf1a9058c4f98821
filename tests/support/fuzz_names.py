"""`make fuzz OF=names INPUTS=1000000`: ask for so many hostile persons, by every door through which text reaches `identity`.

An input is a seed and a number, and replays alone: `python -m tests.support.fuzz_names 1 --seed 2031 --first 4711`. A Finding is
an error outside the tree, an answer that cannot be one, or an input that takes more than SECONDS_MAX of the processor's time,
twice. All findings of a run are told at its end, of each kind the shortest input, and the inputs that took longest.
"""

from __future__ import annotations

import argparse
import heapq
import json
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

from entente.formats.codelists import load_code_lists
from entente.identity.align import compare_names
from entente.identity.dates import compare_dates, parse_partial
from entente.identity.identifiers import Reading, identifier_keys, query_keys, read_mrz, readings
from entente.identity.model import Query
from entente.identity.names import name_forms, read_name
from entente.identity.pairs import Description
from entente.identity.pairs import compare as compare_descriptions
from entente.identity.rules import check_query, query_from_text, with_line
from entente.identity.scanned import read_zones
from entente.identity.score import score_record
from entente.kernel.errors import EntenteError
from entente.search.asking import asked_word
from entente.search.index import Index
from entente.search.lattices import lattice_of
from entente.search.names_builder import IndexRecord
from tests.docs.source import ROOT
from tests.support.hostile_text import COUNTRIES, SEXES, Hostile, true_names
from tests.unit.identity.search_world import PERSON, a_record

SEED: Final = 2031
SECONDS_MAX: Final = 0.050
"""Of the processor's time for one input, whatever is typed (I21)."""
PROGRESS_SECONDS: Final = 30.0
WARM_UP: Final = 200
"""Inputs that are tried before any is timed: what is read once or compiled is read and compiled."""
WORST: Final = 10
PEOPLE: Final = 1_000
CLASSES: Final = 3
TODAY: Final = date(2031, 5, 4)
LISTS: Final = load_code_lists()


class Finding(AssertionError):  # noqa: N818 - the fuzzer's own word
    """Something that no input may bring about."""


@dataclass(frozen=True, slots=True)
class Input:
    """What is typed, whole; which door it goes through is its first field."""

    door: str
    query: Query
    line: str
    other: Query
    """What a record says of somebody."""
    limit: int
    allowed: tuple[int, ...] | None

    def __str__(self) -> str:
        parts = {
            "query": self.query,
            "line": self.line,
            "other": self.other,
            "limit": self.limit,
            "allowed": self.allowed,
        }
        return f"{self.door}: " + ", ".join(
            f"{name}={part!a}" for name, part in parts.items() if name in USES[self.door]
        )


class Arena:
    """What inputs are tried on: an index of some thousand invented persons in three classes, and the rooms' own functions."""

    def __init__(self, folder: Path) -> None:
        self._hostile = Hostile(true_names())
        self.index = Index.build(_people(), folder)
        self._classes = {person.id: person.cls for person in _people()}

    def input(self, seed: int, number: int) -> Input:
        """Return the input of a number."""
        chance = Random(f"{seed}:{number}")
        return Input(
            chance.choice(tuple(DOORS)),
            self._query(chance),
            self._hostile.line(chance),
            self._query(chance),
            chance.choice((1, 20, 20, 1_000, 0)),
            chance.choice((None, (), (0,), (1, 2, -1, 10**12))),
        )

    def _query(self, chance: Random) -> Query:
        hostile = self._hostile
        return Query(
            tuple(hostile.name(chance) for _ in range(chance.choice((0, 1, 1, 1, 2, 3)))),
            hostile.date(chance) if chance.random() < 0.4 else "",
            chance.choice(COUNTRIES) if chance.random() < 0.4 else "",
            tuple(hostile.number(chance) for _ in range(chance.choice((0, 0, 1, 1, 2, 3)))),
            chance.choice(SEXES) if chance.random() < 0.2 else "",
        )

    def try_input(self, given: Input) -> tuple[str, float]:
        """Try one input; return what came of it and the seconds it took. Raise Finding for what no input may bring about."""
        # What was asked before is not at hand when something is asked first.
        asked_word.cache_clear()
        lattice_of.cache_clear()
        began = time.thread_time()
        try:
            outcome = DOORS[given.door](self, given)
        except EntenteError as error:
            outcome = type(error).__name__
            if not (error.what and error.why and error.do):
                raise Finding(f"{given.door}: an error does not say what, why and what to do: {error!r}") from error
        except Finding:
            raise
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            raise Finding(
                f"{given.door}: an error outside the tree: {type(error).__name__} in {Path(place.filename).name}, {place.name}"
            ) from error
        return f"{given.door}: {outcome}", time.thread_time() - began

    def check_answer(self, found: Sequence[Any], given: Input, limit: int) -> str:
        """Raise Finding for an answer that cannot be one."""
        scores = [one.score for one in found]
        _must(len(found) <= limit, "more were found than asked for")
        _must(all(0.0 <= score <= 1.0 for score in scores), "a score is not between 0 and 1")
        _must(scores == sorted(scores, reverse=True), "the list is not best first")
        _must(len({one.id for one in found}) == len(found), "a record is there twice")
        _must(
            given.allowed is None or all(self._classes[one.id] in given.allowed for one in found),
            "a record of another class was found",
        )
        return "found" if found else "nobody"


def _must(is_so: bool, what: str) -> None:  # noqa: FBT001 - a condition and what it says
    if not is_so:
        raise Finding(what)


# The doors


def ask(arena: Arena, given: Input) -> str:
    """Ask as the service does: the typed line beside the query, zones read, checked, found, scored."""
    scanned = read_zones(with_line(given.query, given.line), TODAY, LISTS.countries_alpha3)
    query = scanned.query
    check_query(query, LISTS)
    for zone in scanned.zones:
        _must(all(fault.text for fault in zone.faults), "a fault of a zone is not named")
    _keys(query)
    outcome = arena.check_answer(arena.index.search(query, 20, given.allowed), given, 20)
    _score(query, given.other)
    return outcome


def search(arena: Arena, given: Input) -> str:
    """Search the index with what nobody checked."""
    return arena.check_answer(arena.index.search(given.query, given.limit, given.allowed), given, given.limit)


def search_text(arena: Arena, given: Input) -> str:
    """Search the index for one text."""
    return arena.check_answer(arena.index.search(given.line, given.limit, given.allowed), given, given.limit)


def read_line(_: Arena, given: Input) -> str:
    """Read a typed line alone."""
    query = query_from_text(given.line)
    check_query(query, LISTS)
    return "names" if query.names else "numbers"


def read_names(_: Arena, given: Input) -> str:
    """Read names, and their forms for the index."""
    names = (given.line, *given.query.names)
    forms = [form for name in names for form in name_forms(name)]
    _must(all(form == form.strip() and form for form in forms), "a form of a name is empty or begins with a blank")
    return "forms" if forms else "none"


def read_numbers(_: Arena, given: Input) -> str:
    """Say of a number what it may be, and its keys."""
    found: list[Reading] = []
    for text in (given.line, *given.query.identifiers):
        found += readings(text, today=TODAY, countries=LISTS.countries_alpha3, country=given.query.country)
        query_keys(text, given.query.country)
        for name, one in PERSON.properties.items():
            identifier_keys(name, one.type, text)
    _must(all(one.text for one in found), "a reading of a number does not say what it is")
    return "read" if found else "nothing known"


def read_zone(_: Arena, given: Input) -> str:
    """Read texts as zones, whether they look like one or not."""
    faults = 0
    for text in (given.line, *given.query.identifiers):
        zone = read_mrz(text, today=TODAY, countries=LISTS.countries_alpha3)
        _must(zone.size is not None or bool(zone.faults), "a zone of no size has no fault")
        _must(all(fault.text for fault in zone.faults), "a fault of a zone is not named")
        faults += len(zone.faults)
    return "faults" if faults else "valid"


def compare(_: Arena, given: Input) -> str:
    """Compare what is asked with what a record says, whatever stands in either."""
    score = _score(given.query, given.other)
    born, held = parse_partial(given.query.birth_date), parse_partial(given.other.birth_date)
    if born is not None and held is not None:
        compare_dates(born, held)
    return "alike" if score else "not alike"


def _score(query: Query, other: Query) -> int:
    facts = [
        *(("name", name) for name in other.names),
        *(("passportNumber", number) for number in other.identifiers),
        ("birthDate", other.birth_date),
        ("nationality", other.country),
    ]
    scored = score_record(query, a_record(*facts), PERSON)
    _must(0 <= scored.score <= 1_000, "a score is not between 0 and 1,000")
    _must(sum(one.weight for one in scored.evidence) == scored.score, "the weights of the evidence are not the score")
    pair = compare_descriptions(_described(query), _described(other))
    _must(0 <= pair.score <= 1, "the score of a pair is not between 0 and 1")
    for asked in [name for text in query.names for name in read_name(text)][:4]:
        for held in [name for text in other.names for name in read_name(text)][:4]:
            compare_names(asked, held)
    return scored.score


def _described(query: Query) -> Description:
    return Description(query.names, query.birth_date, query.country, query.sex, query.identifiers)


def _keys(query: Query) -> None:
    for name in query.names:
        name_forms(name)
    for text in query.identifiers:
        query_keys(text, query.country)
        readings(text, today=TODAY, countries=LISTS.countries_alpha3, country=query.country)


DOORS: Final[Mapping[str, Callable[[Arena, Input], str]]] = {
    one.__name__: one for one in (ask, search, search_text, read_line, read_names, read_numbers, read_zone, compare)
}
USES: Final = {
    "ask": ("query", "line", "other", "allowed"), "search": ("query", "limit", "allowed"),
    "search_text": ("line", "limit", "allowed"), "read_line": ("line",), "read_names": ("query", "line"),
    "read_numbers": ("query", "line"), "read_zone": ("query", "line"), "compare": ("query", "other"),
}  # fmt: skip


def _people() -> Iterator[IndexRecord]:
    chance, names = Random(SEED), true_names()
    for number in range(PEOPLE):
        spelt = tuple(
            " ".join(chance.choice(names) for _ in range(chance.randrange(2, 5)))
            for _ in range(chance.choice((1, 1, 2)))
        )
        born = f"{chance.randrange(1930, 2015)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        yield IndexRecord(
            f"p{number}",
            spelt,
            born if chance.random() < 0.7 else "",
            chance.choice(("", "TJ", "KR")),
            number % CLASSES,
        )


# A run


@dataclass(slots=True)
class Tally:
    """What came of the inputs."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)
    """By what was found, the shortest input."""
    worst: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0
    """Of the processor's time."""

    def add(self, what: str, seconds: float, said: Callable[[], str]) -> None:
        """Count an input; `said` tells it, which takes longer than most inputs."""
        self.tried += 1
        self.outcomes[what] += 1
        self.seconds += seconds
        if len(self.worst) < WORST or seconds > self.worst[0][0]:
            heapq.heappush(self.worst, (seconds, said()))
            if len(self.worst) > WORST:
                heapq.heappop(self.worst)

    def found(self, what: str, said: str) -> None:
        """Keep the shortest input of a finding."""
        self.outcomes[f"FINDING {what}"] += 1
        if what not in self.findings or len(said) < len(self.findings[what]):
            self.findings[what] = said

    def join(self, other: Mapping[str, Any]) -> None:
        """Add what another process wrote."""
        self.tried += other["tried"]
        self.seconds += other["seconds"]
        self.outcomes.update(other["outcomes"])
        self.worst = sorted([*self.worst, *((seconds, said) for seconds, said in other["worst"])])[-WORST:]
        for what, said in other["findings"].items():
            if what not in self.findings or len(said) < len(self.findings[what]):
                self.findings[what] = said

    def to_json(self) -> str:
        """Write it for another process."""
        return json.dumps({name: getattr(self, name) for name in ("tried", "outcomes", "findings", "worst", "seconds")})

    def tell(self) -> None:
        """Print it."""
        for outcome, count in self.outcomes.most_common():
            _say(f"{count:>9,}  {outcome}")
        _say(f"\nThe {len(self.worst)} that took longest:")
        for seconds, said in sorted(self.worst, reverse=True):
            _say(f"{1000 * seconds:>9.1f} ms  {_short(said)}")
        for what, said in self.findings.items():
            _say(f"\nFINDING {what}\n  {_short(said)}")
        each = 1000 * self.seconds / max(1, self.tried)
        _say(
            f"\n{self.tried:,} inputs, {each:.2f} ms each, {len(self.outcomes)} outcomes, {len(self.findings)} findings."
        )


def try_many(
    arena: Arena,
    seed: int,
    numbers: range,
    progress: Callable[[Tally], None] | None = None,
    *,
    seconds_max: float = SECONDS_MAX,
) -> Tally:
    """Try inputs, after a warm-up; what one may not bring about is kept, not raised."""
    for number in range(WARM_UP):
        try:
            arena.try_input(arena.input(seed + 1, number))
        except Finding:
            # Of another seed: where it is one, those that count show it too.
            continue
    tally, told_at = Tally(), time.monotonic()
    for number in numbers:
        given = arena.input(seed, number)
        try:
            outcome, seconds = arena.try_input(given)
            if seconds > seconds_max:
                # Another process on the same core slows one try; a text that takes long does so again.
                seconds = min(seconds, arena.try_input(given)[1])
            tally.add(outcome, seconds, lambda: f"{seed}:{number} {given}")  # noqa: B023 - called at once
            if seconds > seconds_max:
                tally.found(f"{given.door}: it takes too long", f"{seed}:{number} {given}")
        except Finding as finding:
            tally.tried += 1
            tally.found(str(finding), f"{seed}:{number} {given}")
        if progress is not None and time.monotonic() - told_at > PROGRESS_SECONDS:
            told_at = time.monotonic()
            progress(tally)
    return tally


@contextmanager
def open_arena() -> Iterator[Arena]:
    """Build what inputs are tried on in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="entente-fuzz-") as folder:
        yield Arena(Path(folder))


def main(given: list[str]) -> int:
    """Try inputs; say what came of them, and return 1 when something was found."""
    asked = argparse.ArgumentParser(prog="make fuzz OF=names")
    asked.add_argument("inputs", type=int)
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--first", type=int, default=0, help="number of the first input")
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--tally", type=Path, default=None, help="write what came of them here instead of printing it")
    wanted = asked.parse_args(given)
    if wanted.processes > 1:
        tally = _in_processes(wanted.inputs, wanted.seed, wanted.first, wanted.processes)
    else:
        with open_arena() as arena:
            tally = try_many(
                arena,
                wanted.seed,
                range(wanted.first, wanted.first + wanted.inputs),
                lambda so_far: _say(
                    f"{so_far.tried:,} of {wanted.inputs:,} inputs, found: {', '.join(so_far.findings) or 'nothing'}"
                ),
            )
    if wanted.tally is not None:
        wanted.tally.write_text(tally.to_json(), encoding="utf-8")
        return 0
    tally.tell()
    return 1 if tally.findings else 0


def _in_processes(inputs: int, seed: int, first: int, processes: int) -> Tally:
    share = -(-inputs // processes)
    with tempfile.TemporaryDirectory(prefix="entente-fuzz-") as folder:
        tallies = [Path(folder) / str(place) for place in range(processes)]
        running = [
            subprocess.Popen(
                [
                    sys.executable, "-m", "tests.support.fuzz_names", str(min(share, inputs - place * share)),
                    "--seed", str(seed), "--first", str(first + place * share), "--tally", str(tally),
                ],
                cwd=ROOT,
            )
            for place, tally in enumerate(tallies)
        ]  # fmt: skip
        codes = [one.wait() for one in running]
        if any(codes):
            raise SystemExit(max(codes, key=abs))
        total = Tally()
        for tally in tallies:
            total.join(json.loads(tally.read_text(encoding="utf-8")))
    return total


def _short(said: str) -> str:
    return said if len(said) <= 600 else f"{said[:500]} … ({len(said):,} characters)"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
