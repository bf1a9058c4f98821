"""What cases needs from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from entente.cases.model import NOBODY, Case, CaseEvent, CaseTask, Exhibit, HandOver, Knowing
from entente.kernel.ids import OfficerId
from entente.records.ports import RecordsUnit


class CaseStore(Protocol):
    """The register of cases, with the chronology, tasks and exhibits of each."""

    def next_serial(self, year: int) -> int:
        """Return the next number of the year's gapless register, within this transaction."""

    def get(self, number: str) -> Case | None:
        """Return a case, whoever may know of it."""

    def put(self, case: Case) -> None:
        """Add or replace a case, and with it who may know of it."""

    def all(self, limit: int, before: str = "", knowing: Knowing = NOBODY) -> tuple[Case, ...]:
        """Return the newest cases that somebody may know of, newest first, opened before another one where its number is given.

        Who may know of none with a team is asked for where nobody is named.
        """

    def in_charge(self, officer: OfficerId, knowing: Knowing = NOBODY) -> tuple[Case, ...]:
        """Return the open cases that an officer has charge of, of those that somebody may know of, the newest first."""

    def teams(self, numbers: Collection[str]) -> Mapping[str, frozenset[OfficerId]]:
        """Return who may know of these cases, of those that have a team."""

    def add_event(self, number: str, event: CaseEvent) -> None:
        """Add a line to the chronology; lines are never changed, but for `blank_events`."""

    def blank_events(self, number: str, subject: str) -> None:
        """Take the text from a case's lines about an item that its sender recalled; that there was one stays."""

    def events(self, number: str) -> tuple[CaseEvent, ...]:
        """Return the chronology in order."""

    def put_task(self, task: CaseTask) -> None:
        """Add or replace a task."""

    def task(self, task: str) -> CaseTask | None:
        """Return a task."""

    def tasks(self, number: str) -> tuple[CaseTask, ...]:
        """Return the tasks of a case in the order in which they were set."""

    def open_tasks(self, officer: OfficerId, limit: int) -> tuple[CaseTask, ...]:
        """Return what an officer has to do: what has a term first, the earliest, then the rest, the oldest."""

    def put_exhibit(self, exhibit: Exhibit) -> None:
        """Add an exhibit, or say which case it is in now; nothing else of one that is kept changes."""

    def exhibit(self, exhibit: str) -> Exhibit | None:
        """Return an exhibit."""

    def exhibits(self, number: str) -> tuple[Exhibit, ...]:
        """Return the exhibits of a case in the order in which they were entered."""

    def count_entered(self, number: str) -> int:
        """Count the exhibits that were entered in a case, wherever they are now."""

    def add_hand_over(self, hand_over: HandOver) -> None:
        """Add a link to an exhibit's chain of custody; links are never changed."""

    def hand_overs(self, exhibit: str) -> tuple[HandOver, ...]:
        """Return an exhibit's chain of custody in order."""


class CasesUnit(RecordsUnit, Protocol):
    """A unit of work with the cases."""

    @property
    def cases(self) -> CaseStore:
        """The cases."""
