"""Exports: our own records, as far as an officer may see them for a purpose, handed out one by one for a file.

Records of other bodies are in no export: a file has no recipient whom the gate could be asked about, and no withdrawal reaches
it; they are passed on with `forward`. Source: docs/rules/records.md R47; decision 0064.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from entente.agreements.model import Right
from entente.disclosure.model import Reader
from entente.handling.model import DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.ports import Act
from entente.records.model import Fragment, Record, StoredRecord
from entente.records.ports import RecordsUnit
from entente.records.rules import check_why, extract, without_links
from entente.records.service import PAGE_RECORDS_MAX, Records


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """Who exports, why, what, and who is told how it goes."""

    officer: OfficerId
    purpose: str
    crime_area: str
    case: str
    form: str
    """The format of the file, as the trail names it."""
    kind: str
    """One kind of record; empty for all."""
    on_progress: Callable[[int], None]
    """Told the records handed out so far."""


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """One of our records as it goes out."""

    record: Record
    """With the facts and links that the officer may see."""
    fragment: Fragment | None
    """What it was made from, where it was imported."""
    is_whole: bool
    """Whether every fact of it may be seen: of another one, nothing but the id is taken from the fragment."""
    ends: Mapping[RecordId, Record]
    """Our own records at the far ends of its links, as far as the officer may see them; another body's are not among them."""


@dataclass(frozen=True, slots=True)
class Exporting:
    """Hands out our records."""

    records: Records

    def run(self, plan: ExportPlan, add: Callable[[ExportedRecord], None]) -> int:
        """Hand out every record of ours that the officer may see for the purpose; return how many.

        That it begins stands in the trail before the first record is handed out. Raises Refused when the officer may not export,
        Invalid for a purpose or crime area of no list, NotFound where there is nothing to hand out.
        Source: docs/rules/records.md R9 and R47.
        """
        service = self.records
        check_why(plan.purpose, plan.crime_area, service.lists)
        with service.open_unit() as unit:
            reader = service.reader(unit, plan.officer, "export_records", "list")
            detail: JsonObject = {
                "purpose": plan.purpose,
                "crime_area": plan.crime_area,
                "case": plan.case,
                "format": plan.form,
                "kind": plan.kind,
            }
            service.record(unit, Act("export_records", unit.bodies.own().id, plan.officer, "list", detail))
            unit.commit()
        count = 0
        for exported in self._pages(plan, reader):
            add(exported)
            count += 1
            if count % PAGE_RECORDS_MAX == 0:
                plan.on_progress(count)
        if not count:
            raise NotFound
        plan.on_progress(count)
        return count

    def finished(self, plan: ExportPlan, count: int, sha256: str) -> None:
        """Record that a file stands, by its digest, so that a copy that turns up can be told."""
        with self.records.open_unit() as unit:
            detail: JsonObject = {"records": count, "sha256": sha256}
            self.records.record(unit, Act("records_exported", unit.bodies.own().id, plan.officer, "list", detail))
            unit.commit()

    def _pages(self, plan: ExportPlan, reader: Reader) -> Iterator[ExportedRecord]:
        """Give the records a page at a time, each in a transaction of its own, so that nothing waits for a long export."""
        after: int | None = 0
        while after is not None:
            with self.records.open_unit() as unit:
                # Asked anew for each page: what is narrowed or withdrawn meanwhile goes out no more.
                allowed = self._allowed(unit, plan, reader)
                page = unit.records.page(
                    allowed, today=self.records.clock.now().date(), after=after, limit=PAGE_RECORDS_MAX, kind=plan.kind
                )
                made = [self._exported(unit, plan, reader, stored, allowed) for stored in page.records]
            yield from made
            after = page.next_after

    def _allowed(self, unit: RecordsUnit, plan: ExportPlan, reader: Reader) -> frozenset[int]:
        question = (reader, DisclosureAct.SEE, Right.COPY, plan.purpose, plan.crime_area)
        own, classes = unit.bodies.own().id, unit.classes.classes()
        return frozenset(
            number for number in self.records.disclosure.allowed_in(unit, *question) if classes[number].source == own
        )

    def _exported(
        self, unit: RecordsUnit, plan: ExportPlan, reader: Reader, stored: StoredRecord, allowed: frozenset[int]
    ) -> ExportedRecord:
        record = stored.record
        places = frozenset(place for place, number in enumerate(stored.class_numbers) if number in allowed)
        visible = extract(record, places)
        assert visible is not None, "the store listed a record without an allowed class"
        hidden = self.records.unknown_ends(unit, visible, reader, plan.purpose, plan.crime_area)
        is_whole = len(visible.facts) == len(record.facts)
        shown = without_links(visible, hidden)
        ends = self._ends(unit, shown, allowed)
        return ExportedRecord(shown, unit.records.fragment(record.id), is_whole, ends)

    def _ends(self, unit: RecordsUnit, record: Record, allowed: frozenset[int]) -> dict[RecordId, Record]:
        """Return what the officer may see of our own records at the far ends of a record's links."""
        found = {}
        for end in {link.to for link in record.links}:
            stored = unit.records.get(end)
            if stored is None or stored.record.source != record.source:
                continue
            places = frozenset(place for place, number in enumerate(stored.class_numbers) if number in allowed)
            if (visible := extract(stored.record, places)) is not None:
                found[end] = visible
        return found


def local_name(record: RecordId, source: str) -> str:
    """Return how a record is named in a file of one body: by its local id where it is that body's, else whole."""
    return record.removeprefix(f"{source}/")
