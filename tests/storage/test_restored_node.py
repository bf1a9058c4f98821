"""A node restored from a backup: nothing is lost that others have, nothing counts twice (X33, X34; day 11)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from entente.app import restore_node
from entente.kernel.errors import Conflict, Unavailable
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.statement import Statement, from_json
from entente.node import Node
from entente.storage.folder import Folder
from entente.verbs import perform
from tests.support.nodes import CHARTER, DUTY, HEAD, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with open_network(tmp_path / "nodes", concluded=(CHARTER,)) as opened:
        yield opened


def backup(network: Network, code: str, place: Path) -> Path:
    file = place / f"{code}.backup"
    perform(network[code], "backup", {"out": str(file)})
    return file


def restored(network: Network, code: str, file: Path) -> Node:
    """Lose a node's folder, make it anew from a backup, and open it."""
    folder = network.folders[code]
    network.close(code)
    folder.rename(file.with_name(f"{code}.lost"))
    restore_node(file, None, folder, None, lambda _done: None)
    return network.open(code)


def message(network: Network, code: str, to: str, text: str) -> None:
    given = {"officer": DUTY, "to": to, "instrument": "charter", "subject": text, "text": text}
    perform(network[code], "message_send", given)  # type: ignore[arg-type] # plain JSON


def meet(network: Network, one: str, other: str) -> None:
    """Enter a body at another by hand, from all that it has said of itself."""
    network[one].directory.introduce_by_hand(tuple(from_json(said) for said in network.own(other).statements))


def subjects(network: Network, code: str) -> list[str]:
    return sorted(message.subject for _, message in network[code].correspondence.messages(999))


def test_what_others_sent_after_the_backup_comes_again_and_what_we_sent_is_given_back(
    network: Network, tmp_path: Path
) -> None:
    message(network, XB, XA, "before, from xb")
    message(network, XA, XB, "before, from xa")
    network.deliver()
    file = backup(network, XB, tmp_path)
    message(network, XB, XA, "after, from xb")
    message(network, XA, XB, "after, from xa")
    message(network, GS, XB, "after, from gs")
    network.deliver()
    everything = subjects(network, XB)
    node = restored(network, XB, file)
    assert subjects(network, XB) == ["before, from xa", "before, from xb"]
    with pytest.raises(Unavailable, match="restored"):
        message(network, XB, XA, "too early")
    message(network, XA, XB, "meanwhile")
    with pytest.raises(Unavailable, match="restored"):
        network.deliver()
    assert node.recovery.ask()
    _, answers = node.recovery.standing()
    given = {one.peer: one.given_back for one in answers if one.is_done}
    assert given == {network.id(XA): 1, network.id(GS): 0, network.id("RC"): 0}, "what each gave back is still told"
    network.clock.move(minutes=2)
    network.deliver()
    assert subjects(network, XB) == sorted([*everything, "meanwhile"])
    message(network, XB, XA, "afterwards")
    network.deliver()
    there = subjects(network, XA)
    assert there == sorted(set(there)), "nothing counts twice"
    assert {"before, from xb", "after, from xb", "afterwards"} <= set(there)
    assert perform(node, "trail_verify", {})["proof"]["is_sound"]  # type: ignore[index,call-overload]


def test_x34_what_waits_in_a_restored_node_is_due_only_once_it_has_taken_back(network: Network, tmp_path: Path) -> None:
    message(network, XB, XA, "waited at the backup")
    node = restored(network, XB, backup(network, XB, tmp_path))
    # A moment that is due while nobody is would have the courier look again and again without a pause.
    assert (node.exchange.recipients_due(), node.exchange.seconds_to_next()) == ((), None)
    assert node.recovery.ask()
    assert node.exchange.seconds_to_next() == 0
    assert network.id(XA) in node.exchange.recipients_due()


def test_message_that_left_after_the_backup_is_recalled_where_it_arrived(network: Network, tmp_path: Path) -> None:
    message(network, XB, XA, "sent in error")
    file = backup(network, XB, tmp_path)
    network.deliver()
    node = restored(network, XB, file)
    assert node.recovery.ask()
    ((_, sent),) = node.correspondence.messages(9)
    given = {"officer": DUTY, "id": sent.header.id, "reason": "It names the wrong person."}
    recalled: Any = perform(node, "message_recall", given)  # type: ignore[arg-type] # plain JSON
    assert recalled["message"]["recall"]["has_left"] is True
    network.clock.move(minutes=2)
    network.deliver()
    assert subjects(network, XA) == [""]


def test_own_directory_words_are_given_back(network: Network, tmp_path: Path) -> None:
    file = backup(network, XB, tmp_path)
    said = ("http://xb-ncb.test", "http://xb-ncb.test/second")
    network[XB].directory.publish_addresses(said)
    network.deliver()
    node = restored(network, XB, file)
    assert network.own(XB).addresses == said[:1]
    assert node.recovery.ask()
    assert network.own(XB).addresses == said


