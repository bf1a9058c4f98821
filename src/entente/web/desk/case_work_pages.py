"""What is done on a case: tasks and terms set and done, exhibits entered and handed over."""

from __future__ import annotations

from collections.abc import Sequence

from entente.cases import exhibits, tasks
from entente.kernel.canonical import JsonObject
from entente.web.desk.case_pages import CASE_PLACE, case_path, number_of
from entente.web.desk.forms import Field, Kind
from entente.web.desk.page import ActPage, Asked, Done, Page

_HOUR_CHARACTERS = 5
"""14:30; an hour of one digit is taken, and written with two."""


def _moment(asked: Asked) -> str:
    """Return the day and time of a form as one moment in UTC, as a verb reads it; without a time the end of the day."""
    day, time = asked.form.value("day"), asked.form.value("time")
    return f"{day}T{(time or '23:59').zfill(_HOUR_CHARACTERS)}:00Z" if day or time else ""


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
    given: JsonObject = {
        name: form.value(name) for name in ("kind", "what", "found_where", "found_by", "seal", "sha256")
    }
    asked.perform("exhibit_enter", {"number": number, **given, "found_at": _moment(asked)})
    return Done(case_path(number), "exhibit_entered")


def _hand_over(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    given: JsonObject = {
        name: form.value(name) for name in ("exhibit", "gave", "took", "where", "seal", "sha256", "remark")
    }
    asked.perform("exhibit_hand_over", {"number": number, **given, "at": _moment(asked)})
    return Done(case_path(number), "exhibit_handed_over")


_KEEPERS = ("keep_case",)
_LINE = exhibits.LINE_CHARACTERS_MAX
_SEAL = Field("seal", is_needed=False, most=_LINE)
_SHA256 = Field("sha256", is_needed=False, most=64)

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
        "enter_exhibit", f"{CASE_PLACE}/exhibits", ("exhibit_enter",), _KEEPERS, "case", "Enters an exhibit in a case.",
        _enter_exhibit,
        (
            Field("kind", Kind.CODE, codes="exhibit_kinds"),
            Field("what", Kind.TEXT, most=exhibits.WHAT_CHARACTERS_MAX),
            Field("day", Kind.DAY, most=10, asks="found_at"),
            Field("time", Kind.HOUR),
            Field("found_where", most=_LINE),
            Field("found_by", most=_LINE),
            _SEAL,
            _SHA256,
        ),
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
        ),
    ),
)  # fmt: skip
