"""The links of a record as a small chart that the node draws: the record on one side, what it links to on the other.

The list beside it says the same in words, so the chart is hidden from whoever has pages read aloud. In languages that are written
from right to left it is drawn from right to left. Sizes are in the units of the drawing, which the page scales.

Source: docs/rules/desk.md W69; WCAG 2.2, 1.1.1.
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

WIDTH = 640
ROW = 52
BOX_WIDTH = 210
BOX_HEIGHT = 40
_GAP = 12
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
    """One link, from the record to a far end."""

    x1: int
    y1: int
    x2: int
    y2: int
    text_x: int
    text_y: int
    label: str
    is_assessed: bool


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """One link in words."""

    label: str
    is_english: bool
    caption: NameShown
    name: str
    to: str
    schema: str
    is_assessed: bool


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


def link_chart(asked: Asked, name: str) -> LinkChart:
    """Look at what a record links to for the session's task, and draw it; a row of the trail."""
    task = asked.memory.task
    assert task is not None, "whoever looks at a record has said why"
    answer = asked.perform("record_links", {"record": name, **task.about()})
    schema = asked.node.schemata.get(text(answer, "schema"))
    links: list[LinkSeen] = []
    for one in members(answer, "links"):
        label, is_english = label_of(schema, text(one, "property"), asked.say)
        links.append(_seen(asked, one, label, is_english=is_english))
    drawn = links[:ENDS_MAX]
    height = max(1, len(drawn)) * ROW + _GAP
    is_mirrored = asked.say.direction == "rtl"
    middle = (height - BOX_HEIGHT) // 2
    far = WIDTH - BOX_WIDTH - 1
    caption = text(answer, "caption")
    centre = _box(1, middle, caption, asked.say.code("schemata", text(answer, "schema")), is_mirrored=is_mirrored)
    places = [(place * ROW + (ROW - BOX_HEIGHT + _GAP) // 2, end) for place, end in enumerate(drawn)]
    ends = [_box(far, y, end.caption.written, end.schema or end.name, is_mirrored=is_mirrored) for y, end in places]
    edges = [_edge(middle, y, far, end, is_mirrored=is_mirrored) for y, end in places]
    return LinkChart(WIDTH, height, BOX_WIDTH, BOX_HEIGHT, centre, ends, edges, links)


def _seen(asked: Asked, one: JsonObject, label: str, *, is_english: bool) -> LinkSeen:
    name = text(one, "name")
    return LinkSeen(
        label=label,
        is_english=is_english,
        caption=name_shown(text(one, "caption") or name),
        name=name,
        to=record_path(name),
        schema=asked.say.code("schemata", text(one, "schema")) if text(one, "schema") else "",
        is_assessed=one["observation"] == "assessed",
    )


def _box(x: int, y: int, caption: str, below: str, *, is_mirrored: bool) -> Box:
    left = WIDTH - x - BOX_WIDTH if is_mirrored else x
    return Box(left, y, left + BOX_WIDTH // 2, _cut(caption), _cut(below))


def _edge(middle: int, y: int, far: int, one: LinkSeen, *, is_mirrored: bool) -> Edge:
    x1, x2 = BOX_WIDTH + 1, far
    y1, y2 = middle + BOX_HEIGHT // 2, y + BOX_HEIGHT // 2
    # The label stands near the far end, where the lines have parted.
    text_x = x1 + (x2 - x1) * 3 // 5
    text_y = y1 + (y2 - y1) * 3 // 5 - 5
    if is_mirrored:
        x1, x2, text_x = WIDTH - x1, WIDTH - x2, WIDTH - text_x
    return Edge(x1, y1, x2, y2, text_x, text_y, _cut(one.label), one.is_assessed)


def _cut(words: str) -> str:
    return words if len(words) <= _CAPTION_CHARACTERS else f"{words[: _CAPTION_CHARACTERS - 1]}…"
