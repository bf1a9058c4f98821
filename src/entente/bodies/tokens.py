"""Access tokens: by which a machine account speaks to the node's API.

A token is shown once, when it is made. Kept of it is only the SHA-256 digest of its 256 random bits, so that whoever reads the
store or a backup cannot speak with it. It belongs to one machine account, serves a closed list of scopes, and ends by itself.
What the account may do is judged by its roles at every act, as for an officer; a scope only takes away.

Source: docs/rules/api.md P1 to P4; DESIGN section 1 (integrator); NIST SP 800-63B 5.1.1 (256 bits need no slow hash).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Protocol

from entente.bodies.authority import Record, authorise
from entente.bodies.model import Officer
from entente.bodies.ports import BodiesUnit, BodyLists
from entente.bodies.powers import may_act
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock, format_time
from entente.kernel.errors import Conflict, Invalid, NotFound, Untrusted
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act

TokenId = NewType("TokenId", str)
"""`token-` and 26 hexadecimal characters; no secret."""

TOKEN_DAYS: Final = 90
TOKEN_DAYS_MAX: Final = 365
"""A secret that nobody changed within a year is one that nobody watches."""
TOKENS_MAX: Final = 1_000
"""Tokens of one node that are kept: some for each of a few hundred national systems."""
ENDED_KEPT: Final = timedelta(days=90)
"""How long a token that ended stays in the list; that it was made and revoked stays in the trail."""
LABEL_CHARACTERS_MAX: Final = 100
VERB: Final = "manage_officers"
"""Who may enter officers may give machine accounts their tokens."""
_PREFIX: Final = "entente."
_SECRET_CHARACTERS: Final = 64


class Scope(StrEnum):
    """What a token may be used for: a closed list. Everything else its account's roles allow stays closed to it."""

    SEARCH = "search"
    READ_RECORDS = "records.read"
    WRITE_RECORDS = "records.write"
    READ_HITS = "hits.read"
    WRITE_HITS = "hits.write"
    READ_CASES = "cases.read"
    WRITE_CASES = "cases.write"
    READ_MESSAGES = "messages.read"
    WRITE_MESSAGES = "messages.write"
    READ_REQUESTS = "requests.read"
    WRITE_REQUESTS = "requests.write"
    READ_STANDING = "standing.read"
    WRITE_STANDING = "standing.write"
    READ_DIRECTORY = "directory.read"
    WRITE_DIRECTORY = "directory.write"
    READ_DUTY = "duty.read"
    TASK_MEASURES = "measures.write"
    READ_EXCHANGE = "exchange.read"
    WRITE_EXCHANGE = "exchange.write"
    READ_TRAIL = "trail.read"
    READ_EVENTS = "events.read"
    UPLOAD = "uploads.write"
    IMPORT = "imports.write"
    EXPORT = "records.export"
    JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as it is kept."""

    id: TokenId
    account: OfficerId
    scopes: frozenset[Scope]
    digest: str
    """SHA-256 of the secret, hexadecimal."""
    label: str
    """Where it is used, in the words of who made it."""
    made_by: OfficerId
    made_at: datetime
    expires_at: datetime
    revoked_by: OfficerId | None = None
    revoked_at: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Say whether it speaks for nobody any more."""
        return self.revoked_at is not None or self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who speaks with a token, and what for."""

    token: TokenId
    account: Officer
    scopes: frozenset[Scope]
    until: datetime
    """When it speaks for nobody any more, unless it is revoked or the account changed before."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made: the only moment at which its text is known."""

    token: AccessToken
    text: str = field(repr=False)
    """`entente.<id>.<secret>`; never logged, never kept."""


class TokenStore(Protocol):
    """The tokens of machine accounts."""

    def put(self, token: AccessToken) -> None:
        """Add or replace a token."""

    def get(self, token: TokenId) -> AccessToken | None:
        """Return a token."""

    def all(self) -> tuple[AccessToken, ...]:
        """Return every token, the newest first."""

    def remove_ended(self, before: datetime) -> None:
        """Delete the tokens that ended before a moment."""


