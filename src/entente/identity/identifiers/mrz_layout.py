"""Where each field of a machine readable zone stands, in all sizes, and which characters it may hold.

Places are counted from 0 here and from 1 wherever a person reads them.
Source: ICAO Doc 9303, part 3 section 4 (characters, check digits), part 4 (TD3), 5 (TD1), 6 (TD2), 7 (MRV-A, MRV-B), section 4.2
of each; docs/rules/identity.md I18.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

FILLER = "<"
LETTERS = frozenset(string.ascii_uppercase)
DIGITS = frozenset(string.digits)
EVERY = LETTERS | DIGITS | {FILLER}

Spot = tuple[int, int]
"""A line and a place in it."""


class MrzSize(StrEnum):
    """The five forms of a zone: identity cards, old cards, passports, and visas of two widths."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


class MrzField(StrEnum):
    """The fields of a zone; the words stand in faults."""

    LINES = "lines"
    DOCUMENT_CODE = "document code"
    ISSUER = "issuing state"
    NAME = "name"
    NUMBER = "document number"
    NUMBER_CHECK = "check digit of the document number"
    NATIONALITY = "nationality"
    BIRTH = "birth date"
    BIRTH_CHECK = "check digit of the birth date"
    SEX = "sex"
    EXPIRY = "expiry date"
    EXPIRY_CHECK = "check digit of the expiry date"
    PERSONAL = "personal number"
    PERSONAL_CHECK = "check digit of the personal number"
    OPTIONAL = "optional data"
    OPTIONAL_2 = "second optional data"
    COMPOSITE = "composite check digit"


CHECKED = {
    MrzField.NUMBER: MrzField.NUMBER_CHECK,
    MrzField.BIRTH: MrzField.BIRTH_CHECK,
    MrzField.EXPIRY: MrzField.EXPIRY_CHECK,
    MrzField.PERSONAL: MrzField.PERSONAL_CHECK,
}
"""Which fields have a check digit of their own."""

_LETTERS_ONLY = LETTERS | {FILLER}
_DATE = DIGITS | {FILLER}
ALPHABETS: Mapping[MrzField, frozenset[str]] = {
    MrzField.DOCUMENT_CODE: _LETTERS_ONLY,
    MrzField.ISSUER: _LETTERS_ONLY,
    MrzField.NAME: _LETTERS_ONLY,
    MrzField.NUMBER: EVERY,
    MrzField.NUMBER_CHECK: _DATE,
    MrzField.NATIONALITY: _LETTERS_ONLY,
    MrzField.BIRTH: _DATE,
    MrzField.BIRTH_CHECK: DIGITS,
    MrzField.SEX: frozenset("MF<"),
    MrzField.EXPIRY: _DATE,
    MrzField.EXPIRY_CHECK: DIGITS,
    MrzField.PERSONAL: EVERY,
    MrzField.PERSONAL_CHECK: _DATE,
    MrzField.OPTIONAL: EVERY,
    MrzField.OPTIONAL_2: EVERY,
    MrzField.COMPOSITE: DIGITS,
}
"""What may stand in a field. No digit stands in a name or a code, and no letter in a date (9303-3 section 4.3 and 4.6)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line."""

    line: int
    start: int
    end: int

    def spots(self) -> Iterator[Spot]:
        """Yield each place of the stretch."""
        return ((self.line, column) for column in range(self.start, self.end))


@dataclass(frozen=True, slots=True)
class Layout:
    """One size: how many lines of which width, and where everything stands."""

    size: MrzSize
    count: int
    width: int
    places: Mapping[MrzField, Place]
    composite: tuple[Place, ...] = ()
    """What the composite check digit covers, in its order; visas have none."""
    document_codes: str = ""
    """First letters that a document of this size may have."""

    @property
    def has_long_numbers(self) -> bool:
        """Whether a number of more than nine characters goes on in the optional data (9303-5 and 9303-6 section 4.2.2)."""
        return self.size in {MrzSize.TD1, MrzSize.TD2}

    @property
    def name_line(self) -> int:
        """The line that ends with the name, and so with fillers."""
        return self.places[MrzField.NAME].line


def _two_lines(width: int, rest: Mapping[MrzField, Place]) -> Mapping[MrzField, Place]:
    """Lay out two lines, whose first five fields and first twenty-eight places are alike in all of them."""
    return {
        MrzField.DOCUMENT_CODE: Place(0, 0, 2),
        MrzField.ISSUER: Place(0, 2, 5),
        MrzField.NAME: Place(0, 5, width),
        MrzField.NUMBER: Place(1, 0, 9),
        MrzField.NUMBER_CHECK: Place(1, 9, 10),
        MrzField.NATIONALITY: Place(1, 10, 13),
        MrzField.BIRTH: Place(1, 13, 19),
        MrzField.BIRTH_CHECK: Place(1, 19, 20),
        MrzField.SEX: Place(1, 20, 21),
        MrzField.EXPIRY: Place(1, 21, 27),
        MrzField.EXPIRY_CHECK: Place(1, 27, 28),
        **rest,
    }


