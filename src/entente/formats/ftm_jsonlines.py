"""FollowTheMoney entities as JSON lines: `{"id": …, "schema": …, "properties": {name: [values]}}`, one a line.

Names and meanings of properties are FollowTheMoney's; country codes come in lower case there and are kept in upper case; values
of entity properties become links to records of the same source. An unknown property is kept under its name; an unknown schema,
an impossible date, an unknown country or a broken line is a Rejected with its line, and the rest goes on.

Source: docs/rules/records.md R1 to R3; followthemoney, docs «entity data».
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from entente.disclosure.model import DisclosureClass
from entente.formats.codelists import load_code_lists
from entente.formats.import_files import LINE_BYTES_MAX, FileIdentity
from entente.formats.import_terms import INVENTED, ImportTerms, is_invented
from entente.formats.never_carried import never_carried
from entente.formats.schemata import load_schemata
from entente.handling.model import CodeLists
from entente.kernel.ids import RecordId
from entente.kernel.sizes import size_said
from entente.records.model import (
    LOCAL_ID_CHARACTERS_MAX,
    PROPERTY_NAME_CHARACTERS_MAX,
    Fact,
    Fragment,
    Link,
    Property,
    PropertyType,
    RecordDraft,
    Rejected,
    Schema,
    Schemata,
)
from entente.records.rules import is_possible_date

RAW_CHARACTERS_MAX = 500
"""How much of a rejected line is shown; records.checking keeps as much."""

_SAFE_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{LOCAL_ID_CHARACTERS_MAX - 1}}}")
OURS = "entente"
"""The field of what only we say, where an export wrote the line. A program that reads FollowTheMoney passes it over."""
_HASHED = "sha256-"
FORMER_COUNTRIES = {"suhh": "SU", "yucs": "YU", "ddde": "DD", "csxx": "CS", "cshh": "CS", "anhh": "AN", "zrcd": "ZR"}
"""FollowTheMoney names former states by ISO 3166-3 codes of four letters."""
_SUBDIVISION = re.compile(r"[a-z]{2}-[a-z0-9]{1,4}")
_DAY_CHARACTERS = 10

Row = RecordDraft | Rejected


def read_ftm(
    stream: BinaryIO, terms: ImportTerms, file: FileIdentity, dropped: Counter[str] | None = None
) -> Iterator[Row]:
    """Yield a draft for each line, or why there is none; empty lines are passed over.

    `dropped` counts, by property, the values that are never carried.
    """
    reader = _Reader(terms, file, Counter() if dropped is None else dropped)
    number = 0
    while line := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if number == 1:  # some editors put a mark before the first line
            line = line.removeprefix(codecs.BOM_UTF8)
        if len(line) > LINE_BYTES_MAX:
            yield _rejected(
                number, "line", f"the line has more than {size_said(LINE_BYTES_MAX)}", line[:RAW_CHARACTERS_MAX]
            )
            _skip_line(stream, line)
        elif line.strip():
            yield reader.row(number, line)


def local_id(entity: str) -> str:
    """Return an entity's id as a local id: itself where it may be one, else its SHA-256.

    An id that already looks like our hashed form is hashed too, so that no two ids meet.
    """
    if _SAFE_ID.fullmatch(entity) and not entity.startswith(_HASHED):
        return entity
    return _HASHED + hashlib.sha256(entity.encode()).hexdigest()


class UnfitValueError(Exception):
    """A line, or a value of it, that cannot be kept. A line becomes a Rejected."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.field = name
        self.why = why


