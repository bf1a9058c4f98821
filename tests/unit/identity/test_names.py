"""I2 to I4: names normalised, romanised, folded; which word is the family name."""

import pytest

from entente.identity.names import FORMS_MAX, WORDS_MAX, name_forms, normalise, read_name
from entente.identity.scripts import Script, fold, romanise, script_of, skeleton
from entente.identity.words import Part


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("  RAHIMOV,   Akmal ", "rahimov akmal"),
        ("Ｒａｈｉｍｏｖ", "rahimov"),
        ("O’Neil-Żółć", "oneil zołc"),
        ("Ёжиков Юрий", "ежиков юрий"),
        ("مُحَمَّد", "محمد"),
        ("मोहन शर्मा", "मोहन शर्मा"),
        ("ガンリ", "ガンリ"),
        ("Straße", "strasse"),
        ("…!?", ""),
    ],
)
def test_i2_normal_form_loses_case_accents_and_punctuation_but_no_letter(written: str, normal: str) -> None:
    assert normalise(written) == normal


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Мухаммедов А.", "mukhammedov a"),
        ("გიორგი ბერიძე", "giorgi beridze"),
        ("Αλέξανδρος Νικολάου", "alexandros nikolaou"),
        ("王小明", "wang xiaoming"),
        ("김철수", "gim cheolsu"),
        ("عبد الرحمن", "bd al rhmn"),
        ("AkmalRahimov", "akmal rahimov"),
    ],
)
def test_i3_first_form_is_the_usual_reading_in_latin_letters(written: str, form: str) -> None:
    assert name_forms(written)[0] == form


def test_i3_ambiguous_word_has_both_readings() -> None:
    assert name_forms("يوسف") == ("ywsf", "yusf")
    assert name_forms("王小明") == ("wang xiaoming", "wangxiaoming")


def test_i3_titles_fall_away_unless_nothing_else_is_left() -> None:
    assert name_forms("Dr. Akmal Rahimov") == ("akmal rahimov",)
    assert name_forms("Sheikh") == ("sheikh",)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mukhammadzhon", "muhammadjon"), ("shcherbakov", "scherbakov"), ("yusuf", "iusuf"), ("phillip", "filip")],
)
def test_i3_spellings_of_different_countries_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_i4_skeleton_is_what_arabic_and_latin_share() -> None:
    assert skeleton("muhammad") == skeleton(romanise("محمد")[0][0])
    assert skeleton("marsel") == skeleton("maleusel")
    assert skeleton("rahimov") != skeleton("karimov")


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Rahimov, Akmal", [Part.FAMILY, Part.GIVEN]),
        ("Мухаммедов А.", [Part.FAMILY, Part.GIVEN]),
        ("Muhammadov", [Part.FAMILY]),
        ("RAHIMOV Akmal", [Part.FAMILY, Part.GIVEN]),
        ("Akmal Rahimov", [Part.UNKNOWN, Part.UNKNOWN]),
        ("王小明", [Part.FAMILY, Part.GIVEN]),
    ],
)
def test_i3_family_name_is_known_only_where_the_writing_shows_it(written: str, parts: list[Part]) -> None:
    assert [word.part for word in read_name(written)[0].words] == parts


def test_i3_long_names_are_bounded() -> None:
    readings = read_name(" ".join(["يوسف"] * 40))
    assert len(readings) <= FORMS_MAX
    assert all(len(name.words) <= WORDS_MAX for name in readings)
    assert read_name("123 456") != ()
    assert read_name("—") == ()


@pytest.mark.parametrize(
    ("text", "script"),
    [("Жук", Script.CYRILLIC), ("محمد", Script.ARABIC), ("王", Script.HAN), ("김", Script.HANGUL), ("7", Script.LATIN)],
)
def test_i3_script_is_that_of_the_first_letter(text: str, script: Script) -> None:
    assert script_of(text) is script


def test_i7_a_word_is_made_once_and_weighs_what_its_part_does() -> None:
    (ivanov, ivan, petrovich) = read_name("Ivanov Ivan Petrovich")[0].words
    assert read_name("IVAN IVANOV")[0].words[0].as_part(ivan.part) is ivan
    assert [word.weight for word in (ivanov, ivan, petrovich)] == [100, 100, 50]
    assert petrovich.as_part(Part.UNKNOWN).weight == 100
