"""The thread that keeps house: it works again and again, also after a failure, and stops. Its waits are events."""

from __future__ import annotations

import threading

import pytest

from entente.kernel.errors import Unavailable
from entente.storage.housekeeper import Housekeeper

SECONDS = 10.0


def test_it_works_at_once_and_again_until_it_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    runs, done = [0], threading.Event()

    def work() -> None:
        runs[0] += 1
        if runs[0] == 1:
            raise Unavailable("The store is busy.", why="Somebody writes.", do="Wait.", retry_is_safe=True)
        done.set()

    keeper = Housekeeper(work, pause_seconds=0.01)
    keeper.start()
    # The second run comes though the first failed, and the failure is said.
    assert done.wait(SECONDS)
    keeper.stop()
    assert "Keeping house was put off" in caplog.text
    stopped_at = runs[0]
    keeper.stop()
    assert runs[0] == stopped_at


def test_part_that_fails_keeps_no_other_from_its_work() -> None:
    done = threading.Event()

    def full() -> None:
        raise Unavailable("The disk is full.", why="Nothing can be written.", do="Free space.", retry_is_safe=True)

    keeper = Housekeeper(full, done.set)
    keeper.start()
    assert done.wait(SECONDS)
    keeper.stop()


def test_one_that_was_never_started_stops_too() -> None:
    Housekeeper(lambda: None).stop()
