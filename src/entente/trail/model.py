"""What a check of the trail found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrailProof:
    """The result of recomputing a trail from its first row."""

    is_sound: bool
    rows: int
    """Rows that were examined and found good, before the first bad one."""
    root: str
    """Hex root over those rows."""
    first_bad: int | None
    """The sequence of the first row that does not fit; None when all do, or when only the head does not."""
    finding: str
    """A sentence: what was found, and by which rule."""
