"""The one route between nodes, and the socket a node listens on.

`POST /exchange` reads a batch within its bound, hands it to the exchange on a worker thread, and returns the batch of receipts.
There is no other authentication than the envelopes' own.

Source: DESIGN section 4 (wire); docs/rules/exchange.md X22.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from entente.exchange.model import BATCH_BYTES_MAX
from entente.kernel.errors import EntenteError, Invalid, Misconfigured, Unavailable
from entente.transport.connections import CONNECTIONS_MAX, LOCAL_CONNECTIONS_MAX, BoundedConnection
from entente.transport.errors import TOO_LARGE_STATUS, TOO_SLOW_STATUS, WRONG_MEDIA_TYPE_STATUS, problem

PATH = "/exchange"
BATCH_TYPE = "application/entente-batch+json"
STOP_SECONDS_MAX = 10
"""How long a stopping node lets posts end that it has begun to take in; one takes well under a second."""
READ_SECONDS_MAX = 60.0
"""A whole batch over a line of 1 Mbit/s takes this long; slower ones would let a few senders hold every connection."""
KEEP_ALIVE_SECONDS = 75
"""Longer than the client keeps an idle connection, so that the server is not the one to close it under a post."""


def exchange_route(receive: Callable[[bytes], bytes]) -> Route:
    """Return the route that hands batches to the exchange. `receive` is called on worker threads, several at once.

    Source: docs/rules/exchange.md X22.
    """

    async def take(request: Request) -> Response:
        if (refusal := _refusal_of(request)) is not None:
            return refusal
        try:
            async with asyncio.timeout(READ_SECONDS_MAX):
                batch = await _read(request)
        except ClientDisconnect:
            # Nothing was taken in, and nobody is left to be answered; the sender posts again.
            return Response(status_code=400)
        except TimeoutError:
            return problem(_too_slow(), TOO_SLOW_STATUS)
        if batch is None:
            return problem(_too_large(), TOO_LARGE_STATUS)
        try:
            answer = await run_in_threadpool(receive, batch)
        except EntenteError as error:
            return problem(error)
        return Response(answer, media_type=BATCH_TYPE)

    return Route(PATH, take, methods=["POST"])


def exchange_app(receive: Callable[[bytes], bytes]) -> Starlette:
    """Return an application with the one route, for a node that serves nothing else."""
    return Starlette(routes=[exchange_route(receive)])


def listen(host: str, port: int, setting: str = "ENTENTE_PORT") -> socket.socket:
    """Bind the socket a node listens on; raise Misconfigured when the address is taken or not ours.

    Port 0 lets the system choose; `getsockname` tells which. `setting` is where the port comes from, for who must change it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio sees TCP and turns Nagle's delay off; unnamed, an answer waits 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(CONNECTIONS_MAX)
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, setting, error) from error
    return bound


def loopback_beside(bound: socket.socket) -> socket.socket | None:
    """Bind a loopback socket beside one that loopback does not reach; None for one that it does.

    The operator's route hears loopback alone, and a call to another address of this machine comes from that address.
    """
    address = ipaddress.ip_address(bound.getsockname()[0])
    return None if address.is_loopback or address.is_unspecified else listen("127.0.0.1", 0)


def listening_address(bound: socket.socket) -> str:
    """Return where a bound socket listens, as it is: 0.0.0.0 stands for every address of the machine."""
    host, port = bound.getsockname()[:2]
    return _url(host, port)


def web_address(bound: socket.socket) -> str:
    """Return under which address a program on this machine reaches a bound socket."""
    host, port = bound.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return _url(host, port)


class NodeServer:
    """Serves an application on bound sockets until it is stopped."""

    def __init__(self, app: Starlette, *bound: socket.socket) -> None:
        self._bound = bound
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=BoundedConnection,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                # Above what is kept (transport.connections): whoever was let in is answered.
                limit_concurrency=CONNECTIONS_MAX + LOCAL_CONNECTIONS_MAX + 1,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS_MAX,
            )
        )

    def run(self) -> None:
        """Serve until `stop`, or, on the main thread, until the process is asked to end. Posts begun are finished."""
        try:
            self._server.run(sockets=[*self._bound])
        finally:
            for each in self._bound:
                each.close()

    @property
    def is_stopping(self) -> bool:
        """Say whether the server was asked to stop. Safe from any thread."""
        return self._server.should_exit

    def stop(self) -> None:
        """Ask the server to stop; `run` returns soon after. Safe from any thread, and twice."""
        self._server.should_exit = True


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refusal_of(request: Request) -> Response | None:
    """Judge what the post says of itself, before a byte of its body is read."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != BATCH_TYPE:
        return problem(_wrong_media_type(media_type), WRONG_MEDIA_TYPE_STATUS)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > BATCH_BYTES_MAX:
        return problem(_too_large(), TOO_LARGE_STATUS)
    return None


async def _read(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is larger than a batch may be; the rest is not read."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BATCH_BYTES_MAX:
            return None
        parts.append(part)
    return b"".join(parts)


def _wrong_media_type(found: str) -> Invalid:
    return Invalid(
        f"What was posted calls itself «{found[:60]}».",
        field="content-type",
        why=f"This route takes batches of envelopes alone, as {BATCH_TYPE} (docs/rules/exchange.md X22).",
        do=f"Post a batch with the content type {BATCH_TYPE}.",
    )


def _too_slow() -> Unavailable:
    return Unavailable(
        "The batch did not arrive in time.",
        why=f"A post is read for at most {READ_SECONDS_MAX:.0f} seconds (docs/rules/exchange.md X22).",
        do="Post again, in smaller batches if the line is slow. Nothing of it was taken in.",
        retry_is_safe=True,
    )


def _too_large() -> Invalid:
    return Invalid(
        "The batch is too large.",
        field="body",
        why=f"One post carries at most {BATCH_BYTES_MAX} bytes (docs/rules/exchange.md X2 and X22).",
        do="Post the envelopes in several batches.",
    )


def _cannot_listen(host: str, port: int, setting: str, error: OSError) -> Misconfigured:
    if error.errno == errno.EADDRINUSE:
        return Misconfigured(
            f"The node cannot listen on {host} port {port}.",
            why="Another program, perhaps this same node started twice, listens there already.",
            do=f"Stop the other program, or set {setting} to a free port.",
        )
    return Misconfigured(
        f"The node cannot listen on {host} port {port}.",
        why=f"The system says: {error.strerror or error}.",
        do=f"Set ENTENTE_HOST to an address of this machine and {setting} to a port it may use.",
    )
