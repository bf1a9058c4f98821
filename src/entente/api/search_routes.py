"""The routes of search: one query, many, a machine readable zone. What a lane, a gate or a visa counter needs."""

from __future__ import annotations

from entente.api.components import ANSWERED
from entente.api.route import ApiRoute, Method
from entente.api.shapes import free_text, many, named, number, one_of, text, thing
from entente.bodies.tokens import Scope
from entente.identity.model import QUERIES_MAX, QUERY_NAME_CHARACTERS_MAX, QUERY_TERMS_MAX
from entente.identity.rules import OCCASION_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject

ZONE_CHARACTERS_MAX = 300
"""Of a scanned zone: three lines of 44 characters, with what a reader puts between and around them."""

OCCASION: dict[str, JsonObject] = {
    "purpose": named("Purpose"),
    "crime_area": named("CrimeArea"),
    "case": named("CaseNumber"),
    "occasion": free_text("What it is for, where there is no case.", most=OCCASION_CHARACTERS_MAX),
}
QUERY: dict[str, JsonObject] = {
    "names": many(
        text(most=QUERY_NAME_CHARACTERS_MAX), "Names in any script; several are tried each.", most=QUERY_TERMS_MAX
    ),
    "birth_date": free_text("1979, 1979-05 or 1979-05-04.", most=10),
    "country": free_text("ISO 3166-1 alpha-2.", most=2),
    "sex": one_of("", "female", "male", "other"),
    "identifiers": many(
        text(most=ZONE_CHARACTERS_MAX),
        "A document number, plate, VIN, phone, wallet, or the lines of a scanned zone.",
        most=QUERY_TERMS_MAX,
    ),
    "line": free_text("What is known, parted by commas: «Rahimov, 1979, AB 123456».", most=QUERY_NAME_CHARACTERS_MAX),
}
_FOUND: dict[str, JsonObject] = {
    "searched": number("Records that were searched"),
    "trail_sequence": number("The row of the trail that has this search"),
    "silent_sources": many(named("Silence")),
}

ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="search",
        method=Method.POST,
        path="/searches",
        verb="search",
        about="Search",
        summary="Search for one person or object among all that the account may see.",
        scope=Scope.SEARCH,
        needs=(),
        asks=("search",),
        body=thing({**QUERY, **OCCASION}, *QUERY, "case", "occasion"),
        answer=thing({**ANSWERED, **_FOUND}),
        stops_where="A case or an occasion is needed too. Each search is a row of the trail, its query sealed.",
    ),
    ApiRoute(
        name="search_many",
        method=Method.POST,
        path="/searches/many",
        verb="search_many",
        about="Search",
        summary=f"Search for up to {QUERIES_MAX} queries in one request, for one purpose.",
        scope=Scope.SEARCH,
        needs=(),
        asks=("search",),
        body=thing({"queries": many(thing(QUERY, *QUERY), least=1, most=QUERIES_MAX), **OCCASION}, "case", "occasion"),
        answer=thing({"answers": many(named("OneAnswer"), "In the order of the queries."), **_FOUND}),
        stops_where="A query that cannot be read is answered with its error in its place; the others are answered all the same.",
    ),
    ApiRoute(
        name="check_mrz",
        method=Method.POST,
        path="/mrz-checks",
        verb="mrz_check",
        about="Search",
        summary="Say what a machine readable zone says, and each fault in it. Nothing is looked up and nothing recorded.",
        scope=Scope.SEARCH,
        needs=("search",),
        body=thing({"text": text("The lines of the zone, as they were read.", most=ZONE_CHARACTERS_MAX)}),
        answer=thing({"zone": named("Zone")}),
    ),
)
"""Of the table: search."""
