"""A3: an instrument is in force by its own rule, between those that signed and did not withdraw."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from entente.agreements.model import (
    Clause,
    ClauseEffect,
    ForceRule,
    Instrument,
    InstrumentKind,
    InstrumentState,
    Participation,
    ParticipationState,
)
from entente.agreements.rules import in_force, members_of
from entente.bodies.model import GroupReference, MembershipStatus
from entente.kernel.ids import BodyId, GroupId
from tests.support.build_bodies import NOW, agreement

A, B, C = BodyId("body:a"), BodyId("body:b"), BodyId("body:c")
ALL = frozenset({A, B, C})


def held(instrument: Instrument, *signed: BodyId, withdrawn: frozenset[BodyId] = frozenset()) -> InstrumentState:
    stands = {
        body: Participation(
            body,
            instrument.id,
            1,
            ParticipationState.WITHDRAWN if body in withdrawn else ParticipationState.ACTIVE,
            NOW,
        )
        for body in signed
    }
    return InstrumentState(instrument, A, NOW, dict.fromkeys(signed, NOW), stands)


def test_under_all_every_party_must_have_signed() -> None:
    instrument = agreement(A, B, C)
    missing = in_force(held(instrument, A, B), ALL, NOW)
    assert (missing.holds, missing.why) == (False, "2 of 3 signatures are here.")
    whole = in_force(held(instrument, A, B, C), ALL, NOW)
    assert (whole.holds, whole.parties) == (True, ALL)


def test_under_n_of_m_it_holds_between_those_that_signed() -> None:
    instrument = replace(agreement(A, B, C), force_rule=ForceRule.N_OF_M, force_count=2)
    assert not in_force(held(instrument, A), ALL, NOW).holds
    verdict = in_force(held(instrument, A, B), ALL, NOW)
    assert (verdict.holds, verdict.parties) == (True, frozenset({A, B}))


def test_one_partys_withdrawal_ends_nothing_for_the_others() -> None:
    instrument = agreement(A, B, C)
    verdict = in_force(held(instrument, A, B, C, withdrawn=frozenset({C})), ALL, NOW)
    assert (verdict.holds, verdict.parties) == (True, frozenset({A, B}))


def test_with_one_party_left_nothing_is_in_force() -> None:
    instrument = agreement(A, B)
    members = frozenset({A, B})
    assert in_force(held(instrument, A, B), members, NOW).holds
    assert not in_force(held(instrument, A, B, withdrawn=frozenset({B})), members, NOW).holds


@pytest.mark.parametrize(
    ("starts", "ends", "holds"), [(0, 1, True), (1, None, False), (-9, 0, False), (-9, None, True)]
)
def test_its_dates_bound_it(starts: int, ends: int | None, holds: bool) -> None:  # noqa: FBT001 - a table
    today = NOW.date()
    instrument = replace(
        agreement(A, B),
        starts_on=today + timedelta(days=starts),
        ends_on=None if ends is None else today + timedelta(days=ends),
    )
    assert in_force(held(instrument, A, B), frozenset({A, B}), NOW).holds is holds


def test_the_signature_of_a_body_that_is_no_member_counts_for_nothing() -> None:
    instrument = agreement(A, B)
    verdict = in_force(held(instrument, A, C), frozenset({A, B}), NOW)
    assert (verdict.holds, verdict.parties) == (False, frozenset({A}))


def test_parties_by_group_are_resolved_and_an_unknown_group_names_nobody() -> None:
    known, unknown = (GroupReference(GroupId(f"body:k/{name}")) for name in ("members", "others"))
    instrument = replace(agreement(A), party_groups=frozenset({known, unknown}))
    assert members_of(instrument, {known: frozenset({B})}, ()) == {A, B}


def test_it_says_since_when_it_is_in_force() -> None:
    instrument = replace(agreement(A, B), starts_on=date(2031, 5, 1))
    late = replace(held(instrument, A, B), signatures={A: NOW - timedelta(days=90), B: NOW - timedelta(days=2)})
    assert in_force(late, frozenset({A, B}), NOW).why == "In force since 2031-05-02."


def test_who_signed_a_charter_is_not_put_out_of_it_by_the_keeper_of_a_group() -> None:
    members = GroupReference(GroupId("body:a/members"), MembershipStatus.MEMBER)
    charter = replace(
        agreement(A),
        kind=InstrumentKind.CHARTER,
        party_groups=frozenset({members}),
        force_rule=ForceRule.N_OF_M,
        force_count=2,
        clauses=(Clause("3", "Nobody is expelled.", ClauseEffect.NO_EXPULSION),),
    )
    kept, cut = {members: frozenset({B, C})}, {members: frozenset({B})}
    state = held(charter, A, B, C)
    for groups in (kept, cut):
        assert in_force(state, members_of(charter, groups, state.signatures), NOW).parties == ALL
    # It leaves by its own word, and another instrument is between whom the group names.
    left = held(charter, A, B, C, withdrawn=frozenset({C}))
    assert in_force(left, members_of(charter, cut, left.signatures), NOW).parties == {A, B}
    other = replace(charter, kind=InstrumentKind.AGREEMENT, clauses=())
    assert members_of(other, cut, state.signatures) == {A, B}
