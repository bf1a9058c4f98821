"""A1 and A2: an instrument's id, and terms that contradict themselves."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from entente.agreements.model import (
    LEASE_MINUTES_MAX,
    LEASE_MINUTES_MIN,
    Clause,
    ClauseEffect,
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    Quota,
    Right,
)
from entente.agreements.rules import instrument_id
from entente.agreements.terms import check_terms, require_terms
from entente.bodies.model import GroupReference
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, GroupId
from tests.support.build_bodies import LISTS, agreement, charter

A, B, C = BodyId("body:a"), BodyId("body:b"), BodyId("body:c")
GROUP = frozenset({GroupReference(GroupId("body:a/members"))})
EXPEL = Clause("9", "No expulsion.", ClauseEffect.NO_EXPULSION)


def fields(instrument: Instrument) -> set[str]:
    return {problem.field for problem in check_terms(instrument, LISTS)}


def test_the_id_is_the_digest_of_every_term() -> None:
    one = agreement(A, B)
    assert instrument_id(replace(one, id=instrument_id(charter(A, B, measures_by=A)))) == one.id
    for changed in (replace(one, text="Other."), replace(one, hit_rule=HitRule.AFTER_RELEASE), agreement(A, C)):
        assert instrument_id(changed) != one.id


def test_whole_terms_have_no_problem() -> None:
    assert check_terms(agreement(A, B), LISTS) == ()
    assert check_terms(charter(A, B, measures_by=A), LISTS) == ()
    grouped = replace(agreement(), party_groups=GROUP, force_rule=ForceRule.N_OF_M, force_count=2)
    assert check_terms(grouped, LISTS) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parties": frozenset({A})}, "parties"),
        ({"parties": frozenset(BodyId(f"body:{n}") for n in range(513))}, "parties"),
        ({"party_groups": GROUP}, "in_force.rule"),
        ({"force_count": 2}, "in_force.count"),
        ({"force_rule": ForceRule.N_OF_M}, "in_force.count"),
        ({"force_rule": ForceRule.N_OF_M, "force_count": 3}, "in_force.count"),
        ({"ends_on": date(2030, 2, 1)}, "ends_on"),
        ({"kinds": frozenset()}, "kinds"),
        ({"kinds": frozenset({"rumour"}), "knowable_kinds": frozenset()}, "kinds"),
        ({"purposes": frozenset()}, "purposes"),
        ({"purposes": frozenset({"revenge"})}, "purposes"),
        ({"crime_areas": frozenset({"politics"})}, "crime_areas"),
        ({"rights": frozenset()}, "rights"),
        ({"knowable_kinds": frozenset({"vehicle"})}, "knowable_kinds"),
        ({"handling_ceiling": "cosmic"}, "handling_ceiling"),
        ({"retention_days_max": 0}, "retention_days_max"),
        ({"retention_days_max": 99 * 366 + 1}, "retention_days_max"),
        ({"lease_minutes": LEASE_MINUTES_MIN - 1}, "lease"),
        ({"lease_minutes": LEASE_MINUTES_MAX + 1}, "lease"),
        ({"kind_lease_minutes": {"wanted_person": 0}}, "leases.wanted_person"),
        ({"kind_lease_minutes": {"vehicle": 60}}, "leases.vehicle"),
        ({"deadlines": {"urgent": -1}}, "deadlines.urgent"),
        ({"deadlines": {"whenever": 5}}, "deadlines"),
        ({"quotas": (Quota("vehicle", 5),)}, "quotas[0].kind"),
        ({"quotas": (Quota("wanted_person", 0),)}, "quotas[0].per_day"),
        ({"quotas": (Quota("wanted_person", 1), Quota("wanted_person", 2))}, "quotas"),
        ({"hit_told": frozenset({C})}, "hits.told"),
        ({"clauses": ()}, "clauses"),
        ({"clauses": (Clause("1", "A."), Clause("1", "B."))}, "clauses"),
        ({"clauses": (Clause("1", " "),)}, "clauses[0]"),
        ({"clauses": (EXPEL,)}, "clauses[0].effect"),
        ({"clauses": (Clause("1", "A.", None, A),)}, "clauses[0].body"),
        ({"name": "two\nlines"}, "name"),
    ],
)
def test_contradictory_terms_are_refused_by_their_field(changes: dict[str, Any], field: str) -> None:
    whole = agreement(A, B)
    require_terms(whole, LISTS)
    broken = replace(whole, **changes)
    assert field in fields(broken)
    with pytest.raises(Invalid):
        require_terms(broken, LISTS)


@pytest.mark.parametrize("effect", [ClauseEffect.NO_EXPULSION, ClauseEffect.NEUTRALITY, ClauseEffect.CHANNEL])
def test_a_charter_without_one_of_its_clauses_is_refused(effect: ClauseEffect) -> None:
    whole = charter(A, B, measures_by=A)
    assert fields(whole) == set()
    lacking = replace(whole, clauses=tuple(clause for clause in whole.clauses if clause.effect is not effect))
    assert fields(lacking) == {"clauses"}


def test_the_channel_never_carries_a_data_set() -> None:
    whole = charter(A, B, measures_by=A)
    assert fields(replace(whole, kinds=whole.kinds | {"wanted_person"})) == {"kinds"}
    assert "clauses[1].effect" in fields(replace(whole, kind=InstrumentKind.AGREEMENT))


def test_a_clause_on_measures_names_a_party() -> None:
    assert fields(charter(A, B, measures_by=C)) == {"clauses[3].body"}
    nobody = replace(charter(A, B, measures_by=A), clauses=(Clause("5", "Measures.", ClauseEffect.MEASURES),))
    assert "clauses[0].body" in fields(nobody)


def test_every_problem_is_named_and_not_only_the_first() -> None:
    broken = replace(agreement(A, B), lease_minutes=0, rights=frozenset({Right.COPY}), retention_days_max=0)
    with pytest.raises(Invalid) as refused:
        require_terms(broken, LISTS)
    assert "lease" in refused.value.why
    assert "retention_days_max" in refused.value.why
