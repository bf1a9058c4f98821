"""Cases: the register, one case with its chronology, and what is done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.cases.model import TITLE_CHARACTERS_MAX
from entente.cases.rules import NOTE_CHARACTERS_MAX, REFERENCE_CHARACTERS_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.verbs.references import names_and_officer
from entente.web.desk.forms import Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text
from entente.web.sentences import is_known, said
from entente.web.wording import Moment, Wording

ON_A_PAGE = 50
_READERS = ("open_case", "keep_case")
_ITEM_PATHS: Mapping[str, str] = {
    "message_sent": f"{PREFIX}/messages",
    "message_received": f"{PREFIX}/messages",
    "hit": f"{PREFIX}/hits",
}
"""Kind of a chronology's line → where the item it is about is shown."""
_WRITTEN = frozenset({"note", "opened", "closed", "reopened", "reference", "message_sent", "message_received"})
"""Kinds whose text an officer wrote; of the others a room wrote it, in English."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the register."""

    number: str
    to: str
    title: str
    crime_area: str
    is_open: bool
    opened_at: Moment
    opened_by: str


@dataclass(frozen=True, slots=True)
class CasesPage:
    """What `cases.html` shows."""

    title: str
    cases: Sequence[CaseLine]
    next: str
    """Where the older ones are; empty after the last."""
    may_open: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of a chronology."""

    at: Moment
    kind: str
    officer: str
    text: str
    to: str
    """Where the item it is about is shown; empty for none."""


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """The other side's number."""

    body: BodyName
    reference: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """What `case.html` shows."""

    title: str
    number: str
    name: str
    to: str
    crime_area: str
    is_open: bool
    opened_at: Moment
    opened_by: str
    references: Sequence[ReferenceLine]
    events: Sequence[EventLine]
    bodies: Mapping[str, str]
    """Code → name, of the other bodies of the directory."""
    may_keep: bool
    messages: str
    """Where its messages are, and where one is written; each empty where this reader may not."""
    write: str


def case_path(number: str) -> str:
    """Return where a case is shown."""
    return f"{PREFIX}/cases/{number}"


def case_line(case: JsonObject, say: Wording) -> CaseLine:
    """Return a case as lists show it."""
    number = text(case, "number")
    return CaseLine(
        number=number,
        to=case_path(number),
        title=text(case, "title"),
        crime_area=say.code("crime_areas", text(case, "crime_area")),
        is_open=case["state"] == "open",
        opened_at=say.moment(parse_time(text(case, "opened_at"), "opened_at")),
        opened_by=text(case, "opened_by"),
    )


def _cases(asked: Asked) -> CasesPage:
    given: JsonObject = {"limit": ON_A_PAGE, "before": asked.query.get("before", "")}
    answer = asked.perform("case_list", given)
    following = answer["next_before"]
    return CasesPage(
        title=asked.say.text("nav.cases"),
        cases=[case_line(one, asked.say) for one in members(answer, "cases")],
        next=f"{PREFIX}/cases?before={following}" if following else "",
        may_open=may_do(asked, "open_case"),
    )


def _open(asked: Asked) -> Done:
    form = asked.form
    answer = asked.perform("case_open", {"title": form.value("title"), "crime_area": form.value("crime_area")})
    return Done(case_path(text(member(answer, "case"), "number")), "case_opened")


def _number(asked: Asked) -> str:
    return f"{asked.path['year']}/{asked.path['serial']}"


