"""Queries in a CSV file (RFC 4180) in UTF-8 whose columns are named in its first row; one data row is one query.

How rows are told apart stands in bounded_rows. Source: docs/rules/identity.md I33; bounds ours, beside the numbers.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import Final

from entente.formats.bounded_rows import BoundedRows, CsvRow, RowBounds, utf8_bytes
from entente.formats.queries import NOT_UTF8, QueryRow, bad_file, changed, columns_of, faulty, row_of
from entente.formats.query_columns import COLUMNS_MAX, ROW_BYTES_MAX

ROW_LINES_MAX: Final = 64
"""Lines of one row, whose cells may hold line ends: 20 zones of three lines each."""
BOUNDS: Final = RowBounds(ROW_BYTES_MAX, ROW_LINES_MAX, "bytes", utf8_bytes)
DELIMITERS: Final[Mapping[str, str]] = {",": ",", ";": ";", "tab": "\t"}


@dataclass(slots=True)
class CsvQueries:
    """A CSV file of queries whose columns are known."""

    name: str
    sha256: str
    _columns: tuple[str, ...]
    _rows: Iterator[CsvRow]
    _stream: _Hashed
    total: int | None = None
    """Its end alone would say."""

    def rows(self) -> Iterator[QueryRow]:
        """Yield every row in order, as `queries.QueryFile` says."""
        for number, row in enumerate(self._rows, start=1):
            yield self._row(number, row)
        if self._stream.sha256() != self.sha256:
            raise changed(self.name)

    def _row(self, number: int, row: CsvRow) -> QueryRow:
        where = f"begins in line {row.line} and "
        if row.fault:
            return faulty(number, row.fault, where)
        if any(NOT_UTF8.search(cell) for cell in row.cells):
            return faulty(number, "it is not UTF-8: the file is to be saved as CSV in UTF-8", where)
        return row_of(number, self._columns, row.cells, where)


def csv_queries(name: str, sha256: str, stream: BufferedReader, delimiter: str, ignored: Sequence[str]) -> CsvQueries:
    """Read the columns' names of a CSV file; raise Invalid for what is no row of them."""
    hashed = _Hashed(stream)
    # What is no UTF-8 must not shift the cells; it is found in them afterwards.
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    rows = iter(BoundedRows(hashed, decoder, BOUNDS, delimiter=DELIMITERS[delimiter]))
    first = next(rows, None)
    if first is None:
        raise bad_file(name, "it is empty", "Its first row names the columns.")
    if first.fault:
        raise bad_file(name, f"of its first row, {first.fault}", "Its first row names the columns, in CSV.")
    heading = first.cells
    if len(heading) > COLUMNS_MAX or any(NOT_UTF8.search(cell) for cell in heading):
        raise bad_file(name, f"its first row is no UTF-8, or has more than {COLUMNS_MAX} cells", "Save it in UTF-8.")
    hint = "Is the delimiter another one?" if any(mark in cell for cell in heading for mark in ",;\t") else ""
    return CsvQueries(name, sha256, columns_of(name, heading, ignored, hint), rows, hashed)


class _Hashed:
    """A file whose digest is taken as it is read."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def sha256(self) -> str:
        """Return the digest of what was read so far."""
        return self._digest.hexdigest()

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; empty at the end."""
        data = self._stream.read(size)
        self._digest.update(data)
        return data
