"""A change of keys whose receipt was lost between real nodes: the line goes on (docs/rules/exchange.md X21, bodies.md B10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from entente.correspondence.messages import Letter
from entente.exchange.bundles import export, take_in
from entente.exchange.envelopes import batch_to_bytes
from entente.kernel.errors import Invalid
from entente.kernel.ids import InstrumentId
from entente.kernel.statement import draft, from_json
from tests.support.nodes import CHARTER, DUTY, HEAD, open_network

pytestmark = pytest.mark.storage


def test_b10_change_of_keys_whose_receipt_was_lost_does_not_stop_the_line(tmp_path: Path) -> None:
    with open_network(tmp_path, concluded=(CHARTER,)) as network:
        charter = network.instrument("charter")
        sender, recipient = network["XA-NCB"], network["XB-NCB"]
        drafted = from_json(sender.directory.draft_keys(HEAD)["statement"])
        sender.directory.change_keys(HEAD, network.sign_by_heads("XA-NCB", drafted))
        lost = sender.exchange.collect(network.id("XB-NCB"))
        assert lost is not None
        recipient.exchange.receive(lost.batch)
        letter = Letter("Vehicle", "Seen at the border.")
        sent = sender.correspondence.send_message(DUTY, network.id("XB-NCB"), charter, letter)
        for _ in range(3):
            # By hand, so that no delay of the line is waited for.
            if (parcel := sender.exchange.collect_by_hand(network.id("XB-NCB"))) is not None:
                sender.exchange.settle(parcel, recipient.exchange.receive(parcel.batch))
        assert [message.header.id for _, message in recipient.correspondence.messages(9)] == [sent.header.id]
        with sender.directory.open_unit() as unit:
            (told,) = [one for one in unit.outbox.deliveries(drafted.id) if one.recipient == network.id("XB-NCB")]
        assert (told.state, told.reason) == ("stored", "key_no_longer_valid")
        assert [step.step for step in told.steps] == ["stored"]


def test_b10_body_that_refuses_the_key_of_two_changes_ago_is_not_taken_to_know_the_second(tmp_path: Path) -> None:
    with open_network(tmp_path, concluded=(CHARTER,)) as network:
        sender, recipient = network["XA-NCB"], network["XB-NCB"]
        changes = []
        for _ in range(2):
            drafted = from_json(sender.directory.draft_keys(HEAD)["statement"])
            sender.directory.change_keys(HEAD, network.sign_by_heads("XA-NCB", drafted))
            changes.append(drafted.id)
            # Sealed, and lost on the way.
            assert sender.exchange.collect_by_hand(network.id("XB-NCB")) is not None
        # Both go by hand, each signed by the key that XB knows: with the first it gives up the key that signed the second.
        answers: list[bytes] = []
        take_in(
            recipient.exchange,
            iter(list(export(sender.exchange, network.id("XB-NCB")))),
            answers.append,
            lambda _: None,
        )
        take_in(sender.exchange, iter(answers), lambda _: None, lambda _: None)
        for _ in range(3):
            if (parcel := sender.exchange.collect_by_hand(network.id("XB-NCB"))) is not None:
                sender.exchange.settle(parcel, recipient.exchange.receive(parcel.batch))
        with recipient.directory.open_unit() as unit:
            known = unit.bodies.body(network.id("XA-NCB"))
        assert known is not None
        assert known.current_keys.version == 3
        with sender.directory.open_unit() as unit:
            states = [
                one.state for change in changes for one in unit.outbox.deliveries(change)
                if one.recipient == network.id("XB-NCB")
            ]  # fmt: skip
        assert states == ["stored", "stored"]


def test_x19_both_bodies_change_keys_while_no_receipt_arrives_and_the_line_goes_on(tmp_path: Path) -> None:
    with open_network(tmp_path, concluded=(CHARTER,)) as network:
        pair = (("XA-NCB", "XB-NCB"), ("XB-NCB", "XA-NCB"))
        for code, _ in pair:
            drafted = from_json(network[code].directory.draft_keys(HEAD)["statement"])
            network[code].directory.change_keys(HEAD, network.sign_by_heads(code, drafted))
        # Each takes in the other's change, and neither receipt comes back.
        lost = [network[code].exchange.collect(network.id(other)) for code, other in pair]
        for (_, other), parcel in zip(pair, lost, strict=True):
            assert parcel is not None
            network[other].exchange.receive(parcel.batch)
        for _ in range(3):
            for code, other in pair:
                if (parcel := network[code].exchange.collect_by_hand(network.id(other))) is not None:
                    network[code].exchange.settle(parcel, network[other].exchange.receive(parcel.batch))
        for code, other in pair:
            with network[code].exchange.open_view() as view:
                assert view.outbox.count_waiting(network.id(other)) == 0


def test_x27_who_knows_our_change_of_keys_before_its_receipt_is_here_believes_our_answers(tmp_path: Path) -> None:
    with open_network(tmp_path, concluded=(CHARTER,)) as network:
        called, caller = network["XA-NCB"], network["XB-NCB"]
        drafted = from_json(called.directory.draft_keys(HEAD)["statement"])
        called.directory.change_keys(HEAD, network.sign_by_heads("XA-NCB", drafted))
        lost = called.exchange.collect(network.id("XB-NCB"))
        assert lost is not None
        caller.exchange.receive(lost.batch)
        asked = caller.exchange.pull(network.id("XA-NCB"))
        # The answer is believed: with it comes what was lost.
        assert (
            caller.exchange.take_in(
                caller.exchange.brought_by(asked, called.exchange.receive(batch_to_bytes([asked.envelope])))
            ).envelopes
            == 1
        )
        # A call of a kind that nobody answers: the refusal proves itself too, and is not taken for a forgery.
        with caller.directory.open_unit() as unit:
            unknown = draft("weather", unit.bodies.own().id, network.clock.now(), {})
        signed = unknown.with_signature(caller.exchange.keys.signer)
        again = caller.exchange.call(network.id("XA-NCB"), signed, InstrumentId(""))
        with pytest.raises(Invalid, match="weather"):
            caller.exchange.answered(again, called.exchange.receive(batch_to_bytes([again.envelope])))
