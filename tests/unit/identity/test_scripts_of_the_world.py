"""I23: names of scripts without training pairs meet their usual Latin spellings, and no others.

The check list `names_by_script.tsv` holds common given and family names of each script with the spellings they
usually have: public knowledge, no persons. Invented persons are put together from it. `names_held_out.tsv` has more
of them, which the tables were not written for.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from entente.identity.alike import compare_words
from entente.identity.model import Query
from entente.identity.names import FORMS_MAX, name_forms, normalise, read_name
from entente.identity.readings import romanisations
from entente.identity.score import SHOW_MIN, score_record
from entente.identity.standards.channels import TABLES, channel, readings
from entente.identity.words import Word
from entente.search.keys import name_keys
from tests.unit.identity.search_world import PERSON, a_record


@dataclass(frozen=True)
class Known:
    """A name of the check list."""

    part: str
    native: str
    spellings: tuple[str, ...]


def check_list(file: str) -> dict[str, list[Known]]:
    path = Path(__file__).with_name(file)
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {
        script: [Known(part, native, tuple(spellings.split())) for _, part, native, spellings in found]
        for script, found in groupby(rows, key=lambda row: row[0])
    }


NAMES = check_list("names_by_script.tsv")
HELD_OUT = check_list("names_held_out.tsv")
FIRST_MIN = {"Arab": 0.93, "Hebr": 0.93}
FIRST_MIN_OTHER = 0.96
"""Share of a script's names that are nearest to their own spelling among all of the script: all, or all but one."""
HELD_OUT_MIN = 0.93
"""The same for names that were not looked at while the tables were written."""
ALIKE_MAX = 0.03
"""Share of pairs of two persons that may be shown: given and family name alike, as Manjit Sandhu and Paramjit Siddhu are."""
EACH_MIN = 15


def word(text: str) -> Word:
    return read_name(text)[0].words[0]


def likeness(native: Word, spellings: tuple[str, ...]) -> int:
    pairs = (compare_words(native, word(spelling)) for spelling in spellings)
    return max((pair[0] for pair in pairs if pair), default=0)


def scored(asked: str, held: str) -> int:
    return score_record(Query(names=(asked,)), a_record(("name", held)), PERSON).score


def share_nearest(names: list[Known]) -> float:
    """Return the share of names that are nearer to one of their own spellings than to any other name of the list."""
    nearest = 0
    for name in names:
        native = word(name.native)
        own = {word(spelling).folded for spelling in name.spellings}
        others = [other for other in names if own.isdisjoint(word(spelling).folded for spelling in other.spellings)]
        nearest += likeness(native, name.spellings) > max(likeness(native, other.spellings) for other in others)
    return nearest / len(names)


@pytest.mark.parametrize("script", NAMES)
def test_i23_a_name_is_nearest_to_its_own_usual_spelling(script: str) -> None:
    assert len(NAMES[script]) >= EACH_MIN
    assert share_nearest(NAMES[script]) >= FIRST_MIN.get(script, FIRST_MIN_OTHER)


@pytest.mark.parametrize("script", HELD_OUT)
def test_i23_names_the_tables_were_not_written_for_are_nearest_too(script: str) -> None:
    assert share_nearest(HELD_OUT[script]) >= HELD_OUT_MIN


def persons(script: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Invented persons of a script: each given name with the family name of its place, and their Latin spellings."""
    given, family = ([name for name in NAMES[script] if name.part == part] for part in ("given", "family"))
    for first, last in zip(given, family, strict=False):
        latin = {
            f"{first.spellings[i % len(first.spellings)]} {last.spellings[i % len(last.spellings)]}" for i in (0, 1)
        }
        # Tibetan parts its syllables, not its words.
        yield f"{first.native}{'་' if script == 'Tibt' else ' '}{last.native}", tuple(sorted(latin))


@pytest.mark.parametrize("script", NAMES)
def test_i23_a_person_is_found_and_shown_under_each_usual_spelling(script: str) -> None:
    for native, spellings in persons(script):
        forms = name_forms(native)
        assert 1 <= len(forms) <= FORMS_MAX
        for latin in spellings:
            shared, asked = name_keys(forms), name_keys(name_forms(latin))
            assert shared.grams & asked.grams or shared.skeletons & asked.skeletons, (
                f"{native} is no candidate for {latin}"
            )
            assert scored(latin, native) >= SHOW_MIN, f"{latin} does not show {native}"
            assert scored(native, latin) >= SHOW_MIN, f"{native} does not show {latin}"


@pytest.mark.parametrize("script", NAMES)
def test_i23_two_persons_of_one_script_are_not_shown_as_one(script: str) -> None:
    known = list(persons(script))
    pairs = [
        (native, latin)
        for place, (native, _) in enumerate(known)
        for step in (1, 2, 4)
        for latin in known[(place + step) % len(known)][1]
    ]
    shown = [(native, latin) for native, latin in pairs if scored(latin, native) >= SHOW_MIN]
    assert len(shown) <= ALIKE_MAX * len(pairs), shown


@pytest.mark.parametrize(
    ("script", "place"), [(script, place) for script, tables in TABLES.items() for place in range(len(tables))]
)
def test_i23_tables_are_written_in_the_normal_form_with_shares_of_one(script: str, place: int) -> None:
    made = channel(script, place)
    for key, spelt in made.spellings.items():
        letters = "".join(letter for letter in key if letter not in "[]^$")
        prepared = TABLES[script][place].prepared
        assert normalise(letters).replace(" ", "") == letters or prepared(letters) != letters, (
            f"{key} never comes out of I2"
        )
        assert all(latin == "" or (latin.isascii() and latin.isalpha() and latin.islower()) for latin, _ in spelt)
        assert 0 < sum(share for _, share in spelt) <= 1.000001
        assert [share for _, share in spelt] == sorted((share for _, share in spelt), reverse=True)


@pytest.mark.parametrize(
    ("script", "native", "first"),
    [
        ("Deva", "कमला", "kamala"),  # the inherent vowel inside
        ("Deva", "राम", "ram"),  # and silent at the end
        ("Thai", "เกรียงไกร", "kriangkrai"),  # vowels before their consonant
        ("Thai", "ศักดิ์", "sak"),  # a silenced letter
        ("Mymr", "အောင်", "aung"),
        ("Grek", "μπαμπησ", "bampis"),
        ("Cher", "ᏣᎳᎩ", "tsalagi"),
        ("Hira", "ショータ", "shota"),
        ("Hebr", "חיים", "haim"),
        ("Tibt", "ལྷ་མོ", "lhamo"),
    ],
)
def test_i23_what_scripts_share(script: str, native: str, first: str) -> None:
    assert readings(script, unicodedata.normalize("NFKC", native), 1) == (first,)


def test_i23_western_armenian_is_read_too() -> None:
    assert "garabed" in readings("Armn", "կարապետ", 4)
    assert "karapet" in readings("Armn", "կարապետ", 4)


def test_i23_readings_of_long_and_unknown_words_are_bounded() -> None:
    assert len(romanisations(channel("Hebr"), "ש" * 400, 4)) <= 4
    assert romanisations(channel("Grek"), "жé7", 4)[0] == "zhe7"
    assert romanisations(channel("Grek"), "", 4) == ()
