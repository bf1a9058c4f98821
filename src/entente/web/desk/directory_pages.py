"""The directory: bodies and the groups they stand in, as of a day, found and paged by the node. Units: units_pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from entente.bodies.finding import page_of
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date, parse_time
from entente.kernel.errors import Invalid, NotFound
from entente.verbs.references import names_and_officer
from entente.web.desk.page import PREFIX, Asked, Page, ShowPage, may_do
from entente.web.desk.paging import ON_A_PAGE, Day, Pager, address, chosen, day_asked, offset_asked, pager_of
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.wording import Moment, Wording

DIRECTORY_PATH = f"{PREFIX}/directory"
UNITS_PATH = f"{PREFIX}/units"
GROUPS_PATH = f"{PREFIX}/groups"
OWN_UNITS_PATH = f"{PREFIX}/own-units"
KEPT_UNITS_PATH = f"{UNITS_PATH}/own"
"""Where our own list of units is kept."""
NEW_GROUP_PATH = f"{PREFIX}/new-group"
KEEPS_GROUPS = ("manage_groups",)
STATUSES = ("member", "associate", "observer", "dialogue_partner", "former")


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A body in a list."""

    to: str
    body: BodyName
    kind: str
    country: str
    units: int
    is_own: bool
    heard: Moment | None
    trouble: str
    succeeded_by: str


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """What `directory.html` shows."""

    title: str
    here: str
    find: str
    of_kind: str
    in_group: str
    in_reach: str
    reaches: Mapping[str, str]
    kinds: Mapping[str, str]
    groups: Mapping[str, str]
    day: Day
    day_shown: str
    bodies: Sequence[BodyLine]
    pager: Pager


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in a list, with how many stand in it on the day."""

    to: str
    keeper: BodyName
    name: str
    title: str
    counts: Sequence[tuple[str, int]]
    """Status in words, and how many; those that nobody has are left out."""


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """What `groups.html` shows."""

    title: str
    here: str
    day: Day
    day_shown: str
    groups: Sequence[GroupLine]
    add: str
    """Where a group of ours is begun; empty for who may not."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One body's place in a group."""

    to: str
    body: BodyName
    status: str
    since: str
    until: str
    document: str
    counts: bool


@dataclass(frozen=True, slots=True)
class GroupPage:
    """What `group.html` shows."""

    title: str
    to: str
    here: str
    keeper: BodyName
    version: int
    day: Day
    day_shown: str
    in_status: str
    statuses: Mapping[str, str]
    entries: Sequence[EntryLine]
    """Those that count on the day, or all with their dates where all are asked for."""
    is_whole: bool
    """Whether entries that do not count on the day are shown too."""
    counting: int
    of: int
    pager: Pager
    change: str
    """Where its list is changed; empty for who may not, and for another body's group."""


def body_path(code: str) -> str:
    """Return where a body is shown."""
    return f"{DIRECTORY_PATH}/{quote(code, safe='')}"


def group_path(keeper: str, name: str) -> str:
    """Return where a group is shown."""
    return f"{GROUPS_PATH}/{quote(keeper, safe='')}/{quote(name, safe='')}"


def keep_group_path(name: str) -> str:
    """Return where a group of ours is changed."""
    return f"{PREFIX}/keep-group/{quote(name, safe='')}"


def _directory(asked: Asked) -> DirectoryPage:
    say, day = asked.say, day_asked(asked)
    kinds, groups, reaches = say.codes("body_kinds"), group_names(asked), say.codes("reaches")
    kept = {
        "find": asked.query.get("find", "").strip(),
        "of_kind": chosen(asked, "of_kind", kinds),
        "in_group": chosen(asked, "in_group", groups),
        "in_reach": chosen(asked, "in_reach", reaches),
        "on_day": day.entered if not day.is_wrong else "",
    }
    answer = asked.perform(
        "directory_find",
        {
            "text": kept["find"],
            "kind": kept["of_kind"],
            "group": kept["in_group"],
            "reach": kept["in_reach"],
            "on": day.on.isoformat(),
            "offset": offset_asked(asked),
            "limit": ON_A_PAGE,
        },
    )
    lines = [_body_line(one, asked) for one in members(answer, "bodies")]
    return DirectoryPage(
        title=say.text("nav.directory"),
        here=DIRECTORY_PATH,
        find=kept["find"],
        of_kind=kept["of_kind"],
        in_group=kept["in_group"],
        in_reach=kept["in_reach"],
        reaches=reaches,
        kinds=kinds,
        groups=groups,
        day=day,
        day_shown=say.day(day.on),
        bodies=lines,
        pager=pager_of(DIRECTORY_PATH, kept, answer, len(lines)),
    )


def group_names(asked: Asked) -> Mapping[str, str]:
    """Return the groups that there are: `CODE/name` → how a list of choice calls it."""
    lines = members(asked.perform("group_lines"), "groups")
    named = [(text(member(one, "keeper"), "code"), text(one, "name"), text(one, "title")) for one in lines]
    return {f"{keeper}/{name}": f"{keeper} · {title}" for keeper, name, title in named}


