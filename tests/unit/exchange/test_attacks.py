"""What another node, or somebody between, may try: each is refused by its rule, and leaves no trace it should not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.agreements.model import (
    Direction,
    InstrumentState,
    Measure,
    MeasurePolicy,
    Participation,
    ParticipationState,
    Suspension,
)
from entente.exchange.envelopes import (
    Postmark,
    batch_from_bytes,
    batch_to_bytes,
    envelope_from_json,
    header_hash,
    make_envelope,
    open_envelope,
)
from entente.exchange.model import (
    BATCH_BYTES_MAX,
    BATCH_ENVELOPES_MAX,
    CLOCK_SKEW_SECONDS_MAX,
    EXPIRY_DAYS,
    Envelope,
    EnvelopeBody,
    Lane,
    Receipt,
)
from entente.exchange.receipts import make_answer
from entente.kernel.codec import from_json
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import InstrumentId
from entente.kernel.signing import Signature, encode_bytes
from entente.kernel.statement import Statement, draft
from tests.support.memory_exchange import (
    CHARTER,
    LONG_AGO,
    NOW,
    PROGRAMME,
    XA,
    XB,
    XC,
    MemoryNode,
    PlainSealer,
    an_instrument,
    deliver,
    key_version,
    sealing_key_named,
    signer_named,
    two_nodes,
)


def answer_of(sender: MemoryNode, receiver: MemoryNode, envelope: Envelope) -> Receipt:
    """Post one envelope and return what the receipt says."""
    (item,) = batch_from_bytes(receiver.exchange.receive(batch_to_bytes([envelope])))
    (statement,) = open_envelope(envelope_from_json(item), sender.exchange.opener).statements
    return from_json(Receipt, statement.content)


def first_envelope(sender: MemoryNode, *texts: str) -> Envelope:
    sender.send(XB, *(texts or ("hello",)))
    return sender.collect(XB).envelopes[-1].envelope


def remade(envelope: Envelope, *, node: str = "XA node 1", sealed_to: str = "XB 1", **changes: object) -> Envelope:
    """Make the envelope anew with other header fields, signed by a node's own key."""
    header = envelope.header
    postmark = Postmark(
        header.sender, header.recipient, header.lane, header.instrument, header.epoch,
        header.incarnation, header.sequence, header.previous, header.sent_at, header.expires_at,
    )  # fmt: skip
    statement = draft("message", XA, NOW, {"text": "remade"}).with_signature(signer_named("XA node 1"))
    body = EnvelopeBody(bytes(16), (statement,))
    key = sealing_key_named(sealed_to)
    return make_envelope(replace(postmark, **changes), body, key, signer=signer_named(node), sealer=PlainSealer())  # type: ignore[arg-type]


def assert_untouched(node: MemoryNode) -> None:
    assert (node.state.accepted, node.taken, node.streams, node.state.trail) == ([], [], {}, [])


TRACELESS: dict[str, tuple[Callable[[Envelope], Envelope], str]] = {
    "wrong_signature": (lambda one: replace(one, signature=Signature(one.signature.key_id, bytes(64))), "wrong_signature"),
    "signed_by_another_body": (lambda one: remade(one, node="XC node 1"), "wrong_signature"),
    "for_another_recipient": (lambda one: remade(one, recipient=XC), "not_for_us"),
    "from_the_future": (
        lambda one: remade(one, sent_at=NOW + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX + 1)), "from_the_future",
    ),
    "sealed_body_of_another_envelope": (lambda one: replace(one, sealed=remade(one, epoch=7).sealed), "not_sealed_for_us"),
    "sealed_body_truncated": (lambda one: replace(one, sealed=one.sealed[:-1]), "not_sealed_for_us"),
    "sealed_body_empty": (lambda one: replace(one, sealed=b""), "not_sealed_for_us"),
    "chain_broken": (lambda one: remade(one, previous="0" * 64), "chain_broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", TRACELESS)
def test_envelope_that_proves_nothing_is_refused_and_leaves_no_trace(name: str) -> None:
    change, reason = TRACELESS[name]
    a, b, _ = two_nodes()
    good = first_envelope(a)
    receipt = answer_of(a, b, change(good))
    assert (receipt.outcome, receipt.reason, receipt.expected) == ("refused", reason, 0)
    assert_untouched(b)
    assert answer_of(a, b, good).outcome == "stored"


