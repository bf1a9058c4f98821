"""The tables of duty: shifts with their notes, the roster, and calls.

Source: docs/rules/desk.md W40 to W45; duty.ports.DutyStore.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from entente.duty.calls import Call, CallState
from entente.duty.model import Note, RosterEntry, Shift, ShiftState
from entente.kernel.ids import OfficerId
from entente.storage.rows import add_to_counter, replace_row, text_of, value_of
from entente.storage.schema import page_call, roster_entry, shift, shift_note


class DutyTables:
    """The DutyStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put_shift(self, kept: Shift) -> None:
        """Add or replace a shift."""
        values = {
            "began_at": kept.began_at,
            "officer": kept.officer,
            "state": kept.state.value,
            "document": text_of(kept),
        }
        replace_row(self._connection, shift, {"id": kept.id}, values)

    def shift(self, shift_id: str) -> Shift | None:
        """Return a shift."""
        query = sa.select(shift.c.document).where(shift.c.id == shift_id)
        document = self._connection.execute(query).scalar()
        return None if document is None else value_of(Shift, document)

    def shift_of(self, officer: OfficerId) -> Shift | None:
        """Return the shift that an officer is on."""
        query = sa.select(shift.c.document).where(shift.c.state == ShiftState.ON.value, shift.c.officer == officer)
        document = self._connection.execute(query).scalar()
        return None if document is None else value_of(Shift, document)

    def shifts(self, limit: int, before: str = "") -> tuple[Shift, ...]:
        """Return the newest shifts, newest first, begun before another one where it is named."""
        query = sa.select(shift.c.document).order_by(shift.c.began_at.desc(), shift.c.id.desc())
        if before:
            began_at = sa.select(shift.c.began_at).where(shift.c.id == before).scalar_subquery()
            of_the_moment = sa.and_(shift.c.began_at == began_at, shift.c.id < before)
            query = query.where(sa.or_(shift.c.began_at < began_at, of_the_moment))
        return tuple(value_of(Shift, row.document) for row in self._connection.execute(query.limit(limit)))

    def shifts_in(self, state: ShiftState, limit: int) -> tuple[Shift, ...]:
        """Return the shifts that are as far as this, the newest first."""
        query = sa.select(shift.c.document).where(shift.c.state == state.value).order_by(shift.c.began_at.desc())
        return tuple(value_of(Shift, row.document) for row in self._connection.execute(query.limit(limit)))

    def add_note(self, note: Note) -> None:
        """Keep a note; notes are never changed."""
        self._connection.execute(sa.insert(shift_note), {"shift": note.shift, "document": text_of(note)})

    def notes(self, shift_id: str) -> tuple[Note, ...]:
        """Return the notes of a shift in order."""
        query = sa.select(shift_note.c.document).where(shift_note.c.shift == shift_id).order_by(shift_note.c.position)
        return tuple(value_of(Note, row.document) for row in self._connection.execute(query))

    def put_entry(self, entry: RosterEntry) -> None:
        """Add an entry of the roster."""
        values = {"begins_at": entry.begins_at, "ends_at": entry.ends_at, "document": text_of(entry)}
        replace_row(self._connection, roster_entry, {"id": entry.id}, values)

    def entry(self, entry_id: str) -> RosterEntry | None:
        """Return an entry of the roster."""
        query = sa.select(roster_entry.c.document).where(roster_entry.c.id == entry_id)
        document = self._connection.execute(query).scalar()
        return None if document is None else value_of(RosterEntry, document)

    def drop_entry(self, entry_id: str) -> None:
        """Take an entry off the roster."""
        self._connection.execute(sa.delete(roster_entry).where(roster_entry.c.id == entry_id))

    def entries(self, since: datetime, until: datetime, limit: int) -> tuple[RosterEntry, ...]:
        """Return the entries that are in force at some moment of a time, in the order in which they begin."""
        query = (
            sa.select(roster_entry.c.document)
            .where(roster_entry.c.ends_at > since, roster_entry.c.begins_at <= until)
            .order_by(roster_entry.c.begins_at, roster_entry.c.id)
            .limit(limit)
        )
        return tuple(value_of(RosterEntry, row.document) for row in self._connection.execute(query))

    def next_call(self) -> int:
        """Return the number of the next call."""
        return add_to_counter(self._connection, "calls")

    def put_call(self, call: Call) -> None:
        """Add or replace a call."""
        values = {
            "item": call.needed.item,
            "ground": call.needed.ground.value,
            "state": call.state.value,
            "document": text_of(call),
        }
        replace_row(self._connection, page_call, {"number": call.number}, values)

    def call(self, number: int) -> Call | None:
        """Return a call."""
        query = sa.select(page_call.c.document).where(page_call.c.number == number)
        document = self._connection.execute(query).scalar()
        return None if document is None else value_of(Call, document)

    def is_called(self, item: str, ground: str) -> bool:
        """Say whether there is or was a call because of a thing on a ground."""
        query = sa.select(page_call.c.number).where(page_call.c.item == item, page_call.c.ground == ground)
        return self._connection.execute(query).scalar() is not None

    def calls_in(self, state: CallState, limit: int) -> tuple[Call, ...]:
        """Return the calls that stand so, the oldest first."""
        query = sa.select(page_call.c.document).where(page_call.c.state == state.value).order_by(page_call.c.number)
        return tuple(value_of(Call, row.document) for row in self._connection.execute(query.limit(limit)))

    def calls(self, limit: int, before: int) -> tuple[Call, ...]:
        """Return the newest calls with a number below `before`, newest first."""
        newest = page_call.c.number.desc()
        query = sa.select(page_call.c.document).where(page_call.c.number < before).order_by(newest).limit(limit)
        return tuple(value_of(Call, row.document) for row in self._connection.execute(query))
