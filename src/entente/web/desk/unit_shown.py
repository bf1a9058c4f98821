"""What several pages say of a unit of ours and of the limits that bind it, in the reader's language.

Source: docs/rules/desk.md W72.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from entente.disclosure.limiting import LOOKS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.verbs.references import names_and_officer
from entente.web.desk.directory_pages import OWN_UNITS_PATH, own_unit_path
from entente.web.desk.page import Asked, may_do
from entente.web.desk.paging import Day, address
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.wording import Moment, Wording

LIMITS_PATH = f"{OWN_UNITS_PATH}/limits"
STATES: Final = ("waiting", "confirmed", "refused")
"""What becomes of a proposal: keys `units.state_…`."""
LISTS: Final = (
    ("kinds", "limit_kinds", "record_kinds"),
    ("purposes", "limit_purposes", "purposes"),
    ("crime_areas", "limit_areas", "crime_areas"),
    ("marks", "limit_marks", "marks"),
)
"""Of limits the field, what the form calls it, and the closed list that it is of."""
ONES: Final = (("confidentiality", "limit_level", "confidentiality"), ("acts_up_to", "limit_act", "acts"))


@dataclass(frozen=True, slots=True)
class UnitHead:
    """What the directory says of a unit of ours."""

    id: str
    name: str
    kind: str
    territory: str
    under: str
    under_to: str


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One thing that limits name: what it is about, and what is left."""

    about: str
    allowed: Sequence[str]
    """In words; empty for none at all."""


@dataclass(frozen=True, slots=True)
class BoundShown:
    """Limits that bind a unit."""

    unit: str
    to: str
    since: Moment
    lines: Sequence[LimitLine]
    is_own: bool


@dataclass(frozen=True, slots=True)
class SetShown:
    """Limits that were proposed once, and what became of them."""

    id: str
    state: str
    """The last part of a text's key, `units.state_…`."""
    since: Moment
    proposed_by: str
    proposed_at: Moment
    decided_by: str
    decided_at: Moment | None
    reason: str
    lines: Sequence[LimitLine]
    is_mine: bool


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An officer whom a unit's limits bind."""

    id: str
    roles: str
    unit: str
    is_machine: bool


@dataclass(frozen=True, slots=True)
class KindLine:
    """How many records of a kind are seen now, and would be seen."""

    kind: str
    now: int
    then: int


def unit_wanted(asked: Asked) -> str:
    """Return the id of the unit that a page or a form is about."""
    return asked.path["unit"]


def unit_head(asked: Asked) -> UnitHead:
    """Return the unit that is asked for as the directory has it; NotFound for none of ours."""
    names, _ = names_and_officer(asked.node, asked.officer)
    wanted, say = unit_wanted(asked), asked.say
    found = next((one for one in names.own.units if one.id == wanted), None)
    if found is None:
        return _gone(asked, wanted)
    above = next((one for one in names.own.units if one.id == found.parent), None)
    return UnitHead(
        id=found.id,
        name=found.name,
        kind=say.code("unit_kinds", found.kind),
        territory=found.territory,
        under="" if above is None else above.name,
        under_to="" if above is None else own_unit_path(above.id),
    )


def head_then(unit: JsonObject, day: Day, say: Wording) -> UnitHead:
    """Return a unit of ours as the list had it that stood on a day; its id alone where that had it not."""
    if unit["is_listed"] is not True:
        return UnitHead(text(unit, "id"), text(unit, "id"), "", "", "", "")
    above = text(unit, "parent")
    return UnitHead(
        id=text(unit, "id"),
        name=text(unit, "name"),
        kind=say.code("unit_kinds", text(unit, "kind")),
        territory=text(unit, "territory"),
        under=text(unit, "under"),
        under_to=address(own_unit_path(above), {"on_day": day.on.isoformat()}) if above else "",
    )


def _gone(asked: Asked, wanted: str) -> UnitHead:
    """Return a unit that is no longer among ours, to who may look at what was once set for it; NotFound for anybody else."""
    if not wanted or not may_do(asked, *LOOKS):
        raise NotFound
    shown = member(asked.perform("unit_limits_show", {"unit": wanted}), "unit")
    return UnitHead(text(shown, "id"), text(shown, "id"), asked.say.text("units.gone"), "", "", "")


def limits_path(unit: str) -> str:
    """Return where it is chosen what a unit may see."""
    return f"{LIMITS_PATH}/{quote(unit, safe='')}"


def bound_shown(one: JsonObject, unit: str, say: Wording) -> BoundShown:
    """Return limits as a page of a unit shows them."""
    return BoundShown(
        unit=text(one, "name"),
        to=own_unit_path(text(one, "unit")),
        since=say.moment(parse_time(text(one, "since"), "since")),
        lines=limit_lines(member(one, "limits"), say),
        is_own=one["unit"] == unit,
    )


def set_shown(one: JsonObject, asked: Asked) -> SetShown:
    """Return what was proposed for a unit, and what became of it."""
    say = asked.say
    return SetShown(
        id=text(one, "id"),
        state=text(one, "state"),
        since=say.moment(parse_time(text(one, "since"), "since")),
        proposed_by=text(one, "proposed_by"),
        proposed_at=say.moment(parse_time(text(one, "proposed_at"), "proposed_at")),
        decided_by=text(one, "decided_by"),
        decided_at=say.moment(parse_time(text(one, "decided_at"), "decided_at")) if one["decided_at"] else None,
        reason=text(one, "reason"),
        lines=limit_lines(member(one, "limits"), say),
        is_mine=one["proposed_by"] == asked.officer,
    )


def officer_line(one: JsonObject, say: Wording) -> OfficerLine:
    """Return an officer whom limits bind."""
    roles = say.text("joined.comma").join(say.code("roles", role) for role in texts(one, "roles"))
    return OfficerLine(text(one, "id"), roles, text(one, "unit"), one["is_machine"] is True)


def limit_lines(limits: JsonObject, say: Wording) -> Sequence[LimitLine]:
    """Return what limits say, thing by thing; nothing for limits that limit nothing."""
    lines = [
        LimitLine(say.text(f"field.{name}"), [say.code(codes, code) for code in texts(limits, of)])
        for of, name, codes in LISTS
        if limits[of] is not None
    ]
    if limits["sources"] is not None:
        codes = [text(one, "code") or text(one, "id") for one in members(limits, "sources")]
        lines.append(LimitLine(say.text("field.limit_sources"), codes))
    if limits["instruments"] is not None:
        lines.append(
            LimitLine(
                say.text("field.limit_instruments"), [text(one, "name") for one in members(limits, "instruments")]
            )
        )
    lines += [
        LimitLine(say.text(f"field.{name}"), [say.code(codes, text(limits, of))])
        for of, name, codes in ONES
        if limits[of]
    ]
    return lines


def kind_lines(answer: JsonObject, say: Wording) -> list[KindLine]:
    """Return what a preview counted."""
    return [
        KindLine(say.code("record_kinds", text(one, "kind")), whole(one, "now"), whole(one, "then"))
        for one in members(answer, "kinds")
    ]
