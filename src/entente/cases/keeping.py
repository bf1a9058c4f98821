"""What every verb about cases shares: who asks, which case they may know of, and what is kept of the act.

`add_event`, `case_to_work_on` and `knowing_of` are for later rooms too, inside a transaction of theirs.

Source: docs/rules/cases.md C4, C5, C7 and C8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from entente.bodies.authority import authorise
from entente.bodies.model import Officer
from entente.bodies.powers import is_active
from entente.bodies.tokens import may
from entente.cases.model import Case, CaseEvent, CaseState, Knowing
from entente.cases.ports import CasesUnit
from entente.cases.rules import check_is_open, may_know
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import NotFound
from entente.kernel.ids import Ids, OfficerId
from entente.kernel.ports import Act, UnitOfWork

OVERSEE = "oversee_cases"
KEEP = "keep_case"


def add_event(unit: CasesUnit, number: str, event: CaseEvent) -> None:
    """Add a line to a case's chronology inside the caller's transaction; raise NotFound for no such case.

    What comes in from outside is added to a closed case too, so that nothing received is out of its file; and where the case
    was joined to another, to the one that goes on as well.

    Source: docs/rules/cases.md C5 and C15.
    """
    case = unit.cases.get(number)
    if case is None:
        raise NotFound
    unit.cases.add_event(number, event)
    if case.state is CaseState.JOINED:
        add_event(unit, case.goes_on_in, event)


def blank_events(unit: CasesUnit, number: str, subject: str) -> None:
    """Take the text about an item that its sender recalled from a case, and from every other where its lines were copied to.

    These are the case that a joined one goes on in, and those split off. A number that is no case of ours has no lines.

    Source: docs/rules/cases.md C15 and C16; docs/rules/correspondence.md M18.
    """
    numbers, seen = [number], {""}
    while numbers:
        if (one := numbers.pop()) in seen or (case := unit.cases.get(one)) is None:
            continue
        seen.add(one)
        numbers += [case.goes_on_in, *(event.subject for event in unit.cases.events(one) if event.kind == "split")]
        unit.cases.blank_events(one, subject)


def knowing_of(unit: CasesUnit, officer: OfficerId | None, now: datetime, lists: CodeLists) -> Knowing:
    """Return who asks, as far as need to know goes: nobody for whom no officer was entered, or who is active no more.

    Source: docs/rules/cases.md C7.
    """
    found = unit.bodies.officer(officer) if officer else None
    if found is None or not is_active(found, now):
        return Knowing()
    return Knowing(found.id, oversees=may(found, (OVERSEE,), now, lists))


def known_case(unit: CasesUnit, number: str, knowing: Knowing) -> Case:
    """Return a case that somebody may know of; raise NotFound for any other, as for one that is not there.

    Source: docs/rules/cases.md C8.
    """
    case = unit.cases.get(number)
    if case is None or not may_know(case, knowing):
        raise NotFound
    return case


def case_to_work_on(unit: CasesUnit, number: str, knowing: Knowing) -> Case:
    """Return an open case that somebody may know of; raise NotFound for no such case and Conflict for a closed one.

    Source: docs/rules/cases.md C4 and C8.
    """
    case = known_case(unit, number, knowing)
    check_is_open(case)
    return case


def joined_before(unit: CasesUnit, case: Case) -> Iterator[Case]:
    """Yield the cases that were joined to one, and theirs: what goes on in it is their matter too."""
    numbers = [*case.joined]
    while numbers:
        earlier = unit.cases.get(numbers.pop(0))
        assert earlier is not None, "a case is never deleted"
        yield earlier
        numbers += earlier.joined


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the verbs about cases are handed."""

    open_unit: Callable[[], CasesUnit]
    open_view: Callable[[], CasesUnit]
    """Opens a unit that only reads, and waits for nobody who writes."""
    clock: Clock
    ids: Ids
    lists: CodeLists
    record: Callable[[UnitOfWork, Act], object]
    """Records an act in the trail, inside the transaction of the act."""

    def _authorise(self, unit: CasesUnit, officer: OfficerId, verb: str, subject: str, now: datetime) -> Officer:
        return authorise(unit, officer, verb, subject=subject, now=now, lists=self.lists, record=self._refusal)

    def _authorise_to_assign(self, unit: CasesUnit, officer: OfficerId, number: str, now: datetime) -> Officer:
        """Return an officer who may say who works on a case: whoever keeps cases, and whoever oversees them (C10, C11)."""
        found = unit.bodies.officer(officer)
        oversees = (
            found is not None and not may(found, (KEEP,), now, self.lists) and may(found, (OVERSEE,), now, self.lists)
        )
        return self._authorise(unit, officer, OVERSEE if oversees else KEEP, number, now)

    def _knowing(self, unit: CasesUnit, officer: OfficerId | None, now: datetime) -> Knowing:
        return knowing_of(unit, officer, now, self.lists)

    def _may_be_given(self, officer: Officer | None, now: datetime) -> bool:
        """Say whether an officer may be given a case or a task: a human one of ours, active, whose role keeps cases."""
        return officer is not None and not officer.is_machine and self._may_be_of_a_team(officer, now)

    def _may_be_of_a_team(self, officer: Officer | None, now: datetime) -> bool:
        """Say whether an account may work on a case: also a case system's own, whose role keeps cases."""
        return officer is not None and may(officer, (KEEP,), now, self.lists)

    def _refusal(self, unit: UnitOfWork, act: Act) -> None:
        self.record(unit, act)

    def _record(self, unit: CasesUnit, verb: str, officer: Officer, number: str, detail: JsonObject) -> None:
        self.record(unit, Act(verb, unit.bodies.own().id, officer.id, number, {"outcome": "done", **detail}))

    def _tell_joined(self, unit: CasesUnit, case: Case) -> None:
        """Have who may know of a case know of all that was joined to it, and nobody else (C15)."""
        for earlier in joined_before(unit, case):
            if earlier.team != case.team:
                unit.cases.put(replace(earlier, team=case.team, version=earlier.version + 1))

    def _put_task_over(self, unit: CasesUnit, case: Case, by: OfficerId, now: datetime) -> int:
        """Give what officers who may know of a case no more had to do on it to the officer in charge; return how much (C12)."""
        given = 0
        for task in unit.cases.tasks(case.number):
            if task.is_open and case.team and task.officer not in case.team:
                unit.cases.put_task(replace(task, officer=case.in_charge))
                event = CaseEvent(now, by, "task_given", task.id, f"{task.officer} → {case.in_charge}: {task.what}")
                unit.cases.add_event(case.number, event)
                given += 1
        return given
