"""Who may come in: from where, with which token, how often.

Source: docs/rules/api.md P3 to P5; RFC 6750 (bearer tokens), RFC 6585 (429), RFC 9110 (401, Retry-After).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from entente.api.errors import WithStatus
from entente.api.peers import is_local
from entente.bodies.tokens import Bearer, Scope, TokenId, not_heard
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Refused, Unavailable, Untrusted
from entente.node import Node

BURST_SECONDS: Final = 2
"""How many seconds' worth of requests may come at once after a pause: a gate that opens, a page of many parts."""
UNAUTHORISED: Final = 401
TOO_MANY: Final = 429
_SCHEME: Final = "bearer "


@dataclass(slots=True)
class Bucket:
    """What one token may still ask at once."""

    left: float
    at: float


class Door:
    """Lets programs in. Used by one event loop, and its thread alone."""

    def __init__(self, node: Node, seconds: Callable[[], float] = monotonic) -> None:
        self._node = node
        self._seconds = seconds
        self._buckets: dict[TokenId, Bucket] = {}
        """By tokens that are known, so never more than there are (bodies.tokens.TOKENS_MAX) and were since the start."""
        self._known: tuple[int, dict[bytes, Bearer]] = (-1, {})
        """Who spoke lately, by the digest of the token's text, as of a number of changes of the store."""

    async def let_in(self, request: Request, scope: Scope) -> Bearer:
        """Return who speaks; raise for a request from elsewhere, without a token in force, too often, or beside its scopes."""
        self._require_secure(request)
        bearer = await self._bearer(request)
        self._count(bearer)
        if scope not in bearer.scopes:
            raise _beside(bearer, scope)
        return bearer

    def _require_secure(self, request: Request) -> None:
        if self._node.settings.api_tls_in_front or is_local(request):
            return
        raise Untrusted(
            "The request came in the clear.",
            reason="not_secure",
            why="A token is heard from a program on this machine, or where TLS stands in front of the node (api.md P5).",
            do="Put a server that ends TLS in front of the node, and say so with the setting api_tls_in_front.",
        )

    async def _bearer(self, request: Request) -> Bearer:
        given = request.headers.get("authorization", "")
        text = given[len(_SCHEME) :].strip() if given[: len(_SCHEME)].lower() == _SCHEME else ""
        digest = hashlib.sha256(text.encode("utf-8")).digest()
        # Before the store is read: what it says then holds as of this number of changes, or of a later one.
        changes, now = self._node.changes(), self._node.clock.now()
        if self._known[0] != changes:
            self._known = (changes, {})
        known = self._known[1].get(digest)
        if known is not None and _holds(known, now):
            return known
        try:
            bearer = await run_in_threadpool(self._node.tokens.bearer, text)
        except Untrusted as error:
            raise WithStatus(not_heard(), UNAUTHORISED, {"WWW-Authenticate": 'Bearer realm="entente"'}) from error
        if self._known[0] == changes:
            self._known[1][digest] = bearer
        return bearer

    def _count(self, bearer: Bearer) -> None:
        """Take one request from the token's bucket; raise for an empty one."""
        rate = self._node.settings.api_requests_per_second
        now = self._seconds()
        bucket = self._buckets.setdefault(bearer.token, Bucket(float(rate * BURST_SECONDS), now))
        bucket.left = min(float(rate * BURST_SECONDS), bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1:
            wait = max(1, math.ceil((1 - bucket.left) / rate))
            raise WithStatus(_too_often(rate), TOO_MANY, {"Retry-After": str(wait)})
        bucket.left -= 1


def _holds(bearer: Bearer, now: datetime) -> bool:
    return now < bearer.until


def _beside(bearer: Bearer, scope: Scope) -> Refused:
    held = ", ".join(sorted(bearer.scopes))
    ground = Ground(
        "P4",
        allows=False,
        text=f"The token of {bearer.account.id} has the scopes {held}; this needs {scope}.",
        remedy="Have a token with this scope made, if the other system needs it.",
    )
    return Refused("The token is not for this.", decision=Decision.of([ground]), do=ground.remedy)


def _too_often(rate: int) -> Unavailable:
    return Unavailable(
        "Too many requests with this token.",
        why=f"One token may ask {rate} times in a second (setting api_requests_per_second), and some more after a pause.",
        do="Wait as Retry-After says, and do it again. Ask many queries in one request where you have many.",
        retry_is_safe=True,
    )
