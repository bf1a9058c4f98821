"""The matrix of all bodies: who shares with whom, folded by group, a block at a time; and all that two of them share.

A cell says in signs how many rights flow and which way, and by what something is stopped; the same stands in it in words for
whoever has pages read aloud, and in the page of the two. Nothing is worked out here.

Source: docs/rules/desk.md W76; docs/rules/agreements.md A11 and A13.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from entente.agreements.model import Right
from entente.agreements.stops import How
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.verbs.sharing_overview import BLOCK, EVERYBODY, FOLDED, NO_GROUP
from entente.web.desk.directory_pages import body_path, group_names
from entente.web.desk.page import PREFIX, Asked, Page, ShowPage, may_do
from entente.web.desk.paging import Pager, address, chosen
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.desk.sharing_pages import SHARING_PATH, WayShown, instrument_path, way_shown
from entente.web.wording import Wording

MATRIX_PATH = f"{PREFIX}/matrix"
BOTH, GIVES, GETS = "⇅", "↑", "↓"
SUSPENDED, NARROWED, NO_PART, NOTHING_FLOWS, HELD, NO_INSTRUMENT = "‖", "◔", "○", "✕", "!", "·"
_HOW_SIGNS: Final[Mapping[str, str]] = {
    How.SUSPENDED.value: SUSPENDED,
    How.NARROWED.value: NARROWED,
    How.WITHDRAWN.value: NO_PART,
    How.NO_PART.value: NO_PART,
}
SIGNS: Final[Mapping[str, str]] = {
    "both": BOTH, "gives": GIVES, "gets": GETS, "nothing_flows": NOTHING_FLOWS, "no_instrument": NO_INSTRUMENT, "held": HELD,
}  # fmt: skip
"""Of what flows: the last part of a text's key `matrix.sign_…`, and its sign; what stops something has signs of its own."""
_PAGES: Final = ("row_page", "column_page")
_PAGE_DIGITS_MAX: Final = 5
"""Of the number of a page: three million bodies."""


@dataclass(frozen=True, slots=True)
class LineShown:
    """The head of a row or column."""

    code: str
    """Of a body; of a part what it is called."""
    name: str
    to: str
    """Of a body, what it shares; of a part, the matrix with it unfolded, or folded again."""
    size: int
    """How many bodies a part has; 0 for a body."""
    is_part: bool
    is_open: bool
    is_within: bool
    """Whether it is a body of an unfolded part."""
    measures: Sequence[str]


