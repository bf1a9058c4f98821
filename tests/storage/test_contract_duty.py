"""Shifts, notes, the roster and the journal's view of the trail on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from entente.duty.calls import Call, CallGround, CallKind, CallState, CallStep, Needed
from entente.duty.model import DutyFunction, Note, RosterEntry, Sheet, Shift, ShiftState
from entente.duty.ports import DutyUnit
from entente.duty.rules import JOURNAL
from entente.kernel.canonical import INTEGER_MAX
from entente.kernel.ids import OfficerId
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.examples import NOW

pytestmark = pytest.mark.storage
ONE, OTHER_OFFICER = OfficerId("xa-duty-1"), OfficerId("xa-duty-2")


def shift(name: str, hours: int = 0, officer: OfficerId = ONE) -> Shift:
    return Shift(name, officer, NOW + timedelta(hours=hours), after_row=0)


def entry(name: str, begins: int, ends: int) -> RosterEntry:
    return RosterEntry(
        name, ONE, DutyFunction.DUTY_OFFICER, NOW + timedelta(hours=begins), NOW + timedelta(hours=ends), "UTC", ""
    )


def test_unit_of_work_is_duty_s(store: Store) -> None:
    def asks(unit: DutyUnit) -> DutyUnit:
        return unit

    with store.unit() as unit:
        assert asks(unit) is unit


def test_shift_is_found_by_its_officer_while_it_goes_on(store: Store) -> None:
    with store.unit() as unit:
        unit.duty.put_shift(shift("shift-1"))
        unit.duty.put_shift(shift("shift-2", 1, OTHER_OFFICER))
        unit.commit()
    with store.unit() as unit:
        there = unit.duty.shift_of(ONE)
        assert there == shift("shift-1")
        ended = replace(there, state=ShiftState.HANDED_OVER, sheet=Sheet("{}", "0" * 64))
        unit.duty.put_shift(ended)
        unit.commit()
    with store.view() as view:
        assert view.duty.shift_of(ONE) is None
        assert view.duty.shift("shift-1") == ended
        assert view.duty.shifts_in(ShiftState.HANDED_OVER, 10) == (ended,)
        assert [one.id for one in view.duty.shifts(10)] == ["shift-2", "shift-1"]
        assert [one.id for one in view.duty.shifts(10, "shift-2")] == ["shift-1"]
        assert view.duty.shift("shift-9") is None


def test_notes_stay_in_their_order(store: Store) -> None:
    notes = tuple(Note(f"note-{place}", "shift-1", ONE, NOW, f"Note {place}") for place in (3, 1, 2))
    with store.unit() as unit:
        unit.duty.put_shift(shift("shift-1"))
        for note in notes:
            unit.duty.add_note(note)
        unit.commit()
    with store.view() as view:
        assert view.duty.notes("shift-1") == notes
        assert view.duty.notes("shift-2") == ()


def test_roster_gives_what_is_in_force_in_a_time(store: Store) -> None:
    with store.unit() as unit:
        for one in (entry("duty-1", -12, 0), entry("duty-2", 0, 12), entry("duty-3", 12, 24), entry("duty-4", 48, 60)):
            unit.duty.put_entry(one)
        unit.commit()
    with store.unit() as unit:
        found = unit.duty.entries(NOW, NOW + timedelta(hours=24), 10)
        assert [one.id for one in found] == ["duty-2", "duty-3"]
        unit.duty.drop_entry("duty-2")
        assert unit.duty.entry("duty-2") is None
        assert unit.duty.entry("duty-3") == entry("duty-3", 12, 24)


def test_journal_reads_the_newest_rows_of_its_verbs_between_two_rows(store: Store) -> None:
    with store.unit() as unit:
        for place in range(6):
            row, frontier = examples.trail_row(unit.trail.frontier(), f"case {place}")
            unit.trail.append(row, frontier)
        unit.commit()
    with store.view() as view:
        verb = row.act.verb
        assert [one.sequence for one in view.trail.of_verbs({verb}, 1, 5, 10)] == [2, 3, 4, 5]
        assert [one.sequence for one in view.trail.of_verbs({verb}, 1, 5, 2)] == [4, 5]
        assert view.trail.of_verbs({"something_else"}, 0, 6, 10) == ()
        counted = view.trail.count_of_verbs({verb, "something_else"}, 1, 5, 10)
        assert counted == {(verb, f"case {place}"): 1 for place in range(1, 5)}
        assert view.trail.count_of_verbs({verb}, 1, 5, 2) == {(verb, f"case {place}"): 1 for place in (3, 4)}


def test_journal_is_read_by_its_index_beside_a_large_import(store: Store, engine_name: str) -> None:
    """W80: of a thousand rows of an import between two rows none is read."""
    with store.unit() as unit:
        for verb in ["import_records"] * 1_000 + ["read_message"]:
            row, frontier = examples.trail_row(unit.trail.frontier(), verb=verb)
            unit.trail.append(row, frontier)
        unit.commit()
    asked: list[tuple[str, Any]] = []

    def keep(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(store.engine.reader, "before_cursor_execute", keep)
    with store.view() as view:
        assert [one.act.verb for one in view.trail.of_verbs(JOURNAL, 0, 2_000, 500)] == ["read_message"]
        assert sum(view.trail.count_of_verbs(JOURNAL, 0, 2_000, 500).values()) == 1
    sa.event.remove(store.engine.reader, "before_cursor_execute", keep)
    asked = [one for one in asked if "FROM trail" in one[0]]
    assert len(asked) == 2
    explain = "EXPLAIN QUERY PLAN" if engine_name == "sqlite" else "EXPLAIN"
    with store.engine.writer.begin() as connection:
        if engine_name == "postgres":
            # It does so by itself; nobody does in a file.
            connection.exec_driver_sql("ANALYZE trail")
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"{explain} {statement}", parameters).fetchall()
            assert "ix_trail_journal" in str(plan), plan


def call(number: int, item: str = "message-1", ground: CallGround = CallGround.URGENT) -> Call:
    return Call(number, Needed(item, CallKind.MESSAGE, ground, "urgent", NOW), NOW)


def test_call_is_found_by_its_number_its_state_and_its_thing(store: Store) -> None:
    step = CallStep("duty-1", ONE, DutyFunction.DUTY_OFFICER, NOW, NOW)
    with store.unit() as unit:
        assert [unit.duty.next_call(), unit.duty.next_call()] == [1, 2]
        unit.duty.put_call(call(1))
        unit.duty.put_call(call(2, ground=CallGround.DEADLINE))
        unit.commit()
    with store.unit() as unit:
        changed = replace(call(1), steps=(step,), state=CallState.ACKNOWLEDGED, acknowledged_by=ONE, closed_at=NOW)
        unit.duty.put_call(changed)
        unit.commit()
    with store.view() as view:
        assert view.duty.call(1) == changed
        assert view.duty.call(3) is None
        assert view.duty.calls_in(CallState.OPEN, 10) == (call(2, ground=CallGround.DEADLINE),)
        assert [one.number for one in view.duty.calls(10, 3)] == [2, 1]
        assert [one.number for one in view.duty.calls(1, INTEGER_MAX)] == [2]
        assert [one.number for one in view.duty.calls(10, 2)] == [1]
        assert view.duty.is_called("message-1", "urgent")
        assert not view.duty.is_called("message-1", "danger_to_life")
        assert not view.duty.is_called("message-2", "urgent")


def test_number_of_a_call_that_was_undone_is_given_again(store: Store) -> None:
    with store.unit() as unit:
        assert unit.duty.next_call() == 1
    with store.unit() as unit:
        assert unit.duty.next_call() == 1
