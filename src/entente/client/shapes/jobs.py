"""The shapes of what the routes under «Jobs» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import OneAnswer, Silence
from entente.kernel.canonical import JsonObject


class JobFile(TypedDict):
    """Job file, as the API gives it."""

    name: str
    bytes: int
    href: str


class Job(TypedDict):
    """Something that takes longer than an answer."""

    id: str
    href: str
    kind: Literal["searches", "import", "export", "attachment", "file", "message_file", "fetch", "backup"]
    scope: str
    """What a token needs beside `jobs` to see it."""
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    made_at: str
    ended_at: str | None
    until: str | None
    """How long it is kept."""
    done: int
    """Rows that are durable."""
    total: int | None
    """How many rows there are, where that is known."""
    share: int | None
    """Thousandths of its file that were read, where that is known."""
    results: str
    """Where results are read; empty for a job that has none."""
    files: list[JobFile]
    outcome: JsonObject | None
    """Of one that is done, as its route says; of a batch of queries `rows`, how many there are."""
    error: JsonObject | None
    """Of one that failed: code, what, why, do, and more as in Problem."""


class FoundRow(TypedDict):
    """What one query of a batch found, as it may be seen now."""

    row: int
    """Its place among the queries, from 1."""
    reference: str
    """What the sender called it."""
    answer: OneAnswer
    trail_sequence: int | None
    """The row of the trail that has this search; null where the query could not be read."""
    silent_sources: list[Silence]


class UploadFileAnswer(TypedDict):
    """What is answered by `upload_file`."""

    id: str
    """What the request for a job calls it."""
    href: str
    """Empty: it is given back to nobody."""
    name: str
    """What it is called here: as it was sent, in composed form (NFC)."""
    bytes: int
    sha256: str
    until: str
    """When it is removed, if no job took it."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class SuggestMappingColumn(TypedDict):
    """Suggest mapping column, as the API gives it."""

    name: str
    means: str
    """A property, keep, ignore, or never of what is never carried."""
    why: str
    distinct: int
    """How many cells of the sample differ."""


class SuggestMappingCounted(TypedDict):
    """Suggest mapping counted, as the API gives it."""

    rows: int
    """How many of the first rows were counted; 0 without a key."""
    distinct: int
    """How many keys differ."""
    doubled: int
    """Rows whose key a row before them has."""
    lacking: int
    """Rows without a whole key."""
    is_whole: bool
    """Whether these are all rows of the table."""
    examples: list[str]


class SuggestMappingAnswer(TypedDict):
    """What is answered by `suggest_mapping`."""

    mapping: str
    row_schema: str
    keys: list[str]
    """None where no column tells the rows of the sample apart."""
    columns: list[SuggestMappingColumn]
    sample: int
    """How many rows were looked at to propose it."""
    counted: SuggestMappingCounted
    properties: list[str]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class SuggestMappingChosen(TypedDict):
    """Suggest mapping chosen, as the API gives it."""

    column: str
    """Its name."""
    means: str
    """A property, or keep, or ignore."""


class PreviewImportRowValue(TypedDict):
    """Preview import row value, as the API gives it."""

    property: str
    value: str


class PreviewImportRow(TypedDict):
    """Preview import row, as the API gives it."""

    outcome: Literal["record", "rejected", "revoked"]
    place: str
    """Its line, its id in the file, or the id that the record would have."""
    field: str
    """Of a rejected row: where it is wrong."""
    why: str
    raw: str
    """Of a rejected row: what stands there, at most 500 characters."""
    schema: str
    kind: str
    values: list[PreviewImportRowValue]


class PreviewImportAnswer(TypedDict):
    """What is answered by `preview_import`."""

    format: str
    """By its content."""
    title: str
    instrument: str
    rows: list[PreviewImportRow]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class SearchBatchQuery(TypedDict):
    """Search batch query, as the API gives it."""

    names: NotRequired[list[str]]
    """Names in any script; several are tried each."""
    birth_date: NotRequired[str]
    """1979, 1979-05 or 1979-05-04."""
    country: NotRequired[str]
    """ISO 3166-1 alpha-2."""
    sex: NotRequired[Literal["", "female", "male", "other"]]
    identifiers: NotRequired[list[str]]
    """A document number, plate, VIN, phone, wallet, or the lines of a scanned zone."""
    line: NotRequired[str]
    """What is known, parted by commas: «Rahimov, 1979, AB 123456»."""
    reference: NotRequired[str]
    """What the sender calls it."""


class ListJobsAnswer(TypedDict):
    """What is answered by `list_jobs`."""

    jobs: list[Job]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowJobAnswer(TypedDict):
    """What is answered by `show_job`."""

    job: Job
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowResultsAnswer(TypedDict):
    """What is answered by `show_results`."""

    rows: list[FoundRow]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
