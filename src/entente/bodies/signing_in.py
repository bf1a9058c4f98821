"""Signing in with a password and a one-time code, proving oneself again, changing the password.

Whether a name is an officer's is never told: the same hash is computed, the same rows are counted and the same answer given for
a name of nobody, a wrong password, a wrong or used code, an officer who is suspended. An attempt is counted before it is judged,
and no password is judged while the store is held.

Source: docs/rules/desk.md W1, W3 to W6; NIST SP 800-63B 5.1.1, 5.1.4 and 5.2.2; RFC 6238 section 5.2 (a code counts once).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from entente.bodies.accounts import (
    PASSWORD_CHARACTERS_MAX,
    RECOVERY_CODES,
    Account,
    AccountsUnit,
    Begun,
    From,
    NotIn,
    OneTimeCodes,
    OpenUnit,
    Passwords,
    SignedIn,
    Way,
    Why,
    is_active,
)
from entente.bodies.appointing import OFFICER_CHARACTERS_MAX
from entente.bodies.authority import Record
from entente.bodies.guarding import FORGOTTEN_AFTER, Counted, count, succeed
from entente.bodies.model import Officer
from entente.bodies.password_rules import check_password, normalised
from entente.bodies.sessions import NODE, Sessions, digest_of
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act

NOBODY: Final = "sign_in"
"""The trail's subject where the name that was typed is no officer's: what people type into that field may be a password."""
CODE_CHARACTERS_MAX: Final = 40
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed to sign in."""

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    """Six digits from the officer's device, or a recovery code."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """What came of a password, computed while the store was not held."""

    known: str | None
    """The hash it was held against; None for a name of nobody."""
    is_right: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """The services of signing in. Safe from several threads."""

    open_unit: OpenUnit
    open_view: OpenUnit
    clock: Clock
    ids: Ids
    record: Record
    sessions: Sessions
    passwords: Passwords
    codes: OneTimeCodes

    def sign_in(self, given: Given, at: From) -> Begun | NotIn:
        """Begin a session for who gives an officer's id, password and code; NotIn, in one form, for everybody else.

        Source: docs/rules/desk.md W3, W5 and W6.
        """

        def begin(unit: AccountsUnit, officer: Officer) -> Begun:
            return self.sessions.begin(unit, officer, Way.PASSWORD, at)

        return self._proved(given, at, begin)

    def prove_again(self, token: str, given: Given, at: From) -> Begun | NotIn:
        """Give the session of a secret a new one, for its officer's password and code; the old one is good for nothing then.

        Source: docs/rules/desk.md W4.
        """

        def renew(unit: AccountsUnit, officer: Officer) -> Begun | None:
            found = self.sessions.standing(unit, token, self.clock.now())
            if found is None or found.officer.id != officer.id:
                return None
            return self.sessions.renew(unit, found.session)

        return self._proved(given, at, renew)

    def change_password(self, signed_in: SignedIn, given: Given, new: str, at: From) -> Begun | NotIn:
        """Change the password for who proves themselves with the present one; every session ends, and a new one begins.

        Raises Invalid for a new password that is not taken (W2), before anything is judged.
        """
        hashed = self.passwords.hash(check_password(new, signed_in.account, self.passwords))

        def change(unit: AccountsUnit, officer: Officer) -> Begun | None:
            account = unit.accounts.account(officer.id)
            if account is None or officer.id != signed_in.account:
                return None
            unit.accounts.put_account(replace(account, password_hash=hashed, password_at=self.clock.now()))
            self.sessions.end_in(unit, officer.id, officer.id, "password_changed")
            self._say(unit, "change_password", officer.id, {"outcome": "changed"})
            return self.sessions.begin(unit, officer, Way.PASSWORD, at)

        return self._proved(given, at, change)

    def new_recovery_codes(self, signed_in: SignedIn) -> tuple[str, ...]:
        """Make new recovery codes in the place of the earlier ones; they are in the answer and nowhere else.

        The caller has asked that the officer proved who they are lately (Sessions.is_recent). No codes without an account.
        """
        made = new_codes(self.ids)
        with self.open_unit() as unit:
            account = unit.accounts.account(signed_in.account)
            if account is None:
                return ()
            unit.accounts.put_account(replace(account, recovery_digests=digests_of(made)))
            self._say(unit, "recovery_codes", account.officer, {"outcome": "made"})
            unit.commit()
        return made

    def recovery_codes_left(self, officer: OfficerId) -> int | None:
        """Return how many recovery codes an officer has left; None for an officer without a password."""
        with self.open_view() as view:
            account = view.accounts.account(officer)
        return None if account is None else len(account.recovery_digests)

    def has_accounts(self) -> bool:
        """Say whether any officer has an account: a node just begun has none, and says where to begin."""
        with self.open_view() as view:
            return bool(view.accounts.officers())

    def forget_old(self) -> None:
        """Remove what expired: invitations, steps, old failures. Run once a minute by who keeps house."""
        now = self.clock.now()
        with self.open_view() as view:
            if not view.accounts.has_ended(now, now - FORGOTTEN_AFTER):
                return
        with self.open_unit() as unit:
            unit.accounts.remove_ended(now, now - FORGOTTEN_AFTER)
            unit.commit()

    def _proved(self, given: Given, at: From, do: Callable[[AccountsUnit, Officer], Begun | None]) -> Begun | NotIn:
        """Count, judge, and do for the officer what is to be done, in the transaction that takes the count back."""
        # What no officer is called stands for nobody: the store of a database takes no half characters and no zeros.
        is_possible = len(given.name) <= OFFICER_CHARACTERS_MAX and given.name.isascii() and given.name.isprintable()
        name = given.name if is_possible else ""
        counted = self._count(name, at)
        if isinstance(counted, NotIn):
            return counted
        judged = self._judge(name, given.password)
        with self.open_unit() as unit:
            officer = self._officer(unit, name, given.code, judged)
            begun = None if officer is None else do(unit, officer)
            if begun is None:
                self._refuse(unit, name, counted)
                return NotIn(Why.WRONG)
            succeed(unit.accounts, name, at.address)
            unit.commit()
        self._hash_anew(OfficerId(name), judged, given.password)
        return begun

    def _hash_anew(self, officer: OfficerId, judged: _Judged, password: str) -> None:
        """Hash a password by today's parameters where the kept hash was made with others.

        Only for who was let in: a second computation would tell everybody else that the password was right.
        """
        if judged.known is None or not self.passwords.is_outdated(judged.known):
            return
        hashed = self.passwords.hash(normalised(password))
        with self.open_unit() as unit:
            account = unit.accounts.account(officer)
            # Changed or recovered meanwhile, it is another password's.
            if account is not None and account.password_hash == judged.known:
                unit.accounts.put_account(replace(account, password_hash=hashed))
                unit.commit()

    def _count(self, name: str, at: From) -> Counted | NotIn:
        with self.open_unit() as unit:
            counted = count(unit.accounts, name, at.address, self.clock.now())
            if isinstance(counted, Counted):
                unit.commit()
            return counted

    def _judge(self, name: str, password: str) -> _Judged:
        """Hold a password against the kept hash, or against an invented one: one computation either way."""
        with self.open_view() as view:
            account = view.accounts.account(OfficerId(name))
        known = None if account is None else account.password_hash
        text = normalised(password) if len(password) <= PASSWORD_CHARACTERS_MAX else ""
        return _Judged(known, self.passwords.verify(known, text))

    def _officer(self, unit: AccountsUnit, name: str, code: str, judged: _Judged) -> Officer | None:
        """Return the officer whose password and code were right, and use the code up; None for anything else."""
        officer, account = unit.bodies.officer(OfficerId(name)), unit.accounts.account(OfficerId(name))
        if account is None or officer is None or not is_active(officer, self.clock.now()):
            return None
        if not judged.is_right or account.password_hash != judged.known:
            return None
        used = self._used(account, code)
        if used is None:
            return None
        unit.accounts.put_account(used)
        return officer

    def _used(self, account: Account, code: str) -> Account | None:
        """Return the account after a code was used; None for no code of it, or one that was used before."""
        text = "".join(code.split()).replace("-", "").upper()
        if len(code) > CODE_CHARACTERS_MAX:
            return None
        digest = digest_of(text)
        if digest in account.recovery_digests:
            return replace(account, recovery_digests=account.recovery_digests - {digest})
        step = self.codes.step_of(account.code_secret, text, self.clock.now())
        if step is None or step <= account.last_step:
            return None
        return replace(account, last_step=step)

    def _refuse(self, unit: AccountsUnit, name: str, counted: Counted) -> None:
        officer = unit.bodies.officer(OfficerId(name))
        outcome = "locked" if counted.begins_delay else "refused"
        subject = NOBODY if officer is None else officer.id
        detail: JsonObject = {"outcome": outcome, "failures": counted.failures}
        self.record(unit, Act("sign_in", unit.bodies.own().id, NODE, subject, detail))
        unit.commit()

    def _say(self, unit: AccountsUnit, verb: str, officer: OfficerId, detail: JsonObject) -> None:
        self.record(unit, Act(verb, unit.bodies.own().id, officer, officer, detail))


def new_secret(ids: Ids) -> str:
    """Return a new secret of one-time codes: 160 random bits in base32 (RFC 4226, section 4)."""
    return base64.b32encode((ids.new_salt() + ids.new_salt())[:20]).decode("ascii")


def new_code(ids: Ids) -> str:
    """Return a code that somebody types once: 80 random bits in base32, in groups of four."""
    text = base64.b32encode(ids.new_salt()[:10]).decode("ascii")
    return "-".join(text[place : place + _GROUP] for place in range(0, len(text), _GROUP))


def new_codes(ids: Ids) -> tuple[str, ...]:
    """Return new recovery codes."""
    return tuple(new_code(ids) for _ in range(RECOVERY_CODES))


def digest_of_code(code: str) -> str:
    """Return the digest of a code as somebody typed it: with or without its dashes, in any case."""
    return digest_of("".join(code.split()).replace("-", "").upper())


def digests_of(codes: tuple[str, ...]) -> frozenset[str]:
    """Return what is kept of recovery codes."""
    return frozenset(digest_of_code(code) for code in codes)
