"""I50: ranks, offices and dignities before a name, and the same words where they are names; on invented persons."""

from pathlib import Path

import pytest

from entente.identity import Description, compare, titles_of_office
from entente.identity.name_parts import PARTICLES
from entente.identity.names import name_forms, normalise, read_name, words_of
from entente.identity.offices import places, without_titles
from entente.identity.score import SHOW_MIN
from entente.identity.short_forms import forms_beside
from entente.identity.words import WEIGHT_OFFICE, Part
from entente.search import Index
from entente.search.names_builder import IndexRecord

SHOWN = SHOW_MIN / 1000


def listed(words: str) -> list[str]:
    return [word for line in words.splitlines() if not line.startswith("#") for word in line.split()]


UNMISTAKABLE, NAMES_TOO = listed(titles_of_office.UNMISTAKABLE), listed(titles_of_office.NAMES_TOO)


def titles_of(name: str) -> list[str]:
    return [word.written or word.text for word in read_name(name)[0].words if word.part is Part.OFFICE]


def score(asked: str, held: str) -> float:
    return compare(Description((asked,)), Description((held,))).score


def test_i50_listed_words_are_in_normal_form_and_in_one_list() -> None:
    lists = (
        UNMISTAKABLE,
        NAMES_TOO,
        *(listed(words) for words in (titles_of_office.BESIDE, titles_of_office.DOMAINS, titles_of_office.THINGS)),
    )
    assert {word for words in lists for word in words if normalise(word) != word} == set()
    assert set(UNMISTAKABLE).isdisjoint(NAMES_TOO)
    assert set(listed(titles_of_office.RANKS)) <= set(NAMES_TOO)
    assert PARTICLES.isdisjoint([*UNMISTAKABLE, *NAMES_TOO])
    assert set(UNMISTAKABLE).isdisjoint(listed(titles_of_office.THINGS))


def test_i50_no_usual_given_name_is_unmistakably_a_title() -> None:
    assert [word for word in UNMISTAKABLE if forms_beside(word)] == []


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("President Rahimov", ["president"]),
        ("Brigadier General Ali Hassan", ["brigadier", "general"]),
        ("Major General Rahimov", ["major", "general"]),
        ("Deputy Prime Minister Akmal Rahimov", ["deputy", "prime", "minister"]),
        ("Minister of Foreign Affairs Akmal Rahimov", ["minister", "of", "foreign", "affairs"]),
        ("His Excellency the Minister Akmal Rahimov", ["his", "the", "minister"]),
        ("Senator the Hon Anna Blokker", ["senator", "the", "hon"]),
        ("Major (Rtd) Tariq Siddiq", ["major", "rtd"]),
        ("Rahimov, Colonel Akmal", ["colonel"]),
        ("OKELLO, General", ["general"]),
        ("Prince Akmal Rahimov", ["prince"]),
        ("Ministre des Affaires étrangères Jean Blokker", ["ministre", "des", "affaires", "etrangeres"]),
        ("Presidenta Lucía Ferreyra", ["presidenta"]),
        ("Generalleutnant Hans Blokker", ["generalleutnant"]),
        ("Cumhurbaşkanı Akmal Rahimov", ["cumhurbaskani"]),
        ("Президент Рахимов", ["президент"]),
        ("Министр иностранных дел Акмал Рахимов", ["министр", "иностранных", "дел"]),
        ("معالي الوزير أكمل رحيموف", ["معالي", "وزير"]),
        ("राष्ट्रपति मोहन शर्मा", ["राष्ट्रपति"]),
        ("김정훈 장관", ["장관"]),
        ("王小明 部长", ["部长"]),
    ],
)
def test_i50_titles_are_read_in_many_languages(name: str, titles: list[str]) -> None:
    assert titles_of(name) == titles


