"""R32, R33: onward holders are known to the source alone, by the word of who passed the copy on, and of nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entente.agreements.rules import instrument_id
from entente.bodies.model import Succession
from entente.kernel.codec import to_object
from entente.kernel.errors import EntenteError, Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement, draft
from entente.records.model import HolderState, OnwardHolder
from entente.records.onward import ONWARD_MAX
from entente.records.statements import (
    COPY_END_CONFIRMED,
    COPY_PASSED_ON,
    EndConfirmedContent,
    PassedOnContent,
)
from tests.support.build_correspondence import DUTY, NOW, Desk, Network, a_network, a_record, about, terms_of


@pytest.fixture
def net() -> Network:
    return a_network()


@pytest.fixture
def record(net: Network) -> RecordId:
    """XA's record, of which XB has a copy that it may pass on alone."""
    return net.share(a_record(net.xa, terms_of(net.xa, net.agreement, handling=frozenset({"H0"}))), net.xb)


def known(net: Network) -> list[OnwardHolder]:
    return list(net.xa.store.state.reported.onward.values())


def out(desk: Desk) -> list[Outgoing]:
    return desk.store.state.outbox.put_out


def passed_on(by: Desk, record: RecordId, to: BodyId, **changes: Any) -> Statement:  # noqa: ANN401 - content fields
    content = {**to_object(PassedOnContent(DUTY, "operator token", record, 1, to)), **changes}
    return draft(COPY_PASSED_ON, by.id, NOW, content).with_signature(by.ring.node)


def confirmed(by: Desk, record: RecordId, to: BodyId, ending: str = "withdrawal") -> Statement:
    content = to_object(EndConfirmedContent("node", "node", record, to, ending))
    return draft(COPY_END_CONFIRMED, by.id, NOW, content).with_signature(by.ring.node)


def test_r32_source_learns_to_whom_its_record_was_passed_on(net: Network, record: RecordId) -> None:
    net.xb.desk.forward_record(DUTY, record, net.xc.id, about())
    net.deliver()
    assert known(net) == [OnwardHolder(net.xb.id, net.xc.id, 1, NOW)]
    (act,) = net.xa.acts(COPY_PASSED_ON)
    assert (act.body, act.subject, act.detail["to"]) == (net.xb.id, record, net.xc.id)
    assert net.refused == []


def test_r32_instrument_may_leave_onward_holders_unreported(net: Network) -> None:
    quiet = replace(net.agreement, name="quiet", onward_reported=False)
    quiet = net.add(replace(quiet, id=instrument_id(quiet)), net.xa, net.xb, net.xc)
    record = net.share(a_record(net.xa, terms_of(net.xa, quiet, handling=frozenset({"H0"}))), net.xb)
    net.xb.desk.forward_record(DUTY, record, net.xc.id, about())
    assert [one.statement.kind for one in net.deliver()] == ["record"]
    net.xa.records.withdraw(DUTY, record, "It was another person.")
    net.deliver()
    assert known(net) == []
    held = net.xc.store.state.records.get(record)
    assert held is not None
    assert held.withdrawn_at == NOW
    with net.xb.store.open_unit() as unit:
        net.xb.onward.stored_there(unit, out(net.xa)[-1].statement, net.xc.id)
        unit.commit()
    assert COPY_END_CONFIRMED not in {one.statement.kind for one in out(net.xb)}


def test_r32_receipt_of_an_onward_holder_is_reported_to_the_source(net: Network, record: RecordId) -> None:
    net.xb.desk.forward_record(DUTY, record, net.xc.id, about())
    net.deliver()
    net.xa.records.withdraw(DUTY, record, "It was another person.")
    net.deliver()
    withdrawal = next(one.statement for one in out(net.xa) if one.statement.kind == "withdrawal")
    listed = {(one.body, one.forwarder): one for one in net.xa.records.holders(DUTY, record).holders}
    assert listed[net.xc.id, net.xb.id].is_missing
    # XB's exchange has XC's receipt for the withdrawal that it passed on.
    with net.xb.store.open_unit() as unit:
        net.xb.onward.stored_there(unit, withdrawal, net.xc.id)
        unit.commit()
    net.deliver()
    listed = {(one.body, one.forwarder): one for one in net.xa.records.holders(DUTY, record).holders}
    onward = listed[net.xc.id, net.xb.id]
    assert (onward.state, onward.confirmed_at, onward.is_missing) == (HolderState.WITHDRAWAL_CONFIRMED, NOW, False)
    assert net.refused == []