def _case(asked: Asked) -> CasePage:
    answer, say = asked.perform("case_show", {"number": _number(asked)}), asked.say
    case = member(answer, "case")
    line = case_line(case, say)
    names, _ = names_and_officer(asked.node, asked.officer)
    others = sorted((one.code, one.name) for one in names.bodies.values() if one.id != names.own.id)
    return CasePage(
        title=f"{line.number} {line.title}",
        number=line.number,
        name=line.title,
        to=line.to,
        crime_area=line.crime_area,
        is_open=line.is_open,
        opened_at=line.opened_at,
        opened_by=line.opened_by,
        references=[
            ReferenceLine(body_name(member(one, "body")), text(one, "reference")) for one in members(case, "references")
        ],
        events=[_event(one, say) for one in members(answer, "events")],
        bodies={code: f"{code} · {name}" for code, name in others},
        may_keep=may_do(asked, "keep_case"),
        messages=f"{PREFIX}/messages?case={line.number}" if may_do(asked, "read_message") else "",
        write=f"{PREFIX}/messages/new?case={line.number}" if may_do(asked, "send_message") else "",
    )


def _event(event: JsonObject, say: Wording) -> EventLine:
    kind, subject = text(event, "kind"), text(event, "subject")
    return EventLine(
        at=say.moment(parse_time(text(event, "at"), "at")),
        kind=say.code("case_events", kind),
        officer=text(event, "officer"),
        text=_told(text(event, "text"), is_written=kind in _WRITTEN, say=say),
        to=f"{_ITEM_PATHS[kind]}/{subject}" if kind in _ITEM_PATHS else "",
    )


def _told(text: str, *, is_written: bool, say: Wording) -> str:
    """Return what a room wrote into the chronology in the reader's language; what officers wrote, as it is."""
    return text if is_written or not is_known(text) else said(say, text)


def _note(asked: Asked) -> Done:
    number = _number(asked)
    asked.perform("case_note", {"number": number, "text": asked.form.value("text")})
    return Done(case_path(number), "case_noted")


def _refer(asked: Asked) -> Done:
    number = _number(asked)
    given: dict[str, Json] = {"body": asked.form.value("body"), "reference": asked.form.value("reference")}
    asked.perform("case_refer", {"number": number, **given})
    return Done(case_path(number), "case_referred")


def _close(asked: Asked) -> Done:
    number = _number(asked)
    asked.perform("case_close", {"number": number, "reason": asked.form.value("reason")})
    return Done(case_path(number), "case_closed")


def _reopen(asked: Asked) -> Done:
    number = _number(asked)
    asked.perform("case_reopen", {"number": number, "reason": asked.form.value("reason")})
    return Done(case_path(number), "case_reopened")


_CASE = "/cases/{year}/{serial}"
_TEXT = Field("text", Kind.TEXT, most=NOTE_CHARACTERS_MAX)
_REASON = Field("reason", Kind.TEXT, most=NOTE_CHARACTERS_MAX, asks="text")

PAGES: Sequence[Page] = (
    ShowPage(
        "cases", "/cases", ("case_list",), _READERS, "cases.html", "The register of cases, the newest first.", _cases,
        in_navigation=True, key="c",
    ),
    ActPage(
        "open_case", "/cases", ("case_open",), ("open_case",), "cases", "Opens a case with the next number.", _open,
        (Field("title", most=TITLE_CHARACTERS_MAX), Field("crime_area", Kind.CODE, codes="crime_areas")),
    ),
    ShowPage("case", _CASE, ("case_show",), _READERS, "case.html", "A case with its chronology.", _case),
    ActPage(
        "note_case", f"{_CASE}/note", ("case_note",), ("keep_case",), "case", "Writes a note into a case.", _note, (_TEXT,),
    ),
    ActPage(
        "refer_case", f"{_CASE}/refer", ("case_refer",), ("keep_case",), "case", "Adds the other side's number.", _refer,
        (Field("body", Kind.CODE), Field("reference", most=REFERENCE_CHARACTERS_MAX)),
    ),
    ActPage(
        "close_case", f"{_CASE}/close", ("case_close",), ("keep_case",), "case", "Closes a case.", _close, (_REASON,),
        heeds_changes=True,
    ),
    ActPage(
        "reopen_case", f"{_CASE}/reopen", ("case_reopen",), ("keep_case",), "case", "Opens a closed case again.", _reopen,
        (_REASON,), heeds_changes=True,
    ),
)  # fmt: skip
