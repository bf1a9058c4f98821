"""The verbs of calls: which there are, and taking one."""

from __future__ import annotations

from entente.duty.calls import Call
from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.codec import to_json
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.verb import Verb, verb

LIST_MAX = 200
"""Calls in one list; a screen holds about 50."""


def _list(node: Node, arguments: Arguments) -> JsonObject:
    limit = arguments.integer("limit", default=50, least=1, most=LIST_MAX)
    before = arguments.integer("before", default=INTEGER_MAX, least=1, most=INTEGER_MAX)
    found = node.duty.calling.latest(arguments.officer(), limit, before)
    return {
        "calls": [_call(one) for one in found],
        "next_before": found[-1].number if len(found) == limit else None,
        "gateway": node.settings.paging,
        "trouble": node.duty.calling.trouble,
    }


def _acknowledge(node: Node, arguments: Arguments) -> JsonObject:
    number = arguments.integer("number", default=0, least=1, most=INTEGER_MAX)
    return {"call": _call(node.duty.calling.acknowledge(arguments.officer(), number))}


def _call(call: Call) -> JsonObject:
    steps: list[Json] = [
        {
            "officer": step.officer,
            "function": step.function.value,
            "state": step.state.value,
            "begun_at": to_json(step.begun_at),
            "tries": step.tries,
        }
        for step in call.steps
    ]
    return {
        "number": call.number,
        "item": call.needed.item,
        "kind": call.needed.kind.value,
        "ground": call.needed.ground.value,
        "urgency": call.needed.urgency,
        "due_at": to_json(call.needed.due_at),
        "raised_at": to_json(call.raised_at),
        "state": call.state.value,
        "acknowledged_by": call.acknowledged_by,
        "closed_at": to_json(call.closed_at),
        "steps": steps,
    }


VERBS: tuple[Verb, ...] = (
    verb("call_list", _list, "List the newest calls, each with who was called.", "officer", "limit", "before"),
    verb("call_acknowledge", _acknowledge, "Take a call: nobody else is called for that thing.", "officer", "number"),
)
