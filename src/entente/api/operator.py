"""POST /operator: a command on this machine asks the running node for one verb.

Only a peer on loopback is heard, without a proxy in between, with the token of the node's folder; the body is bounded; the verb
runs in a thread when its turn has come (api.running). A short verb is answered with its JSON. A long one that reports progress is
answered line by line (NDJSON): `{"progress": n}` for each step that is durable, and last `{"answer": …}` or `{"error": …}`.

A caller that goes away does not undo what a verb began: an import is simply started again. A node that is asked to stop lets a
short verb end, and ends a long one at its next durable step.

Source: DESIGN section 8.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from entente.api.errors import problem, problem_response
from entente.api.observed import OTHER, VERB
from entente.api.peers import is_local
from entente.api.running import Event, Runner, Step
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import EntenteError, Invalid, Untrusted
from entente.node import Node
from entente.verbs import VERBS, perform

OPERATOR_BYTES_MAX = 2 * 1024 * 1024
"""A group or order file of 512 KiB in base64, or a signed statement of as much, with room."""
PATH = "/operator"
NDJSON = "application/x-ndjson"


def operator_route(node: Node, token: str, runner: Runner | None = None) -> Route:
    """Return the route, for the node of a folder with this token; `runner` is shared with the API where there is one."""
    running = Runner(node.settings.search_workers) if runner is None else runner

    async def operate(request: Request) -> Response:
        try:
            _require_operator(request, token)
            verb, arguments = _asked(await _bounded_body(request))
        except EntenteError as error:
            return problem_response(error)
        known = VERBS.get(verb)
        request.scope[VERB] = OTHER if known is None else verb
        work = partial(_perform, node, verb, arguments)
        first, events = await running.begin(work, is_long=known is not None and known.is_long)
        if isinstance(first, int):
            return StreamingResponse(_lines(first, events), media_type=NDJSON)
        return _short(first)

    return Route(PATH, operate, methods=["POST"])


def _perform(node: Node, verb: str, arguments: JsonObject, step: Step) -> JsonObject:
    return perform(node, verb, arguments, step)


def _short(event: JsonObject | BaseException) -> Response:
    if isinstance(event, EntenteError):
        return problem_response(event)
    if isinstance(event, BaseException):
        raise event
    return JSONResponse(event, headers={"Cache-Control": "no-store"})


async def _lines(first: int, events: asyncio.Queue[Event]) -> AsyncIterator[bytes]:
    event: Event = first
    while isinstance(event, int):
        yield _line({"progress": event})
        event = await events.get()
    if isinstance(event, EntenteError):
        yield _line({"error": problem(event)})
    elif isinstance(event, BaseException):
        raise event
    else:
        yield _line({"answer": event})


def _line(document: JsonObject) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8") + b"\n"


def _require_operator(request: Request, token: str) -> None:
    if not is_local(request):
        raise Untrusted(
            "The operator's route was called from elsewhere.",
            reason="not_local",
            why="Only a program on the node's own machine is heard, and none through a proxy.",
            do="Run the command on the machine of the node.",
        )
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode("utf-8"), token.encode("utf-8")):
        raise Untrusted(
            "The operator's token is not the one of this node.",
            reason="wrong_token",
            why="Whoever reads the token in the node's folder is its operator; this call carried another one.",
            do="Run the command with the folder of this node, as the account that owns it.",
        )


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > OPERATOR_BYTES_MAX:
            raise Invalid(
                "The request is too large.",
                field="body",
                why=f"An operator's request has at most {OPERATOR_BYTES_MAX} bytes.",
                do="Split it; records are imported from a file, which is named and not sent.",
            )
    return bytes(body)


def _asked(body: bytes) -> tuple[str, JsonObject]:
    try:
        document: Json = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _not_a_request("it is not JSON in UTF-8") from error
    if not isinstance(document, dict) or set(document) != {"verb", "arguments"}:
        raise _not_a_request("it is an object with «verb» and «arguments»")
    verb, arguments = document["verb"], document["arguments"]
    if not isinstance(verb, str) or not isinstance(arguments, dict):
        raise _not_a_request("«verb» is text and «arguments» an object")
    return verb, arguments


def _not_a_request(why: str) -> Invalid:
    return Invalid(
        "The request is not well formed.",
        field="body",
        why=f"The operator's route takes one form: {why}.",
        do="Use the command of the same version as the running node.",
    )
