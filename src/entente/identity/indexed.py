"""What the index holds of a record: an entry for each name fact and each identifier fact, under the class of that fact.

Beside a name stand a date of birth and a nationality that facts of the very same class say, and no others. An index is filled
with millions of records, so what each property of a schema is, is found out once.

Source: docs/rules/identity.md I6. `parts` says the same of a whole record, for its score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from entente.identity.identifiers import is_identifying, key_maker
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


@dataclass(frozen=True, slots=True)
class _Kind:
    """A schema as the index looks at it."""

    roles: Mapping[str, _Role]
    keys: Mapping[str, Callable[[str], tuple[str, ...]]]
    """What makes the keys of a number, by its property."""

    @classmethod
    def of(cls, schema: Schema) -> _Kind:
        roles = {name: role for name, one in schema.properties.items() if (role := _role(one)) is not None}
        numbers = [schema.properties[name] for name, role in roles.items() if role is _Role.NUMBER]
        return cls(_BESIDE | roles, {one.name: key_maker(one.name, one.type) for one in numbers})


class Indexed:
    """Makes entries, by the schemata known here. Safe from several threads."""

    def __init__(self, schemata: Schemata) -> None:
        self._kinds = {name: _Kind.of(schema) for name, schema in schemata.items()}
        self.properties = frozenset(name for kind in self._kinds.values() for name in kind.roles)
        """The properties that are looked at, of any schema."""

    def entries(self, changed: ChangedFacts) -> tuple[IndexEntry, ...]:
        """Return the entries of a record; none for one that is withdrawn or in doubt, or for a schema not known here.

        Source: docs/rules/identity.md I6.
        """
        kind = self._kinds.get(changed.schema)
        if kind is None or changed.is_gone:
            return ()
        number, _, classes, facts, _, _ = changed
        found: tuple[list[FactRow], ...] = ([], [], [], [], [])
        roles = kind.roles
        for fact in facts:
            if (role := roles.get(fact[0])) is not None:
                found[role].append(fact)
        names, parts, births, nationalities, numbers = found
        if parts:
            names += _composed(parts, frozenset(terms for _, _, terms in names))
        entries = [
            IndexEntry(
                number, classes[terms], value, (),
                _said(births, terms) if births else "",
                _said(nationalities, terms) if nationalities else "",
            )
            for _, value, terms in names
        ]  # fmt: skip
        for name, value, terms in numbers:
            if keys := kind.keys[name](value):
                entries.append(IndexEntry(number, classes[terms], "", keys))
        return tuple(dict.fromkeys(entries) if len(entries) > 1 else entries)


def facts_of(stored: ChangedRecord | StoredRecord) -> ChangedFacts:
    """Return of a whole record what the index takes."""
    facts = [(one.property, one.value, one.terms) for one in stored.record.facts if not one.is_unknown_property]
    is_gone = stored.gone_at is not None
    return ChangedFacts(
        stored.number, stored.record.schema, stored.class_numbers, facts, is_gone, stored.change_sequence
    )


def _role(described: Property) -> _Role | None:
    if described.type is PropertyType.NAME:
        return _Role.NAME
    if described.name in COMPOSED:
        return _Role.PART
    return _Role.NUMBER if is_identifying(described.name, described.type) else None


def _composed(parts: Sequence[FactRow], named: frozenset[int]) -> list[FactRow]:
    """Return one composed name for each class that has parts and no name."""
    classes = [terms for terms in dict.fromkeys(of for _, _, of in parts) if terms not in named]
    names = {terms: composed_name((name, value) for name, value, of in parts if of == terms) for terms in classes}
    return [("lastName", name, terms) for terms, name in names.items() if name]


def _said(facts: Sequence[FactRow], terms: int) -> str:
    """Return what facts of one class say; nothing where there is none, or where two differ."""
    said = ""
    for _, value, of in facts:
        if of == terms:
            if said and said != value:
                return ""
            said = value
    return said
