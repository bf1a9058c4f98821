"""The verbs of national law: orders entered and what they change, what officers may task, a measure tasked."""

from __future__ import annotations

from entente.bodies.law_changes import LawChange, LawDay, version_of
from entente.bodies.model import NationalOrder
from entente.bodies.powers import TASK_MEASURE, MeasureLaw, may_act
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import from_json, to_object
from entente.kernel.signing import decode_bytes
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.verb import Verb, verb


def _enter_order(node: Node, arguments: Arguments) -> JsonObject:
    order = _order(node, arguments)
    node.directory.law.enter(arguments.officer(), order, _seen(arguments))
    return {"order": to_object(order), "version": version_of(order)}


def _preview_order(node: Node, arguments: Arguments) -> JsonObject:
    foreseen = node.directory.law.foresee(arguments.officer(), _order(node, arguments), _seen(arguments))
    return {
        "order": to_object(foreseen.order),
        "before": to_object(foreseen.known) if foreseen.known is not None else None,
        "version_before": version_of(foreseen.known),
        "days": [_day(one) for one in foreseen.days],
        "officers": foreseen.officers,
    }


def _order(node: Node, arguments: Arguments) -> NationalOrder:
    document = node.files.document(decode_bytes(arguments.text("data"), "data"), "order")
    return from_json(NationalOrder, document, "order")


def _seen(arguments: Arguments) -> str | None:
    return arguments.optional_text("version") or None


def _day(one: LawDay) -> JsonObject:
    return {"on": one.on.isoformat(), "changes": [_change(change) for change in one.changes]}


def _change(one: LawChange) -> JsonObject:
    return {"measure": one.before.measure, "before": _law(one.before), "after": _law(one.after)}


def _law(one: MeasureLaw) -> JsonObject:
    given: list[Json] = [to_object(basis) for basis in one.given]
    return {"given": given, "routed_to": one.routed_to}


def _orders(node: Node, _: Arguments) -> JsonObject:
    with node.disclosure.open_unit() as unit:
        orders = unit.bodies.orders()
    versions: dict[str, Json] = {one.reference: version_of(one) for one in orders}
    return {"orders": [to_object(order) for order in orders], "versions": versions}


def _may(node: Node, arguments: Arguments) -> JsonObject:
    officer, measure = arguments.officer(), arguments.text("measure")
    with node.disclosure.open_unit() as unit:
        decision = may_act(
            unit.bodies.officer(officer),
            TASK_MEASURE,
            node.clock.now(),
            roles=node.lists.roles,
            orders=unit.bodies.orders(),
            measure=measure,
            measures=node.lists.measures,
        )
    return {"officer": officer, "measure": measure, "decision": to_object(decision)}


def _task(node: Node, arguments: Arguments) -> JsonObject:
    measure, subject = arguments.text("measure"), arguments.text("subject")
    decision = node.directory.law.task(arguments.officer(), measure, subject, arguments.optional_text("case"))
    return {"measure": measure, "subject": subject, "decision": to_object(decision)}


VERBS: tuple[Verb, ...] = (
    verb("order_enter", _enter_order, "Enter a national order from its file.", "officer", "data", "version"),
    verb(
        "order_preview",
        _preview_order,
        "Say what a national order would change of what officers may do.",
        "officer",
        "data",
        "version",
    ),
    verb("order_list", _orders, "List the national orders entered here."),
    verb("measure_may", _may, "Say whether an officer may task a measure, and why.", "officer", "measure"),
    verb("measure_task", _task, "Task an operational measure.", "officer", "measure", "subject", "case"),
)
