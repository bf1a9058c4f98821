"""The verbs by which officers keep our own list of units: one looked at, a change foreseen, and the list said anew."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from entente.bodies.model import Unit, UnitKind
from entente.bodies.own_units import Change, ListForeseen, OwnUnits, added, changed, ended, replaced, said_again
from entente.bodies.statements import DirectoryKind, NewUnits
from entente.bodies.unit_list import version_of
from entente.bodies.unit_past import said_at
from entente.bodies.unit_rules import check_units
from entente.cases.of_units import open_cases_of
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import from_json, to_json, to_object
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import decode_bytes
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb

TOLD_MAX: Final = 100
"""Units told one by one of those that are added, changed or gone, and of those that something hangs on. Others are counted."""
NAMED_MAX: Final = 20
"""Officers, and cases, told one by one of a unit; the others are counted."""

_PLACE: Final = re.compile(r"units\[([0-9]+)\]\.([a-z]+)$")
"""How a field of one unit of a list is named."""


class ChangeKind(StrEnum):
    """How a list is changed."""

    ADD = "add"
    CHANGE = "change"
    END = "end"
    FILE = "file"
    """Another list, whole."""
    EARLIER = "earlier"
    """One that was said before."""


def _own(node: Node, arguments: Arguments) -> JsonObject:
    own, wanted = names_of(node).own, arguments.optional_text("id")
    found = next((one for one in own.units if one.id == wanted), None)
    if wanted and found is None:
        raise NotFound
    return {
        "version": version_of(own.units),
        "said_at": to_json(said_at(own, DirectoryKind.UNITS)),
        "units": len(own.units),
        "unit": None if found is None else to_object(found),
    }


def _preview(node: Node, arguments: Arguments) -> JsonObject:
    by, now = arguments.officer(), node.clock.now()
    foreseen = OwnUnits(node.directory).foresee(by, _change(node, arguments))
    told = foreseen.change
    with node.duty.roster.open_view() as view:
        cases = open_cases_of(view, told.gone, by, now, node.lists)
    concerned = (
        *(one for one in told.gone if one.id in foreseen.officers or one.id in foreseen.limited or one.id in cases),
        *(one for one in told.added if one.id in foreseen.officers or one.id in foreseen.limited),
    )
    gone = {one.id for one in told.gone}
    return {
        "version": foreseen.version,
        "before": len(foreseen.before),
        "after": len(foreseen.after),
        "is_same": foreseen.before == foreseen.after,
        "decision": to_object(foreseen.decision),
        "added": _listed(told.added, foreseen.after),
        "added_of": len(told.added),
        "changed": [
            {"before": _line(then, foreseen.before), "after": _line(now, foreseen.after)}
            for then, now in told.changed[:TOLD_MAX]
        ],
        "changed_of": len(told.changed),
        "gone": _listed(told.gone, foreseen.before),
        "gone_of": len(told.gone),
        "touched": [
            {
                "id": one.id,
                "name": one.name,
                "is_gone": one.id in gone,
                "officers": [*foreseen.officers.get(one.id, ())[:NAMED_MAX]],
                "officers_of": len(foreseen.officers.get(one.id, ())),
                "has_limits": one.id in foreseen.limited,
                "cases": [{"number": case.number, "title": case.title} for case in cases.get(one.id, ())[:NAMED_MAX]],
                "cases_of": len(cases.get(one.id, ())),
            }
            for one in concerned[:TOLD_MAX]
        ],
        "touched_of": len(concerned),
        "bound": _bound(foreseen),
        "bound_of": len(foreseen.bound),
        "contacts": [*foreseen.contacts],
    }


def _keep(node: Node, arguments: Arguments) -> JsonObject:
    said = OwnUnits(node.directory).say(arguments.officer(), _change(node, arguments), arguments.text("version"))
    return {
        "version": version_of(said.units),
        "said_at": to_json(said_at(said, DirectoryKind.UNITS)),
        "units": len(said.units),
    }


def _change(node: Node, arguments: Arguments) -> Change:
    kind = arguments.choice("change", ChangeKind)
    match kind:
        case ChangeKind.ADD:
            return added(_unit(arguments))
        case ChangeKind.CHANGE:
            return changed(_unit(arguments))
        case ChangeKind.END:
            return ended(arguments.text("id"))
        case ChangeKind.FILE:
            return replaced(_in_place(node, arguments))
        case ChangeKind.EARLIER:
            return said_again(arguments.moment("since", node.clock.now()))


def units_of_file(node: Node, arguments: Arguments) -> tuple[Unit, ...]:
    """Return the units of a file of all of them, as every way to say the list reads it."""
    document = node.files.document(decode_bytes(arguments.text("data"), "data"), "units")
    return from_json(NewUnits, document, "units").units


def _in_place(node: Node, arguments: Arguments) -> tuple[Unit, ...]:
    """Return the units of a file; raise Invalid that names by its number, from 1, the one that is not as it should be."""
    try:
        return check_units(units_of_file(node, arguments))
    except Invalid as error:
        if (place := _PLACE.search(error.field)) is None:
            raise
        raise Invalid(
            f"The list does not hold together at its unit {int(place[1]) + 1} ({place[2]}).",
            field="data",
            why=error.why,
            do="Mend this unit in the list, and send it again.",
        ) from error


def _unit(arguments: Arguments) -> Unit:
    return Unit(
        id=arguments.text("id"),
        kind=arguments.choice("kind", UnitKind),
        name=arguments.text("name"),
        territory=arguments.optional_text("territory"),
        parent=arguments.optional_text("parent") or None,
    )


def _listed(some: Iterable[Unit], units: tuple[Unit, ...]) -> list[Json]:
    return [_line(one, units) for one in [*some][:TOLD_MAX]]


def _line(unit: Unit, units: tuple[Unit, ...]) -> JsonObject:
    above = next((one.name for one in units if one.id == unit.parent), "") if unit.parent is not None else ""
    return {**to_object(unit), "under": above}


def _bound(foreseen: ListForeseen) -> list[Json]:
    named = {one.id: one.name for one in foreseen.after}
    return [
        {"id": unit, "name": named[unit], "by": [{"id": one.unit, "name": named[one.unit]} for one in bounds]}
        for unit, bounds in [*foreseen.bound.items()][:TOLD_MAX]
    ]


_CHANGED: Final = ("change", "id", "kind", "name", "territory", "parent", "data", "since")

VERBS: tuple[Verb, ...] = (
    verb("unit_own", _own, "Say which version of our list of units stands, and show one of them.", "id"),
    verb("unit_preview", _preview, "Say what a change of our list of units would do.", "officer", *_CHANGED),
    verb("unit_keep", _keep, "Change our list of units, and tell every body.", "officer", *_CHANGED, "version"),
)
