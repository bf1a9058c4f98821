"""What a mapping may not say of records of a kind, judged before the first row: properties that the kind never says.

Rows would be rejected one by one for it; who wrote the mapping is told once, with the line. Source: docs/rules/records.md R66.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from entente.formats.import_terms import ImportTerms
from entente.formats.table_mapping import EntityMapping, TableMapping, wrong_mapping
from entente.formats.table_words import PROPERTY_OF
from entente.handling.model import RecordKind
from entente.records.never_said import is_never_said


def check_never_mapped(mapping: TableMapping, terms: ImportTerms, kinds: Mapping[str, RecordKind]) -> None:
    """Raise Invalid, with the line, for a property or a kept column that records of their kind never say (R66)."""
    lines = dict(mapping.uses)
    for place, entity in enumerate(mapping.entities):
        kind = kinds[terms.kind_for(entity.schema.name)]
        for one in entity.values:
            if is_never_said(one.property.name, kind):
                why = f"a {kind.code} never says «{one.property.name}» (R66): leave it out, and name its column under «ignore»"
                raise wrong_mapping(one.line, f"entities.{entity.name}.properties.{one.property.name}", why)
        for column in mapping.kept if place == 0 else ():
            if is_never_said(column, kind) or is_never_said(PROPERTY_OF.get(column, ""), kind):
                why = f"a {kind.code} never says what the column «{column[:40]}» holds (R66): name it under «ignore»"
                raise wrong_mapping(lines[column], f"column {column[:60]}", why)


def told_alone(
    mapping: TableMapping, terms: ImportTerms, kinds: Mapping[str, RecordKind]
) -> Mapping[str, frozenset[str]]:
    """Return, by entity, the columns that the original of its record holds, where its kind never says what others may."""
    return {
        entity.name: frozenset(_columns_of(entity, mapping.kept if place == 0 else ()))
        for place, entity in enumerate(mapping.entities)
        if kinds[terms.kind_for(entity.schema.name)].never
    }


def _columns_of(entity: EntityMapping, kept: tuple[str, ...]) -> Iterator[str]:
    yield from (*entity.keys, *entity.made_with, *kept)
    for one in entity.values:
        yield from one.columns
