"""The pure parts of an import: how large the next slice is, and the text of a record that is signed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from entente.disclosure.model import DisclosureClass
from entente.handling.model import (
    InformationEvaluation,
    Observation,
    Restriction,
    RestrictionMode,
    Retention,
    ReviewState,
    SourceEvaluation,
)
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import Invalid
from entente.kernel.ids import BlobId, BodyId, InstrumentId, RecordId
from entente.kernel.signing import Ed25519Signer
from entente.kernel.statement import draft, from_signed, signed_text
from entente.records.importing import SLICE_ROWS_FIRST, SLICE_ROWS_MAX, next_size
from entente.records.model import BlobReference, Fact, Link, MediaType, Record
from entente.records.rules import content_texts
from entente.records.statements import SIGNED_IN_AS_OPERATOR, read_record, record_statement

NOW = datetime(2031, 5, 4, 8, 0, 0, 120, tzinfo=UTC)
SOURCE = BodyId("body:" + "a" * 64)
SIGNER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
BUDGET_MS = 50
ROWS_MIN = 10


def took(milliseconds: float) -> timedelta:
    return timedelta(milliseconds=milliseconds)


def test_a_slice_that_took_its_time_is_followed_by_one_a_little_smaller() -> None:
    assert next_size(100, took(BUDGET_MS), BUDGET_MS) == 90


def test_a_slice_that_was_too_slow_is_followed_by_one_that_fits() -> None:
    assert next_size(100, took(200), BUDGET_MS) == 22


def test_a_fast_slice_grows_to_no_more_than_twice_its_size() -> None:
    assert next_size(SLICE_ROWS_FIRST, took(1), BUDGET_MS) == 2 * SLICE_ROWS_FIRST


def test_a_slice_in_no_time_at_all_is_measured_as_one_millisecond() -> None:
    assert next_size(10, took(0), BUDGET_MS) == 20
    assert next_size(10, took(-5), BUDGET_MS) == 20


@given(st.integers(ROWS_MIN, SLICE_ROWS_MAX), st.floats(0, 100_000, allow_nan=False), st.integers(5, 1_000))
def test_a_slice_stays_within_its_bounds_and_its_time(size: int, milliseconds: float, budget: int) -> None:
    found = next_size(size, took(milliseconds), budget)
    assert ROWS_MIN <= found <= min(SLICE_ROWS_MAX, max(ROWS_MIN, 2 * size))
    if found > ROWS_MIN and milliseconds >= 1:
        assert found * milliseconds / size <= budget


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
CLASS = DisclosureClass(
    source=SOURCE,
    kind="wanted_person",
    instrument=InstrumentId("instrument:1"),
    purposes=frozenset({"arrest", "locate"}),
    crime_areas=frozenset({"fugitives", "drugs"}),
    handling=frozenset({"H2"}),
    confidentiality="restricted",
    source_evaluation=SourceEvaluation.A,
    information_evaluation=InformationEvaluation.KNOWN_TRUE,
    status="wanted",
    marks=frozenset({"armed"}),
    restrictions=frozenset({Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({BodyId("body:b")}))}),
    review=ReviewState.CLEARED,
)
FACTS = st.builds(Fact, TEXT, TEXT, st.integers(0, 1), st.sampled_from(Observation), st.booleans())
BLOBS = st.builds(
    BlobReference,
    st.just(BlobId("blob:" + "0a" * 32)),
    st.binary(min_size=32, max_size=32),
    st.integers(1, 2**28),
    st.sampled_from(MediaType),
    TEXT,
    st.just("0b" * 32),
    st.integers(0, 1),
)
LINKS = st.builds(Link, TEXT, TEXT.map(RecordId), st.integers(0, 1), st.sampled_from(Observation))


@st.composite
def records(drawn: st.DrawFn) -> Record:
    return Record(
        id=RecordId(f"{SOURCE}/p-1"),
        source=SOURCE,
        local_id="p-1",
        version=drawn(st.integers(1, 2**53 - 1)),
        schema="Person",
        kind="wanted_person",
        at=NOW,
        terms=(CLASS, replace(CLASS, instrument=None, restrictions=frozenset())),
        facts=tuple(drawn(st.lists(FACTS, min_size=1, max_size=5))),
        links=tuple(drawn(st.lists(LINKS, max_size=3))),
        retention=Retention(date(2032, 1, 1), date(2035, 1, 1)),
        blobs=tuple(drawn(st.lists(BLOBS, max_size=2))),
    )


def said_of(record: Record) -> JsonObject:
    """Write a record as the codec does; files are named only where there are any."""
    said = to_object(record)
    if not record.blobs:
        del said["blobs"]
    return said


@given(records())
def test_the_statement_of_a_record_is_what_the_codec_and_the_canonical_form_give(record: Record) -> None:
    made = record_statement(record, "duty-1", NOW, SIGNER)
    content: JsonObject = {"officer": "duty-1", "signed_in": SIGNED_IN_AS_OPERATOR, "record": said_of(record)}
    expected = draft("record", SOURCE, NOW, content).with_signature(SIGNER)
    assert made == expected
    # A receiver reads the very bytes, strictly, to the same record.
    assert read_record(from_signed(made.signed, made.signatures)) == record


@given(records())
def test_what_a_record_says_is_written_field_by_field_as_the_codec_writes_it(record: Record) -> None:
    for name, text in content_texts(record).items():
        assert json.loads(text) == to_json(getattr(record, name))
        assert text.encode() == canonical_bytes(to_json(getattr(record, name)))


@pytest.mark.parametrize("value", ["\ud800", "a\udfffb"])
def test_a_half_character_has_no_signed_form(value: str) -> None:
    with pytest.raises(Invalid):
        signed_text("record", SOURCE, NOW, json.dumps({"value": value}, ensure_ascii=False), SIGNER)
