"""What the readers of official lists have in common: entry by entry, each with its number once, and rejected with its reason.

Source: docs/rules/records.md R40. Leaves to others: what an entry of each list says (un_consolidated, eu_fsf).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, ClassVar

from lxml import etree

from entente.formats.codelists import load_code_lists
from entente.formats.country_names import NamedCountries
from entente.formats.import_files import XML_FORMS, discard, iterate_xml, not_well_formed
from entente.formats.list_drafts import Drafting, ImpossibleDateError, Row, UnfitError, is_number, rejected
from entente.formats.list_facts import cut_never_carried
from entente.formats.schemata import load_schemata
from entente.records.model import Schemata
from entente.records.rules import is_possible_date

NUMBER_SHOWN_MAX = 40
"""Characters of a number that is none, in the place of a rejected row."""


@dataclass(slots=True)
class OfficialList(ABC):
    """A list that is being read, and what is known of the file so far."""

    drafting: Drafting
    dropped: Counter[str]
    """By code, the values that are never carried."""
    schemata: Schemata = field(default_factory=load_schemata)
    countries: NamedCountries = field(default_factory=lambda: NamedCountries.of(load_code_lists()))
    seen: set[str] = field(default_factory=set)
    """The numbers of the entries so far."""

    prefix: ClassVar[str]
    """Before the number, in local ids."""
    number_field: ClassVar[str]
    """Where an entry has its number, as rejected rows name it."""
    made_on: ClassVar[str]
    """The root's attribute with the day of issue."""

    def rows(self, stream: BinaryIO) -> Iterator[Row]:
        """Yield the rows of each entry; raise Invalid when the XML is broken."""
        name = self.drafting.file.name
        try:
            for kind, element in iterate_xml(stream, XML_FORMS[self.drafting.format].sections, name):
                made = element.getroottree().getroot().get(self.made_on, "")[:10]
                if is_possible_date(made):
                    self.drafting.file = replace(self.drafting.file, date=made)
                yield from self._entry(kind, element)
                discard(element)
        except etree.XMLSyntaxError as error:
            raise not_well_formed(name, error) from error

    @abstractmethod
    def number_of(self, element: etree._Element) -> str:
        """Return an entry's number as it stands there."""

    @abstractmethod
    def called(self, kind: str) -> str:
        """Return what an entry of this element is called in the place of a rejected row."""

    @abstractmethod
    def subject(self, kind: str, element: etree._Element, local_id: str) -> Sequence[Row]:
        """Return whom or what the entry is about, with the documents; raise UnfitError or ImpossibleDateError."""

    @abstractmethod
    def sanction(self, element: etree._Element, subject: str, place: str) -> Row:
        """Return the listing of an entry."""

    def _entry(self, kind: str, element: etree._Element) -> list[Row]:
        cut_never_carried(element, f"{self.called(kind)} ", self.dropped)
        number = self.number_of(element)
        shown = number[:NUMBER_SHOWN_MAX]
        place = f"individual {shown}" if self.called(kind) == "individual" else f"entity {shown}"
        if not is_number(number):
            return [rejected(place, self.number_field, "the entry has no number", element)]
        local_id = f"{self.prefix}-{number}"
        if number in self.seen:
            return [rejected(place, self.number_field, "an entry with this number stands before it", element, local_id)]
        self.seen.add(number)
        try:
            subject = self.subject(kind, element, local_id)
        except UnfitError as error:
            return [rejected(place, error.field, error.why, element, local_id)]
        except ImpossibleDateError as error:
            return [rejected(place, "date", str(error), element, local_id)]
        return [*subject, self.sanction(element, local_id, place)]
