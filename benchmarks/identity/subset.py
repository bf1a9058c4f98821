"""`python -m benchmarks.identity.subset`: write benchmarks/data, the CC0 subset, from the token pairs of training/data.

All names are composed: words that stood in names of persons, put together anew by a seed, so that nobody bears them but by
chance. Words in another script are only those the training holds out (training.pairs.split), and only such as were seen twice
with their Latin word, because single sightings are now and then the given name beside the family name.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.identity.compose import SEED, Words, a_date, composed, words_of_tokens
from benchmarks.identity.data import Record, packed, write_records
from benchmarks.identity.options import DATA
from training.pairs import Pair, read_pairs, split

JOINED_BY = {"Arab": " ", "Cyrl": " ", "Hang": " ", "Hani": "·", "Kana": "・"}
"""As names of persons from elsewhere are written in each script."""
QUERIES = 1_000
"""Of each script."""
LATIN_QUERIES = 500
"""Of each other class."""
PAIRS = 300
"""Of each group that are one person, and as many that are two."""
SIGHTINGS_MIN = 2
NAMESAKES = 4
LETTERS_MIN = 4
"""Of a word in which a letter is mistyped."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SOURCE = "composed"


@dataclass(slots=True)
class Subset:
    """What is written."""

    records: dict[str, Record] = field(default_factory=dict)
    queries: list[dict[str, Any]] = field(default_factory=list)
    pairs: list[dict[str, Any]] = field(default_factory=list)

    def record(self, name: str, birth_date: str = "") -> str:
        """Add a record and return its id."""
        number = f"c{len(self.records):06}"
        self.records[number] = Record(number, name, birth_date)
        return number

    def query(self, cls: str, script: str, name: str, gold: Iterable[str], birth_date: str = "") -> None:
        """Add a query with its answers."""
        number = f"q{len(self.queries):06}"
        self.queries.append({
            "qid": number, "cls": cls, "script": script, "lang": "", "source": SOURCE, "query": name,
            "birth_date": birth_date, "country": "", "gold": list(gold),
        })  # fmt: skip

    def pair(self, group: str, a: Mapping[str, str], b: Mapping[str, str], *, is_match: bool) -> None:
        """Add a labelled pair of persons."""
        number = f"p{len(self.pairs):06}"
        self.pairs.append({
            "group": group, "schema": "Person", "match": is_match, "a": dict(a), "b": dict(b), "pid": number,
        })  # fmt: skip


def make(held: Mapping[str, list[Pair]], words: Words) -> Subset:
    """Compose everything, from pairs by script and Latin words; the same each time."""
    subset = Subset()
    for script, joined_by in JOINED_BY.items():
        _cross_script(subset, script, joined_by, held[script])
    _latin(subset, words)
    _spelt_otherwise(subset, [pair for script in JOINED_BY for pair in held[script]])
    return subset


def write(subset: Subset, folder: Path) -> None:
    """Write the three files."""
    write_records(folder / "records.csv.gz", subset.records, SOURCE)
    for name, rows in (("queries", subset.queries), ("pairs", subset.pairs)):
        with packed(folder / f"{name}.jsonl.gz") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def held_out(pairs: list[Pair]) -> list[Pair]:
    """Return the pairs of words of a script that the training does not see and that stood together more than once."""
    _, held = split(pairs)
    # `Pair` holds the square root of the count.
    return [
        pair for pair in held if pair.weight**2 >= SIGHTINGS_MIN - 0.5 and min(len(pair.native), len(pair.latin)) > 1
    ]


def _cross_script(subset: Subset, script: str, joined_by: str, held: list[Pair]) -> None:
    chance = random.Random(f"{SEED} {script}")
    seen: set[str] = set()
    while len(seen) < QUERIES:
        given, family = chance.sample(held, 2)
        name, latin = joined_by.join((given.native, family.native)).title(), _latin_name(given, family)
        if latin in seen:
            continue
        seen.add(latin)
        subset.query("xscript_composed", script, name, [subset.record(latin)])
        if len(seen) <= PAIRS:
            group, other = f"xscript_composed/{script}", chance.choice(held)
            subset.pair(group, {"name": name}, {"name": latin}, is_match=True)
            # Another person of the same given or the same family name: what has to be told apart in practice.
            other_name = _latin_name(given, other) if chance.random() < 0.5 else _latin_name(other, family)
            if other_name != latin:
                subset.pair(group, {"name": name}, {"name": other_name}, is_match=False)


