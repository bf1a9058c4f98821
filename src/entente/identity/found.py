"""What one request found, query by query; whether it still stands when its row is written; and what the row says of it.

Source: docs/rules/identity.md I13, I14, I31 and I32. Leaves to others: looking and recording (service).
"""

from __future__ import annotations

from dataclasses import dataclass

from entente.identity.candidates import shown_in_trail
from entente.identity.model import Found, Query, RowsOfFile
from entente.identity.ports import IdentityUnit
from entente.kernel.canonical import Json, JsonObject
from entente.records.model import Gap

BEHIND_MAX = 2_000
"""Records that an index may be behind without a word: a second's work, and an import commits fewer at once."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one request found, query by query, and among how much."""

    found: tuple[Found, ...]
    searched: int
    gaps: tuple[Gap, ...]
    unread: int = 0
    """Records that the index had not read yet, where it was not just a moment behind."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever asked must know of the search itself: nothing found is not nothing there while the index is filled.

        Source: docs/rules/identity.md I44.
        """
        if not self.unread:
            return ()
        return (f"The search index is being filled; records not searched: {self.unread:,}. Search again soon.",)

    def without(self, changed: frozenset[int]) -> tuple[Found | None, ...]:
        """Return what was found for each query; None for one that showed a record among the changed."""
        return tuple(one if changed.isdisjoint(one.seen) else None for one in self.found)


def changed_since_look(unit: IdentityUnit, looked: Looked, looked_at: int) -> frozenset[int]:
    """Return the numbers of the records shown that changed, or went, after the look."""
    if max(unit.records.last_change(), unit.erasures.last_tombstone()) <= looked_at:
        return frozenset()
    seen = {number: sequence for found in looked.found for number, sequence in found.seen.items()}
    now = unit.records.sequences(list(seen))
    return frozenset(number for number, sequence in seen.items() if now.get(number) != sequence)


def unread(unit: IdentityUnit, position: int) -> int:
    """Return how many records an index that has come to a change sequence has not read; 0 where they are no more than BEHIND_MAX.

    Source: docs/rules/identity.md I44.
    """
    if unit.records.last_change() <= position:
        return 0
    behind = unit.records.count_changed(position)
    return behind if behind > BEHIND_MAX else 0


def shown_by_one(looked: Looked) -> JsonObject:
    """Say in the row which records one query showed."""
    (found,) = looked.found
    return {"shown": [shown_in_trail(one) for one in found.shown]}


def shown_by_many(looked: Looked, asked: tuple[Query | None, ...], rows: RowsOfFile | None) -> JsonObject:
    """Say in the row which records each query showed, by its place from 1 on; of a file only which rows (I32)."""
    shown: list[Json] = [
        {"query": place, **shown_in_trail(one)} for place, found in enumerate(looked.found, 1) for one in found.shown
    ]
    detail: JsonObject = {"queries": len(asked), "ill_formed": asked.count(None), "shown": shown}
    return detail if rows is None else detail | {"rows": {"first": rows.first, "last": rows.last}}
