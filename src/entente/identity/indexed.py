"""What the index holds of a record: an entry for each name fact and each identifier fact, under the class of that fact.

Beside a name stand a date of birth and a nationality that facts of the very same class say, and no others. An index is filled
with millions of records, so what each property of a schema is, is found out once.

Source: docs/rules/identity.md I6. `parts` says the same of a whole record, for its score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum, auto

from entente.identity.identifiers import identifier_keys, is_identifying
from entente.identity.model import IndexEntry
from entente.identity.parts import COMPOSED, DATES, NATIONALITY, composed_name
from entente.records.model import (
    ChangedFacts,
    ChangedRecord,
    FactRow,
    Property,
    PropertyType,
    Schema,
    Schemata,
    StoredRecord,
)


class _Role(IntEnum):
    """What a property says of whom or what a record speaks."""

    NAME = 0
    PART = auto()
    BIRTH_DATE = auto()
    NATIONALITY = auto()
    NUMBER = auto()


_BESIDE = {**dict.fromkeys(DATES, _Role.BIRTH_DATE), **dict.fromkeys(NATIONALITY, _Role.NATIONALITY)}


class Indexed:
    """Makes entries, by the schemata known here. Safe from several threads."""

    def __init__(self, schemata: Schemata) -> None:
        self._schemata = schemata
        self._roles = {name: _roles(schema) for name, schema in schemata.items()}
        self.properties = frozenset(name for roles in self._roles.values() for name in roles)
        """The properties that are looked at, of any schema."""

    def entries(self, changed: ChangedFacts) -> tuple[IndexEntry, ...]:
        """Return the entries of a record; none for one that is withdrawn or in doubt, or for a schema not known here.

        Source: docs/rules/identity.md I6.
        """
        roles = self._roles.get(changed.schema)
        if roles is None or changed.is_gone:
            return ()
        found: tuple[list[FactRow], ...] = tuple([[] for _ in _Role])
        for fact in changed.facts:
            if (role := roles.get(fact[0])) is not None:
                found[role].append(fact)
        names, parts, births, nationalities, numbers = found
        number, classes, described = changed.number, changed.class_numbers, self._schemata[changed.schema].properties
        entries = [
            IndexEntry(number, classes[terms], value, (), _said(births, terms), _said(nationalities, terms))
            for _, value, terms in [*names, *_composed(parts, names)]
        ]
        entries += [
            IndexEntry(number, classes[terms], "", keys)
            for name, value, terms in numbers
            if (keys := identifier_keys(name, described[name].type, value))
        ]
        return tuple(entries if len(entries) == 1 else dict.fromkeys(entries))


def facts_of(stored: ChangedRecord | StoredRecord) -> ChangedFacts:
    """Return of a whole record what the index takes."""
    facts = [FactRow(one.property, one.value, one.terms) for one in stored.record.facts if not one.is_unknown_property]
    is_gone = stored.gone_at is not None
    return ChangedFacts(
        stored.number, stored.record.schema, stored.class_numbers, facts, is_gone, stored.change_sequence
    )


def _roles(schema: Schema) -> Mapping[str, _Role]:
    roles = ((name, _role(described)) for name, described in schema.properties.items())
    return {**_BESIDE, **{name: role for name, role in roles if role is not None}}


def _role(described: Property) -> _Role | None:
    if described.type is PropertyType.NAME:
        return _Role.NAME
    if described.name in COMPOSED:
        return _Role.PART
    return _Role.NUMBER if is_identifying(described.name, described.type) else None


def _composed(parts: Sequence[FactRow], names: Sequence[FactRow]) -> Iterable[FactRow]:
    """Give one composed name for each class that has parts and no name."""
    for terms in dict.fromkeys(part.terms for part in parts) if parts else ():
        if all(name.terms != terms for name in names):
            composed = composed_name((part.property, part.value) for part in parts if part.terms == terms)
            if composed:
                yield FactRow("lastName", composed, terms)


def _said(facts: Sequence[FactRow], terms: int) -> str:
    """Return what facts of one class say; nothing where there is none, or where two differ."""
    values = {value for _, value, of in facts if of == terms}
    return values.pop() if len(values) == 1 else ""
