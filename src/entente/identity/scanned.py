"""A machine readable zone given to a search: it becomes the number, name, birth date, nationality and sex that are asked for.

What is wrong in a zone is said in the answer, and the search is made with what is whole. A name or a number finds, and a wrong
one takes nothing away; so a faulty number is looked for as read, and both as proposed where confusions mend them (I19). A birth
date, a nationality or a sex can count against the right record, so a faulty one is left out. What the officer gave beside the
zone comes before what it says.

Source: docs/rules/identity.md I20. Leaves to others: reading and judging a zone (identifiers.mrz).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from entente.identity.identifiers import Mrz, MrzField, looks_like_mrz, query_keys, read_mrz
from entente.identity.model import QUERY_TERMS_MAX, Query
from entente.kernel.errors import Invalid

_LINES = (2, 3)
_LINE_CHARACTERS = frozenset({30, 36, 44})


@dataclass(frozen=True, slots=True)
class ScannedQuery:
    """A query in which each zone stands as what it says, with the zones and what is to be known of that."""

    query: Query
    zones: tuple[Mrz, ...] = ()
    notes: tuple[str, ...] = ()


def read_zones(query: Query, today: date, countries: Mapping[str, str]) -> ScannedQuery:
    """Put what each zone says in its place; a query without one stays as it is.

    `countries` is ISO 3166-1 alpha-3 → alpha-2. Raises Invalid where a zone was all that was given, and nothing in it is whole.

    Source: docs/rules/identity.md I20.
    """
    if len(query.names) > QUERY_TERMS_MAX or len(query.identifiers) > QUERY_TERMS_MAX:
        return ScannedQuery(query)  # refused by rules.check_query, before anything long is read
    names, from_names = _parted(query.names)
    identifiers, from_identifiers = _parted(_joined_lines(query.identifiers))
    zones = tuple(read_mrz(text, today=today, countries=countries) for text in (*from_identifiers, *from_names))
    if not zones:
        return ScannedQuery(query)
    asked, notes = replace(query, names=names, identifiers=identifiers), list[str]()
    for zone in zones:
        asked = _asked_with(asked, zone, notes)
    if not asked.names and not asked.identifiers:
        raise _nothing_whole(zones)
    return ScannedQuery(asked, zones, tuple(notes))


def _parted(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is no zone, and the zones."""
    zones = [text for text in texts if looks_like_mrz(text)]
    return tuple(text for text in texts if text not in zones), tuple(zones)


def _joined_lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts with lines of one zone that were given one by one joined again."""
    lines = [text for text in texts if len(text.strip()) in _LINE_CHARACTERS]
    whole = "\n".join(lines)
    if len(lines) not in _LINES or len({len(line.strip()) for line in lines}) != 1 or not looks_like_mrz(whole):
        return texts
    return (whole, *(text for text in texts if text not in lines))


def _asked_with(query: Query, zone: Mrz, notes: list[str]) -> Query:
    """Add what a zone says to what is asked, and say of it what the officer should know."""
    if zone.faults:
        notes.append(f"The machine readable zone has faults: {'; '.join(fault.text for fault in zone.faults)}.")
    if zone.proposed_number:
        notes.append(f"The document number was also looked for as proposed: {zone.proposed_number}.")
    if any(zone.proposed_name):
        notes.append(f"The name was looked for as proposed: {_name(*zone.proposed_name)}.")
    return replace(
        query,
        names=_with(query.names, _names(zone)),
        identifiers=_with(query.identifiers, _numbers(zone)),
        birth_date=_first(query.birth_date, _whole(zone, MrzField.BIRTH, zone.birth_date), "birth date", notes),
        country=_first(
            query.country, _whole(zone, MrzField.NATIONALITY, zone.nationality_country), "nationality", notes
        ),
        sex=_first(query.sex, _whole(zone, MrzField.SEX, zone.sex), "sex", notes),
    )


def _names(zone: Mrz) -> Iterator[str]:
    if any(zone.proposed_name):
        yield _name(*zone.proposed_name)
    elif zone.is_whole(MrzField.NAME) and zone.surname:
        yield _name(zone.surname, zone.given_names)


def _name(surname: str, given_names: str) -> str:
    """Write a name with the comma that says which part is the family's."""
    return f"{surname}, {given_names}" if given_names else surname


def _numbers(zone: Mrz) -> Iterator[str]:
    """Yield the numbers that have a key: one too short for it says nothing."""
    yield from (number for number in (zone.number, zone.proposed_number) if number and query_keys(number))


def _with(given: tuple[str, ...], more: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*given, *more)))


def _whole(zone: Mrz, field: MrzField, value: str) -> str:
    return value if zone.is_whole(field) else ""


def _first(given: str, scanned: str, what: str, notes: list[str]) -> str:
    """Return what was given before; where the zone says otherwise, say so."""
    if given and scanned and given != scanned:
        notes.append(f"The machine readable zone says {scanned} ({what}); the search was made with {given}.")
    return given or scanned


def _nothing_whole(zones: Sequence[Mrz]) -> Invalid:
    why = "; ".join(fault.text for zone in zones for fault in zone.faults)
    return Invalid(
        "The machine readable zone cannot be searched with.",
        field="identifiers",
        why=f"Neither its name nor its document number can be read (docs/rules/identity.md I20): {why}.",
        do="Scan the document again, or type the name and the number as they are printed.",
    )
