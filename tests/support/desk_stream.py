"""A browser's stream of server-sent events over the application itself, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

from tests.support.desk_world import COOKIE

WAIT_SECONDS = 10.0


@dataclass
class Stream:
    """What a browser got of a stream so far."""

    status: int = 0
    text: str = ""
    is_over: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def events(self) -> list[dict[str, str]]:
        """Return the events: each a dictionary of its fields."""
        blocks = [block for block in self.text.split("\n\n") if "data: " in block]
        return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]

    def told(self) -> list[list[str]]:
        """Return the kinds of each telling."""
        return [json.loads(one["data"])["kinds"] for one in self.events() if "event" not in one]

    def ends(self) -> list[str]:
        """Return why it ended, where it was told."""
        return [json.loads(one["data"])["why"] for one in self.events() if one.get("event") == "end"]

    async def wait(self, holds: Any) -> None:  # noqa: ANN401 - a question without arguments
        """Wait until something holds of it."""
        async with asyncio.timeout(WAIT_SECONDS), self.changed:
            await self.changed.wait_for(holds)


@asynccontextmanager
async def streaming(
    app: ASGIApp, session: str | None, query: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> AsyncIterator[Stream]:
    """Open the stream of a page in the session that a cookie names; close it as a browser does that goes."""
    stream, gone = Stream(), asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        async with stream.changed:
            if message["type"] == "http.response.start":
                stream.status = message["status"]
            else:
                stream.text += message["body"].decode("ascii")
                stream.is_over = not message.get("more_body", False)
            stream.changed.notify_all()

    sent = {**(headers or {}), **({} if session is None else {"cookie": f"{COOKIE}={session}"})}
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/desk/live", "root_path": "",
        "raw_path": b"/desk/live", "query_string": urlencode(query).encode("ascii"), "client": ("127.0.0.1", 50_000),
        "server": ("testserver", 80),
        "headers": [(name.encode("ascii"), text.encode("ascii")) for name, text in sent.items()],
    }  # fmt: skip
    task = asyncio.ensure_future(app(scope, receive, send))
    try:
        await stream.wait(lambda: "retry: " in stream.text or stream.is_over)
        yield stream
    finally:
        gone.set()
        async with asyncio.timeout(WAIT_SECONDS):
            await task
