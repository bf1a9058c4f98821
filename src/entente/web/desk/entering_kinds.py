"""What may be entered by hand: kinds of record, what each is about, and the fields that its form begins with.

What a record of a kind may be about, which properties that has, and what it never says, the lists say (docs/rules/records.md R2,
R3 and R66); here stands what officers ask for most, first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from entente.handling.model import RecordKind
from entente.node import Node
from entente.records.judging import KIND as JUDGEMENT
from entente.records.model import Property, PropertyType, Schema
from entente.records.rules import check_kind

PERSON: Final = "Person"
FIRST: Final = (
    "person_of_interest", "wanted_person", "vehicle", "travel_document", "crypto_asset", "missing_person", "organisation",
    "firearm", "online_trace", "unidentified_person",
)  # fmt: skip
"""The kinds that are entered most; the others follow as the list has them."""
MAIN: Final[Mapping[str, Sequence[str]]] = {
    "wanted_person": ("Person",),
    "missing_person": ("Person",),
    "unidentified_person": ("Person",),
    "person_of_interest": ("Person", "LegalEntity"),
    "sanctioned_entity": ("Person", "Organization"),
    "organisation": ("Organization", "Company"),
    "travel_document": ("Passport", "Identification"),
    "crypto_asset": ("CryptoWallet", "CryptoTransaction"),
    "online_trace": ("Handle", "Device", "OnlineService", "Key"),
    "modus_operandi": ("Event", "Offence"),
    "drug_seizure": ("Seizure",),
    "drug_analysis": ("Substance",),
    "operation_return": ("Operation",),
}
"""What a record of a kind is about first; what else it may be about belongs to that. Of other kinds everything is first."""
_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "Person": (
        "name", "alias", "lastName", "firstName", "birthDate", "gender", "nationality", "birthPlace", "passportNumber",
        "idNumber", "phone", "address", "appearance", "distinguishingMarks", "notes",
    ),
    "LegalEntity": ("name", "alias", "country", "registrationNumber", "idNumber", "phone", "email", "address", "notes"),
    "Organization": ("name", "alias", "country", "registrationNumber", "legalForm", "phone", "email", "address", "notes"),
    "Company": ("name", "alias", "jurisdiction", "registrationNumber", "taxNumber", "phone", "email", "address", "notes"),
    "PublicBody": ("name", "alias", "country", "phone", "email", "address", "notes"),
    "Vehicle": (
        "registrationNumber", "registrationCountry", "vin", "make", "model", "color", "type", "theftDate", "theftCountry",
        "notes",
    ),
    "Vessel": ("name", "imoNumber", "mmsi", "flag", "type", "registrationNumber", "theftDate", "notes"),
    "Airplane": ("registrationNumber", "country", "type", "model", "serialNumber", "theftDate", "notes"),
    "Passport": (
        "number", "country", "type", "fraudType", "theftDate", "reportCountry", "startDate", "endDate", "authority", "summary",
    ),
    "Identification": (
        "number", "country", "type", "fraudType", "theftDate", "reportCountry", "startDate", "endDate", "authority", "summary",
    ),
    "Firearm": ("serialNumber", "type", "make", "model", "calibre", "status", "theftDate", "theftCountry", "notes"),
    "CryptoWallet": ("publicKey", "blockchain", "currency", "managingExchange", "accountId", "notes"),
    "Phone": ("number", "country", "operator", "imsi", "iccid", "notes"),
    "Device": ("imei", "serialNumber", "type", "make", "model", "macAddress", "ipAddress", "notes"),
    "Handle": ("handle", "profileUrl", "email", "phone", "firstSeen", "lastSeen", "notes"),
    "Address": ("full", "street", "city", "postalCode", "country"),
    "BankAccount": ("iban", "accountNumber", "bankName", "bic", "country", "notes"),
    "WorkOfArt": ("title", "type", "maker", "material", "period", "inventoryNumber", "theftDate", "theftPlace", "notes"),
}  # fmt: skip
"""What is asked first of what a record is about; of others what their schema features."""
NOT_OFFERED: Final = frozenset(
    {
        "sourceUrl", "publisher", "publisherUrl", "wikidataId", "keywords", "topics", "program", "programId", "createdAt",
        "modifiedAt", "retrievedAt", "recordId", "amountUsd", "amountEur",
    }
)  # fmt: skip
"""What a list says of where it comes from, or what is worked out: nobody enters it by hand."""
_OF_FIRMS: Final = frozenset(
    {
        "legalForm", "incorporationDate", "dissolutionDate", "status", "sector", "classification", "registrationNumber",
        "licenseNumber", "vatCode", "jurisdiction", "mainCountry", "uscCode", "ogrnCode", "okpoCode", "leiCode", "dunsCode",
        "swiftBic", "abbreviation",
    }
)  # fmt: skip
"""What a person has from the schema of persons and firms alike, and no person has."""


def kinds_entered(node: Node) -> Mapping[str, Sequence[str]]:
    """Return the kinds of record that are entered by hand, the commonest first, each with the schemata it may be about."""
    kinds = {code: kind for code, kind in node.lists.record_kinds.items() if kind.is_data_set and code != JUDGEMENT}
    return {code: sorted(kinds[code].schemata) for code in (*FIRST, *(code for code in kinds if code not in FIRST))}


def schema_entered(node: Node, kind: str, name: str) -> Schema | None:
    """Return what a record of a kind is entered about; None for what is no kind, no schema, or none of that kind."""
    schema = node.schemata.get(name)
    if kind not in kinds_entered(node) or schema is None or schema.is_abstract:
        return None
    # Schemata of a list are exact: what extends one of them has a form of its own only where it stands there too.
    if name not in node.lists.record_kinds[kind].schemata:
        return None
    check_kind(schema, kind, node.lists.record_kinds)
    return schema


def first_fields(schema: Schema, kind: RecordKind) -> Sequence[Property]:
    """Return the properties that a form asks first."""
    names = _FIELDS.get(schema.name, schema.featured)
    return [one for name in names if (one := schema.properties.get(name)) is not None and _is_asked(one, kind)]


def _is_asked(one: Property, kind: RecordKind) -> bool:
    return one.type is not PropertyType.ENTITY and one.name not in kind.never


def other_fields(schema: Schema, kind: RecordKind) -> Sequence[Property]:
    """Return the properties that a form has beside, as the schema has them."""
    first = {one.name for one in first_fields(schema, kind)}
    passed = NOT_OFFERED | (_OF_FIRMS if schema.name == "Person" else frozenset())
    return [
        one
        for one in schema.properties.values()
        if _is_asked(one, kind) and one.name not in first and one.name not in passed
    ]


def link_fields(schema: Schema, kind: RecordKind) -> Sequence[Property]:
    """Return what a record of a schema links to, its own links before those of every thing."""
    links = [
        one for one in schema.properties.values() if one.type is PropertyType.ENTITY and one.name not in kind.never
    ]
    return sorted(links, key=lambda one: one.name in {"addressEntity", "proof"})


def links_to(schema: Schema, target: Schema, kind: RecordKind) -> str:
    """Return the link by which a record of a schema is about one of another; empty where it has none.

    What every thing may rest on (an address, a source document) is no such link, unless the other is one.
    """
    found = (one.name for one in link_fields(schema, kind) if one.range in target.ancestors)
    return next(found, "")
