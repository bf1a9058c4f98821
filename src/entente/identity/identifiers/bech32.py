"""Bech32 and bech32m: text of small letters and digits with a checksum of six places.

Source: BIP-173 (bech32), BIP-350 (bech32m). The length is not bounded to 90 here, because other chains use the same checksum for
longer addresses; the one who reads an address bounds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_PLACES = 6


class Encoding(IntEnum):
    """The constant that the checksum of each encoding leaves."""

    BECH32 = 1
    BECH32M = 0x2BC830A3


def decode(text: str) -> tuple[str, tuple[int, ...], Encoding] | None:
    """Return the readable part, the values of five bits without the checksum, and the encoding; None where the checksum fails.

    Capitals and small letters mixed are refused (BIP-173); `text` is otherwise taken in either.
    """
    lower = text.lower()
    prefix, separator, rest = lower.rpartition("1")
    is_mixed = text not in {lower, text.upper()}
    if is_mixed or not prefix or not separator or len(rest) < _CHECKSUM_PLACES or not set(rest) <= set(ALPHABET):
        return None
    if not all("!" <= character <= "~" for character in prefix):
        return None
    values = tuple(_VALUE[character] for character in rest)
    left = remainder((*(ord(one) >> 5 for one in prefix), 0, *(ord(one) & 31 for one in prefix), *values), _GENERATOR)
    encoding = next((one for one in Encoding if one == left), None)
    return None if encoding is None else (prefix, values[:-_CHECKSUM_PLACES], encoding)


def regroup(values: Sequence[int], size: int, to: int) -> bytes | None:
    """Return values of `size` bits as values of `to` bits; None where the padding is not zero or longer than a value."""
    found, held, bits = bytearray(), 0, 0
    for value in values:
        held = (held << size | value) & 0xFFFF
        bits += size
        while bits >= to:
            bits -= to
            found.append(held >> bits & ((1 << to) - 1))
    is_padded_well = bits < size and not held & ((1 << bits) - 1)
    return bytes(found) if is_padded_well else None


def remainder(values: Iterable[int], generator: Sequence[int]) -> int:
    """Return what a checksum's polynomial division leaves of values of five bits, begun at 1.

    `generator` is the generator times 1, 2, 4, 8 and 16 (BIP-173); as many places of five bits as it has are kept.
    """
    kept = max(generator).bit_length() - 5
    left = 1
    for value in values:
        top = left >> kept
        left = (left & ((1 << kept) - 1)) << 5 ^ value
        for place, factor in enumerate(generator):
            if top >> place & 1:
                left ^= factor
    return left
