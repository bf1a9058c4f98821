"""Which facts of a record say what: names, also those composed of their parts within one disclosure class; dates; nationality.

Source: docs/rules/identity.md I6. Used alike for the index and for the score, so that what is found is what is scored.
"""

from __future__ import annotations

from collections.abc import Iterable

from entente.records.model import Fact, PropertyType, Record, Schema

DATES = frozenset({"birthDate"})
NATIONALITY = frozenset({"nationality", "citizenship"})
COMPOSED = ("firstName", "middleName", "fatherName", "lastName")
"""In this order they read as one name; without a family name they do not."""


def name_facts(record: Record, schema: Schema) -> tuple[Fact, ...]:
    """Return the name facts in the source's order, then one composed name for each class that has parts and no name.

    Only facts of one class are composed: a name put together from two classes would show one through the other.

    Source: docs/rules/identity.md I6.
    """
    known = [fact for fact in record.facts if not fact.is_unknown_property and fact.property in schema.properties]
    names = [fact for fact in known if schema.properties[fact.property].type is PropertyType.NAME]
    named = {fact.terms for fact in names}
    composed = [_composed(known, terms) for terms in dict.fromkeys(fact.terms for fact in known) if terms not in named]
    return (*names, *(fact for fact in composed if fact is not None))


def composed_name(parts: Iterable[tuple[str, str]]) -> str:
    """Return what parts of a name (property, value) of one class read as.

    Nothing without a family name, or where a part is there twice.

    Source: docs/rules/identity.md I6.
    """
    values: dict[str, str] = {}
    for name, value in parts:
        if name in values:
            return ""
        values[name] = value
    family = values.get("lastName", "")
    given = " ".join(values[name] for name in COMPOSED[:-1] if name in values)
    return f"{family}, {given}" if family and given else family


def _composed(facts: list[Fact], terms: int) -> Fact | None:
    name = composed_name((one.property, one.value) for one in facts if one.property in COMPOSED and one.terms == terms)
    return Fact(property="lastName", value=name, terms=terms) if name else None
