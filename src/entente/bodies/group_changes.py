"""What a new version of a group changes, entry by entry: said before it is kept, and again where two changed it at once.

An entry has no number of its own: of two lists those entries are one that name the same body, first with the same status and
begin, then with the same status, then at all. Pure functions.

Source: docs/rules/bodies.md B27 and B29.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from entente.bodies.model import Group, GroupEntry

_Entry = TypeVar("_Entry")


class HowChanged(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    ENDED = "ended"
    """Only its end was set, or moved."""
    CHANGED = "changed"
    TAKEN_OUT = "taken_out"
    """It is in the list no more, as if it had never been."""


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry that differs between two versions of a group."""

    how: HowChanged
    before: GroupEntry | None
    after: GroupEntry | None


def changed_entries(before: Sequence[GroupEntry], after: Sequence[GroupEntry]) -> tuple[EntryChange, ...]:
    """Return what differs between two lists, in the order of the second; what was taken out comes last.

    Source: docs/rules/bodies.md B27.
    """
    alike: tuple[Callable[[GroupEntry], object], ...] = (
        lambda one: (one.body, one.status, one.since),
        lambda one: (one.body, one.status),
        lambda one: one.body,
    )
    return tuple(EntryChange(_how(*pair), *pair) for pair in paired(before, after, alike))


def says_the_same(stands: Group, coming: Group) -> bool:
    """Say whether two versions of a group say the same; the order of a list says nothing (B29)."""
    return stands.title == coming.title and not changed_entries(stands.entries, coming.entries)


def paired(
    before: Sequence[_Entry], after: Sequence[_Entry], alike: Sequence[Callable[[_Entry], object]]
) -> list[tuple[_Entry | None, _Entry | None]]:
    """Return the entries that differ, each beside the one whose place it takes; `alike` says by what, the closest first.

    What is the same in both is left out. An entry that stands twice counts twice.
    """
    left, new = dict(enumerate(_beyond(before, after))), _beyond(after, before)
    found: dict[int, _Entry] = {}
    for same in alike:
        by_what: dict[object, list[int]] = {}
        for at, one in left.items():
            by_what.setdefault(same(one), []).append(at)
        for place, one in enumerate(new):
            if place not in found and (mates := by_what.get(same(one))):
                found[place] = left.pop(mates.pop(0))
    return [*((found.get(place), one) for place, one in enumerate(new)), *((one, None) for one in left.values())]


def days_of_change(before: Group | None, after: Group, today: date) -> tuple[date, ...]:
    """Return today and each later day on which the two lists may come to name others than each other."""
    stood = before.entries if before is not None else ()
    differing = [*_beyond(stood, after.entries), *_beyond(after.entries, stood)]
    days = {day for one in differing for day in (one.since, one.until) if day is not None and day > today}
    return (today, *sorted(days))


def _beyond(some: Sequence[_Entry], others: Sequence[_Entry]) -> list[_Entry]:
    """Return what of a list is not in another one, in its order."""
    return list(_left(some, Counter(others)))


def _left(some: Sequence[_Entry], others: Counter[_Entry]) -> Iterator[_Entry]:
    for one in some:
        if others[one]:
            others[one] -= 1
        else:
            yield one


def _how(before: GroupEntry | None, after: GroupEntry | None) -> HowChanged:
    if before is None:
        return HowChanged.ADDED
    if after is None:
        return HowChanged.TAKEN_OUT
    ends = after.until is not None and after.until != before.until
    return HowChanged.ENDED if ends and replace(before, until=after.until) == after else HowChanged.CHANGED
