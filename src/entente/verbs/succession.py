"""The verbs of a body that stands in another's place: look at who waits to be accepted, accept, refuse.

Source: docs/rules/bodies.md B14.
"""

from __future__ import annotations

from entente.agreements.channel import members_now
from entente.bodies.authority import authorise
from entente.bodies.finding import places_of
from entente.bodies.model import Body
from entente.bodies.succession import claims, rival_of, standing_proposal
from entente.disclosure.ports import DisclosureUnit
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.bodies import entry_shown
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb


def _list(node: Node, arguments: Arguments) -> JsonObject:
    """List the bodies that name an earlier one as the one they replace, each beside that one, with how far it came here."""
    names, now = names_of(node), node.clock.now()
    with node.directory.open_unit() as asked:
        authorise(
            asked,
            arguments.officer(),
            "accept_successor",
            subject=names.own.id,
            now=now,
            lists=node.lists,
            record=node.directory.record,
        )
    with node.disclosure.open_unit() as unit:
        found = list(claims(names.bodies.values(), names.own.id))
        shown: list[Json] = [_claim(node, unit, new, old, names) for new, old in found]
    return {"claims": shown}


def _claim(node: Node, unit: DisclosureUnit, new: Body, old: Body, names: Names) -> JsonObject:
    today = node.clock.now().date()
    known = unit.bodies.succession(old.id)
    waits, refused = standing_proposal(known, new), new.not_accepted
    rival = rival_of(known, new, None if known is None else unit.bodies.body(known.new))
    earlier_heads = {head for keys in old.keys for head in keys.root_keys}
    places = places_of(old, unit.bodies.groups(), today)
    return {
        "successor": entry_shown(new, names),
        "for": entry_shown(old, names),
        "heads_in_common": len(earlier_heads & set(new.current_keys.root_keys)),
        "proposed_by": "" if waits is None else waits.proposed_by,
        "proposed_at": None if waits is None else to_json(waits.proposed_at),
        "rival": None if rival is None else {**names.ref(rival.new), "proposed_by": rival.proposed_by},
        "refused_by": "" if refused is None else refused.by,
        "refused_at": None if refused is None else to_json(refused.at),
        "refusal": "" if refused is None else refused.reason,
        "instruments": [
            {"id": state.instrument.id, "name": state.instrument.name, "title": state.instrument.title}
            for state in names.instruments.values()
            if old.id in members_now(unit, state.instrument, today)
        ],
        "groups": [{"name": f"{names.code(group.keeper)}/{group.name}", "title": group.title} for group, _ in places],
    }


def _accept_successor(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    new, old = names.body(arguments.text("body"), "body"), names.body(arguments.text("for"), "for")
    seen = arguments.optional_text("seen_proposer") if "seen_proposer" in arguments.given else None
    found = node.agreements.accept_successor(arguments.officer(), new.id, old.id, seen)
    return {
        "successor": names.ref(new.id),
        "for": names.ref(old.id),
        "proposed_by": found.proposed_by,
        "confirmed_by": found.confirmed_by,
        "is_accepted": found.confirmed_by is not None,
    }


def _refuse_successor(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    new, old = names.body(arguments.text("body"), "body"), names.body(arguments.text("for"), "for")
    refused = node.agreements.refuse_successor(arguments.officer(), new.id, old.id, arguments.text("reason"))
    return {
        "successor": names.ref(new.id),
        "for": names.ref(old.id),
        "refused_by": refused.by,
        "refused_at": to_json(refused.at),
        "refusal": refused.reason,
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "successor_list", _list, "List the bodies that wait to be accepted in another's place, each beside the earlier one.",
        "officer",
    ),
    verb(
        "successor_accept", _accept_successor, "Accept a body in another's place: one officer proposes, another confirms.",
        "officer", "body", "for", "seen_proposer",
    ),
    verb(
        "successor_refuse", _refuse_successor, "Refuse a body in another's place, or take one's own proposal back.",
        "officer", "body", "for", "reason",
    ),
)  # fmt: skip