def _body_line(one: JsonObject, asked: Asked) -> BodyLine:
    say = asked.say
    heard = text(one, "heard") if one["heard"] else ""
    return BodyLine(
        to=body_path(text(one, "code")),
        body=body_name(one),
        kind=say.code("body_kinds", text(one, "kind")),
        country=country_shown(text(one, "country"), asked),
        units=whole(one, "units"),
        is_own=one["is_own"] is True,
        heard=say.moment(parse_time(heard, "heard")) if heard else None,
        trouble=text(one, "trouble"),
        succeeded_by=text(one, "succeeded_by"),
    )


def country_shown(code: str, asked: Asked) -> str:
    """Return what a body's country is called; empty for an international body."""
    return asked.say.country(code, asked.node.lists.countries) if code else ""


def own_code(asked: Asked) -> str:
    """Return the code of our own body."""
    names, _ = names_and_officer(asked.node, asked.officer)
    return names.own.code


def kept_unit_path(unit: str) -> str:
    """Return where a unit of ours is called otherwise, moved or ended."""
    return f"{KEPT_UNITS_PATH}/change/{quote(unit, safe='')}"


def own_unit_path(unit: str) -> str:
    """Return where a unit of ours is shown."""
    return f"{OWN_UNITS_PATH}/unit/{quote(unit, safe='')}"


def _groups(asked: Asked) -> GroupsPage:
    say, day = asked.say, day_asked(asked)
    lines = members(asked.perform("group_lines", {"on": day.on.isoformat()}), "groups")
    return GroupsPage(
        title=say.text("directory.groups"),
        here=GROUPS_PATH,
        day=day,
        day_shown=say.day(day.on),
        groups=[_group_line(one, day, say) for one in lines],
        add=NEW_GROUP_PATH if may_do(asked, *KEEPS_GROUPS) else "",
    )


def _group_line(one: JsonObject, day: Day, say: Wording) -> GroupLine:
    keeper, counts = body_name(member(one, "keeper")), member(one, "counts")
    return GroupLine(
        to=address(group_path(keeper.code, text(one, "name")), {"on_day": "" if day.is_wrong else day.entered}),
        keeper=keeper,
        name=text(one, "name"),
        title=text(one, "title"),
        counts=[
            (say.code("membership_statuses", status), whole(counts, status))
            for status in STATUSES
            if whole(counts, status)
        ],
    )


def _group(asked: Asked) -> GroupPage:
    say, day = asked.say, day_asked(asked)
    keeper, name = asked.path["keeper"], asked.path["name"]
    statuses = say.codes("membership_statuses")
    try:
        answer = asked.perform("group_show", {"group": f"{keeper}/{name}", "on": day.on.isoformat()})
    except Invalid as error:
        raise NotFound from error
    group, wanted, is_whole = member(answer, "group"), chosen(asked, "in_status", statuses), "whole" in asked.query
    entries, is_ours = members(group, "entries"), text(member(group, "keeper"), "code") == own_code(asked)
    of_status = [one for one in entries if wanted in {"", text(one, "status")}]
    found = page_of([one for one in of_status if is_whole or one["counts"] is True], offset_asked(asked), ON_A_PAGE)
    to = group_path(text(member(group, "keeper"), "code"), text(group, "name"))
    kept = {"in_status": wanted, "on_day": "" if day.is_wrong else day.entered, "whole": "yes" if is_whole else ""}
    return GroupPage(
        title=text(group, "title"),
        to=to,
        here=GROUPS_PATH,
        keeper=body_name(member(group, "keeper")),
        version=whole(group, "version"),
        day=day,
        day_shown=say.day(day.on),
        in_status=wanted,
        statuses=statuses,
        entries=[_entry_line(one, say) for one in found.shown],
        is_whole=is_whole,
        counting=sum(one["counts"] is True for one in of_status),
        of=len(of_status),
        pager=pager_of(to, kept, {"of": found.of, "offset": found.offset}, len(found.shown)),
        change=keep_group_path(name) if is_ours and may_do(asked, *KEEPS_GROUPS) else "",
    )


def _entry_line(one: JsonObject, say: Wording) -> EntryLine:
    body = body_name(member(one, "body"))
    return EntryLine(
        to=body_path(body.code),
        body=body,
        status=say.code("membership_statuses", text(one, "status")),
        since=say.day(parse_date(text(one, "since"), "since")),
        until=say.day(parse_date(text(one, "until"), "until")) if one["until"] else "",
        document=text(one, "document"),
        counts=one["counts"] is True,
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "directory", "/directory", ("directory_find", "group_lines"), (), "directory.html",
        "The bodies of the directory as of a day, found by name, country, kind or group.", _directory,
        in_navigation=True, key="b",
        live=("body", "group"),
    ),
    ShowPage(
        "groups", "/groups", ("group_lines",), (), "groups.html", "The groups, with how many stand in each.", _groups,
        live=("group",),
    ),
    ShowPage(
        "group", "/groups/{keeper}/{name}", ("group_show",), (), "group.html",
        "Who stands in a group on a day, by which document.", _group,
        live=("group",),
    ),
)  # fmt: skip
