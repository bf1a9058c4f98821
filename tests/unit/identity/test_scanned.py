"""I20: a zone in a search becomes what it says; its faults are said, and the search is made with what is whole."""

from datetime import date

import pytest

from entente.formats.codelists import load_code_lists
from entente.identity.model import QUERY_TERMS_MAX, Query
from entente.identity.rules import query_from_text
from entente.identity.scanned import ScannedQuery, read_zones
from entente.identity.score import score_record
from entente.kernel.errors import Invalid
from entente.records.model import PropertyType
from tests.support.build_mrz import TD1_SPECIMEN, TD3_SPECIMEN, Holder, zone
from tests.support.memory_index import MemoryIndex
from tests.unit.identity.search_world import OCCASION, OFFICER, PERSON, World, a_record, properties

TODAY = date(2031, 5, 4)
COUNTRIES = load_code_lists().countries_alpha3
HOLDER = Holder(surname="MUHAMMADOV", given="ABDULLO", number="PA1234567", born="790504", sex="M")
UPPER, LOWER = zone("TD3", HOLDER)
ZONE = f"{UPPER}\n{LOWER}"


def asked(*identifiers: str, birth_date: str = "", country: str = "", sex: str = "") -> ScannedQuery:
    return read_zones(Query((), birth_date, country, identifiers, sex), TODAY, COUNTRIES)


def test_i20_zone_becomes_number_name_birth_date_nationality_and_sex() -> None:
    found = asked(ZONE, "+992 93 123 45 67")
    assert found.query == Query(
        names=("MUHAMMADOV, ABDULLO",),
        birth_date="1979-05-04",
        country="TJ",
        identifiers=("+992 93 123 45 67", "PA1234567"),
        sex="male",
    )
    assert (found.notes, len(found.zones)) == ((), 1)


@pytest.mark.parametrize(
    "query",
    [
        Query(identifiers=(UPPER, LOWER)),
        Query(names=(UPPER + LOWER,)),
        query_from_text(ZONE),
        query_from_text(ZONE.lower().replace("<", "«")),
    ],
    ids=["lines one by one", "among the names", "typed line", "as scanned"],
)
def test_i20_zone_is_recognised_wherever_it_is_given(query: Query) -> None:
    assert read_zones(query, TODAY, COUNTRIES).query == asked(ZONE).query


