"""I24: titles, particles, fathers' names, short forms, and family names with a gender; on invented persons."""

import pytest

from entente.formats.schemata import load_schemata
from entente.identity.erased import identifying_keys
from entente.identity.model import Query
from entente.identity.name_parts import (
    ATTACHED_TITLES,
    GENDERED_STEM_MIN,
    PARTICLES,
    TITLES,
    are_forms_of_one_family,
    fathers_names,
    honorifics,
)
from entente.identity.names import name_forms, normalise, read_name
from entente.identity.score import SHOW_MIN, Scored, score_record
from entente.identity.scripts import fold
from entente.identity.short_forms import is_short_for
from entente.identity.words import Part
from tests.unit.identity.search_world import PERSON, a_record


def scored(asked: str, held: str) -> Scored:
    return score_record(Query(names=(asked,)), a_record(("name", held)), PERSON)


def words(found: Scored) -> list[str]:
    return [evidence.text for evidence in found.evidence]


def test_i24_titles_are_words_of_the_normal_form_and_no_particles() -> None:
    assert {word for word in (*TITLES, *ATTACHED_TITLES) if normalise(word) != word} == set()
    assert TITLES.isdisjoint(PARTICLES)


@pytest.mark.parametrize(
    ("written", "without"),
    [
        ("Professor Akmal Rahimov", "Akmal Rahimov"),
        ("Господин Рахимов", "Рахимов"),
        ("श्री मोहन शर्मा", "मोहन शर्मा"),
        ("الدكتور يوسف", "يوسف"),
        ("นายสมชาย ใจดี", "สมชาย ใจดี"),
        ("อาจารย์", "อาจารย์"),
    ],
)
def test_i24_titles_that_are_never_names_fall_away(written: str, without: str) -> None:
    assert name_forms(written) == name_forms(without)


def test_i24_attached_title_stays_where_no_name_would_be_left() -> None:
    assert name_forms("นายา") != name_forms("า")


@pytest.mark.parametrize("title", ["Haji", "Hajji", "Sheikh", "Шейх", "শেখ", "Maulana"])
def test_i24_a_title_that_may_be_a_name_stays_and_counts_little(title: str) -> None:
    word = read_name(f"{title} Akmal Rahimov")[0].words[0]
    assert word.part is Part.HONORIFIC
    whole = scored("Akmal Rahimov", "Akmal Rahimov").score
    assert whole - 70 <= scored(f"{title} Akmal Rahimov", "Akmal Rahimov").score <= whole


def test_i24_a_tombstone_keeps_no_titles() -> None:
    schemata = load_schemata()
    titled, plain = (
        identifying_keys(a_record(("name", name), ("birthDate", "1979-03-02")), schemata)
        for name in ("Haji Akmal Rahimov", "Rahimov Akmal")
    )
    assert titled.kept == plain.kept != frozenset()


def test_i24_hafez_and_sayed_are_names_in_a_name_of_two() -> None:
    assert honorifics(["hafez", "rahimov"]) == frozenset()
    assert honorifics(["hafez", "akmal", "rahimov"]) == {0}
    assert scored("Hafez Rahimov", "Akmal Rahimov").score < SHOW_MIN


@pytest.mark.parametrize(
    ("name", "father"),
    [
        ("Ivan Petrovich Sokolov", "Petrovich"),
        ("Sokolov Ivan Petrovich", "Petrovich"),
        ("Анна Сергеевна Соколова", "Sergeevna"),
        ("Ahmad bin Khalid Rashidi", "Khalid"),
        ("Mammadov Ali Hasan oglu", "Hasan"),
    ],
)
def test_i24_a_fathers_name_left_out_is_no_other_name(name: str, father: str) -> None:
    found = [word for word in read_name(name)[0].words if word.part is Part.FATHERS]
    assert [word.folded for word in found] == [fold(father.lower())]
    gone = {fold(father.lower()), "oglu", "bin"}
    without = " ".join(word.text for word in read_name(name)[0].words if word.folded not in gone)
    assert scored(name, without).score >= SHOW_MIN + 80
    assert scored(without, name).score >= SHOW_MIN + 80


@pytest.mark.parametrize("name", ["Milan Petrovich", "Ana Petrovich", "Osama bin Rashid", "Maria Luisa Petrovich"])
def test_i24_a_family_name_that_looks_like_a_fathers_stays_whole(name: str) -> None:
    assert fathers_names(normalise(name).split()) == frozenset()


def test_i24_two_fathers_names_that_differ_count_as_names_do() -> None:
    assert scored("Ivan Petrovich Sokolov", "Ivan Magomedovich Sokolov").score < SHOW_MIN
    assert scored("Ivan Petrovich Sokolov", "Ivan Sokolov").score >= SHOW_MIN


@pytest.mark.parametrize(
    ("man", "woman"),
    [
        ("Ivanov", "Ivanova"), ("Popov", "Popova"), ("Kowalski", "Kowalska"), ("Сокольский", "Sokolskaya"),
        ("Novák", "Nováková"), ("Hašek", "Hašková"), ("Papadopoulos", "Papadopoulou"), ("Παπαδάκης", "Papadaki"),
        ("Petrauskas", "Petrauskienė"), ("Petrauskas", "Petrauskaitė"), ("Kazlauskis", "Kazlauskytė"), ("Ozols", "Ozola"),
    ],
)  # fmt: skip
def test_i24_male_and_female_form_of_a_family_name_are_one_name(man: str, woman: str) -> None:
    for asked, held in ((man, woman), (woman, man)):
        assert scored(asked, held).score >= 850
    assert words(scored(f"Anna {man}", f"Anna {woman}"))[-1] in {
        "name: male and female form",
        "name: spelling close",
        "name: transliteration",
    }


def test_i24_evidence_names_the_forms_that_letters_do_not_show() -> None:
    assert "name: male and female form" in words(scored("Rasa Petrauskas", "Rasa Petrauskienė"))
    assert not are_forms_of_one_family("bos", "bou")
    assert not are_forms_of_one_family("ivanov", "petrova")
    assert GENDERED_STEM_MIN == 3


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Sasha", "Aleksandr"), ("Саша", "Oleksandr"), ("Катя", "Ekaterina"), ("Bill", "William"), ("Pepe", "José"),
        ("Kasia", "Katarzyna"), ("Fritz", "Friedrich"), ("Beppe", "Giuseppe"), ("Md", "Mohammad"),
    ],
)  # fmt: skip
def test_i24_a_short_form_stands_for_its_name_and_says_so(short: str, full: str) -> None:
    found = scored(f"{short} Sokolov", f"{full} Sokolov")
    assert found.score >= SHOW_MIN + 150
    assert any(" is a short form of " in text for text in words(found))


def test_i24_the_words_of_evidence_are_those_an_officer_reads() -> None:
    assert "given name: Sasha is a short form of Aleksandr" in words(scored("Sasha Sokolov", "Александр Соколов"))
    assert "given name: Sasha is a short form of Aleksandr" in words(scored("Aleksandr Sokolov", "Саша Соколов"))


def test_i24_two_short_forms_do_not_stand_for_each_other() -> None:
    assert not is_short_for("sasa", "sura")
    assert scored("Sasha Sokolov", "Dima Sokolov").score < SHOW_MIN
