"""The shapes of what the routes under «Records» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Body, Decision, Silence
from entente.kernel.canonical import JsonObject


class RecordLine(TypedDict):
    """List records record, as the API gives it."""

    id: str
    name: str
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
    observation: str
    """Whether it was observed or assessed."""


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
    has_original: bool
    """Whether the part of the file that it was made from is here."""
    is_linked_to: bool
    """Whether another record links to it by a link that may be seen."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowHoldersHolder(TypedDict):
    """Show holders holder, as the API gives it."""

    body: Body
    version: int
    state: str
    by: JsonObject | None
    """The body that passed it on; null where we sent it."""
    sent_at: str | None
    stored_at: str | None
    asked_at: str | None
    confirmed_at: str | None
    is_missing: bool
    """Whether it was asked to end its copy and has not confirmed."""


class ShowHoldersAnswer(TypedDict):
    """What is answered by `show_holders`."""

    record: str
    name: str
    version: int
    withdrawn_at: str | None
    erase_on: str | None
    is_expired: bool
    erased_at: str | None
    holders: list[ShowHoldersHolder]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowWhoCanSeeHolder(TypedDict):
    """Show who can see holder, as the API gives it."""

    body: Body
    version: int
    state: str
    at: str


class ShowWhoCanSeeWho(TypedDict):
    """Show who can see who, as the API gives it."""

    body: Body
    may_go_up_to: str
    decision: Decision


class GroundNamed(TypedDict):
    """Unit sight ground, as the API gives it."""

    number: str
    text: str


class UnitSight(TypedDict):
    """Show who can see unit, as the API gives it."""

    unit: str
    name: str
    may_go_up_to: str
    ground: GroundNamed


class ShowWhoCanSeeAnswer(TypedDict):
    """What is answered by `show_who_can_see`."""

    record: str
    name: str
    holders: list[ShowWhoCanSeeHolder]
    who: list[ShowWhoCanSeeWho]
    units: list[UnitSight]
    """Our own units that have limits, for who may look at these."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowOriginalAnswer(TypedDict):
    """What is answered by `show_original`."""

    record: str
    name: str
    file: str
    file_date: str
    file_sha256: str
    format: str
    text: str
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListLinksLink(TypedDict):
    """List links link, as the API gives it."""

    property: str
    to: str
    name: str
    observation: str
    is_seen: bool
    """Whether something of the far end may be seen here."""
    caption: str
    schema: str
    kind: str


class ListLinksLinkedBy(TypedDict):
    """List links linked by, as the API gives it."""

    property: str
    record: str
    name: str
    observation: str
    caption: str
    schema: str
    kind: str
    beyond: list[ListLinksLink]
    """Of a record that says how two things are tied: what else it ties."""


class ListLinksAnswer(TypedDict):
    """What is answered by `list_links`."""

    record: str
    name: str
    caption: str
    schema: str
    links: list[ListLinksLink]
    linked_by: list[ListLinksLinkedBy]
    has_more: bool
    """Whether more records than these link to it by a link that may be seen."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListVersionsVersion(TypedDict):
    """List versions version, as the API gives it."""

    version: int
    at: str
    officer: str
    facts: int


ListVersionsNotHere = TypedDict("ListVersionsNotHere", {"from": int, "to": int})
"""List versions not here, as the API gives it."""


class ListVersionsLineOlder(TypedDict):
    """List versions line older, as the API gives it."""

    value: str
    observation: str
    """Of a fact or link: whether it was observed or assessed."""
    terms: list[RecordTerm]
    """The terms it stands on; none for an end."""
    sha256: str
    """Of a file."""


class ListVersionsLine(TypedDict):
    """List versions line, as the API gives it."""

    part: Literal["fact", "link", "file", "terms", "end"]
    name: str
    """The property of a fact or link; review_on or erase_on."""
    change: Literal["same", "added", "taken_away", "changed"]
    older: list[ListVersionsLineOlder]
    """The line as this version has it; empty where it does not."""
    newer: list[ListVersionsLineOlder]
    """The line as this version has it; empty where it does not."""


class ListVersionsAnswer(TypedDict):
    """What is answered by `list_versions`."""

    record: str
    name: str
    schema: str
    versions: list[ListVersionsVersion]
    not_here: list[ListVersionsNotHere]
    """Runs of versions that are not here."""
    older: int
    """Which version is compared; 0 where there is one version alone."""
    newer: int
    """… with which."""
    lines: list[ListVersionsLine]
    """Every line of both, unchanged ones too."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class CorrectRecordChange(TypedDict):
    """Correct record change, as the API gives it."""

    property: str
    """A property of the record's schema."""
    was: NotRequired[str]
    """The value that stands there; empty where one is added."""
    value: NotRequired[str]
    """The value from now on; empty where it is taken away."""
    observation: NotRequired[Literal["observed", "assessed"]]
    """Whether it was observed or assessed."""
    terms: NotRequired[int]
    """The place of its terms, as shown for the purpose: of an added value, and of one that stands on several."""


class EnterRecordFact(TypedDict):
    """Enter record fact, as the API gives it."""

    property: str
    """A property of the schema."""
    value: str
    """Its value."""
    observation: NotRequired[Literal["observed", "assessed"]]
    """Whether it was observed or assessed."""


class EnterRecordLink(TypedDict):
    """Enter record link, as the API gives it."""

    property: str
    """A link of the schema."""
    to: str
    """The record: CODE/local id, or its id."""
    observation: NotRequired[Literal["observed", "assessed"]]
    """Whether it was observed or assessed."""


class ForeseeRecordWho(TypedDict):
    """Foresee record who, as the API gives it."""

    body: Body
    may_go_up_to: str
    gets_copy: bool
    """Whether it would get a copy at once."""
    decision: Decision


class ForeseeRecordAnswer(TypedDict):
    """What is answered by `foresee_record`."""

    schema: str
    kind: str
    facts: list[RecordFact]
    links: list[RecordLink]
    retention: RecordRetention
    terms: list[RecordTerm]
    who: list[ForeseeRecordWho]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
