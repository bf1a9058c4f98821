"""Jobs of other systems: made, watched, read and ended by the account they are of, and by nobody else.

A job is made of the account and its Idempotency-Key, so that the same request finds the same job, after a restart too. Workers
take the oldest first, of each account one at a time. What was under way when the node stopped goes on when it starts: a batch of
queries behind its last durable slice, an import from the beginning, which leaves what is there as it is (records R6).

Source: docs/rules/api.md P12 and P13; docs/decisions/0074-a-job-is-a-folder-beside-the-store.md.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from entente.api.errors import WithStatus
from entente.api.job_files import JobFiles
from entente.api.job_work import WORK, Ended, Working, fault
from entente.api.once import other_request, require_key
from entente.api.taken_out import may_be_given
from entente.api.tried_again import tried_again
from entente.bodies.accounts import require_active
from entente.bodies.tokens import Bearer, Scope, TokenId
from entente.kernel.canonical import Json, JsonObject, canonical_bytes
from entente.kernel.errors import EntenteError, NotFound, Unavailable
from entente.kernel.ids import RecordId
from entente.kernel.jobs import AT_DESK, Job, JobKind, JobState, Upload
from entente.kernel.wire import error_to_json
from entente.node import Node
from entente.verbs.references import names_of, readable_error

_log = logging.getLogger(__name__)

KEPT: Final = timedelta(hours=24)
"""How long a job and what came of it stay after its end, as the answer to any request that changes something (P8)."""
UPLOAD_KEPT: Final = timedelta(hours=1)
"""How long a file waits for a job to take it."""
UNDER_WAY_MAX: Final = 8
"""Jobs of one account that have not ended: a night's lists."""
JOBS_MAX: Final = 50
"""Jobs of one account that are kept; the oldest that ended gives way."""
UPLOADS_MAX: Final = 8
"""Files of one account that wait."""
WORKERS: Final = 2
ID_DIGITS: Final = 32
TOO_MANY: Final = 429
SCOPES: Final[Mapping[JobKind, Scope]] = {
    JobKind.SEARCHES: Scope.SEARCH,
    JobKind.IMPORT: Scope.IMPORT,
    JobKind.EXPORT: Scope.EXPORT,
    JobKind.ATTACHMENT: Scope.WRITE_RECORDS,
    JobKind.FILE: Scope.READ_RECORDS,
    JobKind.MESSAGE_FILE: Scope.READ_MESSAGES,
    # Asked for at the desk alone: no route makes one.
    JobKind.FETCH: Scope.JOBS,
    JobKind.BACKUP: Scope.JOBS,
}
"""What a token needs to ask for a job, and to see it."""


