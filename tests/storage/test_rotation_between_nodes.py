"""Keys change while nodes talk, between real nodes on real stores: nothing waits, nothing is lost (B2, B10, B11)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entente.correspondence.messages import Letter
from entente.kernel.signing import key_id
from entente.verbs import perform
from tests.support.nodes import DUTY, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"


@pytest.fixture
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("rotation")) as opened:
        opened.conclude(GS, "charter.yaml", (GS, XA, XB, RC))
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
