"""M1 to M3: messages between two bodies, and the channel that stays open."""

from dataclasses import replace

import pytest

from entente.agreements.model import Instrument, Measure, MeasurePolicy
from entente.correspondence.channels import may_write
from entente.correspondence.messages import Letter
from entente.correspondence.model import Way
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, Invalid, Refused, Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.statement import Statement, draft
from tests.support import build_disclosure as gate
from tests.support.build_correspondence import CLERK, DUTY, NOW, Desk, Network, a_network, an_instrument

LETTER = Letter("Vessel at pier 3", "Please tell us whether the vessel left.", "urgent", is_for_action=True)


@pytest.fixture
def net() -> Network:
    return a_network()


def send(net: Network, instrument: Instrument, **changes: str) -> str:
    return net.xb.desk.send_message(DUTY, net.xa.id, instrument.id, LETTER, **changes).header.id


def last(desk: Desk) -> Statement:
    return desk.store.state.outbox.put_out[-1].statement


def test_m1_message_arrives_once_with_officer_references_and_words(net: Network) -> None:
    here, there = net.xb.open_case(), net.xa.open_case()
    message = send(net, net.agreement, case=here, your_reference=there)
    net.deliver()
    ((way, kept),) = net.xa.desk.messages(10)
    assert (way, kept.header.id, kept.subject) == (Way.RECEIVED, message, "Vessel at pier 3")
    assert (kept.header.officer, kept.header.our_reference, kept.header.your_reference) == (DUTY, here, there)
    assert [event.kind for event in net.xb.cases.show(here).events] == ["opened", "message_sent"]
    assert [event.kind for event in net.xa.cases.show(there).events] == ["opened", "message_received"]
    assert net.refused == []


def test_m1_message_is_refused_when_replayed(net: Network) -> None:
    send(net, net.agreement)
    statement = last(net.xb)
    net.deliver()
    with pytest.raises(Conflict):
        net.xa.take_in(statement, net.xb.id)
    assert len(net.xa.desk.messages(10)) == 1


def test_m1_message_for_another_body_is_refused(net: Network) -> None:
    send(net, net.agreement)
    with pytest.raises(Untrusted) as caught:
        net.xc.take_in(last(net.xb), net.xb.id)
    assert caught.value.reason == "not_for_us"


def test_m1_message_brought_by_another_body_than_its_maker_is_refused(net: Network) -> None:
    send(net, net.agreement)
    with pytest.raises(Untrusted):
        net.xa.take_in(last(net.xb), net.xc.id)


def test_m1_message_in_another_bodys_name_is_refused(net: Network) -> None:
    send(net, net.agreement)
    honest = last(net.xb)
    forged = draft("message", net.xc.id, honest.at, honest.content).with_signature(net.xb.ring.node)
    with pytest.raises(Untrusted) as caught:
        net.xa.take_in(forged, net.xc.id)
    assert caught.value.reason == "wrong_signature"
    renamed = draft("message", net.xc.id, honest.at, honest.content).with_signature(net.xc.ring.node)
    with pytest.raises(Invalid):
        net.xa.take_in(renamed, net.xc.id)
    assert net.xa.desk.messages(10) == ()


def test_m1_message_with_an_unknown_field_or_from_the_future_is_refused(net: Network) -> None:
    send(net, net.agreement)
    honest = last(net.xb)
    more = draft("message", net.xb.id, honest.at, {**honest.content, "rank": "1"}).with_signature(net.xb.ring.node)
    with pytest.raises(Invalid):
        net.xa.take_in(more, net.xb.id)
    net.clock.pass_time(minutes=-6)
    with pytest.raises(Invalid) as caught:
        net.xa.take_in(honest, net.xb.id)
    assert caught.value.field == "header.at"
    net.clock.pass_time(minutes=6)
    net.xa.take_in(honest, net.xb.id)


