"""Commands with files for a node elsewhere: the file is sent, a job of the node does the verb, what came of it is fetched.

The job outlives the command: who stops it while it waits finds the job with GET /jobs, and what is done stays.
Source: docs/rules/api.md P12 and P13; docs/decisions/0073-the-command-line-asks-by-its-verbs.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias, cast

from entente.client import Client
from entente.client.shapes import Job
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.wire import error_from_json

Progress: TypeAlias = Callable[[int], None]
LOOK_SECONDS: Final = 0.1
LOOK_SECONDS_MAX: Final = 2.0
"""Between two looks at a job: each is twice the one before, so that a short job costs no second and a long one few requests."""
ENDS: Final = frozenset({"done", "failed", "cancelled"})


def import_records(client: Client, asked: JsonObject, on_progress: Progress) -> JsonObject:
    """Import a file of this machine; what it rejects is written beside it, as at the node."""
    file = Path(str(asked["file"]))
    rejects = _new(Path(str(asked["rejects"] or f"{file}.rejects.jsonl")), "rejects")
    made = client.import_records(
        upload=_sent(client, file),
        terms=str(asked["terms"]),
        mapping=str(asked["mapping"]) or None,
        share_with=cast("list[str]", asked["share_with"]) or None,
        list=str(asked["list"]) or None,
        withdraw_gone=asked["withdraw_gone"] is True,
        gone_percent_max=cast("int", asked["gone_percent_max"]),
    )
    outcome = _outcome(client, made["id"], on_progress)
    summary = outcome["summary"]
    assert isinstance(summary, dict), "an import ends with its counts"
    if summary["rejected"]:
        client.read_job_file(made["id"], "rejects.jsonl", into=rejects)
    return {**outcome, "summary": {**summary, "rejects_file": str(rejects) if summary["rejected"] else ""}}


def suggest_mapping(client: Client, asked: JsonObject, _: Progress) -> JsonObject:
    """Have a mapping proposed for a table of this machine."""
    keys = cast("list[str]", asked["keys"]) or None
    return cast("JsonObject", client.suggest_mapping(_sent(client, Path(str(asked["file"]))), keys=keys))


def preview_import(client: Client, asked: JsonObject, _: Progress) -> JsonObject:
    """Have the first rows of a file of this machine read as an import would."""
    upload = _sent(client, Path(str(asked["file"])))
    mapping = str(asked["mapping"]) or None
    return cast("JsonObject", client.preview_import(upload, terms=str(asked["terms"]), mapping=mapping))


def export_records(client: Client, asked: JsonObject, on_progress: Progress) -> JsonObject:
    """Have the body's own records written, and fetch the file."""
    out = _new(Path(str(asked["out"])), "out")
    made = client.export_records(
        purpose=str(asked["purpose"]),
        crime_area=str(asked["crime_area"]),
        case=str(asked["case"]) or None,
        kind=str(asked["kind"]) or None,
        format="ftm",
    )
    outcome = _outcome(client, made["id"], on_progress)
    client.read_job_file(made["id"], "records.jsonl", into=out)
    return {"out": str(out), **outcome}


def attach_file(client: Client, asked: JsonObject, on_progress: Progress) -> JsonObject:
    """Attach a file of this machine to a record."""
    upload = _sent(client, Path(str(asked["file"])))
    made = client.attach_file(str(asked["record"]), upload=upload, terms=str(asked["terms"]) or None)
    return _outcome(client, made["id"], on_progress)


def fetch_file(client: Client, asked: JsonObject, on_progress: Progress) -> JsonObject:
    """Take a file out of a record, onto this machine."""
    out = _new(Path(str(asked["out"])), "out")
    made = client.fetch_file(
        str(asked["record"]),
        file=str(asked["file"]),
        purpose=str(asked["purpose"]),
        crime_area=str(asked["crime_area"]),
        case=str(asked["case"]) or None,
    )
    outcome = _outcome(client, made["id"], on_progress)
    client.read_job_file(made["id"], "file", into=out)
    return {**outcome, "out": str(out)}


def fetch_attachment(client: Client, asked: JsonObject, on_progress: Progress) -> JsonObject:
    """Take a file out of a message, onto this machine."""
    if not asked["out"]:
        raise Invalid(
            "It is not said where the file goes.",
            field="out",
            why="A node elsewhere hands a file out, and does not only fetch it for itself.",
            do="Name a file with --out.",
        )
    out = _new(Path(str(asked["out"])), "out")
    made = client.fetch_attachment(str(asked["id"]), file=str(asked["file"]))
    outcome = _outcome(client, made["id"], on_progress)
    client.read_job_file(made["id"], "file", into=out)
    return {**outcome, "out": str(out)}


def with_files_sent(client: Client, asked: JsonObject) -> JsonObject:
    """Send the files that go with a message, and return what is asked with what the node calls them."""
    files = cast("list[JsonObject]", asked["attachments"])
    return {**asked, "attachments": [_sent(client, Path(str(one["file"]))) for one in files]}


BY_JOB: Final[Mapping[str, Callable[[Client, JsonObject, Progress], JsonObject]]] = {
    "record_import": import_records,
    "record_mapping_suggest": suggest_mapping,
    "record_import_preview": preview_import,
    "record_export": export_records,
    "record_attach": attach_file,
    "record_blob": fetch_file,
    "message_attachment": fetch_attachment,
}
"""Verbs that take or give a file, and how they are asked of a node elsewhere."""


def _sent(client: Client, file: Path) -> str:
    return client.upload_file(file=file, name=file.name)["id"]


def _outcome(client: Client, job: str, on_progress: Progress) -> JsonObject:
    """Wait for a job; return what its verb answers, raise the error that ended it."""
    pause = LOOK_SECONDS
    while (shown := client.show_job(job)["job"])["state"] not in ENDS:
        on_progress(shown["done"])
        time.sleep(pause)
        pause = min(2 * pause, LOOK_SECONDS_MAX)
    on_progress(shown["done"])
    return _ended(shown)


def _ended(job: Job) -> JsonObject:
    if job["error"] is not None:
        raise error_from_json(job["error"])
    if job["outcome"] is None:
        raise Conflict(
            f"The job {job['id']} was cancelled.",
            why="Somebody who speaks for its account ended it; what was done stays.",
            do="Ask for it again, if it should go on: what is there is not changed by it.",
        )
    return job["outcome"]


def _new(path: Path, field: str) -> Path:
    """Return the path of a file that is to be written; raise Invalid before anything is asked where one is there."""
    if path.exists():
        raise Invalid(
            f"The file {path.name} is there already.",
            field=field,
            why="Nothing is overwritten.",
            do="Name another, or move that one away.",
        )
    return path
