"""The routes of groups, national orders, measures, and of what stands before an instrument: proposals and previews.

What heads sign is drafted and taken back at the node itself (api.left_out).
"""

from __future__ import annotations

import json
from collections.abc import Callable

from entente.agreements.model import LEASE_MINUTES_MAX, Direction, ProposalKind, Right
from entente.agreements.statements import PROPOSAL_CHARACTERS_MAX
from entente.api.directory_routes import BODY_NAMED
from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import anything, many, moment, named, number, one_of, said, text, thing, whole
from entente.bodies.model import MembershipStatus
from entente.bodies.tokens import Scope
from entente.kernel.canonical import INTEGER_MAX, JsonObject
from entente.kernel.signing import encode_bytes
from entente.records.gaps import WITHIN_HOURS
from entente.verbs.arguments import TEXTS_MAX

FILE_CHARACTERS_MAX = 500_000
"""Of an instrument's file: in UTF-8 and base64 within what a verb takes."""
_DAY = text("A day.", most=10, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_MEMBER = thing(
    {
        "body": text("Its code or id.", most=64),
        "status": one_of(*MembershipStatus),
        "since": _DAY,
        "until": _DAY,
        "document": text("By which it is so.", most=200),
    },
    "until",
)
_MEASURE: dict[str, JsonObject] = {"measure": text("A code of data/measures.yaml.", most=64, pattern=r"^[a-z_]+$")}
_PROPOSAL = thing(
    {
        **{name: said() for name in ("id", "charter", "kind", "text", "state", "clause")},
        "proposer": named("Body"),
        "target": named("Body"),
        "at": moment(),
    }
)
_DECISION: dict[str, JsonObject] = {
    "decided_by": text("Who decided.", most=200),
    "document": text("The paper act.", most=200),
    "reason": text("Why."),
    "review_on": _DAY,
}
_PREVIEW: dict[str, JsonObject] = {
    "instrument": said(),
    "counterparts": many(named("Body")),
    "rights": many(said()),
    "kinds": many(said()),
    "direction": said(),
    "records_held_there": number("Our records that they hold copies of"),
    "records_held_here": number("Theirs that we hold"),
    "open_requests": many(said()),
    "open_permissions": many(said()),
    "stays_open": many(said()),
}


def _as_file(*fields: str) -> Callable[[JsonObject], JsonObject]:
    """Return what makes the document that a verb takes as a file of these fields of the body."""

    def arguments(given: JsonObject) -> JsonObject:
        document = {name: given[name] for name in fields if name in given}
        rest = {name: value for name, value in given.items() if name not in fields}
        return {**rest, "data": encode_bytes(json.dumps(document, ensure_ascii=False).encode("utf-8"))}

    return arguments


def _order_file(given: JsonObject) -> JsonObject:
    version = {"version": given["version"]} if "version" in given else {}
    return {"data": encode_bytes(json.dumps(given["order"], ensure_ascii=False).encode("utf-8")), **version}


def _instrument_file(given: JsonObject) -> JsonObject:
    return {"data": encode_bytes(str(given["file"]).encode("utf-8"))}


def _kept(answer: JsonObject) -> JsonObject:
    group = answer["group"]
    assert isinstance(group, dict), "a group is an object"
    assert isinstance(group["keeper"], dict), "a body is an object"
    return {"id": group["id"], "href": f"{PREFIX}/groups/{group['keeper']['code']}/{group['name']}"}


def _made(kind: str, key: str, place: str) -> Callable[[JsonObject], JsonObject]:
    def told(answer: JsonObject) -> JsonObject:
        item = answer[kind]
        assert isinstance(item, dict), "what was made is an object"
        return {"id": item[key], "href": f"{PREFIX}/{place}"}

    return told


def _proposed(answer: JsonObject) -> JsonObject:
    line = answer["instrument"]
    assert isinstance(line, dict), "an instrument is an object"
    return {"id": line["id"], "href": f"{PREFIX}/instruments/{line['name']}"}


GROUPS: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="export_body",
        method=Method.GET,
        path="/bodies/{body}/entry",
        verb="body_export",
        about="Directory",
        summary="Give a directory entry as the file by which another node enters the body.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields=BODY_NAMED,
        answer=thing(
            {
                **{name: said() for name in ("file", "code", "name", "id")},
                "statements": many(anything("A statement of the body's own (docs/reference/statements.md)")),
            }
        ),
    ),
    ApiRoute(
        name="list_silent_sources",
        method=Method.GET,
        path="/silent-sources",
        verb="body_silent",
        about="Directory",
        summary="List the sources whose copies are hidden, or soon will be, because they were not heard for a lease.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        query={"within_hours": whole("How soon.", least=0, most=LEASE_MINUTES_MAX // 60, default=WITHIN_HOURS)},
        answer=thing(
            {
                "sources": many(
                    thing(
                        {
                            "body": named("Body"),
                            "since": moment(or_null=True),
                            "hidden": number(),
                            "soon": number(),
                            "next_end": moment(or_null=True),
                        }
                    )
                ),
                "within_hours": number(),
            }
        ),
    ),
    ApiRoute(
        name="keep_group",
        method=Method.POST,
        path="/groups",
        verb="group_keep",
        about="Directory",
        summary="Keep the next version of a group of this body.",
        scope=Scope.WRITE_DIRECTORY,
        needs=(),
        asks=("manage_groups",),
        body=thing(
            {
                "name": text("Its short name.", most=64),
                "title": text("What it is.", most=200),
                "entries": many(_MEMBER, "Its members, each with status and days.", most=TEXTS_MAX),
                "version": whole("The version that it was made from; 0 for a new group.", least=0, most=INTEGER_MAX),
            },
            "version",
        ),
        arguments=_as_file("name", "title", "entries", "version"),
        told=_kept,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
        stops_where="Each version replaces the whole list: where another one stands than it was made from, or the same list,"
        " nothing is done.",
    ),
)
POWERS: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_orders",
        method=Method.GET,
        path="/orders",
        verb="order_list",
        about="Powers",
        summary="List the national orders that say which powers this body's officers have.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        answer=thing(
            {
                "orders": many(named("Order")),
                "versions": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": "By reference, the version of each: a digest of all that it says.",
                },
            }
        ),
    ),
    ApiRoute(
        name="enter_order",
        method=Method.POST,
        path="/orders",
        verb="order_enter",
        about="Powers",
        summary="Enter a national order.",
        scope=Scope.WRITE_DIRECTORY,
        needs=(),
        asks=("manage_officers",),
        body=thing(
            {
                "order": named("Order"),
                "version": text(
                    "The version of the order of this reference that it was made from, or «new» for none; what stands is"
                    " replaced unseen where it is left out.",
                    most=64,
                ),
            },
            "version",
        ),
        arguments=_order_file,
        told=_made("order", "reference", "orders"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
        stops_where="It replaces what stands under its reference: where another version stands than it names, nothing is done.",
    ),
    ApiRoute(
        name="may_task_measure",
        method=Method.GET,
        path="/measures/{measure}",
        verb="measure_may",
        about="Powers",
        summary="Say whether the account may task a measure, with every ground. Nothing is tasked.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        path_fields=_MEASURE,
        answer=thing({"officer": said(), "measure": said(), "decision": named("Decision")}),
    ),
    ApiRoute(
        name="task_measure",
        method=Method.POST,
        path="/measures/{measure}/taskings",
        verb="measure_task",
        about="Powers",
        summary="Task an operational measure on a legal basis.",
        scope=Scope.TASK_MEASURES,
        needs=(),
        asks=("task_measure",),
        path_fields=_MEASURE,
        body=thing({"subject": text("On whom or what: a record, for example.", most=200), "case": named("CaseNumber")}, "case"),
        told=lambda answer: {"id": answer["subject"], "href": ""},
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
)  # fmt: skip
AGREEMENTS: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="propose_instrument",
        method=Method.POST,
        path="/instruments",
        verb="instrument_propose",
        about="Directory",
        summary="Put an instrument before its parties; each signs with its heads' keys, at its own node.",
        scope=Scope.WRITE_DIRECTORY,
        needs=(),
        asks=("propose_instrument",),
        body=thing({"file": text("The instrument's file, YAML or JSON (docs/guides).", most=FILE_CHARACTERS_MAX)}),
        arguments=_instrument_file,
        told=_proposed,
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="preview_suspension",
        method=Method.POST,
        path="/suspension-previews",
        verb="suspend_preview",
        about="Directory",
        summary="Say what a suspension would stop. Nothing changes: heads sign it at the node.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        asks=("suspend",),
        body=thing(
            {
                "instrument": text("Its short name or id.", most=100),
                "toward": many(text(most=64), "Codes or ids of bodies; all where none is named.", most=TEXTS_MAX),
                "kinds": many(text(most=64), "Kinds of record; all where none is named.", most=TEXTS_MAX),
                "rights": many(one_of(*Right), "Rights; all where none is named.", most=len(Right)),
                "direction": one_of(*Direction),
                **_DECISION,
            },
            "toward", "kinds", "rights", "direction", "review_on",
        ),
        answer=thing({"preview": thing(_PREVIEW)}),
    ),
    ApiRoute(
        name="preview_cut_off",
        method=Method.POST,
        path="/cut-off-previews",
        verb="cut_off_preview",
        about="Directory",
        summary="Say what cutting this body off from everybody would stop. Nothing changes.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        asks=("suspend",),
        body=thing(_DECISION, "review_on"),
        answer=thing(
            {
                "preview": thing(
                    {
                        "stops": many(thing({**_PREVIEW, "id": said()})),
                        "stopped_before": many(said()),
                        "stays_open": many(said()),
                    }
                )
            }
        ),
    ),
    ApiRoute(
        name="list_proposals",
        method=Method.GET,
        path="/proposals",
        verb="proposal_list",
        about="Directory",
        summary="List the proposals under charters that are recorded here.",
        scope=Scope.READ_DIRECTORY,
        needs=(),
        answer=thing({"proposals": many(_PROPOSAL)}),
    ),
    ApiRoute(
        name="make_proposal",
        method=Method.POST,
        path="/proposals",
        verb="proposal_make",
        about="Directory",
        summary="Put a proposal under the charter before its parties.",
        scope=Scope.WRITE_DIRECTORY,
        needs=(),
        asks=("propose_governance",),
        body=thing(
            {
                "kind": one_of(*ProposalKind),
                "target": text("The code or id of the body that it is about.", most=64),
                "text": text("The proposal.", most=PROPOSAL_CHARACTERS_MAX),
            }
        ),
        told=_made("proposal", "id", "proposals"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
)  # fmt: skip
ROUTES = (*GROUPS, *POWERS, *AGREEMENTS)
"""Of the table: groups, powers, what stands before an instrument."""
