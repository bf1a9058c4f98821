"""The process that reads Parquet: started for one file, asked for columns, ended.

The process (`formats.parquet_reader`) holds the library, which is an extra. It has a bound on its memory, and each of its
messages a longest wait, so that a file made to break or to fill its reader ends in a refusal of that file.
Source: docs/rules/identity.md I45; docs/decisions/0051; bounds ours, beside the numbers.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from io import BufferedReader
from typing import Any, Final, Literal

from entente.kernel.sizes import size_said

BEGINS: Final = b"PAR1"
"""The first four bytes of a Parquet file, and its last."""
LEAST_BYTES: Final = 12
"""Of a Parquet file: these eight, and the length of its footer."""
ANSWER_SECONDS: Final = 60.0
"""Longest wait for one message: a slice of rows takes milliseconds, and a footer of 100 MB some seconds."""
MESSAGE_BYTES_MAX: Final = 16 * 1024 * 1024
"""Of one message: 1 MiB of rows and one row more, which may have as much, each sign of which may take six as JSON."""
END_SECONDS: Final = 5.0
"""Between the end of what a process writes and its own."""
READ_BYTES: Final = 1024 * 1024
READER: Final = "entente.formats.parquet_reader"
_LIBRARY: Final = "pyarrow"

Rows = Literal["queries", "table"]
"""What the rows are read as: of a list that is searched with, or of a table that is imported (`formats.parquet_reader`)."""


class UnreadableError(Exception):
    """The reader refused the file, ended over it, or gave no answer in time."""


class ParquetProcess:
    """The process that reads."""

    def __init__(self, stream: BufferedReader, rows: Rows) -> None:
        file = stream.fileno()
        os.lseek(file, 0, os.SEEK_SET)
        # The environment is its own: no passphrase, no other allocator than the one whose memory is bounded.
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs this, with a module of ours
            [sys.executable, "-P", "-m", READER, str(file), rows],
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
            raise UnreadableError(self._how_it_ended()) from error

    def next(self) -> Any:  # noqa: ANN401 - each message has its own parts
        """Return the next message; raise UnreadableError where there is none, or where it is a refusal."""
        message = json.loads(self._line())
        if "refused" in message:
            raise UnreadableError(message["refused"])
        return message

    def rows(self) -> Iterator[Any]:
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
                raise UnreadableError(f"reading it took longer than {ANSWER_SECONDS:.0f} seconds")
            part = os.read(self._from.fileno(), READ_BYTES)
            if not part or len(self._read) > MESSAGE_BYTES_MAX:
                raise UnreadableError(self._how_it_ended())
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


def is_installed() -> bool:
    """Say whether what reads Parquet is installed."""
    return find_spec(_LIBRARY) is not None


def fault_of_ends(stream: BufferedReader) -> str:
    """Say why a file is not whole, or nothing: its last bytes say where its description is."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - LEAST_BYTES + len(BEGINS)))
    footer_bytes, ends = int.from_bytes(stream.read(4), "little"), stream.read(4)
    if size < LEAST_BYTES or ends != BEGINS:
        return "it does not end as a Parquet file does: it is cut off, or was not written to its end"
    if footer_bytes > size - LEAST_BYTES:
        return f"it says that {size_said(footer_bytes)} describe it, and has {size_said(size)}"
    return ""
