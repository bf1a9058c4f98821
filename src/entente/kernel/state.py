"""How a node stands as a whole: at its ordinary work, or just restored from a backup.

A restored node does not know what it said after its backup was made. Until it has taken that back from its peers it commits
nothing but the taking back itself: a number given twice, or a participation older than the one others hold, would divide the
network about what this body said. Who ends that state: the exchange, when it has asked every peer.

Source: docs/rules/node.md N9 and N10; DESIGN section 4 (delivery).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.kernel.errors import Unavailable


class NodeMode(StrEnum):
    """What a node may commit."""

    NORMAL = "normal"
    """Everything its rules allow."""
    TAKING_BACK = "taking_back"
    """What takes back from peers what was forgotten, and what erases again; nothing else."""


@dataclass(frozen=True, slots=True)
class NodeState:
    """The state of one node."""

    mode: NodeMode = NodeMode.NORMAL
    restored_at: datetime | None = None
    """When it was last restored; None for a node that never was."""
    restored_from_trail_size: int = 0
    """Rows of the trail that its backup held; what came after it is what was forgotten."""
    erased_again_until: datetime | None = None
    """Until when it is known what was erased, and that it is erased here again; None for a restored node that waits for that."""

    @property
    def trouble(self) -> str:
        """Why the node commits nothing else now, in words; empty where it is at its ordinary work."""
        return taking_back(self).in_words() if self.mode is NodeMode.TAKING_BACK else ""

    @property
    def owes_erasures(self) -> str:
        """Say that what was erased after the backup may live here again, and what to do; empty where it is settled (N12)."""
        if self.restored_at is None or self.erased_again_until is not None:
            return ""
        return (
            f"This node was restored on {self.restored_at:%Y-%m-%d} from a backup, and nobody has said yet what was erased after "
            "that was made: such records may live here again. Give «entente erasure import» the newest file of tombstones; where "
            "nothing was erased since, say so with «entente erasure declare-none» (docs/rules/node.md N12)."
        )


def taking_back(state: NodeState) -> Unavailable:
    """Say that a restored node first takes back what it forgot (N10)."""
    rows = state.restored_from_trail_size
    when = (
        f"It was restored from a backup with {rows} rows in its trail."
        if state.restored_at is None
        else f"It was restored on {state.restored_at:%Y-%m-%d at %H:%M} UTC from a backup with {rows} rows in its trail."
    )
    later = "What it said after that stands at other bodies; anything signed now could contradict it (docs/rules/node.md N10)."
    return Unavailable(
        "This node was restored and first takes back from its peers what it no longer knows.",
        why=f"{when} {later}",
        do="Leave the node running with its line up, and wait until its peers have answered; «entente node status» says when.",
        retry_is_safe=True,
    )
