"""A file of queries: a CSV file (RFC 4180) in UTF-8 whose columns are named in its first row; one data row is one query.

Read row by row, so that neither the length of the file nor of a row is bounded by memory. A row that cannot be read has its
fault and costs no other row: where a quotation mark is not closed, reading goes on with the next line. Whether a query can be
searched is judged by the room it belongs to. Source: docs/rules/identity.md I33; bounds ours, beside the numbers.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final

from entente.identity.model import QUERY_TERMS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid

ROW_BYTES_MAX: Final = 64 * 1024
"""Of one row: 20 names and 20 identifiers of 200 characters each take 32 KB in any script, and as much again is room."""
ROW_LINES_MAX: Final = 64
"""Lines of one row, whose cells may hold line ends: 20 zones of three lines each."""
COLUMNS_MAX: Final = 100
"""Columns of a file; a passenger list has about 30."""
SEPARATOR: Final = "|"
"""Between several names or identifiers of one cell: no name and no number holds it."""
DELIMITERS: Final[Mapping[str, str]] = {",": ",", ";": ";", "tab": "\t"}
COLUMNS: Final = (
    "name", "family_name", "given_names", "birth_date", "country", "sex", "identifier", "reference",
)  # fmt: skip
"""What a column may be called; capitals count as small letters, a blank as a low line. The help of the command explains them."""
_POINTS_AT_SOMEBODY = ("name", "family_name", "identifier")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_OTHER_FILES: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF16_LE: "it is in UTF-16",
    codecs.BOM_UTF16_BE: "it is in UTF-16",
    b"PAR1": "it is a Parquet file",
    b"PK\x03\x04": "it is a spreadsheet or an archive",
    b"\x1f\x8b": "it is compressed",
}


@dataclass(frozen=True, slots=True)
class QueryRow:
    """One data row: what it asks, or why it cannot be read."""

    number: int
    """The first row after the columns' names is 1; blank lines do not count."""
    reference: str
    query: JsonObject
    """As the verb search_many takes one; nothing for a row with a fault."""
    fault: Invalid | None = None

    @property
    def asked(self) -> str:
        """Return the names and identifiers of the row in one text."""
        terms = (self.query.get("names", []), self.query.get("identifiers", []))
        return f" {SEPARATOR} ".join(str(one) for some in terms if isinstance(some, list) for one in some)


