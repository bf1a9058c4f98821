"""How a base comes about: a process takes what it is to hold and writes it, and those that search it are started.

What stands in the store that process reads itself, with others beside it; the node tells it what changed meanwhile, over a pipe.
Where there is no store that processes can read, it is told everything so.

Source: docs/rules/identity.md I37, I44 and I49; decisions/0059.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from entente.identity.model import IndexEntry
from entente.kernel.errors import Unavailable
from entente.search.files import index_not_written, write_durably
from entente.search.workers import (
    BUILD_SECONDS,
    OPEN_SECONDS,
    SEARCHES,
    Builds,
    Looks,
    Opens,
    Worker,
    WorkerEnded,
    WorkerPool,
)

LIVE: Final = "live"
BASE: Final = "base"
BASE_STATE: Final = "base.json"
READY_SECONDS: Final = 0.25
"""Longest wait for the process that fills a base, in the thread that brings in what changed: it is found within a second."""


@dataclass(frozen=True, slots=True)
class Processes:
    """How the processes of an index are started."""

    count: int
    looks: Looks | None
    builds: Builds | None
    """None: what a base is to hold it is told."""

    def with_base(self, folder: Path) -> WorkerPool:
        """Return those that search the base of a folder, not started yet."""
        return WorkerPool(Opens(folder / BASE, self.looks, folder / LIVE), self.count)

    def without_base(self, folder: Path) -> WorkerPool | None:
        """Return those that look into the store; None where none do."""
        return None if self.looks is None else WorkerPool(Opens(None, self.looks, folder / LIVE), self.count)


class Filling:
    """A process that takes what a base is to hold. It reads the names of one slice while the next is read from the store."""

    def __init__(self, processes: Processes) -> None:
        self.position = 0
        self._builds, self._readers = processes.builds, processes.count
        try:
            self._worker = Worker(SEARCHES if self._builds is None else self._builds.module)
        except OSError as error:
            raise _not_built(error) from error
        self._is_told = self._is_reading = False
        self._read = 0

    def read_store(self, position: int) -> bool:
        """Have everything put in that stands in the store at a position and stays; False where it cannot be read."""
        if self._builds is None:
            return False
        assert self.position == 0, "the store is read once, and first"
        try:
            self._worker.tell("read", node=str(self._builds.node), position=position, processes=self._readers)
        except WorkerEnded as error:
            raise _not_built(error) from error
        self.position, self._is_reading = position, True
        return True

    def read_since(self) -> int:
        """Return how many records were read out of the store since this was asked last."""
        read, self._read = self._read, 0
        return read

    def apply(self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int) -> None:
        """Have entries put in, in place of what is held of some records."""
        try:
            self._wait()
            self._worker.tell("add", removed=list(removed), entries=[tuple(one) for one in entries])
        except WorkerEnded as error:
            raise _not_built(error) from error
        self.position, self._is_told = position, True

    def is_ready(self) -> bool:
        """Say within READY_SECONDS whether the process takes more now."""
        if self._is_reading:
            try:
                while self._is_reading and self._worker.has_answered(0 if self._read else READY_SECONDS):
                    self._take_count()
            except WorkerEnded as error:
                raise _not_built(error) from error
            return not self._is_reading
        return not self._is_told or self._worker.has_answered(READY_SECONDS)

    def filled(self) -> Worker:
        """Return the process once it has everything."""
        try:
            self._wait()
        except WorkerEnded as error:
            raise _not_built(error) from error
        return self._worker

    def end(self) -> None:
        """End the process."""
        self._worker.end()

    def _wait(self) -> None:
        """Wait until the process has taken the slice before: the first time, until it has started."""
        while self._is_reading:
            self._take_count()
        if self._is_told:
            self._worker.answer(OPEN_SECONDS)
            self._is_told = False

    def _take_count(self) -> None:
        read = self._worker.answer(OPEN_SECONDS)
        if read is None:
            self._is_reading = False
        else:
            self._read += read


class Writing:
    """The writing of a base's files and the start of those that search them, in a thread that waits for the processes."""

    def __init__(self, filling: Filling, folder: Path, processes: Processes) -> None:
        self.position = filling.position
        self._worker = filling.filled()
        self._folder = folder
        self._pool = processes.with_base(folder)
        self._size = 0
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._write, name="base", daemon=True)
        self._thread.start()

    def is_done(self, *, wait: bool) -> bool:
        """Say whether it is over, well or not."""
        self._thread.join(None if wait else 0)
        return not self._thread.is_alive()

    def base(self) -> tuple[BaseState, WorkerPool]:
        """Return what was written, and the processes that have opened it; raise Unavailable when it could not be."""
        if self._error is not None:
            self._pool.end()
            raise _not_built(self._error) from self._error
        base = BaseState(self.position, self._size)
        try:
            write_durably(self._folder / BASE_STATE, json.dumps({"position": base.position, "size": base.size}))
        except OSError as error:
            raise index_not_written(error) from error
        return base, self._pool

    def end(self) -> None:
        """End everything that was started."""
        # Under the thread only the processes end: the number of a pipe that is closed here may be another one's by the time
        # the thread reads from it.
        self._worker.kill()
        self._pool.kill()
        self._thread.join()
        self._worker.end()
        self._pool.end()

    def _write(self) -> None:
        try:
            self._pool.begin()
            self._size = self._worker.ask("write", BUILD_SECONDS, folder=str(self._folder / BASE))
            # Now, so that no officer waits for it: on a fresh installation their loops are compiled first.
            self._pool.start()
        except Exception as error:  # noqa: BLE001 - told where the writing is asked after
            self._error = error
        self._worker.end()


@dataclass(frozen=True, slots=True)
class BaseState:
    """What is known of a base without opening it."""

    position: int
    """The change sequence up to which it holds everything."""
    size: int
    """Its entries."""


def base_state(folder: Path) -> BaseState | None:
    """Read it; None where it is missing or damaged."""
    try:
        known = json.loads((folder / BASE_STATE).read_bytes())
        return BaseState(int(known["position"]), int(known["size"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _not_built(error: Exception) -> Unavailable:
    return Unavailable(
        "The search index could not be made anew.",
        why=f"The process that writes it ended ({str(error)[:120] or type(error).__name__}); the one there is goes on answering.",
        do="Nothing is lost, and it is tried again; make room on the disk or in memory if it stays so.",
        retry_is_safe=True,
    )
