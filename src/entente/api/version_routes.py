"""The routes of a record's versions."""

from __future__ import annotations

from entente.api.record_routes import PATH, TERMS, WHY, with_record
from entente.api.route import ApiRoute, Method
from entente.api.shapes import many, moment, number, one_of, said, thing, whole
from entente.bodies.tokens import Scope
from entente.records.comparing import Change, Part
from entente.verbs.records import NUMBER_MAX

_VERSION = whole("A version's number.", least=1, most=NUMBER_MAX)


_SIDE = many(
    thing(
        {
            "value": said(),
            "observation": said("Of a fact or link: whether it was observed or assessed"),
            "terms": many(TERMS, "The terms it stands on; none for an end"),
            "sha256": said("Of a file"),
        }
    ),
    "The line as this version has it; empty where it does not.",
    most=1,
)
_LINE = thing(
    {
        "part": one_of(*Part),
        "name": said("The property of a fact or link; review_on or erase_on"),
        "change": one_of(*Change),
        "older": _SIDE,
        "newer": _SIDE,
    }
)

ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_versions",
        method=Method.GET,
        path="/records/{source}/{local_id}/versions",
        verb="record_versions",
        about="Records",
        summary="List the versions of a record that the account may see, newest first, and compare two of them line by line.",
        scope=Scope.READ_RECORDS,
        needs=(),
        path_fields=PATH,
        path_names="record",
        query={**WHY, "older": _VERSION, "newer": _VERSION},
        needed=("purpose", "crime_area"),
        arguments=with_record,
        answer=thing(
            {
                "record": said(),
                "name": said(),
                "schema": said(),
                "versions": many(thing({"version": number(), "at": moment(), "officer": said(), "facts": number()})),
                "not_here": many(thing({"from": number(), "to": number()}), "Runs of versions that are not here."),
                "older": number("Which version is compared; 0 where there is one version alone"),
                "newer": number("… with which"),
                "lines": many(_LINE, "Every line of both, unchanged ones too."),
            }
        ),
    ),
)
"""Of the table: a record's versions."""
