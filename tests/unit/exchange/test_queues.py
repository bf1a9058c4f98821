"""What waits for one body is bounded, and what must always pass is not (X32)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.exchange.model import Lane
from entente.exchange.queues import Queues
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BodyId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement
from entente.storage.outbox import OutboxTables
from tests.support.memory_exchange import (
    PROGRAMME,
    XA,
    XB,
    XC,
    MemoryNode,
    MemoryUnit,
    an_instrument,
    deliver,
    two_nodes,
)

MOST = 10


def bounded(node: MemoryNode, most: int = MOST) -> None:
    node.exchange = replace(node.exchange, queues=Queues(most))


def fill(node: MemoryNode, count: int = MOST) -> None:
    node.put(XB, *(node.say(f"{number}") for number in range(count)))


def in_queue(node: MemoryNode) -> int:
    with node.unit() as unit:
        return unit.outbox.count_open(XB)


def states(node: MemoryNode, *refs: str) -> list[str]:
    with node.unit() as unit:
        return [one.state for ref in refs for one in unit.outbox.deliveries(ref)]


def test_x32_act_beyond_the_bound_is_refused_whole_and_passes_once_the_other_side_took_what_waits() -> None:
    a, b, clock = two_nodes()
    bounded(a)
    fill(a, MOST - 1)
    commits = a.commits
    with pytest.raises(Unavailable, match="XB-NCB is full") as refused:
        a.put(XB, a.say("one"), a.say("two"))
    assert refused.value.retry_is_safe
    assert "outbox_waiting_max" in refused.value.why
    assert (a.commits, states(a, "one", "two")) == (commits, [])
    a.send(XB, "last")
    with pytest.raises(Unavailable):
        a.send(XB, "beyond")
    # What waits in an envelope counts like the rest.
    a.exchange.postpone(a.collect(XB), "No line.")
    with pytest.raises(Unavailable):
        a.send(XB, "beyond")
    clock.move(seconds=1)
    deliver(a, b)
    a.put(XB, a.say("one"), a.say("two"))
    deliver(a, b)
    assert b.state.accepted == [*(f"{number}" for number in range(MOST - 1)), "last", "one", "two"]


def test_x32_what_is_held_fills_the_queue_until_a_person_decides() -> None:
    a, _, clock = two_nodes()
    bounded(a)
    a.stopped |= {f"{number}" for number in range(MOST)}
    fill(a)
    assert a.exchange.collect(XB) is None
    with pytest.raises(Unavailable):
        a.send(XB, "beyond")
    with a.unit() as unit:
        first, *_ = unit.outbox.held(1)
        assert unit.outbox.drop(first.number, "Overtaken.", clock.now()) is not None
        unit.commit()
    a.send(XB, "in its place")
    assert in_queue(a) == MOST


def test_x32_control_and_what_takes_away_or_the_node_owes_always_has_room() -> None:
    a, b, _ = two_nodes()
    bounded(a)
    fill(a)
    a.put(XB, a.say("suspended", "participation"), is_control=True)
    a.put(XB, a.say("gone", "withdrawal"))
    with a.unit() as unit:
        unit.outbox.put(Outgoing(XB, PROGRAMME, a.say("owed"), is_owed=True))
        unit.commit()
    deliver(a, b)
    assert set(b.state.accepted) >= {"suspended", "gone", "owed"}


def test_x32_full_queue_to_one_body_stops_nothing_toward_another() -> None:
    a, _, clock = two_nodes()
    a.state.bodies.update(MemoryNode(XC, clock, known=(XC,)).state.bodies)
    a.state.instruments[PROGRAMME] = an_instrument(parties=(XA, XB, XC))
    bounded(a)
    fill(a)
    a.send(XC, "elsewhere")
    assert states(a, "elsewhere") == ["waiting"]


def test_x32_who_asks_and_takes_no_answer_is_answered_no_more_and_its_stream_goes_on() -> None:
    a, b, _ = two_nodes()
    bounded(a, 2)

    def take_question(unit: MemoryUnit, statement: Statement, sender: BodyId) -> None:
        answer = a.say(f"answer to {statement.content['text']}")
        unit.outbox.put(Outgoing(sender, PROGRAMME, answer, ref=str(answer.content["text"])))
        unit.held.accepted.append(str(statement.content["text"]))

    a.exchange = replace(a.exchange, accept={**a.exchange.accept, "question": take_question})
    with b.unit() as unit:
        for number in range(4):
            unit.outbox.put(Outgoing(XA, PROGRAMME, b.say(f"q{number}", "question"), ref=f"q{number}"))
        unit.commit()
    b.send(XA, "beside it")
    deliver(b, a)
    assert a.state.accepted == ["q0", "q1", "beside it"]
    assert states(b, "q0", "q1", "q2", "q3") == ["stored", "stored", "refused", "refused"]
    assert in_queue(a) == 2
    assert b.streams[XA, Lane.DATA, True].sequence == 1


def test_x32_act_asks_the_store_nothing_until_the_bound_seems_near(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, _ = two_nodes()
    bounded(a)
    asked: list[BodyId] = []
    count = OutboxTables.count_open

    def counted(self: OutboxTables, recipient: BodyId) -> int:
        asked.append(recipient)
        return count(self, recipient)

    monkeypatch.setattr(OutboxTables, "count_open", counted)
    a.send(XB, "first after a start")
    assert asked == [XB]
    for number in range(3 * MOST):
        a.send(XB, f"{number}")
        deliver(a, b)
    # Ten may wait: so many are put before the store is asked again, and it says that nothing waits.
    assert len(asked) == 1 + 3
