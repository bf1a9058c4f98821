"""The European Union's list becomes drafts: persons, enterprises, listings, documents (R40 to R42)."""

from collections import Counter
from collections.abc import Iterator

import pytest

from entente.formats.eu_fsf import read_eu_fsf
from entente.kernel.errors import Invalid
from entente.records.model import RecordDraft, Rejected
from tests.support import reading
from tests.support.eu_list import HEAD, VELK, document, entry, name, place, regulation, remark, tag, xml
from tests.support.reading import SOURCE, unknown, values


def drafts(data: bytes) -> dict[str, RecordDraft]:
    return reading.drafts(read_eu_fsf, data)


def rows(data: bytes, dropped: Counter[str] | None = None) -> list[RecordDraft | Rejected]:
    return reading.rows(read_eu_fsf, data, dropped)


def person(*content: str, names: str = VELK) -> RecordDraft:
    return drafts(xml(entry(7, *content, names=names)))["eu-7"]


def birth(circa: str = "false", calendar: str = "GREGORIAN", **stated: object) -> str:
    return tag("birthdate", circa=circa, calendarType=calendar, **place(**stated))


@pytest.mark.parametrize(
    ("sort", "schema"), [("person", "Person"), ("enterprise", "Organization"), ("of a new sort", "LegalEntity")]
)
def test_r40_an_entry_has_the_schema_of_its_sort_and_one_listing(sort: str, schema: str) -> None:
    made = drafts(xml(entry(7, sort=sort)))
    assert {local_id: draft.schema for local_id, draft in made.items()} == {"eu-7": schema, "eu-7-sanction": "Sanction"}


def test_r41_the_first_strong_name_is_the_main_one_with_its_parts_and_later_ones_are_aliases() -> None:
    names = (
        name("Red", strong="false")
        + VELK
        + name("Ардан Велк", first="Ардан", last="Велк", nameLanguage="RU")
        + name("The Younger", remark("low quality a.k.a."))
        + name("Velk the Elder", remark("Good quality a.k.a"))
    )
    made = person(names=names)
    assert values(made, "name") == ["Ardan Velk"]
    assert values(made, "alias") == ["Ардан Велк", "Velk the Elder"]
    assert values(made, "weakAlias") == ["Red", "The Younger"]
    assert (values(made, "firstName"), values(made, "lastName")) == (["Ardan"], ["Velk"])
    assert values(made, "notes") == ["Name: low quality a.k.a.", "Name: Good quality a.k.a"]
    assert not unknown(made)


def test_r41_an_entry_of_weak_names_alone_has_no_name_that_matches_alone() -> None:
    made = person(names=name("Red", strong="false"))
    assert (values(made, "name"), values(made, "weakAlias")) == ([], ["Red"])


def test_a_name_without_its_whole_is_put_together_from_its_parts() -> None:
    assert values(person(names=name("", first="Ardan", last="Velk")), "name") == ["Ardan Velk"]


def test_title_function_and_gender_stand_with_a_name() -> None:
    names = name("Ardan Velk", title="Captain", function="Owner of ships", gender="M")
    made = person(names=names)
    assert (values(made, "title"), values(made, "position"), values(made, "gender")) == (
        ["Captain"],
        ["Owner of ships"],
        ["male"],
    )
    company = drafts(xml(entry(7, names=names, sort="enterprise")))["eu-7"]
    assert unknown(company) == {"title": "Captain", "function": "Owner of ships", "gender": "male"}


