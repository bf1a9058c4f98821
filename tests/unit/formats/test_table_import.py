"""Tables become drafts under a mapping: columns, keys, dates, countries, links; each fault is a row's own (R44, R45)."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from entente.formats.codelists import load_code_lists
from entente.formats.imports import OpenedImport, read_import
from entente.formats.schemata import load_schemata
from entente.formats.table_bounds import ROW_BYTES_MAX
from entente.formats.table_csv import ROW_LINES_MAX, CsvForm, csv_rows
from entente.formats.table_dates import DateForm, read_date
from entente.formats.table_mapping import read_mapping
from entente.kernel.errors import Invalid
from entente.records.model import Fact, RecordDraft, Rejected
from entente.records.rules import check_draft, check_local_id
from tests.support.reading import SOURCE, terms, unknown, values

PERSON = """
entities:
  person:
    schema: Person
    keys: [No]
    prefix: w-
    properties:
      name: {columns: [Surname, Given names], join: ", "}
      birthDate: {column: Born, dates: [DD.MM.YYYY, YYYY]}
      nationality: {column: Nat, words: {FRG: DE}}
"""
UNCLOSED = "a quotation mark is not closed or not written twice inside a cell, or a line ends in CR alone"
HEAD = "No,Surname,Given names,Born,Nat\n"
VELK = "17,Velk,Ardan,04.05.1979,XA\n"


def opened(
    folder: Path, data: bytes | str, mapping: str, name: str = "list.csv", *, of_passports: str = ""
) -> tuple[list[Any], OpenedImport]:
    """Read a table as an import does; every draft is fit to be kept."""
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    kinds = {"Passport": of_passports} if of_passports else {}
    with read_import(
        file, replace(terms(), kind_by_schema=kinds), read_mapping(mapping.encode(), load_schemata())
    ) as found:
        rows = list(found.rows)
    for row in rows:
        if isinstance(row, RecordDraft):
            check_local_id(row.local_id)
            check_draft(row, load_schemata(), load_code_lists())
    return rows, found


def rows_of(folder: Path, data: bytes | str, mapping: str = PERSON) -> list[RecordDraft | Rejected]:
    return opened(folder, data, mapping)[0]


def drafts_of(folder: Path, data: bytes | str, mapping: str = PERSON) -> dict[str, RecordDraft]:
    rows = rows_of(folder, data, mapping)
    assert [row for row in rows if isinstance(row, Rejected)] == []
    return {row.local_id: row for row in rows if isinstance(row, RecordDraft)}


def rejects_of(folder: Path, data: bytes | str, mapping: str = PERSON) -> list[tuple[str, str, str]]:
    return [(row.place, row.field, row.why) for row in rows_of(folder, data, mapping) if isinstance(row, Rejected)]


def refusal(folder: Path, data: bytes | str, mapping: str = PERSON) -> str:
    with pytest.raises(Invalid) as refused:
        rows_of(folder, data, mapping)
    return f"{refused.value.what} {refused.value.why} {refused.value.do}"


def test_r44_columns_become_properties_as_the_mapping_says_and_the_row_is_the_original(tmp_path: Path) -> None:
    made = drafts_of(tmp_path, HEAD + VELK)["w-17"]
    assert (made.schema, values(made, "name"), values(made, "birthDate")) == ("Person", ["Velk, Ardan"], ["1979-05-04"])
    assert values(made, "nationality") == ["XA"]
    fragment = made.fragment
    assert fragment is not None
    assert (fragment.file_name, fragment.format) == ("list.csv", "csv")
    assert json.loads(fragment.data) == {
        "No": "17", "Surname": "Velk", "Given names": "Ardan", "Born": "04.05.1979", "Nat": "XA",
    }  # fmt: skip


def test_r44_a_broken_row_is_rejected_with_its_number_and_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    data = HEAD + (
        '17,"Velk\nthe elder",Ardan,1979,XA\n18,Sorn,Mira,31.02.1980,XA\n19,Tal\n\n20,Oren,Ilo,1981,Nowhere\n'
        '21,Ba"d"x,"y,1,XA\n22,Kest,Una,1982,frg\n'
    )
    assert rejects_of(tmp_path, data) == [
        ("row 2 (line 4)", "Born", "«31.02.1980» is no possible date in the form DD.MM.YYYY, YYYY"),
        ("row 3 (line 5)", "row", "cells: 2, and columns of the table: 5"),
        ("row 4 (line 7)", "Nat", "«Nowhere» is no country that is known, by code or name; say what it means under «words»"),
        ("row 5 (line 8)", "row", UNCLOSED),
    ]  # fmt: skip
    made = [row for row in rows_of(tmp_path, data) if isinstance(row, RecordDraft)]
    assert [one.local_id for one in made] == ["w-17", "w-22"]
    assert values(made[1], "nationality") == ["DE"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("windows-1251", "windows-1251"), ("utf-16", "utf-16"),
        ("koi8-r", "koi8-r"), ("utf-16-le", "utf-16-le"),
    ],
)  # fmt: skip
def test_r44_a_table_is_read_in_the_encoding_that_is_stated(tmp_path: Path, encoding: str, said: str) -> None:
    mapping = f"table: {{encoding: {said}, delimiter: ';'}}\n{PERSON}"
    data = (HEAD + "17,Велк,Ардан,1979,XA\n").replace(",", ";").encode(encoding)
    assert values(drafts_of(tmp_path, data, mapping)["w-17"], "name") == ["Велк, Ардан"]


def test_r44_bytes_of_another_encoding_cost_their_row_alone(tmp_path: Path) -> None:
    data = (
        HEAD.encode() + "17,Велк,Ардан,1979,XA\n".encode("windows-1251") + b"18,Sorn,Mira,1980,XA\n19,a\0b,c,1980,XA\n"
    )
    assert [place for place, _, _ in rejects_of(tmp_path, data)] == ["row 1 (line 2)", "row 3 (line 4)"]


def test_r44_a_table_in_utf16_that_is_not_said_to_be_is_refused_with_what_to_say(tmp_path: Path) -> None:
    assert "encoding: utf-16" in refusal(tmp_path, (HEAD + VELK).encode("utf-16"))


def test_r44_lines_before_the_columns_delimiters_and_quotes_are_stated(tmp_path: Path) -> None:
    mapping = f"table: {{lines_before: 2, delimiter: tab, quote: none}}\n{PERSON}"
    data = "Register of XA\nissued 2031\n" + (HEAD + '17,Velk "the elder",Ardan,1979,XA\n').replace(",", "\t")
    assert values(drafts_of(tmp_path, data, mapping)["w-17"], "name") == ['Velk "the elder", Ardan']


@pytest.mark.parametrize(
    ("form", "text", "date_meant"),
    [
        ("DD.MM.YYYY", "4.5.1979", "1979-05-04"), ("DD.MM.YYYY", "00.05.1979", "1979-05"), ("DD/MM/YYYY", "00/00/1979", "1979"),
        ("DD/MM/YYYY", "04/00/1979", None),
        ("MM/DD/YYYY", "05/04/1979 12:30:00", "1979-05-04"), ("D MON YYYY", "4 Sept 1979", "1979-09-04"),
        ("DD-MON-YYYY", "04-MAY-1979", "1979-05-04"), ("DD-MON-YYYY", "04-MAI-1979", None),
        ("YYYYMMDD", "19790504", "1979-05-04"),
        ("YYYY-MM-DD", "1979-05-04T00:00:00Z", "1979-05-04"), ("MM/YYYY", "5/1979", "1979-05"), ("YYYY", "1979", "1979"),
        ("YYYY", "about 1979", None), ("DD.MM.YYYY", "30.02.1979", None), ("DD.MM.YYYY", "٠٤.٠٥.١٩٧٩", None),
    ],
)  # fmt: skip
def test_r45_dates_are_read_by_the_stated_forms_as_exact_as_they_are_known(
    form: str, text: str, date_meant: str | None
) -> None:
    assert DateForm.of(form).read(text) == date_meant


@pytest.mark.parametrize("form", ["DD.MM.YY", "DD.YYYY", "MM.MM.YYYY", "hello", "", "YYYY år", "YYYY" + " " * 40])
def test_r45_what_is_no_form_of_dates_is_refused_with_its_line(tmp_path: Path, form: str) -> None:
    why = refusal(tmp_path, HEAD + VELK, PERSON.replace("DD.MM.YYYY, YYYY", f'"{form}"'))
    assert "line 9" in why or "a list of words" in why


TWO = """
table:
  ignore: [Photo]
  keep: [Remarks]
  nothing: ["-", n/a]
  skip: {Status: [closed]}
