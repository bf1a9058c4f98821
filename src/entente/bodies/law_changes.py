"""What an order that is entered, corrected or ended changes: which measures officers may take from which day.

An order under a reference that is there replaces what stood under it. Who looked at it names its version, a digest, so that of
two who correct one the second is told. Pure functions.

Source: docs/rules/bodies.md B28.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from entente.bodies.model import Measure, NationalOrder, Officer, Role
from entente.bodies.powers import TASK_MEASURE, MeasureLaw, is_active, law_of
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict

NEW: Final = "new"
"""The version that who enters an order anew has seen: none of its reference is there."""
_VERSION_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class LawChange:
    """What law says of a measure otherwise than before."""

    before: MeasureLaw
    after: MeasureLaw


@dataclass(frozen=True, slots=True)
class LawDay:
    """What differs on a day, and until the next one that is told."""

    on: date
    changes: tuple[LawChange, ...]


@dataclass(frozen=True, slots=True)
class OrderForeseen:
    """What an order would change; nothing is entered yet."""

    known: NationalOrder | None
    """What stands under its reference."""
    order: NationalOrder
    days: tuple[LawDay, ...]
    officers: int
    """Humans of the body who act now and whose role may task measures at all."""


def foresee_order(
    order: NationalOrder, orders: tuple[NationalOrder, ...], measures: Mapping[str, Measure], today: date
) -> tuple[LawDay, ...]:
    """Return what an order would change of the law, from today on and from each later day; none where nothing changes.

    Later days are those on which it, or what it replaces, begins or ends.
    Source: docs/rules/bodies.md B28.
    """
    known = [one for one in orders if one.reference == order.reference]
    after = (*(one for one in orders if one.reference != order.reference), order)
    days = sorted({day for one in (*known, order) for day in (one.in_force_on, one.ends_on) if day and day > today})
    told = list[LawDay]()
    for on in (today, *days):
        laws = ((law_of(one, orders, on), law_of(one, after, on)) for one in measures.values())
        changes = tuple(LawChange(*pair) for pair in laws if pair[0] != pair[1])
        if changes != (told[-1].changes if told else ()):
            told.append(LawDay(on, changes))
    return tuple(told)


def may_task(officers: Iterable[Officer], roles: Mapping[str, Role], now: datetime) -> int:
    """Count the humans who act now and whose role may task measures, whatever law gives."""
    having = {code for code, role in roles.items() if TASK_MEASURE in role.verbs}
    return sum(not one.is_machine and is_active(one, now) and bool(one.roles & having) for one in officers)


def version_of(order: NationalOrder | None) -> str:
    """Return the version of an order: a digest of all that it says; NEW for none."""
    if order is None:
        return NEW
    return hashlib.sha256(canonical_bytes(to_object(order))).hexdigest()[:_VERSION_CHARACTERS]


def check_seen(reference: str, known: NationalOrder | None, seen: str | None) -> None:
    """Raise Conflict where an order does not stand as who enters it saw; None where nothing was looked at before."""
    if seen is None or seen == version_of(known):
        return
    if seen == NEW:
        raise Conflict(
            f"An order is entered under the reference {reference} already.",
            why="One reference is one order, and another text under it would replace it (docs/rules/bodies.md B28).",
            do="Correct the order that is there, or enter this one under its own reference.",
        )
    raise Conflict(
        f"The order {reference} was changed meanwhile.",
        why="Somebody else entered it anew after it was shown (docs/rules/bodies.md B28).",
        do="Look at it as it stands now, and enter it again if that is still needed.",
        changed_meanwhile=True,
    )
