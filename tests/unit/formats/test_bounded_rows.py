"""Rows of CSV within bounds, whatever is counted: characters of a table (R44), bytes of queries (I33)."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.formats.bounded_rows import BoundedRows, CsvRow, RowBounds, utf8_bytes

CHARACTERS = RowBounds(8, 3)
BYTES = RowBounds(8, 3, "bytes", utf8_bytes)


def read(data: bytes, bounds: RowBounds, quote: str | None = '"') -> list[CsvRow]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    return list(BoundedRows(io.BytesIO(data), decoder, bounds, delimiter=",", quote=quote))


@pytest.mark.parametrize(
    ("text", "in_characters", "in_bytes"),
    [
        ("ab,cdef\n", "", ""),
        ("абв,г\n", "", "bytes"),
        ("абвгдежз\n", "characters", "bytes"),
        ("\ufeffab,cdef\n", "", ""),
    ],
)
def test_a_row_is_as_long_as_its_reader_counts(text: str, in_characters: str, in_bytes: str) -> None:
    for bounds, unit in ((CHARACTERS, in_characters), (BYTES, in_bytes)):
        [row] = read(text.encode(), bounds)
        assert row.fault == (f"it has more than 8 {unit}" if unit else "")
        assert bool(row.cells) is not bool(unit)


def test_bytes_that_are_no_utf_8_count_as_the_bytes_that_they_are_and_shift_no_cell() -> None:
    assert utf8_bytes("a\udcff\u0416") == 4
    assert [row.cells for row in read(b"a\xff,b\nc,d\n", BYTES)] == [["a\udcff", "b"], ["c", "d"]]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_line_alone_and_lines_keep_their_numbers() -> None:
    rows = read(b'\n1,"a\n2,b\n3,c\n4,d\n5,"e\nf"\n6\n', RowBounds(80, 3))
    assert [(row.line, row.cells, bool(row.fault)) for row in rows] == [
        (2, [], True), (3, ["2", "b"], False), (4, ["3", "c"], False), (5, ["4", "d"], False), (6, ["5", "e\nf"], False),
        (8, ["6"], False),
    ]  # fmt: skip


def test_without_a_quotation_mark_each_is_a_letter() -> None:
    assert [row.cells for row in read(b'"a,b\n', CHARACTERS, quote=None)] == [['"a', "b"]]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\ufeff"))


@given(st.lists(st.lists(CELLS, min_size=1), max_size=6))
def test_what_is_written_as_csv_is_read_as_it_was(table: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(table)
    assert [row.cells for row in read(written.getvalue().encode(), RowBounds(10_000, 1_000))] == table
