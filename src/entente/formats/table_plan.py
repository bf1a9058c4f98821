"""What becomes of each column of a table in a proposed mapping: what it is taken for, or what an officer chose for it.

Source: docs/rules/records.md R46.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.formats.codelists import load_code_lists
from entente.formats.never_carried import dropped_column, never_carried
from entente.formats.schemata import load_schemata
from entente.formats.table_columns import Column, Meaning, chosen_meaning, meaning_of
from entente.formats.table_values import Countries
from entente.kernel.errors import Invalid
from entente.records.model import Property, PropertyType
from entente.records.proposing import KEPT, LEFT_OUT, NEVER, PASSPORT, ColumnProposed, MappingChoice

_OF_PERSON: Final = frozenset(
    {"lastName", "firstName", "birthDate", "nationality", "gender", "passport", "fatherName", "idNumber"}
)
_OF_SCHEMA: Final[Mapping[str, frozenset[str]]] = {
    "Vessel": frozenset({"imoNumber", "callSign", "mmsi"}),
    "Vehicle": frozenset({"vin", "make", "model", "registrationNumber"}),
    "CryptoWallet": frozenset({"publicKey"}),
    "Company": frozenset({"companyName"}),
}
"""What a table is about that says nothing of a person; the first that has one of these."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a proposed mapping says of the columns of a table."""

    schema: str
    keys: tuple[str, ...]
    has_chosen_keys: bool
    placed: Mapping[str, Sequence[tuple[str, Meaning]]]
    """Property → the columns that hold it."""
    unplaced: Mapping[str, str]
    """Columns that are kept under their own names, with why."""
    left_out: Mapping[str, str]
    never: Mapping[str, str]
    """Columns that are never carried, with the code of why."""

    def proposed(self, columns: Sequence[Column]) -> tuple[ColumnProposed, ...]:
        """Return what becomes of each column, in the order of the table."""
        means = {name: (prop, found.why) for prop, several in self.placed.items() for name, found in several}
        others = ((KEPT, self.unplaced), (LEFT_OUT, self.left_out), (NEVER, dict.fromkeys(self.never, "")))
        means |= {name: (what, why) for what, found in others for name, why in found.items()}
        return tuple(
            ColumnProposed(one.name, *means.get(one.name, (KEPT, "")), distinct=len(set(one.cells))) for one in columns
        )


def plan_of(columns: Sequence[Column], choice: MappingChoice) -> Plan:
    """Return what becomes of the columns of a table; raise Invalid for a choice of what is not there."""
    countries = Countries.of(load_code_lists())
    never = {column.name: code for column in columns if (code := dropped_column(column.name))}
    carried = [column for column in columns if column.name not in never]
    _check_names("keys", choice.keys, carried)
    _check_names("chosen", choice.columns, carried)
    guessed = {column.name: meaning_of(column, countries) for column in carried}
    found = {one.property for one in guessed.values() if isinstance(one, Meaning)}
    schema = choice.schema or _schema_of(found)
    known = properties_of(schema)
    left_out = {name: "it was chosen" for name, means in choice.columns.items() if means == LEFT_OUT}
    meanings = {
        column.name: _meaning(column, guessed[column.name], choice.columns.get(column.name, ""), known, countries)
        for column in carried
        if column.name not in left_out
    }
    keys = choice.keys or tuple(filter(None, [_key_of(carried)]))
    placed, unplaced = _placed(meanings, schema, keys)
    left_out = {name: why for name, why in left_out.items() if name not in keys}
    return Plan(schema, keys, bool(choice.keys), placed, unplaced, left_out, never)


def properties_of(schema: str) -> Mapping[str, Property]:
    """Return the properties of a schema that a column may hold; raise Invalid for what is no schema of records."""
    found = load_schemata().get(schema)
    if found is None or found.is_abstract:
        raise _not_there("row_schema", f"«{schema[:40]}» is not a schema of records (R2)")
    held = {
        name: one
        for name, one in found.properties.items()
        if one.type is not PropertyType.ENTITY and name not in never_carried()
    }
    return {**held, PASSPORT: load_schemata()["Passport"].properties["number"]} if schema == "Person" else held


def _check_names(field: str, names: Collection[str], columns: Sequence[Column]) -> None:
    there = {column.name for column in columns}
    for name in names:
        if name not in there:
            raise _not_there(field, f"the table has no column «{name[:60]}» that is carried")


def _not_there(field: str, why: str) -> Invalid:
    return Invalid(
        "What was chosen for the table is not there.",
        field=field,
        why=f"A mapping names columns of the table and properties of records: {why}.",
        do="Choose among those that are there.",
    )


def _meaning(
    column: Column, guess: Meaning | str, chosen: str, known: Mapping[str, Property], countries: Countries
) -> Meaning | str:
    """Return what a column is taken for, or why it is not placed."""
    if not chosen or (isinstance(guess, Meaning) and guess.property == chosen):
        return guess
    if chosen == KEPT:
        return guess if isinstance(guess, str) else "it was chosen"
    if chosen not in known:
        raise _not_there("chosen", f"no record of this schema has a property «{chosen[:40]}»")
    return chosen_meaning(column, chosen, known[chosen].type, countries)


def _placed(
    meanings: Mapping[str, Meaning | str], schema: str, keys: Collection[str]
) -> tuple[dict[str, list[tuple[str, Meaning]]], dict[str, str]]:
    """Return the columns by the property they are taken for, and why the others could not be placed."""
    known = load_schemata()[schema].properties
    placed: dict[str, list[tuple[str, Meaning]]] = {}
    unplaced = {}
    for name, found in meanings.items():
        if isinstance(found, str):
            if name not in keys:
                unplaced[name] = found
            continue
        means = "name" if found.property == "companyName" and schema == "Company" else found.property
        # A person has a number in registers of companies, and no plate.
        is_of_it = means in known and (means != "registrationNumber" or schema != "Person")
        if is_of_it or (means == PASSPORT and schema == "Person"):
            placed.setdefault(means, []).append((name, found))
        elif name not in keys:
            unplaced[name] = f"it is taken for the {means} of something else than a {schema}: make a record of it"
    return placed, unplaced


def _schema_of(found: set[str]) -> str:
    if not found & _OF_PERSON:
        for schema, signs in _OF_SCHEMA.items():
            if found & signs:
                return schema
    return "Person"


def _key_of(columns: Sequence[Column]) -> str:
    """Return the column that tells rows apart: one that is called so before any other that does, or none."""
    whole = [column for column in columns if column.is_whole]
    called = [column for column in whole if column.is_called_key]
    likely = called or [
        column
        for column in whole
        if not column.is_of_dates and any(cell.isascii() and any(map(str.isdigit, cell)) for cell in column.cells)
    ]
    return likely[0].name if likely else ""
