"""Executing SQLAlchemy's statements without its care for each execution, which took half of a seed's time.

What goes to the engine is SQLAlchemy's: its compiled text, its processors for the values that go in and come out. Left out is
what no store of ours asks for: events, prefetched defaults, a cursor that stays open. What is not of this plain kind takes the
ordinary way, and so does every error. `test_replay` compares a seed with and without.
"""

# ruff: noqa: SLF001 - what is left out lies inside SQLAlchemy; the release is locked, and the comparison fails where it differs
from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData


@dataclass(frozen=True, slots=True)
class _Plan:
    """One compiled statement, ready to run."""

    sql: str
    values: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    """In the engine's order: the parameter's name, and what its value goes through."""
    columns: SimpleResultMetaData | None
    """None for a statement that gives no rows."""


class Changed:
    """What a change came to."""

    def __init__(self, rowcount: int) -> None:
        self.rowcount = rowcount


class QuickConnection(sa.Connection):
    """A connection that runs plain statements at once, and is lent again by its engine once it was closed."""

    idle: list[QuickConnection] | None = None

    def close(self) -> None:
        """Undo what was not committed, and wait for the next unit."""
        if self.idle is None or self.invalidated or self.closed:
            super().close()
            return
        if self._transaction is not None:
            self._transaction.close()
        self.idle.append(self)

    def _execute_clauseelement(self, elem: Any, parameters: Any, options: Any) -> Any:  # noqa: ANN401 - as SQLAlchemy has them
        transaction = self._transaction
        if (
            transaction is None
            or not transaction.is_active
            or len(parameters) > 1
            or options
            or elem._execution_options
        ):
            return super()._execute_clauseelement(elem, parameters, options)
        given = parameters[0] if parameters else None
        compiled, extracted, collected, _ = elem._compile_w_cache(
            dialect=self.dialect, compiled_cache=self.engine._compiled_cache,
            column_keys=sorted(given) if given else [], for_executemany=False, schema_translate_map=None,
        )  # fmt: skip
        # Kept with the compiled statement, which SQLAlchemy's own cache keeps and lets go.
        try:
            plan = compiled.quick_plan
        except AttributeError:
            plan = compiled.quick_plan = _planned(compiled, self.dialect)
        if plan is None:
            return super()._execute_clauseelement(elem, parameters, options)
        found = compiled.construct_params(
            given, extracted_parameters=extracted, escape_names=False, _collected_params=collected
        )
        values = [found[name] if write is None else write(found[name]) for name, write in plan.values]
        cursor = self.connection.cursor()
        try:
            self.dialect.do_execute(cursor, plan.sql, values, None)
            if plan.columns is None:
                return Changed(cursor.rowcount)
            return IteratorResult(plan.columns, iter(cursor.fetchall()))
        except sqlite3.Error as error:
            self._handle_dbapi_exception(error, plan.sql, values, cursor, None)
        finally:
            cursor.close()


def make_quick(engine: sa.Engine) -> None:
    """Have an engine lend quick connections. What looks after the file itself gets the driver's own, as it asks."""
    idle: list[QuickConnection] = []
    made: Any = engine
    raw, dispose = engine.raw_connection, engine.dispose

    def let_go() -> None:
        while idle:
            kept = idle.pop()
            kept.idle = None
            kept.close()

    def connect() -> QuickConnection:
        if idle:
            return idle.pop()
        connection = QuickConnection(engine)
        connection.idle = idle
        return connection

    def raw_connection() -> Any:  # noqa: ANN401 - as SQLAlchemy has it
        let_go()
        return raw()

    def disposed(close: bool = True) -> None:  # noqa: FBT001, FBT002 - as SQLAlchemy has it
        let_go()
        dispose(close)

    made.connect, made.raw_connection, made.dispose = connect, raw_connection, disposed


def _planned(compiled: Any, dialect: sa.Dialect) -> _Plan | None:  # noqa: ANN401 - a compiled statement of any kind
    is_change = compiled.isinsert or compiled.isupdate or compiled.isdelete
    if (
        compiled.insert_prefetch
        or compiled.update_prefetch
        or compiled.literal_execute_params
        or compiled.post_compile_params
        or compiled.isplaintext
        or compiled.implicit_returning
        or (not compiled._result_columns and not is_change)
    ):
        return None
    processors = compiled._bind_processors
    values = tuple((name, processors.get(name)) for name in compiled.positiontup)
    if not compiled._result_columns:
        return _Plan(compiled.string, values, None)
    read = [column.type._cached_result_processor(dialect, None) for column in compiled._result_columns]
    names = [column.keyname for column in compiled._result_columns]
    return _Plan(compiled.string, values, SimpleResultMetaData(names, _processors=read if any(read) else None))
