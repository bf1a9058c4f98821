"""The routes of what is asked of a source: leave, one record, a look at one; and of passing a record on."""

from __future__ import annotations

from entente.api.correspondence_routes import LIMIT, made
from entente.api.record_routes import PATH, RECORD, WHY, record_told, with_record
from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import NEXT, flag, free_text, many, moment, named, one_of, text, thing, whole
from entente.bodies.tokens import Scope
from entente.correspondence.model import TEXT_CHARACTERS_MAX
from entente.handling.model import DisclosureAct
from entente.identity.rules import OCCASION_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.verbs.correspondence import LEAVE_DAYS_MAX

ASKING = ("ask_permission", "grant_permission")
"""Who asks for leave or grants it may read what was asked."""
SEARCHING = ("search",)
_RECORD = text("The record: CODE/local id, or its id.", most=200)
_INSTRUMENT = text("The instrument it falls under.", most=100)
_KIND = text("The kind of data that is asked for.", most=64)
_ID: dict[str, JsonObject] = {"id": text("Its id.", most=64, pattern=r"^[a-z_-]+-[0-9a-f]+$")}


def _permission(answer: JsonObject) -> JsonObject:
    item = answer["permission"]
    assert isinstance(item, dict), "a request for leave is an object"
    return {"id": item["id"], "href": f"{PREFIX}/permissions/{item['id']}"}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_permissions",
        method=Method.GET,
        path="/permissions",
        verb="permission_list",
        about="Leave and requests",
        summary="List the newest requests for leave, ours and those of others about our records.",
        scope=Scope.READ_REQUESTS,
        needs=ASKING,
        query=LIMIT,
        answer=thing({"permissions": many(named("Permission")), "next": NEXT}),
        pages="before",
    ),
    ApiRoute(
        name="show_permission",
        method=Method.GET,
        path="/permissions/{id}",
        verb="permission_show",
        about="Leave and requests",
        summary="Show one request for leave, and how it was answered.",
        scope=Scope.READ_REQUESTS,
        needs=ASKING,
        path_fields=_ID,
        answer=thing({"permission": named("Permission"), "decisions": many(named("DecisionBasis"))}),
    ),
    ApiRoute(
        name="ask_permission",
        method=Method.POST,
        path="/permissions",
        verb="permission_ask",
        about="Leave and requests",
        summary="Ask a record's source for leave to do what its conditions keep for it.",
        scope=Scope.WRITE_REQUESTS,
        needs=(),
        asks=("ask_permission",),
        body=thing(
            {
                "record": _RECORD,
                "acts": many(one_of(*DisclosureAct), "For which acts.", least=1, most=len(DisclosureAct)),
                "justification": text("Why; the source reads it.", most=TEXT_CHARACTERS_MAX),
                "forward_to": text("The body that it is to go to, where leave to forward is asked.", most=64),
                "urgency": text("A code of data/reasons.yaml, for urgencies; normal where none is given.", most=64),
                **WHY,
                "instrument": _INSTRUMENT,
            },
            "forward_to", "urgency", "case", "instrument",
        ),
        told=_permission,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="answer_permission",
        method=Method.POST,
        path="/permissions/{id}/answer",
        verb="permission_answer",
        about="Leave and requests",
        summary="Grant leave about a record of this body until a day, or refuse it with a reason.",
        scope=Scope.WRITE_REQUESTS,
        needs=(),
        asks=("grant_permission",),
        path_fields=_ID,
        body=thing(
            {
                "grant": flag("Whether leave is given."),
                "days": whole("For how long it is given.", least=1, most=LEAVE_DAYS_MAX, default=30),
                "reason": text("Of a refusal: a code of data/reasons.yaml.", most=64),
                "text": free_text("What else to say; the asker reads it.", most=TEXT_CHARACTERS_MAX),
            },
            "days", "reason", "text",
        ),
        told=_permission,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="list_record_requests",
        method=Method.GET,
        path="/record-requests",
        verb="request_list",
        about="Leave and requests",
        summary="List the newest record requests, ours and those of others.",
        scope=Scope.READ_REQUESTS,
        needs=SEARCHING,
        query=LIMIT,
        answer=thing({"requests": many(named("RecordRequest")), "next": NEXT}),
        pages="before",
    ),
    ApiRoute(
        name="show_record_request",
        method=Method.GET,
        path="/record-requests/{id}",
        verb="request_show",
        about="Leave and requests",
        summary="Show a record request and its answer.",
        scope=Scope.READ_REQUESTS,
        needs=SEARCHING,
        path_fields=_ID,
        answer=thing({"request": named("RecordRequest")}),
    ),
    ApiRoute(
        name="ask_record",
        method=Method.POST,
        path="/record-requests",
        verb="request_ask",
        about="Leave and requests",
        summary="Ask a source's node for one record under one instrument; its answer comes by itself.",
        scope=Scope.WRITE_REQUESTS,
        needs=(),
        asks=("search",),
        body=thing({"record": _RECORD, "kind": _KIND, **WHY, "instrument": _INSTRUMENT}, "case"),
        told=made("request", "record-requests"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="consult_record",
        method=Method.POST,
        path="/consultations",
        verb="record_consult",
        about="Leave and requests",
        summary="Ask a source's node to show one record now; nothing of it is kept.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("search",),
        body=thing(
            {
                "record": text("The record: CODE/local id, or its id, or a hit's id.", most=200),
                "identifier": text("A number that a copy here has, instead of the record.", most=300),
                "kind": _KIND,
                **WHY,
                "occasion": free_text("What it is for, where there is no case.", most=OCCASION_CHARACTERS_MAX),
                "instrument": _INSTRUMENT,
            },
            "record", "identifier", "kind", "case", "occasion", "instrument",
        ),
        answer=thing(
            {
                "record": RECORD,
                "as_of": moment("When the source answered, by its clock"),
                "source": named("Body"),
                "decision": named("Decision"),
            }
        ),
        stops_where="The question and what came of it are rows of the trail, here and at the source.",
    ),
    ApiRoute(
        name="forward_record",
        method=Method.POST,
        path="/records/{source}/{local_id}/forwarding",
        verb="record_forward",
        about="Leave and requests",
        summary="Pass another body's record on, as its conditions or its source's leave allow.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("forward_record",),
        path_fields=PATH,
        path_names="record",
        body=thing({"to": text("A body's code or id.", most=64), **WHY, "instrument": _INSTRUMENT}, "case", "instrument"),
        arguments=with_record,
        told=record_told,
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
)  # fmt: skip
"""Of the table: leave, requests, consulting, forwarding."""
