"""Queries in a Parquet file: the columns of a CSV file of queries, read by a process of their own, a slice of rows at a time.

The process (`formats.parquet_reader`) holds the library, which is an extra. It has a bound on its memory, and each of its
messages a longest wait, so that a file made to break or to fill its reader ends in a refusal of that file.
Source: docs/rules/identity.md I45; docs/decisions/0051; bounds ours, beside the numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from io import BufferedReader
from typing import Any, Final

from entente.formats.queries import QueryRow, bad_file, changed, columns_of, faulty, row_of
from entente.formats.query_columns import COLUMNS_MAX
from entente.kernel.errors import Invalid

BEGINS: Final = b"PAR1"
"""The first four bytes of a Parquet file, and its last."""
LEAST_BYTES: Final = 12
"""Of a Parquet file: these eight, and the length of its footer."""
ROWS_MAX: Final = 100_000_000
"""A file of a few bytes may say that it has more; to search so many takes months."""
ANSWER_SECONDS: Final = 60.0
"""Longest wait for one message: a slice of rows takes milliseconds, and a footer of 100 MB some seconds."""
MESSAGE_BYTES_MAX: Final = 8 * 1024 * 1024
"""Of one message: 1 MiB of rows and one row more, each sign of which may take six as JSON."""
END_SECONDS: Final = 5.0
"""Between the end of what a process writes and its own."""
READ_BYTES: Final = 1024 * 1024
READER: Final = "entente.formats.parquet_reader"
_LIBRARY: Final = "pyarrow"


@dataclass(slots=True)
class ParquetQueries:
    """A Parquet file of queries whose columns are known."""

    name: str
    sha256: str
    total: int | None
    _columns: tuple[str, ...]
    _stream: BufferedReader
    _reader: _Reader

    def rows(self) -> Iterator[QueryRow]:
        """Yield every row in order, as `queries.QueryFile` says; raises Invalid where the file cannot be read on."""
        number = 0
        try:
            for number, cells in enumerate(self._reader.rows(), start=1):
                yield faulty(number, cells) if isinstance(cells, str) else row_of(number, self._columns, cells)
            fault = "" if number == self.total else f"there are none, and it says that it has {self.total}"
        except _Unreadable as error:
            fault = str(error)
        if self._is_changed():
            raise changed(self.name)
        if fault:
            raise _broken(self.name, f"after its row {number}, {fault}", " What was found of the rows before is kept.")

    def _is_changed(self) -> bool:
        self._stream.seek(0)
        return hashlib.file_digest(self._stream, "sha256").hexdigest() != self.sha256


@contextmanager
def parquet_queries(name: str, sha256: str, stream: BufferedReader, ignored: Sequence[str]) -> Iterator[ParquetQueries]:
    """Have a Parquet file read as long as the body runs; raise Invalid for one that cannot be, or where nothing here can."""
    if find_spec(_LIBRARY) is None:
        raise bad_file(
            name,
            "it is a Parquet file, and what reads those is not installed here",
            "Run make bulk where Entente was installed from, or install it with its extra «bulk»; or save it as CSV in UTF-8.",
        )
    _check_ends(name, stream)
    reader = _Reader(stream)
    try:
        heading = reader.next()
        wanted, total = _wanted(name, heading["columns"], ignored), int(heading["rows"])
        if not 0 <= total <= ROWS_MAX:
            raise _broken(name, f"it says that it has {total} rows, and at most {ROWS_MAX} are read")
        reader.tell([column for column, _ in wanted])
        yield ParquetQueries(name, sha256, total, tuple(meaning for _, meaning in wanted), stream, reader)
    except _Unreadable as error:
        raise _broken(name, str(error)) from error
    finally:
        reader.end()


class _Unreadable(Exception):  # noqa: N818 - a reason, which the refusal of the file says
    """The reader refused the file, ended over it, or gave no answer in time."""


class _Reader:
    """The process that reads."""

    def __init__(self, stream: BufferedReader) -> None:
        file = stream.fileno()
        os.lseek(file, 0, os.SEEK_SET)
        # The environment is its own: no passphrase, no other allocator than the one whose memory is bounded.
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs this, with a module of ours
            [sys.executable, "-P", "-m", READER, str(file)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, pass_fds=[file],
            # A group of its own: Ctrl-C ends the command, which then ends its reader.
            process_group=0,
            env={
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "ARROW_DEFAULT_MEMORY_POOL": "system",
                "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
            },
        )  # fmt: skip
        assert self._process.stdin is not None, "both pipes were asked for"
        assert self._process.stdout is not None, "both pipes were asked for"
        self._to, self._from = self._process.stdin, self._process.stdout
        self._read = bytearray()
        self._searched = 0
        """Of what was read, how much holds no end of a line."""

    def tell(self, wanted: Sequence[str]) -> None:
        """Say which columns are wanted."""
        try:
            self._to.write(json.dumps(wanted).encode() + b"\n")
        except BrokenPipeError as error:
            raise _Unreadable(self._how_it_ended()) from error

    def next(self) -> Any:  # noqa: ANN401 - each message has its own parts
        """Return the next message; raise _Unreadable where there is none, or where it is a refusal."""
        message = json.loads(self._line())
        if "refused" in message:
            raise _Unreadable(message["refused"])
        return message

    def rows(self) -> Iterator[list[str] | str]:
        """Yield the cells of each row, or why it cannot be read."""
        while "rows" in (message := self.next()):
            yield from message["rows"]

    def end(self) -> None:
        """End the process; it holds nothing."""
        self._process.kill()
        self._to.close()
        self._from.close()
        self._process.wait()

    def _line(self) -> bytes:
        give_up_at = time.monotonic() + ANSWER_SECONDS
        while (end := self._read.find(b"\n", self._searched)) < 0:
            self._searched = len(self._read)
            if not select.select([self._from], [], [], max(0.0, give_up_at - time.monotonic()))[0]:
                raise _Unreadable(f"reading it took longer than {ANSWER_SECONDS:.0f} seconds")
            part = os.read(self._from.fileno(), READ_BYTES)
            if not part or len(self._read) > MESSAGE_BYTES_MAX:
                raise _Unreadable(self._how_it_ended())
            self._read += part
        line = bytes(self._read[:end])
        del self._read[: end + 1]
        self._searched = 0
        return line

    def _how_it_ended(self) -> str:
        """Say how a process ended that should not have."""
        try:
            code = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return f"its reader ended over it (exit code {code}), so it is damaged, or made to do that"


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


def _check_ends(name: str, stream: BufferedReader) -> None:
    """Raise Invalid for a file that is not whole: its last bytes say where its description is."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - LEAST_BYTES + len(BEGINS)))
    footer_bytes, ends = int.from_bytes(stream.read(4), "little"), stream.read(4)
    if size < LEAST_BYTES or ends != BEGINS:
        raise _broken(name, "it does not end as a Parquet file does: it is cut off, or was not written to its end")
    if footer_bytes > size - LEAST_BYTES:
        raise _broken(name, f"it says that {footer_bytes} bytes describe it, and has {size}")


def _broken(name: str, why: str, more: str = "") -> Invalid:
    return bad_file(name, why, f"Have it written again, or save it as CSV in UTF-8.{more}")
