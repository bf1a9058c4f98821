"""The few forms of SQL that several rooms need, in the words every engine has.

There is no «insert or replace» here, which each engine writes differently: the one writer holds the store while it
first changes and then, where there was nothing to change, inserts.

`read`, `read_one` and `write` are for what every act asks and says: the statement is SQLAlchemy's for the engine at hand, and so
are the forms of its values; it is written once and then given to the driver itself, since SQLAlchemy's handling of one small
statement costs ten times the engine's own work.
"""

from __future__ import annotations

import functools
import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, TypeAlias, TypeVar, cast

import sqlalchemy as sa

from entente.kernel.canonical import Json
from entente.kernel.codec import from_json, to_json
from entente.kernel.errors import EntenteError
from entente.kernel.statement import Statement
from entente.kernel.statement import from_json as statement_from_json
from entente.storage.engine import Said, together
from entente.storage.schema import counter

T = TypeVar("T")
Item = TypeVar("Item")

_NOTHING: Mapping[str, object] = {}
_Writing: TypeAlias = tuple[int, Callable[[Any], object]]
"""At which place of a row, and how."""
_Insertion: TypeAlias = tuple[str, Callable[[Mapping[str, object]], tuple[object, ...]], tuple[_Writing, ...]]
"""The statement, what takes the values of a row in its order, and which of them are written in another form."""

REMEMBERED_MAX = 2_048
"""Bodies, instruments, participations and groups kept read: a directory of 260 bodies and 200 instruments, some 20 MB."""
STATEMENTS_REMEMBERED_MAX = 768
"""Those of a parcel, of the next one sealed meanwhile, and of one that comes: 10 MB at most."""
SMALL_CHARACTERS_MAX = 4 * 1024
"""A police message of a page has half of it."""
PARAMETERS_MAX = 500
"""Values listed in one query; SQLite before 3.32 takes 999 in all, PostgreSQL's driver 65,535."""

_ITEMS: Final = tuple(f"item_{place}" for place in range(1 << (PARAMETERS_MAX - 1).bit_length()))

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

_COUNTER_READ = sa.select(counter.c.value).where(counter.c.name == sa.bindparam("name_"))
_COUNTER_ADD = (
    sa.update(counter)
    .where(counter.c.name == sa.bindparam("name_"))
    .values(value=counter.c.value + sa.bindparam("by_"))
)


class DamagedRowError(Exception):
    """What a row holds cannot be read: the disk's fault or another program's, of nobody who asks and of nobody who sent it.

    It is no error of the tree (kernel.errors), each of which would blame one of them: it is answered as a fault of this node.
    """


def text_of(value: object) -> str:
    """Write a value of a room as canonical JSON text. Its own floats do not exist, so the encoder alone is enough."""
    return json_text(to_json(value))


def json_text(value: Json) -> str:
    """Write JSON as text, keys sorted, without spaces."""
    return _encoder.encode(value)


def value_of(kind: type[T], text: str) -> T:
    """Read what `text_of` wrote; raise DamagedRowError where it is no more what was written."""
    try:
        value: Json = json.loads(text)
        return from_json(kind, value, kind.__name__)
    except (ValueError, EntenteError) as error:
        raise DamagedRowError(kind.__name__) from error


def remembered(kind: type[T], text: str) -> T:
    """Read what `text_of` wrote, once for each text: for what is read with every act and seldom changes.

    The text itself is the key, so that nothing old can be given; what is given is frozen and shared.
    """
    return cast("T", _remembered(kind, text))


_remembered: Callable[[Any, str], Any] = functools.lru_cache(maxsize=REMEMBERED_MAX)(value_of)


def statement_of(text: str) -> Statement:
    """Read a statement as it was kept: its signed bytes exactly, and the signatures.

    One on its way is read as it is sealed, looked at before each post, and settled: those in hand are read once for each text.
    """
    return _statement_in_hand(text) if len(text) <= SMALL_CHARACTERS_MAX else _statement_of(text)


def _statement_of(text: str) -> Statement:
    try:
        return statement_from_json(json.loads(text))
    except (ValueError, EntenteError) as error:
        raise DamagedRowError(Statement.__name__) from error


