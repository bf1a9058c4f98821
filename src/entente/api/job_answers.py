"""Answers the requests about jobs and files: each by its row of the table, for the account that asks alone.

Source: docs/rules/api.md P12 and P13.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from entente.api.cursors import Cursors
from entente.api.job_routes import QUERIES_MAX
from entente.api.jobs import KEPT, SCOPES, Jobs, candidates_of, records_of
from entente.api.route import FILE, PREFIX, ApiRoute, Handled
from entente.api.taken_out import may_be_given
from entente.api.uploading import Uploading
from entente.bodies.tokens import Bearer
from entente.identity.looking_again import SeenNow, look_again
from entente.identity.model import Occasion
from entente.identity.rules import check_occasion
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.exercise import EXERCISE, EXERCISE_WORD
from entente.kernel.ids import RecordId
from entente.kernel.jobs import Job, JobKind
from entente.node import Node
from entente.verbs.references import names_of

NO_STORE: Final = {"Cache-Control": "no-store"}
PAGE_BYTES_MAX: Final = 2 * 1024 * 1024
"""Of results in one answer, as of a request."""


class JobAnswers:
    """The requests about jobs of one node."""

    def __init__(self, node: Node, jobs: Jobs, cursors: Cursors) -> None:
        self.node, self.jobs, self._cursors = node, jobs, cursors
        self.uploading = Uploading(node, jobs)

    async def answer(self, route: ApiRoute, bearer: Bearer, request: Request, asked: JsonObject) -> Response:
        """Answer a request that is about files or jobs."""
        if route.handled is Handled.UPLOAD:
            sent, is_again = await self.uploading.take(request, bearer, str(asked["name"]))
            return self._said(sent, route.status, _replayed(is_again))
        if route.handled is Handled.JOB_FILE:
            return await run_in_threadpool(self._file, bearer, str(asked["job"]), str(asked["name"]))
        shown = await run_in_threadpool(self._shown, route, bearer, asked)
        return self._said(shown, route.status, {})

    async def begin(self, route: ApiRoute, bearer: Bearer, key: str, asked: JsonObject) -> Response:
        """Make a job, once, and say where it is."""
        assert route.job is not None, "the row says what the job does"
        job, is_again = await run_in_threadpool(self._made, route.job, bearer, key, route.arguments(asked))
        href = f"{PREFIX}/jobs/{job.id}"
        return self._said({"id": job.id, "href": href}, route.status, {"Location": href, **_replayed(is_again)})

    def upload_file(self, bearer: Bearer, given: JsonObject) -> JsonObject:
        """Return a verb's arguments with the file that was sent in the place of what it is called."""
        upload = self.jobs.upload(bearer, str(given["upload"]))
        rest = {name: value for name, value in given.items() if name != "upload"}
        return {**rest, "file": str(self.jobs.files.upload_file(upload))}

    @contextmanager
    def attached(self, bearer: Bearer, given: JsonObject) -> Iterator[JsonObject]:
        """Give a verb's arguments with the files that were sent for it in the place of what they are called.

        Done, it has them: they wait no more. Raises NotFound for one that is not the account's.
        """
        wanted = given.get("attachments", [])
        assert isinstance(wanted, list), "its shape was checked"
        uploads = [self.jobs.upload(bearer, str(one)) for one in wanted]
        files: list[Json] = [{"file": str(self.jobs.files.upload_file(one)), "name": one.name} for one in uploads]
        yield {**given, "attachments": files}
        for one in uploads:
            self.jobs.drop_upload(one)

    def _said(self, answer: JsonObject, status: int, headers: Mapping[str, str]) -> Response:
        """Return an answer, marked where an exercise's node gives it (docs/rules/bodies.md B15)."""
        marked: JsonObject = {EXERCISE: True, **answer} if self._is_exercise() else answer
        return JSONResponse(marked, status, headers={**NO_STORE, **headers})

    def _is_exercise(self) -> bool:
        return names_of(self.node).own.is_exercise

    def _made(self, kind: JobKind, bearer: Bearer, key: str, given: JsonObject) -> tuple[Job, bool]:
        asked = dict(given)
        upload, queries = str(asked.pop("upload", "")), asked.pop("queries", None)
        lines = None
        if kind is JobKind.SEARCHES:
            check_occasion(_occasion(asked), self.node.lists)
            if bool(upload) == (queries is not None):
                raise _one_of_both()
            if isinstance(queries, list):
                lines = _lines(queries)
        return self.jobs.make(bearer, kind, key, asked, upload=upload, lines=lines)

    def _shown(self, route: ApiRoute, bearer: Bearer, asked: JsonObject) -> JsonObject:
        if route.handled is Handled.JOB_LIST:
            return {"jobs": [self._job(job) for job in self.jobs.of(bearer)]}
        wanted = str(asked["job"])
        if route.handled is Handled.JOB_RESULTS:
            return self.results(bearer, wanted, asked)
        if route.handled is Handled.JOB_CANCEL:
            return {"job": self._job(self.jobs.cancel(bearer, wanted))}
        return {"job": self._job(self.jobs.get(bearer, wanted))}

    def _job(self, job: Job) -> JsonObject:
        href, is_given = f"{PREFIX}/jobs/{job.id}", may_be_given(self.node, job)
        files: list[Json] = [
            {"name": name, "bytes": size, "href": f"{href}/files/{name}"}
            for name, size in (self.jobs.files.sizes(job) if job.has_ended and is_given else {}).items()
        ]
        return {
            "id": job.id,
            "href": href,
            "kind": job.kind.value,
            "scope": SCOPES[job.kind].value,
            "state": job.state.value,
            "made_at": to_json(job.made_at),
            "ended_at": to_json(job.ended_at),
            "until": to_json(job.ended_at + KEPT) if job.ended_at is not None else None,
            "done": job.done,
            "total": job.total,
            "share": job.share,
            "results": f"{href}/results" if job.kind is JobKind.SEARCHES else "",
            "files": files,
            "outcome": job.outcome if is_given else None,
            "error": job.error,
        }

    def _file(self, bearer: Bearer, wanted: str, name: str) -> Response:
        job = self.jobs.get(bearer, wanted)
        if not job.has_ended or name not in self.jobs.files.sizes(job) or not may_be_given(self.node, job):
            raise NotFound
        # A file cannot be marked within; what it is called says so wherever it is kept.
        called = f"{EXERCISE_WORD}-{name}" if self._is_exercise() else name
        disposition = {"Content-Disposition": f'attachment; filename="{called}"', "X-Content-Type-Options": "nosniff"}
        return FileResponse(self.jobs.files.made(job, name), media_type=FILE, headers={**NO_STORE, **disposition})

    def results(self, bearer: Bearer, wanted: str, asked: JsonObject) -> JsonObject:
        """Return rows of what a batch of queries found, as they may be seen now, and the cursor of the next."""
        job = self.jobs.get(bearer, wanted)
        if job.kind is not JobKind.SEARCHES:
            raise NotFound
        about: JsonObject = {"list": "results", "account": bearer.account.id, "job": job.id}
        cursor, limit = asked.get("cursor"), asked.get("limit", 50)
        start = self._cursors.read(str(cursor), about) if cursor else 0
        assert isinstance(start, int), "a place in results is a number"
        assert isinstance(limit, int), "its shape was checked"
        lines, following = self.jobs.files.results(job, start, limit, PAGE_BYTES_MAX)
        rows: list[JsonObject] = [json.loads(line) for line in lines]
        records = {record for row in rows for record in records_of(row)}
        seen = look_again(self.node.identity, job.account, _occasion(job.asked), records)
        shown: list[Json] = [_as_seen_now(row, seen) for row in rows]
        goes_on = following < job.results_bytes or not job.has_ended
        return {"rows": shown, "next": self._cursors.write(following, about) if goes_on else None}


