"""The verbs of a restored node: how far others have answered, ask now, end without some."""

from __future__ import annotations

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json
from entente.kernel.state import NodeMode
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb


def _show(node: Node, _: Arguments) -> JsonObject:
    names = names_of(node)
    state, answers = node.recovery.standing()
    known = {one.peer: one for one in answers}
    peers: list[Json] = []
    for body in sorted(names.bodies.values(), key=lambda one: one.code):
        answer = known.get(body.id)
        if body.id != names.own.id:
            peers.append(
                {
                    "body": names.ref(body.id),
                    "is_done": answer is not None and answer.is_done,
                    "given_back": 0 if answer is None else answer.given_back,
                    "why": "not asked yet" if answer is None else names.readable(answer.why),
                }
            )
    return {
        "takes_back": state.mode is NodeMode.TAKING_BACK,
        "restored_at": to_json(state.restored_at),
        "trail_rows": state.restored_from_trail_size,
        "peers": peers,
    }


def _ask(node: Node, arguments: Arguments) -> JsonObject:
    node.recovery.ask()
    return _show(node, arguments)


def _finish(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    missing = node.recovery.finish(arguments.officer())
    return {**_show(node, arguments), "without": [names.ref(body) for body in missing]}


VERBS: tuple[Verb, ...] = (
    verb("recovery_show", _show, "Say how far other bodies have given back what a restored backup forgot."),
    verb("recovery_ask", _ask, "Ask those that have not answered, now."),
    verb("recovery_finish", _finish, "End taking back without those that did not answer.", "officer"),
)
