"""The verbs of an officer's desk: what waits for them, and one request for leave."""

from __future__ import annotations

from entente.correspondence.model import Way
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_json
from entente.kernel.errors import NotFound
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.correspondence import LIST_MAX
from entente.verbs.references import names_of
from entente.verbs.shown_items import envelope_shown, hit_shown, permission_shown
from entente.verbs.verb import Verb, verb


def _show_permission(node: Node, arguments: Arguments) -> JsonObject:
    with node.correspondence.open_view() as unit:
        found = unit.correspondence.permission(arguments.text("id"))
    if found is None:
        raise NotFound
    return {"permission": permission_shown(node, *found, names_of(node))}


def _waiting(node: Node, arguments: Arguments) -> JsonObject:
    limit = arguments.integer("limit", default=50, least=1, most=LIST_MAX)
    names, waiting = names_of(node), node.correspondence.waiting(arguments.officer(), limit)
    return {
        "hits": [hit_shown(node, way, hit, names) for way, hit in waiting.hits],
        "permissions": [permission_shown(node, Way.RECEIVED, one, names) for one in waiting.permissions],
        "messages": [
            {**envelope_shown(node, Way.RECEIVED, one, names), "due_at": to_json(due)} for one, due in waiting.messages
        ],
    }


VERBS: tuple[Verb, ...] = (
    verb("waiting_list", _waiting, "List what waits for an officer, the oldest first.", "officer", "limit"),
    verb("permission_show", _show_permission, "Show a request for leave.", "id"),
)
