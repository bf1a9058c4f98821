"""I7 to I11: scores with evidence in words, on invented persons in seven scripts."""

import pytest

from entente.identity.dates import DateAgreement, compare_dates, parse_partial
from entente.identity.model import EvidenceKind, Query
from entente.identity.score import SHOW_MIN, WEIGHTS, Scored, score_record
from entente.records.model import Fact
from tests.unit.identity.search_world import PERSON, a_record


def scored(query: Query, *facts: tuple[str, str] | Fact) -> Scored:
    return score_record(query, a_record(*facts), PERSON)


def words(found: Scored) -> list[str]:
    return [evidence.text for evidence in found.evidence]


def test_i7_the_story_of_the_duty_officer() -> None:
    query = Query(names=("Muhammadov",), birth_date="1979")
    found = scored(query, ("name", "Мухаммедов А."), ("birthDate", "1979-03-02"))
    assert 950 <= found.score <= 980
    assert words(found) == [
        "family name: transliteration",
        "no more than one word of the name agrees",
        "name in the record has more parts",
        "birth year equal",
    ]


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("Abdullo Muhammadov", "Мухаммадов Абдулло"),
        ("Muhammad Yusuf", "محمد يوسف"),
        ("Wang Xiaoming", "王小明"),
        ("Giorgi Beridze", "გიორგი ბერიძე"),
        ("Alexandros Nikolaou", "Αλέξανδρος Νικολάου"),
        ("Mohan Sharma", "मोहन शर्मा"),
        ("Rahimof Akmal", "Akmal Rahimov"),
        ("Abdulrahman Saidov", "Abdul Rahman Saidov"),
        ("Мохан Шарма", "मोहन शर्मा"),
    ],
)
def test_i7_one_person_in_two_spellings_is_shown(asked: str, held: str) -> None:
    assert scored(Query(names=(asked,)), ("name", held)).score >= SHOW_MIN
    assert scored(Query(names=(held,)), ("name", asked)).score >= SHOW_MIN


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("Akmal Rahimov", "Behruz Karimzoda"),
        ("Akmal Rahimov", "Rustam Rahimov"),
        ("Wang Xiaoming", "王大力"),
        ("Muhammad Yusuf", "علي حسين"),
        ("Lee", "Ali"),
    ],
)
def test_i7_two_persons_are_not_shown_as_one(asked: str, held: str) -> None:
    assert scored(Query(names=(asked,)), ("name", held)).score < SHOW_MIN


def test_i7_initial_stands_for_the_name_it_begins_and_for_no_other() -> None:
    record = ("name", "Мухаммедов А.")
    fits = scored(Query(names=("Muhammadov Abdullo",)), record)
    assert "given name: initial" in words(fits)
    assert scored(Query(names=("Muhammadov Behruz",)), record).score < fits.score


def test_i8_same_name_and_another_full_birth_date_are_two_persons() -> None:
    query = Query(names=("Akmal Rahimov",), birth_date="1979-03-02")
    same = scored(query, ("name", "Akmal Rahimov"), ("birthDate", "1979-03-02"))
    other = scored(query, ("name", "Akmal Rahimov"), ("birthDate", "1979-03-05"))
    assert same.score >= 980
    assert other.score <= SHOW_MIN - 100
    assert other.evidence[-1].text == "birth date differs"
    assert other.evidence[-1].kind is EvidenceKind.AGAINST


@pytest.mark.parametrize(
    ("asked", "held", "agreement"),
    [
        ("1979-03-02", "1979-03-02", DateAgreement.DATE_EQUAL),
        ("1979-03-02", "1979-02-03", DateAgreement.SWAPPED),
        ("1979-03", "1979-03-02", DateAgreement.MONTH_EQUAL),
        ("1979", "1979-03-02", DateAgreement.YEAR_EQUAL),
        ("1979-01-01", "1979-03-02", DateAgreement.YEAR_EQUAL),
        ("1979-04", "1979-03-02", DateAgreement.DATE_DIFFERS),
        ("1979-03-02", "1980-03-02", DateAgreement.DATE_DIFFERS),
        ("1979", "1980-03-02", DateAgreement.YEAR_NEAR),
        ("1979", "1991", DateAgreement.YEAR_DIFFERS),
    ],
)
def test_i8_dates_agree_as_far_as_both_are_known(asked: str, held: str, agreement: DateAgreement) -> None:
    first, second = parse_partial(asked), parse_partial(held)
    assert first is not None
    assert second is not None
    assert compare_dates(first, second) is agreement
    assert compare_dates(second, first) is agreement


