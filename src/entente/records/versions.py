"""The versions of a record: which there were, which are here, what each said, and what two of them differ in (R57, R58).

Earlier versions of our own records are kept; of a copy the newest alone is, since its source replaced the others (R4).

Source: docs/rules/records.md R57 and R58; docs/decisions/0100-earlier-versions-of-our-own-records-are-kept.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.disclosure.service import answer
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.ports import Act
from entente.records.blobs import Looking
from entente.records.comparing import Difference, differences
from entente.records.model import Record, StoredRecord
from entente.records.rules import check_why
from entente.records.service import Records


@dataclass(frozen=True, slots=True)
class Version:
    """A version that is here and that the reader may see something of."""

    number: int
    at: datetime
    officer: str
    """Who made it, as its source's node signed it."""
    record: Record
    """What the reader may see of it."""


@dataclass(frozen=True, slots=True)
class VersionsSeen:
    """A record's versions as one reader may see them."""

    versions: tuple[Version, ...]
    """Newest first; at least one."""
    not_here: tuple[tuple[int, int], ...]
    """Runs of version numbers, first and last, that are not here for this reader: replaced, too old, or not to be seen."""

    def version(self, number: int) -> Version:
        """Return a version; raise NotFound for one that is not among them."""
        found = next((one for one in self.versions if one.number == number), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions, and every line of both."""

    older: Version
    newer: Version
    lines: tuple[Difference, ...]


def versions_seen(records: Records, officer: OfficerId, wanted: RecordId, why: Looking) -> VersionsSeen:
    """Return the versions of a record that an officer of ours may see for a purpose; the look is in the trail.

    Who may not see the newest version sees none. Raises Invalid for a purpose or crime area of no list, NotFound and Refused as
    the gate says of the newest. Source: docs/rules/records.md R57.
    """
    check_why(why.purpose, why.crime_area, records.lists)
    with records.open_act() as unit:
        reader = records.reader(unit, officer, "show_record", wanted)
        stored = unit.records.get(wanted)
        newest, best = records.seen_in(unit, stored, reader, why.purpose, why.crime_area)
        seen: list[Version] = []
        if stored is not None and newest is not None:
            seen.append(_version(stored, newest))
            for one in reversed(unit.records.earlier(wanted)):
                visible, _ = records.seen_in(unit, one, reader, why.purpose, why.crime_area)
                if visible is not None:
                    seen.append(_version(one, visible))
        detail: JsonObject = {
            "purpose": why.purpose,
            "crime_area": why.crime_area,
            "case": why.case,
            "versions": [one.number for one in seen],
            "decision": to_object(best.decision if best is not None else Decision.of(())),
        }
        records.record(unit, Act("show_versions", unit.bodies.own().id, officer, wanted, detail))
        unit.commit()
    if best is None:
        raise NotFound
    answer(best, f"{wanted} is not shown.")
    if not seen:
        raise NotFound
    return VersionsSeen(tuple(seen), missing_runs([one.number for one in seen]))


def compared(seen: VersionsSeen, older: int | None, newer: int | None) -> Compared | None:
    """Compare two versions by their numbers; without numbers the newest with the one before it that is here.

    None where there is nothing to compare with. Raises NotFound for a version that is not among those seen. Of two numbers the
    lower is the older version, however they were named.
    """
    later = seen.versions[0] if newer is None else seen.version(newer)
    before = next((one for one in seen.versions if one.number < later.number), None)
    earlier = before if older is None else seen.version(older)
    if earlier is None or earlier.number == later.number:
        return None
    first, last = sorted((earlier, later), key=lambda one: one.number)
    return Compared(first, last, differences(first.record, last.record))


def missing_runs(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return the runs of whole numbers from 1 to the highest of `numbers` that are not among them."""
    present: Sequence[int] = sorted({0, *numbers})
    return tuple((low + 1, high - 1) for low, high in itertools.pairwise(present) if high - low > 1)


def _version(stored: StoredRecord, visible: Record) -> Version:
    officer = stored.statement.content.get("officer")
    return Version(stored.record.version, stored.record.at, officer if isinstance(officer, str) else "", visible)
