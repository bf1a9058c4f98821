"""SDN_ADVANCED XML becomes drafts: parties, documents, wallets, sanctions, relationships; nothing is lost or half kept."""

from collections import Counter
from collections.abc import Iterator

import pytest

from entente.formats.sdn_advanced import read_sdn_advanced
from entente.kernel.errors import Invalid
from entente.records.model import Fact, RecordDraft, Rejected
from tests.support import reading
from tests.support.reading import SOURCE, values
from tests.support.sdn_list import HEAD, alias, detail, document, feature, party, period, xml


def rows(data: bytes, dropped: Counter[str] | None = None) -> list[RecordDraft | Rejected]:
    return reading.rows(read_sdn_advanced, data, dropped)


def drafts(data: bytes) -> dict[str, RecordDraft]:
    return reading.drafts(read_sdn_advanced, data)


def test_a_person_has_names_in_every_script_given_names_first_in_latin() -> None:
    names = (
        alias((1, 1, "VELK"), (2, 1, "Ardan"))
        + alias((1, 2, "Велк"), (2, 2, "Ардан"))
        + alias((1, 1, "VELKOV"), kind=1)
        + alias((1, 1, "Red"), kind=1, low="true")
        + alias((1, 1, "OLD"), (2, 1, "Name"), kind=2)
    )
    made = drafts(xml(party(7, names=names)))["ofac-7"]
    assert made.schema == "Person"
    assert values(made, "name") == ["Ardan VELK", "Велк Ардан"]
    assert values(made, "alias") == ["VELKOV"]
    assert values(made, "weakAlias") == ["Red"]
    assert values(made, "previousName") == ["Name OLD"]
    assert (values(made, "firstName"), values(made, "lastName")) == (["Ardan"], ["VELK"])


@pytest.mark.parametrize(
    ("sort", "schema"), [(4, "Person"), (3, "Organization"), (1, "Vessel"), (2, "Airplane"), (99, "LegalEntity")]
)
def test_a_party_has_the_schema_of_its_sort(sort: int, schema: str) -> None:
    made = drafts(xml(party(7, sort=sort)))["ofac-7"]
    assert (made.schema, made.kind) == (schema, "sanctioned_entity")
    assert made.terms[0].status == ("possible_threat" if schema == "Person" else "none")


@pytest.mark.parametrize(
    ("first", "last", "approximate", "dates"),
    [
        ("1970-2-3", "1970-2-3", "false", ["1970-02-03"]),
        ("1963-1-1", "1963-12-31", "false", ["1963"]),
        ("1963-2-1", "1963-2-28", "false", ["1963-02"]),
        ("1963-2-1", "1963-2-28", "true", ["1963"]),
        ("1960-1-1", "1962-12-31", "false", ["1960", "1962"]),
        ("1960-3-4", "1960-3-9", "false", ["1960-03-04", "1960-03-09"]),
        ("1960", "1960", "false", ["1960"]),
    ],
)
def test_a_birth_date_is_as_exact_as_the_list_knows_it(
    first: str, last: str, approximate: str, dates: list[str]
) -> None:
    made = drafts(xml(party(7, feature(1, period(first, last, approximate)))))["ofac-7"]
    assert values(made, "birthDate") == dates
    assert bool(values(made, "notes")) is (len(dates) > 1)


@pytest.mark.parametrize(
    ("first", "last"), [("1970-2-30", "1970-2-30"), ("1970-13-1", "1970-13-1"), ("1971-1-1", "1970-1-1")]
)
def test_an_impossible_date_rejects_the_party_with_all_that_hangs_on_it_and_nothing_else(first: str, last: str) -> None:
    entry = '<SanctionsEntry ID="3" ProfileID="7" ListID="1"/>'
    data = xml(party(7, feature(1, period(first, last))), party(8), documents=document(21, 7), entries=entry)
    bad, paper, good, sanction = rows(data)
    assert isinstance(bad, Rejected)
    assert (bad.place, bad.field) == ("party 7", "Birthdate")
    assert isinstance(paper, Rejected)
    assert paper.place == "document 21"
    assert isinstance(good, RecordDraft)
    assert good.local_id == "ofac-8"
    assert isinstance(sanction, Rejected)
    assert sanction.place == "sanction 3"


def test_countries_are_mapped_by_the_list_s_own_reference_values() -> None:
    content = (feature(2, '<VersionLocation LocationID="61"/>'), feature(7, '<VersionLocation LocationID="62"/>'))
    made = drafts(xml(party(7, *content)))["ofac-7"]
    assert values(made, "nationality") == ["XA"]
    assert values(made, "country") == ["XA"]
    assert values(made, "address") == ["1 Quay, Port Alba, State of XA"]


