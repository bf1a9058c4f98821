"""What both clients need of httpx: a request's head and waits, an answer as it grows, and what each failure of the line means.

Source: docs/rules/api.md P15 and P16.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

import httpx

from entente.client.answers import Came, not_a_node
from entente.client.credentials import Token
from entente.client.exchange import Event, Lost, NotProved, Send
from entente.client.patience import Patience


def head_of(step: Send, token: Token) -> dict[str, str]:
    """Return the headers of a request as it leaves."""
    return {**step.headers, "Authorization": f"Bearer {token.reveal()}"}


def waits_of(step: Send, patience: Patience) -> httpx.Timeout:
    """Return how long each wait of a request may take; together they are bounded by `Growing`."""
    return httpx.Timeout(step.seconds, connect=min(patience.connect_seconds, step.seconds))


@dataclass(slots=True)
class Growing:
    """An answer while it comes: no longer and no slower than it may be."""

    step: Send
    bytes_max: int
    give_up_at: float
    body: bytearray = field(default_factory=bytearray)

    def add(self, part: bytes, now: float) -> Lost | None:
        """Take a part in; return that the answer is lost where it comes too slowly, raise Misconfigured where it is too large."""
        self.body += part
        if len(self.body) > self.bytes_max:
            raise not_a_node(f"it is longer than {self.bytes_max} bytes")
        if now > self.give_up_at:
            return Lost(f"the answer was not whole after {self.step.seconds:.0f} seconds")
        return None

    def whole(self, response: httpx.Response) -> Came:
        """Return the answer when all of it came."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Came(response.status_code, headers, bytes(self.body))


def event_of(error: httpx.HTTPError) -> Event:
    """Return what a failure of the line means. The error itself is let go: it holds the request, and that the token."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NotProved(cause.verify_message)
        cause = cause.__cause__ or cause.__context__
    return Lost(f"{type(error).__name__} {error}".strip())