@pytest.mark.parametrize(
    ("stated", "dates", "notes"),
    [
        (birth(birthdate="1970-02-03", year=1970, monthOfYear=2, dayOfMonth=3), ["1970-02-03"], []),
        (birth(year=1970, monthOfYear=2, dayOfMonth=3), ["1970-02-03"], []),
        (birth(year=1970, monthOfYear=2), ["1970-02"], []),
        (birth(year=1970), ["1970"], []),
        (birth(year=1970, dayOfMonth=3), ["1970"], []),
        (birth(circa="true", birthdate="1970-02-03"), ["1970"], ["Birthdate: about 1970-02-03"]),
        (
            birth(circa="true", yearRangeFrom=1970, yearRangeTo=1973),
            ["1970", "1973"],
            ["Birthdate: between 1970 and 1973"],
        ),
        (birth(yearRangeTo=1980), [], ["Birthdate: 1980 or earlier"]),
        (birth(), [], []),
    ],
)
def test_r42_a_birth_is_as_exact_as_the_list_knows_it(stated: str, dates: list[str], notes: list[str]) -> None:
    made = person(stated)
    assert values(made, "birthDate") == dates
    assert values(made, "notes") == notes
    assert not unknown(made)


def test_r42_a_birth_of_another_calendar_is_kept_and_never_matched() -> None:
    made = person(birth(calendar="ISLAMIC", birthdate="1349-11-14"))
    assert not values(made, "birthDate")
    assert unknown(made) == {"birthDate": "1349-11-14 (islamic calendar)"}


@pytest.mark.parametrize(
    "impossible",
    [
        birth(birthdate="1970-02-30"),
        birth(year=1970, monthOfYear=13),
        birth(year="0000"),
        birth(yearRangeFrom=1973, yearRangeTo=1970),
    ],
)
def test_an_impossible_birth_rejects_its_entry_with_its_number_and_nothing_else(impossible: str) -> None:
    bad, *good = rows(xml(entry(7, impossible), entry(8)))
    assert isinstance(bad, Rejected)
    assert (bad.place, bad.field) == ("entity 7", "date")
    assert [row.local_id for row in good if isinstance(row, RecordDraft)] == ["eu-8", "eu-8-sanction"]


def test_places_stand_in_words_and_countries_by_the_list_s_codes() -> None:
    made = person(
        birth(city="Alba", region="North", countryIso2Code="SY", countryDescription="SYRIAN ARAB REPUBLIC"),
        tag(
            "address",
            street="1 Quay",
            poBox="77",
            **place(city="Alba", countryIso2Code="YE", countryDescription="YEMEN"),
        ),
        tag("address", remark("believed"), asAtListingTime="true", **place(countryDescription="OMAN")),
        tag("citizenship", region="", countryIso2Code="IR", countryDescription="IRAN"),
        tag("citizenship", countryIso2Code="00", countryDescription="ATLANTIS"),
    )
    assert (values(made, "birthPlace"), values(made, "birthCountry")) == (["Alba, North, SYRIAN ARAB REPUBLIC"], ["SY"])
    assert values(made, "address") == ["1 Quay, 77, Alba, YEMEN"]
    assert values(made, "country") == ["YE", "OM"]
    assert values(made, "citizenship") == ["IR"]
    assert values(made, "notes") == ["Address: believed"]
    assert unknown(made) == {"citizenship": "ATLANTIS"}


def test_the_country_of_an_enterprise_is_no_citizenship() -> None:
    citizenship = tag("citizenship", countryIso2Code="YE", countryDescription="YEMEN")
    assert values(drafts(xml(entry(7, citizenship, sort="enterprise")))["eu-7"], "country") == ["YE"]


def test_ways_to_reach_a_party_are_facts_of_it() -> None:
    contacts = [
        tag("contactInfo", key=key, value=value)
        for key, value in (
            ("PHONE", "+967 1, 77"),
            ("FAX", "+967 2"),
            ("EMAIL", "a@example.org; b@example.org"),
            ("WEB", "example.org"),
            ("TELEX", "77"),
        )
    ]
    made = person(tag("address", *contacts, **place()))
    assert (values(made, "phone"), values(made, "website")) == (["+967 1, 77", "+967 2"], ["example.org"])
    assert values(made, "email") == ["a@example.org", "b@example.org"]
    assert unknown(made) == {"telex": "77"}


