"""M19: a source is consulted for one record; its gate and ours are asked, and nothing of the record is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entente.agreements.model import Quota, Right
from entente.correspondence.consulting import FRESH_SECONDS_MAX, Consulted
from entente.correspondence.model import AnswerOutcome
from entente.correspondence.requests import Wanted
from entente.handling.model import Restriction, RestrictionMode
from entente.kernel.codec import to_object
from entente.kernel.errors import EntenteError, Invalid, NotFound, Refused, Unavailable, Untrusted
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.kernel.statement import Statement, draft
from tests.support.build_correspondence import (
    ANALYST,
    DUTY,
    NOW,
    SCHEMATA,
    Desk,
    Network,
    a_network,
    a_record,
    about,
    an_instrument,
    terms_of,
)

KIND = "wanted_person"


@pytest.fixture
def net() -> Network:
    return a_network()


@pytest.fixture
def record(net: Network) -> RecordId:
    """XA's record, of which nobody has a copy."""
    return net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))


class Line:
    """Plays a call between two desks; `change` is what a lying source answers instead."""

    def __init__(self, asker: Desk, source: Desk) -> None:
        self.asker = asker
        self.source = source
        self.change: Callable[[Statement], Statement] | None = None
        self.is_cut = False

    def __call__(self, recipient: BodyId, statement: Statement, instrument: InstrumentId) -> tuple[Statement, ...]:
        assert recipient == self.source.id
        if self.is_cut:
            raise Unavailable("Nobody answers.", why="The line is cut.", do="Ask again.", retry_is_safe=True)
        with self.source.store.open_unit() as unit:
            answers: Sequence[Statement] = self.source.desk.answer_consult(unit, statement, self.asker.id)
            unit.commit()
        return tuple(answers) if self.change is None else tuple(self.change(one) for one in answers)


def consult(
    net: Network,
    record: RecordId,
    line: Line | None = None,
    *,
    officer: OfficerId = DUTY,
    **changes: Any,  # noqa: ANN401
) -> Consulted:
    line = Line(net.xb, net.xa) if line is None else line
    instrument = changes.pop("instrument", net.agreement.id)
    wanted = Wanted(net.xa.id, record, changes.pop("kind", KIND))
    return line.asker.desk.consult_record(officer, wanted, instrument, about(**changes), SCHEMATA, line)


def kept(desk: Desk) -> list[AnswerOutcome]:
    return [request.outcome for _, request in desk.store.state.correspondence.kept_consults.values()]


def test_m19_officer_reads_the_record_as_of_now_and_nothing_of_it_is_kept(net: Network, record: RecordId) -> None:
    case = net.xb.open_case()
    found = consult(net, record, case=case)
    assert (found.record.id, found.as_of, found.record.values("name")) == (record, NOW, ("Мухаммедов Азиз",))
    assert net.xb.store.state.records.get(record) is None
    assert net.xa.store.state.records.holders(record) == ()
    assert "Мухаммедов" not in repr((net.xb.store.state.correspondence, net.xb.store.state.trail.acts))
    assert [event.kind for event in net.xb.cases.show(case).events] == ["opened", "consult"]


def test_m19_both_sides_keep_who_asked_for_what_and_why(net: Network, record: RecordId) -> None:
    consult(net, record, case=net.xb.open_case())
    asked, shown = net.xb.acts("consult_record")
    assert (asked.officer, asked.detail["outcome"], shown.detail["outcome"]) == (DUTY, "asked", "whole")
    assert shown.detail["version"] == 1
    (answered,) = net.xa.acts("consult")
    assert (answered.body, answered.officer, answered.detail["record"]) == (net.xb.id, DUTY, record)
    assert (answered.detail["purpose"], answered.detail["roles"]) == ("locate", ["duty_officer"])
    assert answered.detail["reference"] == "2031/000001"
    assert "D3" in str(answered.detail["decision"])
    assert (kept(net.xa), kept(net.xb)) == ([AnswerOutcome.WHOLE], [AnswerOutcome.WHOLE])


def test_m19_no_lease_binds_what_the_source_says_now(net: Network, record: RecordId) -> None:
    net.clock.moment = NOW + timedelta(days=9)
    assert consult(net, record).record.id == record


