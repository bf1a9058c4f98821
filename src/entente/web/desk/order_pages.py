"""A national order entered, corrected or ended: in a form or as a file, shown what it changes, then done as a heavy act.

What was entered is kept in the session while it is looked at, with the version that it was made from.

Source: docs/rules/desk.md W137; docs/rules/bodies.md B8 and B28.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from entente.bodies.law_changes import NEW
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import encode_bytes
from entente.web.desk.forms import LINE_CHARACTERS_MAX, Entered, Field, Kind
from entente.web.desk.instrument_pages import FILE_CHARACTERS_MAX
from entente.web.desk.memory import check_shown, seal_of
from entente.web.desk.order_form import (
    DAYS,
    AuthorityLine,
    BasisLines,
    authority_lines,
    differences,
    field_of_fault,
    file_of,
    order_of,
    power_lines,
    values_of,
)
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage
from entente.web.desk.power_pages import (
    ENTERS_ORDERS,
    NEW_ORDER_PATH,
    POWERS_PATH,
    OrderShown,
    change_order_path,
    order_shown,
)
from entente.web.desk.reading import member, members, text, whole
from entente.web.wording import Wording

NEEDS: Final = ENTERS_ORDERS
NEW_FILE_PATH: Final = f"{NEW_ORDER_PATH}/file"
FORESEEN_PATH: Final = f"{PREFIX}/orders/foreseen"
LEAVE_PATH: Final = f"{PREFIX}/orders/leave"
FILE_PATH: Final = f"{PREFIX}/orders/file"
TEXT_CHARACTERS_MAX: Final = 100_000
"""As the API takes; a national act has some thousands."""
_LOOK: Final = "look_at_order"
_LOOK_NEW: Final = "look_at_new_order"
_READ: Final = "read_order"
_READ_NEW: Final = "read_new_order"


def foreseen_path(reference: str) -> str:
    """Return where it stands what an order would change."""
    return f"{FORESEEN_PATH}/{quote(reference, safe='')}"


def file_path(reference: str) -> str:
    """Return where an order is written as a file."""
    return f"{FILE_PATH}/{quote(reference, safe='')}"


@dataclass(frozen=True, slots=True)
class OrderFormPage:
    """What `keep_order.html` shows."""

    title: str
    here: str
    act: str
    to: str
    as_file: str
    reference: str
    """Of an order that is there; empty for a new one."""
    version: str
    entered: Entered
    """What the form holds: what was entered, or what stands."""
    bases: Mapping[str, str]
    powers: Sequence[BasisLines]
    instead: Sequence[AuthorityLine]
    has_instead: bool
    """Whether an authority is named, or something is wrong with one, so that the lines stand open."""


@dataclass(frozen=True, slots=True)
class OrderFilePage:
    """What `order_file.html` shows."""

    title: str
    here: str
    act: str
    to: str
    lines: str
    """Where it is entered in the form."""
    begun: str
    version: str


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """What law says of a measure otherwise than before."""

    measure: str
    was_given: bool
    is_given: bool
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True, slots=True)
class LawDayShown:
    """What differs from a day on."""

    on: str
    is_today: bool
    changes: Sequence[MeasureChange]


@dataclass(frozen=True, slots=True)
class ForeseenOrderPage:
    """What `foreseen_order.html` shows."""

    title: str
    here: str
    act: str
    leave: str
    again: str
    as_file: str
    shown: str
    """Which order is shown: the form sends this and no other."""
    version: str
    """The version that stands."""
    is_new: bool
    is_overtaken: bool
    order: OrderShown
    differs: Sequence[tuple[str, str, str]]
    """Of one that is there: the field, as it stands, as it was entered."""
    is_nothing: bool
    days: Sequence[LawDayShown]
    officers: int


def _standing(asked: Asked, reference: str) -> tuple[JsonObject | None, str]:
    """Return the order of a reference with its version; NEW for none."""
    answer = asked.perform("order_list")
    found = next((one for one in members(answer, "orders") if one["reference"] == reference), None)
    return found, NEW if found is None else text(member(answer, "versions"), reference)


def _stands(asked: Asked) -> tuple[JsonObject, str]:
    order, version = _standing(asked, asked.path["entered"])
    if order is None:
        raise NotFound
    return order, version


def _change_page(asked: Asked) -> OrderFormPage:
    order, version = _stands(asked)
    reference = text(order, "reference")
    kept = asked.memory.orders.get(reference)
    values = values_of(kept[0] if kept is not None and "again" in asked.query else order)
    return _form(asked, _LOOK, values, version, reference)


def _new_page(asked: Asked) -> OrderFormPage:
    kept = asked.memory.orders.get(asked.query.get("again", ""))
    return _form(asked, _LOOK_NEW, values_of(kept[0]) if kept is not None else {}, NEW, "")


def _form(asked: Asked, act: str, values: Mapping[str, str], version: str, reference: str) -> OrderFormPage:
    say, measures = asked.say, asked.node.lists.measures
    entered = asked.form if asked.form.of == act else Entered(values, of=act)
    instead = authority_lines(entered, measures, say)
    return OrderFormPage(
        title=say.text("ordering.change", reference=reference) if reference else say.text("ordering.new"),
        here=POWERS_PATH,
        act=act,
        to=change_order_path(reference) if reference else NEW_ORDER_PATH,
        as_file=file_path(reference) if reference else NEW_FILE_PATH,
        reference=reference,
        # Given back with what somebody else entered, what was entered was entered beside what stood before.
        version=entered.value("order_version") or version,
        entered=entered,
        bases=say.codes("legal_bases"),
        powers=power_lines(entered, measures, say),
        instead=instead,
        has_instead=any(one.authority for one in instead)
        or any(fault.field.startswith("authority.") for fault in entered.faults),
    )


def _look(asked: Asked) -> Done:
    order, version = _stands(asked)
    return _looked(asked, text(order, "reference"), version, asked.form.value("order_version"))


def _look_new(asked: Asked) -> Done:
    return _looked(asked, asked.form.value("order_reference"), NEW, NEW)


def _looked(asked: Asked, reference: str, version: str, seen: str) -> Done:
    """Keep an order as it was entered beside what was seen, judged beside what stands."""
    order = order_of(asked.form, reference, asked.node.lists.measures)
    try:
        answer = _judged(asked, order, version)
    except Invalid as error:
        field = field_of_fault(error, order)
        what = f"The field {field} does not hold what it should." if field else error.what
        raise Invalid(what, field=field, why=error.why, do=error.do) from error
    asked.memory.keep_order(reference, member(answer, "order"), seen)
    return Done(foreseen_path(reference))


def _judged(asked: Asked, order: JsonObject, version: str) -> JsonObject:
    """Return what an order would change; raise what the rooms have against it."""
    data = encode_bytes(json.dumps(order).encode())
    return asked.perform("order_preview", {"data": data, "version": version})


def _file_page(asked: Asked) -> OrderFilePage:
    order, version = _stands(asked)
    reference = text(order, "reference")
    kept = asked.memory.orders.get(reference)
    return OrderFilePage(
        title=asked.say.text("ordering.change", reference=reference),
        here=POWERS_PATH,
        act=_READ,
        to=file_path(reference),
        lines=change_order_path(reference),
        begun=file_of(kept[0] if kept is not None else order, asked.node.lists.measures, asked.say),
        version=asked.form.value("order_version") or version,
    )


def _new_file_page(asked: Asked) -> OrderFilePage:
    say, today = asked.say, asked.node.clock.now().date().isoformat()
    sample: JsonObject = {
        "reference": say.text("ordering.sample_reference"),
        "text": say.text("ordering.sample_text"),
        **dict.fromkeys(DAYS[:3], today),
        "governs": ["operational_search_law"],
        "powers": [{"measure": "poll", "legal_basis": "operational_search_law"}],
        "competent_authorities": {"observe": say.text("ordering.sample_authority")},
    }
    return OrderFilePage(
        title=say.text("ordering.new"),
        here=POWERS_PATH,
        act=_READ_NEW,
        to=NEW_FILE_PATH,
        lines=NEW_ORDER_PATH,
        begun=file_of(sample, asked.node.lists.measures, say),
        version=NEW,
    )


def _read(asked: Asked) -> Done:
    stands, version = _stands(asked)
    return _read_in(asked, text(stands, "reference"), version, asked.form.value("order_version"))


def _read_new(asked: Asked) -> Done:
    return _read_in(asked, "", NEW, NEW)


def _read_in(asked: Asked, reference: str, version: str, seen: str) -> Done:
    """Keep an order as its file says it; raise what the rooms have against it, and for another order than the page's."""
    file = asked.form.value("order_file").encode("utf-8")
    try:
        named = asked.node.files.document(file, "order").get("reference")
        if not reference or named == reference:
            given: JsonObject = {"data": encode_bytes(file), "version": version}
            order = member(asked.perform("order_preview", given), "order")
            asked.memory.keep_order(text(order, "reference"), order, seen)
            return Done(foreseen_path(text(order, "reference")))
    except Invalid as error:
        # There is one field here: which of the file it is about is said in words.
        what = f"In the file, {error.field[:60]} is not as it should be."
        raise Invalid(what, field="order_file", why=error.why, do=error.do) from error
    raise Invalid(
        "The file is about another order.",
        field="order_file",
        why="An order is corrected under its own reference, which stays (docs/rules/bodies.md B28).",
        do="Write the reference as it stood, or enter a new order.",
    )


