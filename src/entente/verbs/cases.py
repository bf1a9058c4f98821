"""The verbs of case files: the register, one case with what lies in it, and who works on it."""

from __future__ import annotations

from entente.cases.joining import GoesOver
from entente.cases.model import CaseReference
from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.codec import to_object
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments, looking
from entente.verbs.case_items import case_shown, decisions_shown, exhibit_shown, task_shown
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb

LIST_MAX = 200
"""Cases in one list; a screen holds about 50."""


def _open(node: Node, arguments: Arguments) -> JsonObject:
    case = node.cases.open_case(arguments.officer(), arguments.text("title"), arguments.text("crime_area"))
    return {"case": case_shown(case, names_of(node))}


def _show(node: Node, arguments: Arguments) -> JsonObject:
    number, officer = arguments.text("number"), looking(arguments)
    file = node.correspondence.file_within_reach(node.cases.show(number, officer), officer)
    names = names_of(node)
    events: list[Json] = [{**to_object(event), "text": names.readable(event.text)} for event in file.events]
    return {
        "case": case_shown(file.case, names),
        "events": events,
        "tasks": [task_shown(one) for one in file.tasks],
        "exhibits": [exhibit_shown(one, chain) for one, chain in file.exhibits],
        "decisions": decisions_shown(node, node.correspondence.bases_of_case(number, officer), names),
    }


def _list(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    limit = arguments.integer("limit", default=50, least=1, most=LIST_MAX)
    found = node.cases.latest(limit, arguments.optional_text("before"), looking(arguments))
    cases: list[Json] = [case_shown(case, names) for case in found]
    return {"cases": cases, "next_before": found[-1].number if len(found) == limit else None}


def _officers(node: Node, _: Arguments) -> JsonObject:
    return {"officers": [*node.cases.may_be_given()]}


def _note(node: Node, arguments: Arguments) -> JsonObject:
    event = node.cases.note(arguments.officer(), arguments.text("number"), arguments.text("text"))
    return {"event": to_object(event)}


def _refer(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    reference = CaseReference(names.body(arguments.text("body"), "body").id, arguments.text("reference"))
    case = node.cases.add_reference(arguments.officer(), arguments.text("number"), reference)
    return {"case": case_shown(case, names)}


def _rename(node: Node, arguments: Arguments) -> JsonObject:
    title, crime_area = arguments.text("title"), arguments.text("crime_area")
    case = node.cases.rename_case(arguments.officer(), arguments.text("number"), title, crime_area, _version(arguments))
    return {"case": case_shown(case, names_of(node))}


def _close(node: Node, arguments: Arguments) -> JsonObject:
    case = node.cases.close_case(
        arguments.officer(), arguments.text("number"), arguments.text("reason"), _version(arguments)
    )
    return {"case": case_shown(case, names_of(node))}


def _reopen(node: Node, arguments: Arguments) -> JsonObject:
    case = node.cases.reopen_case(
        arguments.officer(), arguments.text("number"), arguments.text("reason"), _version(arguments)
    )
    return {"case": case_shown(case, names_of(node))}


def _team(node: Node, arguments: Arguments) -> JsonObject:
    team = tuple(OfficerId(one) for one in arguments.texts("team"))
    case = node.cases.set_team(arguments.officer(), arguments.text("number"), team, _version(arguments))
    return {"case": case_shown(case, names_of(node))}


def _hand_over(node: Node, arguments: Arguments) -> JsonObject:
    case = node.cases.hand_over(
        arguments.officer(),
        arguments.text("number"),
        OfficerId(arguments.text("to")),
        arguments.text("reason"),
        _version(arguments),
        unit_name=arguments.optional_text("unit"),
    )
    return {"case": case_shown(case, names_of(node))}


def _join(node: Node, arguments: Arguments) -> JsonObject:
    number, other = arguments.text("number"), arguments.text("other")
    case = node.cases.join_cases(arguments.officer(), number, other, arguments.text("reason"), _version(arguments))
    return {"case": case_shown(case, names_of(node))}


def _split(node: Node, arguments: Arguments) -> JsonObject:
    officer, items = arguments.officer(), frozenset(arguments.texts("items"))
    over = GoesOver(
        arguments.text("title"),
        arguments.text("crime_area"),
        arguments.text("reason"),
        frozenset(arguments.texts("tasks")),
        frozenset(arguments.texts("exhibits")),
        items,
        node.correspondence.beyond_among(items, officer),
    )
    case = node.cases.split_case(officer, arguments.text("number"), over, _version(arguments))
    return {"case": case_shown(case, names_of(node))}


def _version(arguments: Arguments) -> int:
    """Return the version of the case that the officer saw: nobody changes one that they did not see (docs/rules/api.md P9)."""
    return arguments.integer("version", default=0, least=1, most=INTEGER_MAX)


VERBS: tuple[Verb, ...] = (
    verb("case_open", _open, "Open a case with the next number.", "officer", "title", "crime_area"),
    verb("case_show", _show, "Show a case with all that lies in it.", "officer", "number"),
    verb("case_list", _list, "List the newest cases.", "officer", "limit", "before"),
    verb("case_officers", _officers, "List the officers who may be given a case or a task."),
    verb("case_note", _note, "Write a note into a case.", "officer", "number", "text"),
    verb("case_refer", _refer, "Add the other side's number.", "officer", "number", "body", "reference"),
    verb(
        "case_rename", _rename, "Give a case another title or crime area.",
        "officer", "number", "title", "crime_area", "version",
    ),
    verb("case_close", _close, "Close a case, with the reason.", "officer", "number", "reason", "version"),
    verb("case_reopen", _reopen, "Open a closed case again.", "officer", "number", "reason", "version"),
    verb("case_team", _team, "Say who alone may know of a case.", "officer", "number", "team", "version"),
    verb(
        "case_hand_over", _hand_over, "Give charge of a case to another officer.",
        "officer", "number", "to", "unit", "reason", "version",
    ),
    verb("case_join", _join, "Join another case to one that goes on.", "officer", "number", "other", "reason", "version"),
    verb(
        "case_split", _split, "Open a new case of a part of another.",
        "officer", "number", "title", "crime_area", "reason", "tasks", "exhibits", "items", "version",
    ),
)  # fmt: skip
