"""Attempts to tell somebody outside: each in a thread of its own, and none for ever anew (docs/rules/desk.md W81)."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from entente.transport import attempts
from entente.transport.attempts import Attempts


def fail() -> None:
    raise OSError("no room on the disk")


def test_attempt_that_failed_of_itself_rests_before_it_is_begun_again_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is begun as often as somebody looks, and who looked is told that there was something to do."""
    threads, now, went = Attempts(), [1000.0], Event()
    monkeypatch.setattr(attempts, "monotonic", lambda: now[0])
    assert threads.begin("1-0", fail)
    threads.stop(10)
    assert not any(threads.begin("1-0", fail) for _ in range(100))
    assert threads.begin("2-0", went.set)
    assert went.wait(10)
    now[0] += attempts.REST_SECONDS + 0.1
    assert threads.begin("1-0", lambda: None)
    threads.stop(10)
    assert threads.begin("1-0", lambda: None), "one that did not fail does not rest"
    threads.stop(10)


def test_attempt_for_which_the_machine_gives_no_thread_keeps_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, went = Attempts(at_once=1), Event()

    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            threads.begin("1-0", went.set)
    threads.stop(10)
    assert threads.begin("1-0", went.set)
    assert went.wait(10)
    threads.stop(10)
