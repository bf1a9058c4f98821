"""What each kind of job does: verbs of the node, with what was sent for them, in durable steps.

Source: docs/rules/api.md P12 and P13; docs/rules/identity.md I31 to I34; docs/rules/records.md R6.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Final, TypeAlias

from entente.api.job_files import JobFiles
from entente.identity.looking_again import under_what
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Unavailable
from entente.kernel.jobs import AT_DESK, Job, JobKind, JobState
from entente.kernel.wire import error_to_json
from entente.node import AskedRow, Node
from entente.verbs import perform
from entente.verbs.slicing import slices

REJECTS, EXPORTED, TAKEN_OUT = "rejects.jsonl", "records.jsonl", "file"
"""The names of the files that come of jobs."""
KEPT_EVERY_SECONDS: Final = 1.0
"""How often the progress of a job that begins anew after a restart is written down."""


class Ended(Exception):  # noqa: N818 - no error: the job is not to go on
    """A job stops at a durable step: for good with a state, or until the node starts again."""

    def __init__(self, state: JobState | None) -> None:
        super().__init__()
        self.state = state


@dataclass(slots=True)
class Working:
    """A job under way."""

    node: Node
    files: JobFiles
    put: Callable[[Job], None]
    going_on: Callable[[Job], Job]
    """Returns the job without what was erased meanwhile; raises Ended where it is not to go on."""
    in_turn: Callable[[Callable[[], JsonObject]], JsonObject]
    job: Job
    kept_at: float = 0.0

    def step(self, done: int) -> None:
        """Note how many rows are durable; raise where the job is not to go on."""
        self.job = replace(self.job, done=done)
        if monotonic() - self.kept_at >= KEPT_EVERY_SECONDS:
            self.kept_at = monotonic()
            self.put(self.job)
        self.job = self.going_on(self.job)

    def read(self, share: int | None) -> None:
        """Note how much of its file was read; it is written down with the next step."""
        self.job = replace(self.job, share=share)

    def perform(self, verb: str, **files: str) -> JsonObject:
        """Do the job's verb with these files."""
        given: JsonObject = {**self.job.asked, **files, "officer": self.job.account}
        return perform(self.node, verb, given, self.step, self.read)

    def made(self, name: str) -> str:
        """Return the path of a file that comes of the job."""
        return str(self.files.made(self.job, name))

    def source(self) -> str:
        """Return the path of the file that it is done from."""
        return str(self.files.source(self.job))


Work: TypeAlias = Callable[[Working], JsonObject]


def _searches(working: Working) -> JsonObject:
    """Search every row of a file, a slice at a time; a slice is durable with its answers before the next is asked."""
    job, node = working.job, working.node
    asked = dict(job.asked)
    delimiter, ignored = str(asked.pop("delimiter", ",")), asked.pop("ignored", [])
    assert isinstance(ignored, list), "its shape was checked"
    file = working.files.source(job)
    with node.files.queries(file, delimiter, [str(one) for one in ignored]) as queries:
        working.job = replace(job, total=queries.total)
        for part in slices(islice(queries.rows(), job.done, None)):
            node.disk.require_room()
            # Before it is looked: what is allowed may only change after it.
            under = to_object(under_what(node.identity, job.account))
            rows = _searched(working, part, asked, queries.sha256)
            lines = b"".join(
                json.dumps({**row, "under": under}, ensure_ascii=False).encode("utf-8") + b"\n" for row in rows
            )
            whole = working.files.add_results(working.job, lines)
            working.job = replace(working.job, results_bytes=whole, done=working.job.done + len(part))
            working.put(working.job)
            working.job = working.going_on(working.job)
    return {"rows": working.job.done}


