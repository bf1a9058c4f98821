"""N19: what a web process hands on to the node is judged there as what it is: from where, by whom, within its bounds."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from threading import Thread

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from entente.api.node_door import NodeDoor
from entente.api.peers import is_local
from entente.kernel.errors import Unavailable
from entente.kernel.going_on import going_on
from entente.transport import connections
from entente.transport.server import NodeServer, listen, web_address

HERE, ELSEWHERE, FRONT = "127.0.0.1", "192.0.2.7", "198.51.100.4"


async def told(request: Request) -> Response:
    """Say how the node sees a request."""
    body = (await request.body()).decode()
    seen = {"local": is_local(request), "for": request.headers.get("x-forwarded-for")}
    path = request.scope["raw_path"].decode()
    return JSONResponse(
        {**seen, "path": path, "query": request.url.query, "host": request.headers["host"], "body": body}, 201
    )


async def streamed(_: Request) -> Response:
    async def pieces() -> object:
        for piece in (b"one ", b"two"):
            yield piece

    return StreamingResponse(pieces(), headers={"Set-Cookie": "a=1", "X-Said": "yes"})  # type: ignore[arg-type]


def asked_by(client: str) -> TestClient:
    """Return a client of a web process that hands everything on, asking from an address."""
    node = Starlette(routes=[Route("/streamed", streamed), Route("/{path:path}", told, methods=["GET", "POST"])])
    door = NodeDoor("http://node", 30.0, httpx.ASGITransport(app=node, client=(HERE, 50_000)))
    return TestClient(
        Starlette(routes=[Route("/{path:path}", door.pass_on, methods=["GET", "POST"])]), client=(client, 5)
    )


@pytest.mark.parametrize(
    ("client", "headers", "local", "named"),
    [
        (HERE, {}, True, None),
        (ELSEWHERE, {}, False, ELSEWHERE),
        (HERE, {"X-Forwarded-For": ELSEWHERE}, False, ELSEWHERE),
        (FRONT, {"X-Forwarded-For": f"10.0.0.1, {ELSEWHERE}"}, False, f"10.0.0.1, {ELSEWHERE}"),
        (HERE, {"Via": "1.1 front"}, False, None),
        (FRONT, {"Via": "1.1 front"}, False, FRONT),
        ("no address", {}, False, "no address"),
    ],
)
def test_nobody_elsewhere_is_taken_for_a_program_of_this_machine(
    client: str,
    headers: dict[str, str],
    named: str | None,
    *,
    local: bool,
) -> None:
    seen = asked_by(client).get("/desk/x?back=%2Fdesk%2F", headers=headers).json()
    assert (seen["local"], seen["for"]) == (local, named)


def test_request_and_answer_go_through_as_they_are() -> None:
    http = asked_by(HERE)
    answer = http.post("/desk/a%20b%2Fc?q=%C3%A9", content="half a form", headers={"Host": "desk.example"})
    assert (answer.status_code, answer.json()["body"], answer.json()["host"]) == (201, "half a form", "desk.example")
    assert (answer.json()["path"], answer.json()["query"]) == ("/desk/a%20b%2Fc", "q=%C3%A9")
    streamed_answer = http.get("/streamed")
    assert (streamed_answer.text, streamed_answer.headers["x-said"], streamed_answer.cookies["a"]) == (
        "one two",
        "yes",
        "1",
    )


def test_node_that_is_gone_is_said_to_be_so() -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    door = NodeDoor("http://node", 30.0, httpx.MockTransport(gone))
    http = TestClient(Starlette(routes=[Route("/x", door.pass_on)]), client=(HERE, 5))
    with pytest.raises(Unavailable, match="being stopped or started"):
        http.get("/x")


@contextmanager
def two_doors(quiet_seconds: float, took: list[int]) -> Iterator[str]:
    """Serve a node that takes files in, and a web process before it, each on a port; give the web process's address."""

    async def take(request: Request) -> Response:
        size = 0
        try:
            async for piece in going_on(request.stream(), request.scope):
                size += len(piece)
        except ClientDisconnect:
            took.append(-1)
            return Response(status_code=400)
        took.append(size)
        return JSONResponse({"size": size})

    with served(Starlette(routes=[Route("/x", take, methods=["POST"])])) as node:
        door = NodeDoor(node, quiet_seconds)

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            yield
            await door.close()

        passing_on = [Route("/x", door.pass_on, methods=["POST"])]
        with served(Starlette(routes=passing_on, lifespan=lifespan)) as web:
            yield web


def test_n25_what_the_node_refuses_is_sent_no_further_and_answered_at_once() -> None:
    async def refuse(_: Request) -> Response:
        return JSONResponse({"what": "The file is too large."}, 413)

    with served(Starlette(routes=[Route("/x", refuse, methods=["POST"])])) as node:
        door = NodeDoor(node, 30.0)
        with served(Starlette(routes=[Route("/x", door.pass_on, methods=["POST"])])) as web:
            answered, seconds = answer_to_a_stalled_file(web)
            assert (answered, seconds < 5) == ("HTTP/1.1 413", True)


def answer_to_a_stalled_file(web: str) -> tuple[str, float]:
    """Begin a file of a megabyte, send a kilobyte of it, and return the answer's first words, with the seconds it took."""
    host, port = web.removeprefix("http://").split(":")
    began = time.monotonic()
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000)
        return line.recv(12).decode("ascii"), time.monotonic() - began


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    bound = listen("127.0.0.1", 0)
    server = NodeServer(app, bound)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield web_address(bound)
    finally:
        server.stop()
        thread.join(20)


def slowly(pieces: int, seconds: float) -> Iterator[bytes]:
    for _ in range(pieces):
        time.sleep(seconds)
        yield b"x" * 1_000


def test_n25_file_goes_through_as_long_as_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS_MAX", 0.4)
    took: list[int] = []
    with two_doors(5.0, took) as web:
        answer = httpx.post(f"{web}/x", content=slowly(8, 0.15), trust_env=False)
    assert (answer.status_code, answer.json()) == (200, {"size": 8_000})


def test_n25_sender_that_says_nothing_more_or_goes_leaves_nothing_at_the_node() -> None:
    took: list[int] = []
    with two_doors(0.3, took) as web, ThreadPoolExecutor(1) as threads:
        stalled = threads.submit(httpx.post, f"{web}/x", content=slowly(2, 1.0), trust_env=False)
        assert stalled.result().status_code == 500, (
            "no page stands around it here; a web process tells it as Unavailable"
        )
        host, port = web.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + b"x" * 3_000)
            time.sleep(0.1)
        give_up_at = time.monotonic() + 10
        while len(took) < 2 and time.monotonic() < give_up_at:
            time.sleep(0.02)
    assert took == [-1, -1]
