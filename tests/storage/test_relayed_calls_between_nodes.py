"""What is asked by calls is asked through a relay too: a file, and what a restored node forgot.

Source: docs/rules/exchange.md X35; DESIGN section 11, days 2 and 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.test_blobs_between_nodes import PICTURE, WHY, World, unwatched
from tests.storage.test_restored_node import backup, message, restored, subjects
from tests.support.nodes import CHARTER, DUTY, HEAD, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """Return four bodies, of which XA and XB reach each other through GS alone."""
    with open_network(tmp_path / "nodes", concluded=(CHARTER,)) as opened:
        for one, other in ((XA, XB), (XB, XA)):
            opened[one].directory.publish_addresses(opened.own(one).addresses, (opened.id(GS),))
            opened.deliver()
            opened[other].deciding.set_route(HEAD, opened.id(one), opened.id(GS))
        yield opened


def passed_on(network: Network) -> int:
    return sum(row.act.verb == "call_relayed" for row in network[GS].trail.latest(1_000))


def test_x35_file_of_a_record_is_fetched_through_the_relay_which_keeps_nothing_of_it(network: Network) -> None:
    world = World(network, network.conclude(XA, "agreement.yaml", (XA, XB, GS)), {})
    record = world.shared(XB)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(World, "blobs", lambda here, code: here.network[code].blobs)
        blob = world.attach(record)
        taken: list[bytes] = []
        network[XB].blobs.open_file(DUTY, record, "face.jpg", WHY, taken.append, unwatched)
    assert b"".join(taken) == PICTURE
    assert passed_on(network) == 3
    assert world.on_disk(GS, blob.id) == []


def test_x35_restored_node_takes_back_what_a_body_that_it_reaches_through_a_relay_alone_has(
    network: Network, tmp_path: Path
) -> None:
    file = backup(network, XB, tmp_path)
    message(network, XB, XA, "after the backup")
    message(network, XA, XB, "from xa")
    for _ in range(3):
        network.deliver()
    assert subjects(network, XA) == subjects(network, XB) == ["after the backup", "from xa"]
    node = restored(network, XB, file)
    assert subjects(network, XB) == []
    assert node.recovery.ask()
    assert subjects(network, XB) == ["after the backup"]
    assert passed_on(network) == 2, "the words, and what was erased"
    for _ in range(3):
        network.clock.move(minutes=61)
        network.deliver()
    assert subjects(network, XB) == subjects(network, XA) == ["after the backup", "from xa"]
