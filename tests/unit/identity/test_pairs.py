"""I35 and I36: two descriptions side by side, organisations, and a score that means what it says."""

import pytest

from entente.identity import MATCH_MIN, Description, Score, compare
from entente.identity.model import EvidenceKind
from entente.identity.organisations import LegalKind, are_plain, legal_forms, number_at
from entente.identity.score import WEIGHTS, calibrated


def of_names(one: str, other: str) -> Score:
    return compare(Description(names=(one,)), Description(names=(other,)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tarnik Mining Incorporated", "Tarnik Mining Inc."),
        ("Tarnik Mining LLC", "Tarnik Mining GmbH"),
        ("OAO Zarneft", "Open Joint Stock Company Zarneft"),
        ("Акционерное Общество Зарнефть", "AO Zarneft"),
        ("Tarnik", "Tarnik Europe Sp. z o.o."),
        ("The Tarnik Bank", "Tarnik Bank"),
        ("Tarnik & Sohn", "Tarnik and Sohn"),
        ("Fifth Brigade Forty-Two", "Fifth Brigade 42"),
        ("Goodharbour Company", "Good Harbour Company"),
        ("Akmal Rahimov", "Rahimov, Akmal"),
        ("Akmal Rustam Behruz Rahimov", "Akmal Rahimov"),
        ("이준서", "Lee Junseo"),
    ],
)
def test_i35_one_body_or_person_in_two_spellings(one: str, other: str) -> None:
    assert of_names(one, other).score >= MATCH_MIN


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Tarnik Bank AG", "Tarnik Bank GmbH", "legal form of another kind"),
        ("Harbour Star", "Harbour Star 3", "number on one side only"),
        ("Akmal Rustam Behruz Rahimov", "Akmal Rustam Behruz Karimzoda", "another name in its place"),
        ("Yusuf bin Idris Al-Tarnaki", "Idris bin Yusuf Al-Tarnaki", "own name and father's name crossed"),
        ("Rustam, Akmal", "Akmal, Rustam", "family name and given name crossed"),
        ("Trading Company", "Zarvon Trading Company", "name in the record has more parts"),
    ],
)
def test_i35_what_makes_two_of_them_is_said(one: str, other: str, why: str) -> None:
    found = of_names(one, other)
    assert found.score < MATCH_MIN
    assert why in found.speaks_against


def test_i35_legal_forms_have_a_kind_and_leave_initials_alone() -> None:
    assert set(legal_forms(["tarnik", "s", "a", "r", "l"]).values()) == {LegalKind.LIMITED}
    assert legal_forms(["tarnik", "sa", "de", "cv"]).keys() == {1, 2, 3}
    assert legal_forms(["rahimov", "s", "a"]) == {}
    assert legal_forms(["zhang", "ao"]) == {}
    assert legal_forms(["ltd"]) == {}


def test_i35_number_words_are_numbers() -> None:
    assert number_at(["brigade", "forty", "two"], 1) == ("42", 2)
    assert number_at(["brigade", "forty", "2"], 1) == ("42", 2)
    assert number_at(["one"], 0) == ("1", 1)
    assert number_at(["brigade"], 0) == ("", 0)


def test_i7_slips_of_the_pen_are_one_word_and_other_endings_are_not() -> None:
    assert of_names("Akmal Rahimvo", "Akmal Rahimov").score > 0.8
    assert of_names("Luis Tarnashevich", "Luis Tarnakenko").score < MATCH_MIN


def test_i36_points_rise_and_end_at_the_ceiling() -> None:
    scores = [calibrated(likeness) for likeness in range(1001)]
    assert scores == sorted(scores)
    assert scores[-1] == WEIGHTS.name_ceiling
    assert len(WEIGHTS.calibration) <= 10
    assert all(calibrated(likeness) == score for likeness, score in WEIGHTS.calibration)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Description(names=("Akmal Rahimov",)), Description(names=("Акмал Рахимов", "Behruz"))),
        (Description(names=("Akmal Rahimov",), birth_date="1979"), Description(names=("A. Karimzoda",), birth_date="1979-03-02")),
        (Description(names=("Akmal",), country="XA", sex="male"), Description(names=("A. Rahimov",), country="XB", sex="female")),
        (Description(names=("Rahimov",), identifiers=("PA 123456",)), Description(names=("Karim",), identifiers=("pa123456",))),
        (Description(names=("Akmal",)), Description(names=("王大力",))),
        (Description(), Description()),
        (Description(names=("…",)), Description(names=("",))),
        (Description(names=("Akmal " * 100,), birth_date="soon"), Description(names=("x" * 9_999,), birth_date="1979-02-30")),
    ],
)  # fmt: skip
def test_i36_weights_add_up_to_the_score_whatever_is_compared(one: Description, other: Description) -> None:
    found = compare(one, other)
    assert 0 <= found.score <= 1
    assert sum(piece.weight for piece in found.evidence) == round(found.score * 1000)


def test_i36_names_that_share_nothing_are_not_impossible() -> None:
    found = of_names("Akmal Rahimov", "王大力")
    assert found.score == calibrated(0) / 1000
    assert [piece.kind for piece in found.evidence] == [EvidenceKind.NEUTRAL]


def test_i8_i10_birth_date_and_number_decide() -> None:
    name = ("Akmal Rahimov",)
    same = compare(Description(names=name, birth_date="1979-03-02"), Description(names=name, birth_date="1979-03-02"))
    other = compare(Description(names=name, birth_date="1979-03-02"), Description(names=name, birth_date="1991-08-14"))
    assert same.score > 0.98
    assert other.score < 0.2
    assert other.speaks_against == ("birth date differs",)
    number = compare(Description(identifiers=("PA 123456",)), Description(identifiers=("pa123456",)))
    assert number.score == WEIGHTS.identifier / 1000
    assert number.speaks_for == ("number equal",)


@pytest.mark.parametrize(
    ("words", "is_plain"),
    [("akmal rahimov", True), ("samarkand cotton llc", False), ("victory three", False), ("twenty rivers", False)],
)
def test_i35_a_name_with_a_legal_form_or_a_number_in_words_is_not_plain(words: str, *, is_plain: bool) -> None:
    assert are_plain(set(words.split())) is is_plain