entities:
  person:
    schema: Person
    keys: [No]
    properties:
      name: [{column: Name}, {column: Also, split: ";"}]
      gender: {column: Sex, words: {W: female}, unfit: keep}
      notes: {value: From the register of XA}
  passport:
    schema: Passport
    keys: [Country, Passport]
    prefix: pp-
    made_with: [Passport]
    properties:
      number: {column: Passport}
      country: {column: Country}
      holder: {entity: person}
  account:
    schema: BankAccount
    keys: [Account]
    prefix: ba-
    made_with: [Account]
    shared: true
    properties:
      accountNumber: {column: Account}
"""
TWO_HEAD = "No,Name,Also,Sex,Passport,Country,Account,Photo,Remarks,Status,Religion\n"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("1,Velk,,W,AB12,QQ,99:1,,,open,", ("1", ("pp-QQ:AB12", "ba-99:1"))),
        ("1,Velk,,W,AB12,,99:1,,,open,", ("", ())),
        (",Velk,,W,AB12,PT,99:1,,,open,", ("", ())),
    ],
)
def test_r53_a_rejected_row_tells_every_record_it_would_have_made_or_none(
    tmp_path: Path, cells: str, told: tuple[str, tuple[str, ...]]
) -> None:
    rows, _ = opened(tmp_path, TWO_HEAD + "3,Tal,,,,,,,,open,\n" + cells + "\n", TWO)
    [row] = [row for row in rows if isinstance(row, Rejected)]
    assert (row.entry, row.entries_too) == told


def test_r45_several_records_of_one_row_link_to_each_other(tmp_path: Path) -> None:
    data = (
        TWO_HEAD
        + "1,Velk,Red; Young,W,AB12,prt,99:1,x.jpg,seen twice,open,secret\n2,Sorn,-,?,n/a,,99:1,,,open,\n3,Tal,,,,,,,,Closed,\n"
    )
    rows, found = opened(tmp_path, data, TWO)
    assert not [row for row in rows if isinstance(row, Rejected)]
    made = {row.local_id: row for row in rows}
    assert list(made) == ["1", "pp-prt:AB12", "ba-99:1", "2"]
    assert values(made["1"], "name") == ["Velk", "Red", "Young"]
    assert values(made["1"], "notes") == ["From the register of XA"]
    assert values(made["1"], "gender") == ["female"]
    assert unknown(made["1"]) == {"Remarks": "seen twice"}
    assert made["2"].facts == (
        Fact("name", "Sorn"), Fact("Sex", "?", is_unknown_property=True), Fact("notes", "From the register of XA"),
    )  # fmt: skip
    paper = made["pp-prt:AB12"]
    assert (values(paper, "country"), [(link.property, link.to) for link in paper.links]) == (
        ["PT"],
        [("holder", f"{SOURCE}/1")],
    )
    assert (found.skipped(), dict(found.dropped)) == (1, {"religion": 1})
    assert b"secret" not in made["1"].fragment.data
    assert b"x.jpg" not in made["1"].fragment.data


def test_r44_what_is_never_carried_stands_in_no_rejected_row(tmp_path: Path) -> None:
    data = TWO_HEAD + (
        '1,Velk,,,,,,,,open,\n2,Sorn,,,,,,,,open,secret,more\n3,So"rn,"x,,,,,,,open,secret\n,Sorn,,,,,,,,open,secret\n'
    )
    rejected = [row for row in rows_of(tmp_path, data, TWO) if isinstance(row, Rejected)]
    assert len(rejected) == 3
    assert not any("secret" in row.raw for row in rejected)


def test_r44_a_key_that_stands_twice_is_taken_once_and_a_row_without_one_never(tmp_path: Path) -> None:
    data = HEAD + VELK + "17,Sorn,Mira,1980,XA\n,Tal,Una,1981,XA\n"
    assert rejects_of(tmp_path, data) == [
        ("row 2 (line 3)", "keys", "a row before it, or another record of it, has the same key"),
        ("row 3 (line 4)", "No", "it is empty, and tells one person from another"),
    ]


def test_r45_a_shared_record_that_is_said_to_be_otherwise_rejects_the_row(tmp_path: Path) -> None:
    mapping = TWO.replace(
        "Number: {column: Account}", "Number: {column: Account}\n      notes: {column: Remarks}"
    ).replace("  keep: [Remarks]\n", "")
    data = TWO_HEAD + "1,Velk,,,,,12345,,home,open,\n2,Sorn,,,,,12345,,work,open,\n3,Tal,,,,,12345,,home,open,\n"
    rows = rows_of(tmp_path, data, mapping)
    assert [row.place if isinstance(row, Rejected) else row.local_id for row in rows] == [
        "1",
        "ba-12345",
        "row 2 (line 3)",
        "3",
    ]


def test_r45_keys_that_may_not_stand_in_an_id_are_digested_and_no_two_meet(tmp_path: Path) -> None:
    data = HEAD + "".join(f"{key},Velk,A,1979,XA\n" for key in ("А-17", "a b", "sha256-x", "x" * 119, "a:b"))
    ids = list(drafts_of(tmp_path, data))
    assert [one.startswith("w-sha256-") for one in ids] == [True, True, True, True, False]
    assert len(set(ids)) == 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema: Person", "schema: Persn", "line 4, entities.person.schema"),
        ("schema: Person", "schema: Thing", "line 4"),
        ("birthDate:", "birthdate:", "line 9, entities.person.properties.birthdate"),
        ("column: Nat,", "colunm: Nat,", "there is no field «colunm»"),
        ("[Surname, Given names]", "[Surnmae, Given names]", "line 8, column surnmae. At column surnmae, the table has no"),
        ("keys: [No]", "keys: []", "line 5"),
        ("prefix: w-", "prefix: -w", "line 6"),
        ("nationality: {column: Nat", "holder: {column: Nat", "Person has no property «holder»"),
        ("nationality: {", "religion: {", "never carried"),
        ("column: Nat", "column: Religion", "never carried (religion, R3)"),
        ("column: Born,", "column: Born, value: 1,", "exactly one of"),
        ("{FRG: DE}", "{FRG: NO}", "put it in quotes"),
        ("words: {FRG: DE}", "words: 3", "line 10"),
        ("entities:", "table: {encoding: utf-7}\nentities:", "«utf-7» is none of"),
        ("entities:", "table: {delimiter: ab}\nentities:", "«ab» is none of"),
        ("entities:", "table: {skip: {Stauts: [x]}}\nentities:", "the table has no column «stauts»"),
        ("entities:", "table: {skip: {Religion: [x]}}\nentities:", "never carried (religion, R3)"),
        ("entities:", "tabel: {}\nentities:", "there is no field «tabel»"),
    ],
)  # fmt: skip
def test_r44_a_mistake_in_a_mapping_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in refusal(tmp_path, HEAD + VELK, PERSON.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("entity: person", "entity: persn", "there is no entity «persn»"),
        ("entity: person", "entity: account", "it leads to a LegalEntity"),
        ("entity: person", "column: No", "give entity, or column with prefix"),
        ("number: {column: Passport}", "number: {entity: person}", "it is no link"),
        ("prefix: pp-", "prefix: ''", ""),
        ("keys: [Country, Passport]\n    prefix: pp-", "keys: [No]", "the ids of «person»"),
    ],
)
def test_r45_links_of_a_mapping_are_judged_before_a_table_is_read(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    data = TWO_HEAD + "1,Velk,,,,,,,,open,\n"
    mapping = TWO.replace(old, new, 1)
    if said:
        assert said in refusal(tmp_path, data, mapping)
    else:
        assert list(drafts_of(tmp_path, data, mapping)) == ["1"]


def test_r45_a_column_may_name_the_record_that_is_meant_by_its_key(tmp_path: Path) -> None:
    mapping = """
