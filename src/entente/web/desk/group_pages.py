"""The list of a group of ours changed: line by line or as a file; what that would change is shown next (group_foreseen).

Source: docs/rules/desk.md W136; docs/rules/bodies.md B7 and B27.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from entente.bodies.finding import has_all, page_of, words_of
from entente.bodies.statements import DOCUMENT_CHARACTERS_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import encode_bytes
from entente.verbs.references import names_and_officer
from entente.web.desk.directory_pages import (
    GROUPS_PATH,
    NEW_GROUP_PATH,
    group_path,
    keep_group_path,
    own_code,
)
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.group_foreseen import (
    NEEDS,
    entry_said,
    file_path,
    foreseen_path,
    group_named,
    judged_beside,
    standing_now,
    version_seen,
)
from entente.web.desk.group_rows import (
    NOTHING,
    Row,
    Standing,
    Wanted,
    changes_to,
    file_of,
    read_line,
    standing_of,
    wanted_of,
)
from entente.web.desk.instrument_pages import FILE_CHARACTERS_MAX
from entente.web.desk.memory import KeptGroup
from entente.web.desk.page import ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.paging import Pager, offset_asked, pager_of
from entente.web.desk.reading import member, text

NEW_FILE_PATH: Final = f"{NEW_GROUP_PATH}/file"
_LOOK: Final = "look_at_group"
_LOOK_NEW: Final = "look_at_new_group"
_READ: Final = "read_group"
_READ_NEW: Final = "read_new_group"
ROWS_MAX: Final = 36
"""Entries on one page of the form: seven fields each, and a form has at most 400 (forms.FORM_FIELDS_MAX)."""
ADDED_MAX: Final = 20
"""Lines for new entries, five fields each; who enters more at once writes the list as a file."""
OPEN_LINES: Final = 3
"""Of these stand open while they are empty."""
_LINE_MAX: Final = 2 * DOCUMENT_CHARACTERS_MAX
"""What is longer than the room takes is refused by it, at its own line."""
_ENTRY: Final = re.compile(r"group\.entries\[(\d+)\](?:\.(\w+))?")
_PARTS: Final = ("body", "status", "since", "until", "document")


@dataclass(frozen=True, slots=True)
class RowShown:
    """An entry as it is edited."""

    key: str
    was: str
    """The line that names the entry as it stands; empty for a new one."""
    entry: Row
    is_out: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class KeepGroupPage:
    """What `keep_group.html` shows."""

    title: str
    here: str
    act: str
    """The name of the form's act."""
    to: str
    """Where the form goes."""
    name: str
    """Empty for a new group."""
    shown: str
    """Where the group is shown; empty for a new one."""
    begun_name: str
    """Of a new one that was written on before: what it was to be called."""
    group_title: str
    version: int
    rows: Sequence[RowShown]
    added: Sequence[RowShown]
    open_lines: int
    lost: Sequence[tuple[str, str]]
    """Changes of entries that do not stand any more as they were seen."""
    is_begun: bool
    """Whether it goes on with what was changed before."""
    is_overtaken: bool
    """Whether somebody kept another version since that was begun."""
    find: str
    is_long: bool
    """Whether the list has more entries than one page."""
    pager: Pager
    statuses: Mapping[str, str]
    bodies: Sequence[tuple[str, str]]
    as_file: str


@dataclass(frozen=True, slots=True)
class GroupFilePage:
    """What `group_file.html` shows."""

    title: str
    here: str
    act: str
    to: str
    lines: str
    """Where the list is changed line by line."""
    begun: str
    statuses: Mapping[str, str]


def _keep_page(asked: Asked) -> KeepGroupPage:
    say, name = asked.say, group_named(asked)
    standing = standing_now(asked, name)
    if standing is None:
        raise NotFound
    return _form(asked, _LOOK, say.text("keeping.change"), standing, asked.memory.groups.get(name))


def _new_page(asked: Asked) -> KeepGroupPage:
    # What was written of one is gone back to by its name.
    kept = asked.memory.groups.get(asked.query.get("again", ""))
    return _form(asked, _LOOK_NEW, asked.say.text("keeping.new"), NOTHING, kept if kept and not kept.seen else None)


