"""One transaction: the one place where it begins and ends.

Leaving a unit without `commit` undoes everything. `commit` first runs the hooks given when the store was opened (envelopes
are sealed, the trail's head is signed), then makes everything durable in one step: a crash before that step leaves nothing, a
crash after it leaves all. Only then the store's `after_commit` callbacks are told, outside the lock.

A view is the same class over a reading connection: one unchanging state, no commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, get_ident
from types import TracebackType
from typing import Final, Self

import sqlalchemy as sa

from entente.kernel.errors import EntenteError, Unavailable
from entente.storage.agreements import AgreementTables
from entente.storage.ahead import AheadTable
from entente.storage.blobs import BlobTables
from entente.storage.bodies import BodyTables
from entente.storage.cases import CaseTables
from entente.storage.classes import ClassMemory, ClassTables
from entente.storage.copies import CopyTables
from entente.storage.correspondence import CorrespondenceTables
from entente.storage.erasure import ErasureTables
from entente.storage.holdings import HoldingTables
from entente.storage.inbox import InboxTables
from entente.storage.outbox import OutboxTables
from entente.storage.records import RecordTables
from entente.storage.recovery import RecoveryTables
from entente.storage.relay import RelayTables
from entente.storage.sqlite import changed_rows
from entente.storage.state import StateTable
from entente.storage.trail import TrailTables

WAIT_SECONDS_MAX: Final = 30
"""How long a write waits for the node's other writes; the longest slice of an import is 50 ms (DESIGN section 8)."""

Translate = Callable[..., EntenteError]


