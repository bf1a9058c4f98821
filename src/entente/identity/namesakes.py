"""The verbs about namesakes: find that the bearer of a document is not whom a record is about, list and end such findings.

Of the document only keyed digests are kept, and nothing of its bearer. A finding is this node's own: no statement carries it to
another. Where a search or a standing query meets it, `candidates` says so.

Source: docs/rules/identity.md I28 to I30; DESIGN section 6 (correspondence: «not identical» markers).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from entente.bodies.authority import authorise
from entente.handling.model import CodeLists
from entente.identity.model import NotIdentical, Occasion, Query
from entente.identity.not_identical import document_keys, number_keys
from entente.identity.ports import AllowedSets, IdentityUnit, RecordAct
from entente.identity.rules import OCCASION_CHARACTERS_MAX, check_days, check_occasion, visible_record
from entente.identity.scanned import read_zones
from entente.identity.service import question
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import to_json
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.ids import Ids, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.kernel.text import is_line
from entente.records.model import Record, Schemata, StoredRecord

VERB = "confirm_hit"
"""Who may state that a candidate is, or is not, the subject (data/roles.yaml)."""
MARKERS_MAX = 200
"""Findings about one record that hold at once: a name shared by so many travellers a year asks for a better record."""
MARKED_DAYS = 366
MARKED_DAYS_MAX = 1_098
"""Three years. Ours, because a finding is about a document, and after some years another one is carried."""


@dataclass(frozen=True, slots=True)
class Namesakes:
    """The verbs about findings «not identical». Safe from several threads."""

    open_unit: Callable[[], IdentityUnit]
    clock: Clock
    ids: Ids
    lists: CodeLists
    schemata: Schemata
    disclosure: AllowedSets
    record: RecordAct

    def mark(
        self, officer: OfficerId, record: RecordId, document: str, reason: str, why: Occasion, days: int = MARKED_DAYS
    ) -> NotIdentical:
        """Find that the bearer of a document is not whom a record is about; it spares them the next alarm.

        `document`: its number, or its machine readable zone. Raises NotFound for a record that the officer may not see, Invalid
        for a number that the record has itself, Conflict when it has as many findings as one may.

        Source: docs/rules/identity.md I28.
        """
        check_occasion(why, self.lists)
        check_days(days, MARKED_DAYS_MAX)
        keys = self._keys(document)
        if not reason.strip() or len(reason) > OCCASION_CHARACTERS_MAX or not is_line(reason):
            raise _bad(
                "reason", f"it is one line of at most {OCCASION_CHARACTERS_MAX} characters that says why it is another"
            )
        with self.open_unit() as unit:
            stored, visible, classes = self._seen(unit, officer, VERB, record, why)
            schema = self.schemata.get(visible.schema)
            if schema is not None and number_keys(visible, schema) & set(keys):
                raise _bad("document", "the record has this number itself, so that its bearer is no namesake")
            now = self.clock.now()
            if len(unit.namesakes.of({stored.number}, now)) >= MARKERS_MAX:
                raise _too_many()
            marker = NotIdentical(
                self.ids.new_id("not-identical"),
                stored.number,
                visible.version,
                frozenset(unit.namesakes.digest(key) for key in keys),
                classes,
                reason,
                officer,
                now,
                now + timedelta(days=days),
            )
            unit.namesakes.put(marker)
            detail = _detail(marker.id, why, version=marker.version, until=to_json(marker.until))
            self.record(unit, Act("mark_not_identical", unit.bodies.own().id, officer, record, detail))
            unit.commit()
            return marker

    def of_record(self, officer: OfficerId, record: RecordId, why: Occasion) -> tuple[NotIdentical, ...]:
        """Return the findings about a record that hold now, to an officer who may see all that who made each saw of it.

        Source: docs/rules/identity.md I29.
        """
        check_occasion(why, self.lists)
        with self.open_unit() as unit:
            stored, _, classes = self._seen(unit, officer, "search", record, why)
            markers = unit.namesakes.of({stored.number}, self.clock.now())
            found = tuple(marker for marker in markers if marker.classes <= classes)
            detail = _detail("", why, shown=[marker.id for marker in found])
            self.record(unit, Act("show_not_identical", unit.bodies.own().id, officer, record, detail))
            unit.commit()
            return found

    def end(self, officer: OfficerId, record: RecordId, marker: str, why: Occasion) -> None:
        """End a finding, so that its document raises the record again; raise NotFound for one that the officer may not see.

        Source: docs/rules/identity.md I28.
        """
        check_occasion(why, self.lists)
        with self.open_unit() as unit:
            stored, _, classes = self._seen(unit, officer, VERB, record, why)
            found = unit.namesakes.get(marker)
            if found is None or found.record != stored.number or not found.classes <= classes:
                raise NotFound
            unit.namesakes.remove(marker)
            act = Act("end_not_identical", unit.bodies.own().id, officer, record, _detail(marker, why))
            self.record(unit, act)
            unit.commit()

    def _keys(self, document: str) -> tuple[str, ...]:
        """Return the keys of the one document that is named; a zone with a fault in its number names two, and is refused."""
        asked = read_zones(Query(identifiers=(document,)), self.clock.now().date(), self.lists.countries_alpha3).query
        keys = document_keys(asked.identifiers[0]) if len(asked.identifiers) == 1 else ()
        if not keys:
            raise _bad(
                "document", "it is the number of one travel or identity document, at least four characters and a digit"
            )
        return keys

    def _seen(
        self, unit: IdentityUnit, officer: OfficerId, verb: str, record: RecordId, why: Occasion
    ) -> tuple[StoredRecord, Record, frozenset[int]]:
        """Return a record, what the officer may see of it, and under which classes; record and raise NotFound otherwise."""
        now = self.clock.now()
        who = authorise(unit, officer, verb, subject=record, now=now, lists=self.lists, record=self.record)
        stored = unit.records.get(record)
        allowed = self.disclosure.allowed_in(unit, *question(unit, who, why))
        is_held = stored is not None and stored.gone_at is None and now.date() < stored.record.retention.erase_on
        visible = visible_record(stored, allowed) if stored is not None and is_held else None
        if stored is None or visible is None:
            detail = _detail("", why) | {"outcome": "refused"}
            self.record(unit, Act(verb, unit.bodies.own().id, officer, record, detail))
            unit.commit()
            raise NotFound
        return stored, visible, allowed & set(stored.class_numbers)


def _detail(marker: str, why: Occasion, **more: object) -> JsonObject:
    """Return what the trail keeps: codes and ids, never the document or the words (T5)."""
    detail: JsonObject = {"outcome": "done", "marker": marker, "purpose": why.purpose, "crime_area": why.crime_area}
    detail |= {"case": why.case, "occasion": why.occasion}
    return detail | {name: to_json(value) for name, value in more.items()}


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        "The finding was not kept.",
        field=field,
        why=f"It spares the bearer of one document the next alarm (docs/rules/identity.md I28): {why}.",
        do="Give the record, the document's number as printed, why it is another person, and for how many days.",
    )


def _too_many() -> Conflict:
    return Conflict(
        "The finding was not kept.",
        why=f"The record has {MARKERS_MAX} of them that hold (docs/rules/identity.md I28).",
        do="End those that are no longer needed, or ask the source for what tells its subject from so many.",
    )
