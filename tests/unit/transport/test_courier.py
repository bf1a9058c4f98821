"""The courier posts what is due, keeps bodies apart, and leaves alone who does not answer (X21, X23). No network, no sleep."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from entente.kernel.errors import Unavailable
from entente.kernel.ids import BodyId
from entente.transport.courier import Courier
from tests.support.memory_exchange import PROGRAMME, XA, XB, XC, ManualClock, MemoryNode, an_instrument, deliver

WAIT_SECONDS_MAX = 10.0
"""Longer than any of these take; reached only when the test fails."""


class Line:
    """Carries posts to nodes in this process; a body that is down does not answer, one that hangs waits for its release."""

    def __init__(self, *nodes: MemoryNode) -> None:
        self._nodes = {f"http://{node.id[5:7]}.example": node for node in nodes}
        self.down: set[BodyId] = set()
        self.hanging: dict[BodyId, threading.Event] = {}
        self.posts: list[BodyId] = []
        self._arrived = threading.Condition()

    def post(self, address: str, batch: bytes) -> bytes:
        node = self._nodes[address]
        if (release := self.hanging.get(node.id)) is not None:
            assert release.wait(WAIT_SECONDS_MAX)
        try:
            if node.id in self.down:
                raise Unavailable("Down.", why="A test says so.", do="Wait.", retry_is_safe=True)
            return node.exchange.receive(batch)
        finally:
            with self._arrived:
                self.posts.append(node.id)
                self._arrived.notify_all()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        with self._arrived:
            assert self._arrived.wait_for(holds, WAIT_SECONDS_MAX)


def three_nodes() -> tuple[MemoryNode, MemoryNode, MemoryNode]:
    clock = ManualClock()
    everybody = (XA, XB, XC)
    a, b, c = (MemoryNode(body, clock, known=everybody) for body in everybody)
    for node in (a, b, c):
        node.state.instruments[PROGRAMME] = an_instrument(PROGRAMME, parties=everybody)
    return a, b, c


def test_committed_act_is_posted_when_the_courier_is_woken() -> None:
    a, b, _ = three_nodes()
    line = Line(b)
    courier = Courier(a.exchange, line.post, workers=2)
    courier.start()
    a.send(XB, "hello")
    courier.wake()
    line.wait_until(lambda: line.posts == [XB])
    courier.stop()
    assert b.state.accepted == ["hello"]
    assert a.delivery("hello") == ("stored", "")


def test_what_waited_from_before_is_posted_at_the_start() -> None:
    a, b, _ = three_nodes()
    a.send(XB, "one", "two", "three")
    line = Line(b)
    courier = Courier(a.exchange, line.post, workers=2)
    courier.start()
    line.wait_until(lambda: line.posts == [XB])
    courier.stop()
    assert b.state.accepted == ["one", "two", "three"]


def test_body_that_does_not_answer_holds_up_no_other() -> None:
    a, b, c = three_nodes()
    line = Line(b, c)
    release = line.hanging[XB] = threading.Event()
    a.send(XB, "slow")
    a.send(XC, "fast")
    courier = Courier(a.exchange, line.post, workers=2)
    courier.start()
    line.wait_until(lambda: line.posts == [XC])
    assert b.state.accepted == []
    release.set()
    line.wait_until(lambda: XB in line.posts)
    courier.stop()
    assert a.delivery("slow") == ("stored", "")


def test_body_that_is_down_is_left_alone_for_a_while_and_loses_nothing() -> None:
    a, b, c = three_nodes()
    line = Line(b, c)
    line.down.add(XB)
    courier = Courier(a.exchange, line.post, workers=2)
    courier.start()
    a.send(XB, "one")
    courier.wake()
    line.wait_until(lambda: line.posts == [XB])
    a.send(XB, "two")
    a.send(XC, "other")
    courier.wake()
    line.wait_until(lambda: XC in line.posts)
    courier.stop()
    assert line.posts == [XB, XC]
    assert a.delivery("one") == ("waiting", "")
    line.down.clear()
    a.send(XB, "three")
    deliver(a, b)
    assert b.state.accepted == ["one", "two", "three"]


def test_x25_others_envelope_that_its_recipient_does_not_answer_does_not_hold_up_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("entente.transport.courier.PAUSE_SECONDS_FIRST", 2 * WAIT_SECONDS_MAX)
    a, b, c = three_nodes()
    a.send(XB, "of one that XB does not know")
    (sent,) = a.collect(XB).envelopes
    with c.unit() as unit:
        unit.relay.put(sent.envelope, c.clock.now())
        unit.commit()
    del b.state.bodies[XA]
    line = Line(b)
    courier = Courier(c.exchange, line.post, workers=1)
    courier.start()
    line.wait_until(lambda: line.posts == [XB])
    c.send(XB, "ours")
    courier.wake()
    line.wait_until(lambda: line.posts == [XB, XB])
    courier.stop()
    assert b.state.accepted == ["ours"]


def test_stopping_finishes_the_posts_that_have_begun() -> None:
    a, b, _ = three_nodes()
    line = Line(b)
    release = line.hanging[XB] = threading.Event()
    a.send(XB, "hello")
    courier = Courier(a.exchange, line.post, workers=1)
    courier.start()
    stopping = threading.Thread(target=courier.stop)
    stopping.start()
    release.set()
    stopping.join(WAIT_SECONDS_MAX)
    assert not stopping.is_alive()
    assert a.delivery("hello")[0] == ("stored" if line.posts else "waiting")


def test_body_without_an_address_is_postponed() -> None:
    a, b, _ = three_nodes()
    a.state.bodies[XB] = replace(a.state.bodies[XB], addresses=())
    a.send(XB, "hello")
    line = Line(b)
    courier = Courier(a.exchange, line.post, workers=1)
    courier.start()
    courier.stop()
    assert line.posts == []
    assert a.delivery("hello") == ("waiting", "")


def test_defect_at_one_look_is_told_and_does_not_end_the_courier(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.transport.courier.PAUSE_SECONDS_FIRST", 0.01)
    a, b, _ = three_nodes()
    line = Line(b)
    looks = [RuntimeError("a defect")]
    due = a.exchange.recipients_due

    def look() -> tuple[BodyId, ...]:
        if looks:
            raise looks.pop()
        return due()

    monkeypatch.setattr(type(a.exchange), "recipients_due", lambda _: look())
    a.send(XB, "hello")
    courier = Courier(a.exchange, line.post, workers=1)
    with caplog.at_level(logging.WARNING):
        courier.start()
        line.wait_until(lambda: line.posts == [XB])
        courier.stop()
    assert "a defect" in caplog.text


@pytest.mark.parametrize(("step", "posts"), [("collect", 1), ("postpone", 3)])
def test_store_that_keeps_nothing_now_is_told_without_a_traceback_and_tried_again(
    step: str, posts: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.transport.courier.PAUSE_SECONDS_FIRST", 0.01)
    a, b, _ = three_nodes()
    line = Line(b)
    failures = [Unavailable("The disk is full.", why="It is.", do="Wait.", retry_is_safe=True) for _ in range(2)]
    really = getattr(type(a.exchange), step)

    def fail(*given: object) -> object:
        if failures:
            raise failures.pop()
        return really(*given)

    monkeypatch.setattr(type(a.exchange), step, fail)
    line.down = {XB} if step == "postpone" else set()
    a.send(XB, "hello")
    courier = Courier(a.exchange, line.post, workers=1)
    with caplog.at_level(logging.WARNING):
        courier.start()
        line.wait_until(lambda: len(line.posts) == posts)
        courier.stop()
    assert caplog.text.count("The disk is full.") == 2
    assert "Traceback" not in caplog.text
    assert b.state.accepted == ([] if line.down else ["hello"])
