"""The matrix: who shares what with whom under which right, at a glance, with what is suspended in it.

One row a counterpart of one body (ours at first), one column a right; in each cell the instruments that give it, both ways or
what of it is stopped, and by whom. Nothing is worked out here: the verb asks the room of agreements, which the gate asks too.

Source: docs/rules/desk.md W47; docs/rules/agreements.md A11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from entente.agreements.model import Right
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Invalid
from entente.verbs.sharing import Narrowed
from entente.web.desk.directory_pages import body_path, group_names
from entente.web.desk.page import PREFIX, Asked, Page, ShowPage
from entente.web.desk.paging import ON_A_PAGE, Pager, chosen, offset_asked, pager_of
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts
from entente.web.wording import Moment, Wording

SHARING_PATH = f"{PREFIX}/sharing"


@dataclass(frozen=True, slots=True)
class StopLine:
    """One stop, as a cell names it."""

    author: BodyName
    how: str
    since: Moment | None


@dataclass(frozen=True, slots=True)
class WayShown:
    """What flows one way."""

    state: str
    """`open`, `part` or `stopped`."""
    flowing: Sequence[str]
    stopped: Sequence[str]
    """The kinds that do not flow, in words."""
    stops: Sequence[StopLine]


@dataclass(frozen=True, slots=True)
class CellLine:
    """One instrument in a cell."""

    name: str
    to: str
    gives: WayShown
    gets: WayShown
    is_open: bool


@dataclass(frozen=True, slots=True)
class CounterpartRow:
    """One row of the matrix."""

    body: BodyName
    to: str
    cells: Sequence[tuple[str, Sequence[CellLine]]]
    """In the order of the rights: the right in words, and what gives it."""
    measures: Sequence[str]


@dataclass(frozen=True, slots=True)
class SharingPage:
    """What `sharing.html` shows."""

    title: str
    here: str
    of_body: str
    body: BodyName
    is_own: bool
    is_unknown: bool
    """Whether a body was asked for that there is not, so that ours is shown."""
    find: str
    in_group: str
    by_instrument: str
    in_state: str
    groups: Mapping[str, str]
    instruments: Mapping[str, str]
    states: Mapping[str, str]
    rights: Sequence[str]
    rows: Sequence[CounterpartRow]
    pager: Pager


def instrument_path(instrument: str) -> str:
    """Return where an instrument is shown."""
    return f"{PREFIX}/instruments/{quote(instrument, safe=':')}"


def _sharing(asked: Asked) -> SharingPage:
    say = asked.say
    groups, states = group_names(asked), {one.value: say.code("sharing_states", one) for one in Narrowed}
    instruments = {
        text(one, "id"): text(one, "name")
        for one in members(asked.perform("instrument_list"), "instruments")
        if one["in_force"] is True
    }
    kept = {
        "of_body": asked.query.get("of_body", "").strip(),
        "find": asked.query.get("find", "").strip(),
        "in_group": chosen(asked, "in_group", groups),
        "by_instrument": chosen(asked, "by_instrument", instruments),
        "in_state": chosen(asked, "in_state", states),
    }
    answer, is_unknown = _matrix(asked, kept)
    rows = [_row(one, say) for one in members(answer, "rows")]
    body, own = body_name(member(answer, "body")), text(member(asked.perform("body_show"), "body"), "code")
    return SharingPage(
        title=say.text("sharing.title"),
        here=SHARING_PATH,
        of_body="" if is_unknown else kept["of_body"],
        body=body,
        is_own=body.code == own,
        is_unknown=is_unknown,
        find=kept["find"],
        in_group=kept["in_group"],
        by_instrument=kept["by_instrument"],
        in_state=kept["in_state"],
        groups=groups,
        instruments=instruments,
        states=states,
        rights=[say.code("rights", right) for right in Right],
        rows=rows,
        pager=pager_of(SHARING_PATH, kept, answer, len(rows)),
    )


def _matrix(asked: Asked, kept: Mapping[str, str]) -> tuple[JsonObject, bool]:
    """Ask for a page of the matrix; of our own body where another one is asked for that there is not."""
    given: JsonObject = {
        "text": kept["find"],
        "group": kept["in_group"],
        "instrument": kept["by_instrument"],
        "state": kept["in_state"],
        "offset": offset_asked(asked),
        "limit": ON_A_PAGE,
    }
    try:
        return asked.perform("sharing_matrix", {**given, "body": kept["of_body"]}), False
    except Invalid as error:
        if error.field != "body":
            raise
        return asked.perform("sharing_matrix", given), True


def _row(one: JsonObject, say: Wording) -> CounterpartRow:
    body, rights = body_name(member(one, "body")), member(one, "rights")
    return CounterpartRow(
        body=body,
        to=body_path(body.code),
        cells=[(say.code("rights", right), [_cell(cell, say) for cell in members(rights, right)]) for right in Right],
        measures=[say.code("measure_policies", text(measure, "policy")) for measure in members(one, "measures")],
    )


def _cell(one: JsonObject, say: Wording) -> CellLine:
    gives, gets = way_shown(member(one, "gives"), say), way_shown(member(one, "gets"), say)
    return CellLine(
        name=text(one, "name"),
        to=instrument_path(text(one, "instrument")),
        gives=gives,
        gets=gets,
        is_open=gives.state == gets.state == "open",
    )


def way_shown(one: JsonObject, say: Wording) -> WayShown:
    """Return what flows one way, in words."""
    state = text(one, "state")
    return WayShown(
        state=state,
        flowing=[say.code("record_kinds", kind) for kind in texts(one, "flowing")],
        stopped=[say.code("record_kinds", kind) for kind in texts(one, "stopped")] if state != "open" else (),
        stops=[_stop(stop, say) for stop in members(one, "stops")] if state != "open" else (),
    )


def _stop(one: JsonObject, say: Wording) -> StopLine:
    since = text(one, "since") if one["since"] else ""
    return StopLine(
        author=body_name(member(one, "author")),
        how=say.code("stops", text(one, "how")),
        since=say.moment(parse_time(since, "since")) if since else None,
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "sharing", "/sharing", ("sharing_matrix", "group_lines", "instrument_list", "body_show"), (), "sharing.html",
        "Who shares what with a body under which right, with what is suspended.", _sharing,
        live=("instrument", "body", "group"),
    ),
)  # fmt: skip
