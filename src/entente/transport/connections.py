"""One connection to a node, with an end to everything a stranger can make it wait for.

uvicorn bounds how long a connection rests between two requests, and neither how long its first one may take to come nor how
slowly one may drip; and beyond its bound of connections it answers, but keeps them. Whoever can reach the port could so take
all of them, or every file handle of the process, and say nothing.

Source: docs/rules/exchange.md X22; RFC 9110 section 15.5.9; RFC 5482; ours, because a node stands in the open.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

from entente.kernel.going_on import GOES_ON

CONNECTIONS_MAX = 512
"""Twice the 260 bodies the desk must be fluent with (issue part 5): each keeps one connection open."""
LOCAL_CONNECTIONS_MAX = 64
"""Kept beside them for programs of this machine, so that strangers who take all the others do not shut the operator out."""
REQUEST_SECONDS_MAX = 80.0
"""From a connection's beginning, or its last answer, to a whole request: longer than a batch may take to arrive, and than a
rested connection is kept (transport.server), so that this closes only what neither of them does."""
GONE_SECONDS_MAX = 120
"""How long what was sent may go unacknowledged. Who vanished without a word, as a laptop does that leaves its network, is
noticed by the system alone, after a quarter of an hour by itself (tcp(7), tcp_retries2); until then a stream that speaks every 15
seconds holds its place. As long as one piece of a body may take between processes (api.node_door)."""
JOINED_BYTES_MAX = 64 * 1024
"""Written at once when so much is held, as an answer that is streamed may never let the loop go on: uvicorn's own mark."""


class BoundedConnection(H11Protocol):
    """uvicorn's HTTP/1.1 over one connection, closed when a request does not become whole in time."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - handed on as they are
        super().__init__(*given, **named)
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Keep the connection, unless there are enough."""
        super().connection_made(cast("asyncio.Transport", _Joined(transport, self.loop)))
        if len(self.connections) > CONNECTIONS_MAX + (LOCAL_CONNECTIONS_MAX if self._is_local() else 0):
            transport.abort()
            return
        _notice_who_vanished(transport.get_extra_info("socket"))
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take in what came; the time runs on until the request is whole, or who takes it in says that it goes on."""
        super().data_received(data)
        scope = cast("dict[str, Any] | None", self.scope)
        if scope is not None:
            # Before the application sees it: its task begins with the next turn of the loop.
            scope.setdefault("extensions", {})[GOES_ON] = self._goes_on
        self._watch()

    def on_response_complete(self) -> None:
        """Send the answer off, and wait for the next request."""
        cast("_Joined", self.transport).flush()
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_watch()
        super().connection_lost(exc)

    def _is_local(self) -> bool:
        return self.client is not None and ipaddress.ip_address(self.client[0]).is_loopback

    def _goes_on(self) -> None:
        """Begin the time anew."""
        if self._limit is not None:
            self._stop_watch()
            self._watch()

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete:
            self._stop_watch()
        elif self._limit is None and not self.transport.is_closing():
            self._limit = self.loop.call_later(REQUEST_SECONDS_MAX, self.transport.abort)

    def _stop_watch(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def _notice_who_vanished(line: socket.socket | None) -> None:
    """Have the system end a connection on which nothing is acknowledged any more; where it cannot, it ends by its own time."""
    if line is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_SECONDS_MAX * 1000)


class _Joined:
    """A transport that sends together what is written together: head and body of an answer went as two packets.

    Each of them costs its sender an eighth of a millisecond, and its reader as much. What no answer's end sends off goes
    with the next turn of the loop.
    """

    def __init__(self, inner: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._loop = loop
        self._held = bytearray()
        self._soon: asyncio.Handle | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a transport does, the inner one does
        return getattr(self._inner, name)

    def write(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= JOINED_BYTES_MAX:
            self.flush()
        elif self._soon is None:
            self._soon = self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Send what is held."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._held:
            held, self._held = self._held, bytearray()
            self._inner.write(held)

    def close(self) -> None:
        self.flush()
        self._inner.close()
