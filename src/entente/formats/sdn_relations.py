"""Relationships and sanctions entries of SDN_ADVANCED XML: the records that link parties.

A relationship becomes the most exact link our schemata allow between these two; what fits none is UnknownLink with the
publisher's words as the role. Source: docs/rules/records.md R2, R3.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from entente.formats.list_drafts import clean
from entente.formats.sdn_features import read_day
from entente.formats.sdn_reference import Reference
from entente.records.model import Schema


@dataclass(frozen=True, slots=True)
class Ends:
    """A relationship as a record of ours: its schema, and which property holds which end."""

    schema: str
    of_first: str
    of_second: str
    role: str
    """The property that takes the publisher's words."""


_OTHER = Ends("UnknownLink", "subject", "object", "role")
_FAMILY = Ends("Family", "person", "relative", "relationship")
_ASSOCIATE = Ends("Associate", "person", "associate", "relationship")
_OWNED = Ends("Ownership", "asset", "owner", "role")
_OWNS = Ends("Ownership", "owner", "asset", "role")
_MEMBER = Ends("Membership", "member", "organization", "role")

_RELATIONS = {
    "Family member of": (_FAMILY, "Person", "Person"),
    "Associate Of": (_ASSOCIATE, "Person", "Person"),
    "Owned or Controlled By": (_OWNED, "Asset", "LegalEntity"),
    "Owns, controls, or operates": (_OWNS, "LegalEntity", "Asset"),
    "Leader or official of": (_MEMBER, "LegalEntity", "Organization"),
    "Principal Executive Officer": (_MEMBER, "LegalEntity", "Organization"),
}
"""The publisher's words → our link, and what the first and the second must be for it."""


def ends_for(words: str, first: Schema, second: Schema) -> Ends:
    """Return the most exact link there is between a party of one schema and one of another."""
    ends, of_first, of_second = _RELATIONS.get(words, (_OTHER, "", ""))
    if ends is not _OTHER and of_first in first.ancestors and of_second in second.ancestors:
        return ends
    return _OTHER


def sanction_values(entry: etree._Element, ns: str, reference: Reference) -> list[tuple[str, str]]:
    """Return (property, value) of a sanctions entry: authority, list, legal basis, day of listing, programmes, measures.

    Raises ImpossibleDateError.
    """
    found = [("authority", text) for text in reference.values.get("SubsidiaryBody", {}).values()][:1]
    found.append(("summary", reference.name("List", entry.get("ListID"))))
    for event in entry.iterfind(f"{ns}EntryEvent"):
        basis = reference.name("LegalBasis", event.get("LegalBasisID"))
        found.append(("reason", "" if basis == "Unknown" else basis))
        for edge in event.iterfind(f"{ns}Date"):
            day = read_day(edge, is_last=False)
            found.append(("listingDate", "" if day is None else day.isoformat()))
    for measure in entry.iterfind(f"{ns}SanctionsMeasure"):
        sort = reference.name("SanctionsType", measure.get("SanctionsTypeID"))
        comment = clean(measure.findtext(f"{ns}Comment"))
        if sort == "Program":
            found.append(("program", comment))
        else:
            found.append(("provisions", ": ".join(text for text in (sort, comment) if text)))
    return [(name, value) for name, value in dict.fromkeys(found) if value]
