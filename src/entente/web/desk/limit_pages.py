"""Limits of a unit: chosen in a form, counted before anything is set, proposed for another officer to confirm.

What was chosen is kept in the session while it is looked at what it would change.

Source: docs/rules/desk.md W72; docs/rules/bodies.md B17.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final
from urllib.parse import quote

from entente.disclosure.limiting import REASON_CHARACTERS_MAX, SETS
from entente.handling.model import DisclosureAct
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time, parse_date
from entente.kernel.errors import NotFound
from entente.verbs.references import names_and_officer
from entente.web.desk.directory_pages import OWN_UNITS_PATH, UNITS_PATH, own_unit_path
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.page import ActPage, Asked, Done, Elsewhere, Page, ShowPage
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.desk.unit_shown import (
    LISTS,
    ONES,
    KindLine,
    LimitLine,
    UnitHead,
    kind_lines,
    limit_lines,
    limits_path,
    unit_head,
    unit_wanted,
)

COUNTED_PATH = f"{OWN_UNITS_PATH}/counted"
CODES_CHARACTERS_MAX = 30_000
"""Codes of every list, and of every body of a large directory, several times over."""
_CHOOSE: Final = "choose_limits"
_SETTERS = (SETS,)


@dataclass(frozen=True, slots=True)
class ChooseLimitsPage:
    """What `choose_limits.html` shows."""

    title: str
    here: str
    unit: UnitHead
    to: str
    choose: str
    entered: Entered
    """What the form holds: what was chosen, or what stands."""
    lists: Mapping[str, Mapping[str, str]]
    """Field of the form → code → what it is called."""
    levels: Mapping[str, str]
    acts: Mapping[str, str]
    instruments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CountedPage:
    """What `counted_limits.html` shows."""

    title: str
    here: str
    unit: UnitHead
    to: str
    change: str
    propose: str
    lines: Sequence[LimitLine]
    officers: Mapping[str, str]
    of: str
    """The officer for whom alone is counted; empty for all."""
    has_officers: bool
    kinds: Sequence[KindLine]
    lost: int
    gained: int


def counted_path(unit: str) -> str:
    """Return where it stands what limits that were chosen would change."""
    return f"{COUNTED_PATH}/{quote(unit, safe='')}"


def _choose_page(asked: Asked) -> ChooseLimitsPage:
    say, unit = asked.say, unit_head(asked)
    names, _ = names_and_officer(asked.node, asked.officer)
    return ChooseLimitsPage(
        title=say.text("units.change"),
        here=UNITS_PATH,
        unit=unit,
        to=own_unit_path(unit.id),
        choose=limits_path(unit.id),
        entered=asked.form if asked.form.of == _CHOOSE else _begun(asked, unit.id),
        lists={name: say.codes(codes) for _, name, codes in LISTS},
        levels=say.codes("confidentiality"),
        acts={act.value: say.code("acts", act) for act in DisclosureAct},
        instruments={
            one.instrument.id: f"{one.instrument.name} · {one.instrument.title}"
            for one in sorted(names.instruments.values(), key=lambda one: one.instrument.name)
        },
    )


def _begun(asked: Asked, unit: str) -> Entered:
    """Return what the form begins with: what was chosen before in this session, else what stands for the unit."""
    kept = asked.memory.unit_limits
    if kept.get("unit_id") == unit and "again" in asked.query:
        return Entered(kept, of=_CHOOSE)
    shown = asked.perform("unit_limits_show", {"unit": unit})
    if shown["limits"] is None:
        return Entered(of=_CHOOSE)
    limits = member(member(shown, "limits"), "limits")
    values = {name: "\n".join(texts(limits, of)) for of, name, _ in LISTS if limits[of] is not None}
    values |= {name: text(limits, of) for of, name, _ in ONES}
    if limits["sources"] is not None:
        values["limit_sources"] = " ".join(text(one, "code") or text(one, "id") for one in members(limits, "sources"))
    if limits["instruments"] is not None:
        values["limit_instruments"] = "\n".join(text(one, "id") for one in members(limits, "instruments"))
    if limits["marks"] is not None:
        values["only_marks"] = "yes"
    return Entered(values, of=_CHOOSE)


def _given(values: Mapping[str, str]) -> JsonObject:
    """Return what was chosen as the fields of a verb; what was left open limits nothing."""
    entered = Entered(values)
    given: dict[str, Json] = {
        of: [*entered.lines(name)] for of, name, _ in LISTS if of != "marks" and entered.lines(name)
    }
    if entered.flag("only_marks"):
        given["marks"] = [*entered.lines("limit_marks")]
    if sources := entered.value("limit_sources").replace(",", " ").split():
        given["sources"] = [*sources]
    if instruments := entered.lines("limit_instruments"):
        given["instruments"] = [*instruments]
    return given | {of: entered.value(name) for of, name, _ in ONES}


def _choose(asked: Asked) -> Done:
    values = dict(asked.form.values)
    if values.get("limit_marks"):
        # Who names marks means these and no others.
        values["only_marks"] = "yes"
    unit = unit_wanted(asked)
    asked.perform("unit_limits_preview", {"unit": unit, **_given(values)})
    asked.memory.unit_limits = {**values, "unit_id": unit}
    return Done(counted_path(unit))


def _counted_page(asked: Asked) -> CountedPage | Elsewhere:
    unit, say, kept = unit_head(asked), asked.say, asked.memory.unit_limits
    if kept.get("unit_id") != unit.id:
        return Elsewhere(limits_path(unit.id))
    given = {"unit": unit.id, **_given(kept)}
    answer = asked.perform("unit_limits_preview", given)
    officers = {text(one, "id"): text(one, "id") for one in members(answer, "officers")}
    wanted = asked.query.get("of_officer", "")
    wanted = wanted if wanted in officers else ""
    if wanted:
        answer = asked.perform("unit_limits_preview", {**given, "account": wanted})
    return CountedPage(
        title=say.text("units.counted"),
        here=UNITS_PATH,
        unit=unit,
        to=own_unit_path(unit.id),
        change=f"{limits_path(unit.id)}?again=yes",
        propose=counted_path(unit.id),
        lines=limit_lines(member(answer, "limits"), say),
        officers=officers,
        of=wanted,
        has_officers=bool(officers),
        kinds=kind_lines(answer, say),
        lost=whole(answer, "lost"),
        gained=whole(answer, "gained"),
    )


def _propose(asked: Asked) -> Done:
    form, unit = asked.form, unit_wanted(asked)
    kept = asked.memory.unit_limits
    if kept.get("unit_id") != unit:
        raise NotFound
    since = ""
    if form.value("limits_since"):
        begins = datetime.combine(parse_date(form.value("limits_since"), "since"), time.min, asked.say.zone)
        since = format_time(begins.astimezone(UTC))
    reason = form.value("limits_reason")
    asked.perform("unit_limits_propose", {"unit": unit, **_given(kept), "reason": reason, "since": since})
    asked.memory.unit_limits = {}
    return Done(own_unit_path(unit), "limits_proposed")


PAGES: Sequence[Page] = (
    ShowPage(
        "limit_unit", "/own-units/limits/{unit:path}", ("unit_limits_show",), _SETTERS, "choose_limits.html",
        "The form by which it is chosen what a unit's officers may see at most.", _choose_page,
    ),
    ActPage(
        _CHOOSE, "/own-units/limits/{unit:path}", ("unit_limits_preview",), _SETTERS, "limit_unit",
        "Keeps what was chosen for a unit, and counts what it would change.", _choose,
        (
            *(
                Field(name, Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX, codes=codes, asks=of)
                for of, name, codes in LISTS
            ),
            Field("only_marks", Kind.FLAG, is_needed=False),
            Field("limit_sources", Kind.TEXT, is_needed=False, most=CODES_CHARACTERS_MAX, asks="sources"),
            Field("limit_instruments", Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX, asks="instruments"),
            *(Field(name, Kind.CODE, is_needed=False, codes=codes, asks=of) for of, name, codes in ONES),
        ),
        is_once=False,
    ),
    ShowPage(
        "counted_limits", "/own-units/counted/{unit:path}", ("unit_limits_preview",), _SETTERS, "counted_limits.html",
        "What limits that were chosen would change, counted by kind, and the form to propose them.", _counted_page,
    ),
    ActPage(
        "propose_limits", "/own-units/counted/{unit:path}", ("unit_limits_propose",), _SETTERS, "counted_limits",
        "Proposes limits for a unit; another officer confirms them.", _propose,
        (
            Field("limits_reason", Kind.TEXT, most=REASON_CHARACTERS_MAX, asks="reason"),
            Field("limits_since", Kind.DAY, is_needed=False, asks="since"),
        ),
        is_heavy=True,
    ),
)  # fmt: skip
