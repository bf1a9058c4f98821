"""Our own list of units, kept by who may enter officers: the list, the form of one unit, and the list as a file.

What is chosen here changes nothing: it is kept in the session while it is looked at what it would do (kept_units_changes).

Source: docs/rules/desk.md W133; docs/rules/bodies.md B26.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from entente.bodies.own_units import VERB
from entente.bodies.unit_limits import below
from entente.bodies.unit_rules import UNIT_ID_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.codec import to_object
from entente.verbs.references import names_of
from entente.web.desk.directory_pages import KEPT_UNITS_PATH, OWN_UNITS_PATH, kept_unit_path
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.page import ActPage, Asked, Done, Download, Page, ShowPage
from entente.web.desk.paging import ON_A_PAGE, Pager, chosen, offset_asked, pager_of
from entente.web.desk.reading import member, members, text
from entente.web.desk.units_pages import units_of
from entente.web.wording import Moment

NEEDS: Final = (VERB,)
NEW_PATH: Final = f"{KEPT_UNITS_PATH}/new"
FILE_PATH: Final = f"{KEPT_UNITS_PATH}/file"
LIST_PATH: Final = f"{KEPT_UNITS_PATH}/list"
FORESEEN_PATH: Final = f"{KEPT_UNITS_PATH}/foreseen"
FILE_NAME: Final = "units.json"
_ADD: Final = "choose_new_unit"
_CHANGE: Final = "choose_unit"
_OF_FORM: Final[Mapping[str, str]] = {
    "unit_id": "id",
    "unit_kind": "kind",
    "unit_name": "name",
    "unit_territory": "territory",
    "unit_under": "parent",
}
"""A field of the form, and what the verb calls it."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of ours in the list that is kept."""

    to: str
    """Where it is changed."""
    id: str
    name: str
    kind: str
    territory: str
    under: str


@dataclass(frozen=True, slots=True)
class KeptUnitsPage:
    """What `kept_units.html` shows."""

    title: str
    here: str
    new: str
    by_file: str
    earlier: str
    """Where the lists that were said before stand."""
    sees: str
    """Where it stands what the units may see."""
    find: str
    of_kind: str
    kinds: Mapping[str, str]
    said_at: Moment | None
    units: Sequence[UnitLine]
    pager: Pager


@dataclass(frozen=True, slots=True)
class KeptUnitPage:
    """What `kept_unit.html` shows: the form of a unit, a new one or one of the list."""

    title: str
    here: str
    choose: str
    act: str
    """The name of the act that the form is of."""
    is_new: bool
    id: str
    """Of a unit of the list; empty for a new one."""
    end: str
    """Where the unit is taken out of the list; empty for a new one."""
    version: str
    kinds: Mapping[str, str]
    others: Mapping[str, str]
    """The units that it may be put under."""
    entered: Entered
    """What the form holds: what was chosen, or what stands."""


def keep_change(asked: Asked, given: JsonObject) -> Done:
    """Keep a change that may be looked at, for this session; raise what the change itself raises."""
    asked.perform("unit_preview", given)
    asked.memory.units_change = {
        **{name: str(value) for name, value in given.items() if value},
        "version": asked.form.value("units_version"),
    }
    return Done(FORESEEN_PATH)


def _list(asked: Asked) -> KeptUnitsPage:
    say, own = asked.say, names_of(asked.node).own
    kinds = say.codes("unit_kinds")
    kept = {"find": asked.query.get("find", "").strip(), "of_kind": chosen(asked, "of_kind", kinds)}
    found = asked.perform(
        "unit_find",
        {
            "text": kept["find"],
            "kind": kept["of_kind"],
            "body": own.id,
            "offset": offset_asked(asked),
            "limit": ON_A_PAGE,
        },
    )
    stands = asked.perform("unit_own")
    lines = [
        UnitLine(
            to=kept_unit_path(text(one, "id")),
            id=text(one, "id"),
            name=text(one, "name"),
            kind=say.code("unit_kinds", text(one, "kind")),
            territory=text(one, "territory"),
            under=text(one, "under"),
        )
        for one in members(found, "units")
    ]
    return KeptUnitsPage(
        title=say.text("units_kept.title"),
        here=KEPT_UNITS_PATH,
        new=NEW_PATH,
        by_file=FILE_PATH,
        earlier=units_of(own.code),
        sees=OWN_UNITS_PATH,
        find=kept["find"],
        of_kind=kept["of_kind"],
        kinds=kinds,
        said_at=say.moment(parse_time(text(stands, "said_at"), "said_at")) if stands["said_at"] else None,
        units=lines,
        pager=pager_of(KEPT_UNITS_PATH, kept, found, len(lines)),
    )


def _new(asked: Asked) -> KeptUnitPage:
    say, stands = asked.say, asked.perform("unit_own")
    return KeptUnitPage(
        title=say.text("units_kept.new"),
        here=KEPT_UNITS_PATH,
        choose=NEW_PATH,
        act=_ADD,
        is_new=True,
        id="",
        end="",
        version=_version(asked, stands),
        kinds=say.codes("unit_kinds"),
        others=_others(asked),
        entered=_begun(asked, _ADD, {}),
    )


