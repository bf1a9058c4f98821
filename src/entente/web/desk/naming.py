"""How names, kinds and values of records are shown: in their own script, with a transliteration, coded values in words.

Source: docs/rules/desk.md W27; DESIGN 7 (a name in any script).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from entente.identity.names import read_name
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import ERASED_LOCAL
from entente.records.model import PropertyType, Schema
from entente.web.desk.page import PREFIX, Asked
from entente.web.desk.reading import BodyName, body_name, member, text
from entente.web.desk.romanised import is_arabic, romanised
from entente.web.plain_values import record_said
from entente.web.wording import Wording


@dataclass(frozen=True, slots=True)
class NameShown:
    """A name as it is written, and in Latin letters where it is written in others."""

    written: str
    latin: str
    """Empty where the name is Latin."""


@dataclass(frozen=True, slots=True)
class RecordName:
    """What a record is called on pages that show several."""

    id: str
    """Its source's code and its local id: `XA-NCB/w-1`."""
    to: str
    caption: NameShown
    source: BodyName
    schema: str
    kind: str
    version: int


def name_shown(name: str) -> NameShown:
    """Return a name with its transliteration; one in Arabic letters as it is said, any other as the search reads it first."""
    return NameShown(name, romanised(name, _first_reading)) if is_arabic(name) else reading_shown(name)


def reading_shown(name: str) -> NameShown:
    """Return a name with the first reading of the search, which reads a name by the tables of its script."""
    words = next((one.words for one in read_name(name)), ())
    return NameShown(name, "" if all(word.is_latin for word in words) else _first_reading(name))


def _first_reading(name: str) -> str:
    words = next((one.words for one in read_name(name)), ())
    return " ".join(word.text.capitalize() for word in words)


def record_path(name: str) -> str:
    """Return where a record is shown, by its source's code and local id."""
    return f"{PREFIX}/records/{quote_record(name)}"


def id_shown(name: str, say: Wording) -> str:
    """Return a record's name as pages show it; of an erased one, that it is, and by what it is told from others."""
    return record_said(say, name)


def path_if_any(name: str) -> str:
    """Return where a record is shown; nothing for an erased one, of which nothing is left to show."""
    return "" if name.partition("/")[2].startswith(ERASED_LOCAL) else record_path(name)


def quote_record(name: str) -> str:
    """Return a record's name as two parts of a path."""
    source, _, local = name.partition("/")
    return f"{quote(source, safe='')}/{quote(local, safe='')}"


def record_asked_for(asked: Asked) -> str:
    """Return the name of the record that a path names."""
    return f"{asked.path['source']}/{asked.path['local_id']}"


def record_name(one: JsonObject, say: Wording) -> RecordName:
    """Return what a line of an answer says a record is called."""
    version = one["version"]
    assert isinstance(version, int), "a version is a number"
    return RecordName(
        id=text(one, "name"),
        to=record_path(text(one, "name")),
        caption=name_shown(text(one, "caption")),
        source=body_name(member(one, "source")),
        schema=say.code("schemata", text(one, "schema")),
        kind=say.code("record_kinds", text(one, "kind")),
        version=version,
    )


def value_shown(asked: Asked, schema: Schema | None, prop: str, value: str) -> tuple[NameShown, bool]:
    """Return a value of a record as pages show it, and whether it is a number to be compared sign by sign."""
    known = schema.properties.get(prop) if schema is not None else None
    kind = known.type if known is not None else PropertyType.STRING
    if kind is PropertyType.NAME:
        return name_shown(value), False
    if kind is PropertyType.COUNTRY:
        return NameShown(asked.say.country(value, asked.node.lists.countries), ""), False
    if kind is PropertyType.GENDER:
        return NameShown(asked.say.code("sexes", value), ""), False
    return NameShown(value, ""), kind in _COMPARED


_COMPARED: Sequence[PropertyType] = (
    PropertyType.IDENTIFIER,
    PropertyType.PHONE,
    PropertyType.DATE,
    PropertyType.CHECKSUM,
    PropertyType.IBAN,
    PropertyType.IP,
)