@pytest.mark.parametrize(("place", "text"), [(63, "Atlantis"), (65, "Region: Nowhere")])
def test_an_unknown_country_is_kept_as_an_unknown_property(place: int, text: str) -> None:
    made = drafts(xml(party(7, feature(2, f'<VersionLocation LocationID="{place}"/>'))))["ofac-7"]
    assert not values(made, "nationality")
    assert Fact("nationalityCountry", text, is_unknown_property=True) in made.facts


def test_an_undetermined_place_is_no_fact() -> None:
    made = drafts(xml(party(7, feature(7, '<VersionLocation LocationID="64"/>'))))["ofac-7"]
    assert {fact.property for fact in made.facts} == {"name", "firstName", "lastName"}


def test_an_unknown_feature_is_kept_under_its_own_label() -> None:
    made = drafts(xml(party(7, feature(5, detail("see section 11")), feature(77, detail("new")))))["ofac-7"]
    assert Fact("secondarySanctionsRisk", "see section 11", is_unknown_property=True) in made.facts
    assert Fact("featureType77", "new", is_unknown_property=True) in made.facts


def test_what_the_list_marks_as_false_is_kept_and_never_matched() -> None:
    made = drafts(xml(party(7, feature(4, detail(reference=81)), feature(4, detail("Male"), reliability=2))))["ofac-7"]
    assert values(made, "gender") == ["female"]
    assert Fact("gender", "Male", is_unknown_property=True) in made.facts


def test_religion_is_dropped_counted_and_cut_from_the_fragment() -> None:
    dropped: Counter[str] = Counter()
    (made,) = rows(xml(party(7, feature(6, detail("some faith")), feature(4, detail("Male")))), dropped)
    assert isinstance(made, RecordDraft)
    assert made.fragment is not None
    assert dropped == {"religion": 1}
    assert not [fact for fact in made.facts if "faith" in fact.value]
    assert b"faith" not in made.fragment.data
    assert b"Male" in made.fragment.data


def test_a_rejected_party_does_not_show_its_religion() -> None:
    (bad,) = rows(xml(party(7, feature(6, detail("some faith")), names=alias())))
    assert isinstance(bad, Rejected)
    assert bad.field == "name"
    assert "faith" not in bad.raw


def test_a_digital_currency_address_becomes_a_wallet_of_its_holder() -> None:
    made = drafts(xml(party(7, feature(3, detail("1Invented"), number=31))))
    wallet = made["ofac-7-wallet-31"]
    assert (values(wallet, "publicKey"), values(wallet, "currency")) == (["1Invented"], ["XBT"])
    assert [(link.property, link.to) for link in wallet.links] == [("holder", f"{SOURCE}/ofac-7")]
    assert wallet.fragment is not None
    assert b"1Invented" in wallet.fragment.data
    assert b"VELK" not in wallet.fragment.data


def test_a_document_becomes_a_record_that_links_to_its_holder() -> None:
    issued = f'<DocumentDate IDRegDocDateTypeID="1">{period("2015-5-25", "2015-5-25")}</DocumentDate>'
    papers = document(21, 7, more=issued, validity=2) + document(22, 7, sort=2, text="T-9")
    made = drafts(xml(party(7), documents=papers))
    passport, tax = made["ofac-7-doc-21"], made["ofac-7-doc-22"]
    assert (passport.schema, tax.schema) == ("Passport", "Identification")
    assert values(passport, "number") + values(passport, "country") + values(passport, "startDate") == [
        "XA100",
        "XA",
        "2015-05-25",
    ]
    assert values(passport, "fraudType") == ["fraudulent"]
    assert values(tax, "type") == ["Tax ID No."]
    assert {link.to for draft in (passport, tax) for link in draft.links} == {f"{SOURCE}/ofac-7"}


def test_a_vessel_has_its_number_flag_and_year_itself() -> None:
    content = (feature(8, detail("State of XA")), feature(9, detail("2008")))
    made = drafts(xml(party(7, *content, sort=1), documents=document(21, 7, sort=3, text="IMO 9900001")))
    assert list(made) == ["ofac-7"]
    vessel = made["ofac-7"]
    assert values(vessel, "imoNumber") + values(vessel, "flag") + values(vessel, "buildDate") == [
        "9900001",
        "XA",
        "2008",
    ]
    assert vessel.fragment is not None
    assert b"IMO 9900001" in vessel.fragment.data


