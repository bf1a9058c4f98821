"""Keys change while nodes talk, between real nodes on real stores: nothing waits, nothing is lost (B2, B10, B11)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entente.correspondence.messages import Letter
from entente.exchange.bundles import export, take_in
from entente.kernel.signing import key_id
from entente.verbs import perform
from tests.support.nodes import CHARTER, DUTY, HEAD, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"


@pytest.fixture
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("rotation"), concluded=(CHARTER,)) as opened:
        yield opened


def write(network: Network, sender: str, recipient: str, subject: str) -> None:
    charter = network.instrument("charter")
    network[sender].correspondence.send_message(
        DUTY, network.id(recipient), charter, Letter(subject, "Text.", "normal")
    )


def subjects(network: Network, code: str) -> list[str]:
    with network[code].correspondence.open_unit() as unit:
        return [message.subject for _, message in unit.correspondence.messages(100)]


def test_messages_flow_before_during_and_after_a_change_of_keys(network: Network) -> None:
    write(network, XA, XB, "before")
    network.deliver()
    network.change_keys(XA)
    write(network, XA, XB, "during")
    write(network, XB, XA, "toward")
    network.deliver()
    write(network, XA, XB, "after")
    write(network, XB, XA, "back")
    network.deliver()
    assert set(subjects(network, XB)) >= {"before", "during", "after"}
    assert set(subjects(network, XA)) >= {"toward", "back"}
    assert [row.act.verb for row in network[XB].trail.latest(200) if "set_aside" in row.act.verb] == []
    shown = perform(network[XA], "keys_show", {})["versions"]
    assert isinstance(shown, list)
    newest = shown[-1]
    assert isinstance(newest, dict)
    assert newest["not_known_to"] == []
    assert newest["known_to"] == [GS, RC, XB]


@pytest.mark.parametrize("is_compromised", [False, True])
def test_b2_what_was_set_aside_before_a_change_of_keys_is_taken_in_later_unless_that_key_was_in_others_hands(
    network: Network, *, is_compromised: bool
) -> None:
    accept = network[XB].exchange.accept
    assert isinstance(accept, dict), "the one table of kinds"
    of_messages = accept.pop("message")
    write(network, XA, XB, "of a kind that XB does not know yet")
    network.deliver()
    network.change_keys(XA, network.own(XA).current_keys.valid_from if is_compromised else None)
    network.deliver()
    accept["message"] = of_messages
    ((aside, why),) = network[XB].deciding.retry()
    assert aside.reason == "unknown_kind"
    if is_compromised:
        assert "signed with a key that is no longer valid" in why
        assert (subjects(network, XB), len(network[XB].deciding.aside())) == ([], 1)
    else:
        assert (why, network[XB].deciding.aside()) == ("", ())
        assert subjects(network, XB) == ["of a kind that XB does not know yet"]


def test_peer_that_was_away_during_two_changes_gets_all_that_waited_for_it(network: Network) -> None:
    network.change_keys(XA)
    write(network, XA, XB, "first")
    network.deliver(XB)
    network.change_keys(XA)
    write(network, XA, XB, "second")
    write(network, XB, XA, "from afar")
    network.deliver(XB)
    write(network, XA, XB, "third")
    network.deliver()
    network.deliver()
    assert {"first", "second", "third"} <= set(subjects(network, XB))
    assert "from afar" in subjects(network, XA)


def test_keys_that_nobody_needs_are_removed_and_the_others_stay(network: Network) -> None:
    first = network.own(XA).current_keys
    network.change_keys(XA)
    network.deliver(XB)
    node = network[XA].directory
    assert node.remove_spent_keys() == frozenset(), "XB still knows the first key"
    network.deliver()
    assert node.remove_spent_keys() == {key_id(first.node_key)}
    assert key_id(first.sealing_key) in node.keys.held(), "what was sealed before may still be on its way"


def test_peer_that_was_away_longer_than_a_delivery_may_take_still_learns_the_new_keys(network: Network) -> None:
    network.change_keys(XA)
    write(network, XA, XB, "too late")
    network.deliver(XB)
    network.clock.move(days=40)
    write(network, XA, XB, "in time")
    network.deliver()
    network.deliver()
    assert "in time" in subjects(network, XB)
    assert "too late" not in subjects(network, XB)
    with network[XB].directory.open_unit() as unit:
        known = unit.bodies.body(network.id(XA))
    assert known is not None
    assert known.keys == network.own(XA).keys


def carried_by_hand(network: Network, sender: str, recipient: str) -> list[bytes]:
    """Write a bundle of what waits, as it is now."""
    return list(export(network[sender].exchange, network.id(recipient)))


def take(network: Network, code: str, bundle: list[bytes]) -> list[bytes]:
    """Take a bundle in; return the one that answers it."""
    answers: list[bytes] = []
    assert take_in(network[code].exchange, iter(bundle), answers.append, lambda _: None).unreadable == ()
    return answers


def states(network: Network, code: str) -> dict[str, str]:
    """Return how far each message that a body sent has come."""
    with network[code].correspondence.open_unit() as unit:
        return {
            message.subject: unit.outbox.deliveries(message.header.id)[0].state
            for way, message in unit.correspondence.messages(100)
            if way.value == "sent"
        }


def test_b11_bundle_sealed_to_a_replaced_key_is_taken_in_in_any_order_and_counts_once(network: Network) -> None:
    network.clock.stop()
    # It comes before the line brings anything: the key it is sealed to is kept as long as a bundle may be on its way.
    write(network, XB, XA, "first")
    bundle = carried_by_hand(network, XB, XA)
    network.change_keys(XA)
    take(network, XB, take(network, XA, bundle))
    assert states(network, XB) == {"first": "stored"}
    assert subjects(network, XA) == ["first"]

    # It comes after the line brought the same: nothing is done twice, and the answer harms nobody.
    network.deliver()
    write(network, XB, XA, "second")
    bundle = carried_by_hand(network, XB, XA)
    network.change_keys(XA)
    network.deliver()
    take(network, XB, take(network, XA, bundle))

    # Signed with a key that its sender replaced, and sealed to one that its recipient did, on two sides at once.
    write(network, XB, XA, "third")
    bundle = carried_by_hand(network, XB, XA)
    parcel = network[XB].exchange.collect(network.id(XA))
    assert parcel is not None
    network[XB].exchange.postpone(parcel, "The line broke.")
    network.change_keys(XB)
    network.change_keys(XA)
    network.deliver()
    take(network, XB, take(network, XA, bundle))
    network.clock.move(minutes=5)
    network.deliver()
    write(network, XB, XA, "after all")
    network.deliver()
    assert sorted(subjects(network, XA)) == ["after all", "first", "second", "third"]
    assert set(states(network, XB).values()) == {"stored"}


def test_x28_bundle_older_than_a_delivery_may_take_is_not_taken_in_and_what_follows_passes(network: Network) -> None:
    write(network, XB, XA, "too late")
    bundle = carried_by_hand(network, XB, XA)
    replaced = network.own(XA).current_keys
    network.change_keys(XA)
    network.deliver(XB)
    network.clock.move(days=40)
    network.speak(XA)
    network[XA].directory.remove_spent_keys()
    held = network[XA].directory.keys.held()
    network[XB].exchange.tend()
    answer = take(network, XA, bundle)
    take(network, XB, answer)
    write(network, XB, XA, "in time")
    network.deliver()
    network.deliver()
    assert subjects(network, XA) == ["in time"]
    assert states(network, XB) == {"too late": "undelivered", "in time": "stored"}
    assert key_id(replaced.node_key) not in held


def test_b10_envelope_that_a_relay_kept_while_both_ends_changed_their_keys_counts_once(network: Network) -> None:
    network.clock.stop()
    network[XA].directory.publish_addresses(network.own(XA).addresses, (network.id(GS),))
    network.deliver()
    network[XB].deciding.set_route(HEAD, network.id(XA), network.id(GS))
    write(network, XB, XA, "by relay")
    parcel = network[XB].exchange.collect(network.id(XA))
    assert parcel is not None
    assert parcel.via == network.id(GS)
    network[XB].exchange.settle(parcel, network[GS].exchange.receive(parcel.batch))
    kept = network[GS].exchange.collect(network.id(XA))
    assert kept is not None
    network.change_keys(XA)
    network.change_keys(XB)
    # Each learns of the other's change before the envelope goes on.
    for sender, to in ((XA, XB), (XB, GS), (GS, XA)):
        changes = network[sender].exchange.collect(network.id(to))
        if changes is not None:
            network[sender].exchange.settle(changes, network[_at(network, changes.via)].exchange.receive(changes.batch))
    network.deliver()
    network.clock.move(hours=2)
    network.deliver()
    network.clock.move(hours=2)
    network.deliver()
    assert subjects(network, XA) == ["by relay"]
    assert states(network, XB) == {"by relay": "stored"}
    assert [code for code in (XA, XB, GS) if network[code].exchange.seconds_to_next() is not None] == []
    with network[GS].exchange.open_view() as view:
        assert view.relay.recipients() == (), "nothing goes round for ever"


def _at(network: Network, body: str) -> str:
    return next(code for code in network.nodes if network.id(code) == body)
