"""A search index in memory that keeps the port's contract: what another class holds moves nothing."""

from collections.abc import Sequence
from datetime import datetime

from entente.identity.model import IndexEntry, IndexSizes, Query
from entente.identity.names import name_forms
from entente.kernel.errors import Unavailable


class MemoryIndex:
    """Implements identity.ports.SearchIndex; ranks by the letter triples that two names share."""

    def __init__(self) -> None:
        self.entries: list[IndexEntry] = []
        self.reached = 0
        self.has_erased = False
        self.asked: list[frozenset[int]] = []
        self.live_max = 1_000_000
        self.beside_fails = False
        self.takes_more = True

    def position(self) -> int:
        return self.reached

    def sizes(self) -> IndexSizes:
        return IndexSizes(len(self.entries), 0)

    def is_clean(self) -> bool:
        return not self.has_erased

    def is_due(self) -> bool:
        return self.has_erased

    def is_large(self, records: int) -> bool:
        return records > self.live_max

    def is_damaged(self) -> bool:
        return False

    def read_store(self, position: int) -> bool:
        return False

    def read_since(self) -> int:
        return 0

    def is_ready(self) -> bool:
        return self.takes_more

    def settle(self, *, wait: bool) -> bool:
        return True

    def discard(self) -> None:
        self.clear()

    def beside(self, records: int = 0) -> "MemoryIndex":
        if self.beside_fails:
            raise Unavailable("The index was not begun.", why="The disk is full.", do="Make room.", retry_is_safe=True)
        return MemoryIndex()

    def take_over(self, fresh: "MemoryIndex") -> None:
        self.entries, self.reached, self.has_erased = fresh.entries, fresh.reached, fresh.has_erased

    def apply(
        self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int, *, erased: Sequence[int] = ()
    ) -> None:
        gone = {*removed, *erased}
        self.has_erased |= bool(erased)
        self.entries = [entry for entry in self.entries if entry.record not in gone] + list(entries)
        self.reached = position

    def clear(self) -> None:
        self.entries, self.reached, self.has_erased = [], 0, False

    def look(self, queries: Sequence[Query | None], allowed: frozenset[int], now: datetime) -> None:
        return None

    def by_names(self, query: Query, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        self.asked.append(allowed)
        wanted = set().union(*(triples(form) for name in query.names for form in name_forms(name)))
        best: dict[int, int] = {}
        for entry in self.entries:
            shared = max((len(wanted & triples(form)) for form in name_forms(entry.name)), default=0)
            if entry.cls in allowed and shared:
                best[entry.record] = max(shared, best.get(entry.record, 0))
        return tuple(sorted(best, key=lambda number: (-best[number], number))[:limit])

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        self.asked.append(allowed)
        found = {
            entry.record for entry in self.entries if entry.cls in allowed and set(identifiers) & set(entry.identifiers)
        }
        return tuple(sorted(found)[:limit])


def triples(text: str) -> set[str]:
    edged = f" {text} "
    return {edged[start : start + 3] for start in range(len(edged) - 2)}
