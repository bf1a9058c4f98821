"""The routes about what the body lets its units see, to be read; officers at the node set it (api.left_out)."""

from __future__ import annotations

from entente.api.directory_routes import DAY_ASKED
from entente.api.route import ApiRoute, Method
from entente.api.shapes import flag, many, moment, named, number, said, text, thing
from entente.bodies.tokens import Scope
from entente.bodies.unit_rules import UNIT_ID_CHARACTERS_MAX
from entente.disclosure.limiting import LOOKS
from entente.kernel.canonical import JsonObject

_CODES: JsonObject = {
    "type": ["array", "null"],
    "items": {"type": "string"},
    "description": "Null where it limits nothing",
}
_UNIT = thing(
    {
        **{name: said() for name in ("id", "name", "kind", "territory", "parent", "under")},
        "is_listed": flag("Whether it is among the body's units"),
    }
)
_LIMITS: JsonObject = thing(
    {
        **dict.fromkeys(("kinds", "purposes", "crime_areas", "marks"), _CODES),
        "sources": {"type": ["array", "null"], "items": named("Body"), "description": "Null where it limits nothing"},
        "instruments": {
            "type": ["array", "null"],
            "items": thing({"id": said(), "name": said()}),
            "description": "Null where it limits nothing",
        },
        "confidentiality": said("The highest level; empty where it is not limited"),
        "acts_up_to": said("The highest act of the ladder; empty where it is not limited"),
        "is_open": flag("Whether nothing is limited"),
    }
)
_SET: JsonObject = thing(
    {
        **{name: said() for name in ("id", "unit", "reason", "proposed_by", "decided_by", "state")},
        "limits": _LIMITS,
        "since": moment(),
        "proposed_at": moment(),
        "decided_at": moment(or_null=True),
    }
)
_SET_OR_NULL: JsonObject = {**_SET, "type": ["object", "null"]}

ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_unit_limits",
        method=Method.GET,
        path="/unit-limits",
        verb="unit_limits_list",
        about="Directory",
        summary="List the units of this body that have limits, had some, or for which some wait.",
        scope=Scope.READ_DIRECTORY,
        needs=LOOKS,
        answer=thing(
            {
                "units": many(
                    thing(
                        {
                            "unit": _UNIT,
                            "limits": {**_LIMITS, "type": ["object", "null"]},
                            "since": moment(or_null=True),
                            "officers": number("Whom they bind"),
                            "waiting": _SET_OR_NULL,
                            "coming": number("What was confirmed and takes effect later"),
                        }
                    )
                )
            }
        ),
    ),
    ApiRoute(
        name="show_unit_limits",
        method=Method.GET,
        path="/unit-limits/{unit}",
        verb="unit_limits_show",
        about="Directory",
        summary="Show what a unit's officers may see at most, or might on a day, by whom it was decided, and what was before.",
        scope=Scope.READ_DIRECTORY,
        needs=LOOKS,
        path_fields={"unit": text("The unit's id.", most=UNIT_ID_CHARACTERS_MAX)},
        query=DAY_ASKED,
        answer=thing(
            {
                "on": said(),
                "unit": _UNIT,
                "limits": _SET_OR_NULL,
                "binding": many(thing({"unit": said(), "name": said(), "since": moment(), "limits": _LIMITS})),
                "coming": many(_SET),
                "waiting": _SET_OR_NULL,
                "history": many(_SET),
                "officers": many(thing({"id": said(), "roles": many(said()), "unit": said(), "is_machine": flag()})),
            }
        ),
    ),
)
"""Of the table: what units see."""
