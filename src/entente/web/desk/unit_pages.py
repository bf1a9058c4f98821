"""What the body lets its units see: a unit with its limits and their history; what waits is confirmed or refused here.

Source: docs/rules/desk.md W72; docs/rules/bodies.md B17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from entente.bodies.own_units import VERB as KEEPS
from entente.disclosure.limiting import LOOKS, SETS
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound, Refused
from entente.verbs.references import names_and_officer
from entente.web.desk.directory_pages import KEPT_UNITS_PATH, OWN_UNITS_PATH, UNITS_PATH, kept_unit_path, own_unit_path
from entente.web.desk.forms import Field
from entente.web.desk.page import ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.paging import Day, address, day_asked
from entente.web.desk.reading import member, members, text, whole
from entente.web.desk.unit_shown import (
    BoundShown,
    KindLine,
    OfficerLine,
    SetShown,
    UnitHead,
    bound_shown,
    head_then,
    kind_lines,
    limits_path,
    officer_line,
    set_shown,
    unit_head,
    unit_wanted,
)
from entente.web.wording import Moment, Wording

_SETTERS = (SETS,)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of ours in the list of those that have, or had, limits."""

    to: str
    name: str
    id: str
    kind: str
    officers: int
    is_limited: bool
    since: Moment | None
    is_waiting: bool
    is_coming: bool


@dataclass(frozen=True, slots=True)
class OwnUnitsPage:
    """What `own_units.html` shows."""

    title: str
    here: str
    units: Sequence[UnitLine]
    every: str
    """Where every unit of ours is listed."""
    keep: str
    """Where the list is kept; empty for who may not."""


@dataclass(frozen=True, slots=True)
class OwnUnitPage:
    """What `own_unit.html` shows."""

    title: str
    here: str
    unit: UnitHead
    day: Day
    day_shown: str
    to: str
    is_past: bool = False
    """Whether it is shown as a day ended that is over."""
    was_there: bool = True
    may_look: bool = False
    may_set: bool = False
    change: str = ""
    confirm: str = ""
    refuse: str = ""
    binding: Sequence[BoundShown] = ()
    coming: Sequence[SetShown] = ()
    waiting: SetShown | None = None
    would: Sequence[KindLine] = ()
    """Of what waits: what it would change for the unit's officers, shown to who may decide it."""
    lost: int = 0
    gained: int = 0
    history: Sequence[SetShown] = ()
    officers: Sequence[OfficerLine] = ()
    all_units: str = ""
    keep: str = ""
    """Where the unit is called otherwise, moved or ended; empty for who may not, and for one that is no longer listed."""


def _own_units(asked: Asked) -> OwnUnitsPage:
    say = asked.say
    names, _ = names_and_officer(asked.node, asked.officer)
    return OwnUnitsPage(
        title=say.text("units.title"),
        here=UNITS_PATH,
        units=[_line(one, say) for one in members(asked.perform("unit_limits_list"), "units")],
        every=address(UNITS_PATH, {"of_body": names.own.code}),
        keep=KEPT_UNITS_PATH if may_do(asked, KEEPS) else "",
    )


def _line(one: JsonObject, say: Wording) -> UnitLine:
    unit, limits = member(one, "unit"), one["limits"]
    is_limited = isinstance(limits, dict) and limits["is_open"] is not True
    return UnitLine(
        to=own_unit_path(text(unit, "id")),
        name=text(unit, "name"),
        id=text(unit, "id"),
        kind=say.code("unit_kinds", text(unit, "kind")) if unit["is_listed"] is True else say.text("units.gone"),
        officers=whole(one, "officers"),
        is_limited=is_limited,
        since=say.moment(parse_time(text(one, "since"), "since")) if is_limited else None,
        is_waiting=one["waiting"] is not None,
        is_coming=whole(one, "coming") > 0,
    )


def _own_unit(asked: Asked) -> OwnUnitPage:
    day = day_asked(asked)
    if day.on < asked.node.clock.now().date():
        return _own_unit_then(asked, day)
    unit = unit_head(asked)
    try:
        shown = asked.perform("unit_limits_show", {"unit": unit.id})
    except Refused:
        return _unseen(asked, unit, day)
    say, may_set = asked.say, may_do(asked, *_SETTERS)
    waiting = None if shown["waiting"] is None else set_shown(member(shown, "waiting"), asked)
    counted = _would(asked, unit.id, member(shown, "waiting")) if waiting is not None and may_set else None
    return OwnUnitPage(
        title=unit.name,
        here=UNITS_PATH,
        unit=unit,
        day=day,
        day_shown=say.day(day.on),
        to=own_unit_path(unit.id),
        may_look=True,
        may_set=may_set,
        change=limits_path(unit.id),
        confirm=f"{OWN_UNITS_PATH}/confirm/{quote(unit.id, safe='')}",
        refuse=f"{OWN_UNITS_PATH}/refuse/{quote(unit.id, safe='')}",
        binding=[bound_shown(one, unit.id, say) for one in members(shown, "binding")],
        coming=[set_shown(one, asked) for one in members(shown, "coming")],
        waiting=waiting,
        would=[] if counted is None else kind_lines(counted, say),
        lost=0 if counted is None else whole(counted, "lost"),
        gained=0 if counted is None else whole(counted, "gained"),
        history=[set_shown(one, asked) for one in members(shown, "history")],
        officers=[officer_line(one, say) for one in members(shown, "officers")],
        all_units=OWN_UNITS_PATH if may_do(asked, *LOOKS) else "",
        keep=kept_unit_path(unit.id) if member(shown, "unit")["is_listed"] is True and may_do(asked, KEEPS) else "",
    )


