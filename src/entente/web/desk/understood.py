"""What a query was understood to ask for, in words; and a record's facts with what was asked standing beside each.

An officer who types one line sees which part of it was taken for a name, a date or a number: what was misunderstood finds nothing
and would look like nobody. A zone stands as what it says (docs/rules/identity.md I1, I20). Nothing is compared here: which
property answers to what was asked is a matter of its type alone, and the evidence is the room's.

Source: docs/rules/desk.md W100.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entente.identity.model import Query
from entente.identity.parts import COMPOSED, DATES, NATIONALITY
from entente.identity.scanned import read_zones
from entente.kernel.canonical import JsonObject
from entente.records.model import PropertyType
from entente.verbs.arguments import Arguments
from entente.verbs.asking import query_of
from entente.web.desk.memory import KeptQuery
from entente.web.desk.naming import NameShown, reading_shown
from entente.web.desk.page import Asked
from entente.web.desk.record_pages import PropertyLine

_NUMBERS = frozenset({PropertyType.IDENTIFIER, PropertyType.PHONE, PropertyType.EMAIL, PropertyType.IBAN})


@dataclass(frozen=True, slots=True)
class AskedTerm:
    """One thing that a query asks for, with all that was given of it."""

    key: str
    """Of its field: `names`, `birth_date`, `country`, `sex` or `identifiers`; its words are the text `asked.…`."""
    values: Sequence[NameShown]
    is_compared: bool
    """Whether it is a number to be compared sign by sign."""


@dataclass(frozen=True, slots=True)
class BesideLine:
    """A property of a record beside what was asked that answers to it; one of the two may be missing."""

    fact: PropertyLine | None
    term: AskedTerm | None


def query_fields(kept: KeptQuery) -> JsonObject:
    """Return a kept query as the verbs that take one read it."""
    fields = kept.fields
    return {
        "line": fields.get("line", ""),
        "names": [line.strip() for line in fields.get("names", "").splitlines() if line.strip()],
        "identifiers": [line.strip() for line in fields.get("identifiers", "").splitlines() if line.strip()],
        "birth_date": fields.get("birth_date", ""),
        "country": fields.get("country", ""),
        "sex": fields.get("sex", ""),
    }


def understood_query(asked: Asked, kept: KeptQuery) -> Query:
    """Return a kept query with its line taken apart and its zones as what they say, as the search asks it."""
    read = query_of(Arguments(query_fields(kept)))
    return read_zones(read, today=kept.at.date(), countries=asked.node.lists.countries_alpha3).query


def terms_of(query: Query, asked: Asked) -> list[AskedTerm]:
    """Return what a query asks for, in the order in which a record's facts stand."""
    return list(_terms(query, asked))


def _terms(query: Query, asked: Asked) -> Iterator[AskedTerm]:
    say = asked.say
    if query.names:
        yield AskedTerm("names", [reading_shown(name) for name in query.names], is_compared=False)
    if query.birth_date:
        yield AskedTerm("birth_date", [NameShown(query.birth_date, "")], is_compared=True)
    if query.country:
        yield AskedTerm(
            "country", [NameShown(say.country(query.country, asked.node.lists.countries), "")], is_compared=False
        )
    if query.sex:
        yield AskedTerm("sex", [NameShown(say.code("sexes", query.sex), "")], is_compared=False)
    if query.identifiers:
        yield AskedTerm("identifiers", [NameShown(text, "") for text in query.identifiers], is_compared=True)


def beside(properties: Sequence[PropertyLine], terms: Sequence[AskedTerm]) -> list[BesideLine]:
    """Return what was asked beside the facts that answer to it, then what is not in the record, then all other facts."""
    answered = {term.key: [line for line in properties if _answers(line, term.key)] for term in terms}
    missing = [BesideLine(None, term) for term in terms if not answered[term.key]]
    # What was asked stands beside the first of several names; the others follow it.
    pairs = [
        BesideLine(line, term if place == 0 else None)
        for term in terms
        for place, line in enumerate(answered[term.key])
    ]
    taken = [line for lines in answered.values() for line in lines]
    return [*pairs, *missing, *(BesideLine(line, None) for line in properties if line not in taken)]


def _answers(line: PropertyLine, key: str) -> bool:
    match key:
        case "names":
            return line.type == PropertyType.NAME or line.name in COMPOSED
        case "birth_date":
            return line.name in DATES
        case "country":
            return line.name in NATIONALITY
        case "sex":
            return line.type == PropertyType.GENDER
    return line.type in _NUMBERS
