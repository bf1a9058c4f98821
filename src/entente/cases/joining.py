"""Two cases made one, and one made two: nothing is lost, and numbers stay.

Of two joined cases one goes on: it has the references, the open work and the exhibits of both. The other keeps its number, its
chronology and all that was sent under it, and points to the one that goes on.

Source: docs/rules/cases.md C15 and C16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from entente.cases.keeping import Keeping, case_to_work_on, known_case
from entente.cases.model import Case, CaseEvent, CaseState, CaseTask, Knowing
from entente.cases.ports import CasesUnit
from entente.cases.rules import (
    OF_ITEMS,
    bad,
    case_number,
    check_change,
    check_note,
    check_opening,
    check_version,
    with_reference,
)
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId

ITEMS_MAX = 1_000
"""What goes over to a new case at once."""


@dataclass(frozen=True, slots=True)
class GoesOver:
    """What goes over to a new case: ids of tasks, exhibits and items of correspondence of the case it is split from."""

    title: str
    crime_area: str
    reason: str
    tasks: frozenset[str] = frozenset()
    exhibits: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    """Messages, hits and requests: they are noted in the new case, and keep the number that they were sent under."""
    beyond: frozenset[str] = frozenset()
    """Those of the items that are out of the officer's reach (C19): as if they did not lie in the case."""


class Joining(Keeping):
    """The verbs that join and split cases."""

    __slots__ = ()

    def join_cases(self, officer: OfficerId, number: str, other: str, reason: str, version: int) -> Case:
        """Join another case to one that goes on; return the one that goes on.

        Who may know of the joined matter is who may know of either, and the whole body only where neither has a team.
        Raises NotFound, Conflict for one that is joined already or was changed meanwhile, or Invalid, for what is no case too.

        Source: docs/rules/cases.md C15.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            knowing = self._knowing(unit, officer, now)
            case, ended = case_to_work_on(unit, number, knowing), _other_case(unit, other, knowing)
            if number == other:
                raise bad("other", "a case is joined to another one")
            check_version(case, version)
            check_change(ended, CaseState.JOINED)
            check_note(reason)
            team = _team_of_both(case, ended)
            references = case.references
            for one in ended.references:
                references = with_reference(references, one)
            changed = replace(
                case, references=references, team=team, joined=(*case.joined, other), version=case.version + 1
            )
            pointing = replace(ended, state=CaseState.JOINED, goes_on_in=number, team=team, version=ended.version + 1)
            unit.cases.put(changed)
            unit.cases.put(pointing)
            self._tell_joined(unit, changed)
            moved = _move(unit, other, number, lambda task: task.is_open, lambda _: True)
            given = self._put_task_over(unit, changed, keeper.id, now)
            unit.cases.add_event(number, CaseEvent(now, keeper.id, "joined", other, f"{other} {ended.title}: {reason}"))
            unit.cases.add_event(
                other, CaseEvent(now, keeper.id, "goes_on", number, f"{number} {case.title}: {reason}")
            )
            detail: JsonObject = {
                "case": number,
                "joined": other,
                "tasks": moved[0],
                "exhibits": moved[1],
                "given": given,
            }
            self._record(unit, "keep_case", keeper, number, {"change": "joined", **detail})
            self._record(unit, "keep_case", keeper, other, {"change": "goes_on", **detail})
            unit.commit()
            return changed

    def split_case(self, officer: OfficerId, number: str, over: GoesOver, version: int) -> Case:
        """Open a new case of a part of another, with its references and its team; return the new one.

        Raises NotFound, Conflict for a closed case or one that was changed meanwhile, Invalid for what does not lie in it.

        Source: docs/rules/cases.md C16 and C19.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "open_case", number, now)
            case = case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_version(case, version)
            check_opening(over.title, over.crime_area, self.lists.crime_areas)
            check_note(over.reason)
            lines = _lines_that_go(unit, number, over)
            made = case_number(now.year, unit.cases.next_serial(now.year))
            new = Case(
                made,
                over.title,
                over.crime_area,
                now,
                keeper.id,
                CaseState.OPEN,
                case.references,
                team=tuple(dict.fromkeys((keeper.id, *case.team))) if case.team else (),
                unit=case.unit,
                split_from=number,
            )
            unit.cases.put(new)
            unit.cases.put(replace(case, version=case.version + 1))
            unit.cases.add_event(made, CaseEvent(now, keeper.id, "opened", made, over.title))
            unit.cases.add_event(made, CaseEvent(now, keeper.id, "split_from", number, f"{number}: {over.reason}"))
            for line in lines:
                unit.cases.add_event(made, line)
            _move(unit, number, made, lambda task: task.id in over.tasks, lambda one: one in over.exhibits)
            unit.cases.add_event(
                number, CaseEvent(now, keeper.id, "split", made, f"{made} {over.title}: {over.reason}")
            )
            detail: JsonObject = {
                "case": number,
                "new": made,
                "tasks": len(over.tasks),
                "exhibits": len(over.exhibits),
                "items": len(over.items),
            }
            self._record(unit, "open_case", keeper, made, {"crime_area": over.crime_area, **detail})
            self._record(unit, "keep_case", keeper, number, {"change": "split", **detail})
            unit.commit()
            return new


def _other_case(unit: CasesUnit, number: str, knowing: Knowing) -> Case:
    """Return a case whose number was typed; raise Invalid for none that may be known of (C8, W166)."""
    try:
        return known_case(unit, number, knowing)
    except NotFound as error:
        raise bad("other", "no case of this number is here that may be shown to you") from error


def _team_of_both(case: Case, ended: Case) -> tuple[OfficerId, ...]:
    """Return who may know of the joined matter: both teams; of one that has none, the other's with the officer in charge."""
    if not (case.team or ended.team):
        return ()
    return tuple(dict.fromkeys((case.in_charge, *case.team, *ended.team)))


def _lines_that_go(unit: CasesUnit, number: str, over: GoesOver) -> tuple[CaseEvent, ...]:
    """Return the lines of a chronology about the items that go over; raise Invalid for what does not lie in the case."""
    if len(over.tasks) + len(over.exhibits) + len(over.items) > ITEMS_MAX:
        raise bad("items", f"at most {ITEMS_MAX} of them go over at once")
    named = over.items - over.beyond
    lines = tuple(one for one in unit.cases.events(number) if one.kind in OF_ITEMS and one.subject in named)
    there = {
        "tasks": over.tasks - {one.id for one in unit.cases.tasks(number)},
        "exhibits": over.exhibits - {one.id for one in unit.cases.exhibits(number)},
        "items": over.items - {one.subject for one in lines},
    }
    for field, strange in there.items():
        if strange:
            raise bad(field, f"«{min(strange)[:60]}» does not lie in this case")
    return lines


def _move(
    unit: CasesUnit, from_: str, to: str, is_task: Callable[[CaseTask], bool], is_exhibit: Callable[[str], bool]
) -> tuple[int, int]:
    """Put tasks and exhibits of one case into another; return how many of each."""
    tasks = [task for task in unit.cases.tasks(from_) if is_task(task)]
    exhibits = [one for one in unit.cases.exhibits(from_) if is_exhibit(one.id)]
    for task in tasks:
        unit.cases.put_task(replace(task, case=to))
    for exhibit in exhibits:
        unit.cases.put_exhibit(replace(exhibit, case=to))
    return len(tasks), len(exhibits)
