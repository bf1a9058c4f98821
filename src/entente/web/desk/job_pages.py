"""What the node does for an officer beside the answers: how far a job is, what came of it, its end.

A job is the officer's alone. Its page is brought up to date by loading it again, with script by itself; that keeps no session
alive, and the job goes on without one. What came of it is downloaded, and never shown by the browser as what it may claim to be.

Source: docs/rules/desk.md W55 and W56; docs/rules/api.md P12.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.jobs import Job, JobKind
from entente.web.desk.mending import CELL, MendRow, mend, mendable
from entente.web.desk.naming import record_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Download, Page, ShowPage, may_do
from entente.web.desk.reading import members, text, whole
from entente.web.sentences import clause, place, said
from entente.web.wording import Moment, Wording

REJECTS: Final = "rejects.jsonl"
"""As the interface calls the rows of an import that were not kept."""
REJECTS_SHOWN: Final = 50
"""Of rejected rows on a page; the file has them all."""
LINE_BYTES_MAX: Final = 16 * 1024
"""Of one rejected row: 500 characters as they stood, with where and why."""
WHOSE: Final = (
    "search", "import_records", "export_records", "run_node", "read_message", "show_record", "attach_file",
)  # fmt: skip
"""Who has jobs: whoever may ask for one."""
_LISTS: Final = {JobKind.SEARCHES: f"{PREFIX}/batches", JobKind.BACKUP: f"{PREFIX}/node/backups"}
_OF_FILES: Final = frozenset({JobKind.FETCH, JobKind.ATTACHMENT})
COUNTS: Final = ("read", "created", "updated", "unchanged", "withdrawn", "rejected")


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in a list."""

    to: str
    kind: str
    state: str
    state_words: str
    made_at: Moment
    done: int
    has_ended: bool
    total: int
    """0 where it is not known how many rows there are."""
    share: int | None
    """Thousandths of its file that were read, while it goes on; None where that is not known."""
    share_words: str


@dataclass(frozen=True, slots=True)
class RejectLine:
    """A row that was not kept."""

    place: str
    field: str
    why: str
    raw: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that came of a job."""

    name: str
    to: str
    size: str


@dataclass(frozen=True, slots=True)
class BackupShown:
    """A backup that was made."""

    file: str
    size: str
    sha256: str
    is_sealed: bool
    has_keys: bool
    not_recorded: str
    """Why the trail does not say that it was made; empty where it does. English."""


@dataclass(frozen=True, slots=True)
class JobPage:
    """What `job.html` shows."""

    title: str
    here: str
    """Its address."""
    back: str
    job: JobLine
    has_ended: bool
    until: Moment | None
    """How long what came of it is kept."""
    counts: Sequence[tuple[str, int]]
    """Of an import: key of what was counted, and how many."""
    left_out: Sequence[tuple[str, int]]
    """What is never carried, by property; English."""
    losses: Sequence[tuple[str, int]]
    """What had no place in a record, in words."""
    gone: Mapping[str, Json] | None
    """Of an issue of a list: what it has no more."""
    rejects: Sequence[RejectLine]
    mends: Sequence[MendRow]
    """Of the rejected rows those that can be mended here."""
    files: Sequence[FileLine]
    thing: str
    """Of a file that is fetched or attached: where its message or record is shown; empty for another job."""
    came: str
    """How much of a file came so far."""
    results: str
    """Where a batch's candidates are; empty for another job."""
    backup: BackupShown | None
    error: Mapping[str, str]
    """What, why and do of one that failed; empty for another."""


def job_path(job: str) -> str:
    """Return where a job is shown."""
    return f"{PREFIX}/jobs/{job}"


