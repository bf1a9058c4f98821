"""The routes of case files: list, show, open, note, refer to another body's number; and what changes the case itself."""

from __future__ import annotations

from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import NEXT, free_text, many, named, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.cases.model import TITLE_CHARACTERS_MAX
from entente.cases.rules import NOTE_CHARACTERS_MAX, REFERENCE_CHARACTERS_MAX
from entente.cases.teams import TEAM_MAX, UNIT_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.verbs.arguments import TEXTS_MAX
from entente.verbs.cases import LIST_MAX

KEEPING = ("open_case", "keep_case", "oversee_cases")
"""Who may open or keep a case file, or oversees them, may read it."""
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


def _version(answer: JsonObject) -> str:
    case = answer["case"]
    assert isinstance(case, dict), "a case is an object"
    return str(case["version"])


def _event(answer: JsonObject) -> JsonObject:
    event = answer["event"]
    assert isinstance(event, dict), "a line of the chronology is an object"
    return {"id": event["subject"], "href": ""}


def _change(
    name: str,
    step: str,
    verb: str,
    summary: str,
    body: JsonObject,
    *,
    status: int = 200,
    asks: tuple[str, ...] = ("keep_case",),
) -> ApiRoute:
    """Return the route of what changes a case."""
    return ApiRoute(
        name=name,
        method=Method.POST,
        path=f"/cases/{{year}}/{{serial}}/{step}",
        verb=verb,
        about="Cases",
        summary=summary,
        scope=Scope.WRITE_CASES,
        needs=(),
        asks=asks,
        path_fields=CASE_PATH,
        path_names="number",
        body=body,
        arguments=numbered,
        told=_case,
        answer=named("Result"),
        status=status,
        writes=Writes.ONCE,
        asks_version=True,
        stops_where="If-Match names the version of the case that was seen: one that has a newer one is not changed.",
    )


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
        summary="Show a case with all that lies in it: chronology, tasks, exhibits, and what was seen as it was decided.",
        scope=Scope.READ_CASES,
        needs=KEEPING,
        path_fields=CASE_PATH,
        path_names="number",
        arguments=numbered,
        answer=thing(
            {
                "case": named("Case"),
                "events": many(named("CaseEvent")),
                "tasks": many(named("CaseTask")),
                "exhibits": many(named("Exhibit")),
                "decisions": many(named("DecisionBasis")),
            }
        ),
        version=_version,
        shows_more=True,
        stops_where="A case with a team is shown to that team and to who oversees the cases; to others it is not there.",
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
        asks=("open_case",),
        body=thing({"title": text("One line.", most=TITLE_CHARACTERS_MAX), "crime_area": named("CrimeArea")}),
        told=_case,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="list_case_officers",
        method=Method.GET,
        path="/case-officers",
        verb="case_officers",
        about="Cases",
        summary="List the officers who may be given a case or a task.",
        scope=Scope.READ_CASES,
        needs=KEEPING,
        answer=thing({"officers": many(said())}),
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
        asks=("keep_case",),
        path_fields=CASE_PATH,
        path_names="number",
        body=thing({"text": text("The note.", most=NOTE_CHARACTERS_MAX)}),
        arguments=numbered,
        told=_event,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    _change("close_case", "closing", "case_close", "Close a case, with the reason.", thing({"reason": text("Why.")})),
    _change(
        "reopen_case", "reopening", "case_reopen", "Open a closed case again, with the reason.",
        thing({"reason": text("Why.")}),
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
        asks=("keep_case",),
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
    _change(
        "rename_case", "renaming", "case_rename", "Give a case another title or crime area.",
        thing({"title": text("One line.", most=TITLE_CHARACTERS_MAX), "crime_area": named("CrimeArea")}),
    ),
    _change(
        "set_case_team", "team", "case_team", "Say who alone may know of a case; with nobody named the whole body may again.",
        thing({"team": many(text("An officer's id.", most=64), most=TEAM_MAX)}),
        asks=("keep_case", "oversee_cases"),
    ),
    _change(
        "hand_case_over", "hand-over", "case_hand_over", "Give charge of a case to another officer, and with it to a unit.",
        thing(
            {
                "to": text("An officer's id.", most=64),
                "unit": free_text("The unit, in the body's own words.", most=UNIT_CHARACTERS_MAX),
                "reason": text("Why."),
            },
            "unit",
        ),
        asks=("keep_case", "oversee_cases"),
    ),
    _change(
        "join_cases", "joining", "case_join", "Join another case to this one, which goes on.",
        thing({"other": named("CaseNumber"), "reason": text("Why.")}),
    ),
    _change(
        "split_case", "splitting", "case_split", "Open a new case of a part of this one.",
        thing(
            {
                "title": text("Of the new case; one line.", most=TITLE_CHARACTERS_MAX),
                "crime_area": named("CrimeArea"),
                "reason": text("Why."),
                "tasks": many(text(most=64), "Ids of tasks that go over.", most=TEXTS_MAX),
                "exhibits": many(text(most=64), "Ids of exhibits that go over.", most=TEXTS_MAX),
                "items": many(text(most=64), "Ids of messages, hits and requests that are noted there.", most=TEXTS_MAX),
            },
            "tasks", "exhibits", "items",
        ),
        asks=("open_case",), status=201,
    ),
)  # fmt: skip
"""Of the table: cases."""
