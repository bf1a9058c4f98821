"""GET /api/v1/events: one stream of server-sent events, from its opening to its end.

It holds a position and nothing else: what its reader does not take is not gathered for it. A reader that takes nothing for a
while is let go, and goes on later with the id that it had last.

Source: docs/rules/api.md P14; WHATWG HTML, 9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from entente.api.event_table import EventKind
from entente.api.events import Events, Listener, Question
from entente.api.route import EVENT_STREAM
from entente.bodies.tokens import Bearer
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.node import Node
from entente.records.rules import check_why

HEARTBEAT_SECONDS: Final = 15.0
"""How often a stream says that it is there; proxies close what is silent for 30 to 60."""
SEND_SECONDS_MAX: Final = 30.0
"""How long a reader may take nothing. What waits for it meanwhile is one write."""
LAST_EVENT_ID: Final = "last-event-id"
RETRY_MS: Final = 3_000
"""After so long a browser opens the stream again by itself."""


class EventStreams:
    """Opens the streams of one node. Used by one event loop."""

    def __init__(self, node: Node, events: Events) -> None:
        self._node, self._events = node, events

    async def answer(self, request: Request, bearer: Bearer, asked: JsonObject) -> Response:
        """Return the stream that a request asks for; raise Invalid for a kind or a question that is none, 429 for too many."""
        question = self._question(bearer, asked)
        seconds = asked.get("seconds")
        if request.method == "HEAD":
            return Response(media_type=EVENT_STREAM, headers=HEADERS)
        after = request.headers.get(LAST_EVENT_ID, "")
        loop = asyncio.get_running_loop()
        try:
            listener = await run_in_threadpool(self._events.open, bearer, question, after, loop)
        except Invalid as error:
            raise _not_ours() from error
        until = loop.time() + seconds if isinstance(seconds, int) else None
        return EventStream(self._events, listener, lambda: self._node.clock.now() < bearer.until, until)

    def _question(self, bearer: Bearer, asked: JsonObject) -> Question:
        purpose, crime_area = str(asked.get("purpose", "")), str(asked.get("crime_area", ""))
        if purpose or crime_area:
            check_why(purpose, crime_area, self._node.lists)
        named = [one for one in str(asked.get("kinds", "")).split(",") if one]
        try:
            kinds = frozenset(EventKind(one) for one in named) or frozenset(EventKind)
        except ValueError as error:
            raise _no_kind() from error
        return Question(bearer.account.id, frozenset(bearer.scopes), kinds, purpose, crime_area)


HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class EventStream(Response):
    """The answer that goes on."""

    media_type = EVENT_STREAM

    def __init__(
        self, events: Events, listener: Listener, is_in_force: Callable[[], bool], until: float | None
    ) -> None:
        """Send what a listener is told until it ends, its reader goes, or the loop's clock shows `until`."""
        super().__init__(headers=HEADERS)
        # A stream has no length that could be said before.
        del self.headers["content-length"]
        self._events, self._listener = events, listener
        self._is_in_force, self._until = is_in_force, until

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; whatever ends it, its place is given back."""
        del scope
        gone = asyncio.ensure_future(_until_gone(receive))
        gone.add_done_callback(lambda _: self._listener.woken.set())
        try:
            with suppress(TimeoutError, OSError):
                await self._told(send, gone)
        finally:
            gone.cancel()
            self._events.close(self._listener)

    async def _told(self, send: Send, gone: asyncio.Future[None]) -> None:
        listener = self._listener
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        # The first id is where it begins: who is told nothing goes on from there, and misses nothing.
        await _sent(send, f"retry: {RETRY_MS}\n{self._here()}".encode("ascii"))
        while not gone.done():
            listener.woken.clear()
            if listener.ended or not self._is_in_force():
                why = listener.ended or "token"
                await _sent(send, f'event: end\ndata: {{"why": "{why}"}}\n\n'.encode("ascii"))
                break
            if self._events.is_behind(listener):
                frames = await run_in_threadpool(self._events.catch_up, listener)
            elif not (frames := self._events.take(listener)):
                if self._is_over():
                    await _sent(send, self._here().encode("ascii"))
                    break
                frames = await self._waited()
            if frames:
                await _sent(send, frames)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _waited(self) -> bytes:
        """Wait until there is something to do; return a heartbeat where there was nothing."""
        left = HEARTBEAT_SECONDS
        if self._until is not None:
            left = max(0.0, min(left, self._until - asyncio.get_running_loop().time()))
        try:
            async with asyncio.timeout(left):
                await self._listener.woken.wait()
        except TimeoutError:
            return f": \n{self._here()}".encode("ascii")
        return b""

    def _here(self) -> str:
        return f"id: {self._events.mark(self._listener)}\n\n"

    def _is_over(self) -> bool:
        return self._until is not None and asyncio.get_running_loop().time() >= self._until


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent(send: Send, data: bytes) -> None:
    """Send, and wait until the reader took most of what was sent before; raise TimeoutError for one that takes nothing."""
    async with asyncio.timeout(SEND_SECONDS_MAX):
        await send({"type": "http.response.body", "body": data, "more_body": True})


def _not_ours() -> Invalid:
    return Invalid(
        "The header Last-Event-ID does not hold what it should.",
        field="Last-Event-ID",
        why="An id is one that this node gave the same account in a stream (docs/rules/api.md P14).",
        do="Send the last id of the stream before, or none, and read the lists once.",
    )


def _no_kind() -> Invalid:
    return Invalid(
        "The field kinds does not hold what it should.",
        field="kinds",
        why=f"Kinds of events stand with commas between them, each one of: {', '.join(EventKind)}.",
        do="Name some of these, or none for all.",
    )
