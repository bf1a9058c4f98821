"""M18: a message sent in error is taken back, before it left or where it came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entente.agreements.model import Direction
from entente.cases.joining import GoesOver
from entente.correspondence.messages import Letter
from entente.correspondence.model import Message
from entente.correspondence.recalling import RECALLS_AHEAD_MAX
from entente.kernel.codec import to_object
from entente.kernel.errors import Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement, draft
from tests.support.build_correspondence import DUTY, NOW, Desk, Network, a_network

SUBJECT, TEXT, WHY = "About Rustam Olimov", "He was seen at pier 3.", "It names the wrong person."
LETTER = Letter(SUBJECT, TEXT)


@pytest.fixture
def net() -> Network:
    return a_network()


def send(net: Network, **references: str) -> str:
    return net.xb.desk.send_message(DUTY, net.xa.id, net.agreement.id, LETTER, **references).header.id


def message_at(desk: Desk, message: str) -> Message:
    found = desk.store.state.correspondence.message(message)
    assert found is not None
    return found


def out(desk: Desk) -> list[Outgoing]:
    return desk.store.state.outbox.put_out


def everything(desk: Desk) -> str:
    """Return what the node keeps of correspondence, cases and trail, as one text."""
    state = desk.store.state
    return repr((state.correspondence, state.cases, state.trail.acts))


def test_m18_message_that_has_not_left_never_leaves(net: Network) -> None:
    message = send(net)
    recalled = net.xb.desk.recall_message(DUTY, message, WHY)
    assert recalled.recall is not None
    assert not recalled.recall.has_left
    assert net.deliver() == []
    assert net.xa.desk.messages(10) == ()
    assert (message_at(net.xb, message).subject, message_at(net.xb, message).text) == (SUBJECT, TEXT)


def test_m18_text_is_taken_from_where_it_came_and_the_sender_knows(net: Network) -> None:
    here, there = net.xb.open_case(), net.xa.open_case()
    message = send(net, case=here, your_reference=there)
    net.deliver()
    assert SUBJECT in everything(net.xa)
    net.xb.desk.recall_message(DUTY, message, WHY)
    net.deliver()
    left = message_at(net.xa, message)
    assert (left.subject, left.text) == ("", "")
    assert left.header == message_at(net.xb, message).header
    assert left.recall is not None
    assert (left.recall.officer, left.recall.reason, left.recall.at) == (DUTY, WHY, NOW)
    assert SUBJECT not in everything(net.xa)
    assert TEXT not in everything(net.xa)
    assert [event.kind for event in net.xa.cases.show(there).events] == [
        "opened",
        "message_received",
        "message_recalled",
    ]
    sent = message_at(net.xb, message)
    assert sent.text == TEXT
    assert sent.recall is not None
    assert sent.recall.answered_at == NOW
    assert [one.is_control for one in out(net.xb)] == [False, True]
    assert net.refused == []


def test_m18_text_is_taken_from_every_case_that_its_lines_were_copied_to(net: Network) -> None:
    named, goes_on, last = net.xa.open_case(), net.xa.open_case(), net.xa.open_case()
    net.xa.cases.join_cases(DUTY, goes_on, named, "The same person.")
    message = send(net, your_reference=named)
    net.deliver()
    over = GoesOver("The second man", "drugs", "Another matter.", items=frozenset({message}))
    split = net.xa.cases.split_case(DUTY, goes_on, over).number
    net.xa.cases.join_cases(DUTY, goes_on, split, "The same after all.")
    net.xa.cases.join_cases(DUTY, last, goes_on, "One matter.")
    lines = {number: net.xa.cases.show(number).events for number in (named, goes_on, split)}
    assert all(SUBJECT in repr(events) for events in lines.values())
    net.xb.desk.recall_message(DUTY, message, WHY)
    net.deliver()
    assert SUBJECT not in everything(net.xa)


def test_m18_sender_learns_whether_it_had_been_opened(net: Network) -> None:
    opened, unopened = send(net), send(net)
    net.deliver()
    assert net.xa.desk.open_message(DUTY, opened).text == TEXT
    for message in (opened, unopened):
        net.xb.desk.recall_message(DUTY, message, WHY)
    net.deliver()
    answers = [message_at(net.xb, message).recall for message in (opened, unopened)]
    assert [recall.was_opened for recall in answers if recall is not None] == [True, False]
    assert net.xa.desk.open_message(DUTY, opened).text == ""


def test_m18_recall_that_overtakes_its_message_beats_it_on_arrival(net: Network) -> None:
    there = net.xa.open_case()
    message = send(net, your_reference=there)
    net.xb.store.state.outbox.posted = 1
    net.xb.desk.recall_message(DUTY, message, WHY)
    late, recall = out(net.xb)
    net.xa.take_in(recall.statement, net.xb.id)
    net.xa.take_in(late.statement, net.xb.id)
    left = message_at(net.xa, message)
    assert (left.subject, left.text) == ("", "")
    assert left.recall is not None
    assert left.recall.was_opened is False
    assert SUBJECT not in everything(net.xa)
    assert net.xa.store.state.correspondence.recalls_ahead == {}


def test_m18_twice_is_harmless_on_both_sides(net: Network) -> None:
    message = send(net)
    net.deliver()
    first = net.xb.desk.recall_message(DUTY, message, WHY)
    assert net.xb.desk.recall_message(DUTY, message, "Another reason.") == first
    net.deliver()
    (recall,) = [one.statement for one in out(net.xb) if one.statement.kind == "recall"]
    (answer,) = [one.statement for one in out(net.xa) if one.statement.kind == "recall_answer"]
    net.xa.take_in(recall, net.xb.id)
    net.xb.take_in(answer, net.xa.id)
    assert len(out(net.xa)) == 1
    assert len(net.xa.acts("recall")) == len(net.xb.acts("recall_answer")) == 1


def test_m18_recall_goes_whatever_was_suspended_since(net: Network) -> None:
    message = send(net)
    net.deliver()
    net.xa.suspend(net.agreement, net.xb.id, net.desks[:3], direction=Direction.BOTH)
    with pytest.raises(Refused):
        send(net)
    net.xb.desk.recall_message(DUTY, message, WHY)
    net.deliver()
    assert message_at(net.xa, message).text == ""
    assert net.refused == []


def test_m18_only_ones_own_message_is_recalled(net: Network) -> None:
    message = send(net)
    net.deliver()
    for wanted in (message, "message-none"):
        with pytest.raises(NotFound) as caught:
            net.xa.desk.recall_message(DUTY, wanted, WHY)
        assert str(caught.value) == str(NotFound())


def forged_recall(net: Network, by: Desk, about: str, **changes: Any) -> Statement:  # noqa: ANN401 - content fields
    """Make a recall of the very form XB would make, in another body's hands."""
    net.xb.store.state.outbox.posted = len(out(net.xb))
    own = net.xb.desk.send_message(DUTY, net.xa.id, net.agreement.id, LETTER).header.id
    net.xb.store.state.outbox.posted = len(out(net.xb))
    net.xb.desk.recall_message(DUTY, own, WHY)
    honest = out(net.xb)[-1].statement
    header = {**to_object(message_at(net.xb, own).header), "id": "recall-9", "sender": by.id}
    content = {**honest.content, "header": header, "message": about, **changes}
    return draft("recall", by.id, honest.at, content).with_signature(by.ring.node)


