"""What may be asked, and what a reader sees of a record.

Pure functions; the numbers are those of docs/rules/identity.md. What is indexed stands in `indexed`, how a name
is read in `names`, how alike two are in `score`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from entente.handling.model import CodeLists
from entente.identity.dates import parse_partial
from entente.identity.identifiers import IDENTIFIER_CHARACTERS_MAX, looks_like_mrz, query_keys
from entente.identity.model import (
    QUERIES_MAX,
    QUERY_NAME_CHARACTERS_MAX,
    QUERY_TERMS_MAX,
    REQUEST_TERMS_MAX,
    SEXES,
    Occasion,
    Query,
    RowsOfFile,
)
from entente.identity.names import read_name
from entente.kernel.canonical import INTEGER_MAX
from entente.kernel.errors import Invalid
from entente.kernel.text import is_line, is_seen
from entente.records.model import ChangedRecord, Record, StoredRecord
from entente.records.rules import extract

OCCASION_CHARACTERS_MAX = 200
"""A line: «vehicle check at the bridge post, lane 2»."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE_WORD = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_DAY_WORD = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
MONTHS = 12
_DIGIT_WORD = re.compile(r"(?=.*\d)\S{4,}")
COMMAS = re.compile("[,،，、]")
"""Each keyboard has its own: of Latin and Cyrillic, of Arabic, of Chinese, and the one that parts a Chinese list."""


def query_from_text(text: str) -> Query:
    """Read what an officer typed in one line, parts separated by commas: «Muhammadov, 1979, AB 123456».

    A part that is a date or year is the birth date, one with a digit an identifier; all others together are the name,
    the comma between family and given name kept. A day may be written first, and may follow a name without a comma. Commas and
    digits are those of any keyboard.
    A machine readable zone is one identifier. Raises Invalid for two dates.

    Source: docs/rules/identity.md I1, I20.
    """
    if looks_like_mrz(text):
        return Query(identifiers=(text,))
    parts = [one for part in COMMAS.split(text) if part.strip() for one in _date_apart(part.strip())]
    dates = [part for part in parts if _DATE_WORD.fullmatch(part)]
    if len(dates) > 1:
        raise _bad("line", f"it has {len(dates)} dates of birth, and nobody has more than one")
    identifiers = [part for part in parts if part not in dates and _DIGIT_WORD.fullmatch(part.replace(" ", ""))]
    name = ", ".join(part for part in parts if part not in dates and part not in identifiers)
    return Query(
        names=(name,) if name else (), birth_date=_plain(dates[0]) if dates else "", identifiers=tuple(identifiers)
    )


def _date_apart(part: str) -> tuple[str, ...]:
    """Return a part of a line with a day at its end apart from the name before it, and written year first."""
    words = part.split()
    day = day_first(words[-1])
    before = " ".join(words[:-1])
    if not (day or _DAY_WORD.fullmatch(words[-1])) or any(character.isdigit() for character in before):
        return (part,)
    return tuple(one for one in (before, day or words[-1]) if one)


def day_first(word: str) -> str:
    """Return a day that is written day first, or month first where it can be no other, as `1979-03-14`; empty for no such day."""
    found = _DAY_FIRST.fullmatch(_plain(word))
    if found is None:
        return ""
    first, second, year = int(found[1]), int(found[3]), found[4]
    day, month = (second, first) if second > MONTHS else (first, second)
    written = f"{year}-{month:02}-{day:02}"
    return written if parse_partial(written) is not None else ""


def _plain(text: str) -> str:
    """Return a text with the digits that all dates are written in: ١٩٧٩ is 1979."""
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def with_line(query: Query, text: str) -> Query:
    """Add to a query what one typed line says; raise Invalid where both state a date of birth.

    Source: docs/rules/identity.md I1.
    """
    typed = query_from_text(text)
    if typed.birth_date and query.birth_date:
        raise _bad("line", "a date of birth is stated beside it too")
    return replace(
        query,
        names=(*query.names, *typed.names),
        birth_date=query.birth_date or typed.birth_date,
        identifiers=(*query.identifiers, *typed.identifiers),
    )


