"""What a store keeps of a draft, as it goes from where it was written to the store, through rooms that do not read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WrittenAhead:
    """What a store keeps of a draft, in the store's own form and written by its own code, before the store is open for it.

    Rooms pass it on with the draft it was made of, and read nothing in it.
    """

    content: str
    fragment: bytes | None
    """None where the draft has no fragment."""
