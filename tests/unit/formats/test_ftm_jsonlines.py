"""FollowTheMoney JSON lines become drafts; what cannot be kept is rejected with its line, and the rest goes on."""

import io
import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from entente.formats.codelists import load_code_lists
from entente.formats.ftm_jsonlines import local_id, read_ftm
from entente.formats.import_files import LINE_BYTES_MAX, FileIdentity
from entente.formats.import_terms import ImportTerms, read_terms
from entente.formats.schemata import load_schemata
from entente.kernel.ids import BodyId
from entente.records.model import Fact, Link, RecordDraft, Rejected
from entente.records.rules import check_draft

SOURCE = BodyId("body:xa")
FILE = FileIdentity("wanted.jsonl", "0" * 64, "2031-02-03")
TERMS = b"""
title: Wanted persons of XA
kind: wanted_person
purposes: [arrest, locate]
crime_areas: [fugitives]
handling: [H2]
confidentiality: restricted
source_evaluation: A
information_evaluation: '1'
subject: {Person: wanted}
retention: {review_after_years: 1, erase_after_years: 4}
"""


def terms() -> ImportTerms:
    return read_terms(TERMS, load_code_lists(), source=SOURCE, today=date(2031, 2, 3))


def line(properties: dict[str, Any] | None = None, *, id: str = "p-1", schema: str = "Person") -> bytes:  # noqa: A002 - the field's name
    given = {"name": ["Ardan Velk"]} if properties is None else properties
    return json.dumps({"id": id, "schema": schema, "properties": given}, ensure_ascii=False).encode() + b"\n"


def rows(*lines: bytes, dropped: Counter[str] | None = None) -> list[RecordDraft | Rejected]:
    return list(read_ftm(io.BytesIO(b"".join(lines)), terms(), FILE, dropped))


def draft(*lines: bytes) -> RecordDraft:
    (row,) = rows(*lines)
    assert isinstance(row, RecordDraft), row
    check_draft(row, load_schemata(), load_code_lists())
    return row


def rejected(*lines: bytes) -> Rejected:
    found = rows(*lines, line(id="after"))
    assert isinstance(found[-1], RecordDraft)
    assert found[-1].local_id == "after"
    (row,) = found[:-1]
    assert isinstance(row, Rejected)
    return row


def test_an_entity_becomes_a_draft_on_the_terms_of_the_import() -> None:
    made = draft(line({"name": ["Арден Велк", "Arden Velk"], "birthDate": ["1979"], "nationality": ["xa"]}))
    assert (made.local_id, made.schema, made.kind) == ("p-1", "Person", "wanted_person")
    assert made.facts == (
        Fact("name", "Арден Велк"),
        Fact("name", "Arden Velk"),
        Fact("birthDate", "1979"),
        Fact("nationality", "XA"),
    )
    (cls,) = made.terms
    assert (cls.source, cls.status, cls.handling, cls.instrument) == (SOURCE, "wanted", frozenset({"H2"}), None)


def test_a_draft_carries_its_own_line_and_names_the_file() -> None:
    raw = line()
    fragment = draft(raw).fragment
    assert fragment is not None
    assert (fragment.data, fragment.file_name, fragment.file_sha256) == (raw.rstrip(b"\n"), FILE.name, FILE.sha256)
    assert (fragment.file_date, fragment.format) == ("2031-02-03", "ftm")


def test_a_value_naming_another_entity_becomes_a_link_to_a_record_of_the_same_source() -> None:
    made = draft(line({"number": ["XA1"], "holder": ["p 1"]}, id="doc-1", schema="Passport"))
    assert made.links == (Link("holder", f"{SOURCE}/{local_id('p 1')}"),)  # type: ignore[arg-type]
    assert made.facts == (Fact("number", "XA1"),)


def test_an_unknown_property_is_kept_and_marked() -> None:
    made = draft(line({"name": ["Ardan Velk"], "shoeSize": ["44"]}))
    assert made.facts[1] == Fact("shoeSize", "44", is_unknown_property=True)


@pytest.mark.parametrize("name", ["ethnicity", "religion", "political", "privateKey", "password"])
def test_what_is_never_carried_is_dropped_counted_and_cut_from_the_fragment(name: str) -> None:
    dropped: Counter[str] = Counter()
    (made,) = rows(line({"name": ["Ardan Velk"], name: ["something", "else"]}), dropped=dropped)
    assert isinstance(made, RecordDraft)
    assert made.fragment is not None
    assert [fact.property for fact in made.facts] == ["name"]
    assert dropped == {name: 2}
    assert b"something" not in made.fragment.data
    assert b"Ardan Velk" in made.fragment.data