def test_m18_recall_of_another_bodys_message_is_answered_as_nothing(net: Network) -> None:
    message = send(net)
    net.deliver()
    with pytest.raises(NotFound):
        net.xa.take_in(forged_recall(net, net.xc, message), net.xc.id)
    assert message_at(net.xa, message).text == TEXT
    # Ahead of the message it takes nothing from its true sender either.
    net.xa.take_in(forged_recall(net, net.xc, "message-later"), net.xc.id)
    assert net.xa.store.state.correspondence.recall_ahead(net.xb.id, "message-later") is None


@pytest.mark.parametrize("changes", [{"reason": ""}, {"reason": "x" * 301}, {"message": ""}, {"message": "m" * 65}])
def test_m16_ill_formed_recall_is_refused(net: Network, changes: dict[str, str]) -> None:
    net.xa.take_in(forged_recall(net, net.xb, "message-later"), net.xb.id)
    with pytest.raises(Invalid):
        net.xa.take_in(forged_recall(net, net.xb, "message-other", **changes), net.xb.id)
    with pytest.raises(Untrusted):
        net.xc.take_in(forged_recall(net, net.xb, "message-other"), net.xb.id)


def test_m18_recalls_of_messages_that_never_come_are_bounded(net: Network) -> None:
    ahead = forged_recall(net, net.xb, "message-later")
    net.xa.take_in(ahead, net.xb.id)
    kept = net.xa.store.state.correspondence.recalls_ahead
    kept.update(((net.xb.id, f"m{n}"), kept[net.xb.id, "message-later"]) for n in range(RECALLS_AHEAD_MAX))
    with pytest.raises(Invalid):
        net.xa.take_in(forged_recall(net, net.xb, "message-other"), net.xb.id)


def test_m18_answer_of_another_body_or_to_nothing_is_refused(net: Network) -> None:
    message, other = send(net), send(net)
    net.deliver()
    net.xb.desk.recall_message(DUTY, message, WHY)
    net.deliver()
    honest = out(net.xa)[-1].statement
    header = replace(message_at(net.xb, message).header, id="recall-answer-9", sender=net.xa.id, recipient=net.xb.id)
    content = {**honest.content, "header": to_object(header), "message": other}
    with pytest.raises(NotFound):
        net.xb.take_in(
            draft("recall_answer", net.xa.id, header.at, content).with_signature(net.xa.ring.node), net.xa.id
        )
    theirs = {**content, "header": to_object(replace(header, sender=net.xc.id)), "message": message}
    with pytest.raises(NotFound):
        net.xb.take_in(draft("recall_answer", net.xc.id, header.at, theirs).with_signature(net.xc.ring.node), net.xc.id)


def test_m18_officer_without_the_verb_is_refused(net: Network) -> None:
    message = send(net)
    with pytest.raises(Refused):
        net.xb.desk.recall_message(OfficerId("nobody-1"), message, WHY)
    net.deliver()
    assert message_at(net.xa, message).text == TEXT
