"""The routes under «Trail», as a client asks them.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.answer_shapes import ReadTrailAnswer
from entente.client.call import Call, parameters
from entente.client.listing import Asks, AsksAsync


def read_trail(*, about: str | None = None, limit: int | None = None) -> Call[ReadTrailAnswer]:
    """Show the newest acts, or those about one thing."""
    return Call("read_trail", "GET", "/trail", ReadTrailAnswer, query=parameters(about=about, limit=limit))


class TrailRoutes(Asks):
    """What the client that waits asks under «Trail»."""

    def read_trail(self, *, about: str | None = None, limit: int | None = None) -> ReadTrailAnswer:
        """Show the newest acts, or those about one thing.

        Needs the scope trail.read.

        about: A body, an instrument, a record, a case or an item.
        limit: How many at most.
        """
        return self.ask(read_trail(about=about, limit=limit))


class AsyncTrailRoutes(AsksAsync):
    """What the client that does not wait asks under «Trail»."""

    async def read_trail(self, *, about: str | None = None, limit: int | None = None) -> ReadTrailAnswer:
        """Show the newest acts, or those about one thing.

        Needs the scope trail.read.

        about: A body, an instrument, a record, a case or an item.
        limit: How many at most.
        """
        return await self.ask(read_trail(about=about, limit=limit))
