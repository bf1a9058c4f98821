"""Why an officer works with personal data: asked once, kept for the task, stated with every act until it is changed.

Source: DESIGN 5 (a search states purpose and case or occasion); docs/rules/identity.md I13; docs/rules/desk.md W30.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from entente.cases.model import CaseState
from entente.identity.model import Occasion
from entente.identity.rules import OCCASION_CHARACTERS_MAX, check_occasion, unknown_case
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.memory import Task
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage, may_do
from entente.web.desk.paths import HOME, own_path
from entente.web.desk.reading import members, text

TASK_FIELDS: Sequence[Field] = (
    Field("purpose", Kind.CODE, codes="purposes"),
    Field("crime_area", Kind.CODE, codes="crime_areas"),
    Field("case", is_needed=False, most=OCCASION_CHARACTERS_MAX),
    Field("occasion", is_needed=False, most=OCCASION_CHARACTERS_MAX),
)
_OWN_CASES = 50


@dataclass(frozen=True, slots=True)
class TaskShown:
    """The task as pages show it, empty while it is not said, and what its form begins with."""

    purpose: str = ""
    crime_area: str = ""
    case: str = ""
    occasion: str = ""
    purpose_code: str = ""
    crime_area_code: str = ""
    cases: Sequence[tuple[str, str]] = ()
    """Number and title of the newest open cases, where they may be suggested: nothing personal is searched for."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """What `task.html` shows: a page that cannot be shown before it is said why it is looked at."""

    title: str
    task: TaskShown
    back: str
    """Where to go once it is said."""


def task_shown(asked: Asked) -> TaskShown:
    """Return the task of the session as it stands."""
    task, say = asked.memory.task, asked.say
    if task is None:
        return TaskShown()
    return TaskShown(
        purpose=say.code("purposes", task.purpose),
        crime_area=say.code("crime_areas", task.crime_area),
        case=task.case,
        occasion=task.occasion,
        purpose_code=task.purpose,
        crime_area_code=task.crime_area,
    )


def task_asked(asked: Asked) -> TaskShown:
    """Return the task as its form begins, with the cases that may be suggested."""
    suggested = _open_cases(asked) if may_do(asked, "open_case", "keep_case") else ()
    return replace(task_shown(asked), cases=suggested)


def asks_why_first(back: str) -> Elsewhere:
    """Return the way to the page that asks why, and leads back to what was to be looked at."""
    return Elsewhere(f"{PREFIX}/task?{urlencode({'back': back})}")


def task_from(asked: Asked, form: Entered) -> Task:
    """Return the task that a form states; raise Invalid as every search does where it does not say why.

    A case is one that is here and may be known to the officer: what was found for another would be confirmed for none.
    """
    task = Task(form.value("purpose"), form.value("crime_area"), form.value("case"), form.value("occasion"))
    check_occasion(Occasion(task.purpose, task.crime_area, task.case, task.occasion), asked.node.lists)
    if task.case and not asked.node.cases.is_here(task.case, asked.officer):
        raise unknown_case()
    return task


def _open_cases(asked: Asked) -> Sequence[tuple[str, str]]:
    found = members(asked.perform("case_list", {"limit": _OWN_CASES}), "cases")
    return [(text(one, "number"), text(one, "title")) for one in found if one["state"] == CaseState.OPEN]


def _show(asked: Asked) -> TaskPage:
    back = asked.form.back or own_path(asked.query.get("back", ""))
    return TaskPage(asked.say.text("task.title"), task_asked(asked), back)


def _set(asked: Asked) -> Done:
    asked.memory.task = task_from(asked, asked.form)
    return Done(asked.form.back or HOME)


PAGES: Sequence[Page] = (
    ShowPage(
        "task", "/task", ("case_list",), ("search", "show_record"), "task.html",
        "Asks why an officer works with personal data: purpose, crime area, case or occasion.", _show,
    ),
    ActPage(
        "set_task", "/task", (), ("search", "show_record"), "task", "States it for what follows.", _set, tuple(TASK_FIELDS),
        is_once=False,
    ),
)  # fmt: skip
