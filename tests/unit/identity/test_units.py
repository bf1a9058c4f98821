"""I22: what the learned transliteration reads of a word."""

import pytest

from entente.identity.names import normalise
from entente.identity.units import script_code, units


@pytest.mark.parametrize(
    ("word", "script"),
    [
        ("иванов", "Cyrl"),
        ("محمد", "Arab"),
        ("김", "Hang"),
        ("潘", "Hani"),
        ("佐々木", "Hani"),
        ("たけし", "Kana"),
        ("タケシー", "Kana"),
        ("ivanov", ""),
        ("ивaнов", ""),
        ("κώστας", ""),
        ("", ""),
        ("🙂", ""),
    ],
)
def test_i22_a_word_is_of_a_learned_script_only_when_all_of_it_is(word: str, script: str) -> None:
    assert script_code(word) == script


@pytest.mark.parametrize(
    ("kana", "signs"),
    [
        ("デビッド", "debiQdo"),
        ("シャーマン", "s'a-maN"),
        ("ティム", "timu"),
        ("チム", "cimu"),
        ("ファビオ", "hwabio"),
        ("ジェフ", "z'ehu"),
        ("ウィリアム", "wiriamu"),
        ("ヴァン", "vwaN"),
        ("ァー", "a-"),
    ],
)
def test_i22_kana_are_read_as_consonant_and_vowel(kana: str, signs: str) -> None:
    assert units(kana, "Kana") == signs


def test_i22_hiragana_and_katakana_are_read_alike() -> None:
    assert units("たけし", "Kana") == units("タケシ", "Kana") == "takesi"


def test_i22_a_hangul_syllable_is_taken_apart() -> None:
    assert [f"{ord(sign):04x}" for sign in units("김", "Hang")] == ["1100", "1175", "11b7"]


@pytest.mark.parametrize(
    ("word", "alike", "script"),
    [("андрій", "андрий", "Cyrl"), ("ђорђе", "джордже", "Cyrl"), ("علی", "علي", "Arab"), ("کریم", "كريم", "Arab")],
)
def test_i22_letters_of_other_languages_are_read_as_the_nearest_learned_ones(
    word: str, alike: str, script: str
) -> None:
    assert units(normalise(word), script) == normalise(alike)
