"""How much of a file has arrived that a form sends: asked for by its page while the browser sends it.

A browser that sends a form shows nothing of how far it is. The page that sends it asks the node, by the form's one-time key, for
its own account alone; what is asked so keeps no session alive (cookies). Kept in memory while the file arrives, and no longer.

Source: docs/rules/desk.md W55.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from entente.web.desk.session import Session
from entente.web.wording import Wording

ARRIVING_PATH: Final = "/arriving"
"""Below the desk's prefix."""
_NOTHING, _SIGNED_OUT = 204, 401
_WHOLE: Final = 100


@dataclass(slots=True)
class Part:
    """A file that arrives."""

    declared: int
    """Bytes of the form that it comes in, as its sender says; 0 where it does not."""
    has: int = 0

    def percent(self) -> int:
        """Return how much of it is there; 0 where nobody said how much it is."""
        return min(_WHOLE, self.has * _WHOLE // self.declared) if self.declared else 0


class Arriving:
    """Counts what arrives. Used by one event loop; as many as the node takes in at a time (docs/rules/api.md P13)."""

    def __init__(
        self,
        session: Callable[[Request], Awaitable[Session | None]],
        say: Callable[[Request, Session | None], Wording],
    ) -> None:
        """`session` lets a request in as every page does; `say` is the language that it is answered in."""
        self._session, self._say = session, say
        self._parts: dict[tuple[str, str], Part] = {}

    def routes(self) -> list[Route]:
        """Return the routes, below the desk's own place."""
        return [Route(ARRIVING_PATH, self.show, methods=["GET"])]

    async def counted(
        self, account: str, key: str, declared: int, pieces: AsyncIterator[bytes], before: int = 0
    ) -> AsyncIterator[bytes]:
        """Yield the pieces of a file, and count them as of an account's form with a one-time key.

        `before`: the bytes of the form's files that came before this one.
        """
        part = self._parts[account, key] = Part(declared, before)
        try:
            async for piece in pieces:
                part.has += len(piece)
                yield piece
        finally:
            self._parts.pop((account, key), None)

    async def show(self, request: Request) -> Response:
        """Say how much has arrived; 204 where nothing arrives with that key, 401 without a session."""
        session = await self._session(request)
        if session is None:
            return Response(status_code=_SIGNED_OUT)
        part = self._parts.get((session.account, request.query_params.get("key", "")))
        if part is None:
            return Response(status_code=_NOTHING)
        percent, say = part.percent(), self._say(request, session)
        said = say.text("intake.arrived", percent=percent, size=say.size(part.has))
        return JSONResponse({"percent": percent, "said": said})
