"""The tables of officers' accounts: passwords and secrets of codes sealed, passkeys, invitations, failures, what was begun.

Source: docs/rules/desk.md W1, W2, W5; bodies.accounts.AccountStore.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from entente.bodies.accounts import Account, Guard, Invitation, Link, Passkey, RecoveryRequest, Step
from entente.kernel.ids import OfficerId
from entente.storage.account_seal import AccountSeal
from entente.storage.rows import read, read_one, remembered, replace_row, text_of, value_of
from entente.storage.schema import (
    account,
    account_link,
    account_recovery,
    invitation,
    passkey,
    sign_in_guard,
    sign_in_step,
)

GUARDS_MAX: Final = 20_000
"""Names and addresses whose failures are kept: some 5 MB, and more than all officers of any bureau."""
GUARDS_FORGOTTEN: Final = 500
"""How many give way at once where there are too many: all of them are read for it, some 300 ms."""
STEPS_MAX: Final = 2_000
"""Begun at one time: every officer of a large bureau at the start of a shift."""

_ACCOUNT: Final = sa.select(account.c.document).where(account.c.officer == sa.bindparam("officer_"))
_INVITATION: Final = sa.select(invitation).where(invitation.c.digest == sa.bindparam("digest_"))
_INVITATION_OF: Final = sa.select(invitation).where(invitation.c.officer == sa.bindparam("officer_"))
_PASSKEY: Final = sa.select(passkey.c.document).where(passkey.c.credential == sa.bindparam("credential_"))
_PASSKEYS: Final = sa.select(passkey.c.document).where(passkey.c.officer == sa.bindparam("officer_"))
_RECOVERY: Final = sa.select(account_recovery.c.document).where(account_recovery.c.officer == sa.bindparam("officer_"))
_RECOVERIES: Final = sa.select(account_recovery.c.document)
_GUARD: Final = sa.select(sign_in_guard.c.document).where(sign_in_guard.c.digest == sa.bindparam("digest_"))
_GUARDS: Final = sa.select(sa.func.count().label("count")).select_from(sign_in_guard)
_GUARDS_BY_AGE: Final = sa.select(sign_in_guard.c.digest, sign_in_guard.c.document).order_by(
    sign_in_guard.c.last_at, sign_in_guard.c.digest
)
_STEP: Final = sa.select(sign_in_step.c.document).where(sign_in_step.c.digest == sa.bindparam("digest_"))
_STEPS: Final = sa.select(sa.func.count().label("count")).select_from(sign_in_step)
_LINK: Final = sa.select(account_link.c.document).where(
    account_link.c.issuer == sa.bindparam("issuer_"), account_link.c.subject == sa.bindparam("subject_")
)


class AccountTables:
    """The AccountStore of one transaction."""

    def __init__(self, connection: sa.Connection, seal: AccountSeal) -> None:
        self._connection = connection
        self._seal = seal

    def account(self, officer: OfficerId) -> Account | None:
        """Return an officer's account."""
        row = read_one(self._connection, _ACCOUNT, {"officer_": officer})
        return None if row is None else self._seal.open(Account, row.document, f"account {officer}")

    def put_account(self, value: Account) -> None:
        """Add or replace an account."""
        sealed = self._seal.seal(value, f"account {value.officer}")
        replace_row(self._connection, account, {"officer": value.officer}, {"document": sealed})

    def remove_account(self, officer: OfficerId) -> None:
        """Remove an account with its passkeys and its links to a provider."""
        for link in self.links():
            if link.officer == officer:
                self.remove_link(link.issuer, link.subject)
        self._connection.execute(sa.delete(account).where(account.c.officer == officer))
        self._connection.execute(sa.delete(passkey).where(passkey.c.officer == officer))

    def officers(self) -> frozenset[OfficerId]:
        """Return who has an account."""
        return frozenset(OfficerId(text) for text in self._connection.execute(sa.select(account.c.officer)).scalars())

    def passkeys(self, officer: OfficerId) -> tuple[Passkey, ...]:
        """Return an officer's passkeys, oldest first."""
        rows = read(self._connection, _PASSKEYS, {"officer_": officer})
        found = (remembered(Passkey, row.document) for row in rows)
        return tuple(sorted(found, key=lambda one: (one.made_at, one.credential)))

    def passkey(self, credential: str) -> Passkey | None:
        """Return a passkey."""
        row = read_one(self._connection, _PASSKEY, {"credential_": credential})
        return None if row is None else remembered(Passkey, row.document)

    def put_passkey(self, value: Passkey) -> None:
        """Add or replace a passkey."""
        values = {"officer": value.officer, "document": text_of(value)}
        replace_row(self._connection, passkey, {"credential": value.credential}, values)

    def remove_passkey(self, credential: str) -> None:
        """Remove a passkey."""
        self._connection.execute(sa.delete(passkey).where(passkey.c.credential == credential))

    def invitation(self, digest: str) -> Invitation | None:
        """Return the invitation of a code's digest."""
        return self._invitation(read_one(self._connection, _INVITATION, {"digest_": digest}))

    def invitation_of(self, officer: OfficerId) -> Invitation | None:
        """Return the one invitation of an officer."""
        return self._invitation(read_one(self._connection, _INVITATION_OF, {"officer_": officer}))

    def put_invitation(self, value: Invitation) -> None:
        """Keep an invitation in the place of the officer's earlier one."""
        sealed = self._seal.seal(value, f"invitation {value.officer}")
        values = {"digest": value.digest, "expires_at": value.expires_at, "document": sealed}
        replace_row(self._connection, invitation, {"officer": value.officer}, values)

    def remove_invitation(self, officer: OfficerId) -> None:
        """Remove an officer's invitation."""
        self._connection.execute(sa.delete(invitation).where(invitation.c.officer == officer))

    def recovery(self, officer: OfficerId) -> RecoveryRequest | None:
        """Return the request to recover an officer's account."""
        row = read_one(self._connection, _RECOVERY, {"officer_": officer})
        return None if row is None else value_of(RecoveryRequest, row.document)

    def recoveries(self) -> tuple[RecoveryRequest, ...]:
        """Return every request that waits, oldest first."""
        found = (value_of(RecoveryRequest, row.document) for row in read(self._connection, _RECOVERIES))
        return tuple(sorted(found, key=lambda one: (one.asked_at, one.officer)))

    def put_recovery(self, request: RecoveryRequest) -> None:
        """Keep a request in the place of an earlier one for the same officer."""
        replace_row(self._connection, account_recovery, {"officer": request.officer}, {"document": text_of(request)})

    def remove_recovery(self, officer: OfficerId) -> None:
        """Remove a request."""
        self._connection.execute(sa.delete(account_recovery).where(account_recovery.c.officer == officer))

    def guard(self, kind: str, of: str) -> Guard | None:
        """Return how often a name or an address failed; only a keyed digest of it is kept."""
        row = read_one(self._connection, _GUARD, {"digest_": self._seal.digest(kind, of)})
        return None if row is None else value_of(Guard, row.document)

    def put_guard(self, kind: str, of: str, guard: Guard) -> None:
        """Keep how often; where there are too many, those that failed least are forgotten, of these the longest ago.

        So a stranger who invents names and addresses opens no name that many failures have closed: he would have to fail as
        often with each of them.
        """
        digest = self._seal.digest(kind, of)
        if read_one(self._connection, _GUARD, {"digest_": digest}) is None:
            self._make_room_for_guard()
        values = {"last_at": guard.last_at, "document": text_of(guard)}
        replace_row(self._connection, sign_in_guard, {"digest": digest}, values)

    def remove_guard(self, kind: str, of: str) -> None:
        """Forget the failures of a name or an address."""
        digest = self._seal.digest(kind, of)
        self._connection.execute(sa.delete(sign_in_guard).where(sign_in_guard.c.digest == digest))

    def link(self, issuer: str, subject: str) -> Link | None:
        """Return which officer a provider's subject is."""
        row = read_one(self._connection, _LINK, {"issuer_": issuer, "subject_": subject})
        return None if row is None else remembered(Link, row.document)

    def links(self) -> tuple[Link, ...]:
        """Return every link."""
        documents = self._connection.execute(sa.select(account_link.c.document)).scalars()
        found = (remembered(Link, document) for document in documents)
        return tuple(sorted(found, key=lambda one: (one.officer, one.issuer, one.subject)))

    def put_link(self, link: Link) -> None:
        """Add or replace a link."""
        key = {"issuer": link.issuer, "subject": link.subject}
        replace_row(self._connection, account_link, key, {"document": text_of(link)})

    def remove_link(self, issuer: str, subject: str) -> None:
        """Remove a link."""
        where = (account_link.c.issuer == issuer, account_link.c.subject == subject)
        self._connection.execute(sa.delete(account_link).where(*where))

    def put_step(self, step: Step) -> None:
        """Keep what was begun; where there are too many, the oldest is forgotten."""
        self._make_room_for_step()
        values = {"expires_at": step.expires_at, "document": text_of(step)}
        replace_row(self._connection, sign_in_step, {"digest": step.digest}, values)

    def take_step(self, digest: str) -> Step | None:
        """Return what was begun, once: it is not kept any more."""
        row = read_one(self._connection, _STEP, {"digest_": digest})
        self._connection.execute(sa.delete(sign_in_step).where(sign_in_step.c.digest == digest))
        return None if row is None else value_of(Step, row.document)

    def forget_begun(self) -> None:
        """Remove every invitation, request for a recovery and step: a restored node's were those of another time."""
        for table in (invitation, account_recovery, sign_in_step):
            self._connection.execute(sa.delete(table))

    def has_ended(self, now: datetime, guards_before: datetime) -> bool:
        """Say whether there is anything that `remove_ended` would remove."""
        ended = (
            sa.exists().where(invitation.c.expires_at <= now),
            sa.exists().where(sign_in_step.c.expires_at <= now),
            sa.exists().where(sign_in_guard.c.last_at < guards_before),
        )
        return bool(self._connection.execute(sa.select(sa.or_(*ended))).scalar_one())

    def remove_ended(self, now: datetime, guards_before: datetime) -> None:
        """Remove invitations and steps that expired, and guards whose last failure was before a moment."""
        self._connection.execute(sa.delete(invitation).where(invitation.c.expires_at <= now))
        self._connection.execute(sa.delete(sign_in_step).where(sign_in_step.c.expires_at <= now))
        self._connection.execute(sa.delete(sign_in_guard).where(sign_in_guard.c.last_at < guards_before))

    def _invitation(self, row: Any) -> Invitation | None:  # noqa: ANN401 - a row, or None
        return None if row is None else self._seal.open(Invitation, row.document, f"invitation {row.officer}")

    def _make_room_for_step(self) -> None:
        if read_one(self._connection, _STEPS).count < STEPS_MAX:
            return
        oldest = sa.select(sign_in_step.c.digest).order_by(sign_in_step.c.expires_at, sign_in_step.c.digest).limit(1)
        digest = self._connection.execute(oldest).scalar_one()
        self._connection.execute(sa.delete(sign_in_step).where(sign_in_step.c.digest == digest))

    def _make_room_for_guard(self) -> None:
        if read_one(self._connection, _GUARDS).count < GUARDS_MAX:
            return
        # They come by their age, and what is alike stays in order. As values of a room, 20,000 of them took seconds.
        rows = self._connection.execute(_GUARDS_BY_AGE).all()
        least = sorted(rows, key=lambda row: int(json.loads(row.document)["failures"]))[:GUARDS_FORGOTTEN]
        digests = [row.digest for row in least]
        self._connection.execute(sa.delete(sign_in_guard).where(sign_in_guard.c.digest.in_(digests)))
