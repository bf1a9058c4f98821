"""The protocol between nodes, without sockets: headers, envelopes, streams, receipts.

One signature covers the exact header bytes; the header names a salted digest of the body; the body is sealed to the
recipient under the hash of the header. Source: DESIGN section 4; docs/rules/exchange.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from entente.kernel.codec import OMITTED
from entente.kernel.ids import BodyId, InstrumentId, KeyId, StatementId
from entente.kernel.ports import Outgoing
from entente.kernel.signing import Signature
from entente.kernel.statement import Statement

PROTOCOL_VERSION = 1
BODY_BYTES_MAX = 1024 * 1024
"""DESIGN section 4: a body holds at most 1 MiB."""
HEADER_BYTES_MAX = 4 * 1024
"""A header has 15 short fields, about 900 bytes."""
BATCH_ENVELOPES_MAX = 64
BATCH_BYTES_MAX = 8 * 1024 * 1024
"""One request on the wire."""
STATEMENTS_MAX = 1_000
"""Statements in one envelope."""
STATEMENTS_PACKED_MAX = 64
"""Statements that we put in one envelope: its recipient takes them in within one commit of at most 50 ms (DESIGN section 8)."""
CLOCK_SKEW_SECONDS_MAX = 300
"""A sent time further ahead than this is from the future; machines with network time are within seconds."""
EXPIRY_DAYS = 30
"""DESIGN section 4: retries for 30 days."""
CALL_SECONDS_MAX = CLOCK_SKEW_SECONDS_MAX
"""How old a call may be: the freshness bound of DESIGN section 4, and as long as a call is remembered so that it counts once."""
WAITING_MAX = 100_000
"""Data statements that may wait for one body (setting outbox_waiting_max): about 300 MB of records, a month of a busy line."""
RELAY_AGAIN_HOURS = 1
"""A relay that took an envelope is asked again after this, should its recipient not have acknowledged by then."""


class Lane(StrEnum):
    """The class of an envelope: control overtakes data; receipts, calls and their answers are in no stream."""

    CONTROL = "control"
    DATA = "data"
    RECEIPT = "receipt"
    CALL = "call"
    """One question that is answered at once, in the answer to the same post."""
    ANSWER = "answer"


STREAM_LANES = (Lane.CONTROL, Lane.DATA)
"""In the order in which they are posted."""


@dataclass(frozen=True, slots=True)
class EnvelopeHeader:
    """What a relay may read. The exact canonical bytes of this are signed."""

    v: int
    sender: BodyId
    recipient: BodyId
    lane: Lane
    instrument: InstrumentId
    epoch: int
    """The sender's participation epoch in the instrument as it sent."""
    incarnation: str
    """The stream's incarnation: a restored node starts a new one."""
    sequence: int
    """1, 2, 3 … within sender, recipient, lane and incarnation; 0 outside streams."""
    previous: str
    """Hash of the previous header of the stream (hex), empty for the first and for a call; for a receipt or an answer, of the
    header it answers."""
    sent_at: datetime
    expires_at: datetime
    key: KeyId
    """The sender's node key."""
    sealed_to: KeyId
    """The recipient's sealing key."""
    digest: str
    """SHA-256 (hex) of the plain body, whose first field is a salt."""
    is_exercise: bool = field(default=False, metadata=OMITTED)
    """Whether it belongs to an exercise (X37): then this stands in the signed bytes, and else nothing does."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A header as its exact bytes, its signature, and the sealed body."""

    header: EnvelopeHeader
    header_bytes: bytes
    signature: Signature
    sealed: bytes


@dataclass(frozen=True, slots=True)
class EnvelopeBody:
    """What is sealed."""

    salt: bytes
    statements: tuple[Statement, ...]


class ReceiptOutcome(StrEnum):
    """What became of an envelope at its recipient."""

    STORED = "stored"
    """Durable there, its statements taken in or set aside one by one."""
    DUPLICATE = "duplicate"
    """It was stored before; nothing was done again."""
    REFUSED = "refused"
    """Not taken in; the reason says whether sending again can help."""
    GAP = "gap"
    """An earlier one of the stream is missing; send from `expected` on."""
    RELAYED = "relayed"
    """A relay has it durably and passes it on; its recipient has not acknowledged it."""
    UNDELIVERED = "undelivered"
    """A relay could not pass it on before it expired."""


