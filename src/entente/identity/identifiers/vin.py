"""Vehicle identification numbers: seventeen letters and digits, never I, O or Q.

The ninth place is a check digit where the law of the maker's market asks for one: North America (first place 1 to 5; 49 CFR
565.15) and China (first place L; GB 16735). Elsewhere makers may put anything there, so that a digit that does not fit says
nothing.

Source: ISO 3779:2009 sections 4 and 5 (characters, the last four are digits), ISO 3780:2009 (first places by region).
"""

from __future__ import annotations

from entente.identity.identifiers.letters import alphanumeric, without_label
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity

LENGTH = 17
CHECK_PLACE = 8
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = {
    **{digit: int(digit) for digit in "0123456789"},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_NEVER = str.maketrans("IOQ", "100")
_CHECKED_FIRST = frozenset("12345L")
_DIGITS_AT_END = 4


def vin_meant(text: str) -> str:
    """Return the number with the digits that I, O and Q were read for, which no VIN has; nothing for what is no VIN."""
    if len(text) < LENGTH:
        return ""
    compact = alphanumeric(without_label(text))
    if len(compact) != LENGTH or not any(character.isdigit() for character in compact):
        return ""
    meant = compact.translate(_NEVER)
    return meant if meant[-_DIGITS_AT_END:].isdigit() else ""


def check_digit(vin: str) -> str:
    """Return what the ninth place should hold, 0 to 9 or X."""
    left = sum(_VALUES[character] * weight for character, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if left == 10 else str(left)  # noqa: PLR2004 - ten is written X


def read_vin(text: str) -> Reading | None:
    """Say whether a text is a VIN and whether its check digit holds; None for what cannot be one.

    Source: ISO 3779; docs/rules/identity.md I21.
    """
    written, meant = alphanumeric(without_label(text)), vin_meant(text)
    if not meant:
        return None
    due, has_check = check_digit(meant), meant[0] in _CHECKED_FIRST
    if written != meant:
        held = "», «".join(sorted({*written} & {*"IOQ"}))
        words = f"VIN with «{held}», which no VIN has"
        return Reading(IdentifierKind.VIN, Validity.FAULTY, written, words, meant)
    if due == meant[CHECK_PLACE]:
        return Reading(IdentifierKind.VIN, Validity.VALID, meant, "VIN, its check digit holds")
    if has_check:
        words = f"VIN with a wrong check digit in the ninth place: {due} is due"
        return Reading(IdentifierKind.VIN, Validity.FAULTY, meant, words)
    return Reading(IdentifierKind.VIN, Validity.UNCHECKED, meant, "VIN of a region whose makers need no check digit")
