"""`python -m entente.formats.parquet_reader FD ROWS`: reads one Parquet file, open as the descriptor FD, for who started it.

A process of its own, because pyarrow is an extra of some installations, and because a file may be made to break or to fill
whoever reads it: this process has a bound on its memory, no passphrase, and nothing to lose. Every message is one line of
JSON. It says what the file holds, is told on its standard input which columns are wanted, and writes their rows as texts, as
a CSV of the same list would have them; a row that cannot be written so is the reason instead. ROWS says what they are read as:
`queries` to search with, or a `table` to import, whose cells may hold fractions, truths and lists.

Source: docs/rules/identity.md I45; docs/decisions/0051.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet, types

from entente.formats import table_bounds
from entente.formats.query_columns import COLUMNS_MAX, ROW_BYTES_MAX, SEPARATOR, SEVERAL, named
from entente.kernel.sizes import size_said

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Of addresses, a third of which are the library itself. A page of a file, the least that is read at once, has 1 MiB as writers
write it, and a batch of rows 16 MiB at most where each row is within its bound."""
BATCH_ROWS: Final = 256
"""Rows read at once."""
BUFFER_BYTES: Final = 256 * 1024
"""Read ahead of a column, so that a row group of gigabytes is never read whole."""
MESSAGE_BYTES: Final = 1024 * 1024
"""Rows go out as soon as they are as much; a message is longer by one row at most."""
SCHEMA_TEXT_BYTES_MAX: Final = 16 * 1024 * 1024
SCHEMA_ITEMS_MAX: Final = 1_000_000
"""Of one text and one list of the footer: row groups of a hundred million rows, each with 100 columns, are some ten thousand."""
TYPE_TEXT_MAX: Final = 60
"""Characters of a column's type in a refusal."""
EXACT_MAX: Final = 2**53
"""Up to which a float holds every whole number: beyond it the number may be another than was meant."""


class _Unfit(ValueError):  # noqa: N818 - not an error of this program: the reason of a row
    """A value that no text stands for."""


Cell = str | list[str]


@dataclass(frozen=True, slots=True)
class _Form:
    """What rows are read as."""

    columns_max: int
    row_bytes_max: int
    no_use: Callable[[Any], str]
    cell: Callable[[object], Cell]
    named: Callable[[str], str]


