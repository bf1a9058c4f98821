"""A table as CSV (RFC 4180): rows of cells, in the encoding, with the delimiter and the quotation mark that were stated.

Read row by row, so that neither the length of the file nor of a line is bounded by memory. A row that cannot be read is the
reason instead and costs no other row: where a quotation mark is not closed, reading goes on with the next line.
Source: docs/rules/records.md R44; bounds ours, beside the numbers.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

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
PIECE_BYTES: Final = 256 * 1024

csv.field_size_limit(ROW_BYTES_MAX)


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


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its cells, or why it has none."""

    line: int
    """In which it begins, counted from 1."""
    cells: list[str]
    fault: str = ""
    raw: str = ""
    """The first line of a row with a fault."""


def csv_rows(stream: BinaryIO, form: CsvForm) -> Iterator[CsvRow]:
    """Yield the rows of a table in order, the one that names the columns first; blank lines are passed over."""
    lines = _Lines(stream, form)
    while (row := lines.row()) is not None:
        if row.fault or row.cells:
            yield row


class _TooLongError(Exception):
    """The cells of a row go on beyond the bounds of a row."""


class _Lines:
    """The lines of a table, each bounded, from which rows are read."""

    def __init__(self, stream: BinaryIO, form: CsvForm) -> None:
        self._stream = stream
        # Only UTF-8 and UTF-16 know a mark at their beginning; the codec takes off that of UTF-16 by itself.
        decoder = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
        self._decoder = codecs.getincrementaldecoder(decoder)("entente_mark")
        self._quote = form.quote
        self._delimiter = form.delimiter
        self._text = ""
        self._at = 0
        """Where in the text the next line begins."""
        self._is_end = False
        self._given_back: list[str] = []
        self._read = 0
        for _ in range(form.lines_before):
            self._next()

    def row(self) -> CsvRow | None:
        """Return the next row, or None at the end; without cells for a blank line."""
        first = self._next()
        if first is None:
            return None
        begun = self._read
        if len(first) > ROW_BYTES_MAX:
            return CsvRow(begun, [], _TOO_LONG, first)
        taken = [first]
        try:
            if self._quote is None:
                reader = csv.reader(self._texts(taken), delimiter=self._delimiter, quoting=csv.QUOTE_NONE, strict=True)
            else:
                reader = csv.reader(self._texts(taken), delimiter=self._delimiter, quotechar=self._quote, strict=True)
            cells = next(reader)
        except _TooLongError:
            why = f"a quotation mark is not closed within {ROW_LINES_MAX} lines and {ROW_BYTES_MAX:,} characters"
        except csv.Error:
            why = "a quotation mark is not closed or not written twice inside a cell, or a line ends in CR alone"
        else:
            why = _fault_of(cells)
            return CsvRow(begun, cells, why, first if why else "")
        # One stray mark costs its own line alone: what it swallowed is read again as rows of its own.
        self._given_back += reversed(taken[1:])
        self._read -= len(taken) - 1
        return CsvRow(begun, [], why, first)

    def _texts(self, taken: list[str]) -> Iterator[str]:
        """Yield the text of a row line by line, as far as its cells go on, and put what is taken beside it."""
        length = 0
        for line in taken:
            length += len(line)
            if length > ROW_BYTES_MAX or len(taken) > ROW_LINES_MAX:
                raise _TooLongError
            yield line
            if (following := self._next()) is not None:
                taken.append(following)

    def _next(self) -> str | None:
        """Return the next line with its end, cut where it is too long, or None at the end of the file."""
        if self._given_back:
            self._read += 1
            return self._given_back.pop()
        line = self._piece()
        if not line:
            return None
        self._read += 1
        rest = line
        while len(line) > ROW_BYTES_MAX and rest and not rest.endswith("\n"):
            rest = self._piece()
        return line

    def _piece(self) -> str:
        """Return text up to the end of a line, or as much of a longer one as a row may have and one character more."""
        searched = self._at
        while (end := self._text.find("\n", searched)) < 0 and not self._is_end:
            if len(self._text) - self._at > ROW_BYTES_MAX:
                break
            data = self._stream.read(PIECE_BYTES)
            self._is_end = not data
            self._text = self._text[self._at :]
            self._at, searched = 0, len(self._text)
            self._text += self._decoder.decode(data, final=self._is_end)
        cut = min(end + 1 if end >= 0 else len(self._text), self._at + ROW_BYTES_MAX + 1)
        piece, self._at = self._text[self._at : cut], cut
        return piece


def _fault_of(cells: list[str]) -> str:
    for cell in cells:
        if NOT_OF_ENCODING in cell:
            return "it holds bytes that mean nothing in the encoding of the table"
        if "\0" in cell:
            return "it holds the character with the number 0"
    return ""


_TOO_LONG: Final = f"it has more than {ROW_BYTES_MAX:,} characters"
