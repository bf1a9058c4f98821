"""The shapes of what the routes under «Search» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body, Decision, Silence


class Evidence(TypedDict):
    """Evidence, as the API gives it."""

    kind: Literal["for", "against"]
    text: str
    weight: int


class Candidate(TypedDict):
    """Candidate, as the API gives it."""

    record: str
    """The record's id."""
    name: str
    """The same with the code of its source: CODE/local id."""
    caption: str
    source: Body
    schema: str
    kind: str
    version: int
    instrument: str
    score: int
    """0 to 1000: of candidates with 900, about nine in ten are right."""
    not_identical: str
    """The finding that the bearer is another person; empty where there is none."""
    evidence: list[Evidence]


class ZoneFault(TypedDict):
    """Zone fault, as the API gives it."""

    field: str
    kind: str
    text: str
    line: int
    place: int
    proposed: str


class Zone(TypedDict):
    """What a machine readable zone says, and each fault in it (ICAO Doc 9303)."""

    is_valid: bool
    size: str
    lines: list[str]
    document_code: str
    issuer: str
    issuer_country: str
    number: str
    nationality: str
    nationality_country: str
    birth_date: str
    sex: str
    expiry_date: str
    surname: str
    given_names: str
    name_may_be_cut: bool
    personal_number: str
    optional: list[str]
    faults: list[ZoneFault]
    notes: list[str]
    proposed_lines: list[str]


class ReadingsReading(TypedDict):
    """Readings reading, as the API gives it."""

    kind: str
    validity: str
    normal: str
    text: str
    proposed: str


class Readings(TypedDict):
    """What a number may be: of which kind, and whether its check digits agree."""

    text: str
    readings: list[ReadingsReading]


class QueryError(TypedDict):
    """One error, as the API gives it."""

    code: str
    what: str
    why: str
    do: str
    decision: NotRequired[Decision]
    field: NotRequired[str]
    """Invalid: which field."""
    reason: NotRequired[str]
    """Untrusted: why."""
    retry_is_safe: NotRequired[bool]
    """Unavailable: whether doing it again can count twice."""


class OneAnswer(TypedDict):
    """The answer to one of many queries, or the error of that one alone."""

    candidates: NotRequired[list[Candidate]]
    zones: NotRequired[list[Zone]]
    notes: NotRequired[list[str]]
    identifiers: NotRequired[list[Readings]]
    error: NotRequired[QueryError]


class SearchAnswer(TypedDict):
    """What is answered by `search`."""

    candidates: list[Candidate]
    zones: list[Zone]
    notes: list[str]
    identifiers: list[Readings]
    searched: int
    """Records that were searched."""
    trail_sequence: int
    """The row of the trail that has this search."""
    silent_sources: list[Silence]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class SearchManyAnswer(TypedDict):
    """What is answered by `search_many`."""

    answers: list[OneAnswer]
    """In the order of the queries."""
    searched: int
    """Records that were searched."""
    trail_sequence: int
    """The row of the trail that has this search."""
    silent_sources: list[Silence]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class Query(TypedDict):
    """Search many query, as the API gives it."""

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


class CheckMrzAnswer(TypedDict):
    """What is answered by `check_mrz`."""

    zone: Zone
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