def test_readdressed_envelope_is_refused_by_its_new_recipient() -> None:
    a, _, clock = two_nodes()
    good = first_envelope(a)
    c = MemoryNode(XC, clock, known=(XA, XB, XC))
    assert answer_of(a, c, good).reason == "not_for_us"
    assert_untouched(c)
    # Changing the address breaks the signature.
    text = good.header_bytes.replace(XB.encode(), XC.encode())
    forged = replace(good, header_bytes=text, header=replace(good.header, recipient=XC))
    assert answer_of(a, c, forged).reason == "wrong_signature"


def test_body_resealed_by_somebody_between_is_refused_by_its_digest() -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)
    other = PlainSealer().seal(sealing_key_named("XB 1"), b"other", bytes.fromhex(header_hash(good)))
    assert answer_of(a, b, replace(good, sealed=other)).reason == "wrong_digest"
    assert_untouched(b)


def test_unknown_sender_is_counted_and_not_stored() -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)
    del b.state.bodies[XA]
    with pytest.raises(Untrusted, match="not in this node's directory"):
        b.exchange.receive(batch_to_bytes([good]))
    assert b.state.unknown == [XA]
    assert_untouched(b)


def test_key_no_longer_valid_is_refused_after_a_change_of_keys() -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)
    body = b.state.bodies[XA]
    b.state.bodies[XA] = replace(body, keys=(*body.keys, key_version("XA", 2, NOW - timedelta(minutes=10))))
    assert answer_of(a, b, good).reason == "key_no_longer_valid"
    assert_untouched(b)
    renewed = answer_of(a, b, remade(good, node="XA node 2"))
    assert renewed.outcome == "stored"


def test_key_of_the_future_does_not_sign_yet() -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)
    body = b.state.bodies[XA]
    b.state.bodies[XA] = replace(body, keys=(*body.keys, key_version("XA", 2, NOW + timedelta(hours=1))))
    assert answer_of(a, b, remade(good, node="XA node 2")).reason == "key_no_longer_valid"
    assert answer_of(a, b, good).outcome == "stored"


def test_fork_under_a_taken_sequence_is_refused_and_its_evidence_kept() -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)
    answer_of(a, b, good)
    fork = remade(good, epoch=9)
    receipt = answer_of(a, b, fork)
    assert (receipt.outcome, receipt.reason) == ("refused", "replayed")
    assert b.state.accepted == ["hello"]
    evidence = b.state.trail[-1]
    assert (evidence.verb, evidence.subject) == ("envelope_forked", header_hash(fork))
    taken = {"header": good.header_bytes.decode(), "signature": encode_bytes(good.signature.value)}
    assert evidence.detail["taken"] == taken
    assert evidence.detail["header"] == fork.header_bytes.decode()
    assert evidence.detail["signature"] == encode_bytes(fork.signature.value)


def test_envelope_of_a_replaced_stream_is_refused_as_replayed() -> None:
    a, b, _ = two_nodes()
    old = first_envelope(a)
    newer = remade(old, incarnation="z" + old.header.incarnation)
    assert answer_of(a, b, newer).outcome == "stored"
    assert answer_of(a, b, old).reason == "replayed"
    assert b.state.accepted == ["remade"]


def test_expired_envelope_is_set_aside_and_the_stream_goes_on() -> None:
    a, b, clock = two_nodes()
    late = first_envelope(a, "late")
    clock.move(days=EXPIRY_DAYS)
    receipt = answer_of(a, b, late)
    assert (receipt.outcome, receipt.reason, receipt.expected) == ("refused", "expired", 2)
    following = remade(late, sequence=2, previous=header_hash(late), sent_at=clock.moment,
                       expires_at=clock.moment + timedelta(days=1))  # fmt: skip
    assert answer_of(a, b, following).outcome == "stored"
    assert (b.state.accepted, b.verbs()[0]) == (["remade"], "envelope_set_aside")


def test_envelope_sealed_to_an_old_key_is_set_aside_and_the_stream_goes_on() -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)
    old = remade(good, sealed_to="XB 0")
    receipt = answer_of(a, b, old)
    assert (receipt.reason, receipt.expected) == ("not_sealed_for_us", 2)
    following = remade(good, sequence=2, previous=header_hash(old))
    assert answer_of(a, b, following).outcome == "stored"


def test_ill_formed_body_is_set_aside_and_the_stream_goes_on() -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)

    statement = Statement("message", XA, NOW, {}, b'{"not":"a statement"}')
    header = good.header
    postmark = Postmark(
        header.sender, header.recipient, header.lane, header.instrument, header.epoch,
        header.incarnation, header.sequence, header.previous, header.sent_at, header.expires_at,
    )  # fmt: skip
    bad = make_envelope(
        postmark,
        EnvelopeBody(bytes(16), (statement,)),
        sealing_key_named("XB 1"),
        signer=a.signer,
        sealer=PlainSealer(),
    )
    receipt = answer_of(a, b, bad)
    assert (receipt.outcome, receipt.reason, receipt.expected) == ("refused", "ill_formed", 2)
    assert b.state.accepted == []