TD1 = Layout(
    MrzSize.TD1,
    3,
    30,
    {
        MrzField.DOCUMENT_CODE: Place(0, 0, 2),
        MrzField.ISSUER: Place(0, 2, 5),
        MrzField.NUMBER: Place(0, 5, 14),
        MrzField.NUMBER_CHECK: Place(0, 14, 15),
        MrzField.OPTIONAL: Place(0, 15, 30),
        MrzField.BIRTH: Place(1, 0, 6),
        MrzField.BIRTH_CHECK: Place(1, 6, 7),
        MrzField.SEX: Place(1, 7, 8),
        MrzField.EXPIRY: Place(1, 8, 14),
        MrzField.EXPIRY_CHECK: Place(1, 14, 15),
        MrzField.NATIONALITY: Place(1, 15, 18),
        MrzField.OPTIONAL_2: Place(1, 18, 29),
        MrzField.COMPOSITE: Place(1, 29, 30),
        MrzField.NAME: Place(2, 0, 30),
    },
    (Place(0, 5, 30), Place(1, 0, 7), Place(1, 8, 15), Place(1, 18, 29)),
    "ACI",
)
TD2 = Layout(
    MrzSize.TD2,
    2,
    36,
    _two_lines(36, {MrzField.OPTIONAL: Place(1, 28, 35), MrzField.COMPOSITE: Place(1, 35, 36)}),
    (Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, 35)),
    "ACI",
)
TD3 = Layout(
    MrzSize.TD3,
    2,
    44,
    _two_lines(
        44,
        {
            MrzField.PERSONAL: Place(1, 28, 42),
            MrzField.PERSONAL_CHECK: Place(1, 42, 43),
            MrzField.COMPOSITE: Place(1, 43, 44),
        },
    ),
    (Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, 43)),
    "P",
)
MRV_A = Layout(MrzSize.MRV_A, 2, 44, _two_lines(44, {MrzField.OPTIONAL: Place(1, 28, 44)}), document_codes="V")
MRV_B = Layout(MrzSize.MRV_B, 2, 36, _two_lines(36, {MrzField.OPTIONAL: Place(1, 28, 36)}), document_codes="V")

LAYOUTS = (TD1, TD2, TD3, MRV_A, MRV_B)


def layout_of(count: int, width: int, first: str) -> Layout | None:
    """Return the size with so many lines of this width; a document whose code begins with V is a visa (9303-7)."""
    fitting = [one for one in LAYOUTS if (one.count, one.width) == (count, width)]
    visas = [one for one in fitting if one.document_codes == "V"]
    others = [one for one in fitting if one.document_codes != "V"]
    chosen = visas if visas and first == "V" else others
    return chosen[0] if chosen else None


@dataclass(frozen=True, slots=True)
class Zone:
    """Lines of the right count and width, looked at by field. A line that is not there is empty."""

    layout: Layout
    lines: tuple[str, ...]

    def at(self, spot: Spot) -> str:
        """Return the character at a place, or nothing where its line is missing."""
        line, column = spot
        return self.lines[line][column : column + 1]

    def text(self, field: MrzField) -> str:
        """Return what stands in a field, fillers included; nothing where this size has no such field."""
        place = self.layout.places.get(field)
        return "" if place is None else self.lines[place.line][place.start : place.end]

    def changed(self, changes: Mapping[Spot, str]) -> Zone:
        """Return the zone with other characters in some places."""
        lines = [list(line) for line in self.lines]
        for (line, column), character in changes.items():
            lines[line][column] = character
        return Zone(self.layout, tuple("".join(line) for line in lines))

    def number_spots(self) -> tuple[tuple[Spot, ...], Spot]:
        """Return the places of the document number and that of its check digit, of a long number those in the optional data too.

        A number of more than nine characters has a filler for its check digit and goes on in the optional data up to the first
        filler there; the last character before it is the check digit, which the filler is not part of.

        Source: ICAO 9303-5 section 4.2.2 note j, 9303-6 section 4.2.2 note j.
        """
        places = self.layout.places
        own = tuple(places[MrzField.NUMBER].spots())
        (check,) = places[MrzField.NUMBER_CHECK].spots()
        if self.layout.has_long_numbers and self.at(check) == FILLER:
            optional = tuple(places[MrzField.OPTIONAL].spots())
            used = len(self.text(MrzField.OPTIONAL).partition(FILLER)[0])
            if used and FILLER not in self.text(MrzField.NUMBER):
                return own + optional[: used - 1], optional[used - 1]
        return own, check


def check_digit(text: str) -> str:
    """Return the check digit of some characters: weights 7, 3, 1; a letter counts from 10, a filler 0.

    Characters that no zone holds count 0, so that whatever was scanned has a sum.
    Source: ICAO 9303-3 section 4.9.
    """
    total = sum(_VALUES.get(character, 0) * (7, 3, 1)[place % 3] for place, character in enumerate(text))
    return str(total % 10)


_VALUES = {character: value for value, character in enumerate(string.digits + string.ascii_uppercase)}
