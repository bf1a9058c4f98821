"""Passkeys: how an officer adds one, signs in with it, proves themselves again, and gives it up.

A passkey that the authenticator verified its holder for (fingerprint, PIN) is two factors in one. It is found by its own id, so
that nobody is named before it is used. Each challenge counts once, for five minutes. A signature count that did not grow means a
copied authenticator, and is refused.

Source: docs/rules/desk.md W8; W3C Web Authentication Level 3, sections 7.1 and 7.2.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Protocol

from entente.bodies.accounts import (
    DEVICE_CHARACTERS_MAX,
    PASSKEYS_MAX,
    AccountsUnit,
    Begun,
    From,
    NotIn,
    OpenUnit,
    Passkey,
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
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act

CHALLENGE_LASTS: Final = timedelta(minutes=5)
ANSWER_CHARACTERS_MAX: Final = 16_384
"""An answer with an attestation of several certificates has some 8,000."""
_NEW, _IN = "passkey_new", "passkey_in"


@dataclass(frozen=True, slots=True)
class Site:
    """For which web address passkeys are made."""

    host: str
    """The relying party: a host's name, never an address of numbers."""
    origin: str
    """What the browser shows: scheme, host and port."""
    name: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a browser is asked, and what it brings back to say which challenge it answers."""

    step: str = field(repr=False)
    options: str
    """JSON, as the browser's own functions take it."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that an authenticator made and proved to hold."""

    credential: str
    public_key: str
    sign_count: int


class Ceremony(Protocol):
    """Makes options and checks answers (web.ceremonies). Raises nothing for whatever a browser sent: None is no."""

    def options_for_new(self, site: Site, officer: OfficerId, held: tuple[str, ...], challenge: bytes) -> str:
        """Return what makes a new passkey; an authenticator that holds one of `held` makes none."""

    def new_key(self, site: Site, challenge: bytes, answer: str) -> NewKey | None:
        """Return the key of an answer, if it was made for this challenge and place, by a holder who was verified."""

    def options_to_sign(self, site: Site, challenge: bytes) -> str:
        """Return what has an authenticator sign; it names no passkey."""

    def credential_of(self, answer: str) -> str:
        """Return the id of the passkey that an answer says it is of; empty for none."""

    def count_of(self, site: Site, challenge: bytes, answer: str, passkey: Passkey) -> int | None:
        """Return the new signature count of a passkey, if the answer is its signature of this challenge at this place."""


