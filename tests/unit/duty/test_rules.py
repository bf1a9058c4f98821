"""What is well formed on the roster, in notes and sheets (docs/rules/desk.md W40 to W42)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from entente.duty.model import DutyFunction, RosterEntry, Sheet, SheetContent, Shift, ShiftState
from entente.duty.rules import (
    AHEAD_DAYS_MAX,
    DUTY_DAYS_MAX,
    NOTE_CHARACTERS_MAX,
    by_day,
    check_entry,
    check_may_take_over,
    check_note,
    content_of,
    moment_in,
    next_at_desk,
    on_now,
    written,
)
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ids import OfficerId

NOW = datetime(2031, 5, 4, 18, 0, tzinfo=UTC)
ONE, OTHER = OfficerId("xa-duty-1"), OfficerId("xa-duty-2")


def entry(
    name: str = "duty-1",
    officer: OfficerId = ONE,
    function: DutyFunction = DutyFunction.DUTY_OFFICER,
    begins: int = 0,
    hours: int = 12,
    reach: str = "",
) -> RosterEntry:
    at = NOW + timedelta(hours=begins)
    return RosterEntry(name, officer, function, at, at + timedelta(hours=hours), "UTC", reach)


def test_wall_time_is_read_in_its_zone() -> None:
    assert moment_in("2031-05-04 19:00", "Asia/Tashkent", "begins") == datetime(2031, 5, 4, 14, 0, tzinfo=UTC)
    assert moment_in("2031-05-04T19:00", "Asia/Tashkent", "begins") == datetime(2031, 5, 4, 14, 0, tzinfo=UTC)


def test_hour_that_clocks_skip_is_refused_and_of_one_that_comes_twice_the_first_is_meant() -> None:
    with pytest.raises(Invalid) as told:
        moment_in("2031-03-30 02:30", "Europe/Vienna", "begins")
    assert told.value.field == "begins"
    assert moment_in("2031-10-26 02:30", "Europe/Vienna", "ends") == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "tomorrow", "2031-13-01 00:00", "2031-05-04", "2031-05-04 25:00"])
def test_what_is_no_wall_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        moment_in(text, "UTC", "begins")


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../etc/passwd", "", "\0"])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(Invalid) as told:
        moment_in("2031-05-04 19:00", zone, "begins")
    assert told.value.field == "zone"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (entry(hours=0), "ends"),
        (entry(hours=24 * DUTY_DAYS_MAX + 1), "ends"),
        (entry(begins=-13), "begins"),
        (entry(begins=24 * AHEAD_DAYS_MAX + 1), "begins"),
        (entry(reach="two words"), "reach"),
        (entry(reach="line\nbreak"), "reach"),
        (entry(reach="x" * 255), "reach"),
    ],
)
def test_entry_that_is_not_well_formed_is_refused(wrong: RosterEntry, field: str) -> None:
    with pytest.raises(Invalid) as told:
        check_entry(wrong, (), NOW)
    assert told.value.field == field


def test_nobody_is_on_twice_for_one_function_and_may_be_for_two() -> None:
    there = entry()
    check_entry(entry("duty-2", begins=12), (there,), NOW)
    check_entry(entry("duty-2", function=DutyFunction.DEPUTY, begins=6), (there,), NOW)
    check_entry(entry("duty-2", officer=OTHER, begins=6), (there,), NOW)
    with pytest.raises(Conflict):
        check_entry(entry("duty-2", begins=11), (there,), NOW)


def test_called_are_those_on_duty_by_function_then_by_coming_on() -> None:
    head = entry("duty-1", function=DutyFunction.HEAD_ON_CALL, begins=-5)
    deputy = entry("duty-2", function=DutyFunction.DEPUTY, begins=-2)
    late, early = entry("duty-3", begins=-1), entry("duty-4", OTHER, begins=-3)
    over, coming = entry("duty-5", begins=-12), entry("duty-6", begins=1)
    found = on_now((head, deputy, late, early, over, coming), NOW)
    assert [one.id for one in found] == ["duty-4", "duty-3", "duty-2", "duty-1"]
    assert next_at_desk((head, over, coming, entry("duty-7", begins=5)), NOW) == coming
    assert next_at_desk((entry("duty-8", function=DutyFunction.DEPUTY, begins=1),), NOW) is None


def test_roster_is_read_by_day_and_those_who_begin_together_as_they_are_called() -> None:
    head, desk = entry("duty-1", function=DutyFunction.HEAD_ON_CALL), entry("duty-2", OTHER)
    before = entry("duty-3", function=DutyFunction.DEPUTY, begins=-1)
    assert [one.id for one in by_day((head, desk, before))] == ["duty-3", "duty-2", "duty-1"]


def test_note_is_seen_shows_as_stored_and_is_bounded() -> None:
    check_note("Gate 4\ncalls back", "text")
    check_note("", "for_next", may_be_empty=True)
    for wrong in ("", "   ", "a\u202eb", "x" * (NOTE_CHARACTERS_MAX + 1)):
        with pytest.raises(Invalid):
            check_note(wrong, "text")


def sheet() -> Sheet:
    content = SheetContent("shift-1", ONE, NOW, NOW, 3, 9, "ab" * 32, {"read_message": 2}, (), "", (), is_cut=False)
    return Sheet(*written(content))


def test_sheet_reads_back_as_it_was_written() -> None:
    kept = sheet()
    assert written(content_of(kept)) == (kept.content, kept.digest)
    changed = Sheet(kept.content.replace('"read_message":2', '"read_message":3'), kept.digest)
    assert written(content_of(changed))[1] != changed.digest


def test_sheet_is_signed_once_as_it_was_seen_by_another_officer() -> None:
    kept = sheet()
    shift = Shift("shift-1", ONE, NOW, 3, ShiftState.HANDED_OVER, kept)
    check_may_take_over(shift, OTHER, kept.digest)
    refused = (
        (shift, ONE, kept.digest),
        (shift, OTHER, "0" * 64),
        (Shift("shift-1", ONE, NOW, 3, ShiftState.TAKEN_OVER, kept), OTHER, kept.digest),
        (Shift("shift-1", ONE, NOW, 3), OTHER, kept.digest),
    )
    for wrong, officer, digest in refused:
        with pytest.raises(Conflict):
            check_may_take_over(wrong, officer, digest)
