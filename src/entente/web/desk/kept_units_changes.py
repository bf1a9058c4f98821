"""A change of our list of units: by file or back to an earlier list, shown with what it touches, then said to every body.

Source: docs/rules/desk.md W134 and W135; docs/rules/bodies.md B26.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import decode_bytes, encode_bytes
from entente.web.desk.directory_pages import KEPT_UNITS_PATH, kept_unit_path, own_unit_path
from entente.web.desk.forms import Field, Kind
from entente.web.desk.kept_unit_pages import (
    FILE_PATH,
    FORESEEN_PATH,
    LIST_PATH,
    NEEDS,
    NEW_PATH,
    VERSION,
    keep_change,
)
from entente.web.desk.officer_shown import officer_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.sentences import said
from entente.web.wording import Wording

TEXT_CHARACTERS_MAX: Final = 200_000
"""Of a list as it is pasted: encoded as a form it stays within forms.FORM_BYTES_MAX; a longer one is sent as a file."""
_SAY: Final = "say_units"
_TEXT: Final = "choose_units_text"
_FIELDS: Final = (
    ("name", "unit_name"),
    ("kind", "unit_kind"),
    ("territory", "unit_territory"),
    ("under", "unit_under"),
)
"""What is told of a unit that would be changed, and the form's name for it."""


@dataclass(frozen=True, slots=True)
class UnitsFilePage:
    """What `kept_units_file.html` shows."""

    title: str
    here: str
    list_to: str
    by_text: str
    by_file: str
    version: str
    sample: str
    """How a list is written."""
    begun: str
    """The text that the form begins with: what was chosen before, where it is chosen again."""


@dataclass(frozen=True, slots=True)
class UnitTold:
    """A unit that would be new, or gone."""

    id: str
    name: str
    kind: str
    territory: str
    under: str


@dataclass(frozen=True, slots=True)
class UnitChanged:
    """A unit that would be changed: what it is called now, and each field that differs."""

    id: str
    name: str
    fields: Sequence[tuple[str, str, str]]
    """Label, before, after."""


@dataclass(frozen=True, slots=True)
class UnitTouched:
    """A unit that would be gone, or new, and on which something hangs."""

    id: str
    name: str
    is_gone: bool
    officers: Mapping[str, str]
    """Their ids, and where each is shown."""
    more_officers: int
    limits_to: str
    """Where its limits stand; empty without any."""
    cases: Sequence[tuple[str, str, str]]
    """Where each is shown, number, title."""
    more_cases: int


@dataclass(frozen=True, slots=True)
class UnitsForeseenPage:
    """What `foreseen_units.html` shows."""

    title: str
    here: str
    again: str
    """Where it is chosen anew."""
    act: str
    version: str
    is_overtaken: bool
    """Whether the list was changed since the change was chosen."""
    is_same: bool
    before: int
    after: int
    refusals: Sequence[tuple[str, str, str]]
    """Why it may not be said: number, sentence, remedy of each ground."""
    added: Sequence[UnitTold]
    added_of: int
    changed: Sequence[UnitChanged]
    changed_of: int
    gone: Sequence[UnitTold]
    gone_of: int
    touched: Sequence[UnitTouched]
    touched_of: int
    bound: Sequence[tuple[str, str, str]]
    """Units whose officers would see less: where each is shown, its name, and whose limits would bind it."""
    bound_of: int
    contacts: Sequence[str]


def _file(asked: Asked) -> UnitsFilePage:
    stands, kept = asked.perform("unit_own"), asked.memory.units_change
    is_again = "again" in asked.query and kept.get("change") == "file"
    listed = decode_bytes(kept["data"], "data").decode("utf-8", "replace") if is_again else ""
    return UnitsFilePage(
        title=asked.say.text("units_kept.by_file"),
        here=KEPT_UNITS_PATH,
        list_to=LIST_PATH,
        by_text=FILE_PATH,
        by_file=f"{FILE_PATH}/sent",
        version=asked.form.value("units_version") or text(stands, "version"),
        sample=_sample(asked.say),
        begun=listed if len(listed) <= TEXT_CHARACTERS_MAX else "",
    )


def _sample(say: Wording) -> str:
    """Return two units as a list has them, called in the reader's language."""
    branch, unit = (say.code("unit_kinds", kind) for kind in ("regional_branch", "unit"))
    return (
        "units:\n"
        f"- {{id: north, kind: regional_branch, name: {branch} 1, territory: A-Z}}\n"
        f"- {{id: north-4, kind: unit, name: {unit} 4, parent: north}}\n"
    )


def _choose_text(asked: Asked) -> Done:
    return _choose_list(asked, asked.form.value("units_text").encode("utf-8"))


def _choose_file(asked: Asked) -> Done:
    if len(asked.form.files) != 1:
        raise Invalid(
            "More than one file was sent.",
            field="data",
            why="The list of units is one file, all of them (docs/rules/bodies.md B6).",
            do="Choose one file, and send it again.",
        )
    return _choose_list(asked, asked.form.files[0].data)


def _choose_list(asked: Asked, data: bytes) -> Done:
    return keep_change(asked, {"change": "file", "data": encode_bytes(data)})


def _choose_earlier(asked: Asked) -> Done:
    return keep_change(asked, {"change": "earlier", "since": asked.form.value("units_since")})


