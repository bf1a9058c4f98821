"""The verbs of an officer's desk: what waits for them, and one request for leave."""

from __future__ import annotations

from entente.correspondence.desk import case_of
from entente.correspondence.model import Way
from entente.correspondence.unsettled import Unsettled
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_json
from entente.node import Node
from entente.verbs.arguments import Arguments, looking
from entente.verbs.case_items import decisions_shown, task_shown
from entente.verbs.correspondence import LIST_MAX
from entente.verbs.references import Names, names_of
from entente.verbs.shown_items import envelope_shown, failure_shown, hit_shown, permission_shown, unsettled_shown
from entente.verbs.verb import Verb, verb


def _show_permission(node: Node, arguments: Arguments) -> JsonObject:
    officer, names = looking(arguments), names_of(node)
    found = node.correspondence.permission(arguments.text("id"), officer)
    decided = node.correspondence.bases_of_item(found[1].header.id, officer)
    return {"permission": permission_shown(node, *found, names), "decisions": decisions_shown(node, decided, names)}


def _waiting(node: Node, arguments: Arguments) -> JsonObject:
    limit = arguments.integer("limit", default=50, least=1, most=LIST_MAX)
    names, waiting = names_of(node), node.correspondence.waiting(arguments.officer(), limit)
    came = [hit.header.id for way, hit in waiting.hits if way is Way.RECEIVED]
    came += [one.header.id for one in waiting.permissions] + [one.header.id for one, _ in waiting.messages]
    steps = node.correspondence.steps_of_each(came) if came else {}
    return {
        "hits": [hit_shown(node, way, hit, names, steps) for way, hit in waiting.hits],
        "permissions": [permission_shown(node, Way.RECEIVED, one, names, steps) for one in waiting.permissions],
        "messages": [
            {**envelope_shown(node, Way.RECEIVED, one, names, steps), "due_at": to_json(due)}
            for one, due in waiting.messages
        ],
        "failed": [
            {**envelope_shown(node, Way.SENT, one, names), "failure": failure_shown(node, one, names)}
            for one in waiting.failed
        ],
        "tasks": [task_shown(one) for one in waiting.tasks],
    }


def _unsettled(node: Node, arguments: Arguments) -> JsonObject:
    limit = arguments.integer("limit", default=50, least=1, most=LIST_MAX)
    names = names_of(node)
    return {
        "items": [
            {**unsettled_shown(one, names), **_item_shown(one, names)}
            for one in node.correspondence.unsettled(arguments.officer(), limit)
        ]
    }


def _item_shown(one: Unsettled, names: Names) -> JsonObject:
    header = one.item.header
    return {
        "id": header.id,
        "record": one.item.record,
        "name": names.record_name(one.item.record),
        "case": case_of(one.way, header),
    }


def _unsettled_of(node: Node, arguments: Arguments) -> JsonObject:
    names, officer = names_of(node), looking(arguments)
    found = node.correspondence.unsettled_of(arguments.text("id"), officer)
    return {"became": [unsettled_shown(one, names) for one in found]}


def _settle(node: Node, arguments: Arguments) -> JsonObject:
    officer, item = arguments.officer(), arguments.text("id")
    node.correspondence.settle(officer, item)
    names = names_of(node)
    return {"became": [unsettled_shown(one, names) for one in node.correspondence.unsettled_of(item, officer)]}


VERBS: tuple[Verb, ...] = (
    verb(
        "waiting_list",
        _waiting,
        "List what waits for an officer, the oldest first, of messages for action the most pressing.",
        "officer",
        "limit",
    ),
    verb("permission_show", _show_permission, "Show a request for leave.", "officer", "id"),
    verb(
        "unsettled_list",
        _unsettled,
        "List the hits, requests and answers of which an officer is to know that they did not arrive or rest on nothing.",
        "officer",
        "limit",
    ),
    verb(
        "unsettled_show",
        _unsettled_of,
        "Show what became of a hit or a request that waits for nobody.",
        "officer",
        "id",
    ),
    verb("unsettled_settle", _settle, "Say that it is known what became of a hit or a request.", "officer", "id"),
)
