"""What the trail needs from outside beyond kernel.ports.TrailStore: its signed head, its bare hashes, the files of the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from entente.bodies.ports import BodiesUnit
from entente.kernel.ports import StateUnit, TrailRow, TrailStore, UnitOfWork
from entente.kernel.signing import Signature


@dataclass(frozen=True, slots=True)
class TrailHead:
    """The size and root of the trail, signed by the node at each commit: a rewritten trail does not fit it."""

    size: int
    root: bytes
    signature: Signature


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of the trail are looked for; what is left empty narrows nothing."""

    subject: str = ""
    verb: str = ""
    officer: str = ""
    since: datetime | None = None
    until: datetime | None = None


class HeadStore(TrailStore, Protocol):
    """The trail with its head."""

    def wanted(self, wanted: Wanted, least: int, before: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows that are wanted from a sequence on and before another, the newest first, at most `limit`."""

    def head(self) -> TrailHead | None:
        """Return the newest signed head; None before the first row."""

    def said_by(self, body: str, since: datetime, until: datetime, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows of a body's acts in a time, both ends included, in order, at most `limit`."""

    def put_head(self, head: TrailHead) -> None:
        """Keep the head of this commit."""


class TrailUnit(UnitOfWork, Protocol):
    """A unit of work with the trail and its head."""

    @property
    def trail(self) -> HeadStore:
        """The trail."""


class LoggedStore(HeadStore, Protocol):
    """The trail as the log reads it."""

    def leaves(self, after: int, limit: int) -> tuple[bytes, ...]:
        """Return the leaf hashes of the rows with a sequence above `after`, in order, at most `limit`."""

    def of_case(self, number: str, subjects: Collection[str], upto: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows up to a sequence that are about one of these subjects or name the case, in order, at most `limit`."""


class LogUnit(BodiesUnit, StateUnit, Protocol):
    """A unit of work with the trail, the directory and the node's state."""

    @property
    def trail(self) -> LoggedStore:
        """The trail."""


class LogFiles(Protocol):
    """The folder of the log. What was written is durable when the call returns; a failing disk raises Unavailable."""

    def held(self) -> AbstractContextManager[None]:
        """Let one thread at a time follow or read the log; the one that holds it may ask again."""

    def read(self, path: str) -> bytes | None:
        """Return a file; None where there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Write a file whole, in place of what was there."""

    def write_all(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write files by path, each whole; in which order, nobody may rely on."""

    def drop(self, path: str) -> None:
        """Remove a folder of partial tiles, if it is there."""

    def begin_again(self) -> None:
        """Remove everything of the log."""

    def set_aside(self) -> None:
        """Move everything of the log away, beside it, where nobody writes to it any more."""

    def aside(self) -> tuple[str, ...]:
        """Return the names of the folders that were set aside, oldest first."""
