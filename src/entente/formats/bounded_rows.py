"""Rows of a CSV file (RFC 4180), one by one: neither the length of the file nor of a line is bounded by memory.

A row that cannot be read is the reason instead and costs no other row: where a quotation mark is not closed, reading goes on
with the next line. Which encoding, which delimiter and how long a row may be is the caller's to say; what the cells mean too.
Source: docs/rules/records.md R44; docs/rules/identity.md I33.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

PIECE_BYTES: Final = 256 * 1024
FIELD_CHARACTERS_MAX: Final = 1024 * 1024
"""Of one cell, for every reader of the process, since it is set for all of them: as long as the longest row that is read."""

csv.field_size_limit(FIELD_CHARACTERS_MAX)


class Stream(Protocol):
    """What rows are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; empty at the end."""


@dataclass(frozen=True, slots=True)
class RowBounds:
    """How long a row may be, its line ends included."""

    size_max: int
    lines_max: int
    """Lines of one row, whose cells may hold line ends."""
    unit: str = "characters"
    size_of: Callable[[str], int] = len
    """What of a text counts in that unit: never less than its characters."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its cells, or why it has none."""

    line: int
    """In which it begins, counted from 1."""
    cells: list[str]
    fault: str = ""
    raw: str = ""
    """Its first line."""


def utf8_bytes(text: str) -> int:
    """Return how many bytes a text has in UTF-8; what was no UTF-8 counts as the bytes that it was."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


class _TooLongError(Exception):
    """The cells of a row go on beyond the bounds of a row."""


class BoundedRows:
    """The rows of a file, in order; blank lines are passed over."""

    def __init__(
        self,
        stream: Stream,
        decoder: codecs.IncrementalDecoder,
        bounds: RowBounds,
        *,
        delimiter: str,
        quote: str | None = '"',
    ) -> None:
        self._stream = stream
        self._decoder = decoder
        self._bounds = bounds
        self._quote = quote
        self._delimiter = delimiter
        self._text = ""
        self._at = 0
        """Where in the text the next line begins."""
        self._is_end = False
        self._given_back: list[str] = []
        self._read = 0

    def __iter__(self) -> Iterator[CsvRow]:
        """Yield the rows that are left."""
        while (row := self._row()) is not None:
            if row.fault or row.cells:
                yield row

    def pass_lines(self, count: int) -> None:
        """Pass over lines that are no rows."""
        for _ in range(count):
            self._next()

    def _row(self) -> CsvRow | None:
        """Return the next row, or None at the end; without cells for a blank line."""
        first = self._next()
        if first is None:
            return None
        begun, bounds = self._read, self._bounds
        if bounds.size_of(first) > bounds.size_max:
            return CsvRow(begun, [], f"it has more than {bounds.size_max:,} {bounds.unit}", first)
        taken = [first]
        try:
            return CsvRow(begun, next(self._reader(taken)), raw=first)
        except _TooLongError:
            why = (
                f"a quotation mark is not closed within {bounds.lines_max} lines and {bounds.size_max:,} {bounds.unit}"
            )
        except csv.Error:
            why = "a quotation mark is not closed or not written twice inside a cell, or a line ends in CR alone"
        # One stray mark costs its own line alone: what it swallowed is read again as rows of its own.
        self._given_back += reversed(taken[1:])
        self._read -= len(taken) - 1
        return CsvRow(begun, [], why, first)

    def _reader(self, taken: list[str]) -> Iterator[list[str]]:
        if self._quote is None:
            return csv.reader(self._texts(taken), delimiter=self._delimiter, quoting=csv.QUOTE_NONE, strict=True)
        return csv.reader(self._texts(taken), delimiter=self._delimiter, quotechar=self._quote, strict=True)

    def _texts(self, taken: list[str]) -> Iterator[str]:
        """Yield the text of a row line by line, as far as its cells go on, and put what is taken beside it."""
        size = 0
        for line in taken:
            size += self._bounds.size_of(line)
            if size > self._bounds.size_max or len(taken) > self._bounds.lines_max:
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
        while len(line) > self._bounds.size_max and rest and not rest.endswith("\n"):
            rest = self._piece()
        return line

    def _piece(self) -> str:
        """Return text up to the end of a line, or as much of a longer one as a row may have and one character more."""
        searched, size_max = self._at, self._bounds.size_max
        while (end := self._text.find("\n", searched)) < 0 and not self._is_end:
            if len(self._text) - self._at > size_max:
                break
            data = self._stream.read(PIECE_BYTES)
            self._is_end = not data
            self._text = self._text[self._at :]
            self._at, searched = 0, len(self._text)
            self._text += self._decoder.decode(data, final=self._is_end)
        cut = min(end + 1 if end >= 0 else len(self._text), self._at + size_max + 1)
        piece, self._at = self._text[self._at : cut], cut
        return piece
