"""A call between two bodies without a line goes through a relay that can read neither question nor answer (X35)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json
from entente.exchange.model import CALL_SECONDS_MAX
from entente.kernel.errors import Unavailable, Untrusted
from entente.kernel.ids import BodyId
from entente.transport.caller import Caller, at_most
from tests.support.memory_exchange import CHARTER, XA, XB, XC, ManualClock, MemoryNode, a_body, signer_named

Post = Callable[[str, bytes], bytes]
DIRECT, RELAY = a_body(XB).addresses[0], a_body(XC).addresses[0]


class Lines:
    """Three nodes: XA and XB have no line to each other, and XB named XC as its relay."""

    def __init__(self) -> None:
        clock = ManualClock()
        self.a, self.b, self.relay = (MemoryNode(own, clock, known=(XA, XB, XC)) for own in (XA, XB, XC))
        for node in (self.a, self.b, self.relay):
            node.state.bodies[XB] = replace(a_body(XB), relays=(XC,))
        self.posted: list[tuple[BodyId, str]] = []
        self.relay.exchange = replace(self.relay.exchange, post=self.post_of(XC))

    def post_of(self, own: BodyId) -> Post:
        def post(address: str, batch: bytes) -> bytes:
            self.posted.append((own, address))
            if address == RELAY and own != XC:
                return self.relay.exchange.receive(batch)
            if address == DIRECT and own == XC:
                return self.b.exchange.receive(batch)
            raise Unavailable("Nobody answers.", why="There is no line.", do="Wait.", retry_is_safe=True)

        return post

    def ask(self, text: str) -> str:
        caller = Caller(self.a.exchange, self.post_of(XA))
        (said,) = caller(XB, self.a.say(text, "echo"), CHARTER)
        return str(said.content["text"])


@pytest.fixture
def lines() -> Lines:
    return Lines()


def test_x35_call_goes_through_the_relay_where_no_line_holds_and_its_answer_comes_back(lines: Lines) -> None:
    assert lines.ask("hello") == f"hello to {XA}"
    assert lines.posted == [(XA, DIRECT), (XA, RELAY), (XC, DIRECT)]
    assert lines.relay.verbs() == ["call_relayed"]
    (act,) = lines.relay.state.trail
    assert (act.body, act.detail) == (XA, {"to": XB})


def test_x35_operators_route_is_taken_and_the_body_itself_is_not_tried(lines: Lines) -> None:
    with lines.a.unit() as unit:
        unit.outbox.put_route(XB, XC)
        unit.commit()
    lines.ask("hello")
    assert lines.posted == [(XA, RELAY), (XC, DIRECT)]


def test_x35_relay_that_the_recipient_did_not_name_passes_nothing_on(lines: Lines) -> None:
    lines.relay.state.bodies[XB] = a_body(XB)
    call = lines.a.exchange.call(XB, lines.a.say("hello", "echo"), CHARTER)
    with pytest.raises(Untrusted, match="did not name this one"):
        lines.relay.exchange.receive(batch_to_bytes([call.envelope]))
    assert (lines.posted, lines.relay.commits) == ([], 0)


@pytest.mark.parametrize("seconds", [CALL_SECONDS_MAX + 1, -CALL_SECONDS_MAX - 1])
def test_x35_call_that_is_not_fresh_or_not_its_senders_is_not_passed_on_and_leaves_no_trace(
    lines: Lines, seconds: int
) -> None:
    call = lines.a.exchange.call(XB, lines.a.say("hello", "echo"), CHARTER)
    lines.a.keys.signer = signer_named("impostor")
    forged = lines.a.exchange.call(XB, lines.a.say("hello", "echo"), CHARTER)
    with pytest.raises(Untrusted):
        lines.relay.exchange.receive(batch_to_bytes([forged.envelope]))
    lines.relay.clock.move(seconds=seconds)
    with pytest.raises(Untrusted):
        lines.relay.exchange.receive(batch_to_bytes([call.envelope]))
    assert (lines.posted, lines.relay.commits) == ([], 0)


def test_x35_same_call_is_passed_on_once_so_that_it_never_turns_in_a_circle(lines: Lines) -> None:
    # The recipient gives the relay's own address as its own.
    for node in (lines.a, lines.relay):
        node.state.bodies[XB] = replace(a_body(XB), addresses=(RELAY,), relays=(XC,))

    def back_to_itself(address: str, batch: bytes) -> bytes:
        lines.posted.append((XC, address))
        return lines.relay.exchange.receive(batch)

    lines.relay.exchange = replace(lines.relay.exchange, post=back_to_itself)
    call = lines.a.exchange.call(XB, lines.a.say("hello", "echo"), CHARTER)
    with pytest.raises(Unavailable, match="through this relay"):
        lines.relay.exchange.receive(batch_to_bytes([call.envelope]))
    assert lines.posted == [(XC, RELAY)]


def test_x35_recipient_that_the_relay_does_not_reach_is_said_to_be_away(lines: Lines) -> None:
    lines.relay.exchange = replace(lines.relay.exchange, post=lines.post_of(XB))
    with pytest.raises(Unavailable, match="cannot be asked through this relay now"):
        lines.ask("hello")


def test_x35_relays_own_answer_is_not_believed(lines: Lines) -> None:
    def answered_by_the_relay(_address: str, batch: bytes) -> bytes:
        honest = lines.b.exchange.receive(batch)
        (answer,) = batch_from_bytes(honest)
        envelope = envelope_from_json(answer)
        changed = replace(envelope, sealed=envelope.sealed[:-1] + bytes([envelope.sealed[-1] ^ 1]))
        return batch_to_bytes([changed])

    lines.relay.exchange = replace(lines.relay.exchange, post=answered_by_the_relay)
    with pytest.raises(Untrusted):
        lines.ask("hello")


def test_x35_pull_is_not_passed_on(lines: Lines) -> None:
    assert lines.a.exchange.pull(XB).addresses == (DIRECT,)


def test_x35_calls_under_way_at_once_are_bounded_and_a_place_is_given_back() -> None:
    refused: list[str] = []

    def nested(address: str, batch: bytes) -> bytes:
        if address:
            try:
                return few(address[1:], batch)
            except Unavailable as error:
                refused.append(error.what)
        return batch

    few = at_most(2, nested)
    assert few("aa", b"x") == b"x"
    assert refused == ["This node passes on as many calls as it may now."]
    assert few("a", b"x") == b"x"
    assert len(refused) == 1
