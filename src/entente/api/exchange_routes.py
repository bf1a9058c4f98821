"""The routes of the exchange's desk: the line to each body, what is held, what was set aside, by which way a body is reached."""

from __future__ import annotations

from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import NEXT, flag, many, moment, named, number, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.exchange.deciding import HELD_SHOWN_MAX
from entente.kernel.canonical import JsonObject

DECIDING = ("decide_held",)
"""Who decides what is held may see how the lines stand."""
_BODY = text("A body's code or id.", most=64)
_NUMBER: dict[str, JsonObject] = {"number": text("Its number.", most=15, pattern=r"^[0-9]+$")}
_HELD = thing(
    {
        "number": number(),
        "to": named("Body"),
        "kind": said(),
        "instrument": said(),
        "about": said(),
        "put_at": moment(),
        "held_since": moment(),
        "days_held": number(),
        "term": {"type": ["string", "null"], "description": "Until when it can still leave"},
        "is_late": flag(),
        "why": said(),
    }
)


def _numbered(given: JsonObject) -> JsonObject:
    return {**given, "number": int(str(given["number"]))}


def _decided(kind: str) -> JsonObject:
    return {"id": kind, "href": f"{PREFIX}/exchange/held"}


def _released(answer: JsonObject) -> JsonObject:
    held = answer["released"]
    assert isinstance(held, dict), "what was held is an object"
    return _decided(str(held["number"]))


def _dropped(answer: JsonObject) -> JsonObject:
    held = answer["dropped"]
    assert isinstance(held, dict), "what was held is an object"
    return _decided(str(held["number"]))


def _routed(answer: JsonObject) -> JsonObject:
    body = answer["body"]
    assert isinstance(body, dict), "a body is an object"
    return {"id": body["id"], "href": f"{PREFIX}/exchange/lines"}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_lines",
        method=Method.GET,
        path="/exchange/lines",
        verb="exchange_lines",
        about="Exchange",
        summary="Say how the line to each body stands, and what waits for it.",
        scope=Scope.READ_EXCHANGE,
        needs=DECIDING,
        answer=thing(
            {
                "lines": many(
                    thing(
                        {
                            "body": named("Body"),
                            "waiting": number("Statements that wait to be posted"),
                            "in_queue": number("All that are not delivered"),
                            "queue_most": number("How many there may be"),
                            "relayed_for": number("Envelopes that this node keeps for it"),
                            "via": said("The relay that it is reached through"),
                            "heard": moment(or_null=True),
                            "attempts": number(),
                            "why": said("Why the last attempt failed"),
                        }
                    )
                ),
                "held": number(),
                "aside": number(),
            }
        ),
    ),
    ApiRoute(
        name="list_held",
        method=Method.GET,
        path="/exchange/held",
        verb="exchange_held",
        about="Exchange",
        summary="List what is held and not sent, with the reason.",
        scope=Scope.READ_EXCHANGE,
        needs=DECIDING,
        query={
            "to": text("Only what is for one body, by its code or id.", most=64),
            "limit": whole("How many at most.", least=1, most=HELD_SHOWN_MAX, default=HELD_SHOWN_MAX),
        },
        answer=thing(
            {
                "held": many(_HELD),
                "of": number("How many there are in all, for every body"),
                "late": number("Of those, the ones past their term"),
                "bodies": many(thing({"body": named("Body"), "held": number(), "late": number()})),
                "next": NEXT,
            }
        ),
        pages="after",
    ),
    ApiRoute(
        name="list_set_aside",
        method=Method.GET,
        path="/exchange/aside",
        verb="exchange_aside",
        about="Exchange",
        summary="List the statements that this node failed at, or whose kind it does not know.",
        scope=Scope.READ_EXCHANGE,
        needs=DECIDING,
        answer=thing(
            {
                "aside": many(
                    thing(
                        {
                            "number": number(),
                            "from": named("Body"),
                            "kind": said(),
                            "statement": said(),
                            "reason": said(),
                            "at": moment(),
                        }
                    )
                )
            }
        ),
    ),
    ApiRoute(
        name="release_held",
        method=Method.POST,
        path="/exchange/held/{number}/release",
        verb="exchange_release",
        about="Exchange",
        summary="Let a held statement leave, if it may now.",
        scope=Scope.WRITE_EXCHANGE,
        needs=(),
        asks=("decide_held",),
        path_fields=_NUMBER,
        arguments=_numbered,
        told=_released,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="release_all_held",
        method=Method.POST,
        path="/exchange/releases",
        verb="exchange_release_all",
        about="Exchange",
        summary="Let all leave that is held for a body, if it may now.",
        scope=Scope.WRITE_EXCHANGE,
        needs=DECIDING,
        body=thing({"to": _BODY}),
        told=lambda answer: _decided(str(answer["released"])),
        answer=named("Result"),
        writes=Writes.ONCE,
        stops_where="The answer's id is how many left.",
    ),
    ApiRoute(
        name="drop_held",
        method=Method.POST,
        path="/exchange/held/{number}/drop",
        verb="exchange_drop",
        about="Exchange",
        summary="Take back a held statement for good.",
        scope=Scope.WRITE_EXCHANGE,
        needs=(),
        asks=("decide_held",),
        path_fields=_NUMBER,
        body=thing({"reason": text("Why.")}),
        arguments=_numbered,
        told=_dropped,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="route_exchange",
        method=Method.POST,
        path="/exchange/routes",
        verb="exchange_route",
        about="Exchange",
        summary="Reach a body through a relay that it named, or directly.",
        scope=Scope.WRITE_EXCHANGE,
        needs=(),
        asks=("decide_held",),
        body=thing({"body": _BODY, "via": text("The relay; directly where none is named.", most=64)}, "via"),
        told=_routed,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
)
"""Of the table: the exchange's desk."""
