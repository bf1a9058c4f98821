"""A group's list as lines that a form or a file changes, and what it comes to beside the list that stands by now.

What is changed is kept as changes and not as a copy of the list: so what somebody else entered meanwhile stays, and of what one
changed it is known whether the entry still stands as one saw it. Pure functions.

Source: docs/rules/desk.md W136.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.bodies.group_changes import paired
from entente.kernel.canonical import Json, JsonObject
from entente.web.desk.memory import KeptGroup
from entente.web.desk.reading import body_name, member, members, text

_PARTS: Final = 5
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|\d{4}-\d{2}-\d{2}", re.ASCII)
_MEANS: Final = frozenset({"true", "false", "null"})
"""Words that are no text in YAML."""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a group as a form has it: each a text, as it was entered."""

    body: str
    status: str
    since: str
    until: str
    document: str

    def __bool__(self) -> bool:
        """Say whether anything stands in it."""
        return any((self.body, self.status, self.since, self.until, self.document))

    def line(self, nth: int = 0) -> str:
        """Return it as one line of text; `nth` tells those apart that stand in a list more than once."""
        parts: list[str | int] = [self.body, self.status, self.since, self.until, self.document]
        return json.dumps([*parts, nth] if nth else parts, ensure_ascii=False)

    def given(self) -> JsonObject:
        """Return it as an entry of a group's file."""
        given: dict[str, Json] = {
            "body": self.body,
            "status": self.status,
            "since": self.since,
            "document": self.document,
        }
        return {**given, "until": self.until} if self.until else given


@dataclass(frozen=True, slots=True)
class Standing:
    """A group as it stands, or as a version of it had it."""

    title: str
    version: int
    rows: Sequence[tuple[str, Row]]
    """Each entry with the line that names it."""


NOTHING: Final = Standing("", 0, ())
"""Of a group that is not there yet."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The list as it is to stand."""

    title: str
    rows: Sequence[Row]
    origins: Sequence[str]
    """Of each row the line of the entry that it came from, or `+` and the place among those that were added."""
    lost: Sequence[tuple[Row, Row | None]]
    """Changes of entries that do not stand any more as they were seen: the entry, and what it was to be; None for taken out."""


def standing_of(group: JsonObject) -> Standing:
    """Return a group of an answer."""
    rows = [_row_of(one) for one in members(group, "entries")]
    return Standing(text(group, "title"), int(str(group["version"])), list(_numbered(rows)))


def read_line(line: str) -> Row | None:
    """Return the entry that a line says; None for a line that says none."""
    try:
        parts = json.loads(line)
    except ValueError:
        return None
    if not isinstance(parts, list) or not all(isinstance(one, str) for one in parts[:_PARTS]) or len(parts) < _PARTS:
        return None
    return Row(*parts[:_PARTS])


def wanted_of(kept: KeptGroup, standing: Standing) -> Wanted:
    """Return what changes come to beside the list that stands now."""
    rows, origins = list[Row](), list[str]()
    for line, row in standing.rows:
        if line not in kept.changed:
            rows.append(row)
            origins.append(line)
        elif (then := read_line(kept.changed[line])) is not None:
            rows.append(then)
            origins.append(line)
    for place, line in enumerate(kept.added):
        if (new := read_line(line)) is not None:
            rows.append(new)
            origins.append(f"+{place}")
    known = {line for line, _ in standing.rows}
    lost = [
        (was, read_line(then))
        for line, then in kept.changed.items()
        if line not in known and (was := read_line(line)) is not None
    ]
    return Wanted(kept.title or standing.title, rows, origins, lost)


def changes_to(name: str, title: str, rows: Sequence[Row], base: Standing) -> KeptGroup:
    """Return what a whole list changes of the version that it was made from."""
    alike: tuple[Callable[[tuple[str, Row]], object], ...] = (
        lambda one: (one[1].body, one[1].status, one[1].since),
        lambda one: (one[1].body, one[1].status),
        lambda one: one[1].body,
    )
    changed, added = dict[str, str](), list[str]()
    for before, after in paired(base.rows, list(_numbered(rows)), alike):
        if before is not None:
            changed[before[0]] = after[1].line() if after is not None else ""
        elif after is not None:
            added.append(after[1].line())
    return KeptGroup(name, title if title != base.title else "", base.version, changed, added)


def said_between(before: Standing, after: Standing) -> Sequence[tuple[Row | None, Row | None]]:
    """Return what differs between two versions: each entry as it stood, and as it stands."""
    alike: tuple[Callable[[Row], object], ...] = (lambda one: (one.body, one.status), lambda one: one.body)
    return paired([row for _, row in before.rows], [row for _, row in after.rows], alike)


def as_given(name: str, version: int, wanted: Wanted) -> JsonObject:
    """Return a list as the file that the verbs take."""
    entries: list[Json] = [row.given() for row in wanted.rows]
    return {"name": name, "title": wanted.title, "version": version, "entries": entries}


def file_of(name: str, version: int, wanted: Wanted, statuses: Mapping[str, str]) -> str:
    """Return a list as a file to be written on: the codes of the statuses beside their words, an entry in each line."""
    lines = [f"name: {name}", f"title: {_said(wanted.title)}", f"version: {version}"]
    lines.append(f"# status: {' · '.join(f'{code} ({words})' for code, words in statuses.items())}")
    lines.append("entries:" if wanted.rows else "entries: []")
    for row in wanted.rows:
        pairs = ", ".join(f"{key}: {_said(str(value))}" for key, value in row.given().items())
        lines.append(f"  - {{{pairs}}}")
    return "\n".join(lines) + "\n"


def _row_of(one: JsonObject) -> Row:
    return Row(
        body_name(member(one, "body")).code,
        text(one, "status"),
        text(one, "since"),
        text(one, "until") if one["until"] else "",
        text(one, "document"),
    )


def _numbered(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Yield each row with the line that names it: of those that are the same the second is numbered 1, and so on."""
    seen = Counter[Row]()
    for row in rows:
        yield row.line(seen[row]), row
        seen[row] += 1


def _said(value: str) -> str:
    """Return a text as YAML takes it: a plain word or a day as it is, anything else within quotes, as JSON writes it."""
    return value if _PLAIN.fullmatch(value) and value not in _MEANS else json.dumps(value, ensure_ascii=False)
