"""The OutboxStore, InboxStore and RelayStore ports on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.exchange.envelopes import header_hash
from entente.exchange.model import (
    STREAM_LANES,
    Lane,
    Line,
    Queued,
    Receipt,
    ReceiptOutcome,
    SetAside,
    StatementResult,
    Stream,
)
from entente.kernel.errors import Conflict
from entente.kernel.ports import EvidenceStep, Outgoing
from entente.storage.inbox import ASIDE_OF_SENDER_MAX
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage import examples
from tests.storage.examples import NOW, OTHER, OWN, THIRD

pytestmark = pytest.mark.storage

LATER = NOW + timedelta(minutes=10)


def put(unit: SqlUnitOfWork, *refs: str, is_control: bool = False) -> list[Queued]:
    """Put a statement for each reference and return what waits."""
    for ref in refs:
        unit.outbox.put(replace(examples.outgoing(ref), is_control=is_control))
    unit.outbox.enter(NOW)
    lane = Lane.CONTROL if is_control else Lane.DATA
    return [queued for queued in unit.outbox.unsealed(OTHER, lane, 99) if queued.outgoing.ref in refs]


def states(unit: SqlUnitOfWork, ref: str) -> list[tuple[str, str]]:
    return [(item.state, item.reason) for item in unit.outbox.deliveries(ref)]


def test_statement_waits_in_its_order_until_an_envelope_carries_it(store: Store) -> None:
    with store.unit() as unit:
        unit.outbox.put(examples.outgoing("ref-0"))
        assert unit.outbox.pending() == (examples.outgoing("ref-0"),)
        assert states(unit, "ref-0") == [("waiting", "")]
        assert not unit.outbox.has_unsealed(OTHER)
        first, second, third = put(unit, "ref-1", "ref-2", "ref-3")
        assert unit.outbox.pending() == ()
        assert [item.outgoing.ref for item in (first, second, third)] == ["ref-1", "ref-2", "ref-3"]
        assert first.outgoing == examples.outgoing("ref-1")
        unit.outbox.put_envelope(examples.envelope(1), [first, second])
        unit.commit()
    with store.view() as view:
        assert [item.outgoing.ref for item in view.outbox.unsealed(OTHER, Lane.DATA, 9)] == ["ref-0", "ref-3"]
        (envelope,) = view.outbox.envelopes(OTHER, Lane.DATA, 9)
        assert envelope.envelope == examples.envelope(1)
        assert [item.outgoing.ref for item in view.outbox.carried_by(envelope.number)] == ["ref-1", "ref-2"]
        assert view.outbox.envelope_of(header_hash(examples.envelope(1))) == envelope
        assert view.outbox.last_sealed(OTHER, Lane.DATA) == NOW
        assert view.outbox.last_sealed(OTHER, Lane.CONTROL) is None


def test_line_is_due_while_something_waits_and_not_put_off(store: Store) -> None:
    with store.unit() as unit:
        put(unit, "ref-1")
        put(unit, "ref-2", is_control=True)
        assert unit.outbox.due(NOW) == (OTHER,)
        assert unit.outbox.due(NOW - timedelta(seconds=1)) == ()
        for lane in (Lane.DATA, Lane.CONTROL):
            unit.outbox.put_line(Line(OTHER, lane, 3, LATER, "no answer"))
        assert unit.outbox.due(NOW) == ()
        assert unit.outbox.next_due() == LATER
        assert unit.outbox.line(OTHER, Lane.DATA) == Line(OTHER, Lane.DATA, 3, LATER, "no answer")
        put(unit, "ref-3")
        assert unit.outbox.line(OTHER, Lane.DATA) == Line(OTHER, Lane.DATA, 3, NOW, "no answer")
        (failing,) = unit.outbox.failing().values()
        assert failing.lane is STREAM_LANES[0], "of several lanes the one that is posted first"
        for lane in STREAM_LANES:
            unit.outbox.put_line(Line(OTHER, lane, 0, NOW, ""))
        assert unit.outbox.failing() == {}
        assert unit.outbox.due(NOW) == (OTHER,)
        assert unit.outbox.due(LATER) == (OTHER,)


def test_settled_envelope_waits_no_more_and_each_statement_has_its_own_end(store: Store) -> None:
    envelope = examples.envelope(1)
    with store.unit() as unit:
        good, bad = put(unit, "ref-1", "ref-2")
        unit.outbox.put_envelope(envelope, [good, bad])
        (waiting,) = unit.outbox.envelopes(OTHER, Lane.DATA, 9)
        answer = replace(
            examples.receipt(envelope),
            results=(
                StatementResult(good.outgoing.statement.id, is_accepted=True),
                StatementResult(bad.outgoing.statement.id, is_accepted=False, reason="not_accepted"),
            ),
        )
        unit.outbox.settle(waiting.number, answer, b"signed receipt", LATER)
        assert unit.outbox.envelopes(OTHER, Lane.DATA, 9) == ()
        assert unit.outbox.next_due() is None
        assert (states(unit, "ref-1"), states(unit, "ref-2")) == ([("stored", "")], [("refused", "not_accepted")])


def test_refused_envelope_refuses_all_it_carried(store: Store) -> None:
    envelope = examples.envelope(1)
    with store.unit() as unit:
        unit.outbox.put_envelope(envelope, put(unit, "ref-1"))
        (waiting,) = unit.outbox.envelopes(OTHER, Lane.DATA, 9)
        refused = replace(examples.receipt(envelope, ReceiptOutcome.REFUSED), reason="ill_formed")
        unit.outbox.settle(waiting.number, refused, b"signed receipt", LATER)
        assert states(unit, "ref-1") == [("refused", "ill_formed")]


def test_given_up_envelopes_put_their_statements_back_in_their_places(store: Store) -> None:
    with store.unit() as unit:
        first, second, third = put(unit, "ref-1", "ref-2", "ref-3")
        unit.outbox.put_envelope(examples.envelope(1), [first])
        unit.outbox.put_envelope(examples.envelope(2), [second])
        unit.outbox.give_up(OTHER, Lane.DATA, "a new key", LATER)
        assert unit.outbox.envelopes(OTHER, Lane.DATA, 9) == ()
        assert unit.outbox.unsealed(OTHER, Lane.DATA, 9) == (first, second, third)
        assert unit.outbox.envelope_of(header_hash(examples.envelope(1))) is None


def test_what_was_acknowledged_waits_again_from_a_sequence_on_in_its_order(store: Store) -> None:
    with store.unit() as unit:
        items = put(unit, "ref-1", "ref-2", "ref-3")
        for sequence, item in enumerate(items, start=1):
            envelope = examples.envelope(sequence)
            unit.outbox.put_envelope(envelope, [item])
            (waiting,) = unit.outbox.envelopes(OTHER, Lane.DATA, 9)
            unit.outbox.settle(waiting.number, examples.receipt(envelope), b"signed", LATER)
        assert unit.outbox.reopen(OTHER, Lane.DATA, "stream-1", 2, LATER) == 2
        assert [item.outgoing.ref for item in unit.outbox.unsealed(OTHER, Lane.DATA, 9)] == ["ref-2", "ref-3"]
        assert states(unit, "ref-1") == [("stored", "")]
        # Its time runs anew, however long ago it was put (X28).
        assert {one.since for one in unit.outbox.unsealed(OTHER, Lane.DATA, 9)} == {LATER}


def test_what_was_kept_aside_waits_again_too_and_what_a_rule_refused_does_not(store: Store) -> None:
    with store.unit() as unit:
        items = put(unit, "ref-1", "ref-2", "ref-3")
        envelope = examples.envelope(1)
        unit.outbox.put_envelope(envelope, items)
        (waiting,) = unit.outbox.envelopes(OTHER, Lane.DATA, 9)
        results = tuple(
            StatementResult(item.outgoing.statement.id, is_accepted=False, reason=reason)
            for item, reason in zip(items, ("unknown_kind", "fault", "not_accepted"), strict=True)
        )
        unit.outbox.settle(waiting.number, replace(examples.receipt(envelope), results=results), b"signed", LATER)
        assert unit.outbox.reopen(OTHER, Lane.DATA, "stream-1", 1, LATER) == 2
        assert [one.outgoing.ref for one in unit.outbox.unsealed(OTHER, Lane.DATA, 9)] == ["ref-1", "ref-2"]
        assert states(unit, "ref-1") == [("waiting", "")]
        assert states(unit, "ref-3") == [("refused", "not_accepted")]


def test_held_statement_is_out_of_the_queue_until_released_and_dropped_for_good(store: Store) -> None:
    with store.unit() as unit:
        first, second = put(unit, "ref-1", "ref-2")
        for item in (first, second):
            unit.outbox.hold(item, "suspended", LATER)
        assert unit.outbox.due(LATER) == ()
        assert [(item.outgoing.ref, item.reason) for item in unit.outbox.held(10)] == [
            ("ref-1", "suspended"), ("ref-2", "suspended"),
        ]  # fmt: skip
        assert [one.number for one in unit.outbox.held(1, OTHER, first.number)] == [second.number]
        assert unit.outbox.held(10, THIRD) == ()
        notes = unit.outbox.held_notes(1)
        assert [(one.number, one.recipient, one.ref) for one in notes] == [(first.number, OTHER, "ref-1")]
        assert [one.put_at for one in notes] == [first.put_at]
        assert [one.number for one in unit.outbox.held_notes(5, first.number)] == [second.number]
        assert unit.outbox.drop(second.number, "decided", LATER) is not None
        assert unit.outbox.drop(second.number, "decided", LATER) is None
        assert unit.outbox.release(first.number, LATER) is not None
        assert unit.outbox.release(first.number, LATER) is None
        assert (states(unit, "ref-1"), states(unit, "ref-2")) == ([("waiting", "")], [("retracted", "decided")])
        assert unit.outbox.due(LATER) == (OTHER,)


def test_what_has_not_left_is_retracted_and_what_has_is_not(store: Store) -> None:
    with store.unit() as unit:
        sealed, held, waiting = put(unit, "ref-1", "ref-1", "ref-1")
        unit.outbox.put_envelope(examples.envelope(1), [sealed])
        unit.outbox.hold(held, "suspended", LATER)
        assert unit.outbox.retract("ref-1", "another kind") == ()
        assert [item.state for item in unit.outbox.retract("ref-1", waiting.outgoing.statement.kind)] == [
            "retracted"
        ] * 2
        assert states(unit, "ref-1") == [("waiting", ""), ("retracted", "suspended"), ("retracted", "")]


def test_what_an_envelope_carried_that_was_given_up_is_retracted_as_what_may_have_left(store: Store) -> None:
    with store.unit() as unit:
        posted, _ = put(unit, "ref-1", "ref-1")
        unit.outbox.put_envelope(examples.envelope(1), [posted])
        unit.outbox.give_up(OTHER, Lane.DATA, "a new key", LATER)
        taken = unit.outbox.retract("ref-1", posted.outgoing.statement.kind)
        assert [(one.state, one.may_have_left) for one in taken] == [("retracted", True), ("retracted", False)]


def test_overdue_statements_are_found_and_end_undelivered(store: Store) -> None:
    with store.unit() as unit:
        (item,) = put(unit, "ref-1")
        assert unit.outbox.overdue(NOW - timedelta(seconds=1)) == ()
        assert unit.outbox.overdue(NOW) == (item,)
        unit.outbox.set_undelivered(item, "too late", LATER)
        step = EvidenceStep("undelivered", OWN, LATER, "too late")
        for _ in range(2):
            unit.outbox.add_step(item.outgoing.statement.id, OTHER, step, b"signed")
        (delivery,) = unit.outbox.deliveries("ref-1")
        assert (delivery.state, delivery.steps) == ("undelivered", (step,))
        assert unit.outbox.overdue(LATER) == ()
        (pending,) = put(unit, "ref-2")
        found = unit.outbox.deliveries_of(["ref-2", "ref-1", "ref-3"])
        assert {ref: [one.state for one in of] for ref, of in found.items()} == {
            "ref-1": ["undelivered"], "ref-2": ["waiting"], "ref-3": [],
        }  # fmt: skip
        assert found["ref-1"] == (delivery,)
        assert found["ref-2"][0].statement_id == pending.outgoing.statement.id


def test_steps_of_one_statement_to_two_bodies_stay_apart(store: Store) -> None:
    with store.unit() as unit:
        statement = examples.statement("message.send", ref="ref-1")
        for to in (OTHER, THIRD):
            unit.outbox.put(Outgoing(to, examples.SHARING, statement, ref="ref-1"))
        unit.outbox.enter(NOW)
        unit.outbox.add_step(statement.id, THIRD, EvidenceStep("opened", THIRD, LATER), b"signed")
        opened = {item.recipient: [step.step for step in item.steps] for item in unit.outbox.deliveries("ref-1")}
        assert opened == {OTHER: [], THIRD: ["opened"]}


def test_first_waiting_of_a_kind_and_route_are_known(store: Store) -> None:
    with store.unit() as unit:
        (item,) = put(unit, "ref-1", is_control=True)
        assert unit.outbox.first_waiting(OTHER, item.outgoing.statement.kind) == item
        assert unit.outbox.first_waiting(OTHER, "keys") is None
        assert unit.outbox.route(OTHER) is None
        unit.outbox.put_route(OTHER, THIRD)
        assert unit.outbox.route(OTHER) == THIRD
        unit.outbox.put_route(OTHER, None)
        assert unit.outbox.route(OTHER) is None


def test_newest_incarnation_of_a_stream_is_the_one_returned(store: Store) -> None:
    old = Stream(OTHER, Lane.DATA, is_outgoing=True, incarnation="old", sequence=9, head="aa")
    new = Stream(OTHER, Lane.DATA, is_outgoing=True, incarnation="new", sequence=0, head="")
    with store.unit() as unit:
        for stream in (old, new, replace(new, sequence=1, head="bb")):
            unit.outbox.put_stream(stream)
        assert unit.outbox.stream(OTHER, Lane.DATA) == replace(new, sequence=1, head="bb")
        assert unit.inbox.stream(OTHER, Lane.DATA) is None
        assert unit.outbox.stream(OTHER, Lane.CONTROL) is None


def test_envelope_taken_in_once_is_refused_when_replayed(store: Store) -> None:
    envelope = examples.envelope(1, sender=OTHER)
    key = (OTHER, Lane.DATA, "stream-1", 1)
    with store.unit() as unit:
        assert unit.inbox.has_taken(*key) is None
        assert unit.inbox.receipt_for(*key) is None
        assert unit.inbox.taken_header(*key) is None
        unit.inbox.take(envelope, examples.receipt(envelope))
        unit.commit()
    with store.unit() as unit:
        assert unit.inbox.has_taken(*key) == examples.receipt(envelope).envelope
        assert unit.inbox.receipt_for(*key) == examples.receipt(envelope)
        assert unit.inbox.taken_header(*key) == (envelope.header_bytes, envelope.signature.value)
        with pytest.raises(Conflict):
            unit.inbox.take(envelope, examples.receipt(envelope))
        unit.inbox.take(examples.envelope(1, sender=OTHER, lane=Lane.CONTROL), examples.receipt(envelope))


def test_statement_taken_in_is_known_of_its_sender_alone(store: Store) -> None:
    envelope, statement = examples.envelope(1, sender=OTHER), examples.statement("message.send", ref="ref-1")
    with store.unit() as unit:
        unit.inbox.put_accepted(envelope, [statement], NOW)
        unit.commit()
    with store.view() as view:
        assert view.inbox.accepted_before(OTHER, [statement.id]) == {statement.id}
        assert view.inbox.accepted_before(THIRD, [statement.id]) == frozenset()


def test_call_is_answered_once_and_forgotten_when_it_can_be_fresh_no_more(store: Store) -> None:
    with store.unit() as unit:
        assert not unit.inbox.has_answered("aa", NOW)
        assert unit.inbox.has_answered("aa", LATER)
        assert not unit.inbox.has_answered("bb", NOW + timedelta(hours=1))
        assert not unit.inbox.has_answered("aa", NOW + timedelta(hours=1))


def test_parked_envelope_waits_for_its_turn_and_goes_with_its_stream(store: Store) -> None:
    second, third = (examples.envelope(sequence, sender=OTHER) for sequence in (2, 3))
    with store.unit() as unit:
        for envelope in (third, second, second):
            assert unit.inbox.park(envelope, NOW)
        assert unit.inbox.parked(OTHER, Lane.DATA, "stream-1", 2) == second
        unit.inbox.unpark(second)
        assert unit.inbox.parked(OTHER, Lane.DATA, "stream-1", 2) is None
        assert unit.inbox.parked(OTHER, Lane.DATA, "stream-1", 3) == third
        unit.inbox.park(second, NOW + timedelta(days=31))
        assert unit.inbox.parked(OTHER, Lane.DATA, "stream-1", 3) is None


def test_too_many_statements_set_aside_of_one_sender_push_out_the_oldest(store: Store) -> None:
    statement = examples.statement("odd", ref="ref-1")
    with store.unit() as unit:
        for number in range(ASIDE_OF_SENDER_MAX + 2):
            unit.inbox.set_aside(SetAside(0, OTHER, f"{number}", statement, "fault", "", NOW))
        unit.inbox.set_aside(SetAside(0, THIRD, "of another", statement, "fault", "", NOW))
        kept = unit.inbox.aside()
        assert (len(kept), kept[0].envelope, kept[-1].envelope) == (ASIDE_OF_SENDER_MAX + 1, "2", "of another")
        unit.inbox.forget_aside(kept[0].number)
        assert unit.inbox.aside()[0].envelope == "3"


def test_relayed_envelope_waits_until_settled_and_again_when_it_comes_again(store: Store) -> None:
    envelope = examples.envelope(1, sender=THIRD)
    name = header_hash(envelope)
    with store.unit() as unit:
        for _ in range(2):
            unit.relay.put(envelope, NOW)
        (kept,) = unit.relay.waiting(OTHER, 9)
        assert (kept.envelope, unit.relay.recipients(), unit.relay.has(name)) == (envelope, (OTHER,), True)
        assert (unit.relay.count_for(OTHER), unit.relay.count_of(THIRD), unit.relay.count_of(OTHER)) == (1, 1, 0)
        assert unit.relay.overdue(NOW) == ()
        assert [one.envelope for one in unit.relay.overdue(NOW + timedelta(days=30))] == [envelope]
        unit.relay.settle(name, "delivered", LATER)
        assert (unit.relay.waiting(OTHER, 9), unit.relay.get(name), unit.relay.has(name)) == ((), None, True)
        unit.relay.put(envelope, LATER)
        assert unit.relay.get(name) is not None


def test_relay_forgets_what_was_settled_and_expired_and_never_what_waits(store: Store) -> None:
    settled, waiting = examples.envelope(1, sender=THIRD), examples.envelope(2, sender=THIRD)
    end = settled.header.expires_at
    with store.unit() as unit:
        for envelope in (settled, waiting):
            unit.relay.put(envelope, NOW)
        unit.relay.settle(header_hash(settled), "undelivered", LATER)
        assert unit.relay.forget(end) == 0
        assert unit.relay.forget(end + timedelta(seconds=1)) == 1
        assert [unit.relay.has(header_hash(one)) for one in (settled, waiting)] == [False, True]


def test_receipt_read_back_is_the_one_kept(store: Store) -> None:
    envelope = examples.envelope(1, sender=OTHER)
    said = Receipt("aa", ReceiptOutcome.GAP, NOW, detail="missing", expected=4)
    with store.unit() as unit:
        unit.inbox.take(envelope, said)
        assert unit.inbox.receipt_for(OTHER, Lane.DATA, "stream-1", 1) == said


def test_x40_a_body_is_last_heard_by_what_came_of_it_and_by_its_receipts(store: Store) -> None:
    ours, theirs = examples.envelope(1), examples.envelope(1, sender=OTHER)
    header = ours.header
    with store.unit() as unit:
        assert unit.inbox.last_came([OTHER, THIRD]) == {}
        unit.outbox.put_stream(
            Stream(
                OTHER, Lane.DATA, is_outgoing=True, incarnation=header.incarnation, sequence=1, head=header_hash(ours)
            )
        )
        unit.outbox.put_envelope(ours, put(unit, "ref-1"))
        # What only leaves says nothing of whom it goes to.
        assert unit.inbox.last_came([OTHER, THIRD]) == {}
        unit.inbox.put_stream(
            Stream(
                OTHER,
                Lane.DATA,
                is_outgoing=False,
                incarnation=theirs.header.incarnation,
                sequence=1,
                head=header_hash(theirs),
            )
        )
        unit.inbox.put_accepted(theirs, [examples.statement("message.send", ref="ref-9")], NOW)
        assert unit.inbox.last_came([OTHER, THIRD]) == {OTHER: NOW}
        (waiting,) = unit.outbox.envelopes(OTHER, Lane.DATA, 9)
        unit.outbox.settle(waiting.number, examples.receipt(ours), b"signed receipt", LATER)
        assert unit.inbox.last_came([OTHER, THIRD]) == {OTHER: LATER}
        assert unit.inbox.last_came([THIRD]) == unit.inbox.last_came([]) == {}
