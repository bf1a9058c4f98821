"""What one object of STIX 2.1 says, as the facts and links of one record.

Each type may be some of our schemata (stix_words.SCHEMATA); a property that our schema has no place for becomes a fact of an
unknown property under the standard's or its maker's own name: kept, shown, never matched. What our own extension says of a
record that was written by a node of this program is taken as it is. References become links by the id of what they point at,
whether it stands before, behind, or outside the bundle. Source: docs/rules/records.md R54; OASIS, STIX Version 2.1, sections 4
to 6.
"""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from entente.formats.codelists import load_code_lists
from entente.formats.country_names import NamedCountries
from entente.formats.list_drafts import Facts, ImpossibleDateError, UnfitError, clean, property_name
from entente.formats.list_facts import Account, words_of
from entente.formats.schemata import load_schemata
from entente.formats.stix_indicators import INDICATOR, Named, indicated, names_a_thing
from entente.formats.stix_words import ENDS, OURS, SCHEMATA, TIME, type_of_id
from entente.kernel.text import is_seen, shows_as_stored
from entente.records.model import VALUE_CHARACTERS_MAX, Fact, PropertyType, Schema, Schemata
from entente.records.rules import is_possible_date

CUT: Final = " […]"
_STRUCTURE: Final = frozenset({
    "type", "spec_version", "id", "created", "modified", "created_by_ref", "revoked", "confidence", "lang", "extensions",
    "object_marking_refs", "granular_markings", "defanged", "external_references", "identity_class", "object_refs", "source_ref",
    "target_ref", "sighting_of_ref", "where_sighted_refs", "first_seen", "last_seen", "start_time", "stop_time", "published",
    "pattern", "pattern_type", "pattern_version",
})  # fmt: skip
"""Read otherwise, or said by the record itself; all stand in the original."""
_REFERENCES: Final = frozenset({"belongs_to_ref", "belongs_to_refs", "resolves_to_refs", "observed_data_refs"})
"""References that no link of our schemata says."""
_COMMON: Final[Mapping[str, str]] = {"description": "description", "labels": "keywords"}
_PROPERTIES: Final[Mapping[str, Mapping[str, str]]] = {
    "identity": {"name": "name", "roles": "position", "sectors": "sector"},
    "threat-actor": {"name": "name", "aliases": "alias"},
    "intrusion-set": {"name": "name", "aliases": "alias"},
    "location": {
        "name": "full", "latitude": "latitude", "longitude": "longitude", "precision": "accuracyMeters", "region": "region",
        "country": "country", "administrative_area": "state", "city": "city", "street_address": "street",
        "postal_code": "postalCode",
    },
    "cryptocurrency-wallet": {"value": "publicKey", "address": "publicKey", "currency": "currency", "symbol": "currency"},
    "user-account": {"account_login": "handle", "user_id": "accountId", "display_name": "name"},
    "email-addr": {"value": "email", "display_name": "name"},
    "domain-name": {"value": "domain"},
    "url": {"value": "url"},
    "ipv4-addr": {"value": "ipAddress"},
    "ipv6-addr": {"value": "ipAddress"},
    "mac-addr": {"value": "macAddress"},
    # What an indicator is called is not what the thing is called.
    "indicator": {"name": "summary"},
    "file": {"hashes": "contentHash", "name": "fileName", "size": "fileSize", "mime_type": "mimeType"},
    "report": {"name": "title"},
    "grouping": {"name": "title"},
    "relationship": {"relationship_type": "role"},
    "sighting": {},
}  # fmt: skip
"""A field of a type → the property that says it."""
_DAYS: Final[Mapping[str, Mapping[str, str]]] = {
    "report": {"published": "publishedAt"},
    "sighting": {"first_seen": "startDate", "last_seen": "endDate"},
    "relationship": {"start_time": "startDate", "stop_time": "endDate"},
    "threat-actor": {"first_seen": "firstSeen", "last_seen": "lastSeen"},
    "intrusion-set": {"first_seen": "firstSeen", "last_seen": "lastSeen"},
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "identity": ("name",), "threat-actor": ("name",), "intrusion-set": ("name",), "report": ("name",), "domain-name": ("value",),
    "email-addr": ("value",), "ipv4-addr": ("value",), "ipv6-addr": ("value",), "mac-addr": ("value",), "url": ("value",),
}  # fmt: skip
"""Without it there is nothing to find."""
_IDENTITIES: Final[Mapping[str, str]] = {"individual": "Person", "organization": "Organization"}
_LEVELS: Final[Mapping[str, str]] = {
    "individual": "Person", "club": "Organization", "team": "Organization", "organization": "Organization",
}  # fmt: skip
"""How much an actor has at hand says whether it is one person or several."""
MAKER: Final = "maker"
"""In our extension of an identity: that it is who made the bundle, and no record."""
OF_LINK: Final = "of_link"
"""In our extension of a relationship: that the object at its source says it too, as a link of its record."""
NO_SUBJECT: Final = frozenset({"system", "class"})
"""Classes of identity that are neither a person nor an organisation."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an object says."""

    schema: Schema
    facts: Facts
    links: tuple[tuple[str, str], ...]
    """Property, and the id of the object at the other end."""


