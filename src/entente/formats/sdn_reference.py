"""The reference values and locations of an SDN_ADVANCED file: what its numbers mean.

They stand before the parties, so that small maps suffice while the parties stream by. Nothing here knows a number of the
publisher's by heart: every type is taken by the name the file itself gives it.

Source: OFAC, Sanctions List Data Model (ADVANCED_XML).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from entente.formats.import_files import bad_file
from entente.formats.list_drafts import clean, property_name
from entente.formats.never_carried import dropped_code
from entente.handling.model import CodeLists

LOCATIONS_MAX = 1_000_000
"""Thirty times the locations of the full OFAC list."""

_NAMED_OTHERWISE = {"burma": "MM", "kosovo": "XK", "netherlands antilles": "AN", "palestinian": "PS", "west bank": "PS"}
"""Names the publisher leaves without a code, and the code of the same territory in data/countries.yaml."""
_UNDETERMINED = frozenset({"", "undetermined"})


@dataclass(frozen=True, slots=True)
class FeatureType:
    """A sort of feature, by its own name."""

    label: str
    property: str
    """The label as the name of an unknown property: «Secondary sanctions risk:» → `secondarySanctionsRisk`."""
    dropped: str | None
    """The code under which it is never carried, or None."""


@dataclass(frozen=True, slots=True)
class Location:
    """An address in words, and the country with the publisher's name for it."""

    address: str
    country: str
    country_name: str


@dataclass(slots=True)
class Reference:
    """What the numbers of one file mean. Filled as the file is read."""

    lists: CodeLists
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    """Local name of the value, as AliasType → its number → its text."""
    features: dict[str, FeatureType] = field(default_factory=dict)
    party_types: dict[str, str] = field(default_factory=dict)
    """Number of a party's sub-type → its sort: Individual, Entity, Vessel, Aircraft …"""
    countries: dict[str, str] = field(default_factory=dict)
    """The file's number of a country or area → alpha-2, where there is one."""
    codes_by_name: dict[str, str] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)

    def name(self, kind: str, number: str | None) -> str:
        """Return the text of a reference value, or nothing for one the file does not explain."""
        return self.values.get(kind, {}).get(number or "", "")

    def feature(self, number: str | None) -> FeatureType:
        """Return the sort of a feature; one the file does not explain keeps its number."""
        return self.features.get(number or "") or FeatureType(f"feature type {number}", f"featureType{number}", None)

    def country_code(self, text: str) -> str | None:
        """Return the alpha-2 code for a code or a name in words, or None for one we cannot map."""
        if text in self.lists.countries:
            return text
        return self.codes_by_name.get(text.lower())

    def read_values(self, sets: etree._Element) -> None:
        """Take the reference value sets."""
        for group in sets:
            for element in group:
                kind = element.tag.rpartition("}")[2]
                self.values.setdefault(kind, {})[element.get("ID", "")] = clean(element.text)
        self._read_countries(sets)
        self.features = {
            number: FeatureType(label, property_name(label), dropped_code(label))
            for number, label in self.values.get("FeatureType", {}).items()
        }
        for element in sets.iter("{*}PartySubType"):
            sort = clean(element.text)
            kind = self.name("PartyType", element.get("PartyTypeID"))
            self.party_types[element.get("ID", "")] = kind if sort in {"", "Unknown"} else sort

    def _read_countries(self, sets: etree._Element) -> None:
        self.codes_by_name = {name.lower(): code for code, name in self.lists.countries.items()} | _NAMED_OTHERWISE
        for element in sets.iter("{*}Country", "{*}AreaCode"):
            name = clean(element.get("Description") or element.text)
            # A country states its code beside its name, an area instead of it.
            stated = element.get("ISO2") or clean(element.text)
            code = stated if stated in self.lists.countries else _NAMED_OTHERWISE.get(name.lower())
            if code is not None:
                self.countries.setdefault(element.get("ID", ""), code)
                self.codes_by_name.setdefault(name.lower(), code)

    def read_location(self, element: etree._Element) -> None:
        """Take one location: its parts in the file's order, its country last."""
        if len(self.locations) >= LOCATIONS_MAX:
            raise bad_file("in XML", f"there are more than {LOCATIONS_MAX:,} locations", "Cut the list in parts.")
        parts: list[str] = []
        code = name = ""
        for child in element:
            kind = child.tag.rpartition("}")[2]
            if kind == "LocationPart":
                parts += [text for value in child.iter("{*}Value") if (text := clean(value.text))]
            elif kind in {"LocationCountry", "LocationAreaCode"}:
                number = child.get("CountryID") or child.get("AreaCodeID") or ""
                code = code or self.countries.get(number, "")
                name = name or self._area_name(number)
        if len(parts) == 1 and not name and (alone := self.country_code(parts[0])) is not None:
            # A nationality is a location whose one part is the country's name.
            code, name, parts = alone, parts[0], []
        address = ", ".join([*parts, name] if name else parts) if parts else ""
        self.locations[element.get("ID", "")] = Location(address, code, name)

    def country_of(self, number: str | None) -> tuple[str, str]:
        """Return alpha-2 and name of a country by the file's number; each empty when there is none."""
        return self.countries.get(number or "", ""), self._area_name(number or "")

    def _area_name(self, number: str) -> str:
        name = self.name("Country", number)
        return "" if name.lower() in _UNDETERMINED else name
