"""A thread that keeps something up with the store: it wakes on commit and steps until nothing is left.

The index and the log each have one; `app` says what a step is.

What fails is kept and shown by `doctor`; the next try waits longer each time. Stopping lets the step under way end.

Source: docs/rules/identity.md I15 and docs/rules/trail.md T8; DESIGN section 4 «Log».
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from entente.kernel.faults import in_short

_log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"""Longest time between two looks when no commit wakes it: the second within which a record is to be found."""
RETRY_SECONDS_MIN = 0.5
RETRY_SECONDS_MAX = 60.0
"""A store or disk that failed for minutes is asked once a minute; a shorter wait would only fill the log."""


@dataclass(frozen=True, slots=True)
class FollowerState:
    """How the follower is doing, for `doctor`."""

    is_running: bool
    steps_taken: int
    """Records read, or rows written: what the steps counted."""
    failures: int
    """Failures since the last step that worked."""
    last_error: str
    """What, why and do of the last failure; empty when the last step worked."""


class Follower:
    """Runs `step` (identity.service.Identity.index_step, trail.log.Log.step) in one thread of its own.

    `what` names what follows, for messages. It steps no more often than `pause_seconds`, however many commits wake it.
    """

    def __init__(self, step: Callable[[], int], what: str = "index", pause_seconds: float = 0.0) -> None:
        self._step = step
        self._what = what
        self._pause_seconds = pause_seconds
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._drained = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._steps_taken = 0
        self._failures = 0
        self._last_error = ""

    def start(self) -> None:
        """Start the thread; it begins at once."""
        assert self._thread is None, "a follower starts once"
        self._thread = threading.Thread(target=self._run, name=f"{self._what}-follower", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that something was committed. Returns at once; safe from any thread."""
        with self._lock:
            self._drained.clear()
            self._woken.set()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """End the thread after the step under way; called twice it does nothing more."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout_seconds)

    def wait_drained(self, timeout_seconds: float) -> bool:
        """Wait until nothing was left to read; False when the time ran out."""
        return self._drained.wait(timeout_seconds)

    def state(self) -> FollowerState:
        """Return how the follower is doing."""
        is_running = self._thread is not None and self._thread.is_alive()
        return FollowerState(is_running, self._steps_taken, self._failures, self._last_error)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if self._drain():
                self._woken.wait(IDLE_SECONDS)
            else:
                # A commit does not shorten the wait after a failure: it would fail again.
                self._stopping.wait(min(RETRY_SECONDS_MAX, RETRY_SECONDS_MIN * 2.0 ** min(self._failures - 1, 10)))

    def _drain(self) -> bool:
        """Step until nothing is left; False when a step failed."""
        try:
            while not self._stopping.is_set() and (read := self._step()):
                self._steps_taken += read
                self._failures, self._last_error = 0, ""
                # Between steps, since commits that never cease would otherwise have it step without end.
                self._stopping.wait(self._pause_seconds)
        except Exception as error:  # noqa: BLE001 - a follower that ended would fall behind, unseen
            return self._failed(f"The {self._what} could not be brought up: {in_short(error)}")
        self._failures, self._last_error = 0, ""
        with self._lock:
            # A commit in between has woken it again: it is not up with the store yet.
            if not self._woken.is_set():
                self._drained.set()
        return True

    def _failed(self, text: str) -> bool:
        self._failures += 1
        self._last_error = text
        _log.warning("%s", text)
        return False