def test_m19_hidden_absent_and_other_are_one_answer(net: Network, record: RecordId) -> None:
    not_for_xb = frozenset({Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({net.xb.id}))})
    hidden = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, restrictions=not_for_xb), local_id="hidden"))
    other = net.add(an_instrument("other", frozenset({net.xa.id, net.xb.id})), net.xa, net.xb)
    elsewhere = net.share(a_record(net.xa, terms_of(net.xa, other), local_id="elsewhere"))
    gone = net.share(a_record(net.xa, terms_of(net.xa, net.agreement), local_id="gone"))
    net.xa.records.withdraw(DUTY, gone, "It was another person.")
    answers = []
    for wanted in (hidden, elsewhere, gone, RecordId(f"{net.xa.id}/absent")):
        line, said = Line(net.xb, net.xa), list[Statement]()
        line.change = lambda one, said=said: said.append(one) or one
        with pytest.raises(NotFound) as caught:
            consult(net, wanted, line)
        content = {**said[0].content, "header": None, "consult": None}
        answers.append((str(caught.value), content))
    assert all(answer == answers[0] for answer in answers)
    assert consult(net, record).record.id == record


def test_m19_facts_that_the_asker_may_not_see_are_not_in_the_answer(net: Network) -> None:
    open_terms = terms_of(net.xa, net.agreement)
    not_for_xb = frozenset({Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({net.xb.id}))})
    record = net.share(a_record(net.xa, open_terms, replace(open_terms, restrictions=not_for_xb)))
    found = consult(net, record)
    assert found.record.values("name") == ("Мухаммедов Азиз",)
    assert len(found.record.terms) == 1


def test_m19_own_gate_is_asked_whether_this_officer_may_see_what_came(net: Network) -> None:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, confidentiality="confidential")))
    assert consult(net, record).record.id == record
    with pytest.raises(NotFound):
        consult(net, record, officer=ANALYST)
    assert net.xb.acts("consult_record")[-1].detail["outcome"] == "refused"


def test_m19_instrument_without_the_right_to_consult_bears_no_question(net: Network) -> None:
    bare = an_instrument("bare", frozenset({net.xa.id, net.xb.id}), rights=frozenset({Right.COPY, Right.CONTACT}))
    net.add(bare, net.xa, net.xb)
    record = net.share(a_record(net.xa, terms_of(net.xa, bare)))
    with pytest.raises(Refused) as caught:
        consult(net, record, instrument=bare.id)
    assert {ground.number for ground in caught.value.decision.refusals} == {"D2"}
    assert net.xa.acts("consult") == []
    assert net.xb.acts("consult_record")[-1].detail["outcome"] == "refused"


def test_m19_suspension_stops_consulting_at_both_ends(net: Network, record: RecordId) -> None:
    net.xa.suspend(net.agreement, net.xb.id, (net.xa,))
    with pytest.raises(Refused) as caught:
        consult(net, record)
    assert "D3" in [ground.number for ground in caught.value.decision.refusals]
    net.xa.suspend(net.agreement, net.xb.id, (net.xb,))
    with pytest.raises(Refused):
        consult(net, record, Line(net.xb, net.xd))


def test_m17_quota_counts_consultations_with_requests(net: Network) -> None:
    quick = an_instrument("quick", frozenset({net.xa.id, net.xb.id}), quotas=(Quota(KIND, 2),))
    net.add(quick, net.xa, net.xb)
    record = net.share(a_record(net.xa, terms_of(net.xa, quick)))
    consult(net, record, instrument=quick.id)
    net.xb.desk.request_record(DUTY, Wanted(net.xa.id, record, KIND), quick.id, about())
    with pytest.raises(Refused) as caught:
        consult(net, record, instrument=quick.id)
    assert [ground.number for ground in caught.value.decision.refusals] == ["M17"]


def test_m19_call_that_nobody_answers_is_in_the_trail(net: Network, record: RecordId) -> None:
    line = Line(net.xb, net.xa)
    line.is_cut = True
    with pytest.raises(Unavailable):
        consult(net, record, line)
    assert [act.detail["outcome"] for act in net.xb.acts("consult_record")] == ["asked", "unavailable"]


