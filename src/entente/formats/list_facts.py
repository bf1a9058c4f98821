"""What the lists of the United Nations and the European Union state alike: births, places, and what we have no word for.

What is never carried is cut out of an entry before any of it is read, kept or shown. Source: docs/rules/records.md R3.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from entente.formats.list_drafts import CountryNames, Facts, ImpossibleDateError, add, clean, property_name
from entente.formats.never_carried import dropped_code
from entente.records.model import Schema
from entente.records.rules import is_possible_date

NAMES_REMEMBERED = 1_000
"""Of elements and attributes whether they are carried: ten times what both lists have."""
_SAYS_NOTHING = frozenset({"-", "--", "n/a", "na", "none", "unknown"})
"""What stands where a list has no place, number or date. Never asked of a name: Na is one."""
_DATE_FORM = re.compile(r"\d{4}(?:-\d{1,2}){0,2}")
_TIMED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[\d:.]+)?(?:Z|[+-]\d{2}:\d{2})?")
"""A date of XML Schema, with the time and the time zone that some issues add."""
_GENDERS = {"f": "female", "female": "female", "m": "male", "male": "male"}


@dataclass(frozen=True, slots=True)
class Account:
    """The facts of one record as they are gathered."""

    schema: Schema
    countries: CountryNames
    facts: Facts = field(default_factory=dict)

    def state(self, name: str, value: str, unknown_name: str = "") -> None:
        """Add a fact unless there is nothing to state."""
        if value:
            add(self.facts, self.schema, self.countries, name, value, unknown_name or name)

    def keep(self, words: str, value: str) -> None:
        """Add what we have no property for, under the list's own words."""
        self.state("", value, property_name(words))

    def state_day(self, name: str, value: str) -> None:
        """Add a date; what has the form of one and is not in the calendar raises ImpossibleDateError, words are kept as such."""
        refuse_impossible(value)
        self.state(name, value)

    def state_gender(self, value: str) -> None:
        """Add a gender; a word for none that we know is kept and never matched."""
        known = _GENDERS.get(value.lower())
        self.state("gender" if known else "", known or value, "gender")

    def state_birth(self, day: str, *, is_approximate: bool) -> None:
        """Add a date of birth as exactly as it is known: of an approximate one the year. Raises ImpossibleDateError."""
        refuse_impossible(day)
        if is_approximate and is_possible_date(day):
            self.state("birthDate", day[:4])
            self.state("notes", f"Birthdate: about {day}")
        else:
            self.state("birthDate", day)

    def state_birth_between(self, first: str, last: str) -> None:
        """Add the first and the last year of a birth, which may be one; of two that are open on a side, only a note.

        Raises ImpossibleDateError.
        """
        for year in (first, last):
            refuse_impossible(year)
        if not first or not last:
            self.state("notes", f"Birthdate: {first} or later" if first else f"Birthdate: {last} or earlier")
            return
        if is_possible_date(first) and is_possible_date(last) and first > last:
            raise ImpossibleDateError(f"the period from {first} to {last} ends before it begins")
        for year in (first, last):
            self.state("birthDate", year)
        if first != last:
            self.state("notes", f"Birthdate: between {first} and {last}")

    def state_birth_place(self, parts: Iterable[str], country: str, code: str = "") -> None:
        """Add the place of a birth in words, and its country by the list's code, or by its name where it gives none."""
        self.state("birthPlace", _in_one_line(parts, country))
        self.state("birthCountry", code or country)

    def state_address(self, parts: Iterable[str], country: str, code: str = "") -> None:
        """Add an address in one line, and its country; a country alone is no address."""
        self.state("address", _in_one_line(parts, country))
        self.state("country", code or country)

    def state_note(self, about: str, texts: Iterable[str]) -> None:
        """Add what is said of a part in words."""
        said = ", ".join(text for text in texts if text)
        self.state("notes", f"{about}: {said}" if said else "")


def _in_one_line(parts: Iterable[str], country: str) -> str:
    named = [part for part in parts if part]
    return ", ".join([*named, country] if country else named) if named else ""


def stated(text: str | None) -> str:
    """Return what a field says, or nothing where it only says that it says nothing. Not for names."""
    value = clean(text)
    return "" if value.lower() in _SAYS_NOTHING else value


def stated_day(text: str | None) -> str:
    """Return what a field for a date says; of a date with a time or a time zone the day."""
    value = stated(text)
    timed = _TIMED.fullmatch(value)
    return value if timed is None else timed[1]


def text_of(element: etree._Element) -> str:
    """Return all text in an element, cleaned."""
    return clean(" ".join(str(text) for text in element.itertext()))


def refuse_impossible(value: str) -> None:
    """Raise ImpossibleDateError for what has the form of a date and is in no calendar."""
    if _DATE_FORM.fullmatch(value) and not is_possible_date(value):
        raise ImpossibleDateError(f"«{value[:20]}» is not a possible date")


def words_of(name: str) -> str:
    """Return the name of an element or attribute as words: «SUBMITTED_BY», «submittedBy» → «submitted by»."""
    local = name.rpartition("}")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local).replace("_", " ").lower()


def cut_never_carried(entry: etree._Element, prefix: str, dropped: Counter[str]) -> None:
    """Cut what is never carried out of an entry, and count it by its code; `prefix` is a word before an element's own name."""
    cut: list[tuple[etree._Element, etree._Element]] = []
    for element in entry.iterdescendants():
        for name in [str(name) for name in element.attrib]:
            if code := _code_of(name, ""):
                dropped[code] += 1
                del element.attrib[name]
        # A list may also name what a value is beside it, as a key.
        found = _code_of(element.tag, prefix) or _code_of(element.get("key", ""), "")
        parent = element.getparent()
        if found is not None and parent is not None:
            dropped[found] += 1
            cut.append((parent, element))
    for parent, element in cut:
        parent.remove(element)


@functools.lru_cache(NAMES_REMEMBERED)
def _code_of(name: str, prefix: str) -> str | None:
    return dropped_code(words_of(name).removeprefix(prefix).strip())
