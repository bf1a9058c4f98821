"""Whatever bytes tables, mappings and notices have: rows, rejected rows or Invalid, and nothing else (R44 to R46, R50)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from entente.formats.codelists import load_code_lists
from entente.formats.imports import read_import
from entente.formats.public_notices import read_public_notices
from entente.formats.schemata import load_schemata
from entente.formats.table_csv import ENCODINGS
from entente.formats.table_dates import DateForm
from entente.formats.table_mapping import TableMapping, read_mapping
from entente.formats.table_suggest import suggest_mapping
from entente.kernel.errors import Invalid
from entente.records.model import RecordDraft
from entente.records.rules import check_draft, check_local_id, is_possible_date
from tests.support.reading import FILE, terms

HEAD = "No,Name,Born,Nat,Sex\n"
MAPPING = """
table: {{encoding: {encoding}}}
entities:
  person:
    schema: Person
    keys: [No]
    prefix: w-
    properties:
      name: {{column: Name, split: ";"}}
      birthDate: {{column: Born, dates: [DD.MM.YYYY, YYYY], unfit: keep}}
      nationality: {{column: Nat, unfit: keep}}
      gender: {{column: Sex, unfit: keep}}
"""
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["1", "2", "04.05.1979", "00.00.1979", "XA", "pt", "M", "a;b", '"', '"a', "\0", "\u202e", "", " ", "-"]
    ),
)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=6).map(",".join), max_size=8).map("\n".join)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refusal(doing: Callable[[], object]) -> Invalid | None:
    """Return why something was refused, or nothing where it was not; any other error is a defect."""
    try:
        doing()
    except Invalid as error:
        return error
    return None


def read_whole(file: Path, mapping: TableMapping) -> None:
    with read_import(file, terms(), mapping) as opened:
        for row in opened.rows:
            if isinstance(row, RecordDraft):
                check_local_id(row.local_id)


@FEW
@given(st.one_of(ROWS.map(str.encode), st.binary(max_size=200)), st.sampled_from(ENCODINGS))
@example(b"\xff\xfe1\x00", "utf-16")
@example(b'1,"', "gb18030")
def test_a_table_of_any_bytes_gives_rows_or_a_refusal(tmp_path: Path, data: bytes, encoding: str) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(HEAD.encode(encoding) + data)
    mapping = read_mapping(MAPPING.format(encoding=encoding).encode(), load_schemata())
    refused = refusal(lambda: read_whole(file, mapping))
    assert refused is None or (refused.why and refused.do)


@FEW
@given(st.one_of(st.binary(max_size=300), ROWS.map(str.encode)))
@example(b"a,a\n1,2\n")
@example(b"Name;Name\n1;2\n")
@example("a\x80;\x01b;\U000e0001\n1;2;3\n".encode())
@example("\ufeff\u202e;\u2066\n1;2\n".encode())
def test_a_mapping_proposed_for_any_table_is_one(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(data)
    try:
        text = suggest_mapping(file)
    except Invalid:
        return
    refused = refusal(lambda: read_mapping(text.encode(), load_schemata()))
    # Where nothing was recognised the proposal says so, and cannot be used before it is edited.
    assert refused is None or "states at least one thing" in refused.why


@FEW
@given(st.text(alphabet="entiesprocolumnkyxW: -[]{},\n'\"0&*!|", max_size=300))
@example("entities: {p: {schema: Person, keys: [a], properties: {name: [[]]}}}")
@example("entities: {p: {schema: [], keys: {}, properties: []}}")
@example("entities: {p: {schema: Person, keys: [a], properties: {name: {column: [a]}}}}")
@example("entities: {p: {schema: Person, keys: [a], properties: {name: {columns: a, words: {a: [b]}, dates: {}}}}}")
@example("table: []\nentities: {p: 1}")
@example(
    "table: {skip: {a: {b: c}}, delimiter: [x]}\nentities: {p: {schema: Person, keys: [a], properties: {name: {value: []}}}}"
)
def test_a_mapping_of_any_text_is_one_or_is_refused(text: str) -> None:
    refused = refusal(lambda: read_mapping(text.encode(), load_schemata()))
    assert refused is None or refused.why


@FEW
@given(st.text(alphabet="YMDON0123./- ", max_size=14), st.text(alphabet="0123456789./- JanMAY:TZ", max_size=24))
def test_a_form_of_dates_reads_possible_dates_alone(form: str, text: str) -> None:
    try:
        found = DateForm.of(form).read(text)
    except ValueError:
        return
    assert found is None or is_possible_date(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "name", "forename", "date_of_birth", "nationalities", "height", "sex_id", "arrest_warrants", "aliases", "_links", "summary",
)  # fmt: skip


@FEW
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), st.binary(max_size=60))
def test_a_notice_of_any_values_gives_drafts_or_a_reason(notice: dict[str, object], more: bytes) -> None:
    data = json.dumps({**notice, "entity_id": "2031/1"}).encode() + b"\n" + more
    lists = load_code_lists()
    for row in read_public_notices(io.BytesIO(data), terms(), FILE):
        if isinstance(row, RecordDraft) and row.schema != "Offence":
            check = partial(check_draft, row, load_schemata(), lists)
            refused = refusal(check)
            assert refused is None or refused.field
