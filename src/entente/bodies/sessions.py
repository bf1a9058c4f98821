"""Sessions: who is signed in, until when, and how it ends.

What the browser holds is 256 random bits; kept of them is the SHA-256 alone, so that whoever reads the store or a backup is
signed in nowhere. A session ends by itself after a time without a request and, whatever happens, after a longer one; at once
when its officer signs out, ends it from elsewhere, changes the password, loses a role or is suspended, and when an administrator
ends it. It gets a new secret whenever the officer proves anew who they are.

Source: docs/rules/desk.md W3 and W4; NIST SP 800-63B section 7; OWASP Session Management Cheat Sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from entente.bodies.accounts import (
    DEVICE_CHARACTERS_MAX,
    SESSIONS_MAX,
    VERB,
    AccountsUnit,
    Begun,
    From,
    OpenUnit,
    Session,
    SessionId,
    SignedIn,
    Way,
    is_active,
)
from entente.bodies.authority import Record, authorise
from entente.bodies.model import Officer
from entente.bodies.ports import BodyLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import NotFound, Unavailable
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act

NODE: Final = "node"
TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last request of a session is kept: each one kept is a commit."""
ADDRESS_CHARACTERS_MAX: Final = 45
"""An IPv6 address that holds an IPv4 one."""
_TOKEN_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """How long sessions last; settings of the node."""

    idle: timedelta
    whole: timedelta
    recent: timedelta
    """How long ago an officer may have proved who they are for a heavy act."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """The services of sessions. Safe from several threads; each verb is one unit of work."""

    open_unit: OpenUnit
    open_view: OpenUnit
    clock: Clock
    ids: Ids
    lists: BodyLists
    record: Record
    times: SessionTimes

    def begin(
        self, unit: AccountsUnit, officer: Officer, way: Way, at: From, proved_at: datetime | None = None
    ) -> Begun:
        """Begin a session in a unit of work that the caller commits; where the officer has too many, the oldest ends.

        `proved_at`: when the officer proved who they are, where that was not now.
        """
        now, token = self.clock.now(), self._new_token()
        session = Session(
            id=SessionId(self.ids.new_id("session")),
            digest=digest_of(token),
            officer=officer.id,
            roles=officer.roles,
            way=way,
            began_at=now,
            seen_at=now,
            proved_at=now if proved_at is None else min(now, proved_at),
            ends_at=now + self.times.whole,
            language=at.language,
            device=_device(at.device),
            address=at.address[:ADDRESS_CHARACTERS_MAX],
            csrf=self.ids.new_salt().hex(),
        )
        for old in unit.sessions.of(officer.id)[: -(SESSIONS_MAX - 1)]:
            self._end(unit, old, NODE, "too_many")
        unit.sessions.put(session)
        detail: JsonObject = {"session": session.id, "way": session.way, "outcome": "signed_in"}
        self.record(unit, Act("sign_in", unit.bodies.own().id, officer.id, officer.id, detail))
        return Begun(session, token)

    def renew(self, unit: AccountsUnit, session: Session) -> Begun:
        """Give a session whose officer just proved who they are a new secret; the old one is good for nothing any more.

        What its forms carry stays, so that what stands half written in another tab can still be sent.
        """
        token = self._new_token()
        now = self.clock.now()
        renewed = replace(session, digest=digest_of(token), seen_at=now, proved_at=now)
        unit.sessions.put(renewed)
        detail: JsonObject = {"session": session.id, "outcome": "proved_again"}
        self.record(unit, Act("sign_in", unit.bodies.own().id, session.officer, session.officer, detail))
        return Begun(renewed, token)

    def who(self, token: str, *, is_seen: bool = True) -> SignedIn | None:
        """Return who asks with a session's secret; None where no session stands, for whatever reason.

        Keeps at most once a minute that it was seen; where the store takes nothing in now, that alone is left out. `is_seen`:
        an officer did something; a page that brings itself up to date does not keep a session alive.
        Source: docs/rules/desk.md W3.
        """
        if len(token) != _TOKEN_CHARACTERS or not token.isascii():
            return None
        now = self.clock.now()
        with self.open_view() as view:
            found = self.standing(view, token, now)
        if is_seen and found is not None and now - found.session.seen_at >= TOUCHED_EVERY:
            return self._touched(token, now)
        return found

    def still(self, found: SignedIn) -> SignedIn | None:
        """Return who asks with a session that was read before, as it stands now; None where its time is over.

        For whoever knows that the store has not changed since: then time alone can have ended it.
        """
        now = self.clock.now()
        if self._why_over(found.session, found.officer, now):
            return None
        return replace(found, is_recent=now - found.session.proved_at <= self.times.recent)

    def standing(self, unit: AccountsUnit, token: str, now: datetime) -> SignedIn | None:
        """Return who asks with a session's secret, as this unit of work has it."""
        session = unit.sessions.get(digest_of(token))
        if session is None:
            return None
        officer = unit.bodies.officer(session.officer)
        if officer is None or self._why_over(session, officer, now):
            return None
        return SignedIn(session, officer, is_recent=now - session.proved_at <= self.times.recent)

    def sign_out(self, token: str) -> None:
        """End the session of a secret; one that does not stand is no fault."""
        with self.open_unit() as unit:
            session = unit.sessions.get(digest_of(token))
            if session is None:
                return
            self._end(unit, session, session.officer, "signed_out")
            unit.commit()

    def of(self, officer: OfficerId) -> tuple[Session, ...]:
        """Return an officer's own sessions that stand now, oldest first."""
        now = self.clock.now()
        with self.open_view() as view:
            known = view.bodies.officer(officer)
            return tuple(one for one in view.sessions.of(officer) if not self._why_over(one, known, now))

    def is_standing(self, unit: AccountsUnit, officer: OfficerId, session: str) -> bool:
        """Say whether an officer's session of this id stands, as a unit of work has it; proving oneself again changes no id."""
        now, known = self.clock.now(), unit.bodies.officer(officer)
        return any(one.id == session and not self._why_over(one, known, now) for one in unit.sessions.of(officer))

    def end_own(self, officer: OfficerId, session: SessionId) -> None:
        """End one of an officer's own sessions, from whichever browser; raise NotFound for another's or none."""
        with self.open_unit() as unit:
            found = next((one for one in unit.sessions.of(officer) if one.id == session), None)
            if found is None:
                raise NotFound
            self._end(unit, found, officer, "ended_by_officer")
            unit.commit()

    def listed(self, by: OfficerId) -> tuple[Session, ...]:
        """Return every session that stands, for who may enter officers."""
        now = self.clock.now()
        with self.open_unit() as unit:
            authorise(unit, by, VERB, subject="sessions", now=now, lists=self.lists, record=self.record)
            standing = unit.sessions.all()
            return tuple(one for one in standing if not self._why_over(one, unit.bodies.officer(one.officer), now))

    def end_all(self, by: OfficerId, officer: OfficerId) -> int:
        """End every session of an officer; return how many. For who may enter officers."""
        with self.open_unit() as unit:
            authorise(unit, by, VERB, subject=officer, now=self.clock.now(), lists=self.lists, record=self.record)
            ended = self.end_in(unit, officer, by, "ended_by_administrator")
            unit.commit()
        return ended

    def end_in(self, unit: AccountsUnit, officer: OfficerId, by: str, why: str) -> int:
        """End every session of an officer in a unit of work that the caller commits; return how many."""
        sessions = unit.sessions.of(officer)
        for one in sessions:
            self._end(unit, one, by, why)
        return len(sessions)

    def end_beyond(self, unit: AccountsUnit, officer: Officer) -> int:
        """End the sessions that an officer, as now entered, may not have; return how many. The caller commits.

        Source: docs/rules/desk.md W3: losing a role and being suspended end every session.
        """
        now = self.clock.now()
        beyond = [
            (one, why)
            for one in unit.sessions.of(officer.id)
            if (why := _why_officer_ends(one, officer, now)) is not None
        ]
        for one, why in beyond:
            self._end(unit, one, NODE, why)
        return len(beyond)

    def would_end(self, officer: Officer) -> int:
        """Return how many sessions that stand now an officer could not keep, were they entered so; none is ended."""
        now = self.clock.now()
        with self.open_view() as view:
            known = view.bodies.officer(officer.id)
            standing = [one for one in view.sessions.of(officer.id) if not self._why_over(one, known, now)]
            return sum(_why_officer_ends(one, officer, now) is not None for one in standing)

    def remove_over(self) -> int:
        """Remove the sessions that ended by themselves, with a row in the trail; return how many. Run once a minute."""
        with self.open_view() as view:
            if not self._over(view):
                return 0
        with self.open_unit() as unit:
            over = self._over(unit)
            for one, why in over:
                self._end(unit, one, NODE, why)
            unit.commit()
        return len(over)

    def _over(self, unit: AccountsUnit) -> list[tuple[Session, str]]:
        now = self.clock.now()
        judged = ((one, self._why_over(one, unit.bodies.officer(one.officer), now)) for one in unit.sessions.all())
        return [(one, why) for one, why in judged if why]

    def _why_over(self, session: Session, officer: Officer | None, now: datetime) -> str:
        """Return why a session does not stand any more; empty while it does."""
        if session.ends_at <= now:
            return "over"
        if self.times.idle <= now - session.seen_at:
            return "idle"
        return _why_officer_ends(session, officer, now) or ""

    def _touched(self, token: str, now: datetime) -> SignedIn | None:
        try:
            with self.open_unit() as unit:
                # Asked again in the same state that is written: it may have ended since, and must not come alive.
                found = self.standing(unit, token, now)
                if found is None:
                    return None
                seen = replace(found.session, seen_at=max(now, found.session.seen_at))
                unit.sessions.put(seen)
                unit.commit()
                return replace(found, session=seen)
        except Unavailable:
            # A full disk, or a clock that stepped back, keeps nobody from reading.
            with self.open_view() as view:
                return self.standing(view, token, now)

    def _end(self, unit: AccountsUnit, session: Session, by: str, why: str) -> None:
        unit.sessions.remove(session.id)
        detail: JsonObject = {"session": session.id, "why": why}
        self.record(unit, Act("end_session", unit.bodies.own().id, by, session.officer, detail))

    def _new_token(self) -> str:
        token = (self.ids.new_salt() + self.ids.new_salt()).hex()
        assert len(token) == _TOKEN_CHARACTERS, "two salts are 256 bits"
        return token


def digest_of(text: str) -> str:
    """Return what is kept of a secret of enough random bits: its SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _why_officer_ends(session: Session, officer: Officer | None, now: datetime) -> str | None:
    if not is_active(officer, now) or officer is None:
        return "suspended"
    return None if session.roles <= officer.roles else "lost_role"


def _device(text: str) -> str:
    return "".join(_printable(text))[:DEVICE_CHARACTERS_MAX]


def _printable(text: str) -> Iterable[str]:
    return (character if character.isprintable() else " " for character in text)