def _foreseen(asked: Asked) -> ForeseenOrderPage | Elsewhere:
    say, reference = asked.say, asked.path["entered"]
    kept, (found, version) = asked.memory.orders.get(reference), _standing(asked, reference)
    if kept is None:
        if found is None:
            raise NotFound
        return Elsewhere(change_order_path(reference))
    answer = _judged(asked, kept[0], version)
    order, today = member(answer, "order"), asked.node.clock.now().date()
    shown, before = order_shown(order, today.isoformat(), say), answer["before"]
    differs = (
        [] if not isinstance(before, dict) else differences(order_shown(before, today.isoformat(), say), shown, say)
    )
    return ForeseenOrderPage(
        title=say.text("keeping.foreseen", name=reference),
        here=POWERS_PATH,
        act=foreseen_path(reference),
        leave=f"{LEAVE_PATH}/{quote(reference, safe='')}",
        again=f"{change_order_path(reference)}?again=yes"
        if found is not None
        else f"{NEW_ORDER_PATH}?again={quote(reference, safe='')}",
        as_file=file_path(reference) if found is not None else "",
        shown=seal_of(kept[0]),
        version=version,
        is_new=found is None,
        is_overtaken=kept[1] != version,
        order=shown,
        differs=differs,
        is_nothing=found is not None and not differs,
        days=[_day(one, today.isoformat(), say) for one in members(answer, "days")],
        officers=whole(answer, "officers"),
    )


