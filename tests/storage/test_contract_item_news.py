"""What is to be heard of a hit or of leave is found on a real store, of each engine (docs/rules/correspondence.md M31, M32)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from entente.cases.model import NOBODY, Case, CaseState, Knowing
from entente.correspondence.model import FailureNoted, HitState, PermissionState, Way
from entente.kernel.ids import OfficerId, RecordId
from entente.storage.store import Store
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.storage import examples
from tests.storage.examples import NOW, OTHER, OWN

pytestmark = pytest.mark.storage

EVERYTHING = Knowing(oversees=True)
ASKER, COLLEAGUE, STRANGER = OfficerId("duty-1"), OfficerId("duty-2"), OfficerId("duty-3")
LATER = NOW + timedelta(hours=3)


def found_by(unit: SqlUnitOfWork, officer: OfficerId, knowing: Knowing = NOBODY) -> list[str]:
    return [one.item.header.id for one in unit.correspondence.item_news(9, officer, knowing)]


def told(unit: SqlUnitOfWork, name: str, state: HitState = HitState.TOLD) -> None:
    """Keep a hit of ours on a record of its own."""
    unit.correspondence.put_hit(
        replace(examples.hit(f"hit-{name}", state), record=RecordId(f"{OTHER}/{name}")), Way.SENT
    )


def withdraw(unit: SqlUnitOfWork, name: str) -> None:
    unit.records.put_withdrawal(RecordId(f"{OTHER}/{name}"), examples.statement("withdrawal", ref=name))


def test_m31_an_answer_on_leave_is_found_by_whoever_asked_and_by_the_team_of_its_case(store: Store) -> None:
    with store.unit() as unit:
        case = Case("2026/000001", "Kept close", "fugitives", NOW, COLLEAGUE, CaseState.OPEN, team=(ASKER, COLLEAGUE))
        unit.cases.put(case)
        for name, number, at in (("close", case.number, LATER), ("open", "", NOW)):
            head = replace(examples.header(name, OWN, OTHER), officer=ASKER, our_reference=number)
            asked = replace(examples.permission(name, PermissionState.GRANTED), header=head)
            unit.correspondence.put_permission(asked, Way.SENT)
            assert unit.correspondence.news_of(name) is None, "it was answered before its time was kept"
            unit.correspondence.put_leave_answered(asked, at)
        unit.commit()
    with store.unit() as unit:
        assert found_by(unit, ASKER, Knowing(officer=ASKER)) == ["open", "close"], "the oldest first"
        assert found_by(unit, COLLEAGUE, Knowing(officer=COLLEAGUE)) == ["close"]
        assert found_by(unit, STRANGER, Knowing(officer=STRANGER)) == []
        assert found_by(unit, STRANGER, EVERYTHING) == [], "who oversees all cases asked for nothing"
        assert len(unit.correspondence.item_news(1, ASKER, EVERYTHING)) == 1
        assert unit.correspondence.news_of("close") == LATER
        (about,) = {one.record for one in unit.correspondence.leave_to_hear_of(examples.permission("x").record)}
        assert about == examples.permission("x").record
        assert unit.correspondence.leave_to_hear_of(RecordId(f"{OTHER}/none")) == ()
        unit.correspondence.put_failure_noted("close", FailureNoted(COLLEAGUE, LATER))
        assert [one.header.id for one in unit.correspondence.leave_to_hear_of(about)] == ["open"]
        unit.commit()
    with store.view() as view:
        assert [one.item.header.id for one in view.correspondence.item_news(9, ASKER, EVERYTHING)] == ["open"]
        assert view.correspondence.news_of("close") == LATER, "noted, it is still told"


def test_m32_a_withdrawal_is_found_by_the_hits_that_wait_for_an_answer_alone(store: Store) -> None:
    with store.unit() as unit:
        for name in ("told", "other", "answered"):
            told(unit, name)
        told(unit, "held", HitState.HELD)
        told(unit, "answered", HitState.ANSWERED)
        unit.correspondence.put_hit(replace(examples.hit("came"), record=RecordId(f"{OTHER}/told")), Way.RECEIVED)
        for name in ("told", "answered", "held"):
            withdraw(unit, name)
        unit.commit()
    with store.unit() as unit:
        assert found_by(unit, STRANGER) == ["hit-told"]
        assert unit.correspondence.news_of("hit-other") is None
        told(unit, "held")
        assert set(found_by(unit, STRANGER)) == {"hit-told", "hit-held"}, "it was told after its record was withdrawn"
        told(unit, "told", HitState.ANSWERED)
        assert found_by(unit, STRANGER) == ["hit-held"], "once it is answered, the answer says it"
        told(unit, "late")
        withdraw(unit, "late")
        told(unit, "given-back")
        unit.correspondence.put_failure_noted("hit-held", FailureNoted("duty-1", LATER))
        assert found_by(unit, STRANGER) == ["hit-late"]
        unit.commit()


def test_m32_a_hit_that_a_restored_node_is_given_back_after_the_withdrawal_is_found(store: Store) -> None:
    with store.unit() as unit:
        withdraw(unit, "gone")
        told(unit, "gone")
        assert found_by(unit, STRANGER) == ["hit-gone"]


def test_m32_an_old_hit_is_found_among_more_than_are_read_at_once(store: Store) -> None:
    with store.unit() as unit:
        for number in range(1_050):
            told(unit, str(number))
        withdraw(unit, "0")
        unit.commit()
    with store.view() as view:
        found = view.correspondence.item_news(9, STRANGER, NOBODY)
        assert [one.item.header.id for one in found] == ["hit-0"]
        if (connection := view.connection).dialect.name == "sqlite":
            plan = connection.execute(
                sa.text("EXPLAIN QUERY PLAN SELECT item FROM item_news WHERE is_open = 1 ORDER BY at LIMIT 9")
            ).fetchall()
            assert "ix_item_news_is_open" in str(plan)


def test_m32_an_erased_record_leaves_no_id_and_its_hit_stays(store: Store) -> None:
    with store.unit() as unit:
        told(unit, "gone")
        withdraw(unit, "gone")
        unit.erasures.remove(RecordId(f"{OTHER}/gone"))
        assert found_by(unit, STRANGER) == ["hit-gone"]
        rows = unit.connection.execute(sa.text("SELECT record FROM item_news")).scalars().all()
        assert rows == [""]
