"""The files of messages: sent while a message is written, listed with one, fetched from its sender, and downloaded.

A file that came stays with its sender until somebody here asks for it; a job brings it, and its page says how far it is. What is
downloaded was held against what its sender signed before its first byte leaves.

Source: docs/rules/desk.md W73; docs/rules/correspondence.md M24 and M25.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.file_names import kept_name, plain_name
from entente.kernel.jobs import JobKind
from entente.web.desk.attaching import taken_in
from entente.web.desk.file_lines import BLOB, FileLine, file_line
from entente.web.desk.job_pages import job_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Download, Page, ShowPage, Streamed
from entente.web.desk.reading import members, text

READERS: Final = ("read_message",)
WRITE_PATH: Final = f"{PREFIX}/messages/new"


def files_of(asked: Asked, message: JsonObject) -> list[FileLine]:
    """Return the files of a message as an answer has them; none of one that is not opened."""
    at = f"{PREFIX}/messages/{text(message, 'id')}/files/"
    is_ours = message["way"] == "sent"
    return [
        replace(file_line(asked, one, at), is_here=is_ours or one["is_here"] is True)
        for one in members(message, "attachments")
    ]


def keep_file(asked: Asked) -> Done:
    """Keep the file that was sent, and show the form again with it; nothing is sent to anybody."""
    answers = asked.form.value("answers")
    here = asked.form.here or (f"{WRITE_PATH}?answers={answers}" if answers else WRITE_PATH)
    return Done(here, draft=taken_in(asked))


def _download(asked: Asked) -> Download:
    name = BLOB + asked.path["file"]
    file, plain = asked.node.correspondence.checked_attachment(asked.officer, asked.path["id"], name, asked.node.blobs)
    return Download(plain_name(file.file_name), Streamed(file.size, plain), kept_name(file.file_name))


def _fetch(asked: Asked) -> Done:
    message, name = asked.path["id"], BLOB + asked.path["file"]
    # Whoever may not know of it is told so here, and not by a job.
    asked.node.correspondence.attachment(asked.officer, message, name)
    job = asked.jobs.make(asked.officer, JobKind.FETCH, asked.once, {"id": message, "file": name})
    return Done(job_path(job.id))


_FILE = "/messages/{id}/files/{file}"


PAGES: Sequence[Page] = (
    ShowPage(
        "message_file", _FILE, ("message_attachment",), READERS, "", "A file of a message, to be kept.", _download,
        is_long=True,
    ),
    ActPage(
        "fetch_message_file", _FILE, (), READERS, "message",
        "Has a file of a message brought here, as a job.", _fetch, is_once=False,
    ),
)  # fmt: skip
