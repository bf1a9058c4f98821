"""The shapes that several routes have.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.kernel.canonical import JsonObject


class Body(TypedDict):
    """A body: its id, its code, its name."""

    id: str
    code: str
    name: str


class Ground(TypedDict):
    """Ground, as the API gives it."""

    number: str
    """The number of the rule."""
    allows: bool
    text: str
    source: str
    remedy: str


class Decision(TypedDict):
    """A decision with every ground that was examined."""

    allowed: bool
    grounds: list[Ground]
    routed_to: str
    """The authority that may do it instead."""
    facts: list[list[str]]


class Silence(TypedDict):
    """What an answer lacks because a source is silent."""

    body: Body
    since: str
    """When it was heard last; empty: never."""
    records: int


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


class QueryErrorAlso(TypedDict):
    """Query error also, as the API gives it."""

    field: str
    what: str
    why: str
    do: str


class QueryError(TypedDict):
    """One error, as the API gives it."""

    code: str
    what: str
    why: str
    do: str
    decision: NotRequired[Decision]
    field: NotRequired[str]
    """Invalid: which field."""
    also: NotRequired[list[QueryErrorAlso]]
    """Invalid: what else is wrong, each at its field."""
    reason: NotRequired[str]
    """Untrusted: why."""
    changed_meanwhile: NotRequired[bool]
    """Conflict: what was seen is not what stands."""
    retry_is_safe: NotRequired[bool]
    """Unavailable: whether doing it again can count twice."""


class OneAnswer(TypedDict):
    """The answer to one of many queries, or the error of that one alone."""

    candidates: NotRequired[list[Candidate]]
    zones: NotRequired[list[Zone]]
    notes: NotRequired[list[str]]
    identifiers: NotRequired[list[Readings]]
    error: NotRequired[QueryError]


class DeliveryStep(TypedDict):
    """Delivery step, as the API gives it."""

    step: str
    by: str
    at: str
    reason: str


class Delivery(TypedDict):
    """How far an item has come at one body (the evidence ladder)."""

    to: Body
    kind: str
    state: str
    reason: str
    at: str | None
    steps: list[DeliveryStep]


class ItemStep(TypedDict):
    """Hit step, as the API gives it."""

    step: str
    officer: str
    at: str
    reason: str


class Hit(TypedDict):
    """Hit, as the API gives it."""

    id: str
    way: Literal["sent", "received"]
    sender: Body
    recipient: Body
    instrument: str
    officer: str
    our_reference: str
    your_reference: str
    at: str
    deliveries: NotRequired[list[Delivery]]
    steps: NotRequired[list[ItemStep]]
    record: str
    name: str
    version: int
    purpose: str
    crime_area: str
    outcome: Literal["confirmed", "rejected"]
    outcome_reason: str
    score: int
    circumstances: str
    state: Literal["held", "told", "answered", "closed"]
    answer: str
    is_same_person: bool | None
    answered_at: str | None


class Permission(TypedDict):
    """A request for a source's leave, and what it answered."""

    id: str
    way: Literal["sent", "received"]
    sender: Body
    recipient: Body
    instrument: str
    officer: str
    our_reference: str
    your_reference: str
    at: str
    deliveries: NotRequired[list[Delivery]]
    steps: NotRequired[list[ItemStep]]
    record: str
    name: str
    acts: list[str]
    forward_to: JsonObject | None
    """The body it may go to; null where leave is not to forward."""
    purpose: str
    crime_area: str
    justification: str
    due_at: str
    state: Literal["waiting", "granted", "refused"]
    answer_reason: str
    """Of a refusal: a code of data/reasons.yaml."""
    answer_text: str
    granted_until: str | None
    """Until when the leave holds; null where there is none."""


class CaseTask(TypedDict):
    """Case task, as the API gives it."""

    id: str
    case: str
    what: str
    officer: str
    """Who has it to do."""
    due_at: str | None
    term_of: str
    """What sets the term."""
    set_by: str
    set_at: str
    done_by: str | None
    done_at: str | None
    outcome: str


class DecisionBasisSeenEvidence(TypedDict):
    """Decision basis seen evidence, as the API gives it."""

    kind: Literal["for", "against", "neutral"]
    text: str
    weight: int


class DecisionBasisSeen(TypedDict):
    """Null where the record is erased or this reader may not see all of it now."""

    statement: str
    """Id of the statement of that version."""
    grounds: list[str]
    evidence: list[DecisionBasisSeenEvidence]


class DecisionBasis(TypedDict):
    """Decision basis, as the API gives it."""

    item: str
    """The hit or request that was decided."""
    act: str
    outcome: str
    officer: str
    at: str
    case: str
    record: str
    name: str
    version: int
    """Of the record, as it was seen."""
    purpose: str
    crime_area: str
    score: int | None
    due_at: str | None
    seen: DecisionBasisSeen | None
    """Null where the record is erased or this reader may not see all of it now."""
    version_now: int | None
    """Of the record, as it is here now; null where what was seen is not shown."""


class Result(TypedDict):
    """What identifies the result. It is kept for a day and given again to the same request (P8)."""

    id: str
    """What was made or changed."""
    href: str
    """Where it is read."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