@dataclass(frozen=True, slots=True)
class CellShown:
    """One cell."""

    sign: str
    label: str
    """The same in words."""
    look: str
    """`is-on`, `is-warn`, `is-halt`, or empty for what no instrument is about."""
    to: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row with its cells; None where a body meets itself."""

    head: LineShown
    cells: Sequence[CellShown | None]
    sharing: int
    pairs: int
    stopped: int
    """Of all bodies, not only those of the block."""


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """What `matrix.html` shows."""

    title: str
    here: str
    wanted: Mapping[str, str]
    parts: Mapping[str, str]
    """What an axis may unfold."""
    instruments: Mapping[str, str]
    kinds: Mapping[str, str]
    rights: Mapping[str, str]
    bodies: int
    columns: Sequence[LineShown]
    rows: Sequence[RowShown]
    row_pager: Pager
    column_pager: Pager
    left_out: int
    signs: Sequence[tuple[str, str]]
    """The key: sign and words."""


@dataclass(frozen=True, slots=True)
class RightLine:
    """One right of an instrument between two bodies."""

    right: str
    gives: WayShown
    gets: WayShown
    is_open: bool


@dataclass(frozen=True, slots=True)
class InstrumentBetween:
    """An instrument in force between two bodies."""

    title: str
    name: str
    to: str
    rights: Sequence[RightLine]


@dataclass(frozen=True, slots=True)
class PairPage:
    """What `pair.html` shows."""

    title: str
    here: str
    one: BodyName
    one_to: str
    other: BodyName
    other_to: str
    turned: str
    """The same seen from the other body."""
    instruments: Sequence[InstrumentBetween]
    measures: Sequence[tuple[BodyName, str]]
    held: int
    """How many statements wait for a decision, where one of the two is ours and the reader may decide it."""
    held_to: str


def pair_path(one: str, other: str) -> str:
    """Return where it is shown what two bodies share."""
    return f"{PREFIX}/pair/{quote(one, safe='')}/{quote(other, safe='')}"


def _matrix(asked: Asked) -> MatrixPage:
    say, query = asked.say, asked.query
    instruments = {
        text(one, "id"): text(one, "name")
        for one in members(asked.perform("instrument_list"), "instruments")
        if one["in_force"] is True
    }
    kinds, rights = say.codes("record_kinds"), {right.value: say.code("rights", right) for right in Right}
    parts = {
        EVERYBODY: say.text("matrix.everybody"),
        FOLDED: say.text("matrix.folded"),
        **group_names(asked),
        NO_GROUP: say.text("matrix.no_group"),
    }
    kept = {
        "rows": chosen(asked, "rows", parts),
        "columns": chosen(asked, "columns", parts),
        "by_instrument": chosen(asked, "by_instrument", instruments),
        "by_kind": chosen(asked, "by_kind", kinds),
        "by_right": chosen(asked, "by_right", rights),
        **{name: str(_number(query.get(name, ""))) for name in _PAGES},
    }
    answer = asked.perform(
        "sharing_overview",
        {
            "rows": kept["rows"],
            "columns": kept["columns"],
            "row_offset": (int(kept["row_page"]) - 1) * BLOCK,
            "column_offset": (int(kept["column_page"]) - 1) * BLOCK,
            "instrument": kept["by_instrument"],
            "kind": kept["by_kind"],
            "right": kept["by_right"],
        },
    )
    down, across = member(answer, "rows"), member(answer, "columns")
    kept |= {"rows": text(down, "opened"), "columns": text(across, "opened")}
    shown = _Shown(asked, kept, parts)
    return MatrixPage(
        title=say.text("matrix.title"),
        here=MATRIX_PATH,
        wanted=kept,
        parts=parts,
        instruments=instruments,
        kinds=kinds,
        rights=rights,
        bodies=whole(answer, "bodies"),
        columns=[shown.line(one, "columns") for one in members(across, "lines")],
        rows=shown.rows(answer),
        row_pager=shown.pager(down, "row_page"),
        column_pager=shown.pager(across, "column_page"),
        left_out=max(whole(down, "left_out"), whole(across, "left_out")),
        signs=[
            *((sign, say.text(f"matrix.sign_{name}")) for name, sign in SIGNS.items()),
            *((_HOW_SIGNS[how], say.text(f"matrix.by_{how}")) for how in (How.SUSPENDED, How.NARROWED, How.NO_PART)),
        ],
    )


def _number(entered: str) -> int:
    is_page = entered.isascii() and entered.isdecimal() and len(entered) <= _PAGE_DIGITS_MAX
    return max(1, int(entered)) if is_page else 1


class _Shown:
    """Turns the verb's answer into heads and cells, each sort of cell put into words once."""

    def __init__(self, asked: Asked, kept: Mapping[str, str], parts: Mapping[str, str]) -> None:
        self._say, self._kept, self._parts = asked.say, kept, parts
        self._held = held_by_body(asked)
        self._own = text(member(asked.perform("body_show"), "body"), "code") if self._held else ""
        self._sorts: dict[tuple[str, ...], tuple[str, str, str]] = {}

    def line(self, one: JsonObject, axis: str) -> LineShown:
        """Return the head of a row or column."""
        part, opened = text(one, "part"), self._kept[axis]
        if "body" in one:
            name = body_name(member(one, "body"))
            measures = [self._say.code("measure_policies", text(item, "policy")) for item in members(one, "measures")]
            to = address(SHARING_PATH, {"of_body": name.code})
            return LineShown(name.code, name.name, to, 0, False, False, opened != EVERYBODY, measures)  # noqa: FBT003
        is_open = part == opened
        to = self._unfolded(**{axis: FOLDED if is_open else part})
        title = text(one, "title") or self._parts.get(part, part)
        return LineShown(title, part, to, whole(one, "size"), True, is_open, False, ())  # noqa: FBT003

    def rows(self, answer: JsonObject) -> list[RowShown]:
        """Return the rows with their cells."""
        down, across = member(answer, "rows"), member(answer, "columns")
        cells = answer["cells"]
        assert isinstance(cells, list), "the cells are a list of rows"
        columns = members(across, "lines")
        found = []
        for line, counts, row in zip(members(down, "lines"), members(down, "counts"), cells, strict=True):
            assert isinstance(row, list), "a row is a list of cells"
            found.append(
                RowShown(
                    head=self.line(line, "rows"),
                    cells=[self._cell(line, column, cell) for column, cell in zip(columns, row, strict=True)],
                    sharing=whole(counts, "sharing"),
                    pairs=whole(counts, "pairs"),
                    stopped=whole(counts, "stopped"),
                )
            )
        return found

    def pager(self, axis: JsonObject, name: str) -> Pager:
        """Return where the unfolded bodies of an axis stand, with the ways to their neighbours."""
        offset, of = whole(axis, "offset"), whole(axis, "of")
        page, shown = offset // BLOCK + 1, min(BLOCK, of - offset)
        return Pager(
            first=offset + 1 if of else 0,
            last=offset + shown,
            of=of,
            previous=self._at(**{name: str(page - 1)}) if offset else "",
            next=self._at(**{name: str(page + 1)}) if offset + shown < of else "",
        )

    def _cell(self, row: JsonObject, column: JsonObject, cell: Json) -> CellShown | None:
        if not isinstance(cell, dict):
            return None
        if "pairs" in cell:
            return self._counted(row, column, cell)
        one, other = (text(member(line, "body"), "code") for line in (row, column))
        sort = (text(cell, "state"), *texts(cell, "gives"), "/", *texts(cell, "gets"), "/", *texts(cell, "stopped"))
        if sort not in self._sorts:
            self._sorts[sort] = self._sort(cell)
        sign, label, look = self._sorts[sort]
        held = self._held[other if one == self._own else one] if self._own in {one, other} else 0
        if held:
            sign, label = f"{sign}{HELD}", self._parted(label, self._say.text("matrix.held", count=held))
        return CellShown(sign, label, look, pair_path(one, other))

    def _sort(self, cell: JsonObject) -> tuple[str, str, str]:
        """Return the signs of a cell, the same in words, and its look."""
        say, state = self._say, text(cell, "state")
        if not state:
            return NO_INSTRUMENT, say.text("matrix.sign_no_instrument"), ""
        gives, gets, stopped = texts(cell, "gives"), texts(cell, "gets"), texts(cell, "stopped")
        signs = "".join(dict.fromkeys(_HOW_SIGNS[how] for how in stopped))
        why = [say.text(f"matrix.by_{how}") for how in stopped]
        if state == "stopped":
            return f"{NOTHING_FLOWS}{signs}", self._parted(say.text("matrix.sign_nothing_flows"), *why), "is-halt"
        flowing = [right for right in Right if right in gives or right in gets]
        way = BOTH if gives and gets else GIVES if gives else GETS
        words = say.text(f"matrix.sign_{'both' if way == BOTH else 'gives' if way == GIVES else 'gets'}")
        named = say.text("joined.comma").join(say.code("rights", right) for right in flowing)
        return (
            f"{len(flowing)}{way}{signs}",
            self._parted(say.text("shell.pair", name=words, value=named), *why),
            "is-warn" if state == "part" else "is-on",
        )

    def _parted(self, *words: str) -> str:
        """Return what a cell says, its parts as the reader's language parts them."""
        return self._say.text("joined.semicolon").join(words)

    def _counted(self, row: JsonObject, column: JsonObject, cell: JsonObject) -> CellShown:
        pairs, sharing, stopped = (whole(cell, name) for name in ("pairs", "sharing", "stopped"))
        said = [self._say.text("matrix.counted", sharing=sharing, pairs=pairs)]
        if stopped:
            said.append(self._say.text("matrix.stopped_count", count=stopped))
        look = "is-warn" if stopped else "is-on" if sharing else ""
        to = self._unfolded(rows=text(row, "part"), columns=text(column, "part"))
        return CellShown(f"{sharing}/{pairs}{SUSPENDED if stopped else ''}", self._parted(*said), look, to)

    def _unfolded(self, **changed: str) -> str:
        """Return the matrix with other parts unfolded, each from its beginning."""
        pages = {f"{axis.removesuffix('s')}_page": "1" for axis in changed}
        return self._at(**changed, **pages)

    def _at(self, **changed: str) -> str:
        kept = {**self._kept, **changed}
        return address(MATRIX_PATH, {name: value for name, value in kept.items() if name not in _PAGES or value != "1"})


