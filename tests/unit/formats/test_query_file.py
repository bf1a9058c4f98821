"""I33: files of queries, row by row: what is read, what is a row's fault, what is the file's."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.formats.queries import QueryRow
from entente.formats.query_columns import COLUMNS_MAX, ROW_BYTES_MAX
from entente.formats.query_csv import ROW_LINES_MAX
from entente.formats.query_file import open_queries
from entente.kernel.errors import Conflict, Invalid

HEAD = b"name,birth_date\n"


def rows_of(folder: Path, data: bytes, delimiter: str = ",", ignored: tuple[str, ...] = ()) -> list[QueryRow]:
    file = folder / "list.csv"
    file.write_bytes(data)
    with open_queries(file, delimiter, ignored) as opened:
        return list(opened.rows())


def names_of(rows: list[QueryRow]) -> list[object]:
    return [row.query["names"] if row.fault is None else row.fault.why for row in rows]


def test_i33_columns_are_read_by_name_in_any_order_and_several_names_are_parted(tmp_path: Path) -> None:
    data = (
        "Sex,identifier,Name,Family name,GIVEN_NAMES,reference,country,birth_date\r\n"
        'male,AB123456 | 0034 600,"Мухаммедов, А.|محمدوف",Rahimov,Akmal,seat 4A,XA,1979-05\r\n'
        ",,,Karimova,,,,\r\n"
        ",,,,Zarina,,,\r\n"
    )
    whole, family_alone, given_alone = rows_of(tmp_path, data.encode())
    assert whole == QueryRow(
        1, "seat 4A",
        {
            "names": ["Мухаммедов, А.", "محمدوف", "Rahimov, Akmal"], "identifiers": ["AB123456", "0034 600"],
            "birth_date": "1979-05", "country": "XA", "sex": "male",
        },
    )  # fmt: skip
    assert whole.asked == "Мухаммедов, А. | محمدوف | Rahimov, Akmal | AB123456 | 0034 600"
    assert names_of([family_alone, given_alone]) == [["Karimova"], ["Zarina"]]


@pytest.mark.parametrize(("delimiter", "mark"), [(";", ";"), ("tab", "\t"), (",", ",")])
def test_i33_delimiter_is_the_one_stated_and_a_byte_order_mark_says_nothing(
    tmp_path: Path, delimiter: str, mark: str
) -> None:
    data = b"\xef\xbb\xbf\n" + f"name{mark}birth_date\n\nRahimov{mark}1979\n".encode()
    assert rows_of(tmp_path, b"\xef\xbb\xbf" + data[4:], delimiter)[0].query["birth_date"] == "1979"
    assert names_of(rows_of(tmp_path, data, delimiter)) == [["Rahimov"]]


def test_i33_ignored_column_is_left_out_and_may_hold_anything(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, b"seat,name,seat\n4A,Rahimov,4B\n", ignored=("Seat",))
    assert (row.query["names"], row.reference) == (["Rahimov"], "")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"name,birthdate\n", "«birthdate»"),
        (b"name;birth_date\n", "Is the delimiter another one?"),
        (b"name,Name\n", "two columns have one name"),
        (b"birth_date,sex\n", "name, family_name, identifier"),
        (b"name," + b"," * COLUMNS_MAX + b"\n", "cells"),
        (b"na\xffme\n", "UTF-8"),
        (b'"name\n', "quotation mark"),
        (b"x" * (ROW_BYTES_MAX + 1), "bytes"),
        ("name\n".encode("utf-16"), "UTF-16"),
        (b"PAR1....", "Parquet"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"\x1f\x8b....", "compressed"),
    ],
)
def test_i33_file_that_is_none_is_refused_and_says_what_is_wrong(tmp_path: Path, data: bytes, says: str) -> None:
    assert names_of(rows_of(tmp_path, HEAD + b"Rahimov,1979\n")) == [["Rahimov"]]
    with pytest.raises(Invalid) as refused:
        rows_of(tmp_path, data)
    assert says in f"{refused.value.why} {refused.value.do}"
    assert refused.value.field == "batch"


def test_i33_missing_file_a_folder_and_a_column_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(Invalid), open_queries(place):
            pass
    with pytest.raises(Invalid, match="cannot be searched with") as refused:
        rows_of(tmp_path, HEAD, ignored=("seat",))
    assert "«seat»" in refused.value.why


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"Rah\xffimov,1979", "UTF-8"),
        (b"Rahimov", "cells: 1,"),
        (b"Rahimov,1979,XA", "cells: 3,"),
        (b'"Rahimov,1979', "quotation mark"),
        (b'"Rahimov"s,1979', "quotation mark"),
        (b"Rah\rimov,1979", "CR"),
        (b"R" * ROW_BYTES_MAX + b",1979", "bytes"),
        (b"|".join([b"Rahimov"] * 21) + b",1979", "at most 20"),
    ],
)
def test_i33_row_that_cannot_be_read_says_why_with_its_number_and_stops_nothing(
    tmp_path: Path, bad: bytes, says: str
) -> None:
    before, fault, after = rows_of(tmp_path, HEAD + b"Karimova,1980\n\n" + bad + b"\nSaidov,1981\n")
    assert names_of([before, after]) == [["Karimova"], ["Saidov"]]
    assert (before.number, fault.number, after.number) == (1, 2, 3)
    assert fault.fault is not None
    assert says in fault.fault.why
    assert fault.fault.what == "Row 2 was not searched."
    assert "line 4 " in fault.fault.why


def test_i33_cells_hold_line_ends_and_bad_bytes_in_them_shift_no_row(tmp_path: Path) -> None:
    zone, bad, last = rows_of(tmp_path, b'name,identifier\n,"P<XAB\nL898"\n"R\n\xff\n",x\nSaidov,\n')
    assert zone.query["identifiers"] == ["P<XAB\nL898"]
    assert bad.fault is not None
    assert last.query["names"] == ["Saidov"]


def test_i33_open_quotation_mark_costs_its_own_line_alone(tmp_path: Path) -> None:
    many = b"".join(b"Name %d,1979\n" % number for number in range(ROW_LINES_MAX * 3))
    found = rows_of(tmp_path, HEAD + b'"Open,1979\n' + many)
    assert [row.fault is not None for row in found] == [True] + [False] * ROW_LINES_MAX * 3
    assert found[-1].number == ROW_LINES_MAX * 3 + 1


def test_i33_file_that_changes_while_it_is_read_is_a_conflict(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(HEAD + b"Rahimov,1979\n" * 40_000)
    with open_queries(file) as opened:
        rows = opened.rows()
        next(rows)
        with file.open("r+b") as other:
            other.seek(-5, io.SEEK_END)
            other.write(b"2")
        with pytest.raises(Conflict):
            list(rows)


def test_i33_digest_is_of_the_file_as_it_lies_on_disk(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"\xef\xbb\xbf" + HEAD)
    with open_queries(file) as opened:
        assert opened.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        assert list(opened.rows()) == []


LINES = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.text(alphabet='",\n\r;|ab\x00\ufeffشא\U0001f600', max_size=40).map(str.encode),
        st.just(b"Rahimov,1979"),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(lines=LINES)
def test_i33_whatever_stands_in_a_file_rows_are_numbered_in_order_and_each_is_a_query_or_a_fault(
    lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = rows_of(tmp_path_factory.getbasetemp(), HEAD + b"\n".join(lines))
    assert [row.number for row in found] == list(range(1, len(found) + 1))
    assert all((row.fault is None) == bool(row.query) for row in found)


@settings(max_examples=100, deadline=None)
@given(
    table=st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r|\x00"), max_size=20)] * 2),
        max_size=8,
    )
)
def test_i33_what_a_csv_writer_wrote_is_read_back(
    table: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([("name", "reference"), *table])
    found = rows_of(tmp_path_factory.getbasetemp(), written.getvalue().encode())
    assert [(row.query["names"], row.reference) for row in found] == [
        ([name.strip()] if name.strip() else [], reference.strip()) for name, reference in table
    ]
