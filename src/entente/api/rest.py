"""The API: each request let in, read by its row of the table, done by its verb, answered in one shape.

The order: where it comes from, token, rate and scope (api.door); path, query and body (api.reading); the account's role; then the
verb, in turns with all others, in whose transaction everything is judged again. Whatever goes wrong is answered as a problem.

Source: docs/rules/api.md; docs/decisions/0066-the-api-is-a-table-of-routes-over-the-verbs.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from entente.api.components import components
from entente.api.cursors import Cursors
from entente.api.desk_jobs import DeskJobs
from entente.api.doing import Beside, Doing, Here, WriterProcess
from entente.api.door import Door
from entente.api.errors import WithStatus, problem_response
from entente.api.etags import etag, is_known, named_version
from entente.api.event_stream import EventStreams
from entente.api.events import Events, TrailSource
from entente.api.job_answers import JobAnswers
from entente.api.job_files import JobFiles
from entente.api.jobs import Jobs
from entente.api.observed import ROUTE, VERB
from entente.api.once import Once
from entente.api.openapi import document
from entente.api.reading import Components, body_fields, path_fields, query_fields
from entente.api.route import PREFIX, ApiRoute, Handled, Method, Writes
from entente.api.running import Runner
from entente.api.table import ROUTES
from entente.bodies.tokens import Bearer
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Invalid, NotFound, Unavailable
from entente.kernel.exercise import EXERCISE_WORD
from entente.kernel.kept_requests import KeptRequestsUnit
from entente.node import Node
from entente.verbs import VERBS
from entente.verbs.references import names_of

_log = logging.getLogger(__name__)
NO_STORE: Final = {"Cache-Control": "no-store"}
OPENAPI_PATH: Final = "/openapi.json"
_BY_VERB: Final = frozenset({Handled.VERB, Handled.VERB_ON_UPLOAD})
_BESIDE: Final = frozenset({Handled.VERB, Handled.EVENTS})
"""What a web process answers; files and jobs are the node's, in whose folder they lie."""


