"""One body: what it said of itself, how it is reached, where it stands in groups, its units, its keys and their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.bodies.contact_rules import CONTACTS_MAX
from entente.bodies.own_units import VERB as KEEPS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date, parse_time
from entente.web.desk.contact_pages import ContactLine, contact_line
from entente.web.desk.directory_pages import (
    DIRECTORY_PATH,
    KEPT_UNITS_PATH,
    body_path,
    country_shown,
    group_path,
    own_code,
)
from entente.web.desk.doubt_pages import READS, doubts_path
from entente.web.desk.page import Asked, Page, ShowPage, may_do
from entente.web.desk.paging import Day, address, day_asked
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.desk.succession_pages import ACCEPTS, successor_path
from entente.web.desk.units_pages import UnitLine, unit_line, units_of
from entente.web.home import zone_of
from entente.web.sentences import answer
from entente.web.wording import Moment, Wording

UNITS_SHOWN = 20
"""The others stand on a page of their own."""


@dataclass(frozen=True, slots=True)
class NameLine:
    """A name, and when it was in use."""

    name: str
    since: str
    until: str
    is_of_the_day: bool


@dataclass(frozen=True, slots=True)
class KeysLine:
    """A version of a body's keys."""

    version: int
    is_current: bool
    valid_from: Moment
    valid_until: Moment | None
    threshold: int
    heads: Sequence[str]
    node: str
    compromised_since: Moment | None
    not_known_to: Sequence[str]
    """Bodies that have not confirmed this version of ours."""


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in a group."""

    to: str
    keeper: BodyName
    title: str
    status: str
    since: str
    document: str


@dataclass(frozen=True, slots=True)
class LineShown:
    """How the line to a body stands."""

    heard: Moment | None
    waiting: int
    via: str
    attempts: int
    why: str


@dataclass(frozen=True, slots=True)
class BodyPage:
    """What `body.html` shows."""

    title: str
    to: str
    here: str
    code: str
    id: str
    kind: str
    country: str
    zone: str
    local_time: Moment
    """The time of day there, now."""
    is_own: bool
    day: Day
    day_shown: str
    names: Sequence[NameLine]
    introduced_by: str
    introduced_at: Moment | None
    replaces: str
    successor_to: str
    """Where it waits, or waited, to be accepted in that body's place; empty for who may not, and once it was."""
    succeeded_by: str
    addresses: Sequence[str]
    relays: Sequence[str]
    line: LineShown | None
    silent_since: Moment | None
    is_silent: bool
    """Whether copies of its records are hidden here, or soon will be, because it is not heard."""
    contacts: Sequence[ContactLine]
    contacts_said_at: Moment | None
    places: Sequence[PlaceLine]
    units: Sequence[UnitLine]
    units_of: int
    units_to: str
    units_said_at: Moment | None
    keep_units: str
    """Where our own list of units is kept; empty for another body, and for who may not."""
    keys: Sequence[KeysLine]
    doubts: str
    """Where it stands what came under keys that it declared compromised; empty without any, and for who may not read it."""


def _body(asked: Asked) -> BodyPage:
    say, day, code = asked.say, day_asked(asked), asked.path["code"]
    answer = asked.perform("body_show", {"body": code})
    body, is_own = member(answer, "body"), answer["is_own"] is True
    named: JsonObject = {"body": text(body, "id")}
    places = asked.perform("body_places", {**named, "on": day.on.isoformat()})
    units = asked.perform("unit_find", {**named, "on": day.on.isoformat(), "limit": UNITS_SHOWN})
    contacts = members(asked.perform("contact_list", {**named, "limit": CONTACTS_MAX}), "points")
    silent = _silent(asked, text(body, "id"))
    names = _names(body, day, say)
    keys = [_keys(one, say) for one in reversed(members(asked.perform("keys_show", named), "versions"))]
    shown, entered = text(body, "code"), "" if day.is_wrong else day.entered
    return BodyPage(
        title=next((one.name for one in names if one.is_of_the_day), text(body, "name")),
        to=body_path(shown),
        here=DIRECTORY_PATH,
        code=shown,
        id=text(body, "id"),
        kind=say.code("body_kinds", text(body, "kind")),
        country=country_shown(text(body, "country"), asked),
        zone=text(body, "zone"),
        local_time=Wording(say.language, zone_of(text(body, "zone"))).moment(asked.node.clock.now()),
        is_own=is_own,
        day=day,
        day_shown=say.day(day.on),
        names=names,
        introduced_by=text(body, "introduced_by"),
        introduced_at=_moment(body, "introduced_at", say),
        replaces=text(body, "replaces"),
        successor_to=_successor_to(asked, body, is_own=is_own),
        succeeded_by=text(body, "succeeded_by"),
        addresses=texts(body, "addresses"),
        relays=texts(body, "relays"),
        line=None if is_own else _line(asked, named, say),
        silent_since=_moment(silent, "since", say) if silent is not None else None,
        is_silent=silent is not None,
        contacts=[contact_line(one, asked.node.clock.now(), say) for one in contacts],
        contacts_said_at=_moment(contacts[0], "said_at", say) if contacts else None,
        places=[_place(one, day, say) for one in members(places, "places")],
        units=[unit_line(one, say, own_code(asked), entered) for one in members(units, "units")],
        units_of=whole(units, "of"),
        units_to=units_of(shown, entered),
        units_said_at=_moment(places, "units_said_at", say),
        keep_units=KEPT_UNITS_PATH if is_own and may_do(asked, KEEPS) else "",
        keys=keys,
        doubts=doubts_path(shown) if any(one.compromised_since for one in keys) and may_do(asked, READS) else "",
    )


