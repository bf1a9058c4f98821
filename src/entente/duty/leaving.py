"""What an officer has open: it is told before their entry ends or loses a role, because nobody else would find it in time.

Nothing here is handed on by itself: who gets a case, a task or a night is decided by somebody. Who asks is told of the cases
that they may know of, and of nothing else.

Source: docs/rules/bodies.md B25; docs/rules/cases.md C7 and C8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from entente.cases.keeping import knowing_of
from entente.cases.model import Case, CaseTask, Knowing
from entente.cases.rules import may_know
from entente.duty.model import RosterEntry, Shift
from entente.duty.ports import DutyUnit
from entente.handling.model import CodeLists
from entente.kernel.ids import OfficerId

TASKS_MAX: Final = 100
ROSTER_DAYS: Final = 60
"""As far ahead as a roster is written."""
ROSTER_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What waits for one officer, as far as who asks may know."""

    shift: Shift | None
    """The one that they are on."""
    tasks: tuple[CaseTask, ...]
    cases: tuple[Case, ...]
    """Open ones that they have charge of, the newest first."""
    alone: frozenset[str]
    """Of these the numbers of those whose team is they alone: nobody else works on them."""
    roster: tuple[RosterEntry, ...]


def open_work(
    open_view: Callable[[], DutyUnit], officer: OfficerId, asking: OfficerId, now: datetime, lists: CodeLists
) -> OpenWork:
    """Return what an officer has open, for somebody who asks."""
    with open_view() as view:
        knowing = knowing_of(view, asking, now, lists)
        tasks = [one for one in view.cases.open_tasks(officer, TASKS_MAX) if _may_know_of(view, one.case, knowing)]
        cases = view.cases.in_charge(officer, knowing)
        entries = view.duty.entries(now, now + timedelta(days=ROSTER_DAYS), ROSTER_MAX)
        return OpenWork(
            view.duty.shift_of(officer),
            tuple(tasks),
            cases,
            frozenset(one.number for one in cases if one.team == (officer,)),
            tuple(one for one in entries if one.officer == officer),
        )


def _may_know_of(view: DutyUnit, number: str, knowing: Knowing) -> bool:
    case = view.cases.get(number)
    return case is not None and may_know(case, knowing)
