"""Features of a party in SDN_ADVANCED XML as facts of a record: which property, and which exactness of date.

A feature that our schemata have no property for, or whose value does not fit the property's type, becomes a fact of an unknown
property under the publisher's own label: kept, shown, never matched. Source: docs/rules/records.md R3.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date

from lxml import etree

from entente.formats.list_drafts import Facts, ImpossibleDateError, add, clean
from entente.formats.sdn_reference import FeatureType, Location, Reference
from entente.records.model import Schema

CRYPTO_PREFIX = "Digital Currency Address - "

_PROPERTIES: Mapping[str, str] = {
    "Birthdate": "birthDate",
    "Place of Birth": "birthPlace",
    "Nationality Country": "nationality",
    "Citizenship Country": "citizenship",
    "Gender": "gender",
    "Title": "position",
    "Email Address": "email",
    "Website": "website",
    "Phone Number": "phone",
    "Location": "address",
    "SWIFT/BIC": "swiftBic",
    "BIK (RU)": "bikCode",
    "D-U-N-S Number": "dunsCode",
    "Equity Ticker": "ticker",
    "Organization Established Date": "incorporationDate",
    "Organization Type:": "classification",
    "Registration Country": "jurisdiction",
    "Nationality of Registration": "mainCountry",
    "Vessel Call Sign": "callSign",
    "Other Vessel Call Sign": "callSign",
    "VESSEL TYPE": "type",
    "Other Vessel Type": "pastTypes",
    "Vessel Flag": "flag",
    "Former Vessel Flag": "pastFlags",
    "Other Vessel Flag": "flag",
    "Vessel Tonnage": "tonnage",
    "Vessel Gross Registered Tonnage": "grossRegisteredTonnage",
    "Vessel Year of Build": "buildDate",
    "Aircraft Construction Number (also called L/N or S/N or F/N)": "serialNumber",
    "Aircraft Manufacturer's Serial Number (MSN)": "serialNumber",
    "Aircraft Manufacture Date": "buildDate",
    "Aircraft Model": "model",
    "Aircraft Tail Number": "registrationNumber",
}
"""The publisher's label → the property. What is left out on purpose: earlier tail numbers (they would match a later owner),
owners and operators in words (links need a record), determinations and warnings (they are law, not a trait)."""


def feature_facts(
    feature: etree._Element, sort: FeatureType, schema: Schema, reference: Reference, facts: Facts
) -> None:
    """Add the facts of one feature; raise ImpossibleDateError."""
    name = _PROPERTIES.get(sort.label, "")
    for version in feature:
        if not version.tag.endswith("FeatureVersion"):
            continue
        # What the publisher itself marks as false is kept and never matched.
        is_false = reference.name("Reliability", version.get("ReliabilityID")) == "False"
        for child in version:
            _version_part(child, "" if is_false else name, sort, schema, reference, facts)


def _version_part(
    child: etree._Element,
    name: str,
    sort: FeatureType,
    schema: Schema,
    reference: Reference,
    facts: Facts,
) -> None:
    kind = child.tag.rpartition("}")[2]
    if kind == "DatePeriod":
        dates = period_dates(child)
        for value in dates:
            add(facts, schema, reference, name, value, sort.property)
        if len(dates) > 1:
            add(
                facts,
                schema,
                reference,
                "notes",
                f"{sort.label.rstrip(':')}: between {dates[0]} and {dates[-1]}",
                "notes",
            )
    elif kind == "VersionDetail":
        if value := detail_text(child, reference):
            add(facts, schema, reference, name, value, sort.property)
    elif kind == "VersionLocation":
        _add_location(reference.locations.get(child.get("LocationID", "")), name, sort, schema, reference, facts)
    elif kind == "Comment" and (value := clean(child.text)):
        add(facts, schema, reference, "notes", f"{sort.label.rstrip(':')}: {value}", "notes")


def detail_text(detail: etree._Element, reference: Reference) -> str:
    """Return what a detail says: its own text, or the value it refers to."""
    return clean(detail.text) or reference.name("DetailReference", detail.get("DetailReferenceID"))


def _add_location(
    place: Location | None,
    name: str,
    sort: FeatureType,
    schema: Schema,
    reference: Reference,
    facts: Facts,
) -> None:
    if place is None:
        return
    if name == "address":
        if place.address:
            add(facts, schema, reference, "address", place.address, sort.property)
        name = "country"
    elif place.address and not place.country:
        add(facts, schema, reference, "", place.address, sort.property)
    if value := place.country or place.country_name:
        add(facts, schema, reference, name, value, sort.property)


def period_dates(period: etree._Element) -> tuple[str, ...]:
    """Return a period as exactly as it is known: one full or partial date, or its first and last; raise ImpossibleDateError.

    1 January to 31 December is the year, a whole month the month; what is marked approximate is known by its year only.
    """
    start = end = None
    is_approximate = False
    for bound in period:
        is_start = bound.tag.endswith("Start")
        is_approximate |= bound.get("Approximate") == "true"
        for edge in bound:
            if is_start and edge.tag.endswith("From"):
                start = read_day(edge, is_last=False)
            elif not is_start and edge.tag.endswith("To"):
                end = read_day(edge, is_last=True)
    first, last = start or end, end or start
    if first is None or last is None:
        return ()
    if first > last:
        raise ImpossibleDateError(f"the period from {first} to {last} ends before it begins")
    return _as_exact_as_known(first, last, is_approximate=is_approximate)


def _as_exact_as_known(first: date, last: date, *, is_approximate: bool) -> tuple[str, ...]:
    if is_approximate or ((first.month, first.day) == (1, 1) and (last.month, last.day) == (12, 31)):
        found = (f"{first.year:04}", f"{last.year:04}")
    elif first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
        found = (f"{first.year:04}-{first.month:02}", f"{last.year:04}-{last.month:02}")
    else:
        found = (first.isoformat(), last.isoformat())
    return found[:1] if found[0] == found[1] else found


def read_day(edge: etree._Element, *, is_last: bool) -> date | None:
    """Return a day; a missing month or day is the first or the last there is. Raises ImpossibleDateError."""
    parts = {child.tag.rpartition("}")[2]: clean(child.text) for child in edge}
    if not parts.get("Year"):
        return None
    try:
        year, month = int(parts["Year"]), int(parts.get("Month") or (12 if is_last else 1))
        day = int(parts.get("Day") or (calendar.monthrange(year, month)[1] if is_last else 1))
        return date(year, month, day)
    except (ValueError, calendar.IllegalMonthError) as error:
        stated = "-".join(parts.get(name, "") for name in ("Year", "Month", "Day"))
        raise ImpossibleDateError(f"«{stated[:20]}» is not a possible date") from error
