"""Who is signed in, as the pages need to know it. Sessions are begun, kept and ended by who implements `SessionOf`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from entente.kernel.ids import OfficerId


@dataclass(frozen=True, slots=True)
class Session:
    """One officer at one browser, for as long as the session lasts."""

    account: OfficerId
    roles: frozenset[str]
    """Codes of data/roles.yaml, as they stand now. They choose what the pages offer; each verb asks the directory itself."""
    language: str
    """A code of `entente.web.wording.LANGUAGES`, as the account prefers it; a choice made in the browser comes before it."""
    csrf: str
    """At least 128 random bits as text, made with the session and never put into an address (docs/rules/desk.md W21)."""
    is_recent: bool = False
    """Whether the officer proved who they are lately enough for a heavy act (W4)."""


class SessionOf(Protocol):
    """Tells who is signed in at the browser that sent a request.

    Called on a worker thread for every request of a page, so it may read the store. It returns None for no session, an unknown,
    ended or expired one, and one whose account is no longer active; it never raises for anything that a browser sent.
    """

    def __call__(self, request: Request, /) -> Session | None:
        """Return the session of a request."""