def _foreseen(asked: Asked) -> UnitsForeseenPage | Elsewhere:
    say, kept = asked.say, asked.memory.units_change
    if not kept:
        return Elsewhere(KEPT_UNITS_PATH)
    answer = asked.perform("unit_preview", _given(kept))
    version = text(answer, "version")
    return UnitsForeseenPage(
        title=say.text("units_kept.foreseen"),
        here=KEPT_UNITS_PATH,
        again=_again(kept),
        act=FORESEEN_PATH,
        # What is shown is held against what stands now, and has seen it.
        version=version,
        is_overtaken=bool(kept.get("version")) and kept["version"] != version,
        is_same=answer["is_same"] is True,
        before=whole(answer, "before"),
        after=whole(answer, "after"),
        refusals=[
            (text(one, "number"), said(say, text(one, "text")), said(say, text(one, "remedy")))
            for one in members(member(answer, "decision"), "grounds")
            if one["allows"] is not True
        ],
        added=[_told(one, say) for one in members(answer, "added")],
        added_of=whole(answer, "added_of"),
        changed=[_changed(one, say) for one in members(answer, "changed")],
        changed_of=whole(answer, "changed_of"),
        gone=[_told(one, say) for one in members(answer, "gone")],
        gone_of=whole(answer, "gone_of"),
        touched=[_touched(one) for one in members(answer, "touched")],
        touched_of=whole(answer, "touched_of"),
        bound=[
            (
                own_unit_path(text(one, "id")),
                text(one, "name"),
                say.text("joined.comma").join(text(by, "name") for by in members(one, "by")),
            )
            for one in members(answer, "bound")
        ],
        bound_of=whole(answer, "bound_of"),
        contacts=texts(answer, "contacts"),
    )


def _given(kept: Mapping[str, str]) -> JsonObject:
    return {name: value for name, value in kept.items() if name != "version"}


def _again(kept: Mapping[str, str]) -> str:
    """Return where a change is chosen again, with what was chosen."""
    match kept["change"]:
        case "add":
            return f"{NEW_PATH}?again=yes"
        case "change":
            return f"{kept_unit_path(kept['id'])}?again=yes"
        case "end":
            return kept_unit_path(kept["id"])
        case "file":
            return f"{FILE_PATH}?again=yes"
    return KEPT_UNITS_PATH


def _told(one: JsonObject, say: Wording) -> UnitTold:
    return UnitTold(
        id=text(one, "id"),
        name=text(one, "name"),
        kind=say.code("unit_kinds", text(one, "kind")),
        territory=text(one, "territory"),
        under=text(one, "under"),
    )


def _changed(one: JsonObject, say: Wording) -> UnitChanged:
    then, now = (_told(member(one, name), say) for name in ("before", "after"))
    fields = [
        (say.text(f"field.{label}"), getattr(then, name), getattr(now, name))
        for name, label in _FIELDS
        if getattr(then, name) != getattr(now, name)
    ]
    return UnitChanged(then.id, then.name, fields)


def _touched(one: JsonObject) -> UnitTouched:
    unit, officers, cases = text(one, "id"), texts(one, "officers"), members(one, "cases")
    return UnitTouched(
        id=unit,
        name=text(one, "name"),
        is_gone=one["is_gone"] is True,
        officers={officer: officer_path(officer) for officer in officers},
        more_officers=whole(one, "officers_of") - len(officers),
        limits_to=own_unit_path(unit) if one["has_limits"] is True else "",
        cases=[(f"{PREFIX}/cases/{text(case, 'number')}", text(case, "number"), text(case, "title")) for case in cases],
        more_cases=whole(one, "cases_of") - len(cases),
    )


def _say_now(asked: Asked) -> Done:
    kept = asked.memory.units_change
    if not kept:
        raise NotFound
    asked.perform("unit_keep", {**_given(kept), "version": asked.form.value("units_version")})
    asked.memory.units_change = {}
    return Done(KEPT_UNITS_PATH, "units_said")


PAGES: Sequence[Page] = (
    ShowPage(
        "units_file", "/units/own/file", ("unit_own",), NEEDS, "kept_units_file.html",
        "Where the whole list of our units is pasted, or sent as a file.", _file,
    ),
    ActPage(
        _TEXT, "/units/own/file", ("unit_preview",), NEEDS, "units_file",
        "Keeps a list that was pasted, and shows what it would change.", _choose_text,
        (Field("units_text", Kind.TEXT, most=TEXT_CHARACTERS_MAX, asks="data"), VERSION), is_once=False,
    ),
    ActPage(
        "choose_units_file", "/units/own/file/sent", ("unit_preview",), NEEDS, "units_file",
        "Keeps a list that was sent as a file, and shows what it would change.", _choose_file,
        (VERSION, Field("units_list_file", Kind.FILES, asks="data")), is_once=False,
    ),
    ActPage(
        "choose_earlier_units", "/units/own/earlier", ("unit_preview",), NEEDS, "units",
        "Keeps that an earlier list is to be said again, and shows what that would change.", _choose_earlier,
        (Field("units_since", asks="since"), VERSION), is_once=False,
    ),
    ShowPage(
        "foreseen_units", "/units/own/foreseen", ("unit_preview",), NEEDS, "foreseen_units.html",
        "What a change of our list of units would do and touch, and the form by which it is said.", _foreseen,
    ),
    ActPage(
        _SAY, "/units/own/foreseen", ("unit_keep",), NEEDS, "foreseen_units",
        "Says our list of units as it was shown, to every body.", _say_now, (VERSION,), is_heavy=True,
    ),
)  # fmt: skip
