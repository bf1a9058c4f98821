"""A node's state in memory, and words that were given back too early."""

from __future__ import annotations

from datetime import datetime

from entente.kernel.ids import BodyId
from entente.kernel.state import NodeMode, NodeState, taking_back
from entente.kernel.statement import Statement


class MemoryState:
    """The StateStore of a unit that a test holds."""

    def __init__(self, state: NodeState | None = None) -> None:
        self._state = self._as_begun = state or NodeState()
        self._is_allowed = False

    def get(self) -> NodeState:
        return self._state

    def put(self, state: NodeState) -> None:
        self._state = state

    def allow(self) -> None:
        self._is_allowed = True

    def require_may_commit(self) -> None:
        if self._as_begun.mode is NodeMode.TAKING_BACK and not self._is_allowed:
            raise taking_back(self._as_begun)


class MemoryAhead:
    """The WordsAhead of a unit that a test holds."""

    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[Statement, BodyId, datetime]]] = {}

    def put(self, about: str, word: Statement, giver: BodyId, now: datetime) -> None:
        kept = self.kept.setdefault(about, [])
        if (word.id, giver) not in [(one.id, of) for one, of, _ in kept]:
            kept.append((word, giver, now))

    def take(self, about: str) -> tuple[tuple[Statement, BodyId], ...]:
        return tuple((word, giver) for word, giver, _ in self.kept.pop(about, []))

    def forget(self, before: datetime) -> int:
        old = {about: [one for one in kept if one[2] < before] for about, kept in self.kept.items()}
        self.kept = {about: [one for one in kept if one[2] >= before] for about, kept in self.kept.items()}
        return sum(len(kept) for kept in old.values())