entities:
  passport:
    schema: Passport
    keys: [Number]
    prefix: pp-
    properties: {number: {column: Number}, holder: {column: Person no, prefix: w-}}
"""
    made = drafts_of(tmp_path, "Number,Person No\nAB1,17\n", mapping)["pp-AB1"]
    assert [link.to for link in made.links] == [f"{SOURCE}/w-17"]


def test_r44_a_mapping_that_matches_nothing_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    assert "of its 2 rows none fits the mapping" in refusal(tmp_path, HEAD + "1,A,B,never,XA\n2,A,B,never,XA\n")
    assert "has not one row" in refusal(tmp_path, HEAD)
    assert "passes over each of its 1 rows" in refusal(
        tmp_path, HEAD + VELK, f"table: {{skip: {{Nat: [xa]}}}}\n{PERSON}"
    )
    assert "says nothing of its columns Photo" in refusal(tmp_path, "Photo," + HEAD + "x," + VELK)
    assert "is the delimiter another one?" in refusal(tmp_path, (HEAD + VELK).replace(",", ";"))
    assert "two of its columns" in refusal(tmp_path, "No," + HEAD + "1," + VELK)
    assert "it is empty" in refusal(tmp_path, "\n\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "it is a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "office program"),
        (b"PAR1PAR1", "cut off"),
        (gzip.compress((HEAD + VELK).encode() + VELK.encode() * 60_000)[:-3_0], "in the middle"),
        (gzip.compress((HEAD + VELK).encode() + b"\n" * 50_000_000), "unfolds to more than"),
        (b'"' + HEAD.encode(), "a quotation mark"),
    ],
)
def test_r44_a_damaged_or_hostile_file_is_refused_whole(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refusal(tmp_path, data)


def test_r44_a_record_that_the_terms_have_no_kind_for_is_refused_before_the_first_row(tmp_path: Path) -> None:
    mapping = "entities: {p: {schema: Phone, keys: [No], properties: {number: {column: No}}}}"
    assert "a sanctioned_entity is not a Phone" in refusal(tmp_path, "No\n1\n", mapping)


def test_r44_a_packed_table_is_read_as_any_other(tmp_path: Path) -> None:
    assert list(drafts_of(tmp_path, gzip.compress((HEAD + VELK).encode()))) == ["w-17"]


class _Endless(io.RawIOBase):
    """A table of one line that does not end, of so many bytes."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size

    def read(self, size: int = -1) -> bytes:
        given, self.left = min(size, self.left), self.left - min(size, self.left)
        return b"x" * given


