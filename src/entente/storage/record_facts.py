"""What an index is filled with: of each changed record the facts that it looks at, read out of the row's text by the million.

The signed bytes stay where they are, and no record is made: `record_rows` does both for whoever shows one. Who follows the store
reads by change (`facts_since`), who reads the whole of it by number (`facts_between`).
Source: docs/rules/identity.md I44 and I49; records.ports.RecordStore; decisions/0050 and 0059.
"""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa

from entente.records.model import ChangedFacts, FactRow
from entente.storage.record_pages import GONE
from entente.storage.record_rows import class_numbers_of
from entente.storage.rows import read, read_one
from entente.storage.schema import record

_decode = json.JSONDecoder().decode
_facts_in = re.compile(r'\["(\w+)","((?:[^"\\]++|\\.)*+)",(\d+),"[a-z_]+",false\]').findall
"""The facts of known properties as record_forms writes them. Within a value each quotation mark has a backslash before it, so
that nothing there looks like the beginning of a list; a link has one item less, and a fact of an unknown property ends with
true."""

_COUNT_CHANGED = sa.select(sa.func.count().label("records")).where(record.c.change_sequence > sa.bindparam("after"))
_FACTS_SINCE = (
    sa.select(
        record.c.number,
        record.c.schema,
        record.c.class_numbers,
        record.c.content,
        record.c.change_sequence,
        GONE,
    )
    .where(record.c.change_sequence > sa.bindparam("after"))
    .order_by(record.c.change_sequence, record.c.number)
)
_FACTS_STEP = _FACTS_SINCE.limit(sa.bindparam("most"))
_FACTS_OF_CHANGE = _FACTS_SINCE.where(record.c.change_sequence == sa.bindparam("change"))
_LAST_NUMBER = sa.select(sa.func.max(record.c.number).label("last"))
# Rows lie by number: read so, each page is read once.
_FACTS_BETWEEN = (
    sa.select(record.c.number, record.c.schema, record.c.class_numbers, record.c.content, record.c.change_sequence)
    .where(record.c.number > sa.bindparam("after"), record.c.number <= sa.bindparam("upto"))
    .where(record.c.change_sequence <= sa.bindparam("change"), sa.not_(GONE))
    .order_by(record.c.number)
)


def count_changed(connection: sa.Connection, sequence: int) -> int:
    """Count the records with a change_sequence above `sequence`, withdrawn ones included."""
    return int(read_one(connection, _COUNT_CHANGED, {"after": sequence}).records)


def facts_since(
    connection: sa.Connection, sequence: int, limit: int, properties: frozenset[str]
) -> tuple[ChangedFacts, ...]:
    """Return the facts of some properties of the records above `sequence`, those of the last change even past `limit`."""
    rows = read(connection, _FACTS_STEP, {"after": sequence, "most": limit})
    if len(rows) == limit:
        last = rows[-1].change_sequence
        rest = read(connection, _FACTS_OF_CHANGE, {"after": sequence, "change": last})
        rows = [row for row in rows if row.change_sequence < last] + rest
    return tuple([_changed_facts(row, properties) for row in rows])


def last_number(connection: sa.Connection) -> int:
    """Return the highest number of any record; 0 where there is none."""
    return read_one(connection, _LAST_NUMBER).last or 0


def facts_between(
    connection: sa.Connection, after: int, upto: int, sequence: int, properties: frozenset[str]
) -> list[ChangedFacts]:
    """Return the facts of some properties of the records numbered above `after` up to `upto`, by number.

    Those that changed after `sequence` are left out, and those that are on no list.
    """
    rows = read(connection, _FACTS_BETWEEN, {"after": after, "upto": upto, "change": sequence})
    is_gone = False
    return [
        ChangedFacts(number, schema, class_numbers_of(classes), _facts(content, properties), is_gone, changed)
        for number, schema, classes, content, changed in rows
    ]


def _changed_facts(row: Any, properties: frozenset[str]) -> ChangedFacts:  # noqa: ANN401 - a row of `records`
    facts = _facts(row.content, properties)
    classes = class_numbers_of(row.class_numbers)
    return ChangedFacts(row.number, row.schema, classes, facts, bool(row.gone), row.change_sequence)


def _facts(content: str, properties: frozenset[str]) -> list[FactRow]:
    """Read out of a row's text the facts of some properties: half the time that the whole text takes."""
    return [
        (name, _decode(f'"{value}"') if "\\" in value else value, int(terms))
        for name, value, terms in _facts_in(content)
        if name in properties
    ]
