"""How often a desk may ask: one session, and one address, each by a bucket that fills with time.

Of a session what a hand and the page itself can ask for; of an address what a whole bureau behind one line can. What stands in
memory is bounded: whoever is forgotten begins with a full bucket, so nobody is locked out by others. Files of style and script
are no questions; a stream is one, when it is opened.

Source: docs/rules/desk.md W62; RFC 6585, 4 (429).
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

SESSION_PER_SECOND: Final = 10.0
SESSION_AT_ONCE: Final = 60
"""A page with its parts in six windows at once, and a hand that holds a key down for some seconds."""
ADDRESS_PER_SECOND: Final = 100.0
ADDRESS_AT_ONCE: Final = 1_000
"""200 officers behind one line (issue part 5), each of whom opens five pages at the same moment."""
KEPT_MAX: Final = 20_000
"""Buckets that are remembered: some 4 MiB."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Rates:
    """The buckets of all who ask. Used by one event loop."""

    session_per_second: float = SESSION_PER_SECOND
    session_at_once: int = SESSION_AT_ONCE
    address_per_second: float = ADDRESS_PER_SECOND
    address_at_once: int = ADDRESS_AT_ONCE
    seconds: Callable[[], float] = monotonic
    _buckets: OrderedDict[bytes, _Bucket] = field(default_factory=OrderedDict)

    def wait_seconds(self, session: str, address: str) -> int:
        """Count one question; return 0 where it may be asked now, else after how many whole seconds.

        `session` is what its cookie says, empty for none: one that was made up has its address's bucket over it all the same. A
        question that is turned away takes nothing from the other bucket.
        """
        of_address = self._filled(_key("address", address), self.address_per_second, self.address_at_once)
        if of_address.left < 1:
            # Before its session is looked at: cookies that are made up would push those of others out of memory.
            return _whole_seconds((1 - of_address.left) / self.address_per_second)
        if session:
            of_session = self._filled(_key("session", session), self.session_per_second, self.session_at_once)
            if of_session.left < 1:
                return _whole_seconds((1 - of_session.left) / self.session_per_second)
            of_session.left -= 1
        of_address.left -= 1
        return 0

    def _filled(self, key: bytes, per_second: float, at_once: int) -> _Bucket:
        now = self.seconds()
        bucket = self._buckets.setdefault(key, _Bucket(float(at_once), now))
        bucket.left = min(float(at_once), bucket.left + (now - bucket.at) * per_second)
        bucket.at = now
        self._buckets.move_to_end(key)
        while len(self._buckets) > KEPT_MAX:
            self._buckets.popitem(last=False)
        return bucket


def _key(kind: str, name: str) -> bytes:
    """Return what a bucket is kept under: of one size whatever a browser sends, and not the secret that opens a session."""
    return hashlib.sha256(f"{kind} {name}".encode("utf-8", "surrogatepass")).digest()


def _whole_seconds(seconds: float) -> int:
    return max(1, math.ceil(seconds))


class NotTooOften:
    """Turns away who asks too often, before anything is read for them."""

    def __init__(self, app: ASGIApp, too_often: Callable[[Request], Awaitable[Response | None]]) -> None:
        """`too_often` counts a request, and returns what is answered instead where there were too many."""
        self._app, self._too_often = app, too_often

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        instead = await self._too_often(Request(scope)) if scope["type"] == "http" else None
        await (self._app if instead is None else instead)(scope, receive, send)