def test_r32_source_tells_itself_nothing(net: Network, record: RecordId) -> None:
    net.xa.records.withdraw(DUTY, record, "It was another person.")
    withdrawal = out(net.xa)[-1].statement
    with net.xa.store.open_unit() as unit:
        net.xa.onward.stored_there(unit, withdrawal, net.xb.id)
        unit.commit()
    assert out(net.xa)[-1].statement is withdrawal


def test_r32_twice_changes_nothing_and_an_older_word_is_old_news(net: Network, record: RecordId) -> None:
    for statement in (passed_on(net.xb, record, net.xc.id), passed_on(net.xb, record, net.xc.id)):
        net.xa.take_in(statement, net.xb.id)
    assert len(net.xa.acts(COPY_PASSED_ON)) == 1
    for statement in (confirmed(net.xb, record, net.xc.id), confirmed(net.xb, record, net.xc.id)):
        net.xa.take_in(statement, net.xb.id)
    assert len(net.xa.acts(COPY_END_CONFIRMED)) == 1
    assert known(net) == [OnwardHolder(net.xb.id, net.xc.id, 1, NOW, "withdrawal", NOW)]


def test_r32_onward_holder_may_report_the_next_one(net: Network, record: RecordId) -> None:
    with pytest.raises(NotFound):
        net.xa.take_in(passed_on(net.xc, record, net.xd.id), net.xc.id)
    net.xa.take_in(passed_on(net.xb, record, net.xc.id), net.xb.id)
    net.xa.take_in(passed_on(net.xc, record, net.xd.id), net.xc.id)
    assert [(one.forwarder, one.body) for one in known(net)] == [(net.xb.id, net.xc.id), (net.xc.id, net.xd.id)]


@pytest.mark.parametrize("made", [passed_on, confirmed])
def test_r32_body_that_was_given_nothing_is_answered_as_for_nothing(net: Network, record: RecordId, made: Any) -> None:  # noqa: ANN401
    absent = RecordId(f"{net.xa.id}/absent")
    with pytest.raises(NotFound) as hidden:
        net.xa.take_in(made(net.xd, record, net.xc.id), net.xd.id)
    with pytest.raises(NotFound) as nothing:
        net.xa.take_in(made(net.xb, absent, net.xc.id), net.xb.id)
    assert str(hidden.value) == str(nothing.value)
    with pytest.raises(NotFound):
        net.xb.take_in(made(net.xc, record, net.xd.id), net.xc.id)
    assert known(net) == []


def test_r32_confirmation_of_an_onward_holder_that_was_never_reported_is_nothing(
    net: Network, record: RecordId
) -> None:
    with pytest.raises(NotFound):
        net.xa.take_in(confirmed(net.xb, record, net.xc.id), net.xb.id)


@pytest.mark.parametrize("to", ["source", "forwarder", "nobody"])
def test_r32_onward_holder_is_a_third_body_of_the_directory(net: Network, record: RecordId, to: str) -> None:
    body = {"source": net.xa.id, "forwarder": net.xb.id, "nobody": BodyId("body:nobody")}[to]
    with pytest.raises(Invalid):
        net.xa.take_in(passed_on(net.xb, record, body), net.xb.id)


@pytest.mark.parametrize("version", [0, 2, -1])
def test_r32_version_that_was_never_made_is_refused(net: Network, record: RecordId, version: int) -> None:
    with pytest.raises(Invalid):
        net.xa.take_in(passed_on(net.xb, record, net.xc.id, version=version), net.xb.id)


def test_r32_ending_of_no_kind_is_refused(net: Network, record: RecordId) -> None:
    net.xa.take_in(passed_on(net.xb, record, net.xc.id), net.xb.id)
    with pytest.raises(Invalid):
        net.xa.take_in(confirmed(net.xb, record, net.xc.id, "forgotten"), net.xb.id)


