"""The verbs of correspondence: messages, hits, leave, forwarding, and asking a source for one record."""

from __future__ import annotations

from datetime import timedelta

from entente.correspondence.desk import About
from entente.correspondence.hits import Finding
from entente.correspondence.messages import Letter
from entente.correspondence.model import Header, Hit, Message, PermissionRequest, Step, Way
from entente.correspondence.permissions import Wish
from entente.handling.model import DisclosureAct
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import Invalid, NotFound
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

LIST_MAX = 200
"""Items in one list; a screen holds about 50."""
SCORE_MAX = 1_000
VERSION_MAX = 2**31
LEAVE_DAYS_MAX = 366
"""Leave for longer than a year is asked for again."""
ABOUT = ("purpose", "crime_area", "case", "instrument")


def _send_message(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    letter = Letter(
        arguments.text("subject"),
        arguments.text("text"),
        arguments.optional_text("urgency", "normal"),
        arguments.flag("for_action"),
        arguments.optional_text("answers"),
    )
    message = node.correspondence.send_message(
        arguments.officer(),
        names.body(arguments.text("to"), "to").id,
        names.instrument(arguments.text("instrument")).instrument.id,
        letter,
        case=arguments.optional_text("case"),
        your_reference=arguments.optional_text("your_reference"),
    )
    return {"message": _message(node, Way.SENT, message, names)}


def _messages(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    limit, before = limit_of(arguments), arguments.optional_text("before")
    found = node.correspondence.messages(limit, arguments.optional_text("case"), before)
    # A list says what there is to read; reading is an act of its own (docs/rules/correspondence.md M20).
    return {
        "messages": [_outside(node, way, message, names) for way, message in found],
        "next_before": found[-1][1].header.id if len(found) == limit else None,
    }


def _show_message(node: Node, arguments: Arguments) -> JsonObject:
    if arguments.optional_text("officer"):
        return _open_message(node, arguments)
    message, way = _kept_message(node, arguments.text("id"))
    if way is Way.RECEIVED and message.text:
        return {"message": {**_message(node, way, message, names_of(node)), "text": None}}
    return {"message": _message(node, way, message, names_of(node))}


def _kept_message(node: Node, wanted: str) -> tuple[Message, Way]:
    with node.correspondence.open_unit() as unit:
        message = unit.correspondence.message(wanted)
        own = unit.bodies.own().id
    if message is None:
        raise NotFound
    return message, Way.SENT if message.header.sender == own else Way.RECEIVED


def _open_message(node: Node, arguments: Arguments) -> JsonObject:
    opened = node.correspondence.open_message(arguments.officer(), arguments.text("id"))
    message, way = _kept_message(node, opened.header.id)
    return {"message": _message(node, way, message, names_of(node))}


def _conclude_message(node: Node, arguments: Arguments) -> JsonObject:
    step, reason = arguments.choice("outcome", Step), arguments.optional_text("reason")
    concluded = node.correspondence.conclude_message(arguments.officer(), arguments.text("id"), step, reason)
    message, way = _kept_message(node, concluded.header.id)
    return {"message": _message(node, way, message, names_of(node))}


def _recall_message(node: Node, arguments: Arguments) -> JsonObject:
    officer, message, reason = arguments.officer(), arguments.text("id"), arguments.text("reason")
    recalled = node.correspondence.recall_message(officer, message, reason)
    return {"message": _message(node, Way.SENT, recalled, names_of(node))}


def _confirm_hit(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    hit = node.correspondence.confirm_hit(arguments.officer(), _finding(arguments, names), _about(arguments, names))
    return {"hit": _hit(node, Way.SENT, hit, names)}


def _reject_hit(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    hit = node.correspondence.reject_hit(
        arguments.officer(), _finding(arguments, names), _about(arguments, names), arguments.text("reason")
    )
    return {"hit": _hit(node, Way.SENT, hit, names)}


def _release_hit(node: Node, arguments: Arguments) -> JsonObject:
    hit = node.correspondence.release_hit(arguments.officer(), arguments.text("id"))
    return {"hit": _hit(node, Way.SENT, hit, names_of(node))}


def _answer_hit(node: Node, arguments: Arguments) -> JsonObject:
    hit = node.correspondence.answer_hit(
        arguments.officer(),
        arguments.text("id"),
        is_same_person=arguments.flag("same"),
        text=arguments.text("text"),
    )
    return {"hit": _hit(node, Way.RECEIVED, hit, names_of(node))}


def _show_hit(node: Node, arguments: Arguments) -> JsonObject:
    with node.correspondence.open_unit() as unit:
        found = unit.correspondence.hit(arguments.text("id"))
    if found is None:
        raise NotFound
    return {"hit": _hit(node, *found, names_of(node))}


def _hits(node: Node, arguments: Arguments) -> JsonObject:
    names, limit = names_of(node), limit_of(arguments)
    found = node.correspondence.hits(limit, arguments.optional_text("before"))
    return {
        "hits": [_hit(node, way, hit, names) for way, hit in found],
        "next_before": found[-1][1].header.id if len(found) == limit else None,
    }


def _forward(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    recipient = names.body(arguments.text("to"), "to")
    decision, leave = node.correspondence.forward_record(
        arguments.officer(), record, recipient.id, _about(arguments, names)
    )
    return {
        "record": record,
        "name": names.record_name(record),
        "to": names.ref(recipient.id),
        "decision": names.decision(decision),
        "leave": leave.id if leave is not None else "",
    }


def _ask_permission(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    forward_to = arguments.optional_text("forward_to")
    wish = Wish(
        names.record(arguments.text("record")),
        arguments.choices("acts", DisclosureAct),
        arguments.text("justification"),
        names.body(forward_to, "forward_to").id if forward_to else None,
        arguments.optional_text("urgency", "normal"),
    )
    request = node.correspondence.ask_permission(arguments.officer(), wish, _about(arguments, names))
    return {"permission": _permission(node, Way.SENT, request, names)}


def _answer_permission(node: Node, arguments: Arguments) -> JsonObject:
    officer, request, text = arguments.officer(), arguments.text("id"), arguments.optional_text("text")
    grant, reason = arguments.flag("grant"), arguments.optional_text("reason")
    if grant == bool(reason):
        raise Invalid(
            "It is not clear whether leave is granted.",
            field="grant",
            why="A request is either granted, until a moment, or refused with a reason of the closed list.",
            do="Say --grant, or --refuse with a reason; not both.",
        )
    if grant:
        days = arguments.integer("days", default=30, least=1, most=LEAVE_DAYS_MAX)
        until = node.clock.now() + timedelta(days=days)
        answered = node.correspondence.grant_permission(officer, request, until, text)
    else:
        answered = node.correspondence.refuse_permission(officer, request, reason, text)
    return {"permission": _permission(node, Way.RECEIVED, answered, names_of(node))}


def _permissions(node: Node, arguments: Arguments) -> JsonObject:
    names, limit = names_of(node), limit_of(arguments)
    found = node.correspondence.permissions(limit, arguments.optional_text("before"))
    return {
        "permissions": [_permission(node, way, request, names) for way, request in found],
        "next_before": found[-1][1].header.id if len(found) == limit else None,
    }


def _show_permission(node: Node, arguments: Arguments) -> JsonObject:
    with node.correspondence.open_unit() as unit:
        found = unit.correspondence.permission(arguments.text("id"))
    if found is None:
        raise NotFound
    return {"permission": _permission(node, *found, names_of(node))}


def _waiting(node: Node, arguments: Arguments) -> JsonObject:
    names, waiting = names_of(node), node.correspondence.waiting(arguments.officer(), limit_of(arguments))
    return {
        "hits": [_hit(node, way, hit, names) for way, hit in waiting.hits],
        "permissions": [_permission(node, Way.RECEIVED, one, names) for one in waiting.permissions],
        "messages": [
            {**_outside(node, Way.RECEIVED, one, names), "due_at": to_json(due)} for one, due in waiting.messages
        ],
    }


def _about(arguments: Arguments, names: Names) -> About:
    instrument = arguments.optional_text("instrument")
    return About(
        arguments.text("purpose"),
        arguments.text("crime_area"),
        arguments.optional_text("case"),
        names.instrument(instrument).instrument.id if instrument else None,
    )


def _finding(arguments: Arguments, names: Names) -> Finding:
    return Finding(
        names.record(arguments.text("record")),
        arguments.integer("version", default=1, least=1, most=VERSION_MAX),
        arguments.integer("score", default=0, least=0, most=SCORE_MAX),
        arguments.text("circumstances"),
    )


def limit_of(arguments: Arguments) -> int:
    """Read how many entries of a list are asked for."""
    return arguments.integer("limit", default=50, least=1, most=LIST_MAX)


def shown_header(node: Node, way: Way, header: Header, names: Names) -> JsonObject:
    """Return the header of an item as answers show it."""
    shown: JsonObject = {
        "id": header.id,
        "way": way.value,
        "sender": names.ref(header.sender),
        "recipient": names.ref(header.recipient),
        "instrument": names.instrument_name(header.instrument),
        "officer": header.officer,
        "our_reference": header.our_reference,
        "your_reference": header.your_reference,
        "at": to_json(header.at),
    }
    if way is Way.SENT:
        shown["deliveries"] = _deliveries(node, header.id, names)
    else:
        shown["steps"] = [
            {"step": one.step.value, "officer": one.officer, "at": to_json(one.at), "reason": one.reason}
            for one in node.correspondence.steps_of(header.id)
        ]
    return shown


def _deliveries(node: Node, ref: str, names: Names) -> list[Json]:
    """Return how far an item has come at each body it went to (the evidence ladder)."""
    with node.correspondence.open_unit() as unit:
        return [
            {
                "to": names.ref(one.recipient),
                "kind": one.kind,
                "state": one.state,
                "reason": names.readable(one.reason),
                "at": to_json(one.at),
                "steps": [
                    {"step": step.step, "by": names.code(step.by), "at": to_json(step.at), "reason": step.reason}
                    for step in one.steps
                ],
            }
            for one in unit.outbox.deliveries(ref)
        ]


def _message(node: Node, way: Way, message: Message, names: Names) -> JsonObject:
    return {**_outside(node, way, message, names), "text": message.text}


def _outside(node: Node, way: Way, message: Message, names: Names) -> JsonObject:
    """Return a message without its text, as one reads what stands on an envelope."""
    return {
        **shown_header(node, way, message.header, names),
        "subject": message.subject,
        "urgency": message.urgency,
        "for_action": message.is_for_action,
        "answers": message.answers,
        "recall": None if message.recall is None else to_object(message.recall),
    }


def _hit(node: Node, way: Way, hit: Hit, names: Names) -> JsonObject:
    shown = to_object(hit)
    del shown["header"]
    return {**shown_header(node, way, hit.header, names), **shown, "name": names.record_name(hit.record)}


def _permission(node: Node, way: Way, request: PermissionRequest, names: Names) -> JsonObject:
    shown = to_object(request)
    del shown["header"]
    forward_to = names.ref(request.forward_to) if request.forward_to is not None else None
    return {
        **shown_header(node, way, request.header, names),
        **shown,
        "name": names.record_name(request.record),
        "forward_to": forward_to,
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "message_send", _send_message, "Send a message to another body.",
        "officer", "to", "instrument", "subject", "text", "urgency", "for_action", "answers", "case", "your_reference",
    ),
    verb("message_list", _messages, "List the newest messages.", "limit", "case", "before"),
    verb(
        "message_show", _show_message, "Show a message and how far it has come; the text of one that came to an officer alone.",
        "officer", "id",
    ),
    verb("message_open", _open_message, "Open a message that came; its sender learns of it.", "officer", "id"),
    verb(
        "message_conclude", _conclude_message, "State that a message was acted on or refused.",
        "officer", "id", "outcome", "reason",
    ),
    verb("message_recall", _recall_message, "Take back a message of ours that was sent in error.", "officer", "id", "reason"),
    verb(
        "hit_confirm", _confirm_hit, "Judge a candidate to be the subject.",
        "officer", "record", "version", "score", "circumstances", *ABOUT,
    ),
    verb(
        "hit_reject", _reject_hit, "Judge a candidate not to be the subject.",
        "officer", "record", "version", "score", "circumstances", "reason", *ABOUT,
    ),
    verb("hit_release", _release_hit, "Tell the source of a hit that the instrument's rule holds.", "officer", "id"),
    verb("hit_answer", _answer_hit, "Answer a hit on a record of ours.", "officer", "id", "same", "text"),
    verb("hit_show", _show_hit, "Show a hit, and how far it has come.", "id"),
    verb("hit_list", _hits, "List the newest hits.", "limit", "before"),
    verb("record_forward", _forward, "Pass another body's record on.", "officer", "record", "to", *ABOUT),
    verb(
        "permission_ask", _ask_permission, "Ask the source for leave.",
        "officer", "record", "acts", "justification", "forward_to", "urgency", *ABOUT,
    ),
    verb(
        "permission_answer", _answer_permission, "Grant or refuse leave.",
        "officer", "id", "grant", "days", "reason", "text",
    ),
    verb("permission_show", _show_permission, "Show a request for leave.", "id"),
    verb("waiting_list", _waiting, "List what waits for an officer, the oldest first.", "officer", "limit"),
    verb("permission_list", _permissions, "List the newest requests for leave.", "limit", "before"),
)  # fmt: skip
