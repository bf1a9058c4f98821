"""M27 and M28: what went out in one act, how it stands at each, and its recall in one act."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.agreements.model import Direction
from entente.correspondence.circulating import Address
from entente.correspondence.model import Message, Recall, WentTo
from entente.correspondence.together import NOT_RECALLED, AtAddressee, Standing, Together, at_addressee
from entente.kernel.errors import Invalid, NotFound, Refused
from entente.kernel.ids import BodyId, OfficerId, StatementId
from entente.kernel.ports import Delivery, EvidenceStep
from tests.support.build_correspondence import ANALYST, DUTY, NOW, Desk, Network, a_network
from tests.unit.correspondence.test_m22_m23_several import LETTER

WHY = "It names the wrong vessel."
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def net() -> Network:
    return a_network()


def sent_to(net: Network, *desks: Desk, keeps_list: bool = False, case: str = "") -> tuple[Message, ...]:
    """Send a message of XB to several, the first of them for action; return what was sent, in the order of `desks`."""
    addresses = [Address(one.id, is_for_action=place == 0) for place, one in enumerate(desks)]
    sent = net.xb.desk.circulate_message(DUTY, addresses, net.charter.id, LETTER, keeps_list=keeps_list, case=case)
    by_body = {one.header.recipient: one for one in sent}
    return tuple(by_body[one.id] for one in desks)


def standing_at(found: Together, desk: Desk) -> AtAddressee:
    (one,) = [one for one in found.addressees if one.body == desk.id]
    return one


def recall_statements(desk: Desk) -> list[BodyId]:
    return [one.recipient for one in desk.store.state.outbox.put_out if one.statement.kind == "recall"]


def test_m27_each_message_leads_to_all_that_went_out_with_it(net: Network) -> None:
    sent = sent_to(net, net.xa, net.xc, net.xd)
    sent_to(net, net.xa, net.xc)
    for one in sent:
        found = net.xb.desk.message_at_each(one.header.id, DUTY)
        assert {at.message for at in found.addressees} == {other.header.id for other in sent}
        assert found.of == one.header.id
    assert [at.is_for_action for at in found.addressees] == [True, False, False]
    rows = [act.detail["sent_together"] for act in net.xb.acts("send_message")]
    assert len(set(rows)) == 2
    assert rows[0] == rows[1] == rows[2]


@pytest.mark.parametrize("keeps_list", [False, True])
def test_m27_no_addressee_is_told_of_the_act(net: Network, *, keeps_list: bool) -> None:
    (to_xa, _) = sent_to(net, net.xa, net.xc, keeps_list=keeps_list)
    act = net.xb.store.state.correspondence.act_of(to_xa.header.id)
    net.deliver()
    net.xb.desk.recall_several(DUTY, to_xa.header.id, WHY)
    net.deliver()
    assert act
    assert not any(act in repr(one.statement) for one in net.xb.store.state.outbox.put_out)
    for desk in (net.xa, net.xc):
        assert desk.store.state.correspondence.acts == {}
        assert act not in repr(desk.store.state)
        # Whoever got it learns nothing of how it stands at others, list or not.
        with pytest.raises(NotFound):
            desk.desk.message_at_each(to_xa.header.id, DUTY)


def test_m27_message_to_one_body_knows_no_act_and_stands_alone(net: Network) -> None:
    alone = net.xb.desk.send_message(DUTY, net.xa.id, net.charter.id, LETTER)
    (circular,) = sent_to(net, net.xa)
    for one in (alone, circular):
        assert net.xb.store.state.correspondence.act_of(one.header.id) == ""
        found = net.xb.desk.recall_several(DUTY, one.header.id, WHY)
        assert [(at.message, at.standing) for at in found.addressees] == [(one.header.id, Standing.NEVER_LEFT)]
    assert all("sent_together" not in act.detail for act in net.xb.acts("send_message"))


def test_m28_one_act_takes_it_from_all_and_says_who_had_opened_it(net: Network) -> None:
    case = net.xb.open_case()
    to_xa, to_xc, to_xd = sent_to(net, net.xa, net.xc, net.xd, case=case)
    net.deliver()
    net.xa.desk.open_message(DUTY, to_xa.header.id)
    net.deliver()
    before = net.xb.desk.message_at_each(to_xc.header.id, DUTY)
    assert {one.standing for one in before.addressees} <= NOT_RECALLED
    assert standing_at(before, net.xa).is_opened
    commits = len(net.xb.acts("recall_message"))
    found = net.xb.desk.recall_several(DUTY, to_xc.header.id, WHY)
    assert found.counts() == {Standing.RECALL_WAITING: 3}
    assert [act.subject for act in net.xb.acts("recall_message")[commits:]] == [
        one.header.id
        for one in sorted((to_xa, to_xc, to_xd), key=lambda one: (not one.is_for_action, one.header.recipient))
    ]
    assert {act.detail["recalled_together"] for act in net.xb.acts("recall_message")} == {3}
    net.deliver()
    after = net.xb.desk.message_at_each(to_xd.header.id, DUTY)
    assert after.counts() == {Standing.RECALLED_UNOPENED: 2, Standing.RECALLED_OPENED: 1}
    assert standing_at(after, net.xa).standing is Standing.RECALLED_OPENED
    assert {one.recall.reason for one in after.addressees if one.recall is not None} == {WHY}
    for desk, message in ((net.xa, to_xa), (net.xc, to_xc), (net.xd, to_xd)):
        kept = desk.store.state.correspondence.message(message.header.id)
        assert kept is not None
        assert (kept.subject, kept.text) == ("", "")
    assert [event.kind for event in net.xb.cases.show(case).events].count("message_recalled") == 3
    assert net.refused == []


def test_m28_from_those_named_alone_and_the_rest_keep_it(net: Network) -> None:
    to_xa, to_xc, to_xd = sent_to(net, net.xa, net.xc, net.xd)
    net.deliver()
    found = net.xb.desk.recall_several(DUTY, to_xa.header.id, WHY, {net.xc.id})
    assert found.counts() == {Standing.WAITING: 2, Standing.RECALL_WAITING: 1}
    assert recall_statements(net.xb) == [net.xc.id]
    net.deliver()
    kept = {
        desk.id: desk.store.state.correspondence.message(one.header.id)
        for desk, one in ((net.xa, to_xa), (net.xd, to_xd))
    }
    assert all(one is not None and one.text == LETTER.text for one in kept.values())
    # The rest of it goes with the next act, and what was recalled keeps its reason.
    net.xb.desk.recall_several(DUTY, to_xc.header.id, "From the others too.")
    assert recall_statements(net.xb) == [
        net.xc.id,
        *sorted((net.xa.id, net.xd.id), key=lambda body: (body != net.xa.id, body)),
    ]
    recalled = standing_at(net.xb.desk.message_at_each(to_xa.header.id), net.xc).recall
    assert recalled is not None
    assert recalled.reason == WHY


def test_m28_part_that_never_left_and_part_that_was_recalled_alone(net: Network) -> None:
    to_xa, to_xc = sent_to(net, net.xa, net.xc)
    net.xb.desk.recall_message(DUTY, to_xa.header.id, "Alone, and first.")
    found = net.xb.desk.recall_several(DUTY, to_xc.header.id, WHY)
    assert found.counts() == {Standing.NEVER_LEFT: 2}
    reasons = {one.body: one.recall.reason for one in found.addressees if one.recall is not None}
    assert reasons == {net.xa.id: "Alone, and first.", net.xc.id: WHY}
    assert net.deliver() == []


def test_m28_twice_changes_nothing_and_leaves_no_row(net: Network) -> None:
    to_xa, _ = sent_to(net, net.xa, net.xc)
    net.deliver()
    first = net.xb.desk.recall_several(DUTY, to_xa.header.id, WHY)
    rows = len(net.xb.store.state.trail.acts)
    assert net.xb.desk.recall_several(DUTY, to_xa.header.id, "Another reason.") == first
    assert len(net.xb.store.state.trail.acts) == rows
    assert len(recall_statements(net.xb)) == 2


@pytest.mark.parametrize("bodies", [(), ("xd",), ("xa", "xd"), ("xb",)])
def test_m28_nobody_and_a_body_it_did_not_go_to_are_refused_whole(net: Network, bodies: tuple[str, ...]) -> None:
    to_xa, _ = sent_to(net, net.xa, net.xc)
    wanted = [getattr(net, one).id for one in bodies]
    with pytest.raises(Invalid) as caught:
        net.xb.desk.recall_several(DUTY, to_xa.header.id, WHY, wanted)
    assert caught.value.field == "bodies"
    assert net.xb.desk.message_at_each(to_xa.header.id).counts() == {Standing.WAITING: 2}


@pytest.mark.parametrize("reason", ["", " ", "x" * 301, "a\u202eb"])
def test_m28_reason_is_one_line_that_shows(net: Network, reason: str) -> None:
    to_xa, _ = sent_to(net, net.xa, net.xc)
    with pytest.raises(Invalid):
        net.xb.desk.recall_several(DUTY, to_xa.header.id, reason)


def test_m28_officer_without_the_verb_and_another_bodys_message(net: Network) -> None:
    to_xa, _ = sent_to(net, net.xa, net.xc)
    net.deliver()
    with pytest.raises(Refused):
        net.xb.desk.recall_several(OfficerId("nobody-1"), to_xa.header.id, WHY)
    for wanted in (to_xa.header.id, "message-none"):
        with pytest.raises(NotFound) as caught:
            net.xa.desk.recall_several(DUTY, wanted, WHY)
        assert str(caught.value) == str(NotFound())
    assert recall_statements(net.xb) == []


def test_m28_who_may_not_know_of_the_case_neither_recalls_nor_counts(net: Network) -> None:
    case = net.xb.open_case()
    to_xa, _ = sent_to(net, net.xa, net.xc, case=case)
    net.xb.cases.set_team(DUTY, case, [DUTY])
    with pytest.raises(NotFound) as looked:
        net.xb.desk.message_at_each(to_xa.header.id, ANALYST)
    with pytest.raises(NotFound) as recalled:
        net.xb.desk.recall_several(ANALYST, to_xa.header.id, WHY)
    assert str(looked.value) == str(recalled.value) == str(NotFound())
    assert net.xb.desk.message_at_each(to_xa.header.id, DUTY).counts() == {Standing.WAITING: 2}


def test_m28_recall_goes_to_each_whatever_was_suspended_since(net: Network) -> None:
    to_xa, to_xc = sent_to(net, net.xa, net.xc)
    net.deliver()
    net.xa.suspend(net.agreement, net.xb.id, net.desks[:3], direction=Direction.BOTH)
    net.xb.desk.recall_several(DUTY, to_xc.header.id, WHY)
    net.deliver()
    assert net.xb.desk.message_at_each(to_xa.header.id).counts() == {Standing.RECALLED_UNOPENED: 2}


BODY = BodyId("body:b")
SENT = WentTo("message-1", BODY, is_for_action=True, recall=None)
RECALLED = Recall(NOW, "duty-1", WHY, has_left=True)


def delivery(kind: str, state: str, *steps: str, reason: str = "") -> Delivery:
    taken = tuple(EvidenceStep(one, BODY, LATER) for one in steps)
    return Delivery(BODY, StatementId("statement:1"), kind, "message-1", state, reason, NOW, taken)


@pytest.mark.parametrize(
    ("recall", "deliveries", "standing", "is_opened"),
    [
        (None, [], Standing.WAITING, False),
        (None, [("message", "waiting")], Standing.WAITING, False),
        (None, [("message", "waiting", "relayed")], Standing.WAITING, False),
        (None, [("message", "stored", "stored")], Standing.ARRIVED, False),
        (None, [("message", "stored", "opened")], Standing.OPENED, True),
        (None, [("message", "stored", "refused")], Standing.OPENED, True),
        (None, [("message", "refused")], Standing.NOT_DELIVERED, False),
        (None, [("message", "undelivered")], Standing.NOT_DELIVERED, False),
        (None, [("message", "held")], Standing.NOT_DELIVERED, False),
        (None, [("message", "retracted")], Standing.NOT_DELIVERED, False),
        (replace(RECALLED, has_left=False), [("message", "retracted")], Standing.NEVER_LEFT, False),
        (RECALLED, [("message", "stored")], Standing.RECALL_WAITING, False),
        (RECALLED, [("message", "stored"), ("recall", "waiting")], Standing.RECALL_WAITING, False),
        (RECALLED, [("message", "stored", "opened"), ("recall", "waiting")], Standing.RECALL_WAITING, True),
        (RECALLED, [("message", "stored"), ("recall", "stored")], Standing.RECALL_ARRIVED, False),
        (RECALLED, [("message", "stored"), ("recall", "undelivered")], Standing.RECALL_NOT_DELIVERED, False),
        (RECALLED, [("message", "stored"), ("recall", "refused")], Standing.RECALL_NOT_DELIVERED, False),
        (replace(RECALLED, was_opened=False, answered_at=LATER), [], Standing.RECALLED_UNOPENED, False),
        (replace(RECALLED, was_opened=True, answered_at=LATER), [], Standing.RECALLED_OPENED, True),
    ],
)  # fmt: skip
def test_m27_standing_rests_on_what_was_signed(
    recall: Recall | None, deliveries: list[tuple[str, ...]], standing: Standing, *, is_opened: bool
) -> None:
    found = at_addressee(replace(SENT, recall=recall), [delivery(*one) for one in deliveries])
    assert (found.standing, found.is_opened) == (standing, is_opened)
    assert (found.standing in NOT_RECALLED) is (recall is None)


def test_m27_reason_of_what_was_not_delivered_is_told() -> None:
    assert at_addressee(SENT, [delivery("message", "refused", reason="not now")]).reason == "not now"
    failed = [delivery("message", "stored"), delivery("recall", "undelivered", reason="silent for 30 days")]
    assert at_addressee(replace(SENT, recall=RECALLED), failed).reason == "silent for 30 days"
