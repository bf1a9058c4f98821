"""The result of a file of queries: for each row its candidates, as CSV or as JSON lines; a run that was killed goes on in it.

Three files lie side by side. `<out>.run` says of what the result is; it is written first, stays, and is locked while a run
writes. `<out>.part` grows by whole rows and is on the disk before more is asked. `<out>` appears when every row is in it.
Whatever moment a run is killed in, the next one with the same input and the same arguments cuts from the part what is not
whole, and goes on behind it; so each row stands once, in order. A record of either form is one line, which is what tells a whole
one from a torn one. Source: docs/rules/identity.md I34; RFC 4180 for CSV.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from entente.identity.model import CANDIDATES_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Conflict, Invalid, Unavailable

LINE_BYTES_MAX: Final = 8 * 1024 * 1024
"""Of one line read back: 20 candidates with their evidence take 100 KB, a row's own reference 64 KiB."""
VERSION: Final = 1
_MARK: Final = "entente_search"
"""By which the file of a run is known, with its version."""
OUT_MODE: Final = 0o600
"""What was found about persons is open to the account of the command alone."""
COLUMNS: Final = (
    "row", "reference", "asked", "candidates", "candidate", "score", "record", "caption", "source", "schema", "kind",
    "version", "instrument", "for", "against", "notes", "error", "silent_sources", "trail_sequence",
)  # fmt: skip
"""Of the CSV form: one line a candidate, or one alone for a row without any."""
_LINE_ENDS = re.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_FORMULA: Final = ("=", "+", "-", "@", "\t")
"""How a cell begins that a spreadsheet would carry out; others' records must not (OWASP, CSV injection)."""


class ResultForm(StrEnum):
    """How a result is written; the end of the file's name says which."""

    CSV = "csv"
    LINES = "jsonl"


@dataclass(slots=True)
class Tally:
    """What a result holds so far."""

    rows: int = 0
    found: int = 0
    """Rows with a candidate."""
    candidates: int = 0
    ill_formed: int = 0
    silent: set[str] = field(default_factory=set)
    """Codes of sources that were silent when one of the rows was searched."""

    def add(self, row: JsonObject) -> None:
        """Count one row."""
        candidates, silent = row["candidates"], row["silent_sources"]
        assert isinstance(candidates, list), "candidates are a list"
        assert isinstance(silent, list), "silent sources are a list"
        self.rows += 1
        self.found += bool(candidates)
        self.candidates += len(candidates)
        self.ill_formed += row["error"] is not None
        self.silent.update(str(one) for one in silent)


class ResultFile:
    """A result that is being written, or that is whole."""

    def __init__(self, part: BinaryIO | None, out: Path, form: ResultForm, tally: Tally) -> None:
        self._part = part
        self._out = out
        self._form = form
        self.tally = tally

    @property
    def is_whole(self) -> bool:
        """Say whether an earlier run wrote every row."""
        return self._part is None

    def add(self, rows: Sequence[JsonObject]) -> None:
        """Add the next rows, in order; they are on the disk when this returns.

        A row has: row, reference, asked, candidates, notes, error (an object or None), silent_sources, trail_sequence.
        """
        assert self._part is not None, "a whole result takes no more rows"
        for number, row in enumerate(rows, self.tally.rows + 1):
            assert row["row"] == number, "rows stand in their order, each once"
        self._keep("".join(_lines(row, self._form) for row in rows).encode("utf-8"))
        for row in rows:
            self.tally.add(row)

    def finish(self) -> None:
        """Give the result its name: every row is in it."""
        assert self._part is not None, "a whole result has its name"
        self._keep(b"")
        # A crash before this line leaves the part, which the next run finds whole; after it the result has its name.
        _beside(self._out, "part").replace(self._out)
        _sync_folder(self._out)

    def _keep(self, data: bytes) -> None:
        """Write behind what is there, and wait until all of it is on the disk."""
        assert self._part is not None, "a whole result takes no more"
        try:
            self._part.write(data)
            self._part.flush()
            os.fsync(self._part.fileno())
        except OSError as error:
            with suppress(OSError):
                self._part.close()
            raise Unavailable(
                f"The result {self._out.name} cannot be written on.",
                why=f"Writing it says: {error.strerror}. The rows before are kept, {self.tally.rows} of them.",
                do="Make room, and start the same command again; it goes on where it was.",
                retry_is_safe=True,
            ) from error


