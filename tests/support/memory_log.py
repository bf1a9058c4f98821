"""A log's folder in memory, and a trail of one invented body for it to follow.

`MemoryLogFiles` keeps the contract of trail.ports.LogFiles, and dies at a chosen write as a machine would.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from entente.bodies.model import Body
from entente.kernel.ports import Act, TrailRow
from entente.trail.log import Log
from entente.trail.ports import TrailHead, Wanted
from entente.trail.rules import make_row, row_entry
from tests.support.build_bodies import NOW, Keyring, new_body
from tests.support.memory_state import MemoryState
from tests.support.memory_unit import MemoryBodies, MemoryOutbox, MemoryTrail


class Died(BaseException):
    """The machine went down."""


@dataclass
class MemoryLogFiles:
    """Files by their path. `dies_after` counts the writes that still succeed."""

    kept: dict[str, bytes] = field(default_factory=dict)
    set_apart: list[dict[str, bytes]] = field(default_factory=list)
    dies_after: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        yield

    def read(self, path: str) -> bytes | None:
        return self.kept.get(path)

    def write(self, path: str, data: bytes) -> None:
        if self.dies_after is not None:
            if self.dies_after == 0:
                raise Died
            self.dies_after -= 1
        self.kept[path] = data

    def write_all(self, files: Sequence[tuple[str, bytes]]) -> None:
        for path, data in files:
            self.write(path, data)

    def drop(self, path: str) -> None:
        for name in [name for name in self.kept if name.startswith(f"{path}/")]:
            del self.kept[name]

    def begin_again(self) -> None:
        self.kept.clear()

    def set_aside(self) -> None:
        self.set_apart.append(dict(self.kept))
        self.kept.clear()

    def aside(self) -> tuple[str, ...]:
        return tuple(f"log.aside-{number}" for number in range(1, len(self.set_apart) + 1))


@dataclass
class LoggedTrail(MemoryTrail):
    """The trail as the log reads it."""

    def head(self) -> TrailHead | None:
        raise AssertionError("a log does not ask for the head")

    def put_head(self, head: TrailHead) -> None:
        raise AssertionError("a log signs no head")

    def wanted(self, wanted: Wanted, least: int, before: int, limit: int) -> tuple[TrailRow, ...]:
        raise AssertionError("a log looks for no rows")

    def said_by(self, body: str, since: datetime, until: datetime, limit: int) -> tuple[TrailRow, ...]:
        found = [row for row in self.kept_rows if row.act.body == body and since <= row.at <= until]
        return tuple(found[:limit])

    def leaves(self, after: int, limit: int) -> tuple[bytes, ...]:
        return tuple(row.leaf for row in self.rows(after, limit))

    def of_case(self, number: str, subjects: Collection[str], upto: int, limit: int) -> tuple[TrailRow, ...]:
        named = json.dumps({"case": number})[1:-1]
        found = [
            row for row in self.kept_rows[:upto] if row.act.subject in subjects or named in json.dumps(row.act.detail)
        ]
        return tuple(found[:limit])


@dataclass
class LogView:
    """A view of the trail, the directory and the node's state."""

    trail: LoggedTrail
    bodies: MemoryBodies
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    state: MemoryState = field(default_factory=MemoryState)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def commit(self) -> None:
        raise AssertionError("a view is not committed")


@dataclass
class LogWorld:
    """One body, its trail, and the log that follows it."""

    body: Body
    ring: Keyring
    trail: LoggedTrail
    files: MemoryLogFiles
    log: Log
    state: MemoryState

    def grow(self, count: int, case: str = "") -> None:
        """Add rows as the services do, every one another subject."""
        for _ in range(count):
            number = len(self.trail.kept_rows) + 1
            act = Act("search", self.body.id, "duty-1", f"subject-{number}", {"shown": number, "case": case})
            at = NOW + timedelta(seconds=number)
            self.trail.append(*make_row(self.trail.frontier(), at, act, number.to_bytes(16, "big")))

    def bring_up(self) -> None:
        """Step until nothing is left."""
        self.log.bring_up(lambda _: None)

    def erase(self, sequence: int) -> None:
        """Take what a row says, and keep what it proves, as an erasure does."""
        row = self.trail.kept_rows[sequence - 1]
        act = replace(row.act, detail={**row.act.detail, "shown": "erased"})
        kept = replace(row, act=act, salt=bytes(16), entry=row_entry(row.sequence, row.at, row.act, row.salt))
        self.trail.kept_rows[sequence - 1] = kept

    def rewrite(self, sequence: int) -> None:
        """Change a row and make every row after it anew, as whoever holds the store could."""
        rows, self.trail.kept_rows, self.trail.right_edge = self.trail.kept_rows, [], MemoryTrail().right_edge
        for row in rows:
            act = replace(row.act, officer="nobody") if row.sequence == sequence else row.act
            self.trail.append(*make_row(self.trail.frontier(), row.at, act, row.salt))


def log_world(rows: int = 0) -> LogWorld:
    """Return a body with so many rows, none of them in the log yet."""
    body, ring = new_body("XA-NCB")
    bodies = MemoryBodies()
    bodies.put_body(body, is_own=True)
    trail, files, state = LoggedTrail(), MemoryLogFiles(), MemoryState()
    log = Log(lambda: LogView(trail, bodies, state=state), ring.node, files)
    world = LogWorld(body, ring, trail, files, log, state)
    world.grow(rows)
    return world
