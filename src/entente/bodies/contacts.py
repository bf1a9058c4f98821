"""The contact book: whom to call at a body, for what, in which languages, when; each body says its own.

A body's contact points are one statement of its node, all of them, as its units are: it goes to every body of its directory, and
the newest counts. Saying the same again confirms it, so that everybody sees how old a list is; a body is reminded to check its
own every six months. Whether somebody answers now follows from the point's own zone and hours.

Source: docs/rules/bodies.md B16; docs/decisions/0090-a-body-says-its-own-contact-points.md; DESIGN section 6 (contact book).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from entente.bodies.authority import authorise
from entente.bodies.contact_rules import check_zone
from entente.bodies.model import Body, ContactDays, ContactPoint
from entente.bodies.ports import BodiesUnit
from entente.bodies.service import Directory
from entente.bodies.statements import DirectoryKind, NewContacts
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.statement import Statement, draft

CHECK_AFTER = timedelta(days=182)
"""How old a list may grow before its body is reminded of it: six months (issue part 5, point 7)."""
KEEP = "keep_contacts"

Change: TypeAlias = Callable[[tuple[ContactPoint, ...]], tuple[ContactPoint, ...]]
_WEEKDAYS: Mapping[ContactDays, frozenset[int]] = {
    ContactDays.ALWAYS: frozenset(range(1, 8)),
    ContactDays.EVERY_DAY: frozenset(range(1, 8)),
    ContactDays.MONDAY_TO_FRIDAY: frozenset(range(1, 6)),
    ContactDays.MONDAY_TO_SATURDAY: frozenset(range(1, 7)),
    ContactDays.SUNDAY_TO_THURSDAY: frozenset({7, 1, 2, 3, 4}),
    ContactDays.SATURDAY_TO_WEDNESDAY: frozenset({6, 7, 1, 2, 3}),
    ContactDays.WEEKEND: frozenset({6, 7}),
}
"""ISO weekdays, Monday is 1."""


@dataclass(frozen=True, slots=True)
class ContactBook:
    """The services of our own contact points. Safe from several threads: each verb is one unit of work."""

    directory: Directory

    def keep(self, officer: OfficerId, seen: datetime | None, point: ContactPoint) -> Body:
        """Add a contact point of ours, or put one in the place of the one with its id, and tell every body.

        `seen` is when the list that the officer looked at was said: Conflict where it was said anew since. Invalid for hours
        in a zone that there is not.
        """
        check_zone(point)

        def kept(points: tuple[ContactPoint, ...]) -> tuple[ContactPoint, ...]:
            if any(one.id == point.id for one in points):
                return tuple(point if one.id == point.id else one for one in points)
            return (*points, point)

        return self._say(officer, seen, kept)

    def remove(self, officer: OfficerId, seen: datetime | None, point: str) -> Body:
        """Take a contact point of ours away; NotFound for one that is not there."""

        def left(points: tuple[ContactPoint, ...]) -> tuple[ContactPoint, ...]:
            if all(one.id != point for one in points):
                raise NotFound
            return tuple(one for one in points if one.id != point)

        return self._say(officer, seen, left)

    def confirm(self, officer: OfficerId, seen: datetime | None) -> Body:
        """Say all of it again, because it was checked and still holds."""
        return self._say(officer, seen, lambda points: points)

    def accept(self, unit: BodiesUnit, statement: Statement) -> None:
        """Take another body's contact points; an older list is old news."""
        self.directory.accept_own_word(unit, statement, DirectoryKind.CONTACTS)

    def _say(self, officer: OfficerId, seen: datetime | None, change: Change) -> Body:
        directory = self.directory
        with directory.open_unit() as unit:
            own, now = unit.bodies.own(), directory.clock.now()
            authorise(unit, officer, KEEP, subject=own.id, now=now, lists=directory.lists, record=directory.record)
            if own.contacts_at != seen:
                raise _said_anew()
            content = NewContacts(change(own.contacts))
            statement = draft(DirectoryKind.CONTACTS, own.id, now, to_object(content)).with_signature(directory.node)
            changed = directory.keep_own_word(unit, own, statement, officer)
            unit.commit()
            return changed


def is_due(own: Body, now: datetime) -> bool:
    """Say whether a body's list is to be checked: it was never said, or last six months ago.

    Source: docs/rules/bodies.md B16.
    """
    return own.contacts_at is None or now >= own.contacts_at + CHECK_AFTER


def answers(point: ContactPoint, local: datetime) -> bool:
    """Say whether somebody answers at a moment, told in the point's own zone; hours may pass midnight."""
    if point.days is ContactDays.ALWAYS:
        return True
    minute = f"{local:%H:%M}"
    if point.opens <= point.closes:
        return _is_on(point.days, local) and point.opens <= minute < point.closes
    yesterday = local - timedelta(days=1)
    return (_is_on(point.days, local) and minute >= point.opens) or (
        _is_on(point.days, yesterday) and minute < point.closes
    )


def _is_on(days: ContactDays, local: datetime) -> bool:
    return local.isoweekday() in _WEEKDAYS[days]


def _said_anew() -> Conflict:
    return Conflict(
        "The contact points were changed meanwhile.",
        why="Another officer said them anew since this page was opened, and their change would be lost.",
        do="Look at the list again, and make the change in it.",
    )
