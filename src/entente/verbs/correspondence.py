"""The verbs of correspondence: messages, hits, leave, forwarding, and asking a source for one record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from entente.correspondence.desk import About
from entente.correspondence.hits import Finding
from entente.correspondence.messages import Letter
from entente.correspondence.model import EvidencePiece, MessageChoice, Step, Way
from entente.correspondence.permissions import Wish
from entente.correspondence.pointing import Pointed, by_hit, by_number
from entente.correspondence.requests import Wanted
from entente.handling.model import DisclosureAct
from entente.identity.model import Query
from entente.kernel.canonical import INTEGER_MAX, JsonObject
from entente.kernel.codec import from_json, to_json
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments, looking
from entente.verbs.asking import occasion_of
from entente.verbs.attachments import attached
from entente.verbs.case_items import decisions_shown
from entente.verbs.records import shown_record
from entente.verbs.references import Names, names_and_officer, names_of
from entente.verbs.shown_items import envelope_shown, hit_shown, message_shown, permission_shown, request_shown
from entente.verbs.verb import Verb, verb

LIST_MAX = 200
"""Items in one list; a screen holds about 50."""
SCORE_MAX = 1_000
LEAVE_DAYS_MAX = 366
"""Leave for longer than a year is asked for again."""
_ABOUT = ("purpose", "crime_area", "case", "instrument")


def _send_message(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    letter = Letter(
        arguments.text("subject"),
        arguments.text("text"),
        arguments.optional_text("urgency", "normal"),
        arguments.flag("for_action"),
        arguments.optional_text("answers"),
    )
    to = names.body(arguments.text("to"), "to").id
    instrument = names.instrument(arguments.text("instrument")).instrument.id
    with attached(node, arguments) as files:
        message = node.correspondence.send_message(
            arguments.officer(),
            to,
            instrument,
            replace(letter, attachments=files),
            case=arguments.optional_text("case"),
            your_reference=arguments.optional_text("your_reference"),
        )
    return {"message": message_shown(node, Way.SENT, message, names)}


def _messages(node: Node, arguments: Arguments) -> JsonObject:
    names, limit = names_of(node), _limit(arguments)
    if thread := arguments.optional_text("thread"):
        joined = node.correspondence.thread(thread, limit, looking(arguments))
        return {"messages": [envelope_shown(node, *one, names) for one in reversed(joined)], "next_before": None}
    body, choice = arguments.optional_text("body"), arguments.optional_text("choice")
    found = node.correspondence.messages(
        limit,
        arguments.optional_text("case"),
        arguments.optional_text("before"),
        looking(arguments),
        counterpart=names.body(body, "body").id if body else None,
        choice=arguments.choice("choice", MessageChoice) if choice else None,
    )
    # A list says what there is to read; reading is an act of its own (docs/rules/correspondence.md M20).
    return {
        "messages": [envelope_shown(node, way, message, names) for way, message in found],
        "next_before": found[-1][1].header.id if len(found) == limit else None,
    }


def _show_message(node: Node, arguments: Arguments) -> JsonObject:
    if arguments.optional_text("officer"):
        return _open_message(node, arguments)
    reader = OfficerId(arguments.optional_text("reader")) or None
    way, message = node.correspondence.message(arguments.text("id"), reader)
    if way is Way.RECEIVED and message.text:
        return {"message": {**message_shown(node, way, message, names_of(node)), "text": None, "attachments": []}}
    return {"message": message_shown(node, way, message, names_of(node))}


def _open_message(node: Node, arguments: Arguments) -> JsonObject:
    opened = node.correspondence.open_message(arguments.officer(), arguments.text("id"))
    way, message = node.correspondence.message(opened.header.id, arguments.officer())
    return {"message": message_shown(node, way, message, names_of(node))}


def _conclude_message(node: Node, arguments: Arguments) -> JsonObject:
    step, reason = arguments.choice("outcome", Step), arguments.optional_text("reason")
    concluded = node.correspondence.conclude_message(arguments.officer(), arguments.text("id"), step, reason)
    way, message = node.correspondence.message(concluded.header.id, arguments.officer())
    return {"message": message_shown(node, way, message, names_of(node))}


def _note_failure(node: Node, arguments: Arguments) -> JsonObject:
    noted = node.correspondence.note_failure(arguments.officer(), arguments.text("id"))
    return {"message": message_shown(node, Way.SENT, noted, names_of(node))}


def _recall_message(node: Node, arguments: Arguments) -> JsonObject:
    officer, message, reason = arguments.officer(), arguments.text("id"), arguments.text("reason")
    recalled = node.correspondence.recall_message(officer, message, reason)
    return {"message": message_shown(node, Way.SENT, recalled, names_of(node))}


def _confirm_hit(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    hit = node.correspondence.confirm_hit(arguments.officer(), _finding(arguments, names), _about(arguments, names))
    return {"hit": hit_shown(node, Way.SENT, hit, names)}


def _reject_hit(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    hit = node.correspondence.reject_hit(
        arguments.officer(), _finding(arguments, names), _about(arguments, names), arguments.text("reason")
    )
    return {"hit": hit_shown(node, Way.SENT, hit, names)}


def _release_hit(node: Node, arguments: Arguments) -> JsonObject:
    hit = node.correspondence.release_hit(arguments.officer(), arguments.text("id"))
    return {"hit": hit_shown(node, Way.SENT, hit, names_of(node))}


def _answer_hit(node: Node, arguments: Arguments) -> JsonObject:
    hit = node.correspondence.answer_hit(
        arguments.officer(),
        arguments.text("id"),
        is_same_person=arguments.flag("same"),
        text=arguments.text("text"),
    )
    return {"hit": hit_shown(node, Way.RECEIVED, hit, names_of(node))}


def _show_hit(node: Node, arguments: Arguments) -> JsonObject:
    officer, names = looking(arguments), names_of(node)
    found = node.correspondence.hit(arguments.text("id"), officer)
    decided = node.correspondence.bases_of_item(found[1].header.id, officer)
    return {"hit": hit_shown(node, *found, names), "decisions": decisions_shown(node, decided, names)}


def _hits(node: Node, arguments: Arguments) -> JsonObject:
    names, limit = names_of(node), _limit(arguments)
    found = node.correspondence.hits(limit, arguments.optional_text("before"), looking(arguments))
    return {
        "hits": [hit_shown(node, way, hit, names) for way, hit in found],
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
    return {"permission": permission_shown(node, Way.SENT, request, names)}


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
    return {"permission": permission_shown(node, Way.RECEIVED, answered, names_of(node))}


def _permissions(node: Node, arguments: Arguments) -> JsonObject:
    names, limit = names_of(node), _limit(arguments)
    found = node.correspondence.permissions(limit, arguments.optional_text("before"), looking(arguments))
    return {
        "permissions": [permission_shown(node, way, request, names) for way, request in found],
        "next_before": found[-1][1].header.id if len(found) == limit else None,
    }


def _ask_record(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    wanted = Wanted(BodyId(record.partition("/")[0]), record, arguments.text("kind"))
    instrument = names.instrument(arguments.text("instrument")).instrument.id
    about = About(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"), instrument)
    request = node.correspondence.request_record(arguments.officer(), wanted, instrument, about)
    return {"request": request_shown(node, Way.SENT, request, names)}


def _consult(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    pointed = _pointed(node, arguments, names)
    source = BodyId(pointed.record.partition("/")[0])
    kind = arguments.optional_text("kind") or pointed.kind or arguments.text("kind")
    wanted = Wanted(names.body(source, "record").id, pointed.record, kind)
    instrument = pointed.instrument
    if instrument is None or arguments.optional_text("instrument"):
        instrument = names.instrument(arguments.text("instrument")).instrument.id
    about = About(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"), instrument)
    found = node.correspondence.consult_record(arguments.officer(), wanted, instrument, about, node.schemata, node.call)
    return {
        "record": shown_record(found.record, names),
        "as_of": to_json(found.as_of),
        "source": names.ref(source),
        "decision": names.decision(found.decision),
    }


def _pointed(node: Node, arguments: Arguments, names: Names) -> Pointed:
    """Return which record is meant: by its id, by a hit's id, or by a number that a copy here has."""
    named, number = arguments.optional_text("record"), arguments.optional_text("identifier")
    if bool(named) == bool(number):
        raise Invalid(
            "It is not clear which record is meant.",
            field="record",
            why="A source is consulted about one record, named by its id, by a hit, or by a number that a copy here has.",
            do="Give the record's id or the hit's, or the number with --identifier; not both.",
        )
    if number:
        _, officer = names_and_officer(node, arguments.officer())
        answer = node.identity.search(officer, Query(identifiers=(number,)), occasion_of(arguments))
        return by_number(answer.candidates, names.own.id)
    if "/" in named:
        return Pointed(names.record(named), "", None)
    node.correspondence.hit(named, looking(arguments))
    with node.correspondence.open_view() as unit:
        return by_hit(unit, named)


