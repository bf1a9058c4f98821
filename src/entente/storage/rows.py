"""The few forms of SQL that several rooms need, in the words every engine has.

There is no «insert or replace» here, which each engine writes differently: the one writer holds the store while it
first changes and then, where there was nothing to change, inserts.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar, cast

import sqlalchemy as sa

from entente.kernel.canonical import Json
from entente.kernel.codec import from_json, to_json
from entente.kernel.statement import Statement
from entente.kernel.statement import from_json as statement_from_json
from entente.storage.schema import counter

T = TypeVar("T")
Item = TypeVar("Item")

_Column: TypeAlias = tuple[str, Callable[[object], object] | None]

REMEMBERED_MAX = 2_048
"""Bodies, instruments, participations and groups kept read: a directory of 260 bodies and 200 instruments, some 20 MB."""
PARAMETERS_MAX = 500
"""Values listed in one query; SQLite before 3.32 takes 999 in all, PostgreSQL's driver 65,535."""

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

_COUNTER_READ = sa.select(counter.c.value).where(counter.c.name == sa.bindparam("name_"))
_COUNTER_ADD = (
    sa.update(counter)
    .where(counter.c.name == sa.bindparam("name_"))
    .values(value=counter.c.value + sa.bindparam("by_"))
)


def text_of(value: object) -> str:
    """Write a value of a room as canonical JSON text. Its own floats do not exist, so the encoder alone is enough."""
    return json_text(to_json(value))


def json_text(value: Json) -> str:
    """Write JSON as text, keys sorted, without spaces."""
    return _encoder.encode(value)


def value_of(kind: type[T], text: str) -> T:
    """Read what `text_of` wrote."""
    value: Json = json.loads(text)
    return from_json(kind, value, kind.__name__)


def remembered(kind: type[T], text: str) -> T:
    """Read what `text_of` wrote, once for each text: for what is read with every act and seldom changes.

    The text itself is the key, so that nothing old can be given; what is given is frozen and shared.
    """
    return cast("T", _remembered(kind, text))


_remembered: Callable[[Any, str], Any] = functools.lru_cache(maxsize=REMEMBERED_MAX)(value_of)


def statement_of(text: str) -> Statement:
    """Read a statement as it was kept: its signed bytes exactly, and the signatures."""
    return statement_from_json(json.loads(text))


def replace_row(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Set the values of the row with this key, adding it when there is none."""
    given = {**{f"{name}_": value for name, value in key.items()}, **values}
    if not connection.execute(_replacement(table, tuple(key), tuple(values)), given).rowcount:
        connection.execute(_adding(table), {**key, **values})


@functools.lru_cache(maxsize=64)
def _replacement(table: sa.Table, key: tuple[str, ...], values: tuple[str, ...]) -> sa.Update:
    # Made once for each table: making it anew costs more than the engine's own work. A column's own name would be taken
    # for a value to set, so the key's parameters have another.
    where = [table.c[name] == sa.bindparam(f"{name}_") for name in key]
    return sa.update(table).where(*where).values({name: sa.bindparam(name) for name in values})


@functools.lru_cache(maxsize=64)
def _adding(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows that name every column, as an import writes them.

    The statement is SQLAlchemy's for the engine at hand and so are the values' forms; only its handling of each row by
    itself is left out, which costs more than the engine's own work.
    """
    text, columns = _insertion(table, connection.dialect)
    bound = [tuple([row[name] if write is None else write(row[name]) for name, write in columns]) for row in rows]
    connection.exec_driver_sql(text, bound)


@functools.lru_cache(maxsize=32)
def _insertion(table: sa.Table, dialect: sa.Dialect) -> tuple[str, tuple[_Column, ...]]:
    compiled = sa.insert(table).compile(dialect=dialect)
    names = compiled.positiontup
    assert names is not None, "both engines' drivers take values by position"
    writers = ((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
    return str(compiled), tuple(writers)


def add_row_once(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Add a row unless one with this key is there; the first one stays as it is."""
    where = [table.c[name] == value for name, value in key.items()]
    if connection.execute(sa.select(sa.literal(1)).select_from(table).where(*where)).first() is None:
        connection.execute(sa.insert(table), {**key, **values})


def add_to_counter(connection: sa.Connection, name: str, by: int = 1) -> int:
    """Raise a counter within this transaction and return what it is now; undone with the transaction, so gapless."""
    if not connection.execute(_COUNTER_ADD, {"name_": name, "by_": by}).rowcount:
        connection.execute(sa.insert(counter), {"name": name, "value": by})
    return read_counter(connection, name)


def read_counter(connection: sa.Connection, name: str) -> int:
    """Return a counter; 0 before its first use."""
    return connection.execute(_COUNTER_READ, {"name_": name}).scalar() or 0


def parts(items: Sequence[Item], size: int = PARAMETERS_MAX) -> Iterator[Sequence[Item]]:
    """Cut a list into parts that fit a query."""
    return (items[start : start + size] for start in range(0, len(items), size))
