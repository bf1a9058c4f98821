"""The files of records: fetched from where a copy came, downloaded, and of our own records attached and taken off.

To open a file is to look at its record, for the purpose that the session works for; the gate is asked, and the look is a row of
the trail. What is downloaded was held against what its source signed before its first byte leaves.

Source: docs/rules/desk.md W73; docs/rules/records.md R20 to R24.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.file_names import kept_name, plain_name
from entente.kernel.ids import RecordId
from entente.kernel.jobs import JobKind
from entente.records.blobs import Looking
from entente.records.originals import original_seen
from entente.verbs.references import names_of
from entente.web.desk.attaching import require_of_type
from entente.web.desk.file_lines import BLOB
from entente.web.desk.forms import Field, Kind
from entente.web.desk.job_pages import job_path
from entente.web.desk.memory import Task
from entente.web.desk.naming import quote_record, record_asked_for, record_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Download, Elsewhere, Page, ShowPage, Streamed
from entente.web.desk.reading import member, members, text
from entente.web.desk.task import asks_why_first

READERS: Final = ("show_record",)
OURS: Final = ("attach_file",)


def _record_id(asked: Asked) -> RecordId:
    """Return the id of the record that a path names; raise NotFound for what names none."""
    try:
        return names_of(asked.node).record(record_asked_for(asked))
    except Invalid as error:
        raise NotFound from error


def _download(asked: Asked) -> Download | Elsewhere:
    task = asked.memory.task
    if task is None:
        return asks_why_first(record_path(record_asked_for(asked)))
    why = Looking(task.purpose, task.crime_area, task.case)
    file, plain = asked.node.blobs.checked_file(asked.officer, _record_id(asked), BLOB + asked.path["file"], why)
    return Download(plain_name(file.file_name), Streamed(file.size, plain), kept_name(file.file_name))


def _fetch(asked: Asked) -> Done:
    name, task = record_asked_for(asked), asked.memory.task
    if task is None:
        return Done(record_path(name))
    file = _file_of(asked, name, task)
    given: JsonObject = {"record": name, "file": file, **task.about()}
    job = asked.jobs.make(asked.officer, JobKind.FETCH, asked.once, given)
    return Done(job_path(job.id))


def _file_of(asked: Asked, name: str, task: Task) -> str:
    """Return the file that a path names; raise NotFound where this reader may not know of it, so that no job is made."""
    shown = member(asked.perform("record_show", {"record": name, **task.about()}), "record")
    wanted = BLOB + asked.path["file"]
    if wanted not in {text(one, "blob") for one in members(shown, "files")}:
        raise NotFound
    return wanted


def _attach(asked: Asked) -> Done:
    if (made := asked.jobs.made_before(asked.officer, asked.once)) is not None:
        # The second click of two: the file is the job's by now.
        return Done(job_path(made.id))
    name, file = record_asked_for(asked), asked.form.value("file")
    require_of_type(asked, file)
    job = asked.jobs.make(asked.officer, JobKind.ATTACHMENT, asked.once, {"record": name}, upload=file)
    return Done(job_path(job.id))


def _detach(asked: Asked) -> Done:
    name = record_asked_for(asked)
    asked.perform("record_detach", {"record": name, "file": BLOB + asked.path["file"]})
    return Done(record_path(name), "file_detached")


def _original(asked: Asked) -> Download | Elsewhere:
    task = asked.memory.task
    if task is None:
        return asks_why_first(f"{PREFIX}/original/{quote_record(record_asked_for(asked))}")
    why = Looking(task.purpose, task.crime_area, task.case)
    fragment = original_seen(asked.node.records, asked.officer, _record_id(asked), why)
    return Download(plain_name(f"{asked.path['local_id']}-original.txt"), fragment.data)


_RECORD: Final = "{source}/{local_id:path}"

PAGES: Sequence[Page] = (
    ShowPage(
        "record_file", f"/files/{{file}}/{_RECORD}", ("record_blob",), READERS, "", "A file of a record, to be kept.",
        _download, is_long=True,
    ),
    ActPage(
        "fetch_record_file", f"/files/{{file}}/{_RECORD}", ("record_show",), READERS, "record",
        "Has a file of a record brought here from where its copy came, as a job.", _fetch, is_once=False,
    ),
    ActPage(
        "attach_record_file", f"/attach/{_RECORD}", (), OURS, "record",
        "Attaches a file to one of our records, as a job.", _attach, (Field("file", Kind.FILE, asks="file_name"),),
        is_once=False,
    ),
    ActPage(
        "detach_record_file", f"/detach/{{file}}/{_RECORD}", ("record_detach",), OURS, "record",
        "Takes a file off one of our records, here and wherever it was sent.", _detach,
    ),
    ShowPage(
        "original_file", f"/original-file/{_RECORD}", ("record_original",), READERS, "",
        "The part of a file that one of our records was made from, to be kept.", _original,
    ),
)  # fmt: skip
