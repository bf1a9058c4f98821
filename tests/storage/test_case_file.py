"""The tables of the case file on a real store: who may know of what, tasks, exhibits, and what was seen as it was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.cases.model import Case, CaseState, CaseTask, Exhibit, ExhibitKind, HandOver, Knowing
from entente.correspondence.model import DecisionBasis, EvidencePiece, HitState, SeenThen, Way
from entente.kernel.ids import OfficerId, RecordId
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.examples import NOW

pytestmark = pytest.mark.storage

OPEN, HIDDEN = "2031/000001", "2031/000002"
MEMBER, OTHER = OfficerId("xa-duty-1"), OfficerId("xa-duty-2")
WANTED = RecordId("body:xa/1")


def case(number: str, *team: OfficerId) -> Case:
    return Case(number, "Title", "fugitives", NOW, MEMBER, CaseState.OPEN, team=team)


def task(name: str, officer: OfficerId = MEMBER, hours: int | None = None) -> CaseTask:
    due = None if hours is None else NOW + timedelta(hours=hours)
    return CaseTask(name, OPEN, "Look", officer, due, "", MEMBER, NOW)


@pytest.fixture
def kept(store: Store) -> Store:
    """Keep an open case and a hidden one, with an item of each kind of correspondence for each."""
    with store.unit() as unit:
        unit.cases.put(case(OPEN))
        unit.cases.put(case(HIDDEN, MEMBER))
        for place, number in enumerate((OPEN, HIDDEN, "")):
            head = examples.header(f"message-{place}", ours=number)
            unit.correspondence.put_message(examples.message(f"message-{place}", head=head), Way.SENT)
            for family in ("hit", "permission", "record_request"):
                item = getattr(examples, family)(f"{family}-{place}")
                item = replace(item, header=replace(item.header, our_reference=number))
                getattr(unit.correspondence, f"put_{family}")(item, Way.SENT)
        unit.commit()
    return store


@pytest.mark.parametrize(
    ("knowing", "hidden"),
    [(Knowing(MEMBER), True), (Knowing("xa-head", oversees=True), True), (Knowing(OTHER), False), (Knowing(), False)],
)
def test_lists_hold_what_belongs_to_a_hidden_case_for_who_may_know_of_it(
    kept: Store, knowing: Knowing, *, hidden: bool
) -> None:
    numbers = [2, 1, 0] if hidden else [2, 0]
    with kept.view() as view:
        assert [one.number for one in view.cases.all(9, "", knowing)] == ([HIDDEN, OPEN] if hidden else [OPEN])
        for family in ("message", "hit", "permission", "record_request"):
            listed = getattr(view.correspondence, f"{family}s")(9, knowing=knowing)
            assert [one.header.id for _, one in listed] == [f"{family}-{place}" for place in numbers], family
        assert len(view.correspondence.messages(9, HIDDEN, knowing=knowing)) == int(hidden)


def test_what_waits_leaves_out_what_belongs_to_a_hidden_case(kept: Store) -> None:
    with kept.unit() as unit:
        held = examples.hit("hit-9", HitState.HELD)
        unit.correspondence.put_hit(replace(held, header=replace(held.header, our_reference=HIDDEN)), Way.SENT)
        for way, wait in ((MEMBER, 1), (OTHER, 0)):
            open_hits = unit.correspondence.open_hits(9, Knowing(way))
            assert len([one for _, one in open_hits if one.header.id == "hit-9"]) == wait


def test_team_changes_with_its_case_and_events_find_it(kept: Store) -> None:
    with kept.unit() as unit:
        assert unit.cases.teams([OPEN, HIDDEN, "2031/000009"]) == {HIDDEN: {MEMBER}}
        assert unit.correspondence.cases_of(["hit-0", "hit-1", "hit-2", "none"]) == {"hit-0": OPEN, "hit-1": HIDDEN}
        unit.cases.put(case(HIDDEN, OTHER))
        assert unit.cases.teams([HIDDEN]) == {HIDDEN: {OTHER}}
        unit.cases.put(case(HIDDEN))
        assert unit.cases.teams([HIDDEN]) == {}
        assert unit.cases.get(HIDDEN) == case(HIDDEN)


def test_tasks_of_an_officer_come_by_their_term_and_then_by_age(kept: Store) -> None:
    tasks = [task("task-1"), task("task-2", hours=9), task("task-3", hours=3), task("task-4", OTHER), task("task-5")]
    done = replace(task("task-6"), done_by=MEMBER, done_at=NOW, outcome="Done.")
    with kept.unit() as unit:
        for one in (*tasks, done):
            unit.cases.put_task(one)
        assert [one.id for one in unit.cases.open_tasks(MEMBER, 9)] == ["task-3", "task-2", "task-1", "task-5"]
        assert len(unit.cases.open_tasks(MEMBER, 2)) == 2
        assert unit.cases.tasks(OPEN) == (*tasks, done)
        unit.cases.put_task(replace(tasks[0], case=HIDDEN))
        assert [one.id for one in unit.cases.tasks(HIDDEN)] == ["task-1"]
        assert unit.cases.task("task-9") is None


def test_cases_in_charge_are_found_however_old_and_only_those_that_are_open_and_may_be_known_of(kept: Store) -> None:
    with kept.unit() as unit:
        unit.cases.put(replace(case("2031/000003"), state=CaseState.CLOSED))
        # Somebody else has charge of it; that it names the officer does not make it theirs.
        unit.cases.put(replace(case("2031/000004"), handed_to=OTHER, title=MEMBER))
        unit.cases.put(replace(case("2029/000001"), opened_at=NOW - timedelta(days=700)))
        unit.commit()
    with kept.view() as view:
        numbers = [one.number for one in view.cases.in_charge(MEMBER, Knowing(MEMBER))]
        assert numbers == [HIDDEN, OPEN, "2029/000001"]
        assert [one.number for one in view.cases.in_charge(MEMBER, Knowing(OTHER))] == [OPEN, "2029/000001"]
        assert [one.number for one in view.cases.in_charge(OTHER, Knowing(OTHER))] == ["2031/000004"]
        assert view.cases.in_charge(OfficerId("xa_duty%"), Knowing(MEMBER, oversees=True)) == ()


def test_exhibit_keeps_what_was_entered_and_its_chain_when_it_goes_over(kept: Store) -> None:
    exhibit = Exhibit(
        "exhibit-1", f"{OPEN}-E1", OPEN, ExhibitKind.OBJECT, "A key", NOW, "Gate 4", "Officer 7", "", "", MEMBER, NOW
    )
    links = [
        HandOver("exhibit-1", NOW, "Officer 7", took, "Gate 4", "", "", "", MEMBER, NOW) for took in ("Lab", "Room")
    ]
    with kept.unit() as unit:
        unit.cases.put_exhibit(exhibit)
        for link in links:
            unit.cases.add_hand_over(link)
        unit.cases.put_exhibit(replace(exhibit, case=HIDDEN))
        with pytest.raises(AssertionError, match="never changed"):
            unit.cases.put_exhibit(replace(exhibit, what="Another key"))
        unit.commit()
    with kept.view() as view:
        assert view.cases.exhibits(OPEN) == ()
        assert view.cases.exhibits(HIDDEN) == (replace(exhibit, case=HIDDEN),)
        assert view.cases.hand_overs("exhibit-1") == tuple(links)
        assert (view.cases.count_entered(OPEN), view.cases.count_entered(HIDDEN)) == (1, 0)


def test_c17_erasing_a_record_takes_what_it_said_from_what_was_seen_and_leaves_that_it_was_decided(kept: Store) -> None:
    seen = SeenThen("statement-1", ("D1 · Known.",), (EvidencePiece("for", "Name: Sought Person", 400),))
    basis = DecisionBasis(
        "hit-1", "confirm_hit", "confirmed", MEMBER, NOW, OPEN, WANTED, "arrest", "fugitives", 905, None, 3, seen
    )
    with kept.unit() as unit:
        cls = examples.disclosure_class()
        unit.records.put_many([examples.write("1", ((unit.classes.number_of(cls), cls),))])
        stored = unit.records.get(WANTED)
        assert stored is not None
        unit.correspondence.put_basis(basis, stored.number)
        unit.correspondence.put_basis(replace(basis, item="hit-2", case="", seen=None), 0)
        assert unit.correspondence.bases(case=OPEN) == unit.correspondence.bases(item="hit-1") == (basis,)
        unit.commit()
    with kept.unit() as unit:
        unit.erasures.remove(WANTED)
        unit.commit()
    with kept.unit() as unit:
        (left,) = unit.correspondence.bases(item="hit-1")
        assert left == replace(basis, seen=None)
        unit.erasures.forget([WANTED], unit.erasures.mentions([WANTED]))
        (left,) = unit.correspondence.bases(item="hit-1")
        assert left.record == unit.erasures.stand_in(WANTED)
        assert (left.version, left.officer) == (3, MEMBER)
