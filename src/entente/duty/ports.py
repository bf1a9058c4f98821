"""What duty needs from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from entente.correspondence.ports import CorrespondenceUnit
from entente.duty.model import Note, RosterEntry, Shift, ShiftState
from entente.kernel.ids import OfficerId
from entente.kernel.ports import TrailRow, TrailStore


class JournalStore(TrailStore, Protocol):
    """The trail as the journal reads it."""

    def of_verbs(self, verbs: Collection[str], after: int, upto: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the newest rows of some verbs between two rows, the second one included, in order, at most `limit`."""

    def count_of_verbs(self, verbs: Collection[str], after: int, upto: int) -> Mapping[str, int]:
        """Count the rows of some verbs between two rows, the second one included; verbs without a row are left out."""


class DutyStore(Protocol):
    """Shifts with their notes, and the roster."""

    def put_shift(self, shift: Shift) -> None:
        """Add or replace a shift."""

    def shift(self, shift: str) -> Shift | None:
        """Return a shift."""

    def shift_of(self, officer: OfficerId) -> Shift | None:
        """Return the shift that an officer is on; None where they are on none."""

    def shifts(self, limit: int, before: str = "") -> tuple[Shift, ...]:
        """Return the newest shifts, newest first, begun before another one where it is named."""

    def shifts_in(self, state: ShiftState, limit: int) -> tuple[Shift, ...]:
        """Return the shifts that are as far as this, the newest first."""

    def add_note(self, note: Note) -> None:
        """Keep a note; notes are never changed."""

    def notes(self, shift: str) -> tuple[Note, ...]:
        """Return the notes of a shift in order."""

    def put_entry(self, entry: RosterEntry) -> None:
        """Add an entry of the roster."""

    def entry(self, entry: str) -> RosterEntry | None:
        """Return an entry of the roster."""

    def drop_entry(self, entry: str) -> None:
        """Take an entry off the roster."""

    def entries(self, since: datetime, until: datetime, limit: int) -> tuple[RosterEntry, ...]:
        """Return the entries that are in force at some moment of a time, in the order in which they begin."""


class DutyUnit(CorrespondenceUnit, Protocol):
    """A unit of work with shifts and roster."""

    @property
    def duty(self) -> DutyStore:
        """Shifts and roster."""

    @property
    def trail(self) -> JournalStore:
        """The trail."""