def test_unknown_kind_is_set_aside_alone() -> None:
    a, b, _ = two_nodes()
    a.put(XB, a.say("strange", "gossip"), a.say("plain"))
    deliver(a, b)
    assert b.state.accepted == ["plain"]
    assert a.delivery("strange") == ("refused", "unknown_kind")


def test_statement_of_an_unknown_body_is_counted_and_set_aside() -> None:
    a, b, _ = two_nodes()
    foreign = draft("message", XC, NOW, {"text": "forwarded"}).with_signature(signer_named("XC node 1"))
    a.put(XB, foreign)
    deliver(a, b)
    assert (b.state.accepted, b.state.unknown) == ([], [XC])
    assert a.delivery("forwarded") == ("refused", "unknown_sender")


def test_statement_with_a_wrong_signature_is_set_aside_by_its_room() -> None:
    a, b, _ = two_nodes()
    a.put(XB, draft("message", XA, NOW, {"text": "unsigned"}))
    deliver(a, b)
    assert b.state.accepted == []
    assert a.delivery("unsigned") == ("refused", "not_accepted")


def suspended(state: InstrumentState, **changes: object) -> InstrumentState:
    suspension = Suspension(
        "s1", frozenset({XA}), frozenset(), frozenset(), Direction.BOTH, "Head", "Order 1", "reciprocity",
        LONG_AGO, NOW.date(),
    )  # fmt: skip
    suspension = replace(suspension, **changes)  # type: ignore[arg-type]
    participation = Participation(XB, state.instrument.id, 2, ParticipationState.SUSPENDED, LONG_AGO, (suspension,))
    return replace(state, participations={XB: participation})


def withdrawn(state: InstrumentState) -> InstrumentState:
    participation = Participation(XB, state.instrument.id, 2, ParticipationState.WITHDRAWN, LONG_AGO)
    return replace(state, participations={XB: participation})


NOT_IN_FORCE: dict[str, InstrumentState | None] = {
    "unknown": None,
    "not_signed_by_all": an_instrument(signed=(XA,)),
    "sender_is_no_party": an_instrument(parties=(XB, XC)),
    "withdrawn": withdrawn(an_instrument(parties=(XA, XB, XC))),
}


@pytest.mark.parametrize("name", NOT_IN_FORCE)
def test_statement_under_an_instrument_not_in_force_is_refused_while_governance_passes(name: str) -> None:
    a, b, _ = two_nodes()
    state = NOT_IN_FORCE[name]
    del b.state.instruments[PROGRAMME]
    if state is not None:
        b.state.instruments[PROGRAMME] = state
    a.put(XB, a.say("data"))
    a.put(XB, a.say("governance", "participation"), a.say("gone", "withdrawal"), is_control=True)
    deliver(a, b)
    assert b.state.accepted == ["governance", "gone"]
    assert a.delivery("data") == ("refused", "instrument_not_in_force")


@pytest.mark.parametrize(
    "changes",
    [{"counterparts": frozenset({XC})}, {"kinds": frozenset({"message"})}, {"direction": Direction.SENDING}],
    ids=["another_counterpart", "some_kinds", "other_direction"],
)
def test_suspension_of_less_than_all_from_the_sender_is_left_to_the_gate(changes: dict[str, object]) -> None:
    a, b, _ = two_nodes()
    b.state.instruments[PROGRAMME] = suspended(an_instrument(), **changes)
    a.send(XB, "data")
    deliver(a, b)
    assert b.state.accepted == ["data"]


def test_first_statements_of_all_pass_without_any_instrument() -> None:
    a, b, _ = two_nodes()
    a.state.instruments.clear()
    b.state.instruments.clear()
    a.put(XB, a.say("introduced", "participation"), instrument=InstrumentId(""), is_control=True)
    deliver(a, b)
    assert b.state.accepted == ["introduced"]


def measure(policy: MeasurePolicy, days: int = 1) -> Measure:
    until = NOW + timedelta(days=days)
    return Measure("m1", CHARTER, XA, policy, "GS", "XB", LONG_AGO, until, "Payment", "Council")