def _as_seen_now(row: JsonObject, seen: SeenNow) -> JsonObject:
    """Return a row of results with what of each candidate may be shown now."""
    rest = dict(row)
    is_as_then = rest.pop("under") == to_object(seen.under)
    answer = rest["answer"]
    assert isinstance(answer, dict), "an answer is an object"
    if "candidates" in answer:
        kept: list[Json] = [
            one for found in candidates_of(row) for one in _candidate(found, seen, is_as_then=is_as_then)
        ]
        rest["answer"] = {**answer, "candidates": kept}
    if not is_as_then:
        # How much a silent source hides is said of what could be seen then.
        rest["silent_sources"] = []
    return rest


def _candidate(found: JsonObject, seen: SeenNow, *, is_as_then: bool) -> Iterator[JsonObject]:
    """Yield a candidate as it may be shown: whole, without what its facts said, or not at all."""
    record, version = RecordId(str(found["record"])), found["version"]
    if record not in seen.whole and record not in seen.in_part:
        return
    is_same = version == {**seen.whole, **seen.in_part}[record]
    if is_same and (is_as_then or record in seen.whole):
        yield found
        return
    # What the score rests on may be what changed, or what is hidden now: the record itself says what may be seen.
    yield {**found, "caption": "", "evidence": []}


def _occasion(asked: JsonObject) -> Occasion:
    given = {name: str(asked.get(name, "")) for name in ("purpose", "crime_area", "case", "occasion")}
    return Occasion(**given)


def _lines(queries: Sequence[Json]) -> Iterator[bytes]:
    assert len(queries) <= QUERIES_MAX, "its shape was checked"
    for query in queries:
        yield json.dumps(query, ensure_ascii=False).encode("utf-8") + b"\n"


def _one_of_both() -> Invalid:
    return Invalid(
        "The field queries does not hold what it should.",
        field="queries",
        why="A batch has its queries in the request, or in a file that was sent before: one of the two.",
        do="Send `queries`, or `upload` with what the answer to the upload says.",
    )


def _replayed(is_again: bool) -> Mapping[str, str]:  # noqa: FBT001 - as it is found
    return {"Idempotency-Replayed": "true"} if is_again else {}