def test_r44_a_line_without_end_stands_in_memory_as_far_as_a_row_may_go() -> None:
    [row] = csv_rows(_Endless(50 * ROW_BYTES_MAX), CsvForm())
    assert row.fault.startswith("it has more than")
    assert len(row.raw) == ROW_BYTES_MAX + 1


def test_r44_an_open_quotation_mark_costs_its_own_line(tmp_path: Path) -> None:
    data = (
        HEAD
        + '1,"Velk,Ardan,1979,XA\n'
        + "".join(f"{number},Sorn,Mira,1980,XA\n" for number in range(2, ROW_LINES_MAX + 20))
    )
    rows = rows_of(tmp_path, data)
    assert [row.place for row in rows if isinstance(row, Rejected)] == ["row 1 (line 2)"]
    assert len(rows) == ROW_LINES_MAX + 19


def written(columns: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    parquet.write_table(pa.table(columns), data)
    return data.getvalue()


def test_r44_a_parquet_table_is_read_as_the_csv_of_it_would_be(tmp_path: Path) -> None:
    mapping = """
table: {ignore: [Place]}
entities:
  person:
    schema: Person
    keys: [No]
    properties:
      name: {column: Name}
      birthDate: {column: Born}
      height: {column: Height}
      notes: {column: Notes}
"""
    data = written({
        "No": pa.array([1, 2, None]), "Name": pa.array([["Velk", " Red"], ["Sorn"], ["Tal"]]),
        "Born": pa.array([date(1979, 5, 4), None, None]), "Height": pa.array([1.75, 2.0, None]),
        "Notes": pa.array([True, None, False]),
        "Place": pa.array([{"x": 1}] * 3),
    })  # fmt: skip
    rows = rows_of(tmp_path, data, mapping)
    first, second, third = rows
    assert isinstance(first, RecordDraft)
    assert isinstance(second, RecordDraft)
    assert first.facts == (
        Fact("name", "Velk"), Fact("name", "Red"), Fact("birthDate", "1979-05-04"), Fact("height", "1.75"), Fact("notes", "true"),
    )  # fmt: skip
    assert first.fragment is not None
    assert first.fragment.format == "parquet"
    assert (second.local_id, values(second, "height")) == ("2", ["2"])
    assert isinstance(third, Rejected)
    assert (third.place, third.field) == ("row 3", "No")
    kept = mapping.replace("table: {ignore: [Place]}", "table: {keep: [Place]}")
    assert "its column «Place» is of the type struct" in refusal(tmp_path, data, kept)


def test_r44_a_parquet_table_that_is_damaged_inside_is_refused(tmp_path: Path) -> None:
    data = bytearray(written({"No": [str(number) for number in range(3)]}))
    data[4:40] = b"\xff" * 36
    mapping = "entities: {p: {schema: Person, keys: ['No'], properties: {name: {column: 'No'}}}}"
    assert "cannot be imported" in refusal(tmp_path, bytes(data), mapping)


def test_r44_rows_are_streamed(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEAD + "".join(f"{number},Velk,Ardan,1979,XA\n" for number in range(20_000)))
    with read_import(file, terms(), read_mapping(PERSON.encode(), load_schemata())) as found:
        assert isinstance(found.rows, Iterator)
        assert isinstance(next(found.rows), RecordDraft)
        assert sum(isinstance(row, RecordDraft) for row in found.rows) == 19_999


LOST = """
table:
  ignore: [Photo]
  keep: [Remark]
entities:
  passport:
    schema: Passport
    keys: [No]
    properties:
      number: {column: No}
      country: {column: Country}
"""
LOST_HEAD = "No,Country,Remark,Photo\n"


@pytest.mark.parametrize(
    ("old", "new", "columns", "said"),
    [
        ("country: {column: Country}", "birthDate: {column: Country}", LOST_HEAD,
         "line 11, entities.passport.properties.birthDate"),
        ("country: {column: Country}", "holder: {column: Country, prefix: w-}", LOST_HEAD, "never says «holder» (R66)"),
        ("keep: [Remark]", "keep: [Surname]", "No,Country,Surname,Photo\n", "line 4, column surname"),
        ("keep: [Remark]", "keep: [Фамилия]", "No,Country,Фамилия,Photo\n", "the column «фамилия» holds (R66)"),
        ("keep: [Remark]", "keep: [Date of birth]", "No,Country,Date of birth,Photo\n", "name it under «ignore»"),
    ],
)  # fmt: skip
def test_r66_a_mapping_that_says_whose_a_lost_document_is_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, columns: str, said: str
) -> None:
    data = columns + "XA1,XA,x,y\n"
    with pytest.raises(Invalid) as refused:
        opened(tmp_path, data, LOST.replace(old, new), of_passports="travel_document")
    assert said in f"{refused.value.what} {refused.value.why}"
    # The same is said of a passport as part of a person's record.
    assert (
        len(opened(tmp_path, data.replace(",XA,", ",1979,") if "birthDate" in new else data, LOST.replace(old, new))[0])
        == 1
    )
    (row,), _ = opened(tmp_path, LOST_HEAD + "XA1,XA,x,y\n", LOST, of_passports="travel_document")
    assert [fact.property for fact in row.facts] == ["number", "country", "Remark"]


def test_r66_the_original_of_a_lost_document_holds_its_own_columns_alone(tmp_path: Path) -> None:
    mapping = """
entities:
  person:
    schema: Person
    keys: [Name]
    prefix: w-
    properties: {name: {column: Name}}
  passport: {schema: Passport, keys: [No], properties: {number: {column: No}}}
"""
    data = "Name,No\nVelk,XA1\n"
    for kind, held in (("travel_document", {"No": "XA1"}), ("", {"Name": "Velk", "No": "XA1"})):
        person, passport = opened(tmp_path, data, mapping, of_passports=kind)[0]
        assert json.loads(person.fragment.data) == {"Name": "Velk", "No": "XA1"}
        assert json.loads(passport.fragment.data) == held


def test_r45_a_date_with_year_month_and_day_written_out_is_read() -> None:
    forms = [DateForm.of(form) for form in ("YYYY年M月D日", "YYYY年M月", "YYYY年")]
    read = [read_date(cell, forms) for cell in ("1979年5月4日", "1979年05月", "1979年", "1979年2月31日", "1979")]
    assert read == ["1979-05-04", "1979-05", "1979", None, None]
