"""A form whose file takes long to arrive is done for the session it was sent in, and for none that ended meanwhile (W55, W61)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from entente.verbs import perform
from entente.web.desk import taking
from tests.support.desk_world import COOKIE, JPEG, Browser, DeskWorld
from tests.support.nodes import DUTY

BOUNDARY = "----a-boundary"
LETTER = {
    "to": "XA-NCB", "instrument": "charter", "subject": "By whoever sits there", "text": "Seen.", "urgency": "normal",
    "case": "", "your_reference": "", "answers": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_waits(world: DeskWorld) -> Iterator[None]:
    yield
    for one in world.api.desk_jobs.uploads(DUTY):
        world.api.desk_jobs.drop(DUTY, one.id)


def parts(fields: Mapping[str, str]) -> list[bytes]:
    """Return a form with a file as it comes: its fields and the beginning of its file, the middle, the end."""
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="gate.jpg"\r\n\r\n'
    return [(head + file).encode() + JPEG, JPEG, f"\r\n--{BOUNDARY}--\r\n".encode()]


async def sent(
    world: DeskWorld, browser: Browser, pieces: Sequence[bytes], before: Mapping[int, Callable[[], object]]
) -> int:
    """Send a message's form piece by piece, and do something before some of them; return the status of the answer."""
    status, at = 0, 0
    headers = {
        "content-type": f"multipart/form-data; boundary={BOUNDARY}", "sec-fetch-site": "same-origin",
        "cookie": f"{COOKIE}={browser.http.cookies[COOKIE]}", "host": "testserver",
    }  # fmt: skip
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": "/desk/messages", "raw_path": b"/desk/messages", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()], "client": ("127.0.0.1", 5),
        "server": ("testserver", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        nonlocal at
        before.get(at, lambda: None)()
        at += 1
        return {"type": "http.request", "body": pieces[at - 1], "more_body": at < len(pieces)}

    async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
        nonlocal status
        status = message.get("status", status)

    await world.app(scope, receive, send)
    return status


def subjects(world: DeskWorld) -> list[str]:
    answer: Any = perform(world.node, "message_list", {"limit": 1})
    return [one["subject"] for one in answer["messages"]]


@pytest.mark.parametrize("ends_before", [1, 2])
def test_w55_form_whose_session_ended_while_its_file_came_is_not_done(world: DeskWorld, ends_before: int) -> None:
    browser = world.browser()
    form = {**browser.frame("/desk/messages/new"), **LETTER}
    assert asyncio.run(sent(world, browser, parts(form), {})) == 303
    assert subjects(world) == [LETTER["subject"]]
    again = {**browser.frame("/desk/messages/new"), **LETTER, "subject": "Not sent"}
    name = browser.http.cookies[COOKIE]
    ended = {ends_before: lambda: world.signed_in.sessions.pop(name)}
    assert asyncio.run(sent(world, browser, parts(again), ended)) == 401
    assert subjects(world) == [LETTER["subject"]]


def test_w55_file_of_a_session_that_ended_is_taken_no_further(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "LOOKS_EVERY_SECONDS", 0.0)
    browser = world.browser()
    form = {**browser.frame("/desk/messages/new"), **LETTER}
    name, asked = browser.http.cookies[COOKIE], []
    steps = {1: lambda: world.signed_in.sessions.pop(name), 2: lambda: asked.append("the end")}
    assert asyncio.run(sent(world, browser, parts(form), steps)) == 401
    assert asked == []
    assert world.api.desk_jobs.uploads(DUTY) == ()
