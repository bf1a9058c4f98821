"""The tables of cases: the register and the chronologies.

The yearly number is a counter raised in the case's own transaction: an undone case gives its number back, so the register
has no gap. Source: docs/rules/cases.md; cases.ports.CaseStore.
"""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from entente.cases.model import Case, CaseEvent
from entente.storage.rows import add_to_counter, replace_row, text_of, value_of
from entente.storage.schema import case_event, case_file


class CaseTables:
    """The CaseStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def next_serial(self, year: int) -> int:
        """Return the next number of the year's register."""
        return add_to_counter(self._connection, f"cases of {year}")

    def get(self, number: str) -> Case | None:
        """Return a case."""
        query = sa.select(case_file.c.document).where(case_file.c.number == number)
        document = self._connection.execute(query).scalar()
        return None if document is None else value_of(Case, document)

    def put(self, case: Case) -> None:
        """Add or replace a case."""
        values = {"opened_at": case.opened_at, "document": text_of(case)}
        replace_row(self._connection, case_file, {"number": case.number}, values)

    def all(self, limit: int, before: str = "") -> tuple[Case, ...]:
        """Return the newest cases, newest first, opened before another one where its number is given."""
        query = sa.select(case_file.c.document).order_by(case_file.c.opened_at.desc(), case_file.c.number.desc())
        if before:
            opened_at = sa.select(case_file.c.opened_at).where(case_file.c.number == before).scalar_subquery()
            of_the_moment = sa.and_(case_file.c.opened_at == opened_at, case_file.c.number < before)
            query = query.where(sa.or_(case_file.c.opened_at < opened_at, of_the_moment))
        return tuple(value_of(Case, row.document) for row in self._connection.execute(query.limit(limit)))

    def add_event(self, number: str, event: CaseEvent) -> None:
        """Add a line to the chronology; lines are never changed, but for `blank_events`."""
        self._connection.execute(sa.insert(case_event), {"case_number": number, "document": text_of(event)})

    def blank_events(self, number: str, subject: str) -> None:
        """Take the text from a case's lines about an item that its sender recalled."""
        query = sa.select(case_event.c.position, case_event.c.document).where(case_event.c.case_number == number)
        for row in self._connection.execute(query).all():
            event = value_of(CaseEvent, row.document)
            if event.subject == subject:
                blank = text_of(replace(event, text=""))
                here = case_event.c.position == row.position
                self._connection.execute(sa.update(case_event).where(here).values(document=blank))

    def events(self, number: str) -> tuple[CaseEvent, ...]:
        """Return the chronology in the order it was written."""
        query = sa.select(case_event.c.document).where(case_event.c.case_number == number)
        rows = self._connection.execute(query.order_by(case_event.c.position))
        return tuple(value_of(CaseEvent, row.document) for row in rows)
