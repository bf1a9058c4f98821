"""Where the libraries of signing in are loaded: as somebody first signs in, and not as a command or a node starts.

argon2, pyotp and webauthn take as long to load as everything a command of the terminal needs.

Source: DESIGN section 9; docs/decisions/0080-what-signs-officers-in-is-loaded-as-somebody-does.md.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

from entente.kernel.clock import Clock
from entente.kernel.errors import Misconfigured
from entente.settings import Settings

if TYPE_CHECKING:
    from entente.bodies.accounts import Passkey
    from entente.bodies.passkeys import NewKey, Site
    from entente.bodies.single_sign_on import Sent, Subject
    from entente.kernel.ids import OfficerId
    from entente.web.ceremonies import WebAuthnCeremony
    from entente.web.passwords import Argon2Passwords, Totp
    from entente.web.single_sign_on import OidcProvider


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


class LateProvider:
    """The Provider of a running node, made as somebody first uses it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = Lock()
        self._made: OidcProvider | None = None

    @property
    def issuer(self) -> str:
        """Its name, as it signs."""
        return self._settings.oidc_issuer

    def address(self, sent: Sent) -> str:
        """Return where the browser is sent."""
        return self._provider().address(sent)

    def subject(self, sent: Sent, code: str) -> Subject | None:
        """Return whom a code stands for; None for a code or a token that does not hold."""
        return self._provider().subject(sent, code)

    def _provider(self) -> OidcProvider:
        with self._lock:
            if self._made is None:
                module, given = import_module("entente.web.single_sign_on"), self._settings
                secret = read_secret(Path(given.oidc_secret_file))
                settings = module.ProviderSettings(given.oidc_issuer, given.oidc_client, secret, given.oidc_claim)
                self._made = module.OidcProvider(settings, self._clock)
            return cast("OidcProvider", self._made)


def provider_of(settings: Settings, clock: Clock) -> LateProvider | None:
    """Return the provider that the settings name; None for none."""
    return LateProvider(settings, clock) if settings.oidc_issuer else None


def read_secret(file: Path) -> str:
    """Return the first line of a file that holds a secret; raise Misconfigured where others can read it, or it is not there."""
    try:
        if file.stat().st_mode & 0o077:
            raise _no_secret(file, "others on this machine can read it; chmod 600")
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _no_secret(file, type(error).__name__) from error
    if not text:
        raise _no_secret(file, "it is empty")
    return text.splitlines()[0]


def _no_secret(file: Path, why: str) -> Misconfigured:
    return Misconfigured(
        f"The secret for single sign-on in {file.name} cannot be used.",
        why=f"The node shows the provider that it is the one the provider knows: {why}.",
        do="Put the client's secret into a file of its own, mode 0600, and name it in the setting oidc_secret_file.",
    )


def address_of_secret(secret: str, officer: str, body: str) -> str:
    """Return what a device scans or opens to take over a secret."""
    return str(import_module("entente.web.passwords").address_of_secret(secret, officer, body))


def picture_of(address: str) -> str:
    """Return an address as a picture to be scanned, as a data address."""
    return str(import_module("entente.web.passwords").picture_of(address))
