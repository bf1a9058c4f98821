"""A national order entered, corrected or ended, in a form or as a file; what it would change is shown next (order_foreseen).

What was entered is kept in the session while it is looked at, with the version that it was made from.

Source: docs/rules/desk.md W137; docs/rules/bodies.md B8 and B28.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.bodies.law_changes import NEW
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import encode_bytes
from entente.web.desk.forms import LINE_CHARACTERS_MAX, Entered, Field, Kind
from entente.web.desk.instrument_pages import FILE_CHARACTERS_MAX
from entente.web.desk.order_foreseen import LOOKS, NEEDS, file_path, foreseen_path, judged_beside, order_standing
from entente.web.desk.order_form import (
    DAYS,
    AuthorityLine,
    BasisLines,
    authority_lines,
    field_of_fault,
    file_of,
    order_of,
    power_lines,
    values_of,
)
from entente.web.desk.page import ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.power_pages import (
    NEW_ORDER_PATH,
    POWERS_PATH,
    change_order_path,
)
from entente.web.desk.reading import member, text

NEW_FILE_PATH: Final = f"{NEW_ORDER_PATH}/file"
TEXT_CHARACTERS_MAX: Final = 100_000
"""As the API takes; a national act has some thousands."""
_LOOK: Final = "look_at_order"
_LOOK_NEW: Final = "look_at_new_order"
_READ: Final = "read_order"
_READ_NEW: Final = "read_new_order"


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


def _stands(asked: Asked) -> tuple[JsonObject, str]:
    order, version = order_standing(asked, asked.path["entered"])
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
        answer = judged_beside(asked, order, version)
    except Invalid as error:
        field = field_of_fault(error, order)
        what = f"The field {field} does not hold what it should." if field else error.what
        raise Invalid(what, field=field, why=error.why, do=error.do) from error
    asked.memory.keep_order(reference, member(answer, "order"), seen)
    return Done(foreseen_path(reference))


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
        _LOOK, "/orders/change/{entered:path}", LOOKS, NEEDS, "change_order",
        "Keeps how a national order was corrected, and shows what it would change; nothing is entered.", _look, _FORM,
        is_once=False,
    ),
    ShowPage(
        "order_file", "/orders/file/{entered:path}", ("order_list",), NEEDS, "order_file.html",
        "A national order as a file to be written on.", _file_page,
    ),
    ActPage(
        _READ, "/orders/file/{entered:path}", LOOKS, NEEDS, "order_file",
        "Reads a national order anew from its file, and shows what it would change; nothing is entered.", _read, _FILE,
        is_once=False,
    ),
)  # fmt: skip
