"""What a record links to, with as much of each far end as its reader may see (R61).

Source: docs/rules/records.md R61 and R5.
"""

from __future__ import annotations

from dataclasses import dataclass

from entente.disclosure.service import answer
from entente.handling.model import Observation
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.ports import Act
from entente.records.blobs import Looking
from entente.records.model import Record
from entente.records.rules import check_why
from entente.records.service import Records

ENDS_MAX = 24
"""Far ends that are looked at: as many as a chart shows that is still read."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One link, and what may be seen at its far end."""

    property: str
    to: RecordId
    observation: Observation
    end: Record | None
    """None for one that is not here, of which the reader may know no more than that the source named it, or beyond ENDS_MAX."""


@dataclass(frozen=True, slots=True)
class LinksSeen:
    """A record as its reader may see it, and its links."""

    record: Record
    links: tuple[Linked, ...]


def links_seen(records: Records, officer: OfficerId, wanted: RecordId, why: Looking) -> LinksSeen:
    """Return what a record links to, for an officer of ours and a purpose; one row in the trail for all of it.

    Raises Invalid for a purpose or crime area of no list, NotFound and Refused as the gate says of the record.
    Source: docs/rules/records.md R61.
    """
    check_why(why.purpose, why.crime_area, records.lists)
    with records.open_act() as unit:
        reader = records.reader(unit, officer, "show_record", wanted)
        visible, best = records.seen_in(unit, unit.records.get(wanted), reader, why.purpose, why.crime_area)
        links = visible.links if visible is not None else ()
        ends: dict[RecordId, Record | None] = {}
        for end in list(dict.fromkeys(link.to for link in links))[:ENDS_MAX]:
            ends[end], _ = records.seen_in(unit, unit.records.get(end), reader, why.purpose, why.crime_area)
        detail: JsonObject = {
            "purpose": why.purpose,
            "crime_area": why.crime_area,
            "case": why.case,
            "links": len(links),
            "decision": to_object(best.decision if best is not None else Decision.of(())),
        }
        records.record(unit, Act("show_links", unit.bodies.own().id, officer, wanted, detail))
        unit.commit()
    if best is None:
        raise NotFound
    answer(best, f"{wanted} is not shown.")
    if visible is None:
        raise NotFound
    seen = tuple(Linked(link.property, link.to, link.observation, ends.get(link.to)) for link in links)
    return LinksSeen(visible, seen)
