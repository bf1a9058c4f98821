"""What the cells of a row say under a mapping: values split, joined, translated, and held against the type of their property.

Source: docs/rules/records.md R3 and R45.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.formats.country_names import NamedCountries
from entente.formats.list_drafts import UnfitError, clean
from entente.formats.table_dates import read_date
from entente.formats.table_mapping import ValueMapping, folded
from entente.handling.model import CodeLists
from entente.records.model import LOCAL_ID_CHARACTERS_MAX, PROPERTY_NAME_CHARACTERS_MAX, Fact, PropertyType

Cell = str | list[str]
"""A text, or the texts of a list that one cell of a Parquet file holds; cleaned."""
SHOWN_CHARACTERS: Final = 40
"""Of a value in a reason."""
_SAFE: Final = re.compile(r"[A-Za-z0-9._:-]+")
_HASHED: Final = "sha256-"
_GENDERS: Final = {
    "m": "male", "male": "male", "man": "male", "f": "female", "female": "female", "woman": "female", "x": "other",
    "other": "other", "м": "male", "муж": "male", "мужской": "male", "ж": "female", "жен": "female", "женский": "female",
    "homme": "male", "masculin": "male", "femme": "female", "féminin": "female", "hombre": "male", "masculino": "male",
    "mujer": "female", "femenino": "female", "ذكر": "male", "أنثى": "female", "男": "male", "女": "female",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Countries:
    """Countries as tables write them: codes of two and three letters in any case, and names in words."""

    names: NamedCountries
    alpha3: Mapping[str, str]

    @classmethod
    def of(cls, lists: CodeLists) -> Countries:
        """Return them for our list of countries."""
        return cls(NamedCountries.of(lists), lists.countries_alpha3)

    def code(self, text: str) -> str | None:
        """Return the alpha-2 code, or None for what we cannot map."""
        code = text.upper()
        return self.alpha3.get(code) or self.names.country_code(code) or self.names.country_code(text)


def tidied(text: str, nothing: frozenset[str]) -> str:
    """Return the text of a cell, or none where it says that it says nothing."""
    text = clean(text)
    return "" if nothing and folded(text) in nothing else text


def several(cell: Cell, separator: str) -> Iterator[str]:
    """Yield the values of a cell."""
    for text in [cell] if isinstance(cell, str) else cell:
        for part in text.split(separator) if separator else (text,):
            if value := part.strip():
                yield value


def values_of(one: ValueMapping, cells: Mapping[str, Cell]) -> Iterator[tuple[str, str]]:
    """Yield (column, value) of what the cells say, before it is held against its property."""
    if one.value:
        yield one.columns[0] if one.columns else one.property.name, one.value
    elif one.join is not None:
        parts = [part for column in one.columns for part in several(cells[column], "")]
        if parts:
            yield one.columns[0], one.join.join(parts)
    else:
        for column in one.columns:
            for value in several(cells[column], one.split):
                yield column, value


def fact_of(one: ValueMapping, value: str, column: str, countries: Countries) -> Fact:
    """Return what a value is as a fact; raise UnfitError where it does not fit and is not kept in its own words."""
    meant = one.words.get(folded(value), value) if one.words else value
    fitting = _FITTING.get(one.property.type, _as_it_is)(one, meant, countries)
    if fitting is not None:
        return Fact(one.property.name, fitting)
    if not one.keeps_unfit:
        raise UnfitError(column, _unfit(one, value[:SHOWN_CHARACTERS]))
    return Fact(column[:PROPERTY_NAME_CHARACTERS_MAX], value, is_unknown_property=True)


def local_id(prefix: str, keys: Sequence[str]) -> str:
    """Return the local id of a record: prefix and keys as they stand where they may, else a digest of the keys (R1).

    Two keys or more are joined by colons, so none of them may hold one; what looks like a digest is digested: no two meet.
    """
    joined = ":".join(keys)
    may_stand = all(_SAFE.fullmatch(key) for key in keys) and (len(keys) == 1 or joined.count(":") == len(keys) - 1)
    whole = prefix + joined
    if may_stand and whole[0].isalnum() and len(whole) <= LOCAL_ID_CHARACTERS_MAX and not joined.startswith(_HASHED):
        return whole
    text = keys[0] if len(keys) == 1 else json.dumps(keys, ensure_ascii=False)
    return f"{prefix}{_HASHED}{hashlib.sha256(text.encode()).hexdigest()}"


def _as_it_is(_one: ValueMapping, value: str, _countries: Countries) -> str | None:
    return value


_FITTING: Final[Mapping[PropertyType, Callable[[ValueMapping, str, Countries], str | None]]] = {
    PropertyType.DATE: lambda one, value, _: read_date(value, one.dates),
    PropertyType.COUNTRY: lambda _, value, countries: countries.code(value),
    PropertyType.GENDER: lambda _, value, __: _GENDERS.get(value.lower()),
}


def _unfit(one: ValueMapping, value: str) -> str:
    if one.property.type is PropertyType.DATE:
        return f"«{value}» is no possible date in the form {', '.join(form.text for form in one.dates)}"
    if one.property.type is PropertyType.COUNTRY:
        return f"«{value}» is no country that is known, by code or name; say what it means under «words»"
    return f"«{value}» is neither male nor female nor other; say what it means under «words»"
