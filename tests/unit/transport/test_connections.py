"""A connection that asks nothing, or never ends asking, is closed; more than the bound are not kept (X22). No network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from entente.kernel.going_on import going_on
from entente.transport import connections
from entente.transport.connections import GONE_SECONDS_MAX, BoundedConnection


class Line(asyncio.Transport):
    """What a connection writes to; remembers that it was cut."""

    def __init__(self, peer: str) -> None:
        super().__init__()
        self.peer = peer
        self.sent = b""
        self.pieces = 0
        self.cut = asyncio.Event()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - asyncio's own signature
        return (self.peer, 40_000) if name in {"peername", "sockname"} else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)
        self.pieces += 1

    def is_closing(self) -> bool:
        return self.cut.is_set()

    def abort(self) -> None:
        self.cut.set()

    close = abort
    pause_reading = resume_reading = lambda _: None


async def hello(_: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def connected(state: ServerState, peer: str = "203.0.113.7") -> tuple[BoundedConnection, Line]:
    line = Line(peer)
    connection = BoundedConnection(Config(hello, log_config=None, ws="none"), state, {})
    connection.connection_made(line)
    return connection, line


def test_who_vanished_is_noticed_by_what_goes_unacknowledged() -> None:
    async def story() -> int:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as real:

            class Real(Line):
                def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - asyncio's own signature
                    return real if name == "socket" else super().get_extra_info(name, default)

            BoundedConnection(Config(hello, log_config=None, ws="none"), ServerState(), {}).connection_made(Real("::1"))
            return real.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    assert asyncio.run(story()) == GONE_SECONDS_MAX * 1000


HALVES = {
    "nothing": b"",
    "half a head": b"POST /exchange HTTP/1.1\r\nHost: xb\r\nX-Slow: ",
    "half a body": b"POST /exchange HTTP/1.1\r\nHost: xb\r\nContent-Length: 100\r\n\r\nhalf",
    "half a second request": b"GET / HTTP/1.1\r\nHost: xb\r\n\r\nGET / HT",
}


@pytest.mark.parametrize("name", HALVES)
def test_connection_whose_request_does_not_become_whole_is_closed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS_MAX", 0.02)

    async def story() -> None:
        connection, line = connected(ServerState())
        # A byte at a time: what drips does not begin the time anew.
        for byte in HALVES[name]:
            connection.data_received(bytes([byte]))
        async with asyncio.timeout(10):
            await line.cut.wait()

    asyncio.run(story())


def test_request_that_is_whole_may_be_answered_as_late_as_its_answer_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS_MAX", 0.02)
    go_on = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await go_on.wait()
        await hello(scope, receive, send)

    async def story() -> None:
        line = Line("203.0.113.7")
        connection = BoundedConnection(Config(slow, log_config=None, ws="none"), ServerState(), {})
        connection.connection_made(line)
        connection.data_received(b"GET / HTTP/1.1\r\nHost: xb\r\n\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.cut.wait(), 0.1)
        go_on.set()
        await asyncio.gather(*connection.tasks)
        assert line.sent.endswith(b"ok")
        connection.connection_lost(None)

    asyncio.run(story())


@pytest.mark.parametrize("goes_on", [True, False])
def test_file_that_goes_on_is_waited_for_where_it_is_taken_in_and_cut_when_it_rests(
    monkeypatch: pytest.MonkeyPatch, *, goes_on: bool
) -> None:
    # Longer than a busy machine stands still, and shorter than the pieces take together.
    monkeypatch.setattr(connections, "REQUEST_SECONDS_MAX", 1.5)
    taken: list[bytes] = []

    async def takes(scope: Scope, receive: Receive, send: Send) -> None:
        async def body() -> AsyncIterator[bytes]:
            while (message := await receive())["type"] == "http.request":
                yield message["body"]

        async for piece in going_on(body(), scope) if goes_on else body():
            taken.append(piece)  # noqa: PERF401 - what came before it was cut counts

    async def story() -> None:
        line = Line("203.0.113.7")
        connection = BoundedConnection(Config(takes, log_config=None, ws="none"), ServerState(), {})
        connection.connection_made(line)
        connection.data_received(b"POST /uploads HTTP/1.1\r\nHost: xb\r\nContent-Length: 100\r\n\r\n")
        for _ in range(10):
            await asyncio.sleep(0.18)
            if not line.is_closing():
                connection.data_received(b"x")
        await asyncio.sleep(0.01)
        assert line.is_closing() is not goes_on
        assert (taken.count(b"x") == 10) is goes_on
        # One that says nothing more is cut all the same.
        async with asyncio.timeout(10):
            await line.cut.wait()
        connection.connection_lost(None)
        await asyncio.gather(*connection.tasks, return_exceptions=True)

    asyncio.run(story())


def test_connections_beyond_the_bound_are_not_kept_and_the_operator_still_comes_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_MAX", 2)
    monkeypatch.setattr(connections, "LOCAL_CONNECTIONS_MAX", 1)

    async def story() -> None:
        state = ServerState()
        opened = [connected(state) for _ in range(3)]
        assert [line.is_closing() for _, line in opened] == [False, False, True]
        opened.pop()[0].connection_lost(None)
        opened += [connected(state, "127.0.0.1") for _ in range(2)]
        assert [line.is_closing() for _, line in opened[2:]] == [False, True]
        for connection, _ in opened:
            connection.connection_lost(None)
        assert not state.connections

    asyncio.run(story())


def test_head_and_body_of_an_answer_go_together() -> None:
    async def story() -> None:
        connection, line = connected(ServerState())
        for asked in (1, 2):
            connection.data_received(b"GET / HTTP/1.1\r\nHost: xb\r\n\r\n")
            await asyncio.gather(*connection.tasks)
            assert (line.pieces, line.sent.count(b"HTTP/1.1 200"), line.sent[-2:]) == (asked, asked, b"ok")
        connection.connection_lost(None)

    asyncio.run(story())


def test_piece_of_an_answer_is_sent_while_the_next_is_made() -> None:
    go_on = asyncio.Event()

    async def streamed(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"last"})

    async def story() -> None:
        line = Line("127.0.0.1")
        connection = BoundedConnection(Config(streamed, log_config=None, ws="none"), ServerState(), {})
        connection.connection_made(line)
        connection.data_received(b"GET / HTTP/1.1\r\nHost: xb\r\n\r\n")
        for _ in range(10):
            await asyncio.sleep(0)
        assert b"first" in line.sent
        assert b"last" not in line.sent
        go_on.set()
        await asyncio.gather(*connection.tasks)
        assert (line.sent.endswith(b"0\r\n\r\n"), line.pieces) == (True, 2)
        connection.connection_lost(None)

    asyncio.run(story())


def test_answer_that_never_lets_the_loop_go_on_is_not_held_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "JOINED_BYTES_MAX", 1_000)
    sent: list[int] = []

    async def story() -> None:
        line = Line("127.0.0.1")

        async def large(_: Scope, receive: Receive, send: Send) -> None:
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _piece in range(10):
                await send({"type": "http.response.body", "body": b"x" * 600, "more_body": True})
                sent.append(len(line.sent))
            await send({"type": "http.response.body", "body": b""})

        connection = BoundedConnection(Config(large, log_config=None, ws="none"), ServerState(), {})
        connection.connection_made(line)
        connection.data_received(b"GET / HTTP/1.1\r\nHost: xb\r\n\r\n")
        await asyncio.gather(*connection.tasks)
        connection.connection_lost(None)
        assert line.sent.count(b"x") == 6_000

    asyncio.run(story())
    assert all(600 * told - reached < 1_000 for told, reached in enumerate(sent, 1))


def test_ill_formed_request_is_told_so_before_its_connection_is_closed() -> None:
    async def story() -> None:
        connection, line = connected(ServerState())
        connection.data_received(b"no request at all\r\n\r\n")
        assert (line.sent.startswith(b"HTTP/1.1 400"), line.is_closing()) == (True, True)
        connection.connection_lost(None)

    asyncio.run(story())
