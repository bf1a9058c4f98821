"""What other bodies know of a body whose node came back from a backup: none is left with less than another, or with a stray word.

Source: docs/rules/exchange.md X8, X33 and X34; DESIGN section 1 (promises 3 and 4) and 11 (day 11).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from entente.correspondence.messages import Letter
from entente.exchange.bundles import export, take_in
from entente.exchange.envelopes import batch_to_bytes
from entente.kernel.errors import Untrusted
from entente.kernel.ids import InstrumentId
from entente.verbs import perform
from tests.storage.test_copies_between_nodes import suspend
from tests.storage.test_erasure_between_nodes import restored
from tests.storage.test_records_between_nodes import GS, RC, XA, XB, World, open_world, person
from tests.support.nodes import DUTY

pytestmark = pytest.mark.storage


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path / "nodes") as opened:
        yield opened


def backup(world: World, tmp_path: Path, code: str) -> Path:
    file = tmp_path / f"{code}.backup"
    perform(world.network[code], "backup", {"out": str(file)})
    return file


def is_suspended(world: World, at: str) -> bool:
    """Say whether a node knows XA's suspension of the agreement."""
    author = world.network.id(XA)
    with world.network[at].agreements.open_unit() as unit:
        state = unit.agreements.instrument(world.agreement)
    assert state is not None
    return bool(state.participations[author].suspensions)


def is_withdrawn(world: World, at: str, local_id: str) -> bool:
    held = world.held(at, local_id)
    return held is not None and held.withdrawn_at is not None


def test_x34_words_that_reached_one_body_before_the_node_was_lost_go_on_to_the_others(
    world: World, tmp_path: Path
) -> None:
    network = world.network
    world.share([person(world, "w-1", "Talvo Mirenko")], XB, GS)
    file = backup(world, tmp_path, XA)
    network[XA].records.withdraw(DUTY, world.record("w-1"), "It was another person.")
    suspend(network, world.agreement, network.id(XB))
    addresses = ("http://xa-ncb.test", "http://xa-ncb.test/second")
    network[XA].directory.publish_addresses(addresses)
    network.deliver(XB)
    assert (is_suspended(world, XB), is_withdrawn(world, XB, "w-1")) == (False, False)
    node = restored(world, XA, file)
    assert node.recovery.ask()
    assert (is_suspended(world, XA), is_withdrawn(world, XA, "w-1")) == (True, True)
    network.clock.move(minutes=2)
    network.deliver()
    author = network.id(XA)
    for code in (XB, GS):
        assert is_withdrawn(world, code, "w-1")
        assert is_suspended(world, code)
        with network[code].directory.open_unit() as unit:
            known = unit.bodies.body(author)
        assert known is not None
        assert known.addresses == addresses
    # Who was no holder is told of no record, and who has a word already is not sent it again.
    record = world.record("w-1")
    with node.records.open_unit() as unit:
        deliveries = unit.outbox.deliveries(record)
    told = sorted(one.recipient for one in deliveries if one.kind == "withdrawal")
    assert told == sorted((network.id(XB), network.id(GS)))