def form_of(out: Path) -> ResultForm:
    """Return the form that the end of a result's name asks for; raise Invalid for another."""
    try:
        return ResultForm(out.suffix.removeprefix(".").lower())
    except ValueError as error:
        raise _bad_out(
            out, "a result is CSV or JSON lines, as the end of its name says", "End it in .csv or .jsonl."
        ) from error


@contextmanager
def open_result(out: Path, run: Mapping[str, Json]) -> Iterator[ResultFile]:
    """Begin a result, or go on with the one that an earlier run of the same `run` began or finished.

    `run` is everything that the result depends on. Raises Conflict for a file that is there and is another's result, for a run
    of another input or other arguments, and where another process writes it now. A run that ends without a row leaves nothing.
    """
    form, part = form_of(out), _beside(out, "part")
    with _locked_run(out, form, {_MARK: VERSION, **run}):
        if out.exists():
            if part.exists():
                raise _taken(out, f"beside it lies a begun one, {part.name}")
            with out.open("rb") as whole:
                _, tally = _recovered(whole, form)
            yield ResultFile(None, out, form, tally)
            return
        with os.fdopen(_opened(part, out), "r+b") as opened:
            end, tally = _recovered(opened, form)
            opened.truncate(end)
            opened.seek(end)
            if end == 0:
                opened.write(_heading(form))
            try:
                yield ResultFile(opened, out, form, tally)
            except Exception:
                if not tally.rows:
                    part.unlink(missing_ok=True)
                    _beside(out, "run").unlink(missing_ok=True)
                raise


