"""What a table's columns hold, as an officer chooses it on the page of its import: its mapping is then written for them.

The page shows for each column what it is taken for, and which columns tell the rows apart with how their keys stand. Whoever
chooses otherwise gets the mapping proposed anew from that, in place of the one that stood there; what was written in the mapping
itself stays until then.

Source: docs/rules/desk.md W119; docs/rules/records.md R46.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import Json, JsonObject, canonical_bytes
from entente.records.proposing import KEPT, LEFT_OUT, NEVER, PASSPORT
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.mapping_remarks import remarks_told
from entente.web.desk.page import Asked
from entente.web.desk.reading import members, text, texts, whole
from entente.web.desk.record_labels import label_of
from entente.web.sentences import clause

COLUMNS_MAX: Final = 100
"""Columns for which something else is chosen on the page; what further ones hold is proposed, and written in the mapping."""
_DIGEST_CHARACTERS: Final = 32
# What single columns hold is sent by their places in «table_columns»: names of fields are ASCII, and those of columns are not.
FIELDS: Final[Sequence[Field]] = (
    Field("key_columns", Kind.CODES, is_needed=False, most=20_000, asks="keys"),
    Field("row_schema", is_needed=False),
    Field("meant", is_many=True, asks="chosen"),
    Field("table_columns", Kind.TEXT, is_needed=False, most=20_000, is_carried=True),
    Field("chosen_from", is_needed=False, most=_DIGEST_CHARACTERS),
)


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the table."""

    name: str
    is_key: bool
    distinct: str
    """How many of its cells in the sample differ."""
    means: str
    """A property, KEPT or LEFT_OUT; NEVER for what is never carried, which nobody chooses."""
    why: str


@dataclass(frozen=True, slots=True)
class KeysShown:
    """How the keys stand among the first rows."""

    distinct: int
    rows: int
    doubled: int
    lacking: int
    is_whole: bool
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What the page of an import shows of a table's columns."""

    sample: str
    """How many rows were looked at."""
    columns: Sequence[ColumnLine]
    schema: str
    properties: Mapping[str, str]
    """What a column may hold, in words."""
    keys: KeysShown | None
    """None where nothing tells the rows apart yet."""
    chosen_from: str
    """What tells another choice from the one that is shown."""
    mapping: str
    """The mapping that says all this, with its remarks told."""


def table_choice(asked: Asked, file: JsonObject, entered: Entered) -> TableChoice:
    """Return how a table stands under what was entered; raise Invalid for what has no columns, or not those."""
    answer = asked.perform("record_mapping_suggest", {**file, **_choice(asked, entered)})
    schema, keys, counted = text(answer, "row_schema"), texts(answer, "keys"), answer["counted"]
    assert isinstance(counted, dict), "the counts are an object"
    columns = [
        ColumnLine(
            name=text(one, "name"),
            is_key=text(one, "name") in keys,
            distinct=asked.say.number(whole(one, "distinct")),
            means=text(one, "means"),
            why=clause(asked.say, text(one, "why")),
        )
        for one in members(answer, "columns")
    ]
    known = asked.node.schemata.get(schema)
    shown = {
        name: asked.say.code("schemata", "Passport") if name == PASSPORT else label_of(known, name, asked.say)[0]
        for name in texts(answer, "properties")
    }
    return TableChoice(
        sample=asked.say.number(whole(answer, "sample")),
        columns=columns,
        schema=schema,
        properties=dict(sorted(shown.items(), key=lambda one: one[1].casefold())),
        keys=_keys(counted) if keys else None,
        chosen_from=_digest(
            [one.name for one in columns if one.is_key],
            schema,
            {one.name: one.means for one in columns[:COLUMNS_MAX] if one.means != NEVER},
        ),
        mapping=remarks_told(asked.say, text(answer, "mapping")),
    )


def is_chosen_anew(form: Entered) -> bool:
    """Say whether something else was chosen than the page showed."""
    if not form.value("chosen_from"):
        return False
    chosen = _digest(form.lines("key_columns"), form.value("row_schema"), _meant(form))
    return chosen != form.value("chosen_from")


def _meant(form: Entered) -> Mapping[str, str]:
    """Return what was chosen for single columns, by their names."""
    names = {str(place): name for place, name in enumerate(form.lines("table_columns"), start=1)}
    return {names[place]: means for place, means in form.each("meant").items() if place in names}


def _choice(asked: Asked, entered: Entered) -> JsonObject:
    """Return what was chosen as the verb takes it; of another schema what its records cannot have is left to be proposed."""
    if not entered.value("chosen_from"):
        return {}
    schema = asked.node.schemata.get(entered.value("row_schema"))
    may = {KEPT, LEFT_OUT, PASSPORT, *(schema.properties if schema is not None else ())}
    columns: list[Json] = [{"column": name, "means": means} for name, means in _meant(entered).items() if means in may]
    return {
        "keys": [*entered.lines("key_columns")],
        "row_schema": entered.value("row_schema"),
        "chosen": columns,
    }


def _keys(counted: JsonObject) -> KeysShown:
    return KeysShown(
        distinct=whole(counted, "distinct"),
        rows=whole(counted, "rows"),
        doubled=whole(counted, "doubled"),
        lacking=whole(counted, "lacking"),
        is_whole=counted["is_whole"] is True,
        examples=texts(counted, "examples"),
    )


def _digest(keys: Sequence[str], schema: str, columns: Mapping[str, str]) -> str:
    said: JsonObject = {"keys": [*keys], "schema": schema, "columns": [[*one] for one in columns.items()]}
    return hashlib.sha256(canonical_bytes(said)).hexdigest()[:_DIGEST_CHARACTERS]
