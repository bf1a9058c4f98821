"""The routes of the roster, for a body's planning system: read it, enter a duty, take one off.

Shifts and calls are read by others (api.duty_routes).
"""

from __future__ import annotations

from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import free_text, many, named, one_of, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.duty.model import DutyFunction
from entente.duty.roster import EVERY_DAYS_MAX, KEEPS, TIMES_MAX
from entente.duty.rules import REACH_CHARACTERS_MAX
from entente.duty.shifts import WORKS
from entente.kernel.canonical import JsonObject
from entente.verbs.duty import DAYS_MAX

WALL_TIME_CHARACTERS_MAX = 30
ZONE_CHARACTERS_MAX = 60
"""The longest name of the time zone database has half of it."""
_WALL_TIME = "Wall time in the zone: 2031-05-04 19:00."


def _read(answer: JsonObject) -> JsonObject:
    return {name: answer[name] for name in ("entries", "now", "next", "officers", "zone")}


def _entered(answer: JsonObject) -> JsonObject:
    entry = answer["entry"]
    assert isinstance(entry, dict), "an entry is an object"
    return {"id": entry["id"], "href": f"{PREFIX}/roster"}


def _taken_off(answer: JsonObject) -> JsonObject:
    return {"id": answer["id"], "href": ""}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_roster",
        method=Method.GET,
        path="/roster",
        verb="roster_list",
        about="Roster",
        summary="List who is on duty now and in the days to come, and who may be entered.",
        scope=Scope.READ_DIRECTORY,
        needs=(WORKS, KEEPS),
        query={"days": whole("How many days ahead.", least=1, most=DAYS_MAX, default=14)},
        told=_read,
        answer=thing(
            {
                "entries": many(named("Duty")),
                "now": many(named("Duty")),
                "next": {
                    "type": ["object", "null"],
                    "description": "The duty at the desk after the present one: as of Duty",
                },
                "officers": many(said(), "Who may be entered"),
                "zone": said("The body's own, in which a duty is entered where no other is named"),
            }
        ),
    ),
    ApiRoute(
        name="enter_duty",
        method=Method.POST,
        path="/roster",
        verb="roster_enter",
        about="Roster",
        summary="Enter that an officer is on duty.",
        scope=Scope.WRITE_DIRECTORY,
        needs=(),
        asks=("keep_roster",),
        body=thing(
            {
                "who": text("The officer's id.", most=64),
                "function": one_of(*DutyFunction),
                "begins": text(_WALL_TIME, most=WALL_TIME_CHARACTERS_MAX),
                "ends": text(_WALL_TIME, most=WALL_TIME_CHARACTERS_MAX),
                "zone": free_text("Like Europe/Vienna; else the body's own.", most=ZONE_CHARACTERS_MAX),
                "reach": free_text("Where the gateway reaches them; else it does not.", most=REACH_CHARACTERS_MAX),
                "every_days": whole("The next turn is so many days later.", least=1, most=EVERY_DAYS_MAX, default=1),
                "times": whole("How many turns, the first among them.", least=1, most=TIMES_MAX, default=1),
            },
            "zone",
            "reach",
            "every_days",
            "times",
        ),
        told=_entered,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="take_off_duty",
        method=Method.POST,
        path="/roster/{duty}/removal",
        verb="roster_take_off",
        about="Roster",
        summary="Take an entry off the roster.",
        scope=Scope.WRITE_DIRECTORY,
        needs=(),
        asks=("keep_roster",),
        path_fields={"duty": text("The entry's id.", most=64, pattern=r"^duty-[0-9a-f]+$")},
        query={
            "turns": one_of(
                "one", "following", help_text="Alone, or with those that follow it in its series; else alone."
            )
        },
        arguments=lambda given: {"id": given["duty"], "following": given.get("turns") == "following"},
        told=_taken_off,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
)
