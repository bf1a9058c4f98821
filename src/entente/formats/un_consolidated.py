"""The Consolidated List of the United Nations Security Council in XML, read as a stream of drafts.

An individual becomes a Person and an entity an Organization, with its listing as a Sanction and its identity documents as
records of their own that link to it. Local ids follow from the list's own numbers (`un-<DATAID>`, `…-sanction`); documents have
none there, so theirs is a digest of what they are (`…-doc-<digest>`). Each draft carries its own XML as fragment, without what is
never carried. What cannot be kept is a Rejected with the entry's number; the rest goes on.

The four parts of a name stand in the order in which it is written and say nothing of given and family names, so that only the
whole name is kept. An alias of the quality Low is weak; f.k.a. is a former name; every other quality, and none, is an alias.

Source: docs/rules/records.md R1 to R3 and R40 to R42; United Nations Security Council, Consolidated List (XML), with the element
names and values as public readers of it state them (decision 0058).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from entente.formats.import_files import FileIdentity
from entente.formats.import_terms import ImportTerms
from entente.formats.list_drafts import (
    Drafting,
    ImpossibleDateError,
    Row,
    UnfitError,
    clean,
    rejected,
    xml_of,
)
from entente.formats.list_facts import Account, stated, stated_day, text_of, words_of
from entente.formats.official_list import OfficialList

AUTHORITY = "United Nations Security Council"
_SCHEMATA = {"INDIVIDUAL": "Person", "ENTITY": "Organization"}
_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_ALIAS_PROPERTIES = {"low": "weakAlias", "f.k.a.": "previousName"}
_VALUES = {"TITLE": "title", "DESIGNATION": "position", "NATIONALITY": "nationality"}
"""Elements that hold VALUE elements → the property."""
_OF_THE_SANCTION = {
    "LIST_TYPE": "summary",
    "UN_LIST_TYPE": "program",
    "REFERENCE_NUMBER": "unscId",
    "LISTED_ON": "listingDate",
    "LAST_DAY_UPDATED": "modifiedAt",
}
_OF_THE_ENTRY = frozenset({*_NAME_PARTS, "DATAID", "VERSIONNUM", "SORT_KEY", "SORT_KEY_LAST_MOD"})
"""Read apart, or said by the version of the record itself; all stand in the fragment."""
_PLACE_PARTS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE")
_PASSPORTS = frozenset({"passport", "numéro de passeport", "número de pasaporte"})
"""The list writes the type of a document in three languages."""
_DIGEST_CHARACTERS = 16
"""64 bits: no two documents of one entry meet."""


def read_un_consolidated(
    stream: BinaryIO, terms: ImportTerms, file: FileIdentity, dropped: Counter[str] | None = None
) -> Iterator[Row]:
    """Yield a draft for each individual and entity, its listing and its documents, or why there is none.

    `dropped` counts, by code, the values that are never carried. Raises Invalid when the XML is broken.
    """
    return _List(Drafting(terms, file, "un_consolidated"), Counter() if dropped is None else dropped).rows(stream)


@dataclass(slots=True)
class _List(OfficialList):
    prefix, number_field, made_on = "un", "DATAID", "dateGenerated"

    def number_of(self, element: etree._Element) -> str:
        return clean(element.findtext(self.number_field))

    def called(self, kind: str) -> str:
        return kind.lower()

    def subject(self, kind: str, element: etree._Element, local_id: str) -> list[Row]:
        """Return the individual or entity with its documents."""
        account = Account(self.schemata[_SCHEMATA[kind]], self.countries)
        account.state("name", " ".join(text for part in _NAME_PARTS if (text := clean(element.findtext(part)))))
        papers: dict[str, Row] = {}
        for child in element:
            name = child.tag.removeprefix(f"{kind}_")
            if name == "DOCUMENT":
                self._document(child, local_id, account, papers)
            elif name not in _OF_THE_ENTRY and name not in _OF_THE_SANCTION:
                _state(child, name, account)
        if not any(name in {"name", "alias", "previousName", "weakAlias"} for name, _ in account.facts):
            raise UnfitError("name", "the entry has no name")
        draft = self.drafting.draft(local_id, account.schema, account.facts, (), xml_of(element))
        return [draft, *papers.values()]

    def _document(self, document: etree._Element, holder: str, account: Account, papers: dict[str, Row]) -> None:
        """Add a document under its local id; of one without a number, a note on its holder."""
        fields = _Fields(document)
        sort, number = fields.take("TYPE_OF_DOCUMENT"), fields.take("NUMBER")
        more, issuer = fields.take("TYPE_OF_DOCUMENT2"), fields.take("ISSUING_COUNTRY")
        if not number:
            account.state_note("Document without a number", [sort, more, issuer, *fields.rest().values()])
            return
        paper = Account(self.schemata["Passport" if sort.lower() in _PASSPORTS else "Identification"], self.countries)
        digest = hashlib.sha256(f"{sort}\n{number}\n{issuer}".encode()).hexdigest()[:_DIGEST_CHARACTERS]
        local_id = f"{holder}-doc-{digest}"
        paper.state("number", number)
        paper.state("type", sort)
        paper.state("type", more)
        paper.state("country", issuer or fields.take("COUNTRY_OF_ISSUE"))
        paper.state("description", fields.take("NOTE"))
        try:
            paper.state_day("startDate", stated_day(fields.take("DATE_OF_ISSUE")))
        except ImpossibleDateError as error:
            papers[local_id] = rejected(local_id, "date", str(error), document, local_id)
            return
        fields.keep(paper)
        links = (("holder", holder),)
        papers[local_id] = self.drafting.draft(local_id, paper.schema, paper.facts, links, xml_of(document))

    def sanction(self, element: etree._Element, subject: str, place: str) -> Row:
        account = Account(self.schemata["Sanction"], self.countries)
        account.state("authority", AUTHORITY)
        parts = [child for child in element if child.tag in _OF_THE_SANCTION]
        try:
            for child in parts:
                name = _OF_THE_SANCTION[child.tag]
                texts = [stated_day(text) for text in _texts(child)]
                if name == "modifiedAt":  # the list gives every day on which the entry was changed
                    texts = [max(texts, default="")]
                for text in texts:
                    account.state_day(name, text)
        except ImpossibleDateError as error:
            return rejected(f"sanction of {place}", "date", str(error), element, f"{subject}-sanction")
        data = b"\n".join(map(xml_of, parts))
        return self.drafting.draft(f"{subject}-sanction", account.schema, account.facts, (("entity", subject),), data)


class _Fields:
    """The texts of one part of an entry by element; what is taken is read, and the rest is kept in the list's own words."""

    def __init__(self, part: etree._Element) -> None:
        self._texts: dict[str, list[str]] = {}
        for child in part:
            self._texts.setdefault(child.tag, []).append(text_of(child))

    def take_name(self, element: str) -> str:
        return "; ".join(filter(None, self._texts.pop(element, ())))

    def take(self, element: str) -> str:
        return "; ".join(filter(None, map(stated, self._texts.pop(element, ()))))

    def rest(self) -> dict[str, str]:
        said = {element: "; ".join(filter(None, map(stated, texts))) for element, texts in self._texts.items()}
        return {element: text for element, text in said.items() if text}

    def keep(self, account: Account) -> None:
        for element, text in self.rest().items():
            account.keep(words_of(element), text)