def is_subject(found: Mapping[str, object]) -> bool:
    """Say whether an identity, an actor or a set of intrusions is a person or an organisation, and an indicator names a thing.

    Any other object is what it is.
    """
    match found.get("type"):
        case "identity" if _says(found, MAKER):
            return False
        case "identity":
            return _word(found, "identity_class") not in NO_SUBJECT
        case "intrusion-set":
            # Without a word on who is behind it, it is a way of working and nobody.
            return _word(found, "resource_level") in _LEVELS
        case "indicator":
            return names_a_thing(found)
    return True


def is_written_beside(found: Mapping[str, object]) -> bool:
    """Say whether an object is no record, but what a node of this program wrote beside: a link of an object, or who wrote it."""
    kind = found.get("type")
    return (kind == "relationship" and _says(found, OF_LINK)) or (kind == "identity" and _says(found, MAKER))


def _says(found: Mapping[str, object], word: str) -> bool:
    extensions = found.get("extensions")
    ours = extensions.get(OURS) if isinstance(extensions, dict) else None
    return isinstance(ours, dict) and ours.get(word) is True


@dataclass(frozen=True, slots=True)
class ObjectReader:
    """Reads objects; each has been seen to have a type that is read and an id."""

    losses: Counter[str] = field(default_factory=Counter)
    """How often something had no place in a record, by reason (stix_bundle.LOSSES)."""
    schemata: Schemata = field(default_factory=load_schemata)
    countries: NamedCountries = field(default_factory=lambda: NamedCountries.of(load_code_lists()))

    def parts(self, found: Mapping[str, object]) -> Parts:
        """Return what an object says; raise UnfitError, or ImpossibleDateError, for one that cannot be kept."""
        kind = str(found["type"])
        if kind == INDICATOR:
            named = self.indicated(found)
            if not named:
                raise UnfitError("pattern", "its pattern names no thing")
            return named[0]
        ours = _our_part(found)
        account = Account(self._schema(kind, found, ours), self.countries)
        for name in _NEEDED.get(kind, ()):
            if not texts_of(found.get(name)):
                raise UnfitError(name, f"«{name}» is missing or says nothing")
        self._state_fields(kind, found, account)
        self._state_days(kind, found, account)
        if kind == "sighting":
            account.state("role", kind)
        self._state_references(found, account)
        facts = _with_ours(account, ours)
        if not facts:
            raise UnfitError("object", "it says nothing that a record could hold")
        return Parts(account.schema, facts, tuple(self._links(kind, found, account.schema, ours)))

    def indicated(self, found: Mapping[str, object]) -> tuple[Parts, ...]:
        """Return what an indicator says of each schema that its pattern names things of; the first is its own record's."""
        return tuple(self._indicated(found, schema, named) for schema, named in indicated(found).things.items())

    def _indicated(self, found: Mapping[str, object], schema: str, named: tuple[Named, ...]) -> Parts:
        account = Account(self.schemata[schema], self.countries)
        for one in named:
            self._state(one.kind, one.name, _PROPERTIES[one.kind].get(one.name, ""), one.value, account)
        self._state_fields(INDICATOR, found, account)
        self._state_references(found, account)
        return Parts(account.schema, account.facts, ())

    def _schema(self, kind: str, found: Mapping[str, object], ours: Mapping[str, object]) -> Schema:
        stated = ours.get("schema")
        if stated is not None and stated not in SCHEMATA[kind]:
            raise UnfitError("extensions", f"«{str(stated)[:40]}» is no schema that the type {kind} may be")
        if isinstance(stated, str):
            return self.schemata[stated]
        if kind == "identity":
            return self.schemata[_IDENTITIES.get(_word(found, "identity_class"), "LegalEntity")]
        if kind in {"threat-actor", "intrusion-set"}:
            return self.schemata[_LEVELS.get(_word(found, "resource_level"), "LegalEntity")]
        return self.schemata[SCHEMATA[kind][0]]

    def _state_fields(self, kind: str, found: Mapping[str, object], account: Account) -> None:
        own = _PROPERTIES[kind]
        for name, value in found.items():
            if name in _STRUCTURE:
                continue
            if name in _REFERENCES:
                self.losses["reference"] += 1
                continue
            prop = own.get(name) or _COMMON.get(name, "")
            for text in texts_of(value):
                self._state(kind, name, _renamed(prop, account.schema), text, account)

    def _state(self, kind: str, name: str, prop: str, text: str, account: Account) -> None:
        if len(text) > VALUE_CHARACTERS_MAX:
            self.losses["cut"] += 1
            text = text[: VALUE_CHARACTERS_MAX - len(CUT)] + CUT
        if prop == "country" and len(text) == len("XA"):
            text = text.upper()
        if prop == "ipAddress" and not _is_address(text):
            prop = ""
        account.state(prop, text, property_name(name))
        if kind == "email-addr" and prop == "email":
            account.state("handle", text)
        self.losses["property"] += prop not in account.schema.properties

    def _state_days(self, kind: str, found: Mapping[str, object], account: Account) -> None:
        days = []
        for name, prop in _DAYS.get(kind, {}).items():
            if (value := found.get(name)) is None:
                continue
            day, time = time_of(name, value)
            days.append((day, time))
            self.losses["time"] += time.strip("0:.") != ""
            account.state(prop, day)
        if len(days) > 1 and days[1] < days[0]:
            raise ImpossibleDateError(f"the time from {days[0][0]} to {days[1][0]} ends before it begins")

    def _state_references(self, found: Mapping[str, object], account: Account) -> None:
        """State external references: an address as where it is from, and what else one says under its own words."""
        references = found.get("external_references")
        for one in references if isinstance(references, list) else ():
            if not isinstance(one, dict):
                raise UnfitError("external_references", "a reference is no object")
            name, number, url = (" ".join(texts_of(one.get(word))) for word in ("source_name", "external_id", "url"))
            said = " ".join(filter(None, (name, number)))
            about = ": ".join(filter(None, (said, " ".join(texts_of(one.get("description"))))))
            for prop, text in (("sourceUrl", url), ("", about if about != SOURCE_NAME else "")):
                if text and len(text) <= VALUE_CHARACTERS_MAX:
                    account.state(prop, text, "externalReference")

    def _links(
        self, kind: str, found: Mapping[str, object], schema: Schema, ours: Mapping[str, object]
    ) -> Iterator[tuple[str, str]]:
        pairs: list[tuple[str, object]] = []
        if kind == "relationship":
            first, second, _ = ENDS[schema.name]
            pairs = [(first, found.get("source_ref")), (second, found.get("target_ref"))]
        elif kind == "sighting":
            where = found.get("where_sighted_refs", [])
            several = where if isinstance(where, list) else [where]
            pairs = [("subject", found.get("sighting_of_ref")), *(("object", one) for one in several)]
        for name, values in _mapped(ours, "links").items():
            prop = schema.properties.get(name)
            if prop is None or prop.type is not PropertyType.ENTITY:
                raise UnfitError("extensions", f"{schema.name} has no link «{name[:40]}»")
            pairs += [(name, one) for one in values]
        for name, end in dict.fromkeys((name, str(end)) for name, end in pairs):
            if not type_of_id(end):
                raise UnfitError(name, f"«{end[:60]}» is no id of an object")
            yield name, end


