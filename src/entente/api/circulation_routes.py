"""The routes of a message to several bodies."""

from __future__ import annotations

from entente.api.correspondence_routes import ATTACHMENTS
from entente.api.route import ApiRoute, Method, Writes
from entente.api.shapes import flag, many, named, number, said, text, thing
from entente.bodies.tokens import Scope
from entente.correspondence.addressees import ADDRESSEES_MAX
from entente.correspondence.model import TEXT_CHARACTERS_MAX
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject

_NAMES = many(
    text("A body's code or id, or a group as CODE/name, with a status after «:».", most=200), most=ADDRESSEES_MAX
)
_TO: dict[str, JsonObject] = {
    "to": _NAMES,
    "information": _NAMES,
    "instrument": text("The instrument it is sent under.", most=100),
}


def _sent(answer: JsonObject) -> JsonObject:
    return {"id": str(answer["of"]), "href": ""}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="preview_message",
        method=Method.POST,
        path="/messages/preview",
        verb="message_preview",
        about="Messages",
        summary="Say who would get a message now, who would not and why, and who could answer. Nothing is sent.",
        scope=Scope.READ_MESSAGES,
        needs=(),
        asks=("send_message",),
        body=thing(_TO, "to", "information"),
        answer=thing(
            {
                "instrument": said(),
                "on": said("The day on which groups were resolved"),
                "addressees": many(
                    thing(
                        {
                            "body": named("Body"),
                            "for_action": flag(),
                            "groups": many(said(), "By which groups it is one; none where it was named itself"),
                            "may_get": flag(),
                            "may_answer": flag("Whether it may write back under the same instrument"),
                            "decision": named("Decision"),
                            "answer_decision": named("Decision"),
                        }
                    )
                ),
                "groups": many(thing({"group": said(), "version": number(), "bodies": many(named("Body"))})),
                "reached": number("How many would get it"),
            }
        ),
    ),
    ApiRoute(
        name="circulate_message",
        method=Method.POST,
        path="/messages/circulars",
        verb="message_circulate",
        about="Messages",
        summary="Send a message to several bodies, some for action and some for information: one message to each.",
        scope=Scope.WRITE_MESSAGES,
        needs=(),
        asks=("send_message",),
        body=thing(
            {
                **_TO,
                "subject": text(most=SUBJECT_CHARACTERS_MAX),
                "text": text(most=TEXT_CHARACTERS_MAX),
                "urgency": text("A code of data/reasons.yaml, for urgencies; normal where none is given.", most=64),
                "answers": text("The message that this one answers.", most=64),
                "case": named("CaseNumber"),
                "seen": many(
                    text(most=64), "Who gets it, as it was shown before; others are left out.", most=ADDRESSEES_MAX
                ),
                "keeps_list": flag("Whether no addressee is told of the others; else each is told of all."),
                "attachments": ATTACHMENTS,
            },
            "to",
            "information",
            "urgency",
            "answers",
            "case",
            "seen",
            "keeps_list",
            "attachments",
        ),
        told=_sent,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
        attaches=True,
        stops_where="The answer's id is how many messages were sent.",
    ),
)
"""Of the table: a message to several bodies."""
