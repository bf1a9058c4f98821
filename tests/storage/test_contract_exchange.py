"""The Outbox and ExchangeStore ports on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.exchange.model import Lane, ReceiptOutcome, StatementResult, Stream
from entente.kernel.errors import Conflict
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.examples import NOW, OTHER, THIRD

pytestmark = pytest.mark.storage

LATER = NOW + timedelta(minutes=10)


def test_statement_is_pending_until_an_envelope_carries_it(store: Store) -> None:
    first, second, third = (examples.outgoing(ref) for ref in ("ref-1", "ref-2", "ref-1"))
    with store.unit() as unit:
        for item in (first, second, third):
            unit.outbox.put(item)
        assert unit.exchange.pending() == (first, second, third)
        assert [item.state for item in unit.outbox.deliveries("ref-1")] == ["waiting", "waiting"]
        unit.exchange.put_envelope(examples.envelope(1), [first, second])
        assert unit.exchange.pending() == (third,)
        unit.exchange.put_envelope(examples.envelope(2), [third])
        unit.commit()
    with store.view() as view:
        assert view.exchange.pending() == ()
        deliveries = view.outbox.deliveries("ref-1")
        assert [(item.recipient, item.statement_id, item.state) for item in deliveries] == [
            (OTHER, first.statement.id, "waiting"),
            (OTHER, third.statement.id, "waiting"),
        ]
        assert view.outbox.deliveries("ref-9") == ()


def test_waiting_envelopes_come_back_exactly_control_first_then_in_stream_order(store: Store) -> None:
    data = [examples.envelope(sequence) for sequence in (1, 2)]
    control = examples.envelope(1, lane=Lane.CONTROL)
    with store.unit() as unit:
        for envelope in (*data, control, examples.envelope(1, recipient=THIRD)):
            unit.exchange.put_envelope(envelope, [])
        unit.commit()
    with store.view() as view:
        assert [item.envelope for item in view.exchange.waiting(OTHER, NOW, 9)] == [control, *data]
        assert [item.envelope for item in view.exchange.waiting(OTHER, NOW, 1)] == [control]
        assert view.exchange.recipients_waiting(NOW) == (OTHER, THIRD)
        assert view.exchange.recipients_waiting(NOW - timedelta(seconds=1)) == ()
        assert view.exchange.next_due() == NOW


def test_failed_attempt_puts_off_its_stream_and_a_fresh_envelope_makes_it_due_in_order(store: Store) -> None:
    with store.unit() as unit:
        exchange = unit.exchange
        for sequence in (1, 2):
            exchange.put_envelope(examples.envelope(sequence), [])
        exchange.put_envelope(examples.envelope(1, lane=Lane.CONTROL), [])
        first = exchange.waiting(OTHER, NOW, 9)[1]
        exchange.postpone(first.number, LATER, "no answer")
        assert [item.envelope.header.lane for item in exchange.waiting(OTHER, NOW, 9)] == [Lane.CONTROL]
        assert [item.attempts for item in exchange.waiting(OTHER, LATER, 9)] == [0, 1, 0]
        exchange.put_envelope(examples.envelope(3, at=NOW + timedelta(minutes=1)), [])
        due = exchange.waiting(OTHER, NOW + timedelta(minutes=1), 9)
        assert [(item.envelope.header.lane, item.envelope.header.sequence) for item in due] == [
            (Lane.CONTROL, 1),
            (Lane.DATA, 1),
            (Lane.DATA, 2),
            (Lane.DATA, 3),
        ]


def test_settled_envelope_waits_no_more_and_each_statement_has_its_own_end(store: Store) -> None:
    good, bad = examples.outgoing("ref-1"), examples.outgoing("ref-2")
    envelope = examples.envelope(1)
    refusal = StatementResult(bad.statement.id, is_accepted=False, reason="not_accepted")
    answer = replace(
        examples.receipt(envelope),
        results=(StatementResult(good.statement.id, is_accepted=True), refusal),
    )
    with store.unit() as unit:
        for item in (good, bad):
            unit.outbox.put(item)
        unit.exchange.put_envelope(envelope, [good, bad])
        (waiting,) = unit.exchange.waiting(OTHER, NOW, 9)
        unit.exchange.settle(waiting.number, ReceiptOutcome.STORED, b"signed receipt", answer, LATER)
        assert unit.exchange.waiting(OTHER, LATER, 9) == ()
        assert unit.exchange.next_due() is None
        (stored,), (refused,) = unit.outbox.deliveries("ref-1"), unit.outbox.deliveries("ref-2")
        assert (stored.state, stored.reason, stored.at) == ("stored", "", LATER)
        assert (refused.state, refused.reason, refused.at) == ("refused", "not_accepted", LATER)


def test_refused_envelope_refuses_all_it_carried(store: Store) -> None:
    envelope = examples.envelope(1)
    with store.unit() as unit:
        item = examples.outgoing("ref-1")
        unit.outbox.put(item)
        unit.exchange.put_envelope(envelope, [item])
        (waiting,) = unit.exchange.waiting(OTHER, NOW, 9)
        refused = replace(examples.receipt(envelope, ReceiptOutcome.REFUSED), reason="expired")
        unit.exchange.settle(waiting.number, ReceiptOutcome.REFUSED, b"signed receipt", refused, LATER)
        (delivery,) = unit.outbox.deliveries("ref-1")
        assert (delivery.state, delivery.reason) == ("refused", "expired")


def test_newest_incarnation_of_a_stream_is_the_one_returned(store: Store) -> None:
    old = Stream(OTHER, Lane.DATA, is_outgoing=True, incarnation="old", sequence=9, head="aa")
    new = Stream(OTHER, Lane.DATA, is_outgoing=True, incarnation="new", sequence=0, head="")
    with store.unit() as unit:
        for stream in (old, new, replace(new, sequence=1, head="bb")):
            unit.exchange.put_stream(stream)
        assert unit.exchange.stream(OTHER, Lane.DATA, is_outgoing=True) == replace(new, sequence=1, head="bb")
        assert unit.exchange.stream(OTHER, Lane.DATA, is_outgoing=False) is None
        assert unit.exchange.stream(OTHER, Lane.CONTROL, is_outgoing=True) is None


def test_envelope_taken_in_once_is_refused_when_replayed(store: Store) -> None:
    envelope = examples.envelope(1, sender=OTHER)
    key = (OTHER, Lane.DATA, "stream-1", 1)
    with store.unit() as unit:
        assert unit.exchange.has_taken(*key) is None
        assert unit.exchange.receipt_for(*key) is None
        unit.exchange.take(envelope, examples.receipt(envelope))
        unit.commit()
    with store.unit() as unit:
        assert unit.exchange.has_taken(*key) == examples.receipt(envelope).envelope
        assert unit.exchange.receipt_for(*key) == examples.receipt(envelope)
        with pytest.raises(Conflict):
            unit.exchange.take(envelope, examples.receipt(envelope))
        unit.exchange.take(examples.envelope(1, sender=OTHER, lane=Lane.CONTROL), examples.receipt(envelope))