def _form(asked: Asked, act: str, title: str, standing: Standing, kept: KeptGroup | None) -> KeepGroupPage:
    say, name = asked.say, asked.path.get("named", "")
    form = asked.form if asked.form.of == act else Entered()
    to = keep_group_path(name) if name else NEW_GROUP_PATH
    find, is_long = asked.query.get("find", "").strip(), len(standing.rows) > ROWS_MAX
    words = words_of(find)
    rows = [row for row in _rows(form, standing, kept) if has_all(words, row.entry.body, row.entry.document)]
    page = page_of(rows, offset_asked(asked, ROWS_MAX), ROWS_MAX)
    # Of a form that is given back the rows that it had, whichever page they are of.
    posted = set(form.each("row_was").values())
    shown = [row for row in rows if row.was in posted] if posted else list(page.shown)
    added = _added(form, kept)
    lost = wanted_of(kept, standing).lost if kept is not None else ()
    names, _ = names_and_officer(asked.node, asked.officer)
    return KeepGroupPage(
        title=title,
        here=GROUPS_PATH,
        act=act,
        to=to,
        name=name,
        shown=group_path(own_code(asked), name) if name else "",
        begun_name=kept.name if kept is not None else "",
        group_title=(kept.title if kept is not None else "") or standing.title,
        version=standing.version,
        rows=shown,
        added=added,
        open_lines=max([OPEN_LINES, *(place for place, row in enumerate(added, 1) if row.entry)]),
        lost=[(entry_said(was, say), entry_said(then, say)) for was, then in lost],
        is_begun=kept is not None and not form.of,
        find=find,
        is_long=is_long,
        is_overtaken=kept is not None and kept.seen != standing.version,
        pager=pager_of(to, {"find": find}, {"of": page.of, "offset": page.offset}, len(page.shown), ROWS_MAX),
        statuses=say.codes("membership_statuses"),
        bodies=sorted((one.code, one.name) for one in names.bodies.values()),
        as_file=file_path(name) if name else NEW_FILE_PATH,
    )


def _rows(form: Entered, standing: Standing, kept: KeptGroup | None) -> list[RowShown]:
    """Return the entries that stand, each as it was entered, or changed before, or as it is."""
    keys = {was: key for key, was in form.each("row_was").items()}
    rows = []
    for place, (line, stands) in enumerate(standing.rows):
        entry, is_out = stands, False
        if (key := keys.get(line)) is not None:
            entry, is_out = _entered(form, key), key in form.each("row_out")
        elif kept is not None and line in kept.changed:
            entry, is_out = read_line(kept.changed[line]) or stands, not kept.changed[line]
        rows.append(RowShown(str(place), line, entry, is_out, is_changed=is_out or entry != stands))
    return rows


def _added(form: Entered, kept: KeptGroup | None) -> list[RowShown]:
    if form.of:
        entries = [_entered(form, f"n{place}") for place in range(ADDED_MAX)]
    else:
        lines = kept.added if kept is not None else ()
        entries = [row for line in lines if (row := read_line(line)) is not None]
        entries += [_EMPTY] * (ADDED_MAX - len(entries))
    return [RowShown(f"n{place}", "", entry, is_out=False, is_changed=False) for place, entry in enumerate(entries)]


_EMPTY: Final = Row("", "", "", "", "")


def _entered(form: Entered, key: str) -> Row:
    return Row(*(form.each(f"row_{part}").get(key, "").strip() for part in _PARTS))


def _look(asked: Asked) -> Done:
    name, seen = group_named(asked), version_seen(asked.form)
    standing, before = standing_now(asked, name), asked.memory.groups.get(name)
    if standing is None:
        raise NotFound
    known = {line for line, _ in standing.rows}
    # A page that shows what stands has told which changes found their entry no more: they end with it.
    changed = (
        {}
        if before is None
        else {line: then for line, then in before.changed.items() if seen != standing.version or line in known}
    )
    base = standing if seen == standing.version else standing_now(asked, name, seen) or standing
    begun = KeptGroup(name, base.title, base.version, changed, before.added if before is not None else ())
    return _looked(asked, standing, begun)


