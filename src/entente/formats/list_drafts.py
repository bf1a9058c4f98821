"""What the readers of official lists in XML have in common: texts cleaned, facts added once, drafts and rejected rows made.

A value that our schema has no property for, or that does not fit the property's type, becomes a fact of an unknown property
under the publisher's own word: kept, shown, never matched. Source: docs/rules/records.md R1 to R3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from entente.disclosure.model import DisclosureClass
from entente.formats.import_files import FileIdentity, ImportFormat
from entente.formats.import_terms import ImportTerms
from entente.kernel.ids import RecordId
from entente.records.model import Fact, Fragment, Link, PropertyType, RecordDraft, Rejected, Schema
from entente.records.rules import is_possible_date

RAW_CHARACTERS_MAX = 500
"""How much of a rejected element is shown; records.checking keeps as much."""
NUMBER_DIGITS_MAX = 20
"""The publishers' longest have 6 and 7."""

Row = RecordDraft | Rejected
Facts = dict[tuple[str, str], Fact]
"""By property and value, so that each is stated once."""


class CountryNames(Protocol):
    """What one list's words for countries mean."""

    def country_code(self, text: str) -> str | None:
        """Return the alpha-2 code for a code or a name in words, or None for one we cannot map."""


class ImpossibleDateError(ValueError):
    """A date that is not in the calendar, or a period that ends before it begins."""


class UnfitError(Exception):
    """An entry that cannot be kept. It becomes a Rejected and never leaves the reader."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.field = name
        self.why = why


@dataclass(slots=True)
class Drafting:
    """How the drafts of one file are made: on which terms, out of which file."""

    terms: ImportTerms
    file: FileIdentity
    format: ImportFormat
    classes: dict[str, tuple[DisclosureClass, ...]] = field(default_factory=dict)

    def draft(
        self, local_id: str, schema: Schema, facts: Facts, links: tuple[tuple[str, str], ...], data: bytes
    ) -> RecordDraft:
        """Return a draft; `links` are (property, local id), `data` is what of the file it was made from."""
        terms = self.classes.get(schema.name)
        if terms is None:
            terms = self.classes[schema.name] = (self.terms.class_for(schema.name),)
        return RecordDraft(
            local_id=local_id,
            schema=schema.name,
            kind=terms[0].kind,
            terms=terms,
            facts=tuple(facts.values()),
            links=tuple(Link(name, RecordId(f"{self.terms.source}/{to}")) for name, to in links),
            retention=self.terms.retention,
            fragment=Fragment(self.file.name, self.file.sha256, self.file.date, self.format, data),
        )


def add(facts: Facts, schema: Schema, countries: CountryNames, name: str, value: str, unknown_name: str) -> None:
    """Add a fact once: under the property if the schema has it and the value fits, else under the unknown name."""
    prop = schema.properties.get(name) if name else None
    if prop is not None:
        fitting = _fitting(value, prop.type, countries)
        if fitting is not None:
            facts.setdefault((name, fitting), Fact(name, fitting))
            return
    facts.setdefault((unknown_name, value), Fact(unknown_name, value, is_unknown_property=True))


def _fitting(value: str, kind: PropertyType, countries: CountryNames) -> str | None:
    if kind is PropertyType.COUNTRY:
        return countries.country_code(value)
    if kind is PropertyType.DATE:
        return value if is_possible_date(value) else None
    if kind is PropertyType.GENDER:
        return value.lower()
    return value


_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks of direction and control characters that publishers' editors leave in; they carry no letter of a name."""


def clean(text: str | None) -> str:
    """Return text with single spaces and without invisible marks."""
    if not text:
        return ""
    joined = " ".join(text.split())
    return joined if joined.isprintable() else _INVISIBLE.sub("", joined).strip()


def property_name(label: str) -> str:
    """Return a label as the name of a property: «Secondary sanctions risk:» → `secondarySanctionsRisk`."""
    words = re.findall(r"[A-Za-z0-9]+", label) or ["feature"]
    return "".join([words[0].lower(), *(word[0].upper() + word[1:] for word in words[1:])])[:80]


def is_number(text: str) -> bool:
    """Say whether a number of the publisher's may stand in a local id (R1)."""
    return text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS_MAX


def xml_of(element: etree._Element) -> bytes:
    """Return an element as it stands in the file, in UTF-8."""
    return etree.tostring(element, encoding="utf-8", xml_declaration=False, with_tail=False)


def rejected(
    place: str, name: str, why: str, element: etree._Element, entry: str = "", entry_ending: str = ""
) -> Rejected:
    """Return why there is no draft of an element; `entry` is the local id it would have had, or of what it belongs to.

    Where only its own number is known, `entry_ending` is how the local id would have ended.
    """
    return Rejected(place, name, why, xml_of(element).decode("utf-8")[:RAW_CHARACTERS_MAX], entry, entry_ending)