def test_i20_query_without_a_zone_stays_as_it_is() -> None:
    query = Query(
        names=("Muhammadov",), identifiers=("PA1234567", "A" * 44, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    )
    assert read_zones(query, TODAY, COUNTRIES) == ScannedQuery(query)


def test_i20_wrong_birth_date_is_said_and_not_searched_with() -> None:
    found = asked(f"{UPPER}\n{LOWER.replace('790504', '791504')}")
    assert (found.query.birth_date, found.query.names) == ("", ("MUHAMMADOV, ABDULLO",))
    assert "there is no month 15" in found.notes[0]
    assert "birth date: the check digit" in found.notes[0]


def test_i20_misread_birth_date_is_left_out_though_it_is_proposed() -> None:
    found = asked(f"{UPPER}\n{LOWER.replace('790504', '7905O4')}")
    assert found.query.birth_date == ""
    assert any(fault.proposed == "790504" for fault in found.zones[0].faults)


def test_i20_misread_number_is_looked_for_as_read_and_as_proposed() -> None:
    upper, lower = zone("TD3", Holder(number="PA1034567"))
    found = asked(f"{upper}\n{lower.replace('PA1034567', 'PA1O34567')}")
    assert found.query.identifiers == ("PA1O34567", "PA1034567")
    assert "The document number was also looked for as proposed: PA1034567." in found.notes


def test_i20_name_with_digits_is_looked_for_as_proposed_and_otherwise_left_out() -> None:
    misread = asked(f"{UPPER.replace('ABDULLO', 'A8DULL0')}\n{LOWER}")
    assert misread.query.names == ("MUHAMMADOV, ABDULLO",)
    assert "The name was looked for as proposed: MUHAMMADOV, ABDULLO." in misread.notes
    unreadable = asked(f"{UPPER.replace('ABDULLO', 'ABD*LLO')}\n{LOWER}")
    assert unreadable.query.names == ()
    assert unreadable.query.identifiers == ("PA1234567",)


def test_i20_what_the_officer_gave_comes_first_and_a_contradiction_is_said() -> None:
    found = asked(ZONE, birth_date="1980", country="UZ", sex="female")
    assert (found.query.birth_date, found.query.country, found.query.sex) == ("1980", "UZ", "female")
    assert found.notes == (
        "The machine readable zone says 1979-05-04 (birth date); the search was made with 1980.",
        "The machine readable zone says TJ (nationality); the search was made with UZ.",
        "The machine readable zone says male (sex); the search was made with female.",
    )


def test_i20_two_zones_are_both_searched_and_the_first_one_decides() -> None:
    found = asked(ZONE, "\n".join(TD1_SPECIMEN))
    assert found.query.identifiers == ("PA1234567", "D23145890")
    assert found.query.names == ("MUHAMMADOV, ABDULLO", "ERIKSSON, ANNA MARIA")
    assert found.query.birth_date == "1979-05-04"
    assert len(found.notes) == 2, "of birth date and sex; a specimen has no country"


def test_i20_zone_of_which_nothing_is_whole_is_refused_with_its_faults() -> None:
    with pytest.raises(Invalid, match="cannot be searched with") as refused:
        asked("<1<<2<3<4<5<6<7<8" + "<" * 27 + "\n" + "<" * 44)
    assert refused.value.field == "identifiers"
    assert "name" in refused.value.why


def test_i20_too_many_terms_are_not_read_before_they_are_refused() -> None:
    many = Query(identifiers=(ZONE,) * (QUERY_TERMS_MAX + 1))
    assert read_zones(many, TODAY, COUNTRIES) == ScannedQuery(many)


def test_i20_search_with_a_zone_finds_its_holder_and_seals_what_was_given() -> None:
    world = World(
        a_record(("name", "Мухаммадов Абдулло"), ("birthDate", "1979-05-04"), ("passportNumber", "PA 1234567")),
        a_record(("passportNumber", "ZZ 999888"), local_id="2"),
        index=MemoryIndex(),
    )
    answer = world.search(identifiers=(ZONE,))
    (found,) = answer.candidates
    assert found.score > 990
    assert {"passport number equal", "birth date equal"} <= {piece.text for piece in found.evidence}
    assert (answer.notes, len(answer.zones)) == ((), 1)
    ((sealed, _),) = world.sealed
    assert UPPER.encode() in sealed
    faulty = world.search(identifiers=(ZONE.replace("PA1234567", "PA1234S67"),))
    assert faulty.notes[0].startswith("The machine readable zone has faults: document number")
    assert [one.record for one in faulty.candidates] == [found.record]


def test_i20_search_with_an_unreadable_zone_is_refused_and_leaves_no_row() -> None:
    world = World(index=MemoryIndex())
    with pytest.raises(Invalid):
        world.identity.search(OFFICER, Query(identifiers=("<1<<2<3<4<5<6<7<8" + "<" * 71,)), OCCASION)
    assert world.trail_rows == []


def test_i9_sex_supports_little_and_speaks_against_more() -> None:
    schema = type(PERSON)(**{
        **{name: getattr(PERSON, name) for name in ("name", "label", "is_abstract", "ancestors", "caption", "featured")},
        "properties": {**PERSON.properties, **properties(gender=PropertyType.GENDER)},
    })  # fmt: skip
    record = a_record(("name", "Zarina Karimova"), ("gender", "Female"))

    def score(sex: str) -> int:
        return score_record(Query(names=("Zarina Karimova",), sex=sex), record, schema).score

    assert score("female") > score("") > score("male")
    assert score("female") - score("") < score("") - score("male")


@pytest.mark.parametrize("sex", ["F", "m", "unknown"])
def test_i1_sex_is_one_of_the_list(sex: str) -> None:
    world = World(index=MemoryIndex())
    with pytest.raises(Invalid) as refused:
        world.search("Zarina", sex=sex)
    assert refused.value.field == "sex"


def test_specimen_is_the_standards() -> None:
    assert asked("\n".join(TD3_SPECIMEN)).query.identifiers == ("L898902C3",)
