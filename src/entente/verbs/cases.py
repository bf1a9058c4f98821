"""The verbs of case files."""

from __future__ import annotations

from entente.cases.model import Case, CaseReference
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

LIST_MAX = 200
"""Cases in one list; a screen holds about 50."""


def _open(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    case = node.cases.open_case(arguments.officer(), arguments.text("title"), arguments.text("crime_area"))
    return {"case": _case(case, names)}


def _show(node: Node, arguments: Arguments) -> JsonObject:
    file = node.cases.show(arguments.text("number"))
    names = names_of(node)
    events: list[Json] = [{**to_object(event), "text": names.readable(event.text)} for event in file.events]
    return {"case": _case(file.case, names), "events": events}


def _list(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    limit = arguments.integer("limit", default=50, least=1, most=LIST_MAX)
    found = node.cases.latest(limit, arguments.optional_text("before"))
    cases: list[Json] = [_case(case, names) for case in found]
    return {"cases": cases, "next_before": found[-1].number if len(found) == limit else None}


def _note(node: Node, arguments: Arguments) -> JsonObject:
    event = node.cases.note(arguments.officer(), arguments.text("number"), arguments.text("text"))
    return {"event": to_object(event)}


def _refer(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    reference = CaseReference(names.body(arguments.text("body"), "body").id, arguments.text("reference"))
    case = node.cases.add_reference(arguments.officer(), arguments.text("number"), reference)
    return {"case": _case(case, names)}


def _close(node: Node, arguments: Arguments) -> JsonObject:
    case = node.cases.close_case(arguments.officer(), arguments.text("number"), arguments.text("reason"))
    return {"case": _case(case, names_of(node))}


def _reopen(node: Node, arguments: Arguments) -> JsonObject:
    case = node.cases.reopen_case(arguments.officer(), arguments.text("number"), arguments.text("reason"))
    return {"case": _case(case, names_of(node))}


def _case(case: Case, names: Names) -> JsonObject:
    references: list[Json] = [{"body": names.ref(one.body), "reference": one.reference} for one in case.references]
    return {
        "number": case.number,
        "title": case.title,
        "crime_area": case.crime_area,
        "opened_at": to_json(case.opened_at),
        "opened_by": case.opened_by,
        "state": case.state.value,
        "references": references,
    }


VERBS: tuple[Verb, ...] = (
    verb("case_open", _open, "Open a case with the next number.", "officer", "title", "crime_area"),
    verb("case_show", _show, "Show a case with its chronology.", "number"),
    verb("case_list", _list, "List the newest cases.", "limit", "before"),
    verb("case_note", _note, "Write a note into a case.", "officer", "number", "text"),
    verb("case_refer", _refer, "Add the other side's number.", "officer", "number", "body", "reference"),
    verb("case_close", _close, "Close a case, with the reason.", "officer", "number", "reason"),
    verb("case_reopen", _reopen, "Open a closed case again.", "officer", "number", "reason"),
)