@pytest.mark.parametrize(
    "name",
    [
        # Given and family names.
        "Major Williams", "Peter Major", "King, Martin", "Prince", "Judge Reinhold", "Marshall Bruce Blokker", "Ayub Khan",
        "Khan Ayub Shah", "Amir Rahimov", "Ernesto Cardenal", "Coronel Villareal", "Anna President", "Sultan Hashim Ahmad",
        "Duke Wu of Zheng", "김 소장",
        # Firms, places and ships.
        "President Hotel", "General Motors", "Premier Investment Group", "Admiral Star", "Minister 3", "President Trading LLC",
        "Commander Nazir Group", "General Staff of Armed Forces", "Imam Bukhari Jamaat", "Queen Mary",
    ],
)  # fmt: skip
def test_i50_the_same_words_are_names_elsewhere(name: str) -> None:
    assert titles_of(name) == []
    assert without_titles(words_of(name)) == words_of(name)


def test_i50_titles_alone_are_a_name() -> None:
    for title in (*UNMISTAKABLE, *NAMES_TOO):
        for name in (title, f"{title} {title}", f"{title} the {title}", f"{title},"):
            assert titles_of(name) == [], name
            assert read_name(name), name
    assert places([]) == frozenset()


@pytest.mark.parametrize(
    ("titled", "plain"),
    [
        ("President Rahimov", "Akmal Umar Rahimov"),
        ("Brigadier General Akmal Rahimov", "Rahimov Akmal"),
        ("OKELLO, General", "OKELLO, Laurent"),
        ("Президент Рахимов", "Akmal Rahimov"),
        ("王小明 部长", "Wang Xiaoming"),
        ("김정훈 장관", "Kim Jung-hoon"),
    ],
)
def test_i50_a_title_that_one_side_lacks_is_not_missed(titled: str, plain: str) -> None:
    untitled = without_titles(words_of(titled.replace(", General", "")))
    assert score(titled, plain) >= SHOWN
    assert score(titled, plain) == pytest.approx(score(" ".join(untitled), plain), abs=0.02)


def test_i50_a_title_makes_nobody_somebody_else() -> None:
    for one, other in (
        ("President Rahimov", "President Yurchenko"),
        ("Minister of Foreign Affairs Akmal Rahimov", "Minister of Foreign Affairs Pavel Yurchenko"),
        ("President Hotel", "Grand Hotel"),
        ("Major Williams", "Peter Williams"),
        ("General Motors", "Blokker Motors"),
    ):
        assert score(one, other) < SHOWN
        assert score(other, one) < SHOWN


def test_i50_an_equal_title_counts_little_and_a_title_resembles_no_name() -> None:
    found = compare(Description(("Minister Akmal Rahimov",)), Description(("Minister Akmal Rahimov",)))
    weight = next(piece.weight for piece in found.evidence if piece.text == "rank or office: equal")
    assert 0 < weight < 1000 * 2 * WEIGHT_OFFICE // (200 + WEIGHT_OFFICE)
    assert score("President Rahimov", "Presidentov Rahimov") == pytest.approx(score("Rahimov", "Presidentov Rahimov"))


def test_i50_the_index_holds_titles_as_they_are() -> None:
    assert name_forms("President Rahimov") == ("president rahimov",)
    assert [name_forms(name) for name in ("", "-")] == [(), ()]


def test_i50_a_search_finds_with_the_title_and_without(tmp_path: Path) -> None:
    names = (
        "Akmal Rahimov",
        "Senator Anna Blokker",
        "Anna Blokker",
        "President Hotel",
        "Grand Hotel",
        "Olga Yurchenko",
    )
    index = Index.build([IndexRecord(name, (name,)) for name in names], tmp_path)

    def found(asked: str) -> list[str]:
        return [one.id for one in index.search(asked)]

    assert found("President Rahimov")[0] == "Akmal Rahimov"
    assert found("Deputy Minister of Justice Akmal Rahimov")[0] == "Akmal Rahimov"
    assert found("Президент Рахимов")[0] == "Akmal Rahimov"
    assert set(found("Senator Anna Blokker")[:2]) == {"Senator Anna Blokker", "Anna Blokker"}
    assert found("President Hotel")[0] == "President Hotel"
    untitled, titled = index.search("Akmal Rahimov")[0], index.search("Minister Akmal Rahimov")[0]
    assert titled.score == pytest.approx(untitled.score)
