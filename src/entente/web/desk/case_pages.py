"""Cases: the register, one case with all that lies in it, the whole file for print, and what keeps it.

What is done on a case stands in `case_work_pages`, who works on it in `case_team_pages`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.cases.entered import ENTERED
from entente.cases.exhibits import CHECKED
from entente.cases.model import TITLE_CHARACTERS_MAX
from entente.cases.rules import NOTE_CHARACTERS_MAX, REFERENCE_CHARACTERS_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.jobs import UPLOAD_BYTES_MAX
from entente.verbs.references import Names, names_and_officer
from entente.web.desk.case_parts import (
    DecisionLine,
    ExhibitLine,
    TaskLine,
    decisions_of,
    exhibit_line,
    records_of,
    task_line,
)
from entente.web.desk.forms import Field, Kind
from entente.web.desk.message_lines import MessageLine, message_line
from entente.web.desk.naming import record_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.sentences import is_known, said
from entente.web.wording import Moment, Wording

ON_A_PAGE = 50
_DIGITS = 10
_NO_VERSION = 2**31 - 1
CASE_READERS = ("open_case", "keep_case", "oversee_cases")
MESSAGES_SHOWN = 20
"""Of a case, the newest; the rest stands in the list of messages."""
MESSAGES_PRINTED = 200
"""Of a whole file that is printed: as many as the verb lists at once."""
_ITEM_PATHS: Mapping[str, str] = {
    "message_sent": f"{PREFIX}/messages",
    "message_received": f"{PREFIX}/messages",
    "hit": f"{PREFIX}/hits",
}
"""Kind of a chronology's line → where the item it is about is shown."""
_WRITTEN = frozenset(
    {
        "note", "opened", "renamed", "closed", "reopened", "reference", "message_sent", "message_received", "team", "handed_over",
        "task", "task_given", "task_done", "exhibit", "exhibit_moved", "joined", "goes_on", "split", "split_from",
    }
)  # fmt: skip
"""Kinds whose text an officer wrote; of the others a room wrote it, in English."""
_NAMED = frozenset({"task", "task_given", "exhibit", "exhibit_moved"})
"""Kinds whose text a room began with a label or an officer, and a colon."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the register."""

    number: str
    to: str
    title: str
    crime_area: str
    is_open: bool
    state: str
    """A key of `state.…`."""
    has_team: bool
    opened_at: Moment
    opened_by: str
    in_charge: str


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
class CheckLine:
    """That a file was held against an exhibit."""

    event: EventLine
    is_same: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """What `case.html` shows."""

    title: str
    number: str
    name: str
    to: str
    crime_area: str
    crime_area_code: str
    is_open: bool
    is_joined: bool
    state: str
    version: int
    opened_at: Moment
    opened_by: str
    in_charge: str
    unit: str
    team: Sequence[str]
    goes_on_in: str
    """Of a joined case, the number of the one that goes on; empty else."""
    joined: Sequence[str]
    split_from: str
    references: Sequence[ReferenceLine]
    events: Sequence[EventLine]
    tasks: Sequence[TaskLine]
    """The open ones first."""
    exhibits: Sequence[ExhibitLine]
    checks: Mapping[str, CheckLine]
    """Exhibit → the last time a file was held against it."""
    file_most: str
    """How large a file may be of which a digest is computed."""
    decisions: Sequence[DecisionLine]
    records: Sequence[tuple[str, str]]
    """What something was decided about, with where it is shown."""
    letters: Sequence[MessageLine]
    """The newest messages, where this reader may read the list."""
    officers: Mapping[str, str]
    """Who may be given the case or a task, by id."""
    team_officers: Mapping[str, str]
    """Who may be given a task: of a case with a team, its members."""
    may_assign: bool
    """Whether this reader may say who works on it."""
    may_split: bool
    bodies: Mapping[str, str]
    """Code → name, of the other bodies of the directory."""
    may_keep: bool
    messages: str
    """Where its messages are, and where one is written; each empty where this reader may not."""
    write: str
    enter: str
    """Where a record is entered for it; empty where this reader may not, or the case is closed."""
    proofs: str
    """Where it is kept with the proofs of its rows; empty for who may not read the trail."""
    at: Moment
    """When it was shown: a printed file says so."""


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
        state=text(case, "state"),
        has_team=bool(texts(case, "team")),
        opened_at=say.moment(parse_time(text(case, "opened_at"), "opened_at")),
        opened_by=text(case, "opened_by"),
        in_charge=text(case, "in_charge"),
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


