"""N19: what a web process hands on to the node is judged there as what it is: from where, by whom, within its bounds."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from entente.api.node_door import NodeDoor
from entente.api.peers import is_local
from entente.kernel.errors import Unavailable

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
    door = NodeDoor("http://node", httpx.ASGITransport(app=node, client=(HERE, 50_000)))
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

    door = NodeDoor("http://node", httpx.MockTransport(gone))
    http = TestClient(Starlette(routes=[Route("/x", door.pass_on)]), client=(HERE, 5))
    with pytest.raises(Unavailable, match="being stopped or started"):
        http.get("/x")