def test_r40_a_passport_is_a_record_that_links_to_its_holder() -> None:
    paper = document(
        21,
        "XA 100",
        remark("seen in Alba"),
        latinNumber="XA100",
        issuedBy="Ministry",
        issueDate="2010-05-06",
        validTo="2020-05-05",
        nameOnDocument="VELK ARDAN",
        region="North",
        diplomatic="true",
        knownExpired="true",
        reportedLost="true",
    )
    passport = drafts(xml(entry(7, paper)))["eu-7-doc-21"]
    assert passport.schema == "Passport"
    assert values(passport, "number") == ["XA 100", "XA100"]
    assert (values(passport, "type"), values(passport, "country")) == (["A passport"], ["YE"])
    assert (values(passport, "startDate"), values(passport, "endDate")) == (["2010-05-06"], ["2020-05-05"])
    assert (values(passport, "authority"), values(passport, "fraudType")) == (["Ministry"], ["lost"])
    assert values(passport, "description") == [
        "known to be expired",
        "diplomatic",
        "name on the document: VELK ARDAN",
        "seen in Alba",
    ]
    assert unknown(passport) == {"region": "North"}
    assert [(link.property, link.to) for link in passport.links] == [("holder", f"{SOURCE}/eu-7")]
    assert passport.fragment is not None
    assert b"Ardan Velk" not in passport.fragment.data


@pytest.mark.parametrize("sort", ["id", "fiscalcode", "regnumber", "of a new sort"])
def test_r40_another_document_is_an_identification(sort: str) -> None:
    assert drafts(xml(entry(7, document(21, sort=sort), sort="enterprise")))["eu-7-doc-21"].schema == "Identification"


def test_numbers_of_the_party_itself_are_facts_of_it() -> None:
    numbers = document(21, "IMO 9900001", sort="imo") + document(22, "ALBAYE22", sort="swiftbic")
    made = drafts(xml(entry(7, numbers, sort="enterprise")))
    assert list(made) == ["eu-7", "eu-7-sanction"]
    assert (values(made["eu-7"], "imoNumber"), values(made["eu-7"], "swiftBic")) == (["9900001"], ["ALBAYE22"])


@pytest.mark.parametrize("text", ["", "-"])
def test_r40_a_document_without_a_number_is_a_note(text: str) -> None:
    made = drafts(xml(entry(7, document(21, text, remark("said to be of Yemen")))))
    assert list(made) == ["eu-7", "eu-7-sanction"]
    assert values(made["eu-7"], "notes") == ["Document without a number: A passport, YE, said to be of Yemen"]


@pytest.mark.parametrize(
    "bad",
    [document("../1"), document(21, "77"), document(23, issueDate="2010-02-30"), document(24, validTo="2010-13-01")],
)
def test_a_document_that_cannot_be_kept_is_rejected_alone(bad: str) -> None:
    found = rows(xml(entry(7, document(21), bad)))
    assert [row.local_id for row in found if isinstance(row, RecordDraft)] == ["eu-7", "eu-7-doc-21", "eu-7-sanction"]
    assert len(found) == 4


def test_r40_a_listing_states_authority_numbers_law_and_days_whatever_number_of_regulations_names_it() -> None:
    laws = regulation(348) + regulation(
        349, programme="ALC", numberTitle="2025/2", entryIntoForceDate="2025-02-02", publicationDate="2025-02-01"
    )
    sanction = drafts(xml(entry(7, regulations=laws, designationDetails="for shipping")))["eu-7-sanction"]
    assert {(fact.property, fact.value) for fact in sanction.facts} == {
        ("authority", "European Union"),
        ("authorityId", "EU.1.2"),
        ("unscId", "ABi.001"),
        ("description", "for shipping"),
        ("listingDate", "2024-03-05"),
        ("program", "ALB"),
        ("program", "ALC"),
        ("reason", "2024/1 (OJ L1)"),
        ("reason", "2025/2"),
        ("sourceUrl", "https://example.org/1"),
        ("startDate", "2024-03-08"),
        ("modifiedAt", "2025-02-01"),
    }
    assert [(link.property, link.to) for link in sanction.links] == [("entity", f"{SOURCE}/eu-7")]
    assert sanction.fragment is not None
    assert b"Velk" not in sanction.fragment.data


