"""Finding in a live part and in the base beside it, as one.

Source: docs/rules/identity.md I37. Used by the node (the base is asked in other processes) and by its search processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.identity.model import Query
from entente.identity.ports import Finder
from entente.search.live_reader import LiveReader

BASE_FOUND_MAX = 25
"""Records of the base that are judged for one query: their names are compared whole already. Of 579 development queries whose
right record was among forty, 577 had it among these."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Implements identity.ports.Finder."""

    live: LiveReader
    base: Finder | None
    """What changed since it was made is left out of it."""

    def by_names(self, query: Query, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return what the base finds, best first, and then what came in since."""
        if not query.names:
            return ()
        near = () if self.base is None else self.base.by_names(query, allowed, min(limit, BASE_FOUND_MAX))
        live = (number for name in query.names for number in self.live.by_name(name, allowed, limit))
        return tuple(dict.fromkeys((*near, *live)))

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return what both find, by number."""
        if not identifiers:
            return ()
        live = self.live.by_identifier(identifiers, allowed, limit)
        if self.base is None:
            return live
        return tuple(sorted({*live, *self.base.by_identifier(identifiers, allowed, limit)}))[:limit]
