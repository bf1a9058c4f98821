"""The one cookie that says who is signed in, and where a request comes from.

Where TLS stands in front of the node the cookie is `__Host-entente`: the browser then takes it from this host alone, for every
path, over TLS. On the node's own machine, without TLS, browsers refuse that name; the cookie is called after the port, because
several nodes of one machine share one host, and cookies do not know ports.

Source: docs/rules/desk.md W3 and W5; RFC 6265bis, 4.1.3.2 (`__Host-`), 5.2 (SameSite); OWASP Session Management Cheat Sheet.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final, cast

from starlette.requests import Request
from starlette.responses import Response

from entente.bodies.accounts import Begun, From, SignedIn
from entente.bodies.sessions import digest_of
from entente.node import Node
from entente.web.desk.paths import LIVE_PATH, PREFIX
from entente.web.desk.preferences import language_of
from entente.web.desk.session import Session

SECURE_NAME: Final = "__Host-entente"
IPV6_NETWORK_BITS: Final = 64
"""What one household or office has of IPv6 (RFC 6177): single addresses of it are nothing to whoever guesses."""
USER_AGENT_CHARACTERS_MAX: Final = 400


def cookie_name(node: Node, request: Request) -> str:
    """Return what the session's cookie is called for this request."""
    return SECURE_NAME if node.settings.api_tls_in_front else f"entente-{request.url.port or 80}"


def token_of(node: Node, request: Request) -> str:
    """Return the session's secret that a browser brought; empty for none."""
    return request.cookies.get(cookie_name(node, request), "")


def keep(node: Node, request: Request, answer: Response, begun: Begun) -> None:
    """Give a session's secret to the browser, until the browser ends; the node ends it at the latest with the session."""
    answer.set_cookie(
        cookie_name(node, request),
        begun.token,
        path="/",
        secure=node.settings.api_tls_in_front,
        httponly=True,
        samesite="strict",
    )


def forget(node: Node, request: Request, answer: Response) -> None:
    """Take the session's secret from the browser."""
    answer.delete_cookie(
        cookie_name(node, request),
        path="/",
        secure=node.settings.api_tls_in_front,
        httponly=True,
        samesite="strict",
    )


def asks_by_itself(request: Request) -> bool:
    """Say whether an open page asks, to be brought up to date, and not its officer."""
    return "hx-request" in request.headers


def signed_in_of(node: Node, request: Request) -> SignedIn | None:
    """Return who is signed in at the browser that sent a request."""
    token = token_of(node, request)
    # What a page asks by itself is nobody's sign of life.
    is_by_itself = asks_by_itself(request) or request.url.path == f"{PREFIX}{LIVE_PATH}"
    if not token:
        return None
    return _by_itself(node, token) if is_by_itself else node.accounts.sessions.who(token)


def _by_itself(node: Node, token: str) -> SignedIn | None:
    """Return who is signed in at a page that asks by itself; between two changes of the store nothing is read anew.

    Every open page asks so four times a minute, whatever happens (live.HEARTBEAT_SECONDS). Whatever but time ends a session is
    a change.
    """
    sessions = node.accounts.sessions
    # Before the session is read: what is read is as of this number of changes, or of a later one.
    changes = node.changes()
    kept = node.sessions_seen.kept
    if kept is None or kept[0] != changes:
        kept = node.sessions_seen.kept = (changes, {})
    known = cast("dict[str, SignedIn]", kept[1])
    key = digest_of(token)
    if (found := known.get(key)) is not None:
        return sessions.still(found)
    found = sessions.who(token, is_seen=False)
    return None if found is None else known.setdefault(key, found)


@dataclass(frozen=True, slots=True)
class CookieSessions:
    """The SessionOf of a running node."""

    node: Node

    def __call__(self, request: Request, /) -> Session | None:
        """Return the session that a request's cookie names."""
        found = signed_in_of(self.node, request)
        return None if found is None else session_of(found)


def session_of(found: SignedIn) -> Session:
    """Return a session as pages need to know it."""
    return Session(found.account, found.roles, found.language, found.csrf, is_recent=found.is_recent)


def whence(node: Node, request: Request) -> From:
    """Return where a request comes from: the network of its address, what the browser calls itself, the language it is read in.

    Where TLS stands in front, the last address that was added on the way counts: it is what the server in front saw itself, and
    what stands before it anybody may have written.
    """
    address = "" if request.client is None else request.client.host
    if node.settings.api_tls_in_front:
        added = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        address = added or address
    device = request.headers.get("user-agent", "")[:USER_AGENT_CHARACTERS_MAX]
    return From(_network(address), device, language_of(request, None))


def _network(address: str) -> str:
    """Return an IPv4 address, or the /64 of an IPv6 one; «elsewhere» for what is neither."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "elsewhere"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network(f"{found}/{IPV6_NETWORK_BITS}", strict=False).network_address)
    return str(found)
