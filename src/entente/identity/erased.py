"""By what a re-entry of something erased is noticed: exact identifiers, and a name with a date of birth.

Each key is one text; kept are only keyed digests of it (storage.tombstones), so that equality is all that can be asked. A name is
read as the index reads it (transliterated, folded, the order of its words left aside); of a date, what both sides know must be
equal, so a tombstone has the day, the month and the year, each marked with whether more was known.

Names alone, or dates alone, are shared by too many to say that somebody came again. Source: docs/rules/identity.md I16;
docs/rules/records.md R12.
"""

from __future__ import annotations

from collections.abc import Iterable

from entente.identity.dates import PartialDate, parse_partial
from entente.identity.identifiers import identifier_keys
from entente.identity.name_parts import honorifics
from entente.identity.names import name_forms
from entente.identity.parts import name_facts
from entente.identity.scripts import fold
from entente.records.model import IdentifyingKeys, Record, Schemata

BIRTH_DATE = "birthDate"
KEYS_MAX = 2_000
"""Keys of one record: as many as it has facts (records.model.FACTS_MAX); the first in order count, the same on every reading."""


def identifying_keys(record: Record, schemata: Schemata) -> IdentifyingKeys:
    """Return what a record's tombstone keeps, and what a new record is asked by.

    Source: docs/rules/identity.md I16.
    """
    schema = schemata.get(record.schema)
    if schema is None:
        return IdentifyingKeys(frozenset(), frozenset())
    numbers = {
        f"number {key}"
        for fact in record.facts
        if not fact.is_unknown_property and (described := schema.properties.get(fact.property)) is not None
        for key in identifier_keys(fact.property, described.type, fact.value)
    }
    names = {" ".join(sorted(_telling(form))) for fact in name_facts(record, schema) for form in name_forms(fact.value)}
    dates = [date for value in record.values(BIRTH_DATE) if (date := parse_partial(value)) is not None]
    kept = {f"name {name}|{text}" for name in names for date in dates for text in _kept(date)}
    asked = {f"name {name}|{text}" for name in names for date in dates for text in _asked(date)}
    return IdentifyingKeys(_bounded(numbers | kept), _bounded(numbers | asked))


def _telling(form: str) -> list[str]:
    """Return the folded words of a name without the titles in it (I24): «Haji Akmal» is no other name than «Akmal»."""
    folded = [fold(word) for word in form.split()]
    titles = honorifics(folded)
    return [word for place, word in enumerate(folded) if place not in titles] or folded


def _kept(date: PartialDate) -> Iterable[str]:
    """Give the date as it is known, and what of it is known to whoever knows less."""
    *less, whole = _steps(date)
    yield f"exactly {whole}"
    yield from (f"within {step}" for step in (*less, whole))


def _asked(date: PartialDate) -> Iterable[str]:
    """Give what a kept date must have: all of ours, or less where it is known no further."""
    *less, whole = _steps(date)
    yield f"within {whole}"
    yield from (f"exactly {step}" for step in less)


def _steps(date: PartialDate) -> list[str]:
    """Return the year, the month and the day as far as they are known; a first of January is only its year (I8)."""
    known = [f"{date.year:04}"]
    if date.month and (date.month, date.day) != (1, 1):
        known.append(f"{known[0]}-{date.month:02}")
        if date.day:
            known.append(f"{known[1]}-{date.day:02}")
    return known


def _bounded(keys: set[str]) -> frozenset[str]:
    return frozenset(keys if len(keys) <= KEYS_MAX else sorted(keys)[:KEYS_MAX])
