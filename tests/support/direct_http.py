"""A client that reaches an application without a socket: one hop to an event loop that runs as long as the process.

Starlette's own begins a thread and an event loop for each request and passes each part of it between two threads; with thousands
of requests that was half of what they cost.
"""

from __future__ import annotations

import asyncio
import threading
from functools import lru_cache
from typing import Final

import httpx
from starlette.applications import Starlette

HERE: Final = ("127.0.0.1", 50_000)
SECONDS_MAX: Final = 120.0
ORIGIN: Final = "http://testserver"


class _Direct(httpx.BaseTransport):
    def __init__(self, app: Starlette, client: tuple[str, int]) -> None:
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False, client=client)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # What was to be read piece by piece is whole from now on, so that a loop reads it too.
        request.read()
        return asyncio.run_coroutine_threadsafe(self._answer(request), _loop()).result(SECONDS_MAX)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        came = await self._app.handle_async_request(request)
        # As it was sent: what is packed the client unpacks.
        body = b"".join([part async for part in came.aiter_raw()])
        return httpx.Response(came.status_code, headers=came.headers, stream=httpx.ByteStream(body))


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="applications", daemon=True).start()
    return loop


def client_at(
    app: Starlette, client: tuple[str, int] = HERE, base_url: str = ORIGIN, *, follow_redirects: bool = True
) -> httpx.Client:
    """Return a client of an application; `client` is where its requests come from. What the application raises is a 500."""
    return httpx.Client(
        transport=_Direct(app, client),
        base_url=base_url,
        headers={"user-agent": "testclient"},
        follow_redirects=follow_redirects,
        timeout=SECONDS_MAX,
    )
