"""H1 to H7: codes, levels, the ladder, evaluation, retention, clearance, erasure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from entente.formats.codelists import load_code_lists
from entente.handling.model import (
    DisclosureAct,
    Erasable,
    ErasureGround,
    InformationEvaluation,
    KindFamily,
    Permission,
    Retention,
    SourceEvaluation,
)
from entente.handling.rules import (
    RETENTION_DAYS,
    evaluation_ceiling,
    is_cleared,
    is_confidentiality_within,
    ladder_ceiling,
    may_erase,
    retention_for,
    unknown_codes,
)
from entente.kernel.errors import Invalid

LISTS = load_code_lists()
ACT = DisclosureAct
DAY = date(2031, 5, 4)


def test_h1_every_code_that_stands_in_no_list_is_named() -> None:
    found = unknown_codes(LISTS, purposes=["arrest", "revenge"], crime_areas=["drugs"], marks=["secret"])
    assert found == (("purposes", "revenge"), ("marks", "secret"))


@pytest.mark.parametrize(
    ("level", "ceiling", "within"),
    [
        ("official_use", "confidential", True),
        ("restricted", "restricted", True),
        ("confidential", "restricted", False),
        ("cosmic", "confidential", False),
        ("restricted", "cosmic", False),
        ("", "", False),
    ],
)
def test_h2_a_level_is_within_a_ceiling_only_when_both_are_known(level: str, ceiling: str, *, within: bool) -> None:
    assert is_confidentiality_within(level, ceiling, LISTS) is within


@pytest.mark.parametrize(
    ("codes", "leave", "ceiling"),
    [
        (["H0"], [], ACT.ACT_ON),
        (["H1"], [], ACT.FORWARD),
        (["H1"], [ACT.USE_AS_EVIDENCE], ACT.ACT_ON),
        (["H2"], [], ACT.SEE),
        (["H2"], [ACT.FORWARD], ACT.ACT_ON),
        (["H3"], [ACT.FORWARD], ACT.FORWARD),
        (["H0", "H2"], [], ACT.SEE),
        (["TLP:RED"], [ACT.FORWARD], ACT.SEE),
        ([], [], None),
        (["H0", "H9"], [], None),
    ],
)
def test_h3_the_ladder_stops_at_the_first_act_a_code_does_not_allow(
    codes: list[str], leave: list[DisclosureAct], ceiling: DisclosureAct | None
) -> None:
    assert ladder_ceiling(codes, leave, LISTS) is ceiling


@pytest.mark.parametrize("code", sorted(LISTS.handling_codes))
def test_h3_another_code_never_raises_the_ceiling(code: str) -> None:
    for other in LISTS.handling_codes:
        alone, both = ladder_ceiling([code], [], LISTS), ladder_ceiling([code, other], [], LISTS)
        assert both is None or (alone is not None and both.rank <= alone.rank)


def test_h3_an_act_a_code_is_silent_about_is_not_allowed() -> None:
    silent = replace(LISTS.handling_codes["H0"], permissions={ACT.KNOW: Permission.ALONE})
    lists = replace(LISTS, handling_codes={"H0": silent})
    assert ladder_ceiling(["H0"], [], lists) is ACT.KNOW


def test_h4_what_nobody_can_assess_is_a_lead_and_not_evidence() -> None:
    for source in SourceEvaluation:
        for information in InformationEvaluation:
            is_lead = (source, information) == (SourceEvaluation.X, InformationEvaluation.UNCORROBORATED)
            assert evaluation_ceiling(source, information) is (ACT.FORWARD if is_lead else ACT.ACT_ON)


def test_h5_the_shortest_term_wins() -> None:
    by_list = DAY + timedelta(days=RETENTION_DAYS[KindFamily.PERSONAL])
    assert retention_for("wanted_person", None, DAY, None, LISTS).erase_on == by_list
    assert retention_for("wanted_person", 9_999, DAY, None, LISTS).erase_on == by_list
    assert retention_for("wanted_person", 30, DAY, None, LISTS).erase_on == DAY + timedelta(days=30)
    shorter = Retention(DAY + timedelta(days=3), DAY + timedelta(days=10))
    assert retention_for("wanted_person", 30, DAY, shorter, LISTS) == shorter
    longer = Retention(DAY + timedelta(days=3_000), DAY + timedelta(days=4_000))
    assert retention_for("wanted_person", 30, DAY, longer, LISTS).erase_on == DAY + timedelta(days=30)


def test_h5_data_is_reviewed_six_months_before_its_end_and_never_after_it() -> None:
    long = retention_for("wanted_person", None, DAY, None, LISTS)
    assert long.erase_on - long.review_on == timedelta(days=182)
    short = retention_for("wanted_person", 30, DAY, None, LISTS)
    assert short.review_on == DAY + timedelta(days=15)
    ended = retention_for("wanted_person", 30, DAY, Retention(DAY, DAY - timedelta(days=1)), LISTS)
    assert ended.review_on <= ended.erase_on


def test_h5_an_unknown_kind_has_no_retention() -> None:
    with pytest.raises(Invalid, match="rumour"):
        retention_for("rumour", 30, DAY, None, LISTS)


@pytest.mark.parametrize(
    ("role", "status", "marks", "cleared"),
    [
        ("duty_officer", "victim", ["minor"], True),
        ("border_officer", "wanted", ["minor"], True),
        ("border_officer", "victim", [], False),
        ("border_officer", "wanted", ["sensitive"], False),
        ("analyst", "witness", [], False),
        ("analyst", "suspect", [], True),
        ("duty_officer", "wanted", ["secret"], False),
    ],
)
def test_h6_victims_witnesses_and_marks_need_a_cleared_role(
    role: str, status: str, marks: list[str], *, cleared: bool
) -> None:
    assert is_cleared(LISTS.roles[role], "official_use", status, marks, LISTS) is cleared


def test_h6_a_role_reads_up_to_its_own_level() -> None:
    role = LISTS.roles["border_officer"]
    assert is_cleared(role, "official_use", "wanted", [], LISTS)
    assert not is_cleared(role, "restricted", "wanted", [], LISTS)


OURS = Erasable(is_own=True, erase_on=DAY, withdrawn_at=None)
COPY = replace(OURS, is_own=False)
WITHDRAWN = replace(COPY, withdrawn_at=datetime(2031, 5, 1, tzinfo=UTC))
BEFORE = DAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("held", "ground", "today", "may"),
    [
        (OURS, ErasureGround.OFFICERS_ACT, BEFORE, True),
        (COPY, ErasureGround.OFFICERS_ACT, BEFORE, False),
        (OURS, ErasureGround.RETENTION_ENDED, BEFORE, False),
        (OURS, ErasureGround.RETENTION_ENDED, DAY, True),
        (COPY, ErasureGround.RETENTION_ENDED, DAY, True),
        (OURS, ErasureGround.SOURCE_ERASED, BEFORE, False),
        (COPY, ErasureGround.SOURCE_ERASED, BEFORE, True),
        (COPY, ErasureGround.SOURCE_WITHDREW, BEFORE, False),
        (WITHDRAWN, ErasureGround.SOURCE_WITHDREW, BEFORE, True),
        (replace(WITHDRAWN, is_own=True), ErasureGround.SOURCE_WITHDREW, BEFORE, False),
    ],
)
def test_h7_each_ground_erases_what_it_covers_and_nothing_else(
    held: Erasable,
    ground: ErasureGround,
    today: date,
    may: bool,  # noqa: FBT001 - a column of the table
) -> None:
    decision = may_erase(held, ground, "unlawful", today, LISTS)
    assert decision.allowed is may
    assert [one.number for one in decision.grounds] == ["H7"]


def test_h7_an_officers_reason_is_one_of_the_list() -> None:
    for code in LISTS.erasure_reasons:
        assert may_erase(OURS, ErasureGround.OFFICERS_ACT, code, BEFORE, LISTS).allowed
    refused = may_erase(OURS, ErasureGround.OFFICERS_ACT, "because", BEFORE, LISTS)
    assert not refused.allowed
    assert "unlawful" in refused.refusals[0].remedy


def test_h7_only_those_who_may_erase_have_the_verb() -> None:
    assert {code for code, role in LISTS.roles.items() if "erase_record" in role.verbs} == {
        "head_of_body",
        "data_protection_officer",
    }
