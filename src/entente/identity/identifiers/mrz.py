"""A machine readable zone: what it says, and each fault by its field.

`read_mrz` takes what was scanned, in any of the five sizes, and never fails: what cannot be read is a fault. A zone is valid when
it has none. A document that has expired, a name that may be cut, a person without given names are no faults but notes.
Transliterations of part 3 section 6 are left as they are written: names are compared elsewhere, and there both ways.

Source: ICAO Doc 9303, parts 3 to 7, eighth edition; docs/rules/identity.md I18 and I19. Leaves to others: where lines begin
(`mrz_lines`), places of fields (`mrz_layout`), codes (`mrz_codes`), dates (`mrz_dates`), misread characters (`mrz_mending`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from entente.identity.identifiers.mrz_codes import SPECIMEN, MrzCode, read_code
from entente.identity.identifiers.mrz_dates import UNKNOWN, MrzDate, read_birth, read_expiry
from entente.identity.identifiers.mrz_layout import (
    ALPHABETS,
    CHECKED,
    FILLER,
    Layout,
    MrzField,
    MrzSize,
    Zone,
    check_digit,
)
from entente.identity.identifiers.mrz_lines import ScannedLines, scanned_lines
from entente.identity.identifiers.mrz_mending import group_spots, holds_composite, holds_own, mend

SEXES = {"M": "male", "F": "female", FILLER: ""}


class MrzFaultKind(StrEnum):
    """What may be wrong with a field."""

    LENGTH = "wrong_length"
    CHARACTER = "illegal_character"
    CHECK_DIGIT = "check_digit"
    COMPOSITE = "composite_check_digit"
    DATE = "impossible_date"
    COUNTRY = "unknown_country"
    SEX = "sex"
    NAME = "name"
    NUMBER = "document_number"
    DOCUMENT_CODE = "document_code"


@dataclass(frozen=True, slots=True)
class MrzFault:
    """One thing that is wrong: in which field, in words, where, and what the field would be if characters were misread."""

    field: MrzField
    kind: MrzFaultKind
    text: str
    line: int = 0
    """From 1; 0 where no single line is meant."""
    place: int = 0
    """From 1, of the first character in question; 0 where no single place is meant."""
    proposed: str = ""
    """The field as it is under the fewest confusions that mend it; empty where none do, or several. A person decides."""


@dataclass(frozen=True, slots=True)
class Mrz:
    """What a zone says. A field that cannot be read is empty, and has a fault."""

    size: MrzSize | None
    lines: tuple[str, ...]
    faults: tuple[MrzFault, ...]
    notes: tuple[str, ...] = ()
    document_code: str = ""
    issuer: str = ""
    """The code as written, without fillers: ISO 3166-1 alpha-3 or one of ICAO's own."""
    issuer_country: str = ""
    """ISO 3166-1 alpha-2; empty for organisations."""
    number: str = ""
    """The document number, a long one whole, without fillers at its end."""
    nationality: str = ""
    nationality_country: str = ""
    birth_date: str = ""
    """`1974-08-12`, `1974-08` or `1974`, as far as it is known."""
    sex: str = ""
    """male, female, or empty where it is unspecified."""
    expiry_date: str = ""
    surname: str = ""
    given_names: str = ""
    name_may_be_cut: bool = False
    """Whether the name fills its field to the last place, which is how a cut one is recognised (9303-3 section 4.6)."""
    personal_number: str = ""
    optional: tuple[str, ...] = ()
    proposed_lines: tuple[str, ...] = ()
    """The zone with every proposal, where it then has no fault left; a person compares it with the document."""
    proposed_number: str = ""
    """The document number as proposed, where its check digits hold then."""
    proposed_name: tuple[str, str] = ("", "")
    """Family and given names as proposed, where they hold digits."""

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults

    def is_whole(self, *fields: MrzField) -> bool:
        """Say whether nothing is wrong with some of its fields, its lines included."""
        asked = {*fields, *(CHECKED[field] for field in fields if field in CHECKED)}
        return bool(self.size) and not any(fault.field in asked for fault in self.faults)


