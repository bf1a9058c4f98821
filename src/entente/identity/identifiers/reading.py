"""What a number may be: its kind, whether what can be checked of it holds, its normal form, and words for an officer.

Source: docs/rules/identity.md I21.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IdentifierKind(StrEnum):
    """Kinds of numbers that are told apart."""

    MRZ = "machine readable zone"
    DOCUMENT = "document number"
    NATIONAL = "national number"
    VIN = "VIN"
    IMO = "IMO number"
    IMEI = "IMEI"
    IBAN = "IBAN"
    PHONE = "phone number"
    PLATE = "plate"
    WALLET = "wallet address"
    EMAIL = "e-mail address"


class Validity(StrEnum):
    """Whether what can be checked of a number holds; the first is the surest."""

    VALID = "valid"
    FAULTY = "faulty"
    UNCHECKED = "unchecked"
    """There is nothing in it to check, or it is not known whether there should be."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a number may be."""

    kind: IdentifierKind
    validity: Validity
    normal: str
    text: str
    """In words, as «IMEI with a wrong last digit: 8 is due»."""
    proposed: str = ""
    """What it would be if the likeliest slip were mended; empty where none is likelier than others."""
