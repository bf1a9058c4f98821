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
from entente.trail.ports import TrailHead, TrailUnit, Wanted
from entente.trail.rules import head_bytes, make_row, verify_rows

ROWS_PER_READ = 5_000
"""Rows held in memory at once while a trail is checked, about 5 MB."""
ROWS_PER_SEARCH = 100_000
"""Rows that one search looks at: some 100 ms on two cores."""


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
class TrailPage:
    """Rows that were looked for, and how far was looked."""

    rows: tuple[TrailRow, ...]
    next_before: int | None
    """The sequence before which to go on; None at the end."""
    looked_to: datetime | None
    """When the oldest row was made that was looked at; None where there is none."""


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

    def search(self, wanted: Wanted, before: int | None, limit: int) -> TrailPage:
        """Return the rows that are wanted, the newest first, and where to go on.

        Rows about one thing are found by it; of all others at most ROWS_PER_SEARCH are looked at, so that a search for something
        rare in a long trail is answered, with the place from which it goes on. Source: docs/rules/trail.md T16.
        """
        with self.open_unit() as unit:
            last = unit.trail.frontier().size + 1
            top = last if before is None else min(before, last)
            least = 1 if wanted.subject else max(1, top - ROWS_PER_SEARCH)
            rows = unit.trail.wanted(wanted, least, top, limit)
            looked_to = rows[-1].sequence if len(rows) == limit else least
            oldest = next(iter(unit.trail.rows(looked_to - 1, 1)), None)
        is_over = looked_to == 1 or (oldest is not None and wanted.since is not None and oldest.at < wanted.since)
        return TrailPage(rows, None if is_over else looked_to, oldest.at if oldest is not None else None)

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
