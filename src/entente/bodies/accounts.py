"""Accounts of officers: how a human officer proves who they are, and what this room needs for it from outside.

An account belongs to one officer of the body and has that officer's id. It holds a password's hash, the secret of the one-time
codes and digests of recovery codes; passkeys and links to a provider of single sign-on stand beside it. What the officer may
do is judged by their roles at every act (bodies.powers) and never by the account.

Source: docs/rules/desk.md W1 to W8; NIST SP 800-63B (memorised secrets, one-time codes, sessions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Protocol

from entente.bodies.model import Officer
from entente.bodies.ports import BodiesUnit
from entente.kernel.errors import Untrusted
from entente.kernel.ids import OfficerId

SessionId = NewType("SessionId", str)
"""`session-` and 26 hexadecimal characters; no secret: lists show it."""

VERB: Final = "manage_officers"
"""Who may enter officers may invite them, end their sessions and recover their accounts."""
PASSWORD_CHARACTERS_MIN: Final = 12
PASSWORD_CHARACTERS_MAX: Final = 256
"""NIST SP 800-63B asks for at least 8 and for room for 64; 12 is ours, and a hash of more only costs time."""
INVITATION_HOURS: Final = 24
RECOVERY_HOURS: Final = 24
"""How long one administrator's request for a recovery waits for another's word."""
RECOVERY_CODES: Final = 10
PASSKEYS_MAX: Final = 10
"""Passkeys of one officer: a phone, a token and a spare of each, with room."""
SESSIONS_MAX: Final = 20
"""Sessions of one officer at a time; the oldest ends where another begins beyond it."""
DEVICE_CHARACTERS_MAX: Final = 200


class Way(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - a word
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single_sign_on"


@dataclass(frozen=True, slots=True)
class Account:
    """An officer's password and one-time codes, as they are kept: sealed as a whole at rest."""

    officer: OfficerId
    password_hash: str = field(repr=False)
    """PHC text of argon2id."""
    code_secret: str = field(repr=False)
    """The secret of the one-time codes, base32 (RFC 6238)."""
    last_step: int
    """The time step of the last code that was accepted; none at or before it is accepted again."""
    recovery_digests: frozenset[str]
    """SHA-256 of each recovery code that was not used yet."""
    made_at: datetime
    password_at: datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key of an authenticator, by which an officer signs in without a password."""

    credential: str
    """Its id, base64url."""
    officer: OfficerId
    public_key: str
    """COSE key, base64url."""
    sign_count: int
    label: str
    made_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Which subject of a provider of single sign-on is an officer."""

    issuer: str
    subject: str
    officer: OfficerId
    made_by: OfficerId
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code by which an officer sets up an account, as it is kept: sealed as a whole at rest."""

    officer: OfficerId
    digest: str
    """SHA-256 of the code."""
    code_secret: str = field(repr=False)
    """The secret of one-time codes that the officer's device takes over."""
    made_by: OfficerId
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RecoveryRequest:
    """One administrator's request to let an officer set up their account anew; another one confirms it."""

    officer: OfficerId
    asked_by: OfficerId
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is kept."""

    id: SessionId
    digest: str
    """SHA-256 of what the browser holds, hexadecimal."""
    officer: OfficerId
    roles: frozenset[str]
    """Those the officer had as it began; losing one of them ends it."""
    way: Way
    began_at: datetime
    seen_at: datetime
    proved_at: datetime
    """When the officer last proved who they are."""
    ends_at: datetime
    """When it ends whatever happens."""
    language: str
    device: str
    """What the browser calls itself, so that an officer recognises a session that is not theirs."""
    address: str
    csrf: str = field(repr=False)
    """What each form of this session carries: random, and worth nothing without the browser's secret."""


@dataclass(frozen=True, slots=True)
class Guard:
    """How often somebody failed for one name, or from one address, since it last succeeded."""

    failures: int
    last_at: datetime
    until: datetime
    """Before it nothing is tried."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was begun in a browser and is to come back once: a passkey's challenge, a way to a provider and back."""

    digest: str
    """SHA-256 of what the browser brings back."""
    kind: str
    officer: str
    """For whom it was begun; empty where that is not known yet."""
    held: str
    """What is compared when it comes back."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class From:
    """Where a request comes from, as far as that is kept."""

    address: str
    device: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks: a session that stands now, with its officer as the store has them now. Every page gets it."""

    session: Session
    officer: Officer
    is_recent: bool
    """Whether the officer proved who they are lately enough for a heavy act (W4)."""

    @property
    def csrf(self) -> str:
        """What each form of this session carries."""
        return self.session.csrf

    @property
    def account(self) -> OfficerId:
        """The officer's id."""
        return self.officer.id

    @property
    def roles(self) -> frozenset[str]:
        """The officer's roles now."""
        return self.officer.roles

    @property
    def language(self) -> str:
        """The language chosen; empty for none."""
        return self.session.language


@dataclass(frozen=True, slots=True)
class Begun:
    """A session just begun or renewed: the only moment at which its secret is known."""

    session: Session
    token: str = field(repr=False)
    """256 random bits, for the browser's cookie alone."""


class Why(StrEnum):
    """Why nobody was let in: all that is told."""

    WRONG = "wrong"
    """Something of what was given is not right; which, is not told."""
    WAIT = "wait"
    CLOSED = "closed"
    """Too many failures in a row: a passkey or an administrator helps."""


@dataclass(frozen=True, slots=True)
class NotIn:
    """The answer to somebody who was not let in. The same for an officer who exists and for one who does not."""

    why: Why
    wait: timedelta = timedelta(0)


