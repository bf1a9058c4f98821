"""What the answers of a node hold, as types: the answer of each route, and what only that holds.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes import (
    Body,
    Candidate,
    Case,
    CaseEvent,
    Decision,
    Hit,
    Message,
    MessageOutside,
    OneAnswer,
    Readings,
    Silence,
    Zone,
)
from entente.kernel.canonical import JsonObject


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


class RecordLine(TypedDict):
    """List records record, as the API gives it."""

    id: str
    name: str
    number: int
    """Its short number in this node's store."""
    caption: str
    source: Body
    schema: str
    kind: str
    version: int


class ListRecordsAnswer(TypedDict):
    """What is answered by `list_records`."""

    records: list[RecordLine]
    of: int
    """How many there are in all."""
    next: str | None
    """The cursor of the next page; null after the last."""
    silent_sources: list[Silence]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class RecordFact(TypedDict):
    """Record fact, as the API gives it."""

    property: str
    value: str
    observation: str
    """Whether it was observed or assessed."""
    unknown_property: bool
    terms: int
    """Place in the record's terms, from 0."""


class RecordLink(TypedDict):
    """Record link, as the API gives it."""

    property: str
    to: str
    name: str


class RecordFile(TypedDict):
    """Record file, as the API gives it."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    blob: str
    terms: int | None


class RecordTerm(TypedDict):
    """Record term, as the API gives it."""

    instrument: str
    purposes: list[str]
    crime_areas: list[str]
    handling: list[str]
    confidentiality: str
    evaluation: str
    status: str
    marks: list[str]
    review: str


class RecordRetention(TypedDict):
    """Record retention, as the API gives it."""

    review_on: str
    erase_on: str


class Record(TypedDict):
    """The facts that may be seen, and the links whose both ends may be known."""

    id: str
    name: str
    source: Body
    version: int
    schema: str
    kind: str
    at: str
    facts: list[RecordFact]
    links: list[RecordLink]
    files: list[RecordFile]
    terms: list[RecordTerm]
    retention: RecordRetention


class ShowRecordAnswer(TypedDict):
    """What is answered by `show_record`."""

    record: Record
    """The facts that may be seen, and the links whose both ends may be known."""
    held_since: str | None
    received_from: str
    decision: Decision
    may_go_up_to: str
    """The highest act of the ladder that is allowed."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListHitsAnswer(TypedDict):
    """What is answered by `list_hits`."""

    hits: list[Hit]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowHitAnswer(TypedDict):
    """What is answered by `show_hit`."""

    hit: Hit
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListMessagesAnswer(TypedDict):
    """What is answered by `list_messages`."""

    messages: list[MessageOutside]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowMessageAnswer(TypedDict):
    """What is answered by `show_message`."""

    message: Message
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListCasesAnswer(TypedDict):
    """What is answered by `list_cases`."""

    cases: list[Case]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowCaseAnswer(TypedDict):
    """What is answered by `show_case`."""

    case: Case
    events: list[CaseEvent]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class DirectoryLine(TypedDict):
    """List bodies body, as the API gives it."""

    id: str
    code: str
    name: str
    kind: str
    country: str
    addresses: list[str]
    introduced_by: str
    is_own: bool


class ListBodiesAnswer(TypedDict):
    """What is answered by `list_bodies`."""

    bodies: list[DirectoryLine]
    statements_of_unknown_bodies: int
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class DirectoryEntry(TypedDict):
    """Show body body, as the API gives it."""

    id: str
    code: str
    name: str
    kind: str
    country: str
    addresses: list[str]
    introduced_by: str
    is_own: bool
    zone: str
    relays: list[str]
    names: list[JsonObject]
    units: list[JsonObject]
    introduced_at: str | None
    replaces: str
    succeeded_by: str
    keys: JsonObject
    """The keys in force."""
    node_keys: list[str]


class ShowBodyAnswer(TypedDict):
    """What is answered by `show_body`."""

    body: DirectoryEntry
    is_own: bool
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class GroupEntry(TypedDict):
    """Group entry, as the API gives it."""

    body: Body
    status: str
    since: str
    until: str | None
    document: str
    counts: bool
    """Whether it counts on that day."""


class Group(TypedDict):
    """List groups group, as the API gives it."""

    id: str
    name: str
    title: str
    keeper: Body
    version: int
    entries: list[GroupEntry]


class ListGroupsAnswer(TypedDict):
    """What is answered by `list_groups`."""

    on: str
    groups: list[Group]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowGroupAnswer(TypedDict):
    """What is answered by `show_group`."""

    on: str
    group: Group
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class InstrumentLine(TypedDict):
    """List instruments instrument, as the API gives it."""

    id: str
    name: str
    kind: str
    title: str
    in_force: bool
    why: str
    parties_in_force: list[str]
    signed_by: list[str]
    proposed_by: str
    suspensions: int
    """How many stand."""


class ListInstrumentsAnswer(TypedDict):
    """What is answered by `list_instruments`."""

    instruments: list[InstrumentLine]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowInstrumentAnswer(TypedDict):
    """What is answered by `show_instrument`."""

    id: str
    name: str
    kind: str
    title: str
    in_force: bool
    why: str
    parties_in_force: list[str]
    signed_by: list[str]
    proposed_by: str
    suspensions: int
    """How many stand."""
    terms: JsonObject
    participations: list[JsonObject]
    measures: list[JsonObject]
    proposals: list[JsonObject]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class TrailRow(TypedDict):
    """Read trail row, as the API gives it."""

    sequence: int
    at: str
    verb: str
    body: Body
    officer: str
    subject: str
    subject_name: str
    detail: JsonObject
    """What came of it, with every ground."""
    root: str


class ReadTrailAnswer(TypedDict):
    """What is answered by `read_trail`."""

    rows: list[TrailRow]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
