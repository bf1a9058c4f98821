"""The open store of one node: it checks that code and store fit, brings an older store forward, and hands out units of work.

One process has a store open at a time; the folder's lock says which. Several threads may use one Store.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeAlias

import sqlalchemy as sa

from entente.kernel.errors import EntenteError, Unavailable
from entente.kernel.faults import in_short
from entente.storage.account_seal import AccountSeal
from entente.storage.changes import Changes, OwnChanges
from entente.storage.classes import ClassMemory
from entente.storage.company import Kept
from entente.storage.engine import Engine
from entente.storage.files import sync_folder
from entente.storage.folder import Folder, FolderLock
from entente.storage.keys import KeyFiles
from entente.storage.migrate import bring_forward
from entente.storage.opening import engine_of
from entente.storage.sqlite import COMPACT_BYTES_MAX, SqliteEngine
from entente.storage.tombstone_file import TombstoneFiles
from entente.storage.unit_of_work import Shared, SqlUnitOfWork
from entente.storage.write_lock import WriteLock

_log = logging.getLogger(__name__)

Hook: TypeAlias = Callable[[SqlUnitOfWork], None]
"""Runs inside each commit, before it becomes durable, in the order given. What it raises undoes the unit."""


def _copy_first(folder: Folder, engine: Engine, schema: int) -> None:
    """Copy the store before it is brought forward; raise Unavailable, with the store as it was, where it cannot be copied."""
    target = folder.before_schema(schema)
    part = target.with_name(f".{target.name}.part")
    try:
        engine.copy_to(part, lambda _: None)
        # One that is there is of an attempt that failed, and older than this one.
        part.replace(target)
        sync_folder(folder.path)
    except (Unavailable, OSError) as error:
        part.unlink(missing_ok=True)
        raise Unavailable(
            f"The store was not brought forward to schema {schema}.",
            why=f"It is copied first, since there is no way back, and that failed: {getattr(error, 'why', error)}",
            do=f"Free space for a second store in {folder.path}, then run the command again. The store is as it was; the earlier "
            "version of Entente can still use it.",
            retry_is_safe=True,
        ) from error


@contextmanager
def view_of_copy(database: Path) -> Iterator[SqlUnitOfWork]:
    """Lend a view of a copied store that nobody writes to, as it is: neither locked nor brought forward."""
    engine = SqliteEngine(database)
    # Without the folder's keys nothing that was erased can be recognised in it, and nothing here asks.
    shared = Shared(engine, WriteLock(), ClassMemory(), (), b"", AccountSeal(b""))
    try:
        with SqlUnitOfWork(shared, is_view=True) as view:
            yield view
    finally:
        engine.close()


class OpenedStore(Protocol):
    """What a node is built on: its own store (Store), or one that another process writes (storage.beside.StoreBeside)."""

    @property
    def engine(self) -> Engine:
        """What keeps the store."""

    @property
    def while_held(self) -> list[Callable[[], None]]:
        """Called after each durable commit, before the lock is let go."""

    def changes(self) -> int:
        """Return a number that grows with every commit that changed something beside the trail."""

    def unit(self) -> SqlUnitOfWork:
        """Return a unit of work for writing."""

    def act(self) -> SqlUnitOfWork:
        """Return a unit of work for a short act."""

    def view(self) -> SqlUnitOfWork:
        """Return a unit of work that only reads."""

    def sweep_files(self, recover: Callable[[], object], sweep: Callable[[], object]) -> None:
        """Erase what no record has any more, now and after each commit."""

    def tombstone_files(self) -> TombstoneFiles:
        """Return what writes and reads files of this node's tombstones."""

    def empty_log(self) -> bool:
        """Put nothing of an older state beside the store any more; False while a reader still needs one."""

    def compact(self, *, at_once_bytes_max: int | None = COMPACT_BYTES_MAX) -> bool:
        """Write the store anew where something was erased since; False where that can wait."""


class StoreReader:
    """Views of a store that another process has open and writes to. Ended with its process.

    It is opened for reading alone: closed last, it could otherwise write the log back, which is the writer's matter (sqlite).
    Raises Misconfigured where the folder holds no keys of a node.
    """

    def __init__(self, folder: Folder) -> None:
        engine = engine_of(folder, is_beside=True)
        keys = KeyFiles(folder.keys)
        seal = AccountSeal(keys.account_secret())
        self._shared = Shared(engine, WriteLock(), ClassMemory(), (), keys.tombstone_secret(), seal)

    def view(self) -> SqlUnitOfWork:
        """Return a unit of work that only reads: everything that was durable when it is entered, and nothing later."""
        return SqlUnitOfWork(self._shared, is_view=True)