def job_line(asked: Asked, job: Job) -> JobLine:
    """Return a job as lists show it."""
    say = asked.say
    share = None if job.has_ended or job.total else job.share
    return JobLine(
        to=job_path(job.id),
        kind=say.code("job_kinds", job.kind),
        state=job.state,
        state_words=say.code("job_states", job.state),
        made_at=say.moment(job.made_at),
        done=job.done,
        has_ended=job.has_ended,
        total=job.total or 0,
        share=share,
        share_words="" if share is None else say.text("plain.file_read", share=say.percent(share // 10 * 10)),
    )


def jobs_of(asked: Asked, kind: JobKind) -> list[JobLine]:
    """Return the officer's jobs of a kind, the newest first."""
    return [job_line(asked, job) for job in asked.jobs.of(asked.officer) if job.kind is kind]


def _job(asked: Asked) -> JobPage:
    job, say = asked.jobs.get(asked.officer, asked.path["job"]), asked.say
    outcome, line = job.outcome or {}, job_line(asked, job)
    files = asked.jobs.files(job)
    until = asked.jobs.kept_until(job)
    rejects = _rejects_of(asked, job)
    return JobPage(
        title=say.text("job.title", kind=line.kind),
        here=line.to,
        back=_thing_of(job) or _LISTS.get(job.kind, f"{PREFIX}/imports"),
        thing=_thing_of(job),
        came=asked.say.size(job.done) if job.done else "",
        job=line,
        has_ended=job.has_ended,
        until=say.moment(until) if until is not None else None,
        counts=_counts(outcome.get("summary")),
        left_out=[(say.code("never_carried", one), count) for one, count in _numbers(outcome.get("left_out"))],
        losses=_losses(outcome, say),
        gone=gone if isinstance(gone := outcome.get("gone"), dict) else None,
        rejects=rejects,
        mends=_mends(job, rejects) if may_do(asked, "import_records") else (),
        files=[FileLine(name, f"{line.to}/files/{name}", asked.say.size(size)) for name, size in files.items()],
        results=f"{PREFIX}/batches/{job.id}" if job.kind is JobKind.SEARCHES else "",
        backup=_backup(asked, outcome) if job.kind is JobKind.BACKUP and outcome else None,
        error={name: said(say, str(job.error.get(name, ""))) for name in ("what", "why", "do")} if job.error else {},
    )


def _thing_of(job: Job) -> str:
    """Return where the message or record is shown whose file a job is about; empty for a job about something else."""
    if job.kind not in _OF_FILES:
        return ""
    record = str(job.asked.get("record", ""))
    return record_path(record) if record else f"{PREFIX}/messages/{job.asked['id']}"


def _backup(asked: Asked, made: JsonObject) -> BackupShown:
    return BackupShown(
        file=text(made, "file"),
        size=asked.say.size(whole(made, "file_bytes")),
        sha256=text(made, "file_sha256"),
        is_sealed=made["is_sealed"] is True,
        has_keys=made["has_keys"] is True,
        not_recorded=said(asked.say, text(made, "not_recorded")),
    )


def _counts(summary: Json) -> list[tuple[str, int]]:
    counted = dict(_numbers(summary))
    return [(name, counted[name]) for name in COUNTS if name in counted]


def _numbers(counted: Json) -> list[tuple[str, int]]:
    found = counted if isinstance(counted, dict) else {}
    return [(name, count) for name, count in found.items() if isinstance(count, int)]


def _losses(outcome: JsonObject, say: Wording) -> list[tuple[str, int]]:
    if "losses" not in outcome:
        return []
    return [(said(say, text(one, "meaning")), int(str(one["count"]))) for one in members(outcome, "losses")]


def _rejects_of(asked: Asked, job: Job) -> Sequence[RejectLine]:
    is_there = REJECTS in asked.jobs.files(job)
    return _rejects(asked.jobs.file(asked.officer, job.id, REJECTS), asked.say) if is_there else ()


def _mends(job: Job, rejects: Sequence[RejectLine]) -> list[MendRow]:
    return mendable(job, [(one.place, one.field, one.why, one.raw) for one in rejects])


def _mend(asked: Asked) -> Done:
    job = asked.jobs.get(asked.officer, asked.path["job"])
    return mend(asked, job, _mends(job, _rejects_of(asked, job)))


def _rejects(file: Path, say: Wording) -> list[RejectLine]:
    lines = []
    with file.open("rb") as opened:
        for line in islice(iter(lambda: opened.readline(LINE_BYTES_MAX), b""), REJECTS_SHOWN):
            row: JsonObject = json.loads(line)
            where, why = place(say, text(row, "place")), clause(say, text(row, "why"))
            lines.append(RejectLine(where, text(row, "field"), why, text(row, "raw")))
    return lines


def _file(asked: Asked) -> Download:
    job, name = asked.path["job"], asked.path["name"]
    return Download(name, asked.jobs.file(asked.officer, job, name))


def _cancel(asked: Asked) -> Done:
    job = asked.jobs.cancel(asked.officer, asked.path["job"])
    return Done(job_path(job.id), "job_cancelled")


PAGES: Sequence[Page] = (
    ShowPage(
        "job", "/jobs/{job}", (), WHOSE, "job.html", "How far a job of the officer's own is, and what came of it.", _job,
    ),
    ShowPage("job_file", "/jobs/{job}/files/{name}", (), WHOSE, "", "A file that came of a job, to be kept.", _file),
    ActPage(
        "cancel_job", "/jobs/{job}/cancel", (), WHOSE, "job", "Ends a job at its next durable step; what is done stays.",
        _cancel, is_once=False,
    ),
    ActPage(
        "mend_rows", "/jobs/{job}/mend", ("record_import_preview",), ("import_records",), "job",
        "Imports rejected rows of a table again, as they were mended on the page.", _mend, (CELL,),
    ),
)  # fmt: skip