class Jobs:
    """The jobs of one node. Safe from several threads."""

    def __init__(
        self,
        node: Node,
        files: JobFiles,
        secret: bytes,
        in_turn: Callable[[Callable[[], JsonObject]], JsonObject],
        is_stopping: Callable[[], bool],
    ) -> None:
        """Take over what is in the folder; nothing is done before `start` or `run_next`.

        `in_turn` does a piece of work when the officers who wait have had their turn; `is_stopping` says whether the node was
        asked to stop.
        """
        self.node, self.files = node, files
        self._secret, self._in_turn, self._is_stopping = secret, in_turn, is_stopping
        self._lock = threading.Lock()
        self._jobs = {job.id: job for job in files.jobs()}
        for job in self._jobs.values():
            if job.has_ended:
                # A crash came between its end and this.
                files.drop_source(job)
        self._uploads = {upload.id: upload for upload in files.uploads()}
        self._busy: set[str] = set()
        self._cancelled: set[str] = set()
        self._woken, self._stopping = threading.Condition(self._lock), threading.Event()
        self._workers = [
            threading.Thread(target=self._work, name=f"job-{place}", daemon=True) for place in range(WORKERS)
        ]

    def start(self) -> None:
        """Start the workers; they go on with what was under way."""
        for worker in self._workers:
            worker.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let each worker end at its next durable step. Twice is harmless."""
        self._stopping.set()
        with self._lock:
            self._woken.notify_all()
        for worker in self._workers:
            if worker.is_alive():
                worker.join(timeout_seconds)

    def make(
        self,
        bearer: Bearer,
        kind: JobKind,
        key: str,
        asked: JsonObject,
        *,
        upload: str = "",
        lines: Iterable[bytes] | None = None,
    ) -> tuple[Job, bool]:
        """Make a job, done from a file that was sent or from these lines; return it, and whether it had been made before.

        Raises Invalid for a key of another form, Conflict for one of another request, NotFound for a file that is not the
        account's, 429 where it has as many under way as it may.
        """
        require_key(key)
        account, now = bearer.account.id, self.node.clock.now()
        job_id = self._id(bearer, key)
        request = self._digest(b"asked", canonical_bytes({"kind": kind.value, "asked": asked, "upload": upload}))
        with self._lock:
            if (known := self._jobs.get(job_id)) is not None:
                if known.request != request:
                    raise other_request()
                return known, True
            sent = self._own_upload(bearer, upload) if upload else None
            self._require_few(account)
            source = sent.name if sent is not None else "queries.jsonl" if lines is not None else ""
            job = Job(job_id, account, bearer.token, kind, dict(asked), request, now, source)
            self.files.make(job, sent if sent is not None else lines)
            self._jobs[job_id] = job
            if sent is not None:
                del self._uploads[sent.id]
            self._woken.notify()
        return job, False

    def made_before(self, bearer: Bearer, key: str) -> Job | None:
        """Return the job that an account made with a key; None where it made none."""
        with self._lock:
            return self._jobs.get(self._id(bearer, key))

    def _id(self, bearer: Bearer, key: str) -> str:
        made_of = self._digest(b"job", f"{bearer.account.id}\0{key}".encode())
        return f"job-{made_of[:ID_DIGITS]}"

    def of(self, bearer: Bearer) -> tuple[Job, ...]:
        """Return an account's jobs that the token may see, the newest first."""
        with self._lock:
            own = [job for job in self._jobs.values() if _may_see(bearer, job)]
        return tuple(sorted(own, key=lambda job: (job.made_at, job.id), reverse=True))

    def get(self, bearer: Bearer, job_id: str) -> Job:
        """Return a job; raise NotFound for one that is not there, not the account's, or beside the token's scopes."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None or not _may_see(bearer, job):
            raise NotFound
        return job

    def cancel(self, bearer: Bearer, job_id: str) -> Job:
        """End a job at its next durable step; one that ended stays as it is."""
        job = self.get(bearer, job_id)
        with self._lock:
            job = self._jobs[job.id]
            if job.has_ended:
                return job
            self._cancelled.add(job.id)
            if job.id in self._busy:
                return job
        return self._end(job, JobState.CANCELLED)

    def upload_key(self, bearer: Bearer, key: str) -> str:
        """Return the digest under which a file keeps the Idempotency-Key that it is sent with; raise Invalid for no key."""
        require_key(key)
        return self._digest(b"upload", f"{bearer.account.id}\0{key}".encode())

    def require_few_uploads(self, bearer: Bearer, key: str = "") -> None:
        """Raise 429 where as many files of an account wait as may, beside the one that was sent with this key before."""
        with self._lock:
            own = (one for one in self._uploads.values() if one.account == bearer.account.id)
            waiting = sum(1 for one in own if not key or one.key != key)
        if waiting >= UPLOADS_MAX:
            raise WithStatus(_too_many_files(), TOO_MANY, {"Retry-After": "60"})

    def add_upload(self, upload: Upload) -> tuple[Upload, bool]:
        """Let a file that arrived wait for a job; return the one that waits, and whether it had come before, with this key.

        Raises Conflict where the key was used for another file that still waits.
        """
        with self._lock:
            alike = (one for one in self._uploads.values() if upload.key and one.key == upload.key)
            first = next(alike, None)
            if first is None:
                self._uploads[upload.id] = upload
                return upload, False
        self.files.remove_upload(upload)
        if (first.name, first.sha256) != (upload.name, upload.sha256):
            raise other_request()
        return first, True

    def drop_upload(self, upload: Upload) -> None:
        """Remove a file that no job took."""
        with self._lock:
            self._uploads.pop(upload.id, None)
        self.files.remove_upload(upload)

    def upload(self, bearer: Bearer, upload: str) -> Upload:
        """Return a file that waits; raise NotFound for none of the account's."""
        with self._lock:
            return self._own_upload(bearer, upload)

    def uploads_of(self, bearer: Bearer) -> tuple[Upload, ...]:
        """Return the files of an account that wait, the newest first."""
        with self._lock:
            own = [one for one in self._uploads.values() if one.account == bearer.account.id]
        return tuple(sorted(own, key=lambda one: (one.at, one.id), reverse=True))

    def keep_house(self) -> None:
        """Remove what was kept long enough, and what is erased, recalled or hidden since from what came of jobs.

        Called once a minute.
        """
        now = self.node.clock.now()
        with self._lock:
            old = [job for job in self._jobs.values() if job.ended_at is not None and now - job.ended_at >= KEPT]
            stale = [one for one in self._uploads.values() if now - one.at >= UPLOAD_KEPT]
        for job in old:
            self._forget(job)
        for upload in stale:
            self.drop_upload(upload)
        with self._lock:
            kept = list(self._jobs)
        for job_id in kept:
            with self._lock:
                left = self._jobs.get(job_id)
                if left is None or job_id in self._busy:
                    # It is looked at once it has ended.
                    continue
                self._busy.add(job_id)
            try:
                self._without_erased(left)
                if not may_be_given(self.node, left):
                    # What the file is called may name a person: the job goes as well.
                    self._forget(left)
            finally:
                with self._lock:
                    self._busy.discard(job_id)

    def run_next(self) -> bool:
        """Do the oldest job that waits, to its end or to the node's; False where none waits."""
        with self._lock:
            job = self._next()
            if job is None:
                return False
            self._busy.add(job.id)
        try:
            self._run(job)
        finally:
            with self._lock:
                self._busy.discard(job.id)
                self._cancelled.discard(job.id)
        return True

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                if self.run_next():
                    continue
            except Exception as error:  # noqa: BLE001 - a worker that ended would leave every later job waiting, unseen
                _log.error("A job was given up for now: %s", type(error).__name__)
                self._stopping.wait(1.0)
            with self._lock:
                if not self._stopping.is_set() and self._next() is None:
                    self._woken.wait(1.0)

    def _next(self) -> Job | None:
        busy = {self._jobs[one].account for one in self._busy if one in self._jobs}
        waiting = [
            job
            for job in self._jobs.values()
            if not job.has_ended and job.id not in self._busy and job.account not in busy
        ]
        return min(waiting, key=lambda job: (job.made_at, job.id), default=None)

    def _run(self, job: Job) -> None:
        working = Working(
            self.node, self.files, self._put, self._step, self._in_turn, replace(job, state=JobState.RUNNING)
        )

        def work() -> JsonObject:
            self._put(self._step(working.job))
            return WORK[job.kind](working)

        try:
            outcome = tried_again(job.kind, work, lambda: working.job.done, self._stops, self._stopping.wait)
        except Ended as ended:
            if ended.state is not None:
                self._end(working.job, ended.state)
        except EntenteError as error:
            if self._stops():
                # Whatever a node that ends could not do, it goes on with when it starts.
                return
            told = error_to_json(readable_error(error, names_of(self.node)))
            self._end(replace(working.job, error=dict(told)), JobState.FAILED)
        except Exception as error:  # noqa: BLE001 - whatever it is, the account learns that its job failed
            # The class alone: what an error of a library says may quote what was asked.
            _log.error("A job failed: %s", type(error).__name__)
            self._end(replace(working.job, error=dict(error_to_json(fault()))), JobState.FAILED)
        else:
            self._end(replace(working.job, outcome=dict(outcome)), JobState.DONE)

    def _step(self, job: Job) -> Job:
        """Return a job without what was erased; raise where it is not to go on.

        That is where the node stops, it was cancelled, or its token speaks for nobody any more.
        """
        if self._stops():
            raise Ended(None)
        if job.id in self._cancelled:
            raise Ended(JobState.CANCELLED)
        self._require_in_force(job)
        return self._without_erased(job) if job.results_bytes else job

    def _require_in_force(self, job: Job) -> None:
        """Raise Untrusted where whoever asked speaks for nobody any more: the token ended, or the officer's work here did."""
        if job.token == AT_DESK:
            with self.node.tokens.open_view() as view:
                require_active(view.bodies.officer(job.account), self.node.clock.now())
            return
        bearer = self.node.tokens.in_force(TokenId(job.token))
        assert bearer.account.id == job.account, "a token is of one account for good"

    def _stops(self) -> bool:
        return self._stopping.is_set() or self._is_stopping()

    def _put(self, job: Job) -> None:
        self.files.put(job)
        with self._lock:
            self._jobs[job.id] = job

    def _end(self, job: Job, state: JobState) -> Job:
        ended = replace(job, state=state, ended_at=self.node.clock.now(), source="")
        # First that it ended: one that goes on after a crash needs what it is done from.
        self._put(ended)
        self.files.drop_source(ended)
        return ended

    def _without_erased(self, job: Job) -> Job:
        """Take what is erased out of what came of a job. Called by whoever has it to himself."""
        with self.node.identity.open_view() as view:
            newest = view.erasures.last_tombstone()
        if newest == job.erased_upto:
            return job
        for name in self.files.sizes(job):
            # A file of records is asked for again; which of them are erased is not read out of it.
            self.files.drop(job, name)
        start = 0
        while start < job.results_bytes:
            lines, following = self.files.results(job, start, lines=100, bytes_max=1024 * 1024)
            with self.node.identity.open_view() as view:
                for line in lines:
                    row: JsonObject = json.loads(line)
                    if erased := view.erasures.erased(records_of(row)):
                        self.files.overwrite(job, start, _without(row, erased).ljust(len(line) - 1) + b"\n")
                    start += len(line)
            assert start == following, "lines are whole"
        kept = replace(job, erased_upto=newest)
        self._put(kept)
        return kept

    def _forget(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.id, None)
        self.files.remove(job)

    def _own_upload(self, bearer: Bearer, upload: str) -> Upload:
        found = self._uploads.get(upload)
        if found is None or found.account != bearer.account.id:
            raise NotFound
        return found

    def _require_few(self, account: str) -> None:
        own = sorted((job for job in self._jobs.values() if job.account == account), key=lambda job: job.made_at)
        if sum(1 for job in own if not job.has_ended) >= UNDER_WAY_MAX:
            raise WithStatus(_too_many_jobs(), TOO_MANY, {"Retry-After": "60"})
        if len(own) >= JOBS_MAX:
            oldest = next(job for job in own if job.has_ended)
            del self._jobs[oldest.id]
            self.files.remove(oldest)

    def _digest(self, what: bytes, data: bytes) -> str:
        return hmac.digest(self._secret, what + b"\0" + data, "sha256").hex()