class Store:
    """A store that is open. Made by `open`; closed once, or used as a context manager."""

    def __init__(self, shared: Shared, lock: FolderLock) -> None:
        self._shared = shared
        self.lock = lock

    @classmethod
    def open(cls, folder: Folder | Path, hooks: Sequence[Hook] = (), changes: Changes | None = None) -> Store:
        """Open the store of a folder, making it when there is none, and hold the folder's lock until `close`.

        `changes` is where its changes are counted, for who shares the number with other processes.

        Raises Unavailable when another process holds the folder or the database, or disk or server fails, Misconfigured when the
        store is newer than this code, the folder cannot hold one, or its database is not its own.
        """
        place = folder if isinstance(folder, Folder) else Folder(folder)
        lock = FolderLock.take(place)
        try:
            engine = engine_of(place)
        except BaseException:
            lock.release()
            raise
        try:
            keys = KeyFiles(place.keys)
            secret, seal = keys.tombstone_secret(), AccountSeal(keys.account_secret())
            engine.prepare()
            bring_forward(engine.writer, lambda schema: _copy_first(place, engine, schema))
        except BaseException as error:
            engine.close()
            lock.release()
            if isinstance(error, sa.exc.DBAPIError):
                raise engine.translate(error) from error
            raise
        counted = OwnChanges() if changes is None else changes
        return cls(Shared(engine, WriteLock(), ClassMemory(), tuple(hooks), secret, seal, changes=counted), lock)

    @property
    def while_held(self) -> list[Callable[[], None]]:
        """Called after each durable commit, before the lock is let go; they only remember what is current, and never raise."""
        return self._shared.while_held

    @property
    def after_commit(self) -> list[Callable[[], None]]:
        """Called after each durable commit, outside the lock, in the committing thread.

        They wake others, and must not raise: the change is durable already.
        """
        return self._shared.after_commit

    @property
    def after_change(self) -> list[Callable[[], None]]:
        """Called like `after_commit`, but only when something changed beside the trail.

        A row alone, as a search leaves it, concerns nobody who follows the records or posts what waits.
        """
        return self._shared.after_change

    def changes(self) -> int:
        """Return a number that grows with every commit that changed something beside the trail, before anybody is told of it.

        What a view read that was opened after this number was given still holds while the number is the same. Safe from any
        thread; a commit that failed counts too, as it may be durable all the same.
        """
        return self._shared.changes.count

    def sweep_files(self, recover: Callable[[], object], sweep: Callable[[], object]) -> None:
        """Erase now what a crash left of records' files, and after each commit the files that no record has any more.

        The sweep runs in the committing thread, outside the lock: 256 MiB are overwritten in about a second.
        """
        recover()

        def after_commit() -> None:
            if not self._shared.blobs_dropped.is_set():
                return
            self._shared.blobs_dropped.clear()
            try:
                sweep()
            except EntenteError as error:
                # The change is durable and the keys are gone with it; the next start goes on with the files.
                _log.warning("Files of erased records could not be removed: %s", in_short(error))

        self.after_commit.append(after_commit)

    def unit(self) -> SqlUnitOfWork:
        """Return a unit of work for writing; it waits for its turn when it is entered."""
        return SqlUnitOfWork(self._shared, is_view=False)

    def act(self) -> SqlUnitOfWork:
        """Return a unit of work for a short act: one that may become durable together with others (storage.company).

        For what an officer does in a few milliseconds; whatever goes on for longer would keep the others waiting.
        """
        return SqlUnitOfWork(self._shared, is_view=False, is_short=True)

    @property
    def engine(self) -> Engine:
        """What keeps the store: for who asks what it is, or copies it whole."""
        return self._shared.engine

    @property
    def kept(self) -> Kept:
        """How many acts became durable together."""
        return self._shared.kept

    def view(self) -> SqlUnitOfWork:
        """Return a unit of work that only reads, one unchanging state, and waits for no writer."""
        return SqlUnitOfWork(self._shared, is_view=True)

    def tombstone_files(self) -> TombstoneFiles:
        """Return what writes and reads files of this node's tombstones."""
        with self.view() as view:
            return TombstoneFiles(self._shared.tombstone_secret, view.erasures.key_id())

    def empty_log(self) -> bool:
        """Write the log back into the store and cut it to nothing, so that what was erased is not read from there.

        False when a reader still holds an older state; the next call goes on. Waits for its turn to write.
        """
        with self._shared.lock.held():
            return self._shared.engine.empty_log()

    def compact(self, *, at_once_bytes_max: int | None = COMPACT_BYTES_MAX) -> bool:
        """Write the store anew where something was erased since, so that no slack of a page holds an older key.

        False when nothing was erased, or the store has more bytes than `at_once_bytes_max` and this can wait for a person.
        Writers wait meanwhile; readers do not.
        """
        with self.view() as view:
            erased = view.erasures.not_compacted()
        if not erased:
            return False
        if at_once_bytes_max is not None and self._shared.engine.store_bytes() > at_once_bytes_max:
            return False
        with self._shared.lock.held():
            self._shared.engine.compact()
        with self.unit() as unit:
            # What was erased after the look is counted again: it may have come after the writing.
            unit.erasures.set_compacted(erased)
            unit.commit()
        return True

    def close(self) -> None:
        """Wait for the act under way, close every connection and let go of the folder. Twice is harmless.

        Whoever asks for a unit later is told Unavailable.
        """
        self._shared.lock.close()
        self._shared.engine.close()
        self.lock.release()

    def __enter__(self) -> Self:
        """Return the open store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


@dataclass(frozen=True, slots=True)
class StoreFile:
    """What erasing asks of a store's file (records.erasing.StoreFile); the store is opened after the services that ask."""

    of: Callable[[], OpenedStore]

    def empty_log(self) -> bool:
        """Put nothing of an older state beside the store any more; False while a reader still needs one."""
        return self.of().empty_log()

    def compact(self, *, is_asked: bool) -> bool:
        """Write the store anew if something was erased since it was last; a large one only when a person asked."""
        return self.of().compact(at_once_bytes_max=None) if is_asked else self.of().compact()
