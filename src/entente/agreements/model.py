"""Instruments between bodies: their paper act, their machine terms, each party's participation, measures.

An instrument is immutable; what changes is each party's own participation, which only that party writes.
Source: DESIGN sections 2 and 5; docs/rules/agreements.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from entente.bodies.model import GroupReference
from entente.kernel.ids import BodyId, InstrumentId, StatementId

PARTIES_MAX = 512
"""Twice the 260 bodies the desk must be fluent with (issue part 5)."""
CLAUSES_MAX = 200
LEASE_MINUTES_MIN = 5
"""Ours: a line that is slow, or a node that starts again, is not heard for minutes; a shorter lease would hide what is shared."""
LEASE_MINUTES_MAX = 90 * 24 * 60
"""Ours: a copy that nobody confirmed for three months is no longer kept fresh by anybody."""
LEASE_MINUTES = 24 * 60
"""The lease where an instrument states none (DESIGN section 5)."""
LONGER_LEASES = {"wanted_person": 72 * 60, "travel_document": 72 * 60}
"""Kinds that an instrument without any stated lease lets be shown longer (DESIGN section 5: wanted persons and documents)."""


class InstrumentKind(StrEnum):
    """What the paper act is."""

    CHARTER = "charter"
    CONVENTION = "convention"
    AGREEMENT = "agreement"
    MEMORANDUM = "memorandum"
    PROTOCOL = "protocol"
    PROGRAMME = "programme"
    ARRANGEMENT = "arrangement"


class Right(StrEnum):
    """What a party may do under an instrument (DESIGN section 2)."""

    RECORD = "record"
    CONSULT = "consult"
    COPY = "copy"
    CONTACT = "contact"


class HitRule(StrEnum):
    """When the source is told of a hit on its record."""

    AT_ONCE = "at_once"
    AFTER_RELEASE = "after_release"
    NEVER_UNLESS_RELEASED = "never_unless_released"


class OnwardRule(StrEnum):
    """Whether data may be passed on to a body that did not get it from the source."""

    FORBIDDEN = "forbidden"
    WITH_LEAVE = "with_leave"
    AMONG_PARTIES = "among_parties"
    """To other parties of the same instrument as the handling code allows; to anybody else with leave."""


class ForceRule(StrEnum):
    """When an instrument enters into force."""

    ALL = "all"
    N_OF_M = "n_of_m"


class ClauseEffect(StrEnum):
    """Charter clauses that the system itself carries out (DESIGN section 5)."""

    NO_EXPULSION = "no_expulsion"
    NEUTRALITY = "neutrality"
    CHANNEL = "channel"
    """The channel of this instrument cannot be suspended."""
    MEASURES = "measures"
    """The body named may take measures."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signed the paper, in which capacity."""

    party: str
    name_and_capacity: str
    signed_on: date
    ratified_on: date | None = None


@dataclass(frozen=True, slots=True)
class PaperAct:
    """The act on paper that the instrument attests."""

    depositary: str
    signatories: tuple[Signatory, ...]
    signed_on: date
    notice_of_withdrawal_days: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the text; `effect` where the system carries it out."""

    number: str
    text: str
    effect: ClauseEffect | None = None
    body: BodyId | None = None
    """For `measures`: who may take them."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of one thing one party may ask or send in a day."""

    kind: str
    per_day: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """The immutable text and its machine terms. The id is the digest of all of it."""

    id: InstrumentId
    kind: InstrumentKind
    name: str
    """Short name in lists, for example `drug-data-programme`."""
    title: str
    text: str
    paper: PaperAct
    clauses: tuple[Clause, ...]
    parties: frozenset[BodyId]
    party_groups: frozenset[GroupReference]
    force_rule: ForceRule
    force_count: int
    """How many signatures bring it into force under `n_of_m`; 0 under `all`."""
    starts_on: date
    ends_on: date | None
    kinds: frozenset[str]
    purposes: frozenset[str]
    crime_areas: frozenset[str]
    rights: frozenset[Right]
    knowable_kinds: frozenset[str]
    handling_ceiling: str
    """The highest confidentiality level that may be shared under it."""
    onward: OnwardRule
    retention_days_max: int
    lease_minutes: int
    """How long a held copy counts as permitted after its source was last heard (A9)."""
    deadlines: Mapping[str, int]
    """Urgency code → hours to answer."""
    hit_rule: HitRule
    hit_told: frozenset[BodyId] = field(default=frozenset())
    """Bodies told of a hit beside the source."""
    quotas: tuple[Quota, ...] = ()
    kind_lease_minutes: Mapping[str, int] = field(default_factory=dict)
    """Kinds with a lease of their own."""
    onward_reported: bool = True
    """Whether a body that passes a copy on tells the record's source to whom."""

    def lease_of(self, kind: str) -> timedelta:
        """Return how long a copy of a kind counts as permitted after its source was last heard (A9)."""
        return timedelta(minutes=self.kind_lease_minutes.get(kind, self.lease_minutes))

    def clause_with(self, effect: ClauseEffect) -> Clause | None:
        """Return the clause with an effect, if the instrument has one."""
        return next((clause for clause in self.clauses if clause.effect is effect), None)


