"""The body's provider of identities, asked by OpenID Connect: the authorisation code with PKCE, state and nonce.

Loaded by the module «vetted» where a provider is set. What it says of itself is read from its own address and kept for an hour;
its keys are asked for again, once, where a token names another. Nothing is followed elsewhere, and every answer is bounded.

Source: docs/rules/desk.md W9; OpenID Connect Core 1.0, 3.1.3.7 (what a token must be); OpenID Connect Discovery 1.0; RFC 9700.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from entente.bodies.single_sign_on import Sent, Subject
from entente.kernel.clock import Clock
from entente.kernel.errors import Misconfigured, Unavailable
from entente.kernel.sizes import size_said

KEPT_FOR: Final = timedelta(hours=1)
YOUNG_FOR: Final = timedelta(minutes=1)
SECONDS_MAX: Final = 10.0
ANSWER_BYTES_MAX: Final = 256 * 1024
"""Of what a provider says: its keys have some 10 KB."""
LEEWAY_SECONDS: Final = 60
"""How far the provider's clock may be from ours (RFC 7519, 4.1.4: «no more than a few minutes»)."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key that only the provider has; never none, and never our own secret as a key."""
SUBJECT_CHARACTERS_MAX: Final = 255
"""OpenID Connect Core 1.0, section 2, of `sub`."""
_SAYS: Final = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Which provider, and as whom it is asked."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    claim: str
    """Which claim of a token names the officer's subject."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider said of itself, and its keys."""

    says: dict[str, str]
    keys: KeySet
    until: datetime


class OidcProvider:
    """The Provider of a running node. Safe from several threads."""

    def __init__(self, settings: ProviderSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = Lock()
        self._kept: _Known | None = None

    @property
    def issuer(self) -> str:
        """Its name, as it signs."""
        return self._settings.issuer

    def address(self, sent: Sent) -> str:
        """Return where the browser is sent."""
        address = prepare_grant_uri(
            self._known().says["authorization_endpoint"],
            client_id=self._settings.client,
            response_type="code",
            redirect_uri=sent.redirect,
            scope="openid",
            state=sent.state,
            nonce=sent.nonce,
            code_challenge=create_s256_code_challenge(sent.verifier),
            code_challenge_method="S256",
        )
        return str(address)

    def subject(self, sent: Sent, code: str) -> Subject | None:
        """Return whom a code stands for; None for a code or a token that does not hold."""
        wanted = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": sent.redirect,
            "code_verifier": sent.verifier,
        }
        # RFC 6749, 2.3.1: both are encoded as a form's fields are before they stand in the header.
        shown = (quote_plus(self._settings.client), quote_plus(self._settings.secret))
        token = _answer("POST", self._known().says["token_endpoint"], data=wanted, auth=shown)
        written = None if token is None else token.get("id_token")
        if token is None or not isinstance(written, str):
            return None
        return self._judged(written, sent, token.get("access_token"))

    def _judged(self, written: str, sent: Sent, access: object) -> Subject | None:
        """Return whom a token names, if it is the provider's, for us, of now and of this very way."""
        try:
            token = self._decoded(written)
            options: Any = {
                "iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": self._settings.client},
            }
            params = {"nonce": sent.nonce, "client_id": self._settings.client, "access_token": access}
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            return None
        name, at = claims.get(self._settings.claim), claims.get("auth_time")
        if not isinstance(name, str) or not 0 < len(name) <= SUBJECT_CHARACTERS_MAX or not name.isprintable():
            return None
        return Subject(name, self._moment(at))

    def _moment(self, at: object) -> datetime | None:
        if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= self._clock.now().timestamp():
            return None
        return datetime.fromtimestamp(at, UTC)

    def _decoded(self, written: str) -> Any:  # noqa: ANN401 - the library's token
        try:
            return jwt.decode(written, self._known().keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # A key that the provider has had since we asked: once, and never for each token that somebody makes up.
            return jwt.decode(written, self._known(anew=True).keys, algorithms=ALGORITHMS)

    def _known(self, *, anew: bool = False) -> _Known:
        with self._lock:
            now, kept = self._clock.now(), self._kept
            is_fresh = kept is not None and now < kept.until
            # Asked for again at most once a minute, whatever tokens come.
            is_young = kept is not None and now < kept.until - KEPT_FOR + YOUNG_FOR
            if kept is None or not is_fresh or (anew and not is_young):
                self._kept = kept = self._asked(now)
            return kept

    def _asked(self, now: datetime) -> _Known:
        said = _read(f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        says = {name: said[name] for name in _SAYS if isinstance(said.get(name), str)}
        if len(says) != len(_SAYS) or says["issuer"] != self._settings.issuer:
            raise _not_as_it_should("it does not say its name and its addresses as OpenID Connect Discovery has them")
        if not all(is_private(says[name]) for name in _SAYS):
            raise _not_as_it_should("one of its addresses is not https")
        try:
            keys = KeySet.import_key_set(_read(says["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _not_as_it_should("its keys cannot be read") from error
        return _Known(says, keys, now + KEPT_FOR)


def _read(address: str) -> dict[str, Any]:
    """Return what a provider says at an address of its own; raise Unavailable where it says nothing."""
    said = _answer("GET", address)
    if said is None:
        raise _not_reached("it refuses")
    return said


def _answer(method: str, address: str, **more: Any) -> dict[str, Any] | None:  # noqa: ANN401 - what the client takes
    """Return a provider's answer, a JSON object within its bound; None for one that refuses (400 to 499)."""
    try:
        with (
            httpx.Client(timeout=SECONDS_MAX, trust_env=False, headers={"Accept": "application/json"}) as client,
            client.stream(method, address, **more) as answer,
        ):
            if answer.is_client_error:
                return None
            answer.raise_for_status()
            data = bytearray()
            for part in answer.iter_bytes():
                data += part
                if len(data) > ANSWER_BYTES_MAX:
                    raise _not_as_it_should(f"an answer has more than {size_said(ANSWER_BYTES_MAX)}")
        said = json.loads(bytes(data))
    except (httpx.HTTPError, ValueError, RecursionError) as error:
        raise _not_reached(type(error).__name__) from error
    if not isinstance(said, dict):
        raise _not_as_it_should("an answer is no JSON object")
    return said


def is_private(address: str) -> bool:
    """Say whether what is asked at an address goes over TLS, or stays on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


def _not_reached(why: str) -> Unavailable:
    return Unavailable(
        "The provider of single sign-on cannot be asked now.",
        why=f"It did not answer as it should in time ({why}).",
        do="Sign in with password and code, or with a passkey, or try again later.",
        retry_is_safe=True,
    )


def _not_as_it_should(why: str) -> Misconfigured:
    return Misconfigured(
        "The provider of single sign-on is not as it should be.",
        why=f"Nobody is signed in by a provider that does not prove itself: {why}.",
        do="Compare the settings oidc_issuer and oidc_client with what the provider's operator says.",
    )
