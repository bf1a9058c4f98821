"""X37 and B15: an exercise is marked in what is signed, and nothing passes between it and the real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from entente.bodies.model import Body
from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json, open_envelope
from entente.exchange.model import Envelope, EnvelopeHeader, Receipt, ReceiptOutcome, RefusalReason
from entente.kernel.canonical import parse_canonical
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid, Untrusted
from tests.support.build_bodies import Keyring, genesis_content, genesis_statement, network
from tests.support.memory_exchange import XB, MemoryNode, deliver, two_nodes


@contextmanager
def bodies_of(unit: Any) -> Iterator[Any]:  # noqa: ANN401 - the units of two kinds of memory nodes
    with unit as opened:
        yield opened.bodies
        opened.commit()


def invent(unit: Any) -> None:  # noqa: ANN401 - the same
    """Make a node and all it knows invented ones, as their geneses would say."""
    with bodies_of(unit) as bodies:
        own = bodies.own().id
        for body in bodies.bodies():
            bodies.put_body(replace(body, is_exercise=True), is_own=body.id == own)


def first_envelope(sender: MemoryNode) -> Envelope:
    sender.send(XB, "hello")
    return sender.collect(XB).envelopes[-1].envelope


def answer_of(sender: MemoryNode, receiver: MemoryNode, envelope: Envelope) -> Receipt:
    (item,) = batch_from_bytes(receiver.exchange.receive(batch_to_bytes([envelope])))
    (statement,) = open_envelope(envelope_from_json(item), sender.exchange.opener).statements
    return from_json(Receipt, statement.content)


def test_x37_what_is_real_is_signed_as_before_and_an_exercise_says_so_in_the_signed_bytes() -> None:
    real, _, _ = two_nodes()
    invented, _, _ = two_nodes()
    invent(invented.unit())
    plain, marked = first_envelope(real), first_envelope(invented)
    assert "is_exercise" not in parse_canonical(plain.header_bytes)
    assert parse_canonical(marked.header_bytes)["is_exercise"] is True
    assert from_json(EnvelopeHeader, parse_canonical(marked.header_bytes), "header").is_exercise
    with pytest.raises(Invalid):
        from_json(EnvelopeHeader, {**to_object(plain.header), "is_exercise": "yes"}, "header")


@pytest.mark.parametrize("is_exercise", [True, False])
def test_x37_neither_takes_in_what_comes_from_the_other(is_exercise: bool) -> None:  # noqa: FBT001 - each way once
    xa, xb, _ = two_nodes()
    invent((xa if is_exercise else xb).unit())
    refused = answer_of(xa, xb, first_envelope(xa))
    assert (refused.outcome, refused.reason) == (ReceiptOutcome.REFUSED, RefusalReason.EXERCISE)
    assert xb.state.accepted == []
    assert xb.streams == {}


def test_x37_two_nodes_of_an_exercise_write_to_each_other_and_answer_with_the_mark() -> None:
    xa, xb, _ = two_nodes()
    invent(xa.unit())
    invent(xb.unit())
    xa.send(XB, "hello")
    (item,) = batch_from_bytes(xb.exchange.receive(batch_to_bytes([xa.collect(XB).envelopes[-1].envelope])))
    assert envelope_from_json(item).header.is_exercise
    deliver(xa, xb)
    assert xb.state.accepted == ["hello"]


@pytest.mark.parametrize("is_exercise", [True, False])
def test_b15_neither_is_entered_in_the_directory_of_the_other(is_exercise: bool) -> None:  # noqa: FBT001 - each way once
    node = network("GS", "XA-NCB")["GS"]
    ring = Keyring.of("XB-NCB")
    newcomer = genesis_content("XB-NCB", ring)
    if not is_exercise:
        invent(node.store.open_unit())
    statement = genesis_statement(replace(newcomer, is_exercise=is_exercise), ring)
    with pytest.raises(Untrusted) as refused:
        node.directory.introduce_by_hand((statement,))
    assert refused.value.reason == "exercise"


def test_b15_two_invented_bodies_know_each_other_as_such() -> None:
    node = network("GS")["GS"]
    invent(node.store.open_unit())
    ring = Keyring.of("XB-NCB")
    content = replace(genesis_content("XB-NCB", ring), is_exercise=True)
    entered: Body = node.directory.introduce_by_hand((genesis_statement(content, ring),))
    assert entered.is_exercise


def test_b15_the_mark_is_part_of_what_a_bodys_id_derives_from() -> None:
    real = genesis_content("XB-NCB", Keyring.of("XB-NCB"))
    assert "is_exercise" not in to_object(real)
    assert to_object(replace(real, is_exercise=True))["is_exercise"] is True
