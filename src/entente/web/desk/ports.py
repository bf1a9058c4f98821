"""What the pages need from beside them: acts that are done once, work in turns, what is new, and whether a line is secret.

`app` hands in what the API has: edges do not import each other (api.once, api.running, api.peers).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from starlette.requests import Request

from entente.kernel.canonical import JsonObject
from entente.kernel.ids import OfficerId
from entente.kernel.jobs import Job, JobKind, Upload
from entente.kernel.kept_requests import KeptRequest
from entente.kernel.ports import TrailRow
from entente.web.desk.rates import Rates
from entente.web.desk.session import SessionOf

Step: TypeAlias = Callable[[int], None]
Event: TypeAlias = "int | JsonObject | BaseException"


class DoneOnce(Protocol):
    """Does the same request of one account once, however often it is sent (docs/rules/api.md P8)."""

    def request(self, account: str, key: str, method: str, path: str, body: JsonObject) -> KeptRequest:
        """Return what is kept of a request; raise Invalid for a key of another form."""

    def alone(self, request: KeptRequest) -> AbstractAsyncContextManager[None]:
        """Let one of several requests with the same key go on at a time."""

    def perform(self, request: KeptRequest, act: Callable[[], JsonObject]) -> tuple[JsonObject, bool]:
        """Do an act once, in this thread; return its answer, and whether it had been done before."""


class InTurn(Protocol):
    """Runs work of the node in threads, in turns with all others."""

    async def begin(self, work: Callable[[Step], JsonObject], *, is_long: bool) -> tuple[Event, asyncio.Queue[Event]]:
        """Wait for a turn and begin the work; return the first it tells, and where the rest arrives."""


class FilesAndJobs(Protocol):
    """Keeps an officer's files and jobs as those of other systems are kept (docs/rules/api.md P12 and P13; desk.md W55 and W56).

    Safe from several threads but for `take`. What is not the officer's own is NotFound.
    """

    async def take(self, account: OfficerId, name: str, pieces: AsyncIterator[bytes], declared: int) -> Upload:
        """Write a file as it arrives; raise Invalid or Unavailable, leaving nothing, where it cannot be taken."""

    def write(self, account: OfficerId, name: str, data: bytes) -> Upload:
        """Keep a small file that a page made, to wait for its job; raise Invalid or Unavailable where it cannot be taken."""

    def uploads(self, account: OfficerId) -> tuple[Upload, ...]:
        """Return the officer's files that wait for a job, the newest first."""

    def upload(self, account: OfficerId, upload: str) -> tuple[Upload, Path]:
        """Return a file that waits, and where it lies."""

    def drop(self, account: OfficerId, upload: str) -> None:
        """Remove a file that waits."""

    def make(
        self,
        account: OfficerId,
        kind: JobKind,
        key: str,
        asked: JsonObject,
        *,
        upload: str = "",
        queries: Iterable[JsonObject] | None = None,
    ) -> Job:
        """Make a job of a file that waits or of these queries; the same key is the same job."""

    def made_before(self, account: OfficerId, key: str) -> Job | None:
        """Return the job that the officer made with a key; None where it made none."""

    def of(self, account: OfficerId) -> tuple[Job, ...]:
        """Return the officer's jobs, the newest first."""

    def get(self, account: OfficerId, job: str) -> Job:
        """Return a job."""

    def cancel(self, account: OfficerId, job: str) -> Job:
        """End a job at its next durable step; one that ended stays as it is."""

    def files(self, job: Job) -> Mapping[str, int]:
        """Return what came of a job that ended: names, and how many bytes each has."""

    def file(self, account: OfficerId, job: str, name: str) -> Path:
        """Return where a file lies that came of a job."""

    def results(self, account: OfficerId, job: str, cursor: str, limit: int) -> JsonObject:
        """Return `rows` of a batch of queries behind a cursor, as they may be seen now, and the cursor of the `next`.

        Each row has the query it answers. `next` is None behind the last row of a job that ended.
        """

    def kept_until(self, kept: Job | Upload) -> datetime | None:
        """Return until when a job that ended, or a file that waits, is kept; None for a job under way."""


class Rows(Protocol):
    """The change sequence, by position (api.events.EventSource). Safe from several threads."""

    def latest_position(self) -> int:
        """Return the position of the newest row that is durable."""

    def since(self, position: int, limit: int) -> tuple[TrailRow, ...]:
        """Return the rows behind a position in order, at most so many. A later call never has an earlier row."""


class Told(Protocol):
    """What a row of the trail is told as, to whoever is told at all (api.event_table.Event)."""

    @property
    def kind(self) -> str:
        """What it is about: `hit`, `message`, `case`."""

    @property
    def id(self) -> str:
        """The thing that changed."""

    @property
    def account(self) -> str:
        """Whom alone it concerns; empty where it is for everybody of its audience."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Verbs of which a role of whoever is told must have one; none for everybody."""


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desk of a node is built from beside the node."""

    session_of: SessionOf
    once: DoneOnce
    runner: InTurn
    is_local: Callable[[Request], bool]
    """Whether a request comes from a program on this machine, through nobody in between."""
    jobs: FilesAndJobs
    rows: Rows
    told_as: Callable[[TrailRow], Told | None]
    """What a row is told as; None for one that nobody is told of."""
    is_stopping: Callable[[], bool]
    """Whether the node was asked to stop."""
    rates: Rates = field(default_factory=Rates)
    """How often one session, and one address, may ask."""