_statement_in_hand = functools.lru_cache(maxsize=STATEMENTS_REMEMBERED_MAX)(_statement_of)


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as the driver takes it, and how its values are written and its columns read."""

    text: str
    names: tuple[tuple[str, Callable[[Any], object] | None], ...]
    given: Mapping[str, object]
    """Values that stand in the statement itself."""
    make: Callable[[Sequence[Any]], Any]

    def bound(self, values: Mapping[str, object]) -> tuple[object, ...]:
        """Return the values in the order of the statement."""
        found = {**self.given, **values} if self.given else values
        return tuple([found[name] if write is None else write(found[name]) for name, write in self.names])


def read(connection: sa.Connection, query: sa.Select[Any], values: Mapping[str, object] = _NOTHING) -> list[Any]:
    """Return the rows of a query that is kept for good: a constant of its module, without a list of unknown length."""
    form = _form(query, _spoken(connection))
    return [form.make(row) for row in _run(connection, form, values).fetchall()]


def read_one(
    connection: sa.Connection, query: sa.Select[Any] | sa.Insert, values: Mapping[str, object] = _NOTHING
) -> Any:  # noqa: ANN401 - a row, or None
    """Return the first row of such a query, or None; whoever asks for one by its key gets the only one.

    An insertion is asked so for what the store made of it: the number of its row.
    """
    form = _form(query, _spoken(connection))
    row = _run(connection, form, values).fetchone()
    return None if row is None else form.make(row)


def among(column: sa.Column[Any], count: int) -> sa.ColumnElement[bool]:
    """Return the condition that a column has one of so many values, which `read_among` gives."""
    return column.in_([sa.bindparam(name) for name in _ITEMS[:count]])


def read_among(
    connection: sa.Connection,
    query_of: Callable[[int], sa.Select[Any]],
    items: Sequence[object],
    values: Mapping[str, object] = _NOTHING,
) -> Iterator[Any]:
    """Yield the rows of a query with a list of values, in the engine's order; no values, no rows.

    `query_of` makes it for a number of values, with `among`, and keeps what it made: it is asked for powers of two, so that there
    are ten forms of it, and what is too many is filled up with the last value. `values` are the query's others.
    """
    for count, listed in _listed(items):
        yield from read(connection, query_of(count), {**values, **listed})


def write_among(
    connection: sa.Connection,
    change_of: Callable[[int], sa.Update | sa.Delete],
    items: Sequence[object],
    values: Mapping[str, object],
) -> None:
    """Make a change to rows that have one of a list of values, as `read_among` reads them."""
    for count, listed in _listed(items):
        write(connection, change_of(count), {**values, **listed})


def _listed(items: Sequence[object]) -> Iterator[tuple[int, dict[str, object]]]:
    for part in parts(items):
        count = 1 << (len(part) - 1).bit_length()
        yield count, dict(zip(_ITEMS, [*part, *[part[-1]] * (count - len(part))], strict=False))


def write(connection: sa.Connection, change: sa.Insert | sa.Update | sa.Delete, values: Mapping[str, object]) -> int:
    """Make a change that is kept for good, as a query is; return how many rows it met."""
    return int(_run(connection, _form(change, _spoken(connection)), values).rowcount)


def _run(connection: sa.Connection, form: _Form, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - the driver's cursor
    return _given(connection, form.text, form.bound(values))


def _given(connection: sa.Connection, text: str, bound: tuple[object, ...] | list[tuple[object, ...]]) -> Any:  # noqa: ANN401
    """Give a statement to the driver: once, or for each of a list of values."""
    # Who began no transaction is given one by SQLAlchemy.
    if not connection.in_transaction():
        return connection.exec_driver_sql(text, bound)
    dialect, cursor = connection.dialect, connection.connection.cursor()
    try:
        if isinstance(bound, tuple):
            dialect.do_execute(cursor, text, bound)
        else:
            dialect.do_executemany(cursor, text, bound)
    except dialect.loaded_dbapi.Error as error:
        raise _without_values(dialect, text, error) from error
    return cursor


def _without_values(dialect: sa.Dialect, text: str, error: Exception) -> Any:  # noqa: ANN401 - an error, as SQLAlchemy says it
    """Return the driver's error in SQLAlchemy's words, without the values: they may hold what no error of ours shows."""
    return sa.exc.DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, dialect=dialect)


_first_of_its_kind: dict[tuple[object, ...], sa.Dialect] = {}


def _spoken(connection: sa.Connection) -> sa.Dialect:
    """Return the engine's dialect, the first of its kind in this process: each store has two, and all write alike."""
    dialect = connection.dialect
    kind = (dialect.name, dialect.driver, dialect.paramstyle, dialect.server_version_info)
    return _first_of_its_kind.setdefault(kind, dialect)


@functools.lru_cache(maxsize=256)
def _form(statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete, dialect: sa.Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect)
    assert compiled.positiontup is not None, "both engines' drivers take values by position"
    assert not compiled.post_compile_params, "a list of unknown length is SQLAlchemy's to write"
    names = tuple((name, _writer(compiled.binds[name].type, dialect)) for name in compiled.positiontup)
    given = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
    return _Form(compiled.string, names, given, _reading(statement, dialect))