@dataclass(slots=True)
class _Reader:
    """What every line of one file has in common."""

    terms: ImportTerms
    file: FileIdentity
    dropped: Counter[str]
    schemata: Schemata = field(default_factory=load_schemata)
    lists: CodeLists = field(default_factory=load_code_lists)
    classes: dict[str, tuple[DisclosureClass, ...]] = field(default_factory=dict)

    def row(self, number: int, line: bytes) -> Row:
        """Return the draft of a line, or why there is none."""
        entry = ""
        try:
            entity = _parsed(line)
            entry = local_id(_text(entity, "id"))
            if is_invented(entity.get(OURS)) and not self.terms.is_exercise:
                return _rejected(number, OURS, INVENTED, line, entry)
            properties = _fields(entity)
            if cut := never_carried() & properties.keys():
                line = self._cut(entity, properties, cut)
            return self._draft(entity, properties, line)
        except UnfitValueError as error:
            return _rejected(number, error.field, error.why, line, entry)

    def _cut(self, entity: dict[str, object], properties: dict[str, list[str]], cut: frozenset[str]) -> bytes:
        """Take out what is never carried, count it, and return the line without it."""
        for name in cut:
            self.dropped[name] += len(properties.pop(name))
        kept = json.dumps({**entity, "properties": properties}, ensure_ascii=False, separators=(",", ":"))
        return kept.encode()

    def _draft(self, entity: dict[str, object], properties: dict[str, list[str]], line: bytes) -> RecordDraft:
        own_id = _text(entity, "id")
        name = _text(entity, "schema")
        schema = self.schemata.get(name)
        if schema is None or schema.is_abstract:
            raise UnfitValueError("schema", f"«{name[:40]}» is not a schema of records (R2)")
        terms = self.classes.get(name)
        if terms is None:
            terms = self.classes[name] = (self.terms.class_for(name),)
        facts, links = self._contents(schema, properties)
        return RecordDraft(
            local_id=local_id(own_id),
            schema=name,
            kind=terms[0].kind,
            terms=terms,
            facts=tuple(facts),
            links=tuple(links),
            retention=self.terms.retention,
            fragment=Fragment(self.file.name, self.file.sha256, self.file.date, "ftm", line.rstrip(b"\r\n")),
        )

    def _contents(self, schema: Schema, properties: dict[str, list[str]]) -> tuple[list[Fact], list[Link]]:
        facts: list[Fact] = []
        links: list[Link] = []
        known = schema.properties
        for name, values in properties.items():
            prop = known.get(name)
            for value in dict.fromkeys(values):
                if prop is None:
                    facts.append(Fact(name, value, is_unknown_property=True))
                elif prop.type is PropertyType.ENTITY:
                    links.append(Link(name, RecordId(f"{self.terms.source}/{local_id(value)}")))
                else:
                    facts.append(fact_of(prop, value, self.lists.countries))
        return facts, links


def fact_of(prop: Property, value: str, countries: Container[str]) -> Fact:
    """Return what a value of a property that is no link says; raise UnfitValueError for an impossible date or country."""
    if prop.type is PropertyType.COUNTRY:
        return _country(prop, value, countries)
    if prop.type is PropertyType.DATE:
        day = value[:_DAY_CHARACTERS] if value[_DAY_CHARACTERS : _DAY_CHARACTERS + 1] in {"T", " "} else value
        if not is_possible_date(day):
            raise UnfitValueError(
                prop.name, f"«{value[:20]}» is not a possible date; a date is 1979, 1979-05 or 1979-05-04 (R3)"
            )
        return Fact(prop.name, day)
    return Fact(prop.name, value)


def _country(prop: Property, value: str, countries: Container[str]) -> Fact:
    code = FORMER_COUNTRIES.get(value.lower()) or value.upper()
    if code in countries:
        return Fact(prop.name, code)
    if _SUBDIVISION.fullmatch(value.lower()) and value[:2].upper() in countries:
        # A region is not its state, and which state it belongs to may be what is disputed: kept, never matched.
        return Fact(prop.name, value, is_unknown_property=True)
    raise UnfitValueError(prop.name, f"«{value[:20]}» is not a known country, ISO 3166-1 alpha-2 (R3)")


def _parsed(line: bytes) -> dict[str, object]:
    try:
        entity = json.loads(line.decode("utf-8"), object_pairs_hook=each_once)
        if b"\\u" in line:
            # An escape may hold half of a surrogate pair, which is no character and cannot be stored.
            json.dumps(entity, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise UnfitValueError("line", "the line holds an escape that is half a character") from error
    except UnicodeDecodeError as error:
        raise UnfitValueError("line", f"the line is not UTF-8 at byte {error.start + 1}") from error
    except RecursionError as error:
        raise UnfitValueError("line", "the line is nested deeper than any entity") from error
    except ValueError as error:
        raise UnfitValueError("line", f"the line is not JSON: {error}") from error
    if not isinstance(entity, dict):
        raise UnfitValueError("line", "the line is not an object with id, schema and properties")
    return entity


def each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of JSON; raise ValueError where a name stands twice in it."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _text(entity: dict[str, object], name: str) -> str:
    value = entity.get(name)
    if not isinstance(value, str) or not value:
        raise UnfitValueError(name, f"«{name}» is missing or not text")
    return value


def _fields(entity: dict[str, object]) -> dict[str, list[str]]:
    properties = entity.get("properties")
    if not isinstance(properties, dict):
        raise UnfitValueError("properties", "«properties» is missing or not an object")
    for name, values in properties.items():
        if not name or len(name) > PROPERTY_NAME_CHARACTERS_MAX:
            raise UnfitValueError("properties", f"a property's name has 1 to {PROPERTY_NAME_CHARACTERS_MAX} characters")
        if not isinstance(values, list) or not all(type(value) is str for value in values):
            raise UnfitValueError(name, "the values are not a list of texts")
    return properties


def _skip_line(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(LINE_BYTES_MAX)


def _rejected(number: int, name: str, why: str, line: bytes, entry: str = "") -> Rejected:
    raw = line.decode("utf-8", errors="replace").rstrip("\r\n")
    return Rejected(f"line {number}", name, why, raw[:RAW_CHARACTERS_MAX], entry)