def _names(body: JsonObject, day: Day, say: Wording) -> list[NameLine]:
    listed = members(body, "names")
    begun = [one for one in listed if parse_date(text(one, "since"), "since") <= day.on] or listed[:1]
    return [
        NameLine(
            name=text(one, "name"),
            since=say.day(parse_date(text(one, "since"), "since")),
            until=say.day(parse_date(text(one, "until"), "until")) if one["until"] else "",
            is_of_the_day=one is begun[-1],
        )
        for one in reversed(listed)
    ]


def _line(asked: Asked, named: JsonObject, say: Wording) -> LineShown | None:
    (line,) = members(asked.perform("exchange_lines", {"bodies": [named["body"]]}), "lines")
    return LineShown(
        heard=_moment(line, "heard", say),
        waiting=whole(line, "waiting"),
        via=text(line, "via"),
        attempts=whole(line, "attempts"),
        why=answer(say, text(line, "why")),
    )


def _successor_to(asked: Asked, body: JsonObject, *, is_own: bool) -> str:
    """Return where a body stands beside the one it replaces, for who may accept it; empty once it was accepted."""
    if is_own or not body["replaces"] or not may_do(asked, ACCEPTS):
        return ""
    claims = members(asked.perform("successor_list"), "claims")
    is_open = any(member(one, "successor")["id"] == body["id"] for one in claims)
    return successor_path(text(body, "code")) if is_open else ""


def _silent(asked: Asked, body: str) -> JsonObject | None:
    sources = members(asked.perform("body_silent"), "sources")
    return next((one for one in sources if member(one, "body")["id"] == body), None)


def _place(one: JsonObject, day: Day, say: Wording) -> PlaceLine:
    keeper = body_name(member(one, "keeper"))
    entered = "" if day.is_wrong else day.entered
    return PlaceLine(
        to=address(group_path(keeper.code, text(one, "name")), {"on_day": entered}),
        keeper=keeper,
        title=text(one, "title"),
        status=say.code("membership_statuses", text(one, "status")),
        since=say.day(parse_date(text(one, "since"), "since")),
        document=text(one, "document"),
    )


def _keys(one: JsonObject, say: Wording) -> KeysLine:
    valid_from = _moment(one, "valid_from", say)
    assert valid_from is not None, "keys are in force from a moment on"
    return KeysLine(
        version=whole(one, "version"),
        is_current=one["is_current"] is True,
        valid_from=valid_from,
        valid_until=_moment(one, "valid_until", say),
        threshold=whole(one, "threshold"),
        heads=texts(one, "heads"),
        node=text(one, "node"),
        compromised_since=_moment(one, "compromised_since", say),
        not_known_to=texts(one, "not_known_to"),
    )


def _moment(answer: JsonObject, name: str, say: Wording) -> Moment | None:
    return say.moment(parse_time(text(answer, name), name)) if answer[name] else None


PAGES: Sequence[Page] = (
    ShowPage(
        "body", "/directory/{code}",
        ("body_show", "body_places", "unit_find", "keys_show", "exchange_lines", "body_silent", "contact_list",
         "successor_list"), (), "body.html",
        "A body as it stood on a day: names, groups, units, how it is reached, its keys and their history.", _body,
        live=("body", "group", "instrument"),
    ),
)  # fmt: skip
