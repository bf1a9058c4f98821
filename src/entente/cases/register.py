"""The verbs of the register: open, add a reference, note, close, reopen, show, and who else may be given a case.

Each act is one transaction with one row in the trail.

Source: docs/rules/cases.md C1 to C9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from entente.cases.keeping import OVERSEE, Keeping, case_to_work_on, known_case
from entente.cases.model import Case, CaseEvent, CaseReference, CaseState, CaseTask, Exhibit, HandOver
from entente.cases.ports import CasesUnit
from entente.cases.rules import (
    case_number,
    check_change,
    check_note,
    check_opening,
    check_reference,
    check_version,
    may_know,
    subjects_of,
    unchanged,
    with_reference,
)
from entente.cases.tasks import check_nothing_waits
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import TrailRow
from entente.trail.log import Log
from entente.trail.proving import CaseProof, prove_case


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that lies in it, each list in its own order."""

    case: Case
    events: tuple[CaseEvent, ...]
    tasks: tuple[CaseTask, ...] = ()
    exhibits: tuple[tuple[Exhibit, tuple[HandOver, ...]], ...] = ()
    """Each with its chain of custody."""


class Register(Keeping):
    """Keeps the register of this body's cases."""

    __slots__ = ()

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
            case = case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_reference(reference, _known(unit))
            changed = replace(case, references=with_reference(case.references, reference))
            unit.cases.put(changed)
            event = CaseEvent(now, keeper.id, "reference", reference.body, reference.reference)
            unit.cases.add_event(number, event)
            self._record(unit, "keep_case", keeper, number, {"change": "reference", "body": reference.body})
            unit.commit()
            return changed

    def rename_case(self, officer: OfficerId, number: str, title: str, crime_area: str, version: int) -> Case:
        """Give a case another title or crime area; what it was called stays in the chronology.

        Raises Conflict where somebody changed the case since the officer looked.

        Source: docs/rules/cases.md C2 and C9.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            check_opening(title, crime_area, self.lists.crime_areas)
            case = case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_version(case, version)
            if (case.title, case.crime_area) == (title, crime_area):
                raise unchanged(case, "It has this title and this crime area already (docs/rules/cases.md C9).")
            changed = replace(case, title=title, crime_area=crime_area, version=case.version + 1)
            unit.cases.put(changed)
            unit.cases.add_event(number, CaseEvent(now, keeper.id, "renamed", number, f"{case.title} → {title}"))
            detail: JsonObject = {"change": "renamed", "crime_area": crime_area, "version": changed.version}
            self._record(unit, "keep_case", keeper, number, detail)
            unit.commit()
            return changed

    def note(self, officer: OfficerId, number: str, text: str) -> CaseEvent:
        """Write a note into the chronology; it is never changed afterwards.

        Source: docs/rules/cases.md C5.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_note(text)
            event = CaseEvent(now, keeper.id, "note", self.ids.new_id("note"), text)
            unit.cases.add_event(number, event)
            self._record(unit, "keep_case", keeper, number, {"change": "note", "note": event.subject})
            unit.commit()
            return event

    def close_case(self, officer: OfficerId, number: str, reason: str, version: int) -> Case:
        """Close a case, with the reason in words; raise Conflict when it is closed already or something is to be done on it.

        Source: docs/rules/cases.md C4 and C12.
        """
        return self._change(officer, number, CaseState.CLOSED, "closed", reason, version)

    def reopen_case(self, officer: OfficerId, number: str, reason: str, version: int) -> Case:
        """Open a closed case again under its number, with the reason in words; raise Conflict when it is open.

        Source: docs/rules/cases.md C4.
        """
        return self._change(officer, number, CaseState.OPEN, "reopened", reason, version)

    def prove(
        self,
        officer: OfficerId,
        number: str,
        log: Log,
        progress: Callable[[int], None],
        withheld: Callable[[Sequence[TrailRow]], frozenset[int]],
    ) -> CaseProof:
        """Make the file that proves what the trail holds of a case; raise Refused or NotFound. It is itself a row of it.

        Of rows that are `withheld` from the officer it has the leaf alone.

        Source: docs/rules/trail.md T12; docs/rules/cases.md C6 and C8; docs/rules/disclosure.md D11.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            reader = self._authorise(unit, officer, "read_trail", number, now)
            known_case(unit, number, self._knowing(unit, officer, now))
            subjects = subjects_of(number, unit.cases.events(number))
            self._record(unit, "export_trail", reader, number, {})
            unit.commit()
        # After the commit: the proof holds the row of its own making, and its checkpoint is not older than it.
        return prove_case(log, number, subjects, progress, withheld)

    def show(self, number: str, officer: OfficerId | None = None) -> CaseFile:
        """Return a case with all that lies in it to an officer who may know of it; raise NotFound.

        To look at a case is no act; who oversees the cases and is not of its team leaves a row all the same.

        Source: docs/rules/cases.md C7 and C8.
        """
        with self.open_view() as unit:
            knowing = self._knowing(unit, officer, self.clock.now())
            case = known_case(unit, number, knowing)
            exhibits = tuple((one, unit.cases.hand_overs(one.id)) for one in unit.cases.exhibits(number))
            file = CaseFile(case, unit.cases.events(number), unit.cases.tasks(number), exhibits)
        if case.team and knowing.officer not in case.team:
            self._overseen(OfficerId(knowing.officer), number)
        return file

    def _overseen(self, officer: OfficerId, number: str) -> None:
        """Record that somebody looked at a case who oversees the cases, before they see anything of it."""
        with self.open_unit() as unit:
            overseer = self._authorise(unit, officer, OVERSEE, number, self.clock.now())
            self._record(unit, OVERSEE, overseer, number, {"change": "looked"})
            unit.commit()

    def latest(self, limit: int, before: str = "", officer: OfficerId | None = None) -> tuple[Case, ...]:
        """Return the newest cases that an officer may know of, newest first, opened before another where its number is given."""
        with self.open_view() as unit:
            return unit.cases.all(limit, before, self._knowing(unit, officer, self.clock.now()))

    def is_known(self, number: str, officer: OfficerId | None) -> bool:
        """Say whether a case with this number is here that an officer may know of, or none has it: whether its rows may be read.

        Source: docs/rules/cases.md C8.
        """
        with self.open_view() as unit:
            knowing = self._knowing(unit, officer, self.clock.now())
            team = unit.cases.teams([number]).get(number)
            return team is None or knowing.oversees or knowing.officer in team

    def is_here(self, number: str, officer: OfficerId) -> bool:
        """Say whether a case with this number is here that an officer may know of.

        Source: docs/rules/cases.md C8.
        """
        with self.open_view() as unit:
            case = unit.cases.get(number)
            return case is not None and may_know(case, self._knowing(unit, officer, self.clock.now()))

    def may_be_given(self) -> tuple[OfficerId, ...]:
        """Return the officers who may be given a case or a task, by id: active ones whose role keeps cases, and no machine.

        Source: docs/rules/cases.md C11.
        """
        with self.open_view() as unit:
            now = self.clock.now()
            return tuple(one.id for one in unit.bodies.officers() if self._may_be_given(one, now))

    def _change(self, officer: OfficerId, number: str, state: CaseState, kind: str, reason: str, version: int) -> Case:
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case = known_case(unit, number, self._knowing(unit, officer, now))
            check_change(case, state)
            check_version(case, version)
            check_note(reason)
            if state is CaseState.CLOSED:
                check_nothing_waits(case, unit.cases.tasks(number))
            changed = replace(case, state=state, version=case.version + 1)
            unit.cases.put(changed)
            unit.cases.add_event(number, CaseEvent(now, keeper.id, kind, number, reason))
            self._record(unit, "keep_case", keeper, number, {"change": kind})
            unit.commit()
            return changed


def _known(unit: CasesUnit) -> frozenset[BodyId]:
    return frozenset(body.id for body in unit.bodies.bodies())