@pytest.mark.parametrize("day", [{"designationDate": "2024-02-30"}, {"delistingDate": "2024-13-01"}])
def test_an_impossible_day_of_listing_rejects_the_listing_and_not_the_person(day: dict[str, object]) -> None:
    made, bad = rows(xml(entry(7, **day)))  # type: ignore[arg-type]
    assert isinstance(made, RecordDraft)
    assert isinstance(bad, Rejected)
    assert bad.place == "sanction of entity 7"


def test_what_we_do_not_know_is_kept_in_the_list_s_own_words() -> None:
    made = person(
        tag("additionalInformation", key="Vessel name", value="Alba One"),
        tag("shipType", "Tanker"),
        tag("citizenship", acquisitionDate="2001-01-01", countryIso2Code="YE", countryDescription="YEMEN"),
    )
    assert unknown(made) == {"vesselName": "Alba One", "shipType": "Tanker", "acquisitionDate": "2001-01-01"}


@pytest.mark.parametrize("number", ["", "../1", "٧", "7 7", "9" * 30])
def test_an_entry_without_a_number_of_digits_is_rejected(number: str) -> None:
    bad, *good = rows(xml(entry(number), entry(8)))
    assert isinstance(bad, Rejected)
    assert bad.field == "logicalId"
    assert len(good) == 2


def test_a_number_that_stands_twice_is_taken_once() -> None:
    found = rows(xml(entry(7), entry(7, sort="enterprise")))
    assert [row.place for row in found if isinstance(row, Rejected)] == ["entity 7"]
    assert [row.schema for row in found if isinstance(row, RecordDraft)] == ["Person", "Sanction"]


def test_an_entry_without_any_name_is_rejected() -> None:
    (bad,) = rows(xml(entry(7, names=name(""))))
    assert isinstance(bad, Rejected)
    assert bad.field == "name"


@pytest.mark.parametrize(
    "stated",
    [
        tag("religion", "a secret word"),
        tag("additionalInformation", key="Religion", value="a secret word"),
        tag("citizenship", countryIso2Code="YE", politicalParty="a secret word"),
        tag("address", tag("contactInfo", key="ETHNIC ORIGIN", value="a secret word"), **place()),
    ],
)
def test_what_is_never_carried_is_dropped_counted_and_cut_from_the_fragment(stated: str) -> None:
    dropped: Counter[str] = Counter()
    made = rows(xml(entry(7, stated)), dropped)[0]
    assert isinstance(made, RecordDraft)
    assert made.fragment is not None
    assert sum(dropped.values()) == 1
    assert not [fact for fact in made.facts if "secret" in fact.value]
    assert b"secret" not in made.fragment.data
    assert b"Velk" in made.fragment.data


def test_fragments_name_the_file_by_the_day_it_was_generated() -> None:
    fragment = drafts(xml(entry(7)))["eu-7"].fragment
    assert fragment is not None
    assert (fragment.format, fragment.file_date) == ("eu_fsf", "2031-01-02")
    assert fragment.data.startswith(b"<sanctionEntity")


def test_r6_the_same_list_read_twice_gives_equal_drafts() -> None:
    data = xml(entry(7, document(21)), entry(8, sort="enterprise"))
    assert rows(data) == rows(data)


@pytest.mark.parametrize("cut", [-20, -200])
def test_a_list_that_was_cut_off_is_invalid(cut: int) -> None:
    with pytest.raises(Invalid, match="cannot be imported"):
        rows(xml(entry(7))[:cut])


def _many(count: int) -> Iterator[bytes]:
    yield HEAD.encode()
    one = entry(7654321, birth(year=1970), name("Red", strong="false")).encode()
    for number in range(1, count + 1):
        yield one.replace(b"7654321", b"%d" % number)
    yield b"</export>"


def test_memory_stays_flat_over_thousands_of_entries() -> None:
    reading.peak(read_eu_fsf, _many(10))  # fills the caches of lists and schemata
    (_, small), (read, large) = (reading.peak(read_eu_fsf, _many(count)) for count in (200, 1_500))
    assert read == 2 * 1_500
    # What grows is one number an entry.
    assert large < small + 1_500 * 200
