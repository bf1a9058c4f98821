"""M4 to M6: a candidate is judged, the source is told as the instrument says, and answers."""

from dataclasses import replace

import pytest

from entente.agreements.model import Direction, HitRule, Right
from entente.correspondence.model import HitOutcome, HitState
from entente.correspondence.statements import HitAnswerContent, HitContent
from entente.handling.model import Restriction, RestrictionMode, Retention
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import RecordId
from entente.kernel.statement import draft
from entente.records.model import HolderState
from tests.support.build_correspondence import (
    ANALYST,
    CLERK,
    DUTY,
    NOW,
    Network,
    a_finding,
    a_network,
    a_record,
    about,
    an_instrument,
    terms_of,
)


@pytest.fixture
def net() -> Network:
    return a_network()


@pytest.fixture
def wanted(net: Network) -> RecordId:
    return net.share(a_record(net.xa, terms_of(net.xa, net.agreement)), net.xb)


def test_m5_source_is_told_at_once_and_answers(net: Network, wanted: RecordId) -> None:
    case = net.xb.open_case()
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about(case))
    assert hit.state is HitState.TOLD
    net.deliver()
    ((_, told),) = net.xa.desk.hits(10)
    assert (told.record, told.score, told.header.our_reference) == (wanted, 930, case)
    net.xa.desk.answer_hit(DUTY, hit.header.id, is_same_person=True, text="It is he; the warrant stands.")
    net.deliver()
    ((_, answered),) = net.xb.desk.hits(10)
    assert (answered.state, answered.is_same_person) == (HitState.ANSWERED, True)
    assert [event.kind for event in net.xb.cases.show(case).events] == ["opened", "hit", "answer"]
    assert net.refused == []


@pytest.mark.parametrize("rule", [HitRule.AFTER_RELEASE, HitRule.NEVER_UNLESS_RELEASED])
def test_m5_hit_is_held_until_the_finders_officer_releases_it(net: Network, rule: HitRule) -> None:
    careful = an_instrument("careful", net.agreement.parties, hit_rule=rule)
    net.add(careful)
    wanted = net.share(a_record(net.xa, terms_of(net.xa, careful)), net.xb)
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    assert hit.state is HitState.HELD
    assert net.deliver() == []
    net.xb.desk.release_hit(DUTY, hit.header.id)
    net.deliver()
    assert net.xa.desk.hits(10)[0][1].header.id == hit.header.id
    with pytest.raises(Conflict):
        net.xb.desk.release_hit(DUTY, hit.header.id)


def test_m5_held_hit_is_not_released_after_a_suspension(net: Network) -> None:
    careful = an_instrument("careful", net.agreement.parties, hit_rule=HitRule.AFTER_RELEASE)
    net.add(careful)
    wanted = net.share(a_record(net.xa, terms_of(net.xa, careful)), net.xb)
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    net.xa.suspend(careful, net.xb.id, (net.xa, net.xb))
    with pytest.raises(NotFound):
        net.xb.desk.release_hit(DUTY, hit.header.id)
    assert net.deliver() == []


def test_m5_rejected_candidate_is_kept_as_a_marker_and_told_to_nobody(net: Network, wanted: RecordId) -> None:
    case = net.xb.open_case()
    hit = net.xb.desk.reject_hit(DUTY, a_finding(wanted), about(case), "rejected_other_person")
    assert (hit.state, hit.outcome) == (HitState.CLOSED, HitOutcome.REJECTED)
    assert net.deliver() == []
    assert net.xb.desk.hits(10)[0][1] == hit
    with pytest.raises(Invalid):
        net.xb.desk.reject_hit(DUTY, a_finding(wanted), about(case), "confirmed")


def test_m5_body_that_the_instrument_names_is_told_beside_the_source(net: Network) -> None:
    told = an_instrument("told", net.agreement.parties, hit_told=frozenset({net.xc.id}))
    net.add(told)
    wanted = net.share(a_record(net.xa, terms_of(net.xa, told)), net.xb)
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    net.deliver()
    assert [desk.desk.hits(10)[0][1].header.id for desk in (net.xa, net.xc)] == [hit.header.id] * 2
    assert net.refused == []
    with pytest.raises(NotFound):
        net.xc.desk.answer_hit(DUTY, hit.header.id, is_same_person=False, text="Not ours to say.")


def test_m4_record_that_may_not_be_seen_is_not_found_as_an_absent_one(net: Network) -> None:
    hidden = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, marks=frozenset({"minor"}))), net.xb)
    officer_without_clearance = ANALYST
    net.xb.store.state.bodies.staff[ANALYST] = replace(
        net.xb.store.state.bodies.staff[ANALYST], roles=frozenset({"analyst", "border_officer"})
    )
    absent = RecordId(f"{net.xa.id}/none")
    words = []
    for record in (hidden, absent):
        with pytest.raises(NotFound) as caught:
            net.xb.desk.confirm_hit(officer_without_clearance, a_finding(record), about())
        words.append(str(caught.value))
    assert words[0] == words[1]
    assert net.xb.desk.confirm_hit(DUTY, a_finding(hidden), about()).state is HitState.TOLD


