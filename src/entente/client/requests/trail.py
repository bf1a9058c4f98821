"""The requests under «Trail».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, parameters
from entente.client.shapes import ReadTrailAnswer


def read_trail(*, about: str | None = None, limit: int | None = None) -> Call[ReadTrailAnswer]:
    """Show the newest acts, or those about one thing."""
    return Call("read_trail", "GET", "/trail", ReadTrailAnswer, query=parameters(about=about, limit=limit))
