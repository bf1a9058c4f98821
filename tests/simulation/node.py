"""One simulated node: the real node over its own store, which can be dropped at a named point, kept, restored and reopened."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from datetime import datetime
from pathlib import Path

from entente.app import Parts, open_parts
from entente.kernel.clock import GuardedClock, format_time
from entente.kernel.signing import encode_bytes
from entente.kernel.statement import Statement
from entente.node import Node
from entente.settings import Settings
from entente.storage.blob_files import BlobFolder
from entente.storage.files import write_private
from entente.storage.folder import Folder
from entente.storage.key_ring import KeyRing
from entente.storage.restore import mark_restored
from entente.storage.sqlite import copy_database
from entente.storage.store import Hook, Store
from entente.storage.unit_of_work import SqlUnitOfWork
from entente.trail.service import sign_head
from tests.simulation.parts import (
    MemoryLog,
    SeededIds,
    SimClock,
    SimKeys,
    code_lists,
    head_signers,
    schemata,
    tombstone_secret,
)
from tests.simulation.store import Disk, place_of, simulated_stores
from tests.support.memory_exchange import PlainSealer
from tests.support.memory_index import MemoryIndex

FREE_BYTES = 10**12
"""A disk with room; a full one is simulated at the store itself."""


class CrashError(BaseException):
    """The node ended between two lines. No handler of the product catches it, as none catches a lost process."""

    def __init__(self, code: str, point: str) -> None:
        super().__init__(f"{code} {point.removeprefix('crash_').replace('_', ' ')}")
        self.point = point


class SimNode:
    """A node of the world, up or down."""

    def __init__(self, code: str, folder: Path, clock: SimClock, ids: SeededIds) -> None:
        self.code = code
        self.folder = Folder(folder)
        self.clock = clock
        self.ids = ids
        self.keys = SimKeys(code)
        self.post: Callable[[str, bytes], bytes] | None = None
        """How a question reaches another node now; none before there is a world."""
        self.crash_before_commit = 0
        """The how many-th commit from now the node ends before; 0 for none."""
        self.crash_after_commit = 0
        self._kept: tuple[datetime, int, SimKeys] | None = None
        """When a copy of the store was made, the rows of its trail, and the keys that lay beside it."""
        self._running: Node | None = None
        self._store: Store | None = None
        self._stack = ExitStack()

    @property
    def is_up(self) -> bool:
        return self._running is not None

    @property
    def running(self) -> Node:
        assert self._running is not None, f"{self.code} is down"
        return self._running

    @property
    def store(self) -> Store:
        assert self._store is not None, f"{self.code} is down"
        return self._store

    @property
    def disk(self) -> Disk:
        return place_of(self.folder.database).disk

    def begin_from(self, template: Path) -> None:
        """Take a copy of another folder's store as this node's own."""
        self.folder.create()
        self._remove_store()
        shutil.copyfile(Folder(template).database, self.folder.database)

    def open(self) -> None:
        """Start the node over its store; the index begins empty, as one that was not made durable."""
        self.folder.create()
        secret = self.folder.keys / "tombstone.key"
        if not secret.exists():
            write_private(secret, encode_bytes(tombstone_secret(self.code)).encode("ascii"))
        with simulated_stores():
            self._running, self._store = self._stack.enter_context(open_parts(self._settings(), self._parts()))
        self._store.after_commit.append(self._committed)

    def close(self) -> None:
        """End the node; what was not committed is gone."""
        self._running = self._store = None
        self._stack.close()
        self._stack = ExitStack()
        self.crash_before_commit = self.crash_after_commit = 0

    def forget_kind(self, kind: str) -> None:
        """Answer like an earlier version, whose table does not have a kind of statement."""
        accept = self.running.exchange.accept
        assert isinstance(accept, dict), "the one table of kinds"
        accept.pop(kind, None)

    def keep_copy(self) -> None:
        """Keep a copy of the store as it is committed now, with its keys, as a backup would."""
        copy_database(self.folder.database, self._copy, lambda _: None)
        with closing(sqlite3.connect(self._copy)) as copy:
            (rows,) = copy.execute("SELECT count(*) FROM trail").fetchone()
        self._kept = (self.clock.now(), rows, self.keys.copied())

    @property
    def has_copy(self) -> bool:
        return self._kept is not None

    def restore_copy(self) -> None:
        """Put the kept copy in the place of the store, and mark it as storage.restore does; the node is down.

        The keys are those of the copy and those made since: an operator brings the later files from the lost machine, or from
        where he keeps them. Raises Unavailable while the clock lies before the copy's last stamp.
        """
        assert not self.is_up, "a store is restored while its node is stopped"
        assert self._kept is not None, "a copy was kept"
        made_at, rows, keys = self._kept
        self._remove_store()
        shutil.copyfile(self._copy, self.folder.database)
        self.keys.bring_back(keys)
        clock, ring = GuardedClock(self.clock), KeyRing(self.keys)
        hooks = (lambda _: clock.require_passed(), lambda unit: sign_head(unit, ring.signer))
        with simulated_stores(), Store.open(self.folder, hooks) as store:
            mark_restored(store, ring, clock, self.ids, made_at, rows)

    @property
    def _copy(self) -> Path:
        return self.folder.path / "entente.kept"

    def now_text(self) -> str:
        """Return the time by this node's own clock, as a store keeps it."""
        return format_time((self.running if self.is_up else self).clock.now())

    def holds_bytes(self, text: str) -> bool:
        """Say whether a text stands anywhere in the store's files, its log and its free pages included."""
        wanted = text.encode("utf-8")
        places = [Path(f"{self.folder.database}{suffix}") for suffix in ("", "-wal")]
        return any(wanted in place.read_bytes() for place in places if place.exists())

    def _remove_store(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.folder.database}{suffix}").unlink(missing_ok=True)

    def _settings(self) -> Settings:
        return Settings.at(self.folder.path)

    def _parts(self) -> Parts[Store]:
        return Parts(
            clock=self.clock,
            ids=self.ids,
            lists=code_lists(),
            schemata=schemata(),
            ring=KeyRing(self.keys),
            sealer=PlainSealer(),
            seal_query=lambda plain, info: PlainSealer().seal(b"dpo " + self.code.encode(), plain, info),
            open_store=self._open_store,
            open_index=lambda: nullcontext(MemoryIndex()),
            open_post=lambda: nullcontext(self._ask),
            log_files=MemoryLog(),
            blob_files=BlobFolder(self.folder.blobs),
            free_bytes=lambda: FREE_BYTES,
        )

    def _ask(self, address: str, batch: bytes) -> bytes:
        assert self.post is not None, "nobody is asked before there is a world"
        return self.post(address, batch)

    def _open_store(self, hooks: Sequence[Hook]) -> AbstractContextManager[Store]:
        return Store.open(self.folder, (*hooks, self._before_commit))

    def _before_commit(self, _unit: SqlUnitOfWork) -> None:
        """Run last of the hooks: everything is written, nothing of it durable."""
        if self.crash_before_commit:
            self.crash_before_commit -= 1
            if not self.crash_before_commit:
                raise CrashError(self.code, "crash_before_commit")

    def _committed(self) -> None:
        if self.crash_after_commit:
            self.crash_after_commit -= 1
            if not self.crash_after_commit:
                raise CrashError(self.code, "crash_after_commit")


def head_signed(code: str, draft: Statement) -> Statement:
    """Sign a draft with two of a body's three heads' keys."""
    for signer in head_signers(code)[:2]:
        draft = draft.with_signature(signer)
    return draft