def read_mrz(text: str, *, today: date, countries: Mapping[str, str]) -> Mrz:
    """Read and check a zone as it was scanned. Never raises; takes at most some milliseconds whatever is given.

    `countries` is ISO 3166-1 alpha-3 → alpha-2, former states included.

    Source: ICAO 9303 parts 3 to 7; docs/rules/identity.md I18, I19.
    """
    scanned = scanned_lines(text)
    lengths = tuple(_length_fault(line, why) for line, why in scanned.faults)
    if scanned.layout is None:
        return Mrz(None, scanned.lines, lengths, scanned.notes)
    zone = Zone(scanned.layout, scanned.lines)
    reader = _Reader(today, countries)
    faults = tuple(reader.faults(zone))
    if not faults:
        return _with_notes(reader.values(zone), lengths, scanned, zone)
    mended = mend(zone, {fault.field for fault in faults}, countries, reader.is_day)
    left = {(fault.field, fault.kind) for fault in reader.faults(mended)}
    judged = tuple(_proposing(fault, zone, mended, left) for fault in faults)
    found = _with_notes(reader.values(zone), (*lengths, *judged), scanned, zone)
    return _with_proposals(found, reader.values(mended), mended, left)


def mrz_number(text: str) -> str:
    """Return the document number of a zone as it was scanned, without judging it; nothing where there is none.

    Source: docs/rules/identity.md I18.
    """
    scanned = scanned_lines(text)
    return (
        ""
        if scanned.layout is None
        else _field_text(Zone(scanned.layout, scanned.lines), MrzField.NUMBER).strip(FILLER)
    )


def _length_fault(line: int, why: str) -> MrzFault:
    name = f"line {line}: {why}" if line else why
    return MrzFault(MrzField.LINES, MrzFaultKind.LENGTH, name, line)


def _proposing(fault: MrzFault, zone: Zone, mended: Zone, left: set[tuple[MrzField, MrzFaultKind]]) -> MrzFault:
    """Add to a fault what mends it: the field, of a number that goes on elsewhere the whole of it."""
    if (fault.field, fault.kind) in left:
        return fault
    read, proposed = _field_text(zone, fault.field), _field_text(mended, fault.field)
    if fault.field in CHECKED and read == proposed:
        # The field is right, and its check digit was misread.
        read, proposed = (
            f"{one}, check digit {_check_of(at, fault.field)}" for one, at in ((read, zone), (proposed, mended))
        )
    return fault if read == proposed else replace(fault, proposed=proposed)


def _field_text(zone: Zone, field: MrzField) -> str:
    if field is MrzField.NUMBER:
        return "".join(map(zone.at, zone.number_spots()[0])).rstrip(FILLER)
    return zone.text(field).rstrip(FILLER) or zone.text(field)


def _check_of(zone: Zone, field: MrzField) -> str:
    return zone.at(group_spots(zone, field)[1])


def _with_proposals(found: Mrz, mended: Mrz, zone: Zone, left: set[tuple[MrzField, MrzFaultKind]]) -> Mrz:
    fields_left = {field for field, _ in left}
    number = mended.number if MrzField.NUMBER not in fields_left and mended.number != found.number else ""
    names = (mended.surname, mended.given_names)
    is_other_name = MrzField.NAME not in fields_left and names != (found.surname, found.given_names)
    return replace(
        found,
        proposed_lines=zone.lines if not left else (),
        proposed_number=number,
        proposed_name=names if is_other_name else ("", ""),
    )