def _look_new(asked: Asked) -> Done:
    return _looked(asked, NOTHING, KeptGroup(asked.form.value("group_name"), "", 0, {}, ()))


def _looked(asked: Asked, standing: Standing, before: KeptGroup) -> Done:
    """Take in what a form says of a list, begun with the title that it had, have it judged, and show what it would change."""
    form, name = asked.form, before.name
    known, changed, keys = dict(standing.rows), dict(before.changed), dict[str, str]()
    for key, was in form.each("row_was").items():
        keys[was] = key
        then, stood = _entered(form, key), known.get(was) or read_line(was)
        if key in form.each("row_out"):
            changed[was] = ""
        elif then != stood:
            changed[was] = then.line()
        else:
            changed.pop(was, None)
    added = [(f"n{place}", row) for place in range(ADDED_MAX) if (row := _entered(form, f"n{place}"))]
    keys |= {f"+{place}": key for place, (key, _) in enumerate(added)}
    beyond = before.added[ADDED_MAX:]
    title = form.value("group_title")
    kept = replace(
        before,
        title=title if title != before.title else "",
        changed=changed,
        added=[*(row.line() for _, row in added), *beyond],
    )
    wanted = wanted_of(kept, standing)
    try:
        judged_beside(asked, name, standing.version, wanted)
    except Invalid as error:
        raise _at_its_line(error, wanted, keys) from error
    asked.memory.keep_group(kept)
    return Done(foreseen_path(name))


def _at_its_line(error: Invalid, wanted: Wanted, keys: Mapping[str, str]) -> Invalid:
    """Return what a room says of an entry of a list as said of its line in the form."""
    found, field = _ENTRY.fullmatch(error.field), error.field
    if found is not None:
        key = keys.get(wanted.origins[int(found[1])], "")
        part = found[2] if found[2] in _PARTS else "body"
        field = f"row_{part}.{key}" if key else ""
    elif field not in {"group.name", "group.title"}:
        return error
    what = f"The field {field} does not hold what it should." if field else error.what
    return Invalid(what, field=field, why=error.why, do="Mend it in its line, and show again what it would change.")


def _file_page(asked: Asked) -> GroupFilePage:
    say, name = asked.say, group_named(asked)
    standing = standing_now(asked, name)
    if standing is None:
        raise NotFound
    kept = asked.memory.groups.get(name)
    wanted = wanted_of(kept or KeptGroup(name, "", standing.version, {}, ()), standing)
    statuses = say.codes("membership_statuses")
    return GroupFilePage(
        title=say.text("keeping.as_file"),
        here=GROUPS_PATH,
        act=_READ,
        to=file_path(name),
        lines=keep_group_path(name),
        begun=file_of(name, standing.version, wanted, statuses),
        statuses=statuses,
    )


def _new_file_page(asked: Asked) -> GroupFilePage:
    say = asked.say
    statuses, day = say.codes("membership_statuses"), asked.node.clock.now().date().isoformat()
    example = Row(own_code(asked), "member", day, "", say.text("keeping.sample_document"))
    wanted = Wanted(say.text("keeping.sample_title"), [example], ["+0"], ())
    return GroupFilePage(
        title=say.text("keeping.new"),
        here=GROUPS_PATH,
        act=_READ_NEW,
        to=NEW_FILE_PATH,
        lines=NEW_GROUP_PATH,
        begun=file_of("new-group", 0, wanted, statuses),
        statuses=statuses,
    )


def _read(asked: Asked) -> Done:
    """Take in a list as a file; made from an earlier version, it counts as what it changed of that one."""
    document = dict[str, Json]()
    try:
        document |= asked.node.files.document(asked.form.value("group_file").encode("utf-8"), "group")
        return _read_in(asked, document)
    except Invalid as error:
        raise _in_the_file(error, document) from error


