"""The routes of a message that went to several: how it stands at each, and its recall from all of them or from some."""

from __future__ import annotations

from entente.api.correspondence_routes import ITEM, READING
from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import flag, many, moment, named, number, one_of, said, text, thing
from entente.bodies.tokens import Scope
from entente.correspondence.addressees import ADDRESSEES_MAX
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX
from entente.correspondence.together import Standing
from entente.kernel.canonical import JsonObject


def _recalled(answer: JsonObject) -> JsonObject:
    return {"id": answer["id"], "href": f"{PREFIX}/messages/{answer['id']}/addressees"}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_message_addressees",
        method=Method.GET,
        path="/messages/{id}/addressees",
        verb="message_addressees",
        about="Messages",
        summary="Say how a message of this body, and what went out in one act with it, stands at each addressee.",
        scope=Scope.READ_MESSAGES,
        needs=READING,
        path_fields=ITEM,
        answer=thing(
            {
                "id": said("The message that was asked about"),
                "of": number("How many messages went out in the act; 1 where it knows no act"),
                "counts": thing(
                    {standing.value: number() for standing in Standing},
                    *Standing,
                    help_text="How many stand where; none of which there are none",
                ),
                "addressees": many(
                    thing(
                        {
                            "message": said("The message that went to this body"),
                            "body": named("Body"),
                            "for_action": flag(),
                            "standing": one_of(*Standing),
                            "at": moment("Since when it stands so", or_null=True),
                            "reason": said("Why it, or its recall, was not delivered"),
                            "opened": flag("Whether that body has signed that an officer opened it"),
                            "opened_at": moment(or_null=True),
                            "recall": {
                                "type": ["object", "null"],
                                "description": "That it was taken back: when, by whom, why",
                            },
                        }
                    )
                ),
            }
        ),
    ),
    ApiRoute(
        name="recall_message_from_several",
        method=Method.POST,
        path="/messages/{id}/addressees/recall",
        verb="message_recall_several",
        about="Messages",
        summary="Take back, in one act, a message that went to several: from all of them, or from those who are named.",
        scope=Scope.WRITE_MESSAGES,
        needs=(),
        asks=("recall_message",),
        path_fields=ITEM,
        body=thing(
            {
                "reason": text("Why; each recipient reads it.", most=SUBJECT_CHARACTERS_MAX),
                "bodies": many(
                    text("A body's code or id.", most=64),
                    "From whom; from all where none is given.",
                    most=ADDRESSEES_MAX,
                ),
            },
            "bodies",
        ),
        told=_recalled,
        answer=named("Result"),
        writes=Writes.ONCE,
        stops_where="How it stands at each then is read with GET /messages/{id}/addressees.",
    ),
)
"""Of the table: a message that went to several."""