def check_query(query: Query, lists: CodeLists) -> None:
    """Check that a query can be searched; raise Invalid naming the field.

    Source: docs/rules/identity.md I1.
    """
    if len(query.names) > QUERY_TERMS_MAX or len(query.identifiers) > QUERY_TERMS_MAX:
        raise _bad("names", f"a query has at most {QUERY_TERMS_MAX} names and {QUERY_TERMS_MAX} identifiers")
    if any(len(name) > QUERY_NAME_CHARACTERS_MAX for name in query.names):
        raise _bad("names", f"a name has at most {QUERY_NAME_CHARACTERS_MAX} characters")
    if any(len(text) > IDENTIFIER_CHARACTERS_MAX for text in query.identifiers):
        raise _bad("identifiers", f"an identifier has at most {IDENTIFIER_CHARACTERS_MAX} characters")
    if any(not read_name(name) for name in query.names):
        raise _bad("names", "one of the names holds no letter")
    if any(not query_keys(text, query.country) for text in query.identifiers):
        raise _bad("identifiers", "one of them is too short to say who or what it stands for")
    if not query.names and not query.identifiers:
        raise _bad("names", "a birth date or a country alone would list everybody who has it")
    if query.country and query.country not in lists.countries:
        raise _bad("country", f"«{query.country[:8]}» is in no list of countries")
    if query.sex and query.sex not in SEXES:
        raise _bad("sex", f"«{query.sex[:20]}» is none of {', '.join(SEXES)}")
    if query.birth_date and parse_partial(query.birth_date) is None:
        raise _bad("birth_date", f"«{query.birth_date[:20]}» is no day, month or year in which somebody alive was born")


def check_request(queries: Sequence[Query], rows: RowsOfFile | None) -> None:
    """Check the form of a request with many queries; raise Invalid. Each query is judged by itself (`check_query`).

    Source: docs/rules/identity.md I31 and I32.
    """
    if not 1 <= len(queries) <= QUERIES_MAX:
        raise _bad_request("queries", f"one request has from 1 to {QUERIES_MAX} queries")
    if sum(len(query.names) + len(query.identifiers) for query in queries) > REQUEST_TERMS_MAX:
        raise _bad_request("queries", f"all queries together have at most {REQUEST_TERMS_MAX} names and identifiers")
    if rows is not None and not _SHA256.fullmatch(rows.sha256):
        raise _bad_request("rows", "a file is named by its SHA-256, 64 digits in small letters")
    if rows is not None and not 1 <= rows.first <= rows.last <= INTEGER_MAX:
        raise _bad_request("rows", "rows count from 1, and the last is not before the first")


def check_occasion(occasion: Occasion, lists: CodeLists) -> None:
    """Check why a search is made: known purpose and crime area, a case or an occasion; raise Invalid naming the field.

    Source: docs/rules/identity.md I13.
    """
    if occasion.purpose not in lists.purposes:
        raise _unstated("purpose", f"«{occasion.purpose[:40]}» is in no list of purposes")
    if occasion.crime_area not in lists.crime_areas:
        raise _unstated("crime_area", f"«{occasion.crime_area[:40]}» is in no list of crime areas")
    if not is_seen(occasion.case) and not is_seen(occasion.occasion):
        raise _unstated("case", "neither a case number nor an occasion is given")
    for field, text in (("case", occasion.case), ("occasion", occasion.occasion)):
        if len(text) > OCCASION_CHARACTERS_MAX or (text and not is_line(text)):
            raise _unstated(
                field, f"case and occasion are each one line of at most {OCCASION_CHARACTERS_MAX} characters"
            )


def unknown_case() -> Invalid:
    """Return the refusal of a case that is not here, or that may not be known to who names it: the same for both (C8)."""
    return _unstated("case", "no case of this number is here that may be shown to you")


def check_days(days: int, most: int) -> None:
    """Check for how long something stands; raise Invalid.

    Source: docs/rules/identity.md I25 and I28.
    """
    if not 1 <= days <= most:
        raise Invalid(
            f"Nothing was kept for {days} days.",
            field="days",
            why=f"What stands ends by itself after 1 to {most} days (docs/rules/identity.md I25 and I28).",
            do="State a number of days within these; it can be left or found again.",
        )


def visible_record(stored: ChangedRecord | StoredRecord, allowed: frozenset[int]) -> Record | None:
    """Return the record with only the facts and links of allowed classes; None when no fact is left.

    The result is the same as if the hidden facts had never been. Whether the far end of a link may be known is asked where
    links are shown (records.service).

    Source: docs/rules/identity.md I12; docs/rules/records.md R5; DESIGN section 2.
    """
    return extract(stored.record, frozenset(place for place, cls in enumerate(stored.class_numbers) if cls in allowed))


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        "The query cannot be searched.",
        field=field,
        why=f"A search needs something that points at somebody (docs/rules/identity.md I1): {why}.",
        do="Give a name or a number, and a birth date like 1979-05-04, 1979-05 or 1979 if you have one.",
    )


def _bad_request(field: str, why: str) -> Invalid:
    return Invalid(
        "The queries were not searched.",
        field=field,
        why=f"A request with many queries is one act with one row in the trail (docs/rules/identity.md I31): {why}.",
        do="Send fewer queries in a request and the others in the next; «entente search --batch» does so by itself.",
    )


def _unstated(field: str, why: str) -> Invalid:
    return Invalid(
        "The search was not made: why it is made is not stated.",
        field=field,
        why=f"Personal data is searched for a purpose and with a case or occasion (docs/rules/identity.md I13): {why}.",
        do="State a purpose and a crime area from the lists, and the case number or the occasion in a few words.",
    )