def test_a_sanctions_entry_states_authority_list_programme_and_day() -> None:
    entry = (
        '<SanctionsEntry ID="3" ProfileID="7" ListID="1"><EntryEvent LegalBasisID="1"><Date><Year>2020</Year><Month>4</Month>'
        '<Day>5</Day></Date></EntryEvent><SanctionsMeasure SanctionsTypeID="2"/><SanctionsMeasure SanctionsTypeID="1">'
        "<Comment>PROG1</Comment></SanctionsMeasure></SanctionsEntry>"
    )
    sanction = drafts(xml(party(7), entries=entry))["ofac-7-sanction-3"]
    assert [(fact.property, fact.value) for fact in sanction.facts] == [
        ("authority", "Office of Lists"),
        ("summary", "The List"),
        ("reason", "Order 1"),
        ("listingDate", "2020-04-05"),
        ("provisions", "Block"),
        ("program", "PROG1"),
    ]


@pytest.mark.parametrize(
    ("sort", "second", "schema", "ends"),
    [
        (1, 4, "Family", ("person", "relative")),
        (1, 3, "UnknownLink", ("subject", "object")),
        (2, 3, "UnknownLink", ("subject", "object")),
        (3, 4, "UnknownLink", ("subject", "object")),
    ],
)
def test_a_relationship_is_the_most_exact_link_the_two_parties_allow(
    sort: int, second: int, schema: str, ends: tuple[str, str]
) -> None:
    relation = (
        f'<ProfileRelationship ID="5" From-ProfileID="7" To-ProfileID="8" RelationTypeID="{sort}" Former="true"/>'
    )
    link = drafts(xml(party(7), party(8, sort=second), relations=relation))["ofac-link-5"]
    assert link.schema == schema
    assert [(one.property, one.to) for one in link.links] == [
        (ends[0], f"{SOURCE}/ofac-7"),
        (ends[1], f"{SOURCE}/ofac-8"),
    ]


def test_a_vessel_owned_by_a_company_is_ownership() -> None:
    relation = '<ProfileRelationship ID="5" From-ProfileID="7" To-ProfileID="8" RelationTypeID="2"/>'
    link = drafts(xml(party(7, sort=1), party(8, sort=3), relations=relation))["ofac-link-5"]
    assert (link.schema, [one.property for one in link.links]) == ("Ownership", ["asset", "owner"])


def test_what_names_a_party_that_is_not_in_the_list_is_rejected_by_its_number() -> None:
    relation = '<ProfileRelationship ID="5" From-ProfileID="7" To-ProfileID="8" RelationTypeID="1"/>'
    found = rows(xml(party(7), documents=document(21, 8), relations=relation))
    assert [row.place for row in found if isinstance(row, Rejected)] == ["relationship 5", "document 21"]


@pytest.mark.parametrize("number", ["../1", "٧", "1 2", "", "9" * 200])
def test_a_number_that_cannot_stand_in_a_local_id_is_rejected(number: str) -> None:
    entry = f'<SanctionsEntry ID="{number}" ProfileID="7" ListID="1"/>'
    relation = f'<ProfileRelationship ID="{number}" From-ProfileID="7" To-ProfileID="7" RelationTypeID="1"/>'
    wallet = feature(3, detail("1Invented"), number=31).replace('ID="31"', f'ID="{number}"')
    papers = document(21, 7).replace('ID="21"', f'ID="{number}"')
    odd = party(7).replace('FixedRef="7"', f'FixedRef="{number}"')
    found = rows(xml(odd, party(7, wallet), documents=papers, entries=entry, relations=relation))
    assert [row.local_id for row in found if isinstance(row, RecordDraft)] == ["ofac-7"]
    assert len(found) == 6


def test_every_fragment_names_the_file_by_its_date_of_issue_and_holds_its_own_element_only() -> None:
    made = drafts(xml(party(7), party(8, names=alias((3, 1, "OTHER")), sort=3)))
    fragment = made["ofac-7"].fragment
    assert fragment is not None
    assert (fragment.file_name, fragment.file_sha256, fragment.file_date) == ("list.xml", "a" * 64, "2031-01-02")
    assert fragment.data.startswith(b"<DistinctParty")
    assert b"VELK" in fragment.data
    assert b"OTHER" not in fragment.data


def test_the_same_list_read_twice_gives_equal_drafts() -> None:
    data = xml(party(7, feature(3, detail("1Invented"))), documents=document(21, 7))
    assert rows(data) == rows(data)


@pytest.mark.parametrize("name", ["\u202eVELK\u202c", "VE\u200eLK", "  VELK\n "])
def test_invisible_marks_of_direction_are_no_part_of_a_name(name: str) -> None:
    made = drafts(xml(party(7, names=alias((1, 1, name)))))["ofac-7"]
    assert values(made, "name") == ["VELK"]


