"""The requests under «Jobs».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
from entente.client.shapes import (
    FoundRow,
    ListJobsAnswer,
    PreviewImportAnswer,
    Result,
    SearchBatchQuery,
    ShowJobAnswer,
    ShowResultsAnswer,
    SuggestMappingAnswer,
    SuggestMappingChosen,
    UploadFileAnswer,
)


def upload_file(*, name: str, file: str | Path, idempotency_key: str | None = None) -> Call[UploadFileAnswer]:
    """Send a file for a job or a message that is asked for next. It is written to the disk as it comes."""
    return Call(
        "upload_file",
        "POST",
        "/uploads",
        UploadFileAnswer,
        query=parameters(name=name),
        is_done_once=True,
        key=idempotency_key,
        upload=Path(file),
    )


def suggest_mapping(
    upload: str,
    *,
    keys: Sequence[str] | None = None,
    row_schema: str | None = None,
    chosen: Sequence[SuggestMappingChosen] | None = None,
) -> Call[SuggestMappingAnswer]:
    """Propose a mapping for a table that was sent, as text that a person edits."""
    return Call(
        "suggest_mapping",
        "POST",
        filled("/uploads/{upload}/mapping", upload=upload),
        SuggestMappingAnswer,
        body=given(keys=keys, row_schema=row_schema, chosen=chosen),
    )


def preview_import(
    upload: str, *, terms: str | None = None, mapping: str | None = None, rows: int | None = None
) -> Call[PreviewImportAnswer]:
    """Tell the format of a file that was sent and, with terms, read its first rows as an import would; keep nothing."""
    return Call(
        "preview_import",
        "POST",
        filled("/uploads/{upload}/preview", upload=upload),
        PreviewImportAnswer,
        body=given(terms=terms, mapping=mapping, rows=rows),
    )


def search_batch(
    *,
    purpose: str,
    crime_area: str,
    queries: Sequence[SearchBatchQuery] | None = None,
    upload: str | None = None,
    delimiter: Literal[",", ";", "tab"] | None = None,
    ignored: Sequence[str] | None = None,
    case: str | None = None,
    occasion: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Search for a long list of queries, for one purpose: as a job."""
    return Call(
        "search_batch",
        "POST",
        "/searches/batches",
        Result,
        body=given(
            queries=queries,
            upload=upload,
            delimiter=delimiter,
            ignored=ignored,
            purpose=purpose,
            crime_area=crime_area,
            case=case,
            occasion=occasion,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def import_records(
    *,
    upload: str,
    terms: str,
    mapping: str | None = None,
    share_with: Sequence[str] | None = None,
    list: str | None = None,
    withdraw_gone: bool | None = None,
    gone_percent_max: int | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Import records of this body from a file that was sent, under stated terms: as a job."""
    return Call(
        "import_records",
        "POST",
        "/imports",
        Result,
        body=given(
            upload=upload,
            terms=terms,
            mapping=mapping,
            share_with=share_with,
            list=list,
            withdraw_gone=withdraw_gone,
            gone_percent_max=gone_percent_max,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def export_records(
    *,
    purpose: str,
    crime_area: str,
    case: str | None = None,
    kind: str | None = None,
    format: Literal["ftm", "stix"] | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Write this body's own records into a file, for a purpose: as a job."""
    return Call(
        "export_records",
        "POST",
        "/exports",
        Result,
        body=given(purpose=purpose, crime_area=crime_area, case=case, kind=kind, format=format),
        is_done_once=True,
        key=idempotency_key,
    )


def attach_file(
    record: str, *, upload: str, terms: str | None = None, idempotency_key: str | None = None
) -> Call[Result]:
    """Attach a file that was sent to a record of this body: as a job."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "attach_file",
        "POST",
        filled("/records/{source}/{local_id}/files", source=source, local_id=local_id),
        Result,
        body=given(upload=upload, terms=terms),
        is_done_once=True,
        key=idempotency_key,
    )


def fetch_file(
    record: str,
    *,
    file: str,
    purpose: str,
    crime_area: str,
    case: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Take a file out of a record, fetching it first where it is not here: as a job."""
    source, local_id = two_parts("record", record, "XA-NCB/w-17")
    return Call(
        "fetch_file",
        "POST",
        filled("/records/{source}/{local_id}/file-copies", source=source, local_id=local_id),
        Result,
        body=given(file=file, purpose=purpose, crime_area=crime_area, case=case),
        is_done_once=True,
        key=idempotency_key,
    )


def list_jobs() -> Call[ListJobsAnswer]:
    """List the account's own jobs, the newest first."""
    return Call("list_jobs", "GET", "/jobs", ListJobsAnswer)


def show_job(job: str) -> Call[ShowJobAnswer]:
    """Say how far a job is, and what came of it."""
    return Call("show_job", "GET", filled("/jobs/{job}", job=job), ShowJobAnswer)


def show_results(job: str, *, page_size: int | None = None) -> PagedCall[ShowResultsAnswer, FoundRow]:
    """Read what a batch of queries found, as far as it is and may be seen now."""
    return PagedCall(
        "show_results",
        "GET",
        filled("/jobs/{job}/results", job=job),
        ShowResultsAnswer,
        query=parameters(limit=page_size),
        items="rows",
    )


def read_job_file(job: str, name: str, *, into: str | Path) -> Call[Path]:
    """Read a file that came of a job: its rejects, an export, a record's file."""
    return Call("read_job_file", "GET", filled("/jobs/{job}/files/{name}", job=job, name=name), Path, into=Path(into))


def cancel_job(job: str) -> Call[ShowJobAnswer]:
    """End a job at its next durable step; what is done stays."""
    return Call("cancel_job", "POST", filled("/jobs/{job}/cancellation", job=job), ShowJobAnswer)