class WriteLock:
    """Lets one unit write at a time in this process.

    A thread that opens a second unit inside its first would wait for itself: that is a programming error.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._holder: int | None = None
        self.is_closed = False

    def acquire(self) -> None:
        """Wait for the right to write; raise Unavailable when it does not come, or the store is closed."""
        assert self._holder != get_ident(), "a unit of work is not opened inside another one for writing"
        if not self._lock.acquire(timeout=WAIT_SECONDS_MAX):
            raise Unavailable(
                "The store is busy with other changes.",
                why=f"For {WAIT_SECONDS_MAX} seconds other changes of this node stood before this one.",
                do="Do it again in a moment; nothing of it was kept.",
                retry_is_safe=True,
            )
        if self.is_closed:
            self._lock.release()
            raise store_closed()
        self._holder = get_ident()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the right to write for what is no unit of work: looking after the file itself."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def close(self) -> None:
        """Wait for the unit under way, and let no other begin: a thread that outlives its node writes nothing more."""
        self.is_closed = True
        with self._lock:
            pass

    def release(self) -> None:
        """Let the next one write."""
        self._holder = None
        self._lock.release()


@dataclass(frozen=True, slots=True)
class Shared:
    """What the units of one open store share."""

    writer: sa.Engine
    reader: sa.Engine
    lock: WriteLock
    classes: ClassMemory
    hooks: Sequence[Callable[[SqlUnitOfWork], None]]
    tombstone_secret: bytes
    """Under which erased records are recognised (storage.tombstones)."""
    translate: Translate
    """What an error of the engine means (storage.sqlite)."""
    while_held: list[Callable[[], None]] = field(default_factory=list)
    """Called once a commit is durable and before anybody else may write; they only remember, and never raise."""
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    blobs_dropped: Event = field(default_factory=Event)
    """Set by a commit after which a record no longer has a file."""


class SqlUnitOfWork:
    """Every room's unit of work, over one connection. Not for use by several threads at once."""

    def __init__(self, shared: Shared, *, is_view: bool) -> None:
        self._shared = shared
        self._is_view = is_view
        self._connection: sa.Connection | None = None
        self._transaction: sa.Transaction | None = None
        self._holds_lock = False

    def __enter__(self) -> Self:
        """Begin: wait for the lock (a view waits for nobody) and open the transaction."""
        assert self._connection is None, "a unit of work is used once"
        if not self._is_view:
            self._shared.lock.acquire()
            self._holds_lock = True
        elif self._shared.lock.is_closed:
            raise store_closed()
        try:
            self._begin()
        except sa.exc.DBAPIError as error:
            self._end()
            raise self._shared.translate(error) from error
        except sa.exc.TimeoutError as error:
            self._end()
            raise _too_many_views() from error
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed; say in the tree of errors what an error of the engine means."""
        self._end()
        if isinstance(error, sa.exc.DBAPIError):
            raise self._shared.translate(error) from error

    def commit(self) -> None:
        """Make everything durable together; raise Unavailable when the store cannot, with nothing half-written."""
        assert not self._is_view, "a view changes nothing"
        assert self._transaction is not None, "a unit of work is committed once, while it is open"
        try:
            self._run_hooks()
            self.trail.flush()
        except sa.exc.DBAPIError as error:
            self._end()
            raise self._shared.translate(error) from error
        try:
            # After this line everything is durable; before it nothing is, and a restart finds the earlier state.
            self._transaction.commit()
        except sa.exc.DBAPIError as error:
            # The engine may still be inside the transaction. Closing this connection for good ends it, whatever its state.
            self._connection_in_use().invalidate()
            self._end()
            raise self._shared.translate(error, is_commit=True) from error
        self.classes.committed()
        for callback in self._shared.while_held:
            callback()
        if self.records.files.has_dropped:
            self._shared.blobs_dropped.set()
        self._end()
        for callback in self._shared.after_commit:
            callback()

    def changes(self) -> int:
        """Return a number that grows with every change of this unit: rows, and what waits in memory to become rows."""
        return changed_rows(self._connection_in_use()) + self.trail.waiting() + len(self.outbox.pending())

    def _begin(self) -> None:
        engine = self._shared.reader if self._is_view else self._shared.writer
        connection = self._connection = engine.connect()
        self._transaction = connection.begin()
        self._use(connection)

    def _use(self, connection: sa.Connection) -> None:
        """Give each room its tables over a connection that is within a transaction."""
        self.state = StateTable(connection)
        self.trail = TrailTables(connection)
        self.bodies = BodyTables(connection)
        self.agreements = AgreementTables(connection)
        self.classes = ClassTables(connection, self._shared.classes)
        self.holdings = HoldingTables(connection, self.classes)
        self.records = RecordTables(connection, self.classes)
        self.erasures = ErasureTables(connection, self._shared.tombstone_secret, self.trail, self.records.files)
        self.blobs = BlobTables(connection)
        self.copies = CopyTables(connection)
        self.cases = CaseTables(connection)
        self.correspondence = CorrespondenceTables(connection)
        self.outbox = OutboxTables(connection)
        self.inbox = InboxTables(connection)
        self.relay = RelayTables(connection)
        self.recovery = RecoveryTables(connection)
        self.ahead = AheadTable(connection)

    def _connection_in_use(self) -> sa.Connection:
        assert self._connection is not None, "the unit of work is open"
        return self._connection

    def _run_hooks(self) -> None:
        self.state.require_may_commit()
        for hook in self._shared.hooks:
            hook(self)
        assert not (self._shared.hooks and self.outbox.pending()), (
            "every statement that goes out has its place in the queue"
        )

    def _end(self) -> None:
        """Close the connection, which undoes whatever was not committed, and let the next one write. Twice is harmless."""
        connection, self._connection, self._transaction = self._connection, None, None
        try:
            if connection is not None:
                connection.close()
        finally:
            if self._holds_lock:
                self._holds_lock = False
                self._shared.lock.release()


def store_closed() -> Unavailable:
    """Say that the store was closed before this could begin."""
    return Unavailable(
        "The store is closed.",
        why="The node was asked to stop before this could begin; nothing of it was kept.",
        do="Start the node and do it again; an import that was cut off goes on where it was.",
        retry_is_safe=True,
    )


def _too_many_views() -> Unavailable:
    return Unavailable(
        "The store is busy with other readers.",
        why="Every reading connection is in use and none came free in time.",
        do="Do it again in a moment; nothing was changed.",
        retry_is_safe=True,
    )
