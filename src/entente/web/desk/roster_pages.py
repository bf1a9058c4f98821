"""The roster: who is on duty now, who is next, and the days to come; entered by who may keep it.

Source: docs/rules/desk.md W41.
"""

from __future__ import annotations

from collections import Counter
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
    following: int
    """How many that are shown follow it in its series."""


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
    kept_by: Sequence[str]
    """The roles that enter duties, for those who may not."""


def on_duty(answer: JsonObject, say: Wording) -> OnDuty:
    """Return who is on now and who is next, of what `roster_list` answers."""
    following, zone = answer["next"], text(answer, "zone")
    return OnDuty(
        [_line(one, say, zone, is_on=True) for one in members(answer, "now")],
        _line(following, say, zone, is_on=False) if isinstance(following, dict) else None,
    )


def _line(one: JsonObject, say: Wording, zone: str, *, is_on: bool, following: int = 0) -> DutyLine:
    return DutyLine(
        id=text(one, "id"),
        officer=text(one, "officer"),
        function=say.code("duty_functions", text(one, "function")),
        begins_at=say.moment(parse_time(text(one, "begins_at"), "begins_at")),
        ends_at=say.moment(parse_time(text(one, "ends_at"), "ends_at")),
        zone=text(one, "zone") if text(one, "zone") != zone else "",
        is_on=is_on,
        is_reached=one["is_reached"] is True,
        following=following,
    )


def _roster(asked: Asked) -> RosterPage:
    answer, say = asked.perform("roster_list", {"days": DAYS}), asked.say
    now, zone = {text(one, "id") for one in members(answer, "now")}, text(answer, "zone")
    entries = members(answer, "entries")
    left = Counter(text(one, "series") for one in entries)
    lines = []
    # They come in the order in which they begin.
    for one in entries:
        left[text(one, "series")] -= 1
        following = left[text(one, "series")] if text(one, "series") else 0
        lines.append(_line(one, say, zone, is_on=text(one, "id") in now, following=following))
    return RosterPage(
        title=say.text("roster.title"),
        on=on_duty(answer, say),
        entries=lines,
        may_keep=may_do(asked, KEEPS),
        officers={one: one for one in texts(answer, "officers")},
        zone=zone,
        kept_by=[say.code("roles", code) for code, role in asked.node.lists.roles.items() if KEEPS in role.verbs],
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
            "every_days": _count(form.value("duty_every")),
            "times": _count(form.value("duty_times")),
        },
    )
    return Done(ROSTER_PATH, "duty_entered")


def _count(entered: str) -> int:
    """Return a count that was entered, one where none was; what is none is for the verb to refuse."""
    if not entered:
        return 1
    return int(entered) if entered.isascii() and entered.isdecimal() else 0


def _take_off(asked: Asked) -> Done:
    form = asked.form
    asked.perform(
        "roster_take_off", {"id": form.value("duty_entry"), "following": form.value("duty_following") == "yes"}
    )
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
            Field("duty_every", is_needed=False, most=4, asks="every_days"),
            Field("duty_times", is_needed=False, most=4, asks="times"),
        ),
    ),
    ActPage(
        "take_off_duty", "/roster/take-off", ("roster_take_off",), (KEEPS,), "roster", "Takes an entry off the roster.",
        _take_off,
        (
            Field("duty_entry", most=60, asks="id"),
            Field("duty_following", Kind.CODE, is_needed=False, codes="yes_no", asks="following"),
        ),
    ),
)  # fmt: skip
