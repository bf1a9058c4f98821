"""Items of correspondence as answers show them: messages, hits, requests for leave and for records, each with how far it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from entente.correspondence.model import (
    Header,
    Hit,
    Message,
    NamedAddressee,
    PermissionRequest,
    RecordRequest,
    StepTaken,
    Way,
)
from entente.correspondence.unsettled import Unsettled
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.attachments import file_shown
from entente.verbs.references import Names

Steps: TypeAlias = "Mapping[str, tuple[StepTaken, ...]]"
"""What was done here with items that came, by their ids."""


def header_shown(node: Node, way: Way, header: Header, names: Names, steps: Steps | None = None) -> JsonObject:
    """Return what every item of correspondence shows: between whom, under what, and how far it came or what was done.

    `steps` are those of all items of a list, where they were read together.
    """
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
            for one in (node.correspondence.steps_of(header.id) if steps is None else steps.get(header.id, ()))
        ]
    return shown


def _deliveries(node: Node, ref: str, names: Names) -> list[Json]:
    """Return how far an item has come at each body it went to (the evidence ladder)."""
    with node.correspondence.open_view() as unit:
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


def message_shown(node: Node, way: Way, message: Message, names: Names) -> JsonObject:
    """Return a message with its text, whom else it went to, and what its files are."""
    files: list[Json] = [file_shown(node, one) for one in message.attachments]
    return {
        **envelope_shown(node, way, message, names),
        "addressees": [_addressee(one, names) for one in message.addressees],
        "text": message.text,
        "attachments": files,
        "failure": failure_shown(node, message, names),
    }


def failure_shown(node: Node, message: Message, names: Names) -> Json:
    """Return how a message of ours failed, and who noted it; null for one that did not fail, or came."""
    failure = node.correspondence.failure_of(message)
    if failure is None:
        return None
    noted = failure.noted
    return {
        "state": failure.delivery.state,
        "reason": names.readable(failure.delivery.reason),
        "at": to_json(failure.delivery.at),
        "noted_by": "" if noted is None else noted.officer,
        "noted_at": None if noted is None else to_json(noted.at),
    }


def _addressee(one: NamedAddressee, names: Names) -> JsonObject:
    groups: list[Json] = [names.group_name(group) for group in one.groups]
    return {"body": names.ref(one.body), "for_action": one.is_for_action, "groups": groups}


def envelope_shown(node: Node, way: Way, message: Message, names: Names, steps: Steps | None = None) -> JsonObject:
    """Return a message without its text, as one reads what stands on an envelope; of its files, how many there are."""
    return {
        **header_shown(node, way, message.header, names, steps),
        "subject": message.subject,
        "urgency": message.urgency,
        "for_action": message.is_for_action,
        "answers": message.answers,
        "recall": None if message.recall is None else to_object(message.recall),
        "attachment_count": len(message.attachments),
    }


def hit_shown(node: Node, way: Way, hit: Hit, names: Names, steps: Steps | None = None) -> JsonObject:
    """Return a hit with how far it came."""
    shown = to_object(hit)
    del shown["header"]
    return {**header_shown(node, way, hit.header, names, steps), **shown, "name": names.record_name(hit.record)}


def permission_shown(
    node: Node, way: Way, request: PermissionRequest, names: Names, steps: Steps | None = None
) -> JsonObject:
    """Return a request for leave with its answer."""
    shown = to_object(request)
    del shown["header"]
    forward_to = names.ref(request.forward_to) if request.forward_to is not None else None
    return {
        **header_shown(node, way, request.header, names, steps),
        **shown,
        "name": names.record_name(request.record),
        "forward_to": forward_to,
    }


def request_shown(node: Node, way: Way, request: RecordRequest, names: Names) -> JsonObject:
    """Return a record request with its answer."""
    shown = to_object(request)
    del shown["header"]
    return {
        **header_shown(node, way, request.header, names),
        **shown,
        "name": names.record_name(request.record),
        "grounds": [names.readable(ground) for ground in request.grounds],
    }


def unsettled_shown(one: Unsettled, names: Names) -> JsonObject:
    """Return what became of an item that an officer is to know, and who noted it."""
    noted = one.noted
    return {
        "why": one.why.value,
        "kind": one.kind,
        "body": names.ref(one.body),
        "is_given_up": one.is_given_up,
        "reason": names.readable(one.reason),
        "at": to_json(one.at),
        "noted_by": "" if noted is None else noted.officer,
        "noted_at": None if noted is None else to_json(noted.at),
    }
