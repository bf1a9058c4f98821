"""What a changed list of a group of ours would change, shown before it is kept; and its keeping, as a heavy act.

What was changed is kept in the session as changes and not as a copy: they stand beside the list that there is by then, so that
nothing that somebody else entered meanwhile is lost, and what was overtaken is told.

Source: docs/rules/desk.md W136; docs/rules/bodies.md B7 and B27.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import encode_bytes
from entente.verbs.references import names_and_officer
from entente.web.desk.directory_pages import (
    GROUPS_PATH,
    KEEPS_GROUPS,
    NEW_GROUP_PATH,
    group_path,
    keep_group_path,
    own_code,
)
from entente.web.desk.effect_shown import EffectShown, effects_shown
from entente.web.desk.forms import Entered, Field
from entente.web.desk.group_rows import NOTHING, Row, Standing, Wanted, as_given, said_between, standing_of, wanted_of
from entente.web.desk.memory import check_shown, seal_of
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts
from entente.web.desk.sharing_pages import instrument_path
from entente.web.sentences import said
from entente.web.wording import Wording

NEEDS: Final = KEEPS_GROUPS
_KEEP: Final = "keep_group"


def file_path(name: str) -> str:
    """Return where a group of ours is written as a file."""
    return f"{PREFIX}/group-file/{quote(name, safe='')}"


def foreseen_path(name: str) -> str:
    """Return where it stands what was changed of a group, and what that would change."""
    return f"{PREFIX}/foreseen-group/{quote(name, safe='')}"


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """What becomes of an entry."""

    how: str
    how_words: str
    body: BodyName
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DayShown:
    """What changes of an instrument on a day."""

    on: str
    is_today: bool
    named: Sequence[BodyName]
    not_named: Sequence[BodyName]
    begins: Sequence[BodyName]
    stops: Sequence[BodyName]
    force: str
    """`begins` or `ends` where it comes into force or ends by it, else empty."""
    why: str
    effects: Sequence[EffectShown]
    is_nothing: bool


@dataclass(frozen=True, slots=True)
class InstrumentShown:
    """An instrument that names the group."""

    to: str
    name: str
    title: str
    statuses: Sequence[str]
    days: Sequence[DayShown]


@dataclass(frozen=True, slots=True)
class ForeseenGroupPage:
    """What `foreseen_group.html` shows."""

    title: str
    here: str
    act: str
    again: str
    as_file: str
    name: str
    shown: str
    """Which changes are shown: the form sends these and no others."""
    version: int
    """The version that stands; 0 for none."""
    next_version: int
    seen: int
    is_overtaken: bool
    others: Sequence[tuple[str, str]]
    """What somebody else changed meanwhile: the entry as it stood, and as it stands."""
    lost: Sequence[tuple[str, str]]
    titles: tuple[str, str]
    changes: Sequence[ChangeShown]
    is_nothing: bool
    instruments: Sequence[InstrumentShown]
    own: BodyName


def standing_now(asked: Asked, name: str, version: int = 0) -> Standing | None:
    """Return a group of ours as it stands, or as a version had it; None where there is none."""
    try:
        answer = asked.perform("group_show", {"group": name, **({"version": version} if version else {})})
    except NotFound:
        return None
    return standing_of(member(answer, "group"))


def group_named(asked: Asked) -> str:
    """Return the group of the path; raise NotFound for what names no group of ours."""
    if "/" in asked.path["named"] or ":" in asked.path["named"]:
        raise NotFound
    return asked.path["named"]


def version_seen(form: Entered) -> int:
    """Return the version that a form was made for; 0 for none."""
    said_so = form.value("group_version")
    return int(said_so) if said_so.isascii() and said_so.isdecimal() else 0


def judged_beside(asked: Asked, name: str, version: int, wanted: Wanted) -> JsonObject:
    """Return what a list would change; raise what the rooms have against it."""
    given = as_given(name, version, wanted)
    return asked.perform("group_preview", {"data": encode_bytes(json.dumps(given).encode())})


def _foreseen(asked: Asked) -> ForeseenGroupPage | Elsewhere:
    say, name = asked.say, group_named(asked)
    kept, found = asked.memory.groups.get(name), standing_now(asked, name)
    if kept is None:
        if found is None:
            raise NotFound
        return Elsewhere(keep_group_path(name))
    standing = found or NOTHING
    wanted = wanted_of(kept, standing)
    answer = judged_beside(asked, name, standing.version, wanted)
    before = (standing_now(asked, name, kept.seen) if kept.seen else NOTHING) or NOTHING
    others = said_between(before, standing) if kept.seen != standing.version else ()
    names, _ = names_and_officer(asked.node, asked.officer)
    changes = [_change(one, say) for one in members(answer, "changes")]
    titles = (text(answer, "title_before"), text(member(answer, "group"), "title"))
    return ForeseenGroupPage(
        title=say.text("keeping.foreseen", name=name),
        here=group_path(names.own.code, name) if found is not None else GROUPS_PATH,
        act=foreseen_path(name),
        again=keep_group_path(name) if found is not None else f"{NEW_GROUP_PATH}?again={quote(name, safe='')}",
        as_file=file_path(name) if found is not None else "",
        name=name,
        shown=seal_of(kept.to_json()),
        version=standing.version,
        next_version=standing.version + 1,
        seen=kept.seen,
        is_overtaken=kept.seen != standing.version,
        others=[(entry_said(was, say), entry_said(then, say)) for was, then in others],
        lost=[(entry_said(was, say), entry_said(then, say)) for was, then in wanted.lost],
        titles=titles,
        changes=changes,
        is_nothing=not changes and titles[0] == titles[1],
        instruments=[_instrument(one, asked) for one in members(answer, "instruments")],
        own=BodyName(names.own.code, names.own.name),
    )


def _change(one: JsonObject, say: Wording) -> ChangeShown:
    before, after = one["before"], one["after"]
    entry = after if isinstance(after, dict) else before
    assert isinstance(entry, dict), "a change has one of the two"
    return ChangeShown(
        how=text(one, "how"),
        how_words=say.text(f"keeping.how_{text(one, 'how')}"),
        body=body_name(member(entry, "body")),
        before=_said_of(before, say) if isinstance(before, dict) else "",
        after=_said_of(after, say) if isinstance(after, dict) else "",
    )


def _said_of(entry: JsonObject, say: Wording) -> str:
    until = text(entry, "until") if entry["until"] else ""
    return _words(text(entry, "status"), text(entry, "since"), until, text(entry, "document"), say)


def entry_said(row: Row | None, say: Wording) -> str:
    """Return an entry in words, with the body it is about; nothing for none."""
    return "" if row is None else f"{row.body} · {_words(row.status, row.since, row.until, row.document, say)}"


def _words(status: str, since: str, until: str, document: str, say: Wording) -> str:
    statuses = say.codes("membership_statuses")
    days = f"{_day(since, say)} – {_day(until, say)}" if until else _day(since, say)
    return " · ".join((statuses.get(status, status), days, document))


def _day(written: str, say: Wording) -> str:
    try:
        return say.day(parse_date(written, "since"))
    except Invalid:
        # Of an entry that does not stand: as it was written.
        return written


def _instrument(one: JsonObject, asked: Asked) -> InstrumentShown:
    return InstrumentShown(
        to=instrument_path(text(one, "id")),
        name=text(one, "name"),
        title=text(one, "title"),
        statuses=[asked.say.code("membership_statuses", status) for status in texts(one, "statuses")],
        days=[_day_shown(day, asked) for day in members(one, "days")],
    )


def _day_shown(day: JsonObject, asked: Asked) -> DayShown:
    say, was, would = asked.say, day["was_in_force"] is True, day["is_in_force"] is True
    whom = {name: [body_name(one) for one in members(day, name)] for name in ("named", "not_named", "begins", "stops")}
    on = parse_date(text(day, "on"), "on")
    return DayShown(
        on=say.day(on),
        is_today=on == asked.node.clock.now().date(),
        **whom,
        force="" if was is would else "begins" if would else "ends",
        why=said(say, text(day, "why")),
        effects=effects_shown(members(day, "effects"), say),
        is_nothing=not any(whom.values()) and was is would and not members(day, "effects"),
    )


def _keep(asked: Asked) -> Done:
    name = group_named(asked)
    kept = asked.memory.groups.get(name)
    if kept is None:
        raise NotFound
    check_shown(kept.to_json(), asked.form.value("what_shown"))
    wanted = wanted_of(kept, standing_now(asked, name) or NOTHING)
    given = as_given(name, version_seen(asked.form), wanted)
    answer = asked.perform("group_keep", {"data": encode_bytes(json.dumps(given).encode())})
    asked.memory.groups.pop(name, None)
    return Done(group_path(text(member(member(answer, "group"), "keeper"), "code"), name), "group_kept")


def _let_go(asked: Asked) -> Done:
    name = group_named(asked)
    asked.memory.groups.pop(name, None)
    found = standing_now(asked, name)
    return Done(GROUPS_PATH if found is None else group_path(own_code(asked), name), "group_let_go")


PAGES: Sequence[Page] = (
    ShowPage(
        "foreseen_group", "/foreseen-group/{named}", ("group_show", "group_preview"), NEEDS, "foreseen_group.html",
        "What a changed list of a group would change, and the form by which it is said.", _foreseen,
    ),
    ActPage(
        _KEEP, "/foreseen-group/{named}", ("group_show", "group_keep"), NEEDS, "foreseen_group",
        "Keeps the next version of a group of ours, and sends it to every body.", _keep,
        (Field("group_version", asks="group.version"), Field("what_shown", most=64)), is_heavy=True,
    ),
    ActPage(
        "let_group_go", "/foreseen-group/{named}/leave", ("group_show",), NEEDS, "foreseen_group",
        "Forgets what was changed of a group.", _let_go, is_once=False,
    ),
)  # fmt: skip
