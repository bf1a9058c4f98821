"""What an officer typed, and what it may be: for help beside a search and for evidence, never in place of the keys.

Source: docs/rules/identity.md I21.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from entente.identity.identifiers.document import read_document, read_national
from entente.identity.identifiers.iban import read_iban
from entente.identity.identifiers.imei import read_imei
from entente.identity.identifiers.imo import read_imo
from entente.identity.identifiers.letters import clean
from entente.identity.identifiers.mrz import Mrz, read_mrz
from entente.identity.identifiers.mrz_lines import looks_like_mrz
from entente.identity.identifiers.phone import read_phone
from entente.identity.identifiers.plate import read_plate
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity
from entente.identity.identifiers.vin import read_vin
from entente.identity.identifiers.wallet import WALLET_CHARACTERS_MIN, Wallet, read_wallet

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_SUREST_FIRST = tuple(Validity)


def readings(text: str, *, today: date, countries: Mapping[str, str], country: str = "") -> tuple[Reading, ...]:
    """Return what a text may be, the surest first; empty where it is like nothing known. Never raises.

    `countries` is ISO 3166-1 alpha-3 → alpha-2; `country`, alpha-2, is what phone and national numbers without one are read for.

    Source: docs/rules/identity.md I21.
    """
    if looks_like_mrz(text):
        return (_of_mrz(read_mrz(text, today=today, countries=countries)),)
    found = _read(clean(text), country)
    # A plate is what a text may be that is nothing else for sure.
    is_sure = any(one.validity is not Validity.UNCHECKED for one in found)
    kept = [one for one in found if one.kind is not IdentifierKind.PLATE or not is_sure]
    return tuple(sorted(kept, key=lambda one: _SUREST_FIRST.index(one.validity)))


def _read(text: str, country: str) -> list[Reading]:
    return [one for one in _each(text, country) if one is not None]


def _each(text: str, country: str) -> Iterator[Reading | None]:
    if EMAIL.fullmatch(text):
        yield Reading(IdentifierKind.EMAIL, Validity.UNCHECKED, text.lower(), "e-mail address")
        return
    if len(text) >= WALLET_CHARACTERS_MIN and (wallet := read_wallet(text)) is not None:
        yield _of_wallet(wallet)
    yield read_vin(text)
    yield read_imei(text)
    yield read_imo(text)
    yield read_iban(text)
    yield from read_national(text, country)
    yield read_phone(text, country)
    yield read_document(text)
    yield read_plate(text)


def _of_mrz(mrz: Mrz) -> Reading:
    what = f"machine readable zone ({mrz.size})" if mrz.size else "machine readable zone"
    if mrz.is_valid:
        words = f"{what}, valid"
        return Reading(IdentifierKind.MRZ, Validity.VALID, "\n".join(mrz.lines), words)
    words = f"{what} with faults: {'; '.join(fault.text for fault in mrz.faults)}"
    return Reading(IdentifierKind.MRZ, Validity.FAULTY, "\n".join(mrz.lines), words, "\n".join(mrz.proposed_lines))


def _of_wallet(wallet: Wallet) -> Reading:
    if not wallet.chains:
        return Reading(IdentifierKind.WALLET, Validity.UNCHECKED, wallet.normal, wallet.holds)
    words = f"wallet address of {', '.join(wallet.chains)}"
    if not wallet.is_valid:
        return Reading(IdentifierKind.WALLET, Validity.FAULTY, wallet.normal, f"{words}, but {wallet.fault}")
    if not wallet.has_checksum:
        return Reading(IdentifierKind.WALLET, Validity.UNCHECKED, wallet.normal, f"{words}, without a checksum")
    return Reading(
        IdentifierKind.WALLET, Validity.VALID, wallet.normal, f"{words} ({wallet.holds}), its checksum holds"
    )