def _day(one: JsonObject, today: str, say: Wording) -> LawDayShown:
    # What is taken away first, then what is given; what stays on another basis or condition last.
    changes = sorted(
        (_change(change, say) for change in members(one, "changes")),
        key=lambda change: (not change.was_given or change.is_given, change.was_given),
    )
    on = text(one, "on")
    return LawDayShown(say.day(parse_date(on, "on")), on == today, changes)


def _change(one: JsonObject, say: Wording) -> MeasureChange:
    before, after = member(one, "before"), member(one, "after")
    return MeasureChange(
        say.code("measures", text(one, "measure")),
        bool(before["given"]),
        bool(after["given"]),
        _by_law(before, say),
        _by_law(after, say),
    )


def _by_law(law: JsonObject, say: Wording) -> list[str]:
    given = [
        " · ".join(
            part
            for part in (
                say.code("legal_bases", text(one, "basis")),
                text(one, "order"),
                text(one, "condition"),
            )
            if part
        )
        for one in members(law, "given")
    ]
    routed = text(law, "routed_to")
    return given or ([say.text("ordering.routed", authority=routed)] if routed else [])


def _enter(asked: Asked) -> Done:
    reference = asked.path["entered"]
    kept = asked.memory.orders.get(reference)
    if kept is None:
        raise NotFound
    check_shown(kept[0], asked.form.value("what_shown"))
    data = encode_bytes(json.dumps(kept[0]).encode())
    asked.perform("order_enter", {"data": data, "version": asked.form.value("order_version")})
    asked.memory.orders.pop(reference, None)
    return Done(POWERS_PATH, "order_entered")


