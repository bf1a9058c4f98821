"""How whoever takes in a large body has its connection wait on: for each piece that came, and for nobody who was not let in.

A connection waits for a whole request as long as a batch may take (docs/rules/exchange.md X22), which a large file does not
keep over a slow line. Edges do not import each other: the connection leaves what begins its time anew in the request's
scope, and who takes a file in, within bounds of its own, calls it.

Source: docs/rules/api.md P13; ASGI, «extensions» of a scope.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

GOES_ON: Final = "entente.goes_on"
"""The name of the extension: a function without arguments."""


async def going_on(pieces: AsyncIterator[bytes], scope: Mapping[str, Any]) -> AsyncIterator[bytes]:
    """Yield the pieces of a body, and have the connection of its request wait anew for each that is not empty."""
    goes_on = scope.get("extensions", {}).get(GOES_ON)
    async for piece in pieces:
        if piece and goes_on is not None:
            goes_on()
        yield piece
