"""What duty needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from entente.correspondence.ports import CorrespondenceUnit
from entente.duty.calls import Call, CallState, Told
from entente.duty.model import Note, RosterEntry, Shift, ShiftState
from entente.kernel.ids import OfficerId
from entente.kernel.ports import TrailRow, TrailStore


class JournalStore(TrailStore, Protocol):
    """The trail as the journal reads it."""

    def of_verbs(self, verbs: Collection[str], after: int, upto: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the newest rows of some verbs between two rows, the second one included, in order, at most `limit`."""

    def count_of_verbs(
        self, verbs: Collection[str], after: int, upto: int, limit: int
    ) -> Mapping[tuple[str, str], int]:
        """Count the newest rows of some verbs between two rows, the second one included, of at most `limit` rows.

        By verb and what the rows are about; what there is no row of is left out.
        """


class Gateway(Protocol):
    """By what an officer is told outside the browser: mail, or messages of a body's own."""

    def tell(self, told: Told, reach: str) -> None:
        """Tell one officer, once; return when the gateway took it.

        Raises Unavailable where it did not: `retry_is_safe` says whether it is known that nothing left. Raises Invalid where the
        gateway says that it does not reach this officer.
        """


Begin: TypeAlias = Callable[[str, Callable[[], object]], bool]
"""Begins an attempt by its name, in a thread of its own or at once; False where one of this name goes on, or no more may now."""


class DutyStore(Protocol):
    """Shifts with their notes, the roster, and calls."""

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

    def next_call(self) -> int:
        """Return the number of the next call, within this transaction; without a gap."""

    def put_call(self, call: Call) -> None:
        """Add or replace a call."""

    def call(self, number: int) -> Call | None:
        """Return a call."""

    def is_called(self, item: str, ground: str) -> bool:
        """Say whether there is or was a call because of a thing on a ground."""

    def calls_in(self, state: CallState, limit: int) -> tuple[Call, ...]:
        """Return the calls that stand so, the oldest first."""

    def calls(self, limit: int, before: int) -> tuple[Call, ...]:
        """Return the newest calls with a number below `before`, newest first."""


class DutyUnit(CorrespondenceUnit, Protocol):
    """A unit of work with shifts, roster and calls."""

    @property
    def duty(self) -> DutyStore:
        """Shifts, roster and calls."""

    @property
    def trail(self) -> JournalStore:
        """The trail."""