class TokensUnit(BodiesUnit, Protocol):
    """A unit of work with officers and their tokens."""

    @property
    def tokens(self) -> TokenStore:
        """The tokens."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The services of access tokens. Safe from several threads."""

    open_unit: Callable[[], TokensUnit]
    open_view: Callable[[], TokensUnit]
    clock: Clock
    ids: Ids
    lists: BodyLists
    record: Record

    def make(self, by: OfficerId, account: OfficerId, scopes: Iterable[Scope], label: str, days: int) -> NewToken:
        """Make a token for a machine account; its text is in the answer and nowhere else.

        Raises Invalid for an account that is none of a machine or not active, for no scope, too long a label or too many days;
        Conflict when the node has TOKENS_MAX. Source: docs/rules/api.md P1 and P2.
        """
        wanted = frozenset(scopes)
        _check(wanted, label, days)
        now = self.clock.now()
        with self.open_unit() as unit:
            self._authorise(unit, by, account)
            self._require_machine(unit.bodies.officer(account), account, now)
            unit.tokens.remove_ended(now - ENDED_KEPT)
            if len(unit.tokens.all()) >= TOKENS_MAX:
                raise _too_many()
            secret = (self.ids.new_salt() + self.ids.new_salt()).hex()
            assert len(secret) == _SECRET_CHARACTERS, "two salts are 256 bits"
            token = AccessToken(
                id=TokenId(self.ids.new_id("token")),
                account=account,
                scopes=wanted,
                digest=_digest(secret),
                label=label,
                made_by=by,
                made_at=now,
                expires_at=now + timedelta(days=days),
            )
            unit.tokens.put(token)
            until = format_time(token.expires_at)
            detail: JsonObject = {"token": token.id, "scopes": [*sorted(wanted)], "expires_at": until}
            self.record(unit, Act("make_token", unit.bodies.own().id, by, account, detail))
            unit.commit()
        return NewToken(token, f"{_PREFIX}{token.id}.{secret}")

    def listed(self, by: OfficerId) -> tuple[AccessToken, ...]:
        """Return every token that is kept, the newest first. Source: docs/rules/api.md P2."""
        with self.open_unit() as unit:
            self._authorise(unit, by, "tokens")
            return unit.tokens.all()

    def revoke(self, by: OfficerId, wanted: TokenId) -> AccessToken:
        """End a token at once; raise NotFound for none, Conflict for one that had been revoked.

        Source: docs/rules/api.md P2.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            self._authorise(unit, by, wanted)
            token = unit.tokens.get(wanted)
            if token is None:
                raise NotFound
            if token.revoked_at is not None:
                raise Conflict(
                    "The token had been revoked before.",
                    why=f"{token.revoked_by} revoked it, and it has spoken for nobody since.",
                    do="Nothing is left to do.",
                )
            ended = replace(token, revoked_by=by, revoked_at=now)
            unit.tokens.put(ended)
            self.record(unit, Act("revoke_token", unit.bodies.own().id, by, token.account, {"token": token.id}))
            unit.commit()
        return ended

    def bearer(self, text: str) -> Bearer:
        """Return who speaks with a token now; raise Untrusted, in the same words for every reason, when nobody does.

        Source: docs/rules/api.md P3.
        """
        token_id, secret = _parted(text)
        now = self.clock.now()
        with self.open_view() as view:
            token = view.tokens.get(token_id)
            account = None if token is None else view.bodies.officer(token.account)
        # Compared even where there is none: how long it takes says nothing of which ids exist.
        is_right = hmac.compare_digest(_digest(secret), token.digest if token is not None else "0" * 64)
        if token is None or not is_right or token.has_ended(now) or not _speaks(account, now):
            raise not_heard()
        assert account is not None, "an account that speaks exists"
        until = min(token.expires_at, account.active_until or token.expires_at)
        return Bearer(token.id, account, token.scopes, until)

    def in_force(self, token_id: TokenId) -> Bearer:
        """Return for whom a token speaks now that was heard before; raise Untrusted as `bearer` does when it does not any more.

        For what goes on after its request: a job, a stream of events. Source: docs/rules/api.md P3, P12 and P14.
        """
        now = self.clock.now()
        with self.open_view() as view:
            token = view.tokens.get(token_id)
            account = None if token is None else view.bodies.officer(token.account)
        if token is None or account is None or token.has_ended(now) or not _speaks(account, now):
            raise not_heard()
        until = min(token.expires_at, account.active_until or token.expires_at)
        return Bearer(token.id, account, token.scopes, until)

    def would_end(self, account: Officer) -> tuple[AccessToken, ...]:
        """Return the tokens in force that would speak for nobody, were their account entered so; none is ended.

        Source: docs/rules/bodies.md B25.
        """
        now = self.clock.now()
        with self.open_view() as view:
            if _speaks(account, now) or not _speaks(view.bodies.officer(account.id), now):
                return ()
            return tuple(one for one in view.tokens.all() if one.account == account.id and not one.has_ended(now))

    def _authorise(self, unit: TokensUnit, by: OfficerId, subject: str) -> None:
        authorise(unit, by, VERB, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record)

    def _require_machine(self, officer: Officer | None, account: OfficerId, now: datetime) -> None:
        if not _speaks(officer, now):
            raise _bad(
                "account",
                f"«{account[:40]}» is no machine account that is active now, and a token never acts for a human officer",
                "Enter one with «entente officer add ID --role ROLE --machine».",
            )


def not_heard() -> Untrusted:
    """Return the one answer to every token that speaks for nobody: none, unknown, wrong, expired, revoked, account ended."""
    return Untrusted(
        "The token does not speak for any account here.",
        reason="token",
        why="A program speaks with a token of this node that is in force, of a machine account that is active (api.md P3).",
        do="Ask an officer who may enter officers for a new one: «entente token make».",
    )


def _speaks(account: Officer | None, now: datetime) -> bool:
    if account is None or not account.is_machine:
        return False
    started = account.active_from is None or account.active_from <= now
    return started and (account.active_until is None or now < account.active_until)


def may(account: Officer, verbs: Iterable[str], now: datetime, lists: BodyLists) -> bool:
    """Say whether a role of an account may do at least one of these verbs; of none, everybody may."""
    wanted = tuple(verbs)
    return not wanted or any(
        may_act(account, verb, now, roles=lists.roles, measures=lists.measures).allowed for verb in wanted
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def _parted(text: str) -> tuple[TokenId, str]:
    if not text.isascii() or not text.startswith(_PREFIX):
        return TokenId(""), ""
    token, _, secret = text.removeprefix(_PREFIX).partition(".")
    return TokenId(token), secret


def _check(scopes: frozenset[Scope], label: str, days: int) -> None:
    if not scopes:
        raise _bad("scopes", "a token has at least one scope", f"Name some of: {', '.join(Scope)}.")
    if len(label) > LABEL_CHARACTERS_MAX or not label.isprintable():
        raise _bad("label", f"a label has at most {LABEL_CHARACTERS_MAX} printable characters", "Write a shorter one.")
    if not 1 <= days <= TOKEN_DAYS_MAX:
        raise _bad("days", f"a token lasts 1 to {TOKEN_DAYS_MAX} days", "Make another one before it ends.")


def _bad(name: str, why: str, do: str) -> Invalid:
    return Invalid(
        f"The field {name} does not hold what it should.", field=name, why=f"No token was made: {why}.", do=do
    )


def _too_many() -> Conflict:
    return Conflict(
        f"This node has {TOKENS_MAX} tokens already.",
        why="What a node keeps for machine accounts is bounded (docs/rules/api.md P2).",
        do="Revoke those that nobody uses; they leave the list 90 days later.",
    )
