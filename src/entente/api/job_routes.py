"""The routes of what takes longer than an answer: files that are sent, jobs made of them, and what comes of those.

A long job is asked for with POST, which answers 202 with its address; GET there says how far it is.
"""

from __future__ import annotations

from entente.api.components import FILE_NAME
from entente.api.components import UPLOAD as _UPLOAD
from entente.api.record_routes import PATH, WHY, with_record
from entente.api.route import FILE, ApiRoute, Handled, Method, Writes
from entente.api.search_routes import OCCASION, QUERY
from entente.api.shapes import NEXT, flag, free_text, many, moment, named, number, one_of, said, text, thing, whole
from entente.api.sharing_routes import TERMS_CHARACTERS_MAX
from entente.bodies.tokens import Scope
from entente.kernel.canonical import JsonObject
from entente.kernel.file_names import NAME_CHARACTERS_MAX
from entente.kernel.jobs import JobKind
from entente.records.listing import PERCENT_MAX
from entente.verbs.arguments import TEXTS_MAX
from entente.verbs.record_export import ExportFormat
from entente.verbs.record_preview import ROWS as PREVIEW_ROWS
from entente.verbs.record_preview import ROWS_MAX as PREVIEW_ROWS_MAX

ROWS_MAX = 200
"""Rows in one page of results; with every candidate that may be shown about 4 MB."""
QUERIES_MAX = 10_000
"""Queries that stand in the request itself; of more a file is sent."""
_JOB: dict[str, JsonObject] = {"job": text("Its id.", most=64, pattern=r"^job-[0-9a-f]{32}$")}
_TERMS = text(
    "The terms under which it is kept, YAML or JSON: title, kind, purposes, crime_areas, handling, confidentiality,"
    " source_evaluation, information_evaluation, subject ({Person: wanted}), retention ({review_after_years: 1,"
    " erase_after_years: 4}), and instrument where it is shared under one; docs/guides/import.md has each.",
    most=TERMS_CHARACTERS_MAX,
)
_QUERY = thing({**QUERY, "reference": free_text("What the sender calls it.", most=200)}, *QUERY, "reference")

