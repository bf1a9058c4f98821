"""Single sign-on: an officer signs in by the body's own provider of identities, once the officer has bound their account to it.

Nothing a provider says makes an account or gives a right. An officer who is signed in, and proved who they are lately, binds the
subject that the provider names to their own account; no administrator binds anybody, who could so take an officer's place. The
session in which they left stands as they come back: whoever ends it ends what was begun in it. What is sent to the provider with
a browser, and what must come back, is made from a secret that the browser alone holds: kept of it and of the state are digests.

Source: docs/rules/desk.md W9; OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE); RFC 9700 (best current practice, 2.1 and 4.7).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from entente.bodies.accounts import (
    AccountsUnit,
    Begun,
    From,
    Link,
    NotIn,
    OpenUnit,
    SignedIn,
    Step,
    Way,
    Why,
    is_active,
)
from entente.bodies.authority import Record
from entente.bodies.guarding import count_address, succeed_from
from entente.bodies.sessions import NODE, Sessions, digest_of
from entente.bodies.signing_in import NOBODY
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act

WAY_LASTS: Final = timedelta(minutes=10)
"""How long an officer may take at the provider, with a second factor there."""
ANSWER_CHARACTERS_MAX: Final = 4_096
"""Ours, of a code or a state: providers' codes have some hundred characters, a few two thousand."""
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody proved who they are whose provider does not say: too long ago for any heavy act."""
_IN, _BIND = "sso_in", "sso_bind"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a browser is sent to the provider with."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect: str
    """Where the provider sends the browser back to."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where a browser is sent, and the secret it keeps meanwhile."""

    to: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a provider has signed in."""

    name: str
    at: datetime | None
    """When they proved to the provider who they are; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Bound:
    """An account that was just bound."""

    officer: OfficerId


