"""Two nodes exchange: what is sent arrives once, in order, and is known to have arrived (X7, X8, X18 to X21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json, open_envelope
from entente.exchange.intake import RERUNS_MAX
from entente.exchange.model import BODY_BYTES_MAX, EXPIRY_DAYS, Lane, ReceiptOutcome
from entente.exchange.packing import retry_delay
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ports import Outgoing
from entente.kernel.statement import draft
from tests.support.memory_exchange import CHARTER, PROGRAMME, XA, XB, XC, MemoryNode, deliver, two_nodes


def test_message_arrives_and_its_sender_knows() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "hello")
    assert a.delivery("hello") == ("waiting", "")
    settlement = deliver(a, b)
    assert (settlement.acknowledged, settlement.refused, settlement.postponed) == (1, 0, 0)
    assert b.state.accepted == ["hello"]
    assert a.delivery("hello") == ("stored", "")
    assert a.exchange.collect(XB) is None
    assert a.exchange.recipients_due() == ()
    assert b.verbs() == ["envelope_taken_in"]


def test_act_that_is_not_committed_sends_nothing() -> None:
    a, _, _ = two_nodes()
    a.fails_at_commit = True
    with pytest.raises(Conflict):
        a.send(XB, "hello")
    assert a.exchange.recipients_due() == ()
    assert a.state.streams == {}


def test_nothing_is_acknowledged_before_it_is_durable() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "hello")
    b.fails_at_commit = True
    with pytest.raises(Conflict):
        deliver(a, b)
    assert (b.state.accepted, b.state.taken, a.delivery("hello")) == ([], {}, ("waiting", ""))
    b.fails_at_commit = False
    deliver(a, b)
    assert (b.state.accepted, a.delivery("hello")) == (["hello"], ("stored", ""))


def test_duplicate_gets_the_same_receipt_and_has_no_second_effect() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    b.exchange.receive(parcel.batch)
    first, commits = next(iter(b.state.taken.values())), b.commits
    clock.move(hours=3)
    settlement = a.exchange.settle(parcel, b.exchange.receive(parcel.batch))
    assert settlement.acknowledged == 1
    assert b.state.accepted == ["hello"]
    assert b.commits == commits
    assert next(iter(a.state.settled.values())) == replace(first, outcome=ReceiptOutcome.DUPLICATE)


def test_lost_answer_is_made_good_by_posting_again() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    b.exchange.receive(parcel.batch)
    a.exchange.postpone(parcel, "The line broke.")
    assert a.exchange.recipients_due() == ()
    clock.move(seconds=1)
    deliver(a, b)
    assert (b.state.accepted, a.delivery("hello")) == (["hello"], ("stored", ""))


def test_gap_is_named_and_filled_from_the_expected_on() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "one", "two", "three")
    parcel = a.collect(XB)
    late = replace(parcel, envelopes=parcel.envelopes[1:])
    settlement = a.exchange.settle(late, b.exchange.receive(batch_to_bytes(one.envelope for one in late.envelopes)))
    assert settlement.postponed == 2
    assert (b.state.accepted, b.state.trail) == ([], [])
    clock.move(minutes=1)
    assert deliver(a, b).acknowledged == 3
    assert b.state.accepted == ["one", "two", "three"]


def test_gap_receipt_says_which_comes_next() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "one", "two")
    second = a.collect(XB).envelopes[1].envelope
    (item,) = batch_from_bytes(b.exchange.receive(batch_to_bytes([second])))
    (statement,) = open_envelope(envelope_from_json(item), a.exchange.opener).statements
    assert (statement.content["outcome"], statement.content["expected"]) == ("gap", 1)


def test_control_overtakes_data() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "data")
    a.put(XB, a.say("suspended", "participation"), instrument=CHARTER, is_control=True)
    deliver(a, b)
    assert b.state.accepted == ["suspended", "data"]


def test_taking_in_control_says_up_to_when_its_sender_was_heard() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "data")
    deliver(a, b)
    assert b.state.heard == {}
    a.put(XB, a.say("suspended", "participation"), instrument=CHARTER, is_control=True)
    parcel, sent = a.collect(XB), clock.now()
    clock.move(minutes=10)
    b.exchange.receive(parcel.batch)
    assert b.state.heard == {XA: sent}


def test_control_that_is_set_aside_whole_says_nothing_of_what_its_sender_did() -> None:
    a, b, clock = two_nodes()
    a.put(XB, a.say("suspended", "participation"), instrument=CHARTER, is_control=True)
    parcel = a.collect(XB)
    clock.move(days=EXPIRY_DAYS)
    b.exchange.receive(parcel.batch)
    assert b.verbs() == ["envelope_set_aside"]
    assert b.state.heard == {}


def test_order_is_kept_across_instruments() -> None:
    a, b, _ = two_nodes()
    with a.unit() as unit:
        for number, instrument in enumerate((PROGRAMME, CHARTER, CHARTER, PROGRAMME)):
            unit.outbox.put(Outgoing(XB, instrument, a.say(f"{number}")))
        unit.commit()
    assert len(a.collect(XB).envelopes) == 3
    deliver(a, b)
    assert b.state.accepted == ["0", "1", "2", "3"]


def test_many_statements_go_in_envelopes_within_the_bound() -> None:
    a, b, _ = two_nodes()
    statements = [a.say(f"{number}", filling="x" * 100_000) for number in range(30)]
    a.put(XB, *statements)
    parcel = a.collect(XB)
    assert len(parcel.envelopes) == 3
    assert all(len(one.envelope.sealed) <= BODY_BYTES_MAX + 32 for one in parcel.envelopes)
    deliver(a, b)
    assert b.state.accepted == [f"{number}" for number in range(30)]


def test_statement_that_fits_no_envelope_stops_its_act() -> None:
    a, _, _ = two_nodes()
    quotes = draft("message", XA, a.clock.now(), {"text": "q", "filling": '"' * 262_065}).with_signature(a.signer)
    with pytest.raises(Invalid, match="too large"):
        a.put(XB, quotes)
    assert a.exchange.recipients_due() == ()


def test_statement_for_an_unknown_body_is_a_programming_error() -> None:
    a, _, _ = two_nodes()
    with pytest.raises(AssertionError, match="not in the directory"):
        a.send(XC, "hello")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_poison_statement_does_not_block_the_stream_nor_undo_the_others(place: int) -> None:
    a, b, _ = two_nodes()
    kinds = ["message", "message"]
    kinds.insert(place, "poison")
    a.put(XB, *(a.say(f"{kind} {number}", kind) for number, kind in enumerate(kinds)))
    a.send(XB, "after")
    assert deliver(a, b).acknowledged == 2
    assert b.state.accepted == [f"message {number}" for number in range(3) if number != place] + ["after"]
    assert a.delivery(f"poison {place}") == ("refused", "not_accepted")
    assert a.delivery("after") == ("stored", "")
    assert b.verbs() == ["envelope_taken_in", "statement_set_aside", "envelope_taken_in"]
    assert a.verbs() == ["delivery_refused"]


def test_envelope_full_of_poison_costs_a_bounded_number_of_runs() -> None:
    a, b, _ = two_nodes()
    a.put(XB, *(a.say(f"{number}", "poison") for number in range(RERUNS_MAX + 20)), a.say("last"))
    deliver(a, b)
    assert b.state.accepted == []
    assert a.delivery("last") == ("refused", "not_accepted")
    a.send(XB, "next")
    deliver(a, b)
    assert b.state.accepted == ["next"]


def test_unreachable_body_is_tried_after_one_second_doubling_to_an_hour() -> None:
    delays = [retry_delay(attempts).total_seconds() for attempts in range(1, 16)]
    assert delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]
    assert retry_delay(10**9).total_seconds() == 3600


def test_new_act_takes_what_was_postponed_before_it_along() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "one")
    a.exchange.postpone(a.collect(XB), "No line.")
    assert a.exchange.collect(XB) is None
    a.send(XB, "two")
    deliver(a, b)
    assert b.state.accepted == ["one", "two"]


def test_seconds_to_next_is_known() -> None:
    a, _, _ = two_nodes()
    assert a.exchange.seconds_to_next() is None
    a.send(XB, "one")
    assert a.exchange.seconds_to_next() == 0
    a.exchange.postpone(a.collect(XB), "No line.")
    assert a.exchange.seconds_to_next() == 1


def test_streams_of_two_bodies_and_lanes_are_apart() -> None:
    a, _, clock = two_nodes()
    a.state.bodies.update(MemoryNode(XC, clock, known=(XC,)).state.bodies)
    a.send(XB, "one")
    a.send(XC, "two")
    a.put(XB, a.say("three", "participation"), is_control=True)
    sequences = {key: stream.sequence for key, stream in a.state.streams.items()}
    assert sequences == {(XB, Lane.DATA, True): 1, (XC, Lane.DATA, True): 1, (XB, Lane.CONTROL, True): 1}
