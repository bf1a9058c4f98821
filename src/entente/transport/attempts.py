"""What bounds an attempt to tell somebody outside: its line is cut when its time is over, and none holds up another.

A wait for the next part of an answer bounds nothing where the parts never end: a gateway that sends the head of its answer byte
by byte kept every call behind it. So an attempt has one end, and runs in a thread of its own.

Source: docs/rules/desk.md W81; docs/decisions/0110-an-attempt-has-one-end-and-a-thread.md.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread, Timer
from time import monotonic
from types import TracebackType
from typing import Final, Self

ATTEMPT_SECONDS_MAX: Final = 20.0
"""Of one attempt, whatever it waits for: two waits of a gateway that answers slowly (paging.SECONDS_MAX)."""
AT_ONCE_MAX: Final = 8
"""Attempts at the same time: more calls than a bureau has at once, and few lines for a gateway."""
REST_SECONDS: Final = 5.0
"""Before an attempt that failed of itself, as on a full disk, is begun again: at once it would fail again, as fast as threads are
made, and fill the log. As long as between two looks at what waits (duty.calling.LOOK_EVERY)."""
_log = logging.getLogger(__name__)


class Cut:
    """Cuts the lines of one attempt when its time is over; whoever waits on one then sees that it ended."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = monotonic() + seconds
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock = Lock()
        self._lines: list[socket.socket] = []
        self._is_over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            for line in self._lines:
                line.close()

    def seconds_left(self) -> float:
        """Return how long the attempt may go on; never nothing at all, so that a wait ends by itself."""
        return max(0.01, self._ends_at - monotonic())

    def watch(self, line: socket.socket) -> None:
        """Cut this line as well. What is laid over it later, as TLS is, ends with it."""
        own = line.dup()
        with self._lock:
            if not self._is_over:
                self._lines.append(own)
                return
        _end(own)
        own.close()

    def _cut(self) -> None:
        with self._lock:
            self._is_over = True
            for line in self._lines:
                _end(line)


class Attempts:
    """Runs each attempt in a thread of its own, at most so many at a time. Safe from several threads."""

    def __init__(self, at_once: int = AT_ONCE_MAX) -> None:
        self._at_once = at_once
        self._lock = Lock()
        self._running: dict[str, Thread] = {}
        self._resting: dict[str, float] = {}
        """Those that failed of themselves, and until when they rest; one whose rest is over is taken out."""

    def begin(self, name: str, attempt: Callable[[], object]) -> bool:
        """Begin an attempt; return False, doing nothing, where one of this name runs or rests, or no more may (duty.ports.Begin).

        Raises RuntimeError where the machine gives no thread; nothing is begun then, and it may be tried again.
        """
        with self._lock:
            now = monotonic()
            self._resting = {one: until for one, until in self._resting.items() if until > now}
            if name in self._running or name in self._resting or len(self._running) >= self._at_once:
                return False
            thread = Thread(target=self._run, args=(name, attempt), name=f"attempt {name}", daemon=True)
            # It takes itself out under this lock. One that could not start stands nowhere: its place would never be free again.
            thread.start()
            self._running[name] = thread
        return True

    def stop(self, seconds: float) -> None:
        """Wait until those that run have ended, at most so long together."""
        ends_at = monotonic() + seconds
        with self._lock:
            running = [*self._running.values()]
        for thread in running:
            thread.join(max(0.0, ends_at - monotonic()))

    def _run(self, name: str, attempt: Callable[[], object]) -> None:
        try:
            attempt()
        except Exception as error:  # noqa: BLE001 - the thread is its own; what it left is claimed, and looked at again
            # The class alone: what a library says may quote what was sent.
            _log.error("An attempt to call somebody failed: %s", type(error).__name__)
            with self._lock:
                self._resting[name] = monotonic() + REST_SECONDS
        finally:
            with self._lock:
                del self._running[name]


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
