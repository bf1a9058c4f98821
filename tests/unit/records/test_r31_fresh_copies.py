"""R31: the end of a copy is its source's word alone, beats what it made before, and not what it makes later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from entente.kernel.errors import Invalid, NotFound, Untrusted
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.statement import Statement, draft
from entente.records.model import HolderState, Record, StoredRecord
from entente.records.statements import end_statement, record_statement, withdrawal_statement
from tests.support.build_correspondence import DUTY, NOW, Desk, Network, a_network, a_record, about, terms_of

LATER = NOW + timedelta(minutes=1)
WHY = ("locate", "organised_crime", "")


@pytest.fixture
def net() -> Network:
    return a_network()


def a_wanted(net: Network, version: int = 1) -> Record:
    return a_record(net.xa, terms_of(net.xa, net.agreement, handling=frozenset({"H0"})), version=version)


def copy_of(net: Network, record: Record, at: datetime) -> Statement:
    return record_statement(record, DUTY, at, net.xa.ring.node)


def end_of(net: Network, record: RecordId, at: datetime = LATER, version: int = 2) -> Statement:
    return end_statement(record, version, net.xa.id, DUTY, at, net.xa.ring.node)


def held(desk: Desk, record: RecordId) -> StoredRecord:
    found = desk.store.state.records.get(record)
    assert found is not None
    return found


def test_r31_ended_copy_is_shown_to_nobody_until_its_source_makes_a_later_one(net: Network) -> None:
    record = a_wanted(net)
    net.xb.take_in(copy_of(net, record, NOW), net.xa.id)
    net.go_to(LATER)
    assert net.xb.records.show(DUTY, record.id, *WHY).visible.id == record.id
    net.xb.take_in(end_of(net, record.id), net.xa.id)
    with pytest.raises(NotFound):
        net.xb.records.show(DUTY, record.id, *WHY)
    assert "ended this copy" in str(net.xb.acts("show_record")[-1].detail)
    net.xb.take_in(copy_of(net, a_wanted(net), LATER + timedelta(seconds=1)), net.xa.id)
    assert net.xb.records.show(DUTY, record.id, *WHY).visible.id == record.id
    assert held(net.xb, record.id).ended_at is None


@pytest.mark.parametrize("version", [1, 3])
def test_r31_end_that_is_here_first_beats_the_copies_made_before_it(net: Network, version: int) -> None:
    net.go_to(LATER)
    record = a_wanted(net, version)
    net.xb.take_in(end_of(net, record.id), net.xa.id)
    net.xb.take_in(copy_of(net, record, NOW), net.xa.id)
    net.xb.take_in(copy_of(net, record, LATER), net.xa.id)
    assert net.xb.store.state.records.get(record.id) is None


def test_r31_end_that_comes_late_leaves_a_later_copy_alone(net: Network) -> None:
    net.go_to(LATER)
    record = a_wanted(net, 2)
    net.xb.take_in(copy_of(net, record, LATER), net.xa.id)
    net.xb.take_in(end_of(net, record.id, NOW, version=1), net.xa.id)
    assert held(net.xb, record.id).ended_at is None


def test_r31_end_is_passed_on_to_whom_the_copy_was(net: Network) -> None:
    record = net.share(a_wanted(net), net.xb)
    net.xb.desk.forward_record(DUTY, record, net.xc.id, about())
    net.deliver()
    net.go_to(LATER)
    net.xb.take_in(end_of(net, record), net.xa.id)
    net.deliver()
    assert held(net.xc, record).ended_at == LATER
    assert [one.state for one in net.xb.store.state.records.holders(record)] == [HolderState.END_SENT]
    assert [act.detail["from"] for act in net.xc.acts("accept_end")] == [net.xb.id]


def test_r31_twice_changes_nothing(net: Network) -> None:
    record = net.share(a_wanted(net), net.xb)
    net.go_to(LATER)
    net.xb.take_in(end_of(net, record), net.xa.id)
    net.xb.take_in(end_of(net, record), net.xa.id)
    assert len(net.xb.acts("accept_end")) == 1


def test_r31_end_of_a_withdrawn_copy_changes_nothing(net: Network) -> None:
    record = net.share(a_wanted(net), net.xb)
    withdrawal = withdrawal_statement(record, net.xa.id, "It was another person.", DUTY, NOW, net.xa.ring.node)
    net.xb.take_in(withdrawal, net.xa.id)
    net.go_to(LATER)
    net.xb.take_in(end_of(net, record), net.xa.id)
    assert net.xb.acts("accept_end") == []
    assert held(net.xb, record).withdrawn_at == NOW


def test_r31_only_the_source_ends_copies_of_its_record(net: Network) -> None:
    record = net.share(a_wanted(net), net.xb)
    honest = end_of(net, record)
    theirs = end_statement(record, 2, net.xc.id, DUTY, NOW, net.xc.ring.node)
    forged = draft("copy_ended", net.xa.id, NOW, honest.content).with_signature(net.xc.ring.node)
    for statement, error in ((theirs, Invalid), (forged, Untrusted)):
        with pytest.raises(error):
            net.xb.take_in(statement, net.xc.id)
    with pytest.raises(Invalid):
        net.xa.take_in(honest, net.xb.id)
    odd = end_of(net, RecordId(f"{net.xa.id}/no such/id"))
    with pytest.raises(Invalid):
        net.xb.take_in(odd, net.xa.id)
    assert held(net.xb, record).ended_at is None


def test_r31_ended_copy_is_passed_on_to_nobody(net: Network) -> None:
    record = net.share(a_wanted(net), net.xb)
    net.go_to(LATER)
    net.xb.take_in(end_of(net, record), net.xa.id)
    with pytest.raises(NotFound):
        net.xb.desk.forward_record(DUTY, record, net.xc.id, about())


def test_r31_copy_whose_end_was_sent_does_not_leave_any_more(net: Network) -> None:
    record = net.share(a_wanted(net), net.xb)
    statement = held(net.xa, record).statement
    with net.xa.store.open_unit() as unit:
        assert net.xa.intake.may_leave(unit, statement, net.xb.id) == ""
        (holder,) = unit.records.holders(record)
        unit.records.put_holder(record, replace(holder, state=HolderState.END_SENT))
        assert net.xa.intake.may_leave(unit, statement, net.xb.id) == "A newer version is not for the recipient."
        assert net.xa.intake.may_leave(unit, statement, BodyId(net.xc.id)) == ""