@pytest.mark.parametrize("field", ["officer", "our_reference", "your_reference"])
@pytest.mark.parametrize("text", ["a\u202eb", "a\x1b[2Jb", "a\nb", "x" * 101])
def test_m16_name_or_reference_that_would_not_show_as_it_is_stored_is_refused(
    net: Network, field: str, text: str
) -> None:
    send(net, net.agreement)
    honest = last(net.xb)
    header = {**honest.content["header"], field: text}  # type: ignore[dict-item]  # the header of a message
    odd = draft("message", net.xb.id, honest.at, {**honest.content, "header": header})
    with pytest.raises(Invalid) as caught:
        net.xa.take_in(odd.with_signature(net.xb.ring.node), net.xb.id)
    assert caught.value.field == f"header.{field}"
    net.xa.take_in(honest, net.xb.id)


def test_m16_reference_that_the_other_side_would_refuse_is_not_sent(net: Network) -> None:
    with pytest.raises(Invalid) as caught:
        send(net, net.agreement, your_reference="x" * 101)
    assert caught.value.field == "your_reference"
    assert net.deliver() == []


def test_m2_instrument_without_both_as_parties_is_refused_before_sending_and_at_the_other_side(net: Network) -> None:
    with pytest.raises(Refused) as caught:
        net.xb.desk.send_message(DUTY, net.xd.id, net.agreement.id, LETTER)
    assert [ground.number for ground in caught.value.decision.refusals] == ["M2.3", "M2.5"]
    assert net.xb.store.state.outbox.put_out == []
    assert net.xb.acts("send_message")[0].detail["outcome"] == "refused"
    send(net, net.agreement)
    forgotten = net.xa.store.state.agreements.states
    del forgotten[net.agreement.id]
    with pytest.raises(Refused):
        net.xa.take_in(last(net.xb), net.xb.id)
    assert net.xa.desk.messages(10) == ()


def test_m2_instrument_that_does_not_cover_messages_is_refused(net: Network) -> None:
    data_only = an_instrument("data", net.agreement.parties, kinds=frozenset({"wanted_person"}))
    net.add(data_only)
    with pytest.raises(Refused) as caught:
        send(net, data_only)
    assert [ground.number for ground in caught.value.decision.refusals] == ["M2.4"]


def test_m2_instrument_that_is_not_in_force_is_refused(net: Network) -> None:
    state = net.xb.store.state.agreements.states[net.agreement.id]
    unsigned = {body: at for body, at in state.signatures.items() if body != net.xc.id}
    net.xb.store.state.agreements.states[net.agreement.id] = replace(state, signatures=unsigned)
    with pytest.raises(Refused) as caught:
        send(net, net.agreement)
    assert "not in force" in caught.value.why


def test_m2_suspension_stops_messages_and_the_charters_channel_still_passes(net: Network) -> None:
    net.xa.suspend(net.agreement, net.xb.id, (net.xa, net.xb))
    with pytest.raises(Refused) as caught:
        send(net, net.agreement)
    assert [ground.number for ground in caught.value.decision.refusals] == ["M2.5"]
    assert "decision 7/2031" in caught.value.why
    net.xa.suspend(net.charter, net.xb.id, (net.xa, net.xb))
    send(net, net.charter)
    net.deliver()
    assert len(net.xa.desk.messages(10)) == 1


def test_m2_suspension_toward_one_counterpart_leaves_the_others_alone(net: Network) -> None:
    net.xa.suspend(net.agreement, net.xb.id, (net.xa, net.xb, net.xc))
    net.xc.desk.send_message(DUTY, net.xa.id, net.agreement.id, LETTER)
    net.deliver()
    assert len(net.xa.desk.messages(10)) == 1


def test_m2_paused_body_neither_writes_nor_is_written_to(net: Network) -> None:
    ends = NOW.replace(year=2032)
    measure = Measure(
        "m-1", net.charter.id, net.xa.id, MeasurePolicy.PAUSED, "GS", "council", NOW, ends, "a report", "court"
    )
    for desk in (net.xa, net.xb):
        desk.store.state.agreements.kept_measures[net.xc.id, "m-1"] = measure
    for writer, reader in ((net.xa, net.xb), (net.xb, net.xa)):
        with pytest.raises(Refused) as caught:
            writer.desk.send_message(DUTY, reader.id, net.charter.id, LETTER)
        assert [ground.number for ground in caught.value.decision.refusals] == ["M2.2"]
    net.clock.moment = ends
    send(net, net.charter)


