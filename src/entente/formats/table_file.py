"""A table as CSV or Parquet, opened under a mapping: held against it first, read as a stream of drafts then.

The first reading goes on to the first record, so that a mapping that matches nothing is refused with nothing imported; and, of
what is compressed, to the end, so that a damaged or hostile file is. Source: docs/rules/records.md R44; decisions 0051 and 0063.
"""

from __future__ import annotations

import codecs
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Final, Protocol, cast

from entente.formats.bounded_rows import CsvRow
from entente.formats.codelists import load_code_lists
from entente.formats.import_files import FileIdentity, ImportFormat, bad_file, bounded
from entente.formats.import_terms import ImportTerms
from entente.formats.list_drafts import Drafting, Row
from entente.formats.parquet_process import BEGINS, ParquetProcess, UnreadableError, fault_of_ends, is_installed
from entente.formats.table_bounds import ROWS_MAX
from entente.formats.table_csv import CsvForm, csv_rows
from entente.formats.table_mapping import TableMapping, folded
from entente.formats.table_never import check_never_mapped, told_alone
from entente.formats.table_rows import TableReader, heading_of
from entente.formats.table_values import Cell
from entente.kernel.errors import Invalid
from entente.records.model import RecordDraft
from entente.records.rules import check_kind

PIECE_BYTES: Final = 1024 * 1024
_OTHER_FILES: Final = {
    b"PARE": "it is a Parquet file that is encrypted, and no key is read here",
    b"\xd0\xcf\x11\xe0": "it is a document of an office program",
    b"%PDF": "it is a document",
}
_SPREADSHEET: Final = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as it was read: its cells, or why it has none."""

    place: str
    cells: Sequence[Cell]
    fault: str = ""
    raw: str = ""


class OpenTable(Protocol):
    """A table whose columns are known."""

    @property
    def names(self) -> Sequence[str]:
        """The names of its columns."""

    @property
    def hint(self) -> str:
        """What may have been overlooked if the names say nothing."""

    @property
    def unread(self) -> Sequence[tuple[str, str]]:
        """The columns that no text can stand for, each with why: they must be ignored."""

    def rows(self, ignored: Sequence[str]) -> Iterator[TableRow]:
        """Yield every row in order, without looking at the columns that are ignored; can be asked once.

        Raises Invalid where the file cannot be read on.
        """


def table_format(raw: io.BufferedReader, name: str) -> ImportFormat:
    """Tell a table's format by how it begins; raise Invalid for what is neither, as far as that shows."""
    raw.seek(0)
    head = raw.read(512)
    for begins, what in _OTHER_FILES.items():
        if head.startswith(begins):
            raise bad_file(name, what, "Save the table as CSV in UTF-8.")
    if head.startswith(b"PK") and any(sign in head for sign in _SPREADSHEET):
        raise bad_file(name, "it is a spreadsheet", "Save the table as CSV in UTF-8.")
    return "parquet" if head.startswith(BEGINS) else "csv"


@contextmanager
def opened_table(raw: io.BufferedReader, name: str, form: CsvForm) -> Iterator[OpenTable]:
    """Open a table from its beginning; raise Invalid for one without a row that names columns."""
    if table_format(raw, name) == "parquet":
        with _opened_parquet(raw, name) as table:
            yield table
    else:
        with bounded(raw, name) as stream:
            yield _CsvTable.of(stream, name, form)


@dataclass(slots=True)
class TableImport:
    """The rows of a table as an import takes them, and how many were passed over."""

    rows: Iterator[Row]
    skipped: Callable[[], int]


@contextmanager
def read_table(
    raw: io.BufferedReader, file: FileIdentity, mapping: TableMapping, terms: ImportTerms, dropped: Counter[str]
) -> Iterator[TableImport]:
    """Read an open table under a mapping.

    Raises Invalid, with nothing handed out, for a file that is damaged, a mapping that does not fit it, and where not one row
    makes a record.
    """
    format_, lists = table_format(raw, file.name), load_code_lists()
    for entity in mapping.entities:
        check_kind(entity.schema, terms.kind_for(entity.schema.name), lists.record_kinds)
    check_never_mapped(mapping, terms, lists.record_kinds)
    with opened_table(raw, file.name, mapping.form) as table:
        _check(table, _reader(table, file, format_, mapping, terms, Counter()), file.name)
    with opened_table(raw, file.name, mapping.form) as table:
        reader = _reader(table, file, format_, mapping, terms, dropped)
        yield TableImport(_rows(table, reader, file.name), lambda: reader.skipped)


def _reader(
    table: OpenTable,
    file: FileIdentity,
    format_: ImportFormat,
    mapping: TableMapping,
    terms: ImportTerms,
    dropped: Counter[str],
) -> TableReader:
    heading = heading_of(file.name, table.names, mapping, table.hint)
    apart = told_alone(mapping, terms, load_code_lists().record_kinds)
    return TableReader(mapping, heading, Drafting(terms, file, format_), dropped, apart)


