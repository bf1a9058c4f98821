"""Messages, hits, permission requests, record requests and their answers, with our reference and theirs on each.

Source: DESIGN sections 2, 5 and 6; docs/rules/correspondence.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from entente.bodies.model import GroupReference
from entente.handling.model import DisclosureAct
from entente.kernel.codec import OMITTED
from entente.kernel.ids import BodyId, InstrumentId, RecordId, StatementId
from entente.records.model import SealedFile

TEXT_CHARACTERS_MAX = 20_000
"""A message; longer matter belongs in a file of it."""
OF_CASES = frozenset({"case", "hit", "message", "permission", "request"})
"""Kinds of what may belong to a case that has a team, by the words that events of it are told with (docs/rules/cases.md C8)."""


class Way(StrEnum):
    """Whether we sent it or received it."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Header:
    """What every item of correspondence carries."""

    id: str
    """Made by the sender, for example `message-<26 characters>`."""
    sender: BodyId
    recipient: BodyId
    instrument: InstrumentId
    officer: str
    """The sending officer's id, as the sending node attests it."""
    our_reference: str
    """The sender's case number."""
    your_reference: str
    """The recipient's case number, where the sender knows it."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """That a message was taken back by its sender: when, by which officer, why."""

    at: datetime
    officer: str
    reason: str
    has_left: bool
    """False where it was taken back before any envelope carried it: then nobody else ever knew of it."""
    was_opened: bool | None = None
    """Whether an officer of the recipient had opened it before; None at the sender until the recipient has said so."""
    answered_at: datetime | None = None
    """At the sender: when the recipient confirmed."""


@dataclass(frozen=True, slots=True)
class WentTo:
    """One of the messages that went out in one act to several: to whom, and whether it was taken back since (M27)."""

    message: str
    body: BodyId
    is_for_action: bool
    recall: Recall | None


@dataclass(frozen=True, slots=True)
class NamedAddressee:
    """A body that a message went to, as its sender tells all of them."""

    body: BodyId
    is_for_action: bool
    groups: tuple[GroupReference, ...] = ()
    """By which groups it was named; none where it was named itself."""


@dataclass(frozen=True, slots=True)
class Message:
    """A police message."""

    header: Header
    subject: str
    text: str
    urgency: str
    """A code of data/reasons.yaml, urgencies."""
    is_for_action: bool
    answers: str = ""
    """The id of the item it answers."""
    recall: Recall | None = None
    """Once recalled, a received message holds nothing of its text any more, and none of its files."""
    attachments: tuple[SealedFile, ...] = field(default=(), metadata=OMITTED)
    """Its files, with the keys to them; their chunks lie beside the store (docs/rules/correspondence.md M24)."""
    addressees: tuple[NamedAddressee, ...] = field(default=(), metadata=OMITTED)
    """All whom it went to, the recipient among them; none where that was one body, or its sender keeps them to itself (M26)."""


@dataclass(frozen=True, slots=True)
class FailureNoted:
    """That an officer knows that a message of ours was not delivered: it waits for nobody any more (M29)."""

    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A statement of ours about a hit, a request for leave or for a record that did not arrive."""

    item: Hit | PermissionRequest | RecordRequest
    way: Way
    kind: str
    recipient: BodyId
    statement: StatementId
    state: str
    """`refused` or `undelivered` (exchange.model)."""
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemNews:
    """What an officer is to hear of: a hit of ours whose record was withdrawn, or leave that we asked and that was answered."""

    item: Hit | PermissionRequest
    at: datetime
    """When its source signed the withdrawal; when the answer came here."""


class MessageChoice(StrEnum):
    """Which messages a list is narrowed to."""

    RECEIVED = "received"
    SENT = "sent"
    UNREAD = "unread"
    """Came, and no officer here has opened it."""
    OPEN = "open"
    """Came for action, and nobody has concluded it."""