def _latin(subset: Subset, words: Words) -> None:
    chance = random.Random(f"{SEED} latin")
    people = _apart(composed(words, words, but=(), first=1))
    for cls, change in NOISES.items():
        for person in islice(people, LATIN_QUERIES):
            subset.query(cls, "Latn", change(person.name, chance), [subset.record(person.name, person.birth_date)])
    for person, other in islice(zip(people, people, strict=False), LATIN_QUERIES):
        # A third word in the record, of which the query leaves out one.
        whole = [*person.name.split(), other.name.split()[-1]]
        left_out = chance.randrange(len(whole))
        asked = " ".join(word for place, word in enumerate(whole) if place != left_out)
        subset.query("noise_partial", "Latn", asked, [subset.record(" ".join(whole), person.birth_date)])
    for person, other in islice(zip(people, people, strict=False), PAIRS):
        mistyped, given = {"name": _mistyped(person.name, chance)}, person.name.split()[0]
        subset.pair("noise/Latn", mistyped, {"name": person.name}, is_match=True)
        subset.pair("noise/Latn", mistyped, {"name": f"{given} {other.name.split()[1]}"}, is_match=False)
    for number, person in enumerate(islice(people, LATIN_QUERIES)):
        dates = list(dict.fromkeys(a_date(chance) for _ in range(NAMESAKES)))
        records = [subset.record(person.name, born) for born in dates]
        right = chance.randrange(len(dates))
        subset.query("same_name_dob", "Latn", person.name, [records[right]], dates[right])
        if number < PAIRS and len(dates) > 1:
            known = {"name": person.name, "birth_date": dates[0]}
            subset.pair("dob_support", known, {**known, "name": _turned(person.name)}, is_match=True)
            subset.pair("dob_conflict", known, {**known, "birth_date": dates[1]}, is_match=False)


def _apart(people: Iterator[Record]) -> Iterator[Record]:
    """Leave out who has a word so short that a mistyped letter makes it another one."""
    return (one for one in people if all(len(word) >= LETTERS_MIN and word.isascii() for word in one.name.split()))


def _spelt_otherwise(subset: Subset, held: list[Pair]) -> None:
    """Add queries for a name in Latin letters whose record spells it in another way."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for pair in held:
        spellings[pair.native].append(pair.latin)
    several = sorted(native for native, latin in spellings.items() if len(latin) > 1)
    chance, seen = random.Random(f"{SEED} spelt"), set[str]()
    while len(seen) < LATIN_QUERIES:
        words = [chance.sample(spellings[native], 2) for native in chance.sample(several, 2)]
        asked, recorded = (" ".join(word[place] for word in words).title() for place in (0, 1))
        if recorded not in seen:
            seen.add(recorded)
            subset.query("alias_latin", "Latn", asked, [subset.record(recorded)])


def _latin_name(given: Pair, family: Pair) -> str:
    return f"{given.latin} {family.latin}".title()


def _mistyped(name: str, chance: random.Random) -> str:
    """Leave out, add, replace a letter or change two, never the first of a word nor next to a space."""
    places = [number for number in range(2, len(name) - 1) if " " not in name[number - 2 : number + 2]]
    while True:
        place, letter = chance.choice(places), chance.choice(LETTERS)
        head, tail = name[:place], name[place:]
        found = chance.choice(
            (head + tail[1:], head + letter + tail, head + letter + tail[1:], head[:-1] + tail[0] + head[-1] + tail[1:])
        )
        if found != name:
            return found


def _turned(name: str) -> str:
    given, family = name.split()
    return f"{family} {given}"


NOISES: dict[str, Callable[[str, random.Random], str]] = {
    "noise_typo1": _mistyped,
    "noise_typo1_swap": lambda name, chance: _turned(_mistyped(name, chance)),
    "noise_typo2": lambda name, chance: _mistyped(_mistyped(name, chance), chance),
    "noise_joined": lambda name, _: name.replace(" ", ""),
}
"""Classes of the development data, and what is done to a name."""

if __name__ == "__main__":
    write(make({script: held_out(pairs) for script, pairs in read_pairs().items()}, words_of_tokens()), DATA)