@pytest.mark.parametrize(
    ("stands", "is_stopped"),
    [
        (measure(MeasurePolicy.PAUSED), True),
        (measure(MeasurePolicy.RECEIVE_ONLY), True),
        (measure(MeasurePolicy.VIA_REVIEW), False),
        (measure(MeasurePolicy.DIRECT), False),
        (measure(MeasurePolicy.PAUSED, days=-1), False),
        (replace(measure(MeasurePolicy.PAUSED), target=XB), False),
        (replace(measure(MeasurePolicy.PAUSED), charter=InstrumentId("instrument:none")), False),
    ],
    ids=["paused", "receive_only", "via_review", "direct", "ended", "toward_us", "unknown_charter"],
)  # fmt: skip
def test_measure_stops_its_target_but_never_governance(stands: Measure, is_stopped: bool) -> None:  # noqa: FBT001 - a table
    a, b, _ = two_nodes()
    b.state.measures.append(stands)
    a.put(XB, a.say("data"), a.say("gone", "withdrawal"), a.say("governance", "participation"))
    deliver(a, b)
    assert b.state.accepted == (["gone", "governance"] if is_stopped else ["data", "gone", "governance"])
    assert a.delivery("data")[0] == ("held" if is_stopped else "stored")
    assert b.taken[0].results[0].reason == ("measure_stands" if is_stopped else "")


def test_batch_that_is_too_large_is_refused_unread() -> None:
    _, b, _ = two_nodes()
    with pytest.raises(Invalid, match="too large"):
        b.exchange.receive(b" " * (BATCH_BYTES_MAX + 1))


def test_batch_of_too_many_envelopes_is_refused() -> None:
    _, b, _ = two_nodes()
    items = ",".join("{}" for _ in range(BATCH_ENVELOPES_MAX + 1))
    with pytest.raises(Invalid, match="too large"):
        b.exchange.receive(f'{{"envelopes":[{items}],"v":1}}'.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"null",
        b'{"envelopes":[],"v":1,"x":1}',
        b'{"envelopes":{},"v":1}',
        b"[" * 100_000,
    ],
)
def test_ill_formed_batch_is_refused(data: bytes) -> None:
    _, b, _ = two_nodes()
    with pytest.raises((Invalid, Untrusted)):
        b.exchange.receive(data)
    assert_untouched(b)


def test_batch_of_another_version_is_refused() -> None:
    _, b, _ = two_nodes()
    with pytest.raises(Untrusted) as caught:
        b.exchange.receive(b'{"envelopes":[],"v":2}')
    assert caught.value.reason == "wrong_version"


def test_unreadable_envelope_does_not_spoil_the_others_of_its_batch() -> None:
    a, b, _ = two_nodes()
    batch = batch_to_bytes([first_envelope(a)]).replace(b'{"envelopes":[', b'{"envelopes":[{"junk":1},')
    assert len(batch_from_bytes(b.exchange.receive(batch))) == 1
    assert b.state.accepted == ["hello"]


def test_receipt_that_is_posted_by_itself_settles_what_it_answers_and_twice_is_once() -> None:
    a, b, _ = two_nodes()
    receipt = b.exchange.receive(batch_to_bytes([first_envelope(a)]))
    for _ in range(2):
        assert batch_from_bytes(a.exchange.receive(receipt)) == ()
        assert a.delivery("hello") == ("stored", "")


def test_posted_receipt_of_a_stranger_or_of_another_body_settles_nothing() -> None:
    a, b, clock = two_nodes()
    envelope = first_envelope(a)
    (answer,) = batch_from_bytes(b.exchange.receive(batch_to_bytes([envelope])))
    stored = open_envelope(envelope_from_json(answer), a.exchange.opener).statements[0]
    a.state.bodies.update(MemoryNode(XC, clock, known=(XC,)).state.bodies)
    for speaker, signer in ((XC, signer_named("XC node 1")), (XB, signer_named("impostor"))):
        forged = make_answer(
            envelope, a.state.bodies[XA], (draft("receipt", speaker, NOW, stored.content).with_signature(signer),),
            bytes(16), speaker, Lane.RECEIPT, signer=signer, sealer=PlainSealer(),
        )  # fmt: skip
        with pytest.raises(Untrusted):
            a.exchange.receive(batch_to_bytes([forged]))
    assert a.delivery("hello") == ("waiting", "")


