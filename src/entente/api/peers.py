"""Where a request comes from: this machine itself, or elsewhere, or through somebody."""

from __future__ import annotations

import functools
import ipaddress

from starlette.requests import Request

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def is_local(request: Request) -> bool:
    """Say whether a request comes from a program on this machine, through nobody in between."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(request)


def to_be_named(request: Request) -> str:
    """Return the address that whoever hands a request on must name, so that it is not taken for this machine's; else nothing.

    Where a server in front has named somebody, that stands.
    """
    is_named = "x-forwarded-for" in request.headers
    return "" if is_named or _is_loopback(request) or request.client is None else request.client.host


def _is_loopback(request: Request) -> bool:
    return request.client is not None and _names_loopback(request.client.host)


@functools.lru_cache(maxsize=1_024)
def _names_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