def number_of(asked: Asked) -> str:
    """Return the number of the case that a path names."""
    return f"{asked.path['year']}/{asked.path['serial']}"


def version_of(asked: Asked) -> int:
    """Return the version of the case that the officer saw who sends a form; one that is none fits no case."""
    entered = asked.form.value("version")
    is_one = entered.isascii() and entered.isdecimal() and len(entered) < _DIGITS
    return (int(entered) if is_one else 0) or _NO_VERSION


def _letters(asked: Asked, number: str, most: int) -> Sequence[MessageLine]:
    if not may_do(asked, "read_message"):
        return ()
    found = members(asked.perform("message_list", {"limit": most, "case": number}), "messages")
    return [message_line(one, asked.say) for one in found]


def _case_print(asked: Asked) -> CasePage:
    return case_page(asked, MESSAGES_PRINTED)


def case_page(asked: Asked, messages: int = MESSAGES_SHOWN) -> CasePage:
    """Return a case with all that lies in it, of its messages the newest."""
    answer, say = asked.perform("case_show", {"number": number_of(asked)}), asked.say
    case, now = member(answer, "case"), asked.node.clock.now()
    line, team = case_line(case, say), texts(case, "team")
    tasks = [task_line(one, say, now) for one in members(answer, "tasks")]
    decisions = decisions_of(answer, say)
    officers = {one: one for one in texts(asked.perform("case_officers"), "officers")}
    names, _ = names_and_officer(asked.node, asked.officer)
    others = sorted((one.code, one.name) for one in names.bodies.values() if one.id != names.own.id)
    return CasePage(
        title=f"{line.number} {line.title}",
        number=line.number,
        name=line.title,
        to=line.to,
        crime_area=line.crime_area,
        crime_area_code=text(case, "crime_area"),
        is_open=line.is_open,
        is_joined=line.state == "joined",
        state=line.state,
        version=whole(case, "version"),
        opened_at=line.opened_at,
        opened_by=line.opened_by,
        in_charge=line.in_charge,
        unit=text(case, "unit"),
        team=team,
        goes_on_in=text(case, "goes_on_in"),
        joined=texts(case, "joined"),
        split_from=text(case, "split_from"),
        tasks=sorted(tasks, key=lambda one: one.done_at is not None),
        exhibits=[exhibit_line(one, say) for one in members(answer, "exhibits")],
        checks={
            text(one, "subject"): CheckLine(_event(one, say, names), is_same=one["kind"] == CHECKED[0])
            for one in members(answer, "events")
            if one["kind"] in CHECKED
        },
        file_most=say.size(UPLOAD_BYTES_MAX),
        decisions=decisions,
        records=records_of(decisions),
        letters=_letters(asked, line.number, messages),
        officers=officers,
        team_officers={one: one for one in officers if not team or one in team},
        may_assign=may_do(asked, "keep_case", "oversee_cases"),
        may_split=may_do(asked, "open_case"),
        at=say.moment(now),
        references=[
            ReferenceLine(body_name(member(one, "body")), text(one, "reference")) for one in members(case, "references")
        ],
        events=[_event(one, say, names) for one in members(answer, "events")],
        bodies={code: f"{code} · {name}" for code, name in others},
        may_keep=may_do(asked, "keep_case"),
        messages=f"{PREFIX}/messages?case={line.number}" if may_do(asked, "read_message") else "",
        write=f"{PREFIX}/messages/new?case={line.number}" if may_do(asked, "send_message") else "",
        enter=f"{PREFIX}/enter?case={line.number}" if line.is_open and may_do(asked, "enter_record") else "",
        proofs=f"{PREFIX}/trail/cases/{line.number}" if may_do(asked, "read_trail") else "",
    )


