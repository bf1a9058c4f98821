"""What a record links to, and what links to it, with as much of each far end as its reader may see (R61).

Source: docs/rules/records.md R61 and R5.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from entente.disclosure.model import Reader
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
from entente.records.ports import RecordsUnit
from entente.records.rules import check_why
from entente.records.service import Records

ENDS_MAX = 24
"""Far ends that are looked at, each way, and beyond what ties them: as many as a chart shows that is still read."""
TIES = "Interval"
"""What a schema extends that says how things are tied: a record of it is no thing itself, and is told by what it ties."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One link, and what may be seen at its far end."""

    property: str
    to: RecordId
    observation: Observation
    end: Record | None
    """None for one of which the reader may know no more than that the source named it, or beyond ENDS_MAX."""


@dataclass(frozen=True, slots=True)
class Linking:
    """One link from another record, and as much of that record as may be seen."""

    property: str
    observation: Observation
    source: Record
    beyond: tuple[Linked, ...] = ()
    """Of a record that says how two things are tied: what else it ties, each with what may be seen of it."""


@dataclass(frozen=True, slots=True)
class LinksSeen:
    """A record as its reader may see it, its links, and the links to it."""

    record: Record
    links: tuple[Linked, ...]
    linking: tuple[Linking, ...]
    """From the first records whose link the reader may see, at most ENDS_MAX of them."""
    has_more: bool
    """Whether the link of another one may be seen too."""


def links_seen(records: Records, officer: OfficerId, wanted: RecordId, why: Looking) -> LinksSeen:
    """Return what a record links to and what links to it, for an officer of ours and a purpose; one row in the trail for all.

    Raises Invalid for a purpose or crime area of no list, NotFound and Refused as the gate says of the record.
    Source: docs/rules/records.md R61.
    """
    check_why(why.purpose, why.crime_area, records.lists)
    with records.open_act() as unit:
        reader = records.reader(unit, officer, "show_record", wanted)
        visible, best = records.seen_in(unit, unit.records.get(wanted), reader, why.purpose, why.crime_area)
        links = visible.links if visible is not None else ()
        linking, has_more = _linking(records, unit, reader, wanted, why) if visible is not None else ((), False)
        ends: dict[RecordId, Record | None] = {}
        for end in list(dict.fromkeys(link.to for link in links))[:ENDS_MAX]:
            ends[end], _ = records.seen_in(unit, unit.records.get(end), reader, why.purpose, why.crime_area)
        detail: JsonObject = {
            "purpose": why.purpose,
            "crime_area": why.crime_area,
            "case": why.case,
            "links": len(links),
            "linked_by": len(linking),
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
    return LinksSeen(visible, seen, linking, has_more)


def _linking(
    records: Records, unit: RecordsUnit, reader: Reader, wanted: RecordId, why: Looking
) -> tuple[tuple[Linking, ...], bool]:
    """Return the links to a record from those that the reader may see, each as it stands there for the reader.

    Source: docs/rules/records.md R61.
    """
    found = list(islice(records.linking(unit, reader, wanted, why.purpose, why.crime_area), ENDS_MAX + 1))
    looked: dict[RecordId, Record | None] = {}
    seen = []
    for one in found[:ENDS_MAX]:
        beyond = _beyond(records, unit, reader, one, wanted, why, looked)
        seen += [Linking(link.property, link.observation, one, beyond) for link in one.links if link.to == wanted]
    return tuple(seen), len(found) > ENDS_MAX


def _beyond(
    records: Records,
    unit: RecordsUnit,
    reader: Reader,
    tie: Record,
    wanted: RecordId,
    why: Looking,
    looked: dict[RecordId, Record | None],
) -> tuple[Linked, ...]:
    """Return what else a record ties that says how things are tied, with what may be seen of the first that are looked at.

    Its links are those that the reader may see, whose both ends they may know.
    """
    schema = records.schemata.get(tie.schema)
    if schema is None or TIES not in schema.ancestors:
        return ()
    others = [link for link in tie.links if link.to != wanted]
    for end in dict.fromkeys(link.to for link in others):
        if end not in looked and len(looked) < ENDS_MAX:
            looked[end], _ = records.seen_in(unit, unit.records.get(end), reader, why.purpose, why.crime_area)
    return tuple(Linked(link.property, link.to, link.observation, looked.get(link.to)) for link in others)