def test_a_rejected_line_does_not_show_what_is_never_carried() -> None:
    assert "something" not in rejected(line({"birthDate": ["1979-02-30"], "religion": ["something"]})).raw


@pytest.mark.parametrize("day", ["1979-02-30", "1979-13", "79", "1979-00-00", "yesterday"])
def test_an_impossible_date_is_rejected_with_its_line(day: str) -> None:
    row = rejected(line({"birthDate": [day]}))
    assert (row.place, row.field) == ("line 1", "birthDate")
    assert day in row.why


@pytest.mark.parametrize("day", ["1979", "1979-05", "1979-05-04", "2024-02-29"])
def test_a_full_or_partial_date_is_kept_as_exact_as_it_is(day: str) -> None:
    assert draft(line({"birthDate": [day]})).facts == (Fact("birthDate", day),)


def test_the_day_of_a_time_stamp_is_kept() -> None:
    assert draft(line({"name": ["A"], "modifiedAt": ["2031-01-02T03:04:05"]})).facts[1].value == "2031-01-02"


def test_an_unknown_country_is_rejected_with_its_line() -> None:
    row = rejected(line({"nationality": ["zz"]}))
    assert (row.field, row.place) == ("nationality", "line 1")


def test_a_former_state_is_mapped_and_a_region_is_kept_without_being_its_state() -> None:
    made = draft(line({"country": ["suhh", "ge-ab"]}))
    assert made.facts == (Fact("country", "SU"), Fact("country", "ge-ab", is_unknown_property=True))


@pytest.mark.parametrize("schema", ["Call", "Thing", "person"])
def test_an_unknown_or_abstract_schema_is_rejected(schema: str) -> None:
    row = rejected(line(schema=schema))
    assert row.field == "schema"
    assert schema in row.why


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"id": "a", "schema": "Person", "prop\n', "not JSON"),
        (b"[1, 2]\n", "not an object"),
        (b'{"schema": "Person", "properties": {}}\n', "missing"),
        (b'{"id": 7, "schema": "Person", "properties": {}}\n', "not text"),
        (b'{"id": "a", "schema": "Person"}\n', "missing or not an object"),
        (b'{"id": "a", "id": "b", "schema": "Person", "properties": {}}\n', "stands twice"),
        (b'{"id": "a", "schema": "Person", "properties": {"name": "x"}}\n', "not a list of texts"),
        (b'{"id": "a", "schema": "Person", "properties": {"name": [1]}}\n', "not a list of texts"),
        (b'{"id": "a", "schema": "Person", "properties": {"name": [{"a": {}}]}}\n', "not a list of texts"),
        (b'{"id": "\xff", "schema": "Person", "properties": {}}\n', "not UTF-8"),
        (b"[" * 200_000 + b"\n", "nested deeper"),
        (b'{"id": ' + b"9" * 5_000 + b"}\n", "not JSON"),
    ],
)
def test_a_malformed_line_is_rejected_and_the_next_is_read(raw: bytes, why: str) -> None:
    row = rejected(raw)
    assert why in row.why
    assert len(row.raw) <= 500


def test_an_oversized_line_is_rejected_without_being_held_and_the_next_is_read() -> None:
    row = rejected(line({"notes": ["x" * (3 * LINE_BYTES_MAX)]}))
    assert "more than" in row.why


def test_a_file_cut_off_in_its_last_line_loses_that_line_only() -> None:
    first, last = rows(line(id="a"), line(id="b")[:-20])
    assert isinstance(first, RecordDraft)
    assert isinstance(last, Rejected)
    assert last.place == "line 2"


def test_empty_lines_count_and_are_passed_over() -> None:
    found = rows(b"\n", b"  \n", b"{}\n")
    assert [row.place for row in found if isinstance(row, Rejected)] == ["line 3"]


def test_a_mark_before_the_first_line_is_no_part_of_it() -> None:
    assert draft(b"\xef\xbb\xbf" + line()).local_id == "p-1"


@pytest.mark.parametrize("entity", ["NK-1a", "ofac:1.2_3", "9"])
def test_an_id_that_may_be_a_local_id_stays(entity: str) -> None:
    assert local_id(entity) == entity


def test_other_ids_become_safe_stable_and_never_meet() -> None:
    entities = ["a b", "a/b", "Ж", "-a", "a" * 121, "sha256-" + "0" * 64, local_id("a b"), ""]
    made = [local_id(entity) for entity in entities]
    assert made == [local_id(entity) for entity in entities]
    assert len(set(made)) == len(entities)
    assert all(value.startswith("sha256-") for value in made)


def test_bytes_that_look_like_a_lone_surrogate_are_rejected_not_crashed_on() -> None:
    row = rejected(b'{"id": "\\ud800", "schema": "Person", "properties": {"name": ["x"]}}\n')
    assert row.place == "line 1"
