"""What is to be done on a case, by whom, until when, and the terms that run; once done, by whom and how.

Source: docs/rules/cases.md C12 and C13.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from entente.cases.keeping import Keeping, case_to_work_on, known_case
from entente.cases.model import Case, CaseEvent, CaseTask
from entente.cases.rules import bad
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import require_utc
from entente.kernel.codec import to_json
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.text import is_line, is_seen, shows_as_stored

WHAT_CHARACTERS_MAX = 300
TERM_CHARACTERS_MAX = 300
OUTCOME_CHARACTERS_MAX = 2_000
TASKS_MAX = 1_000
"""Tasks of one case; a case with more is several."""


@dataclass(frozen=True, slots=True)
class Commission:
    """What an officer sets."""

    what: str
    officer: OfficerId
    due_at: datetime | None = None
    term_of: str = ""
    """What sets the term; empty for a task that somebody simply set."""


class Tasks(Keeping):
    """The verbs about tasks and terms."""

    __slots__ = ()

    def set_task(self, officer: OfficerId, number: str, commission: Commission) -> CaseTask:
        """Set something to be done on a case; raise NotFound, Conflict for a closed case, or Invalid.

        Source: docs/rules/cases.md C12.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case = case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_commission(commission)
            if not self._may_be_given(unit.bodies.officer(commission.officer), now):
                raise bad("to", f"«{commission.officer[:60]}» is no active officer of ours whose role keeps cases")
            if case.team and commission.officer not in case.team:
                raise bad("to", "the case has a team, and who is to do something on it must be one of it")
            if len(unit.cases.tasks(number)) >= TASKS_MAX:
                raise bad("what", f"a case has at most {TASKS_MAX} tasks")
            task = CaseTask(
                self.ids.new_id("task"),
                number,
                commission.what,
                commission.officer,
                commission.due_at,
                commission.term_of,
                keeper.id,
                now,
            )
            unit.cases.put_task(task)
            unit.cases.add_event(number, CaseEvent(now, keeper.id, "task", task.id, f"{task.officer}: {task.what}"))
            detail: JsonObject = {"change": "task", "task": task.id, "to": task.officer, "due_at": to_json(task.due_at)}
            self._record(unit, "keep_case", keeper, number, detail)
            unit.commit()
            return task

    def finish_task(self, officer: OfficerId, number: str, task: str, outcome: str) -> CaseTask:
        """State that a task was done, and what came of it; raise NotFound, Conflict for one that was done, or Invalid.

        Source: docs/rules/cases.md C13.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case = known_case(unit, number, self._knowing(unit, officer, now))
            found = unit.cases.task(task)
            if found is None or found.case != number:
                raise NotFound
            if not is_seen(outcome) or not shows_as_stored(outcome) or len(outcome) > OUTCOME_CHARACTERS_MAX:
                raise bad("outcome", f"what came of it is told in 1 to {OUTCOME_CHARACTERS_MAX} characters")
            if not found.is_open:
                raise Conflict(
                    "The task was not marked as done again.",
                    why=f"{found.done_by} did it before (docs/rules/cases.md C13).",
                    do="Look at what came of it; write a note where something is to be added.",
                )
            done = replace(found, done_by=keeper.id, done_at=now, outcome=outcome)
            unit.cases.put_task(done)
            event = CaseEvent(now, keeper.id, "task_done", task, f"{found.what}: {outcome}")
            unit.cases.add_event(case.number, event)
            was_late = found.due_at is not None and found.due_at < now
            detail: JsonObject = {"change": "task_done", "task": task, "was_late": was_late}
            self._record(unit, "keep_case", keeper, case.number, detail)
            unit.commit()
            return done


def check_commission(commission: Commission) -> None:
    """Check what is set; raise Invalid naming the field.

    Source: docs/rules/cases.md C12.
    """
    if len(commission.what) > WHAT_CHARACTERS_MAX or not is_line(commission.what):
        raise bad("what", f"what is to be done is one line of 1 to {WHAT_CHARACTERS_MAX} characters")
    if commission.term_of:
        if len(commission.term_of) > TERM_CHARACTERS_MAX or not is_line(commission.term_of):
            raise bad("term_of", f"what sets a term is one line of at most {TERM_CHARACTERS_MAX} characters")
        if commission.due_at is None:
            raise bad("due_at", "a term that something sets ends at a moment")
    if commission.due_at is not None:
        require_utc(commission.due_at, "due_at")


def check_nothing_waits(case: Case, tasks: Iterable[CaseTask]) -> None:
    """Check that nothing is to be done on a case any more; raise Conflict otherwise.

    Source: docs/rules/cases.md C12.
    """
    waiting = [task for task in tasks if task.is_open]
    if waiting:
        raise Conflict(
            f"The case {case.number} was not closed.",
            why=f"Open tasks: {len(waiting)}, the first: {waiting[0].what} (docs/rules/cases.md C12).",
            do="State of each what came of it, or that it is not needed any more, and close the case then.",
        )
