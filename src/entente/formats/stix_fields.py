"""What of a record stands in the fields that STIX 2.1 has for its object; everything else the writer puts in our extension.

A field that the standard demands is filled where the record does not say it; the writer sees that by reading it back.
Source: OASIS, STIX Version 2.1, sections 4 to 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from entente.formats.stix_objects import SOURCE_NAME
from entente.formats.stix_types import coordinates, value_of
from entente.formats.stix_words import ENDS, OBSERVABLES, WALLET, WALLET_EXTENSION, StixObject
from entente.records.model import Record

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_RELATIONSHIP: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WEB: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_CLASSES: Final[Mapping[str, str]] = {
    "Person": "individual", "Organization": "organization", "Company": "organization", "PublicBody": "organization",
    "LegalEntity": "unknown",
}  # fmt: skip
_NAMES: Final = ("name", "alias", "abbreviation", "weakAlias", "previousName", "lastName")


def object_fields(record: Record, kind: str) -> StixObject:
    """Return the fields of a record's object, those that every object has left out."""
    made = _FIELDS[kind](record)
    if kind in OBSERVABLES:
        return made
    if descriptions := record.values("description"):
        made["description"] = descriptions[0]
    if keywords := record.values("keywords"):
        made["labels"] = [*keywords]
    references: list[object] = [
        {"source_name": SOURCE_NAME, "url": url} for url in record.values("sourceUrl") if _WEB.fullmatch(url)
    ]
    return {**made, "external_references": references} if references else made


def _identity(record: Record) -> StixObject:
    named = (value for name in _NAMES for value in record.values(name))
    made: StixObject = {"name": next(named, record.local_id), "identity_class": _CLASSES[record.schema]}
    if positions := record.values("position"):
        made["roles"] = [*positions]
    if sectors := record.values("sector"):
        made["sectors"] = [*sectors]
    return made


def _actor(record: Record) -> StixObject:
    # Only what came as an actor is written as one: who is an actor is its maker's judgement.
    named = (value for name in _NAMES for value in record.values(name))
    level = {"Person": "individual", "Organization": "organization"}.get(record.schema)
    made: StixObject = {"name": next(named, record.local_id)}
    return made if level is None else {**made, "resource_level": level}


def _location(record: Record) -> StixObject:
    names = {"country": "country", "street": "street_address", "city": "city", "postalCode": "postal_code"}
    if record.schema == "Address":
        names |= {"full": "name", "state": "administrative_area"}
    else:
        names |= {"name": "name"}
    made: StixObject = {name: record.values(prop)[0] for prop, name in names.items() if record.values(prop)}
    if (found := coordinates(record)) is not None:
        made |= {"latitude": found[0], "longitude": found[1]}
    return made


def _account(record: Record) -> StixObject:
    names = {"handle": "account_login", "accountId": "user_id", "name": "display_name"}
    return {name: record.values(prop)[0] for prop, name in names.items() if record.values(prop)}


def _relationship(record: Record) -> StixObject:
    roles = record.values("role" if record.schema not in {"Associate", "Family"} else "relationship")
    usual = ENDS[record.schema][2]
    made: StixObject = {"relationship_type": next((role for role in roles if _RELATIONSHIP.fullmatch(role)), usual)}
    starts, ends = ([day for day in record.values(name) if _DAY.fullmatch(day)] for name in ("startDate", "endDate"))
    if starts:
        made["start_time"] = f"{starts[0]}T00:00:00.000Z"
    # The standard wants the end behind the beginning, and a period may be one day.
    if ends and (not starts or ends[0] > starts[0]):
        made["stop_time"] = f"{ends[0]}T00:00:00.000Z"
    return made


def _wallet(record: Record) -> StixObject:
    return {
        "value": value_of(record, WALLET),
        "extensions": {WALLET_EXTENSION: {"extension_type": "new-sco"}},
    }


def _observable(kind: str) -> Callable[[Record], StixObject]:
    return lambda record: {"value": value_of(record, kind)}


def _report(record: Record) -> StixObject:
    # Only what came as a report is one of ours too, and it goes out as it came or not at all.
    raise AssertionError(f"{record.id} is no object of ours")


_FIELDS: Final[Mapping[str, Callable[[Record], StixObject]]] = {
    "identity": _identity,
    "threat-actor": _actor,
    "intrusion-set": _actor,
    "location": _location,
    "user-account": _account,
    "relationship": _relationship,
    WALLET: _wallet,
    **{kind: _observable(kind) for kind in ("url", "domain-name", "ipv4-addr", "ipv6-addr", "mac-addr", "email-addr")},
}
