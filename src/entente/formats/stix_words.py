"""The words of STIX 2.1 that are read and written: types, identifiers, markings, and which of our schemata each type may be.

Source: OASIS, STIX Version 2.1, sections 2.9 (identifiers), 3.2 (common properties) and 7.2 (markings); OASIS,
cti-stix-common-objects, TLP 2.0; FIRST, TLP 2.0. Decision 0077.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Final

StixObject = dict[str, object]
"""An object by its fields, as JSON says it."""
SPEC_VERSION: Final = "2.1"
OURS: Final = "extension-definition--60f820a8-33ed-5994-8383-84ee7d3215dd"
"""Our extension: what of a record STIX has no field for. It never changes."""
OUR_NAMESPACE: Final = uuid.UUID("0e807900-8136-5301-9aa8-31ef3db0e7a3")
"""Ids of ours are made in it. Never that of the standard, which is for values alone (section 2.9)."""
WALLET: Final = "cryptocurrency-wallet"
WALLET_EXTENSION: Final = "extension-definition--be78509e-6958-51b1-8b26-d17ee0eba2d7"
"""The published definition of the type of wallets that most programs write; its address stands in `value`."""
TLP_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

ID: Final = re.compile(r"([a-z][a-z0-9-]{1,60}[a-z0-9])--[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d+)?)Z")

OBSERVABLES: Final = frozenset({
    "cryptocurrency-wallet", "domain-name", "email-addr", "ipv4-addr", "ipv6-addr", "mac-addr", "url", "user-account",
})  # fmt: skip
"""Types of observables that are read: those have no version and no maker."""
TYPES: Final = OBSERVABLES | {
    "grouping", "identity", "indicator", "intrusion-set", "location", "relationship", "report", "sighting", "threat-actor",
}  # fmt: skip
"""Types of which a record is made."""
SILENT_TYPES: Final = frozenset({"extension-definition", "language-content", "marking-definition"})
"""Types that say something of other objects; the first two are read by nobody here, the last tightens."""

SCHEMATA: Final[Mapping[str, tuple[str, ...]]] = {
    "identity": ("Person", "Organization", "Company", "PublicBody", "LegalEntity"),
    "threat-actor": ("Person", "Organization", "LegalEntity"),
    "intrusion-set": ("Person", "Organization", "LegalEntity"),
    "location": ("Address", "Place"),
    "cryptocurrency-wallet": ("CryptoWallet",),
    "user-account": ("Handle",),
    "email-addr": ("Handle",),
    "domain-name": ("OnlineService",),
    "url": ("OnlineService",),
    "ipv4-addr": ("OnlineService",),
    "ipv6-addr": ("OnlineService",),
    "mac-addr": ("Device",),
    "indicator": ("OnlineService", "Handle", "CryptoWallet", "Device", "Document"),
    "report": ("Document",),
    "grouping": ("Document",),
    "sighting": ("UnknownLink",),
    "relationship": ("UnknownLink", "Ownership", "Membership", "Associate", "Family"),
}
"""What an object of a type may be; the first where nothing else is said."""
ENDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "UnknownLink": ("subject", "object", "related-to"),
    "Ownership": ("owner", "asset", "owns"),
    "Membership": ("member", "organization", "member-of"),
    "Associate": ("person", "associate", "associated-with"),
    "Family": ("person", "relative", "family-of"),
}
"""A link record's properties for the source and the target of a relationship, and the type of relationship it is."""

TLP_2: Final[Mapping[str, str]] = {
    "TLP:CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "TLP:GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "TLP:AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "TLP:AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "TLP:RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_TLP_1: Final = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
}
"""Those of the standard itself, in the words of TLP 1; white is called clear now."""
TLP_COLOURS: Final[Mapping[str, str]] = {
    "white": "TLP:CLEAR", "clear": "TLP:CLEAR", "green": "TLP:GREEN", "amber": "TLP:AMBER",
    "amber+strict": "TLP:AMBER+STRICT", "red": "TLP:RED",
}  # fmt: skip
TLP_CREATED: Final = "2022-10-01T00:00:00.000Z"
"""Of each marking of TLP 2, as it is published."""
OUR_CODES: Final[Mapping[str, str]] = {
    code: f"marking-definition--{uuid.uuid5(OUR_NAMESPACE, code)}" for code in ("H0", "H1", "H2", "H3")
}
"""Handling codes that the standard has no marking for, as markings of ours."""
CODES: Final[Mapping[str, str]] = {**TLP_2, **OUR_CODES}
"""The marking that says each handling code."""
MARKED: Final[Mapping[str, str]] = {
    **{marking: code for code, marking in CODES.items()}, **_TLP_1
}  # fmt: skip
"""Markings that are known by their id, whether or not the bundle defines them."""

CONFIDENCE: Final[Mapping[str, int]] = {"1": 90, "2": 70, "3": 50, "4": 30}
"""Our evaluation of information as confidence, by the scale «Admiralty credibility» of the standard's appendix A."""


def evaluation_of(confidence: int) -> str:
    """Return the evaluation of information that a confidence from 0 to 100 is, by the same scale; 0 to 19 is ours of 4."""
    return next((code for code, least in (("1", 80), ("2", 60), ("3", 40)) if confidence >= least), "4")


def our_id(kind: str, text: str) -> str:
    """Return the id of an object of ours: the same for the same text."""
    return f"{kind}--{uuid.uuid5(OUR_NAMESPACE, text)}"


def type_of_id(text: object) -> str:
    """Return the type in an id, or nothing for what is no id."""
    match = ID.fullmatch(text) if isinstance(text, str) else None
    return "" if match is None else match[1]
