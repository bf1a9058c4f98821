"""M22 and M23: a message to several bodies and to groups, and what is shown before it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entente.bodies.model import Group, GroupEntry, GroupReference, MembershipStatus
from entente.correspondence.circulating import Address
from entente.correspondence.messages import Letter
from entente.correspondence.model import Way
from entente.kernel.errors import Conflict, Invalid, Refused
from entente.kernel.ids import GroupId, OfficerId
from tests.support.build_correspondence import DUTY, Desk, Network, a_network

LETTER = Letter("Vessel at pier 3", "Please tell us whether the vessel left.", "urgent")
SINCE = date(2020, 1, 1)


@pytest.fixture
def net() -> Network:
    return a_network()


def keep_group(net: Network, *bodies: Desk, version: int = 1, until: date | None = None) -> GroupReference:
    name = GroupId(f"{net.xb.id}/coast")
    entries = [GroupEntry(one.id, MembershipStatus.MEMBER, SINCE, "Accession", until) for one in bodies]
    entries.append(GroupEntry(net.xd.id, MembershipStatus.OBSERVER, SINCE, "Letter"))
    group = Group(name, net.xb.id, "coast", "Coast", version, tuple(entries))
    net.xb.store.state.bodies.put_group(group)
    return GroupReference(name)


def test_m22_a_group_is_resolved_as_of_now_and_nobody_stands_twice(net: Network) -> None:
    group = keep_group(net, net.xa, net.xb, net.xc)
    addresses = (Address(group, is_for_action=False), Address(net.xa.id, is_for_action=True))
    found = net.xb.desk.preview_message(DUTY, addresses, net.charter.id)
    assert [(one.body, one.is_for_action, one.groups) for one in found.addressees] == [
        (net.xa.id, True, ()), (net.xc.id, False, (group,)),
    ]  # fmt: skip
    assert [(one.version, one.bodies) for one in found.groups] == [
        (1, tuple(sorted((net.xa.id, net.xb.id, net.xc.id))))
    ]
    assert found.reached == {net.xa.id, net.xc.id}
    assert all(one.may_answer.allowed for one in found.addressees)
    keep_group(net, net.xc, version=2)
    assert net.xb.desk.preview_message(DUTY, addresses[:1], net.charter.id).reached == {net.xc.id}
    observers = replace(group, status=MembershipStatus.OBSERVER)
    assert net.xb.desk.preview_message(DUTY, (Address(observers, is_for_action=True),), net.charter.id).reached == {
        net.xd.id
    }


def test_m22_who_is_refused_is_shown_with_every_ground_and_nothing_is_sent(net: Network) -> None:
    addresses = (Address(net.xa.id, is_for_action=True), Address(net.xd.id, is_for_action=False))
    rows = len(net.xb.store.state.trail.latest(1_000))
    found = net.xb.desk.preview_message(DUTY, addresses, net.agreement.id)
    refused = [one for one in found.addressees if not one.may_get.allowed]
    assert [one.body for one in refused] == [net.xd.id]
    assert {ground.number for ground in refused[0].may_get.refusals} >= {"M2.3"}
    assert found.reached == {net.xa.id}
    assert net.xb.store.state.outbox.put_out == []
    assert len(net.xb.store.state.trail.latest(1_000)) == rows


def test_m23_each_body_gets_a_message_of_its_own_in_one_act(net: Network) -> None:
    group = keep_group(net, net.xc)
    here = net.xb.open_case()
    addresses = (Address(net.xa.id, is_for_action=True), Address(group, is_for_action=False))
    sent = net.xb.desk.circulate_message(DUTY, addresses, net.charter.id, LETTER, case=here)
    net.deliver()
    assert [(one.header.recipient, one.is_for_action) for one in sent] == [(net.xa.id, True), (net.xc.id, False)]
    for desk, message in zip((net.xa, net.xc), sent, strict=True):
        ((way, kept),) = desk.desk.messages(10)
        assert (way, kept.header.id, kept.is_for_action) == (Way.RECEIVED, message.header.id, message.is_for_action)
    acts = [one.act for one in net.xb.store.state.trail.latest(50) if one.act.verb == "send_message"]
    by = {act.detail["to"]: act.detail.get("groups", []) for act in acts}
    assert by == {net.xa.id: [], net.xc.id: [f"{group.group}:member version 1"]}


def test_m23_one_refusal_stops_all_unless_the_officer_saw_who_is_left_out(net: Network) -> None:
    addresses = (Address(net.xa.id, is_for_action=True), Address(net.xd.id, is_for_action=True))
    with pytest.raises(Refused):
        net.xb.desk.circulate_message(DUTY, addresses, net.agreement.id, LETTER)
    assert net.xb.desk.messages(10) == ()
    sent = net.xb.desk.circulate_message(DUTY, addresses, net.agreement.id, LETTER, seen={net.xa.id})
    assert [one.header.recipient for one in sent] == [net.xa.id]


def test_m23_a_group_that_changed_since_it_was_shown_is_told_and_nothing_is_sent(net: Network) -> None:
    group = keep_group(net, net.xa)
    addresses = (Address(group, is_for_action=True),)
    seen = net.xb.desk.preview_message(DUTY, addresses, net.charter.id).reached
    keep_group(net, net.xa, net.xc, version=2)
    with pytest.raises(Conflict):
        net.xb.desk.circulate_message(DUTY, addresses, net.charter.id, LETTER, seen=seen)
    assert net.xb.desk.messages(10) == ()


def test_m22_nobody_unknown_groups_and_who_may_not_send_are_refused(net: Network) -> None:
    own = (Address(net.xb.id, is_for_action=True),)
    absent = (Address(GroupReference(GroupId(f"{net.xb.id}/absent")), is_for_action=True),)
    for addresses in ((), own, absent, (Address(keep_group(net), is_for_action=True),)):
        with pytest.raises(Invalid) as raised:
            net.xb.desk.preview_message(DUTY, addresses, net.charter.id)
        assert raised.value.field == "to"
    with pytest.raises(Refused):
        net.xb.desk.preview_message(OfficerId("nobody"), (Address(net.xa.id, is_for_action=True),), net.charter.id)
    with pytest.raises(Refused):
        net.xb.desk.circulate_message(OfficerId("nobody"), own, net.charter.id, LETTER)
