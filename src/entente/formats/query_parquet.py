"""Queries in a Parquet file: the columns of a CSV file of queries, read by a process of their own, a slice of rows at a time.

Source: docs/rules/identity.md I45; docs/decisions/0051; bounds ours, beside the numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from typing import Final

from entente.formats.parquet_process import ParquetProcess, UnreadableError, fault_of_ends, is_installed
from entente.formats.queries import QueryRow, bad_file, changed, columns_of, faulty, row_of
from entente.formats.query_columns import COLUMNS_MAX
from entente.kernel.errors import Invalid

ROWS_MAX: Final = 100_000_000
"""A file of a few bytes may say that it has more; to search so many takes months."""


@dataclass(slots=True)
class ParquetQueries:
    """A Parquet file of queries whose columns are known."""

    name: str
    sha256: str
    total: int | None
    _columns: tuple[str, ...]
    _stream: BufferedReader
    _reader: ParquetProcess

    def rows(self) -> Iterator[QueryRow]:
        """Yield every row in order, as `queries.QueryFile` says; raises Invalid where the file cannot be read on."""
        number = 0
        try:
            for number, cells in enumerate(self._reader.rows(), start=1):
                yield faulty(number, cells) if isinstance(cells, str) else row_of(number, self._columns, cells)
            fault = "" if number == self.total else f"there are none, and it says that it has {self.total}"
        except UnreadableError as error:
            fault = str(error)
        if self._is_changed():
            raise changed(self.name)
        if fault:
            raise _broken(self.name, f"after its row {number}, {fault}", "What was found of the rows before is kept.")

    def _is_changed(self) -> bool:
        self._stream.seek(0)
        return hashlib.file_digest(self._stream, "sha256").hexdigest() != self.sha256


@contextmanager
def parquet_queries(name: str, sha256: str, stream: BufferedReader, ignored: Sequence[str]) -> Iterator[ParquetQueries]:
    """Have a Parquet file read as long as the body runs; raise Invalid for one that cannot be, or where nothing here can."""
    if not is_installed():
        raise bad_file(
            name,
            "it is a Parquet file, and what reads those is not installed here",
            "Run make bulk where Entente was installed from, or install it with its extra «bulk»; or save it as CSV in UTF-8.",
        )
    if fault := fault_of_ends(stream):
        raise _broken(name, fault)
    reader = ParquetProcess(stream, "queries")
    try:
        heading = reader.next()
        wanted, total = _wanted(name, heading["columns"], ignored), int(heading["rows"])
        if not 0 <= total <= ROWS_MAX:
            raise _broken(name, f"it says that it has {total} rows, and at most {ROWS_MAX} are read")
        reader.tell([column for column, _ in wanted])
        yield ParquetQueries(name, sha256, total, tuple(meaning for _, meaning in wanted), stream, reader)
    except UnreadableError as error:
        raise _broken(name, str(error)) from error
    finally:
        reader.end()


def _wanted(name: str, columns: Sequence[Sequence[str]], ignored: Sequence[str]) -> list[tuple[str, str]]:
    """Return the columns to read, as the file calls them and as they are meant; raise Invalid for what is of no use."""
    if len(columns) > COLUMNS_MAX:
        raise bad_file(name, f"it has more than {COLUMNS_MAX} columns", "Write those alone that are searched with.")
    meanings = columns_of(name, [column for column, _ in columns], ignored)
    kept = [(*column, meaning) for column, meaning in zip(columns, meanings, strict=True) if meaning]
    for column, no_use, _ in kept:
        if no_use:
            raise bad_file(name, f"its column «{column}» {no_use}", "Write it as text, or leave it out with --ignore.")
    return [(column, meaning) for column, _, meaning in kept]


def _broken(name: str, why: str, more: str = "") -> Invalid:
    do = "Have it written again, or save it as CSV in UTF-8."
    return bad_file(name, why, f"{do} {more}".rstrip())
