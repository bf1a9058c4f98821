"""M20 and M21: what an officer does with a message that came, and its sender's proof of it."""

import pytest

from entente.correspondence.messages import Letter
from entente.correspondence.model import Step
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import OfficerId
from entente.kernel.statement import draft
from tests.support.build_correspondence import DUTY, Desk, Network, a_network

LETTER = Letter("Vessel at pier 3", "Please tell us whether the vessel left.", "urgent", is_for_action=True)


@pytest.fixture
def net() -> Network:
    return a_network()


def sent(net: Network) -> str:
    message = net.xb.desk.send_message(DUTY, net.xa.id, net.agreement.id, LETTER).header.id
    net.deliver()
    return message


def steps(desk: Desk, message: str) -> list[tuple[str, str]]:
    return [
        (step.step, step.reason)
        for delivery in desk.store.state.outbox.deliveries(message)
        if delivery.kind == "message"
        for step in delivery.steps
    ]


def test_m20_first_opening_is_told_to_the_sender_and_later_ones_are_not(net: Network) -> None:
    message = sent(net)
    assert steps(net.xb, message) == []
    for _ in range(2):
        assert net.xa.desk.open_message(DUTY, message).subject == LETTER.subject
        net.deliver()
    assert steps(net.xb, message) == [("opened", "")]
    assert [act.verb for act in net.xa.store.state.trail.acts].count("read_message") == 2


def test_m20_opening_our_own_tells_nobody(net: Network) -> None:
    message = sent(net)
    net.xb.desk.open_message(DUTY, message)
    net.deliver()
    assert steps(net.xa, message) == steps(net.xb, message) == []


def test_m20_message_that_is_not_here_is_not_found(net: Network) -> None:
    with pytest.raises(NotFound):
        net.xa.desk.open_message(DUTY, "message-of-nobody")


def test_m21_conclusion_is_told_once_and_implies_that_it_was_opened(net: Network) -> None:
    message = sent(net)
    net.xa.desk.conclude_message(DUTY, message, Step.REFUSED, "not_competent")
    net.deliver()
    assert steps(net.xb, message) == [("opened", ""), ("refused", "not_competent")]
    with pytest.raises(Conflict):
        net.xa.desk.conclude_message(DUTY, message, Step.ACTED_ON)


@pytest.mark.parametrize(
    ("step", "reason"), [(Step.OPENED, ""), (Step.REFUSED, ""), (Step.ACTED_ON, "not_competent"), (Step.REFUSED, "odd")]
)
def test_m21_refusal_needs_a_reason_of_the_list_and_the_others_none(net: Network, step: Step, reason: str) -> None:
    message = sent(net)
    with pytest.raises(Invalid):
        net.xa.desk.conclude_message(DUTY, message, step, reason)
    assert net.xa.desk.steps_of(message) == ()


def test_m21_own_message_is_not_concluded(net: Network) -> None:
    with pytest.raises(Conflict):
        net.xb.desk.conclude_message(DUTY, sent(net), Step.ACTED_ON)


def test_m20_officer_without_the_role_opens_nothing(net: Network) -> None:
    message = sent(net)
    with pytest.raises(Refused):
        net.xa.desk.open_message(OfficerId("nobody"), message)
    assert net.xa.desk.steps_of(message) == ()


def test_m21_evidence_counts_from_the_body_the_item_was_sent_to_alone(net: Network) -> None:
    message = sent(net)
    net.xa.desk.open_message(DUTY, message)
    evidence = net.xa.store.state.outbox.put_out[-1].statement
    with pytest.raises(NotFound):
        net.xc.take_in(evidence, net.xa.id)
    with pytest.raises((NotFound, Untrusted)):
        net.xb.take_in(evidence, net.xc.id)
    assert steps(net.xb, message) == []


@pytest.mark.parametrize("officer", ["", "duty-1\nhead-1", "x" * 101])
def test_m20_officer_who_is_no_line_of_text_comes_into_no_trail(net: Network, officer: str) -> None:
    message = sent(net)
    net.xa.desk.open_message(DUTY, message)
    honest = net.xa.store.state.outbox.put_out[-1].statement
    named = draft(honest.kind, honest.body, honest.at, {**honest.content, "officer": officer})
    with pytest.raises(Invalid):
        net.xb.take_in(named.with_signature(net.xa.ring.node), net.xa.id)
    assert steps(net.xb, message) == []
    net.xb.take_in(honest, net.xa.id)
    assert len(steps(net.xb, message)) == 1
