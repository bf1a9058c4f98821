"""The route of what is new: server-sent events."""

from __future__ import annotations

from entente.api.event_table import EventKind
from entente.api.route import EVENT_STREAM, ApiRoute, Handled, Method
from entente.api.shapes import named, text, whole
from entente.bodies.tokens import Scope

SECONDS_MAX = 3_600

ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="listen",
        method=Method.GET,
        path="/events",
        verb="",
        about="Events",
        summary="Listen to what is new: small references, each to something that the account may read.",
        scope=Scope.READ_EVENTS,
        needs=(),
        query={
            "kinds": text(f"Only these, with commas between: {', '.join(EventKind)}.", most=200, pattern=r"^[a-z,]+$"),
            "purpose": named("Purpose"),
            "crime_area": named("CrimeArea"),
            "seconds": whole(
                "Ends the stream after so long; 0: once all is told. Else it goes on.", least=0, most=SECONDS_MAX
            ),
        },
        answer={
            "type": "string",
            "description": "Events with `id`, `event` (the kind) and `data`: JSON with kind, change, id, href and at",
        },
        handled=Handled.EVENTS,
        gives=EVENT_STREAM,
        stops_where="Each kind needs the scope of its list too; events of records need purpose and crime area, by which they are"
        " judged. Last-Event-ID goes on behind an event without gap or repetition. A comment every 15 seconds says that it"
        " is there. It ends with the event `end` when the token ends or the node stops.",
    ),
)
"""Of the table: events."""