@dataclass(slots=True)
class QueryFile:
    """A file of queries whose columns are known."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    """By place; empty for one that is left out."""
    _lines: _Lines
    _delimiter: str

    def rows(self) -> Iterator[QueryRow]:
        """Yield every row in order; can be asked once. Raises Conflict at the end where the file changed meanwhile."""
        number = 0
        while (cells := self._lines.cells(self._delimiter)) is not None:
            if cells:
                number += 1
                yield self._row(number, cells)
        if self._lines.sha256() != self.sha256:
            raise Conflict(
                f"The file {self.name} changed while it was read.",
                why="Its bytes at the end are not those of the beginning, so rows of two files were searched as one's.",
                do="Leave the file as it is during a search; move the begun result away and search again.",
            )

    def _row(self, number: int, cells: list[str] | str) -> QueryRow:
        if isinstance(cells, str):
            return self._faulty(number, cells)
        if any(_NOT_UTF8.search(cell) for cell in cells):
            return self._faulty(number, "it is not UTF-8")
        if len(cells) != len(self.columns):
            return self._faulty(number, f"it has {len(cells)} cells, and the file {len(self.columns)} columns")
        given = dict(zip(self.columns, (cell.strip() for cell in cells), strict=True))
        query, reference = _query(given), given.get("reference", "")
        if any(isinstance(terms, list) and len(terms) > QUERY_TERMS_MAX for terms in query.values()):
            return self._faulty(number, f"a query has at most {QUERY_TERMS_MAX} names and identifiers each", reference)
        return QueryRow(number, reference, query)

    def _faulty(self, number: int, why: str, reference: str = "") -> QueryRow:
        fault = Invalid(
            f"Row {number} was not searched.",
            field="row",
            why=f"It begins in line {self._lines.begun} and cannot be read: {why}.",
            do="Mend the row, and search it in a file of its own.",
        )
        return QueryRow(number, reference, {}, fault)


@contextmanager
def open_queries(path: Path, delimiter: str = ",", ignored: Sequence[str] = ()) -> Iterator[QueryFile]:
    """Open a file of queries and read its columns' names; `delimiter` is a key of DELIMITERS, `ignored` columns are left out.

    Raises Invalid for a file that is none, a column that is unknown, missing or there twice.
    """
    # One open file throughout: a list that is put in its place meanwhile is not read.
    with _opened(path) as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        head = stream.read(4)
        for begins, what in _OTHER_FILES.items():
            if head.startswith(begins):
                raise _bad_file(path.name, what, "Save it as CSV in UTF-8.")
        stream.seek(0)
        lines = _Lines(stream)
        heading: list[str] | str | None = []
        while not heading and heading is not None:
            heading = lines.cells(DELIMITERS[delimiter])
        yield QueryFile(path.name, sha256, _columns(path.name, heading, ignored), lines, DELIMITERS[delimiter])


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


def _query(given: Mapping[str, str]) -> JsonObject:
    names = _several(given.get("name", ""))
    if family := given.get("family_name"):
        # The comma says which part is the family's (I3).
        names.append(", ".join(part for part in (family, given.get("given_names")) if part))
    elif only := given.get("given_names"):
        names.append(only)
    query: JsonObject = {"names": [*names], "identifiers": [*_several(given.get("identifier", ""))]}
    return query | {field: given.get(field, "") for field in ("birth_date", "country", "sex")}


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(SEPARATOR) if part.strip()]


def _columns(name: str, heading: list[str] | str | None, ignored: Sequence[str]) -> tuple[str, ...]:
    """Return the columns by place, empty where one is ignored; raise Invalid for what is no row of columns' names."""
    if heading is None:
        raise _bad_file(name, "it is empty", "Its first row names the columns.")
    if isinstance(heading, str):
        raise _bad_file(name, f"of its first row, {heading}", "Its first row names the columns, in CSV.")
    if len(heading) > COLUMNS_MAX or any(_NOT_UTF8.search(cell) for cell in heading):
        raise _bad_file(name, f"its first row is no UTF-8, or has more than {COLUMNS_MAX} cells", "Save it in UTF-8.")
    found, left_out = [_named(cell) for cell in heading], {_named(one) for one in ignored}
    if absent := sorted(left_out - set(found)):
        raise _bad_columns(name, f"there is no column «{absent[0]}» to ignore")
    if unknown := [one for one in found if one not in left_out and one not in COLUMNS]:
        hint = " Is the delimiter another one?" if any(mark in unknown[0] for mark in ",;\t") else ""
        raise _bad_columns(name, f"a column is called «{unknown[0]}», which says nothing here", hint)
    columns = tuple("" if one in left_out else one for one in found)
    kept = [one for one in columns if one]
    if len(kept) != len(set(kept)):
        raise _bad_columns(name, "two columns have one name")
    if not set(kept) & set(_POINTS_AT_SOMEBODY):
        raise _bad_columns(name, f"one of {', '.join(_POINTS_AT_SOMEBODY)} is needed")
    return columns


def _named(cell: str) -> str:
    return "_".join(cell.casefold().split())[:60]


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    if path.exists() and not path.is_file():
        raise _bad_file(path.name, "it is no regular file", "Name the list itself.")
    try:
        stream = path.open("rb")
    except OSError as error:
        raise _bad_file(
            path.name, f"it cannot be opened: {error.strerror}", "Check the path and the rights."
        ) from error
    with stream:
        yield stream


def _bad_columns(name: str, why: str, hint: str = "") -> Invalid:
    do = f"Name them among: {', '.join(COLUMNS)}; leave others out with --ignore.{hint}"
    return _bad_file(name, f"its columns are not those of a file of queries: {why}", do)


def _bad_file(name: str, why: str, do: str) -> Invalid:
    return Invalid(f"The file {name} cannot be searched with.", field="batch", why=f"The file {name}: {why}.", do=do)
