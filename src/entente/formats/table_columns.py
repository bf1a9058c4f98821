"""What a column of a table may hold, by its name and by the cells of the first rows: for the proposal of a mapping (R46).

No value is shown, since a mapping is passed around more freely than the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.formats.table_dates import DateForm
from entente.formats.table_mapping import folded
from entente.formats.table_values import Countries
from entente.formats.table_words import EVENTS, KEYS, PROPERTY_OF
from entente.identity.identifiers.iban import read_iban
from entente.identity.identifiers.imo import read_imo
from entente.identity.identifiers.reading import Reading, Validity
from entente.identity.identifiers.vin import read_vin
from entente.identity.identifiers.wallet import WALLET_CHARACTERS_MIN, read_wallet
from entente.records.model import PropertyType

MOST: Final = 0.8
"""Of the filled cells of the sample: so many must fit before a column is taken for something by its cells."""
DATE_PROPERTIES: Final = frozenset({"birthDate", "deathDate"})
COUNTRY_PROPERTIES: Final = frozenset({"country", "nationality", "citizenship", "birthCountry", "flag"})
DATE_FORMS: Final = tuple(
    DateForm.of(form)
    for form in (
        "YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "YYYY/MM/DD", "YYYY.MM.DD",
        "YYYYMMDD", "DD MON YYYY", "DD-MON-YYYY", "MON DD, YYYY", "MON YYYY", "YYYY-MM", "MM.YYYY", "MM/YYYY", "YYYY",
        "YYYY年M月D日", "YYYY年M月", "YYYY年",
    )
)  # fmt: skip
"""The first that reads most cells is proposed first: a day before its month is more usual in the world."""
_AS_MONTH_FIRST: Final = {"DD/MM/YYYY": "MM/DD/YYYY", "DD-MM-YYYY": "MM-DD-YYYY"}
_CHOSEN: Final = "it was chosen"
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")
_PHONE: Final = re.compile(r"(?:\+|00)[\d ().-]{6,20}")
_NAME: Final = re.compile(r"[^\W\d_]+(?:['’.-]?[^\W\d_]*)*(?:,? [^\W\d_]+(?:['’.-]?[^\W\d_]*)*){1,4}")
_SEPARATORS: Final = (";", "|")


Option = str | tuple[str, ...] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sample."""

    name: str
    cells: tuple[str, ...]
    """The filled ones, in order."""
    rows: int

    @property
    def is_whole(self) -> bool:
        """Whether every row of the sample has a value of its own, by which it can be told from the others."""
        return len(self.cells) == self.rows == len(set(self.cells)) and self.rows > 0

    @property
    def is_called_key(self) -> bool:
        """Whether it is called what keys are called."""
        return folded(self.name) in KEYS

    @property
    def is_of_dates(self) -> bool:
        """Whether its cells are days: two people may share one, so that it never tells a row from the next issue's others."""
        forms, read, _ = date_forms(self.cells) if self.cells else ((), 0, [])
        # Four digits alone are as well a number.
        return bool(forms) and forms != ("YYYY",) and read >= MOST * len(self.cells)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column is taken for, and why."""

    property: str
    why: str
    options: Mapping[str, Option]
    """What is written beside the column in a mapping."""


def meaning_of(column: Column, countries: Countries) -> Meaning | str:
    """Return what a column is taken for, or why it cannot be placed."""
    name = folded(column.name).strip(" :.*#")
    known = PROPERTY_OF.get(name) or PROPERTY_OF.get(folded(column.name))
    if known is not None:
        return _by_name(column, known, countries)
    if (event := EVENTS.get(name)) is not None and column.cells:
        return _by_event(column, event, countries)
    return _by_cells(column, countries)


def chosen_meaning(column: Column, name: str, of: PropertyType, countries: Countries) -> Meaning:
    """Return what a column holds that an officer said it holds, with how its cells are read; what does not fit is kept."""
    if of is PropertyType.DATE:
        forms = date_forms(column.cells)[0] if column.cells else ()
        return Meaning(name, _CHOSEN, {**({"dates": forms} if forms else {}), "unfit": "keep"})
    if of in {PropertyType.COUNTRY, PropertyType.GENDER}:
        return Meaning(name, _CHOSEN, {"unfit": "keep"})
    found = _by_name(column, name, countries)
    return Meaning(name, _CHOSEN, found.options if isinstance(found, Meaning) else {})


def _by_event(column: Column, event: str, countries: Countries) -> Meaning | str:
    """Tell by the cells whether a column called «birth» holds its days or its countries; a place is not told from a name."""
    _, read, _ = date_forms(column.cells)
    if read >= MOST * len(column.cells):
        found = _by_name(column, event, countries)
        assert isinstance(found, Meaning), "what reads most cells is a form of dates"
        return Meaning(
            event,
            found.why.replace("it is called so", "its name says of what, and its cells that of its day", 1),
            found.options,
        )
    if event == "birthDate" and _share(column.cells, lambda cell: countries.code(cell) is not None) >= MOST:
        found = _by_name(column, "birthCountry", countries)
        assert isinstance(found, Meaning), "a column of countries is always placed"
        return Meaning(
            "birthCountry",
            found.why.replace("it is called so", "its name says of what, and its cells are countries", 1),
            found.options,
        )
    return "its name says of what, and its cells are neither dates nor countries: map it if they are places"


def _by_name(column: Column, known: str, countries: Countries) -> Meaning | str:
    why, options = ["it is called so"], dict[str, Option]()
    if known in DATE_PROPERTIES and column.cells:
        forms, read, notes = date_forms(column.cells)
        if not forms:
            return f"it is called as {known} is, and no form of dates that is known reads its cells: state one under «dates»"
        why.append(f"{read} of {len(column.cells)} cells of the sample read as {', '.join(forms)}")
        why += notes
        options["dates"] = forms
        if read < len(column.cells):
            options["unfit"] = "keep"
            why.append("the others are kept in their own words, never matched: add their form")
    elif known in COUNTRY_PROPERTIES and column.cells:
        unknown = sorted({cell for cell in column.cells if countries.code(cell) is None})
        if unknown:
            options["unfit"] = "keep"
            why.append(f"words that are no country that is known: {len(unknown)}; say under «words» what they mean")
    elif known in {"alias", "phone", "email"}:
        if separator := next((one for one in _SEPARATORS if any(one in cell for cell in column.cells)), ""):
            options["split"] = separator
            why.append(f"some cells hold several, with «{separator}» between them")
    elif known == "gender":
        options["unfit"] = "keep"
        if {"h", "m"} <= {folded(cell) for cell in column.cells}:
            # Hombre and mujer: M alone would be read as male.
            options["words"] = {"H": "male", "M": "female"}
            why.append("H stands beside M, so M is taken for a woman (mujer): check it")
    return Meaning(known, "; ".join(why), options)


def _by_cells(column: Column, countries: Countries) -> Meaning | str:
    cells = column.cells
    if not cells:
        return "it is empty in the sample, and its name is not known"
    for property_name, what, fits in _SHAPES:
        if _share(cells, fits) >= MOST:
            return Meaning(property_name, f"its name is not known; its cells are {what}", {})
    if _share(cells, lambda cell: countries.code(cell) is not None) >= MOST:
        return Meaning("country", "its name is not known; its cells are countries", {"unfit": "keep"})
    if len(set(cells)) >= MOST * len(cells) and _share(cells, lambda cell: _NAME.fullmatch(cell) is not None) >= MOST:
        return Meaning("name", "its name is not known; its cells look like names: check it", {})
    return _in_doubt(cells)


def _in_doubt(cells: Sequence[str]) -> str:
    if _share(cells, _valid(read_iban)) >= MOST:
        return "its cells are account numbers (IBAN): make a BankAccount of them"
    forms, read, _ = date_forms(cells)
    if read >= MOST * len(cells) and forms != ("YYYY",):
        return f"its cells are dates ({', '.join(forms)}), and its name does not say of what"
    return "neither its name nor its cells are known"


def date_forms(cells: Sequence[str]) -> tuple[tuple[str, ...], int, list[str]]:
    """Return the forms that read the cells, the one that reads most first; how many they read; and what is in doubt."""
    left, forms, notes = list(cells), [], list[str]()
    while left:
        counts = [(sum(form.read(cell) is not None for cell in left), form) for form in DATE_FORMS]
        most, best = max(counts, key=lambda one: one[0])
        if not most:
            break
        other = _AS_MONTH_FIRST.get(best.text)
        if other is not None and {form.text: count for count, form in counts}[other] == most:
            notes = [f"each reads as {other} too: check which is meant"]
        forms.append(best.text)
        left = [cell for cell in left if best.read(cell) is None]
    return tuple(forms), len(cells) - len(left), notes


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, cells)) / len(cells)


def _valid(read: Callable[[str], Reading | None]) -> Callable[[str], bool]:
    return lambda cell: (found := read(cell)) is not None and found.validity is Validity.VALID


def _is_wallet(cell: str) -> bool:
    found = read_wallet(cell) if len(cell) >= WALLET_CHARACTERS_MIN else None
    return found is not None and found.is_valid


_SHAPES: Final[tuple[tuple[str, str, Callable[[str], bool]], ...]] = (
    ("email", "e-mail addresses", lambda cell: _EMAIL.fullmatch(cell) is not None),
    ("phone", "phone numbers with their country's code", lambda cell: _PHONE.fullmatch(cell) is not None),
    ("publicKey", "wallet addresses whose checksum holds", _is_wallet),
    ("vin", "vehicle identification numbers whose check digit holds", _valid(read_vin)),
    ("imoNumber", "ship numbers of the IMO", lambda cell: not cell.isdigit() and _valid(read_imo)(cell)),
)
