"""The mapping of a table: one file an officer writes, saying which column is which property of which record.

    table: {encoding: windows-1251, delimiter: ";", ignore: [Photo], nothing: ["-"], skip: {Status: [closed]}}
    entities:
      person:
        schema: Person
        keys: [Case No]
        prefix: w-
        properties:
          name: {columns: [Surname, Given names], join: ", "}
          alias: {column: Also known as, split: ";"}
          birthDate: {column: Born, dates: [DD.MM.YYYY, YYYY]}
          nationality: {column: Nat, words: {FRG: DE}}
          notes: {value: From the register of 2031}
      passport:
        schema: Passport
        keys: [Passport]
        prefix: pp-
        made_with: [Passport]
        properties: {number: {column: Passport}, holder: {entity: person}}

The words are those of FollowTheMoney's mappings where it has them (schema, keys, column, columns, join, split, entity). Every
refusal names the line. Which columns a table really has, `table_rows` holds against the mapping.

Source: docs/rules/records.md R44 and R45; decision 0063; bounds ours, beside the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from entente.formats.marked_yaml import MarkedDocument, read_marked
from entente.formats.never_carried import dropped_column, never_carried
from entente.formats.table_csv import DELIMITERS, ENCODINGS, QUOTES, CsvForm
from entente.formats.table_dates import ISO, DateForm
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.records.model import Property, PropertyType, Schema, Schemata

MAPPING_BYTES_MAX: Final = 256 * 1024
"""A thousand columns, each with a line of words of its own."""
LINES_BEFORE_MAX: Final = 1_000
"""Of a table, before its columns are named; the longest preamble we know of has 30."""
PREFIX_CHARACTERS_MAX: Final = 40
ENTITIES_MAX: Final = 20
"""Records of one row."""
_PREFIX: Final = re.compile(rf"(?:[A-Za-z0-9][A-Za-z0-9._:-]{{0,{PREFIX_CHARACTERS_MAX - 1}}})?")
_TABLE_FIELDS: Final = frozenset(
    {"encoding", "delimiter", "quote", "lines_before", "ignore", "keep", "nothing", "skip"}
)
_ENTITY_FIELDS: Final = frozenset({"schema", "keys", "prefix", "made_with", "shared", "properties"})
_VALUE_FIELDS: Final = frozenset(
    {"column", "columns", "join", "split", "dates", "words", "value", "entity", "prefix", "unfit"}
)

_AS_TEXT: Final = frozenset({"column", "columns", "keys", "made_with", "ignore", "keep", "nothing", "value", "entity"})
"""Columns are called No, 2031 or On; what is meant is the text."""


@dataclass(frozen=True, slots=True)
class ValueMapping:
    """Where the values of a property come from, and how they are read."""

    property: Property
    line: int
    columns: tuple[str, ...] = ()
    join: str | None = None
    """Between the cells of several columns; None where each is a value of its own."""
    split: str = ""
    """Between several values of one cell; nothing where a cell is one value."""
    dates: tuple[DateForm, ...] = ISO
    words: Mapping[str, str] = field(default_factory=dict)
    """What a word of the table means, by the word in small letters."""
    value: str = ""
    """The same for every row; nothing where it comes from columns."""
    entity: str = ""
    """Of a link: the entity of the same row it leads to."""
    prefix: str = ""
    """Of a link: before the key in its column."""
    keeps_unfit: bool = False
    """Whether what is no date or country is kept in its own words, never matched; else its row is rejected."""


@dataclass(frozen=True, slots=True)
class EntityMapping:
    """One record of each row."""

    name: str
    schema: Schema
    keys: tuple[str, ...]
    prefix: str
    made_with: tuple[str, ...]
    """It is made of a row where one of these columns holds something; of every row where there are none."""
    is_shared: bool
    """Whether several rows may name one record, which is then made of the first of them."""
    values: tuple[ValueMapping, ...]


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What a mapping file says, whatever table it is used on."""

    form: CsvForm
    entities: tuple[EntityMapping, ...]
    ignored: tuple[str, ...]
    kept: tuple[str, ...]
    """Columns that are kept under their own names, as unknown properties of the first entity."""
    nothing: frozenset[str]
    """What a cell says that says nothing, in small letters."""
    skipped: Mapping[str, frozenset[str]]
    """By column: rows with one of these cells, in small letters, are passed over."""
    uses: tuple[tuple[str, int], ...]
    """Every column that is named, with its line."""


def folded(text: str) -> str:
    """Return the name of a column, or a word of a cell, as it is compared."""
    return " ".join(text.split()).casefold()


def read_mapping(data: bytes, schemata: Schemata) -> TableMapping:
    """Read a mapping; raise Invalid with the line for an unknown field, schema, property or form of dates."""
    return _Reader(read_marked(data, "mapping", bytes_max=MAPPING_BYTES_MAX, as_text=_AS_TEXT), schemata).mapping()


