"""The routes of what becomes of a record: shared, held by whom, seen by whom, judged, made from what."""

from __future__ import annotations

from entente.api.record_routes import PATH, WHY, record_told, with_record
from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import flag, many, moment, named, number, one_of, said, text, thing
from entente.bodies.tokens import Scope
from entente.kernel.canonical import JsonObject
from entente.records.judging import Verdict
from entente.verbs.arguments import TEXTS_MAX

TERMS_CHARACTERS_MAX = 100_000
"""Of the terms of an import; one with every field is some 2,000."""
_HELD: dict[str, JsonObject] = {"body": named("Body"), "version": number(), "state": said()}
_HOLDER = thing(
    {
        **_HELD,
        "by": {"type": ["object", "null"], "description": "The body that passed it on; null where we sent it"},
        **{name: moment(or_null=True) for name in ("sent_at", "stored_at", "asked_at", "confirmed_at")},
        "is_missing": flag("Whether it was asked to end its copy and has not confirmed"),
    }
)


def _judged(answer: JsonObject) -> JsonObject:
    return {"id": answer["judgement"], "href": f"{PREFIX}/records/{answer['name']}"}


def _one_of_many(given: JsonObject) -> JsonObject:
    """Name the record of the path as the only one of a list."""
    whole = with_record(given)
    return {"records": [whole.pop("record")], **whole}


def _sent(answer: JsonObject) -> JsonObject:
    sent = answer["sent"]
    assert isinstance(sent, list), "what was sent is a list"
    return {"id": str(len(sent)), "href": ""}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="share_record",
        method=Method.POST,
        path="/records/{source}/{local_id}/copies",
        verb="record_share",
        about="Records",
        summary="Send copies of a record of this body, to those named or to every other party of its instruments.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("share_record",),
        path_fields=PATH,
        path_names="record",
        body=thing(
            {"recipients": many(text(most=64), "Codes or ids of bodies.", most=TEXTS_MAX)}, "recipients"
        ),
        arguments=_one_of_many,
        told=_sent,
        answer=named("Result"),
        writes=Writes.ONCE,
        stops_where="The answer's id is how many copies were sent.",
    ),
    ApiRoute(
        name="show_holders",
        method=Method.GET,
        path="/records/{source}/{local_id}/holders",
        verb="record_holders",
        about="Records",
        summary="Say who holds copies of a record of this body, direct and onward, and how far each end came.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("show_record",),
        path_fields=PATH,
        path_names="record",
        arguments=with_record,
        answer=thing(
            {
                "record": said(),
                "name": said(),
                "version": number(),
                "withdrawn_at": moment(or_null=True),
                "erase_on": {"type": ["string", "null"]},
                "is_expired": flag(),
                "erased_at": moment(or_null=True),
                "holders": many(_HOLDER),
            }
        ),
    ),
    ApiRoute(
        name="show_who_can_see",
        method=Method.GET,
        path="/records/{source}/{local_id}/readers",
        verb="record_who_can_see",
        about="Records",
        summary="Say who may see a record of this body, and why: for each body the gate's decision with its grounds.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("show_record",),
        path_fields=PATH,
        path_names="record",
        arguments=with_record,
        answer=thing(
            {
                "record": said(),
                "name": said(),
                "holders": many(thing({**_HELD, "at": moment()})),
                "who": many(thing({"body": named("Body"), "may_go_up_to": said(), "decision": named("Decision")})),
                "units": many(
                    thing(
                        {
                            **{name: said() for name in ("unit", "name", "may_go_up_to")},
                            "ground": thing({"number": said(), "text": said()}),
                        }
                    ),
                    "Our own units that have limits, for who may look at these",
                ),
            }
        ),
    ),
    ApiRoute(
        name="show_original",
        method=Method.GET,
        path="/records/{source}/{local_id}/original",
        verb="record_original",
        about="Records",
        summary="Show the part of a file that one of our records was made from, for a purpose. The look is a row of the trail.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("show_record",),
        path_fields=PATH,
        path_names="record",
        query=WHY,
        needed=("purpose", "crime_area"),
        arguments=with_record,
        answer=thing(
            {name: said() for name in ("record", "name", "file", "file_date", "file_sha256", "format", "text")}
        ),
        stops_where="It is the whole entry: shown where all of the record is.",
    ),
    ApiRoute(
        name="detach_file",
        method=Method.POST,
        path="/records/{source}/{local_id}/detachment",
        verb="record_detach",
        about="Records",
        summary="Take a file off a record of this body.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("attach_file",),
        path_fields=PATH,
        path_names="record",
        body=thing({"file": text("Its name, or its blob.", most=200)}),
        arguments=with_record,
        told=record_told,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="judge_records",
        method=Method.POST,
        path="/judgements",
        verb="record_judge",
        about="Records",
        summary="Judge two records to be, or not to be, of one thing; the judgement is a record of this body.",
        scope=Scope.WRITE_RECORDS,
        needs=("import_records",),
        body=thing(
            {
                "left": text("One record: CODE/local id, or its id.", most=200),
                "right": text("The other.", most=200),
                "verdict": one_of(*Verdict),
                "evidence": text("What it rests on."),
                "method": text("How it was found."),
                "terms": text("The terms it is kept under, as of an import.", most=TERMS_CHARACTERS_MAX),
                "share_with": many(text(most=64), "Codes or ids of bodies that get a copy.", most=TEXTS_MAX),
                **WHY,
            },
            "method", "share_with", "case",
        ),
        told=_judged,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
)  # fmt: skip
"""Of the table: what becomes of a record."""