@contextmanager
def _locked_run(out: Path, form: ResultForm, run: Mapping[str, Json]) -> Iterator[None]:
    """Hold the lock of a run whose file says what ours says; write it where there is none, or one that found nothing."""
    file, ours = _beside(out, "run"), (json.dumps(run, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")
    with os.fdopen(_opened(file, out), "r+b") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(out, "another search writes it now") from error
        there = opened.read(LINE_BYTES_MAX)
        if there != ours:
            try:
                _check_free(out, form, there, ours, run)
            except Conflict:
                if not there:
                    file.unlink()
                raise
            opened.seek(0)
            opened.truncate()
            opened.write(ours)
            opened.flush()
            os.fsync(opened.fileno())
            _sync_folder(out)
        yield


def _check_free(out: Path, form: ResultForm, there: bytes, ours: bytes, run: Mapping[str, Json]) -> None:
    """Raise Conflict where another run found something already, or where what is there is no file of ours."""
    earlier, part = _run_in(there), _beside(out, "part")
    if out.exists() or (part.exists() and _rows_in(part, form)):
        if earlier is not None:
            raise _other_run(out, earlier, run)
        raise _taken(out, "there is one already, and nothing says of what it is the result")
    # A run killed while it wrote this file left the beginning of it.
    if earlier is None and not ours.startswith(there):
        raise _taken(out, f"{_beside(out, 'run').name} is no file of a search")


def _run_in(there: bytes) -> JsonObject | None:
    try:
        found = json.loads(there)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get(_MARK) == VERSION else None


def _rows_in(part: Path, form: ResultForm) -> int:
    with part.open("rb") as opened:
        return _recovered(opened, form)[1].rows


def _recovered(opened: BinaryIO, form: ResultForm) -> tuple[int, Tally]:
    """Return up to which byte a result holds whole rows, and what they are."""
    tally, heading = Tally(), _heading(form)
    if opened.read(len(heading)) != heading:
        return 0, tally
    end = place = len(heading)
    lines = 0
    while line := opened.readline(LINE_BYTES_MAX):
        place += len(line)
        record = _record(line, form)
        if record is None or (record.row["row"], record.line) != (tally.rows + 1, lines + 1):
            break
        lines += 1
        if lines >= record.lines:
            tally.add(record.row)
            end, lines = place, 0
    return end, tally


@dataclass(frozen=True, slots=True)
class _Record:
    """One line of a result: of a row, which of its lines."""

    row: JsonObject
    """What a tally counts of it."""
    line: int = 1
    lines: int = 1


def _record(line: bytes, form: ResultForm) -> _Record | None:
    """Read one line of a result back; None for one that is not whole."""
    if not line.endswith(b"\n"):
        return None
    try:
        text = line.decode("utf-8")
        if form is ResultForm.LINES:
            row = json.loads(text)
            return _Record({name: row[name] for name in ("row", "candidates", "error", "silent_sources")})
        (cells,) = csv.reader([text], strict=True)
        cell = dict(zip(COLUMNS, cells, strict=True))
        count = min(int(cell["candidates"]), CANDIDATES_MAX)
        counted: JsonObject = {
            "row": int(cell["row"]), "candidates": [None] * count, "error": cell["error"] or None,
            "silent_sources": [*cell["silent_sources"].split()],
        }  # fmt: skip
        return _Record(counted, int(cell["candidate"] or 1), max(count, 1))
    except (ValueError, KeyError, TypeError, csv.Error):
        return None


def _heading(form: ResultForm) -> bytes:
    return (",".join(COLUMNS) + "\n").encode("ascii") if form is ResultForm.CSV else b""


def _lines(row: JsonObject, form: ResultForm) -> str:
    if form is ResultForm.LINES:
        return json.dumps(row, ensure_ascii=False) + "\n"
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    candidates = _objects(row["candidates"])
    for place, one in enumerate(candidates, 1):
        writer.writerow(_cell(value) for value in _cells(row, len(candidates), place, one))
    if not candidates:
        writer.writerow(_cell(value) for value in _cells(row, 0, None, {}))
    return written.getvalue()


def _cells(row: JsonObject, count: int, place: int | None, one: JsonObject) -> tuple[Json, ...]:
    source, error = one.get("source"), row["error"]
    score = one.get("score")
    return (
        row["row"], row["reference"], row["asked"], count, place,
        f"{score / 1000:.3f}" if isinstance(score, int) else "", one.get("name"), one.get("caption"),
        source.get("code") if isinstance(source, dict) else "", one.get("schema"), one.get("kind"), one.get("version"),
        one.get("instrument"), _evidence(one, "for"), _evidence(one, "against"), _joined(row["notes"], " "),
        f"{error['what']} {error['why']} {error['do']}" if isinstance(error, dict) else "",
        _joined(row["silent_sources"], " "), row["trail_sequence"],
    )  # fmt: skip


def _cell(value: Json) -> str:
    """Write a cell on one line, and none that a spreadsheet carries out."""
    text = "" if value is None else _LINE_ENDS.sub(" ", str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _evidence(one: JsonObject, kind: str) -> str:
    return "; ".join(str(piece["text"]) for piece in _objects(one.get("evidence")) if piece["kind"] == kind)


def _joined(value: Json, between: str) -> str:
    return between.join(str(item) for item in value) if isinstance(value, list) else ""


def _objects(value: Json) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f"{out.name}.{what}")


def _opened(file: Path, out: Path) -> int:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OUT_MODE)
    except OSError as error:
        raise _bad_out(
            out,
            f"{file.name} cannot be written: {error.strerror}",
            "Name a file in a folder that this account may write.",
        ) from error


def _sync_folder(out: Path) -> None:
    """Make a new name in the folder durable."""
    folder = os.open(out.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _other_run(out: Path, earlier: JsonObject, run: Mapping[str, Json]) -> Conflict:
    other = [name for name in run if earlier.get(name) != run[name]]
    if "file_sha256" in other:
        return Conflict(
            f"The search into {out.name} does not go on.",
            why="The input file is another than the one it was begun with: its SHA-256 differs.",
            do="Put the earlier input back, or search the new one into another file with --out.",
        )
    return Conflict(
        f"The search into {out.name} does not go on.",
        why=f"It was begun with other arguments: {_words(other)}. One result has one purpose and one occasion throughout.",
        do=f"Give the same arguments again, name another file with --out, or move {_beside(out, 'run').name} and what "
        "lies beside it away.",
    )


def _words(names: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _taken(out: Path, why: str) -> Conflict:
    return Conflict(
        f"The result {out.name} was not written.",
        why=f"What was found before is not overwritten: {why}.",
        do="Name another file with --out, or move away what is there.",
    )


def _bad_out(out: Path, why: str, do: str) -> Invalid:
    return Invalid(
        f"The result {out.name} cannot be written.", field="out", why=f"The result {out.name}: {why}.", do=do
    )