def _read_in(asked: Asked, document: JsonObject) -> Done:
    name, version = str(document.get("name", "")), document.get("version", 0)
    if "named" in asked.path and name != group_named(asked):
        raise Invalid(
            "The file is about another group.",
            field="group_file",
            why="A list is written on the page of its own group, whose name stays (docs/rules/desk.md W136).",
            do="Write the name as it stood, or begin a new group.",
        )
    standing = standing_now(asked, name) if _is_name(name) else None
    stands = standing.version if standing is not None else 0
    base = NOTHING
    if isinstance(version, int) and 0 < version <= stands:
        base = standing_now(asked, name, version) or NOTHING
    # One made from an earlier version is judged beside what stands; any other version is refused by the room.
    judged = {**document, "version": stands if base.version == version else version}
    given: JsonObject = {"data": encode_bytes(json.dumps(judged).encode())}
    answer = member(asked.perform("group_preview", given), "group")
    rows = [row for _, row in standing_of(answer).rows]
    asked.memory.keep_group(changes_to(name, text(answer, "title"), rows, base))
    return Done(foreseen_path(name))


def _in_the_file(error: Invalid, document: JsonObject) -> Invalid:
    """Return what is wrong with a list as said of the field that its file was written into; of an entry also which one."""
    found, entries = _ENTRY.fullmatch(error.field), document.get("entries")
    if found is None or not isinstance(entries, list):
        return Invalid(error.what, field="group_file", why=error.why, do=error.do)
    entry = entries[int(found[1])]
    body = entry.get("body", "") if isinstance(entry, dict) else ""
    return Invalid(
        f"Entry {int(found[1]) + 1} of the list, «{str(body)[:60]}», cannot be kept as it is written.",
        field="group_file",
        why=error.why,
        do="Mend the entry in the file.",
    )


def _is_name(name: str) -> bool:
    return bool(name) and "/" not in name and ":" not in name


_LIST: Final = (
    Field("group_title", asks="group.title"),
    Field("group_version", is_needed=False, most=20, asks="group.version"),
    Field("row_was", Kind.TEXT, most=2 * _LINE_MAX, is_many=True, is_carried=True),
    Field("row_body", most=_LINE_MAX, is_many=True),
    Field("row_status", most=_LINE_MAX, is_many=True),
    Field("row_since", most=_LINE_MAX, is_many=True),
    Field("row_until", most=_LINE_MAX, is_many=True),
    Field("row_document", most=_LINE_MAX, is_many=True),
    Field("row_out", Kind.FLAG, is_many=True),
)
_FILE: Final = (Field("group_file", Kind.TEXT, most=FILE_CHARACTERS_MAX, asks="data"),)

PAGES: Sequence[Page] = (
    ShowPage(
        "new_group", "/new-group", (), NEEDS, "keep_group.html", "The form by which a group of ours is begun.", _new_page,
    ),
    ActPage(
        _LOOK_NEW, "/new-group", ("group_preview",), NEEDS, "new_group",
        "Keeps what was written of a new group, and shows what it would change; nobody is told.", _look_new,
        (Field("group_name", asks="group.name"), *_LIST), is_once=False,
    ),
    ShowPage(
        "new_group_file", "/new-group/file", (), NEEDS, "group_file.html", "The form for a new group as a file.", _new_file_page,
    ),
    ActPage(
        _READ_NEW, "/new-group/file", ("group_preview", "group_show"), NEEDS, "new_group_file",
        "Reads a new group from its file, and shows what it would change; nobody is told.", _read, _FILE, is_once=False,
    ),
    ShowPage(
        "keeping_group", "/keep-group/{named}", ("group_show",), NEEDS, "keep_group.html",
        "The form by which the list of a group of ours is changed.", _keep_page,
    ),
    ActPage(
        _LOOK, "/keep-group/{named}", ("group_show", "group_preview"), NEEDS, "keeping_group",
        "Keeps what was changed of a group, and shows what it would change; nobody is told.", _look, _LIST, is_once=False,
    ),
    ShowPage(
        "group_file", "/group-file/{named}", ("group_show",), NEEDS, "group_file.html",
        "The list of a group of ours as a file to be written on.", _file_page,
    ),
    ActPage(
        _READ, "/group-file/{named}", ("group_preview", "group_show"), NEEDS, "group_file",
        "Reads a group's list from its file, and shows what it would change; nobody is told.", _read, _FILE, is_once=False,
    ),
)  # fmt: skip
