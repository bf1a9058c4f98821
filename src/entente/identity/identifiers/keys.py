"""The keys by which numbers compare exactly: of what a record says, and of what an officer types.

A key is a letter for its family, a colon and the normal form. What a record says of a property decides its family; what an
officer types has no property, so a query gives every key its text could mean. Each key is made from one fact alone: a key that
needed a second fact (the region of a phone from a nationality) would let a hidden fact move a search.

Stores, indexes and tombstones hold keys made by earlier versions, so that a form is added beside the others and none is changed.
Families: n numbers, p and t phones, e e-mail, i network addresses, w wallets, a accounts, d apparatus.
Source: docs/rules/identity.md I5, I21; docs/decisions/0037-an-identifier-keeps-its-key-and-gains-others.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from stdnum import imo

from entente.identity.identifiers.imei import imei_key
from entente.identity.identifiers.letters import alphanumeric, clean, without_label
from entente.identity.identifiers.mrz import mrz_number
from entente.identity.identifiers.phone import NUMBER_CHARACTERS_MIN, looks_like_phone, phone_keys
from entente.identity.identifiers.typed import EMAIL
from entente.identity.identifiers.vin import vin_meant
from entente.identity.identifiers.wallet import wallet_keys
from entente.records.model import PropertyType

# Properties of type `identifier` that many records share: a programme, a place, an exchange's ticker, a substance's class.
SHARED = frozenset({"programId", "unLocode", "ticker", "sourceCase", "casNumber", "ecNumber", "inchiKey", "icaoCode"})
WALLETS = frozenset({"cryptoAddress", "publicKey", "transactionHash"})
ZONE = "mrz"
"""The lines of a document as scanned, of which the document number is the key."""
ACCOUNTS = frozenset({"handle", "accountId", "onionAddress", "domain"})

# What an officer calls it, where the schema's label is longer or another word.
WORDS = {
    "number": "document number", "passportNumber": "passport number", "idNumber": "identity number", "vin": "VIN",
    "imoNumber": "IMO number", "phone": "phone number", "email": "e-mail address", "iban": "IBAN",
    "cryptoAddress": "wallet address", "registrationNumber": "registration number", "imei": "IMEI",
    "mrz": "document number in the machine readable zone",
}  # fmt: skip

KeyMaker: TypeAlias = Callable[[str], tuple[str, ...]]
"""From what a fact says to its keys."""

_IP = re.compile(r"[0-9A-Fa-f.:]{3,45}")
_ALWAYS_IDENTIFYING = frozenset(
    {PropertyType.PHONE, PropertyType.EMAIL, PropertyType.IBAN, PropertyType.IP, PropertyType.CHECKSUM}
)


def is_identifying(property_name: str, kind: PropertyType) -> bool:
    """Say whether a property's values stand for one thing.

    Source: docs/rules/identity.md I5.
    """
    if kind in _ALWAYS_IDENTIFYING:
        return True
    return property_name == ZONE or (kind is PropertyType.IDENTIFIER and property_name not in SHARED)


def identifier_keys(property_name: str, kind: PropertyType, value: str) -> tuple[str, ...]:
    """Return the keys of one identifier fact; empty when nothing in it identifies.

    Source: docs/rules/identity.md I5.
    """
    return key_maker(property_name, kind)(value) if is_identifying(property_name, kind) else ()


def key_maker(property_name: str, kind: PropertyType) -> KeyMaker:
    """Return what makes the keys of an identifying property's values, for whoever reads many of them.

    Source: docs/rules/identity.md I5.
    """
    return _MAKERS_BY_TYPE.get(kind) or _MAKERS_BY_NAME.get(property_name, _number_keys)


def query_keys(value: str, country: str = "") -> tuple[str, ...]:
    """Return every key that what an officer typed could mean; the country reads a phone number without its code.

    Source: docs/rules/identity.md I5.
    """
    text = clean(value)
    if EMAIL.fullmatch(text):
        return _known((_email(text),))
    account = _account(text) if any(c.isalpha() for c in text) and " " not in text else ""
    phones = phone_keys(text, country) if looks_like_phone(text) else ()
    vin = f"n:{meant}" if (meant := vin_meant(text)) else ""
    bare = _number(without_label(text)) if without_label(text) != text else ""
    return _known((_number(text), bare, *wallet_keys(text), _ip(text), account, *phones, vin, imei_key(text)))


def words_for(property_name: str, label: str) -> str:
    """Return what an officer calls a property in evidence."""
    return WORDS.get(property_name, label.lower())


def _known(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key))


def _number_keys(value: str) -> tuple[str, ...]:
    key = _number(clean(value))
    return (key,) if key else ()


def _of_cleaned(make: Callable[[str], Iterable[str]]) -> KeyMaker:
    return lambda value: _known(make(clean(value)))


_MAKERS_BY_TYPE: Mapping[PropertyType, KeyMaker] = {
    PropertyType.PHONE: _of_cleaned(lambda text: phone_keys(text, "")),
    PropertyType.EMAIL: _of_cleaned(lambda text: (_email(text),)),
    PropertyType.IP: _of_cleaned(lambda text: (_ip(text),)),
}
_MAKERS_BY_NAME: Mapping[str, KeyMaker] = {
    **dict.fromkeys(WALLETS, _of_cleaned(wallet_keys)),
    **dict.fromkeys(ACCOUNTS, _of_cleaned(lambda text: (_account(text),))),
    ZONE: lambda value: _known((_number(mrz_number(value)),)),
    "imei": _of_cleaned(lambda text: (_number(text), imei_key(text))),
}


def _number(text: str) -> str:
    """Documents, plates, VIN, IMO, IBAN, tax numbers: capitals and digits, whatever stood between them."""
    upper = text.upper()
    if upper.startswith("IMO") and imo.is_valid(upper):
        upper = upper.removeprefix("IMO")
    compact = upper if upper.isascii() and upper.isalnum() else alphanumeric(upper)
    return f"n:{compact}" if len(compact) >= NUMBER_CHARACTERS_MIN and not compact.isalpha() else ""


def _email(text: str) -> str:
    return f"e:{text.lower()}" if EMAIL.fullmatch(text) else ""


def _ip(text: str) -> str:
    return f"i:{text.lower()}" if _IP.fullmatch(text) and ("." in text or ":" in text) else ""


def _account(text: str) -> str:
    name = text.lower().removeprefix("https://").removeprefix("http://").removeprefix("@").rstrip("/.")
    return f"a:{name}" if len(name) >= NUMBER_CHARACTERS_MIN else ""
