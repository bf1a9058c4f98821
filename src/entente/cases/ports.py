"""What cases needs from outside."""

from __future__ import annotations

from typing import Protocol

from entente.cases.model import Case, CaseEvent
from entente.records.ports import RecordsUnit


class CaseStore(Protocol):
    """The register of cases and their chronologies."""

    def next_serial(self, year: int) -> int:
        """Return the next number of the year's gapless register, within this transaction."""

    def get(self, number: str) -> Case | None:
        """Return a case."""

    def put(self, case: Case) -> None:
        """Add or replace a case."""

    def all(self, limit: int, before: str = "") -> tuple[Case, ...]:
        """Return the newest cases, newest first, opened before another one where its number is given."""

    def add_event(self, number: str, event: CaseEvent) -> None:
        """Add a line to the chronology; lines are never changed, but for `blank_events`."""

    def blank_events(self, number: str, subject: str) -> None:
        """Take the text from a case's lines about an item that its sender recalled; that there was one stays."""

    def events(self, number: str) -> tuple[CaseEvent, ...]:
        """Return the chronology in order."""


class CasesUnit(RecordsUnit, Protocol):
    """A unit of work with the cases."""

    @property
    def cases(self) -> CaseStore:
        """The cases."""
