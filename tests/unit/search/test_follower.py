"""I15: the thread that keeps the index up. Its waits are events, not sleeps."""

import logging
import threading
from collections.abc import Iterator

import pytest

from entente.kernel.errors import Unavailable
from entente.search.follower import Follower

SECONDS = 10.0


class Steps:
    """Gives what the store would: numbers of records read, or the failure a step raises."""

    def __init__(self, *given: int | Exception) -> None:
        self.given = list(given)
        self.calls = 0
        self.failed = threading.Event()

    def __call__(self) -> int:
        self.calls += 1
        if not self.given:
            return 0
        step = self.given.pop(0)
        if isinstance(step, Exception):
            self.failed.set()
            raise step
        return step


@pytest.fixture
def started() -> Iterator[list[Follower]]:
    followers: list[Follower] = []
    yield followers
    for follower in followers:
        follower.stop()


def test_follower_reads_until_nothing_is_left(started: list[Follower]) -> None:
    follower = Follower(Steps(1000, 1000, 14))
    started.append(follower)
    assert not follower.state().is_running
    follower.start()
    assert follower.wait_drained(SECONDS)
    assert follower.state().steps_taken == 2014
    assert follower.state().is_running


def test_commit_wakes_the_follower(started: list[Follower]) -> None:
    steps = Steps(1)
    follower = Follower(steps)
    started.append(follower)
    follower.start()
    assert follower.wait_drained(SECONDS)
    steps.given.append(5)
    follower.wake()
    assert follower.wait_drained(SECONDS)
    assert follower.state().steps_taken == 6


def test_step_that_works_ends_the_trouble_though_there_is_always_more(started: list[Follower]) -> None:
    seen: list[tuple[int, str]] = []
    done = threading.Event()

    def busy() -> int:
        seen.append((follower.state().failures, follower.state().last_error))
        if len(seen) == 1:
            raise Unavailable("The server is gone.", why="It was killed.", do="Wait.", retry_is_safe=True)
        if len(seen) == 4:
            done.set()
        return 1 if len(seen) < 100 else 0

    follower = Follower(busy)
    started.append(follower)
    follower.start()
    assert done.wait(SECONDS)
    assert seen[1][0] == 1
    assert "The server is gone" in seen[1][1]
    assert seen[2:4] == [(0, ""), (0, "")]


@pytest.mark.parametrize(
    "failure",
    [
        Unavailable("The store is locked.", why="Another command.", do="Wait.", retry_is_safe=True),
        OSError("no space left on device"),
        ValueError("index damaged"),
        AssertionError("a defect"),
    ],
)
def test_failure_is_kept_for_doctor_and_tried_again(started: list[Follower], failure: Exception) -> None:
    steps = Steps(failure)
    follower = Follower(steps)
    started.append(follower)
    follower.start()
    assert steps.failed.wait(SECONDS)
    assert follower.wait_drained(SECONDS)
    assert steps.calls >= 2
    assert (follower.state().failures, follower.state().last_error) == (0, "")


def test_failure_is_shown_while_it_lasts(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.search.follower.RETRY_SECONDS_MIN", 60.0)
    steps = Steps(OSError(28, "no space left on device", "/srv/Muhammadov.part"))
    follower = Follower(steps)
    with caplog.at_level(logging.WARNING):
        follower.start()
        assert steps.failed.wait(SECONDS)
        follower.stop()
    assert "no space left on device" in caplog.text
    state = follower.state()
    assert (state.failures, state.is_running) == (1, False)
    assert "no space left on device" in state.last_error
    assert "Muhammadov" not in state.last_error + caplog.text


def test_stop_ends_the_thread_between_steps_and_may_be_called_twice() -> None:
    steps = Steps()
    follower = Follower(steps)
    follower.start()
    assert follower.wait_drained(SECONDS)
    follower.stop()
    follower.stop()
    assert not follower.state().is_running


def test_follower_that_pauses_does_not_step_with_every_commit_and_still_stops_at_once(started: list[Follower]) -> None:
    steps, stepped = Steps(*[1] * 50), threading.Event()

    def step() -> int:
        stepped.set()
        return steps()

    follower = Follower(step, "log", pause_seconds=60.0)
    started.append(follower)
    follower.start()
    assert stepped.wait(SECONDS)
    for _ in range(50):
        follower.wake()
    follower.stop()
    assert not follower.state().is_running
    assert steps.calls == 1


def test_follower_says_what_could_not_be_brought_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.search.follower.RETRY_SECONDS_MIN", 60.0)
    steps = Steps(OSError("no space left on device"))
    follower = Follower(steps, "log")
    follower.start()
    assert steps.failed.wait(SECONDS)
    follower.stop()
    assert follower.state().last_error.startswith("The log could not be brought up")
