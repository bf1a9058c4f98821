"""Who may write now: one unit at a time in this process, in the order in which they came.

The right to write is handed from one thread to the next and is never up for grabs, so that nobody is overtaken, and an open
transaction can be handed over with it (storage.company): there is always exactly one thread that must end what is open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident
from time import monotonic
from typing import Final, Generic, TypeVar

from entente.kernel.errors import Unavailable

WAIT_SECONDS_MAX: Final = 30
"""How long a write waits for the node's other writes; the longest slice of an import is 50 ms (DESIGN section 8)."""


T = TypeVar("T")


class WriteLock(Generic[T]):
    """Lets one unit write at a time in this process, first come, first served.

    A thread that opens a second unit inside its first would wait for itself: that is a programming error.
    """

    def __init__(self) -> None:
        self._mutex = Lock()
        # All below is written under the mutex, which is held for microseconds.
        self._holder: int | None = None
        self._waiting: deque[_Turn[T]] = deque()
        self.given_at = 0.0
        """When the right to write was given to who has it: a thread that slept may run a good deal later."""
        self.is_closed = False

    def acquire(self, *, joins: bool = False) -> T | None:
        """Wait for the right to write; raise Unavailable when it does not come, or the store is closed.

        `joins` says that the caller may be handed what is open with it, which is returned: it must end it in any case.
        """
        turn: _Turn[T] = _Turn(joins=joins)
        with self._mutex:
            assert self._holder != turn.thread, "a unit of work is not opened inside another one for writing"
            if self.is_closed:
                raise store_closed()
            if self._holder is None:
                self._take(turn)
                return None
            self._waiting.append(turn)
        if not turn.gate.acquire(timeout=WAIT_SECONDS_MAX):
            with self._mutex:
                # It may have come in the very moment in which the wait ended.
                if turn in self._waiting:
                    self._waiting.remove(turn)
                    raise _busy()
        if turn.is_refused:
            raise store_closed()
        return turn.handed

    def hand_over(self, opened: T) -> bool:
        """Give the right to write, with what is open, to who waits next, if that one may go on with it; say whether."""
        with self._mutex:
            if self.is_closed or not self._waiting or not self._waiting[0].joins:
                return False
            turn = self._waiting.popleft()
            turn.handed = opened
            self._give(turn)
            return True

    def release(self) -> None:
        """Let the next one write."""
        with self._mutex:
            self._holder = None
            while self._waiting:
                turn = self._waiting.popleft()
                turn.is_refused = self.is_closed and not turn.closes
                if not turn.is_refused:
                    self._give(turn)
                    return
                turn.gate.release()

    def waiting(self) -> int:
        """Return how many wait for the right to write."""
        return len(self._waiting)

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
        turn: _Turn[T] = _Turn(closes=True)
        with self._mutex:
            self.is_closed = True
            if self._holder is None:
                return
            self._waiting.append(turn)
        turn.gate.acquire()
        self.release()

    def _give(self, turn: _Turn[T]) -> None:
        self._take(turn)
        turn.gate.release()

    def _take(self, turn: _Turn[T]) -> None:
        self._holder = turn.thread
        self.given_at = monotonic()


class _Turn(Generic[T]):
    """A thread's place in the queue."""

    __slots__ = ("closes", "gate", "handed", "is_refused", "joins", "thread")

    def __init__(self, *, joins: bool = False, closes: bool = False) -> None:
        self.thread = get_ident()
        self.joins = joins
        self.closes = closes
        self.handed: T | None = None
        self.is_refused = False
        self.gate = Lock()
        self.gate.acquire()


def store_closed() -> Unavailable:
    """Say that the store was closed before this could begin."""
    return Unavailable(
        "The store is closed.",
        why="The node was asked to stop before this could begin; nothing of it was kept.",
        do="Start the node and do it again; an import that was cut off goes on where it was.",
        retry_is_safe=True,
    )


def _busy() -> Unavailable:
    return Unavailable(
        "The store is busy with other changes.",
        why=f"For {WAIT_SECONDS_MAX} seconds other changes of this node stood before this one.",
        do="Do it again in a moment; nothing of it was kept.",
        retry_is_safe=True,
    )
