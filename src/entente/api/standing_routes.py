"""The routes of queries that stand, of what matched them, and of findings «not identical»."""

from __future__ import annotations

from collections.abc import Callable

from entente.api.record_routes import PATH, with_record
from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.search_routes import OCCASION, QUERY
from entente.api.shapes import many, named, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.identity.namesakes import MARKED_DAYS, MARKED_DAYS_MAX
from entente.identity.rules import OCCASION_CHARACTERS_MAX
from entente.identity.standing import STANDING_DAYS, STANDING_DAYS_MAX
from entente.kernel.canonical import JsonObject

_QUERY: dict[str, JsonObject] = {"query": text("Its id.", most=64, pattern=r"^standing-[0-9a-f]+$")}


def _left(answer: JsonObject) -> JsonObject:
    query = answer["query"]
    assert isinstance(query, dict), "a standing query is an object"
    return {"id": query["id"], "href": f"{PREFIX}/standing-queries"}


def _marked(answer: JsonObject) -> JsonObject:
    finding = answer["finding"]
    assert isinstance(finding, dict), "a finding is an object"
    return {"id": finding["id"], "href": f"{PREFIX}/records/{answer['name']}/not-identical"}


def _named(field: str) -> Callable[[JsonObject], JsonObject]:
    return lambda answer: {"id": answer[field], "href": ""}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_standing_queries",
        method=Method.GET,
        path="/standing-queries",
        verb="standing_list",
        about="Standing queries",
        summary="List the account's own standing queries.",
        scope=Scope.READ_STANDING,
        needs=("search",),
        answer=thing({"queries": many(named("StandingQuery"))}),
    ),
    ApiRoute(
        name="leave_standing_query",
        method=Method.POST,
        path="/standing-queries",
        verb="standing_leave",
        about="Standing queries",
        summary="Leave a query that what comes in is held against.",
        scope=Scope.WRITE_STANDING,
        needs=(),
        asks=("search",),
        body=thing(
            {
                **QUERY,
                **OCCASION,
                "days": whole("For how long.", least=1, most=STANDING_DAYS_MAX, default=STANDING_DAYS),
            },
            *QUERY, "case", "occasion", "days",
        ),
        told=_left,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="end_standing_query",
        method=Method.POST,
        path="/standing-queries/{query}/ending",
        verb="standing_end",
        about="Standing queries",
        summary="End a standing query of the account's own, and delete it with its matches.",
        scope=Scope.WRITE_STANDING,
        needs=("search",),
        path_fields=_QUERY,
        told=_named("ended"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="show_matches",
        method=Method.GET,
        path="/matches",
        verb="standing_matches",
        about="Standing queries",
        summary="Show what matched the account's standing queries, as it may be seen now. The look is a row of the trail.",
        scope=Scope.READ_STANDING,
        needs=(),
        asks=("search",),
        query={"query": text("Of one query alone.", most=64)},
        answer=thing({"matches": many(named("Match"))}),
    ),
    ApiRoute(
        name="settle_match",
        method=Method.POST,
        path="/matches/{match}/settling",
        verb="standing_settle",
        about="Standing queries",
        summary="Put a match away that was dealt with.",
        scope=Scope.WRITE_STANDING,
        needs=("search",),
        path_fields={"match": text("Its id.", most=64, pattern=r"^[a-z]+-[0-9a-f]+$")},
        told=_named("settled"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="list_not_identical",
        method=Method.GET,
        path="/records/{source}/{local_id}/not-identical",
        verb="namesake_list",
        about="Standing queries",
        summary="List the findings that somebody is not whom a record is about. The look is a row of the trail.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("search",),
        path_fields=PATH,
        path_names="record",
        query=OCCASION,
        needed=("purpose", "crime_area"),
        arguments=with_record,
        answer=thing({"findings": many(named("NotIdentical")), "name": said("The record's name")}),
    ),
    ApiRoute(
        name="mark_not_identical",
        method=Method.POST,
        path="/records/{source}/{local_id}/not-identical",
        verb="namesake_mark",
        about="Standing queries",
        summary="Find that a document's bearer is not whom a record is about.",
        scope=Scope.WRITE_HITS,
        needs=(),
        asks=("confirm_hit",),
        path_fields=PATH,
        path_names="record",
        body=thing(
            {
                "document": text("The number of the bearer's document, or its scanned zone.", most=300),
                "reason": text("Why it is another person; one line.", most=OCCASION_CHARACTERS_MAX),
                "days": whole("For how long it holds.", least=1, most=MARKED_DAYS_MAX, default=MARKED_DAYS),
                **OCCASION,
            },
            "days", "case", "occasion",
        ),
        arguments=with_record,
        told=_marked,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="end_not_identical",
        method=Method.POST,
        path="/records/{source}/{local_id}/not-identical/{finding}/ending",
        verb="namesake_end",
        about="Standing queries",
        summary="End such a finding, so that its document raises the record again.",
        scope=Scope.WRITE_HITS,
        needs=(),
        asks=("confirm_hit",),
        path_fields={**PATH, "finding": text("Its id.", most=64, pattern=r"^not-identical-[0-9a-f]+$")},
        path_names="record",
        body=thing(OCCASION, "case", "occasion"),
        arguments=with_record,
        told=_named("ended"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
)  # fmt: skip
"""Of the table: standing queries and findings."""