FILES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="upload_file",
        method=Method.POST,
        path="/uploads",
        verb="",
        about="Jobs",
        summary="Send a file for a job or a message that is asked for next. It is written to the disk as it comes.",
        scope=Scope.UPLOAD,
        needs=("search", "import_records", "attach_file", "send_message"),
        query={"name": text("The file's name, in any script.", most=NAME_CHARACTERS_MAX)},
        needed=("name",),
        answer=thing(
            {
                "id": said("What the request for a job calls it"),
                "href": said("Empty: it is given back to nobody"),
                "name": said("What it is called here: as it was sent, in composed form (NFC)"),
                "bytes": number(),
                "sha256": said(),
                "until": moment("When it is removed, if no job took it"),
            }
        ),
        handled=Handled.UPLOAD,
        takes=FILE,
        status=201,
        writes=Writes.ONCE,
        stops_where="At most 1 GiB, and 8 files of an account that no job took. Sent again with its key while it waits it is the"
        " same file.",
    ),
    ApiRoute(
        name="suggest_mapping",
        method=Method.POST,
        path="/uploads/{upload}/mapping",
        verb="record_mapping_suggest",
        about="Jobs",
        summary="Propose a mapping for a table that was sent, as text that a person edits.",
        scope=Scope.IMPORT,
        needs=("import_records",),
        path_fields={"upload": _UPLOAD},
        body=thing(
            {
                "keys": many(text("The name of a column."), "Those that together tell one row from another.", most=20),
                "row_schema": text("What a row is about, a schema of records."),
                "chosen": many(
                    thing({"column": text("Its name."), "means": text("A property, or keep, or ignore.")}),
                    "What single columns hold, in place of what would be proposed.",
                    most=TEXTS_MAX,
                ),
            },
            "keys",
            "row_schema",
            "chosen",
        ),
        answer=thing(
            {
                "mapping": said(),
                "row_schema": said(),
                "keys": many(said(), "None where no column tells the rows of the sample apart"),
                "columns": many(
                    thing(
                        {
                            "name": said(),
                            "means": said("A property, keep, ignore, or never of what is never carried"),
                            "why": said(),
                            "distinct": number("How many cells of the sample differ"),
                        }
                    )
                ),
                "sample": number("How many rows were looked at to propose it"),
                "counted": thing(
                    {
                        "rows": number("How many of the first rows were counted; 0 without a key"),
                        "distinct": number("How many keys differ"),
                        "doubled": number("Rows whose key a row before them has"),
                        "lacking": number("Rows without a whole key"),
                        "is_whole": flag("Whether these are all rows of the table"),
                        "examples": many(said("Some keys that stand more than once")),
                    }
                ),
                "properties": many(said("What a column may hold")),
            }
        ),
        handled=Handled.VERB_ON_UPLOAD,
    ),
    ApiRoute(
        name="preview_import",
        method=Method.POST,
        path="/uploads/{upload}/preview",
        verb="record_import_preview",
        about="Jobs",
        summary="Tell the format of a file that was sent and, with terms, read its first rows as an import would; keep nothing.",
        scope=Scope.IMPORT,
        needs=("import_records",),
        path_fields={"upload": _UPLOAD},
        body=thing(
            {
                "terms": _TERMS,
                "mapping": text("Of a table.", most=TERMS_CHARACTERS_MAX),
                "rows": whole("How many rows at most.", least=1, most=PREVIEW_ROWS_MAX, default=PREVIEW_ROWS),
            },
            "terms",
            "mapping",
            "rows",
        ),
        answer=thing(
            {
                "format": said("By its content"),
                "title": said(),
                "instrument": said(),
                "rows": many(
                    thing(
                        {
                            "outcome": one_of("record", "rejected", "revoked"),
                            "place": said("Its line, its id in the file, or the id that the record would have"),
                            "field": said("Of a rejected row: where it is wrong"),
                            "why": said(),
                            "raw": said("Of a rejected row: what stands there, at most 500 characters"),
                            "schema": said(),
                            "kind": said(),
                            "values": many(thing({"property": said(), "value": said()})),
                        }
                    )
                ),
            }
        ),
        handled=Handled.VERB_ON_UPLOAD,
    ),
)
MADE: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="search_batch",
        method=Method.POST,
        path="/searches/batches",
        verb="search_many",
        about="Jobs",
        summary="Search for a long list of queries, for one purpose: as a job.",
        scope=Scope.SEARCH,
        needs=("search",),
        body=thing(
            {
                "queries": many(_QUERY, "The queries themselves.", least=1, most=QUERIES_MAX),
                "upload": _UPLOAD,
                "delimiter": one_of(",", ";", "tab", help_text="Of a CSV file."),
                "ignored": many(text(most=60), "Columns that are left out.", most=100),
                **OCCASION,
            },
            "queries", "upload", "delimiter", "ignored", "case", "occasion",
        ),
        answer=named("Result"),
        handled=Handled.JOB,
        job=JobKind.SEARCHES,
        status=202,
        writes=Writes.ONCE,
        stops_where="Either `queries` or `upload`: CSV, JSON lines or Parquet. Each hundred queries are one row of the trail.",
    ),
    ApiRoute(
        name="import_records",
        method=Method.POST,
        path="/imports",
        verb="record_import",
        about="Jobs",
        summary="Import records of this body from a file that was sent, under stated terms: as a job.",
        scope=Scope.IMPORT,
        needs=("import_records",),
        body=thing(
            {
                "upload": _UPLOAD,
                "terms": _TERMS,
                "mapping": text(
                    "Of a table, which has one; POST /uploads/{upload}/mapping proposes it.", most=TERMS_CHARACTERS_MAX
                ),
                "share_with": many(text(most=64), "Codes or ids of bodies that get a copy.", most=TEXTS_MAX),
                "list": text("Of which list the file is an issue.", most=64),
                "withdraw_gone": flag("Whether to withdraw what a newer issue of the list has no more."),
                "gone_percent_max": whole("Of how much of the list at most.", least=0, most=100, default=PERCENT_MAX),
            },
            "mapping", "share_with", "list", "withdraw_gone", "gone_percent_max",
        ),
        answer=named("Result"),
        handled=Handled.JOB,
        job=JobKind.IMPORT,
        status=202,
        writes=Writes.ONCE,
        stops_where="A row that cannot be taken stands in the job's file rejects.jsonl, a JSON object a line with place, field,"
        " why and raw, and stops no other. The job's outcome has `summary`, with the numbers read, created, updated, unchanged,"
        " rejected and withdrawn; `left_out`, what is never carried; and `losses`, each with reason, count and meaning.",
    ),
    ApiRoute(
        name="export_records",
        method=Method.POST,
        path="/exports",
        verb="record_export",
        about="Jobs",
        summary="Write this body's own records into a file, for a purpose: as a job.",
        scope=Scope.EXPORT,
        needs=("export_records",),
        body=thing(
            {**WHY, "kind": text("Only records of one kind.", most=64), "format": one_of(*ExportFormat)},
            "case", "kind", "format",
        ),
        answer=named("Result"),
        handled=Handled.JOB,
        job=JobKind.EXPORT,
        status=202,
        writes=Writes.ONCE,
        stops_where="The job's file is records.jsonl. Its outcome has `records`, how many, their `sha256`, and `losses`.",
    ),
    ApiRoute(
        name="attach_file",
        method=Method.POST,
        path="/records/{source}/{local_id}/files",
        verb="record_attach",
        about="Jobs",
        summary="Attach a file that was sent to a record of this body: as a job.",
        scope=Scope.WRITE_RECORDS,
        needs=("attach_file",),
        path_fields=PATH,
        path_names="record",
        body=thing({"upload": _UPLOAD, "terms": _TERMS}, "terms"),
        arguments=with_record,
        answer=named("Result"),
        handled=Handled.JOB,
        job=JobKind.ATTACHMENT,
        status=202,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="fetch_file",
        method=Method.POST,
        path="/records/{source}/{local_id}/file-copies",
        verb="record_blob",
        about="Jobs",
        summary="Take a file out of a record, fetching it first where it is not here: as a job.",
        scope=Scope.READ_RECORDS,
        needs=("show_record",),
        path_fields=PATH,
        path_names="record",
        body=thing({"file": text("Its name, or its blob.", most=200), **WHY}, "case"),
        arguments=with_record,
        answer=named("Result"),
        handled=Handled.JOB,
        job=JobKind.FILE,
        status=202,
        writes=Writes.ONCE,
        stops_where="The job's file is called file. The look is a row of the trail.",
    ),
)  # fmt: skip
WATCHED: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_jobs",
        method=Method.GET,
        path="/jobs",
        verb="",
        about="Jobs",
        summary="List the account's own jobs, the newest first.",
        scope=Scope.JOBS,
        needs=(),
        answer=thing({"jobs": many(named("Job"))}),
        handled=Handled.JOB_LIST,
        stops_where="The token needs the scope of what a job does, too.",
    ),
    ApiRoute(
        name="show_job",
        method=Method.GET,
        path="/jobs/{job}",
        verb="",
        about="Jobs",
        summary="Say how far a job is, and what came of it.",
        scope=Scope.JOBS,
        needs=(),
        path_fields=_JOB,
        answer=thing({"job": named("Job")}),
        handled=Handled.JOB_SHOW,
    ),
    ApiRoute(
        name="show_results",
        method=Method.GET,
        path="/jobs/{job}/results",
        verb="",
        about="Jobs",
        summary="Read what a batch of queries found, as far as it is and may be seen now.",
        scope=Scope.JOBS,
        needs=(),
        path_fields=_JOB,
        query={"limit": whole("How many rows at most.", least=1, most=ROWS_MAX, default=50)},
        answer=thing(
            {
                "rows": many(named("FoundRow")),
                "next": NEXT,
            }
        ),
        handled=Handled.JOB_RESULTS,
        pages="after",
        stops_where="While the job goes on, `next` is there also where no row follows yet.",
    ),
    ApiRoute(
        name="read_job_file",
        method=Method.GET,
        path="/jobs/{job}/files/{name}",
        verb="",
        about="Jobs",
        summary="Read a file that came of a job: its rejects, an export, a record's file.",
        scope=Scope.JOBS,
        needs=(),
        path_fields={**_JOB, "name": FILE_NAME},
        answer={"type": "string", "format": "binary"},
        handled=Handled.JOB_FILE,
        gives=FILE,
    ),
    ApiRoute(
        name="cancel_job",
        method=Method.POST,
        path="/jobs/{job}/cancellation",
        verb="",
        about="Jobs",
        summary="End a job at its next durable step; what is done stays.",
        scope=Scope.JOBS,
        needs=(),
        path_fields=_JOB,
        answer=thing({"job": named("Job")}),
        handled=Handled.JOB_CANCEL,
        stops_where="Done again it changes nothing, so that it needs no Idempotency-Key.",
    ),
)
ROUTES = (*FILES, *MADE, *WATCHED)
"""Of the table: files and jobs."""
