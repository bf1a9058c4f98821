"""Handing a request on to the node's own door as it came: files and jobs, which lie in the node's folder.

What is sent streams through, and so does what is answered; nothing of it is kept here. The node judges the request anew: where it
comes from is handed on with it, so that nobody elsewhere is taken for a program of this machine. What is sent may take as long as
it goes on: how long that is in all, and for whom, the node says, which ends what it does not take, and this line with it. What
the node refuses before all of it came is sent no further, and answered at once.

Source: docs/rules/node.md N19; RFC 9110, 7.6.1 (what goes no further than one connection).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpcore
import httpx
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from entente.api.peers import to_be_named
from entente.kernel.errors import Unavailable
from entente.kernel.going_on import going_on

SECONDS_MAX: Final = 120.0
"""For one piece of a body, in either direction: as long as a slow line may take (transport.server), and as long again."""
LOOKS_EVERY_SECONDS: Final = 0.5
"""How often the node is looked at for an answer while its sender says nothing."""
_GONE_STATUS: Final = 400
_CONNECTED: Final = "connection.connect_tcp.complete"
_OF_ONE_CONNECTION: Final = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
    "expect",
})  # fmt: skip


class NodeDoor:
    """The node's own door. Used by one event loop."""

    def __init__(self, address: str, quiet_seconds: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Stand before a node at an address of this machine; `transport` replaces the network where there is none.

        `quiet_seconds`: how long a sender may send nothing (docs/rules/api.md P13).
        """
        self._quiet_seconds = quiet_seconds
        self._client = httpx.AsyncClient(
            base_url=address,
            timeout=httpx.Timeout(SECONDS_MAX),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
            limits=httpx.Limits(max_connections=None),
        )
        # What has a body goes over a connection of its own, which is looked at while it is sent, and closed where it is cut.
        self._sender = httpx.AsyncClient(
            base_url=address,
            timeout=httpx.Timeout(SECONDS_MAX),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def pass_on(self, request: Request) -> Response:
        """Return the node's answer; raise Unavailable where it gives none."""
        # As it came, byte for byte: a slash that was written as %2F is no slash.
        query = request.scope["query_string"]
        url = httpx.URL(raw_path=request.scope["raw_path"] + (b"?" + query if query else b""))
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        headers = _kept(request.headers.raw)
        if named := to_be_named(request):
            headers.append((b"x-forwarded-for", named.encode("ascii")))
        line = _Line()
        client = self._sender if has_body else self._client
        asked = client.build_request(
            request.method,
            url,
            headers=headers,
            content=self._sent(request, line) if has_body else None,
            extensions={"trace": line.trace} if has_body else None,
        )
        try:
            answer = await client.send(asked, stream=True)
        except ClientDisconnect:
            # Nobody is left to be answered; the node sees its own line end, and keeps nothing of it.
            return Response(status_code=_GONE_STATUS)
        except httpx.HTTPError as error:
            raise _no_answer() from error
        streamed = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        streamed.raw_headers = [(name.lower(), value) for name, value in _kept(answer.headers.raw)]
        return streamed

    async def close(self) -> None:
        """End its connections to the node."""
        await self._client.aclose()
        await self._sender.aclose()

    async def _sent(self, request: Request, line: _Line) -> AsyncIterator[bytes]:
        """Yield what is sent, and have its connection wait on for each piece.

        Raises Unavailable where none comes, and what has the client read the answer where the node gave it before the end.
        """
        pieces = going_on(request.stream(), request.scope)
        while (piece := await self._next_piece(pieces, line)) is not None:
            yield piece

    async def _next_piece(self, pieces: AsyncIterator[bytes], line: _Line) -> bytes | None:
        waiting = asyncio.ensure_future(anext(pieces, None))
        try:
            async with asyncio.timeout(self._quiet_seconds):
                while True:
                    done, _ = await asyncio.wait({waiting}, timeout=LOOKS_EVERY_SECONDS)
                    if line.is_answered():
                        # A write that failed is what a client expects of who answers early; it then reads the answer.
                        raise httpcore.WriteError
                    if done:
                        return waiting.result()
        except TimeoutError as error:
            raise _too_slow(self._quiet_seconds) from error
        finally:
            if not waiting.cancel() and not waiting.cancelled():
                # What it raised is looked at by nobody else where the node's answer came first.
                waiting.exception()


class _Line:
    """The connection to the node over which one request is sent."""

    def __init__(self) -> None:
        self._is_readable: Callable[[], bool] | None = None

    def is_answered(self) -> bool:
        """Return whether the node has said something, or closed it."""
        return self._is_readable is not None and self._is_readable()

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Keep the connection once there is one; called by the client at each step."""
        if event == _CONNECTED:
            stream = info["return_value"]
            self._is_readable = lambda: bool(stream.get_extra_info("is_readable"))


def _too_slow(seconds: float) -> Unavailable:
    return Unavailable(
        "What was sent did not arrive.",
        why=f"Nothing of it came for {seconds:.0f} seconds.",
        do="Send it again. Nothing of it was kept.",
        retry_is_safe=True,
    )


def _kept(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.decode("latin-1").lower() not in _OF_ONE_CONNECTION]


def _no_answer() -> Unavailable:
    return Unavailable(
        "The node is being stopped or started.",
        why="The process that keeps its files and jobs gave no answer.",
        do="Look whether it was done, or send it again with the same Idempotency-Key.",
        retry_is_safe=False,
    )
