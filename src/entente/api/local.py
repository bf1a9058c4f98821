"""Who called from this very machine, with no proxy in between."""

from __future__ import annotations

import ipaddress
from typing import Final

from starlette.requests import Request

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""What a proxy adds: whoever it speaks for is elsewhere."""


def is_local(request: Request) -> bool:
    """Say whether a program on the node's own machine calls by itself."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