def _may_see(bearer: Bearer, job: Job) -> bool:
    return job.account == bearer.account.id and SCOPES[job.kind] in bearer.scopes


def candidates_of(row: JsonObject) -> list[JsonObject]:
    """Return the candidates of a row of results; none of one that has an error."""
    answer = row["answer"]
    assert isinstance(answer, dict), "an answer is an object"
    candidates = answer.get("candidates", [])
    assert isinstance(candidates, list), "candidates are a list"
    return [one for one in candidates if isinstance(one, dict)]


def records_of(row: JsonObject) -> list[RecordId]:
    """Return the records that a row of results names."""
    return [RecordId(str(one["record"])) for one in candidates_of(row)]


def _without(row: JsonObject, erased: Collection[RecordId]) -> bytes:
    """Return a row of results without what it says of these records."""
    answer = row["answer"]
    assert isinstance(answer, dict), "an answer is an object"
    left: list[Json] = [one for one in candidates_of(row) if one["record"] not in erased]
    return json.dumps({**row, "answer": {**answer, "candidates": left}}, ensure_ascii=False).encode("utf-8")


def _too_many_jobs() -> Unavailable:
    return Unavailable(
        "The account has too many jobs under way.",
        why=f"One account has at most {UNDER_WAY_MAX} that have not ended (docs/rules/api.md P12).",
        do="Wait until one has ended, or cancel one.",
        retry_is_safe=True,
    )


def _too_many_files() -> Unavailable:
    return Unavailable(
        "Too many files of the account wait.",
        why=f"One account has at most {UPLOADS_MAX} files that no job took yet (docs/rules/api.md P13).",
        do="Begin the jobs they are for; a file that no job took is removed after an hour.",
        retry_is_safe=True,
    )
