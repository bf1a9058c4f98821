"""R1 to R7 and R66 of docs/rules/records.md: each rule by its number, each refusal by its field."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.disclosure.model import DisclosureClass
from entente.formats.codelists import load_code_lists
from entente.formats.schemata import load_schemata
from entente.handling.model import InformationEvaluation, Observation, Retention, ReviewState, SourceEvaluation
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, RecordId
from entente.records.model import (
    FACTS_MAX,
    LOCAL_ID_CHARACTERS_MAX,
    VALUE_CHARACTERS_MAX,
    Fact,
    Fragment,
    Link,
    Record,
    RecordDraft,
)
from entente.records.rules import (
    caption,
    check_draft,
    check_received,
    content_digest,
    content_texts,
    extract,
    faults_in,
    is_live,
    is_possible_date,
    record_id,
    supersedes,
)

SOURCE = BodyId("body:xa")
OTHER = BodyId("body:xb")
NOW = datetime(2031, 2, 3, 4, 5, tzinfo=UTC)
RETENTION = Retention(date(2033, 1, 1), date(2036, 1, 1))
LISTS = load_code_lists()
SCHEMATA = load_schemata()


def terms(kind: str = "wanted_person", handling: str = "H1") -> DisclosureClass:
    return DisclosureClass(
        source=SOURCE,
        kind=kind,
        instrument=None,
        purposes=frozenset({"arrest"}),
        crime_areas=frozenset({"fugitives"}),
        handling=frozenset({handling}),
        confidentiality="restricted",
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="wanted",
        marks=frozenset(),
        restrictions=frozenset(),
        review=ReviewState.NOT_REQUIRED,
    )


NAME = Fact("name", "Арден Велк")
DRAFT = RecordDraft("p-1", "Person", "wanted_person", (terms(),), (NAME,), (), RETENTION)


def digest(draft: RecordDraft) -> bytes:
    return content_digest(content_texts(draft))


def check(draft: RecordDraft) -> None:
    check_draft(draft, SCHEMATA, LISTS)


def refused_field(draft: RecordDraft) -> str:
    check(DRAFT)  # the same draft without the fault is well formed
    with pytest.raises(Invalid) as refused:
        check(draft)
    return refused.value.field


def with_fact(name: str, value: str) -> RecordDraft:
    return replace(DRAFT, facts=(NAME, Fact(name, value)))


def record(**changes: object) -> Record:
    made = Record(
        id=record_id(SOURCE, "p-1"),
        source=SOURCE,
        local_id="p-1",
        version=1,
        schema="Person",
        kind="wanted_person",
        at=NOW,
        terms=(terms(), terms(handling="H2"), terms(handling="H3")),
        facts=(NAME, Fact("birthDate", "1979", terms=1), Fact("alias", "Red", terms=2)),
        links=(Link("addressEntity", RecordId(f"{SOURCE}/a-1"), terms=2),),
        retention=RETENTION,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_r1_an_id_is_the_source_and_its_own_number() -> None:
    assert record_id(SOURCE, "ofac-7:doc.1_a") == "body:xa/ofac-7:doc.1_a"
    assert record_id(SOURCE, "p-1") != record_id(OTHER, "p-1")


@pytest.mark.parametrize("local", ["", "-a", "a/b", "a b", "ж", "a\n", "../x", "a" * (LOCAL_ID_CHARACTERS_MAX + 1)])
def test_r1_a_malformed_local_id_is_refused(local: str) -> None:
    assert record_id(SOURCE, "a" * LOCAL_ID_CHARACTERS_MAX)
    with pytest.raises(Invalid) as refused:
        record_id(SOURCE, local)
    assert refused.value.field == "local_id"


def test_r1_a_record_of_its_signer_is_taken() -> None:
    check_received(record(), SCHEMATA, LISTS, SOURCE)


@pytest.mark.parametrize(
    ("changed", "signer"),
    [
        (record(), OTHER),
        (record(source=OTHER), SOURCE),
        (record(id=RecordId("body:xa/p-2")), SOURCE),
        (record(id=RecordId("body:xb/p-1"), source=OTHER), OTHER),
        (record(terms=(terms(), terms(), replace(terms(), source=OTHER))), SOURCE),
        (record(terms=(terms(), terms(), terms("missing_person"))), SOURCE),
    ],
)
def test_r1_a_record_that_is_not_its_signer_s_own_is_refused(changed: Record, signer: BodyId) -> None:
    with pytest.raises(Invalid) as refused:
        check_received(changed, SCHEMATA, LISTS, signer)
    assert refused.value.field == "source"


def test_r1_a_received_record_is_checked_like_our_own() -> None:
    with pytest.raises(Invalid) as refused:
        check_received(record(facts=(Fact("birthDate", "1979-02-30"),)), SCHEMATA, LISTS, SOURCE)
    assert refused.value.field == "birthDate"


@pytest.mark.parametrize("schema", ["Thing", "Call", "person", ""])
def test_r2_an_unknown_or_abstract_schema_is_refused(schema: str) -> None:
    assert refused_field(replace(DRAFT, schema=schema)) == "schema"


@pytest.mark.parametrize("kind", ["message", "contact", "gossip", ""])
def test_r2_an_unknown_kind_or_one_that_is_no_data_set_is_refused(kind: str) -> None:
    assert refused_field(replace(DRAFT, kind=kind)) == "kind"


def test_r2_a_kind_takes_its_schemata_only() -> None:
    assert refused_field(replace(DRAFT, kind="drug_seizure")) == "schema"


@pytest.mark.parametrize("facts", [(), (NAME,) * (FACTS_MAX + 1)])
def test_r3_a_record_has_facts_and_not_too_many(facts: tuple[Fact, ...]) -> None:
    check(replace(DRAFT, facts=(NAME,) * FACTS_MAX))
    assert refused_field(replace(DRAFT, facts=facts)) == "facts"


def test_r3_a_record_without_terms_is_refused() -> None:
    assert refused_field(replace(DRAFT, terms=())) == "terms"


@pytest.mark.parametrize("place", [1, -1])
def test_r3_a_fact_or_link_on_terms_outside_the_list_is_refused(place: int) -> None:
    assert refused_field(replace(DRAFT, facts=(replace(NAME, terms=place),))) == "name"
    link = Link("addressEntity", RecordId("body:xa/a-1"))
    check(replace(DRAFT, links=(link,)))
    assert refused_field(replace(DRAFT, links=(replace(link, terms=place),))) == "addressEntity"


@pytest.mark.parametrize(
    "value", ["", "  ", "a\x00b", "a\x07", "a\u202eb", "a\u2066b", "x" * (VALUE_CHARACTERS_MAX + 1)]
)
def test_r3_an_empty_oversized_or_deceptive_value_is_refused(value: str) -> None:
    check(with_fact("alias", "x" * VALUE_CHARACTERS_MAX))
    assert refused_field(with_fact("alias", value)) == "alias"
    unknown = replace(DRAFT, facts=(NAME, Fact("shoeSize", value, is_unknown_property=True)))
    assert refused_field(unknown) == "shoeSize"


@pytest.mark.parametrize("day", ["1979-02-30", "1979-13", "1979-1-1", "0000", "79", "1979-05-04T10:00", "+1979"])
def test_r3_an_impossible_date_is_refused(day: str) -> None:
    assert not is_possible_date(day)
    assert refused_field(with_fact("birthDate", day)) == "birthDate"


@pytest.mark.parametrize("day", ["1979", "1979-05", "1979-05-04", "2024-02-29"])
def test_r3_a_full_or_partial_date_is_taken(day: str) -> None:
    assert is_possible_date(day)
    check(with_fact("birthDate", day))


@given(st.dates())
def test_r3_every_day_of_the_calendar_is_possible_in_each_exactness(day: date) -> None:
    assert all(is_possible_date(day.isoformat()[:length]) for length in (4, 7, 10))


@pytest.mark.parametrize("country", ["ZZ", "xa", "XAA", "Atlantis"])
def test_r3_an_unknown_country_is_refused(country: str) -> None:
    check(with_fact("nationality", "XA"))
    check(with_fact("nationality", "SU"))
    assert refused_field(with_fact("nationality", country)) == "nationality"


def test_r3_an_unknown_property_is_taken_only_when_it_is_marked_so() -> None:
    check(replace(DRAFT, facts=(NAME, Fact("shoeSize", "44", is_unknown_property=True))))
    assert refused_field(with_fact("shoeSize", "44")) == "shoeSize"


def test_r3_another_record_is_named_by_a_link_and_never_as_text() -> None:
    check(replace(DRAFT, links=(Link("addressEntity", RecordId("body:xa/a-1")),)))
    assert refused_field(with_fact("addressEntity", "body:xa/a-1")) == "addressEntity"


@pytest.mark.parametrize("name", ["name", "holder"])
def test_r3_a_link_is_of_a_property_that_links(name: str) -> None:
    assert refused_field(replace(DRAFT, links=(Link(name, RecordId("body:xa/a-1")),))) == name


def test_r3_a_link_names_a_record_id() -> None:
    assert refused_field(replace(DRAFT, links=(Link("addressEntity", RecordId("a-1")),))) == "addressEntity"


def test_r4_a_newer_version_counts_and_an_equal_or_older_one_does_not() -> None:
    assert supersedes(1, None)
    assert supersedes(3, 2)
    assert not supersedes(2, 2)
    assert not supersedes(1, 2)


def test_r4_versions_count_from_one() -> None:
    with pytest.raises(Invalid) as refused:
        check_received(record(version=0), SCHEMATA, LISTS, SOURCE)
    assert refused.value.field == "version"


def test_r4_a_record_lives_until_it_is_withdrawn_or_its_day_of_erasure() -> None:
    assert is_live(RETENTION.erase_on, None, date(2035, 12, 31))
    assert not is_live(RETENTION.erase_on, None, RETENTION.erase_on)
    assert not is_live(RETENTION.erase_on, NOW, date(2035, 12, 31))


def test_r5_who_may_see_everything_gets_the_record_itself() -> None:
    whole = record()
    assert extract(whole, frozenset({0, 1, 2})) is whole


def test_r5_an_extract_holds_the_visible_facts_and_shows_no_gap() -> None:
    cut = extract(record(), frozenset({1}))
    assert cut is not None
    assert (cut.terms, cut.facts, cut.links) == ((terms(handling="H2"),), (Fact("birthDate", "1979", terms=0),), ())
    assert (cut.id, cut.version) == (record().id, record().version)


def test_r5_with_no_fact_visible_there_is_no_extract_even_if_a_link_is() -> None:
    assert extract(record(), frozenset()) is None
    only_link = record(facts=(NAME,))
    assert extract(only_link, frozenset({2})) is None


@given(st.sets(st.integers(0, 2)), st.sets(st.integers(0, 2)))
def test_r5_seeing_less_never_shows_more(visible: set[int], hidden: set[int]) -> None:
    wide, narrow = extract(record(), frozenset(visible)), extract(record(), frozenset(visible - hidden))
    shown = {fact.value for fact in narrow.facts} if narrow is not None else set()
    assert shown <= ({fact.value for fact in wide.facts} if wide is not None else set())
    if narrow is not None:
        check_received(narrow, SCHEMATA, LISTS, SOURCE)


def test_r6_the_original_fragment_makes_no_new_version() -> None:
    fragment = Fragment("list.xml", "0" * 64, "2031-01-01", "sdn_advanced", b"<a/>")
    assert digest(replace(DRAFT, fragment=fragment)) == digest(DRAFT)


@pytest.mark.parametrize(
    "changed",
    [
        replace(DRAFT, schema="LegalEntity"),
        replace(DRAFT, kind="person_of_interest"),
        replace(DRAFT, terms=(terms(handling="H2"),)),
        replace(DRAFT, facts=(NAME, NAME)),
        replace(DRAFT, facts=(replace(NAME, observation=Observation.ASSESSED),)),
        replace(DRAFT, facts=(replace(NAME, is_unknown_property=True),)),
        replace(DRAFT, links=(Link("addressEntity", RecordId("body:xa/a-1")),)),
        replace(DRAFT, retention=Retention(date(2033, 1, 1), date(2037, 1, 1))),
    ],
)
def test_r6_any_other_change_of_content_makes_one(changed: RecordDraft) -> None:
    assert digest(changed) != digest(DRAFT)
    assert digest(changed) == digest(replace(changed))


def test_r7_sameness_is_a_record_of_its_own_that_leaves_both_records_as_they_are() -> None:
    ours, theirs = record(), record(id=record_id(OTHER, "p-1"), source=OTHER)
    judgement = RecordDraft(
        "j-1",
        "Judgement",
        "judgement",
        (terms("judgement"),),
        (Fact("verdict", "same_as"), Fact("evidence", "equal prints")),
        (Link("left", ours.id), Link("right", theirs.id)),
        RETENTION,
    )
    check(judgement)
    assert ours.id != theirs.id
    assert digest(judgement) != digest(replace(judgement, links=(Link("left", ours.id),)))


def test_a_caption_is_the_first_property_the_schema_shows() -> None:
    assert caption(record(), SCHEMATA["Person"]) == "Арден Велк"
    assert caption(record(facts=(Fact("alias", "Red"),)), SCHEMATA["Person"]) == "Red"
    assert caption(record(facts=(Fact("birthDate", "1979"),)), SCHEMATA["Person"]) == "p-1"
    assert caption(record(), None) == "p-1"


LOST = RecordDraft(
    "d-1",
    "Passport",
    "travel_document",
    (terms("travel_document"),),
    (
        Fact("number", "XA7654321"),
        Fact("country", "XA"),
        Fact("fraudType", "stolen blank"),
        Fact("theftDate", "2031-01"),
    ),
    (),
    RETENTION,
)


def lost_that_says(*more: Fact | Link) -> RecordDraft:
    facts = tuple(one for one in more if isinstance(one, Fact))
    return replace(LOST, facts=(*LOST.facts, *facts), links=tuple(one for one in more if isinstance(one, Link)))


@pytest.mark.parametrize(
    "said",
    [
        Fact("surname", "Velk"), Fact("givenName", "Ardan"), Fact("birthDate", "1979"), Fact("birthPlace", "Orenmouth"),
        Fact("gender", "male"), Fact("personalNumber", "77-1"), Fact("mrz", "P<XAXVELK<<ARDAN"),
        Link("holder", RecordId("body:xa/p-1")),
        Fact("Birth date", "1979", is_unknown_property=True), Fact("last_name", "Velk", is_unknown_property=True),
        Fact("NATIONALITY", "XA", is_unknown_property=True),
    ],
    ids=lambda one: str(one.property),
)  # fmt: skip
def test_r66_a_lost_document_never_says_whose_it_is(said: Fact | Link) -> None:
    check(LOST)
    with pytest.raises(Invalid) as refused:
        check(lost_that_says(said))
    assert refused.value.field == said.property
    assert f"a travel_document never says «{said.property}»; leave it out (R66)" in refused.value.what
    assert "«ignore»" in refused.value.do
    # As part of what is said of a person it may: only the kind is another.
    wanted = replace(lost_that_says(said), kind="wanted_person", terms=(terms(),))
    check(wanted)


def test_r66_what_another_body_kept_before_the_rule_is_taken_in() -> None:
    draft = lost_that_says(Fact("birthDate", "1979"), Link("holder", RecordId("body:xa/p-1")))
    record = Record(
        record_id(SOURCE, "d-1"),
        SOURCE,
        "d-1",
        1,
        draft.schema,
        draft.kind,
        NOW,
        draft.terms,
        draft.facts,
        draft.links,
        RETENTION,
    )
    check_received(record, SCHEMATA, LISTS, SOURCE)
    with pytest.raises(Invalid):
        check(draft)


def test_r66_the_list_names_properties_that_there_are() -> None:
    known = {name for schema in SCHEMATA.values() for name in schema.properties}
    for kind in LISTS.record_kinds.values():
        assert kind.never <= known
        own = {name for one in kind.schemata for name in SCHEMATA[one].properties}
        assert not kind.never or kind.never & own


def test_r67_all_faults_of_a_draft_are_found_and_the_first_is_raised() -> None:
    wrong = replace(
        LOST,
        facts=(Fact("number", ""), Fact("country", "QQ"), Fact("startDate", "soon"), Fact("surname", "Velk")),
        links=(Link("unheardOf", RecordId("body:xa/p-1")),),
    )
    found = [one.field for one in faults_in(wrong, SCHEMATA, LISTS)]
    assert found == ["number", "country", "startDate", "unheardOf", "surname"]
    assert [*faults_in(LOST, SCHEMATA, LISTS)] == []
    with pytest.raises(Invalid) as refused:
        check(wrong)
    assert refused.value.field == "number"
    # Of what is of no schema or no kind nothing else can be told.
    assert [one.field for one in faults_in(replace(wrong, schema="Person"), SCHEMATA, LISTS)] == ["schema", "surname"]
    assert [one.field for one in faults_in(replace(wrong, kind="nothing"), SCHEMATA, LISTS)] == ["kind"]
