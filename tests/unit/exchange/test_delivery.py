"""Two nodes exchange: what is sent arrives once, in order, and is known to have arrived (X7, X8, X18 to X21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.exchange.deciding import Deciding
from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json, header_hash, open_envelope
from entente.exchange.intake import REFUSED_MAX
from entente.exchange.model import BODY_BYTES_MAX, EXPIRY_DAYS, Lane, Receipt, ReceiptOutcome
from entente.exchange.packing import retry_delay
from entente.kernel.canonical import parse_canonical
from entente.kernel.codec import from_json
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ports import Outgoing
from entente.kernel.statement import draft, from_signed
from tests.support.build_bodies import LISTS
from tests.support.memory_exchange import (
    CHARTER,
    PROGRAMME,
    XA,
    XB,
    XC,
    ManualClock,
    MemoryNode,
    an_instrument,
    deliver,
    record,
    take_message,
    two_nodes,
)


def send_apart(node: MemoryNode, *texts: str) -> None:
    """Send messages that travel in an envelope each, as they do when each is posted before the next is written."""
    for text in texts:
        node.send(XB, text)
        node.exchange.collect(XB)


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


def test_statement_put_after_the_courier_read_its_clock_does_not_block_its_stream() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "first")
    deliver(a, b)
    clock.move(minutes=1)
    a.send(XB, "hello")
    # The courier reads the clock, then waits while an act is committed: what it seals was put after its «now».
    clock.move(microseconds=-1)
    assert deliver(a, b).acknowledged == 1
    assert b.state.accepted == ["first", "hello"]


def test_n11_bodies_that_refuse_us_as_from_the_future_are_named_until_the_clocks_agree() -> None:
    a, b, _ = two_nodes()
    ahead = ManualClock(b.clock.now() + timedelta(hours=1))
    a.exchange = replace(a.exchange, clock=ahead)
    a.send(XB, "hello")
    deliver(a, b)
    assert a.exchange.refusing_as_ahead() == (XB,)
    assert b.state.accepted == []
    b.exchange = replace(b.exchange, clock=ahead)
    ahead.move(hours=2)
    deliver(a, b)
    assert b.state.accepted == ["hello"]
    assert a.exchange.refusing_as_ahead() == ()


def test_act_that_is_not_committed_sends_nothing() -> None:
    a, _, _ = two_nodes()
    a.fails_at_commit = True
    with pytest.raises(Conflict):
        a.send(XB, "hello")
    assert a.exchange.recipients_due() == ()
    assert a.streams == {}


def test_nothing_is_acknowledged_before_it_is_durable() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "hello")
    b.fails_at_commit = True
    with pytest.raises(Conflict):
        deliver(a, b)
    assert (b.state.accepted, b.taken, a.delivery("hello")) == ([], [], ("waiting", ""))
    b.fails_at_commit = False
    deliver(a, b)
    assert (b.state.accepted, a.delivery("hello")) == (["hello"], ("stored", ""))


def test_duplicate_gets_the_same_receipt_and_has_no_second_effect() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    b.exchange.receive(parcel.batch)
    commits = b.commits
    clock.move(hours=3)
    settlement = a.exchange.settle(parcel, b.exchange.receive(parcel.batch))
    assert settlement.acknowledged == 1
    assert b.state.accepted == ["hello"]
    assert b.commits == commits
    evidence = parse_canonical(a.evidence(header_hash(parcel.envelopes[0].envelope)))
    said = from_signed(str(evidence["signed"]).encode(), ()).content
    (first,) = b.taken
    assert from_json(Receipt, said) == replace(first, outcome=ReceiptOutcome.DUPLICATE)


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
    send_apart(a, "one", "two", "three")
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
    send_apart(a, "one", "two")
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
    assert deliver(a, b).acknowledged == 1
    assert b.state.accepted == [f"message {number}" for number in range(3) if number != place] + ["after"]
    assert a.delivery(f"poison {place}") == ("refused", "not_accepted")
    assert a.delivery("after") == ("stored", "")
    assert b.verbs() == ["envelope_taken_in", "statement_set_aside"]
    assert a.verbs() == ["delivery_refused"]


def test_envelope_full_of_poison_costs_a_bounded_number_of_runs() -> None:
    a, b, _ = two_nodes()
    a.put(XB, *(a.say(f"{number}", "poison") for number in range(REFUSED_MAX + 20)), a.say("last"))
    deliver(a, b)
    assert b.state.accepted == []
    assert a.delivery(f"{REFUSED_MAX - 1}") == ("refused", "not_accepted")
    assert a.delivery("last") == ("waiting", ""), "its room was not asked"
    a.send(XB, "next")
    deliver(a, b)
    assert b.state.accepted == ["last", "next"]
    assert {a.delivery(f"{number}") for number in range(REFUSED_MAX + 20)} == {("refused", "not_accepted")}


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
    a.state.instruments[PROGRAMME] = an_instrument(parties=(XA, XB, XC))
    a.send(XB, "one")
    a.send(XC, "two")
    a.put(XB, a.say("three", "participation"), is_control=True)
    assert a.streams == {}
    for to in (XB, XC):
        a.collect(to)
    sequences = {key: stream.sequence for key, stream in a.streams.items()}
    assert sequences == {(XB, Lane.DATA, True): 1, (XC, Lane.DATA, True): 1, (XB, Lane.CONTROL, True): 1}


def test_what_waits_for_one_body_shares_its_envelopes() -> None:
    a, b, _ = two_nodes()
    a.send(XB, *(f"{number}" for number in range(100)))
    assert len(a.collect(XB).envelopes) == 2
    deliver(a, b)
    assert b.state.accepted == [f"{number}" for number in range(100)]
    assert {a.delivery(f"{number}") for number in range(100)} == {("stored", "")}


def test_statement_counts_once_whatever_envelope_brings_it_again() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "hello")
    lost = a.collect(XB)
    b.exchange.receive(lost.batch)
    with a.unit() as unit:
        a.exchange.posting.begin_anew(unit, XB, Lane.DATA, "A test says so.", clock.now())
        unit.commit()
    again = a.collect(XB)
    assert again.envelopes[0].envelope.header.incarnation > lost.envelopes[0].envelope.header.incarnation
    deliver(a, b)
    assert (b.state.accepted, a.delivery("hello")) == (["hello"], ("stored", ""))
    assert b.taken[-1].results[0].reason == "counted_before"


def test_statement_its_room_lets_leave_no_more_is_held_and_the_others_go() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "one", "two", "three")
    a.stopped.add("two")
    deliver(a, b)
    assert b.state.accepted == ["one", "three"]
    assert a.delivery("two") == ("held", "Its room says no.")
    assert a.verbs() == ["statement_held"]
    assert a.exchange.recipients_due() == ()
    a.stopped.clear()
    assert a.exchange.recipients_due() == (), "only a person releases what is held"
    with a.unit() as unit:
        (held,) = unit.outbox.held(100)
        assert unit.outbox.release(held.number, clock.now()) is not None
        unit.commit()
    deliver(a, b)
    assert (b.state.accepted, a.delivery("two")) == (["one", "three", "two"], ("stored", ""))


@pytest.mark.parametrize("kind", ["participation", "withdrawal", "copy_ended", "recall"])
def test_x28_what_takes_away_reaches_a_body_that_comes_back_after_more_than_a_delivery_may_take(kind: str) -> None:
    a, b, clock = two_nodes()
    a.put(XB, a.say("takes away", kind), instrument=CHARTER, is_control=True)
    a.send(XB, "a message")
    a.exchange.postpone(a.collect(XB), "nobody answered")
    clock.move(days=EXPIRY_DAYS + 5)
    a.exchange.tend()
    assert a.delivery("a message")[0] == "undelivered"
    deliver(a, b)
    assert b.state.accepted == ["takes away"]
    assert a.delivery("takes away")[0] == "stored"


def test_x28_statement_released_after_it_was_held_longer_than_a_delivery_may_take_still_goes() -> None:
    a, b, clock = two_nodes()
    a.stopped.add("one")
    a.send(XB, "one")
    assert a.exchange.collect(XB) is None
    clock.move(days=EXPIRY_DAYS + 1)
    a.exchange.tend()
    assert a.delivery("one")[0] == "held"
    a.stopped.clear()
    with a.unit() as unit:
        (held,) = unit.outbox.held(10)
        assert unit.outbox.release(held.number, clock.now()) is not None
        unit.commit()
    deliver(a, b)
    assert (b.state.accepted, a.delivery("one")) == (["one"], ("stored", ""))


def test_envelope_sealed_before_a_suspension_and_not_acknowledged_is_not_posted_again() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "one", "two")
    a.exchange.postpone(a.collect(XB), "The line broke.")
    a.stopped.add("one")
    clock.move(seconds=1)
    parcel = a.collect(XB)
    (envelope,) = parcel.envelopes
    assert [one.content["text"] for one in open_envelope(envelope.envelope, b.exchange.opener).statements] == ["two"]
    assert a.exchange.settle(parcel, b.exchange.receive(parcel.batch)).acknowledged == 1
    assert (b.state.accepted, a.delivery("one")[0]) == (["two"], "held")


def test_held_statement_that_a_person_drops_never_leaves() -> None:
    a, _, clock = two_nodes()
    a.send(XB, "one")
    a.stopped.add("one")
    assert a.exchange.collect(XB) is None
    with a.unit() as unit:
        (held,) = unit.outbox.held(100)
        assert unit.outbox.drop(held.number, "Its head decided so.", clock.now()) is not None
        assert unit.outbox.drop(held.number, "Again.", clock.now()) is None
        assert unit.outbox.release(held.number, clock.now()) is None
        unit.commit()
    a.stopped.clear()
    assert a.exchange.collect(XB) is None
    assert a.delivery("one") == ("retracted", "Its head decided so.")


def test_statement_that_makes_the_recipient_fail_is_kept_aside_there_and_blocks_nothing() -> None:
    a, b, _ = two_nodes()
    a.put(XB, a.say("good"), a.say("bad", "defect"), a.say("after"))
    a.send(XB, "later")
    deliver(a, b)
    assert b.state.accepted == ["good", "after", "later"]
    assert a.delivery("bad") == ("refused", "fault")
    assert [type(error) for error in b.faults] == [KeyError]
    with b.unit() as unit:
        (aside,) = unit.inbox.aside()
    assert (aside.sender, aside.statement.content["text"], aside.reason) == (XA, "bad", "fault")


def test_what_is_not_acknowledged_within_thirty_days_ends_with_a_signed_non_delivery() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "sealed")
    a.exchange.postpone(a.collect(XB), "No line.")
    clock.move(days=1)
    a.send(XB, "younger")
    clock.move(days=EXPIRY_DAYS - 1)
    assert a.exchange.tend() == 1
    with a.unit() as unit:
        (ended,) = unit.outbox.deliveries("sealed")
    assert (ended.state, [step.step for step in ended.steps]) == ("undelivered", ["undelivered"])
    assert "delivery_ended" in a.verbs()
    assert a.exchange.tend() == 0
    deliver(a, b)
    assert (b.state.accepted, a.delivery("younger")) == (["younger"], ("stored", ""))


def test_recipient_that_lost_what_it_acknowledged_is_sent_it_again() -> None:
    a, b, clock = two_nodes()
    for text in ("one", "two"):
        a.send(XB, text)
        deliver(a, b)
    # As if the store of B had been put back to a copy made before anything came.
    lost = MemoryNode(XB, clock)
    a.send(XB, "three")
    assert deliver(a, lost).postponed == 1
    clock.move(seconds=1)
    deliver(a, lost)
    assert lost.state.accepted == ["one", "two", "three"]
    assert {a.delivery(text) for text in lost.state.accepted} == {("stored", "")}


def test_envelopes_of_one_stream_that_come_in_one_post_are_taken_in_within_one_commit() -> None:
    a, b, _ = two_nodes()
    for text in ("one", "two", "three"):
        a.send(XB, text)
        a.exchange.collect(XB)
    assert deliver(a, b).acknowledged == 3
    assert (b.state.accepted, b.commits) == (["one", "two", "three"], 1)


def test_x14_statement_taken_in_later_counts_once_and_is_among_its_senders_words() -> None:
    a, b, _ = two_nodes()
    said = a.say("mended", "defect")
    a.put(XB, said)
    deliver(a, b)
    mended = Deciding(b.unit, b.unit, b.clock, LISTS, {"defect": take_message}, {}, record)
    assert [why for _, why in mended.retry()] == [""]
    assert (b.state.accepted, mended.aside()) == (["mended"], ())
    # Its sender brings it once more, in another envelope.
    a.put(XB, said)
    deliver(a, b)
    assert (b.state.accepted, mended.aside()) == (["mended"], ())
    with b.unit() as unit:
        words = unit.inbox.words_of(XA, {Lane.CONTROL: ("", 0), Lane.DATA: ("", 0)}, 0, 9)
    assert [(word.statement.id, word.is_aside) for word in words] == [(said.id, False)]