def test_m19_question_is_answered_once(net: Network, record: RecordId) -> None:
    asked: list[Statement] = []
    line = Line(net.xb, net.xa)

    def kept_call(recipient: BodyId, statement: Statement, instrument: InstrumentId) -> tuple[Statement, ...]:
        asked.append(statement)
        return line(recipient, statement, instrument)

    net.xb.desk.consult_record(DUTY, Wanted(net.xa.id, record, KIND), net.agreement.id, about(), SCHEMATA, kept_call)
    with pytest.raises(EntenteError, match="already"), net.xa.store.open_unit() as unit:
        net.xa.desk.answer_consult(unit, asked[0], net.xb.id)
    with pytest.raises(Untrusted), net.xa.store.open_unit() as unit:
        net.xa.desk.answer_consult(unit, asked[0], net.xc.id)


def resigned(net: Network, **changes: Any) -> Callable[[Statement], Statement]:  # noqa: ANN401 - content fields
    def change(answer: Statement) -> Statement:
        return draft(answer.kind, answer.body, answer.at, {**answer.content, **changes}).with_signature(
            net.xa.ring.node
        )

    return change


def lies(net: Network, record: RecordId) -> dict[str, Callable[[Statement], Statement]]:
    other = to_object(a_record(net.xa, terms_of(net.xa, net.agreement), local_id="other"))
    theirs = to_object(replace(a_record(net.xa, terms_of(net.xc, net.agreement)), id=record))

    def by_another(answer: Statement) -> Statement:
        return draft(answer.kind, answer.body, answer.at, answer.content).with_signature(net.xc.ring.node)

    def of_another_kind(answer: Statement) -> Statement:
        return draft("record", answer.body, answer.at, answer.content).with_signature(net.xa.ring.node)

    return {
        "by_another": by_another,
        "of_another_kind": of_another_kind,
        "of_another_question": resigned(net, consult="consult-9"),
        "still_waiting": resigned(net, outcome="waiting"),
        "another_record": resigned(net, record=other),
        "terms_of_another_source": resigned(net, record=theirs),
        "too_many_grounds": resigned(net, grounds=["D1 · No."] * 51),
    }


@pytest.mark.parametrize(
    "lie",
    [
        "by_another", "of_another_kind", "of_another_question", "still_waiting", "another_record",
        "terms_of_another_source", "too_many_grounds",
    ],
)  # fmt: skip
def test_m19_answer_that_does_not_prove_itself_is_shown_to_nobody(net: Network, record: RecordId, lie: str) -> None:
    line = Line(net.xb, net.xa)
    line.change = lies(net, record)[lie]
    with pytest.raises((Untrusted, Invalid)):
        consult(net, record, line)
    assert net.xb.acts("consult_record")[-1].detail["outcome"] in {"untrusted", "invalid"}
    assert consult(net, record).record.id == record


def test_m19_answer_older_than_the_bound_is_not_shown(net: Network, record: RecordId) -> None:
    line = Line(net.xb, net.xa)

    def late(by: int) -> Callable[[Statement], Statement]:
        def change(answer: Statement) -> Statement:
            net.clock.moment = answer.at + timedelta(seconds=by)
            return answer

        return change

    line.change = late(FRESH_SECONDS_MAX)
    assert consult(net, record, line).record.id == record
    net.clock.moment = NOW
    line.change = late(FRESH_SECONDS_MAX + 1)
    with pytest.raises(Untrusted, match="seconds old"):
        consult(net, record, line)


def test_m19_ones_own_record_is_shown_not_consulted(net: Network, record: RecordId) -> None:
    with pytest.raises(Invalid):
        net.xa.desk.consult_record(
            DUTY, Wanted(net.xa.id, record, KIND), net.agreement.id, about(), SCHEMATA, Line(net.xa, net.xa)
        )


def test_m19_body_outside_the_instrument_finds_nothing(net: Network, record: RecordId) -> None:
    with pytest.raises(NotFound):
        consult(net, record, Line(net.xd, net.xa))
    assert net.xa.acts("consult") == []
