"""The verb of the matrix of all bodies: who shares with whom, folded by group, a block of rows and columns at a time.

An axis has a line for each group, and under the one that is opened a line for each body of it; every body stands on one axis at
most once but as often as it is in opened groups, of which there is one. A cell is about two bodies, or counts the pairs of a
folded group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from entente.agreements.at_a_glance import EVERY_RIGHT, Overview, overview_of
from entente.agreements.model import Right
from entente.bodies.finding import page_of
from entente.bodies.model import Group, MembershipStatus
from entente.bodies.rules import resolve_group
from entente.disclosure.model import Situation
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.directory import OFFSET_MAX
from entente.verbs.references import Names, names_of
from entente.verbs.sharing import measure_line, measures_toward, terms_asked
from entente.verbs.verb import Verb, verb

EVERYBODY, NO_GROUP, FOLDED = "*", "-", "."
"""What an axis opens beside a group: all bodies in one list, those that stand in no group, and nothing. Where nothing is asked
for, everybody who fits one block, else nothing."""
BLOCK = 30
"""Bodies of an axis: a screen of cells that are still read."""
BLOCK_MAX = 60
GROUPS_MAX = 20
"""Groups of an axis, those of the list's beginning; an opened one is shown wherever it stands."""
_STANDING = tuple(status for status in MembershipStatus if status is not MembershipStatus.FORMER)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some bodies that stand together on an axis."""

    key: str
    """`CODE/name` of a group, EVERYBODY or NO_GROUP."""
    title: str
    bodies: tuple[BodyId, ...]
    """In the order of the directory."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of an axis: a part, or a body of the opened part."""

    part: _Part
    body: BodyId | None = None


@dataclass(frozen=True, slots=True)
class _Axis:
    """One side of the matrix."""

    lines: tuple[_Line, ...]
    opened: str
    offset: int
    of: int
    """How many bodies the opened part has; 0 where none is."""
    left_out: int
    """Groups beyond GROUPS_MAX."""


def _overview(node: Node, arguments: Arguments) -> JsonObject:
    names, situation = names_of(node), node.disclosure.situation()
    terms = terms_asked(node, names, situation, arguments.optional_text("instrument"))
    right, kind = arguments.optional_text("right"), arguments.optional_text("kind")
    bodies = tuple(one.id for one in names.bodies.values() if one.succeeded_by is None)
    rights = frozenset({arguments.choice("right", Right)}) if right else EVERY_RIGHT
    overview = overview_of(bodies, terms, rights, frozenset({kind}) if kind else frozenset())
    parts = _parts(node, names, bodies)
    rows, columns = (_axis(parts, arguments, name) for name in ("row", "column"))
    counts: list[Json] = [
        _counts(overview, overview.set_of(_bodies(row)), overview.set_of(bodies)) for row in rows.lines
    ]
    return {
        "rows": {**_axis_shown(rows, names, situation), "counts": counts},
        "columns": _axis_shown(columns, names, situation),
        "cells": _cells(rows.lines, columns.lines, overview),
        "bodies": len(bodies),
    }


def _parts(node: Node, names: Names, bodies: Sequence[BodyId]) -> tuple[_Part, ...]:
    """Return the groups with who stands in them today, who stands in none, and everybody."""
    today = node.clock.now().date()
    with node.disclosure.open_unit() as unit:
        groups = unit.bodies.groups()
    found = []
    for group in groups:
        members = _members(group, today)
        found.append(
            _Part(
                f"{names.code(group.keeper)}/{group.name}", group.title, tuple(one for one in bodies if one in members)
            )
        )
    grouped = {body for part in found for body in part.bodies}
    alone = tuple(one for one in bodies if one not in grouped)
    return (*found, _Part(NO_GROUP, "", alone), _Part(EVERYBODY, "", tuple(bodies)))


def _members(group: Group, on: date) -> frozenset[BodyId]:
    return frozenset(body for status in _STANDING for body in resolve_group(group, status, on))