def wrong_mapping(line: int, where: str, why: str) -> Invalid:
    """Return the refusal of a mapping."""
    return Invalid(
        f"The mapping cannot be used: line {line}, {where}.",
        field=where,
        why=f"At {where}, {why}.",
        do="Correct the line and start the import again; nothing was imported. "
        "The desk and `import --suggest` propose a mapping.",
    )


@dataclass(slots=True)
class _Reader:
    """A mapping file that is being read."""

    document: MarkedDocument
    schemata: Schemata
    uses: list[tuple[str, int]] = field(default_factory=list)

    def mapping(self) -> TableMapping:
        root = self.document.value
        self._known_fields("mapping", root, frozenset({"table", "entities"}))
        table = self._fields("mapping.table", root.get("table", {}))
        self._known_fields("mapping.table", table, _TABLE_FIELDS)
        stated = self._fields("mapping.entities", root.get("entities", {}))
        if not 1 <= len(stated) <= ENTITIES_MAX:
            raise self._wrong("mapping.entities", f"1 to {ENTITIES_MAX} records of a row must stand there")
        entities = tuple(self._entity(f"mapping.entities.{name}", name, value) for name, value in stated.items())
        self._check_ids(entities)
        self._check_links(entities)
        return TableMapping(
            self._form(table),
            entities,
            self._columns("mapping.table.ignore", table.get("ignore", [])),
            self._columns("mapping.table.keep", table.get("keep", [])),
            frozenset(map(folded, self._texts("mapping.table.nothing", table.get("nothing", [])))),
            self._skipped(table.get("skip", {})),
            tuple(self.uses),
        )

    def _form(self, table: JsonObject) -> CsvForm:
        lines_before = table.get("lines_before", 0)
        if type(lines_before) is not int or not 0 <= lines_before <= LINES_BEFORE_MAX:
            raise self._wrong("mapping.table.lines_before", f"it is a whole number from 0 to {LINES_BEFORE_MAX}")
        encoding = str(table.get("encoding", "utf-8")).lower()
        return CsvForm(
            self._one_of("mapping.table.encoding", encoding, ENCODINGS),
            DELIMITERS[self._one_of("mapping.table.delimiter", str(table.get("delimiter", ",")), DELIMITERS)],
            QUOTES[self._one_of("mapping.table.quote", str(table.get("quote", '"')), QUOTES)],
            lines_before,
        )

    def _skipped(self, value: Json) -> Mapping[str, frozenset[str]]:
        path = "mapping.table.skip"
        found = {}
        for column, words in self._fields(path, value).items():
            self._use(f"{path}.{column}", [folded(column)])
            found[folded(column)] = frozenset(map(folded, self._texts(f"{path}.{column}", words)))
        return found

    def _entity(self, path: str, name: str, value: Json) -> EntityMapping:
        stated = self._fields(path, value)
        self._known_fields(path, stated, _ENTITY_FIELDS)
        schema = self.schemata.get(str(stated.get("schema", "")))
        if schema is None or schema.is_abstract:
            raise self._wrong(
                f"{path}.schema", f"«{str(stated.get('schema', ''))[:40]}» is not a schema of records (R2)"
            )
        keys = self._columns(f"{path}.keys", stated.get("keys", []))
        if not keys:
            raise self._wrong(f"{path}.keys", "it should name the column that tells one record from another")
        shared = stated.get("shared", False)
        if type(shared) is not bool:
            raise self._wrong(f"{path}.shared", "it is true or false")
        properties = self._fields(f"{path}.properties", stated.get("properties", {}))
        values = tuple(
            one
            for prop, sources in properties.items()
            for one in self._sources(f"{path}.properties.{prop}", schema, prop, sources)
        )
        if all(one.property.type is PropertyType.ENTITY for one in values):
            raise self._wrong(f"{path}.properties", "a record states at least one thing of what it is about")
        made_with = self._columns(f"{path}.made_with", stated.get("made_with", []))
        prefix = self._prefix(f"{path}.prefix", stated.get("prefix", ""))
        return EntityMapping(name, schema, keys, prefix, made_with, shared, values)

    def _sources(self, path: str, schema: Schema, name: str, value: Json) -> Iterator[ValueMapping]:
        if name in never_carried():
            raise self._wrong(path, f"«{name}» is never carried (R3): leave it out")
        known = schema.properties.get(name)
        if known is None:
            near = ", ".join(sorted(schema.properties))
            raise self._wrong(path, f"{schema.name} has no property «{name[:40]}»; it has {near}")
        several = value if isinstance(value, list) else [value]
        for place, source in enumerate(several):
            yield self._source(f"{path}[{place}]" if isinstance(value, list) else path, known, source)

    def _source(self, path: str, known: Property, value: Json) -> ValueMapping:
        stated = self._fields(path, value)
        self._known_fields(path, stated, _VALUE_FIELDS)
        ways = [way for way in ("column", "columns", "value", "entity") if way in stated]
        if len(ways) != 1:
            raise self._wrong(path, "exactly one of column, columns, value and entity must stand there")
        is_link = known.type is PropertyType.ENTITY
        if is_link is not ("entity" in stated or ("prefix" in stated and "column" in stated)):
            why = "it leads to another record: give entity, or column with prefix" if is_link else "it is no link"
            raise self._wrong(path, why)
        columns = self._columns(path, [stated["column"]]) if "column" in stated else ()
        if "columns" in stated:
            columns = self._columns(f"{path}.columns", stated["columns"])
        constant = str(stated.get("value", ""))
        if "value" in stated and (not isinstance(stated["value"], str) or not constant.strip()):
            raise self._wrong(path, "the value should be text")
        words = self._fields(f"{path}.words", stated.get("words", {}))
        return ValueMapping(
            known,
            self.document.line_of(path),
            columns,
            self._text(f"{path}.join", stated["join"]) if "join" in stated else None,
            self._text(f"{path}.split", stated.get("split", "")),
            self._dates(f"{path}.dates", known, stated),
            {folded(word): self._text(f"{path}.words.{word}", meant) for word, meant in words.items()},
            constant,
            self._text(f"{path}.entity", stated.get("entity", "")),
            self._prefix(f"{path}.prefix", stated.get("prefix", "")),
            self._one_of(f"{path}.unfit", str(stated.get("unfit", "reject")), ("reject", "keep")) == "keep",
        )

    def _dates(self, path: str, known: Property, stated: JsonObject) -> tuple[DateForm, ...]:
        if "dates" not in stated:
            return ISO
        if known.type is not PropertyType.DATE:
            raise self._wrong(path, f"«{known.name}» is no date")
        try:
            return tuple(DateForm.of(text) for text in self._texts(path, stated["dates"]))
        except ValueError as error:
            raise self._wrong(path, str(error)) from error

    def _check_ids(self, entities: Sequence[EntityMapping]) -> None:
        seen: dict[tuple[str, tuple[str, ...]], str] = {}
        for entity in entities:
            before = seen.setdefault((entity.prefix, entity.keys), entity.name)
            if before != entity.name:
                why = f"its records would have the ids of «{before}»; give it a prefix of its own"
                raise self._wrong(f"mapping.entities.{entity.name}.keys", why)

    def _check_links(self, entities: Sequence[EntityMapping]) -> None:
        by_name = {entity.name: entity for entity in entities}
        for entity in entities:
            for one in entity.values:
                if not one.entity:
                    continue
                where = f"entities.{entity.name}.properties.{one.property.name}"
                target = by_name.get(one.entity)
                if target is None:
                    raise wrong_mapping(one.line, where, f"there is no entity «{one.entity[:40]}» in this mapping")
                if one.property.range not in target.schema.ancestors:
                    why = f"it leads to a {one.property.range}, and «{one.entity}» is a {target.schema.name}"
                    raise wrong_mapping(one.line, where, why)

    def _columns(self, path: str, value: Json) -> tuple[str, ...]:
        columns = tuple(map(folded, self._texts(path, value)))
        self._use(path, columns)
        return columns

    def _use(self, path: str, columns: Sequence[str]) -> None:
        """Take note of columns that are named; raise Invalid for one that is never carried, by which nothing is told either."""
        for column in columns:
            if code := dropped_column(column):
                raise self._wrong(
                    path, f"the column «{column[:40]}» is never carried ({code}, R3): it needs no line here"
                )
            self.uses.append((column, self.document.line_of(path)))

    def _prefix(self, path: str, value: Json) -> str:
        text = self._text(path, value)
        if not _PREFIX.fullmatch(text):
            why = (
                f"it has at most {PREFIX_CHARACTERS_MAX} of A–Z, a–z, 0–9 and . _ : - and starts with a letter or digit"
            )
            raise self._wrong(path, why)
        return text

    def _fields(self, path: str, value: Json) -> JsonObject:
        if not isinstance(value, dict):
            raise self._wrong(path, "fields should stand there, as in «column: Surname»")
        return value

    def _texts(self, path: str, value: Json) -> list[str]:
        if not isinstance(value, list) or not all(type(one) in (str, int) and str(one).strip() for one in value):
            raise self._wrong(path, "a list of words should stand there, as in [Surname, Given names]")
        return [str(one) for one in value]

    def _text(self, path: str, value: Json) -> str:
        if not isinstance(value, str):
            raise self._wrong(path, "it should be text; put it in quotes")
        return value

    def _one_of(self, path: str, value: str, known: Sequence[str] | Mapping[str, object]) -> str:
        if value not in known:
            raise self._wrong(path, f"«{value[:40]}» is none of {', '.join(known)}")
        return value

    def _known_fields(self, path: str, value: JsonObject, known: frozenset[str]) -> None:
        if unknown := sorted(set(value) - known):
            why = f"there is no field «{unknown[0][:40]}»; known are {', '.join(sorted(known))}"
            raise self._wrong(f"{path}.{unknown[0]}", why)

    def _wrong(self, path: str, why: str) -> Invalid:
        return wrong_mapping(self.document.line_of(path), path.removeprefix("mapping."), why)
