"""D2: the one instrument the data was shared under is in force and covers kind, level, purpose, crime area and right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entente.agreements.model import Clause, ClauseEffect, Instrument, OnwardRule, Right
from entente.disclosure.model import Reader, Situation
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct
from entente.kernel.ids import InstrumentId
from tests.support.build_disclosure import (
    NOW,
    PROGRAMME,
    RECORD,
    XA,
    XB,
    XC,
    XD,
    a_class,
    a_code_list,
    a_leave,
    a_reader,
    a_request,
    a_situation,
    an_instrument,
    ceiling,
    code_lists,
    in_force,
    refusing,
)

OTHER = InstrumentId("instrument:other")
CHANNEL = (Clause(number="4", text="The channel stays open.", effect=ClauseEffect.CHANNEL),)


def under(terms: Instrument | None = None, **changes: Any) -> Situation:  # noqa: ANN401 - the builder's own
    return a_situation(instruments={PROGRAMME: in_force(terms, **changes)})


def forward(onward: OnwardRule, **changes: Any) -> DisclosureAct | None:  # noqa: ANN401 - the request's fields
    request = a_request(**{"act": DisclosureAct.FORWARD, "recipient": XC, "record": RECORD, **changes})
    return ceiling(request, under(an_instrument(onward=onward)))


def test_class_without_instrument_is_nothing_to_others() -> None:
    assert ceiling(a_request(), a_situation()) is DisclosureAct.ACT_ON
    assert ceiling(a_request(cls=a_class(instrument=None), instrument=None), a_situation()) is None


def test_one_instrument_never_stands_in_for_another() -> None:
    both = a_situation(instruments={PROGRAMME: in_force(), OTHER: in_force(an_instrument(id=OTHER))})
    assert ceiling(a_request(), both) is DisclosureAct.ACT_ON
    assert ceiling(a_request(instrument=OTHER), both) is None
    assert ceiling(a_request(instrument=None), both) is None


def test_unknown_instrument_is_refused() -> None:
    request = a_request(cls=a_class(instrument=OTHER), instrument=OTHER)
    assert ceiling(request, a_situation()) is None


def test_instrument_must_be_in_force_and_the_ground_says_what_is_missing() -> None:
    assert ceiling(a_request(), under()) is DisclosureAct.ACT_ON
    verdict = judge(a_request(), under(holds=False), NOW)
    assert refusing(verdict) == ["D2"]
    assert "«wanted-persons-programme» is not in force: 1 of 3 signatures are here." in verdict.decision.why()


@pytest.mark.parametrize("absent", [XA, XB])
def test_source_and_reader_must_be_parties(absent: str) -> None:
    assert ceiling(a_request(), under(parties=(XA, XB))) is DisclosureAct.ACT_ON
    assert ceiling(a_request(), under(parties=[body for body in (XA, XB) if body != absent])) is None


def test_kind_must_be_covered_and_known() -> None:
    covered = an_instrument(kinds=frozenset({"drug_seizure", "odd_kind"}))
    assert ceiling(a_request(cls=a_class(kind="drug_seizure")), under(covered)) is DisclosureAct.ACT_ON
    assert ceiling(a_request(), under(covered)) is None
    assert ceiling(a_request(cls=a_class(kind="odd_kind")), under(covered)) is None


def test_channel_carries_messages_and_never_data_sets() -> None:
    charter = under(an_instrument(clauses=CHANNEL))
    assert ceiling(a_request(cls=a_class(kind="message")), charter) is DisclosureAct.ACT_ON
    assert ceiling(a_request(), charter) is None


@pytest.mark.parametrize(
    ("level", "highest"),
    [
        ("official_use", DisclosureAct.ACT_ON),
        ("restricted", DisclosureAct.ACT_ON),
        ("confidential", None),
        ("cosmic", None),
    ],
)
def test_level_may_not_be_above_the_ceiling_of_the_instrument(level: str, highest: DisclosureAct | None) -> None:
    request = a_request(cls=a_class(confidentiality=level))
    assert ceiling(request, under(an_instrument(handling_ceiling="restricted"))) is highest


def test_unknown_ceiling_of_the_instrument_lets_nothing_through() -> None:
    assert (
        ceiling(a_request(cls=a_class(confidentiality="official_use")), under(an_instrument(handling_ceiling="x")))
        is None
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": "analysis"},
        {"crime_area": "terrorism"},
        {"right": Right.RECORD},
    ],
)
def test_other_purpose_area_or_right_leaves_that_it_exists(wrong: dict[str, Any]) -> None:
    terms = an_instrument(rights=frozenset({Right.COPY}), purposes=frozenset({"arrest", "analysis"}))
    assert ceiling(a_request(), under(terms)) is DisclosureAct.ACT_ON
    assert ceiling(a_request(**wrong), under(terms)) is DisclosureAct.KNOW


@pytest.mark.parametrize(("name", "plural"), [("purpose", "purposes"), ("crime_area", "crime_areas")])
def test_purpose_and_area_must_stand_in_the_lists_whatever_the_instrument_says(name: str, plural: str) -> None:
    odd = {plural: frozenset({"odd"})}
    request = a_request(cls=a_class(**odd), **{name: "odd"})
    terms = {PROGRAMME: in_force(an_instrument(**odd))}
    known = a_situation(instruments=terms, lists=code_lists(**{plural: a_code_list(("odd", "arrest", "drugs"))}))
    assert ceiling(request, known) is DisclosureAct.ACT_ON
    assert refusing(judge(request, a_situation(instruments=terms), NOW)) == ["D2", "D7"]


def test_unknown_level_is_nothing_to_another_body() -> None:
    as_body = a_request(reader=Reader(XC))
    assert ceiling(as_body, under()) is DisclosureAct.ACT_ON
    assert ceiling(replace(as_body, cls=a_class(confidentiality="cosmic")), under()) is None


def test_kind_that_may_not_be_known_unseen_is_nothing_at_all() -> None:
    request = a_request(purpose="analysis")
    assert ceiling(request, under()) is DisclosureAct.KNOW
    hidden = judge(request, under(an_instrument(knowable_kinds=frozenset())), NOW)
    assert hidden.ceiling is None
    assert refusing(hidden) == ["D2"]
    assert hidden.decision.grounds[-1].text.endswith("may not be known of without being seen.")


def test_knowing_is_refused_too_where_the_kind_may_not_be_known_unseen() -> None:
    request = a_request(act=DisclosureAct.KNOW, purpose="analysis")
    assert judge(request, under(), NOW).decision.allowed
    assert not judge(request, under(an_instrument(knowable_kinds=frozenset())), NOW).decision.allowed


def test_among_parties_lets_it_pass_to_a_party_and_to_nobody_else() -> None:
    assert forward(OnwardRule.AMONG_PARTIES) is DisclosureAct.ACT_ON
    assert forward(OnwardRule.AMONG_PARTIES, recipient=XD) is DisclosureAct.SEE


@pytest.mark.parametrize("onward", [OnwardRule.AMONG_PARTIES, OnwardRule.WITH_LEAVE])
def test_leave_lets_it_pass_to_the_recipient_it_names(onward: OnwardRule) -> None:
    request = a_request(act=DisclosureAct.FORWARD, recipient=XD, record=RECORD)
    terms = {PROGRAMME: in_force(an_instrument(onward=onward))}
    without = judge(request, a_situation(instruments=terms), NOW)
    assert (without.ceiling, without.may_ask) == (DisclosureAct.SEE, True)
    granted = a_situation(instruments=terms, leaves=(a_leave(recipient=XD),))
    assert ceiling(request, granted) is DisclosureAct.ACT_ON
    assert ceiling(request, a_situation(instruments=terms, leaves=(a_leave(recipient=XC),))) is DisclosureAct.SEE


def test_forbidden_onward_is_not_lifted_by_leave() -> None:
    request = a_request(act=DisclosureAct.FORWARD, recipient=XC, record=RECORD)
    terms = {PROGRAMME: in_force(an_instrument(onward=OnwardRule.FORBIDDEN))}
    verdict = judge(request, a_situation(instruments=terms, leaves=(a_leave(),)), NOW)
    assert (verdict.ceiling, verdict.may_ask) == (DisclosureAct.SEE, False)


def test_forbidden_onward_refuses_forwarding_to_nobody_but_not_acting() -> None:
    assert forward(OnwardRule.FORBIDDEN, recipient=None) is DisclosureAct.SEE
    assert forward(OnwardRule.FORBIDDEN, recipient=None, act=DisclosureAct.ACT_ON) is DisclosureAct.ACT_ON


def test_own_data_needs_no_instrument() -> None:
    request = a_request(reader=a_reader(XA), cls=a_class(instrument=None), instrument=None)
    assert ceiling(request, a_situation()) is DisclosureAct.ACT_ON


def test_every_cause_is_named_and_not_only_the_first() -> None:
    request = a_request(cls=a_class(kind="drug_seizure"), instrument=OTHER)
    why = judge(request, under(holds=False, parties=(XA,)), NOW).decision.why()
    for part in ("one instrument never stands in", "not in force", "body:xb is not a party", "the kind «drug_seizure»"):
        assert part in why
