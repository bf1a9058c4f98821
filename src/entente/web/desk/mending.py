"""Rejected rows of a table, mended on the page of their import and imported again under the same terms and mapping.

A row is mended cell by cell, by the names of its columns. What is sent becomes a table of these rows alone, written as the
mapping reads one, and a new import is made of it; what is wrong still stands on that one's page. Rows whose cells cannot be told
any more (cut off, another format) are mended in the officer's own file, and so are those of a named list: a part of a list is no
issue of it.

Source: docs/rules/desk.md W56; docs/rules/records.md R44.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Invalid, NotFound
from entente.kernel.jobs import Job, JobKind, JobState
from entente.web.desk.forms import Field
from entente.web.desk.page import PREFIX, Asked, Done

ROWS_MAX: Final = 20
CELLS_MAX: Final = 150
"""A form has at most 200 fields (forms.FORM_FIELDS_MAX)."""
CELL_CHARACTERS_MAX: Final = 1_000
"""Twice what is kept of a whole rejected row."""
_NAME: Final = "mended.csv"
_DELIMITERS: Final[Mapping[str, str]] = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
"""As mappings name them (records.md R44); any other name is the character itself."""
_NOT_OF_A_PART: Final = frozenset({"withdraw_gone", "gone_percent_max"})
"""What an import is told about a whole issue of a list."""


@dataclass(frozen=True, slots=True)
class MendRow:
    """A row that was not kept, cell by cell."""

    number: int
    """Its place among the rows of the form, from 1."""
    place: str
    field: str
    why: str
    cells: Mapping[str, str]
    """By the names of the columns."""


def mendable(job: Job, rows: Sequence[tuple[str, str, str, str]]) -> list[MendRow]:
    """Return of rejected rows (place, field, why, as it stood) those that can be mended on the page, a form of them at most."""
    if job.kind is not JobKind.IMPORT or job.state is not JobState.DONE or not job.asked.get("mapping"):
        return []
    if job.asked.get("list"):
        return []
    found: list[MendRow] = []
    for place, field, why, raw in rows:
        cells = _cells(raw)
        if cells and len(found) < ROWS_MAX and (len(found) + 1) * len(cells) <= CELLS_MAX:
            found.append(MendRow(len(found) + 1, place, field, why, cells))
    return [one for one in found if one.cells.keys() == found[0].cells.keys()]


def _cells(raw: str) -> Mapping[str, str]:
    """Return the cells of a row as it stood; nothing where it was cut off or is of no table."""
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    is_row = isinstance(read, dict) and all(isinstance(cell, str) for cell in read.values())
    return read if is_row else {}


def mend(asked: Asked, job: Job, rows: Sequence[MendRow]) -> Done:
    """Import what a form says of rejected rows; raise NotFound where there is none to mend, Invalid where it makes no table."""
    if (made := asked.jobs.made_before(asked.officer, asked.once)) is not None:
        return Done(_path(made), "import_begun")
    if not rows:
        raise NotFound
    table = _table(asked, job, rows)
    upload = asked.jobs.write(asked.officer, _NAME, table)
    given: JsonObject = {name: value for name, value in job.asked.items() if name not in _NOT_OF_A_PART}
    try:
        # Where none of the rows fits, the job would end at once; here the form is given back.
        _, path = asked.jobs.upload(asked.officer, upload.id)
        looked: JsonObject = {"file": str(path), "terms": given["terms"], "mapping": given["mapping"], "rows": 1}
        asked.perform("record_import_preview", looked)
        begun = asked.jobs.make(asked.officer, JobKind.IMPORT, asked.once, given, upload=upload.id)
    except EntenteError:
        asked.jobs.drop(asked.officer, upload.id)
        raise
    return Done(_path(begun), "import_begun")


def _path(job: Job) -> str:
    return f"{PREFIX}/jobs/{job.id}"


def _table(asked: Asked, job: Job, rows: Sequence[MendRow]) -> bytes:
    """Write the rows as the mapping of their import reads a table."""
    mapping = asked.node.files.document(str(job.asked["mapping"]).encode(), "mapping")
    said = mapping.get("table")
    form: JsonObject = said if isinstance(said, dict) else {}
    ignored = form.get("ignore")
    # Columns that the mapping passes over are named in it and must be there; what stood in them was not kept.
    empty = [str(one) for one in ignored] if isinstance(ignored, list) else []
    columns = [*rows[0].cells, *(one for one in empty if one not in rows[0].cells)]
    entered = asked.form.each("cell")
    lines_before = form.get("lines_before", 0)
    text = io.StringIO(newline="")
    text.write("\n" * (lines_before if isinstance(lines_before, int) else 0))
    quote = str(form.get("quote", '"'))
    delimiter = str(form.get("delimiter", ","))
    writer = csv.writer(
        text,
        delimiter=_DELIMITERS.get(delimiter, delimiter),
        quotechar=None if quote == "none" else quote,
        quoting=csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL,
        lineterminator="\n",
    )
    try:
        writer.writerow(columns)
        for row in rows:
            cells = [
                entered.get(f"{row.number}.{place}", cell) for place, cell in enumerate(row.cells.values(), start=1)
            ]
            writer.writerow([*cells, *("" for _ in columns[len(cells) :])])
        return text.getvalue().encode(str(form.get("encoding", "utf-8")).lower())
    except (csv.Error, UnicodeEncodeError, LookupError) as error:
        raise Invalid(
            "The mended rows were not imported.",
            field="cell",
            why="What was entered cannot be written as the mapping reads the table: by its encoding, or by what parts its cells.",
            do="Mend these rows in your own file, and send that.",
        ) from error


CELL: Final = Field("cell", is_needed=False, most=CELL_CHARACTERS_MAX, is_many=True)
