"""What is done on a case: tasks and terms set and done, exhibits entered, handed over, and held against a file.

Of a digital exhibit the file may be given in the place of its digest: it comes as every large file does, its digest is computed
as it comes, and it is removed when the act is done. No file of an exhibit is kept here.

Source: docs/rules/desk.md W51 and W143; docs/rules/cases.md C14 and C21.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from entente.cases import exhibits, tasks
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.jobs import Upload
from entente.web.desk.case_pages import CASE_PLACE, case_path, number_of
from entente.web.desk.forms import Field, Kind, hour_of
from entente.web.desk.page import ActPage, Asked, Done, Page


def _moment(asked: Asked) -> str:
    """Return the day and time of a form as one moment in UTC, as a verb reads it; without a time the end of the day."""
    day, time = asked.form.value("day"), asked.form.value("time")
    return f"{day}T{hour_of(time) or '23:59'}:00Z" if day or time else ""


def _set_task(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    given: JsonObject = {"what": form.value("what"), "to": form.value("officer"), "term_of": form.value("term_of")}
    asked.perform("task_set", {"number": number, **given, "due_at": _moment(asked)})
    return Done(case_path(number), "task_set")


def _finish_task(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    asked.perform("task_finish", {"number": number, "task": form.value("task"), "outcome": form.value("outcome")})
    return Done(case_path(number), "task_finished")


def _enter_exhibit(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    given: JsonObject = {name: form.value(name) for name in ("kind", "what", "found_where", "found_by", "seal")}
    with _given_file(asked) as file:
        asked.perform("exhibit_enter", {"number": number, **given, **_digest(asked, file), "found_at": _moment(asked)})
        if file is None:
            return Done(case_path(number), "exhibit_entered")
        return Done(case_path(number), "exhibit_entered_from_file")


def _hand_over(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    given: JsonObject = {name: form.value(name) for name in ("exhibit", "gave", "took", "where", "seal", "remark")}
    with _given_file(asked) as file:
        asked.perform("exhibit_hand_over", {"number": number, **given, **_digest(asked, file), "at": _moment(asked)})
    return Done(case_path(number), "exhibit_handed_over")


def _check_exhibit(asked: Asked) -> Done:
    with _given_file(asked) as file:
        assert file is not None, "the form was given back without one"
        given: JsonObject = {"number": number_of(asked), "exhibit": asked.form.value("exhibit")}
        answer = asked.perform("exhibit_check", {**given, **_computed(file)})
    if answer["is_same"] is True:
        return Done(case_path(number_of(asked)), "exhibit_same")
    return Done(case_path(number_of(asked)), "exhibit_differs")


@contextmanager
def _given_file(asked: Asked) -> Iterator[Upload | None]:
    """Give what a form's file is, None where none was chosen; its digest was computed as it came, and it does not stay."""
    chosen = next(iter(asked.form.lines(FILE.name)), "")
    if not chosen:
        yield None
        return
    try:
        yield asked.jobs.upload(asked.officer, chosen)[0]
    finally:
        asked.jobs.drop(asked.officer, chosen)


def _digest(asked: Asked, file: Upload | None) -> JsonObject:
    """Return the digest of a form, of the file that was given or as it was typed; raise Invalid where the two differ."""
    typed = asked.form.value("sha256").lower()
    if file is not None and typed not in {"", file.sha256}:
        raise Invalid(
            "The digest that was typed is not that of the file.",
            field="sha256",
            why=f"The SHA-256 of «{file.name}», {file.size} bytes, is {file.sha256} (docs/rules/cases.md C21).",
            do="Compare the two, and choose the file again: leave the digest empty to take that of the file.",
        )
    return {"sha256": typed} if file is None else _computed(file)


def _computed(file: Upload) -> JsonObject:
    return {"sha256": file.sha256, "file_name": file.name, "bytes": file.size}


_KEEPERS = ("keep_case",)
_LINE = exhibits.LINE_CHARACTERS_MAX
_SEAL = Field("seal", is_needed=False, most=_LINE)
_SHA256 = Field("sha256", is_needed=False, most=64)
FILE: Final = Field("exhibit_file", Kind.FILE, is_needed=False, asks="file_name")
"""The file itself, of which the digest is computed here; the last field of its form (W55)."""

PAGES: Sequence[Page] = (
    ActPage(
        "set_case_task", f"{CASE_PLACE}/tasks", ("task_set",), _KEEPERS, "case",
        "Sets something to be done on a case.", _set_task,
        (
            Field("what", most=tasks.WHAT_CHARACTERS_MAX),
            Field("officer", Kind.CODE, asks="to"),
            Field("day", Kind.DAY, is_needed=False, most=10, asks="due_at"),
            Field("time", Kind.HOUR, is_needed=False),
            Field("term_of", is_needed=False, most=tasks.TERM_CHARACTERS_MAX),
        ),
    ),
    ActPage(
        "finish_task", f"{CASE_PLACE}/tasks/done", ("task_finish",), _KEEPERS, "case", "States that a task was done.",
        _finish_task, (Field("task", most=64), Field("outcome", Kind.TEXT, most=tasks.OUTCOME_CHARACTERS_MAX)),
    ),
    ActPage(
        "enter_exhibit", f"{CASE_PLACE}/exhibits", ("exhibit_enter",), _KEEPERS, "case",
        "Enters an exhibit in a case; of a digital one, where its file is given, with the digest computed here.", _enter_exhibit,
        (
            Field("kind", Kind.CODE, codes="exhibit_kinds"),
            Field("what", Kind.TEXT, most=exhibits.WHAT_CHARACTERS_MAX),
            Field("day", Kind.DAY, most=10, asks="found_at"),
            Field("time", Kind.HOUR),
            Field("found_where", most=_LINE),
            Field("found_by", most=_LINE),
            _SEAL,
            _SHA256,
            FILE,
        ),
    ),
    ActPage(
        "check_exhibit", f"{CASE_PLACE}/exhibits/check", ("exhibit_check",), _KEEPERS, "case",
        "Says whether a file is the same as a digital exhibit; the file is not kept.", _check_exhibit,
        (Field("exhibit", most=64), Field("exhibit_file", Kind.FILE, asks="file_name")),
    ),
    ActPage(
        "hand_exhibit_over", f"{CASE_PLACE}/exhibits/over", ("exhibit_hand_over",), _KEEPERS, "case",
        "Adds a hand-over to an exhibit's chain of custody.", _hand_over,
        (
            Field("exhibit", most=64),
            Field("day", Kind.DAY, most=10, asks="at"),
            Field("time", Kind.HOUR),
            Field("gave", most=_LINE),
            Field("took", most=_LINE),
            Field("where", most=_LINE),
            _SEAL,
            _SHA256,
            Field("remark", Kind.TEXT, is_needed=False, most=exhibits.REMARK_CHARACTERS_MAX),
            FILE,
        ),
    ),
)  # fmt: skip
