"""The verbs by which pages find bodies and groups in a large directory, as it stood on a day, a page at a time.

Each answer holds one page, what of it there is in all, and where the page begins; so a directory of hundreds of bodies and
thousands of units stays quick whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from entente.bodies.finding import PAGE_MAX, Found, find_bodies, name_on, page_of, places_of
from entente.bodies.model import Body, BodyKind, Group, MembershipStatus, Unit
from entente.bodies.rules import resolve_group
from entente.bodies.unit_past import list_of
from entente.exchange.ports import ExchangeUnit
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.node import Node
from entente.records.gaps import WITHIN_HOURS
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

LIMIT = 50
"""A screen and a half of lines."""
OFFSET_MAX = 10_000_000
"""More units than the largest directory has (5,000 bodies of 2,000)."""


def _find(node: Node, arguments: Arguments) -> JsonObject:
    names, on = names_of(node), arguments.day("on", node.clock.now().date())
    wanted = arguments.optional_text("kind")
    countries = node.lists.countries
    found = find_bodies(
        names.bodies.values(),
        arguments.optional_text("text"),
        on,
        kind=arguments.choice("kind", BodyKind) if wanted else None,
        country=arguments.optional_text("country"),
        among=_narrowed(_members(node, arguments, names, on), _reached(node, arguments)),
        called=lambda code: countries.get(code, ""),
    )
    page, had = page_of(found, *offset_and_limit(arguments)), units_on(node, on)
    with node.exchange.open_view() as view:
        heard, failing = last_heard(view, [body.id for body in page.shown]), view.outbox.failing()
        shown: list[Json] = [
            {
                **_line(body, names, on, len(had(body))),
                "heard": to_json(heard.get(body.id)),
                "trouble": failing[body.id].why if body.id in failing else "",
            }
            for body in page.shown
        ]
    return {"on": on.isoformat(), "bodies": shown, **where(page)}


def last_heard(view: ExchangeUnit, bodies: Collection[BodyId]) -> Mapping[BodyId, datetime]:
    """Return when each of some bodies was last heard in any way: by its control, its data or its receipts.

    Leases count its control alone (docs/rules/disclosure.md D4). Source: docs/rules/exchange.md X40.
    """
    control, came = view.bodies.heard(), view.inbox.last_came(bodies)
    return {
        body: max(one for one in (control.get(body), came.get(body)) if one is not None)
        for body in bodies
        if body in control or body in came
    }


class Reach(StrEnum):
    """By how they are reached, to which bodies a list is narrowed."""

    TROUBLE = "trouble"
    """Its line was last tried in vain."""
    SILENT = "silent"
    """Copies of its records are hidden here, or soon will be, because it is not heard."""
    NEVER_HEARD = "never_heard"


def _reached(node: Node, arguments: Arguments) -> frozenset[str] | None:
    if not arguments.optional_text("reach"):
        return None
    reach = arguments.choice("reach", Reach)
    if reach is Reach.SILENT:
        return frozenset(str(one.source) for one in node.records.silent_sources(timedelta(hours=WITHIN_HOURS)))
    with node.exchange.open_view() as view:
        if reach is Reach.TROUBLE:
            return frozenset(map(str, view.outbox.failing()))
        own, bodies = view.bodies.own().id, view.bodies.bodies()
        heard = last_heard(view, [body.id for body in bodies])
        return frozenset(str(body.id) for body in bodies if body.id not in heard and body.id != own)


def _narrowed(*found: frozenset[str] | None) -> frozenset[str] | None:
    """Return whoever is in each of the sets that there are; None where there is none."""
    there = [one for one in found if one is not None]
    return frozenset.intersection(*there) if there else None


def _members(node: Node, arguments: Arguments, names: Names, on: date) -> frozenset[str] | None:
    """Return the bodies of the group that the question is narrowed to, as of the day; None where it names none."""
    wanted = arguments.optional_text("group")
    if not wanted:
        return None
    group = named_group(node, names, wanted)
    return frozenset(str(body) for status in MembershipStatus for body in resolve_group(group, status, on))


def _groups(node: Node, arguments: Arguments) -> JsonObject:
    """List the groups with how many bodies stand in each on a day, and not with their entries."""
    names, on = names_of(node), arguments.day("on", node.clock.now().date())
    with node.disclosure.open_unit() as unit:
        groups = unit.bodies.groups()
    lines: list[Json] = [
        {
            "id": group.id,
            "name": group.name,
            "title": group.title,
            "keeper": names.ref(group.keeper),
            "version": group.version,
            "counts": {status.value: len(resolve_group(group, status, on)) for status in MembershipStatus},
        }
        for group in groups
    ]
    return {"on": on.isoformat(), "groups": lines}


def _places(node: Node, arguments: Arguments) -> JsonObject:
    names, on = names_of(node), arguments.day("on", node.clock.now().date())
    body = names.body(arguments.text("body"), "body")
    with node.disclosure.open_unit() as unit:
        groups = unit.bodies.groups()
        listed = list_of(body) if on >= node.clock.now().date() else unit.bodies.units_on(on).get(body.id)
    places: list[Json] = [
        {
            "keeper": names.ref(group.keeper),
            "name": group.name,
            "title": group.title,
            "status": entry.status.value,
            "since": entry.since.isoformat(),
            "document": entry.document,
        }
        for group, entry in places_of(body, groups, on)
    ]
    said_at = None if listed is None else to_json(listed.since)
    return {"on": on.isoformat(), "places": places, "units_said_at": said_at}


def named_group(node: Node, names: Names, wanted: str) -> Group:
    """Return a group by its name, `CODE/name`; raise Invalid for one that is not known here."""
    reference = names.group(wanted).group
    with node.disclosure.open_unit() as unit:
        group = unit.bodies.group(reference)
    if group is None:
        raise Invalid(
            "The field group names nothing that is known here.",
            field="group",
            why=f"No group here is called «{wanted[:60]}».",
            do="Look it up with «entente group list», and write it as it stands there.",
        )
    return group


def _line(body: Body, names: Names, on: date, units: int) -> JsonObject:
    return {
        "id": body.id,
        "code": body.code,
        "name": name_on(body, on),
        "kind": body.kind.value,
        "country": body.country,
        "units": units,
        "is_own": body.id == names.own.id,
        "succeeded_by": names.code(body.succeeded_by) if body.succeeded_by else "",
        "is_reached": bool(body.addresses or body.relays),
    }


def units_on(node: Node, on: date) -> Callable[[Body], tuple[Unit, ...]]:
    """Return what gives the units that a body had on a day; today, and later, those that it says now.

    Source: docs/rules/bodies.md B18.
    """
    if on >= node.clock.now().date():
        return lambda body: body.units
    with node.disclosure.open_unit() as unit:
        lists = unit.bodies.units_on(on)
    return lambda body: lists[body.id].units if body.id in lists else ()


def offset_and_limit(arguments: Arguments) -> tuple[int, int]:
    """Return where a page begins and how many lines it has."""
    return (
        arguments.integer("offset", default=0, least=0, most=OFFSET_MAX),
        arguments.integer("limit", default=LIMIT, least=1, most=PAGE_MAX),
    )


def where(page: Found[object]) -> JsonObject:
    """Return where a page stands among what was found, and where the next one begins; None after the last."""
    after = page.offset + len(page.shown)
    return {"of": page.of, "offset": page.offset, "next_offset": after if after < page.of else None}


VERBS: tuple[Verb, ...] = (
    verb(
        "directory_find", _find, "Find bodies as the directory stood on a day, a page at a time.",
        "text", "kind", "country", "group", "reach", "on", "offset", "limit",
    ),
    verb("group_lines", _groups, "List the groups with how many stand in each on a day.", "on"),
    verb("body_places", _places, "Say in which groups a body stands on a day, and when it said the units it had then.",
         "body", "on"),
)  # fmt: skip