class Provider(Protocol):
    """The body's provider of identities (web.single_sign_on)."""

    @property
    def issuer(self) -> str:
        """Its name, as it signs."""

    def address(self, sent: Sent) -> str:
        """Return where the browser is sent; raise Unavailable where the provider cannot be asked."""

    def subject(self, sent: Sent, code: str) -> Subject | None:
        """Return whom a code stands for; None for a code or a token that does not hold.

        Raises Unavailable where the provider cannot be reached, Misconfigured where it is not as it should be.
        """


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The services of single sign-on; without a provider nothing is offered. Safe from several threads."""

    open_unit: OpenUnit
    open_view: OpenUnit
    clock: Clock
    ids: Ids
    record: Record
    sessions: Sessions
    provider: Provider | None

    @property
    def is_offered(self) -> bool:
        """Whether the node has a provider."""
        return self.provider is not None

    def leave(self, redirect: str, back: str, binds: SignedIn | None = None) -> Leaving:
        """Begin to sign in, or to bind the account of who is signed in; raise NotFound without a provider."""
        provider = self._provider()
        state, secret = self._random(), self._random()
        # The provider is asked first where it is: what cannot be begun leaves nothing behind.
        to = provider.address(_sent(state, secret, redirect))
        kind, officer = (_IN, "") if binds is None else (_BIND, binds.account)
        session = "" if binds is None else binds.session.id
        held, expires_at = f"{digest_of(secret)} {session} {back}", self.clock.now() + WAY_LASTS
        with self.open_unit() as unit:
            unit.accounts.put_step(Step(digest_of(state), kind, officer, held, expires_at))
            unit.commit()
        return Leaving(to, secret)

    def come_back(
        self, state: str, code: str, secret: str, redirect: str, at: From
    ) -> tuple[Begun | Bound | NotIn, str]:
        """Judge what a browser brings back; return what came of it, and where it wanted to go.

        The state counts once, for the browser that was sent with it, for ten minutes; the code is the provider's to judge, and
        its token is held against issuer, audience, nonce and time. NotIn, in one form, for everything that does not hold.
        """
        provider, now = self._provider(), self.clock.now()
        with self.open_unit() as unit:
            if (refused := count_address(unit.accounts, at.address, now)) is not None:
                return refused, ""
            taken = unit.accounts.take_step(digest_of(state[:ANSWER_CHARACTERS_MAX]))
            unit.commit()
        if taken is None or taken.kind not in {_IN, _BIND} or taken.expires_at <= now:
            return self._refuse(None), ""
        digest, _, rest = taken.held.partition(" ")
        session, _, back = rest.partition(" ")
        if not hmac.compare_digest(digest, digest_of(secret)) or not 0 < len(code) <= ANSWER_CHARACTERS_MAX:
            return self._refuse(None), back
        found = provider.subject(_sent(state, secret, redirect), code)
        if found is None:
            return self._refuse(None), back
        if taken.kind == _BIND:
            return self._bind(provider.issuer, found.name, OfficerId(taken.officer), session, at), back
        return self._begin(provider.issuer, found, at), back

    def bound(self, officer: OfficerId) -> tuple[Link, ...]:
        """Return to which subjects an officer's account is bound."""
        with self.open_view() as view:
            return tuple(link for link in view.accounts.links() if link.officer == officer)

    def unbind(self, officer: OfficerId) -> None:
        """End every binding of an officer's own account; raise NotFound where there is none."""
        with self.open_unit() as unit:
            own = [link for link in unit.accounts.links() if link.officer == officer]
            if not own:
                raise NotFound
            for link in own:
                unit.accounts.remove_link(link.issuer, link.subject)
            self._say(unit, "bind_account", officer, {"outcome": "ended"})
            unit.commit()

    def _begin(self, issuer: str, found: Subject, at: From) -> Begun | NotIn:
        with self.open_unit() as unit:
            link = unit.accounts.link(issuer, found.name)
            officer = None if link is None else unit.bodies.officer(link.officer)
            if officer is not None and is_active(officer, self.clock.now()):
                begun = self.sessions.begin(unit, officer, Way.SINGLE_SIGN_ON, at, found.at or _LONG_AGO)
                succeed_from(unit.accounts, at.address)
                unit.commit()
                return begun
        return self._refuse(None if officer is None else officer.id)

    def _bind(self, issuer: str, subject: str, officer: OfficerId, session: str, at: From) -> Bound | NotIn:
        with self.open_unit() as unit:
            is_standing = self.sessions.is_standing(unit, officer, session)
            if is_standing:
                self._put(unit, Link(issuer, subject, officer, officer, self.clock.now()))
                succeed_from(unit.accounts, at.address)
                unit.commit()
        return Bound(officer) if is_standing else self._refuse(officer)

    def _put(self, unit: AccountsUnit, link: Link) -> None:
        known = unit.accounts.link(link.issuer, link.subject)
        if known is not None and known.officer != link.officer:
            raise Conflict(
                "The provider's account belongs to another officer here.",
                why="One subject of a provider is one officer (docs/rules/desk.md W9).",
                do="Sign in at the provider as yourself, and bind the account again.",
            )
        for old in unit.accounts.links():
            if old.officer == link.officer:
                unit.accounts.remove_link(old.issuer, old.subject)
        unit.accounts.put_link(link)
        self._say(unit, "bind_account", link.officer, {"outcome": "bound"})

    def _refuse(self, officer: OfficerId | None) -> NotIn:
        with self.open_unit() as unit:
            detail: JsonObject = {"outcome": "refused", "way": Way.SINGLE_SIGN_ON}
            self.record(unit, Act("sign_in", unit.bodies.own().id, NODE, officer or NOBODY, detail))
            unit.commit()
        return NotIn(Why.WRONG)

    def _provider(self) -> Provider:
        if self.provider is None:
            raise NotFound
        return self.provider

    def _random(self) -> str:
        return (self.ids.new_salt() + self.ids.new_salt()).hex()

    def _say(self, unit: AccountsUnit, verb: str, officer: OfficerId, detail: JsonObject) -> None:
        self.record(unit, Act(verb, unit.bodies.own().id, officer, officer, detail))


def _sent(state: str, secret: str, redirect: str) -> Sent:
    """Return what goes with a browser that holds a secret: nonce and verifier are made from it, and from nothing that is kept."""
    return Sent(state, _made(secret, b"entente nonce"), _made(secret, b"entente verifier"), redirect)


def _made(secret: str, purpose: bytes) -> str:
    return hmac.new(secret.encode("utf-8", "replace"), purpose, hashlib.sha256).hexdigest()
