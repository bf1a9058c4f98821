"""Every request is counted and written to the log: its route, its verb, its status and how long it took, and nothing it holds.

Source: docs/rules/node.md N13 and N14.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Count: TypeAlias = Callable[[str, str, int, float], None]
"""Counts a request: route, verb, status, seconds (api.meters)."""
_log = logging.getLogger(__name__)

VERB: Final = "entente.verb"
"""Where a route says in its scope which verb of the closed list was asked for."""
ROUTE: Final = "entente.route"
"""Where a route whose address holds ids says in its scope how it is written."""
OTHER: Final = "other"
"""Stands for every address that is no route: what somebody typed is never a label, nor in the log."""
FAILED: Final = 500


class Observed:
    """The application around the routes."""

    def __init__(self, app: ASGIApp, count: Count, paths: Collection[str]) -> None:
        self._app = app
        self._count = count
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and note what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = FAILED, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        path = scope["path"]
        route, verb = scope.get(ROUTE) or (path if path in self._paths else OTHER), scope.get(VERB, "")
        self._count(route, verb, status, seconds)
        said = {"route": route, "verb": verb, "status": status, "ms": round(1000 * seconds, 1)}
        _log.info("request", extra={name: value for name, value in said.items() if value != ""})
