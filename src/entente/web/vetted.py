"""Where the libraries of signing in are loaded: as somebody first signs in, and not as a command or a node starts.

argon2, pyotp and webauthn take as long to load as everything a command of the terminal needs.

Source: DESIGN section 9; docs/decisions/0080-what-signs-officers-in-is-loaded-as-somebody-does.md.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from entente.web.passwords import Argon2Passwords, Totp


class LatePasswords:
    """The Passwords of a running node, made as they are first asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: Argon2Passwords | None = None

    def hash(self, password: str) -> str:
        """Return the hash, with its salt and its parameters."""
        return self._passwords().hash(password)

    def verify(self, known: str | None, password: str) -> bool:
        """Say whether a password is the one; without a hash the same work is done, and the answer is no."""
        return self._passwords().verify(known, password)

    def is_outdated(self, known: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._passwords().is_outdated(known)

    def is_common(self, password: str) -> bool:
        """Say whether a password is among the commonest ones."""
        return self._passwords().is_common(password)

    def _passwords(self) -> Argon2Passwords:
        with self._lock:
            if self._made is None:
                self._made = import_module("entente.web.passwords").Argon2Passwords()
            return cast("Argon2Passwords", self._made)


class LateCodes:
    """The OneTimeCodes of a running node."""

    @staticmethod
    def step_of(secret: str, code: str, now: datetime) -> int | None:
        """Return the time step whose code this is; None for no such code."""
        totp: type[Totp] = import_module("entente.web.passwords").Totp
        return totp.step_of(secret, code, now)


def address_of_secret(secret: str, officer: str, body: str) -> str:
    """Return what a device scans or opens to take over a secret."""
    return str(import_module("entente.web.passwords").address_of_secret(secret, officer, body))
