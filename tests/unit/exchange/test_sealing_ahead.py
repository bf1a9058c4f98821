"""X20: what waits in numbers is sealed while the parcel before it is posted, and judged once more before it leaves."""

from __future__ import annotations

import pytest

from entente.exchange import collecting, posting
from entente.exchange.envelopes import batch_to_bytes
from entente.exchange.model import STREAM_LANES
from tests.support.memory_exchange import XA, XB, MemoryNode, deliver, two_nodes

TEXTS = [f"message {number:02}" for number in range(20)]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five statements be many, so that twenty are a backlog."""
    monkeypatch.setattr(posting, "SEALED_AT_ONCE_MAX", 5)
    monkeypatch.setattr(collecting, "SEALED_AT_ONCE_MAX", 5)


def sealed(node: MemoryNode) -> int:
    """Return how many statements stand in envelopes that wait."""
    with node.exchange.open_view() as view:
        waiting = [one for lane in STREAM_LANES for one in view.outbox.envelopes(XB, lane, 64)]
        return sum(len(view.outbox.carried_by(one.number)) for one in waiting)


def test_what_is_sealed_ahead_is_the_next_parcel_and_nothing_is_sealed_beyond_it() -> None:
    a, b, _ = two_nodes()
    a.send(XB, *TEXTS)
    parcel = a.collect(XB)
    assert sealed(a) == 5
    a.exchange.seal_ahead(XB)
    assert sealed(a) == 10
    assert a.exchange.settle(parcel, b.exchange.receive(parcel.batch)).acknowledged == 1
    following = a.collect(XB)
    assert (len(following.envelopes), sealed(a)) == (1, 5)
    a.exchange.settle(following, b.exchange.receive(following.batch))
    while a.exchange.recipients_due():
        deliver(a, b)
        a.exchange.seal_ahead(XB)
    assert b.state.accepted == TEXTS


def test_what_no_longer_may_leave_is_held_though_it_was_sealed_ahead() -> None:
    a, b, _ = two_nodes()
    a.send(XB, *TEXTS)
    parcel = a.collect(XB)
    a.exchange.seal_ahead(XB)
    a.stopped.add(TEXTS[7])
    a.exchange.settle(parcel, b.exchange.receive(parcel.batch))
    while a.exchange.recipients_due():
        deliver(a, b)
    assert b.state.accepted == [text for text in TEXTS if text != TEXTS[7]]
    assert a.delivery(TEXTS[7])[0] == "held"


def test_what_was_sealed_ahead_of_a_post_that_failed_waits_behind_it() -> None:
    a, b, clock = two_nodes()
    a.send(XB, *TEXTS)
    parcel = a.collect(XB)
    a.exchange.seal_ahead(XB)
    a.exchange.postpone(parcel, "No line.")
    clock.move(minutes=1)
    while a.exchange.recipients_due():
        deliver(a, b)
    assert b.state.accepted == TEXTS


def test_few_statements_are_not_sealed_ahead_of_their_company() -> None:
    a, _, _ = two_nodes()
    a.send(XB, *TEXTS[:10])
    a.collect(XB)
    a.exchange.seal_ahead(XB)
    assert sealed(a) == 5


def test_much_behind_what_was_fetched_is_sealed_while_it_is_taken_in_and_judged_again() -> None:
    a, b, _ = two_nodes()
    a.exchange.hasten.append(a.exchange.seal_ahead)
    a.send(XB, *TEXTS)
    call = b.exchange.pull(XA)
    answer = a.exchange.receive(batch_to_bytes([call.envelope]))
    # Five are on their way, five more are sealed, and one of these may no longer leave.
    assert sealed(a) == 10
    a.stopped.add(TEXTS[7])
    a.exchange.receive(b.exchange.take_in(b.exchange.brought_by(call, answer)).receipts)
    while fetched(b, a):
        pass
    assert b.state.accepted == [text for text in TEXTS if text != TEXTS[7]]
    assert a.delivery(TEXTS[7])[0] == "held"


def test_parcel_says_whether_much_waits_behind_it() -> None:
    a, _, _ = two_nodes()
    a.send(XB, *TEXTS[:11])
    assert a.collect(XB).is_much_behind
    a.exchange.seal_ahead(XB)
    assert not a.collect(XB).is_much_behind


def fetched(asker: MemoryNode, keeper: MemoryNode) -> int:
    """Fetch once and post the receipts back; return how many envelopes came."""
    call = asker.exchange.pull(keeper.id)
    brought = asker.exchange.take_in(
        asker.exchange.brought_by(call, keeper.exchange.receive(batch_to_bytes([call.envelope])))
    )
    if brought.receipts:
        keeper.exchange.receive(brought.receipts)
    return brought.envelopes
