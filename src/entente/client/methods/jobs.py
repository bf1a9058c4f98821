"""What the client that waits has under «Jobs».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from entente.client.listing import Asks, Listing
from entente.client.requests import jobs
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


class JobsMethods(Asks):
    """What the client that waits has under «Jobs»."""

    def upload_file(self, *, name: str, file: str | Path, idempotency_key: str | None = None) -> UploadFileAnswer:
        """Send a file for a job or a message that is asked for next. It is written to the disk as it comes.

        At most 1 GiB, and 8 files of an account that no job took. Sent again with its key while it waits it is the same
        file.
        Needs the scope uploads.write.

        name: The file's name, in any script.
        file: The file; it is read as it is sent.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(jobs.upload_file(name=name, file=file, idempotency_key=idempotency_key))

    def suggest_mapping(
        self,
        upload: str,
        *,
        keys: Sequence[str] | None = None,
        row_schema: str | None = None,
        chosen: Sequence[SuggestMappingChosen] | None = None,
    ) -> SuggestMappingAnswer:
        """Propose a mapping for a table that was sent, as text that a person edits.

        Needs the scope imports.write.

        upload: The file, as the answer to its upload calls it.
        keys: Those that together tell one row from another.
        row_schema: What a row is about, a schema of records.
        chosen: What single columns hold, in place of what would be proposed.
        """
        return self.ask(jobs.suggest_mapping(upload, keys=keys, row_schema=row_schema, chosen=chosen))

    def preview_import(
        self, upload: str, *, terms: str | None = None, mapping: str | None = None, rows: int | None = None
    ) -> PreviewImportAnswer:
        """Tell the format of a file that was sent and, with terms, read its first rows as an import would; keep nothing.

        Needs the scope imports.write.

        upload: The file, as the answer to its upload calls it.
        terms: The terms under which it is kept, YAML or JSON: title, kind, purposes, crime_areas, handling,
            confidentiality, source_evaluation, information_evaluation, subject ({Person: wanted}), retention
            ({review_after_years: 1, erase_after_years: 4}), and instrument where it is shared under one;
            docs/guides/import.md has each.
        mapping: Of a table.
        rows: How many rows at most.
        """
        return self.ask(jobs.preview_import(upload, terms=terms, mapping=mapping, rows=rows))

    def search_batch(
        self,
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
    ) -> Result:
        """Search for a long list of queries, for one purpose: as a job.

        Either `queries` or `upload`: CSV, JSON lines or Parquet. Each hundred queries are one row of the trail.
        Needs the scope search.

        queries: The queries themselves.
        upload: The file, as the answer to its upload calls it.
        delimiter: Of a CSV file.
        ignored: Columns that are left out.
        occasion: What it is for, where there is no case.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            jobs.search_batch(
                purpose=purpose,
                crime_area=crime_area,
                queries=queries,
                upload=upload,
                delimiter=delimiter,
                ignored=ignored,
                case=case,
                occasion=occasion,
                idempotency_key=idempotency_key,
            )
        )

    def import_records(
        self,
        *,
        upload: str,
        terms: str,
        mapping: str | None = None,
        share_with: Sequence[str] | None = None,
        list: str | None = None,
        withdraw_gone: bool | None = None,
        gone_percent_max: int | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Import records of this body from a file that was sent, under stated terms: as a job.

        A row that cannot be taken stands in the job's file rejects.jsonl, a JSON object a line with place, field, why
        and raw, and stops no other. The job's outcome has `summary`, with the numbers read, created, updated,
        unchanged, rejected and withdrawn; `left_out`, what is never carried; and `losses`, each with reason, count and
        meaning.
        Needs the scope imports.write.

        upload: The file, as the answer to its upload calls it.
        terms: The terms under which it is kept, YAML or JSON: title, kind, purposes, crime_areas, handling,
            confidentiality, source_evaluation, information_evaluation, subject ({Person: wanted}), retention
            ({review_after_years: 1, erase_after_years: 4}), and instrument where it is shared under one;
            docs/guides/import.md has each.
        mapping: Of a table, which has one; POST /uploads/{upload}/mapping proposes it.
        share_with: Codes or ids of bodies that get a copy.
        list: Of which list the file is an issue.
        withdraw_gone: Whether to withdraw what a newer issue of the list has no more.
        gone_percent_max: Of how much of the list at most.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            jobs.import_records(
                upload=upload,
                terms=terms,
                mapping=mapping,
                share_with=share_with,
                list=list,
                withdraw_gone=withdraw_gone,
                gone_percent_max=gone_percent_max,
                idempotency_key=idempotency_key,
            )
        )

    def export_records(
        self,
        *,
        purpose: str,
        crime_area: str,
        case: str | None = None,
        kind: str | None = None,
        format: Literal["ftm", "stix"] | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Write this body's own records into a file, for a purpose: as a job.

        The job's file is records.jsonl. Its outcome has `records`, how many, their `sha256`, and `losses`.
        Needs the scope records.export.

        kind: Only records of one kind.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            jobs.export_records(
                purpose=purpose,
                crime_area=crime_area,
                case=case,
                kind=kind,
                format=format,
                idempotency_key=idempotency_key,
            )
        )

    def attach_file(
        self, record: str, *, upload: str, terms: str | None = None, idempotency_key: str | None = None
    ) -> Result:
        """Attach a file that was sent to a record of this body: as a job.

        Needs the scope records.write.

        record: The record: CODE/local id.
        upload: The file, as the answer to its upload calls it.
        terms: The terms under which it is kept, YAML or JSON: title, kind, purposes, crime_areas, handling,
            confidentiality, source_evaluation, information_evaluation, subject ({Person: wanted}), retention
            ({review_after_years: 1, erase_after_years: 4}), and instrument where it is shared under one;
            docs/guides/import.md has each.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(jobs.attach_file(record, upload=upload, terms=terms, idempotency_key=idempotency_key))

    def fetch_file(
        self,
        record: str,
        *,
        file: str,
        purpose: str,
        crime_area: str,
        case: str | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Take a file out of a record, fetching it first where it is not here: as a job.

        The job's file is called file. The look is a row of the trail.
        Needs the scope records.read.

        record: The record: CODE/local id.
        file: Its name, or its blob.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            jobs.fetch_file(
                record, file=file, purpose=purpose, crime_area=crime_area, case=case, idempotency_key=idempotency_key
            )
        )

    def list_jobs(self) -> ListJobsAnswer:
        """List the account's own jobs, the newest first.

        The token needs the scope of what a job does, too.
        Needs the scope jobs.
        """
        return self.ask(jobs.list_jobs())

    def show_job(self, job: str) -> ShowJobAnswer:
        """Say how far a job is, and what came of it.

        Needs the scope jobs.

        job: Its id.
        """
        return self.ask(jobs.show_job(job))

    def show_results(self, job: str, *, page_size: int | None = None) -> Listing[ShowResultsAnswer, FoundRow]:
        """Read what a batch of queries found, as far as it is and may be seen now.

        While the job goes on, `next` is there also where no row follows yet.
        Needs the scope jobs.

        job: Its id.
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, jobs.show_results(job, page_size=page_size))

    def read_job_file(self, job: str, name: str, *, into: str | Path) -> Path:
        """Read a file that came of a job: its rejects, an export, a record's file.

        Needs the scope jobs.

        job: Its id.
        name: The file's name.
        into: Where the file is written as it comes: a new one, for this account alone.
        """
        return self.ask(jobs.read_job_file(job, name, into=into))

    def cancel_job(self, job: str) -> ShowJobAnswer:
        """End a job at its next durable step; what is done stays.

        Done again it changes nothing, so that it needs no Idempotency-Key.
        Needs the scope jobs.

        job: Its id.
        """
        return self.ask(jobs.cancel_job(job))