def _show_request(node: Node, arguments: Arguments) -> JsonObject:
    found = node.correspondence.record_request(arguments.text("id"), looking(arguments))
    return {"request": request_shown(node, *found, names_of(node))}


def _requests(node: Node, arguments: Arguments) -> JsonObject:
    names, limit = names_of(node), _limit(arguments)
    found = node.correspondence.record_requests(limit, arguments.optional_text("before"), looking(arguments))
    return {
        "requests": [request_shown(node, way, request, names) for way, request in found],
        "next_before": found[-1][1].header.id if len(found) == limit else None,
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
        arguments.integer("version", default=1, least=1, most=INTEGER_MAX),
        arguments.integer("score", default=0, least=0, most=SCORE_MAX),
        arguments.text("circumstances"),
        _evidence(arguments),
    )


def _evidence(arguments: Arguments) -> tuple[EvidencePiece, ...]:
    """Return the evidence as the search showed it; none where it is not given."""
    given = arguments.given.get("evidence")
    return () if given is None else from_json(tuple[EvidencePiece, ...], given, "evidence")


def _limit(arguments: Arguments) -> int:
    return arguments.integer("limit", default=50, least=1, most=LIST_MAX)


VERBS: tuple[Verb, ...] = (
    verb(
        "message_send", _send_message, "Send a message to another body.",
        "officer", "to", "instrument", "subject", "text", "urgency", "for_action", "answers", "case", "your_reference",
        "attachments",
    ),
    verb(
        "message_list", _messages, "List the newest messages, narrowed as is asked, or those of one thread.",
        "officer", "limit", "case", "before", "body", "choice", "thread",
    ),
    verb(
        "message_show", _show_message, "Show a message and how far it has come; the text of one that came to an officer alone.",
        "officer", "reader", "id",
    ),
    verb("message_open", _open_message, "Open a message that came; its sender learns of it.", "officer", "id"),
    verb(
        "message_conclude", _conclude_message, "State that a message was acted on or refused.",
        "officer", "id", "outcome", "reason",
    ),
    verb(
        "message_note_failure", _note_failure, "Say that it is known that a message of ours was not delivered.", "officer", "id",
    ),
    verb("message_recall", _recall_message, "Take back a message of ours that was sent in error.", "officer", "id", "reason"),
    verb(
        "hit_confirm", _confirm_hit, "Judge a candidate to be the subject.",
        "officer", "record", "version", "score", "circumstances", "evidence", *_ABOUT,
    ),
    verb(
        "hit_reject", _reject_hit, "Judge a candidate not to be the subject.",
        "officer", "record", "version", "score", "circumstances", "evidence", "reason", *_ABOUT,
    ),
    verb("hit_release", _release_hit, "Tell the source of a hit that the instrument's rule holds.", "officer", "id"),
    verb("hit_answer", _answer_hit, "Answer a hit on a record of ours.", "officer", "id", "same", "text"),
    verb("hit_show", _show_hit, "Show a hit, and how far it has come.", "officer", "id"),
    verb("hit_list", _hits, "List the newest hits.", "officer", "limit", "before"),
    verb("record_forward", _forward, "Pass another body's record on.", "officer", "record", "to", *_ABOUT),
    verb(
        "permission_ask", _ask_permission, "Ask the source for leave.",
        "officer", "record", "acts", "justification", "forward_to", "urgency", *_ABOUT,
    ),
    verb(
        "permission_answer", _answer_permission, "Grant or refuse leave.",
        "officer", "id", "grant", "days", "reason", "text",
    ),
    verb("permission_list", _permissions, "List the newest requests for leave.", "officer", "limit", "before"),
    verb(
        "request_ask", _ask_record, "Ask a source's node for one record.",
        "officer", "record", "kind", *_ABOUT,
    ),
    verb(
        "record_consult", _consult, "Ask a source's node to show one record now; nothing of it is kept.",
        "officer", "record", "identifier", "kind", "occasion", *_ABOUT,
    ),
    verb("request_show", _show_request, "Show a record request and its answer.", "officer", "id"),
    verb("request_list", _requests, "List the newest record requests.", "officer", "limit", "before"),
)  # fmt: skip
