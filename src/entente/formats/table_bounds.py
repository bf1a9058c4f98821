"""The bounds of a table that is imported, whatever its form.

Source: docs/rules/records.md R44; bounds ours, beside the numbers.
"""

from __future__ import annotations

from typing import Final

ROW_BYTES_MAX: Final = 1024 * 1024
"""Of one row in UTF-8: a record has at most 1 MiB, as an envelope's body has (DESIGN section 4)."""
COLUMNS_MAX: Final = 1_000
"""Columns of a table; the widest register we know of has 300."""
ROWS_MAX: Final = 5_000_000
"""Rows of one table: each row's key is remembered for as long as it is read, and as many take 160 MB."""
