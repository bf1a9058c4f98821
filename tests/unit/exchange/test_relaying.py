"""Two bodies without a line exchange through a third that cannot read (X24 to X26; DESIGN section 11, day 2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json, header_hash
from entente.exchange.model import (
    BATCH_ENVELOPES_MAX,
    EXPIRY_DAYS,
    RELAY_AGAIN_HOURS,
    Lane,
    Receipt,
    ReceiptOutcome,
)
from entente.exchange.receipts import make_receipt
from entente.exchange.relaying import RELAY_OF_MAX
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.errors import Untrusted
from entente.kernel.ids import BodyId
from entente.transport.caller import Caller
from tests.support.memory_exchange import (
    CHARTER,
    PROGRAMME,
    XA,
    XB,
    XC,
    ManualClock,
    MemoryNode,
    a_body,
    key_version,
)

XD = BodyId("body:" + "xd" * 16)


def three_nodes() -> tuple[MemoryNode, MemoryNode, MemoryNode, ManualClock]:
    """XA and XB have no line; XC is the relay that XB named."""
    clock = ManualClock()
    a, b, relay = (MemoryNode(own, clock, known=(XA, XB, XC)) for own in (XA, XB, XC))
    for node in (a, b, relay):
        node.state.bodies[XB] = replace(a_body(XB), addresses=(), relays=(XC,))
        node.state.bodies[XA] = replace(a_body(XA), addresses=(), relays=(XC,))
    return a, b, relay, clock


def post(sender: MemoryNode, relay: MemoryNode, recipient: MemoryNode) -> None:
    parcel = sender.collect(recipient.id)
    assert (parcel.via, parcel.addresses) == (XC, a_body(XC).addresses)
    sender.exchange.settle(parcel, relay.exchange.receive(parcel.batch))


def fetch(body: MemoryNode, relay: MemoryNode, taken: tuple[str, ...] = ()) -> int:
    call = body.exchange.pull(XC, taken)
    brought = body.exchange.take_in(
        body.exchange.brought_by(call, relay.exchange.receive(batch_to_bytes([call.envelope])))
    )
    if brought.receipts:
        relay.exchange.receive(brought.receipts)
    if brought.taken:
        fetch(body, relay, brought.taken)
    return brought.envelopes


def steps(node: MemoryNode, ref: str) -> list[str]:
    with node.unit() as unit:
        (delivery,) = unit.outbox.deliveries(ref)
    return [*(step.step for step in delivery.steps), delivery.state]


def test_message_goes_through_the_relay_and_its_receipt_comes_back() -> None:
    a, b, relay, _ = three_nodes()
    a.send(XB, "hello")
    post(a, relay, b)
    assert steps(a, "hello") == ["relayed", "waiting"]
    assert fetch(b, relay) == 1
    assert b.state.accepted == ["hello"]
    assert steps(a, "hello") == ["relayed", "waiting"]
    assert fetch(a, relay) == 1
    assert steps(a, "hello") == ["relayed", "stored"]
    assert (fetch(a, relay), fetch(b, relay)) == (0, 0)
    with relay.unit() as unit:
        assert unit.relay.recipients() == ()


def test_relay_with_a_line_posts_what_it_keeps() -> None:
    a, b, relay, _ = three_nodes()
    for name in (XA, XB):
        relay.state.bodies[name] = replace(relay.state.bodies[name], addresses=("http://reached.example",))
    a.send(XB, "hello")
    post(a, relay, b)
    assert relay.exchange.recipients_due() == (XB,)
    parcel = relay.collect(XB)
    assert relay.exchange.settle(parcel, b.exchange.receive(parcel.batch)).passed_on == 1
    back = relay.collect(XA)
    relay.exchange.settle(back, a.exchange.receive(back.batch))
    assert steps(a, "hello") == ["relayed", "stored"]
    assert relay.exchange.recipients_due() == ()


def test_x24_relay_takes_every_envelope_of_one_post() -> None:
    a, b, relay, _ = three_nodes()
    for text in ("one", "two", "three"):
        a.send(XB, text)
        a.exchange.collect(XB)
    post(a, relay, b)
    assert [steps(a, text) for text in ("one", "two", "three")] == [["relayed", "waiting"]] * 3
    assert fetch(b, relay) == 3
    assert b.state.accepted == ["one", "two", "three"]


def test_x25_receipt_of_another_body_does_not_end_what_a_relay_keeps() -> None:
    a, b, relay, clock = three_nodes()
    a.send(XB, "hello")
    post(a, relay, b)
    with relay.unit() as unit:
        (kept,) = unit.relay.waiting(XB, 9)
    # XD is known to all; it has seen the header, and says in its own name that it is done with.
    liar = MemoryNode(XD, clock, known=(XA, XB, XC, XD))
    relay.state.bodies[XD] = a_body(XD)
    done = Receipt(header_hash(kept.envelope), ReceiptOutcome.STORED, clock.now())
    forged = make_receipt(
        kept.envelope, done, a_body(XA), bytes(16), XD, signer=liar.signer, sealer=liar.exchange.sealer
    )
    assert batch_from_bytes(relay.exchange.receive(batch_to_bytes([forged]))) == ()
    with relay.unit() as unit:
        assert unit.relay.recipients() == (XB,)
    assert fetch(b, relay) == 1
    assert b.state.accepted == ["hello"]


@pytest.mark.parametrize("outcome", [ReceiptOutcome.RELAYED, ReceiptOutcome.UNDELIVERED, ReceiptOutcome.REFUSED])
def test_x25_word_of_a_body_that_is_no_relay_is_not_believed(outcome: ReceiptOutcome) -> None:
    a, _, relay, clock = three_nodes()
    a.send(XB, "hello")
    (sent,) = a.collect(XB).envelopes
    a.state.bodies[XD] = a_body(XD)
    liar = MemoryNode(XD, clock, known=(XA, XB, XC, XD))
    said = Receipt(header_hash(sent.envelope), outcome, clock.now(), "expired")
    for speaker, is_believed in ((liar, False), (relay, True)):
        word = make_receipt(
            sent.envelope, said, a_body(XA), bytes(16), speaker.id, signer=speaker.signer, sealer=a.exchange.sealer
        )
        if is_believed:
            a.exchange.receive(batch_to_bytes([word]))
        else:
            with pytest.raises(Untrusted, match="not believed"):
                a.exchange.receive(batch_to_bytes([word]))
            assert (steps(a, "hello"), a.exchange.recipients_due()) == (["waiting"], (XB,))
    assert len(steps(a, "hello")) == 2


def test_x24_relay_passes_on_nothing_of_its_own_that_is_brought_back_and_believes_no_word_of_its_own() -> None:
    a, b, _, clock = three_nodes()
    a.state.bodies[XB] = replace(a_body(XB), relays=(XA,))
    a.send(XB, "hello")
    (sent,) = a.collect(XB).envelopes
    # XB named XA as a relay, and whoever saw XA's own envelope on the line posts it to XA.
    (answer,) = batch_from_bytes(a.exchange.receive(batch_to_bytes([sent.envelope])))
    with a.unit() as unit:
        assert unit.relay.waiting(XB, 9) == ()
    said = Receipt(header_hash(sent.envelope), ReceiptOutcome.RELAYED, clock.now())
    own = make_receipt(sent.envelope, said, a_body(XA), bytes(16), XA, signer=a.signer, sealer=a.exchange.sealer)
    for word in (envelope_from_json(answer), own):
        with pytest.raises(Untrusted, match="not believed"):
            a.exchange.receive(batch_to_bytes([word]))
    assert (steps(a, "hello"), a.exchange.recipients_due()) == (["waiting"], (XB,))
    parcel = a.collect(XB)
    a.exchange.settle(parcel, b.exchange.receive(parcel.batch))
    assert (b.state.accepted, steps(a, "hello")) == (["hello"], ["stored"])


def with_lines(relay: MemoryNode) -> None:
    for name in (XA, XB):
        relay.state.bodies[name] = replace(relay.state.bodies[name], addresses=("http://reached.example",))


def test_x25_receipt_signed_with_the_key_that_the_sender_knows_goes_back_over_a_relay_that_knows_the_next() -> None:
    a, b, relay, _ = three_nodes()
    with_lines(relay)
    a.send(XB, "hello")
    post(a, relay, b)
    relay.state.bodies[XB] = replace(relay.state.bodies[XB], keys=(key_version("XB"), key_version("XB", 2)))
    parcel = relay.collect(XB)
    assert relay.exchange.settle(parcel, b.exchange.receive(parcel.batch)).passed_on == 1
    back = relay.collect(XA)
    relay.exchange.settle(back, a.exchange.receive(back.batch))
    assert steps(a, "hello") == ["relayed", "stored"]


def test_x25_what_its_recipient_does_not_answer_is_put_off_and_holds_up_nothing_else() -> None:
    a, b, relay, clock = three_nodes()
    with_lines(relay)
    a.send(XB, "hello")
    post(a, relay, b)
    parcel = relay.collect(XB)
    # XB does not know who sent it: the post is answered with a problem.
    del b.state.bodies[XA]
    with pytest.raises(Untrusted):
        b.exchange.receive(parcel.batch)
    relay.exchange.postpone(parcel, "no answer")
    assert (relay.exchange.recipients_due(), relay.exchange.collect(XB)) == ((), None)
    clock.move(seconds=1)
    assert relay.exchange.recipients_due() == (XB,)
    again = relay.collect(XB)
    assert relay.exchange.settle(again, batch_to_bytes([])).passed_on == 0
    assert relay.exchange.recipients_due() == ()
    # Whoever fetches is there, and gets it at once.
    b.state.bodies[XA] = a_body(XA)
    assert fetch(b, relay) == 1


def test_x30_body_fetches_more_from_a_relay_than_one_answer_holds() -> None:
    a, b, relay, clock = three_nodes()
    count = BATCH_ENVELOPES_MAX + 6
    a.send(XB, "first")
    (first,) = a.collect(XB).envelopes
    with relay.unit() as unit:
        for number in range(count):
            header = replace(first.envelope.header, sequence=number + 1)
            named = replace(first.envelope, header=header, header_bytes=canonical_bytes(to_object(header)))
            unit.relay.put(named, clock.now())
        unit.commit()
    assert fetch(b, relay) == BATCH_ENVELOPES_MAX - 1


def test_x30_what_a_body_never_answers_keeps_nothing_else_from_being_fetched() -> None:
    a, b, relay, clock = three_nodes()
    # XD is known to the relay and to nobody else, and fills more than one answer.
    stranger = MemoryNode(XD, clock, known=(XB, XC, XD))
    stranger.state.bodies[XB] = b.state.bodies[XB]
    stranger.put(XB, stranger.say("from nobody", "participation"), is_control=True)
    (first,) = stranger.collect(XB).envelopes
    with relay.unit() as unit:
        for number in range(BATCH_ENVELOPES_MAX + 6):
            header = replace(first.envelope.header, sequence=number + 1)
            named = replace(first.envelope, header=header, header_bytes=canonical_bytes(to_object(header)))
            unit.relay.put(named, clock.now())
        unit.commit()
    a.send(XB, "hello")
    post(a, relay, b)
    posts = []

    def carry(_address: str, batch: bytes) -> bytes:
        posts.append(batch)
        return relay.exchange.receive(batch)

    fetched = Caller(b.exchange, carry).fetch(XC)
    assert (fetched, b.state.accepted) == (BATCH_ENVELOPES_MAX + 7, ["hello"])
    assert len(posts) <= 5


def test_relay_cannot_read_what_it_passes_on() -> None:
    a, b, relay, _ = three_nodes()
    a.send(XB, "hello")
    post(a, relay, b)
    with relay.unit() as unit:
        (kept,) = unit.relay.waiting(XB, 9)
    with pytest.raises(Untrusted):
        relay.exchange.opener.open(kept.envelope.sealed, b"")
    assert relay.state.accepted == []


def test_relay_passes_on_for_bodies_that_named_it_alone() -> None:
    a, _, relay, _ = three_nodes()
    relay.state.bodies[XB] = replace(relay.state.bodies[XB], relays=())
    a.send(XB, "hello")
    parcel = a.collect(XB)
    assert a.exchange.settle(parcel, relay.exchange.receive(parcel.batch)).postponed == 1
    assert steps(a, "hello")[-1] == "waiting"
    with relay.unit() as unit:
        assert unit.relay.recipients() == ()


def test_forged_envelope_is_not_passed_on() -> None:
    a, _, relay, _ = three_nodes()
    a.send(XB, "hello")
    (waiting,) = a.collect(XB).envelopes
    forged = replace(waiting.envelope, signature=replace(waiting.envelope.signature, value=bytes(64)))
    answers = batch_from_bytes(relay.exchange.receive(batch_to_bytes([forged])))
    assert envelope_from_json(answers[0]).header.lane is Lane.RECEIPT
    with relay.unit() as unit:
        assert unit.relay.recipients() == ()


def test_what_a_relay_lost_is_posted_again_after_an_hour_and_counts_once() -> None:
    a, b, relay, clock = three_nodes()
    a.send(XB, "hello")
    post(a, relay, b)
    fetch(b, relay)
    assert a.exchange.collect(XB) is None
    clock.move(hours=RELAY_AGAIN_HOURS)
    # As if the relay's store had been put back before it took the receipt.
    forgetful = MemoryNode(XC, clock, known=(XA, XB, XC))
    forgetful.state.bodies.update(relay.state.bodies)
    post(a, forgetful, b)
    fetch(b, forgetful)
    fetch(a, forgetful)
    assert (b.state.accepted, steps(a, "hello")[-1]) == (["hello"], "stored")


def test_relay_that_could_not_pass_on_says_so_with_its_signature() -> None:
    a, b, relay, clock = three_nodes()
    a.send(XB, "hello")
    post(a, relay, b)
    clock.move(days=EXPIRY_DAYS)
    assert relay.exchange.tend() == 1
    assert relay.verbs() == ["envelope_relayed", "relay_ended"]
    assert fetch(a, relay) == 1
    assert "undelivered_by_relay" in steps(a, "hello")
    a.exchange.tend()
    assert steps(a, "hello")[-1] == "undelivered"


def test_x26_relay_forgets_what_it_settled_when_no_receipt_can_come_any_more() -> None:
    a, b, relay, clock = three_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    a.exchange.settle(parcel, relay.exchange.receive(parcel.batch))
    name = header_hash(parcel.envelopes[0].envelope)
    fetch(b, relay)
    fetch(a, relay)
    clock.move(days=2 * EXPIRY_DAYS)
    relay.exchange.tend()
    with relay.unit() as unit:
        assert unit.relay.ends(name) == (XA, XB)
    clock.move(seconds=1)
    relay.exchange.tend()
    with relay.unit() as unit:
        assert not unit.relay.has(name)


def test_one_sender_cannot_fill_a_relay() -> None:
    a, _, relay, clock = three_nodes()
    a.send(XB, "first")
    (waiting,) = a.collect(XB).envelopes
    with relay.unit() as unit:
        for number in range(RELAY_OF_MAX):
            header = replace(waiting.envelope.header, sequence=number + 2)
            unit.relay.put(replace(waiting.envelope, header=header, header_bytes=b"%d" % number), clock.now())
        unit.commit()
    parcel = a.collect(XB)
    assert a.exchange.settle(parcel, relay.exchange.receive(parcel.batch)).postponed == 1
    assert steps(a, "first") == ["refused_by_relay", "waiting"]


def test_relay_cannot_say_that_a_recipient_has_something() -> None:
    a, b, relay, _ = three_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    # The relay claims to be the recipient: it has neither its key nor its id.
    claimed = MemoryNode(XB, relay.clock)
    claimed.keys.signer = relay.keys.signer
    claimed.state.instruments.update(b.state.instruments)
    settlement = a.exchange.settle(parcel, claimed.exchange.receive(parcel.batch))
    assert (settlement.acknowledged, len(settlement.disbelieved)) == (0, 1)
    assert steps(a, "hello") == ["waiting"]


def test_operator_can_set_a_relay_for_a_body_that_has_addresses() -> None:
    a, _, _, _ = three_nodes()
    a.state.bodies[XB] = a_body(XB)
    a.send(XB, "hello")
    assert a.collect(XB).via == XB
    with a.unit() as unit:
        unit.outbox.put_route(XB, XC)
        unit.commit()
    assert a.collect(XB).via == XC


def test_body_whose_line_is_down_is_reached_through_its_relay() -> None:
    a, _, _, clock = three_nodes()
    a.state.bodies[XB] = replace(a_body(XB), relays=(XC,))
    a.send(XB, "hello")
    for _ in range(5):
        parcel = a.collect(XB)
        assert parcel.via == XB
        a.exchange.postpone(parcel, "No answer.")
        clock.move(minutes=1)
    assert a.collect(XB).via == XC


def test_order_is_kept_over_a_relay_and_gaps_are_filled() -> None:
    a, b, relay, clock = three_nodes()
    for text in ("one", "two", "three"):
        a.send(XB, text)
        post(a, relay, b)
    with relay.unit() as unit:
        first = unit.relay.waiting(XB, 9)[0]
        unit.relay.settle(header_hash(first.envelope), "lost", clock.now())
        unit.commit()
    clock.move(hours=RELAY_AGAIN_HOURS)
    post(a, relay, b)
    while fetch(b, relay):
        pass
    fetch(a, relay)
    assert b.state.accepted == ["one", "two", "three"]
    assert {steps(a, text)[-1] for text in b.state.accepted} == {"stored"}


def test_x25_what_is_all_with_a_relay_is_not_due_when_one_of_its_receipts_came() -> None:
    a, b, relay, clock = three_nodes()
    a.put(XB, a.say("first"), instrument=CHARTER)
    a.put(XB, a.say("second"), instrument=PROGRAMME)
    post(a, relay, b)
    assert fetch(b, relay) == 2
    call = a.exchange.pull(XC)
    brought = [
        envelope_from_json(item) for item in batch_from_bytes(relay.exchange.receive(batch_to_bytes([call.envelope])))
    ]
    (one, _) = (envelope for envelope in brought if envelope.header.lane is Lane.RECEIPT)
    a.exchange.receive(batch_to_bytes([one]))
    assert a.exchange.collect(XB) is None
    assert a.exchange.recipients_due() == (), "else the courier would ask again and again, and write each time"
    clock.move(hours=RELAY_AGAIN_HOURS, seconds=1)
    assert a.exchange.recipients_due() == (XB,)
    assert a.collect(XB).via == XC


def test_x24_every_other_attempt_goes_to_the_body_itself_once_its_line_failed_five_times() -> None:
    a, b, _, clock = three_nodes()
    a.state.bodies[XB] = replace(a_body(XB), relays=(XC,))
    a.put(XB, a.say("heard before"))
    heard = a.collect(XB)
    a.exchange.settle(heard, b.exchange.receive(heard.batch))
    # Nothing waits among the data any more; what fails is the other lane.
    a.put(XB, a.say("stops", "participation"), is_control=True)
    ways = []
    for _ in range(9):
        parcel = a.collect(XB)
        ways.append(parcel.via)
        a.exchange.postpone(parcel, "nobody answered")
        clock.move(hours=1)
    assert ways == [XB] * 5 + [XC, XB, XC, XB]


def test_x24_relay_that_knows_the_senders_new_key_passes_on_what_an_earlier_one_signed() -> None:
    a, b, relay, _ = three_nodes()
    known = relay.state.bodies[XA]
    relay.state.bodies[XA] = replace(known, keys=(*known.keys, key_version("XA", 2)))
    a.send(XB, "signed with the key that XB knows")
    post(a, relay, b)
    assert fetch(b, relay) == 1
    assert b.state.accepted == ["signed with the key that XB knows"]
