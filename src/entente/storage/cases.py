"""The tables of cases: the register, who may know of which, chronologies, tasks, exhibits and their chains of custody.

The yearly number is a counter raised in the case's own transaction: an undone case gives its number back, so the register
has no gap. Source: docs/rules/cases.md; cases.ports.CaseStore.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import sqlalchemy as sa

from entente.cases.model import NOBODY, Case, CaseEvent, CaseState, CaseTask, Exhibit, HandOver, Knowing
from entente.kernel.ids import OfficerId
from entente.storage.rows import add_to_counter, parts, read, replace_row, text_of, value_of
from entente.storage.schema import case_event, case_exhibit, case_file, case_hand_over, case_member, case_task

_OPEN_TASKS = (
    sa.select(case_task.c.document)
    .where(case_task.c.officer == sa.bindparam("officer_"), case_task.c.is_open.is_(True))
    # Which end nothing sorts to differs between the engines.
    .order_by(case_task.c.due_at.is_(None), case_task.c.due_at, case_task.c.position)
    .limit(sa.bindparam("most"))
)


def is_known(case_number: sa.ColumnElement[str], knowing: Knowing) -> sa.ColumnElement[bool]:
    """Return the condition that somebody may know of a row's case: that it has no team, or they are of it (C7).

    A row without a case has none with a team.
    """
    return sa.true() if knowing.oversees else is_known_to(case_number, sa.literal(knowing.officer))


def is_known_to(case_number: sa.ColumnElement[str], officer: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Return the same condition for an officer who oversees nothing; where that is a bound parameter, a query is made once."""
    members = sa.select(sa.literal(1)).select_from(case_member).where(case_member.c.case_number == case_number)
    return sa.or_(~members.exists(), members.where(case_member.c.officer == officer).exists())


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
        """Add or replace a case, and with it who may know of it."""
        values = {"opened_at": case.opened_at, "document": text_of(case)}
        replace_row(self._connection, case_file, {"number": case.number}, values)
        here = case_member.c.case_number == case.number
        known = frozenset(self._connection.execute(sa.select(case_member.c.officer).where(here)).scalars())
        if known != frozenset(case.team):
            self._connection.execute(sa.delete(case_member).where(here))
            if case.team:
                rows = [{"case_number": case.number, "officer": one} for one in case.team]
                self._connection.execute(sa.insert(case_member), rows)

    def all(self, limit: int, before: str = "", knowing: Knowing = NOBODY) -> tuple[Case, ...]:
        """Return the newest cases that somebody may know of, newest first, opened before another where its number is given."""
        query = sa.select(case_file.c.document).order_by(case_file.c.opened_at.desc(), case_file.c.number.desc())
        query = query.where(is_known(case_file.c.number, knowing))
        if before:
            opened_at = sa.select(case_file.c.opened_at).where(case_file.c.number == before).scalar_subquery()
            of_the_moment = sa.and_(case_file.c.opened_at == opened_at, case_file.c.number < before)
            query = query.where(sa.or_(case_file.c.opened_at < opened_at, of_the_moment))
        return tuple(value_of(Case, row.document) for row in self._connection.execute(query.limit(limit)))

    def in_charge(self, officer: OfficerId, knowing: Knowing = NOBODY) -> tuple[Case, ...]:
        """Return the open cases that an officer has charge of, of those that somebody may know of, the newest first."""
        query = sa.select(case_file.c.document).where(is_known(case_file.c.number, knowing))
        # The store leaves out most that cannot be meant, before they are read.
        query = query.where(case_file.c.document.contains(text_of(officer), autoescape=True))
        query = query.order_by(case_file.c.opened_at.desc(), case_file.c.number.desc())
        named = (value_of(Case, row.document) for row in self._connection.execute(query))
        return tuple(one for one in named if one.state is CaseState.OPEN and one.in_charge == officer)

    def teams(self, numbers: Collection[str]) -> Mapping[str, frozenset[OfficerId]]:
        """Return who may know of these cases, of those that have a team."""
        found: dict[str, set[OfficerId]] = {}
        for part in parts(sorted(numbers)):
            query = sa.select(case_member).where(case_member.c.case_number.in_(part))
            for row in self._connection.execute(query):
                found.setdefault(row.case_number, set()).add(OfficerId(row.officer))
        return {number: frozenset(team) for number, team in found.items()}

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

    def put_task(self, task: CaseTask) -> None:
        """Add or replace a task."""
        values = {
            "case_number": task.case,
            "officer": task.officer,
            "is_open": task.is_open,
            "due_at": task.due_at,
            "document": text_of(task),
        }
        replace_row(self._connection, case_task, {"id": task.id}, values)

    def task(self, task: str) -> CaseTask | None:
        """Return a task."""
        document = self._connection.execute(sa.select(case_task.c.document).where(case_task.c.id == task)).scalar()
        return None if document is None else value_of(CaseTask, document)

    def tasks(self, number: str) -> tuple[CaseTask, ...]:
        """Return the tasks of a case in the order in which they were set."""
        query = sa.select(case_task.c.document).where(case_task.c.case_number == number)
        rows = self._connection.execute(query.order_by(case_task.c.position))
        return tuple(value_of(CaseTask, row.document) for row in rows)

    def open_tasks(self, officer: OfficerId, limit: int) -> tuple[CaseTask, ...]:
        """Return what an officer has to do: what has a term first, the earliest, then the rest, the oldest."""
        rows = read(self._connection, _OPEN_TASKS, {"officer_": officer, "most": limit})
        return tuple(value_of(CaseTask, row.document) for row in rows)

    def put_exhibit(self, exhibit: Exhibit) -> None:
        """Add an exhibit, or say which case it is in now; nothing else of one that is kept changes."""
        kept = self.exhibit(exhibit.id)
        if kept is not None:
            assert replace(kept, case=exhibit.case) == exhibit, "what was entered of an exhibit is never changed"
            changed = {"case_number": exhibit.case, "document": text_of(exhibit)}
            here = case_exhibit.c.id == exhibit.id
            self._connection.execute(sa.update(case_exhibit).where(here).values(**changed))
            return
        row = {"id": exhibit.id, "case_number": exhibit.case, "entered_in": exhibit.case, "document": text_of(exhibit)}
        self._connection.execute(sa.insert(case_exhibit), row)

    def exhibit(self, exhibit: str) -> Exhibit | None:
        """Return an exhibit."""
        query = sa.select(case_exhibit.c.document).where(case_exhibit.c.id == exhibit)
        document = self._connection.execute(query).scalar()
        return None if document is None else value_of(Exhibit, document)

    def exhibits(self, number: str) -> tuple[Exhibit, ...]:
        """Return the exhibits of a case in the order in which they were entered."""
        query = sa.select(case_exhibit.c.document).where(case_exhibit.c.case_number == number)
        rows = self._connection.execute(query.order_by(case_exhibit.c.position))
        return tuple(value_of(Exhibit, row.document) for row in rows)

    def count_entered(self, number: str) -> int:
        """Count the exhibits that were entered in a case, wherever they are now."""
        query = sa.select(sa.func.count()).select_from(case_exhibit).where(case_exhibit.c.entered_in == number)
        return self._connection.execute(query).scalar_one()

    def add_hand_over(self, hand_over: HandOver) -> None:
        """Add a link to an exhibit's chain of custody; links are never changed."""
        row = {"exhibit": hand_over.exhibit, "document": text_of(hand_over)}
        self._connection.execute(sa.insert(case_hand_over), row)

    def hand_overs(self, exhibit: str) -> tuple[HandOver, ...]:
        """Return an exhibit's chain of custody in order."""
        query = sa.select(case_hand_over.c.document).where(case_hand_over.c.exhibit == exhibit)
        rows = self._connection.execute(query.order_by(case_hand_over.c.position))
        return tuple(value_of(HandOver, row.document) for row in rows)
