"""What the trail needs from outside beyond kernel.ports.TrailStore: its signed head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from entente.kernel.ports import TrailStore, UnitOfWork
from entente.kernel.signing import Signature


@dataclass(frozen=True, slots=True)
class TrailHead:
    """The size and root of the trail, signed by the node at each commit: a rewritten trail does not fit it."""

    size: int
    root: bytes
    signature: Signature


class HeadStore(TrailStore, Protocol):
    """The trail with its head."""

    def head(self) -> TrailHead | None:
        """Return the newest signed head; None before the first row."""

    def put_head(self, head: TrailHead) -> None:
        """Keep the head of this commit."""


class TrailUnit(UnitOfWork, Protocol):
    """A unit of work with the trail and its head."""

    @property
    def trail(self) -> HeadStore:
        """The trail."""
