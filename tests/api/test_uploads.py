"""Files that are sent: written as they come, within bounds, and gone where their sender goes (P13)."""

from __future__ import annotations

import asyncio
import os
import time
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from entente.api import arriving_places, uploading
from entente.api import jobs as job_rules
from entente.api.errors import WithStatus
from entente.kernel.errors import Unavailable
from entente.kernel.jobs import UPLOAD_BYTES_MAX
from entente.storage import job_files
from tests.support.api_world import BY_ITSELF_ALONE, Bureau

pytestmark = BY_ITSELF_ALONE
BINARY = {"Content-Type": "application/octet-stream", "Idempotency-Key": "u-1"}


@pytest.fixture(autouse=True)
def _no_files(bureau: Bureau) -> Iterator[None]:
    yield
    for one in bureau.own_api.jobs.files.uploads():
        bureau.own_api.jobs.drop_upload(one)


def places(bureau: Bureau) -> list[Path]:
    folder = bureau.node.settings.folder / "uploads"
    return sorted(folder.iterdir()) if folder.is_dir() else []


async def sent(
    bureau: Bureau, pieces: list[bytes | None], headers: dict[str, str] | None = None, token: str | None = None
) -> tuple[int, int]:
    """Send pieces as a server hands them on; None is a sender who goes away. Return status, and how many were read."""
    app, read, status = Starlette(routes=[bureau.api.mount()]), 0, 0
    given = {"authorization": f"Bearer {bureau.token() if token is None else token}", **BINARY, **(headers or {})}
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": "/api/v1/uploads", "raw_path": b"", "query_string": b"name=l.csv",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()], "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        nonlocal read
        await asyncio.sleep(0)
        if read == len(pieces):
            return {"type": "http.request", "body": b"", "more_body": False}
        piece = pieces[read]
        read += 1
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    return status, read


def test_file_is_kept_with_its_digest_until_a_job_takes_it(bureau: Bureau) -> None:
    answer = bureau.ask("POST", "/uploads", params={"name": "list.csv"}, content=b"name\nx\n", headers=BINARY)
    assert (answer.status_code, answer.json()["bytes"], len(answer.json()["sha256"])) == (201, 7, 64)
    (place,) = places(bureau)
    assert (place / "file" / "list.csv").read_bytes() == b"name\nx\n"
    assert (place / "file" / "list.csv").stat().st_mode & 0o777 == 0o600


def test_file_that_is_sent_again_with_its_key_is_the_same_file(bureau: Bureau) -> None:
    def send(key: str, data: bytes = b"name\nx\n", name: str = "list.csv") -> httpx.Response:
        headers = {**BINARY, "Idempotency-Key": key}
        return bureau.ask("POST", "/uploads", params={"name": name}, content=data, headers=headers)

    first, again = send("u-1"), send("u-1")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert ["idempotency-replayed" in one.headers for one in (first, again)] == [False, True]
    assert [send("u-1", b"name\ny\n").status_code, send("u-1", name="other.csv").status_code] == [409, 409]
    assert send("u-2").json()["id"] != first.json()["id"]
    assert len(places(bureau)) == 2
    # What waits already is found also where there is room for no other.
    while (more := send(f"u-{len(places(bureau)) + 1}")).status_code == 201:
        pass
    assert (more.status_code, send("u-1").json()) == (429, first.json())
    # A job has it: the key says nothing any more.
    bureau.own_api.jobs.drop_upload(
        next(one for one in bureau.own_api.jobs.files.uploads() if one.id == first.json()["id"])
    )
    assert send("u-1").json()["id"] != first.json()["id"]


def test_file_without_a_key_is_refused_before_it_is_read(bureau: Bureau) -> None:
    assert asyncio.run(sent(bureau, [b"x"], {"Idempotency-Key": ""})) == (400, 0)


def test_sender_that_disappears_leaves_nothing(bureau: Bureau) -> None:
    piece = b"x" * (uploading.PIECE_BYTES + 1)
    status, read = asyncio.run(sent(bureau, [piece, piece, None, piece]))
    assert (status, read) == (400, 3)
    assert places(bureau) == []


