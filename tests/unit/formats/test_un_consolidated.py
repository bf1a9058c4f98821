"""The Consolidated List of the United Nations becomes drafts: individuals, entities, listings, documents (R40 to R42)."""

from collections import Counter
from collections.abc import Iterator

import pytest

from entente.formats.un_consolidated import read_un_consolidated
from entente.kernel.errors import Invalid
from entente.records.model import RecordDraft, Rejected
from tests.support import reading
from tests.support.reading import SOURCE, unknown
from tests.support.reading import values as said
from tests.support.un_list import HEAD, entity, individual, part, values, xml


def drafts(data: bytes) -> dict[str, RecordDraft]:
    return reading.drafts(read_un_consolidated, data)


def rows(data: bytes, dropped: Counter[str] | None = None) -> list[RecordDraft | Rejected]:
    return reading.rows(read_un_consolidated, data, dropped)


def person(*content: str) -> RecordDraft:
    return drafts(xml(individual(7, *content)))["un-7"]


def alias(quality: str, name: str, **more: str) -> str:
    return part("INDIVIDUAL_ALIAS", QUALITY=quality, ALIAS_NAME=name, **more)


def birth(sort: str, **fields: str) -> str:
    return part("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE=sort, **fields)


def document(**fields: str) -> str:
    return part("INDIVIDUAL_DOCUMENT", **fields)


def test_r40_an_individual_is_a_person_and_an_entity_an_organization_each_with_its_listing() -> None:
    made = drafts(xml(individual(7), entities=entity(8)))
    assert {local_id: draft.schema for local_id, draft in made.items()} == {
        "un-7": "Person",
        "un-7-sanction": "Sanction",
        "un-8": "Organization",
        "un-8-sanction": "Sanction",
    }
    assert said(made["un-8"], "name") == ["ALBA SHIPPING"]
    assert made["un-7"].terms[0].status == "possible_threat"
    assert made["un-8"].terms[0].status == "none"


def test_r40_the_four_parts_of_a_name_stand_in_their_order_and_make_no_given_or_family_name() -> None:
    names = "<FIRST_NAME>ARDAN</FIRST_NAME><SECOND_NAME> ILIA\n     TOMAS </SECOND_NAME><THIRD_NAME/>"
    names += "<FOURTH_NAME>VELK</FOURTH_NAME>"
    made = drafts(xml(individual(7, names=names)))["un-7"]
    assert said(made, "name") == ["ARDAN ILIA TOMAS VELK"]
    assert {fact.property for fact in made.facts} == {"name"}


def test_r41_a_name_in_its_original_script_is_a_name_of_its_own() -> None:
    made = person("<NAME_ORIGINAL_SCRIPT>Ардан Велк; أردان فيلك</NAME_ORIGINAL_SCRIPT>")
    assert said(made, "name") == ["ARDAN VELK", "Ардан Велк", "أردان فيلك"]


@pytest.mark.parametrize(
    ("quality", "name"),
    [
        ("Good", "alias"),
        ("a.k.a.", "alias"),
        ("", "alias"),
        ("of a new sort", "alias"),
        ("Low", "weakAlias"),
        ("f.k.a.", "previousName"),
    ],
)
def test_r41_the_quality_of_an_alias_says_what_it_is(quality: str, name: str) -> None:
    made = person(alias(quality, "Red; The Younger"), alias("", ""))
    assert said(made, name) == ["Red", "The Younger"]
    assert not said(made, "notes")
    organisation = drafts(xml(entities=entity(8, part("ENTITY_ALIAS", QUALITY=quality, ALIAS_NAME="Alba"))))["un-8"]
    assert said(organisation, name) == ["Alba"]


def test_r41_what_is_said_of_an_alias_is_a_note_and_no_fact_of_the_person() -> None:
    made = person(alias("Good", "Red", DATE_OF_BIRTH="1971", COUNTRY_OF_BIRTH="Yemen", NOTE="on a paper"))
    assert said(made, "notes") == ["Alias Red: on a paper, date of birth 1971, country of birth Yemen"]
    assert not said(made, "birthDate")
    assert not said(made, "birthCountry")


@pytest.mark.parametrize(
    ("stated", "dates", "note"),
    [
        (birth("EXACT", DATE="1970-02-03"), ["1970-02-03"], []),
        (birth("", DATE="1970-02-03-05:00"), ["1970-02-03"], []),
        (birth("EXACT", YEAR="1970"), ["1970"], []),
        (birth("APPROXIMATELY", YEAR="1970"), ["1970"], ["Birthdate: about 1970"]),
        (birth("APPROXIMATELY", DATE="1970-02-03"), ["1970"], ["Birthdate: about 1970-02-03"]),
        (birth("BETWEEN", FROM_YEAR="1970", TO_YEAR="1973"), ["1970", "1973"], ["Birthdate: between 1970 and 1973"]),
        (birth("BETWEEN", FROM_YEAR="1970", TO_YEAR="1970"), ["1970"], []),
        (birth("BETWEEN", FROM_YEAR="1970"), [], ["Birthdate: 1970 or later"]),
        (birth("BETWEEN", TO_YEAR="1970"), [], ["Birthdate: 1970 or earlier"]),
        (birth("EXACT"), [], []),
        (birth("EXACT", YEAR="1970", NOTE="of a paper"), ["1970"], ["Birthdate: of a paper"]),
    ],
)
def test_r42_a_birth_is_as_exact_as_the_list_knows_it(stated: str, dates: list[str], note: list[str]) -> None:
    made = person(stated)
    assert said(made, "birthDate") == dates
    assert said(made, "notes") == note
    assert not unknown(made)


def test_r42_a_birth_in_words_is_kept_and_never_matched() -> None:
    made = person(birth("EXACT", YEAR="early 1970s"))
    assert not said(made, "birthDate")
    assert unknown(made) == {"birthDate": "early 1970s"}


@pytest.mark.parametrize(
    "impossible",
    [
        birth("EXACT", DATE="1970-02-30"),
        birth("APPROXIMATELY", DATE="1970-13-01"),
        birth("EXACT", YEAR="0000"),
        birth("BETWEEN", FROM_YEAR="1973", TO_YEAR="1970"),
    ],
)
def test_an_impossible_birth_rejects_its_entry_with_its_number_and_nothing_else(impossible: str) -> None:
    bad, *good = rows(xml(individual(7, impossible), individual(8)))
    assert isinstance(bad, Rejected)
    assert (bad.place, bad.field) == ("individual 7", "date")
    assert [row.local_id for row in good if isinstance(row, RecordDraft)] == ["un-8", "un-8-sanction"]


def test_places_and_countries_are_read_by_the_names_the_list_gives_them() -> None:
    made = person(
        part("INDIVIDUAL_PLACE_OF_BIRTH", CITY="Alba", STATE_PROVINCE="North", COUNTRY="Syrian Arab Republic"),
        part("INDIVIDUAL_ADDRESS", STREET="1 Quay", CITY="Alba", ZIP_CODE="77", COUNTRY="Iran (Islamic Republic of)"),
        part("INDIVIDUAL_ADDRESS", COUNTRY="Türkiye", NOTE="believed"),
        values("NATIONALITY", "Yemen", "Atlantis"),
    )
    assert (said(made, "birthPlace"), said(made, "birthCountry")) == (["Alba, North, Syrian Arab Republic"], ["SY"])
    assert said(made, "address") == ["1 Quay, Alba, 77, Iran (Islamic Republic of)"]
    assert said(made, "country") == ["IR", "TR"]
    assert said(made, "notes") == ["Address: believed"]
    assert said(made, "nationality") == ["YE"]
    assert unknown(made) == {"nationality": "Atlantis"}


def test_a_field_that_stands_several_times_is_kept_whole() -> None:
    notes = "<NOTE>on a paper</NOTE><NOTE/><NOTE>na</NOTE><NOTE>in 2010</NOTE>"
    made = person(f"<INDIVIDUAL_ADDRESS>{notes}<HARBOUR>na</HARBOUR><HARBOUR>Alba</HARBOUR></INDIVIDUAL_ADDRESS>")
    assert said(made, "notes") == ["Address: on a paper; in 2010, harbour Alba"]


@pytest.mark.parametrize("nothing", ["na", "-", "N/A", "Unknown", " "])
def test_a_field_that_says_it_says_nothing_is_no_fact(nothing: str) -> None:
    made = person(part("INDIVIDUAL_ADDRESS", CITY=nothing, COUNTRY=nothing), values("NATIONALITY", nothing))
    assert {fact.property for fact in made.facts} == {"name"}


def test_na_is_a_name() -> None:
    made = drafts(xml(individual(7, alias("Good", "Na"), names="<FIRST_NAME>NA</FIRST_NAME>")))["un-7"]
    assert (said(made, "name"), said(made, "alias")) == (["NA"], ["Na"])


def test_title_position_gender_and_comments_are_facts() -> None:
    made = person(
        values("TITLE", "Mr"),
        values("DESIGNATION", "Captain", "Owner"),
        "<GENDER>Male</GENDER><COMMENTS1>Seen in Alba.</COMMENTS1>",
    )
    assert (said(made, "title"), said(made, "position")) == (["Mr"], ["Captain", "Owner"])
    assert (said(made, "gender"), said(made, "notes")) == (["male"], ["Seen in Alba."])


def test_an_element_we_do_not_know_is_kept_in_the_list_s_own_words() -> None:
    made = person("<SUBMITTED_BY>Government of XA</SUBMITTED_BY>", "<GENDER>not stated</GENDER>")
    assert unknown(made) == {"submittedBy": "Government of XA", "gender": "not stated"}


def test_r40_a_listing_states_authority_list_number_and_days() -> None:
    sanction = drafts(xml(individual(7)))["un-7-sanction"]
    assert {(fact.property, fact.value) for fact in sanction.facts} == {
        ("authority", "United Nations Security Council"),
        ("program", "Alba"),
        ("unscId", "ABi.001"),
        ("listingDate", "2024-03-05"),
        ("summary", "UN List"),
        ("modifiedAt", "2026-07-08"),
    }
    assert [(link.property, link.to) for link in sanction.links] == [("entity", f"{SOURCE}/un-7")]
    assert sanction.fragment is not None
    assert b"ABi.001" in sanction.fragment.data
    assert b"VELK" not in sanction.fragment.data


def test_an_impossible_day_of_listing_rejects_the_listing_and_not_the_person() -> None:
    made, bad = rows(xml(individual(7, listing="<LISTED_ON>2024-02-30</LISTED_ON>")))
    assert isinstance(made, RecordDraft)
    assert isinstance(bad, Rejected)
    assert bad.place == "sanction of individual 7"


@pytest.mark.parametrize("sort", ["Passport", "Numéro de passeport", "Número de pasaporte"])
def test_r40_a_passport_is_a_record_that_links_to_its_holder(sort: str) -> None:
    paper = document(
        TYPE_OF_DOCUMENT=sort,
        TYPE_OF_DOCUMENT2="diplomatic",
        NUMBER="XA100",
        ISSUING_COUNTRY="Yemen",
        DATE_OF_ISSUE="2010-05-06",
        CITY_OF_ISSUE="Alba",
        COUNTRY_OF_ISSUE="Oman",
        NOTE="expired",
    )
    made = drafts(xml(individual(7, paper)))
    (passport,) = [draft for local_id, draft in made.items() if "-doc-" in local_id]
    assert passport.schema == "Passport"
    assert (said(passport, "number"), said(passport, "country")) == (["XA100"], ["YE"])
    assert (said(passport, "startDate"), said(passport, "description")) == (["2010-05-06"], ["expired"])
    assert said(passport, "type") == [sort, "diplomatic"]
    assert unknown(passport) == {"cityOfIssue": "Alba", "countryOfIssue": "Oman"}
    assert [(link.property, link.to) for link in passport.links] == [("holder", f"{SOURCE}/un-7")]
    assert passport.fragment is not None
    assert b"VELK" not in passport.fragment.data


def test_r40_a_document_keeps_its_local_id_wherever_it_stands_in_the_entry() -> None:
    first = document(TYPE_OF_DOCUMENT="Passport", NUMBER="XA100")
    second = document(TYPE_OF_DOCUMENT="National identification number", NUMBER="77", DATE_OF_ISSUE="in 2010")
    made, turned = drafts(xml(individual(7, first, second))), drafts(xml(individual(7, second, first, second)))
    papers = {local_id: draft.facts for local_id, draft in made.items() if "-doc-" in local_id}
    assert papers == {local_id: draft.facts for local_id, draft in turned.items() if "-doc-" in local_id}
    assert sorted(made[local_id].schema for local_id in papers) == ["Identification", "Passport"]
    (paper,) = [draft for draft in made.values() if draft.schema == "Identification"]
    assert unknown(paper) == {"startDate": "in 2010"}


def test_r40_a_document_without_a_number_is_a_note_and_an_empty_one_nothing() -> None:
    made = drafts(xml(individual(7, document(TYPE_OF_DOCUMENT="Passport", NOTE="said to be of Yemen"), document())))
    assert list(made) == ["un-7", "un-7-sanction"]
    assert said(made["un-7"], "notes") == ["Document without a number: Passport, said to be of Yemen"]


def test_an_impossible_date_of_issue_rejects_the_document_alone() -> None:
    paper = document(TYPE_OF_DOCUMENT="Passport", NUMBER="XA100", DATE_OF_ISSUE="2010-02-30")
    found = rows(xml(individual(7, paper)))
    assert [type(row) for row in found] == [RecordDraft, Rejected, RecordDraft]


@pytest.mark.parametrize("number", ["", "../1", "٧", "7 7", "9" * 30])
def test_an_entry_without_a_number_of_digits_is_rejected(number: str) -> None:
    bad, *good = rows(xml(individual(number), individual(8)))
    assert isinstance(bad, Rejected)
    assert bad.field == "DATAID"
    assert len(good) == 2


def test_a_number_that_stands_twice_is_taken_once() -> None:
    found = rows(xml(individual(7), entities=entity(7)))
    assert [row.place for row in found if isinstance(row, Rejected)] == ["entity 7"]
    assert [row.schema for row in found if isinstance(row, RecordDraft)] == ["Person", "Sanction"]


def test_an_entry_without_any_name_is_rejected_and_one_with_an_alias_alone_is_kept() -> None:
    nameless, named = rows(xml(individual(7, names=""), individual(8, alias("Low", "Red"), names="", listing="")))[:2]
    assert isinstance(nameless, Rejected)
    assert nameless.field == "name"
    assert isinstance(named, RecordDraft)
    assert said(named, "weakAlias") == ["Red"]


@pytest.mark.parametrize("element", ["RELIGION", "INDIVIDUAL_RELIGION", "POLITICAL_PARTY", "ETHNIC_ORIGIN"])
def test_what_is_never_carried_is_dropped_counted_and_cut_from_the_fragment(element: str) -> None:
    dropped: Counter[str] = Counter()
    made = rows(xml(individual(7, f"<{element}>a secret word</{element}><GENDER>Male</GENDER>")), dropped)[0]
    assert isinstance(made, RecordDraft)
    assert made.fragment is not None
    assert sum(dropped.values()) == 1
    assert not [fact for fact in made.facts if "secret" in fact.value]
    assert b"secret" not in made.fragment.data
    assert b"Male" in made.fragment.data


def test_a_rejected_entry_does_not_show_what_is_never_carried() -> None:
    (bad,) = rows(xml(individual("x", "<RELIGION>a secret word</RELIGION>", names="", listing="")))
    assert isinstance(bad, Rejected)
    assert "secret" not in bad.raw


def test_fragments_name_the_file_by_the_day_it_was_generated() -> None:
    fragment = drafts(xml(individual(7)))["un-7"].fragment
    assert fragment is not None
    assert (fragment.format, fragment.file_date) == ("un_consolidated", "2031-01-02")
    assert fragment.data.startswith(b"<INDIVIDUAL")


def test_r6_the_same_list_read_twice_gives_equal_drafts() -> None:
    data = xml(individual(7, document(TYPE_OF_DOCUMENT="Passport", NUMBER="XA100")), entities=entity(8))
    assert rows(data) == rows(data)


@pytest.mark.parametrize("cut", [-30, -200])
def test_a_list_that_was_cut_off_is_invalid(cut: int) -> None:
    with pytest.raises(Invalid, match="cannot be imported"):
        rows(xml(individual(7))[:cut])


def _many(count: int) -> Iterator[bytes]:
    yield HEAD.encode() + b"<INDIVIDUALS>"
    one = individual(7654321, birth("EXACT", DATE="1970-02-03"), alias("Low", "Red")).encode()
    for number in range(1, count + 1):
        yield one.replace(b"7654321", b"%d" % number)
    yield b"</INDIVIDUALS></CONSOLIDATED_LIST>"


def test_memory_stays_flat_over_thousands_of_entries() -> None:
    reading.peak(read_un_consolidated, _many(10))  # fills the caches of lists and schemata
    (_, small), (read, large) = (reading.peak(read_un_consolidated, _many(count)) for count in (200, 1_500))
    assert read == 2 * 1_500
    # What grows is one number an entry.
    assert large < small + 1_500 * 200
