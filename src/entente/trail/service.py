"""The verbs of the trail: record an act, read, verify, sign the head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from entente.kernel.clock import Clock
from entente.kernel.ids import Ids
from entente.kernel.ports import Act, TrailRow, UnitOfWork
from entente.kernel.signing import Context, Signer
from entente.trail.model import TrailProof
from entente.trail.ports import TrailHead, TrailUnit
from entente.trail.rules import head_bytes, make_row, verify_rows

ROWS_PER_READ = 5_000
"""Rows held in memory at once while a trail is checked, about 5 MB."""


def record(unit: UnitOfWork, clock: Clock, ids: Ids, act: Act) -> TrailRow:
    """Record an act inside the transaction of the act; return its row. The only way a row is made."""
    row, frontier = make_row(unit.trail.frontier(), clock.now(), act, ids.new_salt())
    unit.trail.append(row, frontier)
    return row


def sign_head(unit: TrailUnit, signer: Signer) -> None:
    """Sign the size and root of the trail as this commit leaves it (T4). Run before each commit."""
    frontier = unit.trail.frontier()
    head = unit.trail.head()
    if frontier.size == 0 or (head is not None and head.size == frontier.size):
        return
    signature = signer.sign(Context.TRAIL_HEAD, head_bytes(frontier.size, frontier.root))
    unit.trail.put_head(TrailHead(frontier.size, frontier.root, signature))


@dataclass(frozen=True, slots=True)
class Trail:
    """Reads and checks the trail of this node."""

    open_unit: Callable[[], TrailUnit]

    def latest(self, limit: int) -> tuple[TrailRow, ...]:
        """Return the last rows, newest first."""
        with self.open_unit() as unit:
            return unit.trail.latest(limit)

    def about(self, subject: str, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows about a record, case, message or instrument, in order."""
        with self.open_unit() as unit:
            return unit.trail.about(subject, limit)

    def said_by(self, body: str, since: datetime, until: datetime, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows of what a body said that was taken in here in a time, in order."""
        with self.open_unit() as unit:
            return unit.trail.said_by(body, since, until, limit)

    def verify(self, node_keys: tuple[bytes, ...]) -> TrailProof:
        """Recompute the whole trail within one snapshot and say what was found (T6)."""
        with self.open_unit() as unit:
            return verify_rows(_all_rows(unit), unit.trail.head(), node_keys)


def _all_rows(unit: TrailUnit) -> Iterator[TrailRow]:
    after = 0
    while rows := unit.trail.rows(after, ROWS_PER_READ):
        yield from rows
        after = rows[-1].sequence