def _with_notes(found: Mrz, faults: tuple[MrzFault, ...], scanned: ScannedLines, zone: Zone) -> Mrz:
    notes = [*scanned.notes, *found.notes]
    if scanned.faults and not any(fault.kind is not MrzFaultKind.LENGTH for fault in faults) and all(zone.lines):
        notes.append("With its fillers filled up or cut, every check digit holds.")
    return replace(found, faults=faults, notes=tuple(notes))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads zones on one day, with one list of countries."""

    today: date
    countries: Mapping[str, str]

    def faults(self, zone: Zone) -> Iterator[MrzFault]:
        """Yield what is wrong, in the order of reading."""
        yield from self._characters(zone)
        yield from self._check_digits(zone)
        yield from self._dates(zone)
        yield from self._codes(zone)
        yield from self._names(zone)

    def values(self, zone: Zone) -> Mrz:
        """Return what the fields say, and what is to be noted of them."""
        layout = zone.layout
        issuer, nationality = self._code(zone, MrzField.ISSUER), self._code(zone, MrzField.NATIONALITY)
        birth, expiry = self._birth(zone), self._expiry(zone)
        surname, given = _names(zone)
        may_be_cut = zone.text(MrzField.NAME)[-1:] not in {"", FILLER}
        return Mrz(
            size=layout.size,
            lines=zone.lines,
            faults=(),
            notes=tuple(self._notes(zone, expiry, may_be_cut=may_be_cut, has_given=bool(given))),
            document_code=zone.text(MrzField.DOCUMENT_CODE).rstrip(FILLER),
            issuer=zone.text(MrzField.ISSUER).rstrip(FILLER),
            issuer_country=issuer.country if issuer is not None else "",
            number=_field_text(zone, MrzField.NUMBER).rstrip(FILLER),
            nationality=zone.text(MrzField.NATIONALITY).rstrip(FILLER),
            nationality_country=nationality.country if nationality is not None else "",
            birth_date=birth.text,
            sex=SEXES.get(zone.text(MrzField.SEX), ""),
            expiry_date=expiry.text,
            surname=surname,
            given_names=given,
            name_may_be_cut=may_be_cut,
            personal_number=zone.text(MrzField.PERSONAL).rstrip(FILLER),
            optional=tuple(text for text in _optional(zone) if text),
        )

    def is_day(self, zone: Zone, field: MrzField) -> bool:
        """Say whether a date field holds a date that can be."""
        read = self._birth(zone) if field is MrzField.BIRTH else self._expiry(zone)
        return not read.fault

    def _birth(self, zone: Zone) -> MrzDate:
        return read_birth(zone.text(MrzField.BIRTH), self.today, self._expiry(zone))

    def _expiry(self, zone: Zone) -> MrzDate:
        return read_expiry(zone.text(MrzField.EXPIRY), self.today)

    def _code(self, zone: Zone, field: MrzField) -> MrzCode | None:
        return read_code(zone.text(field), self.countries)

    def _notes(self, zone: Zone, expiry: MrzDate, *, may_be_cut: bool, has_given: bool) -> Iterator[str]:
        if expiry.day is not None and expiry.day < self.today:
            yield f"The document expired on {expiry.text}."
        if zone.text(MrzField.EXPIRY) == UNKNOWN:
            yield "The document has no expiry date."
        if zone.text(MrzField.BIRTH) and FILLER in zone.text(MrzField.BIRTH):
            yield "The birth date is not fully known."
        if may_be_cut:
            yield "The name fills its field and may be cut."
        if zone.text(MrzField.NAME) and not has_given:
            yield "The person has no given names here."
        if SPECIMEN in {zone.text(MrzField.ISSUER), zone.text(MrzField.NATIONALITY)}:
            yield "UTO is the invented state of specimens."

    @staticmethod
    def _characters(zone: Zone) -> Iterator[MrzFault]:
        for field, place in zone.layout.places.items():
            wrong = [spot for spot in place.spots() if zone.at(spot) and zone.at(spot) not in ALPHABETS[field]]
            # Of the sex and of check digits it is said below, in their own words.
            if wrong and field not in _SAID_ELSEWHERE:
                held = "».«".join(zone.at(spot) for spot in wrong).replace("».«", "», «")
                what = _ALLOWED.get(field, "capital letters, digits and fillers")
                line, column = wrong[0]
                text = f"{field} holds «{held}» and may hold only {what}"
                yield MrzFault(field, MrzFaultKind.CHARACTER, text, line + 1, column + 1)

    @staticmethod
    def _check_digits(zone: Zone) -> Iterator[MrzFault]:
        for field in CHECKED:
            if field in zone.layout.places and zone.text(field) and not holds_own(zone, field):
                spots, (line, column) = group_spots(zone, field)
                due, read = check_digit("".join(map(zone.at, spots))), zone.at((line, column))
                text = f"{field}: the check digit is «{read}», and «{due}» belongs to what was read"
                yield MrzFault(field, MrzFaultKind.CHECK_DIGIT, text, line + 1, column + 1)
        if (
            zone.layout.composite
            and all(zone.lines[place.line] for place in zone.layout.composite)
            and not holds_composite(zone)
        ):
            (line, column), *_ = zone.layout.places[MrzField.COMPOSITE].spots()
            read = zone.text(MrzField.COMPOSITE)
            text = f"the composite check digit is «{read}» and does not belong to what was read"
            yield MrzFault(MrzField.COMPOSITE, MrzFaultKind.COMPOSITE, text, line + 1, column + 1)

    def _dates(self, zone: Zone) -> Iterator[MrzFault]:
        for field, read in ((MrzField.BIRTH, self._birth(zone)), (MrzField.EXPIRY, self._expiry(zone))):
            place = zone.layout.places[field]
            if read.fault and zone.text(field) and {*zone.text(field)} <= ALPHABETS[field]:
                yield MrzFault(field, MrzFaultKind.DATE, f"{field}: {read.fault}", place.line + 1, place.start + 1)

    def _codes(self, zone: Zone) -> Iterator[MrzFault]:
        for field in (MrzField.ISSUER, MrzField.NATIONALITY):
            if zone.text(field) and self._code(zone, field) is None:
                yield _at(
                    zone,
                    field,
                    MrzFaultKind.COUNTRY,
                    f"{field}: «{zone.text(field)}» is no code of ISO 3166-1 or ICAO 9303-3",
                )
        if (code := zone.text(MrzField.DOCUMENT_CODE)) and (why := _wrong_code(zone.layout, code)):
            yield _at(zone, MrzField.DOCUMENT_CODE, MrzFaultKind.DOCUMENT_CODE, f"document code: {why}")
        if (sex := zone.text(MrzField.SEX)) and sex not in SEXES:
            yield _at(
                zone,
                MrzField.SEX,
                MrzFaultKind.SEX,
                f"sex: «{sex}» is none of M, F and the filler, which is unspecified",
            )
        if zone.text(MrzField.NUMBER) and not _field_text(zone, MrzField.NUMBER).strip(FILLER):
            yield _at(zone, MrzField.NUMBER, MrzFaultKind.NUMBER, "document number: there is none")

    @staticmethod
    def _names(zone: Zone) -> Iterator[MrzFault]:
        written = zone.text(MrzField.NAME).rstrip(FILLER)
        if not zone.text(MrzField.NAME):
            return
        if not written:
            why = "there is none"
        elif written.startswith(FILLER):
            why = "it begins with a filler, so the family name is missing"
        elif len(re.findall(f"{FILLER}{{2,}}", written)) > 1:
            why = "it is parted more than once; two fillers stand once, between family and given names"
        elif FILLER * 3 in written:
            why = "more than two fillers part family and given names"
        else:
            return
        yield _at(zone, MrzField.NAME, MrzFaultKind.NAME, f"name: {why}")


def _at(zone: Zone, field: MrzField, kind: MrzFaultKind, text: str) -> MrzFault:
    place = zone.layout.places[field]
    return MrzFault(field, kind, text, place.line + 1, place.start + 1)


_ALLOWED = {
    **dict.fromkeys(
        (MrzField.DOCUMENT_CODE, MrzField.ISSUER, MrzField.NATIONALITY, MrzField.NAME), "letters and fillers"
    ),
    **dict.fromkeys((MrzField.BIRTH, MrzField.EXPIRY), "digits, and fillers for what is unknown"),
}
_SAID_ELSEWHERE = {MrzField.SEX, MrzField.COMPOSITE, *CHECKED.values()}


def _wrong_code(layout: Layout, code: str) -> str:
    """Say what is wrong with a document code.

    Source: ICAO 9303-4, 9303-5, 9303-6 and 9303-7, section 4.2.2 note on the document code.
    """
    if code[0] not in layout.document_codes:
        return f"«{code}» does not begin with {', '.join(layout.document_codes)}, as those of {layout.size} do"
    if layout.has_long_numbers and code[1] == "V":
        return f"«{code}»: V as the second letter is kept free of cards, for it would look like a visa"
    return ""


def _names(zone: Zone) -> tuple[str, str]:
    """Return family and given names, with blanks for single fillers."""
    parts = re.split(f"{FILLER}{{2,}}", zone.text(MrzField.NAME).strip(FILLER))
    surname, *given = (part.replace(FILLER, " ") for part in parts)
    return surname, " ".join(given)


def _optional(zone: Zone) -> Iterator[str]:
    """Yield the optional data; what of it belongs to a long number is left out."""
    text = zone.text(MrzField.OPTIONAL)
    _, (line, column) = zone.number_spots()
    place = zone.layout.places.get(MrzField.OPTIONAL)
    if place is not None and line == place.line and column >= place.start:
        text = text[column - place.start + 1 :]
    yield text.strip(FILLER).replace(FILLER, " ")
    yield zone.text(MrzField.OPTIONAL_2).strip(FILLER).replace(FILLER, " ")
