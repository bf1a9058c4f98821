"""Cut a small, self-contained extract out of an OFAC list in SDN_ADVANCED XML.

    python demo/make_extract.py SDN_ADVANCED.XML demo/data/sdn_extract.xml.bz2

Takes parties with digital currency addresses or names in several scripts first, then vessels and aircraft, then the rest in
the list's order, and with them exactly the locations, documents, relationships and sanctions entries they refer to. The
reference value sets stay whole. The input may be compressed with bzip2.
"""

import bz2
import sys
from collections.abc import Callable
from pathlib import Path

from lxml import etree

PARTIES = 66
"""Enough for every sort of party, few enough to read; under 100 kB compressed."""


def cut(source: bytes) -> bytes:
    """Return the extract as XML."""
    root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True))
    parties = section(root, "DistinctParties")
    crypto = {
        sort.get("ID")
        for sort in root.iter("{*}FeatureType")
        if (sort.text or "").startswith("Digital Currency Address")
    }
    chosen = sorted(parties, key=lambda party: rank(party, crypto))[:PARTIES]
    keep(parties, lambda party: party in chosen)

    profiles = {profile.get("ID") for profile in parties.iter("{*}Profile")}
    identities = {identity.get("ID") for identity in parties.iter("{*}Identity")}
    versions = {version.get("ID") for version in parties.iter("{*}FeatureVersion")}
    places = {place.get("LocationID") for place in parties.iter("{*}VersionLocation")}
    locations = section(root, "Locations")
    keep(locations, lambda location: location.get("ID") in places)
    for location in locations:
        keep(location, lambda child: child.get("FeatureVersionID") in {None, *versions})
    keep(section(root, "IDRegDocuments"), lambda document: document.get("IdentityID") in identities)
    keep(section(root, "SanctionsEntries"), lambda entry: entry.get("ProfileID") in profiles)
    keep(
        section(root, "ProfileRelationships"),
        lambda relation: {relation.get("From-ProfileID"), relation.get("To-ProfileID")} <= profiles,
    )
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def section(root: etree._Element, name: str) -> etree._Element:
    """Return a section of the list; every list has it, be it empty."""
    return next(root.iter(f"{{*}}{name}"))


def rank(party: etree._Element, crypto: set[str | None]) -> int:
    """Say how early a party is taken."""
    scripts = {value.get("ScriptID") for value in party.iter("{*}NamePartValue")}
    has_crypto = any(feature.get("FeatureTypeID") in crypto for feature in party.iter("{*}Feature"))
    is_craft = section(party, "Profile").get("PartySubTypeID") in {"1", "2"}
    if has_crypto or len(scripts) > 1:
        return 0
    return 1 if is_craft else 2


def keep(parent: etree._Element, wanted: Callable[[etree._Element], bool]) -> None:
    """Remove the children that are not wanted."""
    for child in list(parent):
        if not wanted(child):
            parent.remove(child)


def main() -> None:
    """Read the list, write the extract."""
    source, target = (Path(argument) for argument in sys.argv[1:3])
    data = source.read_bytes()
    extract = cut(bz2.decompress(data) if data.startswith(b"BZh") else data)
    target.write_bytes(bz2.compress(extract))
    print(f"{target}: at most {PARTIES} parties, {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