def test_crash_while_a_file_arrives_leaves_nothing_after_a_start(bureau: Bureau) -> None:
    half = bureau.node.settings.folder / "uploads" / ".new-half"
    (half / "file").mkdir(parents=True)
    (half / "file" / "arriving").write_bytes(b"half")
    assert bureau.own_api.jobs.files.uploads() == ()
    assert places(bureau) == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 101, "\u202ex", "a\0b"])
def test_name_that_is_a_path_is_refused(bureau: Bureau, name: str) -> None:
    answer = bureau.ask("POST", "/uploads", params={"name": name}, content=b"x", headers=BINARY)
    assert (answer.status_code, answer.json()["field"]) == (400, "name")
    assert places(bureau) == []


@pytest.mark.parametrize("name", ["отчёт.jpg", "صورة البوابة.jpg", "四号口岸.csv", "e\u0301tat.csv"])
def test_p13_file_keeps_its_name_in_any_script_in_composed_form(bureau: Bureau, name: str) -> None:
    answer = bureau.ask("POST", "/uploads", params={"name": name}, content=b"name\nx\n", headers=BINARY)
    assert (answer.status_code, answer.json()["name"]) == (201, unicodedata.normalize("NFC", name))
    (place,) = places(bureau)
    assert (place / "file" / answer.json()["name"]).read_bytes() == b"name\nx\n"


@pytest.mark.parametrize(
    ("name", "would"), [("дом/отчёт.jpg", "отчёт.jpg"), ("con.txt", "file_con.txt"), ("от\u200bчёт.jpg", "отчёт.jpg")]
)
def test_p13_name_that_no_machine_could_keep_is_refused_with_one_that_would_do(
    bureau: Bureau, name: str, would: str
) -> None:
    answer = bureau.ask("POST", "/uploads", params={"name": name}, content=b"x", headers=BINARY)
    assert (answer.status_code, answer.json()["field"], answer.json()["do"]) == (400, "name", f"Call it «{would}».")
    assert places(bureau) == []


def test_too_large_a_file_is_refused_before_it_is_read(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"content-length": str(UPLOAD_BYTES_MAX + 1)}
    assert asyncio.run(sent(bureau, [b"x"], declared)) == (413, 0)
    # One that does not say how large it is, or says it wrongly, is read up to the bound alone.
    monkeypatch.setattr(uploading, "UPLOAD_BYTES_MAX", 3_000_000)
    status, read = asyncio.run(sent(bureau, [b"x" * 1_000_000] * 8, {"content-length": "5"}))
    assert (status, read) == (413, 4)
    assert places(bureau) == []


def test_one_account_leaves_room_for_files_of_others(bureau: Bureau) -> None:
    taking = uploading.Uploading(bureau.node, bureau.own_api.jobs)

    async def story() -> None:
        go_on, begun = asyncio.Event(), Counter[str]()

        async def pieces(account: str) -> AsyncIterator[bytes]:
            begun[account] += 1
            yield b"name\n"
            await go_on.wait()

        def take(account: str) -> asyncio.Task[Any]:
            bearer: Any = SimpleNamespace(account=SimpleNamespace(id=account))
            return asyncio.ensure_future(taking.take_pieces(pieces(account), bearer, "l.csv", 0))

        async with asyncio.timeout(10):
            under_way = [take("o-slow") for _ in range(arriving_places.OF_ACCOUNT_AT_ONCE_MAX)]
            with pytest.raises(WithStatus, match="Too many files") as refused:
                await take("o-slow")
            under_way += [take("o-other") for _ in range(arriving_places.AT_ONCE_MAX - len(under_way))]
            with pytest.raises(WithStatus, match="Too many files"):
                await take("o-third")
            go_on.set()
            await asyncio.gather(*under_way)
            await take("o-slow")
        assert refused.value.status == 429
        assert begun == {"o-slow": 3, "o-other": 2}

    asyncio.run(story())