def main() -> None:
    """Read the file and end; a fault of it is a message, a fault of the library the end of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    try:
        with os.fdopen(int(sys.argv[1]), "rb") as stream:
            file = parquet.ParquetFile(
                stream, buffer_size=BUFFER_BYTES, pre_buffer=False, page_checksum_verification=True,
                thrift_string_size_limit=SCHEMA_TEXT_BYTES_MAX, thrift_container_size_limit=SCHEMA_ITEMS_MAX,
            )  # fmt: skip
            form = _FORMS[sys.argv[2]]
            _say(_heading(file, form))
            wanted = json.loads(sys.stdin.readline() or "[]")
            if wanted:
                _say_rows(file, wanted, form)
                _say({"end": True})
    except MemoryError:
        _say({"refused": f"a part of it does not fit into {size_said(MEMORY_BYTES_MAX)} of memory"})
    except UnicodeDecodeError:
        _say({"refused": "the name of a column is not UTF-8"})
    except (pa.ArrowException, OSError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        _say({"refused": f"it is damaged, encrypted or written in a way that is not read here ({_short(text, 200)})"})


def _heading(file: Any, form: _Form) -> Mapping[str, Any]:  # noqa: ANN401 - pyarrow publishes no types
    """Say of each column why it is of no use here, or nothing; and how many rows there are."""
    fields = [
        file.schema_arrow.field(place) for place in range(min(len(file.schema_arrow.names), form.columns_max + 1))
    ]
    return {"columns": [[field.name, form.no_use(field)] for field in fields], "rows": file.metadata.num_rows}


def no_use(field: Any) -> str:  # noqa: ANN401 - the same
    """Say why a column of this type is not read, or nothing."""
    kind = field.type
    if _is_list(kind):
        if named(field.name) not in SEVERAL:
            return "has lists, and one value is read"
        kind = kind.value_type
    return _no_text(kind, _KINDS)


def no_use_in_table(field: Any) -> str:  # noqa: ANN401 - the same
    """Say why a column of this type is not imported, or nothing."""
    kind = field.type
    return _no_text(kind.value_type if _is_list(kind) else kind, (*_KINDS, types.is_boolean))


def _is_list(kind: Any) -> bool:  # noqa: ANN401 - the same
    return bool(
        types.is_list(kind) or types.is_large_list(kind) or types.is_list_view(kind) or types.is_large_list_view(kind)
    )


def _no_text(kind: Any, kinds: Sequence[Callable[[Any], bool]]) -> str:  # noqa: ANN401 - the same
    if types.is_dictionary(kind):
        kind = kind.value_type
    if any(is_kind(kind) for is_kind in kinds):
        return ""
    return f"is of the type {_short(str(kind), TYPE_TEXT_MAX)}, which no cell of a list has"


_KINDS: Final = (
    types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary,
    types.is_binary_view, types.is_integer, types.is_floating, types.is_decimal, types.is_date, types.is_timestamp,
    types.is_null,
)  # fmt: skip


def _say_rows(file: Any, wanted: Sequence[str], form: _Form) -> None:  # noqa: ANN401 - the same
    """Write the rows of the wanted columns, in messages that are short whatever the rows are."""
    message: list[list[Cell] | str] = []
    size = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(wanted), use_threads=False):
        columns = [batch.column(name) for name in wanted]
        for place in range(batch.num_rows):
            row = _row(wanted, [column[place] for column in columns], form)
            message.append(row)
            size += len(row) if isinstance(row, str) else sum(map(_length, row))
            if size > MESSAGE_BYTES:
                _say({"rows": message})
                message, size = [], 0
        if message:
            _say({"rows": message})
            message, size = [], 0


def _row(names: Sequence[str], scalars: Sequence[Any], form: _Form) -> list[Cell] | str:
    """Return the cells of a row as texts, or why it cannot be read."""
    cells: list[Cell] = []
    for name, scalar in zip(names, scalars, strict=True):
        try:
            cells.append(form.cell(scalar.as_py()))
        except UnicodeDecodeError:
            return f"what stands under {form.named(name)} is not UTF-8"
        except _Unfit as unfit:
            return f"what stands under {form.named(name)}: {unfit}"
        except (ValueError, ArithmeticError, LookupError, pa.ArrowException):
            return f"what stands under {form.named(name)} is no value that a calendar or a number has"
    if sum(map(_length, cells)) > form.row_bytes_max:
        return f"it has more than {size_said(form.row_bytes_max)}"
    return cells


def _length(cell: Cell) -> int:
    return len(cell.encode()) if isinstance(cell, str) else sum(len(one.encode()) for one in cell)


def _cell_of_table(value: object) -> Cell:
    """Write a value as a CSV of the same table would, a list as its texts; raise ValueError for what none would."""
    match value:
        case list():
            return [text for one in value if (text := str(_cell_of_table(one)))]
        case bool():
            return "true" if value else "false"
        case float() if value % 1 > 0:
            return repr(value)
        case Decimal() if abs(value % 1) > 0:
            return str(value)
    return _text(value)


def _text(value: object) -> str:
    """Write a value as a CSV of the same list would; raise ValueError for what none would."""
    match value:
        case None:
            text = ""
        case bytes():
            text = value.decode("utf-8")
        case float() | Decimal():
            text = _whole(value)
        case list():
            text = SEPARATOR.join(filter(None, map(_text, value)))
        case datetime() if value.time() == time.min:
            text = value.date().isoformat()
        case date():
            text = value.isoformat()
        case _:
            text = str(value)
    return text


def _whole(value: float | Decimal) -> str:
    """Write a number that became a float on its way, as numbers beside empty cells do, as the whole number it was."""
    if value != value:  # noqa: PLR0124 - not a number: an empty cell of a column of floats
        return ""
    whole = int(value)
    if whole != value:
        raise _Unfit("it has a fraction")
    if isinstance(value, float) and abs(whole) > EXACT_MAX:
        raise _Unfit("it is a number too large to be exact as a float; write such numbers as text")
    return str(whole)


_FORMS: Final[Mapping[str, _Form]] = {
    "queries": _Form(COLUMNS_MAX, ROW_BYTES_MAX, no_use, _text, named),
    "table": _Form(table_bounds.COLUMNS_MAX, table_bounds.ROW_BYTES_MAX, no_use_in_table, _cell_of_table, str),
}


def _short(text: str, length: int) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text[:length])


def _say(message: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
