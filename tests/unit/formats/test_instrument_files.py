"""A1 and A2 at the file: instruments as a lawyer writes them, and everything that is refused with its line."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.agreements.model import ClauseEffect, ForceRule, Instrument, InstrumentKind, Right
from entente.bodies.model import GroupReference, MembershipStatus
from entente.formats.codelists import load_code_lists
from entente.formats.instruments import INSTRUMENT_BYTES_MAX, read_instrument, write_instrument
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, GroupId
from tests.support.build_bodies import agreement, with_id

LISTS = load_code_lists()
EXAMPLES = Path(__file__).parents[3] / "demo" / "instruments"
BODIES = {code: BodyId(f"body:{code.lower()}") for code in ("GS", "XA-NCB", "XB-NCB", "RC")}
CODES = {body: code for code, body in BODIES.items()}
AGREEMENT = (EXAMPLES / "agreement.yaml").read_bytes()


def read(data: bytes) -> Instrument:
    return read_instrument(data, LISTS, BODIES)


@pytest.mark.parametrize("name", ["charter", "agreement", "programme"])
def test_the_example_files_are_whole_and_read_back_as_written(name: str) -> None:
    instrument = read((EXAMPLES / f"{name}.yaml").read_bytes())
    assert read(write_instrument(instrument, CODES)) == instrument
    assert instrument.kind is InstrumentKind(name)


def test_the_charter_example_has_its_clauses_as_data() -> None:
    charter = read((EXAMPLES / "charter.yaml").read_bytes())
    effects = {clause.effect: clause for clause in charter.clauses if clause.effect is not None}
    assert set(effects) == set(ClauseEffect)
    assert effects[ClauseEffect.NO_EXPULSION].number == "3"
    assert effects[ClauseEffect.MEASURES].body == BODIES["GS"]
    assert Right.COPY not in charter.rights


def test_a_group_is_named_by_its_keeper_and_status() -> None:
    text = AGREEMENT.replace(
        b"in_force: {rule: n_of_m, count: 2}",
        b"party_groups:\n  - {group: RC/members, status: observer}\nin_force: {rule: n_of_m, count: 2}",
    )
    (reference,) = read(text).party_groups
    assert reference == GroupReference(GroupId("body:rc/members"), MembershipStatus.OBSERVER)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: agreement", "kind: treaty", "instrument.kind"),
        ("name: police", "nane: police", "instrument.nane"),
        ("starts_on: 2025-01-01", "starts_on: 2025-02-30", "instrument.starts_on"),
        ("starts_on: 2025-01-01", "starts_on: 2025-01-01\nends_on: 2024-12-31", "ends_on"),
        ("starts_on: 2025-01-01\n", "", "instrument.starts_on"),
        ("parties: [XA-NCB,", "parties: [XQ-NCB,", "XQ-NCB"),
        ("parties: [XA-NCB, XB-NCB, GS]", "parties: [XA-NCB, XA-NCB]", "twice"),
        ("lease: 24 h", "lease: 4 min", "lease"),
        ("lease: 24 h", "lease: 2161 h", "lease"),
        ("lease: 24 h", "lease: 24", "lease"),
        ("lease: 24 h", "lease: 1 d", "«24 h» or «15 min»"),
        ("lease: 24 h", "lease: 0 h", "«24 h» or «15 min»"),
        ("lease: 24 h", "lease: 24 h\nlease: 24 h", "stands twice"),
        ("{wanted_person: 72 h,", "{aircraft: 72 h,", "leases.aircraft"),
        ("{wanted_person: 72 h,", "{wanted_person: soon,", "leases.wanted_person"),
        ("retention_days_max: 1827", "retention_days_max: 0177", "read differently"),
        ("retention_days_max: 1827", "retention_days_max: no", "read differently"),
        ("retention_days_max: 1827", "retention_days_max: 0", "retention_days_max"),
        ("  - wanted_person", "  - rumour", "rumour"),
        ("knowable_kinds: [travel_document, vehicle]", "knowable_kinds: [aircraft]", "not covered"),
        ("in_force: {rule: n_of_m, count: 2}", "in_force: {rule: n_of_m, count: 7}", "in_force.count"),
        ("rights: [record,", "rights: [erase,", "rights"),
        ("  - number: 2", "  - number: 1", "twice"),
        ("parties: [", "party_groups: [{group: members}]\nparties: [", "RC/members"),
        ("parties: [", "parties: &all [", "anchor or alias"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_field_and_line(old: str, new: str, said: str) -> None:
    text = AGREEMENT.decode()
    assert old in text
    assert read(AGREEMENT).name == "police-data-agreement"
    with pytest.raises(Invalid) as refused:
        read(text.replace(old, new, 1).encode())
    assert said in f"{refused.value.field} {refused.value}"
    assert "line " in refused.value.field


@pytest.mark.parametrize(
    ("written", "lease", "of_kinds"),
    [
        ("", 24 * 60, {"wanted_person": 72 * 60, "travel_document": 72 * 60}),
        ("leases: {vehicle: 90 min}", 24 * 60, {"wanted_person": 72 * 60, "travel_document": 72 * 60, "vehicle": 90}),
        ("leases: {wanted_person: 15 min}", 24 * 60, {"wanted_person": 15, "travel_document": 72 * 60}),
        ("lease: 15 min", 15, {}),
        ("lease: 15 min\nleases: {wanted_person: 24 h}", 15, {"wanted_person": 24 * 60}),
    ],
)
def test_a9_silence_means_the_usual_leases_and_a_written_one_holds_for_every_other_kind(
    written: str, lease: int, of_kinds: dict[str, int]
) -> None:
    stated = b"lease: 24 h\nleases: {wanted_person: 72 h, travel_document: 72 h}\n"
    assert stated in AGREEMENT
    instrument = read(AGREEMENT.replace(stated, written.encode() + b"\n"))
    assert (instrument.lease_minutes, instrument.kind_lease_minutes) == (lease, of_kinds)
    assert read(write_instrument(instrument, CODES)) == instrument


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (AGREEMENT.replace(b"title:", b"titel:"), "Instrument has no such field"),
        (b"name: x\n", "Instrument needs it"),
    ],
)
def test_what_a_file_lacks_or_has_too_much_is_said_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(Invalid) as raised:
        read(data)
    assert raised.value.why.endswith(f"A2): {said}.")


def test_the_line_named_is_the_line_of_the_field() -> None:
    text = AGREEMENT.replace(b"handling_ceiling: confidential", b"handling_ceiling: cosmic")
    line = text.splitlines().index(b"handling_ceiling: cosmic") + 1
    with pytest.raises(Invalid, match=f"line {line}"):
        read(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"- a\n- b\n",
        b"kind: [agreement",
        b"kind: \xff\xfe",
        b"kind: a\x00b",
        b"a: &x [1, 2]\nb: [*x, *x]",
        b"a: !!python/object/apply:os.system [ls]",
        b"<<: {a: 1}",
        b"a: 1.5",
        b"a: " + b"[" * 10_000,
        b"a: " + b"{b: " * 10_000,
        b"x" * (INSTRUMENT_BYTES_MAX + 1),
        b"a: [" + b"1," * 70_000 + b"]",
        b"? [a]\n: b",
        b"kind: agreement\n---\nkind: charter",
    ],
    ids=[
        "empty", "list", "truncated", "not_utf8", "nul", "alias_bomb", "python_tag", "merge", "fraction",
        "deep_lists", "deep_maps", "too_large", "too_many", "list_as_name", "two_documents",
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read(data)
    assert "line " in refused.value.field


@given(st.binary(max_size=300))
def test_no_bytes_at_all_do_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read(data)


@given(
    text=st.text(
        alphabet=st.characters(
            codec="utf-8", exclude_characters="\r\x85\u2028\u2029\ufeff", exclude_categories=["Cc", "Cs", "Cn"]
        ),
        min_size=1,
        max_size=200,
    ),
    number=st.sampled_from(["1", "1.2", "07", "no", "2024-01-01", "1_000", "~", "true", "0x1f", "12:30"]),
    days=st.integers(1, 36_000),
    starts_on=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_what_is_written_reads_back_the_same(text: str, number: str, days: int, starts_on: date) -> None:
    base = agreement(*BODIES.values())
    instrument = with_id(
        replace(
            base,
            text=text,
            clauses=(replace(base.clauses[0], number=number),),
            retention_days_max=days,
            starts_on=starts_on,
            force_rule=ForceRule.N_OF_M,
            force_count=2,
        )
    )
    assert read(write_instrument(instrument, CODES)) == instrument
