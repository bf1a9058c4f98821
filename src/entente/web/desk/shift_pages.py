"""The shift: begun, its journal and notes, handed over with a sheet that the incoming officer signs; earlier ones.

Source: docs/rules/desk.md W40 and W42.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.duty.rules import NOTE_CHARACTERS_MAX
from entente.duty.shifts import WORKS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.web.desk.case_pages import case_path
from entente.web.desk.duty_lines import JournalEntry, counted, journal_entries, thing_path
from entente.web.desk.forms import Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.desk.roster_pages import OnDuty, on_duty
from entente.web.wording import Moment, Wording

ON_A_PAGE: Final = 50
SHIFT_PATH: Final = f"{PREFIX}/shift"
_WORKERS: Final = (WORKS,)


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift in a list."""

    to: str
    officer: str
    began_at: Moment
    state: str
    """In words."""
    is_on: bool
    is_unsigned: bool
    signed_by: str
    signed_at: Moment | None


@dataclass(frozen=True, slots=True)
class ShiftPage:
    """What `shift.html` shows."""

    title: str
    own: ShiftLine | None
    """The reader's own shift; None where they are on none."""
    entries: Sequence[JournalEntry]
    unsigned: Sequence[ShiftLine]
    others: Sequence[ShiftLine]
    """Who else is on."""
    roster: OnDuty
    calls: int
    """Calls that nobody took."""


@dataclass(frozen=True, slots=True)
class ShiftsPage:
    """What `shifts.html` shows."""

    title: str
    shifts: Sequence[ShiftLine]
    next: str
    """Where the older ones are; empty after the last."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Something that was open as the shift ended."""

    id: str
    kind: str
    to: str
    body: BodyName
    urgency: str
    """In words; empty for none."""
    case: str
    case_to: str
    at: Moment
    due: Moment | None
    subject: str
    """What it is called now, where it waits still; never kept on the sheet."""
    waits: bool
    """Whether it waits still."""


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note on a sheet."""

    at: Moment
    officer: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A hand-over sheet."""

    ended_at: Moment
    done: Sequence[tuple[str, str]]
    """What was done, in words, and how often."""
    open: Sequence[OpenLine]
    is_cut: bool
    notes: Sequence[NoteLine]
    for_next: str
    digest: str
    is_whole: bool
    """Whether it is what was written: its bytes fit their digest."""
    rows: tuple[str, str]
    """The first and the last row of the trail that it is about."""


@dataclass(frozen=True, slots=True)
class OneShiftPage:
    """What `one_shift.html` shows."""

    title: str
    shift: ShiftLine
    sheet: SheetShown | None
    sign: str
    """Where the sheet is signed; empty where this reader does not."""
    entries: Sequence[JournalEntry]


def shift_path(shift: str) -> str:
    """Return where a shift is shown."""
    return f"{PREFIX}/shifts/{shift}"


def _line(shift: JsonObject, say: Wording) -> ShiftLine:
    signed = shift["signed_at"]
    return ShiftLine(
        to=shift_path(text(shift, "id")),
        officer=text(shift, "officer"),
        began_at=say.moment(parse_time(text(shift, "began_at"), "began_at")),
        state=say.code("shift_states", text(shift, "state")),
        is_on=shift["state"] == "on",
        is_unsigned=shift["state"] == "handed_over",
        signed_by=text(shift, "signed_by"),
        signed_at=say.moment(parse_time(str(signed), "signed_at")) if signed else None,
    )


def _shift(asked: Asked) -> ShiftPage:
    answer, say = asked.perform("shift_show"), asked.say
    own = answer["shift"]
    return ShiftPage(
        title=say.text("nav.shift"),
        own=_line(own, say) if isinstance(own, dict) else None,
        entries=journal_entries(answer, say)[::-1],
        unsigned=[_line(one, say) for one in members(answer, "unsigned")],
        others=[_line(one, say) for one in members(answer, "on") if one["officer"] != asked.officer],
        roster=on_duty(asked.perform("roster_list"), say),
        calls=whole(answer, "calls"),
    )


def _begin(asked: Asked) -> Done:
    asked.perform("shift_begin")
    return Done(SHIFT_PATH, "shift_begun")


def _note(asked: Asked) -> Done:
    asked.perform("shift_note", {"text": asked.form.value("text")})
    return Done(SHIFT_PATH, "shift_noted")


def _hand_over(asked: Asked) -> Done:
    answer = asked.perform("shift_hand_over", {"for_next": asked.form.value("for_next")})
    return Done(shift_path(text(member(answer, "shift"), "id")), "shift_handed_over")


def _shifts(asked: Asked) -> ShiftsPage:
    given: JsonObject = {"limit": ON_A_PAGE, "before": asked.query.get("before", "")}
    answer = asked.perform("shift_list", given)
    following = answer["next_before"]
    return ShiftsPage(
        title=asked.say.text("shift.earlier"),
        shifts=[_line(one, asked.say) for one in members(answer, "shifts")],
        next=f"{PREFIX}/shifts?before={following}" if following else "",
    )


