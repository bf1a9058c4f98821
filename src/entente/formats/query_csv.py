"""Queries in a CSV file (RFC 4180) in UTF-8 whose columns are named in its first row; one data row is one query.

Read row by row, so that neither the length of the file nor of a row is bounded by memory. A row that cannot be read has its
fault and costs no other row: where a quotation mark is not closed, reading goes on with the next line.
Source: docs/rules/identity.md I33; bounds ours, beside the numbers.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import Final

from entente.formats.queries import NOT_UTF8, QueryRow, bad_file, changed, columns_of, faulty, row_of
from entente.formats.query_columns import COLUMNS_MAX, ROW_BYTES_MAX

ROW_LINES_MAX: Final = 64
"""Lines of one row, whose cells may hold line ends: 20 zones of three lines each."""
DELIMITERS: Final[Mapping[str, str]] = {",": ",", ";": ";", "tab": "\t"}


@dataclass(slots=True)
class CsvQueries:
    """A CSV file of queries whose columns are known."""

    name: str
    sha256: str
    _columns: tuple[str, ...]
    _lines: _Lines
    _delimiter: str
    total: int | None = None
    """Its end alone would say."""

    def rows(self) -> Iterator[QueryRow]:
        """Yield every row in order, as `queries.QueryFile` says."""
        number = 0
        while (cells := self._lines.cells(self._delimiter)) is not None:
            if cells:
                number += 1
                yield self._row(number, cells)
        if self._lines.sha256() != self.sha256:
            raise changed(self.name)

    def _row(self, number: int, cells: list[str] | str) -> QueryRow:
        where = f"begins in line {self._lines.begun} and "
        if isinstance(cells, str):
            return faulty(number, cells, where)
        if any(NOT_UTF8.search(cell) for cell in cells):
            return faulty(number, "it is not UTF-8", where)
        return row_of(number, self._columns, cells, where)


def csv_queries(name: str, sha256: str, stream: BufferedReader, delimiter: str, ignored: Sequence[str]) -> CsvQueries:
    """Read the columns' names of a CSV file; raise Invalid for what is no row of them."""
    lines = _Lines(stream)
    heading: list[str] | str | None = []
    while not heading and heading is not None:
        heading = lines.cells(DELIMITERS[delimiter])
    if heading is None:
        raise bad_file(name, "it is empty", "Its first row names the columns.")
    if isinstance(heading, str):
        raise bad_file(name, f"of its first row, {heading}", "Its first row names the columns, in CSV.")
    if len(heading) > COLUMNS_MAX or any(NOT_UTF8.search(cell) for cell in heading):
        raise bad_file(name, f"its first row is no UTF-8, or has more than {COLUMNS_MAX} cells", "Save it in UTF-8.")
    hint = " Is the delimiter another one?" if any(mark in cell for cell in heading for mark in ",;\t") else ""
    return CsvQueries(name, sha256, columns_of(name, heading, ignored, hint), lines, DELIMITERS[delimiter])


class _Lines:
    """The lines of a file, each bounded, from which rows are read."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._given_back: list[bytes] = []
        self._read = 0
        self.begun = 0
        """The line in which the last row began."""

    def sha256(self) -> str:
        """Return the digest of what was read so far."""
        return self._digest.hexdigest()

    def cells(self, delimiter: str) -> list[str] | str | None:
        """Return the cells of the next row, why it cannot be read, or None at the end; nothing for a blank line."""
        first = self._next()
        if first is None:
            return None
        self.begun = self._read
        if len(first) > ROW_BYTES_MAX:
            return _TOO_LONG
        taken = [first]
        try:
            return next(csv.reader(self._texts(taken), delimiter=delimiter, strict=True))
        except _TooLongError:
            why = f"a quotation mark is not closed within {ROW_LINES_MAX} lines and {ROW_BYTES_MAX} bytes"
        except csv.Error:
            why = "a quotation mark is not closed or not written twice inside a cell, or a line ends in CR alone"
        # One stray mark costs its own line alone: what it swallowed is read again as rows of its own.
        self._given_back += reversed(taken[1:])
        self._read -= len(taken) - 1
        return why

    def _texts(self, taken: list[bytes]) -> Iterator[str]:
        """Yield the text of a row line by line, as far as its cells go on, and put what is taken beside it."""
        length = 0
        for line in taken:
            length += len(line)
            if length > ROW_BYTES_MAX or len(taken) > ROW_LINES_MAX:
                raise _TooLongError
            # What is no UTF-8 must not shift the cells; it is found in them afterwards.
            yield line.decode("utf-8", "surrogateescape")
            if (following := self._next()) is not None:
                taken.append(following)

    def _next(self) -> bytes | None:
        if self._given_back:
            self._read += 1
            return self._given_back.pop()
        line = self._piece()
        if not line:
            return None
        if not self._read:
            line = line.removeprefix(codecs.BOM_UTF8)
        self._read += 1
        rest = line
        while len(line) > ROW_BYTES_MAX and rest and not rest.endswith(b"\n"):
            rest = self._piece()
        return line

    def _piece(self) -> bytes:
        piece = self._stream.readline(ROW_BYTES_MAX + 1)
        self._digest.update(piece)
        return piece


class _TooLongError(Exception):
    """The cells of a row go on beyond the bounds of a row."""


_TOO_LONG: Final = f"it has more than {ROW_BYTES_MAX} bytes"
