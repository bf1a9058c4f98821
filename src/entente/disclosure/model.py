"""What the gate reads and what it answers: disclosure classes, requests, the situation, leaves.

Source: DESIGN section 5; docs/rules/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entente.agreements.model import InstrumentState, Measure, Right
from entente.bodies.model import GroupReference, Officer
from entente.bodies.succession import Successors
from entente.bodies.unit_limits import UnitBounds
from entente.handling.model import (
    CodeLists,
    DisclosureAct,
    FactDates,
    InformationEvaluation,
    Restriction,
    ReviewState,
    SourceEvaluation,
)
from entente.kernel.decision import Decision
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId, StatementId


@dataclass(frozen=True, slots=True)
class DisclosureClass:
    """All that the gate reads of a fact except its dates. Equal classes are stored once and referred to by number.

    Codes are kept as text: an unknown one is refused by the gate, not lost by the reader.
    """

    source: BodyId
    kind: str
    instrument: InstrumentId | None
    """The instrument it was shared under; None for data that its source has not shared."""
    purposes: frozenset[str]
    crime_areas: frozenset[str]
    handling: frozenset[str]
    confidentiality: str
    source_evaluation: SourceEvaluation
    information_evaluation: InformationEvaluation
    status: str
    """The subject's status, a code of data/subject_statuses.yaml."""
    marks: frozenset[str]
    restrictions: frozenset[Restriction]
    review: ReviewState


@dataclass(frozen=True, slots=True)
class Reader:
    """Who would read: a body, and at our own node the officer's roles, and unit, there."""

    body: BodyId
    officer: OfficerId | None = None
    roles: frozenset[str] | None = None
    """The officer's roles; None when a body as such is decided about, whose own node judges its officers (D9)."""
    unit: str = ""
    """The officer's unit, whose limits bind them (D10); empty for one of the body itself."""

    @classmethod
    def of(cls, body: BodyId, officer: Officer) -> Reader:
        """Return an officer of our own body, or a machine account of it, as who reads."""
        return cls(body, officer.id, officer.roles, officer.unit)


@dataclass(frozen=True, slots=True)
class DisclosureRequest:
    """One «may I?» to the gate."""

    reader: Reader
    act: DisclosureAct
    right: Right
    """The right it rests on: `copy` for a copy held here, `consult` for an answer by the source's node, `record` for
    sending our own in."""
    purpose: str
    crime_area: str
    cls: DisclosureClass
    instrument: InstrumentId | None
    """The instrument the act is done under; it must be the class's own (one instrument per act)."""
    recipient: BodyId | None = None
    """For `forward`: who would get it."""
    record: RecordId | None = None
    """Where one record is judged, so that a leave for it counts."""
    dates: FactDates | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """The source's signed permission for acts that its handling code makes depend on it."""

    id: str
    source: BodyId
    grantee: BodyId
    records: frozenset[RecordId]
    acts: frozenset[DisclosureAct]
    recipient: BodyId | None
    """For `forward`: to whom."""
    purpose: str
    since: datetime
    until: datetime
    statement: StatementId


@dataclass(frozen=True, slots=True)
class Standing:
    """What the directory says of a body: in it, with keys in force."""

    has_valid_keys: bool


@dataclass(frozen=True, slots=True)
class InForce:
    """An instrument with what follows from it now: whether it is in force, and for which parties."""

    state: InstrumentState
    is_in_force: bool
    why: str
    """A sentence: since when in force, or what is missing."""
    parties: frozenset[BodyId]
    """Parties and members of party groups as of now that have signed and not withdrawn."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the gate may consult, as of one moment; built by disclosure.service, never by an edge."""

    own_body: BodyId
    bodies: Mapping[BodyId, Standing]
    instruments: Mapping[InstrumentId, InForce]
    measures: tuple[Measure, ...]
    heard: Mapping[BodyId, datetime]
    """Body → up to when its own control statements have arrived here; a body never heard is not in it."""
    groups: Mapping[GroupReference, frozenset[BodyId]]
    """Every group and status named anywhere, resolved as of now."""
    leaves: tuple[Leave, ...]
    lists: CodeLists
    valid_until: datetime
    """The next moment at which a date in it passes; a cached answer is not used beyond."""
    successors: Successors = field(default_factory=dict)
    """Earlier body → the body that this node accepted in its place (docs/rules/bodies.md B14)."""
    units: UnitBounds | None = None
    """What binds the officers of each unit of our own body (docs/rules/bodies.md B17); None where no unit has limits."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The Decision on one act, and how far up the ladder the grounds together would let the reader go."""

    decision: Decision
    ceiling: DisclosureAct | None
    """The highest act allowed for this reader, purpose and right; None when not even `know` is."""
    may_ask: bool
    """True when leave from the source would lift every ground that refuses the act."""