def test_m4_purpose_outside_the_terms_is_refused_and_recorded(net: Network) -> None:
    open_kinds = an_instrument("knowable", net.agreement.parties, knowable_kinds=frozenset({"wanted_person"}))
    net.add(open_kinds)
    wanted = net.share(a_record(net.xa, terms_of(net.xa, open_kinds)), net.xb)
    with pytest.raises(Refused) as caught:
        net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about(purpose="analysis"))
    assert [ground.number for ground in caught.value.decision.refusals] == ["D2"]
    assert net.xb.acts("confirm_hit")[0].detail["outcome"] == "refused"
    assert net.xb.desk.hits(10) == ()


def test_m4_hit_on_a_version_that_is_no_longer_held_is_refused(net: Network, wanted: RecordId) -> None:
    with pytest.raises(Conflict):
        net.xb.desk.confirm_hit(DUTY, a_finding(wanted, version=2), about())
    net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())


def test_m4_hit_on_our_own_record_concerns_no_other_body(net: Network, wanted: RecordId) -> None:
    with pytest.raises(Invalid) as caught:
        net.xa.desk.confirm_hit(DUTY, a_finding(wanted), about())
    assert caught.value.field == "record"


def test_m4_record_shared_under_two_instruments_needs_one_named(net: Network) -> None:
    second = an_instrument("second", net.agreement.parties)
    net.add(second)
    both = net.share(a_record(net.xa, terms_of(net.xa, net.agreement), terms_of(net.xa, second)), net.xb)
    with pytest.raises(Invalid) as caught:
        net.xb.desk.confirm_hit(DUTY, a_finding(both), about())
    assert caught.value.field == "instrument"
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(both), about(instrument=second.id))
    assert hit.header.instrument == second.id


@pytest.mark.parametrize(("change", "field"), [({"score": 1_001}, "score"), ({"circumstances": " "}, "circumstances")])
def test_m16_ill_formed_finding_is_refused(
    net: Network, wanted: RecordId, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        net.xb.desk.confirm_hit(DUTY, a_finding(wanted, **change), about())
    assert caught.value.field == field


def test_m6_source_answers_nothing_found_to_a_body_that_may_not_know_of_the_record(net: Network) -> None:
    known = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)), net.xb)
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(known), about())
    net.deliver()
    secret = net.share(a_record(net.xa, terms_of(net.xa, None), local_id="p-2"))
    honest = net.xb.store.state.outbox.put_out[-1].statement
    content = from_json(HitContent, honest.content)
    answers = []
    for guessed in (secret, RecordId(f"{net.xa.id}/none")):
        header = replace(content.header, id=f"hit-guess-{guessed[-4:]}")
        guess = draft("hit", net.xb.id, honest.at, to_object(replace(content, header=header, record=guessed)))
        with pytest.raises(NotFound) as caught:
            net.xa.take_in(guess.with_signature(net.xb.ring.node), net.xb.id)
        answers.append(str(caught.value))
    assert answers[0] == answers[1]
    assert [kept.header.id for _, kept in net.xa.desk.hits(10)] == [hit.header.id]


def test_m6_hit_on_a_record_withdrawn_meanwhile_still_reaches_its_source(net: Network, wanted: RecordId) -> None:
    net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    net.xa.store.state.records.set_withdrawn(wanted, NOW, 9)
    net.deliver()
    assert len(net.xa.desk.hits(10)) == 1
    assert net.xa.store.state.records.holders(wanted)[0].state is HolderState.SENT


def test_m6_answer_of_a_body_that_is_not_the_source_is_refused(net: Network, wanted: RecordId) -> None:
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    net.deliver()
    net.xa.desk.answer_hit(DUTY, hit.header.id, is_same_person=True, text="It is he.")
    honest = net.xa.store.state.outbox.put_out[-1].statement
    content = from_json(HitAnswerContent, honest.content)
    renamed = to_object(replace(content, header=replace(content.header, sender=net.xc.id)))
    forged = draft("hit_answer", net.xc.id, honest.at, renamed).with_signature(net.xc.ring.node)
    with pytest.raises(NotFound):
        net.xb.take_in(forged, net.xc.id)
    net.deliver()
    assert net.xb.desk.hits(10)[0][1].is_same_person is True
    with pytest.raises(Conflict):
        net.xb.take_in(honest, net.xa.id)


def test_m6_hit_is_answered_once(net: Network, wanted: RecordId) -> None:
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    net.deliver()
    with pytest.raises(Refused):
        net.xa.desk.answer_hit(CLERK, hit.header.id, is_same_person=True, text="It is he.")
    net.xa.desk.answer_hit(DUTY, hit.header.id, is_same_person=False, text="Another person of that name.")
    with pytest.raises(Conflict):
        net.xa.desk.answer_hit(DUTY, hit.header.id, is_same_person=True, text="Or not.")


