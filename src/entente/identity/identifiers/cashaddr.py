"""CashAddr, the addresses of Bitcoin Cash: a prefix that may be left out, and a checksum of forty bits.

Source: the CashAddr specification of Bitcoin Cash (spec/cashaddr.md, 2017), with the token types of CHIP-2022-02 CashTokens.
"""

from __future__ import annotations

from dataclasses import dataclass

from entente.identity.identifiers.bech32 import ALPHABET, regroup, remainder

PREFIXES = ("bitcoincash", "bchtest", "bchreg")
"""The main chain first: an address without a prefix is of that one."""
_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_CHECKSUM_PLACES = 8
_HASH_BYTES = (20, 24, 28, 32, 40, 48, 56, 64)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class CashAddress:
    """What an address holds. Type 0 is a key's hash, 1 a script's; 2 and 3 are the same and take tokens."""

    prefix: str
    type: int
    hash: bytes


def decode(text: str) -> CashAddress | None:
    """Return what an address holds; None where it is none or its checksum fails."""
    lower = text.lower()
    prefix, colon, rest = lower.rpartition(":")
    if text not in {lower, text.upper()} or not set(rest) <= set(ALPHABET) or len(rest) <= _CHECKSUM_PLACES:
        return None
    if colon and prefix not in PREFIXES:
        return None
    values = tuple(_VALUE[character] for character in rest)
    for assumed in (prefix,) if colon else PREFIXES[:1]:
        if remainder((*(ord(character) & 31 for character in assumed), 0, *values), _GENERATOR) == 1:
            return _payload(assumed, values[:-_CHECKSUM_PLACES])
    return None


def _payload(prefix: str, values: tuple[int, ...]) -> CashAddress | None:
    whole = regroup(values, 5, 8)
    if not whole or whole[0] & 0x80 or len(whole) - 1 != _HASH_BYTES[whole[0] & 7]:
        return None
    return CashAddress(prefix, whole[0] >> 3, whole[1:])
