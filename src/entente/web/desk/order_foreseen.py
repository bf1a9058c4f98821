"""What a national order that was entered would change, shown before it is done as a heavy act; nothing is entered until then.

Source: docs/rules/desk.md W137; docs/rules/bodies.md B28.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from entente.bodies.law_changes import NEW
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date
from entente.kernel.errors import NotFound
from entente.kernel.signing import encode_bytes
from entente.web.desk.forms import Field
from entente.web.desk.memory import check_shown, seal_of
from entente.web.desk.order_form import differences
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
FORESEEN_PATH: Final = f"{PREFIX}/orders/foreseen"
LEAVE_PATH: Final = f"{PREFIX}/orders/leave"
FILE_PATH: Final = f"{PREFIX}/orders/file"
LOOKS: Final = ("order_list", "order_preview")
"""The verbs by which an order is looked at."""


def foreseen_path(reference: str) -> str:
    """Return where it stands what an order would change."""
    return f"{FORESEEN_PATH}/{quote(reference, safe='')}"


def file_path(reference: str) -> str:
    """Return where an order is written as a file."""
    return f"{FILE_PATH}/{quote(reference, safe='')}"


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


def order_standing(asked: Asked, reference: str) -> tuple[JsonObject | None, str]:
    """Return the order of a reference with its version; NEW for none."""
    answer = asked.perform("order_list")
    found = next((one for one in members(answer, "orders") if one["reference"] == reference), None)
    return found, NEW if found is None else text(member(answer, "versions"), reference)


def judged_beside(asked: Asked, order: JsonObject, version: str) -> JsonObject:
    """Return what an order would change; raise what the rooms have against it."""
    data = encode_bytes(json.dumps(order).encode())
    return asked.perform("order_preview", {"data": data, "version": version})


def _foreseen(asked: Asked) -> ForeseenOrderPage | Elsewhere:
    say, reference = asked.say, asked.path["entered"]
    kept, (found, version) = asked.memory.orders.get(reference), order_standing(asked, reference)
    if kept is None:
        if found is None:
            raise NotFound
        return Elsewhere(change_order_path(reference))
    answer = judged_beside(asked, kept[0], version)
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


PAGES: Sequence[Page] = (
    ShowPage(
        "foreseen_order", "/orders/foreseen/{entered:path}", LOOKS, NEEDS, "foreseen_order.html",
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
