"""Numbers of documents and of persons, as far as a published rule says how they check themselves.

Passports and cards have no number with a rule that all states share; what many print is the number with the check digit of the
machine readable zone behind it. National numbers of persons do have rules, and stand on cards and in zones: those are told
by their country. No number is turned into another here; a reading is words beside what was typed.

Source: ICAO 9303-3 section 4.9; ISO 7064; GB 11643-1999 for China; Kazakhstan's rules on forming the IIN; the Russian Pension
Fund's order 192p of 2006 on the SNILS; for each other national number the rule of its state, as the
library python-stdnum implements it. Left out are those whose implementation reads files or the clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import ModuleType

from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.cl import rut
from stdnum.cz import rc
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.il import idnr
from stdnum.in_ import aadhaar
from stdnum.iso7064 import mod_11_2
from stdnum.it import codicefiscale
from stdnum.lt import asmens
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.pt import cc
from stdnum.ro import cnp
from stdnum.ru import inn
from stdnum.si import emso
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.ua import rntrc

from entente.identity.identifiers.letters import alphanumeric, ascii_digits, without_separators
from entente.identity.identifiers.mrz_layout import check_digit
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity

NATIONAL: tuple[tuple[str, str, ModuleType], ...] = (
    ("BG", "EGN", egn), ("BR", "CPF", cpf), ("CL", "RUN", rut), ("CZ", "rodné číslo", rc), ("EE", "isikukood", ik),
    ("ES", "DNI", dni), ("ES", "NIE", nie), ("FI", "henkilötunnus", hetu), ("FR", "NIR", nir), ("GR", "AMKA", amka),
    ("HR", "OIB", oib), ("IL", "Teudat Zehut", idnr), ("IN", "Aadhaar", aadhaar), ("IT", "codice fiscale", codicefiscale),
    ("LT", "asmens kodas", asmens), ("MX", "CURP", curp), ("NL", "BSN", bsn), ("PL", "PESEL", pesel),
    ("PT", "cartão de cidadão", cc), ("RO", "CNP", cnp), ("SI", "EMŠO", emso), ("SK", "rodné číslo", rc),
    ("TH", "PIN", pin), ("TR", "T.C. kimlik", tckimlik), ("UA", "RNOKPP", rntrc),
)  # fmt: skip
"""Country, what it calls the number, and its rule."""
_NATIONAL = re.compile(r"(?=.*\d)[0-9A-Z +./-]{6,30}")
"""The longest written with its separators is Italy's, of 16 characters. The rules expect nothing else, not even a line's end."""

_CHINA = re.compile(r"\d{6}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]")
_KAZAKHSTAN = re.compile(r"\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[1-6]\d{5}")
_RUSSIA_INSURANCE = re.compile(r"\d{11}")
_RUSSIA_TAX = re.compile(r"\d{12}")
_PRINTED = re.compile(r"(?=.*[A-Z])[A-Z0-9]{9}\d")


def read_document(text: str) -> Reading | None:
    """Say whether a text is a document number with the zone's check digit behind it, as several states print it.

    Source: ICAO 9303-3 section 4.9; docs/rules/identity.md I21.
    """
    compact = alphanumeric(text)
    if not _PRINTED.fullmatch(compact) or check_digit(compact[:-1]) != compact[-1]:
        return None
    words = f"document number; its last digit may be the check digit of the machine readable zone, the number then {compact[:-1]}"
    return Reading(IdentifierKind.DOCUMENT, Validity.UNCHECKED, compact, words, compact[:-1])


def read_national(text: str, country: str) -> Iterator[Reading]:
    """Yield the national numbers that a text is; one that fails only for the country that is given.

    Source: docs/rules/identity.md I21.
    """
    plain = ascii_digits(text).upper()
    if not _NATIONAL.fullmatch(plain):
        return
    compact = without_separators(plain)
    for state, name, form, is_right in _OWN_RULES:
        if form.fullmatch(compact):
            yield from _judged(state, name, compact, country, holds=is_right(compact))
    for state, name, rule in NATIONAL:
        try:
            number = rule.validate(plain)
        except InvalidChecksum:
            yield from _judged(state, name, compact, country, holds=False)
        except ValidationError:
            continue
        else:
            yield from _judged(state, name, number, country, holds=True)


def _is_iin(number: str) -> bool:
    """Weights 1 to 11, modulo 11; where that leaves 10, weights from 3 on; where that does too, the number is not given out."""
    for weights in (range(1, 12), (*range(3, 12), 1, 2)):
        left = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11
        if left < 10:  # noqa: PLR2004 - a digit
            return number[-1] == str(left)
    return False


def _is_snils(number: str) -> bool:
    """Weights 9 to 1, modulo 101, of which 100 is written 00; numbers up to 001-001-998 have no check digits."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=False))
    return number > "00100199899" and int(number[-2:]) == total % 101 % 100


_OWN_RULES: tuple[tuple[str, str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("CN", "resident identity number", _CHINA, mod_11_2.is_valid),
    ("KZ", "IIN", _KAZAKHSTAN, _is_iin),
    ("RU", "SNILS", _RUSSIA_INSURANCE, _is_snils),
    ("RU", "INN of a person", _RUSSIA_TAX, inn.is_valid),
)
"""Rules that the library does not have, has only with files or the clock, or has together with those of companies."""


def _judged(state: str, name: str, number: str, country: str, *, holds: bool) -> Iterator[Reading]:
    if holds:
        words = f"national number of {state} ({name}), its check digit holds"
        yield Reading(IdentifierKind.NATIONAL, Validity.VALID, number, words)
    elif state == country:
        words = f"national number of {state} ({name}) with a wrong check digit"
        yield Reading(IdentifierKind.NATIONAL, Validity.FAULTY, number, words)
