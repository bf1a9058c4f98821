"""Files and jobs of officers at the desk: the same jobs, folders and bounds as those of other systems, for the officer alone.

The desk reaches them through web/desk/ports.py, because edges do not import each other. An officer's job has no token: it goes on
when the session ends, and ends with the officer's work for the body.

Source: docs/rules/desk.md W55 and W56; docs/decisions/0094-a-job-of-the-desk-is-a-job-of-the-interface.md.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from entente.api.errors import WithStatus
from entente.api.job_answers import JobAnswers
from entente.api.job_routes import QUERIES_MAX
from entente.api.jobs import KEPT, SCOPES, UPLOAD_KEPT
from entente.api.taken_out import may_be_given
from entente.bodies.model import Officer
from entente.bodies.tokens import Bearer, TokenId
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.jobs import AT_DESK, Job, JobKind, Upload

_FOR_GOOD: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DeskJobs:
    """What the desk does with files and jobs, each for one officer. Safe from several threads but for `take`: one event loop."""

    answers: JobAnswers

    async def take(self, account: OfficerId, name: str, pieces: AsyncIterator[bytes], declared: int) -> Upload:
        """Write a file as it arrives; raise Invalid or Unavailable, leaving nothing, where it cannot be taken."""
        with _said():
            return await self.answers.uploading.take_pieces(pieces, _bearer(account), name, declared)

    def write(self, account: OfficerId, name: str, data: bytes) -> Upload:
        """Keep a small file that a page made; raise Invalid where too many wait, Unavailable where the disk has no room."""
        answers, bearer = self.answers, _bearer(account)
        with _said():
            answers.jobs.require_few_uploads(bearer)
            answers.node.disk.require_room()
            with answers.jobs.files.new_upload() as arriving:
                arriving.write(data)
                upload = arriving.keep(account, name, answers.node.clock.now())
            return answers.jobs.add_upload(upload)[0]

    def uploads(self, account: OfficerId) -> tuple[Upload, ...]:
        """Return the officer's files that wait for a job, the newest first."""
        return self.answers.jobs.uploads_of(_bearer(account))

    def upload(self, account: OfficerId, upload: str) -> tuple[Upload, Path]:
        """Return a file that waits, and where it lies; raise NotFound for none of the officer's."""
        found = self.answers.jobs.upload(_bearer(account), upload)
        return found, self.answers.jobs.files.upload_file(found)

    def drop(self, account: OfficerId, upload: str) -> None:
        """Remove a file that waits; raise NotFound for none of the officer's."""
        self.answers.jobs.drop_upload(self.answers.jobs.upload(_bearer(account), upload))

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
        """Make a job of a file that waits or of these queries; the same key is the same job.

        Raises NotFound for a file that is not the officer's, Invalid for too many queries, Unavailable for too many jobs.
        """
        lines = None if queries is None else _lines(queries)
        with _said():
            made, _ = self.answers.jobs.make(_bearer(account), kind, key, asked, upload=upload, lines=lines)
        return made

    def made_before(self, account: OfficerId, key: str) -> Job | None:
        """Return the job that the officer made with a key; None where it made none."""
        return self.answers.jobs.made_before(_bearer(account), key)

    def of(self, account: OfficerId) -> tuple[Job, ...]:
        """Return the officer's jobs, the newest first."""
        return self.answers.jobs.of(_bearer(account))

    def get(self, account: OfficerId, job: str) -> Job:
        """Return a job; raise NotFound for none of the officer's."""
        return self.answers.jobs.get(_bearer(account), job)

    def cancel(self, account: OfficerId, job: str) -> Job:
        """End a job at its next durable step; one that ended stays as it is."""
        return self.answers.jobs.cancel(_bearer(account), job)

    def files(self, job: Job) -> Mapping[str, int]:
        """Return what came of a job that ended: names, and how many bytes each has."""
        is_given = job.has_ended and may_be_given(self.answers.node, job)
        return self.answers.jobs.files.sizes(job) if is_given else {}

    def file(self, account: OfficerId, job: str, name: str) -> Path:
        """Return where a file lies that came of a job; raise NotFound for none of that name."""
        found = self.get(account, job)
        if name not in self.files(found):
            raise NotFound
        return self.answers.jobs.files.made(found, name)

    def results(self, account: OfficerId, job: str, cursor: str, limit: int) -> JsonObject:
        """Return `rows` of a batch of queries behind a cursor, as they may be seen now, and the cursor of the `next`."""
        return self.answers.results(_bearer(account), job, {"cursor": cursor, "limit": limit})

    def kept_until(self, kept: Job | Upload) -> datetime | None:
        """Return until when a job that ended, or a file that waits, is kept; None for a job under way."""
        if isinstance(kept, Upload):
            return kept.at + UPLOAD_KEPT
        return None if kept.ended_at is None else kept.ended_at + KEPT


def _bearer(account: OfficerId) -> Bearer:
    """Return who asks, as the jobs know it. What the officer may do is judged where the job does it, by the directory."""
    return Bearer(TokenId(AT_DESK), Officer(account, frozenset()), frozenset(SCOPES.values()), _FOR_GOOD)


def _lines(queries: Iterable[JsonObject]) -> Iterator[bytes]:
    for number, query in enumerate(queries, start=1):
        if number > QUERIES_MAX:
            raise Invalid(
                "There are too many queries.",
                field="queries",
                why=f"A list that is entered has at most {QUERIES_MAX} lines.",
                do="Send the list as a file: CSV, JSON lines or Parquet.",
            )
        yield json.dumps(query, ensure_ascii=False).encode("utf-8") + b"\n"


@contextmanager
def _said() -> Iterator[None]:
    """Raise what the interface answers with a status of HTTP as the error of the tree that it is."""
    try:
        yield
    except WithStatus as error:
        raise error.error from error
