"""R15: the source of an erased or withdrawn record knows of every onward hop whether it confirmed, and no folder has the id.

One network serves all tests of this file: each has a record of its own.

Source: docs/rules/records.md R10, R14 and R15; DESIGN section 1 (promise 4) and 11 (day 12).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entente.correspondence.desk import About
from entente.handling.model import Retention
from entente.kernel.errors import NotFound
from entente.kernel.ids import StatementId
from entente.records.statements import ErasureConfirmedContent, erasure_confirmed_statement
from entente.verbs import perform
from tests.storage.test_erasure_between_nodes import a_day_later, keep_house, signer_of, wanted
from tests.storage.test_records_between_nodes import GS, RC, XA, XB, World, open_world
from tests.support.byte_search import found_in
from tests.support.nodes import DPO, DUTY, Network

pytestmark = pytest.mark.storage

TOLD, DONE = ("erasure_sent", True), ("erasure_confirmed", False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("onward")) as opened:
        yield opened


def pass_on(world: World, local_id: str) -> None:
    """Have XB pass its copy on to the secretariat."""
    about = About("identify", "fugitives", "")
    world.network[XB].correspondence.forward_record(DUTY, world.record(local_id), world.network.id(GS), about)


def passed_on(world: World, local_id: str) -> None:
    """Give XB a copy, have XB pass it on, and carry all that."""
    world.share([wanted(world, local_id)], XB)
    pass_on(world, local_id)
    world.network.deliver()


def carry(network: Network, sender: str, recipient: str) -> None:
    """Carry what one node has for one other, and nothing else."""
    while (parcel := network[sender].exchange.collect(network.id(recipient))) is not None:
        network[sender].exchange.settle(parcel, network[recipient].exchange.receive(parcel.batch))


def holders(world: World, local_id: str) -> dict[tuple[str, str], tuple[str, bool]]:
    """Return what XA's officer reads of a record under the id it has or had, the same in the list of erasures."""
    answer: Any = perform(world.network[XA], "record_holders", {"officer": DUTY, "record": local_id})
    listed: Any = perform(world.network[XA], "erasure_list", {"officer": DPO})
    reported = [one["holders"] for one in listed["erasures"] if one["erased"] == answer["record"]]
    assert reported == ([answer["holders"]] if answer["erased_at"] else [])
    return {
        (one["body"]["code"], one["by"]["code"] if one["by"] else ""): (one["state"], one["is_missing"])
        for one in answer["holders"]
    }


def nobody_has(world: World, local_id: str) -> bool:
    keep_house(world)
    return not any(found_in(world.network.folders[code], [local_id]) for code in (XA, XB, GS))


def test_r15_each_onward_holder_is_missing_until_it_confirmed_the_erasure(world: World) -> None:
    network, record = world.network, "onward-1"
    passed_on(world, record)
    network[XA].erasing.erase(DPO, world.record(record), "unlawful")
    assert holders(world, record) == {(XB, ""): TOLD, (GS, XB): TOLD}
    # XB is reached; its line to the secretariat is cut.
    carry(network, XA, XB)
    assert holders(world, record) == {(XB, ""): DONE, (GS, XB): TOLD}
    network[XB].erasing.run()
    network.deliver()
    assert holders(world, record) == {(XB, ""): DONE, (GS, XB): DONE}
    # A file of tombstones has it too, for a restored backup.
    (kept,) = [one for one in network[XA].erasing.kept(DPO) if one.onward]
    assert [(one.body, one.ended_at is not None) for one in kept.onward] == [(network.id(GS), True)]
    with pytest.raises(NotFound):
        perform(network[XB], "record_holders", {"officer": DUTY, "record": world.record(record)})
    assert nobody_has(world, record)


