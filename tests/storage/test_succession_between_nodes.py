"""A body begins anew in place of one that lost its threshold, between real nodes on real stores (B14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from entente.app import NewBody, create_folder, open_node
from entente.bodies.model import BodyKind, Officer
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.statement import from_json
from entente.settings import Settings
from tests.storage.test_records_between_nodes import World, person
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DUTY, HEAD, PASSPHRASE, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC, NEW = "XA-NCB", "XB-NCB", "GS", "RC", "XB-NEW"
SECOND = OfficerId("head-2")


@dataclass(frozen=True)
class Place:
    network: Network
    world: World


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Return four bodies under a charter and an agreement, and a fifth that names XB as the body it replaces."""
    folder: Path = tmp_path_factory.mktemp("succession")
    with open_network(folder, concluded=(CHARTER, AGREEMENT)) as four, ExitStack() as stack:
        agreement = four.instrument(AGREEMENT_NAME)
        begun = NewBody(
            BodyKind.NATIONAL_CENTRAL_BUREAU, NEW, "Bureau of XB, begun anew", "XB", "UTC", ("http://xb-new.test",),
            (PASSPHRASE,) * 3, 2, PASSPHRASE, replaces=four.id(XB),
        )  # fmt: skip
        create_folder(folder / NEW, begun)
        node = stack.enter_context(open_node(Settings.at(folder / NEW)))
        network = Network({**four.nodes, NEW: node}, {**four.folders, NEW: folder / NEW})
        node.directory.officers.put(HEAD, Officer(DUTY, frozenset({"duty_officer"})))
        for code, other in four.nodes.items():
            other.directory.officers.put(HEAD, Officer(SECOND, frozenset({"head_of_body"})))
            node.directory.introduce_by_hand(tuple(from_json(one) for one in network.own(code).statements))
            other.directory.introduce_by_hand(tuple(from_json(one) for one in network.own(NEW).statements))
        yield Place(network, World(network, agreement, agreement))


def is_held(network: Network, code: str, record: RecordId) -> bool:
    with network[code].identity.open_view() as view:
        return view.records.get(record) is not None


def test_successor_is_accepted_signs_for_itself_and_answers_for_the_earlier_bodys_records(place: Place) -> None:
    network, world = place.network, place.world
    given = person(world, "left-1", "Perlomi Astuvar", terms=(world.cls(XB),))
    world.run([given, person(world, "left-2", "Nuvaro Keldis", terms=(world.cls(XB),))], XA, GS, at=XB)
    network.deliver()
    left = RecordId(f"{network.id(XB)}/left-1")

    assert "left-1" in world.find(XA, "Perlomi Astuvar")
    with pytest.raises(NotFound):
        network[XA].records.withdraw(DUTY, left, "not ours")

    # Accepted at XA alone, by two officers.
    network[XA].agreements.accept_successor(HEAD, network.id(NEW), network.id(XB))
    assert "left-1" in world.find(XA, "Perlomi Astuvar")
    network[XA].agreements.accept_successor(SECOND, network.id(NEW), network.id(XB))
    network.deliver(XB)
    assert world.find(XA, "Perlomi Astuvar") == {}, "nobody who has signed answers for it yet"
    assert "left-1" in world.find(GS, "Perlomi Astuvar"), "the secretariat has accepted nobody"

    # It was told the instruments, and signs them itself.
    for instrument in (network.instrument("charter"), world.agreement):
        network.submit(NEW, network[NEW].agreements.draft_signature(HEAD, instrument))
    network.deliver(XB)
    assert network.id(NEW) in network[XA].disclosure.situation().instruments[world.agreement].parties
    assert network.id(NEW) not in network[GS].disclosure.situation().instruments[world.agreement].parties
    found = world.find(XA, "Perlomi Astuvar")
    assert "left-1" in found
    assert found["left-1"].record == left, "it keeps its source's name"

    # What it withdraws of the earlier body's is found no more where it was accepted, and stays elsewhere.
    told = network[NEW].records.withdraw(DUTY, left, "entered in error")
    assert network.id(XB) in told
    network.deliver(XB)
    assert world.find(XA, "Perlomi Astuvar") == {}
    assert "left-2" in world.find(XA, "Nuvaro Keldis")
    assert "left-1" in world.find(GS, "Perlomi Astuvar")

    # So it has it erased: nothing is left of it where it was accepted.
    other = RecordId(f"{network.id(XB)}/left-2")
    assert is_held(network, XA, other)
    erased = network[NEW].erasing.erase(HEAD, other, "unlawful")
    assert network.id(GS) in erased.told
    network.deliver(XB)
    assert not is_held(network, XA, other)
    assert world.find(XA, "Nuvaro Keldis") == {}
    assert "left-2" in world.find(GS, "Nuvaro Keldis")

    # The earlier body's keys say nothing new at XA; at the secretariat they do.
    network[XB].directory.publish_addresses(("http://again.test",))
    network.deliver()
    with network[XA].directory.open_unit() as unit:
        here = unit.bodies.body(network.id(XB))
    with network[GS].directory.open_unit() as unit:
        there = unit.bodies.body(network.id(XB))
    assert here is not None
    assert there is not None
    assert here.addresses == ("http://xb-ncb.test",)
    assert there.addresses == ("http://again.test",)
