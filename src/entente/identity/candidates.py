"""Candidates as a reader may see them: scored on the visible facts, with what was found of namesakes.

Used by a search and by standing queries, so that both say the same of one record.

Source: docs/rules/identity.md I11, I12 and I29.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entente.identity.model import Candidate, Query
from entente.identity.not_identical import asked_numbers, by_record, holds_for, number_keys, said
from entente.identity.ports import IdentityUnit
from entente.identity.rules import visible_record
from entente.identity.score import SHOW_MIN, score_record
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import RecordId
from entente.records.model import ChangedRecord, Record, Schema, Schemata, StoredRecord
from entente.records.rules import caption

CHANGES_MAX = 200
"""Records changed between a look and its row that are compared with what would be shown: a slice of an import has more."""


@dataclass(frozen=True, slots=True)
class _Scored:
    number: int
    visible: Record
    schema: Schema
    candidate: Candidate


def candidates_among(
    unit: IdentityUnit,
    query: Query,
    held: Iterable[ChangedRecord | StoredRecord],
    allowed: frozenset[int],
    schemata: Schemata,
    now: datetime,
) -> tuple[Candidate, ...]:
    """Return those of the records that might be the one, best first, namesakes found not identical last.

    Equal scores keep the order of the records. Withdrawn ones, and those past their retention, are left out.
    """
    scored = [one for stored in held if (one := _scored(query, stored, allowed, schemata, now)) is not None]
    marked = _with_findings(unit, query, scored, allowed, now)
    return tuple(sorted(marked, key=lambda one: (bool(one.not_identical), -one.score)))


def _scored(
    query: Query, stored: ChangedRecord | StoredRecord, allowed: frozenset[int], schemata: Schemata, now: datetime
) -> _Scored | None:
    if stored.gone_at is not None or now.date() >= stored.record.retention.erase_on:
        return None
    visible = visible_record(stored, allowed)
    schema = schemata.get(stored.record.schema)
    if visible is None or schema is None:
        return None
    scored = score_record(query, visible, schema)
    if scored.score < SHOW_MIN or scored.fact is None:
        return None
    candidate = Candidate(
        record=visible.id,
        source=visible.source,
        caption=caption(visible, schema),
        schema=visible.schema,
        kind=visible.kind,
        score=scored.score,
        evidence=scored.evidence,
        instrument=visible.terms[scored.fact.terms].instrument,
        version=visible.version,
    )
    return _Scored(stored.number, visible, schema, candidate)


def _with_findings(
    unit: IdentityUnit, query: Query, scored: Sequence[_Scored], allowed: frozenset[int], now: datetime
) -> list[Candidate]:
    """Return the candidates, each with what was found of the document asked for."""
    if not query.identifiers or not scored:
        return [one.candidate for one in scored]
    markers = by_record(unit.namesakes.of({one.number for one in scored}, now))
    if not markers:
        return [one.candidate for one in scored]
    asked = asked_numbers(query, unit.namesakes.digest)
    found = []
    for one in scored:
        numbers = number_keys(one.visible, one.schema)
        marker = holds_for(markers.get(one.number, ()), asked, numbers, allowed)
        candidate = one.candidate
        if marker is not None:
            evidence = (*candidate.evidence, said(marker, candidate.version))
            candidate = replace(candidate, evidence=evidence, not_identical=marker.id)
        found.append(candidate)
    return found


def has_changed(unit: IdentityUnit, shown: Iterable[RecordId], looked_at: int) -> bool:
    """Say whether a record that would be shown was changed or withdrawn after the look; too many changes count as one."""
    if unit.erasures.tombstones(looked_at, 1):
        return True
    changed = unit.records.changed_since(looked_at, CHANGES_MAX)
    would_be = set(shown)
    return len(changed) >= CHANGES_MAX or any(one.record.id in would_be for one in changed)


def shown_in_trail(one: Candidate) -> JsonObject:
    """Return what the trail keeps of a candidate that was shown."""
    shown: JsonObject = {"record": one.record, "score": one.score}
    if one.not_identical:
        shown["not_identical"] = one.not_identical
    return shown