class ParticipationState(StrEnum):
    """How one party stands to an instrument by its own statement."""

    ACTIVE = "active"
    NARROWED = "narrowed"
    SUSPENDED = "suspended"
    """Some scope is suspended; which one the suspensions say."""
    WITHDRAWN = "withdrawn"


class Direction(StrEnum):
    """Which flow a suspension stops, seen from its author."""

    SENDING = "sending"
    RECEIVING = "receiving"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Suspension:
    """One party's own stop of part of an instrument. Empty sets mean «all»."""

    id: str
    counterparts: frozenset[BodyId]
    kinds: frozenset[str]
    rights: frozenset[Right]
    direction: Direction
    decided_by: str
    document: str
    reason: str
    """A code of data/reasons.yaml, suspension_reasons."""
    since: datetime
    review_on: date


@dataclass(frozen=True, slots=True)
class SuspensionTerms:
    """What an officer wants to suspend and on whose decision; empty sets mean «all», as in a Suspension."""

    instrument: InstrumentId
    direction: Direction
    decided_by: str
    document: str
    reason: str
    """A code of data/reasons.yaml, suspension_reasons."""
    review_on: date
    counterparts: frozenset[BodyId] = frozenset()
    kinds: frozenset[str] = frozenset()
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class Participation:
    """A party's newest statement about an instrument: the whole of how it stands, so that the newest alone counts."""

    body: BodyId
    instrument: InstrumentId
    epoch: int
    """1, 2, 3 …; a lower one than known is old news."""
    state: ParticipationState
    at: datetime
    suspensions: tuple[Suspension, ...] = ()
    kinds: frozenset[str] = frozenset()
    """For `narrowed`: the kinds that remain; empty otherwise."""
    statement: StatementId | None = None


class MeasurePolicy(StrEnum):
    """What a measure asks of the others toward one body."""

    DIRECT = "direct"
    VIA_REVIEW = "via_review"
    RECEIVE_ONLY = "receive_only"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Measure:
    """A charter measure toward one body. It limits rights, never identity, and always ends."""

    id: str
    charter: InstrumentId
    target: BodyId
    policy: MeasurePolicy
    decided_by: str
    endorsed_by: str
    since: datetime
    until: datetime
    lifted_by: str
    """What would lift it."""
    appeal: str
    statement: StatementId | None = None


@dataclass(frozen=True, slots=True)
class MeasureTerms:
    """What the body that takes measures decides toward one body."""

    target: BodyId
    policy: MeasurePolicy
    decided_by: str
    endorsed_by: str
    until: datetime
    lifted_by: str
    appeal: str
    replaces: str | None = None
    """The id of an earlier measure that this one takes the place of, for example to end it early."""


class ProposalKind(StrEnum):
    """What a body may propose to the others under the charter."""

    EXPULSION = "expulsion"
    MEASURE = "measure"


class ProposalState(StrEnum):
    """What became of a proposal here."""

    INADMISSIBLE = "inadmissible"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal about a body, as recorded, with the clause that answers it."""

    id: StatementId
    proposer: BodyId
    charter: InstrumentId
    kind: ProposalKind
    target: BodyId
    text: str
    at: datetime
    state: ProposalState
    clause: str
    """The number of the clause that makes it inadmissible; empty otherwise."""


@dataclass(frozen=True, slots=True)
class OpenWord:
    """What a body said of an instrument that not all had signed: that it takes its proposal back, or that it does not sign."""

    body: BodyId
    reason: str
    officer: str
    at: datetime
    statement: StatementId


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an instrument has come on its way to being signed by as many as its rule asks for."""

    missing: tuple[BodyId, ...]
    """Members that have not signed."""
    is_concluded: bool
    """Whether as many have signed as its rule asks for; from then on each leaves it by its own withdrawal alone."""
    refusals: tuple[OpenWord, ...]
    """Of members that said that they do not sign, and have not signed since; the oldest first."""
    is_blocked: bool
    """Whether it cannot be concluded as long as they do not."""
    taken_back: OpenWord | None
    """The last word of those who proposed it, once all of them took it back; it may have come too late (`is_concluded`)."""

    @property
    def is_open(self) -> bool:
        """Whether it can be signed still by whom it waits for."""
        return self.is_concluded or self.taken_back is None


@dataclass(frozen=True, slots=True)
class InstrumentState:
    """An instrument as this node holds it: who signed, how each party stands."""

    instrument: Instrument
    proposed_by: BodyId
    proposed_at: datetime
    signatures: Mapping[BodyId, datetime]
    """Party → when its heads' signature was accepted here."""
    participations: Mapping[BodyId, Participation]


@dataclass(frozen=True, slots=True)
class SuspensionPreview:
    """What will stop when a suspension is signed; shown before."""

    instrument: InstrumentId
    counterparts: tuple[BodyId, ...]
    rights: tuple[Right, ...]
    kinds: tuple[str, ...]
    direction: Direction
    records_held_there: int
    """Our records of these kinds under this instrument that the counterparts hold copies of."""
    records_held_here: int
    """Theirs that we hold."""
    open_requests: tuple[str, ...]
    open_permissions: tuple[str, ...]
    stays_open: tuple[str, ...]
    """Names of the instruments between us that go on, the charter's channel among them."""
