"""D6: every handling code permits the act, alone or with leave; what nobody can assess stays a lead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from entente.disclosure.model import DisclosureRequest, Verdict
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct, InformationEvaluation, SourceEvaluation
from entente.kernel.ids import RecordId
from tests.support.build_disclosure import (
    DAY,
    NOW,
    RECORD,
    XA,
    XB,
    XC,
    XD,
    a_class,
    a_handling_code,
    a_leave,
    a_reader,
    a_request,
    a_situation,
    ceiling,
    code_lists,
    ladder,
    refusing,
)

FORWARD, EVIDENCE, OPEN = DisclosureAct.FORWARD, DisclosureAct.USE_AS_EVIDENCE, DisclosureAct.ACT_ON


def coded(*codes: str, **changes: Any) -> DisclosureRequest:  # noqa: ANN401 - the request's fields
    return a_request(**{"cls": a_class(handling=frozenset(codes)), "record": RECORD, **changes})


def asked(request: DisclosureRequest, **leave: Any) -> Verdict:  # noqa: ANN401 - the leave's fields
    return judge(request, a_situation(leaves=(a_leave(**leave),)), NOW)


@pytest.mark.parametrize(
    ("codes", "highest"),
    [
        (("H0",), OPEN),
        (("H1",), FORWARD),
        (("H2",), DisclosureAct.SEE),
        (("H3",), DisclosureAct.SEE),
        (("H0", "H1"), FORWARD),
        (("H1", "H2"), DisclosureAct.SEE),
        (("DARK",), DisclosureAct.KNOW),
        ((), None),
        (("H0", "H9"), None),
    ],
)
def test_codes_together_set_the_highest_act(codes: tuple[str, ...], highest: DisclosureAct | None) -> None:
    assert ceiling(coded(*codes), a_situation()) is highest


def test_permission_that_a_code_does_not_state_is_no() -> None:
    lists = code_lists(handling_codes={"HALF": a_handling_code("HALF", {"know": "alone", "see": "alone"})})
    verdict = judge(coded("HALF", act=FORWARD, recipient=XC), a_situation(lists=lists), NOW)
    assert (verdict.ceiling, verdict.may_ask) == (DisclosureAct.SEE, False)


def test_leave_opens_the_act_it_names() -> None:
    request = coded("H2", act=FORWARD, recipient=XC)
    without = judge(request, a_situation(), NOW)
    assert (without.decision.allowed, without.may_ask, refusing(without)) == (False, True, ["D6"])
    assert without.decision.refusals[0].remedy == "Ask the source for leave."
    assert asked(request).decision.allowed


@pytest.mark.parametrize(
    "other",
    [
        {"source": XD},
        {"grantee": XD},
        {"records": frozenset({RecordId("body:xa/2")})},
        {"acts": frozenset({EVIDENCE})},
        {"recipient": XD},
        {"recipient": None},
        {"purpose": "locate"},
        {"since": NOW + DAY, "until": NOW + 2 * DAY},
        {"until": NOW},
    ],
)
def test_leave_for_anything_else_does_not_count(other: dict[str, Any]) -> None:
    request = coded("H2", act=FORWARD, recipient=XC)
    assert asked(request).decision.allowed
    assert not asked(request, **other).decision.allowed


def test_leave_counts_from_its_first_moment() -> None:
    request = coded("H2", act=FORWARD, recipient=XC)
    assert asked(request, since=NOW).decision.allowed
    assert not asked(request, since=NOW + timedelta(microseconds=1)).decision.allowed


def test_leave_is_not_offered_for_what_may_not_be_known_of() -> None:
    lists = code_lists(handling_codes={"SEALED": a_handling_code("SEALED", ladder("ask", "ask", "ask", "ask", "ask"))})
    verdict = judge(coded("SEALED"), a_situation(lists=lists), NOW)
    assert (verdict.ceiling, verdict.may_ask) == (None, False)
    granted = judge(coded("SEALED"), a_situation(lists=lists, leaves=(a_leave(),)), NOW)
    assert granted.decision.allowed


def test_leave_counts_for_a_record_and_never_for_a_class() -> None:
    assert asked(coded("H2", act=FORWARD, recipient=XC)).decision.allowed
    assert not asked(coded("H2", act=FORWARD, recipient=XC, record=None)).decision.allowed


def test_recipient_of_a_leave_matters_for_forwarding_alone() -> None:
    request = coded("H1", act=EVIDENCE)
    assert not judge(request, a_situation(), NOW).decision.allowed
    assert asked(request, recipient=XD).decision.allowed


def test_each_act_needs_the_one_before() -> None:
    request = coded("H3", act=EVIDENCE, recipient=XC)
    assert asked(request).decision.allowed
    assert not asked(request, acts=frozenset({EVIDENCE})).decision.allowed


@pytest.mark.parametrize(
    ("request_", "may_ask"),
    [
        (coded("H2", act=FORWARD, recipient=XC), True),
        (coded("H2", act=FORWARD), False),
        (coded("H3", act=EVIDENCE), False),
        (coded("H3", act=EVIDENCE, recipient=XC), True),
        (coded("H1", act=EVIDENCE), True),
        (coded("H1", act=EVIDENCE, record=None), True),
        (coded("RED", act=FORWARD, recipient=XC), False),
        (coded("H1", act=DisclosureAct.SEE), False),
        (coded("DARK", act=DisclosureAct.SEE), True),
        (coded("H1", act=EVIDENCE, purpose="analysis"), False),
    ],
)
def test_leave_is_offered_only_where_it_would_help(request_: DisclosureRequest, may_ask: bool) -> None:  # noqa: FBT001
    assert judge(request_, a_situation(), NOW).may_ask is may_ask


@pytest.mark.parametrize(
    ("source", "information", "highest"),
    [
        (SourceEvaluation.X, InformationEvaluation.UNCORROBORATED, FORWARD),
        (SourceEvaluation.C, InformationEvaluation.UNCORROBORATED, OPEN),
        (SourceEvaluation.X, InformationEvaluation.CORROBORATED, OPEN),
    ],
)
def test_lead_nobody_can_assess_is_neither_evidence_nor_acted_on(
    source: SourceEvaluation, information: InformationEvaluation, highest: DisclosureAct
) -> None:
    data = a_class(source_evaluation=source, information_evaluation=information)
    assert ceiling(a_request(cls=data), a_situation()) is highest


def test_leave_does_not_make_a_lead_evidence() -> None:
    data = a_class(
        handling=frozenset({"H1"}),
        source_evaluation=SourceEvaluation.X,
        information_evaluation=InformationEvaluation.UNCORROBORATED,
    )
    verdict = asked(a_request(cls=data, act=EVIDENCE, record=RECORD))
    assert (verdict.ceiling, verdict.may_ask) == (FORWARD, False)


def test_codes_bind_others_than_the_source() -> None:
    assert ceiling(coded("RED", reader=a_reader(XA)), a_situation()) is OPEN
    assert ceiling(coded("RED", reader=a_reader(XB)), a_situation()) is DisclosureAct.SEE
