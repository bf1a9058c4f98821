"""M7 to M11: passing a record on, and the source's leave that lets it pass."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.agreements.model import Direction, Measure, MeasurePolicy, OnwardRule
from entente.correspondence.model import PermissionState
from entente.correspondence.permissions import Wish
from entente.correspondence.statements import PermissionAnswerContent, PermissionRequestContent
from entente.correspondence.unsettled import Why
from entente.handling.model import DisclosureAct, Restriction, RestrictionMode
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import RecordId
from entente.kernel.statement import draft
from entente.records.model import Link
from tests.support.build_correspondence import (
    ANALYST,
    CLERK,
    DUTY,
    NOW,
    Network,
    a_network,
    a_record,
    about,
    an_instrument,
    terms_of,
)

UNTIL = NOW + timedelta(days=30)


@pytest.fixture
def net() -> Network:
    return a_network()


@pytest.fixture
def wanted(net: Network) -> RecordId:
    return net.share(a_record(net.xa, terms_of(net.xa, net.agreement)), net.xb)


def a_wish(net: Network, record: RecordId, **changes: object) -> Wish:
    wish = Wish(record, frozenset({DisclosureAct.FORWARD}), "XC holds his brother.", net.xc.id, "urgent")
    return replace(wish, **changes)  # type: ignore[arg-type]  # the fields of the dataclass


def ask(net: Network, record: RecordId) -> str:
    request = net.xb.desk.ask_permission(DUTY, a_wish(net, record), about())
    net.deliver()
    return request.header.id


def test_m7_handling_code_that_asks_for_leave_refuses_and_says_so(net: Network, wanted: RecordId) -> None:
    with pytest.raises(Refused) as caught:
        net.xb.desk.forward_record(DUTY, wanted, net.xc.id, about())
    assert [ground.number for ground in caught.value.decision.refusals] == ["D6"]
    assert caught.value.do == "Ask the source for leave."
    assert net.deliver() == []
    assert net.xb.acts("forward_record")[0].detail["outcome"] == "refused"


def test_m8_granted_leave_makes_the_original_pass_with_the_leave_before_it(net: Network, wanted: RecordId) -> None:
    case = net.xb.open_case()
    request = ask(net, wanted)
    net.xa.desk.grant_permission(DUTY, request, UNTIL)
    net.deliver()
    assert net.xb.desk.permissions(1)[0][1].state is PermissionState.GRANTED
    _, leave = net.xb.desk.forward_record(DUTY, wanted, net.xc.id, about(case))
    assert leave is not None
    sent = net.deliver()
    assert [(one.statement.kind, one.statement.body) for one in sent] == [
        ("permission_answer", net.xa.id),
        ("record", net.xa.id),
        ("copy_passed_on", net.xb.id),
    ]
    assert net.refused == []
    copy = net.xc.store.state.records.get(wanted)
    assert copy is not None
    assert copy.received_from == net.xb.id
    assert copy.statement == net.xa.store.state.records.held[wanted].statement
    assert [holder.body for holder in net.xb.store.state.records.holders(wanted)] == [net.xc.id]
    assert [event.kind for event in net.xb.cases.show(case).events] == ["opened", "forwarded"]


def test_m31_leave_that_was_used_is_heard_of_by_whichever_way_it_was_used(net: Network, wanted: RecordId) -> None:
    request = ask(net, wanted)
    net.xa.desk.grant_permission(DUTY, request, UNTIL)
    net.deliver()
    assert [one.item.header.id for one in net.xb.desk.unsettled(DUTY, 9)] == [request]
    net.xb.desk.forward_record(DUTY, wanted, net.xc.id, about())
    assert net.xb.desk.unsettled(DUTY, 9) == ()
    (became,) = net.xb.desk.unsettled_of(request)
    assert became.noted is not None
    assert became.noted.officer == DUTY


def test_m8_receiving_side_refuses_a_copy_that_comes_without_the_leave(net: Network, wanted: RecordId) -> None:
    net.xa.desk.grant_permission(DUTY, ask(net, wanted), UNTIL)
    net.deliver()
    net.xb.desk.forward_record(DUTY, wanted, net.xc.id, about())
    leave, record = (outgoing.statement for outgoing in net.xb.store.state.outbox.put_out[-3:-1])
    with pytest.raises(Refused):
        net.xc.take_in(record, net.xb.id)
    net.xc.take_in(leave, net.xb.id)
    net.xc.take_in(record, net.xb.id)
    assert net.xc.store.state.records.get(wanted) is not None


def test_m8_no_leave_is_handed_on_where_none_is_needed(net: Network) -> None:
    free = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, handling=frozenset({"H0"}))), net.xb)
    _, leave = net.xb.desk.forward_record(DUTY, free, net.xc.id, about())
    assert leave is None
    assert [one.statement.kind for one in net.deliver()] == ["record", "copy_passed_on"]
    assert net.refused == []


def test_m8_leave_to_one_body_lets_nothing_pass_to_another_or_for_another_purpose(net: Network) -> None:
    everybody = frozenset(desk.id for desk in net.desks)
    wide = net.add(an_instrument("wide", everybody))
    record = net.share(a_record(net.xa, terms_of(net.xa, wide)), net.xb)
    net.xa.desk.grant_permission(DUTY, ask(net, record), UNTIL)
    net.deliver()
    for recipient, purpose in ((net.xd.id, "locate"), (net.xc.id, "arrest")):
        with pytest.raises(Refused):
            net.xb.desk.forward_record(DUTY, record, recipient, about(purpose=purpose))
    net.go_to(UNTIL)
    with pytest.raises(Refused):
        net.xb.desk.forward_record(DUTY, record, net.xc.id, about())
    net.clock.moment = NOW
    net.xb.desk.forward_record(DUTY, record, net.xc.id, about())


def test_m8_body_outside_the_instrument_gets_no_copy_even_with_leave(net: Network, wanted: RecordId) -> None:
    outside = net.xb.desk.ask_permission(DUTY, a_wish(net, wanted, forward_to=net.xd.id), about())
    net.deliver()
    net.xa.desk.grant_permission(DUTY, outside.header.id, UNTIL)
    net.deliver()
    with pytest.raises(Refused) as caught:
        net.xb.desk.forward_record(DUTY, wanted, net.xd.id, about())
    assert [ground.number for ground in caught.value.decision.refusals] == ["D2"]
    assert net.deliver() == []


def test_m7_copy_with_facts_hidden_from_the_officer_is_not_theirs_to_pass_on(net: Network) -> None:
    open_terms = terms_of(net.xa, net.agreement, handling=frozenset({"H0"}))
    closed_terms = replace(open_terms, confidentiality="confidential")
    record = net.share(a_record(net.xa, open_terms, closed_terms), net.xb)
    with pytest.raises(Refused) as caught:
        net.xb.desk.forward_record(ANALYST, record, net.xc.id, about())
    assert [ground.number for ground in caught.value.decision.refusals] == ["M7"]
    assert "confidential" not in str(caught.value)
    net.xb.desk.forward_record(DUTY, record, net.xc.id, about())


def test_m7_record_that_may_not_be_known_is_not_found_as_an_absent_one(net: Network) -> None:
    hidden = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, marks=frozenset({"minor"}))), net.xb)
    words = []
    for record in (hidden, RecordId(f"{net.xa.id}/none")):
        with pytest.raises(NotFound) as caught:
            net.xb.desk.forward_record(ANALYST, record, net.xc.id, about())
        words.append(str(caught.value))
    assert words[0] == words[1]


def test_m7_paused_recipient_is_refused_with_the_measure_and_leave_is_not_offered(
    net: Network, wanted: RecordId
) -> None:
    ends = NOW + timedelta(days=90)
    measure = Measure(
        "m-1", net.charter.id, net.xc.id, MeasurePolicy.PAUSED, "GS", "council", NOW, ends, "a report", "court"
    )
    net.xb.store.state.agreements.kept_measures[net.xd.id, "m-1"] = measure
    with pytest.raises(Refused) as caught:
        net.xb.desk.forward_record(DUTY, wanted, net.xc.id, about())
    assert "D1" in [ground.number for ground in caught.value.decision.refusals]
    assert caught.value.do != "Ask the source for leave."
    with pytest.raises(Refused):
        net.xb.desk.ask_permission(DUTY, a_wish(net, wanted), about())
    net.go_to(ends)
    net.xb.desk.ask_permission(DUTY, a_wish(net, wanted), about())


def test_m7_recipient_is_another_body_than_we_and_the_source(net: Network, wanted: RecordId) -> None:
    for recipient in (net.xa.id, net.xb.id):
        with pytest.raises(Invalid) as caught:
            net.xb.desk.forward_record(DUTY, wanted, recipient, about())
        assert caught.value.field == "recipient"


def test_m9_request_waits_at_the_source_until_the_instruments_deadline(net: Network, wanted: RecordId) -> None:
    case = net.xb.open_case()
    net.xb.desk.ask_permission(DUTY, a_wish(net, wanted), about(case))
    net.xb.desk.ask_permission(DUTY, a_wish(net, wanted, urgency="normal"), about())
    net.deliver()
    normal, urgent = (request for _, request in net.xa.desk.permissions(10))
    assert urgent.due_at == NOW + timedelta(hours=6)
    assert normal.due_at == NOW + timedelta(hours=168)
    assert (urgent.state, urgent.header.our_reference) == (PermissionState.WAITING, case)


def test_m9_leave_that_would_not_help_is_not_asked_for(net: Network) -> None:
    closed = net.add(an_instrument("closed", net.agreement.parties, onward=OnwardRule.FORBIDDEN))
    record = net.share(a_record(net.xa, terms_of(net.xa, closed)), net.xb)
    with pytest.raises(Refused) as caught:
        net.xb.desk.ask_permission(DUTY, a_wish(net, record), about())
    assert "D2" in [ground.number for ground in caught.value.decision.refusals]
    assert net.deliver() == []


def test_m9_leave_that_is_not_needed_is_not_asked_for(net: Network) -> None:
    free = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, handling=frozenset({"H0"}))), net.xb)
    with pytest.raises(Invalid) as caught:
        net.xb.desk.ask_permission(DUTY, a_wish(net, free), about())
    assert caught.value.field == "acts"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"justification": ""}, "justification"),
        ({"acts": frozenset()}, "acts"),
        ({"forward_to": None}, "forward_to"),
        ({"acts": frozenset({DisclosureAct.USE_AS_EVIDENCE})}, "forward_to"),
        ({"urgency": "soon"}, "urgency"),
    ],
)
def test_m9_ill_formed_request_is_refused(
    net: Network, wanted: RecordId, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        net.xb.desk.ask_permission(DUTY, a_wish(net, wanted, **change), about())
    assert caught.value.field == field


def test_m9_source_answers_nothing_found_for_a_record_that_the_asker_may_not_know_of(
    net: Network, wanted: RecordId
) -> None:
    net.xb.desk.ask_permission(DUTY, a_wish(net, wanted), about())
    honest = net.xb.store.state.outbox.put_out[-1].statement
    content = from_json(PermissionRequestContent, honest.content)
    secret = net.share(a_record(net.xa, terms_of(net.xa, None), local_id="p-2"))
    words = []
    for guessed in (secret, RecordId(f"{net.xa.id}/none")):
        said = to_object(replace(content, record=guessed))
        guess = draft("permission_request", net.xb.id, honest.at, said).with_signature(net.xb.ring.node)
        with pytest.raises(NotFound) as caught:
            net.xa.take_in(guess, net.xb.id)
        words.append(str(caught.value))
    assert words[0] == words[1]
    assert net.xa.desk.permissions(10) == ()


def test_m10_refusal_gives_a_reason_of_the_list_and_changes_nothing(net: Network, wanted: RecordId) -> None:
    request = ask(net, wanted)
    with pytest.raises(Invalid):
        net.xa.desk.refuse_permission(DUTY, request, "no reason")
    with pytest.raises(Invalid):
        net.xa.desk.refuse_permission(DUTY, request, "other_with_text", " ")
    net.xa.desk.refuse_permission(DUTY, request, "ongoing_investigation")
    net.deliver()
    _, refused = net.xb.desk.permissions(1)[0]
    assert (refused.state, refused.answer_reason) == (PermissionState.REFUSED, "ongoing_investigation")
    with pytest.raises(Refused):
        net.xb.desk.forward_record(DUTY, wanted, net.xc.id, about())


def test_m31_an_answer_on_leave_is_kept_with_its_time_until_somebody_knows(net: Network, wanted: RecordId) -> None:
    request = ask(net, wanted)
    assert net.xb.desk.unsettled(DUTY, 9) == ()
    assert net.xb.desk.unsettled_of(request) == (), "it is not answered yet"
    net.xa.desk.refuse_permission(DUTY, request, "ongoing_investigation")
    net.deliver()
    (one,) = net.xb.desk.unsettled(DUTY, 9)
    assert (one.item.header.id, one.why, one.body, one.at) == (request, Why.LEAVE_REFUSED, net.xa.id, NOW)
    assert net.xb.desk.unsettled(ANALYST, 9) == (), "it is for whoever asked"
    assert net.xa.desk.unsettled(DUTY, 9) == (), "who answered knows"
    with pytest.raises(Refused):
        net.xb.desk.settle(CLERK, request)
    for _ in range(2):
        net.xb.desk.settle(DUTY, request)
    assert net.xb.desk.unsettled(DUTY, 9) == ()
    (told,) = net.xb.desk.unsettled_of(request)
    assert told.noted is not None
    assert told.noted.officer == DUTY
    second = ask(net, wanted)
    net.xa.desk.grant_permission(DUTY, second, NOW + timedelta(days=7))
    net.deliver()
    assert [one.why for one in net.xb.desk.unsettled(DUTY, 9)] == [Why.LEAVE_GRANTED]


def test_m10_leave_is_given_once_with_a_term_and_for_a_live_record(net: Network, wanted: RecordId) -> None:
    request = ask(net, wanted)
    for until in (NOW, NOW + timedelta(days=367)):
        with pytest.raises(Invalid) as caught:
            net.xa.desk.grant_permission(DUTY, request, until)
        assert caught.value.field == "until"
    with pytest.raises(Refused):
        net.xa.desk.grant_permission(CLERK, request, UNTIL)
    net.xa.desk.grant_permission(DUTY, request, UNTIL)
    with pytest.raises(Conflict):
        net.xa.desk.refuse_permission(DUTY, request, "national_law")
    second = ask(net, wanted)
    net.xa.store.state.records.set_withdrawn(wanted, NOW, 9)
    with pytest.raises(NotFound):
        net.xa.desk.grant_permission(DUTY, second, UNTIL)


def test_m10_only_the_source_answers(net: Network, wanted: RecordId) -> None:
    request = ask(net, wanted)
    with pytest.raises(NotFound):
        net.xb.desk.grant_permission(DUTY, request, UNTIL)
    net.xa.desk.grant_permission(DUTY, request, UNTIL)


@pytest.mark.parametrize("change", ["acts", "records", "grantee", "purpose", "recipient"])
def test_m11_leave_for_other_than_what_was_asked_is_refused(net: Network, wanted: RecordId, change: str) -> None:
    request = ask(net, wanted)
    net.xa.desk.grant_permission(DUTY, request, UNTIL)
    honest = net.xa.store.state.outbox.put_out[-1].statement
    content = from_json(PermissionAnswerContent, honest.content)
    assert content.leave is not None
    other: dict[str, object] = {
        "acts": frozenset(DisclosureAct),
        "records": frozenset({wanted, RecordId(f"{net.xa.id}/p-9")}),
        "grantee": net.xc.id,
        "purpose": "arrest",
        "recipient": net.xd.id,
    }
    leave = replace(content.leave, **{change: other[change]})  # type: ignore[arg-type]  # the fields of the dataclass
    said = to_object(replace(content, leave=leave))
    wider = draft("permission_answer", net.xa.id, honest.at, said).with_signature(net.xa.ring.node)
    with pytest.raises(Untrusted):
        net.xb.take_in(wider, net.xa.id)
    net.xb.take_in(honest, net.xa.id)
    assert len(net.xb.store.state.classes.leaves()) == 1


def test_m11_leave_made_by_another_body_than_the_source_is_refused(net: Network, wanted: RecordId) -> None:
    request = ask(net, wanted)
    net.xa.desk.grant_permission(DUTY, request, UNTIL)
    honest = net.xa.store.state.outbox.put_out[-1].statement
    content = from_json(PermissionAnswerContent, honest.content)
    said = to_object(replace(content, header=replace(content.header, sender=net.xb.id)))
    own_leave = draft("permission_answer", net.xb.id, honest.at, said).with_signature(net.xb.ring.node)
    with pytest.raises(Untrusted) as caught:
        net.xc.take_in(own_leave, net.xb.id)
    assert caught.value.reason == "not_asked"
    assert net.xc.store.state.classes.leaves() == ()


def test_m11_leave_is_handed_on_by_its_grantee_alone(net: Network, wanted: RecordId) -> None:
    net.xa.desk.grant_permission(DUTY, ask(net, wanted), UNTIL)
    leave = net.xa.store.state.outbox.put_out[-1].statement
    with pytest.raises(Untrusted):
        net.xc.take_in(leave, net.xd.id)
    net.xc.take_in(leave, net.xb.id)
    net.xc.take_in(leave, net.xb.id)
    assert len(net.xc.store.state.classes.leaves()) == 1


def test_m3_leave_is_not_asked_where_the_way_to_the_source_is_suspended(net: Network, wanted: RecordId) -> None:
    net.xb.suspend(net.agreement, net.xa.id, (net.xb,), direction=Direction.SENDING)
    with pytest.raises(Refused) as caught:
        net.xb.desk.ask_permission(DUTY, a_wish(net, wanted), about())
    assert [ground.number for ground in caught.value.decision.refusals] == ["M2.5"]
    assert net.deliver() == []


def test_m3_source_refuses_a_request_for_leave_that_it_suspended_receiving_of(net: Network, wanted: RecordId) -> None:
    net.xb.desk.ask_permission(DUTY, a_wish(net, wanted), about())
    scope = {"direction": Direction.RECEIVING, "kinds": frozenset({"wanted_person"})}
    net.xa.suspend(net.agreement, net.xb.id, (net.xa,), **scope)
    net.deliver()
    assert [type(error) for _, error in net.refused] == [Refused]
    assert net.xa.desk.permissions(1) == ()


@pytest.mark.parametrize(
    ("author", "other", "way"), [("xb", "xc", Direction.SENDING), ("xc", "xb", Direction.RECEIVING)]
)
def test_d3_copy_does_not_pass_between_two_of_whom_one_suspended_toward_the_other(
    net: Network, author: str, other: str, way: Direction
) -> None:
    free = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, handling=frozenset({"H0"}))), net.xb)
    net.xb.desk.forward_record(DUTY, free, net.xc.id, about())
    passed = net.xb.store.state.outbox.put_out[-2].statement
    desks = {"xb": net.xb, "xc": net.xc}
    desks[author].suspend(net.agreement, desks[other].id, (net.xb, net.xc), direction=way)
    with pytest.raises(Refused) as caught:
        net.xb.desk.forward_record(DUTY, free, net.xc.id, about())
    assert [ground.number for ground in caught.value.decision.refusals] == ["D3"]
    # The other side asks the same, and takes the copy from the source itself all the same.
    with pytest.raises(Refused):
        net.xc.take_in(passed, net.xb.id)
    net.xc.take_in(passed, net.xa.id)


def test_m7_copy_that_links_to_what_the_recipient_may_not_know_of_does_not_pass(net: Network) -> None:
    free = terms_of(net.xa, net.agreement, handling=frozenset({"H0"}))
    not_xc = frozenset({Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({net.xc.id}))})
    known = net.share(a_record(net.xa, free, local_id="known"), net.xb)
    hidden = net.share(a_record(net.xa, replace(free, restrictions=not_xc), local_id="hidden"), net.xb)
    for end, local_id in ((known, "p-1"), (hidden, "p-2")):
        record = replace(a_record(net.xa, free, local_id=local_id), links=(Link("associate", end),))
        linked = net.share(record, net.xb)
        if end == known:
            net.xb.desk.forward_record(DUTY, linked, net.xc.id, about())
            continue
        with pytest.raises(Refused) as caught:
            net.xb.desk.forward_record(DUTY, linked, net.xc.id, about())
        assert [ground.number for ground in caught.value.decision.refusals] == ["M7"]