@given(data=st.data())
def test_any_single_changed_byte_of_an_envelope_is_refused_and_nothing_is_stored(data: st.DataObject) -> None:
    a, b, _ = two_nodes()
    good = first_envelope(a)
    part = data.draw(st.sampled_from(["header_bytes", "sealed", "signature"]))
    original: bytes = good.signature.value if part == "signature" else getattr(good, part)
    place = data.draw(st.integers(0, len(original) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = original[:place] + bytes([original[place] ^ (1 << bit)]) + original[place + 1 :]
    batch = batch_to_bytes([good])
    old, new = _on_the_wire(good, part, original), _on_the_wire(good, part, changed)
    assert batch.count(old) == 1
    tampered = batch.replace(old, new)
    try:
        answers = batch_from_bytes(b.exchange.receive(tampered))
    except (Invalid, Untrusted):
        answers = ()
    for answer in answers:
        (statement,) = open_envelope(envelope_from_json(answer), a.exchange.opener).statements
        assert statement.content["outcome"] == "refused"
    assert_untouched(b)


def _on_the_wire(envelope: Envelope, part: str, value: bytes) -> bytes:
    """Write a part of an envelope as it stands in a batch; a header may stop being text, as it may on a line."""
    if part == "header_bytes":
        return value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return base64.b64encode(value)


@given(cut=st.integers(1, 400))
def test_truncated_batch_is_refused(cut: int) -> None:
    a, b, _ = two_nodes()
    batch = batch_to_bytes([first_envelope(a)])
    with pytest.raises(Invalid):
        b.exchange.receive(batch[:-cut])
    assert_untouched(b)


# Receipts


def test_receipt_forged_by_another_key_is_not_believed() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    impostor = MemoryNode(XB, b.clock)
    impostor.keys.signer = signer_named("impostor")
    settlement = a.exchange.settle(parcel, impostor.exchange.receive(parcel.batch))
    assert (settlement.acknowledged, settlement.postponed, len(settlement.disbelieved)) == (0, 1, 1)
    assert a.delivery("hello") == ("waiting", "")


def test_receipt_for_another_envelope_is_not_believed() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "one")
    parcel = a.collect(XB)
    old_answer = b.exchange.receive(parcel.batch)
    a.exchange.settle(parcel, old_answer)
    a.send(XB, "two")
    settlement = a.exchange.settle(a.collect(XB), old_answer)
    assert (settlement.acknowledged, len(settlement.disbelieved)) == (0, 1)
    assert a.delivery("two") == ("waiting", "")
    clock.move(seconds=1)
    assert deliver(a, b).acknowledged == 1


def test_answer_that_echoes_the_envelopes_is_not_believed() -> None:
    a, _, _ = two_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    assert a.exchange.settle(parcel, parcel.batch).acknowledged == 0
    assert a.delivery("hello") == ("waiting", "")


def test_receipt_whose_statement_names_another_envelope_is_not_believed() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "hello")
    parcel = a.collect(XB)
    (item,) = batch_from_bytes(b.exchange.receive(parcel.batch))
    answer = envelope_from_json(item)
    (statement,) = open_envelope(answer, a.exchange.opener).statements
    lie = draft("receipt", XB, NOW, {**statement.content, "envelope": "0" * 64}).with_signature(b.signer)
    header = answer.header
    postmark = Postmark(
        XB, XA, Lane.RECEIPT, header.instrument, 0, header.incarnation, 0, header.previous, NOW, NOW + timedelta(days=1)
    )
    forged = make_envelope(
        postmark, EnvelopeBody(bytes(16), (lie,)), sealing_key_named("XA 1"), signer=b.signer, sealer=PlainSealer()
    )
    settlement = a.exchange.settle(parcel, batch_to_bytes([forged]))
    assert (settlement.acknowledged, len(settlement.disbelieved)) == (0, 1)


def test_believed_receipt_is_kept_as_a_statement_that_proves_itself() -> None:
    a, b, _ = two_nodes()
    name = header_hash(first_envelope(a))
    deliver(a, b)
    evidence = a.evidence(name)
    assert b'"signatures"' in evidence
    assert b'\\"kind\\":\\"receipt\\"' in evidence


def test_what_was_signed_with_a_replaced_key_is_sealed_and_signed_anew_so_that_nothing_is_lost() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "old key")
    a.send(XB, "behind it")
    renewed = (*a.state.bodies[XA].keys, key_version("XA", 2, NOW - timedelta(minutes=10)))
    b.state.bodies[XA] = replace(b.state.bodies[XA], keys=renewed)
    deliver(a, b)
    assert (a.delivery("old key"), b.state.accepted) == (("waiting", ""), [])
    clock.move(seconds=10)
    a.state.bodies[XA] = replace(a.state.bodies[XA], keys=renewed)
    a.keys.rotate(2)
    a.signer = a.keys.signer
    a.send(XB, "new key")
    while a.exchange.recipients_due():
        deliver(a, b)
        clock.move(minutes=1)
    assert b.state.accepted == ["old key", "behind it", "new key"]
    assert {a.delivery(text) for text in b.state.accepted} == {("stored", "")}
