"""The routes of the directory: bodies, groups, instruments."""

from __future__ import annotations

from entente.api.route import ApiRoute, Method
from entente.api.shapes import anything, flag, many, moment, named, number, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.kernel.canonical import INTEGER_MAX, JsonObject

_CODE = r"^[A-Za-z0-9:-]+$"
BODY_NAMED: dict[str, JsonObject] = {"body": text("Its code or id.", most=64, pattern=_CODE)}
DAY_ASKED: dict[str, JsonObject] = {
    "on": text("As of which day; today where none is given.", most=10, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
}
_LINE: dict[str, JsonObject] = {
    "id": said(),
    "code": said(),
    "name": said(),
    "kind": said(),
    "country": said(),
    "addresses": many(said()),
    "introduced_by": said(),
    "is_own": flag(),
}
_ENTRY = thing(
    {
        **_LINE,
        "zone": said(),
        "relays": many(said()),
        "names": many(anything("A name and when it was in use")),
        "units": many(anything("A branch, organ or unit")),
        "introduced_at": moment(or_null=True),
        "replaces": said(),
        "succeeded_by": said(),
        "keys": anything("The keys in force"),
        "node_keys": many(said()),
    }
)
_GROUP = thing(
    {
        "id": said(),
        "name": said(),
        "title": said(),
        "keeper": named("Body"),
        "version": number(),
        "entries": many(
            thing(
                {
                    "body": named("Body"),
                    "status": said(),
                    "since": said(),
                    "until": {"type": ["string", "null"]},
                    "document": said(),
                    "counts": flag("Whether it counts on that day"),
                }
            )
        ),
    }
)
_INSTRUMENT: dict[str, JsonObject] = {
    "id": said(),
    "name": said(),
    "kind": said(),
    "title": said(),
    "in_force": flag(),
    "why": said(),
    "parties_in_force": many(said()),
    "signed_by": many(said()),
    "missing": many(said("Who has not signed")),
    "refused_by": many(said("Who said that they do not sign")),
    "is_concluded": flag("Whether as many have signed as its rule asks for"),
    "is_blocked": flag("Whether it cannot be concluded as long as those do not sign"),
    "is_open": flag("Whether it can still be signed: it was not taken back, or too late"),
    "has_ended": flag("Whether its own last day has passed"),
    "proposed_by": said(),
    "suspensions": number("How many stand"),
}


def _group_named(given: JsonObject) -> JsonObject:
    """Put the two parts of a group's name together."""
    rest = {name: value for name, value in given.items() if name not in {"keeper", "name"}}
    return {**rest, "group": f"{given['keeper']}/{given['name']}"}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_bodies",
        method=Method.GET,
        path="/bodies",
        verb="body_list",
        about="Directory",
        summary="List the bodies of the directory.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        answer=thing({"bodies": many(thing(_LINE)), "statements_of_unknown_bodies": number()}),
    ),
    ApiRoute(
        name="show_body",
        method=Method.GET,
        path="/bodies/{body}",
        verb="body_show",
        about="Directory",
        summary="Show a directory entry.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields=BODY_NAMED,
        answer=thing({"body": _ENTRY, "is_own": flag()}),
    ),
    ApiRoute(
        name="list_groups",
        method=Method.GET,
        path="/groups",
        verb="group_list",
        about="Directory",
        summary="List the groups as they stand on a day.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        query=DAY_ASKED,
        answer=thing({"on": said(), "groups": many(_GROUP)}),
    ),
    ApiRoute(
        name="show_group",
        method=Method.GET,
        path="/groups/{keeper}/{name}",
        verb="group_show",
        about="Directory",
        summary="Show a group as it stands on a day.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields={
            "keeper": text("The code or id of the body that keeps it.", most=64, pattern=_CODE),
            "name": text("Its name.", most=64, pattern=r"^[A-Za-z0-9._-]+$"),
        },
        path_names="group",
        query={
            **DAY_ASKED,
            "version": whole(
                "Which version of those kept here, as it stood; the newest where none is given.",
                least=1,
                most=INTEGER_MAX,
            ),
        },
        arguments=_group_named,
        answer=thing({"on": said(), "group": _GROUP}),
    ),
    ApiRoute(
        name="list_instruments",
        method=Method.GET,
        path="/instruments",
        verb="instrument_list",
        about="Directory",
        summary="List the instruments known here, and whether each is in force.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        answer=thing({"instruments": many(thing(_INSTRUMENT))}),
    ),
    ApiRoute(
        name="show_instrument",
        method=Method.GET,
        path="/instruments/{instrument}",
        verb="instrument_show",
        about="Directory",
        summary="Show an instrument: terms, signatures, how each party stands.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields={"instrument": text("Its short name or id.", most=100, pattern=r"^[A-Za-z0-9._:-]+$")},
        answer=thing(
            {
                **_INSTRUMENT,
                "refusals": many(anything("Who does not sign, and why")),
                "taken_back": {**anything("Who took the proposal back, and why"), "type": ["object", "null"]},
                "is_ours_to_take_back": flag(),
                "terms": named("Terms"),
                "participations": many(anything("How one party stands")),
                "measures": many(anything("A measure under it")),
                "proposals": many(anything("A proposal under it")),
            }
        ),
    ),
)
"""Of the table: the directory."""
