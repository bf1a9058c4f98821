"""M12 to M14: one record asked of its source under one named instrument; hidden and absent are one answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from entente.agreements.model import Instrument, Right
from entente.bodies.model import Officer
from entente.correspondence.model import AnswerOutcome, RecordRequest, Way
from entente.correspondence.requests import Wanted
from entente.correspondence.rules import nothing_found
from entente.correspondence.statements import RecordAnswerContent
from entente.handling.model import Retention
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import RecordId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import draft
from tests.support.build_correspondence import (
    CLERK,
    DUTY,
    NOW,
    Desk,
    Network,
    a_network,
    a_record,
    about,
    an_instrument,
    terms_of,
)


@pytest.fixture
def net() -> Network:
    return a_network()


def ask(
    net: Network, asker: Desk, record: RecordId, instrument: Instrument, kind: str = "wanted_person", case: str = ""
) -> tuple[RecordRequest, list[Outgoing]]:
    """Ask XA for a record and return the request as it stands after the answer, and all that went over the wire."""
    request = asker.desk.request_record(DUTY, Wanted(net.xa.id, record, kind), instrument.id, about(case))
    sent = net.deliver()
    found = asker.store.state.correspondence.record_request(request.header.id)
    assert found is not None
    return found[1], sent


def absent(net: Network) -> RecordId:
    return RecordId(f"{net.xa.id}/none")


def masked_answer(sent: list[Outgoing]) -> bytes:
    """Return the canonical content of the one answer on the wire, with the ids of this exchange masked."""
    (answer,) = (one for one in sent if one.statement.kind == "record_answer")
    content = from_json(RecordAnswerContent, answer.statement.content)
    masked = replace(content, header=replace(content.header, id="-"), request="-")
    return canonical_bytes([to_object(masked), answer.instrument, answer.recipient])


def test_m13_visible_record_is_sent_along_before_its_answer(net: Network) -> None:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    here = net.xb.open_case()
    request, sent = ask(net, net.xb, record, net.agreement, case=here)
    assert request.outcome is AnswerOutcome.WHOLE
    assert [one.statement.kind for one in sent] == ["record_request", "record", "record_answer"]
    assert net.refused == []
    held = net.xb.store.state.records.get(record)
    assert held is not None
    assert held.record.values("name") == ("Мухаммедов Азиз",)
    assert [holder.body for holder in net.xa.store.state.records.holders(record)] == [net.xb.id]
    assert [event.kind for event in net.xb.cases.show(here).events] == ["opened", "request", "answer"]
    assert net.xa.desk.record_requests(1)[0][0] is Way.RECEIVED


def test_m13_facts_the_asker_may_not_see_leave_no_trace_in_what_is_sent(net: Network) -> None:
    hidden = terms_of(net.xa, None)
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement), hidden))
    _, sent = ask(net, net.xb, record, net.agreement)
    written = b"".join(one.statement.signed for one in sent)
    assert "Мухаммедов Азиз".encode() in written
    assert b"Muhammadov" not in written
    assert net.refused == []


def withdrawn(net: Network) -> RecordId:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    net.xa.store.state.records.set_withdrawn(record, NOW, 9)
    return record


def expired(net: Network) -> RecordId:
    made = a_record(net.xa, terms_of(net.xa, net.agreement))
    return net.share(replace(made, retention=Retention(date(2030, 1, 1), date(2031, 5, 4))))


def under_another_instrument(net: Network) -> RecordId:
    other = net.add(an_instrument("other", net.agreement.parties))
    return net.share(a_record(net.xa, terms_of(net.xa, other)))


def of_another_kind(net: Network) -> RecordId:
    return net.share(a_record(net.xa, terms_of(net.xa, net.agreement, kind="missing_person")))


def not_shared(net: Network) -> RecordId:
    return net.share(a_record(net.xa, terms_of(net.xa, None)))


def restricted(net: Network) -> RecordId:
    return net.share(a_record(net.xa, terms_of(net.xa, net.agreement, handling=frozenset({"unheard of"}))))


def another_bodys(net: Network) -> RecordId:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    held = net.xa.store.state.records.held
    held[record] = replace(held[record], received_from=net.xc.id)
    return record


@pytest.mark.parametrize(
    "hide",
    [withdrawn, expired, under_another_instrument, of_another_kind, not_shared, restricted, another_bodys],
)
def test_m13_hidden_and_absent_are_the_same_bytes_to_a_party(net: Network, hide: Callable[[Network], RecordId]) -> None:
    hidden = hide(net)
    (first, of_hidden), (second, of_absent) = (
        ask(net, net.xb, record, net.agreement) for record in (hidden, absent(net))
    )
    assert masked_answer(of_hidden) == masked_answer(of_absent)
    assert [one.statement.kind for one in of_hidden] == [one.statement.kind for one in of_absent]
    assert (first.outcome, first.answer, first.grounds) == (second.outcome, second.answer, second.grounds)
    assert first.answer == nothing_found()
    assert first.outcome is AnswerOutcome.NOT_FOUND


def test_m12_body_outside_the_instrument_gets_the_very_words_of_nothing_found(net: Network) -> None:
    existing = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    answers = [ask(net, net.xd, record, net.agreement) for record in (existing, absent(net))]
    assert masked_answer(answers[0][1]) == masked_answer(answers[1][1])
    party, as_party = ask(net, net.xb, absent(net), net.agreement)
    outsider = answers[0][0]
    assert (outsider.outcome, outsider.answer, outsider.grounds) == (party.outcome, party.answer, party.grounds)
    (said_to_party,) = (one.statement.content for one in as_party if one.statement.kind == "record_answer")
    (said_to_outsider,) = (one.statement.content for one in answers[0][1] if one.statement.kind == "record_answer")
    for field in ("outcome", "answer", "grounds"):
        assert said_to_party[field] == said_to_outsider[field]
    assert net.refused == []


def test_m12_body_outside_learns_nothing_about_the_instrument_either(net: Network) -> None:
    unheard_of = an_instrument("unheard of", net.agreement.parties)
    named = [ask(net, net.xd, absent(net), instrument)[0] for instrument in (net.agreement, unheard_of)]
    assert [(one.outcome, one.answer, one.grounds) for one in named] == [
        (AnswerOutcome.NOT_FOUND, nothing_found(), ())
    ] * 2


def test_m12_body_without_any_channel_is_answered_nothing_found_by_its_own_node(net: Network) -> None:
    del net.xd.store.state.agreements.states[net.charter.id]
    with pytest.raises(NotFound):
        ask(net, net.xd, absent(net), net.agreement)
    assert net.deliver() == []
    assert net.xd.acts("request_record")[0].detail["outcome"] == "refused"


def test_m12_data_set_is_refused_under_the_charter_whether_or_not_it_exists(net: Network) -> None:
    existing = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    words = []
    for record in (existing, absent(net)):
        with pytest.raises(Refused) as caught:
            ask(net, net.xb, record, net.charter)
        words.append(str(caught.value))
    assert words[0] == words[1]
    assert "no data sets" in words[0]
    assert net.deliver() == []
    ask(net, net.xb, existing, net.agreement)


def test_m12_suspended_instrument_is_never_replaced_by_another(net: Network) -> None:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    net.xa.suspend(net.agreement, net.xb.id, (net.xa, net.xb))
    with pytest.raises(Refused) as caught:
        ask(net, net.xb, record, net.agreement)
    assert "D3" in [ground.number for ground in caught.value.decision.refusals]
    assert "decision 7/2031" in caught.value.why
    with pytest.raises(Refused) as caught:
        ask(net, net.xb, record, net.charter)
    assert "«agreement» covers «wanted_person» and is suspended" in caught.value.why
    assert net.deliver() == []


def test_m12_suspension_not_yet_known_to_the_asker_is_answered_by_the_source_with_its_grounds(net: Network) -> None:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    net.xa.suspend(net.agreement, net.xb.id, (net.xa,))
    answers = [ask(net, net.xb, asked, net.agreement) for asked in (record, absent(net))]
    assert masked_answer(answers[0][1]) == masked_answer(answers[1][1])
    request, sent = answers[0]
    assert request.outcome is AnswerOutcome.REFUSED
    assert [ground[:2] for ground in request.grounds] == ["D3"]
    assert sent[-1].instrument == net.charter.id
    assert "record" not in [one.statement.kind for one in sent]


def test_m12_right_that_the_instrument_does_not_give_is_refused(net: Network) -> None:
    copies = net.add(an_instrument("copies", net.agreement.parties, rights=frozenset({Right.COPY})))
    with pytest.raises(Refused) as caught:
        ask(net, net.xb, absent(net), copies)
    assert "consult" in caught.value.why


def test_m13_record_that_may_be_known_but_not_seen_is_refused_with_its_grounds(net: Network) -> None:
    knowable = net.add(an_instrument("knowable", net.agreement.parties, knowable_kinds=frozenset({"wanted_person"})))
    terms = terms_of(net.xa, knowable, purposes=frozenset({"arrest"}))
    record = net.share(a_record(net.xa, terms))
    request, sent = ask(net, net.xb, record, knowable)
    assert request.outcome is AnswerOutcome.REFUSED
    assert [ground[:2] for ground in request.grounds] == ["D2"]
    assert "record" not in [one.statement.kind for one in sent]
    nothing, _ = ask(net, net.xb, absent(net), knowable)
    assert nothing.outcome is AnswerOutcome.NOT_FOUND


def test_m13_sources_trail_keeps_the_grounds_that_are_told_to_nobody(net: Network) -> None:
    ask(net, net.xb, restricted(net), net.agreement)
    (row,) = net.xa.acts("record_request")
    assert row.detail["outcome"] == "not_found"
    assert "unheard of" in str(row.detail["decision"])


def test_m13_request_is_answered_once(net: Network) -> None:
    ask(net, net.xb, absent(net), net.agreement)
    request = next(one.statement for one in net.xb.store.state.outbox.put_out)
    with pytest.raises(Conflict):
        net.xa.take_in(request, net.xb.id)
    answer = net.xa.store.state.outbox.put_out[-1].statement
    with pytest.raises(Conflict):
        net.xb.take_in(answer, net.xa.id)


def test_m14_answer_to_what_nobody_asked_is_not_found(net: Network) -> None:
    ask(net, net.xb, absent(net), net.agreement)
    honest = net.xa.store.state.outbox.put_out[-1].statement
    content = from_json(RecordAnswerContent, honest.content)
    forged = replace(content, header=replace(content.header, sender=net.xc.id), outcome=AnswerOutcome.WHOLE)
    statement = draft("record_answer", net.xc.id, honest.at, to_object(forged)).with_signature(net.xc.ring.node)
    with pytest.raises(NotFound):
        net.xb.take_in(statement, net.xc.id)
    assert net.xb.desk.record_requests(1)[0][1].outcome is AnswerOutcome.NOT_FOUND


def test_m14_words_of_nothing_found_are_our_own_whatever_a_source_writes(net: Network) -> None:
    net.xb.desk.request_record(DUTY, Wanted(net.xa.id, absent(net), "wanted_person"), net.agreement.id, about())
    request = net.xb.store.state.outbox.put_out[-1].statement
    net.xa.take_in(request, net.xb.id)
    honest = net.xa.store.state.outbox.put_out[-1].statement
    content = from_json(RecordAnswerContent, honest.content)
    odd = to_object(replace(content, answer="Nothing that you may know of.", grounds=("D5 · Restricted.",)))
    net.xb.take_in(draft("record_answer", net.xa.id, honest.at, odd).with_signature(net.xa.ring.node), net.xa.id)
    kept = net.xb.desk.record_requests(1)[0][1]
    assert (kept.answer, kept.grounds) == (nothing_found(), ())


@pytest.mark.parametrize("record", ["p-1", "body:other/p-1"])
def test_m16_record_of_another_body_than_the_one_asked_is_refused(net: Network, record: str) -> None:
    with pytest.raises(Invalid) as caught:
        ask(net, net.xb, RecordId(record), net.agreement)
    assert caught.value.field == "record"


def test_m16_unknown_purpose_is_refused_before_anything_is_looked_up(net: Network) -> None:
    existing = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    words = []
    for record in (existing, absent(net)):
        wanted = Wanted(net.xa.id, record, "wanted_person")
        with pytest.raises(Invalid) as caught:
            net.xb.desk.request_record(DUTY, wanted, net.agreement.id, about(purpose="curiosity"))
        words.append(str(caught.value))
    assert words[0] == words[1]
    assert net.deliver() == []


def test_officer_whose_role_may_not_search_asks_for_no_record(net: Network) -> None:
    with pytest.raises(Refused) as caught:
        net.xb.desk.request_record(CLERK, Wanted(net.xa.id, absent(net), "wanted_person"), net.agreement.id, about())
    assert caught.value.decision.refusals[0].number == "B9.2"
    net.xb.store.state.bodies.put_officer(Officer(CLERK, frozenset({"duty_officer"})))
    net.xb.desk.request_record(CLERK, Wanted(net.xa.id, absent(net), "wanted_person"), net.agreement.id, about())