def _axis(parts: Sequence[_Part], arguments: Arguments, name: str) -> _Axis:
    """Return the lines of an axis: the groups with the opened one unfolded, or everybody alone."""
    limit = arguments.integer("limit", default=BLOCK, least=1, most=BLOCK_MAX)
    opened = arguments.optional_text(f"{name}s") or (EVERYBODY if len(parts[-1].bodies) <= limit else FOLDED)
    offset = arguments.integer(f"{name}_offset", default=0, least=0, most=OFFSET_MAX)
    unfolded = next((part for part in parts if part.key == opened), None)
    if opened != FOLDED and unfolded is None:
        raise Invalid(
            f"The field {name}s names nothing that is known here.",
            field=f"{name}s",
            why=f"No group here is called «{opened[:60]}».",
            do="Look it up with «entente group list», and write it as it stands there.",
        )
    page = page_of(unfolded.bodies, offset, limit) if unfolded is not None else None
    within = [_Line(unfolded, body) for body in page.shown] if page is not None and unfolded is not None else []
    folded = [part for part in parts if part.key != EVERYBODY and (part.bodies or part.key == opened)]
    lines: list[_Line] = []
    if opened == EVERYBODY:
        lines, left_out = within, 0
    else:
        shown = [part for place, part in enumerate(folded) if place < GROUPS_MAX or part.key == opened]
        left_out = len(folded) - len(shown)
        for part in shown:
            lines.append(_Line(part))
            if part.key == opened:
                lines.extend(within)
    return _Axis(tuple(lines), opened, page.offset if page else 0, page.of if page else 0, left_out)


def _axis_shown(axis: _Axis, names: Names, situation: Situation) -> JsonObject:
    return {
        "lines": [_line_shown(line, names, situation) for line in axis.lines],
        "opened": axis.opened,
        "offset": axis.offset,
        "of": axis.of,
        "left_out": axis.left_out,
    }


def _line_shown(line: _Line, names: Names, situation: Situation) -> JsonObject:
    if line.body is None:
        return {"part": line.part.key, "title": line.part.title, "size": len(line.part.bodies)}
    measures: list[Json] = [measure_line(one) for one in measures_toward(line.body, situation)]
    return {"part": line.part.key, "body": names.ref(line.body), "measures": measures}


def _cells(rows: Iterable[_Line], columns: Sequence[_Line], overview: Overview) -> list[Json]:
    """Return the cells row by row; None where a body meets itself."""
    across = [(column, overview.set_of(_bodies(column))) for column in columns]
    return [
        [_cell((row, some), column, overview) for column in across]
        for row, some in ((row, overview.set_of(_bodies(row))) for row in rows)
    ]


def _cell(down: tuple[_Line, int], across: tuple[_Line, int], overview: Overview) -> Json:
    (row, some), (column, others) = down, across
    if row.body is not None and column.body is not None:
        if row.body == column.body:
            return None
        found = overview.glance(row.body, column.body)
        return {
            "state": found.state.value if found.state is not None else "",
            "gives": [right.value for right in found.gives],
            "gets": [right.value for right in found.gets],
            "stopped": [how.value for how in sorted(found.stopped)],
        }
    return _counts(overview, some, others)


def _counts(overview: Overview, some: int, others: int) -> JsonObject:
    counted = overview.counted(some, others)
    return {"pairs": counted.pairs, "sharing": counted.sharing, "stopped": counted.stopped}


def _bodies(line: _Line) -> tuple[BodyId, ...]:
    return line.part.bodies if line.body is None else (line.body,)


VERBS: tuple[Verb, ...] = (
    verb(
        "sharing_overview", _overview, "Say who shares with whom, of all bodies, folded by group.",
        "rows", "columns", "row_offset", "column_offset", "limit", "instrument", "kind", "right",
    ),
)  # fmt: skip
