"""Which object of STIX 2.1 a record of ours is, and under which id.

Observables have a value that the standard's rules admit, a location a country or a place on the map; a record without that is
none. A record that came as STIX keeps the id of its object. Source: OASIS, STIX Version 2.1, sections 2.9, 4 and 6.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Final

from entente.formats.stix_words import ENDS, SCHEMATA, our_id, type_of_id
from entente.records.model import Record

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"{}|\\^`]+")
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}")
_MAC: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_IDENTITIES: Final = frozenset(SCHEMATA["identity"])


def object_type(record: Record) -> str:
    """Return the type of a record's object, or nothing where the standard has none for it."""
    came_as = type_of_id(record.local_id)
    return came_as if record.schema in SCHEMATA.get(came_as, ()) else own_type(record)


def own_type(record: Record) -> str:
    """Return the type of the object that we make of a record, whatever it came as; nothing where there is none."""
    if record.schema in _IDENTITIES:
        return "identity"
    if record.schema in ENDS:
        return "relationship"
    fitting = _FITTING.get(record.schema)
    return "" if fitting is None else fitting(record)


def object_id(record: Record) -> str:
    """Return the id of a record's object, or nothing where there is none."""
    kind = object_type(record)
    if not kind:
        return ""
    return record.local_id if type_of_id(record.local_id) == kind else our_id(kind, record.id)


def value_of(record: Record, kind: str) -> str:
    """Return the value of an observable: the first of a record's that its type admits."""
    name, is_fit = _VALUES[kind]
    return next((value for value in record.values(name) if is_fit(value)), "")


def may_be(record: Record, kind: str) -> bool:
    """Say whether an object of a type may be made of what a record says."""
    if kind in _VALUES:
        return bool(value_of(record, kind))
    if kind in {"location", "user-account"}:
        return own_type(record) == kind
    return kind not in {"", "report", "grouping", "sighting", "indicator"}


def _version(text: str) -> int:
    try:
        return ipaddress.ip_address(text).version
    except ValueError:
        return 0


_VALUES: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "url": ("url", _URL.fullmatch),
    "domain-name": ("domain", _DOMAIN.fullmatch),
    "ipv4-addr": ("ipAddress", lambda text: _version(text) == 4),  # noqa: PLR2004 - the version of the protocol
    "ipv6-addr": ("ipAddress", lambda text: _version(text) == 6),  # noqa: PLR2004 - the version of the protocol
    "mac-addr": ("macAddress", _MAC.fullmatch),
    "cryptocurrency-wallet": ("publicKey", bool),
    "email-addr": ("email", bool),
}


def _first_of(*kinds: str) -> Callable[[Record], str]:
    return lambda record: next((kind for kind in kinds if value_of(record, kind)), "")


def _location(record: Record) -> str:
    is_on_map = len(record.values("latitude")) == 1 and len(record.values("longitude")) == 1
    return "location" if record.values("country") or (is_on_map and coordinates(record) is not None) else ""


def coordinates(record: Record) -> tuple[float, float] | None:
    """Return latitude and longitude, where both are numbers that the standard admits."""
    found = []
    for name, most in (("latitude", 90.0), ("longitude", 180.0)):
        values = record.values(name)
        try:
            number = float(values[0]) if len(values) == 1 else most + 1
        except ValueError:
            return None
        if not -most <= number <= most or repr(number) != values[0]:
            return None
        found.append(number)
    return found[0], found[1]


_FITTING: Final[Mapping[str, Callable[[Record], str]]] = {
    "Address": _location,
    "Place": _location,
    "CryptoWallet": _first_of("cryptocurrency-wallet"),
    "Handle": lambda record: "user-account" if record.values("handle") or record.values("accountId") else "",
    "OnlineService": _first_of("url", "domain-name", "ipv4-addr", "ipv6-addr"),
    "Device": _first_of("mac-addr"),
}
"""What a record of a schema is, by what it says."""
