"""The European Union's consolidated list of financial sanctions in XML 1.1, read as a stream of drafts.

A person becomes a Person and an enterprise an Organization, with its listing as one Sanction, whatever number of regulations
names it, and its identity documents as records of their own that link to it. Local ids follow from the list's own numbers
(`eu-<logicalId>`, `…-sanction`, `…-doc-<logicalId>`). Each draft carries its own XML as fragment, without what is never carried.
What cannot be kept is a Rejected with the entry's number; the rest goes on.

The list marks no name as the main one: the first strong name is it, every later one an alias; a name that is not strong, or of
which a remark says that it is of low quality, is weak.

Source: docs/rules/records.md R1 to R3 and R40 to R42; European Commission, Financial Sanctions Files, schema 1.1, with values as
public readers of the list state them (decision 0058).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from entente.formats.eu_parts import (
    PARTS,
    Fields,
    imo_of,
    keep_part,
    local_name,
    state_document,
    state_name,
    state_regulations,
)
from entente.formats.import_files import EU_NAMESPACE, FileIdentity
from entente.formats.import_terms import ImportTerms
from entente.formats.list_drafts import (
    Drafting,
    ImpossibleDateError,
    Row,
    UnfitError,
    is_number,
    rejected,
    xml_of,
)
from entente.formats.list_facts import Account, stated_day
from entente.formats.official_list import NUMBER_SHOWN_MAX, OfficialList
from entente.records.model import Schema

AUTHORITY = "European Union"
_SCHEMATA = {"person": "Person", "enterprise": "Organization"}
_OWN_NUMBERS = {"swiftbic": "swiftBic", "imo": "imoNumber"}
"""Numbers of the party itself and of no document."""


def read_eu_fsf(
    stream: BinaryIO, terms: ImportTerms, file: FileIdentity, dropped: Counter[str] | None = None
) -> Iterator[Row]:
    """Yield a draft for each entry, its listing and its documents, or why there is none.

    `dropped` counts, by code, the values that are never carried. Raises Invalid when the XML is broken.
    """
    return _List(Drafting(terms, file, "eu_fsf"), Counter() if dropped is None else dropped).rows(stream)


@dataclass(slots=True)
class _List(OfficialList):
    prefix, number_field, made_on = "eu", "logicalId", "generationDate"

    def number_of(self, element: etree._Element) -> str:
        return element.get(self.number_field, "")

    def called(self, kind: str) -> str:  # noqa: ARG002 - of one kind alone
        return "entity"

    def subject(self, kind: str, element: etree._Element, local_id: str) -> list[Row]:
        """Return the person or enterprise with its documents."""
        account = Account(self._schema(element), self.countries)
        papers: dict[str, Row] = {}
        has_name = False
        for child in element:
            kind = local_name(child)
            if kind == "nameAlias":
                has_name |= state_name(child, account, may_be_main=not has_name)
            elif kind == "identification":
                self._document(child, local_id, account, papers)
            elif kind not in {"regulation", "subjectType"}:
                PARTS.get(kind, keep_part)(child, account)
        if not any(name in {"name", "alias", "weakAlias"} for name, _ in account.facts):
            raise UnfitError("name", "the entry has no name")
        return [
            self.drafting.draft(local_id, account.schema, account.facts, (), xml_of(element)),
            *papers.values(),
        ]

    def _schema(self, element: etree._Element) -> Schema:
        sort = element.find(f"{{{EU_NAMESPACE}}}subjectType")
        return self.schemata[_SCHEMATA.get("" if sort is None else sort.get("code", ""), "LegalEntity")]

    def _document(self, document: etree._Element, holder: str, account: Account, papers: dict[str, Row]) -> None:
        """Add a document by its number; a number of the party itself is a fact of it, none at all a note."""
        fields = Fields(document)
        code, sort = fields.take("identificationTypeCode"), fields.take("identificationTypeDescription")
        numbers = [number for name in ("number", "latinNumber") if (number := fields.take(name))]
        if (own := _OWN_NUMBERS.get(code)) is not None:
            for number in numbers:
                account.state(own, imo_of(number) if code == "imo" else number)
            account.state_note(sort or code, fields.remarks())
            return
        if not numbers:
            account.state_note("Document without a number", [sort or code, fields.country(account), *fields.remarks()])
            return
        identity = document.get("logicalId", "")
        local_id = f"{holder}-doc-{identity[:NUMBER_SHOWN_MAX]}"
        if not is_number(identity) or local_id in papers:
            # Under a key that no document has, so that the one before it stays.
            why = "the document has no number in the list, or one that stands before it"
            papers[f"{local_id} {len(papers)}"] = rejected(local_id, "logicalId", why, document, holder)
            return
        paper = Account(self.schemata["Passport" if code == "passport" else "Identification"], self.countries)
        for number in numbers:
            paper.state("number", number)
        paper.state("type", sort or code)
        try:
            state_document(fields, document, paper)
        except ImpossibleDateError as error:
            papers[local_id] = rejected(local_id, "date", str(error), document, local_id)
            return
        links = (("holder", holder),)
        papers[local_id] = self.drafting.draft(local_id, paper.schema, paper.facts, links, xml_of(document))

    def sanction(self, element: etree._Element, subject: str, place: str) -> Row:
        account = Account(self.schemata["Sanction"], self.countries)
        entry, regulations = Fields(element), element.findall(f"{{{EU_NAMESPACE}}}regulation")
        account.state("authority", AUTHORITY)
        account.state("authorityId", entry.take("euReferenceNumber"))
        account.state("unscId", entry.take("unitedNationId"))
        account.state("description", entry.take("designationDetails"))
        try:
            account.state_day("listingDate", stated_day(entry.take("designationDate")))
            account.state_day("endDate", stated_day(entry.take("delistingDate")))
            state_regulations(regulations, account)
        except ImpossibleDateError as error:
            return rejected(f"sanction of {place}", "date", str(error), element, f"{subject}-sanction")
        entry.keep(account)
        data = b"\n".join(map(xml_of, regulations))
        return self.drafting.draft(f"{subject}-sanction", account.schema, account.facts, (("entity", subject),), data)