def held_by_body(asked: Asked) -> Counter[str]:
    """Count what is held and not sent, by whom it is for; of a reader who may not decide it, nothing."""
    if not may_do(asked, "decide_held"):
        return Counter()
    counted = members(asked.perform("exchange_held", {"limit": 1}), "bodies")
    return Counter({body_name(member(one, "body")).code: whole(one, "held") for one in counted})


def _pair(asked: Asked) -> PairPage:
    say, given = asked.say, {"body": asked.path["code"], "counterpart": asked.path["counterpart"]}
    try:
        answer = asked.perform("sharing_pair", {**given})
    except Invalid as error:
        raise NotFound from error
    one, other = body_name(member(answer, "body")), body_name(member(answer, "counterpart"))
    held = held_by_body(asked)
    own = text(member(asked.perform("body_show"), "body"), "code") if held else ""
    return PairPage(
        title=say.text("matrix.pair_title", one=one.code, other=other.code),
        here=MATRIX_PATH,
        one=one,
        one_to=body_path(one.code),
        other=other,
        other_to=body_path(other.code),
        turned=pair_path(other.code, one.code),
        instruments=[_between(item, say) for item in members(answer, "instruments")],
        measures=[
            (body_name(member(item, "target")), say.code("measure_policies", text(item, "policy")))
            for item in members(answer, "measures")
        ],
        held=held[other.code if one.code == own else one.code] if own in {one.code, other.code} else 0,
        held_to=f"{PREFIX}/held",
    )


def _between(one: JsonObject, say: Wording) -> InstrumentBetween:
    return InstrumentBetween(
        title=text(one, "title"),
        name=text(one, "name"),
        to=instrument_path(text(one, "id")),
        rights=[_right(item, say) for item in members(one, "rights")],
    )


def _right(one: JsonObject, say: Wording) -> RightLine:
    gives, gets = way_shown(member(one, "gives"), say), way_shown(member(one, "gets"), say)
    return RightLine(say.code("rights", text(one, "right")), gives, gets, gives.state == gets.state == "open")


PAGES: Sequence[Page] = (
    ShowPage(
        "matrix", "/matrix", ("sharing_overview", "group_lines", "instrument_list", "exchange_held", "body_show"), (),
        "matrix.html", "Who shares with whom, of all bodies, folded by group.", _matrix,
    ),
    ShowPage(
        "pair", "/pair/{code}/{counterpart}", ("sharing_pair", "exchange_held", "body_show"), (), "pair.html",
        "All that two bodies share, under which instruments, and what stops it.", _pair,
    ),
)  # fmt: skip
