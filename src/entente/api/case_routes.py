"""The routes of case files: list, show, open, note, close, open again, refer to another body's number."""

from __future__ import annotations

from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import NEXT, many, named, text, thing, whole
from entente.bodies.tokens import Scope
from entente.cases.model import TITLE_CHARACTERS_MAX
from entente.cases.rules import NOTE_CHARACTERS_MAX, REFERENCE_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.verbs.cases import LIST_MAX

KEEPING = ("open_case", "keep_case")
"""Who may open or keep a case file may read it."""
CASE_PATH: dict[str, JsonObject] = {
    "year": text("The year of its number.", most=4, pattern=r"^[0-9]{4}$"),
    "serial": text("Its place in that year's register.", most=12, pattern=r"^[0-9]+$"),
}


def numbered(given: JsonObject) -> JsonObject:
    """Put the two parts of a case's number together."""
    rest = {name: value for name, value in given.items() if name not in CASE_PATH}
    return {**rest, "number": f"{given['year']}/{given['serial']}"}


def _case(answer: JsonObject) -> JsonObject:
    case = answer["case"]
    assert isinstance(case, dict), "a case is an object"
    return {"id": case["number"], "href": f"{PREFIX}/cases/{case['number']}"}


def _event(answer: JsonObject) -> JsonObject:
    event = answer["event"]
    assert isinstance(event, dict), "a line of the chronology is an object"
    return {"id": event["subject"], "href": ""}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_cases",
        method=Method.GET,
        path="/cases",
        verb="case_list",
        about="Cases",
        summary="List the newest cases of this body.",
        scope=Scope.READ_CASES,
        needs=KEEPING,
        query={"limit": whole("How many at most, newest first.", least=1, most=LIST_MAX, default=50)},
        answer=thing({"cases": many(named("Case")), "next": NEXT}),
        pages="before",
    ),
    ApiRoute(
        name="show_case",
        method=Method.GET,
        path="/cases/{year}/{serial}",
        verb="case_show",
        about="Cases",
        summary="Show a case with its chronology.",
        scope=Scope.READ_CASES,
        needs=KEEPING,
        path_fields=CASE_PATH,
        path_names="number",
        arguments=numbered,
        answer=thing({"case": named("Case"), "events": many(named("CaseEvent"))}),
    ),
    ApiRoute(
        name="open_case",
        method=Method.POST,
        path="/cases",
        verb="case_open",
        about="Cases",
        summary="Open a case with the next number of the register.",
        scope=Scope.WRITE_CASES,
        needs=(),
        body=thing({"title": text("One line.", most=TITLE_CHARACTERS_MAX), "crime_area": named("CrimeArea")}),
        told=_case,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="note_case",
        method=Method.POST,
        path="/cases/{year}/{serial}/notes",
        verb="case_note",
        about="Cases",
        summary="Write a note into a case.",
        scope=Scope.WRITE_CASES,
        needs=(),
        path_fields=CASE_PATH,
        path_names="number",
        body=thing({"text": text("The note.", most=NOTE_CHARACTERS_MAX)}),
        arguments=numbered,
        told=_event,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="close_case",
        method=Method.POST,
        path="/cases/{year}/{serial}/closing",
        verb="case_close",
        about="Cases",
        summary="Close a case, with the reason.",
        scope=Scope.WRITE_CASES,
        needs=(),
        path_fields=CASE_PATH,
        path_names="number",
        body=thing({"reason": text("Why.")}),
        arguments=numbered,
        told=_case,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="reopen_case",
        method=Method.POST,
        path="/cases/{year}/{serial}/reopening",
        verb="case_reopen",
        about="Cases",
        summary="Open a closed case again, with the reason.",
        scope=Scope.WRITE_CASES,
        needs=(),
        path_fields=CASE_PATH,
        path_names="number",
        body=thing({"reason": text("Why.")}),
        arguments=numbered,
        told=_case,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="refer_case",
        method=Method.POST,
        path="/cases/{year}/{serial}/references",
        verb="case_refer",
        about="Cases",
        summary="Add another body's number for the matter.",
        scope=Scope.WRITE_CASES,
        needs=(),
        path_fields=CASE_PATH,
        path_names="number",
        body=thing(
            {
                "body": text("The body's code or id.", most=64),
                "reference": text("Its number for the matter.", most=REFERENCE_CHARACTERS_MAX),
            }
        ),
        arguments=numbered,
        told=_case,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
)
"""Of the table: cases."""
