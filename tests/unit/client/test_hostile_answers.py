"""P15: whatever answers in another form than the API's is no node, and nothing of it is believed; nobody waits for ever."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from entente.client import AsyncClient, Client, Patience, Token
from entente.kernel.errors import EntenteError, Misconfigured, Unavailable

SECRET = "entente.token-0123456789abcdef0123456789." + "5e" * 32
ADDRESS = "http://127.0.0.1:8601"
BOUNDS = Patience(attempts_max=2, pause_seconds=0.0, answer_bytes_max=4096, answer_seconds=5.0)
JSON = {"content-type": "application/json"}
PROBLEM = {"content-type": "application/problem+json"}
BODIES: dict[str, Any] = {"bodies": [], "statements_of_unknown_bodies": 0}
SAID = {"code": "invalid", "what": "W.", "why": "Y.", "do": "D.", "field": "f"}


def packed(document: object) -> bytes:
    return json.dumps(document).encode()


def answer(status: int, content: bytes, headers: dict[str, str] = JSON) -> httpx.Response:
    """Return an answer that comes as from a socket, to be read once."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


def changed(**fields: object) -> bytes:
    return packed({**BODIES, **fields})


COUNTED = b'{"bodies": [], "statements_of_unknown_bodies": '
REFUSED = {**SAID, "code": "refused"}
NOT_A_NODE: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "no JSON": (200, b"<html>", JSON),
    "cut off": (200, packed(BODIES)[:-3], JSON),
    "empty": (200, b"", JSON),
    "not UTF-8": (200, COUNTED + b'"\xff"}', JSON),
    "a list": (200, b"[]", JSON),
    "a key twice": (200, b'{"bodies": [], "bodies": []}', JSON),
    "a number with a point": (200, changed(statements_of_unknown_bodies=0.5), JSON),
    "a number too long": (200, COUNTED + b"9" * 3000 + b"}", JSON),
    "no number": (200, COUNTED + b"NaN}", JSON),
    "deep": (200, b"[" * 2000 + b"]" * 2000, JSON),
    "a field missing": (200, packed({"bodies": []}), JSON),
    "a field of another type": (200, changed(bodies={}), JSON),
    "yes for a number": (200, changed(statements_of_unknown_bodies=True), JSON),
    "wrong inside": (200, changed(bodies=[{"id": 7}]), JSON),
    "another type": (200, packed(BODIES), {"content-type": "text/html"}),
    "no type": (200, packed(BODIES), {}),
    "compressed": (200, gzip.compress(packed(BODIES)), {**JSON, "content-encoding": "gzip"}),
    "too long": (200, b" " * 5000 + packed(BODIES), JSON),
    "nothing": (204, b"", {}),
    "a page of errors": (404, b"<h1>Not found</h1>", {"content-type": "text/html"}),
    "a problem without its sentences": (400, packed({"title": "Bad", "status": 400}), PROBLEM),
    "a problem of another tree": (400, packed({**SAID, "code": "teapot"}), PROBLEM),
    "a problem that is no object": (400, b'"no"', PROBLEM),
    "a refusal without its decision": (403, packed(REFUSED), PROBLEM),
    "a refusal with a wrong one": (403, packed({**REFUSED, "decision": {"allowed": False, "grounds": [1]}}), PROBLEM),
    "a sentence that is none": (400, packed({**SAID, "why": ["x"]}), PROBLEM),
}


def client_of(answered: Callable[[httpx.Request], httpx.Response]) -> Client:
    return Client(ADDRESS, Token(SECRET), transport=httpx.MockTransport(answered), patience=BOUNDS)


