"""Files that are sent and that come: read and written as they go, whole or not at all, by both clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from entente.client import AsyncClient, Client, Patience, Token
from entente.kernel.errors import EntenteError, Invalid, Misconfigured, NotFound, Unavailable

ADDRESS = "http://127.0.0.1:8601"
TOKEN = Token("entente.token-0123456789abcdef0123456789." + "5e" * 32)
BOUNDS = Patience(attempts_max=2, pause_seconds=0.0, answer_bytes_max=4096, file_bytes_max=200_000)
FILE = {"content-type": "application/octet-stream"}
JOB = f"job-{'0' * 32}"
KEPT = {
    "id": "upload-1",
    "href": "",
    "name": "night.csv",
    "bytes": 150_000,
    "sha256": "0" * 64,
    "until": "2031-01-01T00:00:00Z",
}
Answered = Callable[[httpx.Request], httpx.Response]


def waiting(answered: Answered, into: Path) -> Path:
    with Client(ADDRESS, TOKEN, transport=httpx.MockTransport(answered), patience=BOUNDS) as node:
        return node.read_job_file(JOB, "records.jsonl", into=into)


def not_waiting(answered: Answered, into: Path) -> Path:
    async def later() -> Path:
        async with AsyncClient(ADDRESS, TOKEN, transport=httpx.MockTransport(answered), patience=BOUNDS) as node:
            return await node.read_job_file(JOB, "records.jsonl", into=str(into))

    return asyncio.run(later())


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An answer in pieces, that may break."""

    def __init__(self, pieces: list[bytes], *, breaks: bool = False) -> None:
        self._pieces = pieces
        self._breaks = breaks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._breaks:
            raise httpx.RemoteProtocolError("peer closed connection")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


both = pytest.mark.parametrize("read", [waiting, not_waiting])


@both
def test_file_that_comes_is_written_whole_for_this_account_alone(
    read: Callable[[Answered, Path], Path], tmp_path: Path
) -> None:
    data, asked = [b"a" * 60_000, b"b" * 90_000], list[httpx.Request]()

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        # The first time it breaks in the middle, and comes again from its beginning.
        return httpx.Response(200, headers=FILE, stream=Pieces(data, breaks=len(asked) == 1))

    into = tmp_path / "records.jsonl"
    assert read(answered, into) == into
    assert into.read_bytes() == b"".join(data)
    assert into.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["records.jsonl"]
    assert (len(asked), asked[0].url.path) == (2, f"/api/v1/jobs/{JOB}/files/records.jsonl")


@both
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: httpx.Response(200, headers=FILE, stream=Pieces([b"a" * 300_000])), Misconfigured),
        (lambda: httpx.Response(200, headers=FILE, stream=Pieces([b"a"], breaks=True)), Unavailable),
        (lambda: httpx.Response(200, headers={"content-type": "text/html"}, stream=Pieces([b"<p>"])), Misconfigured),
        (lambda: httpx.Response(302, headers={**FILE, "location": "/"}, stream=Pieces([b"x"])), Misconfigured),
        (
            lambda: httpx.Response(
                404,
                headers={"content-type": "application/problem+json"},
                stream=Pieces([b'{"code": "not_found", "what": "", "why": "", "do": ""}']),
            ),
            NotFound,
        ),
    ],
)
def test_file_that_does_not_come_whole_leaves_nothing(
    read: Callable[[Answered, Path], Path],
    answer: Callable[[], httpx.Response],
    error: type[EntenteError],
    tmp_path: Path,
) -> None:
    with pytest.raises(error):
        read(lambda _: answer(), tmp_path / "records.jsonl")
    assert list(tmp_path.iterdir()) == []


@both
def test_file_that_is_there_is_left_as_it_is(read: Callable[[Answered, Path], Path], tmp_path: Path) -> None:
    into = tmp_path / "records.jsonl"
    into.write_text("ours", encoding="ascii")
    with pytest.raises(Unavailable, match="cannot be written"):
        read(lambda _: httpx.Response(200, headers=FILE, stream=Pieces([b"theirs"])), into)
    assert into.read_text(encoding="ascii") == "ours"
    assert [path.name for path in tmp_path.iterdir()] == ["records.jsonl"]
    with pytest.raises(Unavailable, match="cannot be written"):
        read(lambda _: httpx.Response(200, headers=FILE, stream=Pieces([b"x"])), tmp_path / "none" / "file")


def test_file_is_sent_with_its_length_and_again_from_its_beginning(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"name\n" + b"x" * 150_000)
    sent: list[tuple[bytes, str, str]] = []

    def seen(request: httpx.Request, content: bytes) -> httpx.Response:
        sent.append((content, request.headers["content-length"], request.headers["content-type"]))
        assert "transfer-encoding" not in request.headers
        if len(sent) % 2:
            raise httpx.ReadError("lost", request=request)
        return httpx.Response(201, headers={"content-type": "application/json"}, json=KEPT)

    async def seen_later(request: httpx.Request) -> httpx.Response:
        return streamed(seen(request, await request.aread()))

    async def later() -> str:
        async with AsyncClient(ADDRESS, TOKEN, transport=httpx.MockTransport(seen_later), patience=BOUNDS) as node:
            return (await node.upload_file(file=str(file), name="list.csv"))["id"]

    transport = httpx.MockTransport(lambda request: streamed(seen(request, request.read())))
    with Client(ADDRESS, TOKEN, transport=transport, patience=BOUNDS) as node:
        assert node.upload_file(file=file, name="list.csv")["id"] == "upload-1"
        with pytest.raises(Invalid) as unread:
            node.upload_file(file=tmp_path / "none", name="none.csv")
        assert unread.value.field == "file"
    assert asyncio.run(later()) == "upload-1"
    assert sent == [(file.read_bytes(), str(file.stat().st_size), "application/octet-stream")] * 4


def streamed(answer: httpx.Response) -> httpx.Response:
    """Return an answer as it comes from a socket."""
    return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))
