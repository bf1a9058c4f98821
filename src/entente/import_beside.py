"""Files of imports read by a process beside the node, while the node keeps the rows before them.

A process that cannot be started, or ends in the middle, is no fault of the file: the node says so in its log, reads the same file
itself from its beginning, and goes on after the last row it was given. Every import gives the same rows either way.

Source: docs/rules/records.md R51 and R52; docs/decisions/0076.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from entente.formats.import_files import FileIdentity
from entente.formats.import_messages import RowReader, refusal_of
from entente.formats.import_terms import ImportTerms
from entente.formats.imports import ImportRow, OpenedImport, detect_format, read_under
from entente.kernel.codec import to_json
from entente.kernel.errors import Unavailable
from entente.kernel.faults import in_short
from entente.search.frames import receive, send

_log = logging.getLogger(__name__)

READER: Final = "entente.import_process"
READ_HERE: Final = frozenset({"stix"})
"""Formats whose originals have versions and revocations, which are held against what is held as they are read (R55)."""
LEAST_BYTES: Final = 512 * 1024
"""A file from which a process is worth its start: a thousand rows take the half second in which it loads its code."""
OPEN_SECONDS: Final = 3_600.0
"""Longest wait until a file is found whole: the largest that is read, 4 GB of XML, takes minutes."""
ROWS_SECONDS: Final = 300.0
"""Longest wait for the next rows: a hundred take a fiftieth of a second, and what a mapping passes over comes without any."""
PIPE_BYTES: Final = 1024 * 1024
"""What the process may be ahead by: some 400 rows, two slices of an import. The most that Linux gives without a privilege."""


class ReaderEnded(Exception):  # noqa: N818 - an event, not a fault: the node reads on itself
    """The process ended, could not be started, or said nothing for too long."""


class ReadingProcess:
    """The process that reads one file."""

    def __init__(self, file: Path, terms: ImportTerms, mapping: bytes) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs this, with a module of ours
                [sys.executable, "-P", "-m", READER],
                # What it would say of a fault may hold what it reads; the node reads the same then, and logs as it logs.
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
                # A group of its own: Ctrl-C ends the node, which then ends its reader.
                process_group=0,
                # What others wrote is read here: no passphrase of the node is.
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )  # fmt: skip
        except OSError as error:
            raise ReaderEnded(str(error)) from error
        assert self._process.stdin is not None, "both pipes were asked for"
        assert self._process.stdout is not None, "both pipes were asked for"
        self._from = self._process.stdout.fileno()
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._from, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        asked = {"file": str(file), "terms": to_json(terms), "mapping": mapping}
        try:
            send(self._process.stdin.fileno(), asked)
        except OSError as error:
            self.end()
            raise ReaderEnded(str(error)) from error

    @property
    def pid(self) -> int:
        """Which process it is."""
        return self._process.pid

    def next(self, seconds: float) -> dict[str, Any]:
        """Return the next message; raise ReaderEnded where there is none, and what the reader says of a file it refuses."""
        try:
            message = receive(self._from, seconds)
        except (OSError, EOFError, ValueError, TypeError) as error:
            raise ReaderEnded(str(error)) from error
        if "refused" in message:
            raise refusal_of(message["refused"])
        return message

    def end(self) -> None:
        """End the process; it holds nothing. Twice is harmless."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


@contextmanager
def read_beside(
    file: Path, terms: ImportTerms, mapping: bytes = b"", *, least_bytes: int = LEAST_BYTES
) -> Iterator[OpenedImport]:
    """Open a file as `formats.imports.read_import` does, and raise what it raises; a large one is read in a process.

    With one processor there is nothing to gain, and the node reads itself.
    """
    is_worth_it = len(os.sched_getaffinity(0)) > 1 and _bytes_of(file) >= least_bytes
    if is_worth_it and not mapping and detect_format(file) in READ_HERE:
        is_worth_it = False
    with ExitStack() as ending:
        opened = _opened_beside(file, terms, mapping, ending) if is_worth_it else None
        yield ending.enter_context(read_under(file, terms, mapping)) if opened is None else opened


def _opened_beside(file: Path, terms: ImportTerms, mapping: bytes, ending: ExitStack) -> OpenedImport | None:
    """Return a file that a process has opened, which `ending` ends; None where there is no such process."""
    try:
        process = ReadingProcess(file, terms, mapping)
        ending.callback(process.end)
        first = process.next(OPEN_SECONDS)
    except ReaderEnded as error:
        _say(error)
        return None
    beside = _Beside(process, file, terms, mapping, FileIdentity(*first["file"]))
    return OpenedImport(
        beside.identity,
        first["format"],
        beside.rows(),
        beside.dropped,
        lambda: beside.skipped,
        share=lambda: beside.share,
    )


class _Beside:
    """A file that is being read beside the node, and what was left out of it so far."""

    def __init__(
        self, process: ReadingProcess, file: Path, terms: ImportTerms, mapping: bytes, identity: FileIdentity
    ) -> None:
        self._process = process
        self._asked = (file, terms, mapping)
        self.identity = identity
        self.dropped: Counter[str] = Counter()
        self.skipped = 0
        self.share: int | None = None

    def rows(self) -> Iterator[ImportRow]:
        """Yield the rows in order, each once, whoever reads them."""
        reader, given = RowReader(), 0
        while True:
            try:
                message = self._process.next(ROWS_SECONDS)
            except ReaderEnded as error:
                _say(error)
                self._process.end()
                break
            if "end" in message:
                return
            reader.share(message["shared"])
            self._count(Counter(message["dropped"]), message["skipped"], message["share"])
            for values in message["rows"]:
                given += 1
                yield reader.row(values)
        yield from self._read_on(given)

    def _read_on(self, given: int) -> Iterator[ImportRow]:
        with read_under(*self._asked) as opened:
            if opened.file != self.identity:
                raise _changed(self.identity)
            for row in islice(opened.rows, given, None):
                self._count(opened.dropped, opened.skipped(), opened.share())
                yield row
            self._count(opened.dropped, opened.skipped(), opened.share())

    def _count(self, dropped: Counter[str], skipped: int, share: int | None) -> None:
        self.dropped.clear()
        self.dropped.update(dropped)
        self.skipped = skipped
        self.share = share


def _bytes_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        # Reading says what is wrong with it.
        return 0


def _say(error: ReaderEnded) -> None:
    _log.warning(
        "The process that reads the file of an import ended (%s); the node reads it itself",
        in_short(error.__cause__ or error),
    )


def _changed(file: FileIdentity) -> Unavailable:
    return Unavailable(
        f"The import stopped: the file {file.name} was replaced while it was read.",
        why="The process that read it ended, and what stands there now is another file. What was kept before is durable.",
        do="Run the import again with the file that is meant: what is there stays.",
        retry_is_safe=True,
    )