def _let_go(asked: Asked) -> Done:
    asked.memory.orders.pop(asked.path["entered"], None)
    return Done(POWERS_PATH, "order_let_go")


_VERSION: Final = Field("order_version", is_needed=False, most=64, asks="version")
_FORM: Final = (
    Field("order_text", Kind.TEXT, most=TEXT_CHARACTERS_MAX),
    Field("order_signed_on", Kind.DAY),
    Field("order_published_on", Kind.DAY),
    Field("order_in_force_on", Kind.DAY),
    Field("order_ends_on", Kind.DAY, is_needed=False),
    Field("order_governs", Kind.CODES, codes="legal_bases", most=TEXT_CHARACTERS_MAX),
    Field("power_given", Kind.FLAG, is_many=True),
    Field("power_condition", is_many=True, most=LINE_CHARACTERS_MAX),
    Field("authority", is_many=True, most=LINE_CHARACTERS_MAX),
    _VERSION,
)
_FILE: Final = (Field("order_file", Kind.TEXT, most=FILE_CHARACTERS_MAX, asks="data"), _VERSION)
_VERBS: Final = ("order_list", "order_preview")

PAGES: Sequence[Page] = (
    ShowPage(
        "new_order", "/new-order", (), NEEDS, "keep_order.html", "The form by which a national order is entered.",
        _new_page,
    ),
    ActPage(
        _LOOK_NEW, "/new-order", ("order_preview",), NEEDS, "new_order",
        "Keeps what was entered of a national order, and shows what it would change; nothing is entered.", _look_new,
        (Field("order_reference", most=200), *_FORM), is_once=False,
    ),
    ShowPage(
        "new_order_file", "/new-order/file", (), NEEDS, "order_file.html", "The form for a national order as a file.",
        _new_file_page,
    ),
    ActPage(
        _READ_NEW, "/new-order/file", ("order_preview",), NEEDS, "new_order_file",
        "Reads a national order from its file, and shows what it would change; nothing is entered.", _read_new, _FILE,
        is_once=False,
    ),
    ShowPage(
        "change_order", "/orders/change/{entered:path}", ("order_list",), NEEDS, "keep_order.html",
        "The form by which a national order is corrected or ended.", _change_page,
    ),
    ActPage(
        _LOOK, "/orders/change/{entered:path}", _VERBS, NEEDS, "change_order",
        "Keeps how a national order was corrected, and shows what it would change; nothing is entered.", _look, _FORM,
        is_once=False,
    ),
    ShowPage(
        "order_file", "/orders/file/{entered:path}", ("order_list",), NEEDS, "order_file.html",
        "A national order as a file to be written on.", _file_page,
    ),
    ActPage(
        _READ, "/orders/file/{entered:path}", _VERBS, NEEDS, "order_file",
        "Reads a national order anew from its file, and shows what it would change; nothing is entered.", _read, _FILE,
        is_once=False,
    ),
    ShowPage(
        "foreseen_order", "/orders/foreseen/{entered:path}", _VERBS, NEEDS, "foreseen_order.html",
        "What a national order would change, and the form by which it is entered.", _foreseen,
    ),
    ActPage(
        "enter_order", "/orders/foreseen/{entered:path}", ("order_enter",), NEEDS, "foreseen_order",
        "Enters a national order as it was shown.", _enter,
        (Field("order_version", most=64, asks="version"), Field("what_shown", most=64)),
        is_heavy=True,
    ),
    ActPage(
        "let_order_go", "/orders/leave/{entered:path}", (), NEEDS, "foreseen_order",
        "Forgets what was entered of a national order.", _let_go, is_once=False,
    ),
)  # fmt: skip
