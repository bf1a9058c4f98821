"""C17 and C8: what an officer saw as they decided is kept and shown; what belongs to a case with a team is hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.model import Officer
from entente.correspondence.hits import Finding
from entente.correspondence.messages import Letter
from entente.correspondence.model import EvidencePiece, Step
from entente.correspondence.permissions import Wish
from entente.correspondence.requests import Wanted
from entente.handling.model import DisclosureAct
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import OfficerId, RecordId
from tests.support.build_correspondence import (
    ANALYST,
    DUTY,
    Network,
    a_finding,
    a_network,
    a_record,
    about,
    terms_of,
)

HEAD = OfficerId("head-1")
SECOND = OfficerId("duty-2")
EVIDENCE = (EvidencePiece("for", "Names agree", 400), EvidencePiece("against", "Birth years differ", -300))


@pytest.fixture
def net() -> Network:
    made = a_network()
    for desk in made.desks:
        desk.store.state.bodies.put_officer(Officer(SECOND, frozenset({"duty_officer"})))
    return made


@pytest.fixture
def wanted(net: Network) -> RecordId:
    return net.share(a_record(net.xa, terms_of(net.xa, net.agreement)), net.xb)


def judged(wanted: RecordId) -> Finding:
    return replace(a_finding(wanted), evidence=EVIDENCE)


def test_c17_judgement_keeps_version_statement_evidence_grounds_and_clock(net: Network, wanted: RecordId) -> None:
    case = net.xb.open_case()
    hit = net.xb.desk.confirm_hit(DUTY, judged(wanted), about(case))
    (basis,) = net.xb.desk.bases_of_case(case, DUTY)
    assert (basis.item, basis.act, basis.officer, basis.at) == (hit.header.id, "confirm_hit", DUTY, net.clock.now())
    assert (basis.record, basis.version, basis.score) == (wanted, 1, hit.score)
    assert basis.seen is not None
    assert basis.seen.evidence == EVIDENCE
    assert basis.seen.statement == net.xb.store.state.records.held[wanted].statement.id
    assert any(ground.startswith("D") for ground in basis.seen.grounds)
    assert net.xb.desk.bases_of_item(hit.header.id, DUTY) == (basis,)


def test_c17_it_stays_what_it_was_when_the_record_goes_on(net: Network, wanted: RecordId) -> None:
    case = net.xb.open_case()
    net.xb.desk.reject_hit(DUTY, judged(wanted), about(case), "rejected_other_person")
    before = net.xb.desk.bases_of_case(case, DUTY)
    net.share(a_record(net.xa, terms_of(net.xa, net.agreement), version=2), net.xb)
    net.clock.pass_time(hours=1)
    assert net.xb.desk.bases_of_case(case, DUTY) == before
    assert before[0].version == 1
    assert net.xb.desk.versions_here(before) == {wanted: 2}
    assert net.xb.desk.versions_here(net.xb.desk.bases_of_case(case, None)) == {}, (
        "of what is not shown nothing is said"
    )


def test_c17_what_quotes_the_record_is_shown_to_whom_the_gate_shows_it(net: Network, wanted: RecordId) -> None:
    case = net.xb.open_case()
    net.xb.desk.confirm_hit(DUTY, judged(wanted), about(case))
    (basis,) = net.xb.desk.bases_of_case(case, None)
    assert (basis.version, basis.seen) == (1, None)
    # For whom no role is cleared for it, the record is as absent, and so is what was decided on it (disclosure.md D9).
    net.xb.store.state.bodies.put_officer(Officer(ANALYST, frozenset({"council_secretary"})))
    assert net.xb.desk.bases_of_case(case, ANALYST) == ()
    net.xb.suspend(net.agreement, net.xa.id, (net.xb,))
    (basis,) = net.xb.desk.bases_of_case(case, DUTY)
    assert basis.seen is None


def test_c17_answers_of_the_source_keep_what_it_saw(net: Network, wanted: RecordId) -> None:
    hit = net.xb.desk.confirm_hit(DUTY, judged(wanted), about(""))
    wish = Wish(wanted, frozenset({DisclosureAct.FORWARD}), "For the court.", net.xc.id)
    asked = net.xb.desk.ask_permission(DUTY, wish, about(""))
    net.deliver()
    net.xa.desk.answer_hit(DUTY, hit.header.id, is_same_person=False, text="Another.")
    net.xa.desk.grant_permission(DUTY, asked.header.id, net.clock.now() + timedelta(days=3))
    (answered,) = net.xa.desk.bases_of_item(hit.header.id, DUTY)
    (granted,) = net.xa.desk.bases_of_item(asked.header.id, DUTY)
    assert (answered.act, answered.outcome, answered.version) == ("answer_hit", "not_same", 1)
    assert (granted.act, granted.outcome, granted.due_at) == ("grant_permission", "granted", asked.due_at)


@pytest.mark.parametrize(
    "evidence",
    [
        (EvidencePiece("perhaps", "Names agree", 1),),
        (EvidencePiece("for", "x" * 1_001, 1),),
        (EvidencePiece("for", "Names agree", 10_001),),
        tuple(EvidencePiece("for", "Names agree", 1) for _ in range(101)),
    ],
)
def test_c17_ill_formed_evidence_is_refused(
    net: Network, wanted: RecordId, evidence: tuple[EvidencePiece, ...]
) -> None:
    with pytest.raises(Invalid) as raised:
        net.xb.desk.confirm_hit(DUTY, replace(a_finding(wanted), evidence=evidence), about(""))
    assert raised.value.field == "evidence"
    assert net.xb.desk.hits(9) == ()


def test_c8_items_of_a_hidden_case_are_not_there_for_others(net: Network, wanted: RecordId) -> None:
    xb = net.xb
    case = xb.open_case()
    xb.cases.set_team(DUTY, case, [ANALYST])
    with pytest.raises(NotFound):
        xb.desk.confirm_hit(SECOND, judged(wanted), about(case))
    told = set()
    for number in (case, "2031/000099"):
        with pytest.raises(Invalid) as caught:
            xb.desk.send_message(SECOND, net.xa.id, net.charter.id, Letter("Gate", "Who?"), case=number)
        told.add((caught.value.field, str(caught.value)))
    assert len(told) == 1, "what is hidden and what is absent are one answer"
    hit = xb.desk.confirm_hit(DUTY, judged(wanted), about(case)).header.id
    sent = xb.desk.send_message(DUTY, net.xa.id, net.charter.id, Letter("Gate", "Who?"), case=case).header.id
    for look in (xb.desk.hit, xb.desk.message):
        item = hit if look == xb.desk.hit else sent
        look(item, ANALYST)
        for officer in (SECOND, None):
            with pytest.raises(NotFound):
                look(item, officer)
    with pytest.raises(NotFound):
        xb.desk.recall_message(SECOND, sent, "Wrong body.")
    with pytest.raises(NotFound):
        xb.desk.open_message(SECOND, sent)


def test_c8_overseer_who_looks_at_an_item_of_a_case_with_a_team_leaves_a_row(net: Network, wanted: RecordId) -> None:
    xb = net.xb
    xb.store.state.bodies.put_officer(Officer(HEAD, frozenset({"head_of_body"})))
    case = xb.open_case()
    xb.cases.set_team(DUTY, case, [ANALYST])
    hit = xb.desk.confirm_hit(DUTY, judged(wanted), about(case)).header.id
    message = xb.desk.send_message(DUTY, net.xa.id, net.charter.id, Letter("Gate", "Who?"), case=case).header.id
    wish = Wish(wanted, frozenset({DisclosureAct.FORWARD}), "For the court.", net.xc.id)
    leave = xb.desk.ask_permission(DUTY, wish, about(case)).header.id
    absent = Wanted(net.xa.id, RecordId(f"{net.xa.id}/none"), "wanted_person")
    request = xb.desk.request_record(DUTY, absent, net.agreement.id, about(case)).header.id
    looks: list[tuple[Callable[[str, OfficerId], object], str]] = [
        (xb.desk.hit, hit), (xb.desk.message, message), (xb.desk.permission, leave), (xb.desk.record_request, request),
    ]  # fmt: skip
    for look, item in looks:
        look(item, ANALYST)
    xb.desk.hits(9, officer=HEAD)
    assert xb.acts("oversee_cases") == []
    for look, item in looks:
        look(item, HEAD)
    assert [(row.officer, row.subject, row.detail["change"]) for row in xb.acts("oversee_cases")] == [
        (HEAD, case, "looked")
    ] * 4
    # Of a case that is open to the body nothing is overseen.
    xb.cases.set_team(DUTY, case, [])
    xb.desk.hit(hit, HEAD)
    assert len(xb.acts("oversee_cases")) == 4


def test_c8_what_arrives_for_a_hidden_case_is_its_teams_alone(net: Network) -> None:
    xb = net.xb
    case = xb.open_case()
    xb.cases.set_team(DUTY, case, [ANALYST])
    letter = Letter("Gate", "He is here.", is_for_action=True)
    net.xa.desk.send_message(DUTY, xb.id, net.charter.id, letter, your_reference=case)
    net.deliver()
    (event,) = [one for one in xb.cases.show(case, DUTY).events if one.kind == "message_received"]
    with pytest.raises(NotFound):
        xb.desk.open_message(SECOND, event.subject)
    with pytest.raises(NotFound):
        xb.desk.conclude_message(SECOND, event.subject, Step.ACTED_ON)
    xb.desk.conclude_message(DUTY, event.subject, Step.ACTED_ON)
