"""N20: web processes that cannot be started for a moment, or say what none says."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import NoReturn

import pytest

from entente.api import web_processes
from entente.api.line import LineToWeb
from entente.api.web_processes import Answers, ForWeb, Given, WebProcesses
from entente.kernel.canonical import JsonObject
from entente.kernel.ports import Act

COUNTED: list[str] = []


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


async def done(_: JsonObject) -> JsonObject:
    return {}


def work() -> ForWeb:
    def append(_: int, __: Sequence[Act]) -> None:
        raise AssertionError("no row is told here")

    return ForWeb(append, done, dict, dict, lambda route, *_: COUNTED.append(route))


def test_process_that_cannot_be_started_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, loop: asyncio.AbstractEventLoop
) -> None:
    tried: list[object] = []

    def full(command: object, **_: object) -> NoReturn:
        tried.append(command)
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", full)
    monkeypatch.setattr(web_processes, "START_AGAIN_SECONDS", 0.01)
    with socket.socket() as bound, caplog.at_level(logging.WARNING):
        processes = WebProcesses(Given("xa", bound, 0, "http://127.0.0.1:1"), 1, work())
        processes.begin(loop)
        give_up_at = time.monotonic() + 10
        while len(tried) < 3:
            assert time.monotonic() < give_up_at
            time.sleep(0.01)
        assert processes.trouble() == "Of 1 web processes not running: 1."
        processes.end()
    assert "could not be started (Resource temporarily unavailable), and is started again" in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        b'{"do": "counted"}',
        b'{"do": "counted", "request": [1]}',
        b'{"do": "counted", "request": ["/", "v", 200, "soon"]}',
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_process_that_says_what_none_says_is_not_heard_any_more(said: bytes, loop: asyncio.AbstractEventLoop) -> None:
    ours, theirs = (Connection(end.detach()) for end in socket.socketpair())
    line = LineToWeb(ours)
    COUNTED.clear()
    theirs.send_bytes(b'{"do": "counted", "request": ["/bodies", "body_list", 200, 5]}')
    theirs.send_bytes(said)
    # It returns by itself: whoever started the process ends it then.
    Answers(work(), loop).serve(line)
    line.end()
    theirs.close()
    assert COUNTED == ["/bodies"]
