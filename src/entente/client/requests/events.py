"""The requests under «Events».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, parameters
from entente.client.events import News


def listen(
    *, kinds: str | None = None, purpose: str | None = None, crime_area: str | None = None, seconds: int | None = None
) -> Call[News]:
    """Listen to what is new: small references, each to something that the account may read."""
    return Call(
        "listen",
        "GET",
        "/events",
        News,
        query=parameters(kinds=kinds, purpose=purpose, crime_area=crime_area, seconds=seconds),
    )
