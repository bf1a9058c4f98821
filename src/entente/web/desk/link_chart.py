"""The links of a record as a small chart that the node draws: the record between what links to it and what it links to.

The lists beside it say the same in words, so the chart is hidden from whoever has pages read aloud. An arrow says which way a
link goes, and those that come in are dotted. In languages that are written from right to left it is drawn from right to left.
Sizes are in the units of the drawing, which the page scales.

Source: docs/rules/desk.md W69; docs/rules/records.md R61; WCAG 2.2, 1.1.1 and 1.4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.records.linked import ENDS_MAX
from entente.web.desk.naming import NameShown, name_shown, record_path
from entente.web.desk.page import Asked
from entente.web.desk.reading import members, text
from entente.web.desk.record_labels import label_of

ONE_WAY, BOTH_WAYS = 640, 960
"""How wide the drawing is with one column of far ends, and with one on each side."""
ROW = 52
BOX_WIDTH = 210
BOX_HEIGHT = 40
_GAP = 12
_ARROW = 9
_CAPTION_CHARACTERS = 24
"""As many of the widest letters as a box holds."""


@dataclass(frozen=True, slots=True)
class Box:
    """One record in the chart."""

    x: int
    y: int
    text_x: int
    caption: str
    below: str
    """Its schema, or its number where it may not be seen."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One link, from where it begins to where its arrow is."""

    x1: int
    y1: int
    x2: int
    y2: int
    text_x: int
    text_y: int
    label: str
    is_assessed: bool
    is_incoming: bool


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """One link in words."""

    label: str
    is_english: bool
    caption: NameShown
    name: str
    to: str
    schema: str
    observation: str
    """`observed` or `assessed`; empty where the record says neither."""
    beyond: Sequence[LinkSeen] = ()
    """Of a record that says how two things are tied: what else it ties, whom one looks for in a chart."""


@dataclass(frozen=True, slots=True)
class LinkChart:
    """The chart, and the same in words."""

    width: int
    height: int
    box_width: int
    box_height: int
    centre: Box
    ends: Sequence[Box]
    edges: Sequence[Edge]
    links: Sequence[LinkSeen]
    linked_by: Sequence[LinkSeen]
    """What links to it."""
    has_more: bool
    """Whether more than these may link to it."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where things are drawn."""

    width: int
    height: int
    is_mirrored: bool

    def box(self, x: int, y: int, caption: str, below: str) -> Box:
        left = self.width - x - BOX_WIDTH if self.is_mirrored else x
        return Box(left, y, left + BOX_WIDTH // 2, _cut(caption), _cut(below))

    def ends(self, x: int, links: Sequence[LinkSeen]) -> list[Box]:
        """Return a column of far ends in the middle of the height."""
        top = (self.height - len(links) * ROW + ROW - BOX_HEIGHT) // 2
        return [self.box(x, top + place * ROW, *_said_of(end)) for place, end in enumerate(links)]

    def edge(self, centre_x: int, end_x: int, end: Box, one: LinkSeen, *, is_incoming: bool) -> Edge:
        """Return a line between the record and a far end, with room for its arrow at where it goes."""
        middle, far = self.height // 2, end.y + BOX_HEIGHT // 2
        way = 1 if end_x > centre_x else -1
        # The label stands near the far end, where the lines have parted.
        text_x, text_y = centre_x + (end_x - centre_x) * 3 // 5, middle + (far - middle) * 3 // 5 - 5
        if is_incoming:
            x1, y1, x2, y2 = end_x, far, centre_x + way * _ARROW, middle
        else:
            x1, y1, x2, y2 = centre_x, middle, end_x - way * _ARROW, far
        if self.is_mirrored:
            x1, x2, text_x = self.width - x1, self.width - x2, self.width - text_x
        return Edge(x1, y1, x2, y2, text_x, text_y, _cut(one.label), one.observation == "assessed", is_incoming)


def link_chart(asked: Asked, name: str) -> LinkChart:
    """Look at what a record links to and what links to it, for the session's task, and draw it; a row of the trail."""
    task = asked.memory.task
    assert task is not None, "whoever looks at a record has said why"
    answer = asked.perform("record_links", {"record": name, **task.about()})
    own = text(answer, "schema")
    links = [_seen(asked, one, own) for one in members(answer, "links")]
    linked_by = [_seen(asked, one, text(one, "schema")) for one in members(answer, "linked_by")]
    going, coming = links[:ENDS_MAX], linked_by[:ENDS_MAX]
    height = max(1, len(going), len(coming)) * ROW + _GAP
    sheet = _Sheet(BOTH_WAYS if going and coming else ONE_WAY, height, asked.say.direction == "rtl")
    left = (sheet.width - BOX_WIDTH) // 2 if going and coming else sheet.width - BOX_WIDTH - 1 if coming else 1
    centre = sheet.box(left, (height - BOX_HEIGHT) // 2, text(answer, "caption"), asked.say.code("schemata", own))
    far = sheet.width - BOX_WIDTH - 1
    outer, inner = sheet.ends(far, going), sheet.ends(1, coming)
    edges = [
        sheet.edge(left + BOX_WIDTH, far, box, one, is_incoming=False) for box, one in zip(outer, going, strict=True)
    ]
    edges += [
        sheet.edge(left, BOX_WIDTH + 1, box, one, is_incoming=True) for box, one in zip(inner, coming, strict=True)
    ]
    return LinkChart(
        sheet.width, height, BOX_WIDTH, BOX_HEIGHT, centre, [*outer, *inner], edges, links, linked_by,
        answer["has_more"] is True,
    )  # fmt: skip


def _seen(asked: Asked, one: JsonObject, schema: str) -> LinkSeen:
    """Return a link in words; its property is one of the schema of the record that says it."""
    label, is_english = label_of(asked.node.schemata.get(schema), text(one, "property"), asked.say)
    name = text(one, "name")
    return LinkSeen(
        label=label,
        is_english=is_english,
        caption=name_shown(text(one, "caption") or name),
        name=name,
        to=record_path(name),
        schema=asked.say.code("schemata", text(one, "schema")) if text(one, "schema") else "",
        observation=text(one, "observation"),
        beyond=[_seen(asked, other, text(one, "schema")) for other in members(one, "beyond")]
        if "beyond" in one
        else (),
    )


def _said_of(end: LinkSeen) -> tuple[str, str]:
    """Return what stands in the box of a far end: whom or what it is, and below it what that is.

    What says how two things are tied is named by the other one, and stands below it.
    """
    if not end.beyond:
        return end.caption.written, end.schema or end.name
    return ", ".join(other.caption.written for other in end.beyond), end.caption.written


def _cut(words: str) -> str:
    return words if len(words) <= _CAPTION_CHARACTERS else f"{words[: _CAPTION_CHARACTERS - 1]}…"