def _writer(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], object] | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reading(
    statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete, dialect: sa.Dialect
) -> Callable[[Sequence[Any]], Any]:
    """Return what makes a row with names of what the driver gives."""
    columns = list(statement.exported_columns)
    if not columns:
        return tuple
    made = namedtuple("Row", [column.key or "" for column in columns], rename=True)  # type: ignore[misc] # noqa: PYI024
    readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    if not any(readers):
        return made._make

    def make(row: Sequence[Any]) -> Any:  # noqa: ANN401 - its names are known as it runs
        return made._make([one if reader is None else reader(one) for one, reader in zip(row, readers, strict=True)])

    return make


def write_together(connection: sa.Connection, said: Sequence[Said]) -> list[int]:
    """Give the engine statements in one go, in this order; return how many rows each met. In a transaction that is open."""
    assert connection.in_transaction(), "somebody began the transaction"
    say = together(connection)
    if say is None or not said:
        return [int(_given(connection, text, [*each]).rowcount) for text, each in said]
    dialect = connection.dialect
    try:
        return say(said)
    except dialect.loaded_dbapi.Error as error:
        raise _without_values(dialect, said[0].text, error) from error


def replace_row(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Set the values of the row with this key, adding it when there is none."""
    given = {**{f"{name}_": value for name, value in key.items()}, **values}
    if not write(connection, _replacement(table, tuple(key), tuple(values)), given):
        add_row(connection, table, key, values)


def replacement(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]
) -> Said:
    """Return what sets the values of the row with this key; it meets none where there is none, which `add_row` adds."""
    form = _form(_replacement(table, tuple(key), tuple(values)), _spoken(connection))
    return Said(form.text, [form.bound({**{f"{name}_": value for name, value in key.items()}, **values})])


def add_row(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Add a row of which `replacement` met none."""
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
    said = insertion(connection, table, rows)
    _given(connection, said.text, [*said.each] if len(rows) > 1 else said.each[0])


def insertion(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> Said:
    """Return what inserts rows that name every column, at least one."""
    text, values_of, written = _insertion(table, _spoken(connection), _is_numbered(table, rows[0]))
    bound = [values_of(row) for row in rows]
    return Said(text, [_written(values, written) for values in bound] if written else bound)


def _written(values: tuple[object, ...], written: Sequence[_Writing]) -> tuple[object, ...]:
    """Return values with those written that the engine has in another form."""
    found = list(values)
    for place, write in written:
        found[place] = write(found[place])
    return tuple(found)


def _is_numbered(table: sa.Table, row: Mapping[str, object]) -> bool:
    """Say whether the rows bring no number of their own: the engine gives one."""
    column = table.autoincrement_column
    return column is not None and row[column.name] is None


@functools.lru_cache(maxsize=32)
def _insertion(table: sa.Table, dialect: sa.Dialect, is_numbered: bool) -> _Insertion:  # noqa: FBT001 - cached
    left_out = table.autoincrement_column if is_numbered else None
    names_given = [column.name for column in table.columns if column is not left_out]
    # Inline: nobody asks for the numbers, so the engine is not to return them.
    compiled = sa.insert(table).inline().compile(dialect=dialect, column_keys=names_given)
    names = compiled.positiontup
    assert names is not None, "both engines' drivers take values by position"
    assert len(names) > 1, "a table has a key and something beside it"
    writers = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    written = tuple((place, write) for place, write in enumerate(writers) if write is not None)
    return str(compiled), itemgetter(*names), written


def add_row_once(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Add a row unless one with this key is there; the first one stays as it is."""
    where = [table.c[name] == value for name, value in key.items()]
    if connection.execute(sa.select(sa.literal(1)).select_from(table).where(*where)).first() is None:
        connection.execute(sa.insert(table), {**key, **values})


def add_to_counter(connection: sa.Connection, name: str, by: int = 1) -> int:
    """Raise a counter within this transaction and return what it is now; undone with the transaction, so gapless."""
    if not write(connection, _COUNTER_ADD, {"name_": name, "by_": by}):
        connection.execute(sa.insert(counter), {"name": name, "value": by})
    return read_counter(connection, name)


def read_counter(connection: sa.Connection, name: str) -> int:
    """Return a counter; 0 before its first use."""
    row = read_one(connection, _COUNTER_READ, {"name_": name})
    return 0 if row is None else int(row.value)


def parts(items: Sequence[Item], size: int = PARAMETERS_MAX) -> Iterator[Sequence[Item]]:
    """Cut a list into parts that fit a query."""
    return (items[start : start + size] for start in range(0, len(items), size))