@dataclass(frozen=True, slots=True)
class Passkeys:
    """The services of passkeys. Safe from several threads."""

    open_unit: OpenUnit
    open_view: OpenUnit
    clock: Clock
    ids: Ids
    record: Record
    sessions: Sessions
    ceremony: Ceremony

    def of(self, officer: OfficerId) -> tuple[Passkey, ...]:
        """Return an officer's passkeys, oldest first."""
        with self.open_view() as view:
            return view.accounts.passkeys(officer)

    def begin_new(self, signed_in: SignedIn, site: Site) -> Challenge:
        """Begin to add a passkey; the caller has asked that the officer proved who they are lately (W4).

        Raises Conflict where the officer has PASSKEYS_MAX.
        """
        challenge = self._random()
        with self.open_unit() as unit:
            held = _room_for_one(unit, signed_in.account)
            step = self._begin(unit, _NEW, signed_in.account, challenge)
            unit.commit()
        names = tuple(one.credential for one in held)
        return Challenge(step, self.ceremony.options_for_new(site, signed_in.account, names, challenge))

    def add(self, signed_in: SignedIn, step: str, answer: str, label: str, site: Site) -> Passkey:
        """Keep the passkey of an answer; raise Invalid where it does not prove itself, or its challenge is not of now."""
        if not label.strip() or len(label) > DEVICE_CHARACTERS_MAX or not label.isprintable():
            raise _bad("label", "a passkey has a name of its own, so that its officer knows it again", "Give it one.")
        taken = self._take(step)
        is_own = taken is not None and taken.kind == _NEW and taken.officer == signed_in.account
        made = (
            self.ceremony.new_key(site, _bytes(taken.held), _bounded(answer)) if taken is not None and is_own else None
        )
        if made is None:
            raise _bad(
                "answer", "the answer is not that of an authenticator to the challenge just given", "Begin again."
            )
        passkey = Passkey(
            made.credential, signed_in.account, made.public_key, made.sign_count, label.strip(), self.clock.now()
        )
        with self.open_unit() as unit:
            if unit.accounts.passkey(made.credential) is not None:
                raise _bad("answer", "this passkey is known already", "Use another authenticator.")
            _room_for_one(unit, signed_in.account)
            unit.accounts.put_passkey(passkey)
            self._say(unit, signed_in.account, {"outcome": "added", "passkey": digest_of(passkey.credential)[:16]})
            unit.commit()
        return passkey

    def remove(self, officer: OfficerId, credential: str) -> None:
        """Remove an officer's passkey; raise NotFound for another's or none."""
        with self.open_unit() as unit:
            found = unit.accounts.passkey(credential)
            if found is None or found.officer != officer:
                raise NotFound
            unit.accounts.remove_passkey(credential)
            self._say(unit, officer, {"outcome": "removed", "passkey": digest_of(credential)[:16]})
            unit.commit()

    def begin_sign_in(self, site: Site) -> Challenge:
        """Begin to sign in, or to prove oneself again, with a passkey; nobody is named."""
        challenge = self._random()
        with self.open_unit() as unit:
            step = self._begin(unit, _IN, "", challenge)
            unit.commit()
        return Challenge(step, self.ceremony.options_to_sign(site, challenge))

    def sign_in(self, step: str, answer: str, site: Site, at: From) -> Begun | NotIn:
        """Begin a session for the officer whose passkey answered; NotIn, in one form, for everything else."""
        return self._proved(step, answer, site, at, token="")

    def prove_again(self, token: str, step: str, answer: str, site: Site, at: From) -> Begun | NotIn:
        """Give the session of a secret a new one, for its own officer's passkey (W4)."""
        return self._proved(step, answer, site, at, token=token)

    def _proved(self, step: str, answer: str, site: Site, at: From, *, token: str) -> Begun | NotIn:
        now = self.clock.now()
        with self.open_unit() as unit:
            if (refused := count_address(unit.accounts, at.address, now)) is not None:
                return refused
            taken = unit.accounts.take_step(digest_of(step))
            unit.commit()
        is_standing = taken is not None and taken.kind == _IN and now < taken.expires_at
        credential = self.ceremony.credential_of(_bounded(answer))
        with self.open_unit() as unit:
            passkey = unit.accounts.passkey(credential)
            count = None
            if taken is not None and is_standing and passkey is not None:
                count = self.ceremony.count_of(site, _bytes(taken.held), answer, passkey)
            begun = None if passkey is None or count is None else self._begun(unit, passkey, token, at)
            if passkey is None or count is None or begun is None:
                self._refuse(unit, passkey)
                return NotIn(Why.WRONG)
            unit.accounts.put_passkey(replace(passkey, sign_count=count, used_at=now))
            succeed_from(unit.accounts, at.address)
            unit.commit()
            return begun

    def _begun(self, unit: AccountsUnit, passkey: Passkey, token: str, at: From) -> Begun | None:
        officer, now = unit.bodies.officer(passkey.officer), self.clock.now()
        if officer is None or not is_active(officer, now):
            return None
        if not token:
            return self.sessions.begin(unit, officer, Way.PASSKEY, at)
        found = self.sessions.standing(unit, token, now)
        return None if found is None or found.account != officer.id else self.sessions.renew(unit, found.session)

    def _begin(self, unit: AccountsUnit, kind: str, officer: str, challenge: bytes) -> str:
        step = self._random().hex()
        expires_at = self.clock.now() + CHALLENGE_LASTS
        unit.accounts.put_step(Step(digest_of(step), kind, officer, challenge.hex(), expires_at))
        return step

    def _take(self, step: str) -> Step | None:
        """Return what was begun, once; None for nothing, or what was begun too long ago."""
        with self.open_unit() as unit:
            taken = unit.accounts.take_step(digest_of(step))
            unit.commit()
        return taken if taken is not None and self.clock.now() < taken.expires_at else None

    def _random(self) -> bytes:
        return self.ids.new_salt() + self.ids.new_salt()

    def _refuse(self, unit: AccountsUnit, passkey: Passkey | None) -> None:
        subject = NOBODY if passkey is None else passkey.officer
        detail: JsonObject = {"outcome": "refused", "way": Way.PASSKEY}
        self.record(unit, Act("sign_in", unit.bodies.own().id, NODE, subject, detail))
        unit.commit()

    def _say(self, unit: AccountsUnit, officer: OfficerId, detail: JsonObject) -> None:
        self.record(unit, Act("passkey", unit.bodies.own().id, officer, officer, detail))


def _room_for_one(unit: AccountsUnit, officer: OfficerId) -> tuple[Passkey, ...]:
    """Return an officer's passkeys; raise Conflict where there are PASSKEYS_MAX."""
    held = unit.accounts.passkeys(officer)
    if len(held) >= PASSKEYS_MAX:
        raise Conflict(
            f"You have {PASSKEYS_MAX} passkeys already.",
            why="What a node keeps for an officer is bounded (docs/rules/desk.md W8).",
            do="Remove one that you no longer use.",
        )
    return held


def base64url(data: bytes) -> str:
    """Write bytes as browsers do: base64url without padding."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _bytes(held: str) -> bytes:
    return bytes.fromhex(held)


def _bounded(answer: str) -> str:
    return answer if len(answer) <= ANSWER_CHARACTERS_MAX else ""


def _bad(name: str, why: str, do: str) -> Invalid:
    return Invalid("The passkey was not added.", field=name, why=f"Nothing was kept: {why}.", do=do)
