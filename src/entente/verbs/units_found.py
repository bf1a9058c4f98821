"""The verbs by which units are found as they stood on a day, and by which a body's lists of units are told apart."""

from __future__ import annotations

from collections.abc import Iterable

from entente.bodies.finding import find_units, page_of
from entente.bodies.model import Unit, UnitKind
from entente.bodies.unit_past import UNIT_LISTS_MAX, UnitListSeen, told_apart
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.directory import offset_and_limit, units_on, where
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb


def _find(node: Node, arguments: Arguments) -> JsonObject:
    names, on = names_of(node), arguments.day("on", node.clock.now().date())
    wanted, body = arguments.optional_text("kind"), arguments.optional_text("body")
    had = units_on(node, on)
    found = find_units(
        names.bodies.values(),
        arguments.optional_text("text"),
        kind=arguments.choice("kind", UnitKind) if wanted else None,
        body=names.body(body, "body").id if body else "",
        units=had,
    )
    page = page_of(found, *offset_and_limit(arguments))
    shown: list[Json] = [
        {"body": names.ref(one.id), **to_object(unit), "under": _above(had(one), unit.parent)}
        for one, unit in page.shown
    ]
    return {"on": on.isoformat(), "units": shown, **where(page)}


def _above(units: Iterable[Unit], parent: str | None) -> str:
    """Return the name of the unit that another one belongs to; empty for one that belongs to the body itself."""
    return next((unit.name for unit in units if unit.id == parent), "") if parent is not None else ""


def _lists(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    body = names.body(arguments.text("body"), "body")
    newest = arguments.integer("newest", default=UNIT_LISTS_MAX, least=1, most=UNIT_LISTS_MAX)
    with node.disclosure.open_unit() as unit:
        # With the one before them, in which the oldest of them differs from it.
        lists = unit.bodies.unit_lists(body.id, newest + 1)
    return {"body": names.ref(body.id), "lists": [_told(one) for one in told_apart(lists)[:newest]]}


def _told(seen: UnitListSeen) -> JsonObject:
    return {
        "since": to_json(seen.listed.since),
        "until": to_json(seen.until),
        "units": len(seen.listed.units),
        "added": _named(seen.added),
        "changed": _named(seen.changed),
        "gone": _named(seen.gone),
    }


def _named(units: Iterable[Unit]) -> list[Json]:
    return [{"id": unit.id, "name": unit.name} for unit in units]


VERBS: tuple[Verb, ...] = (
    verb("unit_find", _find, "Find branches, organs and units as they stood on a day, a page at a time.",
         "text", "kind", "body", "on", "offset", "limit"),
    verb("unit_lists", _lists, "Say when a body said its units anew, and what each list changed.", "body",
         "newest"),
)  # fmt: skip
