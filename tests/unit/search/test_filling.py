"""I37: a base whose writing is ended in the middle. No process: what would run in one stands here."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

from entente.search.filling import Filling, Processes, Writing
from entente.search.workers import WorkerEnded

WAIT_SECONDS_MAX = 30


class SlowWorker:
    """A process that writes until it is killed, and whose pipes are in use until whoever waits for it was told."""

    def __init__(self) -> None:
        self.is_killed = threading.Event()
        self.is_waited_for = threading.Event()
        self.closed_by: list[str] = []

    def ask(self, *_: object, **__: object) -> None:
        self.is_waited_for.set()
        assert self.is_killed.wait(WAIT_SECONDS_MAX)
        assert self.closed_by == [], "its pipes are closed while somebody reads from them"
        raise WorkerEnded

    def kill(self) -> None:
        self.is_killed.set()

    def end(self) -> None:
        self.kill()
        self.closed_by.append(threading.current_thread().name)


class NoPool:
    """Processes that were begun; remembers what was done to them."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def begin(self) -> None:
        self.done.append("begin")

    def kill(self) -> None:
        self.done.append("kill")

    def end(self) -> None:
        self.done.append("end")


class Started:
    """What a writing begins with."""

    position = 7

    def __init__(self, worker: SlowWorker, pool: NoPool) -> None:
        self._worker, self._pool = worker, pool

    def filled(self) -> SlowWorker:
        return self._worker

    def with_base(self, _: Path) -> NoPool:
        return self._pool


def test_end_in_the_middle_closes_no_pipe_under_the_thread_that_reads_from_it(tmp_path: Path) -> None:
    worker, pool = SlowWorker(), NoPool()
    started: Any = Started(worker, pool)
    writing = Writing(cast("Filling", started), tmp_path, cast("Processes", started))
    assert worker.is_waited_for.wait(WAIT_SECONDS_MAX)
    assert not writing.is_done(wait=False)
    writing.end()
    assert writing.is_done(wait=False)
    # First by the thread itself, which was told that the process ended.
    assert worker.closed_by == ["base", threading.current_thread().name]
    assert pool.done == ["begin", "kill", "end"]