class RefusalReason(StrEnum):
    """Why an envelope or a statement was not taken in."""

    ILL_FORMED = "ill_formed"
    WRONG_VERSION = "wrong_version"
    NOT_FOR_US = "not_for_us"
    UNKNOWN_SENDER = "unknown_sender"
    WRONG_SIGNATURE = "wrong_signature"
    KEY_NO_LONGER_VALID = "key_no_longer_valid"
    NOT_SEALED_FOR_US = "not_sealed_for_us"
    WRONG_DIGEST = "wrong_digest"
    FROM_THE_FUTURE = "from_the_future"
    EXPIRED = "expired"
    REPLAYED = "replayed"
    CHAIN_BROKEN = "chain_broken"
    TOO_LARGE = "too_large"
    EXERCISE = "exercise"
    """One of the two bodies is invented for an exercise, and the other is not."""
    UNKNOWN_KIND = "unknown_kind"
    NOT_FRESH = "not_fresh"
    """A call that is too old, or was made before."""
    RELAY_FULL = "relay_full"
    """We keep as much for this recipient, or of this sender, as we can."""
    FAULT = "fault"
    """This node failed at it; it is kept aside here and tried again once the node is mended."""
    INSTRUMENT_NOT_IN_FORCE = "instrument_not_in_force"
    SUSPENDED = "suspended"
    """The instrument is in force, and one of the two has suspended or narrowed it toward the other."""
    MEASURE_STANDS = "measure_stands"
    NOT_ACCEPTED = "not_accepted"
    """A room refused the statement by its own rules; its code stands beside it."""
    NOT_JUDGED = "not_judged"
    """Its room was not asked, because too many before it in the envelope were refused."""


KEPT_ASIDE = frozenset({RefusalReason.FAULT, RefusalReason.UNKNOWN_KIND})
"""What is no fault of a statement: its recipient keeps it aside, and may take it in by a later version.

What a rule refused is not kept."""


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What became of one statement of an envelope."""

    statement: StatementId
    is_accepted: bool
    reason: str = ""
    detail: str = ""
    """A sentence for the sender; never more than the sender may know."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A recipient's signed word on one envelope."""

    envelope: str
    """Hash (hex) of the envelope's header bytes."""
    outcome: ReceiptOutcome
    at: datetime
    reason: str = ""
    detail: str = ""
    expected: int = 0
    """The sequence that should come next: for `gap`, and for a `refused` envelope that the stream passed over. A refused one with
    0 left no trace in the stream."""
    results: tuple[StatementResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """The state of one stream at one end."""

    peer: BodyId
    lane: Lane
    is_outgoing: bool
    incarnation: str
    sequence: int
    """Of the last envelope made or taken in; 0 before the first."""
    head: str
    """Hash of the last header; empty before the first."""


@dataclass(frozen=True, slots=True)
class WaitingEnvelope:
    """An envelope of the outbox not yet acknowledged."""

    number: int
    recipient: BodyId
    envelope: Envelope
    relayed_at: datetime | None = None
    """When a relay last took it; None while none has."""


class SendState(StrEnum):
    """How far a statement has come at its recipient (kernel.ports.Delivery)."""

    WAITING = "waiting"
    """In the outbox, sealed or not."""
    HELD = "held"
    """Something came between, here or at the other side: it leaves only when a person says so."""
    STORED = "stored"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    """Given up after EXPIRY_DAYS, with a signed non-delivery."""
    RETRACTED = "retracted"
    """Taken back before it left, by its author or by a person who decided about a held one."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A statement in the outbox."""

    number: int
    """The order in which statements were put."""
    outgoing: Outgoing
    put_at: datetime
    since: datetime
    """Since when it waits, or is as it is: later than `put_at` once a person released it, or its recipient lost it."""
    state: SendState = SendState.WAITING
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HeldNote:
    """That a statement is held, without the statement: what counting needs."""

    number: int
    recipient: BodyId
    ref: str
    put_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """How one lane toward one body stands: the failures in a row, and when it is tried again."""

    recipient: BodyId
    lane: Lane
    attempts: int
    next_try_at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A statement of the body that brought it, as it is given back to that body (X33)."""

    number: int
    """Its place among all that is given back."""
    statement: Statement
    is_aside: bool
    """It was set aside here and not taken in."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A statement that this node failed at, or of a kind it does not know, kept until it can be taken in."""

    number: int
    sender: BodyId
    envelope: str
    statement: Statement
    reason: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Relayed:
    """An envelope between two other bodies that this node passes on."""

    number: int
    envelope: Envelope
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """How far a body has answered a restored node."""

    peer: BodyId
    after: int
    """Where its next page begins."""
    is_done: bool
    given_back: int
    why: str
    """Why it was not reached, or what of it could not be taken back; empty for nothing."""
    at: datetime
