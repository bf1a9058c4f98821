"""The verbs of the case register: open, add a reference, note, close, reopen, show.

Each is one transaction with one row in the trail. `add_event` and `case_to_work_on` are for later rooms, inside a
transaction of theirs.

Source: docs/rules/cases.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from entente.bodies.authority import authorise
from entente.bodies.model import Officer
from entente.cases.model import Case, CaseEvent, CaseReference, CaseState
from entente.cases.ports import CasesUnit
from entente.cases.rules import (
    case_number,
    check_change,
    check_is_open,
    check_note,
    check_opening,
    check_reference,
    subjects_of,
    with_reference,
)
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, Ids, OfficerId
from entente.kernel.ports import Act, UnitOfWork
from entente.trail.log import Log
from entente.trail.proving import CaseProof, prove_case


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its chronology, oldest line first."""

    case: Case
    events: tuple[CaseEvent, ...]


def add_event(unit: CasesUnit, number: str, event: CaseEvent) -> None:
    """Add a line to a case's chronology inside the caller's transaction; raise NotFound for no such case.

    What comes in from outside is added to a closed case too, so that nothing received is out of its file.

    Source: docs/rules/cases.md C5.
    """
    _load(unit, number)
    unit.cases.add_event(number, event)


def case_to_work_on(unit: CasesUnit, number: str) -> Case:
    """Return an open case; raise NotFound for no such case and Conflict for a closed one.

    Source: docs/rules/cases.md C4.
    """
    case = _load(unit, number)
    check_is_open(case)
    return case


@dataclass(frozen=True, slots=True)
class Cases:
    """Keeps the cases of this body."""

    open_unit: Callable[[], CasesUnit]
    open_view: Callable[[], CasesUnit]
    """Opens a unit that only reads, and waits for nobody who writes."""
    clock: Clock
    ids: Ids
    lists: CodeLists
    record: Callable[[UnitOfWork, Act], object]
    """Records an act in the trail, inside the transaction of the act."""

    def open_case(
        self, officer: OfficerId, title: str, crime_area: str, references: tuple[CaseReference, ...] = ()
    ) -> Case:
        """Open a case with the next number of this year's register; raise Refused or Invalid.

        Source: docs/rules/cases.md C1 to C3.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            opener = self._authorise(unit, officer, "open_case", "", now)
            check_opening(title, crime_area, self.lists.crime_areas)
            kept: tuple[CaseReference, ...] = ()
            for reference in references:
                check_reference(reference, _known(unit))
                kept = with_reference(kept, reference)
            # The number is taken inside this transaction: one that is undone gives it back, and no gap is left.
            number = case_number(now.year, unit.cases.next_serial(now.year))
            case = Case(number, title, crime_area, now, opener.id, CaseState.OPEN, kept)
            unit.cases.put(case)
            unit.cases.add_event(number, CaseEvent(now, opener.id, "opened", number, title))
            detail: JsonObject = {"crime_area": crime_area, "references": len(kept)}
            self._record(unit, "open_case", opener, number, detail)
            unit.commit()
            return case

    def add_reference(self, officer: OfficerId, number: str, reference: CaseReference) -> Case:
        """Add the other side's number for the same matter; the same one again adds nothing to the list.

        Source: docs/rules/cases.md C3.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case = case_to_work_on(unit, number)
            check_reference(reference, _known(unit))
            changed = replace(case, references=with_reference(case.references, reference))
            unit.cases.put(changed)
            event = CaseEvent(now, keeper.id, "reference", reference.body, reference.reference)
            unit.cases.add_event(number, event)
            self._record(unit, "keep_case", keeper, number, {"change": "reference", "body": reference.body})
            unit.commit()
            return changed

    def note(self, officer: OfficerId, number: str, text: str) -> CaseEvent:
        """Write a note into the chronology; it is never changed afterwards.

        Source: docs/rules/cases.md C5.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case_to_work_on(unit, number)
            check_note(text)
            event = CaseEvent(now, keeper.id, "note", self.ids.new_id("note"), text)
            unit.cases.add_event(number, event)
            self._record(unit, "keep_case", keeper, number, {"change": "note", "note": event.subject})
            unit.commit()
            return event

    def close_case(self, officer: OfficerId, number: str, reason: str) -> Case:
        """Close a case, with the reason in words; raise Conflict when it is closed already.

        Source: docs/rules/cases.md C4.
        """
        return self._change(officer, number, CaseState.CLOSED, "closed", reason)

    def reopen_case(self, officer: OfficerId, number: str, reason: str) -> Case:
        """Open a closed case again under its number, with the reason in words; raise Conflict when it is open.

        Source: docs/rules/cases.md C4.
        """
        return self._change(officer, number, CaseState.OPEN, "reopened", reason)

    def prove(self, officer: OfficerId, number: str, log: Log, progress: Callable[[int], None]) -> CaseProof:
        """Make the file that proves what the trail holds of a case; raise Refused or NotFound. It is itself a row of it.

        Source: docs/rules/trail.md T12; docs/rules/cases.md C6.
        """
        with self.open_unit() as unit:
            reader = self._authorise(unit, officer, "read_trail", number, self.clock.now())
            _load(unit, number)
            subjects = subjects_of(number, unit.cases.events(number))
            self._record(unit, "export_trail", reader, number, {})
            unit.commit()
        # After the commit: the proof holds the row of its own making, and its checkpoint is not older than it.
        return prove_case(log, number, subjects, progress)

    def show(self, number: str) -> CaseFile:
        """Return a case with its chronology; raise NotFound."""
        with self.open_view() as unit:
            return CaseFile(_load(unit, number), unit.cases.events(number))

    def latest(self, limit: int, before: str = "") -> tuple[Case, ...]:
        """Return the newest cases, newest first, opened before another one where its number is given."""
        with self.open_view() as unit:
            return unit.cases.all(limit, before)

    def _change(self, officer: OfficerId, number: str, state: CaseState, kind: str, reason: str) -> Case:
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case = _load(unit, number)
            check_change(case, state)
            check_note(reason)
            changed = replace(case, state=state)
            unit.cases.put(changed)
            unit.cases.add_event(number, CaseEvent(now, keeper.id, kind, number, reason))
            self._record(unit, "keep_case", keeper, number, {"change": kind})
            unit.commit()
            return changed

    def _authorise(self, unit: CasesUnit, officer: OfficerId, verb: str, subject: str, now: datetime) -> Officer:
        return authorise(unit, officer, verb, subject=subject, now=now, lists=self.lists, record=self._refusal)

    def _refusal(self, unit: UnitOfWork, act: Act) -> None:
        self.record(unit, act)

    def _record(self, unit: CasesUnit, verb: str, officer: Officer, number: str, detail: JsonObject) -> None:
        self.record(unit, Act(verb, unit.bodies.own().id, officer.id, number, {"outcome": "done", **detail}))


def _load(unit: CasesUnit, number: str) -> Case:
    case = unit.cases.get(number)
    if case is None:
        raise NotFound
    return case


def _known(unit: CasesUnit) -> frozenset[BodyId]:
    return frozenset(body.id for body in unit.bodies.bodies())