def test_who_hardly_sends_gives_way_to_an_account_that_sends_nothing(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving_places, "LOOKED_AT_SECONDS", 0.2)
    taking = uploading.Uploading(bureau.node, bureau.own_api.jobs)

    async def story() -> None:
        go_on = asyncio.Event()

        async def pieces(size: int) -> AsyncIterator[bytes]:
            while not go_on.is_set():
                yield b"x" * size
                await asyncio.sleep(0.02)

        def take(account: str, size: int = 1) -> asyncio.Task[Any]:
            bearer: Any = SimpleNamespace(account=SimpleNamespace(id=account))
            return asyncio.ensure_future(taking.take_pieces(pieces(size), bearer, "l.csv", 0))

        quick = round(taking.places.slow_bytes_per_second())
        async with asyncio.timeout(20):
            slow = [take("o-slow", 2), take("o-slow"), take("o-slow-2", 2), take("o-quick", quick)]
            await asyncio.sleep(0.05)
            with pytest.raises(WithStatus, match="Too many files"):
                # Nobody is called slow before it was looked at for a while.
                await take("o-new")
            await asyncio.sleep(0.5)
            with pytest.raises(WithStatus, match="Too many files"):
                await take("o-slow-2")
            new = take("o-new", quick)
            with pytest.raises(WithStatus, match="gave way") as raised:
                await slow[1]
            await asyncio.sleep(0.05)
            assert [one.done() for one in (slow[0], slow[2], slow[3], new)] == [False] * 4
            go_on.set()
            await asyncio.gather(slow[0], slow[2], slow[3], new)
        assert (raised.value.status, raised.value.headers) == (503, {"Retry-After": "60"})

    asyncio.run(story())


def test_file_whose_time_is_over_is_not_closed_under_the_hand_that_writes_it(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: list[bool] = []

    def slow_disk(descriptor: int, data: bytes) -> None:
        before = os.fstat(descriptor).st_ino
        time.sleep(0.2)
        try:
            files.append(os.fstat(descriptor).st_ino == before)
        except OSError:
            files.append(False)
        os.write(descriptor, data)

    monkeypatch.setattr(job_files, "_write", slow_disk)
    monkeypatch.setattr(bureau.api.job_answers.uploading.places, "seconds_max", 0.05)
    status, _ = asyncio.run(sent(bureau, [b"x" * uploading.PIECE_BYTES] * 3))
    assert (status, files) == (408, [True])
    assert places(bureau) == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", ""])
def test_body_of_another_type_is_not_read(bureau: Bureau, kind: str) -> None:
    status, read = asyncio.run(sent(bureau, [b"x"], {"Content-Type": kind}))
    assert (status, read) == (415, 0)


def test_full_disk_takes_no_file(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def free_mb(self) -> int:
            return 600

        def trouble(self) -> str:
            return ""

        def require_room(self) -> None:
            return None

    node = replace(bureau.node, disk=Full(), settings=replace(bureau.node.settings, disk_free_mb_min=512))
    monkeypatch.setattr(bureau.api.job_answers, "uploading", uploading.Uploading(node, bureau.own_api.jobs))
    status, read = asyncio.run(sent(bureau, [b"x"], {"content-length": str(200 * 1024**2)}))
    assert (status, read) == (503, 0)
    calls: list[int] = []

    def no_room(_: object) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise Unavailable("Full.", why="Full.", do="Free space.", retry_is_safe=True)

    monkeypatch.setattr(Full, "require_room", no_room)
    status, _ = asyncio.run(sent(bureau, [b"x" * uploading.PIECE_BYTES] * 3))
    assert status == 503
    assert places(bureau) == []


def test_sender_that_says_nothing_is_not_waited_for(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bureau.api.job_answers.uploading, "quiet_seconds", 0.05)

    async def quiet() -> int:
        app, status = Starlette(routes=[bureau.api.mount()]), 0
        headers = [
            (b"authorization", f"Bearer {bureau.token()}".encode()),
            (b"content-type", b"application/octet-stream"),
            (b"idempotency-key", b"quiet"),
        ]
        scope: dict[str, Any] = {
            "type": "http", "method": "POST", "path": "/api/v1/uploads", "raw_path": b"", "query_string": b"name=l.csv",
            "headers": headers, "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80), "scheme": "http",
            "http_version": "1.1", "root_path": "",
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(30)
            raise AssertionError("it is given up before")

        async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            nonlocal status
            status = message.get("status", status)

        await app(scope, receive, send)
        return status

    assert asyncio.run(quiet()) == 408
    assert places(bureau) == []


def test_so_many_files_of_an_account_wait_and_no_more(bureau: Bureau) -> None:
    for count in range(job_rules.UPLOADS_MAX):
        bureau.uploaded(f"{count}.csv", b"x")
    assert asyncio.run(sent(bureau, [b"x"])) == (429, 0)
    bureau.uploaded("x.csv", b"x", token=bureau.token("analyst"))