@pytest.mark.parametrize(
    "text", ["1979-02-30", "1979-13", "79", "1730", "1979-00-01", "soon", "1979-3-2", "1979-05-00"]
)
def test_i8_impossible_date_is_none(text: str) -> None:
    assert parse_partial(text) is None


def test_i8_best_of_several_birth_dates_counts() -> None:
    query = Query(names=("Akmal Rahimov",), birth_date="1979-03-02")
    found = scored(query, ("name", "Akmal Rahimov"), ("birthDate", "1981-01-07"), ("birthDate", "1979-03-02"))
    assert "birth date equal" in words(found)


def test_i9_nationality_supports_or_speaks_against() -> None:
    facts = (("name", "Akmal Rahimov"), ("nationality", "XA"))
    equal, silent, differs = (
        scored(Query(names=("Akmal Rahimov",), country=code), *facts) for code in ("XA", "", "XB")
    )
    assert equal.score > silent.score > differs.score >= SHOW_MIN
    assert "nationality equal" in words(equal)
    assert "nationality differs" in words(differs)


def test_what_agrees_speaks_for_it_also_where_it_weighs_nothing_any_more() -> None:
    query = Query(names=("Akmal Rahimov",), birth_date="1979-03-02", sex="male")
    found = scored(query, ("name", "Akmal Rahimov"), ("birthDate", "1979-03-02"), ("gender", "male"))
    assert [(one.kind, one.weight) for one in found.evidence if one.text == "sex equal"] == [(EvidenceKind.FOR, 0)]
    assert {one.kind for one in found.evidence} == {EvidenceKind.FOR}


def test_i10_number_alone_is_enough_and_another_name_is_said() -> None:
    facts = (("name", "Akmal Rahimov"), ("passportNumber", "PA 123456"), ("birthDate", "1979-03-02"))
    alone = scored(Query(identifiers=("pa123456",)), *facts)
    other = scored(Query(identifiers=("pa123456",), names=("Behruz Karimzoda",), birth_date="1990-01-02"), *facts)
    assert (alone.score, words(alone)) == (WEIGHTS.identifier, ["passport number equal"])
    assert SHOW_MIN <= other.score < alone.score
    assert words(other) == ["passport number equal", "name differs", "birth date differs"]
    assert scored(Query(identifiers=("PA 999999",)), *facts).score == 0


def test_i10_unequal_number_is_noted_without_weight() -> None:
    facts = (("name", "Akmal Rahimov"), ("passportNumber", "PA 123456"))
    with_number = scored(Query(names=("Akmal Rahimov",), identifiers=("PA 999999",)), *facts)
    assert with_number.score == scored(Query(names=("Akmal Rahimov",)), *facts).score
    assert with_number.evidence[-1].kind is EvidenceKind.NEUTRAL


def test_i11_weak_alias_confirms_and_never_matches_alone() -> None:
    alone = scored(Query(names=("Night Owl",)), ("weakAlias", "Night Owl"))
    dated = scored(
        Query(names=("Night Owl",), birth_date="1979-03-02"), ("weakAlias", "Night Owl"), ("birthDate", "1979-03-02")
    )
    assert 0 < alone.score < SHOW_MIN <= dated.score


def test_i6_unknown_property_never_matches() -> None:
    unknown = Fact("name", "Akmal Rahimov", is_unknown_property=True)
    number = Fact("passportNumber", "PA 123456", is_unknown_property=True)
    assert scored(Query(names=("Akmal Rahimov",), identifiers=("PA123456",)), unknown, number).score == 0


def test_i6_name_in_parts_is_composed_within_one_class_only() -> None:
    query = Query(names=("Akmal Rahimov",))
    whole = scored(query, ("firstName", "Akmal"), ("lastName", "Rahimov"))
    split = scored(query, Fact("firstName", "Akmal", terms=1), ("lastName", "Rahimov"))
    assert words(whole) == ["given name: equal", "family name: equal"]
    assert split.score < whole.score
    assert scored(query, ("firstName", "Akmal")).score == 0
