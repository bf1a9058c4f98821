"""The columns of a file of queries and its bounds, whatever its form.

Source: docs/rules/identity.md I33; bounds ours, beside the numbers.
"""

from __future__ import annotations

from typing import Final

ROW_BYTES_MAX: Final = 64 * 1024
"""Of one row: 20 names and 20 identifiers of 200 characters each take 32 KB in any script, and as much again is room."""
COLUMNS_MAX: Final = 100
"""Columns of a file; a passenger list has about 30."""
SEPARATOR: Final = "|"
"""Between several names or identifiers of one cell: no name and no number holds it."""
COLUMNS: Final = (
    "name", "family_name", "given_names", "birth_date", "country", "sex", "identifier", "reference",
)  # fmt: skip
"""What a column may be called; capitals count as small letters, a blank as a low line. The help of the command explains them."""
SEVERAL: Final = ("name", "identifier")
"""Columns whose cells may hold several."""
POINTS_AT_SOMEBODY: Final = ("name", "family_name", "identifier")
"""Columns of which a file has one at least."""


def named(cell: str) -> str:
    """Return the name of a column as it is compared."""
    return "_".join(cell.casefold().split())[:60]
