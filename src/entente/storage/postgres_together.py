"""Several statements for one answer of the server: sent in one packet, awaited once.

The driver's own pipeline looks at the line after each statement, and gives the interpreter up each time; whoever holds the right
to write would wait for it again and again. Here it is given up once. Only what changes rows goes this way, with values as the
store's tables have them: text, whole numbers, bytes, yes and no.

Source: libpq, «Pipeline Mode»; PostgreSQL, «Frontend/Backend Protocol», 55.2.3.
"""

from __future__ import annotations

import functools
import select
from collections.abc import Sequence
from itertools import islice

from psycopg import OperationalError, errors, pq

from entente.storage.engine import Said

_TEXT, _BINARY = 0, 1


def say_together(line: pq.abc.PGconn, first: Sequence[bytes], said: Sequence[Said]) -> list[int]:
    """Say commands and then statements over a session that rests; return how many rows each of the statements met.

    Raises what the first that failed met with; what comes after that is not done.
    """
    bound = [(text, [_bound(values) for values in each]) for text, each in said]
    line.enter_pipeline_mode()
    try:
        for command in first:
            line.send_query_params(command, None)
        for text, each in bound:
            # Without a name: the driver has its server forget those that have one, at moments of its own.
            line.send_prepare(b"", _numbered(text))
            for values, formats in each:
                line.send_query_prepared(b"", values, formats)
        line.pipeline_sync()
        met = iter(_answers(line))
    finally:
        if line.status != pq.ConnStatus.BAD:
            line.exit_pipeline_mode()
    for _ in first:
        next(met)
    # Each statement has the answer to its making before those to its values.
    return [sum(islice(met, 1 + len(each))) for _, each in bound]


def _answers(line: pq.abc.PGconn) -> list[int]:
    """Return how many rows each command met, of all that were sent; raise what the first failed with, after the last."""
    met: list[int] = []
    failed: errors.Error | None = None
    while line.flush():
        _wait(line, select.POLLIN | select.POLLOUT)
        line.consume_input()
    while (result := _next(line)) is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
        if result is None:
            if line.status == pq.ConnStatus.BAD:
                # Cut, or no word of it was understood: from here on it gives nothing for ever, and is never busy.
                raise failed or OperationalError("the line to the server is broken")
            continue
        if result.status == pq.ExecStatus.FATAL_ERROR:
            failed = failed or errors.error_from_result(result, encoding="utf-8")
        met.append(result.command_tuples or 0)
    if failed is not None:
        raise failed
    return met


def _next(line: pq.abc.PGconn) -> pq.abc.PGresult | None:
    while line.is_busy():
        _wait(line, select.POLLIN)
        line.consume_input()
    return line.get_result()


def _wait(line: pq.abc.PGconn, events: int) -> None:
    asked = select.poll()
    asked.register(line.socket, events)
    asked.poll()


@functools.lru_cache(maxsize=64)
def _numbered(text: str) -> bytes:
    """Write a statement with numbered places, as the server has them."""
    first, *rest = text.split("%s")
    return (first + "".join(f"${place}{part}" for place, part in enumerate(rest, 1))).replace("%%", "%").encode()


def _bound(values: Sequence[object]) -> tuple[list[bytes | None], list[int]]:
    """Write values for the server, which knows their types by their columns, and say in which form each is."""
    written: list[bytes | None] = []
    formats: list[int] = []
    for value in values:
        match value:
            case None:
                written.append(None)
                formats.append(_TEXT)
            case str():
                # Its binary form is the text itself, of known length: the server sees a zero byte in it and refuses it.
                written.append(value.encode())
                formats.append(_BINARY)
            case bytes():
                written.append(value)
                formats.append(_BINARY)
            case bool():
                written.append(b"t" if value else b"f")
                formats.append(_TEXT)
            case int():
                written.append(b"%d" % value)
                formats.append(_TEXT)
            case _:
                raise AssertionError(f"the store's tables have no {type(value).__name__}")
    return written, formats
