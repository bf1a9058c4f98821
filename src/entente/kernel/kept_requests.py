"""Requests that were done once: what is kept of each, so that the same one sent again is not done again.

Kept are digests and what identifies the result, never what the request or the answer said.

Source: docs/rules/api.md P8.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from entente.kernel.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request by one account under one key."""

    account: str
    key: str
    """Keyed digest of the key that the caller chose, hexadecimal."""
    request: str
    """Keyed digest of method, path and body, hexadecimal."""
    at: datetime
    answer: str | None = None
    """The answer's status and body as JSON text; None from the moment the act is durable until its answer is kept."""


class KeptRequestStore(Protocol):
    """The requests that were done within the last day."""

    def get(self, account: str, key: str) -> KeptRequest | None:
        """Return what is kept under a key of an account."""

    def add(self, request: KeptRequest) -> None:
        """Keep a request with the act that it did; the unit fails where another one has the key."""

    def answer(self, account: str, key: str, answer: str) -> None:
        """Keep what was answered."""

    def remove(self, account: str, key: str) -> None:
        """Forget a request that came to nothing."""

    def has_older(self, than: datetime) -> bool:
        """Say whether a request older than this is kept."""

    def remove_older(self, than: datetime) -> None:
        """Forget the requests older than this."""


class KeptRequestsUnit(UnitOfWork, Protocol):
    """A unit of work with the requests that were done."""

    @property
    def kept_requests(self) -> KeptRequestStore:
        """The requests."""
