"""The protocol between nodes, without sockets: headers, envelopes, streams, receipts.

One signature covers the exact header bytes; the header names a salted digest of the body; the body is sealed to the
recipient under the hash of the header. Source: DESIGN section 4; docs/rules/exchange.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.kernel.ids import BodyId, InstrumentId, KeyId, StatementId
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
CLOCK_SKEW_SECONDS_MAX = 300
"""A sent time further ahead than this is from the future; machines with network time are within seconds."""
EXPIRY_DAYS = 30
"""DESIGN section 4: retries for 30 days."""


class Lane(StrEnum):
    """The class of an envelope: control overtakes data, a receipt is in no stream."""

    CONTROL = "control"
    DATA = "data"
    RECEIPT = "receipt"


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
    """1, 2, 3 … within sender, recipient, lane and incarnation; 0 for receipts."""
    previous: str
    """Hash of the previous header of the stream (hex), empty for the first; for a receipt, of the header it answers."""
    sent_at: datetime
    expires_at: datetime
    key: KeyId
    """The sender's node key."""
    sealed_to: KeyId
    """The recipient's sealing key."""
    digest: str
    """SHA-256 (hex) of the plain body, whose first field is a salt."""


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
    UNKNOWN_KIND = "unknown_kind"
    INSTRUMENT_NOT_IN_FORCE = "instrument_not_in_force"
    MEASURE_STANDS = "measure_stands"
    NOT_ACCEPTED = "not_accepted"
    """A room refused the statement by its own rules; its code stands beside it."""


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
    attempts: int
    next_try_at: datetime
