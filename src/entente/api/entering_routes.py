"""The routes of a record that is entered by itself: what would come of it, and entering it."""

from __future__ import annotations

from entente.api.record_routes import RECORD_PARTS, WHY, record_told
from entente.api.route import ApiRoute, Method, Writes
from entente.api.shapes import flag, many, named, one_of, said, text, thing
from entente.api.sharing_routes import TERMS_CHARACTERS_MAX
from entente.bodies.tokens import Scope
from entente.handling.model import Observation
from entente.kernel.canonical import JsonObject
from entente.records.model import (
    FACTS_MAX,
    LINKS_MAX,
    LOCAL_ID_CHARACTERS_MAX,
    PROPERTY_NAME_CHARACTERS_MAX,
    VALUE_CHARACTERS_MAX,
)
from entente.verbs.arguments import TEXTS_MAX

_OBSERVATION = one_of(*Observation, help_text="Whether it was observed or assessed.")
_BODY: JsonObject = thing(
    {
        "schema": text("What it is about: a schema of records.", most=64),
        "facts": many(
            thing(
                {
                    "property": text("A property of the schema.", most=PROPERTY_NAME_CHARACTERS_MAX),
                    "value": text("Its value.", most=VALUE_CHARACTERS_MAX),
                    "observation": _OBSERVATION,
                },
                "observation",
            ),
            "What it says.",
            least=1,
            most=FACTS_MAX,
        ),
        "links": many(
            thing(
                {
                    "property": text("A link of the schema.", most=PROPERTY_NAME_CHARACTERS_MAX),
                    "to": text("The record: CODE/local id, or its id.", most=200),
                    "observation": _OBSERVATION,
                },
                "observation",
            ),
            "The records that it links to, each of which the account may see.",
            most=LINKS_MAX,
        ),
        "terms": text("The terms it is kept under, as of an import.", most=TERMS_CHARACTERS_MAX),
        "local_id": text("The source's own number for it; made here where it is left out.", most=LOCAL_ID_CHARACTERS_MAX),
        "share_with": many(text(most=64), "Codes or ids of bodies that get a copy.", most=TEXTS_MAX),
        **WHY,
    },
    "links", "local_id", "share_with", "case",
)  # fmt: skip

ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="enter_record",
        method=Method.POST,
        path="/records",
        verb="record_enter",
        about="Records",
        summary="Enter one record of this body, as an import of one would.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("enter_record",),
        body=_BODY,
        told=record_told,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
        stops_where="An id that a record has already is refused, where an import makes the next version.",
    ),
    ApiRoute(
        name="foresee_record",
        method=Method.POST,
        path="/records/foreseen",
        verb="record_foresee",
        about="Records",
        summary="Say what would come of entering a record, and who could see it; nothing of it is kept.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("enter_record",),
        body=_BODY,
        answer=thing(
            {
                **{name: RECORD_PARTS[name] for name in ("schema", "kind", "facts", "links", "retention", "terms")},
                "who": many(
                    thing(
                        {
                            "body": named("Body"),
                            "may_go_up_to": said(),
                            "gets_copy": flag("Whether it would get a copy at once"),
                            "decision": named("Decision"),
                        }
                    )
                ),
            }
        ),
    ),
)
"""Of the table: a record that is entered by itself."""