def test_body_that_is_away_is_waited_for_until_a_head_ends_it(network: Network, tmp_path: Path) -> None:
    file = backup(network, XB, tmp_path)
    message(network, GS, XB, "from gs")
    network.deliver()
    gs = network.id(GS)
    network.close(GS)
    node = restored(network, XB, file)
    assert not node.recovery.ask()
    _, answers = node.recovery.standing()
    assert {one.peer for one in answers if not one.is_done} == {gs}
    with pytest.raises(Unavailable):
        message(network, XB, XA, "too early")
    assert node.recovery.finish(HEAD) == (gs,)
    with pytest.raises(Conflict):
        node.recovery.finish(HEAD)
    # What it had sent comes again all the same, once a receipt shows that it is missing.
    network.open(GS)
    message(network, GS, XB, "again from gs")
    for _ in range(3):
        network.deliver()
        network.clock.move(minutes=2)
    assert subjects(network, XB) == ["again from gs", "from gs"]


def test_x34_answer_that_comes_after_a_head_ended_it_takes_nothing_back(network: Network, tmp_path: Path) -> None:
    file = backup(network, XB, tmp_path)
    message(network, XB, XA, "after the backup")
    network.deliver()
    node = restored(network, XB, file)

    def answered_late(peer: BodyId, question: Statement, instrument: InstrumentId) -> Sequence[Statement]:
        given = node.recovery.call(peer, question, instrument)
        with suppress(Conflict):
            node.recovery.finish(HEAD)
        return given

    replace(node.recovery, call=answered_late).ask()
    assert subjects(network, XB) == []
    assert node.recovery.ask()
    assert [row.act.verb for row in node.trail.latest(99)].count("finish_recovery") == 1


def test_taking_back_that_is_cut_goes_on_where_it_was(network: Network, tmp_path: Path) -> None:
    file = backup(network, XB, tmp_path)
    texts = [f"message {number:03}" for number in range(100)]
    for text in texts:
        message(network, XB, XA, text)
    network.deliver()
    network.close(XA)
    node = restored(network, XB, file)
    assert not node.recovery.ask()
    network.open(XA)
    network.close(XB)
    node = network.open(XB)
    assert node.recovery.ask()
    assert subjects(network, XB) == texts


def test_words_that_we_never_signed_are_not_taken_back(network: Network, tmp_path: Path) -> None:
    file = backup(network, XB, tmp_path)
    message(network, XB, XA, "ours")
    network.deliver()
    network.close(XA)
    with closing(sqlite3.connect(Folder(network.folders[XA]).database)) as store:
        ((number, document),) = store.execute(
            "SELECT number, document FROM inbox_statement WHERE kind = 'message'"
        ).fetchall()
        lie = document.replace("ours", "lies")
        store.execute("UPDATE inbox_statement SET document = ? WHERE number = ?", (lie, number))
        store.commit()
    network.open(XA)
    node = restored(network, XB, file)
    node.recovery.ask()
    assert subjects(network, XB) == []
    rows = [row for row in node.trail.latest(50) if row.act.verb == "take_back"]
    assert sum(int(str(row.act.detail["not_taken"])) for row in rows) == 1


def test_x34_what_came_of_our_words_is_known_again_and_another_restore_loses_none(
    network: Network, tmp_path: Path
) -> None:
    old = {code: backup(network, code, tmp_path) for code in (XA, XB)}
    message(network, XB, XA, "from xb")
    network.deliver()
    ((_, received),) = network[XA].correspondence.messages(10)
    name = received.header.id
    network[XA].correspondence.open_message(DUTY, name)
    network.deliver()
    assert restored(network, XB, old[XB]).recovery.ask()
    network.clock.move(minutes=2)
    network.deliver()
    with network[XB].records.open_unit() as unit:
        (delivery,) = unit.outbox.deliveries(name)
    assert (delivery.state, [step.step for step in delivery.steps]) == ("stored", ["opened"])
    # Now the other side loses it: what XB knows to have said, by XA's word alone, goes to XA again.
    assert restored(network, XA, old[XA]).recovery.ask()
    network.clock.move(minutes=2)
    network.deliver()
    assert subjects(network, XA) == ["from xb"]
    assert [one.step for one in network[XA].correspondence.steps_of(name)] == ["opened"]


def test_x34_body_that_a_restored_node_had_introduced_is_known_again_and_asked_too(tmp_path: Path) -> None:
    with open_network(tmp_path / "nodes", is_introduced=False) as network:
        for one, other in ((XB, GS), (GS, XB)):
            meet(network, one, other)
        file = backup(network, XB, tmp_path)
        for one, other in ((XB, RC), (RC, XB)):
            meet(network, one, other)
        network[XB].directory.introduce(network.id(GS), network.id(RC))
        network.deliver()
        node = restored(network, XB, file)
        assert node.recovery.ask()
        with node.directory.open_unit() as unit:
            assert unit.bodies.body(network.id(RC)) is not None
        given = {row.act.body for row in node.trail.latest(50) if row.act.verb == "take_back"}
        assert given == {network.id(GS), network.id(RC)}


def test_x34_body_that_answers_with_something_else_keeps_nobody_from_being_asked(
    network: Network, tmp_path: Path
) -> None:
    file = backup(network, XB, tmp_path)
    node = restored(network, XB, file)
    (first, *_) = sorted(network.id(code) for code in (GS, RC, XA))
    call = node.recovery.call

    def lies(peer: BodyId, asked: Statement, instrument: InstrumentId) -> Sequence[Statement]:
        return (asked,) if peer == first else call(peer, asked, instrument)

    assert not replace(node.recovery, call=lies).ask()
    _, answers = node.recovery.standing()
    assert {one.peer for one in answers if not one.is_done} == {first}
    assert len(answers) == 3