def _event(event: JsonObject, say: Wording, names: Names) -> EventLine:
    kind, subject = text(event, "kind"), text(event, "subject")
    to = f"{_ITEM_PATHS[kind]}/{subject}" if kind in _ITEM_PATHS else ""
    return EventLine(
        at=say.moment(parse_time(text(event, "at"), "at")),
        kind=say.code("case_events", kind),
        officer=text(event, "officer"),
        text=event_text(event, say),
        to=record_path(names.record_name(subject)) if kind == ENTERED else to,
    )


def event_text(event: JsonObject, say: Wording) -> str:
    """Return what a room wrote into the chronology in the reader's language; what officers wrote, as it is."""
    written = text(event, "text")
    if event["kind"] == ENTERED:
        return say.code("record_kinds", written)
    if event["kind"] in _NAMED:
        # A label or an officer that a room put before what somebody wrote.
        named, parted, rest = written.partition(": ")
        return say.text("shell.pair", name=named, value=rest) if parted else written
    return written if text(event, "kind") in _WRITTEN or not is_known(written) else said(say, written)


def _note(asked: Asked) -> Done:
    number = number_of(asked)
    asked.perform("case_note", {"number": number, "text": asked.form.value("text")})
    return Done(case_path(number), "case_noted")


def _refer(asked: Asked) -> Done:
    number = number_of(asked)
    given: dict[str, Json] = {"body": asked.form.value("body"), "reference": asked.form.value("reference")}
    asked.perform("case_refer", {"number": number, **given})
    return Done(case_path(number), "case_referred")


def _close(asked: Asked) -> Done:
    number = number_of(asked)
    given: JsonObject = {"reason": asked.form.value("reason"), "version": version_of(asked)}
    asked.perform("case_close", {"number": number, **given})
    return Done(case_path(number), "case_closed")


def _reopen(asked: Asked) -> Done:
    number = number_of(asked)
    given: JsonObject = {"reason": asked.form.value("reason"), "version": version_of(asked)}
    asked.perform("case_reopen", {"number": number, **given})
    return Done(case_path(number), "case_reopened")


CASE_PLACE = "/cases/{year}/{serial}"
SEEN = Field("version", most=10)
"""The version of the case that the form was made from (docs/rules/cases.md C9)."""
SHOWN_VERBS = ("case_show", "case_officers", "message_list")
_TEXT = Field("text", Kind.TEXT, most=NOTE_CHARACTERS_MAX)
_REASON = Field("reason", Kind.TEXT, most=NOTE_CHARACTERS_MAX, asks="text")

PAGES: Sequence[Page] = (
    ShowPage(
        "cases", "/cases", ("case_list",), CASE_READERS, "cases.html", "The register of cases, the newest first.", _cases,
        in_navigation=True, key="c",
        live=("case",),
    ),
    ActPage(
        "open_case", "/cases", ("case_open",), ("open_case",), "cases", "Opens a case with the next number.", _open,
        (Field("title", most=TITLE_CHARACTERS_MAX), Field("crime_area", Kind.CODE, codes="crime_areas")),
    ),
    ShowPage(
        "case", CASE_PLACE, SHOWN_VERBS, CASE_READERS, "case.html", "A case with all that lies in it.", case_page,
        live=("case", "message", "hit", "permission"),
    ),
    ShowPage(
        "case_print", f"{CASE_PLACE}/print", SHOWN_VERBS, CASE_READERS, "case_print.html", "The whole file of a case, for print.",
        _case_print,
    ),
    ActPage(
        "note_case", f"{CASE_PLACE}/note", ("case_note",), ("keep_case",), "case", "Writes a note into a case.", _note, (_TEXT,),
    ),
    ActPage(
        "refer_case", f"{CASE_PLACE}/refer", ("case_refer",), ("keep_case",), "case", "Adds the other side's number.", _refer,
        (Field("body", Kind.CODE), Field("reference", most=REFERENCE_CHARACTERS_MAX)),
    ),
    ActPage(
        "close_case", f"{CASE_PLACE}/close", ("case_close",), ("keep_case",), "case", "Closes a case.", _close,
        (_REASON, SEEN), heeds_changes=True,
    ),
    ActPage(
        "reopen_case", f"{CASE_PLACE}/reopen", ("case_reopen",), ("keep_case",), "case", "Opens a closed case again.", _reopen,
        (_REASON, SEEN), heeds_changes=True,
    ),
)  # fmt: skip
