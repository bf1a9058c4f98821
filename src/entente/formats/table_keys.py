"""Counts how the keys of a table stand among its first rows: how many differ, which stand twice, which rows have none.

Cells are read as an import under the proposed mapping reads them; of each key a digest alone is kept, since a cell may hold a
mebibyte.

Source: docs/rules/records.md R45 and R46; bounds ours, beside the numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final

from entente.formats.table_values import Cell, several, tidied
from entente.records.proposing import KeysCounted

ROWS_MAX: Final = 100_000
"""Read in about a second; whatever stands behind them, the import says of each row."""
EXAMPLES_MAX: Final = 5
_EXAMPLE_CHARACTERS_MAX: Final = 80
_DIGEST_BYTES: Final = 16


def count_keys(rows: Iterable[Sequence[Cell]], places: Sequence[int], nothing: frozenset[str]) -> KeysCounted:
    """Count the keys in the columns at some places of the first rows; `nothing` is what a cell says that says nothing."""
    seen, again, read, lacking = set[bytes](), dict[str, None](), 0, 0
    doubled, is_whole = 0, True
    for cells in rows:
        if read == ROWS_MAX:
            is_whole = False
            break
        read += 1
        keys = [_key(cells[place] if place < len(cells) else "", nothing) for place in places]
        if not all(keys):
            lacking += 1
            continue
        digest = hashlib.blake2b(json.dumps(keys).encode(), digest_size=_DIGEST_BYTES).digest()
        if digest in seen:
            doubled += 1
            if len(again) < EXAMPLES_MAX:
                again[", ".join(keys)[:_EXAMPLE_CHARACTERS_MAX]] = None
        seen.add(digest)
    return KeysCounted(read, len(seen), doubled, lacking, is_whole, tuple(again))


def _key(cell: Cell, nothing: frozenset[str]) -> str:
    """Return what a cell says as a part of a key; nothing where it says none, or several."""
    values = [tidied(one, nothing) for one in several(cell, "")]
    return values[0] if len(values) == 1 else ""