@pytest.mark.parametrize("lost", [XA, XB])
def test_x33_what_was_only_set_aside_is_not_lost_with_either_store(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    network, file = world.network, backup(world, tmp_path, lost)
    with monkeypatch.context() as patch:
        # XB's version knows no records yet.
        patch.delitem(cast("dict[str, object]", network[XB].deciding.accept), "record")
        world.share([person(world, "w-1", "Talvo Mirenko")], XB)
        assert [one.reason for one in network[XB].deciding.aside()] == ["unknown_kind"]
        node = restored(world, lost, file)
        assert node.recovery.ask()
        assert world.held(XA, "w-1") is not None
        network.clock.move(minutes=2)
        network.deliver()
    assert world.held(XB, "w-1") is None or lost == XB
    assert {why for _, why in network[XB].deciding.retry()} <= {""}
    assert world.held(XB, "w-1") is not None
    assert network[XB].deciding.aside() == ()


def test_x33_what_is_still_under_way_of_a_lost_node_is_taken_in_by_nobody_it_asked(
    world: World, tmp_path: Path
) -> None:
    network, file = world.network, backup(world, tmp_path, XA)
    charter = network.instrument("charter")
    network[XA].correspondence.send_message(DUTY, network.id(XB), charter, Letter("lost", "Text.", "normal"))
    carried = list(export(network[XA].exchange, network.id(XB)))
    node = restored(world, XA, file)
    assert node.recovery.ask()
    copy = backup(world, tmp_path, XB)
    answers: list[bytes] = []
    take_in(network[XB].exchange, iter(carried), answers.append, lambda _: None)
    assert network[XB].correspondence.messages(9) == ()
    taken = take_in(node.exchange, iter(answers), lambda _: None, lambda _: None)
    assert taken.unreadable == ()
    # What it says from now on has the numbers of those it lost, and counts.
    node.correspondence.send_message(DUTY, network.id(XB), charter, Letter("said anew", "Text.", "normal"))
    network.clock.move(minutes=2)
    network.deliver()
    assert [message.subject for _, message in network[XB].correspondence.messages(9)] == ["said anew"]
    # Restored in its turn, XB asks for all that came since, and nothing of it is missing.
    node.correspondence.send_message(DUTY, network.id(XB), charter, Letter("later", "Text.", "normal"))
    network.deliver()
    assert restored(world, XB, copy).recovery.ask()
    network.clock.move(minutes=2)
    network.deliver()
    assert {message.subject for _, message in network[XB].correspondence.messages(9)} == {"said anew", "later"}


def bring_later_keys(world: World, tmp_path: Path, code: str) -> None:
    """Copy the key files that were made after the backup from the lost machine."""
    for file in (tmp_path / f"{code}.lost" / "keys").iterdir():
        if not (kept := world.network.folders[code] / "keys" / file.name).exists():
            shutil.copy2(file, kept)


def known_keys(world: World, at: str, of: str) -> int:
    body = world.network.id(of)
    with world.network[at].directory.open_unit() as unit:
        known = unit.bodies.body(body)
    assert known is not None
    return len(known.keys)


def said_to(world: World, sender: str, recipient: str, subject: str) -> None:
    charter, to = world.network.instrument("charter"), world.network.id(recipient)
    world.network[sender].correspondence.send_message(DUTY, to, charter, Letter(subject, "Text.", "normal"))


def subjects(world: World, at: str) -> set[str]:
    return {message.subject for _, message in world.network[at].correspondence.messages(99)}


def test_x33_node_restored_from_before_a_change_of_its_keys_is_told_the_change_and_takes_back(
    world: World, tmp_path: Path
) -> None:
    network, file = world.network, backup(world, tmp_path, XA)
    said_to(world, XA, GS, "by the first key")
    network.deliver()
    network.change_keys(XA)
    said_to(world, XA, GS, "after the change")
    network.deliver(XB)
    node = restored(world, XA, file)
    # The private keys do not come from others: without them nothing is taken back, and it is said which are missing.
    assert not node.recovery.ask()
    _, answers = node.recovery.standing()
    assert "is not in this node's folder" in next(one.why for one in answers if one.peer == network.id(GS))
    assert (known_keys(world, XA, XA), subjects(world, XA)) == (1, set())
    bring_later_keys(world, tmp_path, XA)
    # XB was away and knows the first key alone: it is asked with that one.
    assert node.recovery.ask()
    assert (known_keys(world, XA, XA), subjects(world, XA)) == (2, {"by the first key", "after the change"})
    said_to(world, XA, XB, "by the new key")
    network.clock.move(minutes=2)
    network.deliver()
    network.deliver()
    assert [known_keys(world, code, XA) for code in (XB, GS, RC)] == [2, 2, 2]
    assert "by the new key" in subjects(world, XB)
    assert perform(node, "trail_verify", {})["proof"]["is_sound"]  # type: ignore[index,call-overload] # plain JSON


def test_x33_node_restored_from_before_another_bodys_change_of_keys_is_told_it_and_takes_back(
    world: World, tmp_path: Path
) -> None:
    network = world.network
    said_to(world, XB, XA, "before")
    network.deliver()
    file = backup(world, tmp_path, XA)
    network.change_keys(XB)
    said_to(world, XA, XB, "after the backup")
    network.deliver()
    # Everybody knows the new key, so that nothing signs with the first one any more.
    assert network[XB].directory.remove_spent_keys()
    node = restored(world, XA, file)
    assert known_keys(world, XA, XB) == 1
    assert node.recovery.ask()
    assert (known_keys(world, XA, XB), subjects(world, XA)) == (2, {"before", "after the backup"})
    said_to(world, XB, XA, "by the new key")
    network.clock.move(minutes=2)
    network.deliver()
    assert "by the new key" in subjects(world, XA)


def test_x33_call_by_a_key_that_was_given_up_is_told_the_change_of_keys_and_nothing_else(
    world: World, tmp_path: Path
) -> None:
    """Whoever has a stolen key learns what every body knows; of another question it learns nothing."""
    network, file = world.network, backup(world, tmp_path, XA)
    network.change_keys(XA)
    said_to(world, XA, GS, "kept from a thief")
    network.deliver()
    node, gs = restored(world, XA, file), network.id(GS)
    rows = network[GS].trail.latest(1)[0].sequence
    with pytest.raises(Untrusted):
        network.post("http://gs.test", batch_to_bytes([node.exchange.pull(gs).envelope]))
    with node.recovery.open_unit() as unit:
        question = node.recovery.recovering.question(unit, gs, 0, network.clock.now())
    head, *told = node.recovery.call(gs, question, InstrumentId(""))
    assert (head.kind, [one.kind for one in told]) == ("later_keys", ["keys"])
    assert network[GS].trail.latest(1)[0].sequence == rows, "nothing was written"
