"""How many commits may have changed more than the trail: a number that several processes of one node may read.

It grows after the commit is durable and visible, and before the right to write is let go. So what is read after the number was
read holds at least until the number changes, in whatever process (docs/decisions/0056 and 0079).
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Callable
from threading import Event, Thread
from typing import Final, Protocol

LOOK_SECONDS: Final = 0.05
"""How often the number is looked at by who is to be woken: within what an officer may wait for what is new."""


class Changes(Protocol):
    """The number. Written by who holds the right to write, alone."""

    count: int


class OwnChanges:
    """The number of a store that one process has open."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class SharedChanges:
    """The number in memory that other processes map too. They are given `handle` and read; only its maker writes.

    Eight bytes at the beginning of a page are written and read at once by every processor this runs on.
    """

    def __init__(self, handle: int, *, may_write: bool) -> None:
        """Map the memory of a handle."""
        self.handle = handle
        access = mmap.ACCESS_WRITE if may_write else mmap.ACCESS_READ
        self._cells = memoryview(mmap.mmap(handle, mmap.PAGESIZE, access=access)).cast("Q")

    @classmethod
    def make(cls) -> SharedChanges:
        """Return a new number, zero, in a file that has no name; its handle stays open as long as the process."""
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
        os.truncate(handle, mmap.PAGESIZE)
        return cls(handle, may_write=True)

    @property
    def count(self) -> int:
        """The number now."""
        return self._cells[0]

    @count.setter
    def count(self, number: int) -> None:
        self._cells[0] = number


class ChangesWatch:
    """Wakes others in a process that does not write, as the writer's own commits wake them there."""

    def __init__(self, changes: Changes) -> None:
        self.after_change: list[Callable[[], None]] = []
        """Called in the watch's thread, soon after the number grew; they only wake others, and never raise."""
        self._changes = changes
        self._is_ended = Event()
        self._thread = Thread(target=self._watch, name="changes", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End it. Twice is harmless."""
        self._is_ended.set()

    def _watch(self) -> None:
        seen = self._changes.count
        while not self._is_ended.wait(LOOK_SECONDS):
            now = self._changes.count
            if now != seen:
                seen = now
                for callback in self.after_change:
                    callback()
