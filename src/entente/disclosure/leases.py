"""Which copies a silent source hides: the classes whose lease has ended, and what a reader misses by it.

The gate alone says what is shown (D4); this says what to write in the place of what is not, so that a list never takes a gap for
nothing there.

Source: docs/rules/disclosure.md D4 and «Gaps»; DESIGN section 5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from entente.disclosure.model import DisclosureClass, Situation
from entente.kernel.ids import BodyId


@dataclass(frozen=True, slots=True)
class Silence:
    """A source whose lease has ended for some classes of what it shared."""

    source: BodyId
    since: datetime | None
    """When it was last heard; None when never."""
    class_numbers: frozenset[int]


def lease_end(cls: DisclosureClass, situation: Situation) -> datetime | None:
    """Return when a class's lease ends or ended; None without an instrument here or a source that was ever heard."""
    held = None if cls.instrument is None else situation.instruments.get(cls.instrument)
    heard = situation.heard.get(cls.source)
    return None if held is None or heard is None else heard + held.state.instrument.lease_of(cls.kind)


def lapsed(classes: Mapping[int, DisclosureClass], situation: Situation, now: datetime) -> dict[int, DisclosureClass]:
    """Return the classes of other bodies, under instruments known here, that no lease lets be shown at a moment."""
    return {
        number: cls
        for number, cls in classes.items()
        if cls.source != situation.own_body and cls.instrument in situation.instruments
        if (end := lease_end(cls, situation)) is None or now >= end
    }


def as_if_heard(hidden: Mapping[int, DisclosureClass], situation: Situation, now: datetime) -> Situation:
    """Return the situation as it would be had the sources of these classes been heard at this moment."""
    return replace(situation, heard={**situation.heard, **{cls.source: now for cls in hidden.values()}})


def by_source(hidden: Mapping[int, DisclosureClass], situation: Situation) -> tuple[Silence, ...]:
    """Gather hidden classes by their source, ordered by its id."""
    numbers: dict[BodyId, set[int]] = defaultdict(set)
    for number, cls in hidden.items():
        numbers[cls.source].add(number)
    return tuple(Silence(one, situation.heard.get(one), frozenset(numbers[one])) for one in sorted(numbers))
