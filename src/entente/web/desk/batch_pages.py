"""Batch search: a list of queries, entered or sent as a file, asked one after another for one purpose by a job.

Each slice is a row of the trail, as at the interface. What was found lies with the job for its time and is judged again as it is
read; what an officer goes on with is asked anew as a search of its own. Of a page, only what may be seen now stands on it.

Source: docs/rules/desk.md W57; docs/rules/identity.md I31 to I34; docs/rules/api.md P12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.kernel.jobs import Job, JobKind
from entente.web.desk.forms import Field, Kind
from entente.web.desk.import_pages import FILE, WaitingFile, waiting_file
from entente.web.desk.job_pages import JobLine, job_line, job_path, jobs_of
from entente.web.desk.memory import Task
from entente.web.desk.naming import NameShown, RecordName, record_name
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.desk.search_pages import GapLine, gaps_of
from entente.web.desk.task import TASK_FIELDS, TaskShown, task_asked, task_from, task_shown
from entente.web.sentences import said
from entente.web.wording import Wording

BATCHES_PATH: Final = f"{PREFIX}/batches"
LIST_CHARACTERS_MAX: Final = 100_000
"""Of a list that is entered: some thousand lines; of more a file is sent."""
ROWS_READ: Final = 50
"""Rows that are read, and judged again, at a time."""
ROWS_SHOWN: Final = 50
READS_MAX: Final = 20
"""How often a page reads on for rows with candidates: among the thousand after its beginning there may be none."""
_NEEDS: Final = ("search",)


@dataclass(frozen=True, slots=True)
class BatchesPage:
    """What `batches.html` shows."""

    title: str
    task: TaskShown
    files: Sequence[WaitingFile]
    jobs: Sequence[JobLine]


@dataclass(frozen=True, slots=True)
class NewBatchPage:
    """What `new_batch.html` shows."""

    title: str
    file: WaitingFile
    task: TaskShown
    delimiters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A candidate of a row."""

    record: RecordName
    score: str


@dataclass(frozen=True, slots=True)
class RowLine:
    """A query of the list, and what it found."""

    number: int
    reference: str
    label: str
    query: Mapping[str, str]
    """As the form of a search takes it."""
    candidates: Sequence[FoundLine]
    gaps: Sequence[GapLine]
    fault: str
    """Why it could not be asked, English; empty where it was."""


@dataclass(frozen=True, slots=True)
class BatchPage:
    """What `batch.html` shows."""

    title: str
    job: JobLine
    has_ended: bool
    task: TaskShown
    why: Task
    rows: Sequence[RowLine]
    is_all: bool
    """Whether rows without a candidate are shown too."""
    here: str
    all: str
    next: str


def _batches(asked: Asked) -> BatchesPage:
    files = [waiting_file(asked, one, f"{BATCHES_PATH}/files/{one.id}") for one in asked.jobs.uploads(asked.officer)]
    return BatchesPage(asked.say.text("batches.title"), task_asked(asked), files, jobs_of(asked, JobKind.SEARCHES))


def _send(asked: Asked) -> Done:
    return Done(f"{BATCHES_PATH}/files/{asked.form.value('file')}")


def _ask_list(asked: Asked) -> Done:
    """Make a job of the lines that were entered, each as the search box takes one."""
    task = task_from(asked, asked.form)
    queries: list[JsonObject] = [{"line": line} for line in asked.form.lines("queries")]
    job = asked.jobs.make(asked.officer, JobKind.SEARCHES, asked.once, task.occasion_fields(), queries=queries)
    asked.memory.task = task
    return Done(job_path(job.id), "batch_begun")


def _new(asked: Asked) -> NewBatchPage:
    upload, _ = asked.jobs.upload(asked.officer, asked.path["upload"])
    return NewBatchPage(
        title=asked.say.text("batches.new_title", file=upload.name),
        file=waiting_file(asked, upload, f"{BATCHES_PATH}/files/{upload.id}"),
        task=task_asked(asked),
        delimiters=asked.say.codes("delimiters"),
    )


def _ask_file(asked: Asked) -> Done:
    """Make a job of a file of queries; one that cannot be read as such is refused while it can be named better."""
    if (made := asked.jobs.made_before(asked.officer, asked.once)) is not None:
        return Done(job_path(made.id), "batch_begun")
    form = asked.form
    upload, path = asked.jobs.upload(asked.officer, asked.path["upload"])
    task = task_from(asked, form)
    delimiter, ignored = form.value("delimiter") or ",", [*form.lines("ignored")]
    with asked.node.files.queries(path, delimiter, ignored):
        given: JsonObject = {**task.occasion_fields(), "delimiter": delimiter, "ignored": [*ignored]}
    job = asked.jobs.make(asked.officer, JobKind.SEARCHES, asked.once, given, upload=upload.id)
    asked.memory.task = task
    return Done(job_path(job.id), "batch_begun")


