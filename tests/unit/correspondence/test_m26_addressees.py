"""M26: whom else a message went to, signed alike for all of them, and what list no honest sender signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from entente.bodies.model import GroupReference
from entente.correspondence.addressees import ADDRESSEES_MAX, GROUPS_MAX, check_addressees
from entente.correspondence.circulating import Address
from entente.correspondence.messages import Letter
from entente.correspondence.model import Message, NamedAddressee
from entente.correspondence.statements import MessageContent
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, GroupId
from entente.kernel.statement import draft
from tests.support.build_correspondence import DUTY, Desk, Network, a_network
from tests.unit.correspondence.test_m22_m23_several import LETTER, keep_group


@pytest.fixture
def net() -> Network:
    return a_network()


def sent_to_two(net: Network, *, keeps_list: bool = False) -> tuple[Message, ...]:
    group = keep_group(net, net.xc)
    addresses = (Address(net.xa.id, is_for_action=True), Address(group, is_for_action=False))
    return net.xb.desk.circulate_message(DUTY, addresses, net.charter.id, LETTER, keeps_list=keeps_list)


def kept_at(desk: Desk, message: Message) -> Message:
    kept = desk.store.state.correspondence.message(message.header.id)
    assert kept is not None
    return kept


def test_m26_each_is_told_of_all_and_all_the_same(net: Network) -> None:
    to_xa, to_xc = sent_to_two(net)
    net.deliver()
    group = GroupReference(GroupId(f"{net.xb.id}/coast"))
    listed = (
        NamedAddressee(net.xa.id, is_for_action=True),
        NamedAddressee(net.xc.id, is_for_action=False, groups=(group,)),
    )
    assert kept_at(net.xa, to_xa).addressees == kept_at(net.xc, to_xc).addressees == listed
    assert kept_at(net.xb, to_xa).addressees == listed
    signed = [from_json(MessageContent, one.statement.content, "message") for one in net.xb.store.state.outbox.put_out]
    assert [one.addressees for one in signed] == [listed, listed]


def test_m26_kept_back_it_has_the_bytes_of_a_message_to_one(net: Network) -> None:
    sent_to_two(net, keeps_list=True)
    net.xb.desk.send_message(DUTY, net.xa.id, net.charter.id, LETTER)
    fields = [set(one.statement.content) for one in net.xb.store.state.outbox.put_out]
    assert fields[0] == fields[1] == fields[2]
    assert "addressees" not in fields[0]


def test_m26_one_body_alone_and_who_was_refused_are_listed_nowhere(net: Network) -> None:
    addresses = (Address(net.xa.id, is_for_action=True), Address(net.xd.id, is_for_action=True))
    (sent,) = net.xb.desk.circulate_message(DUTY, addresses, net.agreement.id, LETTER, seen={net.xa.id})
    assert sent.addressees == ()


def test_m26_a_recall_leaves_whom_it_went_to(net: Network) -> None:
    to_xa, _ = sent_to_two(net)
    net.deliver()
    net.xb.desk.recall_message(DUTY, to_xa.header.id, "sent too early")
    net.deliver()
    kept = kept_at(net.xa, to_xa)
    assert (kept.text, len(kept.addressees)) == ("", 2)


def body(letter: str) -> BodyId:
    return BodyId(f"body:{letter * 32}")


SENDER, RECIPIENT, OTHER = body("a"), body("b"), body("c")
HONEST = (NamedAddressee(RECIPIENT, is_for_action=True), NamedAddressee(OTHER, is_for_action=False))
GROUP = GroupReference(GroupId(f"{OTHER}/coast"))
DIGITS = "abcdefghijklmnopqrstuvwxyz234567"


def many(count: int) -> tuple[NamedAddressee, ...]:
    bodies = (BodyId(f"body:{DIGITS[place // 32]}{DIGITS[place % 32]}{'d' * 30}") for place in range(count - 1))
    return (HONEST[0], *(NamedAddressee(one, is_for_action=False) for one in bodies))


def grouped(*groups: GroupReference) -> tuple[NamedAddressee, ...]:
    return (HONEST[0], replace(HONEST[1], groups=groups))


HOSTILE: dict[str, Callable[[], tuple[NamedAddressee, ...]]] = {
    "one alone": lambda: HONEST[:1],
    "a body twice": lambda: (*HONEST, HONEST[1]),
    "its sender": lambda: (*HONEST, NamedAddressee(SENDER, is_for_action=False)),
    "not its recipient": lambda: (HONEST[1], NamedAddressee(body("e"), is_for_action=True)),
    "its recipient otherwise": lambda: (replace(HONEST[0], is_for_action=False), HONEST[1]),
    "what is no body": lambda: (*HONEST, NamedAddressee(BodyId("<b>"), is_for_action=False)),
    "too many": lambda: many(ADDRESSEES_MAX + 1),
    "a group without a keeper": lambda: grouped(GroupReference(GroupId("coast"))),
    "a group of two lines": lambda: grouped(GroupReference(GroupId(f"{OTHER}/a\nb"))),
    "a turned group": lambda: grouped(GroupReference(GroupId(f"{OTHER}/a\u202eb"))),
    "too many groups": lambda: grouped(*[GROUP] * (GROUPS_MAX + 1)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_m26_list_that_no_honest_sender_signs_is_refused(what: str) -> None:
    with pytest.raises(Invalid) as raised:
        check_addressees(HOSTILE[what](), SENDER, RECIPIENT, is_for_action=True)
    assert raised.value.field == "addressees"


def test_m26_honest_lists_are_taken_up_to_the_largest() -> None:
    for honest in ((), HONEST, grouped(GROUP), many(ADDRESSEES_MAX)):
        check_addressees(honest, SENDER, RECIPIENT, is_for_action=True)


def test_m26_message_with_a_hostile_list_is_not_taken_in(net: Network) -> None:
    net.xb.desk.send_message(DUTY, net.xa.id, net.charter.id, Letter("Gate 4", "Seen."))
    honest = net.xb.store.state.outbox.put_out.pop().statement
    listed = [to_object(NamedAddressee(one, is_for_action=True)) for one in (net.xc.id, net.xd.id)]
    content: JsonObject = {**honest.content, "addressees": [*listed]}
    with pytest.raises(Invalid):
        net.xa.take_in(draft("message", honest.body, honest.at, content).with_signature(net.xb.ring.node), net.xb.id)
    assert net.xa.desk.messages(10) == ()
