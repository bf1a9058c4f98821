"""A record's versions: which there were, and two of them beside each other, line by line, what changed first.

Source: docs/rules/desk.md W68; docs/rules/records.md R57 and R58.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.records.comparing import Change, Part
from entente.records.model import Schema
from entente.web.desk.naming import NameShown, quote_record, record_asked_for, record_path, value_shown
from entente.web.desk.page import PREFIX, Asked, Elsewhere, Page, ShowPage
from entente.web.desk.reading import members, text, texts, whole
from entente.web.desk.record_labels import label_of
from entente.web.desk.record_pages import terms_line
from entente.web.desk.task import TaskShown, asks_why_first, task_shown
from entente.web.wording import Moment, Wording

_NUMBER_DIGITS_MAX = 15


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version that is here."""

    number: int
    at: Moment
    officer: str
    facts: int


@dataclass(frozen=True, slots=True)
class SideShown:
    """A line as one version has it."""

    shown: NameShown
    is_compared: bool
    observation: str
    """`observed` or `assessed`; empty where the record says neither."""
    to: str
    """Where a linked record is shown; empty for anything else."""
    notes: Sequence[str]
    """Its terms in words, where they are what differs."""


@dataclass(frozen=True, slots=True)
class CompareLine:
    """A line of the comparison."""

    label: str
    is_english: bool
    change: str
    change_words: str
    older: SideShown | None
    newer: SideShown | None


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """What `versions.html` shows."""

    title: str
    task: TaskShown
    id: str
    to: str
    """Where the record is shown."""
    here: str
    versions: Sequence[VersionLine]
    not_here: Sequence[tuple[int, int]]
    older: int
    """The versions beside each other; 0 where there is one version alone."""
    newer: int
    changed: Sequence[CompareLine]
    same: Sequence[CompareLine]


def versions_path(name: str) -> str:
    """Return where a record's versions are shown."""
    return f"{PREFIX}/versions/{quote_record(name)}"


def _versions(asked: Asked) -> VersionsPage | Elsewhere:
    name, task = record_asked_for(asked), asked.memory.task
    if task is None:
        return asks_why_first(versions_path(name))
    wanted: JsonObject = {one: _number(asked.query[one]) for one in ("older", "newer") if asked.query.get(one)}
    answer, say = asked.perform("record_versions", {"record": name, **task.about(), **wanted}), asked.say
    schema = asked.node.schemata.get(text(answer, "schema"))
    lines = [_line(asked, one, schema) for one in members(answer, "lines")]
    return VersionsPage(
        title=say.text("versions.title"),
        task=task_shown(asked),
        id=text(answer, "name"),
        to=record_path(text(answer, "name")),
        here=versions_path(text(answer, "name")),
        versions=[_version(one, say) for one in members(answer, "versions")],
        not_here=[(whole(one, "from"), whole(one, "to")) for one in members(answer, "not_here")],
        older=whole(answer, "older"),
        newer=whole(answer, "newer"),
        changed=[one for one in lines if one.change != Change.SAME],
        same=[one for one in lines if one.change == Change.SAME],
    )


def _number(said: str) -> int:
    """Return a version's number; what is none names no version."""
    if not said.isascii() or not said.isdecimal() or len(said) > _NUMBER_DIGITS_MAX or not int(said):
        raise NotFound
    return int(said)


def _version(one: JsonObject, say: Wording) -> VersionLine:
    at = say.moment(parse_time(text(one, "at"), "at"))
    return VersionLine(whole(one, "version"), at, text(one, "officer"), whole(one, "facts"))


def _line(asked: Asked, one: JsonObject, schema: Schema | None) -> CompareLine:
    part, name, say = Part(text(one, "part")), text(one, "name"), asked.say
    label, is_english = _label(part, name, schema, say)
    older, newer = (next(iter(members(one, side)), None) for side in ("older", "newer"))
    is_about_terms = part is Part.TERMS or (
        older is not None and newer is not None and older["terms"] != newer["terms"]
    )
    return CompareLine(
        label=label,
        is_english=is_english,
        change=text(one, "change"),
        change_words=say.code("changes", text(one, "change")),
        older=_side(asked, part, name, older, schema, has_terms=is_about_terms),
        newer=_side(asked, part, name, newer, schema, has_terms=is_about_terms),
    )


def _label(part: Part, name: str, schema: Schema | None, say: Wording) -> tuple[str, bool]:
    match part:
        case Part.FILE:
            return say.text("versions.file"), False
        case Part.TERMS:
            return say.text("record.terms_short"), False
        case Part.END:
            return say.text("record.review_on" if name == "review_on" else "record.erase_on"), False
    return label_of(schema, name, say)


def _side(
    asked: Asked, part: Part, name: str, side: JsonObject | None, schema: Schema | None, *, has_terms: bool
) -> SideShown | None:
    if side is None:
        return None
    value, terms = text(side, "value"), members(side, "terms")
    shown, is_compared = NameShown(value, ""), False
    if part is Part.FACT:
        shown, is_compared = value_shown(asked, schema, name, value)
    elif part is Part.END:
        shown = NameShown(asked.say.day(date.fromisoformat(value)), "")
    return SideShown(
        shown=shown,
        is_compared=is_compared,
        observation=text(side, "observation"),
        to=record_path(value) if part is Part.LINK else "",
        notes=[line for one in terms for line in terms_in_words(one, asked.say)] if has_terms else (),
    )


def terms_in_words(terms: JsonObject, say: Wording) -> Sequence[str]:
    """Return on what terms a line stands, in short lines: instrument and handling, evaluation and whom it is about, purposes."""
    line = terms_line(terms, 0, say)
    about = (line.evaluation, *line.evaluation_words, *([line.status] if line.status else []), *line.marks)
    areas = [say.code("crime_areas", code) for code in texts(terms, "crime_areas")]
    return (
        " · ".join((line.instrument, *line.handling, line.confidentiality)),
        " · ".join(about),
        " · ".join((*line.purposes, *areas)),
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "versions", "/versions/{source}/{local_id:path}", ("record_versions",), ("show_record",), "versions.html",
        "The versions of a record, and what two of them differ in.", _versions,
    ),
)  # fmt: skip
