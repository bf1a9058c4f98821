"""The one row that says how the node stands, and what holds commits back while it takes back.

No row means: at its ordinary work, never restored. Source: docs/rules/node.md N9 and N10; kernel.ports.StateStore.
"""

from __future__ import annotations

import sqlalchemy as sa

from entente.kernel.state import NodeMode, NodeState, taking_back
from entente.storage.rows import read_one, replace_row
from entente.storage.schema import node_state

_STATE = sa.select(
    node_state.c.state,
    node_state.c.restored_at,
    node_state.c.restored_from_trail_size,
    node_state.c.erased_again_until,
)


class StateTable:
    """The StateStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._as_begun: NodeState | None = None
        self._is_allowed = False
        self._is_changed = False
        self.is_at_work = False
        """Whether acts that follow in the same transaction may commit too, without asking; known once this one may."""

    def get(self) -> NodeState:
        """Return how the node stands."""
        row = read_one(self._connection, _STATE)
        if row is None:
            return NodeState()
        return NodeState(NodeMode(row.state), row.restored_at, row.restored_from_trail_size, row.erased_again_until)

    def put(self, state: NodeState) -> None:
        """Change how the node stands, at commit."""
        self._as_begun = self._as_begun or self.get()
        self._is_changed = True
        values = {
            "state": state.mode.value,
            "restored_at": state.restored_at,
            "restored_from_trail_size": state.restored_from_trail_size,
            "erased_again_until": state.erased_again_until,
        }
        replace_row(self._connection, node_state, {"id": 1}, values)

    def allow(self) -> None:
        """Let this unit commit while the node takes back."""
        self._is_allowed = True

    def require_may_commit(self) -> None:
        """Raise Unavailable when the node was taking back as this unit began, and it was not allowed."""
        begun = self._as_begun or self.get()
        if begun.mode is NodeMode.TAKING_BACK and not self._is_allowed:
            raise taking_back(begun)
        self.is_at_work = begun.mode is not NodeMode.TAKING_BACK and not self._is_changed
