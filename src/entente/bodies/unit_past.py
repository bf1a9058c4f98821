"""The past of units: each list that a body said, from when it holds, and which of them stood on a day.

A list holds from the moment its body said it, as that body claims, until it said another one. Of the days before the first list
that is known here nothing is known. Pure functions; the lists are kept by the store as a body's entry grows.

Source: docs/rules/bodies.md B18; docs/decisions/0120-each-list-of-units-is-kept-with-the-time-from-which-it-holds.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from entente.bodies.model import Body, Unit
from entente.bodies.statements import DirectoryKind
from entente.kernel.ids import BodyId
from entente.kernel.statement import from_json as statement_from_json

UNIT_LISTS_MAX = 200
"""Lists kept of one body, the newest ones: one every two months for thirty years."""


@dataclass(frozen=True, slots=True)
class UnitList:
    """All units that a body had, as it said them, from a moment on."""

    body: BodyId
    since: datetime
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class UnitListSeen:
    """A list of a body with when it ended, and in what it differs from the one before."""

    listed: UnitList
    until: datetime | None
    """When the next one began; None for the list that stands."""
    added: tuple[Unit, ...]
    changed: tuple[Unit, ...]
    """Those that were there before, under another name, kind, territory or unit above."""
    gone: tuple[Unit, ...]


def said_at(body: Body, kind: str) -> datetime | None:
    """Return when a body said what it last said of one kind, as it claims; None where it said nothing."""
    at = None
    for document in body.statements:
        statement = statement_from_json(document)
        if statement.kind == kind:
            at = statement.at
    return at


def list_of(body: Body) -> UnitList | None:
    """Return the list that a body's entry holds; None for one that never said its units."""
    at = said_at(body, DirectoryKind.UNITS)
    return None if at is None else UnitList(body.id, at, body.units)


def follows(new: UnitList, known: UnitList | None) -> bool:
    """Say whether a list is kept beside the newest one known: it is later, and says something else."""
    return known is None or (new.since > known.since and new.units != known.units)


def day_ends(on: date) -> datetime:
    """Return the moment at which a day is over (UTC): what was said before it counts on the day."""
    return datetime.combine(on + timedelta(days=1), time.min, UTC)


def told_apart(lists: Sequence[UnitList]) -> tuple[UnitListSeen, ...]:
    """Return the lists of one body, given oldest first, the newest first and each with what it changed."""
    seen = []
    before: dict[str, Unit] = {}
    for place, listed in enumerate(lists):
        now = {unit.id: unit for unit in listed.units}
        seen.append(
            UnitListSeen(
                listed,
                lists[place + 1].since if place + 1 < len(lists) else None,
                added=tuple(unit for unit in listed.units if unit.id not in before),
                changed=tuple(unit for unit in listed.units if before.get(unit.id, unit) != unit),
                gone=tuple(unit for unit in before.values() if unit.id not in now),
            )
        )
        before = now
    return tuple(reversed(seen))
