"""What the other side stopped for now is held at its sender, for a person's decision (X16 to X18, X20, X21, X28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from entente.agreements.model import (
    Direction,
    InstrumentState,
    Measure,
    MeasurePolicy,
    Participation,
    ParticipationState,
    Suspension,
)
from entente.exchange.intake import Accept
from entente.exchange.model import EXPIRY_DAYS, Lane, Queued, RefusalReason, SendState, StatementResult
from entente.exchange.rules import judge_result
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Refused
from entente.kernel.ids import BodyId, StatementId
from entente.kernel.statement import Statement
from tests.support.memory_exchange import (
    CHARTER,
    LONG_AGO,
    NOW,
    PROGRAMME,
    XA,
    XB,
    MemoryNode,
    MemoryUnit,
    an_instrument,
    deliver,
    two_nodes,
)


def suspended(author: BodyId, toward: BodyId) -> InstrumentState:
    state = an_instrument()
    suspension = Suspension(
        "s1", frozenset({toward}), frozenset(), frozenset(), Direction.BOTH, "Head", "Order 1", "reciprocity",
        LONG_AGO, NOW.date(),
    )  # fmt: skip
    stand = Participation(author, PROGRAMME, 2, ParticipationState.SUSPENDED, LONG_AGO, (suspension,))
    return replace(state, participations={author: stand})


PAUSED = Measure(
    "m1", CHARTER, XA, MeasurePolicy.PAUSED, "GS", "XB", LONG_AGO, NOW + timedelta(days=1), "Payment", "Council"
)


def suspend(node: MemoryNode, author: BodyId = XB, toward: BodyId = XA) -> None:
    node.state.instruments[PROGRAMME] = suspended(author, toward)


def resume(node: MemoryNode) -> None:
    node.state.instruments[PROGRAMME] = an_instrument()


def held(node: MemoryNode) -> tuple[Queued, ...]:
    with node.unit() as unit:
        return unit.outbox.held(100)


def release(node: MemoryNode) -> None:
    with node.unit() as unit:
        for queued in unit.outbox.held(100):
            assert unit.outbox.release(queued.number, node.clock.now()) is not None
        unit.commit()


def ladder(node: MemoryNode, ref: str) -> list[tuple[str, str]]:
    with node.unit() as unit:
        (delivery,) = unit.outbox.deliveries(ref)
    return [(step.step, step.reason) for step in delivery.steps]


def refusing(*numbers: str) -> Accept:
    """Return a room that refuses on these grounds of its own."""

    def take(unit: MemoryUnit, statement: Statement, _sender: BodyId) -> None:
        unit.held.accepted.append("half-written")
        grounds = [Ground(number, allows=False, text=f"Ground {number} says no.") for number in numbers]
        raise Refused("It was not taken in.", decision=Decision.of(grounds), do="Wait.")

    return take


def with_rooms(node: MemoryNode, rooms: Mapping[str, Accept]) -> None:
    node.exchange = replace(node.exchange, accept={**node.exchange.accept, **rooms})


def test_x21_what_the_other_side_suspended_meanwhile_is_held_and_passes_once_after_it_resumed() -> None:
    a, b, clock = two_nodes()
    suspend(b)
    a.send(XB, "on its way")
    settlement = deliver(a, b)
    assert (settlement.acknowledged, settlement.refused) == (1, 0)
    state, why = a.delivery("on its way")
    assert (state, why) == (
        "held",
        "The other side did not take it in: The recipient suspended receiving from the sender under this instrument.",
    )
    assert ladder(a, "on its way") == [("not_taken_in", "suspended")]
    assert a.verbs() == ["statement_held"]
    assert a.exchange.recipients_due() == (), "only a person releases what is held"

    # Nothing else is held up, and the stream is the same one.
    a.put(XB, a.say("governance", "participation"), instrument=CHARTER, is_control=True)
    a.put(XB, a.say("under another"), instrument=CHARTER)
    deliver(a, b)
    assert b.state.accepted == ["governance", "under another"]
    assert a.streams[XB, Lane.DATA, True].sequence == 2

    # Released too early it is held again, and comes to nothing there; later it counts once.
    release(a)
    deliver(a, b)
    assert a.delivery("on its way")[0] == "held"
    resume(b)
    clock.move(hours=1)
    release(a)
    assert a.delivery("on its way") == ("waiting", "")
    parcel = a.collect(XB)
    for _ in range(2):
        b.exchange.receive(parcel.batch)
    a.exchange.settle(parcel, b.exchange.receive(parcel.batch))
    assert b.state.accepted == ["governance", "under another", "on its way"]
    assert a.delivery("on its way") == ("stored", "")
    assert ladder(a, "on its way") == [("not_taken_in", "suspended"), ("stored", "")]
    assert a.streams[XB, Lane.DATA, True].sequence == 4


def test_x21_our_own_suspension_that_overtook_what_was_posted_holds_it_here() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "on its way")
    parcel = a.collect(XB)
    for node in (a, b):
        suspend(node, XA, XB)
    a.exchange.settle(parcel, b.exchange.receive(parcel.batch))
    (one,) = held(a)
    assert one.reason.endswith("The sender suspended sending to the recipient under this instrument.")
    # At the door it is held as long as our own suspension stands, whoever released it.
    release(a)
    assert a.exchange.collect(XB) is None
    assert a.delivery("on its way") == ("held", "The sender suspended sending to the recipient under this instrument.")


def test_x17_what_a_measure_stops_for_a_term_is_held() -> None:
    a, b, clock = two_nodes()
    b.state.measures.append(PAUSED)
    a.send(XB, "data")
    deliver(a, b)
    assert (a.delivery("data")[0], ladder(a, "data")) == ("held", [("not_taken_in", "measure_stands")])
    clock.move(days=2)
    release(a)
    deliver(a, b)
    assert (b.state.accepted, a.delivery("data")) == (["data"], ("stored", ""))


@pytest.mark.parametrize(
    ("grounds", "state", "reason"),
    [
        (("D3",), "held", "suspended"),
        (("M2.5",), "held", "suspended"),
        (("M2.2", "M2.5"), "held", "measure_stands"),
        (("D2", "D3"), "refused", "not_accepted"),
        (("M2.3", "M2.5"), "refused", "not_accepted"),
        (("D5",), "refused", "not_accepted"),
    ],
)
def test_x18_room_that_a_suspension_alone_stops_has_it_held_and_anything_else_refused(
    grounds: tuple[str, ...], state: str, reason: str
) -> None:
    a, b, _ = two_nodes()
    with_rooms(b, {"judged": refusing(*grounds)})
    a.put(XB, a.say("before"), a.say("judged", "judged"), a.say("after"))
    deliver(a, b)
    assert b.state.accepted == ["before", "after"]
    assert a.delivery("judged")[0] == state
    assert b.taken[0].results[1].reason == reason


def test_x21_many_that_one_suspension_stops_are_all_held_in_the_end_and_none_is_refused() -> None:
    a, b, _ = two_nodes()
    with_rooms(b, {"judged": refusing("D3")})
    a.put(XB, *(a.say(f"{number}", "judged") for number in range(60)), a.say("last"))
    deliver(a, b)
    assert len(held(a)) == 32
    assert b.state.accepted == []
    deliver(a, b)
    assert len(held(a)) == 60
    assert b.state.accepted == ["last"]
    assert a.exchange.collect(XB) is None


def test_x21_side_that_judges_nothing_of_an_envelope_is_not_sent_it_for_ever() -> None:
    unasked = StatementResult(StatementId("statement:1"), is_accepted=False, reason=RefusalReason.NOT_JUDGED)
    assert judge_result(unasked, is_any_judged=True) is SendState.WAITING
    assert judge_result(unasked, is_any_judged=False) is SendState.REFUSED


def test_x21_released_statement_that_had_arrived_in_truth_counts_once() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "hello")
    b.exchange.receive(a.collect(XB).batch)
    # The receipt is lost, and a suspension comes: here it is held, as it must not be posted again.
    for node in (a, b):
        suspend(node)
    clock.move(minutes=1)
    assert a.exchange.collect(XB) is None
    assert [one.outgoing.ref for one in held(a)] == ["hello"]
    for node in (a, b):
        resume(node)
    release(a)
    deliver(a, b)
    assert b.state.accepted == ["hello"]
    assert b.taken[-1].results[0].reason == "counted_before"
    assert a.delivery("hello") == ("stored", "")


def test_x21_dropped_after_the_other_side_refused_it_never_leaves_again() -> None:
    a, b, clock = two_nodes()
    suspend(b)
    a.send(XB, "one", "two")
    deliver(a, b)
    first, _ = held(a)
    with a.unit() as unit:
        assert unit.outbox.drop(first.number, "Overtaken by events.", clock.now()) is not None
        unit.commit()
    resume(b)
    release(a)
    deliver(a, b)
    assert b.state.accepted == ["two"]
    assert a.delivery("one") == ("retracted", "Overtaken by events.")


def test_x28_held_statement_waits_past_its_term_and_its_time_begins_anew_when_it_is_released() -> None:
    a, b, clock = two_nodes()
    a.stopped.add("late")
    a.send(XB, "late")
    assert a.exchange.collect(XB) is None
    clock.move(days=2 * EXPIRY_DAYS)
    assert a.exchange.tend() == 0
    assert a.delivery("late")[0] == "held"
    a.stopped.clear()
    release(a)
    clock.move(days=EXPIRY_DAYS - 1)
    assert a.exchange.tend() == 0
    (waiting,) = a.collect(XB).envelopes
    assert waiting.envelope.header.expires_at == clock.now() + timedelta(days=1)
    deliver(a, b)
    assert (b.state.accepted, a.delivery("late")) == (["late"], ("stored", ""))


def test_x28_released_statement_that_is_not_acknowledged_within_thirty_days_ends_undelivered() -> None:
    a, _, clock = two_nodes()
    a.stopped.add("late")
    a.send(XB, "late")
    assert a.exchange.collect(XB) is None
    clock.move(days=2 * EXPIRY_DAYS)
    a.stopped.clear()
    release(a)
    clock.move(days=EXPIRY_DAYS)
    assert a.exchange.tend() == 1
    assert a.delivery("late")[0] == "undelivered"


def test_x21_what_the_other_side_lost_after_thirty_days_is_sent_again_all_the_same() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "one")
    deliver(a, b)
    clock.move(days=2 * EXPIRY_DAYS)
    lost = MemoryNode(XB, clock)
    a.send(XB, "two")
    assert deliver(a, lost).postponed == 1
    clock.move(seconds=1)
    deliver(a, lost)
    assert lost.state.accepted == ["one", "two"]
    assert ladder(a, "one") == [("stored", "")]
