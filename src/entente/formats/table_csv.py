"""A table as CSV (RFC 4180): rows of cells, in the encoding, with the delimiter and the quotation mark that were stated.

How rows are told apart stands in bounded_rows. Source: docs/rules/records.md R44; bounds ours, beside the numbers.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from entente.formats.bounded_rows import BoundedRows, CsvRow, RowBounds, Stream
from entente.formats.table_bounds import ROW_BYTES_MAX

ROW_LINES_MAX: Final = 256
"""Lines of one row, whose cells may hold line ends: a description of four pages."""
DELIMITERS: Final[Mapping[str, str]] = {
    ",": ",", "comma": ",", ";": ";", "semicolon": ";", "tab": "\t", "|": "|", "pipe": "|",
}  # fmt: skip
QUOTES: Final[Mapping[str, str | None]] = {'"': '"', "'": "'", "none": None}
ENCODINGS: Final = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
    "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "iso-8859-1", "iso-8859-2", "iso-8859-4",
    "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-13", "iso-8859-15", "koi8-r", "koi8-u",
    "koi8-t", "cp437", "cp850", "cp852", "cp855", "cp866", "gb18030", "big5hkscs", "shift_jis", "cp932", "euc-jp", "euc-kr",
    "cp949",
)  # fmt: skip
"""What tables of offices are saved in; one that is in another is saved as UTF-8 first."""
NOT_OF_ENCODING: Final = "\udc80"
"""Stands for bytes that mean nothing in the stated encoding: half a character, which no text holds."""
BOUNDS: Final = RowBounds(ROW_BYTES_MAX, ROW_LINES_MAX)


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError), "asked by decoders alone"
    return NOT_OF_ENCODING, error.end


codecs.register_error("entente_mark", _mark)


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a table is written."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str | None = '"'
    lines_before: int = 0
    """Lines before the one that names the columns."""


def csv_rows(stream: Stream, form: CsvForm) -> Iterator[CsvRow]:
    """Yield the rows of a table in order, the one that names the columns first; blank lines are passed over."""
    # Only UTF-8 and UTF-16 know a mark at their beginning; the codec takes off that of UTF-16 by itself.
    decoder = codecs.getincrementaldecoder("utf-8-sig" if form.encoding == "utf-8" else form.encoding)("entente_mark")
    rows = BoundedRows(stream, decoder, BOUNDS, delimiter=form.delimiter, quote=form.quote)
    rows.pass_lines(form.lines_before)
    for row in rows:
        why = row.fault or _fault_of(row.cells)
        yield replace(row, fault=why) if why else row


def _fault_of(cells: list[str]) -> str:
    for cell in cells:
        if NOT_OF_ENCODING in cell:
            return "it holds bytes that mean nothing in the encoding of the table"
        if "\0" in cell:
            return "it holds the character with the number 0"
    return ""
