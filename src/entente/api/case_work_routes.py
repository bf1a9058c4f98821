"""The routes of what is done on a case: tasks and terms, exhibits and their hand-overs."""

from __future__ import annotations

from collections.abc import Callable

from entente.api.case_routes import CASE_PATH, numbered
from entente.api.route import ApiRoute, Method, Writes
from entente.api.shapes import named, one_of, text, thing
from entente.bodies.tokens import Scope
from entente.cases.exhibits import LINE_CHARACTERS_MAX, REMARK_CHARACTERS_MAX
from entente.cases.exhibits import WHAT_CHARACTERS_MAX as EXHIBIT_CHARACTERS_MAX
from entente.cases.model import ExhibitKind
from entente.cases.tasks import OUTCOME_CHARACTERS_MAX, TERM_CHARACTERS_MAX, WHAT_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject

_AT = text("A time in UTC: 2031-05-04T08:00:00Z.", most=40)
_SEAL = text("The seal's number.", most=LINE_CHARACTERS_MAX)
_SHA256 = text("Of a digital exhibit: SHA-256 of its bytes.", most=64, pattern=r"^[0-9a-fA-F]{64}$")
_TASK: dict[str, JsonObject] = {**CASE_PATH, "task": text("Its id.", most=64, pattern=r"^task-[0-9a-f]+$")}
_EXHIBIT: dict[str, JsonObject] = {**CASE_PATH, "exhibit": text("Its id.", most=64, pattern=r"^exhibit-[0-9a-f]+$")}


def _made(name: str, id_field: str = "id") -> Callable[[JsonObject], JsonObject]:
    def told(answer: JsonObject) -> JsonObject:
        thing_made = answer[name]
        assert isinstance(thing_made, dict), "what was made is an object"
        return {"id": thing_made[id_field], "href": ""}

    return told


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="set_case_task",
        method=Method.POST,
        path="/cases/{year}/{serial}/tasks",
        verb="task_set",
        about="Cases",
        summary="Set something to be done on a case, or a term that runs.",
        scope=Scope.WRITE_CASES,
        needs=(),
        asks=("keep_case",),
        path_fields=CASE_PATH,
        path_names="number",
        body=thing(
            {
                "what": text("One line.", most=WHAT_CHARACTERS_MAX),
                "to": text("The officer who has it to do.", most=64),
                "due_at": _AT,
                "term_of": text("What sets the term, where something does.", most=TERM_CHARACTERS_MAX),
            },
            "due_at", "term_of",
        ),
        arguments=numbered,
        told=_made("task"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="finish_case_task",
        method=Method.POST,
        path="/cases/{year}/{serial}/tasks/{task}/outcome",
        verb="task_finish",
        about="Cases",
        summary="State that a task was done, and what came of it.",
        scope=Scope.WRITE_CASES,
        needs=(),
        asks=("keep_case",),
        path_fields=_TASK,
        path_names="number",
        body=thing({"outcome": text("What came of it.", most=OUTCOME_CHARACTERS_MAX)}),
        arguments=numbered,
        told=_made("task"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="enter_exhibit",
        method=Method.POST,
        path="/cases/{year}/{serial}/exhibits",
        verb="exhibit_enter",
        about="Cases",
        summary="Enter an exhibit in a case; nothing of it is ever changed.",
        scope=Scope.WRITE_CASES,
        needs=(),
        asks=("keep_case",),
        path_fields=CASE_PATH,
        path_names="number",
        body=thing(
            {
                "kind": one_of(*(one.value for one in ExhibitKind)),
                "what": text("What it is.", most=EXHIBIT_CHARACTERS_MAX),
                "found_at": _AT,
                "found_where": text(most=LINE_CHARACTERS_MAX),
                "found_by": text("Who took it.", most=LINE_CHARACTERS_MAX),
                "seal": _SEAL,
                "sha256": _SHA256,
            },
            "seal", "sha256",
        ),
        arguments=numbered,
        told=_made("exhibit"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="hand_exhibit_over",
        method=Method.POST,
        path="/cases/{year}/{serial}/exhibits/{exhibit}/hand-overs",
        verb="exhibit_hand_over",
        about="Cases",
        summary="Add a hand-over to an exhibit's chain of custody; none is ever changed.",
        scope=Scope.WRITE_CASES,
        needs=(),
        asks=("keep_case",),
        path_fields=_EXHIBIT,
        path_names="number",
        body=thing(
            {
                "at": _AT,
                "gave": text("Who gave it: who took it last.", most=LINE_CHARACTERS_MAX),
                "took": text(most=LINE_CHARACTERS_MAX),
                "where": text(most=LINE_CHARACTERS_MAX),
                "seal": _SEAL,
                "sha256": _SHA256,
                "remark": text(most=REMARK_CHARACTERS_MAX),
            },
            "seal", "sha256", "remark",
        ),
        arguments=numbered,
        told=_made("hand_over", "exhibit"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
)  # fmt: skip
"""Of the table: what is done on a case."""
