"""The verbs of what is done on a case: tasks and terms, exhibits and their hand-overs."""

from __future__ import annotations

from entente.cases.exhibits import BYTES_MAX, ChangeOfHands, Found, GivenFile
from entente.cases.model import ExhibitKind
from entente.cases.tasks import Commission
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.case_items import exhibit_shown, hand_over_shown, task_shown
from entente.verbs.verb import Verb, verb


def _set_task(node: Node, arguments: Arguments) -> JsonObject:
    due = arguments.optional_text("due_at")
    commission = Commission(
        arguments.text("what"),
        OfficerId(arguments.text("to")),
        parse_time(due, "due_at") if due else None,
        arguments.optional_text("term_of"),
    )
    return {"task": task_shown(node.cases.set_task(arguments.officer(), arguments.text("number"), commission))}


def _finish_task(node: Node, arguments: Arguments) -> JsonObject:
    task = node.cases.finish_task(
        arguments.officer(), arguments.text("number"), arguments.text("task"), arguments.text("outcome")
    )
    return {"task": task_shown(task)}


def _file(arguments: Arguments) -> GivenFile:
    return GivenFile(
        arguments.text("file_name"),
        arguments.integer("bytes", default=-1, least=0, most=BYTES_MAX),
        arguments.optional_text("sha256").lower(),
    )


def _given(arguments: Arguments) -> GivenFile | None:
    """Return the file of which the digest was computed where it was read; None where only a digest was given."""
    return _file(arguments) if "file_name" in arguments.given else None


def _enter_exhibit(node: Node, arguments: Arguments) -> JsonObject:
    found = Found(
        arguments.choice("kind", ExhibitKind),
        arguments.text("what"),
        parse_time(arguments.text("found_at"), "found_at"),
        arguments.text("found_where"),
        arguments.text("found_by"),
        arguments.optional_text("seal"),
        arguments.optional_text("sha256").lower(),
    )
    number, given = arguments.text("number"), _given(arguments)
    return {"exhibit": exhibit_shown(node.cases.enter_exhibit(arguments.officer(), number, found, given), ())}


def _hand_over(node: Node, arguments: Arguments) -> JsonObject:
    change = ChangeOfHands(
        parse_time(arguments.text("at"), "at"),
        arguments.text("gave"),
        arguments.text("took"),
        arguments.text("where"),
        arguments.optional_text("seal"),
        arguments.optional_text("sha256").lower(),
        arguments.optional_text("remark"),
    )
    link = node.cases.hand_over_exhibit(
        arguments.officer(), arguments.text("number"), arguments.text("exhibit"), change, _given(arguments)
    )
    return {"hand_over": hand_over_shown(link)}


def _check_exhibit(node: Node, arguments: Arguments) -> JsonObject:
    given = _file(arguments)
    number, exhibit = arguments.text("number"), arguments.text("exhibit")
    is_same = node.cases.check_exhibit(arguments.officer(), number, exhibit, given)
    return {"exhibit": exhibit, "is_same": is_same, "sha256": given.sha256, "bytes": given.bytes}


VERBS: tuple[Verb, ...] = (
    verb(
        "task_set", _set_task, "Set something to be done on a case, or a term that runs.",
        "officer", "number", "what", "to", "due_at", "term_of",
    ),
    verb("task_finish", _finish_task, "State that a task was done, and what came of it.", "officer", "number", "task", "outcome"),
    verb(
        "exhibit_enter", _enter_exhibit, "Enter an exhibit in a case.",
        "officer", "number", "kind", "what", "found_at", "found_where", "found_by", "seal", "sha256", "file_name", "bytes",
    ),
    verb(
        "exhibit_hand_over", _hand_over, "Add a hand-over to an exhibit's chain of custody.",
        "officer", "number", "exhibit", "at", "gave", "took", "where", "seal", "sha256", "remark", "file_name", "bytes",
    ),
    verb(
        "exhibit_check", _check_exhibit, "Say whether a file is the same as a digital exhibit, and note that it was looked at.",
        "officer", "number", "exhibit", "file_name", "bytes", "sha256",
    ),
)  # fmt: skip