def _choose_new(asked: Asked) -> Done:
    return keep_change(asked, {"change": "add", **_given(asked.form)})


def _change(asked: Asked) -> KeptUnitPage:
    say, stands = asked.say, asked.perform("unit_own", {"id": asked.path["unit"]})
    unit = member(stands, "unit")
    name = text(unit, "id")
    values = {field: text(unit, of) for field, of in _OF_FORM.items() if unit[of]}
    return KeptUnitPage(
        title=text(unit, "name"),
        here=KEPT_UNITS_PATH,
        choose=kept_unit_path(name),
        act=_CHANGE,
        is_new=False,
        id=name,
        end=f"{KEPT_UNITS_PATH}/end/{quote(name, safe='')}",
        version=_version(asked, stands),
        kinds=say.codes("unit_kinds"),
        others=_others(asked, name),
        entered=_begun(asked, _CHANGE, values),
    )


def _choose(asked: Asked) -> Done:
    return keep_change(asked, {"change": "change", **_given(asked.form), "id": asked.path["unit"]})


def _end(asked: Asked) -> Done:
    return keep_change(asked, {"change": "end", "id": asked.path["unit"]})


def _given(form: Entered) -> JsonObject:
    return {of: form.value(field) for field, of in _OF_FORM.items()}


def _version(asked: Asked, stands: JsonObject) -> str:
    """Return the version that the form is made from; given back, the one that it was made from."""
    return asked.form.value("units_version") or text(stands, "version")


def _begun(asked: Asked, of: str, stands: Mapping[str, str]) -> Entered:
    """Return what a form holds: what was entered, what was chosen before where it is chosen again, else what stands."""
    if asked.form.values and asked.form.of == of:
        return asked.form
    kept = asked.memory.units_change
    if (
        "again" in asked.query
        and kept.get("change")
        and kept.get("id", "") == asked.path.get("unit", kept.get("id", ""))
    ):
        return Entered({field: kept[of_verb] for field, of_verb in _OF_FORM.items() if of_verb in kept}, of=of)
    return Entered(stands, of=of)


def _others(asked: Asked, unit: str = "") -> Mapping[str, str]:
    """Return the units under which one may be put, by name: every one but itself and those below it."""
    units = names_of(asked.node).own.units
    itself = below(units, unit) if unit else frozenset[str]()
    offered = sorted((one for one in units if one.id not in itself), key=lambda one: (one.name, one.id))
    return {one.id: f"{one.name} · {one.id}" for one in offered}


def _download(asked: Asked) -> Download:
    """Return the list as the file that is sent back changed: one unit a line."""
    units = [json.dumps(to_object(one), ensure_ascii=False) for one in names_of(asked.node).own.units]
    listed = '{"units": [\n' + ",\n".join(units) + "\n]}\n"
    return Download(FILE_NAME, listed.encode("utf-8"))


_UNIT: Final = (
    Field("unit_name", asks="unit.name"),
    Field("unit_kind", Kind.CODE, codes="unit_kinds", asks="kind"),
    Field("unit_territory", is_needed=False, asks="unit.territory"),
    Field("unit_under", is_needed=False, asks="unit.parent"),
)
VERSION: Final = Field("units_version", is_needed=False, asks="version")

PAGES: Sequence[Page] = (
    ShowPage(
        "kept_units", "/units/own", ("unit_find", "unit_own"), NEEDS, "kept_units.html",
        "Our own list of branches, organs and units, to be changed one by one, by file, or back to an earlier one.", _list,
        live=("body",),
    ),
    ShowPage(
        "new_unit", "/units/own/new", ("unit_own",), NEEDS, "kept_unit.html", "The form by which a unit of ours is added.",
        _new,
    ),
    ActPage(
        _ADD, "/units/own/new", ("unit_preview",), NEEDS, "new_unit", "Keeps a new unit, and shows what it would do.",
        _choose_new,
        (Field("unit_id", most=UNIT_ID_CHARACTERS_MAX, asks="unit.id"), *_UNIT, VERSION), is_once=False,
    ),
    ShowPage(
        "change_unit", "/units/own/change/{unit:path}", ("unit_own",), NEEDS, "kept_unit.html",
        "The form by which a unit of ours is called otherwise, put under another one, or taken out of the list.", _change,
    ),
    ActPage(
        _CHANGE, "/units/own/change/{unit:path}", ("unit_preview",), NEEDS, "change_unit",
        "Keeps what was chosen for a unit, and shows what it would do.", _choose, (*_UNIT, VERSION), is_once=False,
    ),
    ActPage(
        "choose_unit_end", "/units/own/end/{unit:path}", ("unit_preview",), NEEDS, "change_unit",
        "Keeps that a unit ends, and shows what that would do.", _end, (VERSION,), is_once=False,
    ),
    ShowPage(
        "units_list", "/units/own/list", (), NEEDS, "", "Our own list of units as a file, to be changed and sent back.",
        _download,
    ),
)  # fmt: skip
