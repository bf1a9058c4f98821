"""The node's folder: what lies where, who may read it, and which process holds it.

    entente.db      the store, where it is a file, with entente.db-wal and entente.db-shm while it is open
    store.address   where the store is, where it is a database (storage.address)
    blobs/          the sealed chunks of records' files (storage.blob_files)
    index/          the search index; a cache, may be deleted while the node is stopped
    log/            the transparency log of the trail (storage.tiles); a cache as well
    keys/           private keys (storage.keys)
    jobs/, uploads/ what other systems asked for and sent (storage.job_files); in no backup
    operator.token  lets a command on this machine speak to the running node; mode 0600
    before-schema-N.db  the store as it was before a newer program brought it forward to schema N; an operator removes it
    node.lock       held by the process that has the store open; names it and its loopback address

The folder has mode 0700. Source: DESIGN section 8.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from entente.kernel.errors import Conflict, Misconfigured, Unavailable
from entente.kernel.ids import Ids
from entente.storage.files import read_private, sync_folder, write_private

FOLDER_MODE: Final = 0o700
LOCK_BYTES_MAX: Final = 512
"""A process number and an address of this machine."""
TAKE_ATTEMPTS: Final = 10
TAKE_PAUSE_SECONDS: Final = 0.02
"""A command that only asks who holds the lock touches it for microseconds; a real holder outlasts these 0.2 seconds."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The places in one node's folder."""

    path: Path

    @property
    def database(self) -> Path:
        """The store, where it is a file."""
        return self.path / "entente.db"

    @property
    def address_file(self) -> Path:
        """Where the store is, where it is none."""
        return self.path / "store.address"

    @property
    def index(self) -> Path:
        """The search index."""
        return self.path / "index"

    @property
    def log(self) -> Path:
        """The transparency log."""
        return self.path / "log"

    @property
    def blobs(self) -> Path:
        """The sealed chunks of records' files; made with the first one."""
        return self.path / "blobs"

    @property
    def keys(self) -> Path:
        """The private keys."""
        return self.path / "keys"

    @property
    def token_file(self) -> Path:
        """The operator's token."""
        return self.path / "operator.token"

    @property
    def copy_file(self) -> Path:
        """A plain copy of the store, while a sealed backup is made; what one that was cut off left, the next removes."""
        return self.path / ".backup.store.part"

    def before_schema(self, schema: int) -> Path:
        """Return where the store lies as it was before it was brought forward to a schema."""
        return self.path / f"before-schema-{schema}.db"

    def stores_before(self) -> tuple[Path, ...]:
        """Return the copies that were made before the store was brought forward, oldest first."""
        return tuple(sorted(self.path.glob("before-schema-*.db"), key=lambda path: path.stat().st_mtime))

    @property
    def lock_file(self) -> Path:
        """The lock."""
        return self.path / "node.lock"

    def create(self) -> None:
        """Make the folder and its parts, readable by the account that runs the node alone; what is there stays."""
        for place in (self.path, self.index, self.keys):
            place.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        self.path.chmod(FOLDER_MODE)

    def require_no_node(self) -> None:
        """Raise Conflict when there is a node here, or keys of one: neither is ever overwritten."""
        has_store = self.database.exists() or self.address_file.exists()
        if has_store or (self.keys.is_dir() and any(self.keys.iterdir())):
            raise Conflict(
                f"There is a node in {self.path} already, or keys of one.",
                why="A body has one genesis, and its store and keys are never overwritten.",
                do="Choose another folder, or move this one away.",
            )

    @contextmanager
    def begun(self) -> Iterator[Folder]:
        """Lend a folder inside this one to make a node in; its parts move here when all went well, else nothing stays.

        The caller has seen that no node is here. The store moves last, so that after a crash the folder holds no node.
        Raises Misconfigured when the folder cannot be made or written.
        """
        try:
            self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            place = Folder(Path(mkdtemp(prefix=".begun-", dir=self.path)))
        except OSError as error:
            raise _no_folder(self.path, error) from error
        try:
            place.create()
            yield place
            # A cache of a node that was here before would answer for this one.
            for cache in (self.index, self.log):
                shutil.rmtree(cache, ignore_errors=True)
            for part, end in (
                (place.index, self.index),
                (place.keys, self.keys),
                (place.blobs, self.blobs),
                (place.token_file, self.token_file),
            ):
                if part.exists():
                    part.rename(end)
            for store, end in ((place.database, self.database), (place.address_file, self.address_file)):
                if store.exists():
                    store.rename(end)
            self.path.chmod(FOLDER_MODE)
            sync_folder(self.path)
        finally:
            shutil.rmtree(place.path, ignore_errors=True)

    def make_operator_token(self, ids: Ids) -> str:
        """Return the operator's token, making it when there is none."""
        if not self.token_file.exists():
            write_private(self.token_file, ids.new_id("operator").encode("ascii"))
        return self.operator_token()

    def operator_token(self) -> str:
        """Return the operator's token; raise Misconfigured when it is missing or readable by others."""
        return read_private(self.token_file).decode("ascii").strip()


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a folder; `address` is where it listens, empty for a command or while it starts."""

    pid: int
    address: str


class FolderLock:
    """The lock on a folder, held until it is released or the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, folder: Folder) -> FolderLock:
        """Hold the folder; raise Unavailable, naming the holder, when another one does."""
        descriptor = _open(folder)
        for attempt in range(TAKE_ATTEMPTS):
            if _lock(descriptor, fcntl.LOCK_EX):
                lock = cls(descriptor)
                lock.announce("")
                return lock
            if attempt + 1 < TAKE_ATTEMPTS:
                time.sleep(TAKE_PAUSE_SECONDS)
        os.close(descriptor)
        raise _held(folder, _read_holder(folder))

    @staticmethod
    def is_held(folder: Folder) -> bool:
        """Say whether a process holds the folder now."""
        return FolderLock.holder(folder) is not None

    @staticmethod
    def holder(folder: Folder) -> Holder | None:
        """Return who holds the folder now; None when nobody does. Raises Misconfigured for another account's folder."""
        try:
            descriptor = os.open(folder.lock_file, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _no_folder(folder.path, error) from error
        try:
            return None if _lock(descriptor, fcntl.LOCK_SH) else _read_holder(folder)
        finally:
            os.close(descriptor)

    def announce(self, address: str) -> None:
        """Write into the lock where this process listens, for example `http://127.0.0.1:8601`."""
        assert self._descriptor is not None, "the lock is held"
        note = json.dumps({"pid": os.getpid(), "address": address}).encode("ascii")
        assert len(note) <= LOCK_BYTES_MAX, "an address of this machine is short"
        # Blanks to the full length replace a longer earlier note in one write, so that no reader sees half of each.
        os.pwrite(self._descriptor, note.ljust(LOCK_BYTES_MAX), 0)

    def release(self) -> None:
        """Let go of the folder. Twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _open(folder: Folder) -> int:
    try:
        return os.open(folder.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _no_folder(folder.path, error) from error


def _no_folder(path: Path, error: OSError) -> Misconfigured:
    return Misconfigured(
        f"The folder {path} cannot hold a node.",
        why=f"It cannot be made, read or written by this account: {error.strerror}.",
        do="Make it with «entente init», or name a folder that this account may write.",
    )


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_holder(folder: Folder) -> Holder:
    """Read the note; one that is not there yet, or a stranger's, gives a holder of whom only that he is there is known."""
    try:
        note = json.loads(folder.lock_file.read_bytes()[:LOCK_BYTES_MAX])
        return Holder(int(note["pid"]), str(note["address"]))
    except (ValueError, KeyError, TypeError):
        return Holder(0, "")


def _held(folder: Folder, holder: Holder) -> Unavailable:
    where = f", which listens on {holder.address}" if holder.address else ""
    return Unavailable(
        f"The folder {folder.path} is held by another process.",
        why=f"Process {holder.pid}{where} has the store open, and one process writes to a store.",
        do="Stop that process, or let this command speak to it over its loopback address.",
        retry_is_safe=True,
    )