def _one(asked: Asked) -> OneShiftPage:
    answer, say = asked.perform("shift_show", {"id": asked.path["id"]}), asked.say
    shift = answer["shift"]
    if not isinstance(shift, dict):
        raise NotFound
    line = _line(shift, say)
    signs = line.is_unsigned and line.officer != asked.officer
    return OneShiftPage(
        title=say.text("shift.of", officer=line.officer),
        shift=line,
        sheet=None if line.is_on else _sheet(asked),
        sign=f"{line.to}/take-over" if signs else "",
        entries=journal_entries(answer, say),
    )


def _sheet(asked: Asked) -> SheetShown:
    answer, say = asked.perform("shift_sheet", {"id": asked.path["id"]}), asked.say
    sheet, now = member(answer, "sheet"), _waiting_now(asked)
    return SheetShown(
        ended_at=say.moment(parse_time(text(sheet, "ended_at"), "ended_at")),
        done=counted(member(sheet, "done"), say),
        open=[_open(one, now, say) for one in members(sheet, "open")],
        is_cut=sheet["is_cut"] is True,
        notes=[
            NoteLine(say.moment(parse_time(text(one, "at"), "at")), text(one, "officer"), text(one, "text"))
            for one in members(sheet, "notes")
        ],
        for_next=text(sheet, "for_next"),
        digest=text(member(answer, "shift"), "digest"),
        is_whole=answer["is_whole"] is True,
        rows=(say.number(whole(sheet, "after_row") + 1), say.number(whole(sheet, "upto_row"))),
    )


def _waiting_now(asked: Asked) -> Mapping[str, str]:
    """Return what waits for the reader now, by id, with what it is called."""
    answer = asked.perform("waiting_list", {"limit": 200})
    named = [(one, "name") for name in ("hits", "permissions") for one in members(answer, name)]
    written = [(one, "subject") for one in members(answer, "messages")]
    return {text(one, "id"): text(one, field) for one, field in (*named, *written)}


def _open(one: JsonObject, now: Mapping[str, str], say: Wording) -> OpenLine:
    urgency, case = text(one, "urgency"), text(one, "case")
    return OpenLine(
        id=text(one, "id"),
        kind=say.code("open_kinds", text(one, "kind")),
        to=thing_path(text(one, "id")),
        body=body_name(member(one, "body")),
        urgency=say.code("urgencies", urgency) if urgency not in {"", "normal"} else "",
        case=case,
        case_to=case_path(case) if case else "",
        at=say.moment(parse_time(text(one, "at"), "at")),
        due=say.moment(parse_time(str(one["due_at"]), "due_at")) if one["due_at"] else None,
        subject=now.get(text(one, "id"), ""),
        waits=text(one, "id") in now,
    )


def _take_over(asked: Asked) -> Done:
    asked.perform("shift_take_over", {"id": asked.path["id"], "digest": asked.form.value("sheet_digest")})
    return Done(SHIFT_PATH, "shift_taken_over")


PAGES: Sequence[Page] = (
    ShowPage(
        "shift", "/shift", ("shift_show", "roster_list"), _WORKERS, "shift.html",
        "The officer's own shift with its journal; who is on duty, and which sheets wait for a signature.", _shift,
        in_navigation=True, key="w",
        live=("duty", "hit", "message", "permission", "delivery", "held", "instrument", "case"),
    ),
    ActPage("begin_shift", "/shift/begin", ("shift_begin",), _WORKERS, "shift", "Begins a shift.", _begin),
    ActPage(
        "note_shift", "/shift/note", ("shift_note",), _WORKERS, "shift", "Writes a note into the journal.", _note,
        (Field("text", Kind.TEXT, most=NOTE_CHARACTERS_MAX),),
    ),
    ActPage(
        "hand_over_shift", "/shift/hand-over", ("shift_hand_over",), _WORKERS, "shift",
        "Ends the shift with its hand-over sheet.", _hand_over,
        (Field("for_next", Kind.TEXT, is_needed=False, most=NOTE_CHARACTERS_MAX),),
    ),
    ShowPage(
        "shifts", "/shifts", ("shift_list",), _WORKERS, "shifts.html", "The shifts, the newest first.", _shifts, live=("duty",),
    ),
    ShowPage(
        "one_shift", "/shifts/{id}", ("shift_show", "shift_sheet", "waiting_list"), _WORKERS, "one_shift.html",
        "A shift with its hand-over sheet and its journal, to read, sign and print.", _one,
        live=("duty", "hit", "message", "permission"),
    ),
    ActPage(
        "take_over_shift", "/shifts/{id}/take-over", ("shift_take_over",), _WORKERS, "one_shift",
        "Signs the hand-over sheet as it was seen; the signing officer's shift begins.", _take_over,
        (Field("sheet_digest", most=64, asks="digest"),),
    ),
)  # fmt: skip