def _state(child: etree._Element, name: str, account: Account) -> None:
    """State what one child of an entry says of its subject."""
    match name:
        case _ if name in _PARTS:
            _PARTS[name](_Fields(child), account)
        case "GENDER":
            account.state_gender(stated(child.text))
        case "COMMENTS1":
            account.state("notes", clean(child.text))
        case "NAME_ORIGINAL_SCRIPT":
            for one in _names(clean(child.text)):
                account.state("name", one)
        case _ if name in _VALUES:
            for text in _texts(child):
                account.state(_VALUES[name], text)
        case _:
            account.keep(words_of(child.tag), stated(text_of(child)))


def _state_alias(fields: _Fields, account: Account) -> None:
    quality, names = fields.take("QUALITY").lower(), _names(fields.take_name("ALIAS_NAME"))
    for one in names:
        account.state(_ALIAS_PROPERTIES.get(quality, "alias"), one)
    # Some aliases come with a birth or an identity of their own: it is said of the alias and not of the subject.
    _note(f"Alias {'; '.join(names)}" if names else "Alias", fields, account)


def _state_address(fields: _Fields, account: Account) -> None:
    account.state_address([fields.take(part) for part in _PLACE_PARTS], fields.take("COUNTRY"))
    _note("Address", fields, account)


def _state_birth_place(fields: _Fields, account: Account) -> None:
    account.state_birth_place([fields.take(part) for part in _PLACE_PARTS], fields.take("COUNTRY"))
    _note("Place of birth", fields, account)


def _state_birth(fields: _Fields, account: Account) -> None:
    is_approximate = fields.take("TYPE_OF_DATE").upper() == "APPROXIMATELY"
    first, last = fields.take("FROM_YEAR"), fields.take("TO_YEAR")
    day, year = stated_day(fields.take("DATE")), fields.take("YEAR")
    if first or last:
        account.state_birth_between(first, last)
    account.state_birth(day or year, is_approximate=is_approximate)
    _note("Birthdate", fields, account)


_PARTS: Mapping[str, Callable[[_Fields, Account], None]] = {
    "ALIAS": _state_alias,
    "ADDRESS": _state_address,
    "DATE_OF_BIRTH": _state_birth,
    "PLACE_OF_BIRTH": _state_birth_place,
}
"""Parts of an entry, without the word INDIVIDUAL_ or ENTITY_ before them."""


def _note(about: str, fields: _Fields, account: Account) -> None:
    """Add the note of a part; what else stands in it is named by its element."""
    account.state_note(
        about, [fields.take("NOTE"), *(f"{words_of(name)} {text}" for name, text in fields.rest().items())]
    )


def _names(text: str) -> list[str]:
    """Return the names of one field: the list writes several with a semicolon between them."""
    return [name for part in text.split(";") if (name := part.strip())]


def _texts(child: etree._Element) -> list[str]:
    """Return the VALUE elements of a child, or its own text."""
    return [text for one in (child.findall("VALUE") or [child]) if (text := stated(one.text))]
