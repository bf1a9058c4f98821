"""How an officer gets an account, and gets it anew: an invitation, and a recovery that two administrators decide.

An invitation is a code for one officer, for a day, kept as its digest. It is used up in the commit that makes the account. Who
has an account is not invited again: one administrator alone must not be able to take an officer's place. A recovery is asked by
one and confirmed by another, neither of them the officer; it removes password, codes and passkeys, ends every session, and gives
who confirmed it a new invitation for the officer.

Source: docs/rules/desk.md W2 and W7; NIST SP 800-63B 6.1.2 (binding); DESIGN section 1 (four eyes).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from entente.bodies.accounts import (
    INVITATION_HOURS,
    RECOVERY_HOURS,
    VERB,
    Account,
    AccountsUnit,
    From,
    Invitation,
    NotIn,
    OneTimeCodes,
    OpenUnit,
    Passwords,
    RecoveryRequest,
    Why,
    is_active,
)
from entente.bodies.authority import Record, authorise
from entente.bodies.guarding import NAME, count_address, succeed_from
from entente.bodies.model import Officer
from entente.bodies.password_rules import check_password
from entente.bodies.ports import BodyLists
from entente.bodies.sessions import Sessions
from entente.bodies.signing_in import digest_of_code, digests_of, new_code, new_codes, new_secret
from entente.bodies.tokens import may
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock, format_time
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act

CODE_TYPED_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made: the only moment at which its code is known."""

    officer: OfficerId
    expires_at: datetime
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What an invitation shows to who has its code."""

    officer: OfficerId
    secret: str = field(repr=False)
    """Of the one-time codes, for the officer's device."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an officer typed to set up an account."""

    code: str = field(repr=False)
    """The invitation's."""
    password: str = field(repr=False)
    again: str = field(repr=False)
    one_time: str = field(repr=False)
    """A code that the officer's device shows, which proves that it holds the secret."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """How one officer signs in, for who may enter officers."""

    officer: OfficerId
    roles: frozenset[str]
    is_active: bool
    has_account: bool
    passkeys: int
    sessions: int
    invited_until: datetime | None
    recovery_asked_by: OfficerId | None


@dataclass(frozen=True, slots=True)
class Enrolling:
    """The services of invitations and recoveries. Safe from several threads."""

    open_unit: OpenUnit
    open_view: OpenUnit
    clock: Clock
    ids: Ids
    lists: BodyLists
    record: Record
    sessions: Sessions
    passwords: Passwords
    codes: OneTimeCodes

    def invite(self, by: OfficerId, officer: OfficerId) -> Invited:
        """Make an invitation for an officer without an account, in the place of an earlier one; its code is in the answer alone.

        Raises Invalid for who is no human officer active now, Conflict for who has an account. Source: docs/rules/desk.md W2.
        """
        with self.open_unit() as unit:
            self._authorise(unit, by, officer)
            self._require_officer(unit, officer)
            if unit.accounts.account(officer) is not None or unit.accounts.passkeys(officer):
                raise Conflict(
                    f"{officer} has an account already.",
                    why="A second invitation would let one administrator take an officer's place (docs/rules/desk.md W7).",
                    do="If the officer cannot sign in any more, have two administrators recover the account.",
                )
            invited = self._invited(unit, by, officer)
            self._say(unit, "invite_officer", by, officer, {"expires_at": format_time(invited.expires_at)})
            unit.commit()
        return invited

    def open(self, code: str, at: From) -> Opened | NotIn:
        """Return what an invitation shows; NotIn for a code of none, or too many of them. Uses nothing up."""
        now = self.clock.now()
        with self.open_unit() as unit:
            if (refused := count_address(unit.accounts, at.address, now)) is not None:
                return refused
            found = self._standing(unit, code, now)
            if found is not None:
                succeed_from(unit.accounts, at.address)
            unit.commit()
        return NotIn(Why.WRONG) if found is None else Opened(found.officer, found.code_secret)

    def enrol(self, chosen: Chosen, at: From) -> tuple[str, ...] | NotIn:
        """Make the account of an invitation; return its recovery codes, which are in the answer and nowhere else.

        Raises Invalid for a password that is not taken, differs the second time, or a one-time code that is not the device's;
        nothing is used up then. Source: docs/rules/desk.md W2.
        """
        opened = self.open(chosen.code, at)
        if isinstance(opened, NotIn):
            return opened
        if chosen.password != chosen.again:
            raise _bad("again", "the password was not typed the same way twice", "Type it again, both times.")
        hashed = self.passwords.hash(check_password(chosen.password, opened.officer, self.passwords))
        made, now = new_codes(self.ids), self.clock.now()
        with self.open_unit() as unit:
            # Asked again where it is used up: of two at once one makes the account.
            found = self._standing(unit, chosen.code, now)
            if found is None:
                return NotIn(Why.WRONG)
            if (refused := count_address(unit.accounts, at.address, now)) is not None:
                return refused
            step = self.codes.step_of(found.code_secret, "".join(chosen.one_time.split()), now)
            if step is None:
                unit.commit()
                raise _bad(
                    "one_time",
                    "the device shows another code for this secret now",
                    "Check that the device's clock is right, and type the six digits that it shows now.",
                )
            succeed_from(unit.accounts, at.address)
            unit.accounts.remove_invitation(found.officer)
            unit.accounts.remove_guard(NAME, found.officer)
            unit.accounts.put_account(
                Account(found.officer, hashed, found.code_secret, step, digests_of(made), made_at=now, password_at=now)
            )
            self._say(unit, "enrol", found.officer, found.officer, {"invited_by": found.made_by})
            unit.commit()
        return made

    def ask_recovery(self, by: OfficerId, officer: OfficerId) -> RecoveryRequest:
        """Ask that an officer may set up their account anew; another administrator confirms it within a day.

        Raises NotFound for an officer without an account, Refused for who may not, Conflict for one's own account.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            self._authorise(unit, by, officer)
            self._require_account(unit, officer)
            _require_other(by, officer)
            request = RecoveryRequest(officer, by, now)
            unit.accounts.put_recovery(request)
            self._say(unit, "recover_account", by, officer, {"outcome": "asked"})
            unit.commit()
        return request

    def confirm_recovery(self, by: OfficerId, officer: OfficerId) -> Invited:
        """Confirm another administrator's request: the account and its sessions end, and the officer is invited anew.

        Raises NotFound where nothing waits, Conflict for who asked and for the officer. Source: docs/rules/desk.md W7.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            self._authorise(unit, by, officer)
            request = unit.accounts.recovery(officer)
            if request is None or now - request.asked_at >= timedelta(hours=RECOVERY_HOURS):
                raise NotFound
            self._require_account(unit, officer)
            _require_other(by, officer)
            if request.asked_by == by:
                raise Conflict(
                    "Who asked for a recovery does not confirm it.",
                    why="Two administrators decide that somebody may take an officer's place (docs/rules/desk.md W7).",
                    do="Have another officer confirm who may enter officers.",
                )
            self._require_officer(unit, officer)
            unit.accounts.remove_recovery(officer)
            unit.accounts.remove_account(officer)
            ended = self.sessions.end_in(unit, officer, by, "recovered")
            invited = self._invited(unit, by, officer)
            detail: JsonObject = {"outcome": "confirmed", "asked_by": request.asked_by, "sessions_ended": ended}
            self._say(unit, "recover_account", by, officer, detail)
            unit.commit()
        return invited

    def refuse_recovery(self, by: OfficerId, officer: OfficerId) -> None:
        """Take a request for a recovery back, one's own or another's; raise NotFound where nothing waits."""
        with self.open_unit() as unit:
            # The officer whose account it is may refuse it too: they are signed in, and need no recovery.
            if by != officer:
                self._authorise(unit, by, officer)
            request = unit.accounts.recovery(officer)
            if request is None:
                raise NotFound
            unit.accounts.remove_recovery(officer)
            self._say(unit, "recover_account", by, officer, {"outcome": "refused", "asked_by": request.asked_by})
            unit.commit()

    def recovery_of(self, officer: OfficerId) -> RecoveryRequest | None:
        """Return the request that waits for an officer's account, so that its page can say so."""
        with self.open_view() as view:
            return view.accounts.recovery(officer)

    def recoveries_for(self, officer: OfficerId) -> tuple[RecoveryRequest, ...]:
        """Return the requests that an officer has something to do about, oldest first; to look at them is no act.

        Of their own account one that they may refuse, whatever their role; of others', those that somebody else asked for and
        that they may confirm. One that is a day old waits for nobody. Source: docs/rules/desk.md W101.
        """
        now = self.clock.now()
        with self.open_view() as view:
            asking = view.bodies.officer(officer)
            confirms = asking is not None and may(asking, (VERB,), now, self.lists)
            return tuple(
                one
                for one in view.accounts.recoveries()
                if now - one.asked_at < timedelta(hours=RECOVERY_HOURS)
                and (one.officer == officer or (confirms and one.asked_by != officer))
            )

    def listed(self, by: OfficerId, among: Collection[OfficerId] | None = None) -> tuple[AccountLine, ...]:
        """Return how every human officer signs in, or every one of some, by id; for who may enter officers."""
        with self.open_unit() as unit:
            self._authorise(unit, by, OfficerId("accounts"))
            having = unit.accounts.officers()
            waiting = {one.officer: one.asked_by for one in unit.accounts.recoveries()}
            return tuple(
                self._line(unit, one, waiting.get(one.id), has_account=one.id in having)
                for one in unit.bodies.officers()
                if not one.is_machine and (among is None or one.id in among)
            )

    def _line(
        self, unit: AccountsUnit, officer: Officer, recovery_asked_by: OfficerId | None, *, has_account: bool
    ) -> AccountLine:
        invitation = unit.accounts.invitation_of(officer.id)
        return AccountLine(
            officer=officer.id,
            roles=officer.roles,
            is_active=is_active(officer, self.clock.now()),
            has_account=has_account,
            passkeys=len(unit.accounts.passkeys(officer.id)),
            sessions=len(unit.sessions.of(officer.id)),
            invited_until=None if invitation is None else invitation.expires_at,
            recovery_asked_by=recovery_asked_by,
        )

    def _invited(self, unit: AccountsUnit, by: OfficerId, officer: OfficerId) -> Invited:
        now, code = self.clock.now(), new_code(self.ids)
        expires_at = now + timedelta(hours=INVITATION_HOURS)
        secret = new_secret(self.ids)
        unit.accounts.put_invitation(Invitation(officer, digest_of_code(code), secret, by, now, expires_at))
        return Invited(officer, expires_at, code)

    def _standing(self, unit: AccountsUnit, code: str, now: datetime) -> Invitation | None:
        found = unit.accounts.invitation(digest_of_code(code)) if len(code) <= CODE_TYPED_MAX else None
        if found is None or found.expires_at <= now:
            return None
        return found if is_active(unit.bodies.officer(found.officer), now) else None

    def _authorise(self, unit: AccountsUnit, by: OfficerId, officer: OfficerId) -> None:
        authorise(unit, by, VERB, subject=officer, now=self.clock.now(), lists=self.lists, record=self.record)

    def _require_officer(self, unit: AccountsUnit, officer: OfficerId) -> None:
        if not is_active(unit.bodies.officer(officer), self.clock.now()):
            raise _bad(
                "officer",
                f"«{officer[:40]}» is no human officer of this body who is active now",
                "Enter the officer first, with «entente officer add ID --role ROLE».",
            )

    @staticmethod
    def _require_account(unit: AccountsUnit, officer: OfficerId) -> None:
        if unit.accounts.account(officer) is None and not unit.accounts.passkeys(officer):
            raise NotFound

    def _say(self, unit: AccountsUnit, verb: str, by: OfficerId, officer: OfficerId, detail: JsonObject) -> None:
        self.record(unit, Act(verb, unit.bodies.own().id, by, officer, detail))


def _require_other(by: OfficerId, officer: OfficerId) -> None:
    if by == officer:
        raise Conflict(
            "Nobody recovers their own account.",
            why="Two administrators decide that somebody may take an officer's place (docs/rules/desk.md W7).",
            do="Ask two other officers who may enter officers.",
        )


def _bad(name: str, why: str, do: str) -> Invalid:
    return Invalid(
        f"The field {name} does not hold what it should.", field=name, why=f"Nothing was set up: {why}.", do=do
    )
