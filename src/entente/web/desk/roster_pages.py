"""The roster: who is on duty now, who is next, and the days to come; entered by who may keep it.

Source: docs/rules/desk.md W41.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.duty.roster import KEEPS
from entente.duty.rules import REACH_CHARACTERS_MAX
from entente.duty.shifts import WORKS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.forms import Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import members, text, texts
from entente.web.wording import Moment, Wording

DAYS: Final = 31
ROSTER_PATH: Final = f"{PREFIX}/roster"


@dataclass(frozen=True, slots=True)
class DutyLine:
    """That somebody is on duty for a time."""

    id: str
    officer: str
    function: str
    begins_at: Moment
    ends_at: Moment
    zone: str
    """In which it was written; empty where it is the body's own."""
    is_on: bool
    is_reached: bool


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on the roster now, and who comes to the desk next."""

    now: Sequence[DutyLine]
    next: DutyLine | None


@dataclass(frozen=True, slots=True)
class RosterPage:
    """What `roster.html` shows."""

    title: str
    on: OnDuty
    entries: Sequence[DutyLine]
    may_keep: bool
    officers: Mapping[str, str]
    """Who may be entered."""
    zone: str
    """The body's own."""


def on_duty(answer: JsonObject, say: Wording) -> OnDuty:
    """Return who is on now and who is next, of what `roster_list` answers."""
    following, zone = answer["next"], text(answer, "zone")
    return OnDuty(
        [_line(one, say, zone, is_on=True) for one in members(answer, "now")],
        _line(following, say, zone, is_on=False) if isinstance(following, dict) else None,
    )


def _line(one: JsonObject, say: Wording, zone: str, *, is_on: bool) -> DutyLine:
    return DutyLine(
        id=text(one, "id"),
        officer=text(one, "officer"),
        function=say.code("duty_functions", text(one, "function")),
        begins_at=say.moment(parse_time(text(one, "begins_at"), "begins_at")),
        ends_at=say.moment(parse_time(text(one, "ends_at"), "ends_at")),
        zone=text(one, "zone") if text(one, "zone") != zone else "",
        is_on=is_on,
        is_reached=one["is_reached"] is True,
    )


def _roster(asked: Asked) -> RosterPage:
    answer, say = asked.perform("roster_list", {"days": DAYS}), asked.say
    now, zone = {text(one, "id") for one in members(answer, "now")}, text(answer, "zone")
    return RosterPage(
        title=say.text("roster.title"),
        on=on_duty(answer, say),
        entries=[_line(one, say, zone, is_on=text(one, "id") in now) for one in members(answer, "entries")],
        may_keep=may_do(asked, KEEPS),
        officers={one: one for one in texts(answer, "officers")},
        zone=zone,
    )


def _enter(asked: Asked) -> Done:
    form = asked.form
    asked.perform(
        "roster_enter",
        {
            "who": form.value("on_duty"),
            "function": form.value("duty_function"),
            "begins": form.value("duty_begins"),
            "ends": form.value("duty_ends"),
            "zone": form.value("duty_zone"),
            "reach": form.value("reach"),
        },
    )
    return Done(ROSTER_PATH, "duty_entered")


def _take_off(asked: Asked) -> Done:
    asked.perform("roster_take_off", {"id": asked.form.value("duty_entry")})
    return Done(ROSTER_PATH, "duty_taken_off")


PAGES: Sequence[Page] = (
    ShowPage(
        "roster", "/roster", ("roster_list",), (WORKS, KEEPS), "roster.html",
        "Who is on duty now, who is next, and the days to come.", _roster,
        live=("duty",),
    ),
    ActPage(
        "enter_duty", "/roster", ("roster_enter",), (KEEPS,), "roster", "Enters that an officer is on duty.", _enter,
        (
            Field("on_duty", Kind.CODE, asks="who"), Field("duty_function", Kind.CODE, codes="duty_functions", asks="function"),
            Field("duty_begins", most=30, asks="begins"), Field("duty_ends", most=30, asks="ends"),
            Field("duty_zone", is_needed=False, most=60, asks="zone"),
            Field("reach", is_needed=False, most=REACH_CHARACTERS_MAX),
        ),
    ),
    ActPage(
        "take_off_duty", "/roster/take-off", ("roster_take_off",), (KEEPS,), "roster", "Takes an entry off the roster.",
        _take_off, (Field("duty_entry", most=60, asks="id"),),
    ),
)  # fmt: skip