@dataclass(frozen=True, slots=True)
class ApiParts:
    """What the API is built from beside the node."""

    open_unit: Callable[[], KeptRequestsUnit]
    open_view: Callable[[], KeptRequestsUnit]
    secret: bytes = field(repr=False)
    """Under which cursors and requests are digested; the same after a restart."""
    runner: Runner
    files: JobFiles
    """Where jobs lie, and what was sent for them."""
    writer: WriterProcess | None = None
    """The process that writes, where this one only reads."""
    together: Callable[[], AbstractContextManager[None]] = nullcontext
    """Holds what one verb reads, where its rows are told together (storage.beside)."""

    @classmethod
    def of(
        cls,
        open_unit: Callable[[], KeptRequestsUnit],
        open_view: Callable[[], KeptRequestsUnit],
        operator_token: str,
        runner: Runner,
        files: JobFiles,
        writer: WriterProcess | None = None,
        together: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> ApiParts:
        """Return the parts of a node's folder: the secret derives from its operator's token."""
        secret = hashlib.sha256(b"entente api\0" + operator_token.encode("utf-8")).digest()
        return cls(open_unit, open_view, secret, runner, files, writer, together)


class Announcer(Protocol):
    """A thread that steps the events when it is woken, and once a second."""

    def start(self) -> None:
        """Start it."""

    def wake(self) -> None:
        """Say that something was committed. Returns at once; safe from any thread."""

    def stop(self) -> None:
        """End it. Twice is harmless."""


class Api:
    """The routes of one node, as an application to be mounted."""

    def __init__(self, node: Node, parts: ApiParts) -> None:
        self.node = node
        self.runner = runner = parts.runner
        self.door = Door(node)
        self.once = Once(parts.open_unit, parts.open_view, node.clock, parts.secret)
        self.here = Here(node, parts.runner, self.once, self._upload_file, self._attached, parts.together)
        self._writer = parts.writer
        self.doing: Doing = self.here if parts.writer is None else Beside(self.here, parts.writer)
        self.cursors = Cursors(parts.secret)
        self.components: Components = components(node.lists)
        self.document = document(self.components, node.lists.roles)
        self.jobs = Jobs(node, parts.files, parts.secret, runner.in_long_turn, runner.is_stopping)
        self.job_answers = JobAnswers(node, self.jobs, self.cursors)
        self.desk_jobs = DeskJobs(self.job_answers)
        self.events = Events(node, TrailSource(parts.open_view), self.cursors, runner.is_stopping)
        self.event_streams = EventStreams(node, self.events)
        self._announcer: Announcer | None = None

    def mount(self) -> Mount:
        """Return the API at its place."""
        paths = dict.fromkeys(route.path for route in ROUTES)
        routes = [Route(OPENAPI_PATH, self._openapi, methods=["GET", "OPTIONS"])]
        for path in paths:
            rows = [route for route in ROUTES if route.path == path]
            methods = [*(row.method.value for row in rows), "OPTIONS"]
            routes.append(Route(path, partial(self._answer, rows), methods=methods))
        handlers = _Problems(names_of(self.node).own.is_exercise).handlers()
        mounted = Mount(PREFIX, app=Starlette(routes=routes, exception_handlers=handlers))
        # A path with a line break is below it too, and is answered by it: Starlette's own «.» ends at one.
        mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)
        return mounted

    def start(self, announcer: Announcer, after_change: list[Callable[[], None]]) -> None:
        """Start what goes on beside the requests: `announcer` steps the events, woken by each change; workers do the jobs."""
        self._announcer = announcer
        after_change.append(announcer.wake)
        announcer.start()
        if self._writer is None:
            self.jobs.start()

    def stop(self) -> None:
        """End what goes on beside the requests, each at its next durable step. Twice is harmless."""
        self.jobs.stop()
        if self._announcer is not None:
            self._announcer.stop()

    @asynccontextmanager
    async def serving(self, _: Starlette) -> AsyncIterator[None]:
        """Be served by the event loop that runs this: by it jobs wait for their turn."""
        self.runner.serve_from(asyncio.get_running_loop())
        try:
            yield
        finally:
            self.runner.serve_from(None)

    def _upload_file(self, bearer: Bearer, given: JsonObject) -> JsonObject:
        return self.job_answers.upload_file(bearer, given)

    def _attached(self, bearer: Bearer, given: JsonObject) -> AbstractContextManager[JsonObject]:
        return self.job_answers.attached(bearer, given)

    async def _openapi(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return _options([Method.GET])
        return JSONResponse(self.document, headers=NO_STORE)

    async def _answer(self, rows: Sequence[ApiRoute], request: Request) -> Response:
        if request.method == "OPTIONS":
            return _options([row.method for row in rows])
        method = Method.GET if request.method == "HEAD" else Method(request.method)
        route = next(row for row in rows if row.method is method)
        request.scope.update({ROUTE: f"{PREFIX}{route.path}", VERB: route.verb or route.name})
        bearer = await self.door.let_in(request, route.scope)
        if self._writer is not None and route.handled not in _BESIDE:
            return await self._writer.pass_on(request)
        asked = {
            **query_fields(route, request, self.components),
            **await body_fields(route, request, self.components),
            **path_fields(route, request, self.components),
        }
        if route.handled not in _BY_VERB:
            return await self._answer_without_verb(route, bearer, request, asked)
        given = self._given(route, bearer, request, asked)
        if route.writes is Writes.NOTHING:
            return self._shown(route, bearer, request, asked, await self.doing.shown(route, bearer, given))
        key = request.headers.get("idempotency-key", "")
        kept = self.once.request(bearer.account.id, key, route.method, request.url.path, asked)
        answer = await self.doing.once(route, bearer, given, kept)
        is_again = answer.pop("again") is True
        headers = {"Idempotency-Replayed": "true"} if is_again else {}
        if route.status == 201 and answer["href"]:  # noqa: PLR2004 - created (RFC 9110)
            headers["Location"] = str(answer["href"])
        return JSONResponse(answer, route.status, headers={**NO_STORE, **headers})

    async def _answer_without_verb(
        self, route: ApiRoute, bearer: Bearer, request: Request, asked: JsonObject
    ) -> Response:
        await run_in_threadpool(self.here.require_role, route, bearer)
        if route.handled is Handled.JOB:
            key = request.headers.get("idempotency-key", "")
            return await self.job_answers.begin(route, bearer, key, asked)
        if route.handled is Handled.EVENTS:
            return await self.event_streams.answer(request, bearer, asked)
        return await self.job_answers.answer(route, bearer, request, asked)

    def _given(self, route: ApiRoute, bearer: Bearer, request: Request, asked: JsonObject) -> JsonObject:
        """Return the verb's arguments: what was asked, who asks, which page, which version."""
        given = dict(asked)
        if route.pages:
            cursor = given.pop("cursor", None)
            if cursor:
                given[route.pages] = self.cursors.read(str(cursor), self._list_of(route, bearer, asked))
        given = route.arguments(given)
        if route.asks_version:
            given["version"] = named_version(request)
        if route.names_account and "officer" in VERBS[route.verb].takes:
            given["officer"] = bearer.account.id
        if "reader" in VERBS[route.verb].takes:
            given["reader"] = bearer.account.id
        return given

    def _list_of(self, route: ApiRoute, bearer: Bearer, asked: JsonObject) -> JsonObject:
        same = {name: value for name, value in asked.items() if name not in {"cursor", "limit"}}
        return {"list": route.name, "account": bearer.account.id, "asked": same}

    def _shown(
        self, route: ApiRoute, bearer: Bearer, request: Request, asked: JsonObject, answer: JsonObject
    ) -> Response:
        headers = dict(NO_STORE)
        if route.pages:
            place = answer.pop(f"next_{route.pages}")
            about = self._list_of(route, bearer, asked)
            answer = {**answer, "next": self.cursors.write(place, about) if isinstance(place, int | str) else None}
        if route.version is not None:
            headers["ETag"] = etag(route.version(answer), answer if route.shows_more else None)
            if is_known(request, headers["ETag"]):
                return Response(status_code=304, headers=headers)
        return JSONResponse(answer, route.status, headers=headers)


def _options(methods: Sequence[Method]) -> Response:
    heads = ["HEAD"] if Method.GET in methods else []
    allowed = ", ".join(sorted([*(method.value for method in methods), *heads, "OPTIONS"]))
    return Response(status_code=204, headers={**NO_STORE, "Allow": allowed})


@dataclass(frozen=True, slots=True)
class _Problems:
    """What is answered where a request fails; an exercise's node marks what it says of itself too (bodies.md B15)."""

    is_exercise: bool

    def handlers(self) -> dict[Any, Any]:
        """Return what is done with errors, by class."""
        return {
            HTTPException: self.on_http,
            EntenteError: self.on_entente,
            WithStatus: self.on_status,
            Exception: self.on_fault,
        }

    async def on_status(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, WithStatus), "registered for this class alone"
        return self._told(error.error, error.status, error.headers)

    async def on_entente(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, EntenteError), "registered for this class alone"
        return self._told(error)

    async def on_http(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "registered for this class alone"
        if error.status_code == 404:  # noqa: PLR2004 - RFC 9110
            return self._told(NotFound())
        refusal = Invalid(
            "The path takes no request of this method.",
            field="method",
            why=f"The interface answers HTTP {error.status_code}: each path takes the methods that Allow names.",
            do="Use one of them, as the reference of this interface says: GET /api/v1/.",
        )
        return self._told(refusal, error.status_code, cast("dict[str, str]", error.headers or {}))

    async def on_fault(self, _: Request, error: Exception) -> Response:
        # The class alone: what an error of a library says may quote what was asked.
        _log.error("A request of the API failed: %s", type(error).__name__)
        fault = Unavailable(
            "The node could not answer this.",
            why="Something in it is broken; the node's log says what.",
            do="Tell the operator of this node the time at which it happened.",
            retry_is_safe=False,
        )
        return self._told(fault, 500)

    def _told(
        self, error: EntenteError, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        told = copy(error)
        # What a verb refuses is marked already.
        if self.is_exercise and not told.what.startswith(EXERCISE_WORD):
            told.what = f"{EXERCISE_WORD} · {told.what}"
        return problem_response(told, status, headers)
