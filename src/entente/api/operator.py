"""POST /operator: a command on this machine asks the running node for one verb.

Only a peer on loopback is heard, without a proxy in between, with the token of the node's folder; the body is bounded; the verb
runs in the thread pool. A short verb is answered with its JSON. A long one that reports progress is answered line by line
(NDJSON): `{"progress": n}` for each step that is durable, and last `{"answer": …}` or `{"error": …}`.

A caller that goes away does not undo what a verb began: an import is simply started again. A node that is asked to stop lets a
short verb end, and ends a long one at its next durable step.

Source: DESIGN section 8.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from entente.api.errors import problem, problem_response
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import EntenteError, Invalid, Unavailable, Untrusted
from entente.node import Node
from entente.verbs import perform

OPERATOR_BYTES_MAX = 2 * 1024 * 1024
"""A group or order file of 512 KiB in base64, or a signed statement of as much, with room."""
PATH = "/operator"
NDJSON = "application/x-ndjson"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

_Event: TypeAlias = "int | JsonObject | EntenteError | Exception"
"""Rows durable so far; at the end the answer, an error of the tree, or a programming error to be raised again."""


def _runs_on() -> bool:
    return False


def operator_route(node: Node, token: str, is_stopping: Callable[[], bool] = _runs_on) -> Route:
    """Return the route, for the node of a folder with this token; `is_stopping` says whether it was asked to stop."""

    async def operate(request: Request) -> Response:
        try:
            _require_operator(request, token)
            verb, arguments = _asked(await _bounded_body(request))
        except EntenteError as error:
            return problem_response(error)
        events = _perform(node, verb, arguments, is_stopping)
        first = await anext(events)
        if isinstance(first, int):
            return StreamingResponse(_lines(first, events), media_type=NDJSON)
        return _short(first)

    return Route(PATH, operate, methods=["POST"])


async def _perform(
    node: Node, verb: str, arguments: JsonObject, is_stopping: Callable[[], bool]
) -> AsyncIterator[_Event]:
    """Yield progress and then what came of the verb, which runs in a thread of its own."""
    loop = asyncio.get_running_loop()
    steps: asyncio.Queue[int | None] = asyncio.Queue()

    def step(done: int) -> None:
        if is_stopping():
            raise _stopping(done)
        loop.call_soon_threadsafe(steps.put_nowait, done)

    def run() -> JsonObject | Exception:
        try:
            return perform(node, verb, arguments, step)
        except Exception as error:  # noqa: BLE001 - raised again by who answers, in the thread of the request
            return error

    running = asyncio.ensure_future(run_in_threadpool(run))
    # Its end is told in the loop's own thread: waking that costs a short verb more than all else of its way there and back.
    running.add_done_callback(lambda _: steps.put_nowait(None))
    while (done := await steps.get()) is not None:
        yield done
    yield running.result()


def _stopping(done: int) -> Unavailable:
    return Unavailable(
        "The node was asked to stop before this was done.",
        why=f"It ended at a durable step: {done} rows are kept, and nothing is half-written.",
        do="Start the node and run the same command again; what is there already stays as it is.",
        retry_is_safe=True,
    )


def _short(event: JsonObject | Exception) -> Response:
    if isinstance(event, EntenteError):
        return problem_response(event)
    if isinstance(event, Exception):
        raise event
    return JSONResponse(event, headers={"Cache-Control": "no-store"})


async def _lines(first: int, events: AsyncIterator[_Event]) -> AsyncIterator[bytes]:
    yield _line({"progress": first})
    async for event in events:
        if isinstance(event, int):
            yield _line({"progress": event})
        elif isinstance(event, EntenteError):
            yield _line({"error": problem(event)})
        elif isinstance(event, Exception):
            raise event
        else:
            yield _line({"answer": event})


def _line(document: JsonObject) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8") + b"\n"


def _require_operator(request: Request, token: str) -> None:
    if not _is_local(request):
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


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


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