@pytest.mark.parametrize("name", NOT_A_NODE)
def test_answer_of_no_node_is_refused_and_not_asked_for_again(name: str) -> None:
    asked: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(*NOT_A_NODE[name])

    with client_of(answered) as node, pytest.raises(Misconfigured, match="no node of this version"):
        node.list_bodies()
    assert len(asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_never_followed_and_the_token_goes_nowhere_else(status: int) -> None:
    asked: list[str] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answer(status, b"", {"location": "https://elsewhere.example/api/v1/bodies"})

    async def later() -> None:
        async with AsyncClient(
            ADDRESS, Token(SECRET), transport=httpx.MockTransport(answered), patience=BOUNDS
        ) as node:
            await node.list_bodies()

    with client_of(answered) as node, pytest.raises(Misconfigured):
        node.list_bodies()
    with pytest.raises(Misconfigured):
        asyncio.run(later())
    assert asked == [f"{ADDRESS}/api/v1/bodies"] * 2


class Dripping(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An answer that comes byte by byte and never ends; each byte takes a second of the client's clock."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._tick()
            yield b" "

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "


def test_answer_that_drips_ends_with_its_time() -> None:
    now = [0.0]

    def tick() -> None:
        now[0] += 1.0

    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=JSON, stream=Dripping(tick)))
    still = Client(
        ADDRESS, Token(SECRET), transport=transport, patience=BOUNDS, seconds=lambda: now[0], sleep=lambda _: None
    )
    with still as node, pytest.raises(Unavailable, match="did not answer"):
        node.list_bodies()
    assert now[0] <= 2 * BOUNDS.answer_seconds + 2

    async def later() -> None:
        quick = Patience(attempts_max=1, answer_seconds=0.1)
        async with AsyncClient(ADDRESS, Token(SECRET), transport=transport, patience=quick) as other:
            await other.list_bodies()

    with pytest.raises(Unavailable, match="did not answer"):
        asyncio.run(later())


def test_fields_that_a_newer_node_adds_are_let_pass() -> None:
    more = {**BODIES, "new": {"a": 1}}
    transport = httpx.MockTransport(lambda _: answer(200, packed(more)))
    with Client(ADDRESS, Token(SECRET), transport=transport) as node:
        assert node.list_bodies() == more


@pytest.mark.parametrize("nexts", [("a", "b", "a", "b"), ("a", "b", "c", "b")])
def test_list_that_leads_in_a_circle_is_no_nodes(nexts: tuple[str, ...]) -> None:
    with pytest.raises(Misconfigured):
        both_listed(*nexts)


def test_list_that_still_grows_ends_with_what_it_has() -> None:
    assert both_listed("a", "a") == 2


def both_listed(*nexts: str) -> int:
    """Return how many empty pages each client asks for, which lead on as told; raise what either raises."""
    asked: list[str] = []

    def answered(_: httpx.Request) -> httpx.Response:
        asked.append("")
        return answer(200, packed({"cases": [], "next": nexts[len(asked) - 1]}))

    async def later() -> list[object]:
        async with AsyncClient(ADDRESS, Token(SECRET), transport=httpx.MockTransport(answered)) as node:
            return [one async for one in node.list_cases()]

    with client_of(answered) as node:
        waited = told(lambda: list(node.list_cases()))
    pages = len(asked)
    asked.clear()
    waited_not = told(lambda: asyncio.run(later()))
    assert (type(waited), pages) == (type(waited_not), len(asked))
    if isinstance(waited, EntenteError):
        raise waited
    return pages


def told(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except EntenteError as error:
        return error


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError,
        httpx.ReadError,
        httpx.ReadTimeout,
        httpx.WriteError,
        httpx.RemoteProtocolError,
        httpx.PoolTimeout,
    ],
)
def test_line_that_breaks_is_asked_again_and_said(fault: type[httpx.TransportError]) -> None:
    asked: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise fault("it broke", request=request)

    with client_of(answered) as node, pytest.raises(Unavailable, match="did not answer") as lost:
        node.list_bodies()
    assert len(asked) == 2
    assert fault.__name__ in lost.value.why


def test_token_is_in_no_text_of_any_error_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    def broke(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"broke with {request.headers['accept']}", request=request)

    def of(name: str) -> Callable[[httpx.Request], httpx.Response]:
        return lambda _: answer(*NOT_A_NODE[name])

    caplog.set_level(logging.DEBUG)
    for answered in (broke, *map(of, NOT_A_NODE)):
        with client_of(answered) as node:
            with pytest.raises(EntenteError) as told:
                node.list_bodies()
            shown = "".join(traceback.format_exception(told.value)) + repr(node) + repr(vars(node))
            assert SECRET not in shown
            linked = told.value.__cause__ or told.value.__context__
            assert not isinstance(linked, httpx.HTTPError), "it holds the request, and that the token"
    assert SECRET not in caplog.text