class HitOutcome(StrEnum):
    """What the finding officer judged."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Step(StrEnum):
    """What a recipient did with a message: the upper rungs of the evidence ladder."""

    OPENED = "opened"
    ACTED_ON = "acted_on"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step with who took it, and for a refusal why."""

    step: Step
    officer: str
    at: datetime
    reason: str = ""
    """A code of data/reasons.yaml, refusal_reasons."""


class HitState(StrEnum):
    """Where a hit stands between finder and source."""

    HELD = "held"
    """Not yet released by the finder's officer, as the instrument's hit rule asks."""
    TOLD = "told"
    ANSWERED = "answered"
    CLOSED = "closed"
    """Rejected: kept as a marker for innocent namesakes, told to nobody."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate an officer confirmed or rejected, and what the source answered."""

    header: Header
    record: RecordId
    version: int
    purpose: str
    crime_area: str
    outcome: HitOutcome
    outcome_reason: str
    """A code of data/reasons.yaml, hit_outcomes."""
    score: int
    """Thousandths, as the finder saw it."""
    circumstances: str
    state: HitState
    answer: str = ""
    """The source's answer in words; `is_same_person` its judgement."""
    is_same_person: bool | None = None
    answered_at: datetime | None = None


class PermissionState(StrEnum):
    """Where a permission request stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PermissionRequest:
    """A request for the source's leave; its signed answer is a Leave the gate obeys."""

    header: Header
    record: RecordId
    acts: frozenset[DisclosureAct]
    forward_to: BodyId | None
    purpose: str
    crime_area: str
    justification: str
    due_at: datetime
    state: PermissionState
    answer_reason: str = ""
    """For a refusal: a code of data/reasons.yaml, refusal_reasons."""
    answer_text: str = ""
    granted_until: datetime | None = None
    """Until when the leave holds; None where there is none, and of leave that was granted before this was kept."""


class AnswerOutcome(StrEnum):
    """How a record request was answered. `not_found` says no more than that."""

    WAITING = "waiting"
    WHOLE = "whole"
    REFUSED = "refused"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """A question to the source's node for one record under one instrument, answered by its gate at once."""

    header: Header
    record: RecordId
    kind: str
    purpose: str
    crime_area: str
    outcome: AnswerOutcome
    answer: str = ""
    """What was answered, in the words the asking officer reads."""
    grounds: tuple[str, ...] = ()
    """For a refusal: `D3 · sentence`, each that the asker may know."""


@dataclass(frozen=True, slots=True)
class EvidencePiece:
    """One comparison that a search showed of a candidate, as identity.model.Evidence has it."""

    kind: str
    """`for`, `against` or `neutral`."""
    text: str
    weight: int
    """Thousandths."""


@dataclass(frozen=True, slots=True)
class SeenThen:
    """What the record and its candidate said as an officer decided; it is erased with the record."""

    statement: str
    """Id of the statement that its source signed: the digest of the version that was seen."""
    grounds: tuple[str, ...] = ()
    """Why the gate let the officer see it: `D3 · sentence`."""
    evidence: tuple[EvidencePiece, ...] = ()
    """As the search showed it; none where the officer gave none."""


@dataclass(frozen=True, slots=True)
class DecisionBasis:
    """What an officer saw as they decided: kept in the commit of the decision, and never changed (C17)."""

    item: str
    """The hit or the request that was decided."""
    act: str
    """`confirm_hit`, `reject_hit`, `release_hit`, `answer_hit`, `grant_permission`, `refuse_permission`."""
    outcome: str
    """A code of the act's closed list, or the state that came of it."""
    officer: str
    at: datetime
    """The node's clock."""
    case: str
    record: RecordId
    purpose: str
    crime_area: str
    score: int | None = None
    """Thousandths, as the officer saw it; None where there was none."""
    due_at: datetime | None = None
    """The term that ran, where one did."""
    version: int = 0
    """Of the record; 0 where it was not here any more."""
    seen: SeenThen | None = None
    """None once the record is erased."""
