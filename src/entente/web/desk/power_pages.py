"""What national law lets our officers do: each measure, on which legal basis, by which order, and who may take it instead.

Source: docs/rules/bodies.md B8 and B9; DESIGN section 5 «National orders».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date
from entente.web.desk.page import PREFIX, Asked, Page, ShowPage, may_do
from entente.web.desk.reading import member, members, text, texts
from entente.web.sentences import said
from entente.web.wording import Wording

POWERS_PATH = f"{PREFIX}/powers"
NEW_ORDER_PATH = f"{PREFIX}/new-order"
ENTERS_ORDERS = ("manage_officers",)


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure, and whether the officer who asks may task it now."""

    measure: str
    may: bool
    grounds: Sequence[tuple[str, str, bool]]
    """Number, sentence, whether it allows."""
    routed_to: str


@dataclass(frozen=True, slots=True)
class OrderShown:
    """A national order."""

    reference: str
    text: str
    signed_on: str
    published_on: str
    in_force_on: str
    ends_on: str
    is_in_force: bool
    governs: Sequence[str]
    powers: Sequence[tuple[str, str, str]]
    """Measure, legal basis, condition."""
    instead: Sequence[tuple[str, str]]
    """Measure, and the authority that takes it."""
    change: str
    """Where it is corrected or ended."""


@dataclass(frozen=True, slots=True)
class PowersPage:
    """What `powers.html` shows."""

    title: str
    here: str
    officer: str
    measures: Sequence[MeasureLine]
    orders: Sequence[OrderShown]
    add: str
    """Where an order is entered; empty for who may not, who corrects none either."""


def change_order_path(reference: str) -> str:
    """Return where an order is corrected or ended."""
    return f"{PREFIX}/orders/change/{quote(reference, safe='')}"


def _powers(asked: Asked) -> PowersPage:
    say = asked.say
    today = asked.node.clock.now().date().isoformat()
    return PowersPage(
        title=say.text("powers.title"),
        here=POWERS_PATH,
        officer=asked.officer,
        measures=[_measure(asked, code) for code in asked.node.lists.measures],
        orders=[order_shown(one, today, say) for one in members(asked.perform("order_list"), "orders")],
        add=NEW_ORDER_PATH if may_do(asked, *ENTERS_ORDERS) else "",
    )


def _measure(asked: Asked, code: str) -> MeasureLine:
    decision = member(asked.perform("measure_may", {"measure": code}), "decision")
    routed = decision["routed_to"]
    return MeasureLine(
        measure=asked.say.code("measures", code),
        may=decision["allowed"] is True,
        grounds=[_ground(one, asked.say) for one in members(decision, "grounds")],
        routed_to=routed if isinstance(routed, str) else "",
    )


def _ground(one: JsonObject, say: Wording) -> tuple[str, str, bool]:
    return text(one, "number"), said(say, text(one, "text")), one["allows"] is True


def order_shown(one: JsonObject, today: str, say: Wording) -> OrderShown:
    """Return a national order of an answer."""
    in_force, ends = text(one, "in_force_on"), one["ends_on"]
    instead = member(one, "competent_authorities")
    return OrderShown(
        reference=text(one, "reference"),
        text=text(one, "text"),
        signed_on=_day(one, "signed_on", say),
        published_on=_day(one, "published_on", say),
        in_force_on=_day(one, "in_force_on", say),
        ends_on=_day(one, "ends_on", say),
        is_in_force=in_force <= today and (not isinstance(ends, str) or today < ends),
        governs=[say.code("legal_bases", basis) for basis in texts(one, "governs")],
        powers=[_power(power, say) for power in members(one, "powers")],
        instead=[(say.code("measures", measure), text(instead, measure)) for measure in sorted(instead)],
        change=change_order_path(text(one, "reference")),
    )


def _power(one: JsonObject, say: Wording) -> tuple[str, str, str]:
    measure, basis = say.code("measures", text(one, "measure")), say.code("legal_bases", text(one, "legal_basis"))
    return measure, basis, text(one, "condition")


def _day(one: JsonObject, name: str, say: Wording) -> str:
    return say.day(parse_date(text(one, name), name)) if one[name] else ""


PAGES: Sequence[Page] = (
    ShowPage(
        "powers", "/powers", ("order_list", "measure_may"), (), "powers.html",
        "The measures that the officer may task, and the national orders with their powers.", _powers,
        live=("power",),
    ),
)  # fmt: skip
