"""Files that somebody changed at random: a reader gives drafts and rejected rows, or refuses the file, and nothing else happens.

Source: docs/rules/records.md R2 and R3; docs/rules/agreements.md A2.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entente.agreements.model import Instrument
from entente.formats.codelists import load_code_lists
from entente.formats.imports import ImportRow, read_import, read_terms
from entente.formats.instruments import read_instrument
from entente.formats.schemata import load_schemata
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.records.model import RecordDraft, Rejected
from entente.records.originals import Revoked
from entente.records.rules import check_draft, check_local_id
from tests.docs.source import ROOT
from tests.support import eu_list, un_list
from tests.support.hostile import assert_says
from tests.support.sdn_list import detail, document, feature, party, period, xml

SOURCE = BodyId("body:" + "a" * 32)
DEMO = ROOT / "demo"
LISTS, SCHEMATA = load_code_lists(), load_schemata()
TERMS = (
    (DEMO / "terms" / "wanted.yaml").read_bytes().replace(b"instrument: police-data-agreement\n", b"")
)  # under no instrument
CODES = {code: BodyId(f"body:{code.lower()}") for code in ("GS", "XA-NCB", "XB-NCB", "RC")}
INSTRUMENTS = [path.read_bytes() for path in sorted((DEMO / "instruments").glob("*.yaml"))]
FTM = (DEMO / "data" / "wanted_xa.ftm.jsonl").read_bytes().splitlines(keepends=True)[:6]
SDN = xml(
    party(1, feature(1, period("1979-05-04", "1979-05-04"), detail()), feature(3, detail("bc1q"), number=501)),
    party(2, sort=3),
    documents=document(7, 1),
)
UN = un_list.xml(
    un_list.individual(
        1,
        un_list.part("INDIVIDUAL_ALIAS", QUALITY="Low", ALIAS_NAME="Red; The Younger", NOTE="on a paper"),
        un_list.part("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE="BETWEEN", FROM_YEAR="1971", TO_YEAR="1973"),
        un_list.part("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE="EXACT", DATE="1971-02-03"),
        un_list.part("INDIVIDUAL_ADDRESS", CITY="Alba", COUNTRY="Yemen"),
        un_list.part("INDIVIDUAL_DOCUMENT", TYPE_OF_DOCUMENT="Passport", NUMBER="XA100", DATE_OF_ISSUE="2010-05-06"),
    ),
    entities=un_list.entity(2, un_list.part("ENTITY_ALIAS", QUALITY="f.k.a.", ALIAS_NAME="Alba")),
)
EU = eu_list.xml(
    eu_list.entry(
        1,
        eu_list.name("Red", eu_list.remark("low quality"), strong="false"),
        eu_list.tag("birthdate", circa="true", yearRangeFrom=1971, yearRangeTo=1973, **eu_list.place(city="Alba")),
        eu_list.tag("birthdate", calendarType="GREGORIAN", birthdate="1971-02-03"),
        eu_list.tag("address", eu_list.tag("contactInfo", key="PHONE", value="+967 1"), countryIso2Code="YE"),
        eu_list.document(21, issueDate="2010-05-06"),
    ),
    eu_list.entry(2, eu_list.document(22, "9900001", sort="imo"), sort="enterprise"),
)
RUN = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
PIECES = st.sampled_from([
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\x1b[2J",
    b"<", b"&x;", b"]]>", b"'", b'"', b"\n", b"\t", b"{", b"[", b"- ",
    b": ", b"!!python/object:os.system ", b"&a [*a]", b"<<: *a", b"9" * 30, b"-1", b"1e9", b"9999-12-31", b"0001-01-01",
    b"2031-02-30", b"null", b"true", b"no", b"0x10", b"a" * 3_000, b"\\ud800", b"../../x", b"<a>" * 300, b"[" * 3_000,
])  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, originals: Sequence[bytes]) -> bytes:
    """Return one of the files with one to five pieces cut, doubled, moved or put in."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(1, 60))
        match draw(st.sampled_from(["cut", "put", "twice", "flip", "end"])):
            case "cut":
                del data[place : place + length]
            case "put":
                data[place:place] = draw(PIECES)
            case "twice":
                data[place:place] = data[place : place + length]
            case "flip" if data:
                data[place] ^= draw(st.integers(1, 255))
            case _:
                del data[len(data) - length :]
    return bytes(data)


def rows_of(data: bytes) -> list[ImportRow] | Invalid:
    """Import a file as the verb does; every draft is checked as the import checks it."""
    terms = read_terms(TERMS, LISTS, source=SOURCE, today=date(2031, 1, 2))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "list"
        file.write_bytes(data)
        try:
            with read_import(file, terms) as opened:
                # None of these formats takes anything back.
                rows: list[ImportRow] = [row for row in opened.rows if not isinstance(row, Revoked)]
        except Invalid as refused:
            assert_says(refused)
            return refused
    for row in rows:
        if isinstance(row, Rejected):
            assert row.place
            assert row.field
            assert row.why
            continue
        assert isinstance(row, RecordDraft), "what is read here is checked by whoever asked"
        try:
            check_local_id(row.local_id)
            check_draft(row, SCHEMATA, LISTS)
        except Invalid as rejected:
            assert_says(rejected)
    return rows


def test_unchanged_files_are_read_so_that_the_changed_ones_say_something() -> None:
    for data in (SDN, UN, EU, b"".join(FTM)):
        rows = rows_of(data)
        assert isinstance(rows, list)
        assert [row for row in rows if isinstance(row, Rejected)] == []
    assert all(isinstance(read_instrument(data, LISTS, CODES), Instrument) for data in INSTRUMENTS)


@RUN
@given(data=changed([b"".join(FTM), *FTM]))
def test_changed_json_lines_give_drafts_and_rejected_rows_or_are_refused(data: bytes) -> None:
    rows_of(data)


@RUN
@given(data=changed([SDN, UN, EU]))
def test_changed_official_list_gives_drafts_and_rejected_rows_or_is_refused(data: bytes) -> None:
    rows_of(data)


@RUN
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("\ud800"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
)
def test_any_json_as_properties_gives_a_draft_or_a_rejected_row(properties: object) -> None:
    for entity in (
        {"id": "p-1", "schema": "Person", "properties": properties},
        {"id": "p-1", "schema": "Person", "properties": {"name": properties, "birthDate": ["1979"]}},
        {"id": properties, "schema": properties, "properties": {}},
    ):
        rows = rows_of(json.dumps(entity).encode())
        assert isinstance(rows, Invalid) or len(rows) == 1


@RUN
@given(data=changed(INSTRUMENTS))
def test_changed_instrument_file_is_an_instrument_or_is_refused(data: bytes) -> None:
    try:
        read_instrument(data, LISTS, CODES)
    except Invalid as refused:
        assert_says(refused)


@RUN
@given(data=changed([TERMS]))
def test_changed_terms_of_an_import_are_terms_or_are_refused(data: bytes) -> None:
    try:
        read_terms(data, LISTS, source=SOURCE, today=date(2031, 1, 2))
    except Invalid as refused:
        assert_says(refused)
