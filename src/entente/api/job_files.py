"""What jobs need of the disk, as the storage edge implements it: folders of jobs, and files that are sent for them.

Source: docs/rules/api.md P12 and P13.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from entente.kernel.ids import OfficerId
from entente.kernel.jobs import Job, Upload


class NewUpload(Protocol):
    """A file that arrives."""

    def write(self, data: bytes) -> None:
        """Add bytes; raise Unavailable where the disk cannot take them."""

    def keep(self, account: OfficerId, name: str, at: datetime, key: str = "") -> Upload:
        """Make it durable under its id. Called once, at the end."""


class JobFiles(Protocol):
    """The folders of jobs and of what was sent for them. Safe from several threads; one writes a job at a time."""

    def jobs(self) -> tuple[Job, ...]:
        """Return every job that is kept. What a crash left half made is removed first."""

    def uploads(self) -> tuple[Upload, ...]:
        """Return every file that waits for a job."""

    def new_upload(self) -> AbstractContextManager[NewUpload]:
        """Begin a file that arrives; leaving the context without `keep` leaves nothing."""

    def upload_file(self, upload: Upload) -> Path:
        """Return where a file that was sent lies."""

    def remove_upload(self, upload: Upload) -> None:
        """Remove a file that was sent; one that is gone is no fault."""

    def make(self, job: Job, source: Upload | Iterable[bytes] | None) -> None:
        """Make a job's folder with what it is done from; durable, whole or not at all. Takes the upload away then."""

    def put(self, job: Job) -> None:
        """Keep how far a job is; durable when this returns."""

    def source(self, job: Job) -> Path:
        """Return where the file lies that a job is done from."""

    def drop_source(self, job: Job) -> None:
        """Remove what a job was done from; what is not there is no fault."""

    def made(self, job: Job, name: str) -> Path:
        """Return where a file lies that came of a job, or where it would."""

    def sizes(self, job: Job) -> dict[str, int]:
        """Return how many bytes each file has that came of a job, by name."""

    def drop(self, job: Job, name: str) -> None:
        """Remove a file that came of a job; one that is not there is no fault."""

    def add_results(self, job: Job, data: bytes) -> int:
        """Add to what is whole of a job's results; return how much is durable then. What stood behind is cut off."""

    def results(self, job: Job, start: int, lines: int, bytes_max: int) -> tuple[tuple[bytes, ...], int]:
        """Return whole lines from a place on, at most so many bytes but at least one line, and where the next begins."""

    def overwrite(self, job: Job, start: int, data: bytes) -> None:
        """Write over a part of a job's results."""

    def remove(self, job: Job) -> None:
        """Remove a job with its files."""