def _batch(asked: Asked) -> BatchPage:
    job, say = asked.jobs.get(asked.officer, asked.path["job"]), asked.say
    if job.kind is not JobKind.SEARCHES:
        raise NotFound
    here, is_all = f"{BATCHES_PATH}/{job.id}", asked.query.get("all", "") == "yes"
    rows, following = _rows(asked, job, asked.query.get("from", ""), is_all=is_all)
    task = Task(*(str(job.asked.get(name, "")) for name in ("purpose", "crime_area", "case", "occasion")))
    asked.memory.task = task
    suffix = "&all=yes" if is_all else ""
    return BatchPage(
        title=say.text("batches.found_title"),
        job=job_line(asked, job),
        has_ended=job.has_ended,
        task=task_shown(asked),
        why=task,
        rows=rows,
        is_all=is_all,
        here=here,
        all=f"{here}?all=yes",
        next=f"{here}?from={following}{suffix}" if following else "",
    )


def _rows(asked: Asked, job: Job, cursor: str, *, is_all: bool) -> tuple[list[RowLine], str]:
    """Return rows from a cursor on, those with a candidate or a fault where not all are wanted, and the cursor behind them."""
    rows: list[RowLine] = []
    for _ in range(READS_MAX):
        answer = asked.jobs.results(asked.officer, job.id, cursor, ROWS_READ)
        read = members(answer, "rows")
        lines = [_row(one, asked.say) for one in read]
        rows += [one for one in lines if is_all or one.candidates or one.fault]
        following = answer["next"]
        if following is None or not read:
            return rows, ""
        cursor = str(following)
        if len(rows) >= ROWS_SHOWN or is_all:
            break
    return rows, cursor


def _row(row: JsonObject, say: Wording) -> RowLine:
    answer, query = member(row, "answer"), member(row, "query")
    error = answer.get("error")
    return RowLine(
        number=whole(row, "row"),
        reference=text(row, "reference"),
        label=_label(query),
        query={
            name: _entered(query, name) for name in ("line", "names", "birth_date", "country", "sex", "identifiers")
        },
        candidates=[_found(one, say) for one in members(answer, "candidates")] if error is None else (),
        gaps=gaps_of(row, say),
        fault=said(say, f"{error['what']} {error['why']}") if isinstance(error, dict) else "",
    )


def _found(one: JsonObject, say: Wording) -> FoundLine:
    record = record_name(one, say)
    if not text(one, "caption"):
        # What it said when it was found may not be seen any more as it was: its page says what may.
        record = RecordName(
            record.id, record.to, NameShown(record.id, ""), record.source, record.schema, record.kind, record.version
        )
    return FoundLine(record, say.percent(whole(one, "score")))


def _label(query: JsonObject) -> str:
    parts = [_entered(query, name) for name in ("line", "names", "birth_date", "identifiers")]
    return " · ".join(" / ".join(part.splitlines()) for part in parts if part)


def _entered(query: JsonObject, name: str) -> str:
    found = query.get(name, "")
    return "\n".join(texts(query, name)) if isinstance(found, list) else str(found)


PAGES: Sequence[Page] = (
    ShowPage(
        "batches", "/batches", ("case_list",), _NEEDS, "batches.html",
        "Where a list of queries is entered or sent, and the batches of before.", _batches,
    ),
    ActPage(
        "ask_list", "/batches", (), _NEEDS, "batches", "Searches for a list of queries that was entered, as a job.", _ask_list,
        (Field("queries", Kind.TEXT, most=LIST_CHARACTERS_MAX), *TASK_FIELDS), is_once=False,
    ),
    ActPage(
        "send_batch", "/batches/files", (), _NEEDS, "batches", "Takes in a file of queries, which then waits.", _send, (FILE,),
        is_once=False,
    ),
    ShowPage(
        "new_batch", "/batches/files/{upload}", ("case_list",), _NEEDS, "new_batch.html",
        "A file of queries, and why it is asked.", _new,
    ),
    ActPage(
        "ask_file", "/batches/files/{upload}", (), _NEEDS, "new_batch", "Searches for a file of queries, as a job.", _ask_file,
        (
            Field("delimiter", Kind.CODE, is_needed=False, codes="delimiters"),
            Field("ignored", Kind.TEXT, is_needed=False, most=6_000),
            *TASK_FIELDS,
        ),
        is_once=False,
    ),
    ShowPage(
        "batch", "/batches/{job}", (), _NEEDS, "batch.html",
        "What a list of queries found, as it may be seen now; each leads to its candidates.", _batch,
    ),
)  # fmt: skip
