"""Whether a finding «not identical» holds for a query and a record.

It is about the bearer of one document: it holds where that document is what was asked for, and nothing else that could point at
another. A record that has the number itself is no namesake's, whatever was found before.

Source: docs/rules/identity.md I28 and I29. Leaves to others: keeping findings (namesakes), showing them (candidates).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from entente.identity.identifiers import identifier_keys, query_keys
from entente.identity.model import Evidence, EvidenceKind, NotIdentical, Query
from entente.records.model import Record, Schema

NUMBERS = "n:"
"""The family of keys that document numbers have (identifiers.keys)."""


@dataclass(frozen=True, slots=True)
class AskedNumbers:
    """The numbers of a query, each as the digests of the keys it could mean."""

    keys: frozenset[str]
    digests: tuple[frozenset[str], ...]


def asked_numbers(query: Query, digest: Callable[[str], str]) -> AskedNumbers:
    """Return the numbers of a query as findings are held against them."""
    each = [query_keys(text, query.country) for text in query.identifiers]
    return AskedNumbers(
        frozenset(key for keys in each for key in keys), tuple(frozenset(digest(key) for key in keys) for keys in each)
    )


def document_keys(text: str) -> tuple[str, ...]:
    """Return the keys of a document's number; empty where nothing in it identifies."""
    return tuple(key for key in query_keys(text) if key.startswith(NUMBERS))


def number_keys(record: Record, schema: Schema) -> frozenset[str]:
    """Return the keys of all numbers in a record as its reader sees it."""
    return frozenset(
        key
        for fact in record.facts
        if not fact.is_unknown_property and (described := schema.properties.get(fact.property)) is not None
        for key in identifier_keys(fact.property, described.type, fact.value)
    )


def holds_for(
    markers: Iterable[NotIdentical], asked: AskedNumbers, numbers: frozenset[str], allowed: frozenset[int]
) -> NotIdentical | None:
    """Return the newest finding that spares the asked one an alarm; None where there is none.

    `markers` are those about the record that hold now, the newest first; `numbers` the keys in it that the reader may see. Each
    number asked for must be a document that was found so, by an officer who saw no more of the record than the reader may see.

    Source: docs/rules/identity.md I28 and I29.
    """
    if not asked.digests or asked.keys & numbers:
        return None
    seen = [marker for marker in markers if marker.classes <= allowed]
    of_each = [next((one for one in seen if one.documents & digests), None) for digests in asked.digests]
    found = [marker for marker in of_each if marker is not None]
    return max(found, key=lambda one: one.at) if len(found) == len(of_each) else None


def said(marker: NotIdentical, version: int) -> Evidence:
    """Say a finding in words an officer can check; it weighs nothing."""
    day, until = marker.at.date().isoformat(), marker.until.date().isoformat()
    if marker.version == version:
        text = (
            f"found not identical with the bearer of this document on {day} by {marker.officer}: "
            f"{marker.reason} (holds until {until})"
        )
    else:
        text = (
            f"found not identical with the bearer of this document on {day} by {marker.officer}, of version {marker.version}: "
            f"{marker.reason} (holds until {until})"
        )
    return Evidence(EvidenceKind.NEUTRAL, text, 0)


def by_record(markers: Sequence[NotIdentical]) -> dict[int, list[NotIdentical]]:
    """Return findings by the record they are about, in their order."""
    found: dict[int, list[NotIdentical]] = {}
    for marker in markers:
        found.setdefault(marker.record, []).append(marker)
    return found
