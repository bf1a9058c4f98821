"""One transaction: the one place where it begins and ends.

Leaving a unit without `commit` undoes everything. `commit` first runs the hooks given when the store was opened (envelopes
are sealed, the trail's head is signed), then makes everything durable in one step: a crash before that step leaves nothing, a
crash after it leaves all. Only then the store's `after_commit` callbacks are told, outside the lock.

Short acts that wait for each other share that step (storage.company): each is whole and told of its own end, as if it were alone.

A view is the same class over a reading connection: one unchanging state, no commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Generic, Self, TypeVar

import sqlalchemy as sa

from entente.kernel.errors import EntenteError, Unavailable
from entente.storage.account_seal import AccountSeal
from entente.storage.accounts import AccountTables
from entente.storage.agreements import AgreementTables
from entente.storage.ahead import AheadTable
from entente.storage.blobs import BlobTables
from entente.storage.bodies import BodyTables
from entente.storage.cases import CaseTables
from entente.storage.changes import Changes, OwnChanges
from entente.storage.classes import ClassMemory, ClassTables
from entente.storage.company import Company, Kept, Left, Member, not_ended, nothing_kept
from entente.storage.copies import CopyTables
from entente.storage.correspondence import CorrespondenceTables
from entente.storage.duty import DutyTables
from entente.storage.engine import Engine, changed_rows
from entente.storage.erasure import ErasureTables
from entente.storage.holdings import HoldingTables
from entente.storage.inbox import InboxTables
from entente.storage.kept_requests import KeptRequestTable
from entente.storage.named_lists import NamedListTables
from entente.storage.namesakes import NamesakeTable
from entente.storage.outbox import OutboxTables
from entente.storage.outbox_rows import entered
from entente.storage.records import RecordTables
from entente.storage.recovery import RecoveryTables
from entente.storage.relay import RelayTables
from entente.storage.sessions import SessionTable
from entente.storage.standing import StandingTables
from entente.storage.state import StateTable
from entente.storage.tokens import TokenTable
from entente.storage.trail import TrailTables
from entente.storage.write_lock import WriteLock, store_closed

Tables = TypeVar("Tables")


@dataclass(frozen=True, slots=True)
class OncePerCommit:
    """A hook that runs when acts become durable, once for all of them, and not within each.

    It may look at the trail and add to it; of the act that happens to be the last it knows nothing.
    """

    hook: Callable[[SqlUnitOfWork], None]

    def __call__(self, unit: SqlUnitOfWork) -> None:
        """Run it."""
        self.hook(unit)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the units of one open store share."""

    engine: Engine
    lock: WriteLock[Company]
    classes: ClassMemory
    hooks: Sequence[Callable[[SqlUnitOfWork], None]]
    tombstone_secret: bytes = field(repr=False)
    """Under which erased records are recognised (storage.tombstones)."""
    account_seal: AccountSeal
    """Seals what officers sign in with."""
    while_held: list[Callable[[], None]] = field(default_factory=list)
    """Called once a commit is durable and before anybody else may write; they only remember, and never raise."""
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    after_change: list[Callable[[], None]] = field(default_factory=list)
    """Called like `after_commit`, but not for commits that changed nothing beside the trail."""
    blobs_dropped: Event = field(default_factory=Event)
    """Set by a commit after which a record or a message no longer has a file."""
    in_doubt: Event = field(default_factory=Event)
    """Set by a commit of which nobody knows whether it is kept; until the next session has the right to write."""
    kept: Kept = field(default_factory=Kept)
    left: Left = field(default_factory=Left)
    """What the last commit left known for the next transaction."""
    changes: Changes = field(default_factory=OwnChanges)
    """How many commits may have changed more than the trail since the store was opened."""

    @property
    def translate(self) -> Callable[..., EntenteError]:
        """What an error of the engine means."""
        return self.engine.translate


class _Made(Generic[Tables]):
    """A room's tables in a unit, made when they are first asked for: an act touches few of them."""

    def __init__(self, make: Callable[[SqlUnitOfWork], Tables]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, unit: SqlUnitOfWork, owner: type) -> Tables:
        # From now on the unit has them itself, and this is not asked again.
        made = unit.__dict__[self._name] = self._make(unit)
        return made


