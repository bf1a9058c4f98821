"""The routes of a record's versions, and of what makes the next one by hand."""

from __future__ import annotations

from entente.api.record_routes import PATH, TERMS, WHY, record_told, with_record
from entente.api.route import ApiRoute, Method, Writes
from entente.api.shapes import flag, free_text, many, moment, named, number, one_of, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.handling.model import Observation
from entente.kernel.canonical import INTEGER_MAX
from entente.records.comparing import Change, Part
from entente.records.model import FACTS_MAX, PROPERTY_NAME_CHARACTERS_MAX, TERMS_MAX, VALUE_CHARACTERS_MAX

_VERSION = whole("A version's number.", least=1, most=INTEGER_MAX)


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
_FAR_END = {
    **{name: said() for name in ("property", "to", "name", "observation")},
    "is_seen": flag("Whether something of the far end may be seen here"),
    **{name: said() for name in ("caption", "schema", "kind")},
}
CODE_CHARACTERS_MAX = 64
_CHANGE = thing(
    {
        "property": text("A property of the record's schema.", most=PROPERTY_NAME_CHARACTERS_MAX),
        "was": free_text("The value that stands there; empty where one is added.", most=VALUE_CHARACTERS_MAX),
        "value": free_text("The value from now on; empty where it is taken away.", most=VALUE_CHARACTERS_MAX),
        "observation": one_of(*Observation, help_text="Whether it was observed or assessed."),
        "terms": whole(
            "The place of its terms, as shown for the purpose: of an added value, and of one that stands on several.",
            least=0,
            most=TERMS_MAX - 1,
        ),
    },
    "was",
    "value",
    "observation",
    "terms",
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
        name="list_links",
        method=Method.GET,
        path="/records/{source}/{local_id}/links",
        verb="record_links",
        about="Records",
        summary="Say what a record links to and what links to it, with as much of each far end as the account may see.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("show_record",),
        path_fields=PATH,
        path_names="record",
        query=WHY,
        needed=("purpose", "crime_area"),
        arguments=with_record,
        answer=thing(
            {
                **{name: said() for name in ("record", "name", "caption", "schema")},
                "links": many(thing(_FAR_END)),
                "linked_by": many(
                    thing(
                        {
                            **{
                                name: said()
                                for name in ("property", "record", "name", "observation", "caption", "schema", "kind")
                            },
                            "beyond": many(
                                thing(_FAR_END), "Of a record that says how two things are tied: what else it ties"
                            ),
                        }
                    )
                ),
                "has_more": flag("Whether more records than these link to it by a link that may be seen"),
            }
        ),
    ),
    ApiRoute(
        name="list_versions",
        method=Method.GET,
        path="/records/{source}/{local_id}/versions",
        verb="record_versions",
        about="Records",
        summary="List the versions of a record that the account may see, newest first, and compare two of them line by line.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("show_record",),
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
    ApiRoute(
        name="correct_record",
        method=Method.POST,
        path="/records/{source}/{local_id}/corrections",
        verb="record_correct",
        about="Records",
        summary="Correct what a record of this body says: a new version, of which the holders are sent what they may have.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("correct_record",),
        path_fields=PATH,
        path_names="record",
        body=thing(
            {
                "reason": text("A code of the reasons to correct a record.", most=CODE_CHARACTERS_MAX),
                "changes": many(_CHANGE, "What is replaced, taken away or added.", least=1, most=FACTS_MAX),
                "purpose": named("Purpose"),
                "crime_area": named("CrimeArea"),
            },
            "purpose",
            "crime_area",
        ),
        arguments=with_record,
        told=record_told,
        answer=named("Result"),
        writes=Writes.ONCE,
        asks_version=True,
        stops_where="If-Match names the version that was seen: a record that has a newer one is not corrected."
        " Where a change names terms by their place, purpose and crime area say for what the record was shown.",
    ),
    ApiRoute(
        name="extend_record",
        method=Method.POST,
        path="/records/{source}/{local_id}/extension",
        verb="record_extend",
        about="Records",
        summary="Keep a record of this body longer, within what its kind and its instruments allow.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("correct_record",),
        path_fields=PATH,
        path_names="record",
        body=thing(
            {
                "reason": text("A code of the reasons to keep a record longer.", most=CODE_CHARACTERS_MAX),
                "review_on": text("When it is looked at again, as 2031-05-04.", most=10),
                "erase_on": text("When it ends, as 2032-05-04.", most=10),
            }
        ),
        arguments=with_record,
        told=record_told,
        answer=named("Result"),
        writes=Writes.ONCE,
        asks_version=True,
        stops_where="If-Match names the version that was seen: a record that has a newer one is not changed.",
    ),
)
"""Of the table: a record's versions, and what makes the next one by hand."""
