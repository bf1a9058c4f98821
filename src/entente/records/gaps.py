"""What is missing because a source is silent: the gaps of a list, and the sources an operator looks after.

Source: docs/rules/disclosure.md D4 and «Gaps»; docs/rules/records.md R30.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from entente.disclosure.grounds import within_roles
from entente.disclosure.leases import Silence, lapsed, lease_end
from entente.disclosure.model import DisclosureClass, Reader, Situation
from entente.disclosure.units import within_unit
from entente.handling.model import DisclosureAct
from entente.kernel.ids import BodyId
from entente.records.model import Gap, SilentSource
from entente.records.ports import RecordsUnit

WITHIN_HOURS = 12
"""A shift: what its officers will miss before they go home, if nothing is heard."""


def gaps(
    unit: RecordsUnit, allowed: frozenset[int], silent: Iterable[Silence], today: date, kind: str = ""
) -> tuple[Gap, ...]:
    """Count what a list filtered by an allowed set lacks; a source whose records show all the same is no gap of it."""
    found = []
    shown: int | None = None
    for one in silent:
        if shown is None:
            shown = unit.records.count(allowed, today=today, kind=kind)
        if missing := unit.records.count(allowed | one.class_numbers, today=today, kind=kind) - shown:
            found.append(Gap(one.source, one.since, missing))
    return tuple(found)


def silent_sources(
    unit: RecordsUnit, situation: Situation, now: datetime, within: timedelta, reader: Reader | None = None
) -> tuple[SilentSource, ...]:
    """Return the sources whose copies are hidden now or will be within a time, ordered by id.

    For a reader, of those copies of which their unit and their roles let them see something; for nobody in particular, of all.
    """
    classes = unit.classes.classes()
    if reader is not None:
        classes = {number: cls for number, cls in classes.items() if _is_for(reader, cls, situation)}
    soon = _by_source(lapsed(classes, situation, now + within))
    hidden = _by_source(lapsed(classes, situation, now))
    found = []
    for source in sorted(soon):
        now_hidden = unit.records.count(frozenset(hidden.get(source, ())), today=now.date())
        later_too = unit.records.count(frozenset(soon[source]), today=now.date())
        ends = [end for cls in soon[source].values() if (end := lease_end(cls, situation)) is not None and end > now]
        if later_too:
            next_end = min(ends, default=None)
            since = situation.heard.get(source)
            found.append(SilentSource(source, since, now_hidden, later_too - now_hidden, next_end))
    return tuple(found)


def _is_for(reader: Reader, cls: DisclosureClass, situation: Situation) -> bool:
    see = DisclosureAct.SEE
    return within_unit(reader, [cls], see, situation) and within_roles(reader, cls, see, situation.lists)


def _by_source(hidden: Mapping[int, DisclosureClass]) -> dict[BodyId, dict[int, DisclosureClass]]:
    found: dict[BodyId, dict[int, DisclosureClass]] = defaultdict(dict)
    for number, cls in hidden.items():
        found[cls.source][number] = cls
    return dict(found)
