"""What is proposed of a table that is to be imported, and what an officer chose in place of it.

Source: docs/rules/records.md R46; docs/rules/desk.md W119.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEPT: Final = "keep"
LEFT_OUT: Final = "ignore"
"""In the place of a property: kept under its own name and never matched, and left out altogether; as a mapping writes them."""
NEVER: Final = "never"
"""Of a column that is never carried, whatever is chosen (R3)."""

PASSPORT: Final = "passport"
"""Of a person: its column makes a record of its own, a passport with this number, in place of a property of the person."""


@dataclass(frozen=True, slots=True)
class MappingChoice:
    """What an officer chose; what is left open is proposed."""

    keys: tuple[str, ...] = ()
    """Names of the columns that together tell one row from another."""
    schema: str = ""
    """What a row is about."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """By the name of a column: the property that it holds, KEPT or LEFT_OUT."""


@dataclass(frozen=True, slots=True)
class ColumnProposed:
    """A column, and what it is taken for."""

    name: str
    means: str
    """A property of the schema, KEPT, LEFT_OUT or NEVER."""
    why: str
    distinct: int
    """How many cells of the sample that hold something differ."""


@dataclass(frozen=True, slots=True)
class KeysCounted:
    """How the keys of a table stand among its first rows."""

    rows: int
    distinct: int
    doubled: int
    """Rows whose key a row before them has: an import rejects them."""
    lacking: int
    """Rows without a whole key: an import rejects them too."""
    is_whole: bool
    """Whether these are all rows of the table."""
    examples: tuple[str, ...]
    """Some keys that stand more than once, their columns parted by commas."""


@dataclass(frozen=True, slots=True)
class MappingProposed:
    """A mapping, and what it says of each column."""

    mapping: str
    schema: str
    keys: tuple[str, ...]
    """Empty where no column tells the rows of the sample apart."""
    columns: tuple[ColumnProposed, ...]
    sample: int
    """How many rows were looked at to propose it."""
    counted: KeysCounted
    """Of no row without a key."""
    properties: tuple[str, ...]
    """What a column may hold of what a row is about."""
