"""Who works on a case and under which number: team, hand-over, another title, joined to another, split in two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

from entente.cases.model import TITLE_CHARACTERS_MAX
from entente.cases.rules import NOTE_CHARACTERS_MAX, OF_ITEMS
from entente.cases.teams import UNIT_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.web.desk.case_pages import CASE_PLACE, SEEN, case_line, case_path, event_text, number_of, version_of
from entente.web.desk.forms import Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import member, members, text, texts, whole

TEAM_TEXT_MAX = 8_000
"""A hundred officers' ids, one a line."""
OVER_TEXT_MAX = 10_000
"""More ids, one a line, than a form has fields (forms.FORM_FIELDS_MAX)."""


@dataclass(frozen=True, slots=True)
class SplitPage:
    """What `case_split.html` shows."""

    title: str
    number: str
    to: str
    crime_area_code: str
    version: int
    over: Mapping[str, str]
    """Everything that may go over: its id, and what it is."""


def _split_page(asked: Asked) -> SplitPage:
    answer = asked.perform("case_show", {"number": number_of(asked)})
    case = member(answer, "case")
    line = case_line(case, asked.say)
    tasks = {text(one, "id"): text(one, "what") for one in members(answer, "tasks") if one["done_at"] is None}
    exhibits = {
        text(one, "id"): f"{text(one, 'label')} {_first(text(one, 'what'))}" for one in members(answer, "exhibits")
    }
    items = {
        text(one, "subject"): _first(escape(event_text(one, asked.say)).striptags())
        for one in members(answer, "events")
        if text(one, "kind") in OF_ITEMS
    }
    return SplitPage(
        title=asked.say.text("case.split_title", number=line.number),
        number=line.number,
        to=line.to,
        crime_area_code=text(case, "crime_area"),
        version=whole(case, "version"),
        over={**tasks, **exhibits, **items},
    )


def _first(words: str) -> str:
    return " ".join(words.split())[:100]


def _team(asked: Asked) -> Done:
    number = number_of(asked)
    given: JsonObject = {"team": [*asked.form.lines("team")], "version": version_of(asked)}
    asked.perform("case_team", {"number": number, **given})
    return Done(case_path(number), "team_set")


def _hand_over(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    given: JsonObject = {"to": form.value("officer"), "unit": form.value("unit"), "reason": form.value("reason")}
    answer = asked.perform("case_hand_over", {"number": number, **given, "version": version_of(asked)})
    team = texts(member(answer, "case"), "team")
    # Who hands over a case with a team leaves it: the register is where they may still go.
    return Done(case_path(number) if not team or asked.officer in team else f"{PREFIX}/cases", "case_handed_over")


def _rename(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    given: JsonObject = {"title": form.value("title"), "crime_area": form.value("crime_area")}
    asked.perform("case_rename", {"number": number, **given, "version": version_of(asked)})
    return Done(case_path(number), "case_renamed")


def _join(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    given: JsonObject = {"other": form.value("other"), "reason": form.value("reason"), "version": version_of(asked)}
    asked.perform("case_join", {"number": number, **given})
    return Done(case_path(number), "cases_joined")


def _split(asked: Asked) -> Done:
    number, form = number_of(asked), asked.form
    ids = form.lines("over")
    given: JsonObject = {
        "title": form.value("title"),
        "crime_area": form.value("crime_area"),
        "reason": form.value("reason"),
        "tasks": [one for one in ids if one.startswith("task-")],
        "exhibits": [one for one in ids if one.startswith("exhibit-")],
        "items": [one for one in ids if not one.startswith(("task-", "exhibit-"))],
        "version": version_of(asked),
    }
    answer = asked.perform("case_split", {"number": number, **given})
    return Done(case_path(text(member(answer, "case"), "number")), "case_split")


_ASSIGNERS = ("keep_case", "oversee_cases")
_KEEPERS = ("keep_case",)
_OPENERS = ("open_case",)
_REASON = Field("reason", Kind.TEXT, most=NOTE_CHARACTERS_MAX, asks="text")
_TITLE = (Field("title", most=TITLE_CHARACTERS_MAX), Field("crime_area", Kind.CODE, codes="crime_areas"))

PAGES: Sequence[Page] = (
    ActPage(
        "set_team", f"{CASE_PLACE}/team", ("case_team",), _ASSIGNERS, "case", "Says who alone may know of a case.", _team,
        (Field("team", Kind.TEXT, is_needed=False, most=TEAM_TEXT_MAX), SEEN),
    ),
    ActPage(
        "hand_case_over", f"{CASE_PLACE}/hand-over", ("case_hand_over",), _ASSIGNERS, "case",
        "Gives charge of a case to another.", _hand_over,
        (
            Field("officer", Kind.CODE, asks="to"),
            Field("unit", is_needed=False, most=UNIT_CHARACTERS_MAX),
            _REASON,
            SEEN,
        ),
    ),
    ActPage(
        "rename_case", f"{CASE_PLACE}/title", ("case_rename",), _KEEPERS, "case", "Gives a case another title or crime area.",
        _rename, (*_TITLE, SEEN),
    ),
    ActPage(
        "join_cases", f"{CASE_PLACE}/join", ("case_join",), _KEEPERS, "case", "Joins another case to one that goes on.", _join,
        (Field("other", most=20), _REASON, SEEN),
    ),
    ShowPage(
        "case_split", f"{CASE_PLACE}/split", ("case_show",), _OPENERS, "case_split.html", "What goes over to a new case.",
        _split_page,
    ),
    ActPage(
        "split_case", f"{CASE_PLACE}/split", ("case_split",), _OPENERS, "case_split", "Opens a new case of a part of another.",
        _split, (*_TITLE, _REASON, Field("over", Kind.CODES, is_needed=False, most=OVER_TEXT_MAX), SEEN),
    ),
)  # fmt: skip