@pytest.mark.parametrize(("sender", "recipient"), [(gate.XA, gate.XD), (gate.XD, gate.XA)])
def test_m2_measure_toward_an_earlier_body_stops_what_goes_to_and_from_its_successor(
    sender: BodyId, recipient: BodyId
) -> None:
    charter = gate.in_force(gate.an_instrument(id=gate.CHARTER, name="charter"))
    paused = gate.a_situation(instruments={gate.CHARTER: charter}, measures=(gate.a_measure(target=gate.XC),))
    for situation, stops in ((paused, False), (replace(paused, successors={gate.XC: gate.XD}), True)):
        grounds = may_write(situation, sender, recipient, gate.CHARTER, gate.NOW).grounds
        assert [ground.allows for ground in grounds if ground.number == "M2.2"] == [not stops]


def test_m2_unknown_recipient_and_unknown_instrument_are_refused(net: Network) -> None:
    with pytest.raises(Refused) as caught:
        net.xb.desk.send_message(DUTY, net.xb.id, net.agreement.id, LETTER)
    assert caught.value.decision.refusals[0].number == "M2.1"
    with pytest.raises(Refused):
        send(net, an_instrument("unheard of", net.agreement.parties))


@pytest.mark.parametrize(
    ("letter", "field"),
    [
        (replace(LETTER, subject=" "), "subject"),
        (replace(LETTER, text="x" * 20_001), "text"),
        (replace(LETTER, urgency="at once"), "urgency"),
        (replace(LETTER, answers="x" * 65), "answers"),
    ],
)
def test_m16_ill_formed_message_is_refused(net: Network, letter: Letter, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        net.xb.desk.send_message(DUTY, net.xa.id, net.agreement.id, letter)
    assert caught.value.field == field


def test_m15_closed_or_unknown_case_takes_no_message(net: Network) -> None:
    case = net.xb.open_case()
    net.xb.cases.close_case(DUTY, case, "Done.")
    with pytest.raises(Conflict):
        send(net, net.agreement, case=case)
    with pytest.raises(Invalid) as caught:
        send(net, net.agreement, case="2031/000099")
    assert caught.value.field == "case"
    assert net.xb.store.state.outbox.put_out == []


def test_m15_received_item_is_on_file_of_a_closed_case_and_a_wrong_reference_harms_nothing(net: Network) -> None:
    there = net.xa.open_case()
    net.xa.cases.close_case(DUTY, there, "Done.")
    send(net, net.agreement, your_reference=there)
    send(net, net.agreement, your_reference="9999/1")
    net.deliver()
    assert net.xa.cases.show(there).events[-1].kind == "message_received"
    assert len(net.xa.desk.messages(10)) == 2


def test_m15_trail_holds_the_grounds_and_no_words_of_the_message(net: Network) -> None:
    send(net, net.agreement)
    net.deliver()
    for row in (*net.xb.acts("send_message"), *net.xa.acts("message")):
        written = str(to_object(row))
        assert "M2.5" in written
        assert "vessel" not in written.lower()


def test_officer_whose_role_may_not_write_is_refused_and_the_refusal_is_in_the_trail(net: Network) -> None:
    staff = net.xb.store.state.bodies.staff
    staff[CLERK] = replace(staff[CLERK], roles=frozenset({"border_officer"}))
    with pytest.raises(Refused) as caught:
        net.xb.desk.send_message(CLERK, net.xa.id, net.agreement.id, LETTER)
    assert caught.value.decision.refusals[0].number == "B9.2"
    assert net.xb.acts("send_message")[0].detail["outcome"] == "refused"
