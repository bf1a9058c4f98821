"""The OFAC list in SDN_ADVANCED XML, read as a stream of drafts.

A party becomes a Person, Organization, Vessel or Airplane; each of its identity documents and wallets a record of its own that
links to it; a sanctions entry a Sanction; a relationship a link. Local ids follow from the publisher's own numbers
(`ofac-<FixedRef>`, `…-doc-<id>`, `…-wallet-<id>`, `…-sanction-<id>`, `ofac-link-<id>`), so that the next issue of the list
finds its records again. Each draft carries its own XML as fragment, without what is never carried.

Reference values, locations and documents stand before the parties in the file; small maps of them are held, the parties
stream by. What cannot be kept is a Rejected with the party's number; the rest goes on.

Source: docs/rules/records.md R1 to R3; OFAC, Sanctions List Data Model (ADVANCED_XML).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from lxml import etree

from entente.formats.codelists import load_code_lists
from entente.formats.import_files import XML_FORMS, FileIdentity, bad_file, discard, iterate_xml, not_well_formed
from entente.formats.import_terms import ImportTerms
from entente.formats.list_drafts import (
    Drafting,
    Facts,
    ImpossibleDateError,
    Row,
    UnfitError,
    add,
    clean,
    is_number,
    rejected,
    xml_of,
)
from entente.formats.schemata import load_schemata
from entente.formats.sdn_features import CRYPTO_PREFIX, detail_text, feature_facts, period_dates, read_day
from entente.formats.sdn_names import name_facts
from entente.formats.sdn_reference import Reference
from entente.formats.sdn_relations import ends_for, sanction_values
from entente.records.model import Schema, Schemata

DOCUMENTS_MAX = 1_000_000
"""Held until their party comes; a hundred times the documents of the full OFAC list."""

_PARTY_SCHEMATA = {"Individual": "Person", "Entity": "Organization", "Vessel": "Vessel", "Aircraft": "Airplane"}
_PASSPORTS = frozenset(
    {"Passport", "Diplomatic Passport", "British National Overseas Passport", "Stateless Person Passport"}
)
_CRAFT_NUMBERS = {"MMSI": "mmsi", "Aircraft Serial Identification": "serialNumber"}
_DOCUMENT_DATES = {"Issue Date": "startDate", "Expiration Date": "endDate"}


def read_sdn_advanced(
    stream: BinaryIO, terms: ImportTerms, file: FileIdentity, dropped: Counter[str] | None = None
) -> Iterator[Row]:
    """Yield a draft for each party, document, wallet, sanction and relationship, or why there is none.

    `dropped` counts, by code, the values that are never carried. Raises Invalid when the XML is broken.
    """
    reader = _Reader(Drafting(terms, file, "sdn_advanced"), Counter() if dropped is None else dropped)
    try:
        for name, element in iterate_xml(stream, XML_FORMS["sdn_advanced"].sections, file.name):
            yield from reader.take(name, element)
            discard(element)
    except etree.XMLSyntaxError as error:
        raise not_well_formed(file.name, error) from error
    yield from reader.left_over()


@dataclass(slots=True)
class _Reader:
    """What is known of the file so far."""

    drafting: Drafting
    dropped: Counter[str]
    schemata: Schemata = field(default_factory=load_schemata)
    reference: Reference = field(default_factory=lambda: Reference(load_code_lists()))
    parties: dict[str, tuple[str, Schema]] = field(default_factory=dict)
    """Number of a profile → local id and schema of the party that was handed out."""
    turned_down: dict[str, str] = field(default_factory=dict)
    """Number of a profile → the local id that its party would have had; what names it is rejected as a part of that party."""
    documents: dict[str, list[bytes]] = field(default_factory=dict)
    """Number of an identity → its documents, as XML, until its party comes."""
    held: int = 0
    ns: str = ""

    def take(self, section: str, element: etree._Element) -> Iterable[Row]:
        """Return the rows of one element."""
        self.ns = element.tag[: element.tag.rfind("}") + 1]
        try:
            return self._take(section, element)
        except ImpossibleDateError as error:
            number = element.get("FixedRef") or element.get("ID") or ""
            place = f"{section} {number}"
            if section == "SanctionsEntry":
                return [rejected(place, "date", str(error), element, *self._sanction_entry(element))]
            entry = f"ofac-{number}" if section == "DistinctParty" and is_number(number) else ""
            return [rejected(place, "date", str(error), element, entry)]

    def _take(self, section: str, element: etree._Element) -> Iterable[Row]:
        match section:
            case "DistinctParty":
                return self._party(element)
            case "SanctionsEntry":
                return [self._sanction(element)]
            case "ProfileRelationship":
                return [self._relationship(element)]
            case "IDRegDocument":
                self._hold(element)
            case "Location":
                self.reference.read_location(element)
            case "ReferenceValueSets":
                self.reference.read_values(element)
            case "DateOfIssue":
                day = read_day(element, is_last=False)
                if day is not None:
                    self.drafting.file = replace(self.drafting.file, date=day.isoformat())
        return ()

    def _party(self, party: etree._Element) -> list[Row]:
        number = party.get("FixedRef", "")
        profile = party.find(f"{self.ns}Profile")
        if not is_number(number) or profile is None:
            entry = f"ofac-{number}" if is_number(number) else ""
            return [rejected(f"party {number}", "FixedRef", "the party has no number or no profile", party, entry)]
        self._cut(profile)
        documents = self._documents_of(profile)
        holder = f"ofac-{number}"
        try:
            return self._party_rows(holder, party, profile, documents)
        except UnfitError as error:
            self.turned_down[profile.get("ID", "")] = holder
            why = f"its holder, party {number}, was rejected"
            orphans = [rejected(f"document {one.get('ID', '')}", "IdentityID", why, one, holder) for one in documents]
            return [rejected(f"party {number}", error.field, error.why, party, holder), *orphans]

    def _party_rows(
        self, local_id: str, party: etree._Element, profile: etree._Element, documents: list[etree._Element]
    ) -> list[Row]:
        sort = self.reference.party_types.get(profile.get("PartySubTypeID", ""), "")
        schema = self.schemata[_PARTY_SCHEMATA.get(sort, "LegalEntity")]
        facts: Facts = {}
        for identity in profile.iterfind(f"{self.ns}Identity"):
            name_facts(identity, self.ns, schema, self.reference, facts)
        if not any(name in {"name", "alias", "previousName"} for name, _ in facts):
            raise UnfitError("name", "the party has no name")
        wallets = self._features(profile, local_id, schema, facts)
        for comment in (party.find(f"{self.ns}Comment"), profile.find(f"{self.ns}Comment")):
            self._optional(facts, schema, "notes", "" if comment is None else clean(comment.text))
        self.parties[profile.get("ID", "")] = (local_id, schema)
        if "LegalEntity" in schema.ancestors:
            papers = [self._paper(document, local_id) for document in documents]
            return [self.drafting.draft(local_id, schema, facts, (), xml_of(party)), *papers, *wallets]
        for document in documents:
            self._craft_number(document, schema, facts)
        data = b"\n".join([xml_of(party), *map(xml_of, documents)])
        return [self.drafting.draft(local_id, schema, facts, (), data), *wallets]

    def _cut(self, profile: etree._Element) -> None:
        """Cut what is never carried out of the XML, before any of it is read, kept or shown."""
        for feature in profile.findall(f"{self.ns}Feature"):
            code = self.reference.feature(feature.get("FeatureTypeID")).dropped
            if code is not None:
                self.dropped[code] += 1
                profile.remove(feature)

    def _documents_of(self, profile: etree._Element) -> list[etree._Element]:
        numbers = [identity.get("ID", "") for identity in profile.iterfind(f"{self.ns}Identity")]
        found = [etree.fromstring(data) for number in numbers for data in self.documents.pop(number, ())]
        self.held -= len(found)
        return found

    def _features(self, profile: etree._Element, local_id: str, schema: Schema, facts: Facts) -> list[Row]:
        """Add the party's features to its facts and return its wallets."""
        wallets: list[Row] = []
        for feature in profile.iterfind(f"{self.ns}Feature"):
            sort = self.reference.feature(feature.get("FeatureTypeID"))
            if sort.label.startswith(CRYPTO_PREFIX):
                wallets.append(self._wallet(feature, sort.label.removeprefix(CRYPTO_PREFIX), local_id))
                continue
            try:
                feature_facts(feature, sort, schema, self.reference, facts)
            except ImpossibleDateError as error:
                raise UnfitError(sort.label, str(error)) from error
        return wallets

    def _wallet(self, feature: etree._Element, currency: str, holder: str) -> Row:
        schema = self.schemata["CryptoWallet"]
        number = feature.get("ID", "")
        local_id = f"{holder}-wallet-{number}"
        facts: Facts = {}
        for detail in feature.iter(f"{self.ns}VersionDetail"):
            if address := detail_text(detail, self.reference):
                add(facts, schema, self.reference, "publicKey", address, "publicKey")
        if not facts or not is_number(number):
            return rejected(local_id, "publicKey", "the wallet has no address or no number", feature, holder)
        add(facts, schema, self.reference, "currency", currency, "currency")
        for comment in feature.iter(f"{self.ns}Comment"):
            if text := clean(comment.text):
                add(facts, schema, self.reference, "notes", text, "notes")
        return self.drafting.draft(local_id, schema, facts, (("holder", holder),), xml_of(feature))

    def _hold(self, document: etree._Element) -> None:
        if self.held >= DOCUMENTS_MAX:
            why = f"more than {DOCUMENTS_MAX:,} documents wait for their parties"
            raise bad_file(self.drafting.file.name, why, "Cut the list in parts.")
        self.held += 1
        self.documents.setdefault(document.get("IdentityID", ""), []).append(xml_of(document))

    def _paper(self, document: etree._Element, holder: str) -> Row:
        sort = self.reference.name("IDRegDocType", document.get("IDRegDocTypeID"))
        schema = self.schemata["Passport" if sort in _PASSPORTS else "Identification"]
        local_id = f"{holder}-doc-{document.get('ID', '')}"
        number = clean(document.findtext(f"{self.ns}IDRegistrationNo"))
        if not number or not is_number(document.get("ID", "")):
            return rejected(local_id, "number", "the document has no number, or none in the list", document, holder)
        facts: Facts = {}
        add(facts, schema, self.reference, "number", number, "number")
        self._optional(facts, schema, "type", sort)
        code, name = self.reference.country_of(document.get("IssuedBy-CountryID"))
        self._optional(facts, schema, "country", code or name)
        self._optional(facts, schema, "authority", clean(document.findtext(f"{self.ns}IssuingAuthority")))
        if self.reference.name("Validity", document.get("ValidityID")) == "Fraudulent":
            add(facts, schema, self.reference, "fraudType", "fraudulent", "fraudType")
        self._optional(facts, schema, "description", clean(document.findtext(f"{self.ns}Comment")))
        try:
            self._document_dates(document, schema, facts)
        except ImpossibleDateError as error:
            return rejected(local_id, "date", str(error), document, local_id)
        return self.drafting.draft(local_id, schema, facts, (("holder", holder),), xml_of(document))

    def _document_dates(self, document: etree._Element, schema: Schema, facts: Facts) -> None:
        for dated in document.iterfind(f"{self.ns}DocumentDate"):
            sort = self.reference.name("IDRegDocDateType", dated.get("IDRegDocDateTypeID"))
            for period in dated.iterfind(f"{self.ns}DatePeriod"):
                for value in period_dates(period):
                    add(facts, schema, self.reference, _DOCUMENT_DATES.get(sort, ""), value, sort or "date")

    def _craft_number(self, document: etree._Element, schema: Schema, facts: Facts) -> None:
        """Add a vessel's or aircraft's number to its own facts: it is no legal entity that could hold a document."""
        sort = self.reference.name("IDRegDocType", document.get("IDRegDocTypeID"))
        number = clean(document.findtext(f"{self.ns}IDRegistrationNo"))
        name = _CRAFT_NUMBERS.get(sort, "registrationNumber")
        if number.upper().startswith("IMO"):
            name, number = "imoNumber", number[3:].strip(" .:")
        if number:
            add(facts, schema, self.reference, name, number, "registrationNumber")

    def _sanction(self, entry: etree._Element) -> Row:
        party = self.parties.get(entry.get("ProfileID", ""))
        number = entry.get("ID", "")
        if party is None or not is_number(number):
            why = "it has no number, or names a party that is not in the list or was rejected"
            return rejected(f"sanction {number}", "ProfileID", why, entry, *self._sanction_entry(entry))
        schema = self.schemata["Sanction"]
        facts: Facts = {}
        for name, value in sanction_values(entry, self.ns, self.reference):
            add(facts, schema, self.reference, name, value, name)
        return self.drafting.draft(
            f"{party[0]}-sanction-{number}", schema, facts, (("entity", party[0]),), xml_of(entry)
        )

    def _sanction_entry(self, entry: etree._Element) -> tuple[str, str]:
        """Return the local id that a sanction would have had, and where its party is not known how it would have ended."""
        number, profile = entry.get("ID", ""), entry.get("ProfileID", "")
        party = self.parties.get(profile)
        holder = party[0] if party is not None else self.turned_down.get(profile, "")
        if not is_number(number):
            return "", ""
        return (f"{holder}-sanction-{number}", "") if holder else ("", f"-sanction-{number}")

    def _relationship(self, relation: etree._Element) -> Row:
        number = relation.get("ID", "")
        first = self.parties.get(relation.get("From-ProfileID", ""))
        second = self.parties.get(relation.get("To-ProfileID", ""))
        if first is None or second is None or not is_number(number):
            why = "it has no number, or names a party that is not in the list"
            entry = f"ofac-link-{number}" if is_number(number) else ""
            return rejected(f"relationship {number}", "ProfileID", why, relation, entry)
        words = self.reference.name("RelationType", relation.get("RelationTypeID")) or "related to"
        ends = ends_for(words, first[1], second[1])
        schema = self.schemata[ends.schema]
        facts: Facts = {}
        add(facts, schema, self.reference, ends.role, words, "role")
        if relation.get("Former") == "true":
            add(facts, schema, self.reference, "status", "former", "status")
        self._optional(facts, schema, "description", clean(relation.findtext(f"{self.ns}Comment")))
        links = ((ends.of_first, first[0]), (ends.of_second, second[0]))
        return self.drafting.draft(f"ofac-link-{number}", schema, facts, links, xml_of(relation))

    def left_over(self) -> Iterator[Row]:
        """Yield the documents whose party never came, each as rejected."""
        for identity, documents in self.documents.items():
            for data in documents:
                document = etree.fromstring(data)
                why = f"its holder, identity {identity}, is not in the list, was rejected, or stands before it"
                number = document.get("ID", "")
                ending = f"-doc-{number}" if is_number(number) else ""
                yield rejected(f"document {number}", "IdentityID", why, document, entry_ending=ending)

    def _optional(self, facts: Facts, schema: Schema, name: str, value: str) -> None:
        if value:
            add(facts, schema, self.reference, name, value, name)
