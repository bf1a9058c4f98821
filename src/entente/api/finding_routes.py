"""The routes that find in a large directory: bodies, units, contact points, and who shares what with whom.

For the directory and telephone systems of a body. Each answers a page, and how many there are in all.
"""

from __future__ import annotations

from entente.agreements.model import MeasurePolicy, Right
from entente.agreements.sharing import FlowState
from entente.agreements.stops import How
from entente.api.directory_routes import BODY_NAMED, DAY_ASKED
from entente.api.route import ApiRoute, Method
from entente.api.shapes import NEXT, flag, free_text, many, moment, named, number, one_of, said, text, thing, whole
from entente.bodies.model import BodyKind, ContactDays, ContactKind, MembershipStatus, UnitKind
from entente.bodies.tokens import Scope
from entente.kernel.canonical import JsonObject
from entente.verbs.sharing import Narrowed

LIST_MAX = 200
"""Lines of one page, as of every other list."""
_LIMIT: dict[str, JsonObject] = {"limit": whole("How many.", least=1, most=LIST_MAX, default=50)}
_TEXT: dict[str, JsonObject] = {"text": free_text("Words that all stand in it.", most=200)}
_BODY: dict[str, JsonObject] = {"body": BODY_NAMED["body"]}
_GROUP: dict[str, JsonObject] = {
    "group": text("Of a group: GS/members.", most=166, pattern=r"^[A-Za-z0-9:-]+/[A-Za-z0-9._-]+$")
}
_OF = number("How many there are in all")
_FOUND = thing(
    {
        "id": said(),
        "code": said(),
        "name": said("On that day"),
        "kind": one_of(*BodyKind),
        "country": said(),
        "units": number("How many it has"),
        "is_own": flag(),
        "succeeded_by": said("The code of the body in its place; empty where there is none"),
        "is_reached": flag("Whether it has an address, or a body that passes on to it"),
    }
)
_NAMED_UNITS = many(thing({"id": said(), "name": said()}))
_UNIT_LIST = thing(
    {
        "since": moment("From when it holds: when its body said it, as that body claims"),
        "until": moment("When the next one began; null for the list that stands", or_null=True),
        "units": number("How many it holds"),
        "added": _NAMED_UNITS,
        "changed": many(thing({"id": said(), "name": said()}), "Under another name, kind, territory or unit above"),
        "gone": _NAMED_UNITS,
    }
)
_UNIT = thing(
    {
        "body": named("Body"),
        "id": said(),
        "kind": one_of(*UnitKind),
        "name": said(),
        "territory": said(),
        "parent": {"type": ["string", "null"], "description": "The id of the unit that it belongs to"},
        "under": said("That unit's name"),
    }
)
_POINT = thing(
    {
        "id": said(),
        "body": named("Body"),
        "kind": one_of(*ContactKind),
        "function": said(),
        "phone": said(),
        "mail": said(),
        "languages": many(said(), "ISO 639-1, the best first"),
        "zone": said("In which its hours are told"),
        "days": one_of(*ContactDays),
        "opens": said("HH:MM; empty for day and night"),
        "closes": said(),
        "person": said("Who holds the function, where it is one person's"),
        "deputies": many(said(), "In the order to try"),
        "note": said(),
        "said_at": moment("When the body said or confirmed its points", or_null=True),
        "is_old": flag("Whether that is more than six months ago"),
    }
)
_STOP = thing(
    {
        "author": named("Body"),
        "how": one_of(*How),
        "since": moment(or_null=True),
        "suspension": said("Its id; empty where it is none"),
        "reason": said(),
    }
)
_FLOW = thing(
    {
        "state": one_of(*FlowState),
        "flowing": many(said(), "Kinds of record that flow"),
        "stopped": many(said(), "Kinds that do not"),
        "stops": many(_STOP, "All that stops them"),
    },
    "stopped",
    "stops",
)
_CELL = thing({"instrument": said(), "name": said(), "gives": _FLOW, "gets": _FLOW})
_ROW = thing(
    {
        "body": named("Body"),
        "country": said(),
        "rights": thing({right.value: many(_CELL) for right in Right}),
        "measures": many(
            thing({"policy": one_of(*MeasurePolicy), "since": moment(), "until": moment()}),
            "Measures of the charter toward it whose term goes on",
        ),
    }
)
_PLACE = thing(
    {
        "keeper": named("Body"),
        "name": said(),
        "title": said(),
        "status": one_of(*MembershipStatus),
        "since": said(),
        "document": said(),
    }
)
_KEYS = thing(
    {
        "version": number(),
        "is_current": flag(),
        "valid_from": moment(),
        "valid_until": moment(or_null=True),
        "threshold": number("How many heads have to sign"),
        "heads": many(said(), "The ids of their keys"),
        "node": said("The id of the key that signs statements and envelopes"),
        "sealing": said("The id of the key that envelopes are sealed for"),
        "compromised_since": moment("Since when the body says that the node's key was another's", or_null=True),
        "known_to": many(said(), "Of our own: codes of the bodies that took them in"),
        "not_known_to": many(said(), "Of our own: codes of those that did not yet"),
    }
)
_DOUBT = thing(
    {
        "version": number("Of the keys"),
        "key": said("The id of the node's key"),
        "since": moment(),
        "items": many(
            thing(
                {
                    "row": number("Its row of the trail here"),
                    "at": moment(),
                    "kind": said(),
                    "subject": said(),
                    "subject_name": said("The same as a person names it"),
                    "statement": said("Its id"),
                }
            )
        ),
        "is_complete": flag("Whether that is all of it"),
        "records_not_shown": number("Records that are not shown until their source says them again"),
    }
)
_ELSEWHERE = frozenset({"heard", "trouble"})
"""How the line to a body stands is for who may read the exchange: GET /exchange/lines."""


