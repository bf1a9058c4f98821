"""One post to another node: bounded, without redirects, without proxies of the environment.

Source: DESIGN section 4 (wire); docs/rules/exchange.md X23.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

import httpx

from entente.exchange.model import BATCH_BYTES_MAX
from entente.kernel.errors import Unavailable
from entente.kernel.sizes import size_said
from entente.transport.errors import PROBLEM_TYPE
from entente.transport.server import BATCH_TYPE, PATH

CONNECT_SECONDS_MAX = 5.0
"""A line that does not answer in this time is down; the courier comes back."""
IDLE_SECONDS_MAX = 60.0
"""How long an unused connection is kept; less than the server keeps it."""
PROBLEM_BYTES_MAX = 16 * 1024
"""Of an error's answer; ours have under 1 KiB."""


class ExchangeClient:
    """Posts batches. Safe from several threads; keeps connections open between posts."""

    def __init__(self, timeout_seconds: float, transport: httpx.BaseTransport | None = None) -> None:
        """Make a client whose every wait is bounded. `transport` replaces the network where there is none."""
        self._timeout_seconds = timeout_seconds
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS_MAX, timeout_seconds)),
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS_MAX),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def post(self, address: str, batch: bytes) -> bytes:
        """Post a batch to a node's address and return its answer; raise Unavailable, always safe to try again.

        Safe, because the other side counts each envelope once.
        """
        # httpx bounds each wait by itself; an answer that drips would hold the courier's worker for days. Its head is short
        # (h11 takes 100 KB at most), and is not held against this.
        give_up_at = monotonic() + self._timeout_seconds
        headers = {"content-type": BATCH_TYPE, "accept": BATCH_TYPE, "accept-encoding": "identity"}
        try:
            with self._client.stream("POST", address.rstrip("/") + PATH, content=batch, headers=headers) as response:
                media_type = response.headers.get("content-type", "").partition(";")[0]
                if response.status_code != httpx.codes.OK:
                    said = self._read(response, PROBLEM_BYTES_MAX, give_up_at)
                    raise _answered_no(address, response.status_code, media_type, said)
                if media_type != BATCH_TYPE:
                    raise _unreachable(address, f"What answers there is no node: it sent «{media_type[:60]}».")
                return self._read(response, BATCH_BYTES_MAX, give_up_at)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreachable(address, f"{type(error).__name__}: {error}".rstrip(": ")) from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _read(self, response: httpx.Response, bytes_max: int, give_up_at: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        # Raw: an answer that says it is compressed is not unpacked, so that no small answer grows large.
        for part in response.iter_raw():
            size += len(part)
            if size > bytes_max:
                raise _unreachable(str(response.request.url), f"Its answer is larger than {size_said(bytes_max)}.")
            if monotonic() > give_up_at:
                why = f"Its answer was not whole after {self._timeout_seconds:.0f} seconds."
                raise _unreachable(str(response.request.url), why)
            parts.append(part)
        return b"".join(parts)


@contextmanager
def opened_when_used(timeout_seconds: float) -> Iterator[Callable[[str, bytes], bytes]]:
    """Lend a client's `post`. The client is made at the first post, which most commands never come to, and closed at the end."""
    made: list[ExchangeClient] = []
    making = Lock()

    def post(address: str, batch: bytes) -> bytes:
        with making:
            if not made:
                made.append(ExchangeClient(timeout_seconds))
        return made[0].post(address, batch)

    try:
        yield post
    finally:
        for client in made:
            client.close()


def _answered_no(address: str, status: int, media_type: str, body: bytes) -> Unavailable:
    why = f"It answered {status}."
    if media_type == PROBLEM_TYPE:
        try:
            document = json.loads(body)
            why = f"It answered {status}: {str(document['title'])[:200]} {str(document['detail'])[:400]}"
        except (ValueError, KeyError, TypeError, RecursionError):
            why = f"It answered {status} with a problem that cannot be read."
    return _unreachable(address, why)


def _unreachable(address: str, why: str) -> Unavailable:
    return Unavailable(
        f"The node at {address[:200]} did not take the batch.",
        why=why,
        do="Nothing is lost: it is posted again by itself. If it lasts, ask that body whether its node runs.",
        retry_is_safe=True,
    )
