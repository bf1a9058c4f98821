"""Requests that are done once: the same one, sent again with the same Idempotency-Key, gets the answer of the first.

That a request was done becomes durable in the transaction of its act: a commit hook (`note_commit`) writes the row. So after a
crash the node knows of every key whether its request was done, also where its answer was lost. Of a request and its answer stand
keyed digests and what identifies the result; nothing else.

Source: docs/rules/api.md P8; docs/decisions/0068-a-request-is-kept-with-its-act.md.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol, cast

from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.clock import Clock
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Untrusted
from entente.kernel.kept_requests import KeptRequest, KeptRequestsUnit

KEPT: Final = timedelta(hours=24)
"""Whoever lost the line tries again within minutes; a batch of the night within a day."""
KEY_CHARACTERS_MAX: Final = 100
_doing: ContextVar[_Doing | None] = ContextVar("request under way", default=None)


@dataclass(slots=True)
class _Doing:
    request: KeptRequest
    is_noted: bool = False


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0
    """How many have it or wait for it; the last one takes it away."""


class _Unit(Protocol):
    @property
    def kept_requests(self) -> Any: ...  # noqa: ANN401 - a hook is given the store's own unit


def note_commit(unit: _Unit) -> None:
    """Note, as a hook of every commit, that the request this thread does becomes durable with it; others are not touched.

    Raises Conflict, which undoes the act, where another one has done it meanwhile: a request that was given up and goes on.
    """
    doing = _doing.get()
    if doing is not None and not doing.is_noted:
        if unit.kept_requests.get(doing.request.account, doing.request.key) is not None:
            raise _done_meanwhile()
        unit.kept_requests.add(doing.request)
        doing.is_noted = True


@dataclass(slots=True)
class Once:
    """The requests of the API that are done once."""

    open_unit: Callable[[], KeptRequestsUnit]
    open_view: Callable[[], KeptRequestsUnit]
    clock: Clock
    secret: bytes = field(repr=False)
    under_way: dict[tuple[str, str], _Turn] = field(default_factory=dict)
    """By account and key, those that are being done or wait."""

    @asynccontextmanager
    async def alone(self, request: KeptRequest) -> AsyncIterator[None]:
        """Let one of several requests with the same key go on at a time; used by one event loop."""
        key = request.account, request.key
        turn = self.under_way.setdefault(key, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self.under_way[key]

    def request(self, account: str, key: str, method: str, path: str, body: JsonObject) -> KeptRequest:
        """Return what is kept of a request; raise Invalid for a key of another form."""
        require_key(key)
        asked = canonical_bytes({"method": method, "path": path, "body": body})
        return KeptRequest(account, self._digest(b"key", key.encode()), self._digest(b"asked", asked), self.clock.now())

    def perform(self, request: KeptRequest, act: Callable[[], JsonObject]) -> tuple[JsonObject, bool]:
        """Do an act once, in this thread; return its answer, and whether it had been done before.

        Raises Conflict where the key was used for another request, or its answer was lost. What the act raises is not kept: the
        same request may be sent again.
        """
        with self.open_view() as view:
            kept = view.kept_requests.get(request.account, request.key)
        if kept is not None and kept.at > self.clock.now() - KEPT:
            return _given_again(kept, request), True
        if kept is not None:
            self._change(lambda unit: unit.kept_requests.remove(request.account, request.key))
        doing = _Doing(request)
        token = _doing.set(doing)
        try:
            answer = act()
        except (Refused, Invalid, NotFound, Conflict, Untrusted):
            _doing.reset(token)
            if doing.is_noted:
                # A refusal is a row of the trail, committed under this request; nothing else was done.
                self._change(lambda unit: unit.kept_requests.remove(request.account, request.key))
            raise
        finally:
            # Whatever else was raised may have come after the act was durable: then its row says so, else there is none.
            if _doing.get() is doing:
                _doing.reset(token)
        text = json.dumps(answer, ensure_ascii=False)
        self._change(lambda unit: unit.kept_requests.answer(request.account, request.key, text))
        return answer, False

    def forget_old(self) -> None:
        """Delete what is older than a day; called once a minute."""
        before = self.clock.now() - KEPT
        with self.open_view() as view:
            has_older = view.kept_requests.has_older(before)
        if has_older:
            self._change(lambda unit: unit.kept_requests.remove_older(before))

    def _change(self, change: Callable[[KeptRequestsUnit], None]) -> None:
        with self.open_unit() as unit:
            change(unit)
            unit.commit()

    def _digest(self, what: bytes, data: bytes) -> str:
        return hmac.digest(self.secret, what + b"\0" + data, "sha256").hex()


def _given_again(kept: KeptRequest, request: KeptRequest) -> JsonObject:
    if kept.request != request.request:
        raise other_request()
    if kept.answer is None:
        raise Conflict(
            "The request was done, and its answer was lost.",
            why="The node ended between the act, which is durable, and the keeping of its answer (docs/rules/api.md P8).",
            do="Look for the result in the list; do not send the request with another key.",
        )
    return cast("JsonObject", json.loads(kept.answer))


def other_request() -> Conflict:
    """Return the refusal of a key that stands for another request."""
    return Conflict(
        "The Idempotency-Key was used for another request.",
        why="A key stands for one request, and this one differs from it in path or body (docs/rules/api.md P8).",
        do="Make a new key for each new request, and send the same key only with the same request.",
    )


def _done_meanwhile() -> Conflict:
    return Conflict(
        "The request was done meanwhile.",
        why="It was sent before under the same Idempotency-Key, and went on when nobody waited for it (docs/rules/api.md P8).",
        do="Send it once more with the same key: its answer is kept.",
    )


def require_key(key: str) -> None:
    """Raise Invalid for a request that has no key, or one of another form."""
    if 1 <= len(key) <= KEY_CHARACTERS_MAX and all("!" <= one <= "~" for one in key):
        return
    raise Invalid(
        "The request has no Idempotency-Key.",
        field="Idempotency-Key",
        why="What changes something is done once, however often it is sent (docs/rules/api.md P8);"
        f" a key has 1 to {KEY_CHARACTERS_MAX} characters of ASCII that are seen.",
        do="Make a key for each request, a random UUID for example, and send the same one when you send it again.",
    )