def _lines(answer: JsonObject) -> JsonObject:
    bodies = answer["bodies"]
    assert isinstance(bodies, list), "bodies are listed"
    lines = [{name: one[name] for name in one if name not in _ELSEWHERE} for one in bodies if isinstance(one, dict)]
    return {**_without_place(answer), "bodies": [*lines]}


def _without_place(answer: JsonObject) -> JsonObject:
    """Return a page without where it begins: the cursor says that, sealed."""
    return {name: value for name, value in answer.items() if name != "offset"}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="find_bodies",
        method=Method.GET,
        path="/directory/bodies",
        verb="directory_find",
        about="Finding",
        summary="Find bodies as the directory stood on a day, a page at a time.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        query={
            "text": free_text("Words of code, name or country, or the beginning of an id.", most=200),
            "kind": one_of(*BodyKind),
            "country": text("Its code.", most=2, pattern=r"^[A-Za-z]{2}$"),
            **_GROUP,
            **DAY_ASKED,
            **_LIMIT,
        },
        told=_lines,
        answer=thing({"bodies": many(_FOUND), "on": said(), "of": _OF, "next": NEXT}),
        pages="offset",
    ),
    ApiRoute(
        name="find_units",
        method=Method.GET,
        path="/directory/units",
        verb="unit_find",
        about="Finding",
        summary="Find branches, organs and units of bodies as they stood on a day, a page at a time.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        query={**_TEXT, "kind": one_of(*UnitKind), **_BODY, **DAY_ASKED, **_LIMIT},
        told=_without_place,
        answer=thing({"on": said(), "units": many(_UNIT), "of": _OF, "next": NEXT}),
        pages="offset",
    ),
    ApiRoute(
        name="list_unit_lists",
        method=Method.GET,
        path="/bodies/{body}/unit-lists",
        verb="unit_lists",
        about="Finding",
        summary="Say when a body said its units anew, the newest list first, and what each list changed.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields=BODY_NAMED,
        answer=thing({"body": named("Body"), "lists": many(_UNIT_LIST)}),
    ),
    ApiRoute(
        name="list_places",
        method=Method.GET,
        path="/bodies/{body}/groups",
        verb="body_places",
        about="Finding",
        summary="Say in which groups a body stands on a day, and when it said its units.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields=BODY_NAMED,
        query=DAY_ASKED,
        answer=thing({"on": said(), "places": many(_PLACE), "units_said_at": moment(or_null=True)}),
    ),
    ApiRoute(
        name="show_keys",
        method=Method.GET,
        path="/bodies/{body}/keys",
        verb="keys_show",
        about="Finding",
        summary="Show the versions of a body's keys, the oldest first; of this body's own, who took them in.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields=BODY_NAMED,
        answer=thing({"code": said(), "body": said("Its id"), "versions": many(_KEYS)}),
    ),
    ApiRoute(
        name="list_doubts",
        method=Method.GET,
        path="/bodies/{body}/doubts",
        verb="body_doubts",
        about="Trail",
        summary="List what came from a body under keys that it declared compromised. The look is a row of the trail.",
        scope=Scope.READ_TRAIL,
        needs=(),
        asks=("read_trail",),
        path_fields=BODY_NAMED,
        answer=thing({"code": said(), "body": said("Its id"), "declared": many(_DOUBT, "One for each such key")}),
    ),
    ApiRoute(
        name="list_contacts",
        method=Method.GET,
        path="/contacts",
        verb="contact_list",
        about="Finding",
        summary="List whom to call at which body, a page at a time.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        query={
            **_TEXT,
            "kind": one_of(*ContactKind),
            **_BODY,
            "language": text("ISO 639-1.", most=2, pattern=r"^[a-z]{2}$"),
            **_LIMIT,
        },
        told=_without_place,
        answer=thing({"points": many(_POINT), "of": _OF, "next": NEXT}),
        pages="offset",
    ),
    ApiRoute(
        name="list_sharing",
        method=Method.GET,
        path="/sharing",
        verb="sharing_matrix",
        about="Finding",
        summary="Say who shares what with whom under which right, with what stops it, a page of counterparts at a time.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        query={
            "body": text(
                "Whose counterparts: its code or id; else this body's own.", most=64, pattern=r"^[A-Za-z0-9:-]+$"
            ),
            **_TEXT,
            **_GROUP,
            "instrument": text("Under this one alone: its short name or id.", most=100, pattern=r"^[A-Za-z0-9._:-]+$"),
            "state": one_of(*Narrowed, help_text="Only these counterparts."),
            **_LIMIT,
        },
        told=_without_place,
        answer=thing({"rows": many(_ROW), "body": named("Body"), "of": _OF, "next": NEXT}),
        pages="offset",
    ),
)
"""Of the table: what is found in the directory."""