def _own_unit_then(asked: Asked, day: Day) -> OwnUnitPage:
    """Return the unit as a day ended that is over: what it was called then, and what bound it; nothing is decided there."""
    say = asked.say
    try:
        shown = asked.perform("unit_limits_show", {"unit": unit_wanted(asked), "on": day.on.isoformat()})
    except Refused:
        return _unseen(asked, unit_head(asked), day)
    except NotFound:
        return replace(_unseen(asked, unit_head(asked), day), may_look=True, is_past=True, was_there=False)
    unit, ended = head_then(member(shown, "unit"), day, say), day.on.isoformat()
    return OwnUnitPage(
        title=unit.name,
        here=UNITS_PATH,
        unit=unit,
        day=day,
        day_shown=say.day(day.on),
        to=own_unit_path(unit.id),
        is_past=True,
        was_there=member(shown, "unit")["is_listed"] is True,
        may_look=True,
        binding=[bound_shown(one, unit.id, say) for one in members(shown, "binding")],
        coming=[set_shown(one, asked) for one in members(shown, "coming")],
        # What was proposed since is no past of that day.
        history=[set_shown(one, asked) for one in members(shown, "history") if text(one, "proposed_at")[:10] <= ended],
        all_units=OWN_UNITS_PATH if may_do(asked, *LOOKS) else "",
    )


def _unseen(asked: Asked, unit: UnitHead, day: Day) -> OwnUnitPage:
    """Return the page for who may not look at the unit's limits: what the directory says of it."""
    return OwnUnitPage(unit.name, UNITS_PATH, unit, day, asked.say.day(day.on), own_unit_path(unit.id))


def _as_given(limits: JsonObject) -> JsonObject:
    """Return limits of an answer as the fields of a verb."""
    given: dict[str, Json] = {}
    for name, value in limits.items():
        if name == "is_open" or value is None:
            continue
        is_named = name in {"sources", "instruments"}
        given[name] = [text(one, "id") for one in members(limits, name)] if is_named else value
    return given


def _would(asked: Asked, unit: str, waiting: JsonObject) -> JsonObject | None:
    limits = member(waiting, "limits")
    try:
        return asked.perform("unit_limits_preview", {"unit": unit, **_as_given(limits)})
    except NotFound:
        # A unit that is not in the list any more binds nobody whom it could be counted for.
        return None


def _confirm(asked: Asked) -> Done:
    asked.perform("unit_limits_confirm", {"id": asked.form.value("limits_id")})
    return Done(own_unit_path(unit_wanted(asked)), "limits_confirmed")


def _refuse(asked: Asked) -> Done:
    asked.perform("unit_limits_refuse", {"id": asked.form.value("limits_id")})
    return Done(own_unit_path(unit_wanted(asked)), "limits_refused")


_DECIDED = (Field("limits_id", asks="id"),)

PAGES: Sequence[Page] = (
    ShowPage(
        "own_units", "/own-units", ("unit_limits_list",), LOOKS, "own_units.html",
        "The units of ours that have limits, had some, or for which some wait.", _own_units,
    ),
    ShowPage(
        "own_unit", "/own-units/unit/{unit:path}", ("unit_limits_show", "unit_limits_preview"), (), "own_unit.html",
        "A unit of ours: what its officers may see, by whom it was decided, and what was before.", _own_unit,
    ),
    ActPage(
        "confirm_limits", "/own-units/confirm/{unit:path}", ("unit_limits_confirm",), _SETTERS, "own_unit",
        "Confirms limits that another officer proposed.", _confirm, _DECIDED, is_heavy=True,
    ),
    ActPage(
        "refuse_limits", "/own-units/refuse/{unit:path}", ("unit_limits_refuse",), _SETTERS, "own_unit",
        "Refuses limits, or takes back what one proposed oneself.", _refuse, _DECIDED,
    ),
)  # fmt: skip
