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
    from entente.bodies.accounts import Passkey
    from entente.bodies.passkeys import NewKey, Site
    from entente.kernel.ids import OfficerId
    from entente.web.ceremonies import WebAuthnCeremony
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


class LateCeremony:
    """The Ceremony of a running node."""

    def options_for_new(self, site: Site, officer: OfficerId, held: tuple[str, ...], challenge: bytes) -> str:
        """Return what makes a new passkey."""
        return self._ceremony().options_for_new(site, officer, held, challenge)

    def new_key(self, site: Site, challenge: bytes, answer: str) -> NewKey | None:
        """Return the key of an answer, if it proves itself."""
        return self._ceremony().new_key(site, challenge, answer)

    def options_to_sign(self, site: Site, challenge: bytes) -> str:
        """Return what has an authenticator sign."""
        return self._ceremony().options_to_sign(site, challenge)

    def credential_of(self, answer: str) -> str:
        """Return the id of the passkey that an answer says it is of; empty for none."""
        return self._ceremony().credential_of(answer)

    def count_of(self, site: Site, challenge: bytes, answer: str, passkey: Passkey) -> int | None:
        """Return the new signature count of a passkey, if the answer is its signature."""
        return self._ceremony().count_of(site, challenge, answer, passkey)

    @staticmethod
    def _ceremony() -> WebAuthnCeremony:
        made: WebAuthnCeremony = import_module("entente.web.ceremonies").WebAuthnCeremony()
        return made


def address_of_secret(secret: str, officer: str, body: str) -> str:
    """Return what a device scans or opens to take over a secret."""
    return str(import_module("entente.web.passwords").address_of_secret(secret, officer, body))


def picture_of(address: str) -> str:
    """Return an address as a picture to be scanned, as a data address."""
    return str(import_module("entente.web.passwords").picture_of(address))
