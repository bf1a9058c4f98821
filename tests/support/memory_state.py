"""A node's state in memory."""

from __future__ import annotations

from entente.kernel.state import NodeMode, NodeState, taking_back


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
