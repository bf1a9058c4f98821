"""The branches, organs and units of all bodies as they stood on a day; of one body also when its list changed, and how.

Source: docs/rules/desk.md W46 and W93; docs/rules/bodies.md B18.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.bodies.own_units import VERB as KEEPS
from entente.disclosure.limiting import LOOKS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Invalid
from entente.web.desk.directory_pages import (
    KEPT_UNITS_PATH,
    OWN_UNITS_PATH,
    UNITS_PATH,
    body_path,
    own_code,
    own_unit_path,
)
from entente.web.desk.page import Asked, Page, ShowPage, may_do
from entente.web.desk.paging import ON_A_PAGE, Day, Pager, address, chosen, day_asked, offset_asked, pager_of
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.wording import Moment, Wording

LISTS_SHOWN = 20
"""Of one body's lists, the newest; the others are found by their day."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in a list."""

    body: BodyName
    to: str
    """Where its body is shown."""
    id: str
    name: str
    kind: str
    territory: str
    under: str
    unit_to: str
    """Where what its officers may see is shown; empty for another body's unit."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list of units that a body said, and what it changed."""

    to: str
    """Where the units of the day on which it began are listed."""
    since: Moment
    key: str
    """The moment as the node writes it, by which the list is named."""
    until: Moment | None
    units: int
    added: Sequence[str]
    changed: Sequence[str]
    gone: Sequence[str]


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """What `units.html` shows."""

    title: str
    here: str
    find: str
    of_kind: str
    of_body: str
    day: Day
    day_shown: str
    kinds: Mapping[str, str]
    units: Sequence[UnitLine]
    pager: Pager
    own_units: str
    """Where it stands what our own units may see; empty for who may not look at it."""
    keep: str
    """Where our own list is kept; empty for who may not."""
    again: str
    """Where an earlier list of ours is said again; empty for who may not, and on another body's lists."""
    version: str
    """Of our own list as it stands, for who keeps it."""
    lists: Sequence[ListLine]
    """Of one body: when it said its units anew, the newest first; else none."""
    is_unknown: bool
    """Whether of that body no list is known from the day."""


def _units(asked: Asked) -> UnitsPage:
    say, day = asked.say, day_asked(asked)
    kinds = say.codes("unit_kinds")
    kept = {
        "find": asked.query.get("find", "").strip(),
        "of_kind": chosen(asked, "of_kind", kinds),
        "of_body": asked.query.get("of_body", "").strip(),
        "on_day": day.entered if not day.is_wrong else "",
    }
    lists: Sequence[JsonObject] = ()
    answer: JsonObject = {"units": [], "of": 0, "offset": 0}
    try:
        answer = asked.perform(
            "unit_find",
            {
                "text": kept["find"],
                "kind": kept["of_kind"],
                "body": kept["of_body"],
                "on": day.on.isoformat(),
                "offset": offset_asked(asked),
                "limit": ON_A_PAGE,
            },
        )
        if kept["of_body"]:
            # All of them are read, which takes long, only to say that none reaches back to the day.
            newest: JsonObject = {"newest": LISTS_SHOWN} if answer["of"] else {}
            lists = members(asked.perform("unit_lists", {"body": kept["of_body"], **newest}), "lists")
    except Invalid as error:
        # A body that there is not has no units either.
        if error.field != "body":
            raise
    own, may_keep = own_code(asked), may_do(asked, KEEPS)
    lines = [unit_line(one, say, own, kept["on_day"]) for one in members(answer, "units")]
    return UnitsPage(
        title=say.text("directory.units"),
        here=UNITS_PATH,
        find=kept["find"],
        of_kind=kept["of_kind"],
        of_body=kept["of_body"],
        day=day,
        day_shown=say.day(day.on),
        kinds=kinds,
        units=lines,
        pager=pager_of(UNITS_PATH, kept, answer, len(lines)),
        own_units=OWN_UNITS_PATH if may_do(asked, *LOOKS) else "",
        keep=KEPT_UNITS_PATH if may_keep else "",
        again=f"{KEPT_UNITS_PATH}/earlier" if may_keep and kept["of_body"] == own else "",
        version=text(asked.perform("unit_own"), "version") if may_keep else "",
        lists=[_list_line(one, kept["of_body"], say) for one in lists[:LISTS_SHOWN]],
        is_unknown=bool(lists) and not answer["of"] and _began(lists[-1]).date() > day.on,
    )


def unit_line(one: JsonObject, say: Wording, own: str, on_day: str = "") -> UnitLine:
    """Return a unit as lists show it; `own` is the code of our body, whose units have a page, as of that day."""
    body = body_name(member(one, "body"))
    return UnitLine(
        body=body,
        to=body_path(body.code),
        id=text(one, "id"),
        name=text(one, "name"),
        kind=say.code("unit_kinds", text(one, "kind")),
        territory=text(one, "territory"),
        under=text(one, "under"),
        unit_to=address(own_unit_path(text(one, "id")), {"on_day": on_day}) if body.code == own else "",
    )


def _list_line(one: JsonObject, body: str, say: Wording) -> ListLine:
    since = _began(one)
    return ListLine(
        to=units_of(body, since.date().isoformat()),
        since=say.moment(since),
        key=text(one, "since"),
        until=say.moment(parse_time(text(one, "until"), "until")) if one["until"] else None,
        units=whole(one, "units"),
        added=[text(unit, "name") for unit in members(one, "added")],
        changed=[text(unit, "name") for unit in members(one, "changed")],
        gone=[text(unit, "name") for unit in members(one, "gone")],
    )


def _began(one: JsonObject) -> datetime:
    return parse_time(text(one, "since"), "since")


def units_of(code: str, on_day: str = "") -> str:
    """Return where the units of one body are listed, as of a day."""
    return address(UNITS_PATH, {"of_body": code, "on_day": on_day})


PAGES: Sequence[Page] = (
    ShowPage(
        "units", "/units", ("unit_find", "unit_lists", "unit_own"), (), "units.html",
        "The branches, organs and units of all bodies as of a day; of one body, how its list changed.", _units,
        live=("body",),
    ),
)  # fmt: skip