class SqlUnitOfWork:
    """Every room's unit of work, over one connection. Not for use by several threads at once."""

    shared: Shared
    state = _Made(lambda unit: StateTable(unit.connection))
    trail = _Made(
        lambda unit: TrailTables(
            unit.connection, unit.company.waiting, unit.company.frontier, unit.company.committed, unit.company.head
        )
    )
    bodies = _Made(lambda unit: unit.company.bodies or BodyTables(unit.connection))
    agreements = _Made(lambda unit: AgreementTables(unit.connection))
    classes = _Made(lambda unit: ClassTables(unit.connection, unit.shared.classes, unit.company.classes))
    holdings = _Made(lambda unit: HoldingTables(unit.connection, unit.classes))
    records = _Made(lambda unit: RecordTables(unit.connection, unit.classes, lambda: unit.erasures))
    erasures: _Made[ErasureTables] = _Made(
        lambda unit: ErasureTables(unit.connection, unit.shared.tombstone_secret, unit.flush, unit.records.files)
    )
    blobs = _Made(lambda unit: BlobTables(unit.connection))
    copies = _Made(lambda unit: CopyTables(unit.connection))
    named_lists = _Made(lambda unit: NamedListTables(unit.connection))
    standing = _Made(lambda unit: StandingTables(unit.connection, unit.shared.tombstone_secret))
    namesakes = _Made(lambda unit: NamesakeTable(unit.connection, unit.shared.tombstone_secret))
    cases = _Made(lambda unit: CaseTables(unit.connection))
    correspondence = _Made(lambda unit: CorrespondenceTables(unit.connection))
    duty = _Made(lambda unit: DutyTables(unit.connection))
    outbox = _Made(lambda unit: OutboxTables(unit.connection, unit.company.waiting, unit.company.lines))
    inbox = _Made(lambda unit: InboxTables(unit.connection))
    relay = _Made(lambda unit: RelayTables(unit.connection))
    recovery = _Made(lambda unit: RecoveryTables(unit.connection))
    ahead = _Made(lambda unit: AheadTable(unit.connection))
    tokens = _Made(lambda unit: TokenTable(unit.connection))
    accounts = _Made(lambda unit: AccountTables(unit.connection, unit.shared.account_seal))
    sessions = _Made(lambda unit: SessionTable(unit.connection))
    kept_requests = _Made(lambda unit: KeptRequestTable(unit.connection))

    def __init__(self, shared: Shared, *, is_view: bool, is_short: bool = False) -> None:
        self.shared = shared
        self._is_view = is_view
        self._is_short = is_short
        self._connection: sa.Connection | None = None
        self._company: Company | None = None
        self._holds_lock = False

    def __enter__(self) -> Self:
        """Begin: wait for the lock (a view waits for nobody) and open the transaction, or go on in one that is open."""
        assert self._connection is None, "a unit of work is used once"
        if not self._is_view:
            self._company = self.shared.lock.acquire(joins=self._is_short)
            self._holds_lock = True
        elif self.shared.lock.is_closed:
            raise store_closed()
        try:
            self._begin()
        except sa.exc.DBAPIError as error:
            self._leave()
            raise self.shared.translate(error) from error
        except sa.exc.TimeoutError as error:
            self._leave()
            raise _too_many_views() from error
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed; say in the tree of errors what an error of the engine means."""
        self._leave()
        if isinstance(error, sa.exc.DBAPIError):
            raise self.shared.translate(error) from error

    def commit(self) -> None:
        """Make everything durable together; raise Unavailable when the store cannot, with nothing half-written."""
        assert not self._is_view, "a view changes nothing"
        company = self.company
        try:
            self._run_hooks()
            if not company.waiting.are_sure():
                # Refused now, it is refused alone.
                self.flush()
        except sa.exc.DBAPIError as error:
            self._leave()
            raise self.shared.translate(error) from error
        company.classes = self.classes.added
        company.bodies = self.__dict__.get("bodies", company.bodies)
        company.frontier = self.trail.frontier_if_known()
        company.has_dropped_files |= self.records.files.has_dropped or self.correspondence.has_dropped_files
        company.rows_of_trail += self.trail.take_written()
        if (member := self._handed_on(company)) is not None:
            member.wait()
        else:
            self._make_durable(company)

    def _handed_on(self, company: Company) -> Member | None:
        """Hand the transaction to the next act, if one waits and it is not to wait too long; None for who must end it."""
        if not self._is_short or not company.may_go_on(monotonic() - self.shared.lock.given_at):
            return None
        # Counted first: once it is handed over, the next act may end it before this line returns.
        member = company.join()
        if not self.shared.lock.hand_over(company):
            company.members.remove(member)
            return None
        self._forget()
        return member

    def _make_durable(self, company: Company) -> None:
        shared = self.shared
        shared.kept.count(company)
        try:
            self._run_last_hooks()
            company.rows_of_trail += self.trail.take_written()
            is_change = company.has_changes()
        except BaseException as error:
            failure = partial(shared.translate, error) if _is_engines(error) else nothing_kept
            self._end(company.connection, partial(company.tell, failure, error))
            if _is_engines(error):
                raise shared.translate(error) from error
            raise
        try:
            # After this line everything is durable; before it nothing is, and a restart finds the earlier state.
            company.connection.commit()
            shared.changes.count += is_change
            shared.classes.learn(company.classes)
            shared.left.keep(company, *self.trail.edge())
            for callback in shared.while_held:
                callback()
        except BaseException as error:
            unknown = partial(shared.translate, error, is_commit=True) if _is_engines(error) else not_ended
            if company.has_dropped_files:
                # It may be durable all the same: the next commit looks.
                shared.blobs_dropped.set()
            # Counted while the right to write is held, and once more when the next session has it: till then nobody knows.
            shared.in_doubt.set()
            shared.changes.count += 1
            self._end_for_good(company, partial(company.tell, unknown, error))
            if _is_engines(error):
                raise unknown() from error
            raise
        if company.has_dropped_files:
            shared.blobs_dropped.set()
        self._end(company.connection, partial(company.tell, None))
        for callback in shared.after_commit:
            callback()
        for callback in shared.after_change if is_change else ():
            callback()

    def while_waiting(self, step: Callable[[], bool]) -> None:
        """Do steps of work whenever this unit waits for its engine, until one says that none is left."""
        self.shared.engine.while_waiting(self.connection, step)

    def changes(self) -> int:
        """Return a number that grows with every change of this unit: rows, and what waits in memory to become rows."""
        waiting = self.trail.waiting() + len(self.company.waiting.outbox) + len(self.outbox.pending())
        return changed_rows(self.connection) + waiting

    def flush(self) -> None:
        """Insert what waits for the commit."""
        self.trail.flush()
        self.outbox.flush()

    def holds_committed_alone(self) -> bool:
        """Say whether all that it reads is durable: a view, or a transaction that changed nothing beside the trail yet."""
        return self._is_view or not self.company.has_changes()

    def sees_changes(self) -> bool:
        """Say whether acts before this one in its transaction changed more than the trail; not counted yet."""
        return self.company.has_changes()

    def _begin(self) -> None:
        if self._company is not None:
            self._connection = self._company.connection
            self._company.begin_act()
            return
        connection = self._connection = (
            self.shared.engine.reader if self._is_view else self.shared.engine.writer
        ).connect()
        connection.begin()
        if not self._is_view and self.shared.in_doubt.is_set():
            # That commit has ended, one way or the other: whoever remembers what they read meanwhile reads it anew.
            self.shared.in_doubt.clear()
            self.shared.changes.count += 1
        self._company = (
            Company(connection) if self._is_view else self.shared.left.take(connection, changed_rows(connection))
        )

    @property
    def connection(self) -> sa.Connection:
        """The connection of the transaction that is open."""
        return self.company.connection

    @property
    def company(self) -> Company:
        """The transaction that is open, with what acts before this one did in it."""
        assert self._company is not None, "the unit of work is open"
        return self._company

    def _run_hooks(self) -> None:
        if "state" in self.__dict__ or not self.company.is_at_work:
            self.state.require_may_commit()
            self.company.is_at_work = self.state.is_at_work
        for hook in self.shared.hooks:
            if not isinstance(hook, OncePerCommit):
                hook(self)
        assert not (self.shared.hooks and self.outbox.pending()), (
            "every statement that goes out has its place in the queue"
        )

    def _run_last_hooks(self) -> None:
        for hook in self.shared.hooks:
            if isinstance(hook, OncePerCommit):
                hook(self)
        self.trail.keep(entered(self.connection, self.company.waiting))

    def _leave(self) -> None:
        """Undo whatever was not committed, and let the next one write. Twice is harmless.

        What acts before this one did in the same transaction is committed first: this one may have seen it.
        """
        company = self._company
        if company is None or not company.members:
            self._end(self._connection)
        elif company.undo_act():
            self.trail = TrailTables(
                company.connection, company.waiting, company.frontier, company.committed, company.head
            )
            self._make_durable(company)
        else:
            self._end_for_good(company, partial(company.tell, nothing_kept))

    def _end_for_good(self, company: Company, tell: Callable[[], None]) -> None:
        """End a transaction that the engine may still be inside: closing its connection for good ends it, whatever its state."""
        try:
            company.connection.invalidate()
        finally:
            self._end(company.connection, tell)

    def _end(self, connection: sa.Connection | None = None, tell: Callable[[], None] | None = None) -> None:
        """Close the connection, which undoes whatever was not committed, let the next one write, and tell those who wait.

        Whatever the engine makes of the closing: whoever was not told would wait for half a minute, and then know nothing.
        """
        holds_lock = self._holds_lock
        self._forget()
        try:
            if connection is not None:
                connection.close()
        finally:
            if holds_lock:
                self.shared.lock.release()
            if tell is not None:
                tell()

    def _forget(self) -> None:
        self._connection = self._company = None
        self._holds_lock = False


def _is_engines(error: BaseException) -> bool:
    return isinstance(error, sa.exc.DBAPIError)


def _too_many_views() -> Unavailable:
    return Unavailable(
        "The store is busy with other readers.",
        why="Every reading connection is in use and none came free in time.",
        do="Do it again in a moment; nothing was changed.",
        retry_is_safe=True,
    )