SOURCE_NAME: Final = "source"
"""How a reference is called that has only an address, since the standard asks for a name."""


def time_of(name: str, value: object) -> tuple[str, str]:
    """Return day and time of a timestamp, in UTC; raise UnfitError for none, ImpossibleDateError for one of no calendar."""
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise UnfitError(name, f"«{str(value)[:40]}» is no time as in 2031-05-06T07:08:09.000Z")
    if not is_possible_date(match[1]):
        raise ImpossibleDateError(f"«{match[1]}» is not a possible date")
    return match[1], match[2]


def texts_of(value: object) -> list[str]:
    """Return the texts of a field, whether it holds one or several; what shows otherwise than it is stored is cleaned."""
    several = value if isinstance(value, list) else [value]
    return [text for one in several if is_seen(text := _text(one))]


def _text(value: object) -> str:
    match value:
        case str():
            is_plain = shows_as_stored(value) and value == value.strip()
            return value if is_plain else "\n".join(clean(line) for line in value.splitlines()).strip()
        case dict():
            return "; ".join(f"{words_of(str(name))}: {text}" for name, one in value.items() if (text := _text(one)))
        case list():
            return ", ".join(filter(None, map(_text, value)))
        case None:
            return ""
    return json.dumps(value)


def _renamed(prop: str, schema: Schema) -> str:
    """Return the property of this schema for what another schema of the type says by another one."""
    if schema.name == "Place":
        return {"full": "name", "state": "region"}.get(prop, prop)
    if prop == "role" and "role" not in schema.properties:
        return "relationship"
    return prop


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _word(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _our_part(found: Mapping[str, object]) -> Mapping[str, object]:
    """Return what our extension says of an object."""
    extensions = found.get("extensions", {})
    ours = extensions.get(OURS, {}) if isinstance(extensions, dict) else None
    if not isinstance(ours, dict):
        raise UnfitError("extensions", "the extensions are no objects")
    return ours


def _mapped(ours: Mapping[str, object], name: str) -> Mapping[str, list[str]]:
    """Return texts by name, out of our extension."""
    found = ours.get(name, {})
    is_good = isinstance(found, dict) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in found.values()
    )
    if not is_good:
        raise UnfitError("extensions", f"«{name}» of the extension should hold lists of texts by name")
    assert isinstance(found, dict), "just seen"
    return found


def _with_ours(account: Account, ours: Mapping[str, object]) -> Facts:
    """Return the facts with those of our extension, and without what stands in a field only because the standard asks for it."""
    fillers = ours.get("fillers", [])
    if not isinstance(fillers, list):
        raise UnfitError("extensions", "«fillers» of the extension should be a list of names")
    facts = {key: fact for key, fact in account.facts.items() if key[0] not in fillers}
    for is_unknown, name in ((False, "facts"), (True, "unknown")):
        for prop, values in _mapped(ours, name).items():
            for value in values:
                facts.setdefault((prop, value), Fact(prop, value, is_unknown_property=is_unknown))
    return facts