def _rows(table: OpenTable, reader: TableReader, name: str) -> Iterator[Row]:
    for count, row in enumerate(table.rows(reader.mapping.ignored), start=1):
        if count > ROWS_MAX:
            why = f"it has more than {ROWS_MAX:,} rows; those before stay imported"
            raise bad_file(name, why, "Cut it into several files, each row in one of them.")
        if row.fault:
            yield reader.faulty(row.place, row.fault, row.raw)
        else:
            yield from reader.rows(row.place, row.cells)


def _check(table: OpenTable, reader: TableReader, name: str) -> None:
    """Read on to the first record; raise Invalid where there is none."""
    first, count = None, 0
    for row in _rows(table, reader, name):
        if isinstance(row, RecordDraft):
            if isinstance(table, _CsvTable):
                table.read_to_the_end()
            return
        first, count = first or row, count + 1
    if first is not None:
        fault = f"{first.place}: at {first.field}, {first.why}"
        why = f"of its {count + reader.skipped:,} rows none fits the mapping; the first does not because of {fault}"
    elif reader.skipped:
        why = f"the mapping passes over each of its {reader.skipped:,} rows"
    else:
        why = "it names columns and has not one row"
    raise bad_file(name, why, "Compare the mapping with the table; nothing was imported.")


@dataclass(slots=True)
class _CsvTable:
    names: Sequence[str]
    hint: str
    unread: ClassVar[Sequence[tuple[str, str]]] = ()
    _rows: Iterator[CsvRow]
    _stream: BinaryIO

    @classmethod
    def of(cls, stream: io.BufferedReader, name: str, form: CsvForm) -> _CsvTable:
        head = stream.peek(4)
        if form.encoding == "utf-8" and head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise bad_file(name, "it is in UTF-16", "Say so in the mapping, under table: «encoding: utf-16».")
        rows = csv_rows(cast("BinaryIO", stream), form)
        heading = next(rows, None)
        if heading is None:
            raise bad_file(name, "it is empty", "Its first row names the columns.")
        if heading.fault:
            do = "Say under table how it is written: encoding, delimiter, quote, lines_before."
            raise bad_file(name, f"of the row that names its columns, {heading.fault}", do)
        mark = next((mark for mark in ";\t|" if mark in heading.cells[0]), "") if len(heading.cells) == 1 else ""
        return cls(heading.cells, "is the delimiter another one?" if mark else "", rows, cast("BinaryIO", stream))

    def rows(self, ignored: Sequence[str]) -> Iterator[TableRow]:  # noqa: ARG002 - they stand in the line anyway
        for number, row in enumerate(self._rows, start=1):
            yield TableRow(f"row {number} (line {row.line})", row.cells, row.fault, row.raw)

    def read_to_the_end(self) -> None:
        """Let every fault of the compression show."""
        while self._stream.read(PIECE_BYTES):
            pass


@contextmanager
def _opened_parquet(raw: io.BufferedReader, name: str) -> Iterator[OpenTable]:
    if not is_installed():
        why = "it is a Parquet file, and what reads those is not installed here"
        do = "Run make bulk where Entente was installed from, or install it with its extra «bulk»; or save it as CSV in UTF-8."
        raise bad_file(name, why, do)
    if fault := fault_of_ends(raw):
        raise _broken_parquet(name, fault)
    process = ParquetProcess(raw, "table")
    try:
        heading = process.next()
        if not 0 <= int(heading["rows"]) <= ROWS_MAX:
            raise _broken_parquet(
                name, f"it says that it has {heading['rows']} rows, and at most {ROWS_MAX:,} are read"
            )
        yield _ParquetTable(name, [column for column, _ in heading["columns"]], heading["columns"], process)
    except UnreadableError as error:
        raise _broken_parquet(name, str(error)) from error
    finally:
        process.end()


@dataclass(slots=True)
class _ParquetTable:
    name: str
    names: Sequence[str]
    _columns: Sequence[Sequence[str]]
    _process: ParquetProcess
    hint: ClassVar[str] = ""

    @property
    def unread(self) -> Sequence[tuple[str, str]]:
        return [(name, why) for name, why in self._columns if why]

    def rows(self, ignored: Sequence[str]) -> Iterator[TableRow]:
        wanted = [place for place, name in enumerate(self.names) if folded(name) not in ignored]
        for name, no_use in self.unread:
            if folded(name) not in ignored:
                why, do = f"its column «{name}» {no_use}", "Write it as text, or name it under «ignore»."
                raise bad_file(self.name, why, do)
        self._process.tell([self.names[place] for place in wanted])
        number = 0
        try:
            for number, cells in enumerate(self._process.rows(), start=1):
                if isinstance(cells, str):
                    yield TableRow(f"row {number}", (), cells)
                else:
                    yield TableRow(f"row {number}", _in_place(cells, wanted, len(self.names)))
        except UnreadableError as error:
            raise _broken_parquet(
                self.name, f"after its row {number}, {error}; what was imported of the rows before stays"
            ) from error


def _in_place(cells: Sequence[Cell], wanted: Sequence[int], count: int) -> Sequence[Cell]:
    if len(wanted) == count:
        return cells
    whole: list[Cell] = [""] * count
    for place, cell in zip(wanted, cells, strict=True):
        whole[place] = cell
    return whole


def _broken_parquet(name: str, why: str) -> Invalid:
    return bad_file(name, why, "Have it written again, or save it as CSV in UTF-8.")
