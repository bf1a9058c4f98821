"""The verbs of a message that went to several: how it stands at each of them, and its recall from all or some."""

from __future__ import annotations

from entente.correspondence.together import AtAddressee, Together
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.arguments import Arguments, looking
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb


def _addressees(node: Node, arguments: Arguments) -> JsonObject:
    found = node.correspondence.message_at_each(arguments.text("id"), looking(arguments))
    return _shown(found, names_of(node))


def _recall(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    named = arguments.given.get("bodies") is not None
    bodies = names.body_ids(arguments.texts("bodies"), "bodies") if named else None
    officer, message, reason = arguments.officer(), arguments.text("id"), arguments.text("reason")
    return _shown(node.correspondence.recall_several(officer, message, reason, bodies), names)


def _shown(found: Together, names: Names) -> JsonObject:
    listed = sorted(found.addressees, key=lambda one: (not one.is_for_action, names.code(one.body)))
    addressees: list[Json] = [_addressee(one, names) for one in listed]
    counts: JsonObject = {standing.value: count for standing, count in found.counts().items()}
    return {"id": found.of, "of": len(addressees), "counts": counts, "addressees": addressees}


def _addressee(one: AtAddressee, names: Names) -> JsonObject:
    return {
        "message": one.message,
        "body": names.ref(one.body),
        "for_action": one.is_for_action,
        "standing": one.standing.value,
        "at": None if one.at is None else to_json(one.at),
        "reason": names.readable(one.reason),
        "opened": one.is_opened,
        "opened_at": None if one.opened_at is None else to_json(one.opened_at),
        "recall": None if one.recall is None else to_object(one.recall),
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "message_addressees", _addressees, "Say how a message that went to several stands at each of them.", "officer", "id"
    ),
    verb(
        "message_recall_several", _recall, "Take back a message that went to several, from all of them or from some.",
        "officer", "id", "reason", "bodies",
    ),
)  # fmt: skip
