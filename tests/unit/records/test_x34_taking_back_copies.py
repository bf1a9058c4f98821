"""X34: what a restored source takes back about its records ends the same whatever comes back first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from entente.kernel.statement import Statement
from entente.records.model import HolderState
from entente.records.statements import (
    PassedOnContent,
    end_statement,
    passed_on_statement,
    record_statement,
    withdrawal_statement,
)
from entente.records.taking_back import TakingBack
from tests.support.build_bodies import LISTS
from tests.support.build_correspondence import DUTY, NOW, SCHEMATA, Desk, Network, a_network, a_record, terms_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def net() -> Network:
    made = a_network()
    made.clock.moment = NOW + timedelta(hours=1)
    return made


def take_back(desk: Desk, words: list[Statement], giver: Desk) -> None:
    room = TakingBack(desk.clock, LISTS, SCHEMATA, desk.ring.node, desk._record)  # noqa: SLF001 - as the desk's services do
    take = {
        "record": room.take_back_record,
        "withdrawal": room.take_back_withdrawal,
        "copy_ended": room.take_back_end,
        "copy_passed_on": room.take_back_passed_on,
    }
    with desk.store.open_unit() as unit:
        went_out = [take[word.kind](unit, word, giver.id) for word in words]
        unit.commit()
    assert [(one.recipient, one.statement) for one in went_out if one] == [(giver.id, word) for word in words]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_x34_withdrawal_beats_every_version_and_an_end_the_versions_before_it(order: tuple[int, ...]) -> None:
    net = a_network()
    first = a_record(net.xa, terms_of(net.xa, net.agreement))
    second, signer = replace(first, version=2), net.xa.ring.node
    words = [
        record_statement(first, DUTY, NOW, signer),
        end_statement(first.id, 2, net.xa.id, DUTY, NOW + MINUTE, signer),
        record_statement(second, DUTY, NOW + 2 * MINUTE, signer),
        withdrawal_statement(first.id, net.xa.id, "no_longer_wanted", DUTY, NOW + 3 * MINUTE, signer),
    ]
    take_back(net.xa, [words[place] for place in order], net.xb)
    with net.xa.store.open_unit() as unit:
        stored, (holder,) = unit.records.get(first.id), unit.records.holders(first.id)
    assert stored is not None
    assert (stored.record.version, stored.withdrawn_at is not None) == (2, True)
    assert (holder.body, holder.version, holder.state) == (net.xb.id, 2, HolderState.WITHDRAWAL_SENT)
    assert net.xa.store.ahead.kept == {}


@pytest.mark.parametrize("is_end_first", [False, True])
def test_x34_ended_copy_stays_ended_whichever_comes_back_first(net: Network, *, is_end_first: bool) -> None:
    record, signer = a_record(net.xa, terms_of(net.xa, net.agreement)), net.xa.ring.node
    words = [
        record_statement(record, DUTY, NOW, signer),
        end_statement(record.id, 2, net.xa.id, DUTY, NOW + MINUTE, signer),
    ]
    take_back(net.xa, words[::-1] if is_end_first else words, net.xb)
    with net.xa.store.open_unit() as unit:
        (holder,) = unit.records.holders(record.id)
    assert (holder.version, holder.state) == (1, HolderState.END_SENT)


@pytest.mark.parametrize("comes_first", ["report", "copy", "withdrawal"])
def test_x34_whoever_a_restored_body_passed_a_copy_on_to_is_told_of_its_withdrawal(
    net: Network, comes_first: str
) -> None:
    record = a_record(net.xa, terms_of(net.xa, net.agreement))
    copy = record_statement(record, DUTY, NOW, net.xa.ring.node)
    content = PassedOnContent(DUTY, "operator token", record.id, 1, net.xc.id)
    report = passed_on_statement(content, net.xb.id, NOW + MINUTE, net.xb.ring.node)
    gone = withdrawal_statement(record.id, net.xa.id, "no_longer_wanted", DUTY, NOW + 2 * MINUTE, net.xa.ring.node)
    if comes_first == "copy":
        net.xb.take_in(copy, net.xa.id)
    take_back(net.xb, [report], net.xa)
    # Control overtakes data: the withdrawal may be sent again before the copy that it takes away.
    for word in (gone, copy) if comes_first == "withdrawal" else (copy, gone):
        net.xb.take_in(word, net.xa.id)
    told = [one for one in net.xb.store.state.outbox.put_out if one.statement.kind == "withdrawal"]
    assert [(one.recipient, one.statement) for one in told] == [(net.xc.id, gone)]