def test_malformed_xml_is_invalid() -> None:
    with pytest.raises(Invalid, match="cannot be imported"):
        rows(xml(party(7)).replace(b"</Profile>", b""))


def test_truncated_xml_is_invalid() -> None:
    with pytest.raises(Invalid, match="cannot be imported"):
        rows(xml(party(7))[:-30])


def test_xml_that_is_not_utf_8_is_invalid() -> None:
    with pytest.raises(Invalid, match="cannot be imported"):
        rows(xml(party(7)).replace(b"Ardan", b"Ard\xe1n"))


def test_an_entity_bomb_is_refused_before_anything_is_unfolded() -> None:
    bomb = '<!DOCTYPE Sanctions [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    data = xml(party(7, names=alias((1, 1, "&b;"))))
    with pytest.raises(Invalid) as refused:
        rows(data.replace(b"<Sanctions ", bomb.encode() + b"<Sanctions ", 1))
    assert "document type" in refused.value.why


def test_an_outside_entity_is_never_fetched() -> None:
    outside = '<!DOCTYPE Sanctions [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    data = xml(party(7, names=alias((1, 1, "&a;"))))
    with pytest.raises(Invalid):
        rows(data.replace(b"<Sanctions ", outside.encode() + b"<Sanctions ", 1))


def _many(count: int) -> Iterator[bytes]:
    yield HEAD.encode() + b"<IDRegDocuments></IDRegDocuments><DistinctParties>"
    one = party(7654321, feature(1, period("1970-2-3", "1970-2-3")), feature(3, detail("1Invented"))).encode()
    for number in range(1, count + 1):
        yield one.replace(b"7654321", b"%d" % number)
    yield b"</DistinctParties></Sanctions>"


def _peak(count: int) -> int:
    read, most = reading.peak(read_sdn_advanced, _many(count))
    assert read == 2 * count
    return most


@pytest.mark.parametrize("parties", [1_500, pytest.param(20_000, marks=pytest.mark.long)])
def test_memory_stays_flat_over_thousands_of_parties(parties: int) -> None:
    _peak(10)  # fills the caches of lists and schemata
    small, large = _peak(500), _peak(parties)
    # What grows is one entry a party: its number, local id and schema.
    assert large < small + parties * 400
    assert large < 12 * 1024**2


BAD_BIRTH = feature(1, period("1970-2-30", "1970-2-30"))


def told(data: bytes) -> dict[str, tuple[str, str]]:
    """Return by place what the rejected rows say of their entries: a local id, or how one ends."""
    return {row.place: (row.entry, row.entry_ending) for row in rows(data) if isinstance(row, Rejected)}


def test_r53_what_hangs_on_a_rejected_party_is_rejected_as_a_part_of_it() -> None:
    sanction = '<SanctionsEntry ID="3" ProfileID="7"/>'
    relation = '<ProfileRelationship ID="5" From-ProfileID="7" To-ProfileID="8" RelationTypeID="1"/>'
    data = xml(party(7, BAD_BIRTH), party(8), documents=document(21, 7), relations=relation, entries=sanction)
    assert told(data) == {
        "party 7": ("ofac-7", ""), "document 21": ("ofac-7", ""), "relationship 5": ("ofac-link-5", ""),
        "sanction 3": ("ofac-7-sanction-3", ""),
    }  # fmt: skip


def test_r53_a_part_whose_party_is_nowhere_in_the_list_is_told_by_its_own_number() -> None:
    data = xml(party(8), documents=document(21, 6), entries='<SanctionsEntry ID="3" ProfileID="6"/>')
    assert told(data) == {"sanction 3": ("", "-sanction-3"), "document 21": ("", "-doc-21")}


def test_r53_a_date_that_is_none_leaves_its_entry_told() -> None:
    event = (
        '<EntryEvent ID="1" LegalBasisID="1"><Date><Year>2031</Year><Month>2</Month><Day>30</Day></Date></EntryEvent>'
    )
    entries = f'<SanctionsEntry ID="3" ProfileID="8">{event}</SanctionsEntry>'
    assert told(xml(party(8), entries=entries)) == {"SanctionsEntry 3": ("ofac-8-sanction-3", "")}


def test_r53_a_party_without_a_profile_is_told_by_its_number_and_one_without_a_number_is_not() -> None:
    bare = '<DistinctParty FixedRef="7"/><DistinctParty FixedRef="x"/>'
    assert told(xml(bare, party(8))) == {"party 7": ("ofac-7", ""), "party x": ("", "")}
    entries = '<SanctionsEntry ID="x" ProfileID="8"/><SanctionsEntry ID="" ProfileID="9"/>'
    assert told(xml(party(8), entries=entries))["sanction "] == ("", "")
