"""A compromise is declared and acted on, between real nodes on real stores (B13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entente.correspondence.desk import About
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound, Untrusted
from entente.kernel.ids import RecordId
from entente.kernel.signing import Signer, key_id
from entente.node import Keeping
from entente.records.model import StoredRecord
from entente.records.statements import record_statement, withdrawal_statement
from entente.verbs import perform
from tests.storage.test_records_between_nodes import World, person
from tests.support.hostile import send
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DUTY, HEAD, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS = "XA-NCB", "XB-NCB", "GS"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_network(tmp_path_factory.mktemp("rotation"), concluded=(CHARTER, AGREEMENT)) as network:
        agreement = network.instrument(AGREEMENT_NAME)
        yield World(network, agreement, agreement)


def copy_at(world: World, code: str, local_id: str) -> StoredRecord:
    stored = world.held(code, local_id)
    assert stored is not None
    return stored


def old_signer(network: Network, code: str) -> Signer:
    """Return what a thief of a body's first node key signs with."""
    first = key_id(network.own(code).keys[0].node_key)
    found = network[code].directory.keys.signer_of(first)  # type: ignore[attr-defined]
    assert found is not None
    return found  # type: ignore[no-any-return]


def doubts(network: Network, code: str, about: str) -> JsonObject:
    answer = perform(network[code], "body_doubts", {"officer": HEAD, "body": about})
    declared = answer["declared"]
    assert isinstance(declared, list)
    (one,) = declared
    assert isinstance(one, dict)
    return one


def test_copies_under_a_compromised_key_are_shown_to_nobody_until_they_are_issued_anew(world: World) -> None:
    network = world.network
    world.share([person(world, "doubt-1", "Sarkema Velitun")], XB)
    assert "doubt-1" in world.find(XB, "Sarkema Velitun")
    about = About("identify", "fugitives", "")
    network[XB].correspondence.forward_record(DUTY, world.record("doubt-1"), network.id(GS), about)
    network.deliver()
    network.change_keys(XA, compromised_since=network.own(XA).current_keys.valid_from)
    network.deliver()
    copy = copy_at(world, XB, "doubt-1")
    assert copy.doubted_at is not None
    assert world.find(XB, "Sarkema Velitun") == {}
    with pytest.raises(NotFound):
        network[XB].records.show(DUTY, copy.record.id, "identify", "fugitives", "")
    assert doubts(network, XB, XA)["records_not_shown"] == 1
    while network[XA].reissuing.step():
        continue
    network.deliver()
    again = copy_at(world, XB, "doubt-1")
    assert again.doubted_at is None
    assert again.record == copy.record
    assert {one.key_id for one in again.statement.signatures} == {key_id(network.own(XA).current_keys.node_key)}
    assert "doubt-1" in world.find(XB, "Sarkema Velitun")
    assert doubts(network, XB, XA)["records_not_shown"] == 0
    assert copy_at(world, GS, "doubt-1").doubted_at is None, "whom it was passed on to has it anew from its source"


def test_copy_that_came_before_the_compromise_stays_shown(world: World) -> None:
    network = world.network
    world.share([person(world, "older-1", "Tolmera Jaskun")], XB)
    since = datetime.now(UTC) + timedelta(minutes=6)
    stored = copy_at(world, XB, "older-1")
    with network[XB].records.open_unit() as unit:
        found = unit.records.copies_signed_by(network.id(XA), stored.statement.signatures[0].key_id, since)
        early = unit.records.copies_signed_by(network.id(XA), stored.statement.signatures[0].key_id, stored.received_at)
    assert found == ()
    assert stored.record.id in early


def test_forged_version_under_a_stolen_key_gives_way_to_the_sources_own(world: World) -> None:
    network = world.network
    world.share([person(world, "forged-1", "Ozrema Calduin")], XB)
    own = copy_at(world, XA, "forged-1").record
    now = datetime.now(UTC)
    forged = replace(own, version=99, at=now, facts=(replace(own.facts[0], value="Somebody Else"), *own.facts[1:]))
    stolen = record_statement(forged, "thief", now, network[XA].exchange.signer)
    assert send(network, XA, XB, world.agreement, stolen).result.is_accepted
    network.deliver()
    assert "forged-1" in world.find(XB, "Somebody Else")
    network.change_keys(XA, compromised_since=network.own(XA).current_keys.valid_from)
    network.deliver()
    assert world.find(XB, "Somebody Else") == {}
    late = record_statement(replace(forged, version=100), "thief", now, old_signer(network, XA))
    with network[XB].records.open_unit() as unit, pytest.raises(Untrusted) as refused:
        network[XB].exchange.accept["record"](unit, late, network.id(XA))
    assert refused.value.reason == "key_no_longer_valid"
    while network[XA].reissuing.step():
        continue
    network.deliver()
    assert copy_at(world, XB, "forged-1").record == own
    assert "forged-1" in world.find(XB, "Ozrema Calduin")
    assert world.find(XB, "Somebody Else") == {}


def test_withdrawal_under_a_stolen_key_stays_and_is_listed(world: World) -> None:
    network = world.network
    world.share([person(world, "taken-1", "Murento Pashkil")], XB)
    record = copy_at(world, XB, "taken-1").record
    stolen = withdrawal_statement(
        record.id, record.source, "x", "thief", datetime.now(UTC), network[XA].exchange.signer
    )
    assert send(network, XA, XB, world.agreement, stolen).result.is_accepted
    network.change_keys(XA, compromised_since=network.own(XA).current_keys.valid_from)
    network.deliver()
    while network[XA].reissuing.step():
        continue
    network.deliver()
    assert copy_at(world, XB, "taken-1").withdrawn_at is not None
    listed = doubts(network, XB, XA)["items"]
    assert isinstance(listed, list)
    said = {(str(one["kind"]), RecordId(str(one["subject"]))) for one in listed if isinstance(one, dict)}
    assert ("accept_withdrawal", record.id) in said
    assert ("accept_record", record.id) in said


def test_copies_are_issued_anew_once_and_go_on_after_a_restart(world: World) -> None:
    network = world.network
    world.share([person(world, f"many-{number}", f"Given Person {number}") for number in range(45)], XB, GS)
    assert network[XA].reissuing.step() == 0, "nothing was declared"
    network.change_keys(XA, compromised_since=network.own(XA).current_keys.valid_from)
    steps = []
    while done := network[XA].reissuing.step():
        steps.append(done)
    assert steps == [20, 20, 5]
    network.deliver()
    assert all(copy_at(world, code, f"many-{number}").doubted_at is None for code in (XB, GS) for number in range(45))
    network.change_keys(XA)
    assert network[XA].reissuing.step() == 0, "a change that declares nothing issues nothing"


def test_running_node_issues_anew_and_removes_spent_keys_by_itself(world: World) -> None:
    network = world.network
    world.share([person(world, f"kept-{number}", f"Kept Person {number}") for number in range(3)], XB)
    first = network.own(XA).current_keys
    keeping = Keeping(network[XA])
    assert keeping.step() == 0
    network.change_keys(XA, compromised_since=first.valid_from)
    network.deliver()
    assert keeping.step() == 3
    assert keeping.step() == 0
    network.deliver()
    assert copy_at(world, XB, "kept-0").doubted_at is None
    assert key_id(first.node_key) in network[XA].directory.keys.held(), "it looked an hour ago at most"
    Keeping(network[XA]).step()
    assert key_id(first.node_key) not in network[XA].directory.keys.held()
    acts = [row.act.verb for row in network[XA].trail.latest(20)]
    assert "reissue_records" in acts
    assert "remove_keys" in acts
