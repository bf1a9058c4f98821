"""The verbs of a shift: begin, note, hand over, take over; its journal and its sheet.

Each act is one transaction with one row in the trail. Who works shifts may read the journal: it is the part of the trail that is
about the night's work, and shows no detail of it.

Source: docs/rules/desk.md W40 and W42.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from entente.bodies.authority import Record, authorise
from entente.cases.model import NOBODY
from entente.correspondence.desk import teams_of
from entente.correspondence.waiting import WaitingItems
from entente.duty.model import Journal, Note, Sheet, SheetContent, Shift, ShiftState
from entente.duty.ports import DutyUnit
from entente.duty.rules import (
    COUNTED_MAX,
    JOURNAL,
    LINES_MAX,
    NOTED,
    NOTES_MAX,
    OPEN_MAX,
    check_may_hand_over,
    check_may_take_over,
    check_note,
    content_of,
    counted,
    line_of,
    open_things,
    written,
)
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act, TrailRow

WORKS: Final = "work_shift"
"""The verb of data/roles.yaml that all of it needs."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """Keeps the shifts of this body's desk."""

    open_unit: Callable[[], DutyUnit]
    clock: Clock
    ids: Ids
    lists: CodeLists
    waiting: WaitingItems
    record: Record

    def begin(self, officer: OfficerId) -> Shift:
        """Begin a shift; raise Conflict where the officer is on one.

        Source: docs/rules/desk.md W40.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, "")
            if (there := unit.duty.shift_of(officer)) is not None:
                raise Conflict(
                    "No other shift was begun.",
                    why=f"{officer} is on one since it was begun, and it was not handed over (docs/rules/desk.md W40).",
                    do=f"Go on in the shift {there.id}, or hand it over first.",
                )
            shift = self._begun(unit, officer, unit.trail.frontier().size)
            self._record(unit, "begin_shift", officer, shift.id, {})
            unit.commit()
            return shift

    def note(self, officer: OfficerId, text: str) -> Note:
        """Write a note into the journal of the officer's shift; it is never changed afterwards. The trail keeps no text of it.

        Source: docs/rules/desk.md W40.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, "")
            shift = check_may_hand_over(unit.duty.shift_of(officer), officer)
            check_note(text, "text")
            if len(unit.duty.notes(shift.id)) >= NOTES_MAX:
                raise Conflict(
                    "The note was not kept.",
                    why=f"A shift has at most {NOTES_MAX} notes (docs/rules/desk.md W40).",
                    do="Write it into the case that it is about.",
                )
            note = Note(self.ids.new_id("note"), shift.id, officer, self.clock.now(), text)
            unit.duty.add_note(note)
            self._record(unit, NOTED, officer, shift.id, {"note": note.id})
            unit.commit()
            return note

    def hand_over(self, officer: OfficerId, for_next: str) -> Shift:
        """End the officer's shift with its sheet, which waits for who comes in; raise Conflict where there is no shift.

        Source: docs/rules/desk.md W42.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, "")
            shift = check_may_hand_over(unit.duty.shift_of(officer), officer)
            check_note(for_next, "for_next", may_be_empty=True)
            content, digest = written(self._content(unit, shift, for_next))
            ended = replace(shift, state=ShiftState.HANDED_OVER, sheet=Sheet(content, digest))
            unit.duty.put_shift(ended)
            self._record(unit, "hand_over_shift", officer, shift.id, {"sheet": digest})
            unit.commit()
            return ended

    def take_over(self, officer: OfficerId, shift_id: str, digest: str) -> Shift:
        """Sign the sheet of another officer's shift as it was seen; return the shift that the signing officer is on from now.

        What the sheet says cannot be changed from then on, and the new shift's journal begins where the sheet ends. Who is on a
        shift already stays in it. Raises NotFound for no such shift, Conflict for a sheet that may not be signed, or another one.

        Source: docs/rules/desk.md W42.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, shift_id)
            shift, now = _load(unit, shift_id), self.clock.now()
            check_may_take_over(shift, officer, digest)
            assert shift.sheet is not None, "what may be signed has a sheet"
            signed = replace(shift.sheet, signed_by=officer, signed_at=now)
            unit.duty.put_shift(replace(shift, state=ShiftState.TAKEN_OVER, sheet=signed))
            upto = content_of(shift.sheet).upto_row
            on = unit.duty.shift_of(officer) or self._begun(unit, officer, upto)
            self._record(unit, "take_over_shift", officer, shift.id, {"sheet": digest, "shift": on.id})
            unit.commit()
            return on

    def journal(self, officer: OfficerId, shift_id: str = "") -> Journal | None:
        """Return what happened in a shift: the one named, else the officer's own; None where they are on none.

        Of a shift that goes on it is everything up to now. Raises NotFound for no such shift.

        Source: docs/rules/desk.md W40.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, shift_id)
            shift = _load(unit, shift_id) if shift_id else unit.duty.shift_of(officer)
            if shift is None:
                return None
            upto = unit.trail.frontier().size if shift.sheet is None else content_of(shift.sheet).upto_row
            acts = unit.trail.count_of_verbs(JOURNAL, shift.after_row, upto, COUNTED_MAX)
            hidden = self.waiting.hidden_among(unit, {subject for _, subject in acts}, officer)
            rows = _known_rows(unit, shift.after_row, upto, hidden)
            # A colleague's note of the same hours stands in this journal too.
            noted = {row.act.subject for row in rows if row.act.verb == NOTED}
            notes = {note.id: note for one in noted for note in unit.duty.notes(one)}
            return Journal(shift, tuple(line_of(row, notes) for row in rows), counted(acts, hidden))

    def sheet(self, officer: OfficerId, shift_id: str) -> tuple[Shift, SheetContent, bool]:
        """Return a shift's sheet as this officer may read it, and whether it is still the bytes of its digest.

        What it lists was open to its writer, and what it counts was done by anybody; of both, nothing that the reader may not
        know of. Raises NotFound for no sheet.

        Source: docs/rules/desk.md W42; docs/rules/disclosure.md D11; docs/rules/cases.md C8.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, shift_id)
            shift = _load(unit, shift_id)
            if shift.sheet is None:
                raise NotFound
            content = content_of(shift.sheet)
            acts = unit.trail.count_of_verbs(JOURNAL, content.after_row, content.upto_row, COUNTED_MAX)
            subjects = {subject for _, subject in acts}
            hidden = self.waiting.hidden_among(unit, {*subjects, *(one.id for one in content.open)}, officer)
            known = counted(acts, hidden | teams_of(unit, subjects).keys())
        is_whole = written(content) == (shift.sheet.content, shift.sheet.digest)
        shown = replace(
            content,
            open=tuple(one for one in content.open if one.id not in hidden),
            # No more than was signed, though a case may have lost its team since.
            done={verb: min(times, known[verb]) for verb, times in content.done.items() if verb in known},
        )
        return shift, shown, is_whole

    def latest(self, officer: OfficerId, limit: int, before: str = "") -> tuple[Shift, ...]:
        """Return the newest shifts, newest first, begun before another one where it is named."""
        with self.open_unit() as unit:
            self._authorise(unit, officer, "")
            return unit.duty.shifts(limit, before)

    def _begun(self, unit: DutyUnit, officer: OfficerId, after_row: int) -> Shift:
        shift = Shift(self.ids.new_id("shift"), officer, self.clock.now(), after_row)
        unit.duty.put_shift(shift)
        return shift

    def _content(self, unit: DutyUnit, shift: Shift, for_next: str) -> SheetContent:
        # Whoever works shifts reads the sheet: nothing of a case with a team stands on it (docs/rules/cases.md C8).
        waiting = self.waiting.waiting_in(unit, shift.officer, OPEN_MAX, NOBODY)
        frontier = unit.trail.frontier()
        acts = unit.trail.count_of_verbs(JOURNAL, shift.after_row, frontier.size, COUNTED_MAX)
        now = self.clock.now()
        return SheetContent(
            shift=shift.id,
            officer=shift.officer,
            began_at=shift.began_at,
            ended_at=now,
            after_row=shift.after_row,
            upto_row=frontier.size,
            root=frontier.root.hex() if frontier.size else "",
            done=counted(acts, teams_of(unit, {subject for _, subject in acts}).keys()),
            notes=unit.duty.notes(shift.id),
            for_next=for_next,
            open=open_things(waiting, now),
            is_cut=OPEN_MAX in {len(waiting.hits), len(waiting.permissions), *waiting.count_of_messages},
        )

    def _authorise(self, unit: DutyUnit, officer: OfficerId, subject: str) -> None:
        authorise(unit, officer, WORKS, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record)

    def _record(self, unit: DutyUnit, verb: str, officer: OfficerId, subject: str, detail: JsonObject) -> None:
        self.record(unit, Act(verb, unit.bodies.own().id, officer, subject, {"outcome": "done", **detail}))


def _known_rows(unit: DutyUnit, after: int, upto: int, hidden: Collection[str]) -> tuple[TrailRow, ...]:
    """Return the newest rows that a journal shows, in order: as many whether others between them are hidden or not."""
    known: list[TrailRow] = []
    for _ in range(COUNTED_MAX // LINES_MAX):
        rows = unit.trail.of_verbs(JOURNAL, after, upto, LINES_MAX)
        known = [*(row for row in rows if row.act.subject not in hidden), *known]
        if len(rows) < LINES_MAX or len(known) >= LINES_MAX:
            break
        upto = rows[0].sequence - 1
    return tuple(known[-LINES_MAX:])


def _load(unit: DutyUnit, shift: str) -> Shift:
    found = unit.duty.shift(shift)
    if found is None:
        raise NotFound
    return found
