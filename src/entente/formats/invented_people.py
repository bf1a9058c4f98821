"""Invented persons as FollowTheMoney JSON lines: seeded, names put together from syllables in several scripts.

Nobody in the file exists; countries are user-assigned codes. About 400 bytes and ten facts a person, as in a bureau's own list.
As in any population some names are common and most are rare: each script has 20,000 family names and 4,000 given names, drawn by
rank (Zipf's law).

Used by exercises (docs/rules/bodies.md B15) and by the benchmarks.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

SEED: Final = 2_031
COUNTRIES: Final = ("xa", "xb", "xc", "xd")
FAMILY_NAMES: Final = 20_000
GIVEN_NAMES: Final = 4_000
FLATTENED: Final = 10
"""Added to each rank, so that the first names are common and not everybody's."""

SYLLABLES: Final = {
    "latin": "ba ko mi ren tal vo shi dar lun pe gor ka zi mel ato rus en dov ir sha",
    "cyrillic": "ба ко ми рен тал во ши дар лун пе гор ка зи мел ато рус ен дов ир ша",
    "arabic": "با كو مي رن تل فو شي دار لون بي غور كا زي مل اتو روس ان دوف ير شا",
    "georgian": "ბა კო მი რენ ტალ ვო ში დარ ლუნ პე გორ კა ზი მელ ატო რუს ენ დოვ ირ შა",
    "han": "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗",
}

_CUMULATED: Final = tuple(accumulate(1 / (rank + FLATTENED) for rank in range(FAMILY_NAMES)))
_WEIGHTS_OF: Final = {count: _CUMULATED[:count] for count in (FAMILY_NAMES, GIVEN_NAMES, len(SYLLABLES["han"].split()))}


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of one script with their cumulated weights."""

    family: tuple[str, ...]
    given: tuple[str, ...]
    joined_by: str

    def full(self, chance: random.Random) -> tuple[str, str]:
        """Draw a family and a given name."""
        return _drawn(self.family, chance), _drawn(self.given, chance)


def write_people(path: Path, count: int, seed: int = SEED, own_id: str = "bench") -> None:
    """Write so many persons, one a line; the same seed gives the same file."""
    with path.open("w", encoding="utf-8") as file:
        for person in people(count, seed, own_id):
            file.write(json.dumps(person, ensure_ascii=False) + "\n")


def people(count: int, seed: int = SEED, own_id: str = "bench") -> Iterator[dict[str, object]]:
    """Give so many persons, each with a name in Latin letters and four of five with one in another script.

    Their ids begin with `own_id` and hold the seed.
    """
    chance = random.Random(seed)  # noqa: S311 - the same seed gives the same people; nothing here is secret
    names = {script: _names(script, chance) for script in SYLLABLES}
    return (_person(f"{own_id}-{seed}-{number:07}", number, names, chance) for number in range(count))


def _person(own_id: str, number: int, names: dict[str, _Names], chance: random.Random) -> dict[str, object]:
    family, given = names["latin"].full(chance)
    place = _drawn(names["latin"].given, chance)
    return {
        "id": own_id,
        "schema": "Person",
        "properties": {
            "name": [f"{given} {family}", *_other_script(names, chance)],
            "firstName": [given],
            "lastName": [family],
            "birthDate": [f"{chance.randint(1940, 2010)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"],
            "nationality": [chance.choice(COUNTRIES)],
            "passportNumber": [f"{chance.choice('ABCDEFGH')}{chance.randint(1_000_000, 9_999_999)}"],
            "gender": [chance.choice(("male", "female"))],
            "birthPlace": [place],
            "notes": [f"Invented person number {number} of a seeded list; last seen at the crossing of {place}."],
        },
    }


def _other_script(names: dict[str, _Names], chance: random.Random) -> list[str]:
    script = chance.choice(("", "cyrillic", "arabic", "georgian", "han"))
    if not script:
        return []
    family, given = names[script].full(chance)
    return [names[script].joined_by.join((family, given))]


def _names(script: str, chance: random.Random) -> _Names:
    syllables = tuple(SYLLABLES[script].split())
    if script == "han":
        return _Names(syllables, tuple("".join(chance.choices(syllables, k=2)) for _ in range(GIVEN_NAMES)), "")
    family, given = (tuple(_word(syllables, chance) for _ in range(count)) for count in (FAMILY_NAMES, GIVEN_NAMES))
    return _Names(family, given, " ")


def _word(syllables: tuple[str, ...], chance: random.Random) -> str:
    return "".join(chance.choices(syllables, k=chance.randint(2, 4))).capitalize()


def _drawn(names: tuple[str, ...], chance: random.Random) -> str:
    return chance.choices(names, cum_weights=_WEIGHTS_OF[len(names)])[0]