def test_m3_answer_goes_by_the_charters_channel_after_a_suspension(net: Network, wanted: RecordId) -> None:
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    net.deliver()
    net.xa.suspend(net.agreement, net.xb.id, (net.xa, net.xb))
    net.xa.desk.answer_hit(DUTY, hit.header.id, is_same_person=True, text="It is he.")
    (answer,) = net.deliver()
    assert answer.instrument == net.charter.id
    assert net.xb.desk.hits(10)[0][1].header.instrument == net.agreement.id
    assert net.refused == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "curiosity"}, "purpose"),
        ({"crime_area": "poetry"}, "crime_area"),
        ({"outcome_reason": "rejected_other_person"}, "outcome_reason"),
        ({"record": RecordId("x" * 201)}, "record"),
        ({"score": -1}, "score"),
    ],
)
def test_m16_hit_with_a_code_of_no_list_is_refused_at_the_source(
    net: Network, wanted: RecordId, change: dict[str, object], field: str
) -> None:
    net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    honest = net.xb.store.state.outbox.put_out[-1].statement
    content = from_json(HitContent, honest.content)
    odd = to_object(replace(content, **change))  # type: ignore[arg-type]  # the fields of the dataclass
    with pytest.raises(Invalid) as caught:
        net.xa.take_in(draft("hit", net.xb.id, honest.at, odd).with_signature(net.xb.ring.node), net.xb.id)
    assert caught.value.field == field
    net.xa.take_in(honest, net.xb.id)


@pytest.mark.parametrize("author_is_finder", [True, False])
@pytest.mark.parametrize("scope", [{}, {"kinds": frozenset({"wanted_person"})}, {"rights": frozenset({Right.COPY})}])
def test_m3_hit_does_not_go_where_the_way_to_the_source_is_suspended(
    net: Network, wanted: RecordId, scope: dict[str, object], *, author_is_finder: bool
) -> None:
    author, other = (net.xb, net.xa) if author_is_finder else (net.xa, net.xb)
    way = Direction.SENDING if author_is_finder else Direction.RECEIVING
    author.suspend(net.agreement, other.id, (net.xb,), direction=way, **scope)
    # The copy may still be seen: what is stopped is the way back.
    with pytest.raises(Refused) as caught:
        net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    assert [ground.number for ground in caught.value.decision.refusals] == ["M2.5"]
    assert net.xb.acts("confirm_hit")[-1].detail["outcome"] == "refused"
    assert (net.deliver(), net.xb.desk.hits(10)) == ([], ())
    # A rejected candidate is told to nobody, and stays possible.
    net.xb.desk.reject_hit(DUTY, a_finding(wanted), about(), "rejected_other_person")


def test_m3_source_refuses_a_hit_that_it_suspended_receiving_of(net: Network, wanted: RecordId) -> None:
    hit = net.xb.desk.confirm_hit(DUTY, a_finding(wanted), about())
    scope = {"direction": Direction.RECEIVING, "kinds": frozenset({"wanted_person"})}
    net.xa.suspend(net.agreement, net.xb.id, (net.xa,), **scope)
    net.deliver()
    ((sent, error),) = net.refused
    assert (sent.ref, type(error)) == (hit.header.id, Refused)
    assert net.xa.desk.hits(10) == ()


def test_m5_named_body_that_may_not_know_of_the_record_is_not_told_of_the_hit(net: Network) -> None:
    told = net.add(an_instrument("told", net.agreement.parties, hit_told=frozenset({net.xc.id})))
    not_xc = frozenset({Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({net.xc.id}))})
    hidden = net.share(a_record(net.xa, terms_of(net.xa, told, restrictions=not_xc)), net.xb)
    net.xb.desk.confirm_hit(DUTY, a_finding(hidden), about())
    assert [one.recipient for one in net.deliver()] == [net.xa.id]


def test_m5_named_body_is_not_told_where_the_finder_suspended_toward_it(net: Network) -> None:
    told = net.add(an_instrument("told", net.agreement.parties, hit_told=frozenset({net.xc.id})))
    record = net.share(a_record(net.xa, terms_of(net.xa, told)), net.xb)
    net.xb.suspend(told, net.xc.id, (net.xb,))
    net.xb.desk.confirm_hit(DUTY, a_finding(record), about())
    assert [one.recipient for one in net.deliver()] == [net.xa.id]


def test_m6_record_past_its_retention_is_nothing_to_a_body_that_never_held_it(net: Network) -> None:
    known = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)), net.xb)
    net.xb.desk.confirm_hit(DUTY, a_finding(known), about())
    honest = net.xb.store.state.outbox.put_out[-1].statement
    content = from_json(HitContent, honest.content)
    for local_id, retention in (("live", None), ("ended", Retention(NOW.date(), NOW.date()))):
        record = a_record(net.xa, terms_of(net.xa, net.agreement), local_id=local_id)
        guessed = net.share(replace(record, retention=retention or record.retention))
        header = replace(content.header, id=f"hit-{local_id}")
        guess = draft("hit", net.xb.id, honest.at, to_object(replace(content, header=header, record=guessed)))
        if retention is None:
            net.xa.take_in(guess.with_signature(net.xb.ring.node), net.xb.id)
            continue
        with pytest.raises(NotFound):
            net.xa.take_in(guess.with_signature(net.xb.ring.node), net.xb.id)