def _searched(working: Working, part: Sequence[AskedRow], asked: JsonObject, sha256: str) -> list[JsonObject]:
    """Ask for the rows of a slice that can be read, in one request, when its turn has come."""
    readable = [row for row in part if row.fault is None]
    answer: JsonObject = {"answers": [], "silent_sources": [], "trail_sequence": None}
    if readable:
        rows: JsonObject = {"sha256": sha256, "first": readable[0].number, "last": readable[-1].number}
        queries: list[Json] = [row.query for row in readable]
        given: JsonObject = {**asked, "officer": working.job.account, "queries": queries, "rows": rows}
        answer = working.in_turn(lambda: perform(working.node, "search_many", given))
    answers = answer["answers"]
    assert isinstance(answers, list), "answers are a list"
    following = iter(answers)
    return [
        {
            "row": row.number,
            "reference": row.reference,
            "answer": next(following) if row.fault is None else {"error": error_to_json(row.fault)},
            "trail_sequence": answer["trail_sequence"] if row.fault is None else None,
            "silent_sources": answer["silent_sources"] if row.fault is None else [],
            # An officer goes from a row on to its candidates, and for that asks its query anew (decision 0094).
            **({"query": row.query} if working.job.token == AT_DESK else {}),
        }
        for row in part
    ]


def _import(working: Working) -> JsonObject:
    job = working.job
    for name in (REJECTS, f"{REJECTS}.part"):
        # Of the run that a restart cut off; this one rejects the same rows anew.
        working.files.drop(job, name)
    answer = working.perform("record_import", file=working.source(), rejects=working.made(REJECTS))
    summary = answer["summary"]
    assert isinstance(summary, dict), "a summary is an object"
    working.job = replace(working.job, done=int(str(summary["read"])))
    counts = {name: count for name, count in summary.items() if name != "rejects_file"}
    return {**answer, "summary": counts}


def _export(working: Working) -> JsonObject:
    working.files.drop(working.job, EXPORTED)
    # Before anything is handed out: what the account may see may only change after it.
    under = to_object(under_what(working.node.identity, working.job.account))
    answer = working.perform("record_export", out=working.made(EXPORTED))
    working.job = replace(working.job, under=under)
    return {name: answer[name] for name in ("records", "sha256", "losses")}


def _attachment(working: Working) -> JsonObject:
    return working.perform("record_attach", file=working.source())


def _file(working: Working) -> JsonObject:
    working.files.drop(working.job, TAKEN_OUT)
    wanted = str(working.job.asked["file"])
    answer = working.perform("record_blob", file=wanted, out=working.made(TAKEN_OUT))
    return {name: value for name, value in answer.items() if name != "out"}


def _message_file(working: Working) -> JsonObject:
    working.files.drop(working.job, TAKEN_OUT)
    answer = working.perform("message_attachment", out=working.made(TAKEN_OUT))
    return {name: value for name, value in answer.items() if name != "out"}


def _fetch(working: Working) -> JsonObject:
    """Bring a file here, of a record or of a message; whoever asked opens it where it is shown (desk.md W73)."""
    answer = working.perform("record_blob" if "record" in working.job.asked else "message_attachment")
    return {name: value for name, value in answer.items() if name != "out"}


def _backup(working: Working) -> JsonObject:
    """Make a backup where the operator's settings say: sealed, or without keys (docs/rules/desk.md W59)."""
    settings = working.node.settings
    made = str(Path(settings.backup_folder) / str(working.job.asked["name"]))
    sealed: JsonObject = {"passphrase_file": settings.backup_passphrase_file} if settings.backup_passphrase_file else {}
    given: JsonObject = {"officer": working.job.account, "out": made, "without_keys": not sealed, **sealed}
    answer = perform(working.node, "backup", given, working.step)
    backup = answer["backup"]
    assert isinstance(backup, dict), "a backup is an object"
    shown = {name: backup[name] for name in ("file_sha256", "file_bytes", "trail_rows", "has_keys", "is_sealed")}
    return {**shown, "file": Path(made).name, "not_recorded": answer["not_recorded"]}


WORK: Final[Mapping[JobKind, Work]] = {
    JobKind.SEARCHES: _searches,
    JobKind.IMPORT: _import,
    JobKind.EXPORT: _export,
    JobKind.ATTACHMENT: _attachment,
    JobKind.FILE: _file,
    JobKind.MESSAGE_FILE: _message_file,
    JobKind.FETCH: _fetch,
    JobKind.BACKUP: _backup,
}


def fault() -> Unavailable:
    """Say that a job failed by a defect of ours; what it was stands in the log."""
    return Unavailable(
        "The node could not do this.",
        why="Something in it is broken; the node's log says what.",
        do="Tell the operator of this node the time at which it happened.",
        retry_is_safe=False,
    )
