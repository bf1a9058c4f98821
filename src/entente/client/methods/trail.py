"""What the client that waits has under «Trail».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import Asks
from entente.client.requests import trail
from entente.client.shapes import ReadTrailAnswer


class TrailMethods(Asks):
    """What the client that waits has under «Trail»."""

    def read_trail(self, *, about: str | None = None, limit: int | None = None) -> ReadTrailAnswer:
        """Show the newest acts, or those about one thing.

        Needs the scope trail.read.

        about: A body, an instrument, a record, a case or an item.
        limit: How many at most.
        """
        return self.ask(trail.read_trail(about=about, limit=limit))
