"""P14 and P16: a stream of news is read as it comes, opened again without a gap, and believed in its own form alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest

from entente.client import AsyncClient, AsyncNewsStream, Client, News, NewsStream, Patience, Token
from entente.client.call import Call
from entente.kernel.errors import Invalid, Misconfigured, Unavailable, Untrusted

ADDRESS = "http://127.0.0.1:8601"
TOKEN = Token("entente.token-0123456789abcdef0123456789." + "5e" * 32)
BOUNDS = Patience(attempts_max=3, pause_seconds=1.0)
STREAM = {"content-type": "text/event-stream; charset=utf-8"}
ALL: Call[News] = Call("listen", "GET", "/events", News)
ONCE: Call[News] = Call("listen", "GET", "/events", News, query={"seconds": 0})


def news(place: int) -> dict[str, str]:
    return {
        "kind": "case",
        "change": "opened",
        "id": f"2031/{place}",
        "href": "/api/v1/cases",
        "at": "2031-01-01T00:00:00Z",
    }


def frame(place: int) -> bytes:
    return f"id: m{place}\nevent: case\ndata: {json.dumps(news(place))}\n\n".encode()


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A stream in pieces, that ends or breaks."""

    def __init__(self, pieces: Sequence[bytes], *, breaks: bool) -> None:
        self._pieces = pieces
        self._breaks = breaks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._breaks:
            raise httpx.ReadTimeout("silent")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


class Node:
    """Answers openings one after the other; keeps what each asked for, and how long was paused."""

    def __init__(self, *openings: Callable[[], httpx.Response]) -> None:
        self._openings = iter(openings)
        self.asked: list[httpx.Request] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return next(self._openings)()

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    @property
    def marks(self) -> list[str | None]:
        return [request.headers.get("last-event-id") for request in self.asked]


def opening(*pieces: bytes, breaks: bool = False) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(200, headers=STREAM, stream=Pieces(pieces, breaks=breaks))


def refusal(status: int, error: dict[str, Any]) -> Callable[[], httpx.Response]:
    data = json.dumps({"what": "W.", "why": "Y.", "do": "D.", **error}).encode()
    headers = {"content-type": "application/problem+json"}
    return lambda: httpx.Response(status, headers=headers, stream=httpx.ByteStream(data))


NO_TOKEN = refusal(401, {"code": "untrusted", "reason": "token"})
TOO_MANY = refusal(429, {"code": "unavailable", "retry_is_safe": True})
Read = Callable[[Node, Call[News], int, str | None], tuple[list[News], str | None]]


def waiting(node: Node, call: Call[News], most: int, after: str | None = None) -> tuple[list[News], str | None]:
    """Read a stream to its end, or so many; return them with the stream's mark."""
    transport = httpx.MockTransport(node)
    with Client(ADDRESS, TOKEN, transport=transport, patience=BOUNDS, sleep=node.pauses.append) as client:
        stream, found = NewsStream(client, call, after), list[News]()
        for one in stream:
            found.append(one)
            if len(found) == most:
                break
        return found, stream.mark


def not_waiting(node: Node, call: Call[News], most: int, after: str | None = None) -> tuple[list[News], str | None]:
    async def later() -> tuple[list[News], str | None]:
        transport = httpx.MockTransport(node)
        async with AsyncClient(ADDRESS, TOKEN, transport=transport, patience=BOUNDS, sleep=node.sleep) as client:
            stream, found = AsyncNewsStream(client, call, after), list[News]()
            async for one in stream:
                found.append(one)
                if len(found) == most:
                    break
            return found, stream.mark

    return asyncio.run(later())


both = pytest.mark.parametrize("read", [waiting, not_waiting])


@both
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_news_are_read_in_whatever_pieces_they_come(read: Read, size: int) -> None:
    text = b"retry: 3000\nid: m0\n\n: \n\n" + frame(1) + frame(2).replace(b"\n", b"\r\n") + b"id: m3\n\n"
    pieces = [text[place : place + size] for place in range(0, len(text), size)]
    node = Node(opening(*pieces))
    assert read(node, ONCE, 9, None) == ([news(1), news(2)], "m3")
    assert (node.marks, node.pauses) == ([None], [])


@both
def test_stream_that_is_lost_goes_on_behind_what_came(read: Read) -> None:
    node = Node(
        opening(b"retry: 3000\nid: m0\n\n" + frame(1), breaks=True),
        opening(b": \nid: m1\n\n" + frame(2)[:20], breaks=True),
        opening(frame(2), b'event: end\ndata: {"why": "stopping"}\n\n'),
        opening(frame(3)),
    )
    assert read(node, ALL, 3, "m00") == ([news(1), news(2), news(3)], "m3")
    assert node.marks == ["m00", "m1", "m2", "m2"]
    assert node.pauses == [3.0, 3.0, 3.0]


@both
def test_mark_is_that_of_the_last_news_that_was_taken(read: Read) -> None:
    assert read(Node(opening(frame(1) + frame(2) + frame(3))), ALL, 1, None) == ([news(1)], "m1")


@both
def test_what_the_node_says_ends_it_and_what_is_safe_is_tried_again(read: Read) -> None:
    node = Node(opening(frame(1), b'event: end\ndata: {"why": "token"}\n\n'), NO_TOKEN)
    with pytest.raises(Untrusted):
        read(node, ONCE, 9, None)
    busy = Node(TOO_MANY, opening(frame(1)))
    assert read(busy, ONCE, 9, None) == ([news(1)], "m1")
    with pytest.raises(Unavailable):
        read(Node(TOO_MANY, TOO_MANY, TOO_MANY), ALL, 9, None)
    with pytest.raises(Unavailable):
        read(Node(*[opening(breaks=True)] * 3), ALL, 9, None)


@both
@pytest.mark.parametrize(
    "text",
    [
        b"event: case\ndata: no JSON\n\n",
        b"event: case\ndata: []\n\n",
        b'event: case\ndata: {"kind": "case"}\n\n',
        b"data: " + b"x" * 70_000,
        b"data: " + b"x" * 70_000 + b"\n\n",
        (b"data: " + b"x" * 1000 + b"\n") * 70,
    ],
)
def test_news_of_another_form_are_no_nodes(read: Read, text: bytes) -> None:
    with pytest.raises(Misconfigured):
        read(Node(opening(text)), ALL, 9, None)


@both
def test_answer_that_is_no_stream_and_a_mark_that_is_none_are_refused(read: Read) -> None:
    page = Node(lambda: httpx.Response(200, headers={"content-type": "text/html"}, stream=httpx.ByteStream(b"<p>")))
    with pytest.raises(Misconfigured):
        read(page, ALL, 9, None)
    for mark in ("", "a b", "x" * 201, "a\nb"):
        with pytest.raises(Invalid):
            read(Node(), ALL, 9, mark)
