"""The verbs of the roster: enter a duty, take it off, see who is on and who comes next.

Source: docs/rules/desk.md W41.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from entente.bodies.authority import Record, authorise
from entente.bodies.model import Officer
from entente.bodies.tokens import may
from entente.duty.model import DutyFunction, RosterEntry, Shift, ShiftState, Turns, Watch
from entente.duty.ports import DutyUnit
from entente.duty.rules import AHEAD_DAYS_MAX, DUTY_DAYS_MAX, by_day, check_entry, moments_of, next_at_desk, on_now
from entente.duty.shifts import WORKS
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act

ENTRIES_MAX: Final = 2_000
"""Entries in force at some moment of the time that is looked at: five a day for a year."""
SHIFTS_MAX: Final = 50
"""Shifts that go on, or whose sheet waits; a desk has a few seats."""
KEEPS: Final = "keep_roster"
ONCE: Final = Turns()
EVERY_DAYS_MAX: Final = 31
TIMES_MAX: Final = 100
"""Turns that are entered together: every fourth night of a year."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Keeps who is on duty when."""

    open_unit: Callable[[], DutyUnit]
    open_view: Callable[[], DutyUnit]
    clock: Clock
    ids: Ids
    lists: CodeLists
    record: Record

    def enter(
        self,
        by: OfficerId,
        officer: OfficerId,
        function: DutyFunction,
        times: tuple[str, str],
        zone: str,
        reach: str,
        turns: Turns = ONCE,
    ) -> tuple[RosterEntry, ...]:
        """Enter that an officer is on duty from one wall time to another of a zone, each of its turns; no zone: the body's own.

        All turns are entered, or none.
        Raises Refused where `by` may not keep the roster, Invalid for what is not well formed or an officer who works no shift,
        Conflict where the officer is on for that function already.

        Source: docs/rules/desk.md W41.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            self._authorise(unit, by, officer)
            self._require_works(unit, officer, now)
            zone = zone or unit.bodies.own().zone
            entered: list[RosterEntry] = []
            for begins, ends in moments_of(times, zone, turns):
                entry_id = self.ids.new_id("duty")
                series = "" if turns.times == 1 else entered[0].id if entered else entry_id
                entry = RosterEntry(entry_id, officer, function, begins, ends, zone, reach, series)
                check_entry(entry, unit.duty.entries(begins, max(begins, ends), ENTRIES_MAX), now)
                unit.duty.put_entry(entry)
                self._record(unit, by, entry, "entered")
                entered.append(entry)
            unit.commit()
            return tuple(entered)

    def take_off(self, by: OfficerId, entry_id: str, *, following: bool = False) -> tuple[str, ...]:
        """Take an entry off the roster, where asked with those that follow it in its series; return the ids of all of them.

        Raises NotFound for no such entry.

        Source: docs/rules/desk.md W41.
        """
        with self.open_unit() as unit:
            self._authorise(unit, by, entry_id)
            entry = unit.duty.entry(entry_id)
            if entry is None:
                raise NotFound
            gone = self._following(unit, entry) if following and entry.series else (entry,)
            for one in gone:
                unit.duty.drop_entry(one.id)
                self._record(unit, by, one, "taken_off")
            unit.commit()
            return tuple(one.id for one in gone)

    def _following(self, unit: DutyUnit, entry: RosterEntry) -> tuple[RosterEntry, ...]:
        last = entry.begins_at + timedelta(days=AHEAD_DAYS_MAX)
        found = unit.duty.entries(entry.begins_at, last, ENTRIES_MAX)
        return tuple(one for one in found if one.series == entry.series and one.begins_at >= entry.begins_at)

    def who_works(self) -> tuple[OfficerId, ...]:
        """Return the officers who may be entered, by id."""
        now = self.clock.now()
        with self.open_view() as unit:
            return tuple(one.id for one in unit.bodies.officers() if self._works(one, now))

    def upcoming(self, days: int) -> tuple[RosterEntry, ...]:
        """Return who is on now and in the days to come, in the order in which they begin."""
        now = self.clock.now()
        with self.open_view() as unit:
            return by_day(unit.duty.entries(now, now + timedelta(days=days), ENTRIES_MAX))

    def watch(self) -> Watch:
        """Return who is on now and who is next, and which shifts go on or wait for a signature.

        Source: docs/rules/desk.md W41.
        """
        now = self.clock.now()
        with self.open_view() as unit:
            entries = unit.duty.entries(now, now + timedelta(days=DUTY_DAYS_MAX), ENTRIES_MAX)
            return Watch(
                on_now(entries, now),
                next_at_desk(entries, now),
                unit.duty.shifts_in(ShiftState.ON, SHIFTS_MAX),
                unit.duty.shifts_in(ShiftState.HANDED_OVER, SHIFTS_MAX),
            )

    def to_sign(self, officer: OfficerId) -> tuple[Shift, ...]:
        """Return the shifts whose sheet waits for this officer's signature: of others who handed over. It is no act.

        Nothing for who works no shifts.

        Source: docs/rules/desk.md W42 and W145.
        """
        with self.open_view() as unit:
            asking = unit.bodies.officer(officer)
            if asking is None or not self._works(asking, self.clock.now()):
                return ()
            handed = unit.duty.shifts_in(ShiftState.HANDED_OVER, SHIFTS_MAX)
            return tuple(one for one in handed if one.officer != officer)

    def _require_works(self, unit: DutyUnit, officer: OfficerId, now: datetime) -> None:
        found = unit.bodies.officer(officer)
        if found is None or not self._works(found, now):
            raise Invalid(
                "Nobody was entered on the roster.",
                field="who",
                why=f"«{officer[:60]}» is no officer of this body whose role works shifts (docs/rules/desk.md W41).",
                do="Name an officer as «entente officer list» does, or have a head of the body give the role.",
            )

    def _works(self, officer: Officer, now: datetime) -> bool:
        return not officer.is_machine and may(officer, (WORKS,), now, self.lists)

    def _authorise(self, unit: DutyUnit, by: OfficerId, subject: str) -> None:
        authorise(unit, by, KEEPS, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record)

    def _record(self, unit: DutyUnit, by: OfficerId, entry: RosterEntry, outcome: str) -> None:
        # Without where the officer is reached: that is nobody's business after the duty.
        detail: JsonObject = {"outcome": outcome, "function": entry.function.value, "entry": entry.id}
        self.record(unit, Act(KEEPS, unit.bodies.own().id, by, entry.officer, detail))
