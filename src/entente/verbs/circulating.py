"""The verbs of a message to several bodies: who would get it, and send it."""

from __future__ import annotations

from dataclasses import replace

from entente.correspondence.circulating import Address, Addressed, Addressee, GroupSeen
from entente.correspondence.messages import Letter
from entente.kernel.canonical import Json, JsonObject
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.attachments import attached
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb


def _preview(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    instrument = names.instrument(arguments.text("instrument")).instrument
    found = node.correspondence.preview_message(arguments.officer(), _addresses(arguments, names), instrument.id)
    return _shown(found, instrument.name, names)


def _circulate(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    letter = Letter(
        arguments.text("subject"),
        arguments.text("text"),
        arguments.optional_text("urgency", "normal"),
        answers=arguments.optional_text("answers"),
    )
    seen = None if arguments.given.get("seen") is None else names.body_ids(arguments.texts("seen"), "seen")
    addresses = _addresses(arguments, names)
    instrument = names.instrument(arguments.text("instrument")).instrument.id
    with attached(node, arguments) as files:
        sent = node.correspondence.circulate_message(
            arguments.officer(),
            addresses,
            instrument,
            replace(letter, attachments=files),
            case=arguments.optional_text("case"),
            seen=seen,
            keeps_list=arguments.flag("keeps_list"),
        )
    messages: list[Json] = [
        {"id": one.header.id, "to": names.ref(one.header.recipient), "for_action": one.is_for_action} for one in sent
    ]
    return {"messages": messages, "of": len(messages)}


def _addresses(arguments: Arguments, names: Names) -> tuple[Address, ...]:
    return tuple(
        _address(text, field, names, is_for_action=field == "to")
        for field in ("to", "information")
        for text in arguments.texts(field)
    )


def _address(text: str, field: str, names: Names, *, is_for_action: bool) -> Address:
    """Read whom an officer writes to: a body by its code or id, a group as `GS/members`, with a status after «:»."""
    to = names.group(text) if "/" in text else names.body(text, field).id
    return Address(to, is_for_action)


def _shown(found: Addressed, instrument: str, names: Names) -> JsonObject:
    addressees: list[Json] = [_addressee(one, names) for one in found.addressees]
    groups: list[Json] = [_group(one, names) for one in found.groups]
    return {
        "instrument": instrument,
        "on": found.on.isoformat(),
        "addressees": addressees,
        "groups": groups,
        "reached": len(found.reached),
    }


def _addressee(one: Addressee, names: Names) -> JsonObject:
    return {
        "body": names.ref(one.body),
        "for_action": one.is_for_action,
        "groups": [names.group_name(group) for group in one.groups],
        "may_get": one.may_get.allowed,
        "may_answer": one.may_answer.allowed,
        "decision": names.decision(one.may_get),
        "answer_decision": names.decision(one.may_answer),
    }


def _group(one: GroupSeen, names: Names) -> JsonObject:
    return {
        "group": names.group_name(one.group),
        "version": one.version,
        "bodies": [names.ref(body) for body in one.bodies],
    }


_TO = ("to", "information", "instrument")

VERBS: tuple[Verb, ...] = (
    verb("message_preview", _preview, "Say who would get a message and who would not, sending nothing.", "officer", *_TO),
    verb(
        "message_circulate", _circulate, "Send a message to several bodies, for action or for information.",
        "officer", *_TO, "subject", "text", "urgency", "answers", "case", "seen", "keeps_list", "attachments",
    ),
)  # fmt: skip