@pytest.mark.parametrize("made", [passed_on, confirmed])
@pytest.mark.parametrize("officer", ["", "duty-1\nhead-1", "x" * 101])
def test_r32_officer_who_is_no_line_of_text_comes_into_no_trail(
    net: Network,
    record: RecordId,
    made: Any,  # noqa: ANN401
    officer: str,
) -> None:
    net.xa.take_in(passed_on(net.xb, record, net.xc.id), net.xb.id)
    rows = len(net.xa.acts(COPY_PASSED_ON)) + len(net.xa.acts(COPY_END_CONFIRMED))
    honest = made(net.xb, record, net.xc.id)
    named = draft(honest.kind, net.xb.id, NOW, {**honest.content, "officer": officer})
    with pytest.raises(Invalid, match="officer"):
        net.xa.take_in(named.with_signature(net.xb.ring.node), net.xb.id)
    assert len(net.xa.acts(COPY_PASSED_ON)) + len(net.xa.acts(COPY_END_CONFIRMED)) == rows


def test_r32_report_brought_or_signed_by_another_is_refused(net: Network, record: RecordId) -> None:
    honest = passed_on(net.xb, record, net.xc.id)
    refusals: list[type[EntenteError]] = []
    for statement, sender in (
        (honest, net.xc.id),
        (draft(COPY_PASSED_ON, net.xb.id, NOW, honest.content).with_signature(net.xc.ring.node), net.xb.id),
    ):
        with pytest.raises(EntenteError) as caught:
            net.xa.take_in(statement, sender)
        refusals.append(type(caught.value))
    assert refusals == [NotFound, Untrusted]
    assert known(net) == []


def test_r32_onward_holders_of_a_record_are_bounded(net: Network, record: RecordId) -> None:
    onward = net.xa.store.state.reported.onward
    for number in range(ONWARD_MAX):
        body = BodyId(f"body:{number:052}")
        onward[record, net.xb.id, body] = OnwardHolder(net.xb.id, body, 1, NOW)
    with pytest.raises(Invalid):
        net.xa.take_in(passed_on(net.xb, record, net.xc.id), net.xb.id)


def test_r33_list_is_for_the_sources_officers_alone(net: Network, record: RecordId) -> None:
    assert [one.body for one in net.xa.records.holders(DUTY, record).holders] == [net.xb.id]
    with pytest.raises(NotFound):
        net.xb.records.holders(DUTY, record)
    with pytest.raises(Refused):
        net.xa.records.holders(OfficerId("nobody-1"), record)


def test_r33_each_hop_is_asked_when_the_one_before_it_was(net: Network, record: RecordId) -> None:
    for by, to in ((net.xb, net.xc), (net.xc, net.xd), (net.xd, net.xc)):
        net.xa.take_in(passed_on(by, record, to.id), by.id)
    net.xa.records.withdraw(DUTY, record, "It was another person.")
    listed = {(one.forwarder, one.body): one for one in net.xa.records.holders(DUTY, record).holders}
    assert set(listed) == {
        (None, net.xb.id), (net.xb.id, net.xc.id), (net.xc.id, net.xd.id), (net.xd.id, net.xc.id)
    }  # fmt: skip
    assert {(one.state, one.is_missing) for one in listed.values()} == {(HolderState.WITHDRAWAL_SENT, True)}
    net.xa.take_in(confirmed(net.xc, record, net.xd.id), net.xc.id)
    after = {(one.forwarder, one.body): one for one in net.xa.records.holders(DUTY, record).holders}
    assert after[net.xc.id, net.xd.id].state is HolderState.WITHDRAWAL_CONFIRMED
    assert [one.is_missing for one in after.values()].count(True) == 3


def test_b14_withdrawal_also_goes_to_whoever_answers_for_a_succeeded_holder(net: Network, record: RecordId) -> None:
    net.xb.desk.forward_record(DUTY, record, net.xc.id, about())
    net.deliver()
    net.xa.store.state.bodies.put_succession(Succession(net.xb.id, net.xd.id, DUTY, NOW, OfficerId("head-2"), NOW))
    told = net.xa.records.withdraw(DUTY, record, "It was another person.")
    # XB's node may still show it; XD answers for it; and XC, of which XB can report nothing any more, is told by us.
    assert set(told) == {net.xb.id, net.xc.id, net.xd.id}
    net.deliver()
    held = net.xc.store.state.records.get(record)
    assert held is not None
    assert held.withdrawn_at == NOW
    listed = net.xa.records.holders(DUTY, record).holders
    assert {(one.forwarder, one.body) for one in listed} == {
        (None, net.xb.id), (None, net.xc.id), (None, net.xd.id), (net.xb.id, net.xc.id)
    }  # fmt: skip
