"""The route between nodes: bounded, one media type, errors as problems (X22). No network."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from entente.exchange.model import BATCH_BYTES_MAX
from entente.kernel.decision import Decision
from entente.kernel.errors import (
    Conflict,
    EntenteError,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)
from entente.transport import server
from entente.transport.errors import PROBLEM_TYPE, STATUS_OF
from entente.transport.server import (
    BATCH_TYPE,
    PATH,
    exchange_app,
    listen,
    listening_address,
    loopback_beside,
    web_address,
)


class Node:
    """Remembers what it was handed, and answers or fails as told."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.error: EntenteError | None = None

    def receive(self, batch: bytes) -> bytes:
        self.received.append(batch)
        if self.error is not None:
            raise self.error
        return b"receipts of " + batch

    def client(self) -> TestClient:
        return TestClient(exchange_app(self.receive))


def test_batch_is_handed_on_and_its_receipts_come_back() -> None:
    node = Node()
    answer = node.client().post(PATH, content=b"batch", headers={"content-type": BATCH_TYPE})
    assert (answer.status_code, answer.content) == (200, b"receipts of batch")
    assert answer.headers["content-type"] == BATCH_TYPE
    assert node.received == [b"batch"]


def test_batch_at_the_bound_is_taken_and_one_byte_more_is_refused() -> None:
    node = Node()
    at_bound = node.client().post(PATH, content=b"x" * BATCH_BYTES_MAX, headers={"content-type": BATCH_TYPE})
    assert at_bound.status_code == 200
    beyond = node.client().post(PATH, content=b"x" * (BATCH_BYTES_MAX + 1), headers={"content-type": BATCH_TYPE})
    assert beyond.status_code == 413
    assert beyond.json()["do"] == "Post the envelopes in several batches."
    assert len(node.received) == 1


def test_endless_body_without_a_declared_length_is_refused() -> None:
    node = Node()

    def endless() -> Iterator[bytes]:
        for _ in range(BATCH_BYTES_MAX // 65_536 + 2):
            yield b"x" * 65_536

    answer = node.client().post(PATH, content=endless(), headers={"content-type": BATCH_TYPE})
    assert (answer.status_code, answer.headers["connection"], node.received) == (413, "close", [])


def test_body_that_never_ends_to_arrive_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "READ_SECONDS_MAX", 0.01)
    node = Node()
    sent: list[MutableMapping[str, Any]] = []

    async def post() -> None:
        async def receive() -> MutableMapping[str, Any]:
            await asyncio.Event().wait()
            raise AssertionError("nobody sets it")

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        headers = [(b"content-type", BATCH_TYPE.encode())]
        scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers, "query_string": b""}
        await exchange_app(node.receive)(scope, receive, send)

    asyncio.run(post())
    assert (sent[0]["status"], node.received) == (408, [])


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "", "application/entente-batch+json-not"])
def test_other_media_type_is_refused(media_type: str) -> None:
    node = Node()
    answer = node.client().post(PATH, content=b"batch", headers={"content-type": media_type})
    assert (answer.status_code, answer.headers["content-type"], node.received) == (415, PROBLEM_TYPE, [])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(method: str) -> None:
    assert Node().client().request(method, PATH).status_code == 405


ERRORS: list[EntenteError] = [
    Invalid("What", field="header", why="Why.", do="Do."),
    Untrusted("What", reason="unknown_sender", why="Why.", do="Do."),
    Refused("What", decision=Decision.of([]), do="Do."),
    NotFound(),
    Conflict("What", why="Why.", do="Do."),
    Misconfigured("What", why="Why.", do="Do."),
    Unavailable("What", why="Why.", do="Do.", retry_is_safe=True),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_error_becomes_a_problem_with_its_sentences_and_code(error: EntenteError) -> None:
    node = Node()
    node.error = error
    answer = node.client().post(PATH, content=b"batch", headers={"content-type": BATCH_TYPE})
    document = json.loads(answer.content)
    assert answer.status_code == STATUS_OF[type(error)] == document["status"]
    assert (document["title"], document["detail"], document["do"], document["code"]) == (
        error.what, error.why, error.do, error.code,
    )  # fmt: skip
    assert document.get("reason") == getattr(error, "reason", None)


def test_every_error_of_the_tree_has_a_status() -> None:
    def leaves(kind: type[EntenteError]) -> Iterator[type[EntenteError]]:
        for child in kind.__subclasses__():
            if child.__module__.startswith("entente."):
                yield child
                yield from leaves(child)

    assert set(leaves(EntenteError)) == set(STATUS_OF)


def test_port_in_use_is_said_clearly() -> None:
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"port {port}") as caught:
            listen("127.0.0.1", port)
    assert "ENTENTE_PORT" in caught.value.do


def test_address_of_another_machine_is_said_clearly() -> None:
    with pytest.raises(Misconfigured, match="cannot listen"):
        listen("203.0.113.7", 0)


def test_free_port_is_listened_on() -> None:
    with listen("127.0.0.1", 0) as bound:
        assert bound.getsockname()[1] > 0
        assert bound.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1"), ("0.0.0.0", "http://127.0.0.1")],  # noqa: S104 - on purpose
)
def test_command_of_this_machine_reaches_a_node_where_it_listens(host: str, address: str) -> None:
    with listen(host, 0) as bound:
        assert loopback_beside(bound) is None
        assert web_address(bound) == f"{address}:{bound.getsockname()[1]}"
        # What is said to the operator hides no open door: 0.0.0.0 is every address of the machine.
        assert listening_address(bound) == f"http://{host}:{bound.getsockname()[1]}"


def test_node_on_an_outer_address_listens_for_its_commands_on_loopback_beside_it() -> None:
    # What comes to another address of this machine comes from that address: the operator's route would not hear it.
    class Outer:
        def getsockname(self) -> tuple[str, int]:
            return ("192.0.2.17", 8601)

    beside = loopback_beside(Outer())  # type: ignore[arg-type] # only its name is asked
    assert beside is not None
    with beside:
        assert web_address(beside) == f"http://127.0.0.1:{beside.getsockname()[1]}"


def test_address_of_the_sixth_version_stands_in_brackets() -> None:
    class Bound:
        def __init__(self, host: str) -> None:
            self.host = host

        def getsockname(self) -> tuple[str, int, int, int]:
            return (self.host, 8601, 0, 0)

    assert web_address(Bound("::1")) == "http://[::1]:8601"  # type: ignore[arg-type]
    assert web_address(Bound("::")) == "http://[::1]:8601"  # type: ignore[arg-type]
