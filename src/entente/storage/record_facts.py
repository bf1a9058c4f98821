"""What an index is filled with: of each changed record the facts that it looks at, read out of the row's text by the million.

The signed bytes stay where they are, and no record is made: `record_rows` does both for whoever shows one.
Source: docs/rules/identity.md I44; records.ports.RecordStore; decisions/0050.
"""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa

from entente.records.model import ChangedFacts
from entente.storage.record_pages import GONE
from entente.storage.record_rows import class_numbers_of
from entente.storage.rows import read, read_one
from entente.storage.schema import record

_decode = json.JSONDecoder().decode
_facts_in = re.compile(r'\["(\w+)","((?:[^"\\]++|\\.)*+)",(\d+),"[a-z_]+",false\]').findall
"""The facts of known properties as `_content` writes them. Within a value each quotation mark has a backslash before it, so that
nothing there looks like the beginning of a list; a link has one item less, and a fact of an unknown property ends with true."""

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


def _changed_facts(row: Any, properties: frozenset[str]) -> ChangedFacts:  # noqa: ANN401 - a row of `records`
    """Read of a row the facts of some properties: half the time that the whole text takes."""
    facts = [
        (name, _decode(f'"{value}"') if "\\" in value else value, int(terms))
        for name, value, terms in _facts_in(row.content)
        if name in properties
    ]
    return ChangedFacts(
        row.number, row.schema, class_numbers_of(row.class_numbers), facts, bool(row.gone), row.change_sequence
    )