class Passwords(Protocol):
    """Hashes passwords (web.passwords: argon2id). Safe from several threads; each call costs some 50 ms of processor."""

    def hash(self, password: str) -> str:
        """Return the hash, with its salt and its parameters."""

    def verify(self, known: str | None, password: str) -> bool:
        """Say whether a password is the one; without a hash the same work is done, and the answer is no."""

    def is_outdated(self, known: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""

    def is_common(self, password: str) -> bool:
        """Say whether a password stands in the list of the commonest ones."""


class OneTimeCodes(Protocol):
    """Judges one-time codes (web.one_time_codes: RFC 6238)."""

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """Return the time step whose code this is, the present one or its neighbours; None for no such code."""


class AccountStore(Protocol):
    """Accounts, and what lets officers set them up or locks them."""

    def account(self, officer: OfficerId) -> Account | None:
        """Return an officer's account."""

    def put_account(self, account: Account) -> None:
        """Add or replace an account."""

    def remove_account(self, officer: OfficerId) -> None:
        """Remove an account with its passkeys and its links to a provider."""

    def officers(self) -> frozenset[OfficerId]:
        """Return who has an account."""

    def passkeys(self, officer: OfficerId) -> tuple[Passkey, ...]:
        """Return an officer's passkeys, oldest first."""

    def passkey(self, credential: str) -> Passkey | None:
        """Return a passkey."""

    def put_passkey(self, passkey: Passkey) -> None:
        """Add or replace a passkey."""

    def remove_passkey(self, credential: str) -> None:
        """Remove a passkey."""

    def invitation(self, digest: str) -> Invitation | None:
        """Return the invitation of a code's digest."""

    def invitation_of(self, officer: OfficerId) -> Invitation | None:
        """Return the one invitation of an officer."""

    def put_invitation(self, invitation: Invitation) -> None:
        """Keep an invitation in the place of the officer's earlier one."""

    def remove_invitation(self, officer: OfficerId) -> None:
        """Remove an officer's invitation."""

    def recovery(self, officer: OfficerId) -> RecoveryRequest | None:
        """Return the request to recover an officer's account."""

    def recoveries(self) -> tuple[RecoveryRequest, ...]:
        """Return every request that waits, oldest first."""

    def put_recovery(self, request: RecoveryRequest) -> None:
        """Keep a request in the place of an earlier one for the same officer."""

    def remove_recovery(self, officer: OfficerId) -> None:
        """Remove a request."""

    def guard(self, kind: str, of: str) -> Guard | None:
        """Return how often a name or an address failed; only a keyed digest of it is kept."""

    def put_guard(self, kind: str, of: str, guard: Guard) -> None:
        """Keep how often; where there are too many, the one that failed longest ago is forgotten."""

    def remove_guard(self, kind: str, of: str) -> None:
        """Forget the failures of a name or an address."""

    def link(self, issuer: str, subject: str) -> Link | None:
        """Return which officer a provider's subject is."""

    def links(self) -> tuple[Link, ...]:
        """Return every link."""

    def put_link(self, link: Link) -> None:
        """Add or replace a link."""

    def remove_link(self, issuer: str, subject: str) -> None:
        """Remove a link."""

    def put_step(self, step: Step) -> None:
        """Keep what was begun; where there are too many, the oldest is forgotten."""

    def take_step(self, digest: str) -> Step | None:
        """Return what was begun, once: it is not kept any more."""

    def has_ended(self, now: datetime, guards_before: datetime) -> bool:
        """Say whether there is anything that `remove_ended` would remove."""

    def remove_ended(self, now: datetime, guards_before: datetime) -> None:
        """Remove invitations and steps that expired, and guards whose last failure was before a moment."""


class SessionStore(Protocol):
    """The sessions that stand."""

    def get(self, digest: str) -> Session | None:
        """Return the session of a digest."""

    def of(self, officer: OfficerId) -> tuple[Session, ...]:
        """Return an officer's sessions, oldest first."""

    def all(self) -> tuple[Session, ...]:
        """Return every session, oldest first."""

    def put(self, session: Session) -> None:
        """Add a session, or put it in the place of the one with its id."""

    def remove(self, session: SessionId) -> None:
        """Remove a session; one that is not there is no fault."""


class AccountsUnit(BodiesUnit, Protocol):
    """A unit of work with officers, their accounts and their sessions."""

    @property
    def accounts(self) -> AccountStore:
        """The accounts."""

    @property
    def sessions(self) -> SessionStore:
        """The sessions."""


OpenUnit = Callable[[], AccountsUnit]


def is_active(officer: Officer | None, now: datetime) -> bool:
    """Say whether somebody is a human officer who acts for the body now."""
    if officer is None or officer.is_machine:
        return False
    has_begun = officer.active_from is None or officer.active_from <= now
    return has_begun and (officer.active_until is None or now < officer.active_until)


def require_active(officer: Officer | None, now: datetime) -> Officer:
    """Return who acts for the body now as a human officer; raise Untrusted for anybody else.

    For what goes on after its session: a job of the desk. Source: docs/rules/desk.md W56.
    """
    if not is_active(officer, now) or officer is None:
        raise Untrusted(
            "The officer who asked for this does not act for the body any more.",
            reason="officer",
            why="What goes on after its session ends with the officer's work for the body (docs/rules/desk.md W56).",
            do="Have an officer who acts for the body ask for it again; what was done stays.",
        )
    return officer


def oldest_first(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Return sessions in the order they began."""
    return tuple(sorted(sessions, key=lambda one: (one.began_at, one.id)))
