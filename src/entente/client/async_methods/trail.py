"""What the client that does not wait has under «Trail».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import AsksAsync
from entente.client.requests import trail
from entente.client.shapes import ReadTrailAnswer


class AsyncTrailMethods(AsksAsync):
    """What the client that does not wait has under «Trail»."""

    async def read_trail(self, *, about: str | None = None, limit: int | None = None) -> ReadTrailAnswer:
        """Show the newest acts, or those about one thing.

        Needs the scope trail.read.

        about: A body, an instrument, a record, a case or an item.
        limit: How many at most.
        """
        return await self.ask(trail.read_trail(about=about, limit=limit))
