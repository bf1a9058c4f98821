"""A post to another node is bounded and believes no redirect (X23). No network: httpx's own fake transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from entente.exchange.model import BATCH_BYTES_MAX
from entente.kernel.errors import Unavailable
from entente.transport.client import ExchangeClient
from entente.transport.server import BATCH_TYPE

ADDRESS = "http://xb.example:8601/"


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> ExchangeClient:
    return ExchangeClient(1.0, httpx.MockTransport(answer))


def test_batch_is_posted_to_the_one_route_and_its_answer_returned() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"receipts"), headers={"content-type": BATCH_TYPE})

    assert client_of(answer).post(ADDRESS, b"batch") == b"receipts"
    assert (str(seen[0].url), seen[0].method, seen[0].content) == ("http://xb.example:8601/exchange", "POST", b"batch")
    assert seen[0].headers["content-type"] == BATCH_TYPE


def endless() -> Iterator[bytes]:
    for _ in range(BATCH_BYTES_MAX // 65_536 + 2):
        yield b"x" * 65_536


PROBLEM = '{"title":"The envelope comes from a body…","detail":"Unknown."}'.encode()


def answered(status: int, media_type: str, content: bytes) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(content), headers={"content-type": media_type})


ANSWERS = {
    "redirect": httpx.Response(307, stream=httpx.ByteStream(b""), headers={"location": "http://elsewhere.example/"}),
    "not_a_node": answered(200, "text/html", b"<html>"),
    "problem": answered(403, "application/problem+json", PROBLEM),
    "unreadable_problem": answered(500, "application/problem+json", b"{"),
    "problem_of_another_shape": answered(500, "application/problem+json", b"[]"),
    "too_large": httpx.Response(200, content=endless(), headers={"content-type": BATCH_TYPE}),
    "too_large_problem": httpx.Response(500, content=endless(), headers={"content-type": "application/problem+json"}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_other_answer_is_unavailable_and_safe_to_try_again(name: str) -> None:
    with pytest.raises(Unavailable) as caught:
        client_of(lambda _: ANSWERS[name]).post(ADDRESS, b"batch")
    assert caught.value.retry_is_safe
    assert ("Unknown." in caught.value.why) == (name == "problem")


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
def test_broken_line_is_unavailable_and_safe_to_try_again(error: httpx.HTTPError) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Unavailable) as caught:
        client_of(answer).post(ADDRESS, b"batch")
    assert caught.value.retry_is_safe


@pytest.mark.parametrize("address", ["", "ftp://xb.example", "http://", "http://[::1", "not an address"])
def test_unusable_address_is_unavailable(address: str) -> None:
    with pytest.raises(Unavailable):
        ExchangeClient(1.0).post(address, b"batch")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    proxies: list[object] = []
    original = httpx.HTTPTransport.__init__

    def remember(self: httpx.HTTPTransport, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on as they are
        proxies.append(kwargs.get("proxy"))
        original(self, *args, **kwargs)

    monkeypatch.setattr(httpx.HTTPTransport, "__init__", remember)
    ExchangeClient(1.0).close()
    assert proxies == [None]


def test_answer_that_drips_is_given_up_when_the_time_of_the_whole_post_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    taken: list[int] = []

    def drip() -> Iterator[bytes]:
        for place in range(1_000):
            taken.append(place)
            now[0] += 0.4
            yield b"x"

    monkeypatch.setattr("entente.transport.client.monotonic", lambda: now[0])
    with pytest.raises(Unavailable, match="did not take the batch") as caught:
        client_of(lambda _: httpx.Response(200, content=drip(), headers={"content-type": BATCH_TYPE})).post(
            ADDRESS, b"batch"
        )
    assert "1 seconds" in caught.value.why
    assert len(taken) < 10
