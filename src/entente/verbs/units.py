"""The verbs about what a body lets its units see: look, preview, propose, confirm or refuse."""

from __future__ import annotations

from collections.abc import Iterable

from entente.bodies.model import Officer
from entente.bodies.unit_limits import Bound, LimitsSet, UnitLimits
from entente.disclosure.limiting import Limiting, UnitSeen
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.codec import to_json
from entente.node import Node
from entente.records.unit_preview import preview_limits
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

LIMITS = ("kinds", "sources", "instruments", "purposes", "crime_areas", "confidentiality", "marks", "acts_up_to")
"""The fields of limits; one that is not given limits nothing."""


def _list(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    seen = _limiting(node).units_seen(arguments.officer())
    lines: list[Json] = [
        {
            "unit": _unit(one),
            "limits": None if one.standing is None else limits_shown(one.standing.limits, names),
            "since": None if one.standing is None else to_json(one.standing.since),
            "officers": len(one.officers),
            "waiting": None if one.waiting is None else set_shown(one.waiting, names),
            "coming": len(one.coming),
        }
        for one in seen
    ]
    return {"units": lines}


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names, on = names_of(node), arguments.day("on", node.clock.now().date())
    seen = _limiting(node).unit_seen(arguments.officer(), arguments.text("unit"), on)
    return {
        "on": on.isoformat(),
        "unit": _unit(seen),
        "limits": None if seen.standing is None else set_shown(seen.standing, names),
        "binding": [_bound(one, seen, names) for one in seen.binding],
        "coming": [set_shown(one, names) for one in seen.coming],
        "waiting": None if seen.waiting is None else set_shown(seen.waiting, names),
        "history": [set_shown(one, names) for one in seen.history],
        "officers": _officers(seen.officers),
    }


def _preview(node: Node, arguments: Arguments) -> JsonObject:
    names, unit = names_of(node), arguments.text("unit")
    limits = _limits(arguments, names)
    account = arguments.optional_text("account")
    found = preview_limits(node.records, _limiting(node), arguments.officer(), unit, limits, account)
    return {
        "unit": unit,
        "limits": limits_shown(limits, names),
        "officers": _officers(found.officers),
        "roles": [*sorted(found.roles)],
        "kinds": [{"kind": one.kind, "now": one.now, "then": one.then} for one in found.kinds],
        "lost": found.lost,
        "gained": found.gained,
    }


def _propose(node: Node, arguments: Arguments) -> JsonObject:
    names, since = names_of(node), arguments.optional_text("since")
    made = _limiting(node).propose(
        arguments.officer(),
        arguments.text("unit"),
        _limits(arguments, names),
        arguments.text("reason"),
        parse_time(since, "since") if since else None,
    )
    return {"set": set_shown(made, names)}


def _confirm(node: Node, arguments: Arguments) -> JsonObject:
    return _decided(node, arguments, is_confirmed=True)


def _refuse(node: Node, arguments: Arguments) -> JsonObject:
    return _decided(node, arguments, is_confirmed=False)


def _decided(node: Node, arguments: Arguments, *, is_confirmed: bool) -> JsonObject:
    decided = _limiting(node).decide(arguments.officer(), arguments.text("id"), is_confirmed=is_confirmed)
    return {"set": set_shown(decided, names_of(node))}


def _limiting(node: Node) -> Limiting:
    return Limiting(node.directory, node.disclosure)


def _limits(arguments: Arguments, names: Names) -> UnitLimits:
    """Return the limits that were given; a field that was not given limits nothing, and one given empty is refused later."""

    def codes(name: str) -> frozenset[str] | None:
        return frozenset(arguments.texts(name)) if arguments.given.get(name) is not None else None

    sources, instruments = codes("sources"), codes("instruments")
    return UnitLimits(
        kinds=codes("kinds"),
        sources=None if sources is None else names.body_ids(sources, "sources"),
        instruments=None
        if instruments is None
        else frozenset(names.instrument(one, "instruments").instrument.id for one in instruments),
        purposes=codes("purposes"),
        crime_areas=codes("crime_areas"),
        confidentiality=arguments.optional_text("confidentiality"),
        marks=codes("marks"),
        acts_up_to=arguments.optional_text("acts_up_to"),
    )


def limits_shown(limits: UnitLimits, names: Names) -> JsonObject:
    """Return limits as an answer has them: null, and empty text, for what is not limited."""

    def listed(codes: Iterable[str] | None) -> Json:
        return None if codes is None else [*sorted(codes)]

    return {
        "kinds": listed(limits.kinds),
        "sources": None if limits.sources is None else [names.ref(one) for one in sorted(limits.sources)],
        "instruments": None
        if limits.instruments is None
        else [{"id": one, "name": names.instrument_name(one)} for one in sorted(limits.instruments)],
        "purposes": listed(limits.purposes),
        "crime_areas": listed(limits.crime_areas),
        "confidentiality": limits.confidentiality,
        "marks": listed(limits.marks),
        "acts_up_to": limits.acts_up_to,
        "is_open": limits.is_open,
    }


def set_shown(one: LimitsSet, names: Names) -> JsonObject:
    """Return what was proposed for a unit, and what became of it."""
    return {
        "id": one.id,
        "unit": one.unit,
        "limits": limits_shown(one.limits, names),
        "reason": one.reason,
        "since": to_json(one.since),
        "proposed_by": one.proposed_by,
        "proposed_at": to_json(one.proposed_at),
        "decided_by": one.decided_by or "",
        "decided_at": to_json(one.decided_at),
        "state": "waiting" if one.is_open else "confirmed" if one.is_confirmed else "refused",
    }


def _bound(one: Bound, seen: UnitSeen, names: Names) -> JsonObject:
    named = {unit.id: unit.name for unit in seen.units}
    return {
        "unit": one.unit,
        "name": named.get(one.unit, one.unit),
        "since": to_json(one.since),
        "limits": limits_shown(one.limits, names),
    }


def _unit(seen: UnitSeen) -> JsonObject:
    unit = seen.unit
    named = {one.id: one.name for one in seen.units}
    return {
        "id": unit.id,
        "name": unit.name,
        "kind": unit.kind.value,
        "territory": unit.territory,
        "parent": unit.parent or "",
        "under": named.get(unit.parent or "", ""),
        "is_listed": seen.is_listed,
    }


def _officers(officers: Iterable[Officer]) -> list[Json]:
    return [
        {"id": one.id, "roles": [*sorted(one.roles)], "unit": one.unit, "is_machine": one.is_machine}
        for one in officers
    ]


VERBS: tuple[Verb, ...] = (
    verb("unit_limits_list", _list, "List the units of ours that have limits, had some, or for which some wait.", "officer"),
    verb("unit_limits_show", _show,
         "Show what a unit's officers may see, or might on a day, by whom it was decided, and what was before.",
         "officer", "unit", "on"),
    verb("unit_limits_preview", _preview, "Count by kind what a unit's officers would see no more under other limits.",
         "officer", "unit", "account", *LIMITS, is_long=True),
    verb("unit_limits_propose", _propose, "Propose what a unit's officers may see at most; another officer confirms it.",
         "officer", "unit", "reason", "since", *LIMITS),
    verb("unit_limits_confirm", _confirm, "Confirm what another officer proposed for a unit.", "officer", "id"),
    verb("unit_limits_refuse", _refuse, "Refuse what was proposed for a unit, or take one's own proposal back.",
         "officer", "id"),
)  # fmt: skip