def test_r15_report_of_an_onward_holder_that_crosses_the_erasure_stands_with_the_tombstone(world: World) -> None:
    network, record = world.network, "onward-2"
    world.share([wanted(world, record)], XB)
    pass_on(world, record)
    network[XA].erasing.erase(DPO, world.record(record), "unlawful")
    assert holders(world, record) == {(XB, ""): TOLD}
    network.deliver()
    assert holders(world, record) == {(XB, ""): DONE, (GS, XB): DONE}
    assert nobody_has(world, record)


def test_r15_report_of_an_onward_holder_that_was_known_leaves_no_name_when_it_crosses_the_erasure(world: World) -> None:
    network, record = world.network, "onward-again"
    passed_on(world, record)
    pass_on(world, record)
    network[XA].erasing.erase(DPO, world.record(record), "unlawful")
    carry(network, XB, XA)
    network.deliver()
    assert holders(world, record) == {(XB, ""): DONE, (GS, XB): DONE}
    assert nobody_has(world, record)


def test_r15_forwarder_whose_copy_ended_by_its_own_calendar_passes_the_erasure_on(world: World) -> None:
    network, record, today = world.network, "onward-3", datetime.now(UTC).date()
    world.share([replace(wanted(world, record), retention=Retention(today, today + timedelta(days=1)))], XB)
    pass_on(world, record)
    network.deliver()
    later = {code: a_day_later(node) for code, node in network.nodes.items()}
    for code in (XB, GS, XA):
        assert later[code].erasing.run().erased == 1
    replace(network, nodes=later).deliver()
    assert holders(world, record) == {(XB, ""): DONE, (GS, XB): DONE}
    assert nobody_has(world, record)


def test_r15_withdrawal_reaches_an_onward_holder_whose_forwarder_erased_its_copy_first(world: World) -> None:
    network, record = world.network, "onward-4"
    passed_on(world, record)
    network[XA].records.withdraw(DUTY, world.record(record), "It was another person.")
    carry(network, XA, XB)
    # The housekeeping of each minute erases the withdrawn copy, while the line to the secretariat is cut.
    assert network[XB].erasing.run().erased == 1
    assert holders(world, record)[GS, XB] == ("withdrawal_sent", True)
    network.deliver()
    assert record not in world.find(GS, "Zafirmokh Dilbarzoda")
    assert holders(world, record)[GS, XB] == ("withdrawal_confirmed", False)
    network[XA].erasing.erase(DPO, world.record(record), "no_longer_needed")
    network.deliver()
    assert holders(world, record) == {(XB, ""): DONE, (GS, XB): DONE}
    assert nobody_has(world, record)


def test_r15_nobody_confirms_for_a_body_that_it_never_passed_the_record_on_to(world: World) -> None:
    network, record, at = world.network, "onward-5", datetime.now(UTC)
    passed_on(world, record)
    network[XA].erasing.erase(DPO, world.record(record), "unlawful")
    erasure = network[XA].erasing.tombstones(DPO, 0, 100)[-1][0].statement

    def confirm(by: str, of: str, erasure: str = erasure) -> None:
        content = ErasureConfirmedContent("node", "node", StatementId(erasure), network.id(of))
        statement = erasure_confirmed_statement(content, network.id(by), at, signer_of(world, by))
        with network[XA].exchange.open_unit() as unit:
            network[XA].exchange.accept["erasure_confirmed"](unit, statement, network.id(by))
            unit.commit()

    for by, of, named in (
        (XB, RC, erasure),
        (RC, GS, erasure),
        (GS, GS, erasure),
        (XB, GS, ""),
        (XB, GS, "statement:0"),
    ):
        with pytest.raises(NotFound):
            confirm(by, of, named)
    assert holders(world, record)[GS, XB] == TOLD
    for _ in range(2):
        confirm(XB, GS)
    assert holders(world, record)[GS, XB] == DONE
    rows = [row for row in network[XA].trail.latest(20) if row.act.verb == "erasure_confirmed"]
    assert len([row for row in rows if row.act.detail["to"] == network.id(GS) and row.at >= at]) == 1
    network.deliver()
    assert nobody_has(world, record)
