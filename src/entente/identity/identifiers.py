"""Numbers that stand for one person or thing, as keys that compare exactly: documents, plates, VIN, IMO, phones, wallets.

A key is a letter for its family, a colon and the normalised value. What a record says of a property decides its family; what an
officer types has no property, so a query gives every key its text could mean. Each key is made from one fact alone: a key that
needed a second fact (the region of a phone from a nationality) would let a hidden fact move a search.

Source: docs/rules/identity.md I5.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from anyascii import anyascii
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from stdnum import imo

from entente.records.model import PropertyType

IDENTIFIER_CHARACTERS_MAX = 200
"""Longer than the longest identifier that is typed or scanned: an uncompressed public key in hexadecimal has 130."""
NUMBER_CHARACTERS_MIN = 4
"""Shorter numbers are shared by too many to say who somebody is; the shortest plates in use have four characters."""
WALLET_CHARACTERS_MIN = 25
"""The shortest base58 address of the chains we know (Bitcoin, 25)."""

# Properties of type `identifier` that many records share: a programme, a place, an exchange's ticker, a substance's class.
SHARED = frozenset({"programId", "unLocode", "ticker", "sourceCase", "casNumber", "ecNumber", "inchiKey", "icaoCode"})
WALLETS = frozenset({"cryptoAddress", "publicKey", "transactionHash"})
ACCOUNTS = frozenset({"handle", "accountId", "onionAddress", "domain"})

# What an officer calls it, where the schema's label is longer or another word.
WORDS = {
    "number": "document number", "passportNumber": "passport number", "idNumber": "identity number", "vin": "VIN",
    "imoNumber": "IMO number", "phone": "phone number", "email": "e-mail address", "iban": "IBAN",
    "cryptoAddress": "wallet address", "registrationNumber": "registration number", "imei": "IMEI",
}  # fmt: skip

# Cyrillic and Greek letters on plates and documents that are cut like Latin ones (Vienna Convention on Road Traffic, annex 2:
# marks in national letters are repeated in Latin ones).
_LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")
_LOOKALIKE_LETTERS = frozenset("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_BECH32 = re.compile(r"(bc|tb|ltc|bcrt|addr|cosmos)1[02-9ac-hj-np-z]{6,}", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"(0x)?[0-9a-f]{40,}", re.IGNORECASE)
_WALLET = re.compile(r"[0-9A-Za-z]+")
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
    return kind is PropertyType.IDENTIFIER and property_name not in SHARED


def identifier_keys(property_name: str, kind: PropertyType, value: str) -> tuple[str, ...]:
    """Return the keys of one identifier fact; empty when nothing in it identifies.

    Source: docs/rules/identity.md I5.
    """
    if not is_identifying(property_name, kind):
        return ()
    text = _clean(value)
    match kind:
        case PropertyType.PHONE:
            return _known(_phone(text, ""))
        case PropertyType.EMAIL:
            key = _email(text)
        case PropertyType.IP:
            key = _ip(text)
        case _ if property_name in WALLETS:
            key = _wallet(text)
        case _ if property_name in ACCOUNTS:
            key = _account(text)
        case _:
            key = _number(text)
    return _known((key,))


def query_keys(value: str, country: str = "") -> tuple[str, ...]:
    """Return every key that what an officer typed could mean; the country reads a phone number without its code.

    Source: docs/rules/identity.md I5.
    """
    text = _clean(value)
    if _EMAIL.fullmatch(text):
        return _known((_email(text),))
    wallet = _wallet(text) if len(text) >= WALLET_CHARACTERS_MIN else ""
    account = _account(text) if any(c.isalpha() for c in text) and " " not in text else ""
    phones = _phone(text, country) if _looks_like_phone(text) else ()
    return _known((_number(text), wallet, _ip(text), account, *phones))


def words_for(property_name: str, label: str) -> str:
    """Return what an officer calls a property in evidence."""
    return WORDS.get(property_name, label.lower())


def _known(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key))


def _clean(value: str) -> str:
    return unicodedata.normalize("NFKC", value[:IDENTIFIER_CHARACTERS_MAX]).strip()


def _number(text: str) -> str:
    """Documents, plates, VIN, IMO, IBAN, tax numbers: capitals and digits, whatever stood between them."""
    upper = text.upper()
    if upper.startswith("IMO") and imo.is_valid(upper):
        upper = upper.removeprefix("IMO")
    letters = {c for c in upper if c.isalpha() and not c.isascii()}
    plain = upper.translate(_LOOKALIKES) if letters <= _LOOKALIKE_LETTERS else anyascii(upper).upper()
    compact = _NOT_ALPHANUMERIC.sub("", plain)
    return f"n:{compact}" if len(compact) >= NUMBER_CHARACTERS_MIN and any(c.isdigit() for c in compact) else ""


def _email(text: str) -> str:
    return f"e:{text.lower()}" if _EMAIL.fullmatch(text) else ""


def _ip(text: str) -> str:
    return f"i:{text.lower()}" if _IP.fullmatch(text) and ("." in text or ":" in text) else ""


def _wallet(text: str) -> str:
    """Base58 tells capitals apart; bech32 and hexadecimal do not (BIP-173, EIP-55)."""
    if not _WALLET.fullmatch(text) or len(text) < WALLET_CHARACTERS_MIN:
        return ""
    if _BECH32.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return f"w:{text.lower()}"
    return f"w:{text}"


def _account(text: str) -> str:
    name = text.lower().removeprefix("https://").removeprefix("http://").removeprefix("@").rstrip("/.")
    return f"a:{name}" if len(name) >= NUMBER_CHARACTERS_MIN else ""


def _looks_like_phone(text: str) -> bool:
    return sum(c.isdigit() for c in text) >= 7 and not any(c.isalpha() for c in text)  # noqa: PLR2004 - a subscriber's number


def _phone(text: str, country: str) -> tuple[str, ...]:
    """Give an international number its E.164 form and its national one; a national number only the latter."""
    written = "+" + text[2:] if text.startswith("00") else text
    digits = re.sub(r"\D", "", text).lstrip("0")
    national = f"t:{digits}" if len(digits) >= NUMBER_CHARACTERS_MIN else ""
    parsed = _parse(written, country)
    if parsed is None:
        return (national,)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return (f"p:{e164}", f"t:{phonenumbers.national_significant_number(parsed)}")


def _parse(text: str, country: str) -> PhoneNumber | None:
    try:
        found = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None
    return found if phonenumbers.is_possible_number(found) else None
